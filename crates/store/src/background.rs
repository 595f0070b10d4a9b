//! The threads of a store: writing, applying, sealing, and rewriting. The last is the one with time: it merges, expires, and does what operators
//! wait for, which goes first.

use crate::{
    StoreError,
    project::Project,
    recording::{RecordingJob, tidy_when_due, write_recordings},
    store::{Shared, guarded, unavailable},
    writer::{Job, OperatorJob, Written, apply_written, write_journal},
};
use parking_lot::{Condvar, Mutex};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Groups written but not applied yet; more would only wait in memory.
const GROUPS_AHEAD: usize = 4;
const TICK: Duration = Duration::from_secs(1);
const CACHE_IDLE: Duration = Duration::from_secs(120);
const EXPIRE_EVERY: Duration = Duration::from_secs(3600);
/// A longer journal makes projects seal what they have, so that it can be trimmed and a restart is quick …
const JOURNAL_FILES_KEPT: u64 = 4;
/// … but each not more often than this.
const REST_AFTER_SEAL: Duration = Duration::from_secs(10);
/// Five steps down: a third of the weight.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;
/// After a failure in the background, nothing is tried for this long.
const REST_AFTER_ERROR: Duration = Duration::from_secs(10);

pub(crate) struct Threads {
    jobs: Mutex<Option<Sender<Job>>>,
    recordings: Mutex<Option<Sender<RecordingJob>>>,
    bell: Arc<Bell>,
    handles: Mutex<Vec<JoinHandle<()>>>,
    shared: std::sync::Weak<Shared>,
}

/// Wakes the sealing thread.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    condition: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock() = true;
        self.condition.notify_all();
    }

    fn wait(&self, at_most: Duration) {
        let mut rung = self.rung.lock();
        if !*rung {
            self.condition.wait_for(&mut rung, at_most);
        }
        *rung = false;
    }
}

impl Threads {
    pub(crate) fn start(shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let (jobs, jobs_in) = mpsc::channel::<Job>();
        let (groups, groups_in) = mpsc::sync_channel::<Vec<Written>>(GROUPS_AHEAD);
        let (operators, operators_in) = mpsc::channel::<OperatorJob>();
        let bell = Arc::new(Bell::default());
        let mut handles = Vec::new();
        let mut spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            let handle = thread::Builder::new().name(name.to_owned()).spawn(work).map_err(StoreError::io("start a thread for", &shared.folder.path))?;
            handles.push(handle);
            Ok::<(), StoreError>(())
        };
        let own = Arc::clone(shared);
        spawn("store-journal", Box::new(move || write_journal(&own, &jobs_in, &groups)))?;
        let own = Arc::clone(shared);
        let own_bell = Arc::clone(&bell);
        spawn("store-apply", Box::new(move || apply_written(&own, &groups_in, &operators, &|| own_bell.ring())))?;
        let own = Arc::clone(shared);
        let own_bell = Arc::clone(&bell);
        spawn("store-seal", Box::new(move || seal_when_due(&own, &own_bell)))?;
        let own = Arc::clone(shared);
        spawn("store-rewrite", Box::new(move || stand_back(|| rewrite(&own, &operators_in))))?;
        let (recordings, recordings_in) = mpsc::channel::<RecordingJob>();
        let own = Arc::clone(shared);
        spawn("store-record", Box::new(move || write_recordings(&own, &recordings_in)))?;
        let own = Arc::clone(shared);
        spawn("store-pack", Box::new(move || stand_back(|| tidy_when_due(&own))))?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), recordings: Mutex::new(Some(recordings)), bell, handles: Mutex::new(handles), shared: Arc::downgrade(shared) })
    }

    /// False when the store is closing.
    pub(crate) fn submit(&self, job: Job) -> bool {
        let jobs = self.jobs.lock().clone();
        jobs.is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// False when the store is closing.
    pub(crate) fn submit_recording(&self, job: RecordingJob) -> bool {
        let recordings = self.recordings.lock().clone();
        recordings.is_some_and(|recordings| recordings.send(job).is_ok())
    }

    pub(crate) fn wake(&self) {
        self.bell.ring();
    }

    /// Answers what was submitted, then ends all threads.
    pub(crate) fn stop(&self, shared: &Shared) {
        drop(self.jobs.lock().take());
        drop(self.recordings.lock().take());
        shared.is_closing.store(true, Ordering::Release);
        for project in shared.projects() {
            project.stop_merge.store(true, Ordering::Relaxed);
        }
        self.bell.ring();
        let handles = std::mem::take(&mut *self.handles.lock());
        for handle in handles {
            if handle.join().is_err() {
                shared.stop("a thread of the store failed".to_owned());
            }
        }
        for project in shared.projects() {
            project.stop_merge.store(false, Ordering::Relaxed);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            self.stop(&shared);
        }
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").finish_non_exhaustive()
    }
}

/// Does work on a thread of a third of the weight of the others: receiving and answering go first, and under full load it still keeps up. What
/// operators wait for is rare, and may take longer then too.
fn stand_back(work: impl FnOnce()) {
    // Elsewhere the priority is that of the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!(%error, "merging runs at the priority of everything else");
    }
    work();
}

fn seal_when_due(shared: &Shared, bell: &Bell) {
    while !shared.is_closing.load(Ordering::Acquire) {
        bell.wait(TICK);
        shared.caches.forget_unused_for(CACHE_IDLE);
        if !shared.options.background {
            continue;
        }
        let mut did = false;
        let journal_is_long = shared.journal.lock().bytes() > JOURNAL_FILES_KEPT * shared.options.journal_file_bytes;
        let mut projects = shared.projects();
        projects.sort_by_key(|project| std::cmp::Reverse(project.buffered_bytes()));
        let mut buffered: usize = projects.iter().map(|project| project.buffered_bytes()).sum();
        for project in projects {
            // Many projects with a little each must not add up: the largest go first.
            let is_due = project.seal_is_due() || (journal_is_long && project.holds_journal(REST_AFTER_SEAL)) || buffered > 2 * shared.options.flush_bytes;
            if shared.is_closing.load(Ordering::Acquire) || !is_due {
                continue;
            }
            buffered = buffered.saturating_sub(project.buffered_bytes());
            match guarded(|| project.seal()) {
                Ok(_) => {
                    did = true;
                    *shared.last_error.lock() = None;
                }
                Err(error) => {
                    note(shared, &project, "its buffer could not be put on disk", &error);
                    bell.wait(REST_AFTER_ERROR);
                }
            }
        }
        if did {
            shared.trim_journal();
        }
    }
}

fn rewrite(shared: &Shared, operators: &Receiver<OperatorJob>) {
    let mut last_expiry: Option<Instant> = None;
    let mut rest_until = Instant::now();
    let mut has_more = false;
    loop {
        let wait = if has_more { Duration::ZERO } else { TICK };
        match operators.recv_timeout(wait) {
            Ok(job) => operate(shared, job),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                has_more = false;
                if !shared.options.background || shared.is_closing.load(Ordering::Acquire) || Instant::now() < rest_until {
                    continue;
                }
                let is_expiry_due = last_expiry.is_none_or(|last| last.elapsed() >= EXPIRE_EVERY);
                if is_expiry_due {
                    last_expiry = Some(Instant::now());
                }
                for project in shared.projects() {
                    let outcome = guarded(|| tidy(&project, is_expiry_due));
                    match outcome {
                        Ok(did) => has_more |= did,
                        Err(error) => {
                            note(shared, &project, "its segments could not be rewritten", &error);
                            rest_until = Instant::now() + REST_AFTER_ERROR;
                        }
                    }
                }
            }
        }
    }
}

/// One piece of work on a project's segments; true when there may be more.
fn tidy(project: &Project, is_expiry_due: bool) -> Result<bool, StoreError> {
    project.set_damaged_aside()?;
    if is_expiry_due {
        project.expire(wall_clock_ms())?;
    }
    project.compact(false)
}

fn operate(shared: &Shared, job: OperatorJob) {
    let OperatorJob { project: id, at, change, reply } = job;
    let Some(project) = shared.find(id) else { return };
    let outcome = guarded(|| project.operate(at, &change));
    if let Err(error) = &outcome {
        note(shared, &project, "an operator's change of identities failed", error);
    }
    if let Some((appended, permit, reply)) = reply {
        drop(permit);
        drop(reply.send(outcome.map(|()| appended).map_err(unavailable)));
    }
}

fn note(shared: &Shared, project: &Project, what: &str, error: &StoreError) {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    tracing::error!(project = %project.id, %error, cause, "{what}");
    *shared.last_error.lock() = Some(format!("project {}: {what}: {error}{cause}", project.id));
}

/// Milliseconds since 1970 by this machine's clock. Used only to let old events expire.
#[expect(clippy::disallowed_methods, reason = "the one door to the time of day in this crate, which does not know the catalog's")]
pub(crate) fn wall_clock_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
