//! One project: its buffer, its segments, its links. Everything visible changes under one lock, so a snapshot is always of one moment.
//!
//! Locks are taken in this order and no other: `rewrite` (one merge at a time), `seal` (one seal at a time), `publish` (one manifest at a time), `state`.
//! `state` is never held while a disk is waited for, but for the few milliseconds in which a split is published.

mod buffer;
mod rewrite;
mod seal;

use crate::{
    LedgerChange, LedgerEntry, Links, Segment, Snapshot, StoreError, StoreOptions,
    disk::{Caches, DiskSegment, EventFigures},
    folder::Folder,
    keys::DuplicateKey,
    ledger,
    live::{Live, LiveTail},
    manifest::{Manifest, make_project},
    refused::{RefusedCount, RefusedLog, RefusedRecord},
};
use buffer::Buffer;
use parking_lot::Mutex;
use sillage_event::{Batch, Event, Identity, LinkChange, PersonId, ProjectId, arrival_window_ms};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// One event name of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventName {
    pub name: Arc<str>,
    pub count: u64,
    /// Times of its first and last event, milliseconds UTC.
    pub first_seen: i64,
    pub last_seen: i64,
}

#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) path: PathBuf,
    folder: Arc<Folder>,
    options: Arc<StoreOptions>,
    caches: Arc<Caches>,
    state: Mutex<State>,
    publish: Mutex<()>,
    seal: Mutex<()>,
    rewrite: Mutex<()>,
    /// Ends a running merge early: the store closes, or something more urgent has to rewrite segments.
    pub(crate) stop_merge: AtomicBool,
    buffered_bytes: AtomicUsize,
    /// An operator's split waits for segments to be rewritten; later changes by operators wait behind it.
    waiting_operators: AtomicUsize,
}

#[derive(Debug)]
struct State {
    manifest: Manifest,
    disk: Arc<Vec<Arc<DiskSegment>>>,
    buffer: Buffer,
    links: Links,
    /// Links that are in the ledger file and the manifest; the only ones that may be baked into segments.
    durable_links: Links,
    pending_ledger: Vec<LedgerEntry>,
    refused: RefusedLog,
    duplicates_dropped: u64,
    /// The last journal record that was applied.
    last_sequence: u64,
    next_segment: u64,
    latest_received: i64,
    live: LiveTail,
    version: u64,
    snapshot: Option<Arc<Snapshot>>,
    damaged: Vec<String>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub(crate) events: u32,
    pub(crate) duplicates: u32,
    /// The buffer should be sealed.
    pub(crate) seal_is_due: bool,
    /// Changes by operators that ask for segments to be rewritten, or come behind one that does.
    pub(crate) waiting: Vec<(i64, LedgerChange)>,
}

impl Project {
    /// Opens a project's folder, or makes a new one; removes what an interrupted write left behind.
    pub(crate) fn open(folder: &Arc<Folder>, id: ProjectId, options: &Arc<StoreOptions>, caches: &Arc<Caches>) -> Result<Self, StoreError> {
        let path = folder.projects().join(id.to_string());
        make_project(&path)?;
        let manifest = match Manifest::load(&path)? {
            Some(manifest) => manifest,
            None => {
                refuse_segments_of_nobody(&path)?;
                // From the first moment on there is one, so that segments without one are known for a part of a folder.
                let manifest = Manifest::new();
                manifest.publish(folder, &path)?;
                manifest
            }
        };
        let mut damaged = Vec::new();
        let mut disk = Vec::new();
        for entry in &manifest.segments {
            if let Some(detail) = &entry.damaged {
                damaged.push(format!("segment {} ({} events): {detail}", entry.id, entry.rows));
                continue;
            }
            match DiskSegment::open(&path.join("segments"), id, entry.clone(), caches) {
                Ok(segment) => disk.push(Arc::new(segment)),
                Err(refused @ StoreError::Refused(_)) => return Err(refused),
                Err(error) => {
                    tracing::error!(project = %id, segment = entry.id, %error, "a segment is damaged and set aside; answers without it are marked incomplete");
                    damaged.push(format!("segment {} ({} events): {error}", entry.id, entry.rows));
                }
            }
        }
        remove_orphans(&path, &manifest)?;
        let mut links = Links::default();
        let n_lost = ledger::read(&path, manifest.ledger_bytes, &mut |entry| links.apply(&entry))?;
        if n_lost > 0 {
            tracing::error!(project = %id, entries = n_lost, "the ledger of identities is damaged; some links are lost");
            damaged.push(format!("the ledger of identities: {n_lost} entries cannot be read"));
        }
        let refused = RefusedLog::load(&path, manifest.refused, options.refused_kept)?;
        let state = State {
            disk: Arc::new(disk),
            buffer: Buffer::new(),
            durable_links: links.clone(),
            links,
            pending_ledger: Vec::new(),
            refused,
            duplicates_dropped: manifest.duplicates_dropped,
            last_sequence: manifest.sealed_sequence,
            next_segment: manifest.next_segment,
            latest_received: manifest.latest_received,
            live: LiveTail::new(),
            version: 1,
            snapshot: None,
            damaged,
            manifest,
        };
        Ok(Self {
            id,
            path,
            folder: Arc::clone(folder),
            options: Arc::clone(options),
            caches: Arc::clone(caches),
            state: Mutex::new(state),
            publish: Mutex::new(()),
            seal: Mutex::new(()),
            rewrite: Mutex::new(()),
            stop_merge: AtomicBool::new(false),
            buffered_bytes: AtomicUsize::new(0),
            waiting_operators: AtomicUsize::new(0),
        })
    }

    pub(crate) fn sealed_sequence(&self) -> u64 {
        self.state.lock().manifest.sealed_sequence
    }

    /// Memory of rows that are not on disk as segments yet.
    pub(crate) fn buffered_bytes(&self) -> usize {
        self.buffered_bytes.load(Ordering::Relaxed)
    }

    /// Makes a journalled batch visible. Batches come in the order of their sequences, one at a time.
    pub(crate) fn apply(&self, sequence: u64, batch: &mut Batch) -> Result<Applied, StoreError> {
        self.folder.faults.point("project.apply").map_err(StoreError::io("apply to", &self.path))?;
        let mut scratch = Vec::new();
        let keys: Vec<DuplicateKey> = batch.events.iter().map(|event| DuplicateKey::of(event, &mut scratch)).collect();
        let earlier: Vec<Option<DuplicateKey>> = batch.events.iter().map(|event| DuplicateKey::of_earlier_arrival(event, &mut scratch)).collect();
        let (mut is_duplicate, disk) = {
            let state = self.state.lock();
            let known: Vec<bool> =
                keys.iter().zip(&earlier).map(|(key, earlier)| state.buffer.has_key(*key) || earlier.is_some_and(|key| state.buffer.has_key(key))).collect();
            (known, Arc::clone(&state.disk))
        };
        mark_duplicates(&disk, &batch.events, &keys, &earlier, &mut is_duplicate)?;

        let mut applied = Applied::default();
        let mut state = self.state.lock();
        let state = &mut *state;
        state.buffer.begin_change()?;
        for (event, (key, is_duplicate)) in std::mem::take(&mut batch.events).into_iter().zip(keys.into_iter().zip(is_duplicate)) {
            if is_duplicate || !state.buffer.insert_key(key) {
                applied.duplicates += 1;
                continue;
            }
            applied.events += 1;
            state.add_event(event, self.options.chunk_rows)?;
        }
        let n_refused = batch.refused.len() as u64;
        state.refused.add_all(std::mem::take(&mut batch.refused));
        state.duplicates_dropped += u64::from(applied.duplicates);
        state.live.note_pace(u64::from(applied.events), n_refused);
        for change in &batch.links {
            let (at, change) = ledger_change(change);
            // Behind a change that waits, all wait, or their order would change.
            let must_wait = self.waiting_operators.load(Ordering::Acquire) > 0;
            if must_wait || !state.apply_operator(at, &change) {
                self.waiting_operators.fetch_add(1, Ordering::AcqRel);
                self.stop_merge.store(true, Ordering::Relaxed);
                applied.waiting.push((at, change));
            }
        }
        state.last_sequence = sequence;
        state.buffer.end_change();
        if applied.events > 0 || applied.duplicates > 0 {
            state.changed();
        }
        self.buffered_bytes.store(state.buffer.bytes() + state.refused.pending_bytes(), Ordering::Relaxed);
        applied.seal_is_due = state.seal_is_due(&self.options);
        Ok(applied)
    }

    /// Forgets refused records that were replayed.
    pub(crate) fn apply_taken(&self, sequence: u64, ids: &[u64]) {
        let mut state = self.state.lock();
        for id in ids {
            state.refused.take(*id);
        }
        state.last_sequence = sequence;
    }

    /// Does a change by an operator that waited, and makes it durable: its journal record may have been sealed without it.
    pub(crate) fn operate(&self, at: i64, change: &LedgerChange) -> Result<(), StoreError> {
        self.stop_merge.store(false, Ordering::Relaxed);
        let outcome = match change {
            LedgerChange::Split { id, by } => self.split(at, id, by),
            _ => {
                self.state.lock().apply_operator(at, change);
                Ok(())
            }
        };
        if self.waiting_operators.fetch_sub(1, Ordering::AcqRel) > 1 {
            self.stop_merge.store(true, Ordering::Relaxed);
        }
        outcome?;
        self.seal().map(drop)
    }

    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        let mut state = self.state.lock();
        if let Some(snapshot) = &state.snapshot
            && state.disk.iter().all(|segment| segment.damage().is_none())
        {
            return Ok(Arc::clone(snapshot));
        }
        let mut damaged = state.damaged.clone();
        let State { buffer, next_segment, .. } = &mut *state;
        if let Err(error) = buffer.check_whole().and_then(|()| buffer.freeze(next_segment)) {
            damaged.push(format!("the newest events: {error}"));
        }
        let mut segments: Vec<Arc<dyn Segment>> = Vec::with_capacity(state.disk.len() + 8);
        for segment in state.disk.iter() {
            match segment.damage() {
                None => segments.push(Arc::clone(segment) as Arc<dyn Segment>),
                Some(detail) => damaged.push(format!("segment {} ({} events): {detail}", segment.id(), segment.rows())),
            }
        }
        segments.extend(state.buffer.frozen());
        let snapshot = Arc::new(Snapshot {
            project: self.id,
            segments,
            links: Arc::new(state.links.clone()),
            version: state.version,
            duplicates_dropped: state.duplicates_dropped,
            damaged,
        });
        state.snapshot = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    pub(crate) fn seal_is_due(&self) -> bool {
        self.state.lock().seal_is_due(&self.options)
    }

    /// Whether the journal has records that are not sealed, and the last seal was some time ago.
    pub(crate) fn holds_journal(&self, at_least: std::time::Duration) -> bool {
        let state = self.state.lock();
        state.last_sequence > state.manifest.sealed_sequence && state.buffer.since_seal() >= at_least
    }

    /// Every event name, the most frequent first.
    pub(crate) fn names(&self) -> Vec<EventName> {
        let state = self.state.lock();
        let mut names: HashMap<Arc<str>, EventFigures> = HashMap::new();
        let on_disk = state.disk.iter().filter(|segment| segment.damage().is_none()).flat_map(|segment| segment.figures());
        for figures in on_disk.chain(state.buffer.figures()) {
            buffer::add_figures(&mut names, figures);
        }
        drop(state);
        let mut names: Vec<EventName> = names
            .into_values()
            .map(|figures| EventName { name: figures.name, count: figures.count, first_seen: figures.first_time, last_seen: figures.last_time })
            .collect();
        names.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        names
    }

    pub(crate) fn events(&self) -> u64 {
        let state = self.state.lock();
        state.disk.iter().map(|segment| segment.rows()).sum::<u64>() + state.buffer.rows() as u64
    }

    pub(crate) fn live(&self, after: Option<u64>, limit: usize) -> Live {
        self.state.lock().live.read(after, limit)
    }

    pub(crate) fn refused(&self, before: Option<u64>, limit: usize, stage: Option<&str>, code: Option<&str>) -> Result<Vec<RefusedRecord>, StoreError> {
        let state = self.state.lock();
        state.refused.list(state.manifest.refused, before, limit, stage, code)
    }

    pub(crate) fn in_quarantine(&self) -> (u64, u64) {
        self.state.lock().refused.in_quarantine()
    }

    pub(crate) fn refused_counts(&self) -> Vec<RefusedCount> {
        self.state.lock().refused.counts()
    }

    /// The entries that made one person of several ids, oldest first: all that name an id of the person, or named one that has left it.
    pub(crate) fn ledger_of(&self, identity: &Identity) -> Result<Vec<LedgerEntry>, StoreError> {
        let (links, pending, end) = {
            let state = self.state.lock();
            (state.links.clone(), state.pending_ledger.clone(), state.manifest.ledger_bytes)
        };
        let id = identity.hash();
        let person = links.resolve(id);
        let mut entries = BTreeMap::new();
        let mut keep = |entry: LedgerEntry| {
            if entry.ids().any(|one| one.hash() == id || links.resolve(one.hash()) == person) {
                entries.insert(entry.number, entry);
            }
        };
        ledger::read(&self.path, end, &mut keep)?;
        pending.into_iter().for_each(keep);
        Ok(entries.into_values().collect())
    }

    /// Every entry of the ledger, in order, until it is told that nobody wants more. Fails when one cannot be read.
    pub(crate) fn each_ledger_entry(&self, each: &mut dyn FnMut(LedgerEntry) -> bool) -> Result<(), StoreError> {
        let (pending, end) = {
            let state = self.state.lock();
            (state.pending_ledger.clone(), state.manifest.ledger_bytes)
        };
        let mut is_wanted = true;
        let n_lost = ledger::read(&self.path, end, &mut |entry| is_wanted = is_wanted && each(entry))?;
        if n_lost > 0 {
            return Err(StoreError::damaged(format!("the ledger of identities of project {}", self.id), format!("{n_lost} entries cannot be read")));
        }
        for entry in pending {
            is_wanted = is_wanted && each(entry);
        }
        Ok(())
    }

    /// Does something with the files that the manifest names, none of which goes away meanwhile.
    pub(crate) fn while_held<T>(&self, work: impl FnOnce(&Manifest) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let _seal = self.seal.lock();
        let (manifest, _segments) = {
            let state = self.state.lock();
            (state.manifest.clone(), Arc::clone(&state.disk))
        };
        work(&manifest)
    }

    pub(crate) fn retention_days(&self) -> Option<u32> {
        self.state.lock().manifest.retention_days
    }

    pub(crate) fn damaged(&self) -> Vec<String> {
        let state = self.state.lock();
        let found = state.disk.iter().filter_map(|segment| Some(format!("segment {}: {}", segment.id(), segment.damage()?)));
        state.damaged.iter().cloned().chain(found).collect()
    }
}

impl State {
    fn changed(&mut self) {
        self.version += 1;
        self.snapshot = None;
    }

    fn add_event(&mut self, event: Event, chunk_rows: usize) -> Result<(), StoreError> {
        self.buffer.begin_chunk(self.links.len());
        if let Some((Identity::Device(device), Identity::User(user))) = self.links.link_of(&event) {
            self.add_link(event.time, LedgerChange::Link { device, user });
        }
        let mut person = event.identity().map(|identity| (identity.hash(), identity));
        if let Some((id, identity)) = &mut person {
            let baked = self.links.baked(*id);
            if baked != *id
                && let Some(name) = self.links.baked_name(*id)
            {
                *identity = Identity::User(name.to_string());
                *id = baked;
            }
        }
        self.latest_received = self.latest_received.max(event.received_at);
        self.buffer.push(&event, person.as_ref().map(|(id, identity)| (*id, identity)));
        self.live.push(event, person.map(|(id, _)| id));
        if self.buffer.open_rows() >= chunk_rows {
            self.buffer.freeze(&mut self.next_segment)?;
        }
        Ok(())
    }

    /// Applies a change by an operator, unless it asks for segments to be rewritten.
    fn apply_operator(&mut self, at: i64, change: &LedgerChange) -> bool {
        if let LedgerChange::Split { id, .. } = change
            && self.links.baked_link(id.hash()).is_some()
        {
            return false;
        }
        if self.links.would_change(change) {
            self.add_link(at, change.clone());
            self.changed();
        }
        true
    }

    fn add_link(&mut self, at: i64, change: LedgerChange) {
        let entry = LedgerEntry { number: self.links.len() + 1, at, change };
        self.links.apply(&entry);
        self.pending_ledger.push(entry);
    }

    fn seal_is_due(&self, options: &StoreOptions) -> bool {
        let buffer = &self.buffer;
        buffer.open_and_frozen_rows() >= options.flush_rows
            || buffer.open_and_frozen_bytes() >= options.flush_bytes
            || self.refused.pending_bytes() >= options.flush_bytes / 4
            || buffer.has_many_chunks()
            || buffer.age().is_some_and(|age| age >= options.flush_age)
            || (self.last_sequence > self.manifest.sealed_sequence && buffer.since_seal() >= options.flush_age)
    }
}

/// A change as the ledger keeps it.
pub(crate) fn ledger_change(change: &LinkChange) -> (i64, LedgerChange) {
    match change.clone() {
        LinkChange::Merge { from, into, at, by } => (at, LedgerChange::Merge { from, into, by }),
        LinkChange::Split { id, at, by } => (at, LedgerChange::Split { id, by }),
        LinkChange::Link { device, user, at } => (at, LedgerChange::Link { device, user }),
    }
}

/// Marks the events that a segment on disk has already.
fn mark_duplicates(
    disk: &[Arc<DiskSegment>],
    events: &[Event],
    keys: &[DuplicateKey],
    earlier: &[Option<DuplicateKey>],
    is_duplicate: &mut [bool],
) -> Result<(), StoreError> {
    for segment in disk {
        let mut candidates: Vec<(usize, DuplicateKey)> = Vec::new();
        for (at, event) in events.iter().enumerate().filter(|(at, _)| !is_duplicate[*at]) {
            // One that arrived before may have any time of this window or the one before.
            let since = event.time - arrival_window_ms(&event.insert_id).map_or(0, |window_ms| 2 * window_ms);
            if segment.may_hold(since..=event.time) {
                candidates.push((at, keys[at]));
                candidates.extend(earlier[at].map(|key| (at, key)));
            }
        }
        if candidates.is_empty() {
            continue;
        }
        let candidate_keys: Vec<DuplicateKey> = candidates.iter().map(|(_, key)| *key).collect();
        for ((at, _), has_key) in candidates.into_iter().zip(segment.have_keys(&candidate_keys)?) {
            is_duplicate[at] |= has_key;
        }
    }
    Ok(())
}

/// Where segments lie and no manifest says which of them count, the folder was copied in part: nothing may be deleted there.
pub(crate) fn refuse_segments_of_nobody(path: &Path) -> Result<(), StoreError> {
    let folder = path.join("segments");
    if !folder.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(&folder).map_err(StoreError::io("list", &folder))?;
    let n_files = entries.filter_map(Result::ok).filter(|entry| entry.path().extension().is_some_and(|ending| ending == "parquet")).count();
    if n_files == 0 {
        return Ok(());
    }
    let shown = path.display();
    Err(StoreError::Refused(format!(
        "the data folder is half-written: {shown} has {n_files} files of events and no manifest.json, which says which of them count; bring it from where the folder was copied from, or restore a backup"
    )))
}

/// Deletes files that no manifest names: outputs of an interrupted merge, or inputs of one that was published just before a stop.
fn remove_orphans(path: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let named: HashSet<u64> = manifest.segments.iter().map(|entry| entry.id).collect();
    let folder = path.join("segments");
    for entry in fs::read_dir(&folder).map_err(StoreError::io("list", &folder))? {
        let entry = entry.map_err(StoreError::io("list", &folder))?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.split('.').next()).and_then(|id| id.parse::<u64>().ok());
        let is_whole_name = name.to_str().is_some_and(|name| name.ends_with(".parquet") || name.ends_with(".keys"));
        if !is_whole_name || id.is_none_or(|id| !named.contains(&id)) {
            tracing::info!(path = %entry.path().display(), "removing a file that an interrupted write left behind");
            fs::remove_file(entry.path()).map_err(StoreError::io("delete", entry.path()))?;
        }
    }
    for entry in fs::read_dir(path).map_err(StoreError::io("list", path))? {
        let entry = entry.map_err(StoreError::io("list", path))?;
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        let refused_file = name.strip_prefix("refused-").and_then(|rest| rest.strip_suffix(".log")).and_then(|number| number.parse::<u64>().ok());
        if name.ends_with(".new") || refused_file.is_some_and(|number| number != manifest.refused.file) {
            fs::remove_file(entry.path()).map_err(StoreError::io("delete", entry.path()))?;
        }
    }
    Ok(())
}

/// The person of somebody's id and its resolved root, for callers that hold a snapshot's links.
impl Snapshot {
    /// The person that an id counts for, automatic links and operators' changes included.
    #[must_use]
    pub fn person(&self, identity: &Identity) -> PersonId {
        self.links.resolve(identity.hash())
    }
}
