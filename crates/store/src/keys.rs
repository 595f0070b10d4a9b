//! The duplicate keys of one segment: tells in a microsecond whether an event is in it.
//!
//! A key is a 128-bit hash of name, person id as sent, time and insert id; of the window of its arrival instead of a time that follows from it. The file holds the keys in order, cut into pages of about 256 by their
//! first bits; a page keeps the second half of each key. In front of it stands a filter over the first halves, so that a new event costs no
//! reading. An event is taken for a duplicate when the filter and a page entry agree: by accident once in 2^64 tries.
//!
//! File: the pages, then a foot: `magic · format u32 · page_bits u32 · n_keys u64 · n_filters u32`, the page table
//! (`first key u32 · crc32c u32` a page), the filters (`descriptor · length u32 · fingerprints`), `crc32c u32` of the foot so far, its whole length `u32`.
//!
//! Not the truth: it can always be made again from the rows.

#[cfg(test)]
mod tests;
mod write;

pub(crate) use write::KeysWriter;

use crate::StoreError;
use sillage_event::{Event, arrival_window_ms, duplicate_time};
use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};
use xorf::{BinaryFuse8, BinaryFuse8Ref, DmaSerializable, Filter, FilterRef};
use xxhash_rust::xxh3::xxh3_128;

const MAGIC: &[u8; 8] = b"SILLKEYS";
const FORMAT: u32 = 1;
const FOOT_FIXED_BYTES: usize = 28;
/// Checksum and length of the foot.
const FOOT_END_BYTES: usize = 8;
const KEYS_PER_PAGE: u64 = 256;
const KEYS_PER_FILTER: u64 = 1 << 18;

/// See the module. Equal for two events of a project exactly when they are duplicates of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DuplicateKey(pub(crate) u128);

impl DuplicateKey {
    pub(crate) fn of(event: &Event, scratch: &mut Vec<u8>) -> Self {
        Self::of_parts(&event.name, event.sent_id(), event.time, &event.insert_id, scratch)
    }

    /// The key that the same event has if it arrived a window earlier, where its time follows from its arrival.
    pub(crate) fn of_earlier_arrival(event: &Event, scratch: &mut Vec<u8>) -> Option<Self> {
        let window_ms = arrival_window_ms(&event.insert_id)?;
        Some(Self::of_parts(&event.name, event.sent_id(), event.time - window_ms, &event.insert_id, scratch))
    }

    pub(crate) fn of_parts(name: &str, sent_id: &str, time: i64, insert_id: &str, scratch: &mut Vec<u8>) -> Self {
        scratch.clear();
        scratch.extend_from_slice(&(name.len() as u32).to_le_bytes());
        scratch.extend_from_slice(&(sent_id.len() as u32).to_le_bytes());
        scratch.extend_from_slice(&duplicate_time(time, insert_id).to_le_bytes());
        scratch.extend_from_slice(name.as_bytes());
        scratch.extend_from_slice(sent_id.as_bytes());
        scratch.extend_from_slice(insert_id.as_bytes());
        Self(xxh3_128(scratch))
    }

    fn first_half(self) -> u64 {
        (self.0 >> 64) as u64
    }

    fn second_half(self) -> u64 {
        self.0 as u64
    }
}

/// An opened file of keys; the page table and the filters are in memory, the pages are read when the filter says so.
#[derive(Debug)]
pub(crate) struct Keys {
    path: PathBuf,
    file: File,
    page_bits: u32,
    /// First key of each page and one more.
    page_starts: Vec<u32>,
    page_sums: Vec<u32>,
    filters: Vec<StoredFilter>,
}

#[derive(Debug)]
struct StoredFilter {
    descriptor: Vec<u8>,
    fingerprints: Vec<u8>,
}

impl StoredFilter {
    fn may_contain(&self, first_half: u64) -> bool {
        !self.fingerprints.is_empty() && BinaryFuse8Ref::from_dma(&self.descriptor, &self.fingerprints).contains(&first_half)
    }
}

/// The number of leading bits that cut `n_keys` into parts of about `part` keys.
fn bits_for(n_keys: u64, part: u64) -> u32 {
    n_keys.div_ceil(part).max(1).next_power_of_two().trailing_zeros()
}

fn leading(first_half: u64, bits: u32) -> usize {
    if bits == 0 { 0 } else { (first_half >> (64 - bits)) as usize }
}

impl Keys {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let damaged = |detail: &str| StoreError::damaged(path.display().to_string(), detail);
        let file = File::open(path).map_err(StoreError::io("open", path))?;
        let read = |at: u64, length: usize| {
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, at).map(|()| bytes).map_err(|error| damaged(&error.to_string()))
        };
        let size = file.metadata().map_err(StoreError::io("look at", path))?.len();
        let foot_bytes = u32_at(&read(size.saturating_sub(4), 4)?, 0) as usize;
        if foot_bytes < FOOT_FIXED_BYTES + FOOT_END_BYTES || foot_bytes as u64 > size {
            return Err(damaged("its foot is cut off"));
        }
        let pages_end = size - foot_bytes as u64;
        let foot = read(pages_end, foot_bytes)?;
        let summed = foot_bytes - FOOT_END_BYTES;
        if crc32c::crc32c(&foot[..summed]) != u32_at(&foot, summed) || &foot[..8] != MAGIC || u32_at(&foot, 8) != FORMAT {
            return Err(damaged("the checksum of its foot is wrong"));
        }
        let page_bits = u32_at(&foot, 12);
        let n_filters = u32_at(&foot, 24) as usize;
        let n_pages = 1usize << page_bits;
        let table = &foot[FOOT_FIXED_BYTES..];
        let page_starts = (0..=n_pages).map(|page| u32_at(table, 8 * page)).collect();
        let page_sums = (0..n_pages).map(|page| u32_at(table, 8 * page + 4)).collect();
        let mut at = FOOT_FIXED_BYTES + 8 * (n_pages + 1);
        let mut filters = Vec::with_capacity(n_filters);
        for _ in 0..n_filters {
            let fingerprints_at = at + BinaryFuse8::DESCRIPTOR_LEN + 4;
            let length = u32_at(&foot, fingerprints_at - 4) as usize;
            filters.push(StoredFilter {
                descriptor: foot[at..at + BinaryFuse8::DESCRIPTOR_LEN].to_vec(),
                fingerprints: foot[fingerprints_at..fingerprints_at + length].to_vec(),
            });
            at = fingerprints_at + length;
        }
        Ok(Self { path: path.to_owned(), file, page_bits, page_starts, page_sums, filters })
    }

    pub(crate) fn contains(&self, key: DuplicateKey) -> Result<bool, StoreError> {
        let first = key.first_half();
        let filter_bits = self.filters.len().trailing_zeros();
        if self.filters.is_empty() || !self.filters[leading(first, filter_bits)].may_contain(first) {
            return Ok(false);
        }
        let page = leading(first, self.page_bits);
        let start = self.page_starts[page];
        let n_keys = (self.page_starts[page + 1] - start) as usize;
        let mut bytes = vec![0; n_keys * 8];
        self.file.read_exact_at(&mut bytes, u64::from(start) * 8).map_err(StoreError::io("read", &self.path))?;
        if crc32c::crc32c(&bytes) != self.page_sums[page] {
            return Err(StoreError::damaged(self.path.display().to_string(), "the checksum of a page is wrong"));
        }
        let wanted = key.second_half().to_le_bytes();
        Ok(bytes.chunks_exact(8).any(|entry| entry == wanted))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.page_starts.len() * 8 + self.filters.iter().map(|filter| filter.fingerprints.len() + 64).sum::<usize>() + 256
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}
