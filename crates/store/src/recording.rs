//! Recordings of a project: open pieces in a log, compacted recordings in packs, and the index that they are found by.
//!
//! A piece is appended to the project's **log** (length, CRC32C, synced before anybody is told, many pieces at once). When a session has rested for half an
//! hour, or its oldest piece for ten minutes, its pieces are put in order, cut into segments and written to a **pack**, a file that holds many recordings; large
//! stylesheets go to packs of their own, each once for the whole project. The **manifest** names the packs; its rename is the moment at which anything is published.
//!
//! Not here: what a page may show (`wire` made every piece harmless before it came here), what a question about recordings means.
//!
//! What must stay true:
//! - `Ok` from `keep` means written and synced; a piece is kept once, whatever how often it is sent;
//! - a kill at any step leaves the state before or after it: a piece that is both in the log and in a pack counts once;
//! - many small recordings are few files; a deleted recording is in no answer from that moment on, and on no disk once its pack and log were written again.

mod assemble;
mod inspect;
mod keeper;
mod log;
mod manifest;
mod pack;
mod rewrite;
mod serve;
mod writer;

pub(crate) use inspect::inspect;
pub(crate) use keeper::Keeper;
pub use keeper::RecordingIndex;
pub(crate) use writer::{RecordingJob, write_recordings};

use crate::{Store, StoreError, store::Shared};
use sillage_event::{
    ProjectId,
    recording::{Found, KeepError, Kept, Piece, PieceName, ReadError, Recordings},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// A session that rests for so long is over.
pub(crate) const CLOSE_AFTER_MS: i64 = 30 * 60_000;
/// Pieces do not stay in the log for longer.
pub(crate) const COMPACT_AFTER_MS: i64 = 10 * 60_000;
/// The caps of a session: bytes for each half hour of activity begun, and how long it may last.
pub(crate) const SESSION_BYTES: u64 = 20 << 20;
pub(crate) const SESSION_ACTIVE_MS: i64 = 30 * 60_000;
pub(crate) const SESSION_HOURS: u32 = 2;
/// Kept when nobody said how long.
pub(crate) const DEFAULT_DAYS: u32 = 30;
pub(crate) const MOST_DAYS: u32 = 180;
/// Used per cent of the disk and free bytes, both of which must be passed: a twentieth of a large disk is room for many recordings.
const FILLING: (u64, u64) = (80, 8 << 30);
const NO_NEW: (u64, u64) = (90, 4 << 30);
const NONE: (u64, u64) = (95, 2 << 30);
const RETRY_WHEN_FULL_S: u32 = 60;
const RETRY_WHEN_BUSY_S: u32 = 2;
/// Bytes of pieces between arrival and reply.
pub(crate) const IN_FLIGHT_BYTES: usize = 32 << 20;

/// How full the disk is, as far as recordings are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingLevel {
    Fine,
    /// Nothing is refused yet, and somebody should make room.
    Filling,
    /// Recordings that go on are kept, new ones are not.
    NoNew,
    None,
}

impl Store {
    /// What recordings are found by, as of now.
    pub fn recordings(&self, project: ProjectId) -> Result<Arc<RecordingIndex>, StoreError> {
        self.shared.keeper(project).map_or_else(|| Ok(Arc::default()), |keeper| Ok(keeper.index()))
    }

    /// Does what is due at a time: compacts, merges packs, lets old recordings expire, takes deleted ones off the disk.
    pub fn tidy_recordings(&self, project: ProjectId, now: i64) -> Result<(), StoreError> {
        self.shared.keeper(project).map_or(Ok(()), |keeper| keeper.tidy(now))
    }

    /// Puts every open piece into a pack now.
    pub fn compact_recordings(&self, project: ProjectId) -> Result<(), StoreError> {
        self.shared.keeper(project).map_or(Ok(()), |keeper| keeper.compact(i64::MAX))
    }

    #[must_use]
    pub fn recording_level(&self) -> RecordingLevel {
        self.shared.recording_level()
    }

    /// Bytes of packs and open pieces of a project.
    #[must_use]
    pub fn recording_bytes(&self, project: ProjectId) -> u64 {
        self.shared.keeper(project).map_or(0, |keeper| keeper.disk_bytes())
    }
}

impl Recordings for Store {
    fn has(&self, project: ProjectId, name: &PieceName) -> Result<bool, KeepError> {
        let level = self.shared.recording_level();
        let keeper = self.shared.keeper(project);
        if let Some(keeper) = &keeper {
            if keeper.is_deleted(&name.session) {
                return Err(KeepError::Deleted);
            }
            if keeper.has(name) {
                return Ok(true);
            }
        }
        let is_new = keeper.is_none_or(|keeper| !keeper.knows(&name.session));
        match level {
            RecordingLevel::None => Err(full("the disk is nearly full, and events come first")),
            RecordingLevel::NoNew if is_new => Err(full("the disk fills, so no new recording is begun")),
            _ => Ok(false),
        }
    }

    async fn keep(&self, project: ProjectId, piece: Piece) -> Result<Kept, KeepError> {
        if let Some(reason) = self.shared.stopped() {
            return Err(KeepError::Unavailable { reason, retry_after_s: RETRY_WHEN_FULL_S });
        }
        if self.has(project, &piece.name)? {
            return Ok(Kept::Duplicate);
        }
        let permit = self.shared.admit_recording(piece.body.len())?;
        let frame = log::frame(&piece).map_err(|error| KeepError::Unavailable { reason: error.to_string(), retry_after_s: RETRY_WHEN_FULL_S })?;
        let (reply, answer) = oneshot::channel();
        // What is written is in the frame; what stays in memory is what the piece says of its session.
        let piece = Piece { body: Vec::new(), styles: Vec::new(), markers: Vec::new(), ..piece };
        let sent = self.threads.submit_recording(RecordingJob { project, piece, frame, reply });
        let stopped = || KeepError::Unavailable { reason: "the store is being closed".to_owned(), retry_after_s: 30 };
        if !sent {
            return Err(stopped());
        }
        let outcome = answer.await.unwrap_or_else(|_| Err(stopped()));
        drop(permit);
        outcome
    }

    fn find(&self, project: ProjectId, session: &str) -> Result<Option<Found>, ReadError> {
        self.shared.keeper(project).map_or(Ok(None), |keeper| keeper.find(session).map_err(unreadable))
    }

    fn segment(&self, project: ProjectId, session: &str, n: u32) -> Result<Option<Vec<u8>>, ReadError> {
        self.shared.keeper(project).map_or(Ok(None), |keeper| keeper.segment(session, n).map_err(unreadable))
    }

    fn delete(&self, project: ProjectId, sessions: &[String]) -> Result<Vec<String>, ReadError> {
        self.shared.keeper(project).map_or(Ok(Vec::new()), |keeper| keeper.delete(sessions, crate::background::wall_clock_ms()).map_err(unreadable))
    }

    fn keep_days(&self, project: ProjectId, days: u32) -> Result<(), ReadError> {
        let keeper = self.shared.keeper_or_open(project).map_err(unreadable)?;
        keeper.set_keep_days(days.clamp(1, MOST_DAYS)).map_err(unreadable)
    }
}

fn full(reason: &str) -> KeepError {
    KeepError::Unavailable { reason: reason.to_owned(), retry_after_s: RETRY_WHEN_FULL_S }
}

pub(crate) fn busy() -> KeepError {
    KeepError::Busy { retry_after_s: RETRY_WHEN_BUSY_S }
}

fn unreadable(error: StoreError) -> ReadError {
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
    ReadError(format!("{error}{cause}"))
}

impl Shared {
    pub(crate) fn recording_level(&self) -> RecordingLevel {
        level(self.folder.free_bytes(), fs4::total_space(&self.folder.path).unwrap_or(u64::MAX))
    }
}

pub(crate) fn level(free: u64, total: u64) -> RecordingLevel {
    let used_percent = 100 - (u128::from(free.min(total)) * 100 / u128::from(total.max(1))) as u64;
    let is_past = |(percent, bytes): (u64, u64)| used_percent >= percent && free < bytes;
    let steps = [(NONE, RecordingLevel::None), (NO_NEW, RecordingLevel::NoNew), (FILLING, RecordingLevel::Filling)];
    steps.into_iter().find(|(step, _)| is_past(*step)).map_or(RecordingLevel::Fine, |(_, level)| level)
}

/// What is due for recordings of all projects, again and again until the store closes.
pub(crate) fn tidy_when_due(shared: &Shared) {
    const TICK: Duration = Duration::from_millis(500);
    const TIDY_EVERY: u32 = 10;
    let mut ticks: u32 = 0;
    while !shared.is_closing.load(std::sync::atomic::Ordering::Acquire) {
        std::thread::sleep(TICK);
        ticks += 1;
        if !shared.options.background || !ticks.is_multiple_of(TIDY_EVERY) {
            continue;
        }
        for keeper in shared.keepers() {
            if shared.is_closing.load(std::sync::atomic::Ordering::Acquire) {
                return;
            }
            let outcome = crate::store::guarded(|| keeper.tidy(crate::background::wall_clock_ms()));
            if let Err(error) = outcome {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                tracing::error!(project = %keeper.id, %error, cause, "recordings could not be put in order; it is tried again");
                *shared.last_error.lock() = Some(format!("project {}: recordings could not be put in order: {error}{cause}", keeper.id));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RecordingLevel, level};

    #[test]
    fn a_disk_is_low_when_both_its_share_and_its_free_bytes_are() {
        const GB: u64 = 1 << 30;
        for (free, total, expected) in [
            (GB, 4 * GB, RecordingLevel::Fine),
            (GB / 2, 4 * GB, RecordingLevel::Filling),
            (GB / 3, 4 * GB, RecordingLevel::NoNew),
            (GB / 6, 4 * GB, RecordingLevel::None),
            (9 * GB, 1000 * GB, RecordingLevel::Fine),
            (7 * GB, 1000 * GB, RecordingLevel::Filling),
            (3 * GB, 1000 * GB, RecordingLevel::NoNew),
            (GB, 1000 * GB, RecordingLevel::None),
            (5, 7, RecordingLevel::Fine),
            (u64::MAX, u64::MAX, RecordingLevel::Fine),
        ] {
            assert_eq!(level(free, total), expected, "{free} of {total}");
        }
    }
}
