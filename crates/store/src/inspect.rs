//! What a data folder holds, looked at without touching it: nothing is locked, made, mended or opened for writing.
//!
//! So it works on a copy, on a disk that is read-only, and beside a process that holds the folder, whose newest files may go away under the look. Where
//! opening a folder sets a damaged part aside and goes on, this names every such part.

use crate::{
    Health, StoreError, StoreOptions,
    disk::{Caches, DiskSegment},
    folder, journal, ledger,
    manifest::Manifest,
    project::refuse_segments_of_nobody,
    recording,
    recovery::Recovery,
    store::disk_level,
};
use fs4::fs_std::FileExt;
use sillage_event::ProjectId;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What was verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub projects: u64,
    pub segments: u64,
    pub events: u64,
    pub bytes: u64,
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What each part says of itself.
    Descriptions,
    /// Every byte of the sealed data, to be compared with its checksum.
    EveryByte,
}

/// The state of a folder that this process did not open. An error says that no process of this version may open it: it is of a newer version, half-written,
/// or no data folder.
pub fn inspect(dir: &Path, depth: Depth) -> Result<(Verified, Health), StoreError> {
    if folder::read_version(dir)?.is_none() {
        return Err(StoreError::Refused(format!("the folder {} is half-written or no store: it has no version file", dir.display())));
    }
    let caches = Arc::new(Caches::new(0, 0, 0));
    let mut verified = Verified::default();
    let mut damaged: Vec<(ProjectId, String)> = Vec::new();
    for (id, path) in projects(dir)? {
        verified.projects += 1;
        let found = inspect_project(id, &path, depth, &caches, &mut verified)?;
        damaged.extend(found.into_iter().map(|what| (id, what)));
    }
    let report = journal::look(&dir.join("journal"))?;
    let free_bytes = fs4::available_space(dir).unwrap_or(u64::MAX);
    let total_bytes = fs4::total_space(dir).unwrap_or(u64::MAX);
    let recordings = recording::level(free_bytes, total_bytes);
    let health = Health {
        stopped: None,
        disk: disk_level(free_bytes, StoreOptions::default().reserve_bytes.min(total_bytes / 16), recordings),
        recordings,
        free_bytes,
        journal_bytes: report.files.iter().map(|file| file.bytes).sum(),
        last_error: None,
        damaged,
        recovery: Recovery { records: report.records, torn_bytes: report.torn_bytes, damaged_bytes: report.damaged_bytes, records_set_aside: 0 },
    };
    Ok((verified, health))
}

/// Reads every byte of the sealed data in a folder and compares it with its checksums. An error names the first part that is damaged.
pub fn verify(dir: &Path) -> Result<Verified, StoreError> {
    let (verified, health) = inspect(dir, Depth::EveryByte)?;
    if let Some((project, what)) = health.damaged.first() {
        return Err(StoreError::damaged(format!("a part of project {project}"), what.clone()));
    }
    if health.recovery.damaged_bytes > 0 {
        return Err(StoreError::damaged("the journal", format!("{} bytes cannot be read", health.recovery.damaged_bytes)));
    }
    Ok(verified)
}

/// Whether some process holds the folder.
#[must_use]
pub fn is_in_use(dir: &Path) -> bool {
    let Ok(lock) = File::open(dir.join("lock")) else { return false };
    // The lock is shared and let go at once; only who holds the folder has it alone.
    match FileExt::try_lock_shared(&lock) {
        Ok(is_free) => !is_free,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    }
}

/// Why this process may not write to the folder, if so. Nothing is written to find out.
pub fn may_write(dir: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    access(dir, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from)
}

/// Refuses a folder of which any part was written by a newer version, before anything in it is touched.
pub(crate) fn refuse_newer(dir: &Path) -> Result<(), StoreError> {
    if folder::read_version(dir)?.is_none() {
        return Ok(());
    }
    for (_, path) in projects(dir)? {
        refused_only(Manifest::load(&path).map(drop))?;
        refused_only(recording::inspect(&path, false).map(drop))?;
    }
    refused_only(journal::refuse_newer(&dir.join("journal")))
}

/// What is damaged is told where it is opened.
fn refused_only(outcome: Result<(), StoreError>) -> Result<(), StoreError> {
    match outcome {
        Err(refused @ StoreError::Refused(_)) => Err(refused),
        _ => Ok(()),
    }
}

/// What is damaged in a project.
fn inspect_project(id: ProjectId, path: &Path, depth: Depth, caches: &Arc<Caches>, verified: &mut Verified) -> Result<Vec<String>, StoreError> {
    let is_deep = depth == Depth::EveryByte;
    let mut damaged = Vec::new();
    match recording::inspect(path, is_deep) {
        Ok((bytes, found)) => {
            verified.bytes += bytes;
            damaged.extend(found);
        }
        Err(refused @ StoreError::Refused(_)) => return Err(refused),
        Err(error) => damaged.push(format!("recordings: {error}")),
    }
    let manifest = match Manifest::load(path) {
        Ok(Some(manifest)) => manifest,
        Ok(None) => {
            refuse_segments_of_nobody(path)?;
            return Ok(damaged);
        }
        Err(refused @ StoreError::Refused(_)) => return Err(refused),
        Err(error) => {
            damaged.push(error.to_string());
            return Ok(damaged);
        }
    };
    for one in &manifest.segments {
        let of_segment = |detail: &dyn std::fmt::Display| format!("segment {} ({} events): {detail}", one.id, one.rows);
        if let Some(detail) = &one.damaged {
            damaged.push(of_segment(detail));
            continue;
        }
        let read = DiskSegment::open(&path.join("segments"), id, one.clone(), caches).and_then(|segment| if is_deep { segment.verify() } else { Ok(()) });
        match read {
            Ok(()) => {
                verified.segments += 1;
                verified.events += one.rows;
                verified.bytes += one.bytes();
            }
            Err(refused @ StoreError::Refused(_)) => return Err(refused),
            Err(error) => damaged.push(of_segment(&error)),
        }
    }
    let n_lost = ledger::read(path, manifest.ledger_bytes, &mut drop)?;
    if n_lost > 0 {
        damaged.push(format!("the ledger of identities: {n_lost} entries cannot be read"));
    }
    Ok(damaged)
}

fn projects(dir: &Path) -> Result<Vec<(ProjectId, PathBuf)>, StoreError> {
    let folder = dir.join("projects");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(StoreError::Io { action: "list", path: folder, source }),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", &folder))?;
        if let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()).map(ProjectId) {
            found.push((id, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}
