//! Two threads in a row: one writes groups of requests to the journal and syncs them, the next makes them visible and replies. While one group is
//! made visible, the following one is written.

use crate::{
    LedgerChange, StoreError,
    journal::{Frame, WriteFailure},
    store::{Shared, disk_full, guarded, unavailable},
};
use sillage_event::{AppendError, Appended, Batch, ProjectId};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
    mpsc::{Receiver, Sender, SyncSender},
};
use tokio::sync::oneshot;

/// A group is written when it has this many bytes, even if more are waiting.
const GROUP_BYTES: usize = 8 << 20;

pub(crate) type Reply = oneshot::Sender<Result<Appended, AppendError>>;

/// A request on its way into the journal.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) frame: Frame,
    pub(crate) payload: Payload,
    /// Size of the JSON.
    pub(crate) bytes: usize,
    pub(crate) permit: Permit,
    pub(crate) reply: Reply,
}

#[derive(Debug)]
pub(crate) enum Payload {
    Batch(Box<Batch>),
    RefusedTaken(Vec<u64>),
}

/// Room for the bytes of one request, given back when it is answered.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(crate) shared: Arc<Shared>,
    pub(crate) own: Arc<AtomicUsize>,
    pub(crate) bytes: usize,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.release(&self.own, self.bytes);
    }
}

/// A request that is in the journal.
#[derive(Debug)]
pub(crate) struct Written {
    sequence: u64,
    project: ProjectId,
    payload: Payload,
    bytes: usize,
    permit: Permit,
    reply: Reply,
}

/// An operator's change that waits for segments to be rewritten, or behind one that does. The last of a request carries its reply.
#[derive(Debug)]
pub(crate) struct OperatorJob {
    pub(crate) project: ProjectId,
    pub(crate) at: i64,
    pub(crate) change: LedgerChange,
    pub(crate) reply: Option<(Appended, Permit, Reply)>,
}

/// Writes and syncs whatever is waiting, as one group, until no sender is left.
pub(crate) fn write_journal(shared: &Shared, jobs: &Receiver<Job>, written: &SyncSender<Vec<Written>>) {
    while let Ok(first) = jobs.recv() {
        let mut bytes = first.frame.len();
        let mut group = vec![first];
        while bytes < GROUP_BYTES
            && let Ok(job) = jobs.try_recv()
        {
            bytes += job.frame.len();
            group.push(job);
        }
        if let Some(reason) = shared.stopped() {
            refuse(group, &AppendError::Unavailable { reason, retry_after_s: 30 });
            continue;
        }
        if shared.folder.free_bytes() < shared.options.reserve_bytes.saturating_add(bytes as u64) {
            refuse(group, &disk_full());
            continue;
        }
        let mut frames = Vec::with_capacity(group.len());
        let mut rest = Vec::with_capacity(group.len());
        for Job { frame, payload, bytes, permit, reply } in group {
            rest.push((frame.project, payload, bytes, permit, reply));
            frames.push(frame);
        }
        let outcome = shared.journal.lock().write(&mut frames);
        let failure = match outcome {
            Ok(first) => {
                let group = (first..)
                    .zip(rest)
                    .map(|(sequence, (project, payload, bytes, permit, reply))| Written { sequence, project, payload, bytes, permit, reply })
                    .collect();
                if written.send(group).is_err() {
                    return;
                }
                continue;
            }
            Err(WriteFailure::Full) => disk_full(),
            Err(WriteFailure::Broken(error)) => {
                shared.stop(format!("the journal could not be written: {error}"));
                unavailable(format!("the journal could not be written: {error}"))
            }
        };
        for (.., permit, reply) in rest {
            drop(permit);
            // Who no longer waits needs no answer.
            drop(reply.send(Err(failure.clone())));
        }
    }
}

fn refuse(group: Vec<Job>, error: &AppendError) {
    for job in group {
        drop(job.permit);
        drop(job.reply.send(Err(error.clone())));
    }
}

/// Makes written requests visible in their order, until no sender is left. `seal` is told when some project has enough to be sealed.
pub(crate) fn apply_written(shared: &Shared, groups: &Receiver<Vec<Written>>, operators: &Sender<OperatorJob>, seal_is_due: &dyn Fn()) {
    while let Ok(group) = groups.recv() {
        for one in group {
            let (sequence, reply_to) = (one.sequence, one.reply);
            let outcome = guarded(|| apply(shared, one.project, sequence, one.payload, one.bytes, seal_is_due));
            shared.applied_sequence.store(sequence, Ordering::Release);
            match outcome {
                Ok((appended, changes)) if changes.is_empty() => {
                    drop(one.permit);
                    drop(reply_to.send(Ok(appended)));
                }
                Ok((appended, changes)) => {
                    let mut reply = Some((appended, one.permit, reply_to));
                    let n_changes = changes.len();
                    for (at, (time, change)) in changes.into_iter().enumerate() {
                        let reply = if at + 1 == n_changes { reply.take() } else { None };
                        drop(operators.send(OperatorJob { project: one.project, at: time, change, reply }));
                    }
                }
                Err(error) => {
                    // It is in the journal: the restart that this asks for reads it back.
                    shared.stop(format!("a stored request could not be made visible: {error}"));
                    drop(reply_to.send(Err(unavailable(error))));
                }
            }
        }
    }
}

type Changes = Vec<(i64, LedgerChange)>;

/// Applies one request; returns the operators' changes that have to wait.
fn apply(
    shared: &Shared,
    project: ProjectId,
    sequence: u64,
    payload: Payload,
    bytes: usize,
    seal_is_due: &dyn Fn(),
) -> Result<(Appended, Changes), StoreError> {
    let project = shared.find_or_open(project)?;
    let mut batch = match payload {
        Payload::RefusedTaken(ids) => {
            project.apply_taken(sequence, &ids);
            return Ok((Appended::default(), Vec::new()));
        }
        Payload::Batch(batch) => *batch,
    };
    let profiles = std::mem::take(&mut batch.profiles);
    let n_profiles = profiles.len() as u32;
    let applied = project.apply(sequence, &mut batch)?;
    if !profiles.is_empty() {
        shared.feed.push(sequence, project.id, profiles, bytes);
    }
    if applied.seal_is_due {
        seal_is_due();
    }
    Ok((Appended { events: applied.events, duplicates: applied.duplicates, profiles: n_profiles }, applied.waiting))
}
