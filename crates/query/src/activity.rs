//! When somebody was active and how much, read off the rows of one bucket per segment.

use crate::{
    engine::{Engine, Source},
    scan::store_failed,
};
use arrow_array::{Int64Array, UInt32Array, cast::AsArray};
use sillage_behavior::AskError;
use sillage_event::{Identity, PersonId, ProjectId};
use sillage_store::{bucket_of, column};
use std::collections::HashSet;

/// The events of one person, over the whole history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Milliseconds UTC.
    pub first: i64,
    pub last: i64,
    pub events: u64,
}

impl<S: Source> Engine<S> {
    /// The activity of the person that an id counts for; `None` when there is no event.
    pub fn activity(&self, project: ProjectId, id: &Identity) -> Result<Option<Activity>, AskError> {
        let snapshot = self.source().snapshot(project)?;
        let links = &snapshot.links;
        let person = links.resolve(id.hash());
        let mut found: Option<Activity> = None;
        for segment in &snapshot.segments {
            let moved = links.changed_since(segment.links_applied());
            let held: HashSet<PersonId> = moved.iter().filter(|(_, to)| *to == person).map(|(held, _)| *held).chain([person]).collect();
            let buckets: HashSet<usize> = held.iter().map(|id| bucket_of(*id, segment.bucket_bits())).collect();
            for bucket in buckets {
                let people = segment.people(bucket).map_err(store_failed)?;
                let ordinals: Vec<u32> = held.iter().filter_map(|id| people.hashes.binary_search(id).ok()).map(|ordinal| ordinal as u32).collect();
                let rows = segment.bucket_rows(bucket);
                if ordinals.is_empty() || rows == 0 {
                    continue;
                }
                let batch = segment.read(bucket, std::slice::from_ref(&(0..rows)), &[column::PERSON, column::TIME]).map_err(store_failed)?;
                let persons: &UInt32Array = batch.column(0).as_primitive();
                let times: &Int64Array = batch.column(1).as_primitive();
                for (_, time) in persons.values().iter().zip(times.values()).filter(|(ordinal, _)| ordinals.contains(ordinal)) {
                    let time = *time;
                    let so_far = found.get_or_insert(Activity { first: time, last: time, events: 0 });
                    so_far.first = so_far.first.min(time);
                    so_far.last = so_far.last.max(time);
                    so_far.events += 1;
                }
            }
        }
        Ok(found)
    }
}
