//! Work on packs: open pieces become packed recordings, small packs become larger ones, and what expired or was deleted goes.

use super::{
    assemble::Assembled,
    keeper::{Keeper, Open, REMEMBER_DELETED_MS, State},
    manifest::{Class, Manifest, PackEntry},
    pack::{Pack, PackWriter, file_path},
};
use crate::StoreError;
use sillage_event::{DAY_MS, recording::Row};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    path::Path,
    sync::Arc,
};

/// A pack is full at this size.
const PACK_BYTES: u64 = 64 << 20;
/// So many packs of a day are merged into one.
const MERGE_FROM: usize = 6;
const SMALL_PACK_BYTES: u64 = 16 << 20;
/// A pack of stylesheets is written again when more than half of it is of no use.
const USELESS_SHARE: usize = 2;
/// Recordings put in order at once, in bytes of their log: bounds memory.
const ROUND_BYTES: u64 = 24 << 20;

impl Keeper {
    /// Does what is due.
    pub(crate) fn tidy(&self, now: i64) -> Result<(), StoreError> {
        self.compact(now)?;
        self.expire(now)?;
        self.purge(now)?;
        while self.merge()? {}
        self.sweep_styles()
    }

    /// Packs the open pieces of sessions that are due; all of them at the end of time.
    pub(crate) fn compact(&self, now: i64) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let mut due = self.due(now).into_iter().peekable();
        while due.peek().is_some() {
            let mut bytes = 0;
            let mut round = Vec::new();
            while bytes < ROUND_BYTES
                && let Some(session) = due.next()
            {
                if let Some(open) = self.state.lock().open.get(&session).cloned() {
                    bytes += open.bytes;
                    round.push((session, open));
                }
            }
            self.pack_round(round)?;
        }
        self.trim_log()
    }

    fn pack_round(&self, round: Vec<(String, Open)>) -> Result<(), StoreError> {
        let mut new = NewPacks::default();
        let mut done: Vec<(String, u64, usize)> = Vec::new();
        let mut styles: Option<PackWriter> = None;
        let mut known: HashSet<u128> = self.state.lock().styles.keys().copied().collect();
        // By day, so that what expires together lies together.
        let mut by_day: BTreeMap<i64, PackWriter> = BTreeMap::new();
        for (session, open) in round {
            let assembled = match self.assemble(&session, &open) {
                Ok(assembled) => assembled,
                Err(error @ StoreError::Damaged { .. }) => {
                    tracing::error!(project = %self.id, %error, "a recording cannot be put in order; it stays in its log");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Assembled { mut detail, blocks, styles: own, needs } = assembled;
            for (hash, json) in own.iter().filter(|(hash, _)| needs.contains(hash)) {
                if known.insert(*hash) {
                    let writer = match &mut styles {
                        Some(writer) => writer,
                        none => none.insert(PackWriter::begin(&self.folder, &self.packs(), self.next_pack())?),
                    };
                    writer.add_style(*hash, json)?;
                }
            }
            detail.recorded = open.recorded.clone();
            let row = Row::of(&open.recorded, 0, &mut |text| Arc::from(text)).stored();
            let day = row.start.div_euclid(DAY_MS);
            let writer = match by_day.get_mut(&day) {
                Some(writer) => writer,
                None => by_day.entry(day).or_insert(PackWriter::begin(&self.folder, &self.packs(), self.next_pack())?),
            };
            writer.add(row, detail, &blocks, &needs)?;
            if writer.bytes() >= PACK_BYTES
                && let Some(full) = by_day.remove(&day)
            {
                new.finish(self, full, Class::Recordings, day)?;
            }
            done.push((session, open.version, open.places.len()));
        }
        for (day, writer) in by_day {
            new.finish(self, writer, Class::Recordings, day)?;
        }
        if let Some(writer) = styles {
            new.finish(self, writer, Class::Styles, 0)?;
        }
        self.publish(new, &[], |state| {
            for (session, version, n_packed) in &done {
                // Pieces that came meanwhile stay open, on top of what is packed now.
                match state.open.get_mut(session) {
                    Some(open) if open.version == *version => {
                        state.open.remove(session);
                    }
                    Some(open) => {
                        open.places.drain(..*n_packed);
                        open.bytes = open.places.iter().map(|place| u64::from(place.bytes)).sum();
                        open.first_received = open.recorded.last_received;
                    }
                    None => {}
                }
            }
        })
    }

    /// Publishes new packs in the place of old ones. Only then does anybody see them.
    fn publish(&self, new: NewPacks, gone: &[u64], settle: impl FnOnce(&mut State)) -> Result<(), StoreError> {
        if new.entries.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let packs = self.packs();
        let opened = new.entries.iter().map(|entry| Pack::open(&packs, entry.id).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
        {
            let mut state = self.state.lock();
            let mut manifest: Manifest = state.manifest.clone();
            manifest.packs.retain(|entry| !gone.contains(&entry.id));
            manifest.packs.extend(new.entries);
            manifest.publish(&self.folder, &self.path)?;
            for id in gone {
                state.packs.remove(id);
                state.packed.retain(|_, entry| entry.pack != *id);
                state.styles.retain(|_, (pack, _)| pack != id);
            }
            opened.into_iter().for_each(|pack| state.add_pack(pack, &manifest));
            state.manifest = manifest;
            settle(&mut state);
            state.changed();
        }
        for id in gone {
            self.blocks.forget(|(pack, ..)| pack == id);
            remove(&self.folder, &file_path(&packs, *id));
        }
        Ok(())
    }

    fn next_pack(&self) -> u64 {
        let mut state = self.state.lock();
        state.manifest.next_pack += 1;
        state.manifest.next_pack - 1
    }

    /// Drops recordings older than the project keeps them: whole packs, which are of one day; what is left of a day goes with it.
    fn expire(&self, now: i64) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let keep_from = now.saturating_sub(i64::from(self.keep_days()) * DAY_MS);
        let gone: Vec<u64> = {
            let mut state = self.state.lock();
            let n = state.packed.len();
            state.packed.retain(|_, entry| entry.row.start >= keep_from);
            if state.packed.len() < n {
                state.changed();
            }
            let is_old = |entry: &&PackEntry| entry.class == Class::Recordings && (entry.day + 1) * DAY_MS <= keep_from;
            state.manifest.packs.iter().filter(is_old).map(|entry| entry.id).collect()
        };
        if !gone.is_empty() {
            tracing::info!(project = %self.id, packs = gone.len(), "recordings expired");
        }
        self.publish(NewPacks::default(), &gone, |_| {})
    }

    /// Takes what was deleted off the disk, and forgets deletions that nothing can remind of any more.
    fn purge(&self, now: i64) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let touched: Vec<u64> = {
            let state = self.state.lock();
            if state.manifest.deleted.is_empty() {
                return Ok(());
            }
            let holds = |pack: &&Arc<Pack>| pack.directory.recordings.iter().any(|entry| state.manifest.deleted.contains_key(&entry.row.session));
            state.packs.values().filter(holds).map(|pack| pack.id).collect()
        };
        for id in touched {
            self.rewrite_packs(&[id])?;
        }
        let is_forgotten = |at: &i64| now.saturating_sub(*at) > REMEMBER_DELETED_MS;
        let mut state = self.state.lock();
        if state.manifest.deleted.values().any(is_forgotten) {
            let mut manifest = state.manifest.clone();
            manifest.deleted.retain(|_, at| !is_forgotten(at));
            manifest.publish(&self.folder, &self.path)?;
            state.manifest = manifest;
        }
        Ok(())
    }

    /// Merges the small packs of one day, or of stylesheets; false when there is nothing to merge.
    fn merge(&self) -> Result<bool, StoreError> {
        let _rewrite = self.rewrite.lock();
        let chosen = {
            let state = self.state.lock();
            let mut groups: BTreeMap<(bool, i64), Vec<u64>> = BTreeMap::new();
            for entry in state.manifest.packs.iter().filter(|entry| entry.bytes < SMALL_PACK_BYTES && state.packs.contains_key(&entry.id)) {
                groups.entry((entry.class == Class::Styles, entry.day)).or_default().push(entry.id);
            }
            groups.into_values().find(|group| group.len() >= MERGE_FROM)
        };
        let Some(chosen) = chosen else { return Ok(false) };
        self.rewrite_packs(&chosen)?;
        Ok(true)
    }

    /// Writes what is current of some packs of one class and day into one.
    fn rewrite_packs(&self, ids: &[u64]) -> Result<(), StoreError> {
        let (sources, class, day) = {
            let state = self.state.lock();
            let sources: Vec<Arc<Pack>> = ids.iter().filter_map(|id| state.packs.get(id).cloned()).collect();
            let entry = state.manifest.packs.iter().find(|entry| ids.contains(&entry.id));
            let Some((class, day)) = entry.map(|entry| (entry.class, entry.day)) else { return Ok(()) };
            (sources, class, day)
        };
        let needed = self.needed_styles();
        let mut writer = PackWriter::begin(&self.folder, &self.packs(), self.next_pack())?;
        let mut written: BTreeSet<String> = BTreeSet::new();
        for pack in &sources {
            for (at, entry) in pack.directory.recordings.iter().enumerate() {
                if self.state.lock().is_current(pack.id, at, &entry.row.session) {
                    writer.copy(pack, at)?;
                }
            }
            for (at, entry) in pack.directory.styles.iter().enumerate() {
                let hash = u128::from_str_radix(&entry.hash, 16).unwrap_or(0);
                if needed.contains(&entry.hash) && written.insert(entry.hash.clone()) {
                    writer.add_style(hash, &pack.style(at)?)?;
                }
            }
        }
        let mut new = NewPacks::default();
        new.finish(self, writer, class, day)?;
        self.publish(new, ids, |_| {})
    }

    /// The stylesheets that some packed recording names.
    fn needed_styles(&self) -> HashSet<String> {
        let state = self.state.lock();
        state.packs.values().flat_map(|pack| pack.directory.needs.iter().cloned()).collect()
    }

    /// Writes packs of stylesheets again of which most is named by no recording any more.
    fn sweep_styles(&self) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let needed = self.needed_styles();
        let mostly_useless: Vec<u64> = {
            let state = self.state.lock();
            let is_useless = |pack: &&Arc<Pack>| {
                let all = pack.directory.styles.len();
                let useless = pack.directory.styles.iter().filter(|style| !needed.contains(&style.hash)).count();
                state.class_of(pack.id) == Some(Class::Styles) && useless * USELESS_SHARE > all
            };
            state.packs.values().filter(is_useless).map(|pack| pack.id).collect()
        };
        mostly_useless.into_iter().try_for_each(|id| self.rewrite_packs(&[id]))
    }

    /// Deletes log files in which nothing is open any more.
    fn trim_log(&self) -> Result<(), StoreError> {
        let mut log = self.log.lock();
        let needed: BTreeSet<u64> = {
            let state = self.state.lock();
            state.open.values().flat_map(|open| open.places.iter().map(|place| place.file)).collect()
        };
        if !needed.contains(&log.number) {
            log.end_file();
        }
        log.keep_only(&|number| needed.contains(&number))
    }

    /// Copies everything into a folder that nobody reads yet.
    pub(crate) fn copy_into(&self, target: &Path) -> Result<u64, StoreError> {
        let _rewrite = self.rewrite.lock();
        let log = self.log.lock();
        let (packs, logs) = (target.join("packs"), target.join("log"));
        for folder in [&packs, &logs] {
            fs::create_dir_all(folder).map_err(StoreError::io("make", folder))?;
        }
        let manifest = self.state.lock().manifest.clone();
        let mut bytes = manifest.write_into(target)?;
        for entry in &manifest.packs {
            let from = file_path(&self.packs(), entry.id);
            if from.exists() {
                bytes += crate::checkpoint::link_or_copy(&from, &file_path(&packs, entry.id))?;
            }
        }
        for (from, length) in log.files()? {
            let name = from.file_name().unwrap_or_default();
            bytes += crate::checkpoint::copy_start(&from, &logs.join(name), length)?;
        }
        Ok(bytes)
    }
}

/// Packs that are written and not published.
#[derive(Default)]
struct NewPacks {
    entries: Vec<PackEntry>,
}

impl NewPacks {
    fn finish(&mut self, keeper: &Keeper, writer: PackWriter, class: Class, day: i64) -> Result<(), StoreError> {
        let (id, path) = (writer.id, file_path(&keeper.packs(), writer.id));
        if writer.is_empty() {
            drop(writer);
            remove(&keeper.folder, &path);
            return Ok(());
        }
        writer.finish(&keeper.folder)?;
        let bytes = fs::metadata(&path).map_err(StoreError::io("look at", &path))?.len();
        self.entries.push(PackEntry::of(id, class, day, bytes));
        Ok(())
    }
}

fn remove(folder: &crate::folder::Folder, path: &Path) {
    let removed = folder.faults.point("recording.remove").and_then(|()| fs::remove_file(path));
    if let Err(error) = removed {
        tracing::warn!(path = %path.display(), %error, "a pack that is no longer needed could not be deleted; the next start does it");
    }
}
