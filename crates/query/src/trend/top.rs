//! The segments with the most events, found while everything is counted: where there are few values, nothing is read twice.
//!
//! Every segment of a bucket gets its lines; when all events are counted and it is known which segments stay, the lines of the others become one.
//! What one event adds to two segments at once cannot be told from two events afterwards, and people can only be told apart while they are marked;
//! such questions count twice (see [`crate::scan::top_groups`]).

use super::{Lines, Meaning, Plan, Table, line::Line, merge};
use crate::{
    group::GroupKey,
    memory::held,
    scan::{self, Bucket, Context, Request},
};
use rayon::prelude::*;
use sillage_behavior::{AskError, question::Scope};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// More segments than this in one bucket are counted first and kept later.
const MOST_SEGMENTS: usize = 4096;
/// Memory for marks and lines of all buckets together.
const MOST_BYTES: usize = 64 << 20;

pub(super) struct Top {
    pub(super) lines: Lines,
    pub(super) kept: Arc<HashSet<GroupKey>>,
    /// How many segments are in the line of the others.
    pub(super) others: usize,
}

/// Lines of a bucket with all its segments.
struct Unfolded {
    keys: Vec<GroupKey>,
    /// Events by segment.
    weights: Vec<u64>,
    lines: Vec<Vec<Option<Line>>>,
}

held! {
    Unfolded { keys, weights, lines }
}

impl<'a> Plan<'a> {
    /// The lines of a question with `top`, if they can be had by reading once.
    pub(super) fn lines_of_top(&self, context: &Context<'_>, scope: &'a Scope) -> Result<Option<Top>, AskError> {
        let Some(top) = scope.top.filter(|_| !scope.breakdown.is_empty()) else { return Ok(None) };
        let request = Request { counts_groups: true, ..self.request(scope, None) };
        let decides_later = scope.filter.as_ref().is_some_and(super::has_did);
        if !self.can_mark_people(scope) || decides_later {
            return Ok(None);
        }
        let bytes = AtomicUsize::new(0);
        let partial = |bucket: &mut Bucket<'_>| Ok(self.unfolded(bucket, &bytes).map(|one| vec![one]));
        let join = |a: Option<Vec<Unfolded>>, b: Option<Vec<Unfolded>>| {
            let (mut a, b) = (a?, b?);
            a.extend(b);
            Some(a)
        };
        let Some(buckets) = scan::run(context, &request, partial, join)?.unwrap_or_else(|| Some(Vec::new())) else {
            context.forget_people();
            return Ok(None);
        };
        let mut weights: HashMap<&GroupKey, u64> = HashMap::new();
        for bucket in &buckets {
            for (key, weight) in bucket.keys.iter().zip(&bucket.weights).filter(|(_, weight)| **weight > 0) {
                *weights.entry(key).or_default() += weight;
            }
        }
        let (kept, others) = scan::heaviest(weights.into_iter().map(|(key, weight)| (key.clone(), weight)).collect(), top);
        let folded: Vec<Lines> = buckets.into_par_iter().map(|bucket| self.folded(context, bucket, &kept)).collect();
        Ok(Some(Top { lines: folded.into_iter().reduce(merge).unwrap_or_default(), kept, others }))
    }

    fn unfolded(&self, bucket: &Bucket<'_>, bytes: &AtomicUsize) -> Option<Unfolded> {
        let rows = &bucket.rows;
        let n_groups = rows.groups.keys.len();
        let of_lines = (n_groups + 1) * self.meanings.len() * (self.intervals.len() + 1) * 8;
        let own_bytes = self.bits_of_marks(bucket) / 8 + of_lines;
        let so_far = bytes.fetch_add(own_bytes, Ordering::Relaxed);
        if n_groups > MOST_SEGMENTS || rows.groups.has_several() || so_far + own_bytes > MOST_BYTES {
            // Whoever comes after stops here too.
            bytes.store(MOST_BYTES, Ordering::Relaxed);
            return None;
        }
        let mut tables = self.tables(bucket.people.len());
        self.rows(&mut tables, rows, |row| rows.mask[row]);
        let mut weights = vec![0u64; n_groups];
        rows.group.iter().for_each(|group| weights[*group as usize] += 1);
        Some(Unfolded { keys: rows.groups.keys.clone(), weights, lines: tables.into_iter().map(|table| table.lines).collect() })
    }

    fn folded(&self, context: &Context<'_>, bucket: Unfolded, kept: &HashSet<GroupKey>) -> Lines {
        let mut keys: Vec<GroupKey> = bucket.keys.iter().filter(|key| kept.contains(*key)).cloned().collect();
        keys.push(GroupKey::Other);
        let tables = self.meanings.iter().zip(bucket.lines).map(|(meaning, lines)| {
            let mut own: Vec<Option<Line>> = Vec::with_capacity(keys.len() + 1);
            let mut other: Option<Line> = None;
            for (index, line) in lines.into_iter().enumerate() {
                if index == 0 || kept.contains(&bucket.keys[index - 1]) {
                    own.push(line);
                    continue;
                }
                match (&mut other, line) {
                    (Some(other), Some(line)) => other.join(line),
                    (other, line) => *other = other.take().or(line),
                }
            }
            own.resize_with(keys.len(), || None);
            own.push(other);
            Table { meaning, n_slots: self.intervals.len(), n_marked: 0, lines: own }
        });
        let mut tables: Vec<Table<'_>> = tables.collect();
        let mut marked = tables.iter_mut().filter(|table| *table.meaning == Meaning::Unique);
        // Of several series nobody knows here who is in more than one.
        if let (Some(only), None) = (marked.next(), marked.next())
            && let Some(Some(line)) = only.lines.first_mut()
        {
            line.count_marked();
            context.count_people(line.weight() as usize);
        }
        self.finish(tables, &keys)
    }
}
