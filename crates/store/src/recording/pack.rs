//! A pack: one file with many recordings, or with many stylesheets.
//!
//! `magic · format u32 · entries… · directory (zstd of JSON) · directory length u32 · crc32c of the directory u32 · magic`. An entry of a recording is its blocks, each one
//! zstd frame of several segments, and then its detail (zstd of JSON), which says where each segment lies. Positions in a detail are relative to the entry, so that
//! merging packs only copies. An entry of a stylesheet is one zstd frame of its JSON text.

use super::manifest::Class;
use crate::{StoreError, folder::Folder, folder::sync_parent};
use serde::{Deserialize, Serialize};
use sillage_event::recording::{Marker, Recorded, StoredRow};
use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

const MAGIC: &[u8; 8] = b"SILLPACK";
const FORMAT: u32 = 1;
const HEADER_BYTES: u64 = 12;
const TAIL_BYTES: u64 = 16;
const LEVEL: i32 = 6;
/// Of one frame, unpacked.
pub(super) const MOST_BLOCK_BYTES: usize = 64 << 20;

/// What a pack says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Directory {
    pub(super) recordings: Vec<RecordingEntry>,
    pub(super) styles: Vec<StyleEntry>,
    /// The stylesheets that the recordings name.
    pub(super) needs: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RecordingEntry {
    pub(super) row: StoredRow,
    /// Within the file.
    pub(super) offset: u64,
    /// Blocks and detail.
    pub(super) bytes: u64,
    pub(super) detail_bytes: u32,
    pub(super) crc: u32,
    /// Positions in `needs`.
    pub(super) needs: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StyleEntry {
    pub(super) hash: String,
    pub(super) offset: u64,
    pub(super) bytes: u32,
    pub(super) crc: u32,
}

/// What is kept of a recording beside its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub(super) recorded: Recorded,
    pub(super) segments: Vec<StoredSegment>,
    pub(super) blocks: Vec<Block>,
    pub(super) markers: Vec<Marker>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredSegment {
    pub(super) document: String,
    pub(super) t0: i64,
    pub(super) t1: i64,
    pub(super) block: u32,
    /// Within the unpacked block.
    pub(super) offset: u32,
    pub(super) bytes: u32,
    pub(super) has_snapshot: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Block {
    /// Within the entry.
    pub(super) offset: u64,
    pub(super) bytes: u32,
    pub(super) unpacked: u32,
    pub(super) crc: u32,
}

pub(super) fn file_path(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("{id:010}.pack"))
}

/// An open pack.
#[derive(Debug)]
pub(super) struct Pack {
    pub(super) id: u64,
    path: PathBuf,
    file: File,
    pub(super) directory: Directory,
    pub(super) bytes: u64,
}

impl Pack {
    pub(super) fn open(folder: &Path, id: u64) -> Result<Self, StoreError> {
        let path = file_path(folder, id);
        let damaged = |detail: &str| StoreError::damaged(path.display().to_string(), detail);
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        let bytes = file.metadata().map_err(StoreError::io("look at", &path))?.len();
        let mut header = [0; HEADER_BYTES as usize];
        let mut tail = [0; TAIL_BYTES as usize];
        if bytes < HEADER_BYTES + TAIL_BYTES {
            return Err(damaged("it is cut off"));
        }
        file.read_exact_at(&mut header, 0).map_err(StoreError::io("read", &path))?;
        file.read_exact_at(&mut tail, bytes - TAIL_BYTES).map_err(StoreError::io("read", &path))?;
        if &header[..8] != MAGIC || &tail[8..] != MAGIC {
            return Err(damaged("it is no pack"));
        }
        let format = number_at(&header, 8);
        if format > FORMAT {
            return Err(StoreError::Refused(format!("the pack {} has format {format}, written by a newer version", path.display())));
        }
        let length = u64::from(number_at(&tail, 0));
        let start = (bytes - TAIL_BYTES).checked_sub(length).filter(|start| *start >= HEADER_BYTES).ok_or_else(|| damaged("its directory is cut off"))?;
        let mut packed = vec![0; length as usize];
        file.read_exact_at(&mut packed, start).map_err(StoreError::io("read", &path))?;
        if crc32c::crc32c(&packed) != number_at(&tail, 4) {
            return Err(damaged("the checksum of its directory is wrong"));
        }
        let json = zstd::stream::decode_all(packed.as_slice()).map_err(|error| damaged(&error.to_string()))?;
        let directory = serde_json::from_slice(&json).map_err(|error| damaged(&error.to_string()))?;
        Ok(Self { id, path, file, directory, bytes })
    }

    fn read(&self, offset: u64, bytes: usize) -> Result<Vec<u8>, StoreError> {
        let mut buffer = vec![0; bytes];
        self.file.read_exact_at(&mut buffer, offset).map_err(StoreError::io("read", &self.path))?;
        Ok(buffer)
    }

    fn damaged(&self, detail: &str) -> StoreError {
        StoreError::damaged(self.path.display().to_string(), detail)
    }

    pub(super) fn detail(&self, entry: usize) -> Result<Detail, StoreError> {
        let entry = &self.directory.recordings[entry];
        let packed = self.read(entry.offset + entry.bytes - u64::from(entry.detail_bytes), entry.detail_bytes as usize)?;
        if crc32c::crc32c(&packed) != entry.crc {
            return Err(self.damaged("the checksum of a recording is wrong"));
        }
        let json = zstd::bulk::decompress(&packed, MOST_BLOCK_BYTES).map_err(|error| self.damaged(&error.to_string()))?;
        serde_json::from_slice(&json).map_err(|error| self.damaged(&error.to_string()))
    }

    /// The unpacked bytes of a block.
    pub(super) fn block(&self, entry: usize, block: &Block) -> Result<Vec<u8>, StoreError> {
        let packed = self.read(self.directory.recordings[entry].offset + block.offset, block.bytes as usize)?;
        if crc32c::crc32c(&packed) != block.crc {
            return Err(self.damaged("the checksum of a part of a recording is wrong"));
        }
        unpack(&packed, block.unpacked as usize).map_err(|error| self.damaged(&error.to_string()))
    }

    pub(super) fn style(&self, entry: usize) -> Result<Vec<u8>, StoreError> {
        let entry = &self.directory.styles[entry];
        let packed = self.read(entry.offset, entry.bytes as usize)?;
        if crc32c::crc32c(&packed) != entry.crc {
            return Err(self.damaged("the checksum of a stylesheet is wrong"));
        }
        zstd::bulk::decompress(&packed, MOST_BLOCK_BYTES).map_err(|error| self.damaged(&error.to_string()))
    }

    /// Reads everything and compares it with its checksums.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        for at in 0..self.directory.recordings.len() {
            let detail = self.detail(at)?;
            detail.blocks.iter().try_for_each(|block| self.block(at, block).map(drop))?;
        }
        (0..self.directory.styles.len()).try_for_each(|at| self.style(at).map(drop))
    }

    fn entry_bytes(&self, entry: &RecordingEntry) -> Result<Vec<u8>, StoreError> {
        self.read(entry.offset, entry.bytes as usize)
    }
}

/// Writes a pack. Nothing of it counts before the manifest names it.
#[derive(Debug)]
pub(super) struct PackWriter {
    pub(super) id: u64,
    path: PathBuf,
    file: io::BufWriter<File>,
    at: u64,
    directory: Directory,
}

impl PackWriter {
    pub(super) fn begin(folder: &Folder, packs: &Path, id: u64) -> Result<Self, StoreError> {
        let path = file_path(packs, id);
        let begin = || {
            folder.faults.point("recording.pack")?;
            fs::create_dir_all(packs)?;
            let mut file = io::BufWriter::with_capacity(1 << 18, File::create(&path)?);
            file.write_all(MAGIC)?;
            file.write_all(&FORMAT.to_le_bytes())?;
            Ok(file)
        };
        let file = begin().map_err(StoreError::io("make", &path))?;
        Ok(Self { id, path, file, at: HEADER_BYTES, directory: Directory::default() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.directory.recordings.is_empty() && self.directory.styles.is_empty()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.at
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(StoreError::io("write", &self.path))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Adds a recording: its blocks unpacked, and its detail but for where the blocks lie.
    pub(super) fn add(&mut self, row: StoredRow, mut detail: Detail, blocks: &[Vec<u8>], needs: &[u128]) -> Result<(), StoreError> {
        let offset = self.at;
        detail.blocks.clear();
        for block in blocks {
            let packed = pack(block).map_err(StoreError::io("compress for", &self.path))?;
            detail.blocks.push(Block { offset: self.at - offset, bytes: packed.len() as u32, unpacked: block.len() as u32, crc: crc32c::crc32c(&packed) });
            self.put(&packed)?;
        }
        let json = serde_json::to_vec(&detail).map_err(|error| StoreError::Invalid(error.to_string()))?;
        let packed = zstd::bulk::compress(&json, LEVEL).map_err(StoreError::io("compress for", &self.path))?;
        self.put(&packed)?;
        let needs = needs.iter().map(|hash| self.need(&format!("{hash:032x}"))).collect();
        let bytes = self.at - offset;
        self.directory.recordings.push(RecordingEntry { row, offset, bytes, detail_bytes: packed.len() as u32, crc: crc32c::crc32c(&packed), needs });
        Ok(())
    }

    /// Copies a recording from another pack.
    pub(super) fn copy(&mut self, from: &Pack, entry: usize) -> Result<(), StoreError> {
        let entry = &from.directory.recordings[entry];
        let offset = self.at;
        let bytes = from.entry_bytes(entry)?;
        self.put(&bytes)?;
        let needs = entry.needs.iter().filter_map(|at| from.directory.needs.get(*at as usize)).map(|hash| self.need(hash)).collect();
        self.directory.recordings.push(RecordingEntry { offset, needs, ..entry.clone() });
        Ok(())
    }

    pub(super) fn add_style(&mut self, hash: u128, json: &[u8]) -> Result<(), StoreError> {
        let packed = zstd::bulk::compress(json, LEVEL).map_err(StoreError::io("compress for", &self.path))?;
        let entry = StyleEntry { hash: format!("{hash:032x}"), offset: self.at, bytes: packed.len() as u32, crc: crc32c::crc32c(&packed) };
        self.put(&packed)?;
        self.directory.styles.push(entry);
        Ok(())
    }

    fn need(&mut self, hash: &str) -> u32 {
        let needs = &mut self.directory.needs;
        let at = needs.iter().position(|one| one == hash).unwrap_or_else(|| {
            needs.push(hash.to_owned());
            needs.len() - 1
        });
        at as u32
    }

    /// Ends the file and syncs it and its name.
    pub(super) fn finish(mut self, folder: &Folder) -> Result<(), StoreError> {
        let json = serde_json::to_vec(&self.directory).map_err(|error| StoreError::Invalid(error.to_string()))?;
        let packed = zstd::bulk::compress(&json, LEVEL).map_err(StoreError::io("compress for", &self.path))?;
        self.put(&packed)?;
        self.put(&(packed.len() as u32).to_le_bytes())?;
        self.put(&crc32c::crc32c(&packed).to_le_bytes())?;
        self.put(MAGIC)?;
        let Self { path, file, .. } = self;
        let finish = || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            folder.faults.point("recording.pack.sync")?;
            file.sync_all()?;
            sync_parent(&path)
        };
        finish().map_err(StoreError::io("write", &path))
    }
}

/// One frame, with a window as wide as the block: pages that were loaded again are found again.
fn pack(block: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), LEVEL)?;
    encoder.window_log(23)?;
    encoder.long_distance_matching(true)?;
    encoder.set_pledged_src_size(Some(block.len() as u64))?;
    encoder.write_all(block)?;
    encoder.finish()
}

fn unpack(packed: &[u8], unpacked: usize) -> io::Result<Vec<u8>> {
    let mut decoder = zstd::stream::Decoder::new(packed)?;
    decoder.window_log_max(27)?;
    let mut bytes = Vec::with_capacity(unpacked.min(MOST_BLOCK_BYTES));
    io::Read::read_to_end(&mut io::Read::take(decoder, MOST_BLOCK_BYTES as u64), &mut bytes)?;
    Ok(bytes)
}

fn number_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

impl super::manifest::PackEntry {
    pub(super) fn of(id: u64, class: Class, day: i64, bytes: u64) -> Self {
        Self { id, class, day, bytes }
    }
}
