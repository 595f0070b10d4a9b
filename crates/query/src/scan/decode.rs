//! From columns of one bucket of one segment to rows.

use super::{
    Context, Did, ELSEWHERE, NO_PERSON, Pick, Request, device_keys, is_any,
    keys::{key_of_text, text_key},
    nodes::{Nodes, node_ids, nodes_by_name},
    read::{EventRun, Read, Shared},
    selecting::{selector_filters, selector_passes},
    selects_name, session_columns, session_keys, store_failed,
    stream::Rows,
    summary,
};
use crate::{
    group::breakdown_columns,
    people::Mapping,
    predicate::{self, Accepts, did_leaves, filter_columns},
    property::{PropertyView, columns_of, dictionary},
    session_property,
};
use arrow_array::{Array, Int64Array, RecordBatch, StringArray, UInt32Array, cast::AsArray};
use sillage_behavior::{
    AskError,
    filter::{Filter, Of},
    question::{Breakdown, Compare, NodeName},
};
use sillage_event::{Actor, HOUR_MS, PersonId};
use sillage_store::{LastOfHours, Segment, column};
use std::{collections::HashMap, ops::Range, sync::Arc};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A request made ready: which bits, which columns.
pub(crate) struct Decoder<'a> {
    context: &'a Context<'a>,
    request: &'a Request<'a>,
    pub(crate) dids: Vec<Did<'a>>,
    /// Request picks, then `did` picks.
    picks: Vec<Pick<'a>>,
    first_time_bits: u64,
    /// Rows outside are of no use.
    bounds: (i64, i64),
    uses_people: bool,
    /// Picks that need no more of an hour than its last event.
    hourly_bits: u64,
    /// What the filter says of every row alike, where it looks at none.
    alike: Option<Accepts>,
    /// Times of which more than one segment may tell, where it matters what came first.
    pub(super) disputed: Vec<(i64, i64)>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(context: &'a Context<'a>, request: &'a Request<'a>) -> Result<Self, AskError> {
        let mut dids = Vec::new();
        for leaf in did_leaves(request.filter)? {
            if let Filter::Did { select, count, within } = leaf {
                let (from, to) = match within {
                    Some(range) => context.resolve(range),
                    None => (i64::MIN, i64::MAX),
                };
                dids.push(Did { pick: Pick { select, from, to }, count: *count as Compare });
            }
        }
        let mut picks = request.picks.clone();
        picks.extend(dids.iter().map(|did| did.pick));
        if picks.len() > 60 {
            return Err(AskError::invalid("filter", "the question has more than 60 selectors: use fewer steps, series or conditions"));
        }
        let mut first_time_bits = 0u64;
        let mut bounds = request.stream.unwrap_or((i64::MAX, i64::MIN));
        for (bit, pick) in picks.iter().enumerate() {
            if pick.select.first_time {
                // Whoever did it before did it before, and whoever does it later changes nothing.
                first_time_bits |= 1 << bit;
                bounds.0 = i64::MIN;
            }
            bounds = (bounds.0.min(pick.from), bounds.1.max(pick.to));
        }
        let about_people = |filter: &Filter| {
            let mut leaves = Vec::new();
            filter.leaves(&mut leaves);
            leaves.iter().any(|leaf| {
                matches!(leaf, Filter::Cohort { .. } | Filter::Did { .. } | Filter::Property { of: Of::Person | Of::PersonAtEvent | Of::Session, .. })
            })
        };
        let mut filters: Vec<&Filter> = request.filter.into_iter().collect();
        picks.iter().for_each(|pick| selector_filters(pick.select, &mut filters));
        if let Some(names) = request.nodes {
            filters.extend(names.journey.select.iter());
        }
        session_property::prepare(context, &filters, request.breakdown, bounds)?;
        let by_people = |part: &Breakdown| {
            matches!(part, Breakdown::Cohorts(_)) || part.property().is_some_and(|(_, of)| matches!(of, Of::Person | Of::PersonAtEvent | Of::Session))
        };
        let uses_people =
            request.by_person || context.actor == Actor::Device || filters.into_iter().any(about_people) || request.breakdown.iter().any(by_people);
        let hourly_bits = if request.needs_only_times() && context.actor == Actor::Person {
            picks.iter().enumerate().filter(|(_, pick)| is_any(pick.select)).fold(0, |bits, (bit, _)| bits | 1 << bit) & request.by_hour
        } else {
            0
        };
        let alike = request.filter.and_then(predicate::accepts_alike);
        Ok(Self { context, request, dids, picks, first_time_bits, bounds, uses_people, hourly_bits, alike, disputed: Vec::new() })
    }

    /// Whether any row of a segment can matter, by its times and event names.
    pub(crate) fn may_hold(&self, segment: &dyn Segment) -> bool {
        let Some((first, last)) = segment.time_range().filter(|_| !self.request.without.contains(&segment.id())) else { return false };
        if last < self.bounds.0 || first >= self.bounds.1 {
            return false;
        }
        (0..segment.event_names().len()).any(|event| self.bits_of_name(&segment.event_names()[event]).is_some())
    }

    /// Rows outside are of no use.
    pub(super) fn bounds(&self) -> (i64, i64) {
        self.bounds
    }

    pub(crate) fn uses_people(&self) -> bool {
        self.uses_people
    }

    /// The picks that an event's name alone allows; `None` when the rows of that name are of no use.
    fn bits_of_name(&self, name: &str) -> Option<u64> {
        let mut bits = 0;
        for (bit, pick) in self.picks.iter().enumerate() {
            if selects_name(pick.select, name) {
                bits |= 1 << bit;
            }
        }
        (bits != 0 || self.request.stream.is_some()).then_some(bits)
    }

    fn columns(&self, segment: &dyn Segment) -> Vec<String> {
        let request = self.request;
        let mut columns = vec![column::TIME.to_owned()];
        let mut fixed = |name: &str| {
            if !columns.iter().any(|one| one == name) {
                columns.push(name.to_owned());
            }
        };
        if self.uses_people {
            fixed(column::PERSON);
        }
        if request.ties {
            fixed(column::TIE);
            if !self.disputed.is_empty() {
                fixed(column::SEQ);
            }
        }
        if request.session_ids {
            fixed(column::SESSION_ID);
        }
        if request.sessions {
            fixed(column::DEVICE_ID);
        }
        if self.context.actor == Actor::Device {
            fixed(column::DEVICE_ID);
        }
        if request.sessions {
            session_columns(self.context, segment, &mut columns);
        }
        if let Actor::Group(kind) = &self.context.actor {
            columns_of(segment, kind, &mut columns);
        }
        let mut filters: Vec<&Filter> = request.filter.into_iter().collect();
        self.picks.iter().for_each(|pick| selector_filters(pick.select, &mut filters));
        if let Some(names) = request.nodes {
            filters.extend(names.journey.select.iter());
            // Where nodes are events, the runs of rows say which.
            if !matches!(names.journey.node, NodeName::Event) && !columns.iter().any(|one| one == column::EVENT) {
                columns.push(column::EVENT.to_owned());
            }
            match &names.journey.node {
                NodeName::Event => {}
                NodeName::Page => columns_of(segment, "$current_url", &mut columns),
                NodeName::Property(property) => columns_of(segment, property, &mut columns),
                NodeName::Properties(rules) => rules.values().for_each(|(property, _)| columns_of(segment, property, &mut columns)),
            }
        }
        for filter in filters {
            filter_columns(self.context, segment, filter, &mut columns);
        }
        if self.picks.iter().any(|pick| !pick.select.alternatives.is_empty()) && !columns.iter().any(|one| one == column::EVENT) {
            columns.push(column::EVENT.to_owned());
        }
        breakdown_columns(self.context, segment, request.breakdown, &mut columns);
        if request.summaries != 0 {
            summary::columns(segment, &mut columns);
        }
        for property in request.numbers.iter().chain(&request.texts).copied().chain(request.hold.iter().map(String::as_str)) {
            columns_of(segment, property, &mut columns);
        }
        columns
    }

    /// Adds the rows of one bucket that can matter. `people` is the list that `mapping` points into.
    pub(crate) fn decode(&self, segment: &dyn Segment, bucket: usize, mapping: &Mapping, people: &[PersonId], rows: &mut Rows<'_>) -> Result<(), AskError> {
        match self.read(segment, bucket)? {
            Some(read) => self.take_read(&read, mapping, people, rows),
            None => Ok(()),
        }
    }

    /// The same for a part of a coarser bucket of the segment's own, which is read once for all its parts.
    pub(super) fn decode_slice(
        &self,
        segment: &dyn Segment,
        shared: &Shared,
        bucket: usize,
        mapping: &Mapping,
        people: &[PersonId],
        rows: &mut Rows<'_>,
    ) -> Result<(), AskError> {
        let own_bucket = bucket >> shared.shift;
        let read = shared.read(own_bucket, || self.read(segment, own_bucket))?;
        let Some(read) = read else { return Ok(()) };
        let is_last = bucket & ((1 << shared.shift) - 1) == (1 << shared.shift) - 1;
        self.take_read(&read.slice(mapping.ordinals(), is_last)?, mapping, people, rows)
    }

    fn take_read(&self, read: &Read, mapping: &Mapping, people: &[PersonId], rows: &mut Rows<'_>) -> Result<(), AskError> {
        if self.uses_people && !mapping.is_in_order() {
            rows.runs.break_up();
        }
        if let Some((hours, bits)) = &read.hours {
            self.take_hours(hours, *bits, mapping, rows);
        }
        match &read.batch {
            Some(batch) if batch.num_rows() > 0 => self.take(batch, read, mapping, people, rows),
            _ => Ok(()),
        }
    }

    /// The picks for which a segment's own list of active hours stands in for its rows.
    fn hourly_bits_of(&self, segment: &dyn Segment) -> u64 {
        let whole = |bit: usize| !cuts_an_hour(segment, self.picks[bit].from) && !cuts_an_hour(segment, self.picks[bit].to);
        (0..self.picks.len()).filter(|bit| self.hourly_bits & 1 << bit != 0 && whole(*bit)).fold(0, |bits, bit| bits | 1 << bit)
    }

    fn read(&self, segment: &dyn Segment, bucket: usize) -> Result<Option<Read>, AskError> {
        let mut hourly_bits = self.hourly_bits_of(segment);
        let hours = if hourly_bits == 0 { None } else { segment.last_of_hours(bucket).map_err(store_failed)? };
        if let Some(hours) = &hours {
            self.context.count_events_read(hours.times.len());
        } else {
            hourly_bits = 0;
        }
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut runs: Vec<EventRun> = Vec::new();
        for (event, name) in segment.event_names().iter().enumerate() {
            let Some(bits) = self.bits_of_name(name).map(|bits| bits & !hourly_bits) else { continue };
            if bits == 0 && self.request.stream.is_none() {
                continue;
            }
            let range = segment.event_rows(bucket, event);
            if range.is_empty() {
                continue;
            }
            runs.push(EventRun { len: range.len(), bits, name: Arc::clone(name) });
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        if ranges.is_empty() {
            return Ok(hours.map(|hours| Read { batch: None, runs, hours: Some((hours, hourly_bits)), selectors: None }));
        }
        let columns = self.columns(segment);
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let batch = segment.read(bucket, &ranges, &names).map_err(store_failed)?;
        self.context.count_events_read(batch.num_rows());
        // The whole of each event is read, and with it the first summary, which names the selectors of all.
        let selectors = if self.request.summaries == 0 { None } else { summary::selectors_of(self.context, &batch) };
        Ok(Some(Read { batch: Some(batch), runs, hours: hours.map(|hours| (hours, hourly_bits)), selectors }))
    }

    /// Adds the last events of people's hours.
    fn take_hours(&self, hours: &LastOfHours, bits: u64, mapping: &Mapping, rows: &mut Rows<'_>) {
        let mut positions: Vec<u32> = Vec::new();
        mapping.positions(&hours.ordinals, &mut positions);
        let bounded: Vec<(u64, i64, i64)> = self.bit_bounds();
        if !mapping.leaves_some() && bounded.iter().all(|(_, from, to)| hours.times.iter().fold(true, |all, time| all & (from <= time) & (time < to))) {
            let start = rows.time.len();
            rows.person.extend_from_slice(&positions);
            rows.time.extend_from_slice(&hours.times);
            rows.mask.resize(rows.time.len(), bits);
            rows.runs.push(start..rows.time.len(), bits);
            return;
        }
        let start = rows.time.len();
        for (position, time) in positions.into_iter().zip(&hours.times) {
            let mask = bounded.iter().filter(|(_, from, to)| from <= time && time < to).fold(0, |mask, (those, _, _)| mask | (bits & those));
            if position != ELSEWHERE && mask != 0 {
                rows.person.push(position);
                rows.time.push(*time);
                rows.mask.push(mask);
            }
        }
        rows.runs.push(start..rows.time.len(), 0);
    }

    fn take(&self, batch: &RecordBatch, read: &Read, mapping: &Mapping, people: &[PersonId], rows: &mut Rows<'_>) -> Result<(), AskError> {
        let runs = &read.runs;
        let before = rows.mask.len();
        let n = batch.num_rows();
        let times: &Int64Array = batch.column(0).as_primitive();
        let times = times.values();
        let mut positions: Vec<u32> = Vec::new();
        if self.uses_people {
            let ordinals: &UInt32Array = batch.column(1).as_primitive();
            mapping.positions(ordinals.values(), &mut positions);
        } else {
            positions.resize(n, NO_PERSON);
        }
        let some_elsewhere = self.uses_people && mapping.leaves_some();
        // Filters see people by position; a row that is taken elsewhere is looked at as nobody's and dropped below.
        let ordinals: Vec<u32>;
        let seen_positions = if some_elsewhere {
            ordinals = positions.iter().map(|position| if *position == ELSEWHERE { NO_PERSON } else { *position }).collect();
            &ordinals
        } else {
            &positions
        };
        let view = predicate::Rows { context: self.context, batch, ordinals: seen_positions, people };
        let accepts: Option<Vec<Accepts>> = match self.request.filter {
            Some(_) if self.alike.is_some() => None,
            Some(filter) => Some(view.accepts(filter)?),
            None => None,
        };
        let mut conditions: Vec<(u64, Vec<bool>)> = Vec::new();
        for (bit, pick) in self.picks.iter().enumerate() {
            if let Some(passes) = selector_passes(pick.select, &view)? {
                conditions.push((1 << bit, passes));
            }
        }
        // What a journey leaves out was not walked through at all; it was done all the same, for its goal and for conditions about people.
        let walk = match self.request.nodes.and_then(|names| names.journey.select.as_ref()) {
            Some(select) => Some(view.passes(select)?),
            None => None,
        };
        let kept_by_did = self.first_time_bits | self.did_bits();
        let bounded: Vec<(u64, i64, i64)> = self.bit_bounds();
        let plain = conditions.is_empty() && walk.is_none() && self.request.filter.is_none() && kept_by_did == self.first_time_bits && !some_elsewhere;
        if plain && self.all_inside(times) {
            for run in runs {
                let start = rows.mask.len();
                rows.mask.resize(start + run.len, run.bits);
                rows.runs.push(start..start + run.len, run.bits);
            }
            self.summaries(batch, read, before, None, rows);
            return self.side_values(runs, &view, &positions, None, None, rows);
        }
        let mut chosen: Vec<u32> = Vec::with_capacity(n);
        let mut row = 0usize;
        for &EventRun { len, bits, .. } in runs {
            let start = rows.mask.len();
            let mut own_bounds = bounded.iter().filter(|(those, ..)| bits & those != 0);
            let is_alike = conditions.is_empty() && walk.is_none() && self.request.stream.is_none() && (kept_by_did == 0 || accepts.is_none());
            if let (true, Some((_, from, to)), None) = (is_alike, own_bounds.next(), own_bounds.next()) {
                // Every row that passes counts for the same picks.
                let accept = self.alike.unwrap_or(Accepts::MAX);
                let bits = if accept == 0 { bits & kept_by_did } else { bits };
                let own = row..row + if bits == 0 { 0 } else { len };
                let before = chosen.len();
                let is_here = times[own.clone()].iter().zip(&positions[own.clone()]).map(|(time, at)| (from <= time) & (time < to) & (*at != ELSEWHERE));
                match &accepts {
                    Some(accepts) => keep(&mut chosen, own.clone(), is_here.zip(&accepts[own]).map(|(is_here, accept)| is_here & (*accept != 0))),
                    None => keep(&mut chosen, own, is_here),
                }
                rows.mask.resize(start + chosen.len() - before, bits);
                rows.runs.push(start..rows.mask.len(), bits);
                row += len;
                continue;
            }
            for r in row..row + len {
                if positions[r] == ELSEWHERE {
                    continue;
                }
                let time = times[r];
                let mut mask = 0u64;
                for (those, from, to) in &bounded {
                    if *from <= time && time < *to {
                        mask |= bits & those;
                    }
                }
                for (bit, passes) in &conditions {
                    if !passes[r] {
                        mask &= !bit;
                    }
                }
                let walked = walk.as_ref().is_none_or(|walk| walk[r]);
                if !walked {
                    mask &= !WALKED_BIT;
                }
                let accept = accepts.as_ref().map_or(self.alike.unwrap_or(Accepts::MAX), |accepts| accepts[r]);
                if accept == 0 {
                    mask &= kept_by_did;
                }
                let in_stream = walked && accept != 0 && self.request.stream.is_some_and(|(from, to)| from <= time && time < to);
                if mask == 0 && !in_stream {
                    continue;
                }
                chosen.push(r as u32);
                rows.mask.push(mask);
                if self.decides_later() {
                    if self.alike.is_none() {
                        rows.accept.push(accept);
                    }
                    if self.request.stream.is_some() {
                        rows.in_stream.push(in_stream);
                    }
                }
            }
            rows.runs.push(start..rows.mask.len(), 0);
            row += len;
        }
        self.summaries(batch, read, before, Some(&chosen), rows);
        self.side_values(runs, &view, &positions, walk.as_deref(), Some(&chosen), rows)
    }

    /// The page summaries of the rows whose masks were added from `before` on.
    fn summaries(&self, batch: &RecordBatch, read: &Read, before: usize, chosen: Option<&[u32]>, rows: &mut Rows<'_>) {
        let wanted = self.request.summaries;
        if wanted == 0 {
            return;
        }
        let masks = &rows.mask[before..];
        let is_wanted = |at: usize| masks[at] & wanted != 0;
        match chosen {
            None => rows.summaries.add(self.context, batch, read.selectors.as_ref(), 0..batch.num_rows(), is_wanted),
            Some(chosen) => rows.summaries.add(self.context, batch, read.selectors.as_ref(), chosen.iter().map(|row| *row as usize), is_wanted),
        }
    }

    /// Whether every row lies where all picks look, and in the stream if there is one.
    fn all_inside(&self, times: &[i64]) -> bool {
        let inside = self.bit_bounds().into_iter().map(|(_, from, to)| (from, to)).chain(self.request.stream);
        let (from, to) = inside.fold((i64::MIN, i64::MAX), |all, one| (all.0.max(one.0), all.1.min(one.1)));
        // Without a branch a row, so that it runs at the speed of memory.
        times.iter().fold(true, |all, time| all & (*time >= from) & (*time < to))
    }

    /// `did` and first-time picks need rows that the filter may not let through, so rows carry what the filter said.
    pub(crate) fn decides_later(&self) -> bool {
        (self.first_time_bits != 0 && self.request.filter.is_some()) || !self.dids.is_empty()
    }

    /// What the filter says of every row alike, where rows would else carry it until their person's answers are known.
    pub(super) fn decides_alike(&self) -> Option<Accepts> {
        self.alike.filter(|_| self.decides_later())
    }

    fn did_bits(&self) -> u64 {
        let n = self.request.picks.len();
        (0..self.dids.len()).fold(0, |bits, i| bits | 1 << (n + i))
    }

    /// Bits by the times in which they may be set; a first-time pick looks at all of history.
    fn bit_bounds(&self) -> Vec<(u64, i64, i64)> {
        let mut bounds: Vec<(u64, i64, i64)> = Vec::new();
        for (bit, pick) in self.picks.iter().enumerate() {
            let (from, to) = if pick.select.first_time { (i64::MIN, i64::MAX) } else { (pick.from, pick.to) };
            match bounds.iter_mut().find(|one| (one.1, one.2) == (from, to)) {
                Some(one) => one.0 |= 1 << bit,
                None => bounds.push((1 << bit, from, to)),
            }
        }
        bounds
    }

    /// Copies what the chosen rows carry; all rows when none are named.
    fn side_values(
        &self,
        runs: &[EventRun],
        view: &predicate::Rows<'_>,
        positions: &[u32],
        walk: Option<&[bool]>,
        chosen: Option<&[u32]>,
        rows: &mut Rows<'_>,
    ) -> Result<(), AskError> {
        let (request, batch) = (self.request, view.batch);
        let times: &Int64Array = batch.column(0).as_primitive();
        let times = times.values();
        fn pick<T: Copy>(all: &[T], chosen: Option<&[u32]>, into: &mut Vec<T>) {
            match chosen {
                None => into.extend_from_slice(all),
                Some(chosen) => into.extend(chosen.iter().map(|row| all[*row as usize])),
            }
        }
        pick(times, chosen, &mut rows.time);
        if request.by_person || !rows.person.is_empty() || self.uses_people {
            pick(positions, chosen, &mut rows.person);
        } else {
            rows.person.resize(rows.time.len(), NO_PERSON);
        }
        if request.ties {
            let ties: &UInt32Array = batch.column_by_name(column::TIE).ok_or_else(|| super::failed("column tie was not read"))?.as_primitive();
            if !self.disputed.is_empty() {
                rows.sequence.add(batch, chosen, rows.tie.len())?;
            }
            pick(ties.values(), chosen, &mut rows.tie);
        }
        if !request.breakdown.is_empty() {
            let ids = rows.groups.of_rows(request.breakdown, view, chosen)?;
            rows.group.extend_from_slice(&ids);
        }
        for (i, property) in request.numbers.iter().enumerate() {
            let numbers = PropertyView::new(batch, property, self.context).numbers();
            if rows.numbers.len() <= i {
                rows.numbers.push(Vec::new());
            }
            pick(&numbers, chosen, &mut rows.numbers[i]);
        }
        for (i, property) in request.texts.iter().enumerate() {
            let keys = self.text_keys(batch, property);
            if rows.texts.len() <= i {
                rows.texts.push(Vec::new());
            }
            pick(&keys, chosen, &mut rows.texts[i]);
        }
        if !request.hold.is_empty() {
            let mut held = vec![HOLD_SEED; batch.num_rows()];
            for property in request.hold {
                let mut keys = vec![0u64; batch.num_rows()];
                PropertyView::new(batch, property, self.context).for_each(|row, cell| keys[row] = text_key(cell));
                for (held, key) in held.iter_mut().zip(keys) {
                    // A value that is not set cannot be held.
                    *held = if *held == 0 || key == 0 { 0 } else { xxh3_64_with_seed(&key.to_le_bytes(), *held).max(1) };
                }
            }
            pick(&held, chosen, &mut rows.hold);
        }
        if request.sessions {
            pick(&session_keys(view)?, chosen, &mut rows.session_key);
            pick(&device_keys(batch)?, chosen, &mut rows.device_key);
        }
        if request.session_ids {
            let numbers = rows.session_ids.numbers_of(dictionary(batch, column::SESSION_ID)?);
            pick(&numbers, chosen, &mut rows.session);
        }
        if let Some(names) = request.nodes {
            let ids = match &names.journey.node {
                NodeName::Event => nodes_by_name(runs, &mut rows.nodes),
                _ => node_ids(self.context, batch, names, &mut rows.nodes)?,
            };
            let ids = match walk {
                Some(walk) => ids.into_iter().zip(walk).map(|(id, walked)| if *walked { id } else { Nodes::LEFT_OUT }).collect(),
                None => ids,
            };
            pick(&ids, chosen, &mut rows.node);
        }
        rows.actors.add(self.context, batch, view, chosen)
    }

    /// A number for each row's value, which tells it apart from others; the values themselves go to the context where they will be shown.
    fn text_keys(&self, batch: &RecordBatch, property: &str) -> Vec<u64> {
        let view = PropertyView::new(batch, property, self.context);
        let is_shown = self.request.words.contains(&property);
        let is_wanted = |key: u64| is_shown && self.request.only_words.as_ref().is_none_or(|only| only.contains(&key));
        let mut words: HashMap<u64, Arc<str>> = HashMap::new();
        let mut keys = vec![0u64; batch.num_rows()];
        if let Some(array) = view.only_dictionary() {
            let values: &StringArray = array.values().as_string();
            let mut by_value = vec![0u64; values.len()];
            for (row, value) in array.keys().iter().enumerate() {
                let Some(value) = value.map(|value| value as usize) else { continue };
                if by_value[value] == 0 {
                    by_value[value] = key_of_text(values.value(value));
                    if is_wanted(by_value[value]) {
                        words.insert(by_value[value], Arc::from(values.value(value)));
                    }
                }
                keys[row] = by_value[value];
            }
        } else {
            view.for_each(|row, cell| {
                keys[row] = text_key(cell);
                if is_wanted(keys[row]) {
                    words.entry(keys[row]).or_insert_with(|| Arc::from(cell.text()));
                }
            });
        }
        self.context.learn_words(words);
        keys
    }
}

/// Adds the rows that pass. Without a branch a row: which ones pass cannot be guessed.
fn keep(chosen: &mut Vec<u32>, rows: Range<usize>, passes: impl Iterator<Item = bool>) {
    let mut at = chosen.len();
    chosen.resize(at + rows.len(), 0);
    for (row, passes) in rows.zip(passes) {
        chosen[at] = row as u32;
        at += usize::from(passes);
    }
    chosen.truncate(at);
}

/// The pick by which a walk is anchored.
const WALKED_BIT: u64 = 1;

const HOLD_SEED: u64 = 7;

/// Whether an edge of a range has events of a segment on both sides and lies inside an hour, so that what is known of the hour does not answer.
pub(crate) fn cuts_an_hour(segment: &dyn Segment, edge: i64) -> bool {
    edge.rem_euclid(HOUR_MS) != 0 && segment.time_range().is_some_and(|(first, last)| first < edge && edge <= last)
}
