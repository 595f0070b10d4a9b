//! Rows of a bucket, and each person's hits in order.

use super::{
    Context, Decoder, Did, NO_PERSON, NO_SESSION, Nodes, Request,
    actors::Actors,
    by_pick::{Source, for_each_starter},
    first::{Firsts, MOST_FIRST},
    session_ids::SessionIds,
    summary::Summaries,
    ties::Sequence,
    walk::{Runs, Walker},
};
use crate::{group::Groups, memory::held, predicate::Accepts};
use sillage_behavior::{
    Hit,
    question::SessionBy,
    session::{self, Visit},
};
use sillage_event::PersonId;
use std::ops::Range;

/// Decoded rows, column by column. Optional columns are empty when the request did not ask for them.
#[derive(Debug, Default)]
pub(crate) struct Rows<'a> {
    /// Position in the list of people, or [`NO_PERSON`].
    pub(crate) person: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) mask: Vec<u64>,
    pub(crate) tie: Vec<u32>,
    pub(super) sequence: Sequence,
    pub(crate) accept: Vec<Accepts>,
    pub(crate) in_stream: Vec<bool>,
    pub(crate) group: Vec<u32>,
    pub(crate) numbers: Vec<Vec<f64>>,
    pub(crate) texts: Vec<Vec<u64>>,
    pub(crate) hold: Vec<u64>,
    pub(crate) session_key: Vec<u64>,
    pub(crate) device_key: Vec<u64>,
    /// Numbers in `session_ids`.
    pub(crate) session: Vec<u32>,
    pub(crate) session_ids: SessionIds,
    pub(crate) node: Vec<u32>,
    pub(crate) actors: Actors,
    pub(crate) summaries: Summaries,
    pub(crate) groups: Groups,
    pub(crate) nodes: Nodes<'a>,
    /// Where rows are in order already.
    pub(crate) runs: Runs,
}

held! {
    Rows<'_> {
        person, time, mask, tie, sequence, accept, in_stream, group, numbers, texts, hold, session_key, device_key, session, session_ids, node, actors, summaries,
        groups, nodes
    }
}

/// Whether a row is one of a kind.
type RowTest<'t, 'c> = &'t dyn Fn(&Rows<'c>, usize) -> bool;

impl<'a> Rows<'a> {
    pub(crate) fn new(groups: Groups, nodes: Nodes<'a>) -> Self {
        Self { groups, nodes, ..Self::default() }
    }

    /// Forgets the rows and keeps their memory.
    fn clear(&mut self) {
        let Self {
            person,
            time,
            mask,
            tie,
            sequence,
            accept,
            in_stream,
            group,
            numbers,
            texts,
            hold,
            session_key,
            device_key,
            session,
            session_ids,
            node,
            actors,
            summaries,
            groups,
            nodes,
            runs,
        } = self;
        runs.clear();
        session_ids.clear();
        sequence.clear();
        [person, tie, group, session, node].into_iter().for_each(Vec::clear);
        [mask, hold, session_key, device_key].into_iter().for_each(Vec::clear);
        time.clear();
        accept.clear();
        in_stream.clear();
        numbers.iter_mut().for_each(Vec::clear);
        texts.iter_mut().for_each(Vec::clear);
        actors.clear();
        summaries.clear();
        (*groups, *nodes) = (Groups::default(), Nodes::default());
    }

    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    /// Copies some rows; people and names stay as numbered here.
    fn copy(&mut self, from: &Rows<'_>, rows: &[u32], group_of: &mut dyn FnMut(u32) -> u32, node_of: &mut dyn FnMut(u32) -> u32) {
        fn pick<T: Copy>(from: &[T], rows: &[u32], into: &mut Vec<T>) {
            if !from.is_empty() {
                into.extend(rows.iter().map(|row| from[*row as usize]));
            }
        }
        pick(&from.time, rows, &mut self.time);
        pick(&from.mask, rows, &mut self.mask);
        pick(&from.tie, rows, &mut self.tie);
        self.sequence.copy(&from.sequence, rows, self.time.len() - rows.len());
        pick(&from.accept, rows, &mut self.accept);
        pick(&from.in_stream, rows, &mut self.in_stream);
        pick(&from.hold, rows, &mut self.hold);
        pick(&from.session_key, rows, &mut self.session_key);
        pick(&from.device_key, rows, &mut self.device_key);
        self.numbers.resize(from.numbers.len().max(self.numbers.len()), Vec::new());
        from.numbers.iter().zip(&mut self.numbers).for_each(|(from, into)| pick(from, rows, into));
        self.texts.resize(from.texts.len().max(self.texts.len()), Vec::new());
        from.texts.iter().zip(&mut self.texts).for_each(|(from, into)| pick(from, rows, into));
        self.summaries.copy(&from.summaries, rows);
        if !from.group.is_empty() {
            self.group.extend(rows.iter().map(|row| group_of(from.group[*row as usize])));
        }
        for row in rows.iter().filter(|_| !from.session.is_empty()) {
            let number = from.session[*row as usize];
            self.session.push(if number == NO_SESSION { number } else { self.session_ids.number(from.session_ids.hashes[number as usize]) });
        }
        if !from.node.is_empty() {
            self.node.extend(rows.iter().map(|row| node_of(from.node[*row as usize])));
        }
    }

    /// Adds rows of the side pass, whose people are added already.
    pub(super) fn append(&mut self, other: &Rows<'_>, rows: Range<usize>) {
        self.runs.break_up();
        let rows: Vec<u32> = rows.map(|row| row as u32).collect();
        let mut groups = std::mem::take(&mut self.groups);
        let mut nodes = std::mem::take(&mut self.nodes);
        let mut node_of = |node: u32| if node >= Nodes::LEFT_OUT { node } else { nodes.id(&other.nodes.shown[node as usize]) };
        self.copy(other, &rows, &mut |id| groups.adopt(&other.groups, id), &mut node_of);
        (self.groups, self.nodes) = (groups, nodes);
    }

    /// The rows in this order, each of the person beside it; groups and nodes keep their numbers.
    pub(super) fn arranged(mut self, order: &[u32], person: Vec<u32>) -> Self {
        let mut arranged = Self { person, ..Self::default() };
        arranged.copy(&self, order, &mut |group| group, &mut |node| node);
        (arranged.groups, arranged.nodes) = (std::mem::take(&mut self.groups), std::mem::take(&mut self.nodes));
        arranged
    }
}

/// What one bucket needs of memory, lent to the next one.
#[derive(Debug, Default)]
pub(crate) struct Scratch<'c> {
    rows: Rows<'c>,
    people: Vec<PersonId>,
    person: PersonScratch,
}

/// What putting a bucket's rows person after person needs of memory.
#[derive(Debug, Default)]
struct PersonScratch {
    person_of_row: Vec<u32>,
    offsets: Vec<u32>,
    keys: Vec<u64>,
    hits: Vec<Hit>,
}

impl<'c> Scratch<'c> {
    /// Empty rows and an empty list of people, with the memory of earlier ones.
    pub(crate) fn take(&mut self, groups: Groups, nodes: Nodes<'c>) -> (Rows<'c>, Vec<PersonId>) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        rows.groups = groups;
        rows.nodes = nodes;
        let mut people = std::mem::take(&mut self.people);
        people.clear();
        (rows, people)
    }
}

/// One bucket, ready for kernels.
pub(crate) struct Bucket<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) rows: Rows<'c>,
    pub(crate) people: Vec<PersonId>,
    request: &'c Request<'c>,
    dids: &'c [Did<'c>],
    /// What the filter says of every row alike, where it asks only what people did.
    alike: Option<Accepts>,
    scratch: PersonScratch,
}

/// A row as one number, its time before its position, so that ordering rows is ordering numbers.
#[derive(Debug)]
pub(super) struct Keys {
    row_bits: u32,
    earliest: i64,
    /// The times there are, when they lie too far apart for a key, which then holds a position in this list.
    far_times: Vec<i64>,
}

impl Keys {
    pub(super) fn new(rows: &Rows<'_>) -> Self {
        let row_bits = (usize::BITS - rows.len().leading_zeros()).max(1);
        let earliest = rows.time.iter().copied().min().unwrap_or(0);
        let latest = rows.time.iter().copied().max().unwrap_or(0);
        let mut far_times = Vec::new();
        if latest.wrapping_sub(earliest) as u64 >> (u64::BITS - row_bits) != 0 {
            far_times.clone_from(&rows.time);
            far_times.sort_unstable();
            far_times.dedup();
        }
        Self { row_bits, earliest, far_times }
    }

    #[inline]
    fn key(&self, row: usize, time: i64) -> u64 {
        let since = if self.far_times.is_empty() { time.wrapping_sub(self.earliest) as u64 } else { self.far_times.partition_point(|one| *one < time) as u64 };
        (since << self.row_bits) | row as u64
    }

    #[inline]
    pub(super) fn row_and_time(&self, key: u64) -> (u32, i64) {
        let since = key >> self.row_bits;
        let time = if self.far_times.is_empty() { self.earliest.wrapping_add(since as i64) } else { self.far_times[since as usize] };
        ((key & ((1 << self.row_bits) - 1)) as u32, time)
    }

    /// The keys of rows, person after person, with where each person's begin.
    pub(super) fn scatter(&self, persons: &[u32], times: &[i64], n_people: usize, offsets: &mut Vec<u32>, keys: &mut Vec<u64>) {
        offsets.clear();
        offsets.resize(n_people + 2, 0);
        for person in persons.iter().filter(|person| **person != NO_PERSON) {
            offsets[*person as usize + 2] += 1;
        }
        for i in 2..offsets.len() {
            offsets[i] += offsets[i - 1];
        }
        keys.clear();
        keys.resize(offsets[offsets.len() - 1] as usize, 0);
        for (row, (person, time)) in persons.iter().zip(times).enumerate() {
            if *person != NO_PERSON {
                let slot = &mut offsets[*person as usize + 1];
                keys[*slot as usize] = self.key(row, *time);
                *slot += 1;
            }
        }
        offsets.pop();
    }
}

/// One person's hits in order of time, after everything that decides which of them count.
pub(crate) struct Person<'b> {
    pub(crate) id: PersonId,
    pub(crate) hits: &'b [Hit],
}

/// What `did` conditions leave; [`Bucket::mask_of`] tells it of a row.
pub(crate) struct Decided {
    masks: Masks,
    /// People of whom something counts.
    pub(crate) n_people: usize,
}

/// The picks that may count.
enum Masks {
    OfRows(Vec<u64>),
    OfPeople(Vec<u64>),
}

impl<'c> Bucket<'c> {
    pub(crate) fn new(
        context: &'c Context<'c>,
        request: &'c Request<'c>,
        decoder: &'c Decoder<'c>,
        people: Vec<PersonId>,
        rows: Rows<'c>,
        scratch: &mut Scratch<'c>,
    ) -> Self {
        Self { context, rows, people, request, dids: &decoder.dids, alike: decoder.decides_alike(), scratch: std::mem::take(&mut scratch.person) }
    }

    pub(crate) fn give_back(self, scratch: &mut Scratch<'c>) {
        *scratch = Scratch { rows: self.rows, people: self.people, person: self.scratch };
    }

    pub(crate) fn is_by_person(&self) -> bool {
        self.request.by_person
    }

    fn count_people(&self, n: usize) {
        if !self.request.counts_nobody {
            self.context.count_people(n);
        }
    }

    /// Calls with everybody who has a hit left. `each` may look at the rows and their groups.
    pub(crate) fn for_each_person(&mut self, mut each: impl FnMut(&mut Rows<'c>, Person<'_>)) {
        if !self.request.by_person {
            return;
        }
        let decides_later = self.decides_later();
        let first_times = !decides_later && self.request.picks.iter().any(|pick| pick.select.first_time);
        let mut scratch = std::mem::take(&mut self.scratch);
        let PersonScratch { person_of_row, offsets, keys, hits } = &mut scratch;
        // A copy, since callers may number groups and nodes on the way, and look at any row.
        person_of_row.clone_from(&self.rows.person);
        let mut walker = self.rows.runs.to_walk(person_of_row.len(), self.people.len()).map(|runs| Walker::new(person_of_row, runs));
        let scattered = match &walker {
            Some(_) => None,
            None => {
                let scattered = Keys::new(&self.rows);
                scattered.scatter(person_of_row, &self.rows.time, self.people.len(), offsets, keys);
                Some(scattered)
            }
        };
        let mut n_people = 0;
        for position in 0..self.people.len() {
            hits.clear();
            if let Some(walker) = &mut walker {
                let rows = &self.rows;
                walker.take(position as u32, |own| {
                    hits.extend(own.map(|row| Hit { time: rows.time[row as usize], mask: rows.mask[row as usize], row }));
                });
                if self.request.in_order && !hits.is_sorted_by_key(|hit| hit.time) {
                    hits.sort_unstable_by_key(|hit| (hit.time, hit.row));
                }
            } else if let Some(scattered) = &scattered {
                let own = &mut keys[offsets[position] as usize..offsets[position + 1] as usize];
                if self.request.in_order {
                    own.sort_unstable();
                }
                hits.extend(own.iter().map(|key| {
                    let (row, time) = scattered.row_and_time(*key);
                    Hit { time, mask: self.rows.mask[row as usize], row }
                }));
            }
            if hits.is_empty() {
                continue;
            }
            if self.request.in_order {
                self.order_ties(hits);
            }
            let mut n = hits.len();
            if decides_later {
                n = self.decide(hits);
            } else if first_times {
                n = self.keep_first_times(hits, |_| true);
            }
            if n > 0 {
                n_people += 1;
                each(&mut self.rows, Person { id: self.people[position], hits: &hits[..n] });
            }
        }
        self.count_people(n_people);
        self.scratch = scratch;
    }

    /// Calls with everybody's first `most` rows that count, from the first one on that starts. False, and nothing done, where more is to be known of a
    /// person, or where rows cannot be told apart so.
    pub(crate) fn for_each_beginning(
        &mut self,
        most: usize,
        counts: impl Fn(&Rows<'c>, usize) -> bool,
        starts: Option<RowTest<'_, 'c>>,
        mut each: impl FnMut(&mut Rows<'c>, Person<'_>),
    ) -> bool {
        if most > MOST_FIRST || !self.counts_rows_as_they_are() || self.people.is_empty() {
            return false;
        }
        let rows = &self.rows;
        let starts = starts.map(|starts| move |row: usize| starts(rows, row));
        let starts = starts.as_ref().map(|starts| starts as &dyn Fn(usize) -> bool);
        let Some(firsts) = Firsts::new(rows, self.people.len(), most, |row| counts(rows, row), starts) else { return false };
        let mut hits = std::mem::take(&mut self.scratch.hits);
        for position in 0..self.people.len() {
            firsts.hits_of(&self.rows, position, &mut hits);
            if !hits.is_empty() {
                each(&mut self.rows, Person { id: self.people[position], hits: &hits });
            }
        }
        self.scratch.hits = hits;
        self.count_people(firsts.n_people);
        true
    }

    /// Calls with everybody who has a row of the first pick, with their rows as a list for each pick: (time, row) in order of time. For requests
    /// whose rows count as they are, each for one pick.
    pub(crate) fn for_each_starter_by_pick(&mut self, each: impl FnMut(&Rows<'c>, PersonId, &[&[(i64, u32)]])) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let rows = &self.rows;
        let keys;
        let source = match rows.runs.all() {
            Some(runs) => Source::of_runs(runs),
            None => {
                keys = Keys::new(rows);
                keys.scatter(&rows.person, &rows.time, self.people.len(), &mut scratch.offsets, &mut scratch.keys);
                Source::Keys { keys: &keys, of_person: &scratch.keys, offsets: &scratch.offsets }
            }
        };
        let n_people = for_each_starter(rows, &self.people, self.request.picks.len(), source, each);
        self.count_people(n_people);
        self.scratch = scratch;
    }

    /// Whether every row counts for one pick, whatever else its person did.
    pub(crate) fn is_one_pick_a_row(&self) -> bool {
        if self.request.stream.is_some() || !self.counts_rows_as_they_are() {
            return false;
        }
        match self.rows.runs.all().filter(|runs| runs.iter().all(|run| run.bits != 0)) {
            Some(runs) => runs.iter().all(|run| run.bits.is_power_of_two()),
            None => self.rows.mask.iter().all(|mask| mask.is_power_of_two()),
        }
    }

    /// Whether rows count whatever else their person did.
    pub(crate) fn counts_rows_as_they_are(&self) -> bool {
        self.request.by_person && !self.decides_later() && !self.request.picks.iter().any(|pick| pick.select.first_time)
    }

    /// Within a millisecond by what was sent first where that matters, else by what events are: no answer depends on where the rows lay.
    fn order_ties(&self, hits: &mut [Hit]) {
        let ties = &self.rows.tie;
        for moment in hits.chunk_by_mut(|a, b| a.time == b.time).filter(|moment| moment.len() > 1) {
            if ties.is_empty() {
                moment.sort_unstable_by_key(|hit| (hit.mask, hit.row));
            } else {
                moment.sort_unstable_by_key(|hit| (ties[hit.row as usize], hit.row));
            }
        }
    }

    /// The picks that a row of nobody counts for: nobody did anything before, and nobody does anything for the first time.
    pub(crate) fn mask_of_nobody(&self, row: usize) -> u64 {
        if let Some(accept) = self.accepts(row) {
            let combination = self.dids.iter().enumerate().filter(|(_, did)| did.count.holds(0.0)).fold(0u32, |bits, (i, _)| bits | 1 << i);
            if accept & (1 << combination) == 0 {
                return 0;
            }
        }
        let counted = self.request.picks.iter().enumerate().filter(|(_, pick)| !pick.select.first_time);
        self.rows.mask[row] & counted.fold(0, |bits, (i, _)| bits | 1u64 << i)
    }

    /// What `did` conditions leave of each row, without putting anybody's rows together; `None` where there are none. Nothing is done for the
    /// first time here.
    pub(crate) fn decided(&self) -> Option<Decided> {
        if !self.decides_later() {
            return None;
        }
        let rows = &self.rows;
        let n_picks = self.request.picks.len();
        let pick_bits = (1u64 << n_picks) - 1;
        let mut combinations = vec![0u8; self.people.len()];
        for (i, did) in self.dids.iter().enumerate() {
            let mut counts = vec![0u32; self.people.len()];
            self.each_of_somebody(1 << (n_picks + i), |_, person| counts[person] += 1);
            combinations.iter_mut().zip(counts).filter(|(_, count)| did.count.holds(f64::from(*count))).for_each(|(combination, _)| *combination |= 1 << i);
        }
        let mut counts = vec![false; self.people.len()];
        if let Some(alike) = self.alike {
            let of_person: Vec<u64> = combinations.iter().map(|combination| if alike >> combination & 1 != 0 { pick_bits } else { 0 }).collect();
            self.each_of_somebody(pick_bits, |_, person| counts[person] = true);
            let n_people = counts.iter().zip(&of_person).filter(|(counts, mask)| **counts && **mask != 0).count();
            return Some(Decided { masks: Masks::OfPeople(of_person), n_people });
        }
        let mask_of = |(row, person): (usize, &u32)| {
            let Some(combination) = combinations.get(*person as usize) else { return self.mask_of_nobody(row) };
            let accepts = rows.accept[row] >> combination & 1 != 0;
            let mask = if accepts { rows.mask[row] & pick_bits } else { 0 };
            counts[*person as usize] |= mask != 0;
            mask
        };
        let masks = rows.person.iter().enumerate().map(mask_of).collect();
        Some(Decided { masks: Masks::OfRows(masks), n_people: counts.into_iter().filter(|counts| *counts).count() })
    }

    /// The rows of somebody that any of these picks may count.
    fn each_of_somebody(&self, bits: u64, mut each: impl FnMut(usize, usize)) {
        let rows = &self.rows;
        let mut look = |from: usize, to: usize| {
            for (at, (person, mask)) in rows.person[from..to].iter().zip(&rows.mask[from..to]).enumerate() {
                if mask & bits != 0 && *person != NO_PERSON {
                    each(from + at, *person as usize);
                }
            }
        };
        match rows.runs.all() {
            // A run of which all rows are alike, and none of use, is not looked at.
            Some(runs) => runs.iter().filter(|run| run.bits == 0 || run.bits & bits != 0).for_each(|run| look(run.rows.start as usize, run.rows.end as usize)),
            None => look(0, rows.len()),
        }
    }

    /// Whether `did` conditions decide which rows count.
    fn decides_later(&self) -> bool {
        self.alike.is_some() || !self.rows.accept.is_empty()
    }

    /// Under which combinations of `did` answers a row counts; `None` where none are asked.
    fn accepts(&self, row: usize) -> Option<Accepts> {
        self.alike.or_else(|| self.rows.accept.get(row).copied())
    }

    /// The picks that a row counts for, after `did` conditions.
    #[inline]
    pub(crate) fn mask_of(&self, decided: &Decided, row: usize) -> u64 {
        match &decided.masks {
            Masks::OfRows(masks) => masks[row],
            Masks::OfPeople(masks) => match masks.get(self.rows.person[row] as usize) {
                Some(mask) => self.rows.mask[row] & mask,
                None => self.mask_of_nobody(row),
            },
        }
    }

    /// Answers the `did` conditions of one person, keeps first times only, and moves the hits that count to the front.
    fn decide(&self, own: &mut [Hit]) -> usize {
        let n_picks = self.request.picks.len();
        let mut combination = 0u32;
        for (i, did) in self.dids.iter().enumerate() {
            let bit = 1u64 << (n_picks + i);
            let count = own.iter().filter(|hit| hit.mask & bit != 0).count();
            if did.count.holds(count as f64) {
                combination |= 1 << i;
            }
        }
        let accepted = |hit: &Hit| self.accepts(hit.row as usize).is_none_or(|accepts| accepts & (1 << combination) != 0);
        self.keep_first_times(own, accepted)
    }

    /// Keeps the earliest hit of each first-time pick, then the hits that are accepted and still of use.
    fn keep_first_times(&self, own: &mut [Hit], accepted: impl Fn(&Hit) -> bool) -> usize {
        for (i, pick) in self.request.picks.iter().enumerate().filter(|(_, pick)| pick.select.first_time) {
            let bit = 1u64 << i;
            let tie = |hit: &Hit| self.rows.tie.get(hit.row as usize).copied().unwrap_or(0);
            let first = own.iter().filter(|hit| hit.mask & bit != 0).min_by_key(|hit| (hit.time, tie(hit), hit.mask, hit.row)).map(|hit| hit.row);
            for hit in own.iter_mut().filter(|hit| hit.mask & bit != 0) {
                if Some(hit.row) != first || hit.time < pick.from || hit.time >= pick.to {
                    hit.mask &= !bit;
                }
            }
        }
        let pick_bits = (1u64 << self.request.picks.len()) - 1;
        let in_stream = |hit: &Hit| match self.rows.in_stream.get(hit.row as usize) {
            Some(in_stream) => *in_stream,
            None => self.request.stream.is_some_and(|(from, to)| from <= hit.time && hit.time < to),
        };
        let mut kept = 0;
        for i in 0..own.len() {
            let mut hit = own[i];
            hit.mask &= pick_bits;
            if accepted(&hit) && (hit.mask != 0 || in_stream(&hit)) {
                own[kept] = hit;
                kept += 1;
            }
        }
        kept
    }
}

/// Numbers the session of each of a person's hits; what belongs to none has [`session::NO_SESSION`].
pub(crate) fn sessions_of(context: &Context<'_>, rows: &Rows<'_>, hits: &[Hit], sessions: &mut Vec<u32>) {
    let visits: Vec<Visit> = hits
        .iter()
        .map(|hit| Visit { time: hit.time, session_key: rows.session_key[hit.row as usize], device_key: rows.device_key[hit.row as usize] })
        .collect();
    match context.session_by {
        SessionBy::Timeout => session::assign(&visits, context.session_timeout_ms, sessions),
        SessionBy::Property(_) => session::assign_by_value(&visits, sessions),
        SessionBy::Events { .. } => session::assign_by_events(&visits, sessions),
    }
}
