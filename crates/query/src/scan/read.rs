//! Rows of a segment as they were read, before anything is picked from them.

use super::{NO_PERSON, summary::Selectors};
use arrow_array::{RecordBatch, UInt32Array, cast::AsArray};
use parking_lot::Mutex;
use sillage_behavior::AskError;
use sillage_store::LastOfHours;
use std::{ops::Range, sync::Arc};

/// Rows of one event, one behind the other.
#[derive(Clone, Debug)]
pub(super) struct EventRun {
    pub(super) len: usize,
    /// The picks that the event's name allows.
    pub(super) bits: u64,
    pub(super) name: Arc<str>,
}

/// Rows as they were read: runs of one event each, one behind the other.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) batch: Option<RecordBatch>,
    pub(super) runs: Vec<EventRun>,
    /// What stands in for rows, and for which picks.
    pub(super) hours: Option<(Arc<LastOfHours>, u64)>,
    /// Those of the page summaries among the rows.
    pub(super) selectors: Option<Selectors>,
}

impl Read {
    /// The rows of some people, and those of nobody with them. In a run people stand in order of their ordinals, nobody last.
    pub(super) fn slice(&self, ordinals: Range<u32>, with_nobody: bool) -> Result<Self, AskError> {
        let hours = self.hours.as_ref().map(|(hours, bits)| {
            let from = hours.ordinals.partition_point(|ordinal| *ordinal < ordinals.start);
            let to = hours.ordinals.partition_point(|ordinal| *ordinal < ordinals.end);
            (Arc::new(LastOfHours { ordinals: hours.ordinals[from..to].to_vec(), times: hours.times[from..to].to_vec() }), *bits)
        });
        let Some(batch) = &self.batch else { return Ok(Self { batch: None, runs: Vec::new(), hours, selectors: None }) };
        let persons: &UInt32Array = batch.column(1).as_primitive();
        let persons = persons.values();
        let mut slices = Vec::new();
        let mut runs = Vec::new();
        let mut start = 0;
        for one in &self.runs {
            let len = one.len;
            let run = &persons[start..start + len];
            let from = run.partition_point(|person| *person < ordinals.start);
            let to = run.partition_point(|person| *person < ordinals.end);
            if to > from {
                slices.push(batch.slice(start + from, to - from));
                runs.push(EventRun { len: to - from, ..one.clone() });
            }
            let nobody = run.partition_point(|person| *person < NO_PERSON);
            if with_nobody && nobody < len {
                slices.push(batch.slice(start + nobody, len - nobody));
                runs.push(EventRun { len: len - nobody, ..one.clone() });
            }
            start += len;
        }
        let batch = arrow_select::concat::concat_batches(batch.schema_ref(), &slices).map_err(|error| super::failed(error.to_string()))?;
        Ok(Self { batch: Some(batch), runs, hours, selectors: self.selectors.clone() })
    }
}

/// What was read of a segment whose buckets are coarser than the question's. Kept until the last finer bucket has had its slice.
pub(super) struct Shared {
    pub(super) shift: u32,
    buckets: Vec<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    read: Option<Option<Arc<Read>>>,
    taken: usize,
}

impl Kept {
    fn take(&mut self, shift: u32) {
        self.taken += 1;
        if self.taken == 1 << shift {
            self.read = None;
        }
    }
}

impl Shared {
    pub(super) fn new(own_bits: u32, bits: u32) -> Self {
        Self { shift: bits - own_bits, buckets: (0..1usize << own_bits).map(|_| Mutex::default()).collect() }
    }

    pub(super) fn read(&self, own_bucket: usize, read: impl FnOnce() -> Result<Option<Read>, AskError>) -> Result<Option<Arc<Read>>, AskError> {
        let mut kept = self.buckets[own_bucket].lock();
        let found = match &kept.read {
            Some(found) => found.clone(),
            None => {
                let found = read()?.map(Arc::new);
                kept.read = Some(found.clone());
                found
            }
        };
        kept.take(self.shift);
        Ok(found)
    }

    /// A finer bucket needs no slice.
    pub(super) fn pass_by(&self, own_bucket: usize) {
        self.buckets[own_bucket].lock().take(self.shift);
    }
}
