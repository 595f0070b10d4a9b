//! Work on sealed segments: merging small ones, letting old events expire, telling a device apart from its user, setting damaged ones aside, deletion.

use super::Project;
use crate::{
    LedgerChange, LedgerEntry, Links, Segment, StoreError,
    disk::{DiskSegment, SegmentEntry},
    ledger,
    manifest::Manifest,
    merge::{Merge, MonthOf},
};
use sillage_event::{DAY_MS, Identity, PersonId};
use std::{
    collections::{BTreeMap, HashSet},
    fs,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// So many segments of about one size are merged into one.
const MERGE_FROM: usize = 4;
const MERGE_AT_MOST: usize = 12;
/// Sizes from one power of four to the next count as about one size, all small ones together.
const SMALL_ROWS: u64 = 50_000;
/// When nothing arrives, the segments of a month become one, unless what is gained is small: the smaller ones together have at least this
/// share of the rows of the next larger one.
const QUIET_SHARE: u64 = 8;
/// Nothing was sealed for so long: there is time to make questions faster.
const QUIET_AFTER: Duration = Duration::from_secs(20);
/// A segment is written again for links alone when so many came since, or as many as this share of its rows.
const STALE_LINKS: u64 = 20_000;
const STALE_LINKS_SHARE: u64 = 20;
/// Events that outlive their retention by less than this share of it, or a day, are not worth a rewrite.
const RETENTION_SLACK: f64 = 0.05;

impl Project {
    /// Merges one set of segments: small ones, and when nothing arrives or somebody waits for it, those of a month. False when there is nothing to
    /// merge, or when it had to give way.
    pub(crate) fn compact(&self, is_asked: bool) -> Result<bool, StoreError> {
        let _rewrite = self.rewrite.lock();
        let (disk, links, is_quiet) = {
            let state = self.state.lock();
            (Arc::clone(&state.disk), state.durable_links.clone(), is_asked || state.buffer.since_seal() >= QUIET_AFTER)
        };
        let sound: Vec<&Arc<DiskSegment>> = disk.iter().filter(|segment| segment.damage().is_none()).collect();
        let candidates: Vec<&SegmentEntry> = sound.iter().map(|segment| &segment.entry).collect();
        let is_stale = |entry: &&SegmentEntry| links.len().saturating_sub(entry.links_applied) > STALE_LINKS.max(entry.rows / STALE_LINKS_SHARE);
        let stale = || candidates.iter().copied().find(is_stale).map(|entry| vec![entry.id]);
        let most_rows = self.options.compact_rows;
        let quiet = || if is_quiet { choose_when_quiet(&candidates, most_rows) } else { None };
        let Some(chosen) = choose(&candidates, most_rows).or_else(quiet).or_else(stale) else { return Ok(false) };
        let inputs: Vec<Arc<DiskSegment>> = sound.into_iter().filter(|segment| chosen.contains(&segment.id())).cloned().collect();
        let bytes: u64 = inputs.iter().map(|segment| segment.entry.bytes()).sum();
        if self.folder.free_bytes() < 2 * bytes + self.options.reserve_bytes {
            tracing::warn!(project = %self.id, bytes, "segments are not merged because the disk is nearly full");
            return Ok(false);
        }
        let started = std::time::Instant::now();
        match self.rewrite_segments(&inputs, &links, HashSet::new(), None, true) {
            Ok(rows) => {
                tracing::info!(project = %self.id, segments = inputs.len(), rows, elapsed_ms = started.elapsed().as_millis() as u64, "merged small segments");
                Ok(true)
            }
            Err(StoreError::Stopped(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Drops events that are older than the project keeps them. `now` is the wall clock; one that jumped ahead of the events is not believed.
    pub(crate) fn expire(&self, now: i64) -> Result<bool, StoreError> {
        let _rewrite = self.rewrite.lock();
        let (disk, links, days, latest) = {
            let state = self.state.lock();
            (Arc::clone(&state.disk), state.durable_links.clone(), state.manifest.retention_days, state.latest_received)
        };
        let Some(days) = days else { return Ok(false) };
        let keep_from = now.min(latest.saturating_add(DAY_MS)).saturating_sub(i64::from(days) * DAY_MS);
        let slack = DAY_MS.max((i64::from(days) as f64 * RETENTION_SLACK) as i64 * DAY_MS);
        let (gone, others): (Vec<_>, Vec<_>) = disk.iter().cloned().partition(|segment| segment.entry.last_time < keep_from);
        let mut did = !gone.is_empty();
        if did {
            let ids: Vec<u64> = gone.iter().map(|segment| segment.id()).collect();
            self.publish(|manifest| manifest.segments.retain(|entry| !ids.contains(&entry.id)), |state| state.replace_segments(&ids, Vec::new()))?;
            tracing::info!(project = %self.id, segments = ids.len(), "dropped segments whose events expired");
        }
        for segment in others.iter().filter(|segment| segment.entry.first_time.saturating_add(slack) < keep_from && segment.damage().is_none()) {
            match self.rewrite_segments(std::slice::from_ref(segment), &links, HashSet::new(), Some(keep_from), false) {
                Ok(_) => did = true,
                Err(StoreError::Stopped(_)) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(did)
    }

    /// Gives an id back to itself, though its link may be in rows: those segments are written again, and the link goes at the same moment.
    pub(super) fn split(&self, at: i64, id: &Identity, by: &str) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let baked = {
            let mut state = self.state.lock();
            let baked = state.links.baked_link(id.hash());
            if baked.is_some() {
                state.links.set_leaving(id.hash());
                state.changed();
            }
            baked
        };
        let Some((user, number)) = baked else {
            self.state.lock().apply_operator(at, &LedgerChange::Split { id: id.clone(), by: by.to_owned() });
            return Ok(());
        };
        // Rows in memory that name the user go to disk; later ones name the id itself.
        self.seal()?;
        let (disk, mut links) = {
            let state = self.state.lock();
            (Arc::clone(&state.disk), state.durable_links.clone())
        };
        // A seal that was under way may have published links from before.
        links.set_leaving(id.hash());
        let mut outputs = Vec::new();
        let mut gone = Vec::new();
        for segment in disk.iter().filter(|segment| segment.links_applied() >= number && segment.damage().is_none()) {
            if holds(segment, user)? {
                outputs.extend(self.merge(std::slice::from_ref(segment), &links, HashSet::from([user]), None, false)?);
                gone.push(segment.id());
            }
        }
        self.publish_split(LedgerEntry { number: 0, at, change: LedgerChange::Split { id: id.clone(), by: by.to_owned() } }, &gone, outputs)
    }

    /// Publishes the rewritten segments and the end of the link together.
    fn publish_split(&self, mut entry: LedgerEntry, gone: &[u64], outputs: Vec<SegmentEntry>) -> Result<(), StoreError> {
        let opened = self.open_all(&outputs)?;
        let _seal = self.seal.lock();
        let _publish = self.publish.lock();
        // Held over the writing, so that no link gets a number in between.
        let mut state = self.state.lock();
        entry.number = state.links.len() + 1;
        let mut ledger = state.pending_ledger.clone();
        ledger.push(entry.clone());
        let mut manifest = Manifest { next_segment: state.next_segment, generation: state.manifest.generation + 1, ..state.manifest.clone() };
        manifest.ledger_bytes = ledger::append(&self.folder, &self.path, state.manifest.ledger_bytes, &ledger)?;
        manifest.segments.retain(|one| !gone.contains(&one.id));
        manifest.segments.extend(outputs);
        manifest.publish(&self.folder, &self.path)?;
        state.manifest = manifest;
        state.pending_ledger.clear();
        state.links.apply(&entry);
        state.durable_links = state.links.clone();
        state.replace_segments(gone, opened);
        state.changed();
        Ok(())
    }

    /// Writes segments again and publishes the result in their place; returns the rows written.
    fn rewrite_segments(
        &self,
        inputs: &[Arc<DiskSegment>],
        links: &Links,
        from_raw: HashSet<PersonId>,
        keep_from: Option<i64>,
        split_months: bool,
    ) -> Result<u64, StoreError> {
        let outputs = self.merge(inputs, links, from_raw, keep_from, split_months)?;
        let opened = self.open_all(&outputs)?;
        let rows = outputs.iter().map(|entry| entry.rows).sum();
        if keep_from.is_none() && rows != inputs.iter().map(|segment| segment.rows()).sum::<u64>() {
            opened.iter().for_each(|segment| segment.doom());
            return Err(StoreError::Invalid("a merge would change the number of events; it was not published".to_owned()));
        }
        let gone: Vec<u64> = inputs.iter().map(|segment| segment.id()).collect();
        self.publish(
            |manifest| {
                manifest.segments.retain(|entry| !gone.contains(&entry.id));
                manifest.segments.extend(outputs);
            },
            |state| state.replace_segments(&gone, opened),
        )?;
        Ok(rows)
    }

    fn merge(
        &self,
        inputs: &[Arc<DiskSegment>],
        links: &Links,
        from_raw: HashSet<PersonId>,
        keep_from: Option<i64>,
        split_months: bool,
    ) -> Result<Vec<SegmentEntry>, StoreError> {
        let folder = self.path.join("segments");
        let inputs: Vec<Arc<dyn Segment>> = inputs.iter().map(|segment| Arc::clone(segment) as Arc<dyn Segment>).collect();
        let merge = Merge {
            folder: &self.folder,
            project: self.id,
            segments: &folder,
            options: &self.options,
            inputs,
            links,
            from_raw,
            keep_from,
            split_months,
            stop: &self.stop_merge,
        };
        let mut made = Vec::new();
        let outcome = merge.run(&mut || {
            let id = self.next_segment();
            made.push(id);
            id
        });
        if outcome.is_err() {
            for id in made {
                for path in crate::disk::SegmentPaths::new(&folder, id).all() {
                    // Whatever cannot be deleted now is an orphan that the next start removes.
                    drop(fs::remove_file(path));
                }
            }
        }
        outcome
    }

    /// Writes down which segments were found damaged, so that they stay aside after a restart.
    pub(crate) fn set_damaged_aside(&self) -> Result<(), StoreError> {
        let _rewrite = self.rewrite.lock();
        let disk = Arc::clone(&self.state.lock().disk);
        let found: Vec<(u64, String)> = disk.iter().filter_map(|segment| Some((segment.id(), segment.damage()?))).collect();
        if found.is_empty() {
            return Ok(());
        }
        self.publish(
            |manifest| {
                for entry in &mut manifest.segments {
                    if let Some((_, detail)) = found.iter().find(|(id, _)| *id == entry.id) {
                        entry.damaged = Some(detail.clone());
                    }
                }
            },
            |state| {
                let (bad, sound): (Vec<_>, Vec<_>) = state.disk.iter().cloned().partition(|segment| found.iter().any(|(id, _)| *id == segment.id()));
                let lines = bad.iter().map(|segment| format!("segment {} ({} events): {}", segment.id(), segment.rows(), segment.damage().unwrap_or_default()));
                state.damaged.extend(lines);
                state.disk = Arc::new(sound);
            },
        )
    }

    pub(crate) fn set_retention_days(&self, days: Option<u32>) -> Result<(), StoreError> {
        self.publish(|manifest| manifest.retention_days = days, |_| {})
    }

    /// Forgets every event, link and refused record. Journal records up to now stay forgotten after a restart.
    pub(crate) fn delete(&self) -> Result<(), StoreError> {
        self.stop_merge.store(true, Ordering::Relaxed);
        let _rewrite = self.rewrite.lock();
        let _seal = self.seal.lock();
        self.stop_merge.store(false, Ordering::Relaxed);
        let _publish = self.publish.lock();
        let mut state = self.state.lock();
        let refused_file = state.manifest.refused.file;
        let mut manifest = Manifest::new();
        manifest.generation = state.manifest.generation + 1;
        manifest.next_segment = state.next_segment;
        manifest.sealed_sequence = state.last_sequence;
        manifest.refused.file = refused_file + 1;
        manifest.publish(&self.folder, &self.path)?;
        let gone: Vec<u64> = state.disk.iter().map(|segment| segment.id()).collect();
        state.replace_segments(&gone, Vec::new());
        state.refused = crate::refused::RefusedLog::load(&self.path, manifest.refused, self.options.refused_kept)?;
        state.manifest = manifest;
        state.buffer.clear();
        state.links = Links::default();
        state.durable_links = Links::default();
        state.pending_ledger.clear();
        state.duplicates_dropped = 0;
        state.damaged.clear();
        state.live = crate::live::LiveTail::new();
        state.changed();
        drop(state);
        for path in [crate::refused::file_path(&self.path, refused_file), self.path.join("ledger.log")] {
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(StoreError::Io { action: "delete", path, source: error });
            }
        }
        Ok(())
    }
}

fn holds(segment: &DiskSegment, person: PersonId) -> Result<bool, StoreError> {
    let people = segment.people(crate::bucket_of(person, segment.bucket_bits()))?;
    Ok(people.hashes.binary_search(&person).is_ok())
}

/// Which segments to merge next, by id: several of about one size, neighbours in time, small ones first. Segments of a single month merge only
/// with their like: no merge undoes one that cut by month, and what is known of an earlier month stays known while this one's are merged.
fn choose(segments: &[&SegmentEntry], most_rows: u64) -> Option<Vec<u64>> {
    let mut month = MonthOf::default();
    let mut families: BTreeMap<(u32, Option<i64>), Vec<&SegmentEntry>> = BTreeMap::new();
    for entry in segments.iter().copied().filter(|entry| entry.rows < most_rows / 2) {
        let first_month = month.of(entry.first_time);
        let is_own_month = month.of(entry.last_time) == first_month;
        families.entry((size_class(entry.rows), is_own_month.then_some(first_month))).or_default().push(entry);
    }
    for family in families.values_mut().filter(|family| family.len() >= MERGE_FROM) {
        family.sort_by_key(|entry| (entry.first_time, entry.id));
        let mut rows = 0;
        let fitting = family.iter().take(MERGE_AT_MOST).take_while(|entry| {
            rows += entry.rows;
            rows <= most_rows
        });
        let chosen: Vec<u64> = fitting.map(|entry| entry.id).collect();
        if chosen.len() >= 2 {
            return Some(chosen);
        }
    }
    None
}

/// Which segments of a month to merge when there is time: the smallest ones, up to the largest that is worth writing again for them. What spans months
/// is a family of its own, and is cut by month as it grows.
fn choose_when_quiet(segments: &[&SegmentEntry], most_rows: u64) -> Option<Vec<u64>> {
    let mut month = MonthOf::default();
    let mut families: BTreeMap<Option<i64>, Vec<&SegmentEntry>> = BTreeMap::new();
    for entry in segments.iter().copied() {
        let first_month = month.of(entry.first_time);
        families.entry((month.of(entry.last_time) == first_month).then_some(first_month)).or_default().push(entry);
    }
    for family in families.values_mut() {
        family.sort_by_key(|entry| (entry.rows, entry.id));
        let mut rows = 0;
        let mut n_chosen = 0;
        for (at, entry) in family.iter().enumerate() {
            if at > 0 && rows >= entry.rows / QUIET_SHARE && rows + entry.rows <= most_rows {
                n_chosen = at + 1;
            }
            rows += entry.rows;
        }
        if n_chosen >= 2 {
            return Some(family[..n_chosen].iter().map(|entry| entry.id).collect());
        }
    }
    None
}

fn size_class(rows: u64) -> u32 {
    (rows / SMALL_ROWS).max(1).ilog(4)
}
