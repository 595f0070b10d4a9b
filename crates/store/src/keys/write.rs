//! Writing the keys of a segment in bounded memory: sorted runs go to a scratch file and are merged at the end.

use super::{DuplicateKey, FOOT_END_BYTES, FOOT_FIXED_BYTES, FORMAT, KEYS_PER_FILTER, KEYS_PER_PAGE, MAGIC, bits_for, leading};
use crate::{StoreError, steady::SteadyFile};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use xorf::{BinaryFuse8, DmaSerializable};

/// Keys sorted in memory at a time: 8 MB.
const RUN_KEYS: usize = 1 << 19;

#[derive(Debug)]
pub(crate) struct KeysWriter {
    path: PathBuf,
    run: Vec<u128>,
    scratch: Option<File>,
    run_lengths: Vec<usize>,
}

impl KeysWriter {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), run: Vec::new(), scratch: None, run_lengths: Vec::new() }
    }

    pub(crate) fn push(&mut self, key: DuplicateKey) -> Result<(), StoreError> {
        self.run.push(key.0);
        if self.run.len() >= RUN_KEYS {
            self.spill().map_err(StoreError::io("write", &self.path))?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_unstable();
        let file = match &mut self.scratch {
            Some(file) => file,
            none => none.insert(scratch_file(&self.path.with_extension("keys-scratch"))?),
        };
        let mut out = BufWriter::with_capacity(1 << 20, file);
        for key in &self.run {
            out.write_all(&key.to_le_bytes())?;
        }
        out.flush()?;
        self.run_lengths.push(self.run.len());
        self.run.clear();
        Ok(())
    }

    /// Writes the file and syncs it.
    pub(crate) fn finish(mut self) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.write().map_err(StoreError::io("write", path))
    }

    fn write(&mut self) -> io::Result<()> {
        self.run.sort_unstable();
        let mut sources = Vec::new();
        let mut start = 0;
        if let Some(scratch) = &self.scratch {
            for length in &self.run_lengths {
                let mut file = scratch.try_clone()?;
                // Clones share one position, so each source reads by its own offset.
                file.seek(SeekFrom::Start(0))?;
                sources.push(Source::Spilled(BufReader::with_capacity(1 << 16, Slice { file, at: start, end: start + *length as u64 * 16 })));
                start += *length as u64 * 16;
            }
        }
        let n_keys = self.run_lengths.iter().sum::<usize>() as u64 + self.run.len() as u64;
        sources.push(Source::Memory(std::mem::take(&mut self.run).into_iter()));
        let layout = Layout::new(n_keys);
        let file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(&self.path)?;
        layout.write(file, Merged::new(sources)?)
    }
}

/// A file that nobody can see and that is gone when it is closed.
fn scratch_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(path)?;
    fs::remove_file(path)?;
    Ok(file)
}

struct Slice {
    file: File,
    at: u64,
    end: u64,
}

impl Read for Slice {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min((self.end - self.at) as usize);
        let n = std::os::unix::fs::FileExt::read_at(&self.file, &mut buffer[..length], self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

enum Source {
    Spilled(BufReader<Slice>),
    Memory(std::vec::IntoIter<u128>),
}

impl Source {
    fn next(&mut self) -> io::Result<Option<u128>> {
        match self {
            Self::Memory(keys) => Ok(keys.next()),
            Self::Spilled(reader) => {
                let mut bytes = [0; 16];
                match reader.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(u128::from_le_bytes(bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// The keys of all sources in order. There are few sources, so the smallest head is looked for one by one.
struct Merged {
    sources: Vec<(u128, Source)>,
}

impl Merged {
    fn new(sources: Vec<Source>) -> io::Result<Self> {
        let mut heads = Vec::new();
        for mut source in sources {
            if let Some(head) = source.next()? {
                heads.push((head, source));
            }
        }
        Ok(Self { sources: heads })
    }

    fn next(&mut self) -> io::Result<Option<u128>> {
        let Some(at) = (0..self.sources.len()).min_by_key(|at| self.sources[*at].0) else { return Ok(None) };
        let smallest = self.sources[at].0;
        match self.sources[at].1.next()? {
            Some(next) => self.sources[at].0 = next,
            None => drop(self.sources.swap_remove(at)),
        }
        Ok(Some(smallest))
    }
}

struct Layout {
    n_keys: u64,
    page_bits: u32,
    filter_bits: u32,
}

impl Layout {
    fn new(n_keys: u64) -> Self {
        Self { n_keys, page_bits: bits_for(n_keys, KEYS_PER_PAGE), filter_bits: bits_for(n_keys, KEYS_PER_FILTER) }
    }

    fn write(&self, file: File, mut keys: Merged) -> io::Result<()> {
        let n_pages = 1usize << self.page_bits;
        let n_filters = 1usize << self.filter_bits;
        let mut out =
            Pages { out: BufWriter::with_capacity(1 << 20, SteadyFile::new(file)), starts: vec![0], sums: Vec::with_capacity(n_pages), page: Vec::new() };
        let mut filters: Vec<u8> = Vec::new();
        let mut of_filter: Vec<u64> = Vec::new();
        let mut filter = 0;
        while let Some(key) = keys.next()? {
            let key = DuplicateKey(key);
            let first = key.first_half();
            while out.sums.len() < leading(first, self.page_bits) {
                out.close_page()?;
            }
            while filter < leading(first, self.filter_bits) {
                push_filter(&mut filters, &mut of_filter)?;
                filter += 1;
            }
            out.page.push(key.second_half());
            if of_filter.last() != Some(&first) {
                of_filter.push(first);
            }
        }
        while out.sums.len() < n_pages {
            out.close_page()?;
        }
        while filter < n_filters {
            push_filter(&mut filters, &mut of_filter)?;
            filter += 1;
        }
        let Pages { mut out, starts, sums, .. } = out;
        let foot_bytes = FOOT_FIXED_BYTES + 8 * (n_pages + 1) + filters.len() + FOOT_END_BYTES;
        let mut foot = Vec::with_capacity(foot_bytes);
        foot.extend_from_slice(MAGIC);
        foot.extend_from_slice(&FORMAT.to_le_bytes());
        foot.extend_from_slice(&self.page_bits.to_le_bytes());
        foot.extend_from_slice(&self.n_keys.to_le_bytes());
        foot.extend_from_slice(&(n_filters as u32).to_le_bytes());
        for (page, start) in starts.iter().enumerate() {
            foot.extend_from_slice(&start.to_le_bytes());
            foot.extend_from_slice(&sums.get(page).copied().unwrap_or(0).to_le_bytes());
        }
        foot.extend_from_slice(&filters);
        foot.extend_from_slice(&crc32c::crc32c(&foot).to_le_bytes());
        foot.extend_from_slice(&(foot_bytes as u32).to_le_bytes());
        out.write_all(&foot)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

/// The pages, written as they fill.
struct Pages {
    out: BufWriter<SteadyFile>,
    starts: Vec<u32>,
    sums: Vec<u32>,
    page: Vec<u64>,
}

impl Pages {
    fn close_page(&mut self) -> io::Result<()> {
        self.page.sort_unstable();
        let bytes: Vec<u8> = self.page.iter().flat_map(|half| half.to_le_bytes()).collect();
        let last = self.starts.last().copied().unwrap_or(0);
        self.starts.push(last + self.page.len() as u32);
        self.sums.push(crc32c::crc32c(&bytes));
        self.page.clear();
        self.out.write_all(&bytes)
    }
}

fn push_filter(out: &mut Vec<u8>, first_halves: &mut Vec<u64>) -> io::Result<()> {
    let mut descriptor = vec![0; BinaryFuse8::DESCRIPTOR_LEN];
    let mut fingerprints: &[u8] = &[];
    let filter;
    if !first_halves.is_empty() {
        filter = BinaryFuse8::try_from(first_halves.as_slice()).map_err(io::Error::other)?;
        filter.dma_copy_descriptor_to(&mut descriptor);
        fingerprints = filter.dma_fingerprints();
    }
    out.extend_from_slice(&descriptor);
    out.extend_from_slice(&(fingerprints.len() as u32).to_le_bytes());
    out.extend_from_slice(fingerprints);
    first_halves.clear();
    Ok(())
}
