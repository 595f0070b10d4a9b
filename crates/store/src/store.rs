//! The store as others see it: a handle that is cheap to clone, threads behind it.

use crate::{
    EventName, LedgerEntry, Links, Live, ProfileEntry, RefusedCount, RefusedRecord, Snapshot, StoreError, StoreOptions,
    background::Threads,
    checkpoint::{self, CheckpointMark},
    disk::Caches,
    feed::ProfileFeed,
    folder::Folder,
    inspect::refuse_newer,
    journal::{Frame, Journal, Kind},
    project::Project,
    recording::{Keeper, RecordingLevel},
    recovery::{Recovered, Recovery, recover},
    writer::{Job, Payload, Permit},
};
use parking_lot::{Mutex, RwLock};
use sillage_event::{Append, AppendError, Appended, Batch, Identity, ProjectId};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::sync::{Notify, oneshot};

/// Profile changes that the catalog has not taken yet, in bytes of requests; beyond it requests with more of them are told to wait.
const MAX_FEED_BYTES: usize = 64 << 20;
const RETRY_WHEN_BUSY_S: u32 = 1;
const RETRY_WHEN_FULL_S: u32 = 10;
const RETRY_WHEN_STOPPED_S: u32 = 30;

/// An open data folder. Clones share it; it is let go when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
    pub(crate) threads: Arc<Threads>,
}

/// What all threads of a store share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) folder: Arc<Folder>,
    pub(crate) options: Arc<StoreOptions>,
    pub(crate) caches: Arc<Caches>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) feed: ProfileFeed,
    projects: RwLock<HashMap<ProjectId, Arc<Project>>>,
    keepers: RwLock<HashMap<ProjectId, Arc<Keeper>>>,
    pub(crate) recordings_in_flight: AtomicUsize,
    in_flight: AtomicUsize,
    in_flight_of: Mutex<HashMap<ProjectId, Arc<AtomicUsize>>>,
    stopped: Mutex<Option<String>>,
    pub(crate) is_closing: AtomicBool,
    pub(crate) last_error: Mutex<Option<String>>,
    /// The last journal record that was made visible.
    pub(crate) applied_sequence: AtomicU64,
    recovery: Recovery,
}

/// How full the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskLevel {
    Fine,
    /// Time to make room.
    Filling,
    /// Recordings and other large things should pause.
    Low,
    /// Below the reserve: nothing is accepted until there is space again.
    Full,
}

/// The state of a store in figures and words.
#[derive(Clone, Debug)]
pub struct Health {
    /// Why nothing is accepted any more until a restart.
    pub stopped: Option<String>,
    pub disk: DiskLevel,
    pub recordings: RecordingLevel,
    pub free_bytes: u64,
    pub journal_bytes: u64,
    /// The last thing that failed in the background and was not made good since.
    pub last_error: Option<String>,
    /// Parts that were set aside, by project.
    pub damaged: Vec<(ProjectId, String)>,
    pub recovery: Recovery,
}

impl Store {
    /// Opens the folder, or makes it. Everything acknowledged is visible when this returns.
    pub fn open(dir: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        refuse_newer(dir)?;
        let folder = Arc::new(Folder::open(dir, options.faults.clone())?);
        let caches = Arc::new(Caches::new(options.people_cache_bytes, options.activity_cache_bytes, options.filter_cache_bytes));
        // On a small volume a fixed reserve would leave no room at all.
        let total_bytes = fs4::total_space(dir).unwrap_or(u64::MAX);
        let options = Arc::new(StoreOptions { reserve_bytes: options.reserve_bytes.min(total_bytes / 16), ..options });
        let Recovered { projects, feed, report, recovery } = recover(&folder, &options, &caches)?;
        let keepers = open_keepers(&folder, projects.keys().copied())?;
        let sealed = projects.values().map(|project| project.sealed_sequence()).max().unwrap_or(0);
        let last_sequence = report.last_sequence.max(sealed);
        let journal = Journal::start(Arc::clone(&folder), report, last_sequence + 1, options.journal_file_bytes)?;
        let shared = Arc::new(Shared {
            folder,
            options,
            caches,
            journal: Mutex::new(journal),
            feed,
            projects: RwLock::new(projects),
            keepers: RwLock::new(keepers),
            recordings_in_flight: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            in_flight_of: Mutex::new(HashMap::new()),
            stopped: Mutex::new(None),
            is_closing: AtomicBool::new(false),
            last_error: Mutex::new(None),
            applied_sequence: AtomicU64::new(last_sequence),
            recovery,
        });
        let threads = Arc::new(Threads::start(&shared)?);
        Ok(Self { shared, threads })
    }

    /// Seals what is in memory, so that the next start has nothing to read back, and stops. Later appends are refused.
    pub fn close(self) -> Result<(), StoreError> {
        self.threads.stop(&self.shared);
        let projects: Vec<Arc<Project>> = self.shared.projects();
        projects.iter().try_for_each(|project| project.seal().map(drop))?;
        self.shared.journal.lock().rotate_if_larger(0);
        self.shared.trim_journal();
        Ok(())
    }

    /// Everything of a project at this moment. A project that nothing was stored for is empty.
    pub fn snapshot(&self, project: ProjectId) -> Result<Arc<Snapshot>, StoreError> {
        match self.shared.find(project) {
            Some(project) => project.snapshot(),
            None => Ok(Arc::new(Snapshot {
                project,
                segments: Vec::new(),
                links: Arc::new(Links::default()),
                version: 0,
                duplicates_dropped: 0,
                damaged: Vec::new(),
            })),
        }
    }

    /// Every event name with its count, the most frequent first.
    #[must_use]
    pub fn names(&self, project: ProjectId) -> Vec<EventName> {
        self.shared.find(project).map(|project| project.names()).unwrap_or_default()
    }

    /// How many events a project has.
    #[must_use]
    pub fn events(&self, project: ProjectId) -> u64 {
        self.shared.find(project).map_or(0, |project| project.events())
    }

    /// The last accepted events after a cursor, newest first, and the pace.
    #[must_use]
    pub fn live(&self, project: ProjectId, after: Option<u64>, limit: usize) -> Live {
        self.shared.find(project).map(|project| project.live(after, limit)).unwrap_or_default()
    }

    /// Refused records below an id, newest first.
    pub fn refused(
        &self,
        project: ProjectId,
        before: Option<u64>,
        limit: usize,
        stage: Option<&str>,
        code: Option<&str>,
    ) -> Result<Vec<RefusedRecord>, StoreError> {
        self.shared.find(project).map_or(Ok(Vec::new()), |project| project.refused(before, limit, stage, code))
    }

    /// How many refused records there are for each reason, the most frequent first.
    #[must_use]
    pub fn refused_counts(&self, project: ProjectId) -> Vec<RefusedCount> {
        self.shared.find(project).map(|project| project.refused_counts()).unwrap_or_default()
    }

    /// How many events of a project wait in quarantine, and about how many bytes they take.
    #[must_use]
    pub fn in_quarantine(&self, project: ProjectId) -> (u64, u64) {
        self.shared.find(project).map(|project| project.in_quarantine()).unwrap_or_default()
    }

    /// Forgets refused records that were replayed; durable when it returns.
    pub async fn take_refused(&self, project: ProjectId, ids: Vec<u64>) -> Result<(), AppendError> {
        let json = serde_json::to_vec(&ids).map_err(unavailable)?;
        self.submit(project, &json, Kind::RefusedTaken, Payload::RefusedTaken(ids), false).await.map(drop)
    }

    /// The entries that made one person of several ids, oldest first: automatic links, merges and splits.
    pub fn ledger_of(&self, project: ProjectId, identity: &Identity) -> Result<Vec<LedgerEntry>, StoreError> {
        self.shared.find(project).map_or(Ok(Vec::new()), |project| project.ledger_of(identity))
    }

    /// Every entry that made one person of several ids or took them apart, oldest first, until `each` says that nobody wants more.
    pub fn each_ledger_entry(&self, project: ProjectId, each: &mut dyn FnMut(LedgerEntry) -> bool) -> Result<(), StoreError> {
        self.shared.find(project).map_or(Ok(()), |project| project.each_ledger_entry(each))
    }

    /// Profile changes after a sequence, in order. The catalog keeps the sequence of the last one it applied in the same transaction.
    #[must_use]
    pub fn profile_feed(&self, after_sequence: u64, limit: usize) -> Vec<ProfileEntry> {
        self.shared.feed.after(after_sequence, limit)
    }

    /// The catalog has every profile change up to this sequence; the journal may forget them.
    pub fn profiles_applied(&self, sequence: u64) {
        self.shared.feed.applied(sequence);
    }

    /// Up to which sequence the catalog has every profile change.
    #[must_use]
    pub fn profiles_applied_up_to(&self) -> u64 {
        self.shared.feed.applied_sequence()
    }

    /// Notified whenever there are new profile changes.
    #[must_use]
    pub fn profile_wake(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.feed.wake)
    }

    /// Later journal records get sequences above this one. To be called before the first append after a restore, with the last sequence the catalog applied.
    pub fn continue_after(&self, sequence: u64) -> Result<(), StoreError> {
        self.shared.journal.lock().continue_after(sequence)
    }

    /// How long events are kept; `None` is for ever.
    pub fn set_retention_days(&self, project: ProjectId, days: Option<u32>) -> Result<(), StoreError> {
        self.shared.find_or_open(project)?.set_retention_days(days)?;
        self.threads.wake();
        Ok(())
    }

    #[must_use]
    pub fn retention_days(&self, project: ProjectId) -> Option<u32> {
        self.shared.find(project)?.retention_days()
    }

    /// Forgets every event, link and refused record of a project. Its key should be closed first.
    pub fn delete_project(&self, project: ProjectId) -> Result<(), StoreError> {
        if let Some(keeper) = self.shared.keeper(project) {
            keeper.delete_all()?;
        }
        let Some(project) = self.shared.find(project) else { return Ok(()) };
        project.delete()?;
        self.shared.journal.lock().rotate_if_larger(0);
        self.shared.trim_journal();
        Ok(())
    }

    /// Puts a project's buffer on disk now.
    pub fn flush(&self, project: ProjectId) -> Result<(), StoreError> {
        if let Some(project) = self.shared.find(project) {
            project.seal()?;
        }
        self.shared.trim_journal();
        Ok(())
    }

    /// Merges small segments of a project until there is nothing more to merge.
    pub fn compact(&self, project: ProjectId) -> Result<(), StoreError> {
        let Some(project) = self.shared.find(project) else { return Ok(()) };
        while project.compact(true)? {}
        Ok(())
    }

    /// Drops what expired by `now`, milliseconds UTC.
    pub fn expire(&self, project: ProjectId, now: i64) -> Result<bool, StoreError> {
        self.shared.find(project).map_or(Ok(false), |project| project.expire(now))
    }

    /// Writes a consistent copy of everything stored up to now into an empty folder, beside ongoing work. Files are linked where the disk allows it.
    pub fn checkpoint(&self, into: &Path) -> Result<CheckpointMark, StoreError> {
        checkpoint::write(&self.shared, into)
    }

    /// Projects that have a folder.
    #[must_use]
    pub fn projects(&self) -> Vec<ProjectId> {
        let mut ids: Vec<ProjectId> = self.shared.projects.read().keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    #[must_use]
    pub fn health(&self) -> Health {
        let shared = &self.shared;
        Health {
            stopped: shared.stopped(),
            disk: shared.disk_level(),
            free_bytes: shared.folder.free_bytes(),
            journal_bytes: shared.journal.lock().bytes(),
            last_error: shared.last_error.lock().clone(),
            damaged: shared
                .projects()
                .iter()
                .flat_map(|project| project.damaged().into_iter().map(|text| (project.id, text)))
                .chain(shared.keepers().iter().flat_map(|keeper| keeper.damaged().into_iter().map(|text| (keeper.id, text))))
                .collect(),
            recordings: shared.recording_level(),
            recovery: shared.recovery,
        }
    }

    async fn submit(&self, project: ProjectId, json: &[u8], kind: Kind, payload: Payload, has_profiles: bool) -> Result<Appended, AppendError> {
        let shared = &self.shared;
        if let Some(reason) = shared.stopped() {
            return Err(AppendError::Unavailable { reason, retry_after_s: RETRY_WHEN_STOPPED_S });
        }
        if shared.disk_level() == DiskLevel::Full {
            return Err(disk_full());
        }
        if has_profiles && shared.feed.bytes() > MAX_FEED_BYTES {
            return Err(AppendError::Busy { retry_after_s: RETRY_WHEN_BUSY_S });
        }
        let permit = shared.admit(project, json.len())?;
        let frame = Frame::new(kind, project, json, has_profiles).map_err(unavailable)?;
        let (reply, answer) = oneshot::channel();
        let sent = self.threads.submit(Job { frame, payload, bytes: json.len(), permit, reply });
        let stopped = || AppendError::Unavailable { reason: "the store is being closed".to_owned(), retry_after_s: RETRY_WHEN_STOPPED_S };
        if !sent {
            return Err(stopped());
        }
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Append for Store {
    async fn append(&self, project: ProjectId, batch: Batch) -> Result<Appended, AppendError> {
        if batch.is_empty() {
            return Ok(Appended::default());
        }
        let json = serde_json::to_vec(&batch).map_err(unavailable)?;
        let has_profiles = !batch.profiles.is_empty();
        self.submit(project, &json, Kind::Batch, Payload::Batch(Box::new(batch)), has_profiles).await
    }
}

impl Shared {
    pub(crate) fn find(&self, project: ProjectId) -> Option<Arc<Project>> {
        self.projects.read().get(&project).cloned()
    }

    pub(crate) fn find_or_open(&self, id: ProjectId) -> Result<Arc<Project>, StoreError> {
        if let Some(project) = self.find(id) {
            return Ok(project);
        }
        let mut projects = self.projects.write();
        if let Some(project) = projects.get(&id) {
            return Ok(Arc::clone(project));
        }
        let project = Arc::new(Project::open(&self.folder, id, &self.options, &self.caches)?);
        projects.insert(id, Arc::clone(&project));
        Ok(project)
    }

    pub(crate) fn keeper(&self, id: ProjectId) -> Option<Arc<Keeper>> {
        self.keepers.read().get(&id).cloned()
    }

    pub(crate) fn keeper_or_open(&self, id: ProjectId) -> Result<Arc<Keeper>, StoreError> {
        if let Some(keeper) = self.keeper(id) {
            return Ok(keeper);
        }
        // The project's own folder comes first, so that a later start finds both.
        self.find_or_open(id)?;
        let mut keepers = self.keepers.write();
        if let Some(keeper) = keepers.get(&id) {
            return Ok(Arc::clone(keeper));
        }
        let keeper = Arc::new(Keeper::open(&self.folder, id)?);
        keepers.insert(id, Arc::clone(&keeper));
        Ok(keeper)
    }

    pub(crate) fn keepers(&self) -> Vec<Arc<Keeper>> {
        self.keepers.read().values().cloned().collect()
    }

    pub(crate) fn projects(&self) -> Vec<Arc<Project>> {
        self.projects.read().values().cloned().collect()
    }

    pub(crate) fn stopped(&self) -> Option<String> {
        self.stopped.lock().clone()
    }

    /// Nothing is acknowledged any more until a restart reads back what is really on disk.
    pub(crate) fn stop(&self, reason: String) {
        tracing::error!(%reason, "the store stops accepting events until it is restarted");
        self.stopped.lock().get_or_insert(reason);
    }

    pub(crate) fn disk_level(&self) -> DiskLevel {
        disk_level(self.folder.free_bytes(), self.options.reserve_bytes, self.recording_level())
    }

    /// Deletes journal files that everybody is done with.
    pub(crate) fn trim_journal(&self) {
        let sealed: HashMap<ProjectId, u64> = self.projects.read().iter().map(|(id, project)| (*id, project.sealed_sequence())).collect();
        let mut journal = self.journal.lock();
        journal.rotate_if_larger(self.options.journal_file_bytes / 4);
        journal.trim(&|project| sealed.get(&project).copied().unwrap_or(0), self.feed.applied_sequence());
    }

    fn admit(self: &Arc<Self>, id: ProjectId, bytes: usize) -> Result<Permit, AppendError> {
        let busy = || AppendError::Busy { retry_after_s: RETRY_WHEN_BUSY_S };
        let own = Arc::clone(self.in_flight_of.lock().entry(id).or_default());
        // A request larger than the limit passes when it is alone.
        let fits = |now: usize, most: usize| now == 0 || now + bytes <= most;
        let is_behind = self.find(id).is_some_and(|project| project.buffered_bytes() > 3 * self.options.flush_bytes);
        if is_behind || !fits(own.load(Ordering::Relaxed), self.options.in_flight_bytes_per_project) {
            return Err(busy());
        }
        if !fits(self.in_flight.load(Ordering::Relaxed), self.options.in_flight_bytes) {
            return Err(busy());
        }
        own.fetch_add(bytes, Ordering::Relaxed);
        self.in_flight.fetch_add(bytes, Ordering::Relaxed);
        Ok(Permit { shared: Arc::clone(self), own, bytes })
    }

    pub(crate) fn release(&self, own: &AtomicUsize, bytes: usize) {
        own.fetch_sub(bytes, Ordering::Relaxed);
        self.in_flight.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The recordings of the projects that have any.
fn open_keepers(folder: &Arc<Folder>, projects: impl Iterator<Item = ProjectId>) -> Result<HashMap<ProjectId, Arc<Keeper>>, StoreError> {
    projects.filter(|id| folder.projects().join(id.to_string()).join("recordings").exists()).map(|id| Ok((id, Arc::new(Keeper::open(folder, id)?)))).collect()
}

pub(crate) fn disk_level(free: u64, reserve: u64, recordings: RecordingLevel) -> DiskLevel {
    match recordings {
        _ if free < reserve => DiskLevel::Full,
        RecordingLevel::NoNew | RecordingLevel::None => DiskLevel::Low,
        _ if free < 4 * reserve => DiskLevel::Low,
        RecordingLevel::Filling => DiskLevel::Filling,
        RecordingLevel::Fine => DiskLevel::Fine,
    }
}

/// Turns a panic into an error, so that a thread lives on and its work is tried again or refused.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(StoreError::Panicked))
}

pub(crate) fn disk_full() -> AppendError {
    AppendError::Unavailable { reason: "the disk is full".to_owned(), retry_after_s: RETRY_WHEN_FULL_S }
}

pub(crate) fn unavailable(error: impl std::fmt::Display) -> AppendError {
    AppendError::Unavailable { reason: error.to_string(), retry_after_s: RETRY_WHEN_STOPPED_S }
}
