//! Opening a file: decompress it, see what form it has.

use super::Format;
use anyhow::{Context, Result, bail};
use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// So much is looked at to find out what a file is.
const PREFIX_BYTES: usize = 256 << 10;
const BUFFER_BYTES: usize = 256 << 10;
/// What others pack with, by its first bytes, and what unpacks it.
const OTHERS: [(&[u8], &str, &str); 3] = [(b"BZh", "bzip2", "bzcat"), (&[0xfd, b'7', b'z', b'X'], "xz", "xzcat"), (b"PK\x03\x04", "zip", "unzip -p")];
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: &[u8] = b"PAR1";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) type Source = Box<dyn Read + Send>;

/// How far reading has come, in units of the file as it lies there.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    done: Arc<AtomicU64>,
    /// Absent for a pipe.
    pub(crate) total: Option<u64>,
    /// What is counted: bytes of the file, or records.
    pub(crate) counts_records: bool,
}

impl Progress {
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    pub(super) fn of_records(&mut self, total: u64) {
        *self = Self { done: Arc::default(), total: Some(total), counts_records: true };
    }

    pub(super) fn set(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}

pub(super) struct Opened {
    pub(super) content: Content,
    pub(super) format: Format,
    pub(super) progress: Progress,
}

pub(super) enum Content {
    /// The text from its beginning, without a byte order mark, and its first bytes to look at.
    Text {
        reader: Source,
        prefix: Vec<u8>,
    },
    Parquet(ParquetSource),
}

pub(super) enum ParquetSource {
    File(File),
    Memory(Vec<u8>),
}

struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        self.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

pub(super) fn open(path: &Path, wanted: Option<Format>) -> Result<Opened> {
    if path.as_os_str() == "-" {
        return of_text(Box::new(io::stdin()), None, wanted).context("standard input cannot be read");
    }
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        bail!("{} is a folder; name the files in it", path.display());
    }
    let total = metadata.is_file().then_some(metadata.len());
    if metadata.is_file() && begins_with(&mut file, PARQUET)? {
        let progress = Progress { done: Arc::default(), total, counts_records: false };
        return Ok(Opened { content: Content::Parquet(ParquetSource::File(file)), format: Format::Parquet, progress });
    }
    of_text(Box::new(file), total, wanted).with_context(|| format!("{} cannot be read", path.display()))
}

/// Opens what comes out of a reader; Parquet, which is read from its end, is held in memory.
pub(super) fn of_text(source: Source, total: Option<u64>, wanted: Option<Format>) -> Result<Opened> {
    let done: Arc<AtomicU64> = Arc::default();
    let progress = Progress { done: Arc::clone(&done), total, counts_records: false };
    let mut reader = decompressed(Box::new(Counted { inner: source, done }))?;
    let mut prefix = Vec::new();
    reader.by_ref().take(PREFIX_BYTES as u64).read_to_end(&mut prefix)?;
    if prefix.starts_with(PARQUET) {
        let mut whole = prefix;
        reader.read_to_end(&mut whole)?;
        return Ok(Opened { content: Content::Parquet(ParquetSource::Memory(whole)), format: Format::Parquet, progress });
    }
    if prefix.starts_with(BYTE_ORDER_MARK) {
        prefix.drain(..BYTE_ORDER_MARK.len());
    }
    let format = text_format(&prefix, wanted)?;
    let reader: Source = Box::new(Cursor::new(prefix.clone()).chain(reader));
    Ok(Opened { content: Content::Text { reader, prefix }, format, progress })
}

fn begins_with(file: &mut File, magic: &[u8]) -> Result<bool> {
    let mut first = Vec::new();
    file.by_ref().take(magic.len() as u64).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(first == magic)
}

/// Unpacks by what the first bytes say; several compressed parts one behind the other are one file.
fn decompressed(mut file: Source) -> Result<Source> {
    let mut first = Vec::new();
    file.by_ref().take(4).read_to_end(&mut first)?;
    let is_gzip = first.starts_with(GZIP);
    let is_zstd = first.starts_with(ZSTD);
    if let Some((_, name, unpack)) = OTHERS.iter().find(|(magic, ..)| first.starts_with(magic)) {
        bail!("it is packed with {name}; gzip and zstd are read, so unpack it on the way: {unpack} FILE | sillage … -");
    }
    let whole = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(first).chain(file));
    Ok(match (is_gzip, is_zstd) {
        (true, _) => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
        (_, true) => Box::new(zstd::Decoder::with_buffer(whole)?),
        _ => Box::new(whole),
    })
}

fn text_format(prefix: &[u8], wanted: Option<Format>) -> Result<Format> {
    if wanted == Some(Format::Parquet) {
        bail!("it is not in the form of Parquet");
    }
    if prefix.contains(&0) {
        bail!("it is neither CSV, NDJSON nor Parquet (it holds bytes that no text has)");
    }
    let first = prefix.iter().find(|byte| !byte.is_ascii_whitespace());
    match (wanted, first) {
        (Some(format), _) => Ok(format),
        (None, Some(b'{')) => Ok(Format::Ndjson),
        (None, Some(b'[')) => bail!("it is one JSON list; one object a line is wanted (jq -c '.[]' makes them)"),
        (None, _) => Ok(Format::Csv),
    }
}
