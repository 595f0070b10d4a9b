//! From the buffer to a segment on disk, and the one way to publish a manifest.

use super::{Project, State};
use crate::{
    LedgerEntry, Links, Segment, StoreError,
    disk::{DiskSegment, SegmentEntry},
    ledger,
    manifest::Manifest,
    merge::Merge,
    refused::{RefusedBatch, file_path},
};
use std::{
    collections::HashSet,
    fs,
    sync::{Arc, atomic::AtomicBool},
};

/// What one seal puts on disk.
struct Taken {
    inputs: Vec<Arc<dyn Segment>>,
    links: Links,
    ledger: Vec<LedgerEntry>,
    ledger_end: u64,
    refused: RefusedBatch,
    refused_part: crate::manifest::RefusedPart,
    sequence: u64,
    duplicates_dropped: u64,
    latest_received: i64,
}

impl Project {
    /// Puts everything that was applied so far on disk, beside ongoing appends. Says whether there was something to do.
    pub(crate) fn seal(&self) -> Result<bool, StoreError> {
        let _seal = self.seal.lock();
        self.seal_locked()
    }

    fn seal_locked(&self) -> Result<bool, StoreError> {
        let Some(taken) = self.take()? else { return Ok(false) };
        match self.write_taken(&taken) {
            Ok(()) => Ok(true),
            Err(error) => {
                // The rows stay visible and are sealed by the next attempt.
                self.state.lock().refused.unsealed(&taken.refused);
                Err(error)
            }
        }
    }

    fn take(&self) -> Result<Option<Taken>, StoreError> {
        let mut state = self.state.lock();
        let state = &mut *state;
        let has_news = !state.buffer.is_empty()
            || !state.pending_ledger.is_empty()
            || state.refused.has_pending()
            || state.duplicates_dropped != state.manifest.duplicates_dropped
            || state.last_sequence != state.manifest.sealed_sequence;
        if !has_news {
            return Ok(None);
        }
        state.buffer.check_whole()?;
        state.buffer.freeze(&mut state.next_segment)?;
        Ok(Some(Taken {
            inputs: state.buffer.begin_seal(),
            links: state.links.clone(),
            ledger: state.pending_ledger.clone(),
            ledger_end: state.manifest.ledger_bytes,
            refused: state.refused.begin_seal(state.manifest.refused),
            refused_part: state.manifest.refused,
            sequence: state.last_sequence,
            duplicates_dropped: state.duplicates_dropped,
            latest_received: state.latest_received,
        }))
    }

    fn write_taken(&self, taken: &Taken) -> Result<(), StoreError> {
        let never = AtomicBool::new(false);
        let merge = Merge {
            folder: &self.folder,
            project: self.id,
            segments: &self.path.join("segments"),
            options: &self.options,
            inputs: taken.inputs.clone(),
            links: &taken.links,
            from_raw: HashSet::new(),
            keep_from: None,
            split_months: false,
            stop: &never,
        };
        let outputs = if taken.inputs.is_empty() { Vec::new() } else { merge.run(&mut || self.next_segment())? };
        let opened = self.open_all(&outputs)?;
        let ledger_bytes = ledger::append(&self.folder, &self.path, taken.ledger_end, &taken.ledger)?;
        let refused = taken.refused.write(&self.folder, &self.path, taken.refused_part)?;
        let refused_part = refused.part;
        self.publish(
            |manifest| {
                manifest.segments.extend(outputs);
                manifest.sealed_sequence = taken.sequence;
                manifest.duplicates_dropped = taken.duplicates_dropped;
                manifest.ledger_bytes = ledger_bytes;
                manifest.refused = refused_part;
                manifest.latest_received = taken.latest_received;
            },
            |state| {
                state.replace_segments(&[], opened);
                state.buffer.end_seal();
                state.pending_ledger.drain(..taken.ledger.len());
                state.durable_links = taken.links.clone();
                state.refused.sealed(refused);
                self.buffered_bytes.store(state.buffer.bytes() + state.refused.pending_bytes(), std::sync::atomic::Ordering::Relaxed);
            },
        )?;
        if refused_part.file != taken.refused_part.file
            && let Err(error) = fs::remove_file(file_path(&self.path, taken.refused_part.file))
        {
            tracing::warn!(project = %self.id, %error, "an old file of refused records could not be deleted");
        }
        Ok(())
    }

    pub(super) fn next_segment(&self) -> u64 {
        let mut state = self.state.lock();
        state.next_segment += 1;
        state.next_segment - 1
    }

    pub(super) fn open_all(&self, entries: &[SegmentEntry]) -> Result<Vec<Arc<DiskSegment>>, StoreError> {
        let folder = self.path.join("segments");
        entries.iter().map(|entry| DiskSegment::open(&folder, self.id, entry.clone(), &self.caches).map(Arc::new)).collect()
    }

    /// Changes the manifest on disk, then what is visible.
    pub(super) fn publish(&self, edit: impl FnOnce(&mut Manifest), then: impl FnOnce(&mut State)) -> Result<(), StoreError> {
        let _publish = self.publish.lock();
        let mut manifest = {
            let state = self.state.lock();
            Manifest { next_segment: state.next_segment, generation: state.manifest.generation + 1, ..state.manifest.clone() }
        };
        edit(&mut manifest);
        manifest.publish(&self.folder, &self.path)?;
        let mut state = self.state.lock();
        state.manifest = manifest;
        then(&mut state);
        state.changed();
        Ok(())
    }
}

impl State {
    /// Takes segments out and puts others in; the files of those taken out vanish with their last reader.
    pub(super) fn replace_segments(&mut self, gone: &[u64], new: Vec<Arc<DiskSegment>>) {
        let mut disk: Vec<Arc<DiskSegment>> = Vec::with_capacity(self.disk.len() + new.len());
        for segment in self.disk.iter() {
            if gone.contains(&segment.id()) {
                segment.doom();
            } else {
                disk.push(Arc::clone(segment));
            }
        }
        disk.extend(new);
        disk.sort_by_key(|segment| segment.id());
        self.disk = Arc::new(disk);
    }
}
