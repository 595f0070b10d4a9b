//! Rows in memory: an open chunk, frozen chunks, and those that are being sealed and stay visible until they are on disk.

use crate::{MemorySegment, Segment, SegmentBuilder, StoreError, disk::EventFigures, keys::DuplicateKey};
use sillage_event::{Event, Identity, PersonId};
use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};

/// Each snapshot freezes what it finds; with so many chunks, questions get slow and sealing is better.
const MANY_CHUNKS: usize = 48;

#[derive(Debug)]
pub(super) struct Buffer {
    open: SegmentBuilder,
    /// How many links were known when the open chunk began.
    open_links: u64,
    frozen: Generation,
    sealing: Generation,
    began: Option<Instant>,
    last_seal: Instant,
    /// A change began and did not end: rows may be missing in memory, though not in the journal. Nothing is sealed any more, so that a restart reads them back.
    is_torn: bool,
}

/// Rows that are sealed together.
#[derive(Debug, Default)]
struct Generation {
    chunks: Vec<Arc<MemorySegment>>,
    bytes: usize,
    rows: usize,
    keys: HashSet<u128, BuildHasherDefault<AlreadyHashed>>,
    figures: HashMap<Arc<str>, EventFigures>,
}

impl Buffer {
    pub(super) fn new() -> Self {
        Self {
            open: SegmentBuilder::new(),
            open_links: 0,
            frozen: Generation::default(),
            sealing: Generation::default(),
            began: None,
            last_seal: Instant::now(),
            is_torn: false,
        }
    }

    /// To be called before rows are added, and [`Buffer::end_change`] after it; a panic or an error in between leaves the buffer torn.
    pub(super) fn begin_change(&mut self) -> Result<(), StoreError> {
        self.check_whole()?;
        self.is_torn = true;
        Ok(())
    }

    pub(super) fn end_change(&mut self) {
        self.is_torn = false;
    }

    pub(super) fn check_whole(&self) -> Result<(), StoreError> {
        if self.is_torn { Err(StoreError::Stopped("an earlier failure left its buffer incomplete; a restart reads it back".to_owned())) } else { Ok(()) }
    }

    pub(super) fn has_key(&self, key: DuplicateKey) -> bool {
        self.frozen.keys.contains(&key.0) || self.sealing.keys.contains(&key.0)
    }

    /// False when it was there already.
    pub(super) fn insert_key(&mut self, key: DuplicateKey) -> bool {
        !self.sealing.keys.contains(&key.0) && self.frozen.keys.insert(key.0)
    }

    pub(super) fn begin_chunk(&mut self, links: u64) {
        if self.open.is_empty() {
            self.open_links = links;
        }
    }

    pub(super) fn push(&mut self, event: &Event, person: Option<(PersonId, &Identity)>) {
        self.open.push(event, person);
        self.began.get_or_insert_with(Instant::now);
        match self.frozen.figures.get_mut(event.name.as_str()) {
            Some(figures) => {
                figures.count += 1;
                figures.first_time = figures.first_time.min(event.time);
                figures.last_time = figures.last_time.max(event.time);
            }
            None => {
                let name: Arc<str> = Arc::from(event.name.as_str());
                let figures = EventFigures { name: Arc::clone(&name), count: 1, first_time: event.time, last_time: event.time };
                self.frozen.figures.insert(name, figures);
            }
        }
    }

    pub(super) fn open_rows(&self) -> usize {
        self.open.len()
    }

    /// Makes the open chunk readable.
    pub(super) fn freeze(&mut self, next_segment: &mut u64) -> Result<(), StoreError> {
        if self.open.is_empty() {
            return Ok(());
        }
        let was_torn = std::mem::replace(&mut self.is_torn, true);
        let open = std::mem::take(&mut self.open);
        self.frozen.bytes += open.approx_bytes();
        self.frozen.rows += open.len();
        self.frozen.chunks.push(Arc::new(open.finish(*next_segment, 0, self.open_links)?));
        *next_segment += 1;
        self.is_torn = was_torn;
        Ok(())
    }

    /// Moves all frozen chunks to those being sealed; what an earlier seal could not finish is still among them.
    pub(super) fn begin_seal(&mut self) -> Vec<Arc<dyn Segment>> {
        let taken = std::mem::take(&mut self.frozen);
        self.began = None;
        self.last_seal = Instant::now();
        let sealing = &mut self.sealing;
        sealing.chunks.extend(taken.chunks);
        sealing.bytes += taken.bytes;
        sealing.rows += taken.rows;
        if sealing.keys.is_empty() {
            sealing.keys = taken.keys;
        } else {
            sealing.keys.extend(taken.keys);
        }
        taken.figures.values().for_each(|figures| add_figures(&mut sealing.figures, figures));
        sealing.chunks.iter().map(|chunk| Arc::clone(chunk) as Arc<dyn Segment>).collect()
    }

    /// What was being sealed is on disk.
    pub(super) fn end_seal(&mut self) {
        self.sealing = Generation::default();
    }

    /// Forgets everything, for a project that is deleted.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    pub(super) fn frozen(&self) -> impl Iterator<Item = Arc<dyn Segment>> {
        self.sealing.chunks.iter().chain(&self.frozen.chunks).map(|chunk| Arc::clone(chunk) as Arc<dyn Segment>)
    }

    pub(super) fn figures(&self) -> impl Iterator<Item = &EventFigures> {
        self.sealing.figures.values().chain(self.frozen.figures.values())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    pub(super) fn rows(&self) -> usize {
        self.sealing.rows + self.open_and_frozen_rows()
    }

    pub(super) fn bytes(&self) -> usize {
        self.sealing.bytes + self.open_and_frozen_bytes()
    }

    pub(super) fn open_and_frozen_rows(&self) -> usize {
        self.frozen.rows + self.open.len()
    }

    pub(super) fn open_and_frozen_bytes(&self) -> usize {
        self.frozen.bytes + self.open.approx_bytes()
    }

    pub(super) fn has_many_chunks(&self) -> bool {
        self.frozen.chunks.len() >= MANY_CHUNKS
    }

    pub(super) fn age(&self) -> Option<Duration> {
        self.began.map(|began| began.elapsed())
    }

    pub(super) fn since_seal(&self) -> Duration {
        self.last_seal.elapsed()
    }
}

pub(super) fn add_figures(all: &mut HashMap<Arc<str>, EventFigures>, more: &EventFigures) {
    match all.get_mut(&more.name) {
        Some(figures) => {
            figures.count += more.count;
            figures.first_time = figures.first_time.min(more.first_time);
            figures.last_time = figures.last_time.max(more.last_time);
        }
        None => drop(all.insert(Arc::clone(&more.name), more.clone())),
    }
}

/// Duplicate keys are hashes already.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
