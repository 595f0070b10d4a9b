//! Profile changes on their way to the catalog: in the order of the journal, kept until the catalog says that it has them.

use parking_lot::Mutex;
use sillage_event::{ProfileChange, ProjectId};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// The profile changes of one journal record.
#[derive(Clone, Debug)]
pub struct ProfileEntry {
    pub sequence: u64,
    pub project: ProjectId,
    pub changes: Arc<Vec<ProfileChange>>,
}

#[derive(Debug, Default)]
pub(crate) struct ProfileFeed {
    queue: Mutex<VecDeque<(ProfileEntry, usize)>>,
    bytes: AtomicUsize,
    applied: AtomicU64,
    pub(crate) wake: Arc<Notify>,
}

impl ProfileFeed {
    pub(crate) fn push(&self, sequence: u64, project: ProjectId, changes: Vec<ProfileChange>, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.queue.lock().push_back((ProfileEntry { sequence, project, changes: Arc::new(changes) }, bytes));
        self.wake.notify_one();
    }

    pub(crate) fn after(&self, sequence: u64, limit: usize) -> Vec<ProfileEntry> {
        let queue = self.queue.lock();
        let from = queue.partition_point(|(entry, _)| entry.sequence <= sequence);
        queue.range(from..).take(limit).map(|(entry, _)| entry.clone()).collect()
    }

    pub(crate) fn applied(&self, sequence: u64) {
        self.applied.fetch_max(sequence, Ordering::Relaxed);
        let mut queue = self.queue.lock();
        while queue.front().is_some_and(|(entry, _)| entry.sequence <= sequence) {
            if let Some((_, bytes)) = queue.pop_front() {
                self.bytes.fetch_sub(bytes, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn applied_sequence(&self) -> u64 {
        self.applied.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}
