//! One line of a trend while it is being counted: a slot for each interval, and one for the whole range.

use super::marks::Marks;
use crate::{memory::held, scan::Rows};
use sillage_behavior::{
    question::{Aggregate, Outer},
    statistics,
};
use std::collections::{HashMap, HashSet};

/// What a series counts, and where its side values are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    Count,
    Unique,
    /// People, each in the segments of the first (last) of their events.
    Once {
        first: bool,
    },
    Active,
    Sessions,
    /// Sum, average, min, max of the numbers at this position.
    Numbers(Aggregate, usize),
    /// Median and percentiles: every number is kept.
    Values(f64, usize),
    Texts(usize),
    PerPerson {
        source: Option<(Aggregate, usize)>,
        outer: Outer,
    },
    PerSession {
        source: OfSession,
        outer: Outer,
    },
    /// Found elsewhere: the size of a cohort.
    Given,
}

/// What is measured of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum OfSession {
    Total,
    Events,
    Duration,
    Values(Aggregate, usize),
}

impl Meaning {
    pub(super) fn of_numbers(aggregate: Aggregate, at: usize) -> Self {
        match aggregate {
            Aggregate::Median => Self::Values(50.0, at),
            Aggregate::Percentile(p) => Self::Values(p, at),
            other => Self::Numbers(other, at),
        }
    }

    /// Whether rows can be counted without knowing whose they are.
    pub(super) fn is_flat(&self) -> bool {
        matches!(self, Self::Count | Self::Numbers(..) | Self::Values(..) | Self::Texts(_))
    }

    /// Whether a running total is "those seen so far" rather than a sum of the values.
    pub(super) fn cumulates_itself(&self) -> bool {
        matches!(self, Self::Unique | Self::Once { .. } | Self::Sessions | Self::Texts(_))
    }
}

/// The value of each interval, and of the whole range.
pub(super) type Values = (Vec<Option<f64>>, Option<f64>);

/// A value inside a person's own aggregate.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inner {
    Number(f64),
    Text(u64),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Of what was found elsewhere.
    given: Vec<Option<f64>>,
    /// Events, people or sessions by slot; the last slot is the whole range.
    counts: Vec<u64>,
    /// Those seen for the first time in each slot.
    news: Vec<u64>,
    sums: Vec<f64>,
    lows: Vec<f64>,
    highs: Vec<f64>,
    values: Vec<Vec<f64>>,
    texts: Vec<HashSet<u64>>,
    /// The last person counted in each slot.
    stamps: Vec<u32>,
    /// Who was seen in which slot, until they are counted.
    marks: Marks,
    last_slots: Option<(u32, std::ops::Range<usize>, bool)>,
    own_sessions: (u32, Vec<(u32, u32)>),
    own_values: HashMap<usize, Vec<Inner>>,
    /// Events that had nothing to measure: a segment of such events is shown, with nothing measured.
    unmeasured: u64,
}

held! {
    Inner {}
    Line { given, counts, news, sums, lows, highs, values, texts, stamps, marks, own_values }
}

impl Line {
    pub(super) fn new(meaning: &Meaning, n_slots: usize, n_marked: usize) -> Self {
        let n = n_slots + 1;
        let mut line = Self { counts: vec![0; n], ..Self::default() };
        match meaning {
            Meaning::Count => {}
            Meaning::Unique if n_marked > 0 => line.marks = Marks::new(n_marked, n_slots),
            Meaning::Unique | Meaning::Once { .. } | Meaning::Active => {
                line.stamps = vec![u32::MAX; n];
                line.news = vec![0; n_slots];
            }
            Meaning::Sessions => line.news = vec![0; n_slots],
            Meaning::Numbers(aggregate, _) => {
                line.sums = vec![0.0; n];
                if matches!(aggregate, Aggregate::Min | Aggregate::Max) {
                    line.lows = vec![f64::INFINITY; n];
                    line.highs = vec![f64::NEG_INFINITY; n];
                }
            }
            Meaning::Values(..) | Meaning::PerPerson { .. } | Meaning::PerSession { .. } => line.values = vec![Vec::new(); n],
            Meaning::Given => {}
            Meaning::Texts(_) => line.texts = vec![HashSet::new(); n],
        }
        line
    }

    pub(super) fn given(values: Vec<Option<f64>>) -> Self {
        Self { counts: vec![1; values.len()], given: values, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unmeasured == 0 && self.weight() == 0 && self.counts.iter().all(|count| *count == 0)
    }

    pub(super) fn unmeasured(&self) -> u64 {
        self.unmeasured
    }

    /// How much this line is about, for the order of segments.
    pub(super) fn weight(&self) -> u64 {
        self.counts.last().copied().unwrap_or(0)
    }

    pub(super) fn add_row(&mut self, meaning: &Meaning, slot: usize, rows: &Rows<'_>, row: usize) {
        match meaning {
            Meaning::Numbers(_, at) => self.add_number(slot, rows.numbers[*at][row]),
            Meaning::Values(_, at) => self.keep_number(slot, rows.numbers[*at][row]),
            Meaning::Texts(at) => self.add_text(slot, rows.texts[*at][row]),
            _ => self.add_event(slot),
        }
    }

    #[inline]
    pub(super) fn add_event(&mut self, slot: usize) {
        self.add_count(slot, 1);
    }

    #[inline]
    pub(super) fn add_number(&mut self, slot: usize, number: f64) {
        if number.is_nan() {
            self.unmeasured += 1;
            return;
        }
        for slot in [slot, self.counts.len() - 1] {
            self.counts[slot] += 1;
            self.sums[slot] += number;
            if !self.lows.is_empty() {
                self.lows[slot] = self.lows[slot].min(number);
                self.highs[slot] = self.highs[slot].max(number);
            }
        }
    }

    pub(super) fn keep_number(&mut self, slot: usize, number: f64) {
        if number.is_nan() {
            self.unmeasured += 1;
            return;
        }
        for slot in [slot, self.counts.len() - 1] {
            self.counts[slot] += 1;
            self.values[slot].push(number);
        }
    }

    /// `key` tells values apart; 0 is none.
    pub(super) fn add_text(&mut self, slot: usize, key: u64) {
        if key == 0 {
            self.unmeasured += 1;
            return;
        }
        for slot in [slot, self.counts.len() - 1] {
            self.counts[slot] += 1;
            self.texts[slot].insert(key);
        }
    }

    #[inline]
    pub(super) fn add_count(&mut self, slot: usize, count: u64) {
        let total = self.counts.len() - 1;
        self.counts[slot] += count;
        self.counts[total] += count;
    }

    #[inline]
    pub(super) fn mark_person(&mut self, slot: u32, person: u32) {
        self.marks.mark(person, slot);
    }

    /// Takes in a line whose people are of the same bucket and not counted yet.
    pub(super) fn join(&mut self, other: Self) {
        self.marks.join(&other.marks);
        self.merge(other);
    }

    /// Whether lines of segments, each event in one of them, can be added up to the overall line.
    pub(super) fn adds_up(meaning: &Meaning, n_marked: usize) -> bool {
        matches!(meaning, Meaning::Count | Meaning::Numbers(..)) || (*meaning == Meaning::Unique && n_marked > 0)
    }

    /// Counts the people who were marked.
    pub(super) fn count_marked(&mut self) {
        if self.marks.is_used() {
            self.counts = std::mem::take(&mut self.marks).count();
        }
    }

    pub(super) fn see_person(&mut self, slot: usize, number: u32) {
        if self.stamps[slot] == number {
            return;
        }
        let total = self.counts.len() - 1;
        self.stamps[slot] = number;
        self.counts[slot] += 1;
        if self.stamps[total] != number {
            self.stamps[total] = number;
            self.counts[total] += 1;
            self.news[slot] += 1;
        }
    }

    pub(super) fn see_active(&mut self, slots: std::ops::Range<usize>, in_range: bool, number: u32) {
        let now = Some((number, slots.clone(), in_range));
        if self.last_slots == now {
            return;
        }
        self.last_slots = now;
        let total = self.counts.len() - 1;
        for slot in slots {
            if self.stamps[slot] != number {
                self.stamps[slot] = number;
                self.counts[slot] += 1;
            }
        }
        if in_range && self.stamps[total] != number {
            self.stamps[total] = number;
            self.counts[total] += 1;
        }
    }

    pub(super) fn see_session(&mut self, slot: usize, number: u32, session: u32) {
        if self.own_sessions.0 != number {
            self.own_sessions = (number, Vec::new());
        }
        let seen = &mut self.own_sessions.1;
        let (in_slot, ever) = ((slot as u32, session), (u32::MAX, session));
        if seen.contains(&in_slot) {
            return;
        }
        seen.push(in_slot);
        self.counts[slot] += 1;
        if !seen.contains(&ever) {
            seen.push(ever);
            let total = self.counts.len() - 1;
            self.counts[total] += 1;
            self.news[slot] += 1;
        }
    }

    /// One person, in one slot alone.
    pub(super) fn add_to_slot(&mut self, slot: usize) {
        self.counts[slot] += 1;
    }

    /// One person, in the whole range, who is new in a slot.
    pub(super) fn add_to_total(&mut self, slot: usize) {
        let total = self.counts.len() - 1;
        self.counts[total] += 1;
        self.news[slot] += 1;
    }

    /// The figure of a session.
    pub(super) fn add_value(&mut self, slot: usize, value: f64) {
        for slot in [slot, self.counts.len() - 1] {
            self.counts[slot] += 1;
            self.values[slot].push(value);
        }
    }

    /// How many have how much: in each slot, then in the whole range. With those below and above the edges.
    pub(super) fn bins(&self, edges: &[f64]) -> Vec<Vec<u64>> {
        let of_slot = |values: &Vec<f64>| {
            let mut bins = vec![0u64; edges.len() + 1];
            values.iter().for_each(|value| bins[edges.partition_point(|edge| edge <= value)] += 1);
            bins
        };
        self.values.iter().map(of_slot).collect()
    }

    /// Edges that suit the figures of the whole range: one for each number where they are few and whole, else ten of a round width.
    pub(super) fn edges(&self) -> Vec<f64> {
        let values = self.values.last().map_or(&[][..], Vec::as_slice);
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        if !low.is_finite() {
            return vec![0.0, 1.0];
        }
        if values.iter().all(|value| value.fract() == 0.0) && high - low < 20.0 {
            return (0..=(high - low) as usize + 1).map(|i| low + i as f64).collect();
        }
        let rough = (high - low).max(f64::MIN_POSITIVE) / 10.0;
        let power = 10f64.powf(rough.log10().floor());
        let width = [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * power).find(|width| *width >= rough).unwrap_or(rough);
        let first = (low / width).floor();
        let n = (high / width).floor() - first + 1.0;
        (0..=n as usize).map(|i| (first + i as f64) * width).collect()
    }

    pub(super) fn collect(&mut self, slot: usize, value: Inner) {
        let total = self.counts.len() - 1;
        self.own_values.entry(slot).or_default().push(value);
        self.own_values.entry(total).or_default().push(value);
    }

    pub(super) fn is_touched(&self) -> bool {
        !self.own_values.is_empty()
    }

    /// Folds what one person did into one number per slot.
    pub(super) fn close_person(&mut self, meaning: &Meaning) {
        let Meaning::PerPerson { source, .. } = meaning else { return };
        for (slot, inner) in std::mem::take(&mut self.own_values) {
            if let Some(value) = figure(*source, &inner) {
                self.counts[slot] += 1;
                self.values[slot].push(value);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        fn add<T: Copy + std::ops::AddAssign>(a: &mut [T], b: &[T]) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += *b);
        }
        self.unmeasured += other.unmeasured;
        if self.given.is_empty() {
            self.given = other.given;
        }
        add(&mut self.counts, &other.counts);
        add(&mut self.news, &other.news);
        add(&mut self.sums, &other.sums);
        self.lows.iter_mut().zip(other.lows).for_each(|(a, b)| *a = a.min(b));
        self.highs.iter_mut().zip(other.highs).for_each(|(a, b)| *a = a.max(b));
        self.values.iter_mut().zip(other.values).for_each(|(a, b)| a.extend(b));
        self.texts.iter_mut().zip(other.texts).for_each(|(a, b)| a.extend(b));
    }

    /// The value of each interval, and of the whole range.
    pub(super) fn values(&self, meaning: &Meaning, n: usize, cumulative: bool) -> Values {
        let nothing = match meaning {
            Meaning::Numbers(Aggregate::Average | Aggregate::Min | Aggregate::Max, _) | Meaning::Values(..) => None,
            Meaning::PerPerson { outer: Outer::Aggregate(outer), .. } | Meaning::PerSession { outer: Outer::Aggregate(outer), .. }
                if *outer != Aggregate::Sum =>
            {
                None
            }
            Meaning::Given => None,
            _ => Some(0.0),
        };
        if self.counts.is_empty() {
            return (vec![nothing; n], nothing);
        }
        if *meaning == Meaning::Given {
            return (self.given[..n].to_vec(), self.given[n]);
        }
        let at = |slot: usize| -> Option<f64> {
            if self.counts[slot] == 0 {
                return nothing;
            }
            match meaning {
                Meaning::Numbers(aggregate, _) => Some(match aggregate {
                    Aggregate::Average => self.sums[slot] / self.counts[slot] as f64,
                    Aggregate::Min => self.lows[slot],
                    Aggregate::Max => self.highs[slot],
                    _ => self.sums[slot],
                }),
                Meaning::Values(p, _) => statistics::percentile(&mut self.values[slot].clone(), *p),
                Meaning::PerPerson { outer: Outer::Aggregate(outer), .. } | Meaning::PerSession { outer: Outer::Aggregate(outer), .. } => {
                    statistics::aggregate(*outer, &mut self.values[slot].clone())
                }
                Meaning::Texts(_) => Some(self.texts[slot].len() as f64),
                _ => Some(self.counts[slot] as f64),
            }
        };
        let mut points: Vec<Option<f64>> = (0..n).map(at).collect();
        if cumulative {
            match meaning {
                Meaning::Unique | Meaning::Once { .. } | Meaning::Sessions => {
                    let mut seen = 0;
                    for (point, new) in points.iter_mut().zip(&self.news) {
                        seen += new;
                        *point = Some(seen as f64);
                    }
                }
                Meaning::Texts(_) => {
                    let mut seen: HashSet<u64> = HashSet::new();
                    for (point, texts) in points.iter_mut().zip(&self.texts) {
                        seen.extend(texts);
                        *point = Some(seen.len() as f64);
                    }
                }
                _ => {}
            }
        }
        (points, at(n))
    }
}

/// A person's own figure, of what they did.
pub(super) fn figure(source: Option<(Aggregate, usize)>, inner: &[Inner]) -> Option<f64> {
    match source {
        None => Some(inner.len() as f64),
        Some((Aggregate::Distinct, _)) => {
            let distinct: HashSet<u64> =
                inner.iter().filter_map(|one| if let Inner::Text(key) = one { Some(*key) } else { None }).filter(|key| *key != 0).collect();
            Some(distinct.len() as f64)
        }
        Some((aggregate, _)) => {
            let numbers = inner.iter().filter_map(|one| if let Inner::Number(number) = one { Some(*number) } else { None });
            statistics::aggregate(aggregate, &mut numbers.filter(|number| !number.is_nan()).collect::<Vec<f64>>())
        }
    }
}
