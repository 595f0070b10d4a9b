//! How far an import has come, kept outside the file's folder, which may not be ours to write to.
//!
//! The record of an import is found again by the file (path, size, time of change), the project's key and the flags. It is only ever too small: records
//! that go once more count once.

#[cfg(test)]
mod tests;

use super::Target;
use crate::table::Shape;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use xxhash_rust::xxh3::xxh3_128;

const SAVED_EVERY: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct State {
    /// Absent for what cannot be read twice.
    path: Option<PathBuf>,
    done: u64,
    /// Portions acknowledged out of order: first record to number of records.
    ahead: BTreeMap<u64, u64>,
    saved: Instant,
    saved_done: u64,
}

impl State {
    pub(super) fn load(file: &Path, target: &Target, shape: &Shape, from_start: bool) -> Self {
        let path = path_of(file, target, shape);
        let stored = path.as_ref().filter(|_| !from_start).and_then(|path| fs::read_to_string(path).ok());
        let done = stored.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        Self { path, done, ahead: BTreeMap::new(), saved: Instant::now(), saved_done: done }
    }

    /// Every record before this one was acknowledged.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    pub(super) fn acknowledged(&mut self, first: u64, records: u64) {
        self.ahead.insert(first, records);
        while let Some(records) = self.ahead.remove(&self.done) {
            self.done += records;
        }
    }

    /// The first time at once, since a short import may be stopped within the second.
    pub(super) fn save_now_and_then(&mut self) {
        if self.saved_done == 0 || self.saved.elapsed() >= SAVED_EVERY {
            self.save();
        }
    }

    /// That it cannot be saved only means that a next run begins further back.
    pub(super) fn save(&mut self) {
        self.saved = Instant::now();
        let Some(path) = self.path.as_ref().filter(|_| self.done != self.saved_done) else { return };
        let beside = path.with_extension("new");
        let written =
            path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&beside, self.done.to_string())).and_then(|()| fs::rename(&beside, path));
        if written.is_ok() {
            self.saved_done = self.done;
        }
    }

    /// Everything went.
    pub(super) fn forget(&self) {
        if let Some(path) = &self.path {
            // It may never have been written.
            drop(fs::remove_file(path));
        }
    }
}

fn path_of(file: &Path, target: &Target, shape: &Shape) -> Option<PathBuf> {
    let metadata = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
    let path = fs::canonicalize(file).ok()?;
    let named = format!("{} {} {:?} {} {} {shape:?}", path.display(), metadata.len(), metadata.modified().ok()?, target.url, target.key);
    Some(state_folder().join(format!("import-{:032x}", xxh3_128(named.as_bytes()))))
}

fn state_folder() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
    base.unwrap_or_else(env::temp_dir).join("sillage")
}
