//! A consistent copy of the store while it runs, and the proof that a folder is whole.

use crate::{StoreError, disk::Caches, disk::DiskSegment, disk::SegmentPaths, folder::Folder, ledger, manifest::Manifest, store::Shared};
use sillage_event::ProjectId;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
};

/// Up to where a copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointMark {
    /// Every journal record up to this one is in the copy. The catalog's copy has to be made after it applied the profile changes up to here.
    pub sequence: u64,
    pub events: u64,
    pub bytes: u64,
}

/// What was verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub projects: u64,
    pub segments: u64,
    pub events: u64,
    pub bytes: u64,
}

pub(crate) fn write(shared: &Shared, into: &Path) -> Result<CheckpointMark, StoreError> {
    let is_empty = match fs::read_dir(into) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(source) => return Err(StoreError::Io { action: "list", path: into.to_owned(), source }),
    };
    if !is_empty {
        return Err(StoreError::Refused(format!("the folder {} is not empty; a copy is only written into an empty one", into.display())));
    }
    let mut mark = CheckpointMark { sequence: shared.applied_sequence.load(Ordering::Acquire), events: 0, bytes: 0 };
    fs::create_dir_all(into.join("journal")).map_err(StoreError::io("make", into))?;
    for project in shared.projects() {
        project.seal()?;
        let target = into.join("projects").join(project.id.to_string());
        fs::create_dir_all(target.join("segments")).map_err(StoreError::io("make", &target))?;
        project.while_held(|manifest| copy_project(&project.path, &target, manifest, &mut mark))?;
        if let Some(keeper) = shared.keeper(project.id) {
            mark.bytes += keeper.copy_into(&target.join("recordings"))?;
        }
    }
    // Last, so that a copy that was interrupted is refused as half-written.
    let version = fs::read(shared.folder.path.join("version")).map_err(StoreError::io("read", &shared.folder.path))?;
    let target = into.join("version");
    fs::write(&target, version).and_then(|()| File::open(&target)?.sync_all()).map_err(StoreError::io("write", &target))?;
    Ok(mark)
}

/// Links a file that never changes, or copies it where linking is not possible.
pub(crate) fn link_or_copy(from: &Path, to: &Path) -> Result<u64, StoreError> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).map_err(StoreError::io("copy", from))?;
        File::open(to).and_then(|file| file.sync_all()).map_err(StoreError::io("sync", to))?;
    }
    fs::metadata(to).map(|metadata| metadata.len()).map_err(StoreError::io("look at", to))
}

/// Copies the first bytes of a file that grows.
pub(crate) fn copy_start(from: &Path, to: &Path, bytes: u64) -> Result<u64, StoreError> {
    if bytes == 0 {
        return Ok(0);
    }
    let copy = || {
        let mut target = File::create(to)?;
        let copied = io::copy(&mut io::Read::take(File::open(from)?, bytes), &mut target)?;
        target.sync_all()?;
        Ok(copied)
    };
    copy().map_err(StoreError::io("copy", from))
}

/// Reads every byte of the sealed data in a folder that nobody has open and compares it with its checksums. An error names the first part that is damaged.
pub fn verify(dir: &Path) -> Result<Verified, StoreError> {
    if !dir.join("version").exists() {
        return Err(StoreError::Refused(format!("the folder {} is half-written or no store: it has no version file", dir.display())));
    }
    let folder = Arc::new(Folder::open(dir, crate::Faults::default())?);
    let caches = Arc::new(Caches::new(0, 0, 0));
    let mut verified = Verified::default();
    let projects = folder.projects();
    for entry in fs::read_dir(&projects).map_err(StoreError::io("list", &projects))? {
        let entry = entry.map_err(StoreError::io("list", &projects))?;
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()).map(ProjectId) else { continue };
        let path: PathBuf = entry.path();
        verified.projects += 1;
        if path.join("recordings").exists() {
            verified.bytes += crate::recording::Keeper::open(&folder, id)?.verify()?;
        }
        let Some(manifest) = Manifest::load(&path)? else { continue };
        for one in &manifest.segments {
            if let Some(detail) = &one.damaged {
                return Err(StoreError::damaged(format!("segment {} of project {id}", one.id), detail.clone()));
            }
            let segment = DiskSegment::open(&path.join("segments"), id, one.clone(), &caches)?;
            segment.verify()?;
            verified.segments += 1;
            verified.events += one.rows;
            verified.bytes += one.bytes();
        }
        let n_damaged = ledger::read(&path, manifest.ledger_bytes, &mut drop)?;
        if n_damaged > 0 {
            return Err(StoreError::damaged(format!("the ledger of identities of project {id}"), format!("{n_damaged} entries cannot be read")));
        }
    }
    crate::journal::scan(&folder, &mut |_| Ok(())).and_then(|report| {
        let detail = format!("{} bytes cannot be read", report.damaged_bytes);
        if report.damaged_bytes > 0 { Err(StoreError::damaged("the journal", detail)) } else { Ok(()) }
    })?;
    Ok(verified)
}

/// Copies what the manifest names.
fn copy_project(from_project: &Path, target: &Path, manifest: &Manifest, mark: &mut CheckpointMark) -> Result<(), StoreError> {
    for entry in &manifest.segments {
        let from = SegmentPaths::new(&from_project.join("segments"), entry.id);
        let to = SegmentPaths::new(&target.join("segments"), entry.id);
        for (from, to) in from.all().into_iter().zip(to.all()) {
            // Keys can be made again, and a segment set aside may be missing altogether.
            if from.exists() {
                mark.bytes += link_or_copy(from, to)?;
            }
        }
        mark.events += entry.rows;
    }
    mark.bytes += copy_start(&from_project.join("ledger.log"), &target.join("ledger.log"), manifest.ledger_bytes)?;
    let refused = crate::refused::file_path(from_project, manifest.refused.file);
    mark.bytes += copy_start(&refused, &crate::refused::file_path(target, manifest.refused.file), manifest.refused.bytes)?;
    manifest.write_into(target)
}
