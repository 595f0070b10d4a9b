//! The log that makes a promise good: records of all projects in one sequence, in files of bounded size.
//!
//! A file is a header (magic, format, first sequence, checksum) and records: `length u32 · crc32c u32 · body`, where the body is
//! `sequence u64 · kind u8 · flags u8 · project u32 · payload`, all little-endian. A record counts when its checksum holds.
//!
//! Not here: what a payload means, and who still needs it.
//!
//! What must stay true: a group is written and synced before anybody hears of it; a failed write or sync is never tried again as if it had
//! worked; sequences only grow; an old file is never written to, each start opens a new one.

mod scan;
#[cfg(test)]
mod tests;

pub(crate) use scan::{ScanReport, look, refuse_newer, scan};

use crate::{StoreError, folder::Folder, folder::sync_parent};
use sillage_event::ProjectId;
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

const MAGIC: &[u8; 8] = b"SILLJRNL";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 24;
const FRAME_BYTES: usize = 8;
const BODY_BYTES: usize = 14;
/// No record is larger; a longer length is damage.
const MAX_BODY_BYTES: usize = 256 << 20;
/// Smaller payloads are not worth packing.
const PACK_FROM_BYTES: usize = 512;
/// Flag: the payload is its length as `u32` and then packed with zstd.
const PACKED: u8 = 1;
/// Flag: the catalog has to see it as well.
const HAS_PROFILES: u8 = 2;

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A [`sillage_event::Batch`] as JSON.
    Batch,
    /// A JSON list of ids of refused records that were replayed.
    RefusedTaken,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Batch => 1,
            Self::RefusedTaken => 2,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Batch),
            2 => Some(Self::RefusedTaken),
            _ => None,
        }
    }
}

/// A record read back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) sequence: u64,
    pub(crate) kind: Kind,
    pub(crate) project: ProjectId,
    pub(crate) has_profiles: bool,
    pub(crate) payload: Vec<u8>,
}

/// A record ready to be written but for its sequence and checksum.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) project: ProjectId,
    pub(crate) has_profiles: bool,
    bytes: Vec<u8>,
}

impl Frame {
    /// Packs the payload; done by the caller, so that the one writer only copies.
    pub(crate) fn new(kind: Kind, project: ProjectId, payload: &[u8], has_profiles: bool) -> io::Result<Self> {
        let mut bytes = vec![0; FRAME_BYTES + BODY_BYTES];
        bytes[FRAME_BYTES + 8] = kind.code();
        bytes[FRAME_BYTES + 10..].copy_from_slice(&project.0.to_le_bytes());
        if has_profiles {
            bytes[FRAME_BYTES + 9] |= HAS_PROFILES;
        }
        if payload.len() < PACK_FROM_BYTES {
            bytes.extend_from_slice(payload);
        } else {
            bytes[FRAME_BYTES + 9] |= PACKED;
            bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&zstd::bulk::compress(payload, 1)?);
        }
        let body = bytes.len() - FRAME_BYTES;
        if body > MAX_BODY_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "one request is too large for the journal"));
        }
        bytes[..4].copy_from_slice(&(body as u32).to_le_bytes());
        Ok(Self { project, has_profiles, bytes })
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn number(&mut self, sequence: u64) {
        self.bytes[FRAME_BYTES..FRAME_BYTES + 8].copy_from_slice(&sequence.to_le_bytes());
        let crc = crc32c::crc32c(&self.bytes[FRAME_BYTES..]);
        self.bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Why a group was not written.
#[derive(Debug)]
pub(crate) enum WriteFailure {
    /// No space; nothing of the group is in the file. It may be tried again when there is space.
    Full,
    /// The disk failed; what is on it is not known. Nothing may be written any more.
    Broken(io::Error),
}

/// Which records a file holds, as far as trimming needs to know.
#[derive(Debug, Default, Clone)]
pub(crate) struct FileUse {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// The last record of each project that asks for more than profiles.
    pub(crate) last_of_project: HashMap<ProjectId, u64>,
    /// The last record with profile changes, 0 if there is none.
    pub(crate) last_profiles: u64,
}

impl FileUse {
    fn note(&mut self, project: ProjectId, sequence: u64, has_profiles: bool) {
        self.last_of_project.insert(project, sequence);
        if has_profiles {
            self.last_profiles = sequence;
        }
    }
}

/// The write end.
#[derive(Debug)]
pub(crate) struct Journal {
    folder: Arc<Folder>,
    file: File,
    current: FileUse,
    closed: Vec<FileUse>,
    file_number: u64,
    next_sequence: u64,
    max_file_bytes: u64,
    buffer: Vec<u8>,
}

impl Journal {
    /// Starts a new file behind those that were scanned.
    pub(crate) fn start(folder: Arc<Folder>, report: ScanReport, next_sequence: u64, max_file_bytes: u64) -> Result<Self, StoreError> {
        let file_number = report.last_file_number + 1;
        let (file, current) = new_file(&folder, file_number, next_sequence)?;
        let mut journal = Self { folder, file, current, closed: report.files, file_number, next_sequence, max_file_bytes, buffer: Vec::new() };
        journal.trim(&|_| 0, 0);
        Ok(journal)
    }

    /// Writes and syncs a group of records and numbers them; the first gets the sequence returned.
    pub(crate) fn write(&mut self, frames: &mut [Frame]) -> Result<u64, WriteFailure> {
        if self.current.bytes >= self.max_file_bytes {
            match self.rotate() {
                Ok(()) => {}
                Err(StoreError::Io { source, .. }) if is_full(&source) => return Err(WriteFailure::Full),
                Err(error) => return Err(WriteFailure::Broken(io::Error::other(error))),
            }
        }
        let first = self.next_sequence;
        self.buffer.clear();
        for (frame, sequence) in frames.iter_mut().zip(first..) {
            frame.number(sequence);
            self.buffer.extend_from_slice(&frame.bytes);
        }
        let faults = &self.folder.faults;
        let written = faults.point("journal.write").and_then(|()| self.file.write_all_at(&self.buffer, self.current.bytes));
        if let Err(error) = written {
            let undone = is_full(&error) && self.file.set_len(self.current.bytes).is_ok();
            return Err(if undone { WriteFailure::Full } else { WriteFailure::Broken(error) });
        }
        faults.point("journal.sync").and_then(|()| self.file.sync_data()).map_err(WriteFailure::Broken)?;
        for (frame, sequence) in frames.iter().zip(first..) {
            self.current.note(frame.project, sequence, frame.has_profiles);
        }
        self.current.bytes += self.buffer.len() as u64;
        self.next_sequence += frames.len() as u64;
        if self.buffer.capacity() > 8 << 20 {
            self.buffer = Vec::new();
        }
        Ok(first)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.current.bytes + self.closed.iter().map(|file| file.bytes).sum::<u64>()
    }

    /// Deletes the oldest files that nobody needs: everything in them is sealed, and its profile changes are applied.
    pub(crate) fn trim(&mut self, sealed: &dyn Fn(ProjectId) -> u64, profiles_applied: u64) {
        let needed = |file: &FileUse| file.last_profiles > profiles_applied || file.last_of_project.iter().any(|(project, last)| *last > sealed(*project));
        let n_free = self.closed.iter().take_while(|file| !needed(file)).count();
        for file in self.closed.drain(..n_free) {
            let removed = self.folder.faults.point("journal.trim").and_then(|()| fs::remove_file(&file.path));
            if let Err(error) = removed {
                tracing::warn!(path = %file.path.display(), %error, "a journal file that is no longer needed could not be deleted");
            }
        }
    }

    /// Closes the current file early when it is larger than this, so that it can be trimmed.
    pub(crate) fn rotate_if_larger(&mut self, bytes: u64) {
        if self.current.bytes > bytes.max(HEADER_BYTES as u64)
            && let Err(error) = self.rotate()
        {
            tracing::warn!(%error, "the journal could not begin a new file");
        }
    }

    /// Later records get sequences above this one.
    pub(crate) fn continue_after(&mut self, sequence: u64) -> Result<(), StoreError> {
        if sequence < self.next_sequence {
            return Ok(());
        }
        self.next_sequence = sequence + 1;
        // The new file's header tells a later start that the gap is meant.
        self.rotate()
    }

    fn rotate(&mut self) -> Result<(), StoreError> {
        let (file, current) = new_file(&self.folder, self.file_number + 1, self.next_sequence)?;
        self.file_number += 1;
        self.file = file;
        self.closed.push(std::mem::replace(&mut self.current, current));
        Ok(())
    }
}

pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn file_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.log"))
}

fn new_file(folder: &Folder, number: u64, first_sequence: u64) -> Result<(File, FileUse), StoreError> {
    let path = file_path(&folder.journal(), number);
    let make = || {
        folder.faults.point("journal.create")?;
        let mut header = [MAGIC.as_slice(), &FORMAT.to_le_bytes(), &first_sequence.to_le_bytes()].concat();
        header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
        let mut file = File::create(&path)?;
        file.write_all(&header)?;
        file.sync_all()?;
        sync_parent(&path)?;
        Ok(file)
    };
    let file = make().map_err(StoreError::io("make a journal file", &path))?;
    Ok((file, FileUse { path, bytes: HEADER_BYTES as u64, ..FileUse::default() }))
}
