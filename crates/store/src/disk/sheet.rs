//! A Parquet file whose every byte is covered by a checksum: one per column chunk in its own metadata, one over that metadata kept by whoever names
//! the file. Reading goes by position in a file that stays open; a chunk is verified when it is first read.

mod column;
mod packed;
mod pages;
mod split;
mod words;

use self::{column::Form, pages::Room, words::Unpacker};
use crate::{StoreError, steady::SteadyFile};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray, UInt32Array};
use arrow_schema::{DataType, SchemaRef};
use bytes::Bytes;
use parquet::{
    arrow::{
        ArrowWriter, ProjectionMask,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection},
    },
    basic::{Compression, Encoding},
    errors::ParquetError,
    file::{
        metadata::{KeyValue, PageIndexPolicy, ParquetMetaData},
        properties::WriterPropertiesBuilder,
        reader::{ChunkReader, Length},
    },
};
use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{self, BufReader, Read},
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const SUMS_KEY: &str = "sillage.sums";

/// What reading a column needs of memory, lent from one to the next.
#[derive(Default)]
struct Lent {
    room: Room,
    unpacker: Unpacker,
}

impl Lent {
    /// What is kept of either for the next reading, at most.
    const KEPT_BYTES: usize = 1 << 20;

    /// Gives back what a reading grew beyond, however it ended.
    fn leave(&mut self) {
        self.room.keep(Self::KEPT_BYTES);
        self.unpacker.keep(Self::KEPT_BYTES);
    }
}

thread_local! {
    static LENT: RefCell<Lent> = RefCell::default();
}

/// What a reader has to know to trust a file: where its metadata begins and the checksum over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Seal {
    pub(crate) bytes: u64,
    pub(crate) foot_at: u64,
    pub(crate) foot_crc32c: u32,
}

/// Writes one row group after the other.
pub(crate) struct SheetWriter {
    path: PathBuf,
    file: File,
    schema: SchemaRef,
    /// Until the first rows tell how numbers are written.
    properties: WriterPropertiesBuilder,
    writer: Option<ArrowWriter<SteadyFile>>,
    sums: Vec<Vec<u32>>,
    foot_at: u64,
}

impl SheetWriter {
    pub(crate) fn create(path: &Path, schema: SchemaRef, properties: WriterPropertiesBuilder) -> Result<Self, StoreError> {
        let open = || OpenOptions::new().create(true).truncate(true).read(true).write(true).open(path);
        let file = open().map_err(StoreError::io("make", path))?;
        Ok(Self { path: path.to_owned(), file, schema, properties, writer: None, sums: Vec::new(), foot_at: 0 })
    }

    /// The writer, begun with these rows if none is yet.
    fn begun(&mut self, first: &RecordBatch) -> Result<&mut ArrowWriter<SteadyFile>, StoreError> {
        match &mut self.writer {
            Some(writer) => Ok(writer),
            none => {
                let copy = self.file.try_clone().map_err(StoreError::io("make", &self.path))?;
                let properties = split::write_so(self.properties.clone(), first).build();
                Ok(none.insert(ArrowWriter::try_new(SteadyFile::new(copy), Arc::clone(&self.schema), Some(properties))?))
            }
        }
    }

    /// Writes a row group; an empty one is left out. Returns its index.
    pub(crate) fn write_group(&mut self, rows: &RecordBatch) -> Result<Option<usize>, StoreError> {
        if rows.num_rows() == 0 {
            return Ok(None);
        }
        let writer = self.begun(rows)?;
        writer.write(rows)?;
        writer.flush()?;
        let synced = writer.sync();
        let Some(group) = writer.flushed_row_groups().last().cloned() else { return Ok(None) };
        synced.map_err(StoreError::io("write", &self.path))?;
        let mut sums = Vec::with_capacity(group.num_columns());
        let mut chunk_bytes = Vec::new();
        for chunk in group.columns() {
            let (start, length) = chunk.byte_range();
            chunk_bytes.resize(length as usize, 0);
            self.file.read_exact_at(&mut chunk_bytes, start).map_err(StoreError::io("read back", &self.path))?;
            sums.push(crc32c::crc32c(&chunk_bytes));
            self.foot_at = self.foot_at.max(start + length);
        }
        self.sums.push(sums);
        Ok(Some(self.sums.len() - 1))
    }

    /// Writes the metadata and syncs the file.
    pub(crate) fn finish(mut self, about: Vec<(&str, String)>) -> Result<Seal, StoreError> {
        let sums = serde_json::to_string(&self.sums).map_err(|error| StoreError::Invalid(error.to_string()))?;
        let writer = self.begun(&RecordBatch::new_empty(Arc::clone(&self.schema)))?;
        writer.append_key_value_metadata(KeyValue::new(SUMS_KEY.to_owned(), sums));
        for (key, value) in about {
            writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        }
        writer.finish()?;
        let path = &self.path;
        self.file.sync_all().map_err(StoreError::io("sync", path))?;
        let bytes = self.file.metadata().map_err(StoreError::io("look at", path))?.len();
        let mut foot = vec![0; (bytes - self.foot_at) as usize];
        self.file.read_exact_at(&mut foot, self.foot_at).map_err(StoreError::io("read back", path))?;
        Ok(Seal { bytes, foot_at: self.foot_at, foot_crc32c: crc32c::crc32c(&foot) })
    }
}

/// An opened file.
#[derive(Debug)]
pub(crate) struct Sheet {
    file: Positioned,
    metadata: ArrowReaderMetadata,
    n_columns: usize,
    /// Checksums by row group and column.
    sums: Vec<Vec<u32>>,
    /// One bit per chunk: known to be whole.
    verified: Vec<AtomicU64>,
}

impl Sheet {
    pub(crate) fn open(path: &Path, seal: Seal) -> Result<Self, StoreError> {
        let damaged = |detail: String| StoreError::damaged(path.display().to_string(), detail);
        let file = File::open(path).map_err(StoreError::io("open", path))?;
        let length = file.metadata().map_err(StoreError::io("look at", path))?.len();
        if length != seal.bytes || seal.foot_at > length {
            return Err(damaged(format!("it has {length} bytes instead of {}", seal.bytes)));
        }
        let mut foot = vec![0; (length - seal.foot_at) as usize];
        file.read_exact_at(&mut foot, seal.foot_at).map_err(StoreError::io("read", path))?;
        if crc32c::crc32c(&foot) != seal.foot_crc32c {
            return Err(damaged("the checksum of its metadata is wrong".to_owned()));
        }
        let file = Positioned { file: Arc::new(file), length, path: path.into() };
        let options = ArrowReaderOptions::new().with_column_index_policy(PageIndexPolicy::Skip).with_offset_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&file, options)?;
        let n_columns = metadata.schema().fields().len();
        let sums: Vec<Vec<u32>> =
            value(&metadata, SUMS_KEY).and_then(|text| serde_json::from_str(text).ok()).ok_or_else(|| damaged("its metadata has no checksums".to_owned()))?;
        let n_chunks = sums.len() * n_columns;
        let verified = (0..n_chunks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { file, metadata, n_columns, sums, verified })
    }

    /// The text that the writer left under a key.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        value(&self.metadata, key)
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The columns at these positions, in file order, of the selected rows of a row group.
    pub(crate) fn read(&self, group: usize, columns: &[usize], rows: Option<&[Range<usize>]>) -> Result<RecordBatch, StoreError> {
        for column in columns {
            self.verify(group, *column)?;
        }
        let n_rows = self.metadata.metadata().row_group(group).num_rows() as usize;
        let whole = std::slice::from_ref(&(0..n_rows)).to_vec();
        let wanted = rows.unwrap_or(&whole);
        let mut arrays: Vec<Option<ArrayRef>> = columns.iter().map(|column| self.read_straight(group, *column, wanted)).collect::<Result<_, _>>()?;
        let others: Vec<usize> = columns.iter().zip(&arrays).filter(|(_, array)| array.is_none()).map(|(column, _)| *column).collect();
        if !others.is_empty() {
            let batch = self.read_general(group, &others, rows)?;
            let mut read = batch.columns().iter();
            arrays.iter_mut().filter(|array| array.is_none()).for_each(|array| *array = read.next().cloned());
        }
        let schema = Arc::new(self.schema().project(columns)?);
        let n_wanted = wanted.iter().map(ExactSizeIterator::len).sum();
        let options = RecordBatchOptions::new().with_row_count(Some(n_wanted));
        Ok(RecordBatch::try_new_with_options(schema, arrays.into_iter().flatten().collect(), &options)?)
    }

    /// A column of packed numbers, none of them missing, of texts or numbers in a dictionary, or of numbers byte by byte, straight from its pages; `None` when it is another one.
    fn read_straight(&self, group: usize, column: usize, rows: &[Range<usize>]) -> Result<Option<ArrayRef>, StoreError> {
        let field = self.schema().field(column);
        let metadata = self.metadata.metadata();
        let chunk = metadata.row_group(group).column(column);
        let Some(pages) = metadata.offset_index().and_then(|index| index.get(group)?.get(column)) else { return Ok(None) };
        let pages = pages.page_locations();
        let n_rows = metadata.row_group(group).num_rows() as usize;
        let read = |start: u64, into: &mut [u8]| self.file.file.read_exact_at(into, start).map_err(StoreError::io("read", self.file.path.as_ref()));
        let damaged = |_| StoreError::damaged(self.file.path.display().to_string(), format!("column {} in row group {group} cannot be unpacked", field.name()));
        let is_compressed = chunk.compression() != Compression::UNCOMPRESSED;
        let is_known = matches!(chunk.compression(), Compression::ZSTD(_) | Compression::UNCOMPRESSED);
        let dictionary = chunk.dictionary_page_offset().and_then(|start| Some(u64::try_from(start).ok()?..u64::try_from(pages.first()?.offset).ok()?));
        let is_packed = !is_compressed && !field.is_nullable() && dictionary.is_none() && chunk.encodings().any(|one| one == Encoding::DELTA_BINARY_PACKED);
        let unpacked = |lent: &mut Lent| -> Result<Option<ArrayRef>, StoreError> {
            let array: ArrayRef = match (field.data_type(), dictionary) {
                (DataType::UInt32, _) if is_packed => {
                    let Some(numbers) = packed::read_rows::<u32, _>(pages, n_rows, rows, &mut lent.room, read)? else { return Ok(None) };
                    Arc::new(UInt32Array::from(numbers.map_err(damaged)?))
                }
                (DataType::Int64, _) if is_packed => {
                    let Some(numbers) = packed::read_rows::<i64, _>(pages, n_rows, rows, &mut lent.room, read)? else { return Ok(None) };
                    Arc::new(Int64Array::from(numbers.map_err(damaged)?))
                }
                (DataType::Dictionary(_, _) | DataType::Float64, Some(dictionary)) if is_known && dictionary.start < dictionary.end => {
                    let form = Form { is_compressed, may_be_missing: field.is_nullable(), encodings: &words::BY_NUMBER };
                    let words = match field.data_type() {
                        DataType::Float64 => words::read_rows::<Vec<f64>, _>(dictionary, pages, n_rows, rows, form, lent, read)?,
                        _ => words::read_rows::<StringArray, _>(dictionary, pages, n_rows, rows, form, lent, read)?,
                    };
                    let Some(words) = words else { return Ok(None) };
                    words.map_err(damaged)?
                }
                (DataType::Float64, None) if is_known && chunk.encodings().any(|one| one == Encoding::BYTE_STREAM_SPLIT) => {
                    let form = Form { is_compressed, may_be_missing: field.is_nullable(), encodings: &split::SPLIT };
                    let Some(numbers) = split::read_rows(pages, n_rows, rows, form, lent, read)? else { return Ok(None) };
                    numbers.map_err(damaged)?
                }
                _ => return Ok(None),
            };
            Ok(Some(array))
        };
        LENT.with_borrow_mut(|lent| {
            let array = unpacked(lent);
            lent.leave();
            array
        })
    }

    /// Columns of any kind.
    fn read_general(&self, group: usize, columns: &[usize], rows: Option<&[Range<usize>]>) -> Result<RecordBatch, StoreError> {
        let metadata: &Arc<ParquetMetaData> = self.metadata.metadata();
        let n_rows = metadata.row_group(group).num_rows() as usize;
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied());
        let n_selected = rows.map_or(n_rows, |rows| rows.iter().map(ExactSizeIterator::len).sum());
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(n_selected.max(1));
        if let Some(rows) = rows
            && n_selected < n_rows
        {
            builder = builder.with_row_selection(RowSelection::from_consecutive_ranges(rows.iter().cloned(), n_rows));
        }
        let mut batches = builder.build()?;
        let schema = arrow_array::RecordBatchReader::schema(&batches);
        let Some(first) = batches.next().transpose()? else { return Ok(RecordBatch::new_empty(schema)) };
        if first.num_rows() == n_selected {
            return Ok(first);
        }
        let mut all = vec![first];
        for batch in batches {
            all.push(batch?);
        }
        Ok(arrow_select::concat::concat_batches(&schema, &all)?)
    }

    /// Verifies every chunk, whether it was read before or not.
    pub(crate) fn verify_all(&self) -> Result<(), StoreError> {
        for group in 0..self.sums.len() {
            for column in 0..self.n_columns {
                self.check_sum(group, column)?;
            }
        }
        Ok(())
    }

    fn verify(&self, group: usize, column: usize) -> Result<(), StoreError> {
        let at = group * self.n_columns + column;
        let bit = 1u64 << (at % 64);
        if self.verified[at / 64].load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        self.check_sum(group, column)?;
        self.verified[at / 64].fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }

    fn check_sum(&self, group: usize, column: usize) -> Result<(), StoreError> {
        let (start, length) = self.metadata.metadata().row_group(group).column(column).byte_range();
        let chunk = self.file.bytes(start, length as usize).map_err(StoreError::io("read", self.file.path.as_ref()))?;
        if self.sums.get(group).and_then(|sums| sums.get(column)) == Some(&crc32c::crc32c(&chunk)) {
            return Ok(());
        }
        let name = self.schema().field(column).name();
        Err(StoreError::damaged(self.file.path.display().to_string(), format!("the checksum of column {name} in row group {group} is wrong")))
    }
}

fn value<'a>(metadata: &'a ArrowReaderMetadata, key: &str) -> Option<&'a str> {
    let values = metadata.metadata().file_metadata().key_value_metadata()?;
    values.iter().find(|pair| pair.key == key)?.value.as_deref()
}

/// A file read by position, so that readers share it without seeking.
#[derive(Clone, Debug)]
struct Positioned {
    file: Arc<File>,
    length: u64,
    path: Arc<Path>,
}

impl Positioned {
    fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.length
    }
}

/// Headers are small; this is read at a time when their length is not known.
const HEADER_READ_BYTES: usize = 1 << 16;

impl ChunkReader for Positioned {
    type T = BufReader<Tail>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::with_capacity(HEADER_READ_BYTES, Tail { file: self.clone(), next: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.bytes(start, length).map_err(|error| ParquetError::External(Box::new(error)))
    }
}

/// The rest of a file from some position.
#[derive(Debug)]
pub(crate) struct Tail {
    file: Positioned,
    next: u64,
}

impl Read for Tail {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.file.file.read_at(into, self.next)?;
        self.next += length as u64;
        Ok(length)
    }
}
