//! Records that were not accepted, kept aside until somebody mends and replays them. Bounded: the oldest go first. Events in quarantine
//! were acknowledged, so they stay until somebody releases or drops them; who sends them looks first whether there is room ([`RefusedLog::in_quarantine`]).
//!
//! A file of entries, `length u32 · crc32c u32 · JSON`, either a record with its id or a list of ids that are gone. The manifest says which file counts
//! and how much of it; when most of it is gone, what is left moves to a new file.

use crate::{
    StoreError,
    folder::{Folder, sync_parent},
    manifest::RefusedPart,
};
use sillage_event::{QUARANTINE, Refused};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

const MAX_BYTES: u64 = 64 << 20;

/// A refused record as listed.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RefusedRecord {
    /// Grows in order of arrival.
    pub id: u64,
    #[serde(flatten)]
    pub record: Refused,
}

/// How many records were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RefusedCount {
    pub stage: String,
    pub code: String,
    pub count: u64,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Record(RefusedRecord),
    Taken(Vec<u64>),
}

/// Where one record is.
#[derive(Clone, Copy, Debug)]
struct Slot {
    at: u64,
    length: u32,
    reason: u32,
}

#[derive(Debug)]
pub(crate) struct RefusedLog {
    folder: PathBuf,
    most: usize,
    on_disk: BTreeMap<u64, Slot>,
    pending: BTreeMap<u64, (u32, Refused)>,
    /// Ids on disk that were taken since the last seal.
    taken: Vec<u64>,
    reasons: Vec<(String, String)>,
    next_id: u64,
    /// See [`RefusedPart::profiles_sequence`].
    profiles_sequence: u64,
    live_bytes: u64,
    pending_bytes: usize,
    /// All but those in quarantine: the oldest of these goes first.
    may_go: BTreeSet<u64>,
    /// Of those in quarantine, on disk.
    quarantine_bytes: u64,
}

/// What a seal takes with it.
#[derive(Debug)]
pub(crate) struct RefusedBatch {
    records: Vec<RefusedRecord>,
    taken: Vec<u64>,
    next_id: u64,
    profiles_sequence: u64,
    move_live: Option<Vec<(u64, Slot)>>,
}

/// What a seal wrote, for [`RefusedLog::sealed`].
#[derive(Debug)]
pub(crate) struct RefusedSealed {
    pub(crate) part: RefusedPart,
    slots: Vec<(u64, Slot)>,
    moved: Option<Vec<(u64, Slot)>>,
}

impl RefusedLog {
    pub(crate) fn load(folder: &Path, part: RefusedPart, most: usize) -> Result<Self, StoreError> {
        let mut log = Self {
            folder: folder.to_owned(),
            most,
            on_disk: BTreeMap::new(),
            pending: BTreeMap::new(),
            taken: Vec::new(),
            reasons: Vec::new(),
            next_id: part.next_id,
            profiles_sequence: part.profiles_sequence,
            live_bytes: 0,
            pending_bytes: 0,
            may_go: BTreeSet::new(),
            quarantine_bytes: 0,
        };
        if part.bytes == 0 {
            return Ok(log);
        }
        let path = file_path(folder, part.file);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(StoreError::Io { action: "read", path, source }),
        };
        if (bytes.len() as u64) < part.bytes {
            tracing::error!(path = %path.display(), "refused records are missing from the end of their file");
        }
        let mut rest = &bytes[..bytes.len().min(part.bytes as usize)];
        let mut at = 0;
        while rest.len() >= 8 {
            let length = u32_at(rest, 0) as usize;
            if length > rest.len() - 8 {
                break;
            }
            let body = &rest[8..8 + length];
            let is_whole = crc32c::crc32c(body) == u32_at(rest, 4);
            match serde_json::from_slice::<Entry>(body).ok().filter(|_| is_whole) {
                Some(Entry::Record(one)) => {
                    let reason = log.reason(&one.record);
                    log.insert(one.id, Slot { at, length: length as u32, reason });
                }
                Some(Entry::Taken(ids)) => ids.iter().for_each(|id| log.remove_on_disk(*id)),
                None => tracing::error!(path = %path.display(), at, "a refused record is damaged and skipped"),
            }
            at += 8 + length as u64;
            rest = &rest[8 + length..];
        }
        Ok(log)
    }

    /// Adds the refused records of one request. Those that were acknowledged first and are known already are left out: the request that sets them aside
    /// is made again after a stop in between.
    pub(crate) fn add_all(&mut self, records: Vec<Refused>) {
        let known = self.profiles_sequence;
        for record in records {
            let sequence = record.journal_sequence.unwrap_or(0);
            if record.journal_sequence.is_none() || sequence > known {
                self.profiles_sequence = self.profiles_sequence.max(sequence);
                self.add(record);
            }
        }
    }

    fn add(&mut self, record: Refused) {
        let reason = self.reason(&record);
        self.pending_bytes += record.raw.len() + 200;
        if !self.is_quarantine(reason) {
            self.may_go.insert(self.next_id);
        }
        self.pending.insert(self.next_id, (reason, record));
        self.next_id += 1;
        while self.may_go.len() > self.most {
            let Some(oldest) = self.may_go.first().copied() else { break };
            self.take(oldest);
        }
    }

    /// Forgets a record, because it was replayed.
    pub(crate) fn take(&mut self, id: u64) -> bool {
        self.may_go.remove(&id);
        if let Some((_, record)) = self.pending.remove(&id) {
            self.pending_bytes = self.pending_bytes.saturating_sub(record.raw.len() + 200);
            return true;
        }
        let was_there = self.on_disk.contains_key(&id);
        if was_there {
            self.remove_on_disk(id);
            self.taken.push(id);
        }
        was_there
    }

    /// How many events wait in quarantine, and about how many bytes they take.
    pub(crate) fn in_quarantine(&self) -> (u64, u64) {
        let n_all = self.on_disk.len() + self.pending.len();
        (n_all.saturating_sub(self.may_go.len()) as u64, self.quarantine_bytes + self.pending_bytes as u64)
    }

    pub(crate) fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty() || !self.taken.is_empty()
    }

    pub(crate) fn counts(&self) -> Vec<RefusedCount> {
        let mut by_reason = vec![0u64; self.reasons.len()];
        self.on_disk.values().for_each(|slot| by_reason[slot.reason as usize] += 1);
        self.pending.values().for_each(|(reason, _)| by_reason[*reason as usize] += 1);
        let mut counts: Vec<RefusedCount> = self
            .reasons
            .iter()
            .zip(by_reason)
            .filter(|(_, count)| *count > 0)
            .map(|((stage, code), count)| RefusedCount { stage: stage.clone(), code: code.clone(), count })
            .collect();
        counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
        counts
    }

    /// The newest first, below an id, of a stage and code if given; without a stage, all that is not in quarantine.
    pub(crate) fn list(
        &self,
        part: RefusedPart,
        before: Option<u64>,
        limit: usize,
        stage: Option<&str>,
        code: Option<&str>,
    ) -> Result<Vec<RefusedRecord>, StoreError> {
        let before = before.unwrap_or(u64::MAX);
        let wanted: HashSet<u32> = (0..)
            .zip(&self.reasons)
            .filter(|(_, (one_stage, one_code))| stage.map_or(one_stage != QUARANTINE, |stage| stage == one_stage) && code.is_none_or(|code| code == one_code))
            .map(|(reason, _)| reason)
            .collect();
        let pending = self.pending.range(..before).rev().filter(|(_, (reason, _))| wanted.contains(reason));
        let mut found: Vec<RefusedRecord> = pending.take(limit).map(|(id, (_, record))| RefusedRecord { id: *id, record: record.clone() }).collect();
        if found.len() < limit && !self.on_disk.is_empty() {
            let path = file_path(&self.folder, part.file);
            let file = File::open(&path).map_err(StoreError::io("open", &path))?;
            for slot in self.on_disk.range(..before).rev().map(|(_, slot)| slot).filter(|slot| wanted.contains(&slot.reason)) {
                if found.len() >= limit {
                    break;
                }
                let body = read_body(&file, *slot).map_err(StoreError::io("read", &path))?;
                if let Ok(Entry::Record(one)) = serde_json::from_slice(&body) {
                    found.push(one);
                }
            }
        }
        Ok(found)
    }

    /// What has to be written, as of now.
    pub(crate) fn begin_seal(&mut self, part: RefusedPart) -> RefusedBatch {
        let records = self.pending.iter().map(|(id, (_, record))| RefusedRecord { id: *id, record: record.clone() }).collect();
        let is_mostly_gone = part.bytes > (1 << 20) && part.bytes > 2 * self.live_bytes.max(1);
        let move_live = is_mostly_gone.then(|| self.on_disk.iter().map(|(id, slot)| (*id, *slot)).collect());
        RefusedBatch { records, taken: std::mem::take(&mut self.taken), next_id: self.next_id, profiles_sequence: self.profiles_sequence, move_live }
    }

    /// The seal did not succeed: what it took is pending again.
    pub(crate) fn unsealed(&mut self, batch: &RefusedBatch) {
        self.taken.extend_from_slice(&batch.taken);
    }

    /// The seal is published.
    pub(crate) fn sealed(&mut self, sealed: RefusedSealed) {
        if let Some(moved) = sealed.moved {
            for (id, slot) in moved {
                if let Some(own) = self.on_disk.get_mut(&id) {
                    *own = slot;
                }
            }
        }
        for (id, slot) in sealed.slots {
            // Taken or pushed out in the meantime: it is on disk all the same and has to go at the next seal.
            if let Some((reason, record)) = self.pending.remove(&id) {
                self.pending_bytes = self.pending_bytes.saturating_sub(record.raw.len() + 200);
                self.insert(id, Slot { reason, ..slot });
            } else {
                self.taken.push(id);
            }
        }
        while self.live_bytes - self.quarantine_bytes > MAX_BYTES {
            let Some(oldest) = self.may_go.first().copied() else { break };
            self.take(oldest);
        }
    }

    fn insert(&mut self, id: u64, slot: Slot) {
        let bytes = u64::from(slot.length) + 8;
        self.live_bytes += bytes;
        if self.is_quarantine(slot.reason) {
            self.quarantine_bytes += bytes;
        } else {
            self.may_go.insert(id);
        }
        self.on_disk.insert(id, slot);
    }

    fn remove_on_disk(&mut self, id: u64) {
        if let Some(slot) = self.on_disk.remove(&id) {
            let bytes = u64::from(slot.length) + 8;
            self.live_bytes -= bytes;
            if self.is_quarantine(slot.reason) {
                self.quarantine_bytes -= bytes;
            }
            self.may_go.remove(&id);
        }
    }

    fn is_quarantine(&self, reason: u32) -> bool {
        self.reasons[reason as usize].0 == QUARANTINE
    }

    fn reason(&mut self, record: &Refused) -> u32 {
        let at = self.reasons.iter().position(|(stage, code)| *stage == record.stage && *code == record.code).unwrap_or_else(|| {
            self.reasons.push((record.stage.clone(), record.code.clone()));
            self.reasons.len() - 1
        });
        at as u32
    }
}

impl RefusedBatch {
    /// Writes and syncs; the manifest has to name the result.
    pub(crate) fn write(&self, folder: &Arc<Folder>, project: &Path, part: RefusedPart) -> Result<RefusedSealed, StoreError> {
        let mut sealed =
            RefusedSealed { part: RefusedPart { next_id: self.next_id, profiles_sequence: self.profiles_sequence, ..part }, slots: Vec::new(), moved: None };
        if self.records.is_empty() && self.taken.is_empty() && self.move_live.is_none() {
            return Ok(sealed);
        }
        let mut bytes = Vec::new();
        let mut start = part.bytes;
        if let Some(live) = &self.move_live {
            let old_path = file_path(project, part.file);
            let old = File::open(&old_path).map_err(StoreError::io("open", &old_path))?;
            let mut moved = Vec::with_capacity(live.len());
            for (id, slot) in live {
                let body = read_body(&old, *slot).map_err(StoreError::io("read", &old_path))?;
                moved.push((*id, Slot { at: bytes.len() as u64, ..*slot }));
                push_entry(&mut bytes, &body);
            }
            sealed.moved = Some(moved);
            sealed.part.file += 1;
            start = 0;
        }
        for one in &self.records {
            let body = to_json(&Entry::Record(one.clone()))?;
            sealed.slots.push((one.id, Slot { at: start + bytes.len() as u64, length: body.len() as u32, reason: 0 }));
            push_entry(&mut bytes, &body);
        }
        if !self.taken.is_empty() && self.move_live.is_none() {
            push_entry(&mut bytes, &to_json(&Entry::Taken(self.taken.clone()))?);
        }
        let path = file_path(project, sealed.part.file);
        let write = || {
            folder.faults.point("refused.write")?;
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            file.set_len(start)?;
            file.write_all_at(&bytes, start)?;
            file.sync_all()?;
            sync_parent(&path)
        };
        write().map_err(StoreError::io("write", &path))?;
        sealed.part.bytes = start + bytes.len() as u64;
        Ok(sealed)
    }
}

pub(crate) fn file_path(project: &Path, file: u64) -> PathBuf {
    project.join(format!("refused-{file}.log"))
}

fn to_json(entry: &Entry) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(entry).map_err(|error| StoreError::Invalid(error.to_string()))
}

fn push_entry(bytes: &mut Vec<u8>, body: &[u8]) {
    bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&crc32c::crc32c(body).to_le_bytes());
    bytes.extend_from_slice(body);
}

fn read_body(file: &File, slot: Slot) -> io::Result<Vec<u8>> {
    let mut body = vec![0; slot.length as usize];
    file.read_exact_at(&mut body, slot.at + 8)?;
    Ok(body)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}
