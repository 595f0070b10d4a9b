//! A consistent copy of the store while it runs.

use crate::{StoreError, disk::SegmentPaths, manifest::Manifest, store::Shared};
use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::atomic::Ordering,
};

/// Up to where a copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointMark {
    /// Every journal record up to this one is in the copy. The catalog's copy has to be made after it applied the profile changes up to here.
    pub sequence: u64,
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
