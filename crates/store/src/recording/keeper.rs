//! The recordings of one project: what is open, what is packed, and where.
//!
//! Locks are taken in this order and no other: `rewrite` (one writer of packs at a time), `log`, `state`. `state` is never held while a disk is waited for, but for the
//! moment in which a manifest is published.

use super::{
    CLOSE_AFTER_MS, DEFAULT_DAYS, SESSION_ACTIVE_MS, SESSION_BYTES, SESSION_HOURS,
    assemble::Assembled,
    log::{self, Head, Log, Place},
    manifest::{Class, Manifest},
    pack::{Detail, Pack},
};
use crate::{StoreError, cache::Cache, folder::Folder};
use parking_lot::Mutex;
use sillage_event::{
    DAY_MS, HOUR_MS, ProjectId,
    recording::{KeepError, Kept, Piece, PieceName, Recorded, Row},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is read again soon: blocks and details of what somebody watches.
const CACHE_BYTES: usize = 24 << 20;
/// A deleted session is remembered for so long: its page may still be open.
pub(super) const REMEMBER_DELETED_MS: i64 = 2 * DAY_MS;

/// What recordings are found by, as of one moment.
#[derive(Debug, Default)]
pub struct RecordingIndex {
    /// In no order.
    pub rows: Vec<Arc<Row>>,
    pub version: u64,
}

#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) id: ProjectId,
    pub(super) folder: Arc<Folder>,
    pub(super) path: PathBuf,
    pub(super) rewrite: Mutex<()>,
    pub(super) log: Mutex<Log>,
    pub(super) state: Mutex<State>,
    pub(super) blocks: Cache<(u64, usize, u32), Vec<u8>>,
    pub(super) assembled: Cache<(String, u64), Assembled>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) manifest: Manifest,
    pub(super) packs: BTreeMap<u64, Arc<Pack>>,
    /// The current entry of each packed recording.
    pub(super) packed: HashMap<Arc<str>, Entry>,
    pub(super) open: HashMap<String, Open>,
    /// Where each stylesheet is.
    pub(super) styles: HashMap<u128, (u64, usize)>,
    shared_texts: HashSet<Arc<str>>,
    /// Nothing more is kept before a restart.
    pub(super) stopped: Option<String>,
    /// Log files up to this one are emptied as soon as possible, since something in them was deleted.
    pub(super) drain_up_to: u64,
    pub(super) damaged: Vec<String>,
    version: u64,
    index: Option<Arc<RecordingIndex>>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) pack: u64,
    pub(super) at: usize,
    pub(super) row: Arc<Row>,
}

/// A session with pieces that are in no pack.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// All that is known, the packed part included.
    pub(super) recorded: Recorded,
    pub(super) places: Vec<Place>,
    pub(super) first_received: i64,
    pub(super) bytes: u64,
    /// Grows with each piece.
    pub(super) version: u64,
}

impl Keeper {
    pub(crate) fn open(folder: &Arc<Folder>, id: ProjectId) -> Result<Self, StoreError> {
        let path = folder.projects().join(id.to_string()).join("recordings");
        let packs = path.join("packs");
        fs::create_dir_all(&packs).map_err(StoreError::io("make", &packs))?;
        let manifest = Manifest::load(&path)?;
        let mut state = State { version: 1, ..State::default() };
        for entry in &manifest.packs {
            match Pack::open(&packs, entry.id) {
                Ok(pack) => state.add_pack(Arc::new(pack), &manifest),
                Err(refused @ StoreError::Refused(_)) => return Err(refused),
                Err(error) => {
                    tracing::error!(project = %id, pack = entry.id, %error, "a pack of recordings is damaged and set aside");
                    state.damaged.push(format!("pack {} of recordings: {error}", entry.id));
                }
            }
        }
        remove_orphans(&packs, &manifest)?;
        state.manifest = manifest;
        let mut found: Vec<(Head, Place)> = Vec::new();
        let log = Log::open(folder, path.join("log"), &mut |head, place| found.push((head, place)))?;
        let keeper = Self {
            id,
            folder: Arc::clone(folder),
            path,
            rewrite: Mutex::default(),
            log: Mutex::new(log),
            state: Mutex::new(state),
            blocks: Cache::new(CACHE_BYTES),
            assembled: Cache::new(CACHE_BYTES),
        };
        for (head, place) in found {
            if !keeper.is_deleted(&head.name.session) && !keeper.has(&head.name) {
                let piece = head.piece();
                keeper.apply(&piece, place);
            }
        }
        Ok(keeper)
    }

    pub(super) fn packs(&self) -> PathBuf {
        self.path.join("packs")
    }

    pub(crate) fn is_deleted(&self, session: &str) -> bool {
        self.state.lock().manifest.deleted.contains_key(session)
    }

    /// Whether anything of a session is there.
    pub(crate) fn knows(&self, session: &str) -> bool {
        let state = self.state.lock();
        state.open.contains_key(session) || state.packed.contains_key(session)
    }

    /// Whether a piece is there, in the log or in a pack.
    pub(crate) fn has(&self, name: &PieceName) -> bool {
        let (open, packed) = {
            let state = self.state.lock();
            (state.open.get(&name.session).map(|open| open.recorded.has(&name.document, name.seq)), state.packed.contains_key(name.session.as_str()))
        };
        match open {
            Some(has) => has,
            None if packed => self.recorded_of(&name.session).is_some_and(|recorded| recorded.has(&name.document, name.seq)),
            None => false,
        }
    }

    /// What a pack says of a session.
    fn recorded_of(&self, session: &str) -> Option<Recorded> {
        match self.detail_of(session) {
            Ok(found) => found.map(|(.., detail)| detail.recorded),
            Err(error) => {
                tracing::error!(project = %self.id, %error, "a recording cannot be read");
                None
            }
        }
    }

    /// The entry of a packed recording and its detail.
    pub(super) fn detail_of(&self, session: &str) -> Result<Option<(Entry, Arc<Pack>, Detail)>, StoreError> {
        let found = {
            let state = self.state.lock();
            state.packed.get(session).and_then(|entry| Some((entry.clone(), Arc::clone(state.packs.get(&entry.pack)?))))
        };
        let Some((entry, pack)) = found else { return Ok(None) };
        let detail = pack.detail(entry.at)?;
        Ok(Some((entry, pack, detail)))
    }

    pub(super) fn read_piece(&self, place: Place) -> Result<log::Unpacked, StoreError> {
        log::read(&self.path.join("log"), place)
    }

    /// Whether the session may have another piece.
    fn check_caps(&self, piece: &Piece) -> Result<(), KeepError> {
        let mut state = self.state.lock();
        let Some(open) = state.open.get_mut(&piece.name.session) else { return Ok(()) };
        let recorded = &mut open.recorded;
        let halves = recorded.facts.active.active_ms() / SESSION_ACTIVE_MS + 1;
        let cap_bytes = SESSION_BYTES * halves as u64;
        let error = if recorded.expanded_bytes + piece.expanded_bytes > cap_bytes && recorded.expanded_bytes > 0 {
            KeepError::SessionTooLarge { cap_bytes }
        } else if piece.facts.end - recorded.facts.start > i64::from(SESSION_HOURS) * HOUR_MS {
            KeepError::SessionTooLong { cap_hours: SESSION_HOURS }
        } else {
            return Ok(());
        };
        recorded.cut_short = Some(error.to_string());
        Err(error)
    }

    /// Writes pieces as one group, each once, and says what became of each.
    pub(super) fn write(&self, pieces: &[(&Piece, &[u8])]) -> Vec<Result<Kept, KeepError>> {
        let mut outcomes: Vec<Option<Result<Kept, KeepError>>> = Vec::with_capacity(pieces.len());
        let mut chosen: Vec<usize> = Vec::new();
        let mut names: HashSet<&PieceName> = HashSet::new();
        let stopped = self.state.lock().stopped.clone();
        for (at, (piece, _)) in pieces.iter().enumerate() {
            outcomes.push(if let Some(reason) = &stopped {
                Some(Err(KeepError::Unavailable { reason: reason.clone(), retry_after_s: 60 }))
            } else if self.is_deleted(&piece.name.session) {
                Some(Err(KeepError::Deleted))
            } else if self.has(&piece.name) {
                Some(Ok(Kept::Duplicate))
            } else if let Err(error) = self.check_caps(piece) {
                Some(Err(error))
            } else {
                // The same piece twice in one group: the second is told what becomes of the first.
                if names.insert(&piece.name) {
                    chosen.push(at);
                }
                None
            });
        }
        let frames: Vec<&[u8]> = chosen.iter().map(|at| pieces[*at].1).collect();
        let written = if frames.is_empty() { Ok(Vec::new()) } else { self.log.lock().append(&frames) };
        let failure = match written {
            Ok(places) => {
                chosen.iter().zip(places).for_each(|(at, place)| self.apply(pieces[*at].0, place));
                None
            }
            Err(log::Failure::Full) => Some(super::full("the disk is full")),
            Err(log::Failure::Broken(error)) => {
                let reason = format!("the log of recordings could not be written: {error}");
                tracing::error!(project = %self.id, %reason, "no recording is kept until a restart");
                self.state.lock().stopped.get_or_insert(reason.clone());
                Some(KeepError::Unavailable { reason, retry_after_s: 60 })
            }
        };
        let is_chosen: HashSet<usize> = chosen.into_iter().collect();
        let settle = |at: usize| match &failure {
            Some(error) => Err(error.clone()),
            None if is_chosen.contains(&at) => Ok(Kept::Stored),
            None => Ok(Kept::Duplicate),
        };
        outcomes.into_iter().enumerate().map(|(at, outcome)| outcome.unwrap_or_else(|| settle(at))).collect()
    }

    /// Makes a written piece visible.
    fn apply(&self, piece: &Piece, place: Place) {
        let session = &piece.name.session;
        let needs_packed = {
            let state = self.state.lock();
            !state.open.contains_key(session) && state.packed.contains_key(session.as_str())
        };
        let base = if needs_packed { self.recorded_of(session) } else { None };
        let mut state = self.state.lock();
        let open = state.open.entry(session.clone()).or_insert_with(|| Open {
            recorded: base.unwrap_or_default(),
            places: Vec::new(),
            first_received: piece.received_at,
            bytes: 0,
            version: 0,
        });
        open.recorded.add(piece);
        open.places.push(place);
        open.first_received = open.first_received.min(piece.received_at);
        open.bytes += u64::from(place.bytes);
        open.version += 1;
        state.changed();
    }

    /// What recordings are found by, as of now.
    pub(crate) fn index(&self) -> Arc<RecordingIndex> {
        let mut state = self.state.lock();
        if let Some(index) = &state.index {
            return Arc::clone(index);
        }
        let mut rows: Vec<Arc<Row>> = Vec::with_capacity(state.packed.len() + state.open.len());
        let open: Vec<(Recorded, u64)> = state.open.values().map(|open| (open.recorded.clone(), open.bytes)).collect();
        let State { packed, open: opened, shared_texts, .. } = &mut *state;
        rows.extend(packed.values().filter(|entry| !opened.contains_key(&*entry.row.session)).map(|entry| Arc::clone(&entry.row)));
        for (recorded, bytes) in open {
            let packed_bytes = packed.get(recorded.session.as_str()).map_or(0, |entry| entry.row.bytes);
            let row = Row::of(&recorded, bytes + packed_bytes, &mut |text| share(shared_texts, text));
            rows.push(Arc::new(Row { is_live: true, ..row }));
        }
        let index = Arc::new(RecordingIndex { rows, version: state.version });
        state.index = Some(Arc::clone(&index));
        index
    }

    /// Deletes recordings: in no answer and no longer kept from here on; the bytes go as soon as their pack and log are written again.
    pub(crate) fn delete(&self, sessions: &[String], now: i64) -> Result<Vec<String>, StoreError> {
        let _rewrite = self.rewrite.lock();
        let log_number = {
            let mut log = self.log.lock();
            log.end_file();
            log.number
        };
        let mut state = self.state.lock();
        let there: Vec<String> =
            sessions.iter().filter(|session| state.open.contains_key(*session) || state.packed.contains_key(session.as_str())).cloned().collect();
        if there.is_empty() {
            return Ok(there);
        }
        let mut manifest = state.manifest.clone();
        there.iter().for_each(|session| {
            manifest.deleted.insert(session.clone(), now);
        });
        manifest.publish(&self.folder, &self.path)?;
        state.manifest = manifest;
        for session in &there {
            if state.open.remove(session).is_some() {
                state.drain_up_to = log_number;
            }
            state.packed.remove(session.as_str());
        }
        state.changed();
        drop(state);
        self.assembled.forget(|(session, _)| there.contains(session));
        Ok(there)
    }

    /// Forgets every recording of the project.
    pub(crate) fn delete_all(&self) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let mut log = self.log.lock();
        log.end_file();
        let mut state = self.state.lock();
        let mut manifest = state.manifest.clone();
        manifest.packs.clear();
        manifest.deleted.clear();
        // The log goes first: a stop in between leaves recordings that are whole, and asking again goes on.
        log.keep_only(&|_| false)?;
        manifest.publish(&self.folder, &self.path)?;
        let packs = std::mem::take(&mut state.packs);
        let State { packed, open, styles, .. } = &mut *state;
        packed.clear();
        open.clear();
        styles.clear();
        state.manifest = manifest;
        state.changed();
        drop(state);
        for id in packs.keys() {
            let path = super::pack::file_path(&self.packs(), *id);
            fs::remove_file(&path).map_err(StoreError::io("delete", &path))?;
        }
        Ok(())
    }

    pub(crate) fn set_keep_days(&self, days: u32) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let mut state = self.state.lock();
        if state.manifest.keep_days == Some(days) {
            return Ok(());
        }
        let mut manifest = state.manifest.clone();
        manifest.keep_days = Some(days);
        manifest.publish(&self.folder, &self.path)?;
        state.manifest = manifest;
        Ok(())
    }

    pub(super) fn keep_days(&self) -> u32 {
        self.state.lock().manifest.keep_days.unwrap_or(DEFAULT_DAYS)
    }

    pub(crate) fn disk_bytes(&self) -> u64 {
        let state = self.state.lock();
        state.packs.values().map(|pack| pack.bytes).sum::<u64>() + state.open.values().map(|open| open.bytes).sum::<u64>()
    }

    pub(crate) fn damaged(&self) -> Vec<String> {
        let state = self.state.lock();
        state.damaged.iter().cloned().chain(state.stopped.clone()).collect()
    }

    /// Sessions whose pieces are due to be packed.
    pub(super) fn due(&self, now: i64) -> Vec<String> {
        let state = self.state.lock();
        let is_due = |open: &Open| {
            now.saturating_sub(open.recorded.last_received) >= CLOSE_AFTER_MS
                || now.saturating_sub(open.first_received) >= super::COMPACT_AFTER_MS
                || open.places.iter().any(|place| place.file <= state.drain_up_to)
        };
        let mut due: Vec<(i64, &String)> =
            state.open.iter().filter(|(_, open)| is_due(open)).map(|(session, open)| (open.recorded.facts.start, session)).collect();
        due.sort();
        due.into_iter().map(|(_, session)| session.clone()).collect()
    }
}

impl State {
    pub(super) fn changed(&mut self) {
        self.version += 1;
        self.index = None;
    }

    /// Takes the entries of a pack for current, in the order of packs.
    pub(super) fn add_pack(&mut self, pack: Arc<Pack>, manifest: &Manifest) {
        for (at, entry) in pack.directory.recordings.iter().enumerate() {
            if manifest.deleted.contains_key(&entry.row.session) {
                continue;
            }
            let shared_texts = &mut self.shared_texts;
            let row = Arc::new(entry.row.row(entry.bytes, &mut |text| share(shared_texts, text)));
            self.packed.insert(Arc::clone(&row.session), Entry { pack: pack.id, at, row });
        }
        for (at, entry) in pack.directory.styles.iter().enumerate() {
            if let Ok(hash) = u128::from_str_radix(&entry.hash, 16) {
                self.styles.insert(hash, (pack.id, at));
            }
        }
        self.packs.insert(pack.id, pack);
    }

    /// Whether a pack's entry is the current one of its session.
    pub(super) fn is_current(&self, pack: u64, at: usize, session: &str) -> bool {
        self.packed.get(session).is_some_and(|entry| (entry.pack, entry.at) == (pack, at))
    }

    pub(super) fn class_of(&self, pack: u64) -> Option<Class> {
        self.manifest.packs.iter().find(|entry| entry.id == pack).map(|entry| entry.class)
    }
}

/// One memory for texts that are the same.
fn share(texts: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = Arc::from(text);
    texts.insert(Arc::clone(&new));
    new
}

fn remove_orphans(packs: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let named: HashSet<PathBuf> = manifest.packs.iter().map(|entry| super::pack::file_path(packs, entry.id)).collect();
    for entry in fs::read_dir(packs).map_err(StoreError::io("list", packs))? {
        let path = entry.map_err(StoreError::io("list", packs))?.path();
        if !named.contains(&path) {
            tracing::info!(path = %path.display(), "removing a pack that an interrupted write left behind");
            fs::remove_file(&path).map_err(StoreError::io("delete", &path))?;
        }
    }
    Ok(())
}
