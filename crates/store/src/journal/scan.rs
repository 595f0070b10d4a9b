//! Reading the journal back after a stop of any kind. Every whole record is delivered; what is not whole is counted, kept aside when it may have been
//! acknowledged, and said.

use super::{BODY_BYTES, FORMAT, FRAME_BYTES, FileUse, HAS_PROFILES, HEADER_BYTES, Kind, MAGIC, MAX_BODY_BYTES, PACKED, Record};
use crate::{StoreError, folder::Folder};
use sillage_event::ProjectId;
use std::{
    fs,
    io::{self, Read},
    path::Path,
};

/// What reading found.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScanReport {
    pub(crate) files: Vec<FileUse>,
    pub(crate) last_file_number: u64,
    pub(crate) last_sequence: u64,
    pub(crate) records: u64,
    /// Bytes of an unfinished last write: nobody was told that they are stored.
    pub(crate) torn_bytes: u64,
    /// Bytes in front of whole records, or in a file that is not the last: they may have been acknowledged.
    pub(crate) damaged_bytes: u64,
}

/// A gap of sequences larger than this is not believed when looking for the next whole record.
const MAX_SEQUENCE_GAP: u64 = 10_000_000;

/// Reads all files in order. `deliver` gets each whole record.
pub(crate) fn scan(folder: &Folder, deliver: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<ScanReport, StoreError> {
    scan_files(&folder.journal(), Care::Mends, deliver)
}

/// What reading would find. Nothing is delivered, cut off or kept aside.
pub(crate) fn look(journal: &Path) -> Result<ScanReport, StoreError> {
    if !journal.exists() {
        return Ok(ScanReport::default());
    }
    scan_files(journal, Care::OnlyLooks, &mut |_| Ok(()))
}

/// Refuses files that a newer version wrote, by their first bytes.
pub(crate) fn refuse_newer(journal: &Path) -> Result<(), StoreError> {
    if !journal.exists() {
        return Ok(());
    }
    for number in file_numbers(journal)? {
        let path = super::file_path(journal, number);
        let mut header = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header));
        read.map_err(StoreError::io("read", &path))?;
        first_sequence(&header, &path)?;
    }
    Ok(())
}

/// What becomes of bytes that are no whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// A torn end is cut off, and a copy of a damaged file is kept.
    Mends,
    OnlyLooks,
}

fn scan_files(journal: &Path, care: Care, deliver: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<ScanReport, StoreError> {
    let mut report = ScanReport::default();
    let numbers = file_numbers(journal)?;
    for (at, number) in numbers.iter().enumerate() {
        report.last_file_number = *number;
        let path = super::file_path(journal, *number);
        scan_file(&path, at + 1 == numbers.len(), care, &mut report, deliver)?;
    }
    Ok(report)
}

/// The first sequence that the header of a file promises, if it has a whole one.
fn first_sequence(bytes: &[u8], path: &Path) -> Result<Option<u64>, StoreError> {
    let is_whole = bytes.len() >= HEADER_BYTES && &bytes[..8] == MAGIC && crc32c::crc32c(&bytes[..20]) == u32_at(bytes, 20);
    if !is_whole {
        return Ok(None);
    }
    let format = u32_at(bytes, 8);
    if format > FORMAT {
        let shown = path.display();
        return Err(StoreError::Refused(format!("the journal file {shown} has format {format}, written by a newer version")));
    }
    Ok(Some(u64_at(bytes, 12)))
}

fn file_numbers(journal: &Path) -> Result<Vec<u64>, StoreError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(journal).map_err(StoreError::io("list", journal))? {
        let name = entry.map_err(StoreError::io("list", journal))?.file_name();
        if let Some(number) = name.to_str().and_then(|name| name.strip_suffix(".log")).and_then(|number| number.parse().ok()) {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn scan_file(
    path: &Path,
    is_last: bool,
    care: Care,
    report: &mut ScanReport,
    deliver: &mut dyn FnMut(Record) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let mut file = FileUse { path: path.to_owned(), bytes: bytes.len() as u64, ..FileUse::default() };
    let first = first_sequence(&bytes, path)?;
    if let Some(first) = first {
        report.last_sequence = report.last_sequence.max(first.saturating_sub(1));
    }
    let mut offset = if first.is_some() { HEADER_BYTES } else { 0 };
    let mut damaged = 0;
    let mut whole = offset;
    while offset < bytes.len() {
        if let Some((record, length)) = record_at(&bytes[offset..], report.last_sequence) {
            damaged += offset - whole;
            offset += length;
            whole = offset;
            report.last_sequence = record.sequence;
            report.records += 1;
            file.note(record.project, record.sequence, record.has_profiles);
            deliver(record)?;
            continue;
        }
        offset += 1;
    }
    let rest = bytes.len() - whole;
    let torn = if is_last { rest } else { 0 };
    damaged += rest - torn;
    if damaged > 0 && care == Care::Mends {
        keep_aside(path)?;
        tracing::error!(path = %path.display(), bytes = damaged, "the journal is damaged in the middle: these bytes may have been acknowledged events; a copy of the file is kept beside it");
    }
    if torn > 0 && care == Care::Mends {
        tracing::warn!(path = %path.display(), bytes = torn, "the journal ended in an unfinished write, which was dropped; nobody was told that it was stored");
        truncate(path, whole as u64).map_err(StoreError::io("truncate", path))?;
        file.bytes = whole as u64;
    }
    report.damaged_bytes += damaged as u64;
    report.torn_bytes += torn as u64;
    report.files.push(file);
    Ok(())
}

/// The record at the start of `bytes`, if a whole one is there, and its length.
fn record_at(bytes: &[u8], last_sequence: u64) -> Option<(Record, usize)> {
    if bytes.len() < FRAME_BYTES + BODY_BYTES {
        return None;
    }
    let length = u32_at(bytes, 0) as usize;
    if !(BODY_BYTES..=MAX_BODY_BYTES).contains(&length) || length > bytes.len() - FRAME_BYTES {
        return None;
    }
    let body = &bytes[FRAME_BYTES..FRAME_BYTES + length];
    let sequence = u64_at(body, 0);
    let kind = Kind::from_code(body[8])?;
    let follows = sequence > last_sequence && (last_sequence == 0 || sequence - last_sequence <= MAX_SEQUENCE_GAP);
    if !follows || body[9] > (PACKED | HAS_PROFILES) || crc32c::crc32c(body) != u32_at(bytes, 4) {
        return None;
    }
    let project = ProjectId(u32_at(body, 10));
    let packed = &body[BODY_BYTES..];
    let payload = if body[9] & PACKED != 0 {
        let size = packed.len().ge(&4).then(|| u32_at(packed, 0) as usize).filter(|size| *size <= 4 * MAX_BODY_BYTES)?;
        zstd::bulk::decompress(&packed[4..], size).ok()?
    } else {
        packed.to_vec()
    };
    Some((Record { sequence, kind, project, has_profiles: body[9] & HAS_PROFILES != 0, payload }, FRAME_BYTES + length))
}

fn keep_aside(path: &Path) -> Result<(), StoreError> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let aside = parent.join("damaged");
    fs::create_dir_all(&aside).and_then(|()| fs::copy(path, aside.join(name))).map(drop).map_err(StoreError::io("keep a copy of", path))
}

fn truncate(path: &Path, length: u64) -> io::Result<()> {
    let file = fs::OpenOptions::new().write(true).open(path)?;
    file.set_len(length)?;
    file.sync_all()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
