//! Many segments into few: the one way by which disk segments come to be, whether a buffer is sealed, small segments are merged, old events expire
//! or a device is told apart from its user again.
//!
//! Every row of the inputs is in exactly one output, with its person resolved by the links given, unless it expired. The rows of one bucket,
//! or of a few small ones, are in memory at a time: a group. A group's rows are found by reading the person column of the input buckets that may hold some.

mod arrange;

use crate::{
    Links, NOBODY, People, PropertyColumn, Segment, StoreError, StoreOptions, bucket_of, column,
    disk::{SegmentEntry, SegmentPaths, SegmentWriter, Text},
    folder::Folder,
};
use arrange::{Gathered, Piece};
use arrow_array::{
    ArrayRef, RecordBatch, UInt32Array,
    cast::AsArray,
    types::{Int64Type, UInt32Type},
};
use sillage_event::{DAY_MS, PersonId, ProjectId, person_of};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const MOST_BUCKET_BITS: u32 = 8;
/// A segment has at most so many property columns; the values of the others go to the overflow column. Clients that send names without end
/// must not make segments that nobody can read.
const MOST_PROPERTY_COLUMNS: usize = 500;

/// What to merge, and how.
pub(crate) struct Merge<'a> {
    pub(crate) folder: &'a Arc<Folder>,
    pub(crate) project: ProjectId,
    pub(crate) segments: &'a Path,
    pub(crate) options: &'a StoreOptions,
    pub(crate) inputs: Vec<Arc<dyn Segment>>,
    pub(crate) links: &'a Links,
    /// People whose rows are resolved from the ids as sent, not from the person that the input says.
    pub(crate) from_raw: HashSet<PersonId>,
    /// Earlier rows expired.
    pub(crate) keep_from: Option<i64>,
    pub(crate) split_months: bool,
    /// Set when the store closes: the merge ends with an error and leaves nothing that counts.
    pub(crate) stop: &'a AtomicBool,
}

/// One bucket of one input.
struct InputBucket {
    input: usize,
    bucket: usize,
    rows: usize,
    /// People that have another person now, by ordinal.
    changed: Vec<(u32, PersonId)>,
    /// Ordinals to be resolved row by row.
    raw: Vec<u32>,
}

/// Rows by month and by the first eight bits of the person.
type Counts = BTreeMap<i64, Box<[u64; 256]>>;

/// One output segment: which months go to it, and how its buckets are grouped.
struct Output {
    /// `None`: every month that is in no other output.
    month: Option<i64>,
    bucket_bits: u32,
    groups: Vec<Range<usize>>,
}

impl Merge<'_> {
    /// Writes the outputs, synced, named by nobody yet. `next_id` gives unused segment ids.
    pub(crate) fn run(&self, next_id: &mut dyn FnMut() -> u64) -> Result<Vec<SegmentEntry>, StoreError> {
        let mut buckets = self.input_buckets()?;
        let counts = self.count(&buckets)?;
        let outputs = self.plan(&counts);
        let own_months: BTreeSet<i64> = outputs.iter().filter_map(|output| output.month).collect();
        buckets.retain(|bucket| bucket.rows > 0);
        let (properties, folded) = self.properties();
        let has_overflow = !folded.is_empty() || self.inputs.iter().any(|input| input.has_overflow());
        let schema = SegmentWriter::schema(&properties, has_overflow);
        let names: BTreeSet<&Arc<str>> = self.inputs.iter().flat_map(|input| input.event_names()).collect();
        let names: Vec<Arc<str>> = names.into_iter().cloned().collect();
        let mut entries = Vec::new();
        for output in &outputs {
            let id = next_id();
            let paths = SegmentPaths::new(self.segments, id);
            let place = (self.project, id);
            let mut writer = SegmentWriter::create(self.folder, paths, place, Arc::clone(&schema), &names, output.bucket_bits, self.links.len())?;
            for group in &output.groups {
                if self.stop.load(Ordering::Relaxed) {
                    return Err(StoreError::Stopped("it is being closed".to_owned()));
                }
                let gathered = self.gather(&buckets, output, &own_months, group.clone(), &names)?;
                for bucket in gathered.arrange(group.clone(), &schema, &names, &folded)? {
                    writer.write_bucket(&bucket)?;
                }
            }
            entries.push(writer.finish()?);
        }
        Ok(entries)
    }

    /// The properties that get columns, sorted, and those that do not: the ones that the fewest inputs have.
    fn properties(&self) -> (Vec<PropertyColumn>, Vec<PropertyColumn>) {
        let mut n_inputs: BTreeMap<&PropertyColumn, usize> = BTreeMap::new();
        self.inputs.iter().flat_map(|input| input.properties()).for_each(|property| *n_inputs.entry(property).or_default() += 1);
        let mut properties: Vec<(&PropertyColumn, usize)> = n_inputs.into_iter().collect();
        properties.sort_by_key(|(_, n_inputs)| std::cmp::Reverse(*n_inputs));
        let folded = properties.split_off(properties.len().min(MOST_PROPERTY_COLUMNS));
        let mut kept: Vec<PropertyColumn> = properties.into_iter().map(|(property, _)| property.clone()).collect();
        kept.sort_unstable();
        (kept, folded.into_iter().map(|(property, _)| property.clone()).collect())
    }

    fn input_buckets(&self) -> Result<Vec<InputBucket>, StoreError> {
        let mut buckets = Vec::new();
        for (at, input) in self.inputs.iter().enumerate() {
            let is_current = input.links_applied() >= self.links.len() && self.from_raw.is_empty();
            for bucket in 0..1usize << input.bucket_bits() {
                let mut one = InputBucket { input: at, bucket, rows: input.bucket_rows(bucket), changed: Vec::new(), raw: Vec::new() };
                if one.rows > 0 && !is_current {
                    for (ordinal, held) in input.people(bucket)?.hashes.iter().enumerate() {
                        if self.from_raw.contains(held) {
                            one.raw.push(ordinal as u32);
                            continue;
                        }
                        let person = self.links.baked(*held);
                        if person != *held {
                            one.changed.push((ordinal as u32, person));
                        }
                    }
                }
                buckets.push(one);
            }
        }
        Ok(buckets)
    }

    /// Counts rows by output place. Rows to be resolved one by one are counted where they were, which is near enough for planning.
    fn count(&self, buckets: &[InputBucket]) -> Result<Counts, StoreError> {
        let mut counts = Counts::new();
        let mut month = MonthOf::default();
        for one in buckets.iter().filter(|one| one.rows > 0) {
            let input = &self.inputs[one.input];
            let people = self.people_now(one)?;
            let batch = input.read(one.bucket, std::slice::from_ref(&(0..one.rows)), &[column::PERSON, column::TIME])?;
            let times = batch.column(1).as_primitive::<Int64Type>().values();
            for (ordinal, time) in batch.column(0).as_primitive::<UInt32Type>().values().iter().zip(times) {
                if self.keep_from.is_some_and(|from| *time < from) {
                    continue;
                }
                let key = if self.split_months { month.of(*time) } else { 0 };
                let place = if *ordinal == NOBODY { 255 } else { bucket_of(people.hashes[*ordinal as usize], MOST_BUCKET_BITS) };
                counts.entry(key).or_insert_with(|| Box::new([0; 256]))[place] += 1;
            }
        }
        Ok(counts)
    }

    fn plan(&self, counts: &Counts) -> Vec<Output> {
        let total = |places: &[u64; 256]| places.iter().sum::<u64>();
        let mut outputs = Vec::new();
        let mut rest = [0u64; 256];
        for (month, places) in counts {
            if counts.len() > 1 && total(places) >= self.options.month_rows {
                outputs.push(self.output(Some(*month), places));
            } else {
                rest.iter_mut().zip(places.iter()).for_each(|(sum, n)| *sum += n);
            }
        }
        if total(&rest) > 0 {
            outputs.push(self.output(None, &rest));
        }
        outputs
    }

    fn output(&self, month: Option<i64>, places: &[u64; 256]) -> Output {
        let rows = places.iter().sum::<u64>();
        let bucket_bits = rows.div_ceil(self.options.bucket_rows.max(1)).max(1).next_power_of_two().trailing_zeros().min(MOST_BUCKET_BITS);
        let width = 256 >> bucket_bits;
        let mut groups: Vec<Range<usize>> = Vec::new();
        let mut in_group = 0;
        for bucket in 0..1usize << bucket_bits {
            let rows: u64 = places[bucket * width..(bucket + 1) * width].iter().sum();
            match groups.last_mut() {
                Some(group) if in_group + rows <= self.options.bucket_rows => {
                    group.end = bucket + 1;
                    in_group += rows;
                }
                _ => {
                    groups.push(bucket..bucket + 1);
                    in_group = rows;
                }
            }
        }
        Output { month, bucket_bits, groups }
    }

    fn people_now(&self, one: &InputBucket) -> Result<Arc<People>, StoreError> {
        let people = self.inputs[one.input].people(one.bucket)?;
        if one.changed.is_empty() {
            return Ok(people);
        }
        let mut hashes = people.hashes.clone();
        for (ordinal, person) in &one.changed {
            hashes[*ordinal as usize] = *person;
        }
        Ok(Arc::new(People { hashes }))
    }

    /// The rows of some buckets of one output.
    fn gather(
        &self,
        buckets: &[InputBucket],
        output: &Output,
        own_months: &BTreeSet<i64>,
        group: Range<usize>,
        names: &[Arc<str>],
    ) -> Result<Gathered, StoreError> {
        let mut gathered = Gathered::new(output.bucket_bits);
        let in_group = |person: PersonId| group.contains(&bucket_of(person, output.bucket_bits));
        let all_months = own_months.is_empty() && self.keep_from.is_none();
        for one in buckets {
            let input = &self.inputs[one.input];
            let (first, last) = hash_range(one.bucket, input.bucket_bits());
            let overlaps = bucket_of(first, output.bucket_bits) < group.end && bucket_of(last, output.bucket_bits) >= group.start;
            if !overlaps && one.raw.is_empty() && !one.changed.iter().any(|(_, person)| in_group(*person)) {
                continue;
            }
            let people = self.people_now(one)?;
            let is_whole = all_months && one.raw.is_empty() && one.changed.is_empty() && in_group(first) && in_group(last);
            let raw_people = if one.raw.is_empty() { None } else { Some(self.raw_people(one)?) };
            let ranges = if is_whole {
                std::iter::once(0..one.rows).collect()
            } else {
                let batch = input.read(one.bucket, std::slice::from_ref(&(0..one.rows)), &[column::PERSON, column::TIME])?;
                let times = batch.column(1).as_primitive::<Int64Type>().values();
                let mut month = MonthOf::default();
                let is_wanted = |row: usize, ordinal: u32| {
                    let person = match &raw_people {
                        Some(raw) => raw[row],
                        None => (ordinal != NOBODY).then(|| people.hashes[ordinal as usize]),
                    };
                    person.map_or(group.end == 1 << output.bucket_bits, in_group)
                };
                let mut is_in_time = |time: i64| {
                    if all_months {
                        return true;
                    }
                    if self.keep_from.is_some_and(|from| time < from) {
                        return false;
                    }
                    own_months.is_empty()
                        || match output.month {
                            Some(own) => month.of(time) == own,
                            None => !own_months.contains(&month.of(time)),
                        }
                };
                let ordinals = batch.column(0).as_primitive::<UInt32Type>().values();
                ranges_where(one.rows, |row| is_wanted(row, ordinals[row]) && is_in_time(times[row]))
            };
            if ranges.is_empty() {
                continue;
            }
            let mut columns = vec![
                column::PERSON,
                column::TIME,
                column::TIE,
                column::EVENT,
                column::DISTINCT_ID,
                column::DEVICE_ID,
                column::USER_ID,
                column::INSERT_ID,
                column::SESSION_ID,
                column::RECEIVED_AT,
                column::SEQ,
            ];
            if input.has_overflow() {
                columns.push(column::OVERFLOW);
            }
            let property_names: Vec<String> = input.properties().iter().map(PropertyColumn::column_name).collect();
            columns.extend(property_names.iter().map(String::as_str));
            let batch = input.read(one.bucket, &ranges, &columns)?;
            let person = self.person_of_rows(&batch, &people, raw_people.as_deref(), &ranges);
            self.note_names(one, &batch, &people, &person, &mut gathered)?;
            let codes = self.event_codes(one, &ranges, names);
            gathered.push(Piece { batch, person, event: codes });
        }
        Ok(gathered)
    }

    /// Who each row of a bucket counts for, for buckets where some people have to be told apart by their ids.
    fn raw_people(&self, one: &InputBucket) -> Result<Vec<Option<PersonId>>, StoreError> {
        let columns = [column::PERSON, column::DISTINCT_ID, column::DEVICE_ID, column::USER_ID];
        let batch = self.inputs[one.input].read(one.bucket, std::slice::from_ref(&(0..one.rows)), &columns)?;
        let people = self.people_now(one)?;
        let raw: HashSet<u32> = one.raw.iter().copied().collect();
        let ids: Vec<Text<'_>> = batch.columns()[1..].iter().map(Text::new).collect();
        let ordinals = batch.column(0).as_primitive::<UInt32Type>().values();
        Ok(ordinals
            .iter()
            .enumerate()
            .map(|(row, ordinal)| match *ordinal {
                NOBODY => None,
                ordinal if raw.contains(&ordinal) => {
                    person_of(ids[0].get(row).unwrap_or_default(), ids[1].get(row), ids[2].get(row)).map(|id| self.links.baked(id.hash()))
                }
                ordinal => Some(people.hashes[ordinal as usize]),
            })
            .collect())
    }

    fn person_of_rows(&self, batch: &RecordBatch, people: &People, raw: Option<&[Option<PersonId>]>, ranges: &[Range<usize>]) -> Vec<Option<PersonId>> {
        if let Some(raw) = raw {
            return ranges.iter().flat_map(|range| raw[range.clone()].iter().copied()).collect();
        }
        let ordinals: &UInt32Array = batch.column(0).as_primitive();
        ordinals.values().iter().map(|ordinal| (*ordinal != NOBODY).then(|| people.hashes[*ordinal as usize])).collect()
    }

    /// Remembers how the people of these rows are called.
    fn note_names(
        &self,
        one: &InputBucket,
        batch: &RecordBatch,
        people: &People,
        person: &[Option<PersonId>],
        gathered: &mut Gathered,
    ) -> Result<(), StoreError> {
        let input = &self.inputs[one.input];
        let names = input.person_names(one.bucket)?;
        let held = input.people(one.bucket)?;
        let ordinals = batch.column(0).as_primitive::<UInt32Type>().values();
        let mut last = NOBODY;
        for (row, ordinal) in ordinals.iter().enumerate() {
            let Some(id) = person[row] else { continue };
            if *ordinal == last && one.raw.is_empty() {
                continue;
            }
            last = *ordinal;
            let at = *ordinal as usize;
            let is_itself = held.hashes[at] == id;
            if is_itself {
                gathered.name(id, || Arc::clone(&names[at]));
            } else if people.hashes[at] == id {
                gathered.name(id, || self.links.baked_name(held.hashes[at]).unwrap_or_default());
            } else {
                let ids: Vec<Text<'_>> = batch.columns()[4..7].iter().map(Text::new).collect();
                let sent = person_of(ids[0].get(row).unwrap_or_default(), ids[1].get(row), ids[2].get(row));
                gathered.name(id, || {
                    sent.map(|sent| if sent.hash() == id { sent.to_string().into() } else { self.links.baked_name(sent.hash()).unwrap_or_default() })
                        .unwrap_or_default()
                });
            }
        }
        Ok(())
    }

    /// The event of each row, as a position in the names of the output.
    fn event_codes(&self, one: &InputBucket, ranges: &[Range<usize>], names: &[Arc<str>]) -> Vec<u32> {
        let input = &self.inputs[one.input];
        let mut by_row: Vec<(Range<usize>, u32)> = (0..input.event_names().len())
            .map(|event| {
                let code = names.binary_search(&input.event_names()[event]).unwrap_or(0) as u32;
                (input.event_rows(one.bucket, event), code)
            })
            .filter(|(rows, _)| !rows.is_empty())
            .collect();
        by_row.sort_unstable_by_key(|(rows, _)| rows.start);
        let mut codes = Vec::with_capacity(ranges.iter().map(ExactSizeIterator::len).sum());
        let mut at = 0;
        for row in ranges.iter().flat_map(Clone::clone) {
            while by_row.get(at).is_some_and(|(rows, _)| rows.end <= row) {
                at += 1;
            }
            codes.push(by_row.get(at).map_or(0, |(_, code)| *code));
        }
        codes
    }
}

/// The hashes that fall into a bucket, both ends included.
fn hash_range(bucket: usize, bits: u32) -> (PersonId, PersonId) {
    if bits == 0 {
        return (PersonId(0), PersonId(u64::MAX));
    }
    let first = (bucket as u64) << (64 - bits);
    (PersonId(first), PersonId(first | (u64::MAX >> bits)))
}

fn ranges_where(rows: usize, mut is_wanted: impl FnMut(usize) -> bool) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for row in 0..rows {
        if !is_wanted(row) {
            continue;
        }
        match ranges.last_mut() {
            Some(range) if range.end == row => range.end = row + 1,
            _ => ranges.push(row..row + 1),
        }
    }
    ranges
}

/// Calendar months UTC, counted from year 0. Remembers the last day asked for.
#[derive(Default)]
pub(crate) struct MonthOf {
    last: Option<(i64, i64)>,
}

impl MonthOf {
    pub(crate) fn of(&mut self, time: i64) -> i64 {
        let day = time.div_euclid(DAY_MS);
        match self.last {
            Some((last, month)) if last == day => month,
            _ => {
                let month = month_of_day(day);
                self.last = Some((day, month));
                month
            }
        }
    }
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms": civil_from_days, reduced to the month.
fn month_of_day(day: i64) -> i64 {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month_from_march + 2
}

/// A column of a piece, or nulls where the piece has none.
fn column_or_nulls(batch: &RecordBatch, field: &arrow_schema::Field) -> ArrayRef {
    batch.column_by_name(field.name()).map_or_else(|| arrow_array::new_null_array(field.data_type(), batch.num_rows()), Arc::clone)
}
