//! One thread writes the pieces of everybody: what waits is written together and synced once for each project.

use super::busy;
use crate::store::Shared;
use sillage_event::{
    ProjectId,
    recording::{KeepError, Kept, Piece},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering, mpsc::Receiver},
};
use tokio::sync::oneshot;

const GROUP_BYTES: usize = 8 << 20;

/// A piece on its way into the log.
pub(crate) struct RecordingJob {
    pub(crate) project: ProjectId,
    /// Without its events.
    pub(crate) piece: Piece,
    pub(crate) frame: Vec<u8>,
    pub(crate) reply: oneshot::Sender<Result<Kept, KeepError>>,
}

/// Room for the bytes of one piece, given back when it is answered.
#[derive(Debug)]
pub(crate) struct RecordingPermit {
    shared: Arc<Shared>,
    bytes: usize,
}

impl Drop for RecordingPermit {
    fn drop(&mut self) {
        self.shared.recordings_in_flight.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Shared {
    pub(crate) fn admit_recording(self: &Arc<Self>, bytes: usize) -> Result<RecordingPermit, KeepError> {
        let now = self.recordings_in_flight.load(Ordering::Relaxed);
        // A piece larger than the limit passes when it is alone.
        if now > 0 && now + bytes > super::IN_FLIGHT_BYTES {
            return Err(busy());
        }
        self.recordings_in_flight.fetch_add(bytes, Ordering::Relaxed);
        Ok(RecordingPermit { shared: Arc::clone(self), bytes })
    }
}

/// Writes whatever is waiting, as one group, until no sender is left.
pub(crate) fn write_recordings(shared: &Shared, jobs: &Receiver<RecordingJob>) {
    while let Ok(first) = jobs.recv() {
        let mut bytes = first.frame.len();
        let mut by_project: BTreeMap<ProjectId, Vec<RecordingJob>> = BTreeMap::new();
        by_project.entry(first.project).or_default().push(first);
        while bytes < GROUP_BYTES
            && let Ok(job) = jobs.try_recv()
        {
            bytes += job.frame.len();
            by_project.entry(job.project).or_default().push(job);
        }
        for (project, group) in by_project {
            let outcomes = crate::store::guarded(|| {
                let keeper = shared.keeper_or_open(project)?;
                let pieces: Vec<(&Piece, &[u8])> = group.iter().map(|job| (&job.piece, job.frame.as_slice())).collect();
                Ok(keeper.write(&pieces))
            });
            match outcomes {
                // Who no longer waits needs no answer.
                Ok(outcomes) => group.into_iter().zip(outcomes).for_each(|(job, outcome)| drop(job.reply.send(outcome))),
                Err(error) => {
                    tracing::error!(%project, %error, "pieces of recordings could not be written");
                    for job in group {
                        drop(job.reply.send(Err(KeepError::Unavailable { reason: error.to_string(), retry_after_s: 60 })));
                    }
                }
            }
        }
    }
}
