//! The packs of a project, looked at without touching them.

use super::{manifest::Manifest, pack::Pack};
use crate::StoreError;
use std::path::Path;

/// Bytes of the packs and what is damaged in them; `is_deep` reads every byte. Refuses what a newer version wrote.
pub(crate) fn inspect(project: &Path, is_deep: bool) -> Result<(u64, Vec<String>), StoreError> {
    let path = project.join("recordings");
    let mut damaged = Vec::new();
    let mut bytes = 0;
    if !path.exists() {
        return Ok((bytes, damaged));
    }
    let manifest = Manifest::load(&path)?;
    for entry in &manifest.packs {
        let read = Pack::open(&path.join("packs"), entry.id).and_then(|pack| {
            bytes += pack.bytes;
            if is_deep { pack.verify() } else { Ok(()) }
        });
        match read {
            Ok(()) => {}
            Err(refused @ StoreError::Refused(_)) => return Err(refused),
            Err(error) => damaged.push(format!("pack {} of recordings: {error}", entry.id)),
        }
    }
    Ok((bytes, damaged))
}
