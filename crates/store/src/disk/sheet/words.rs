//! Texts and numbers out of pages that hold them by their place in a dictionary, compressed with zstd or not at all. The same as the general reader
//! gives, without what it does for other columns: only the pages that hold wanted rows are unpacked, and what they hold goes straight to where it is
//! wanted.
//!
//! What is not of this kind, as the pages of a column that outgrew its dictionary, gives `None`, and the general reader takes it.

use super::{
    Lent,
    column::{Column, Form},
    packed::{STRETCH, unpack},
    pages::{Compact, Head, Malformed, each_page},
};
use arrow_array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, StringArray, types::Int32Type};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use parquet::file::page_index::offset_index::PageLocation;
use std::{ops::Range, sync::Arc};

/// Encodings, in the format's own numbers: a page's values by their number in the dictionary, and a dictionary's words one behind the other.
pub(super) const BY_NUMBER: [i64; 2] = [2, 8];
const PLAIN: [i64; 2] = [0, 2];
/// No page is larger unpacked.
const MOST_PAGE_BYTES: i64 = 1 << 28;

/// What a dictionary holds, and what becomes of it and of the places that rows name.
pub(super) trait Words: Sized {
    /// Out of a page of so many.
    fn of_page(body: &[u8], n: i64) -> Result<Self, Malformed>;
    fn array(self, keys: Vec<i32>, is_set: Option<Vec<bool>>) -> Result<ArrayRef, Malformed>;
}

impl Words for StringArray {
    /// Each behind its length.
    fn of_page(mut body: &[u8], n: i64) -> Result<Self, Malformed> {
        let n = usize::try_from(n).ok().filter(|n| *n <= body.len() / 4).ok_or(Malformed)?;
        let mut text: Vec<u8> = Vec::with_capacity(body.len());
        let mut ends: Vec<i32> = Vec::with_capacity(n + 1);
        ends.push(0);
        for _ in 0..n {
            let (length, rest) = body.split_first_chunk::<4>().ok_or(Malformed)?;
            let word = rest.get(..u32::from_le_bytes(*length) as usize).ok_or(Malformed)?;
            text.extend_from_slice(word);
            ends.push(i32::try_from(text.len()).map_err(|_| Malformed)?);
            body = &rest[word.len()..];
        }
        Self::try_new(OffsetBuffer::new(ScalarBuffer::from(ends)), Buffer::from_vec(text), None).map_err(|_| Malformed)
    }

    /// Places that the dictionary does not have are found here.
    fn array(self, keys: Vec<i32>, is_set: Option<Vec<bool>>) -> Result<ArrayRef, Malformed> {
        let keys = Int32Array::try_new(ScalarBuffer::from(keys), is_set.map(NullBuffer::from)).map_err(|_| Malformed)?;
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(self)).map_err(|_| Malformed)?))
    }
}

/// Numbers stand in no dictionary afterwards.
impl Words for Vec<f64> {
    fn of_page(body: &[u8], n: i64) -> Result<Self, Malformed> {
        let (numbers, _) = body.as_chunks::<8>();
        let n = usize::try_from(n).map_err(|_| Malformed)?;
        Ok(numbers.get(..n).ok_or(Malformed)?.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    fn array(mut self, keys: Vec<i32>, is_set: Option<Vec<bool>>) -> Result<ArrayRef, Malformed> {
        if is_set.is_some() && self.is_empty() {
            // Where nothing is set, rows name a place all the same.
            self.push(0.0);
        }
        let numbers = keys.into_iter().map(|key| self.get(key as usize).copied().ok_or(Malformed)).collect::<Result<Self, _>>()?;
        Ok(Arc::new(Float64Array::try_new(ScalarBuffer::from(numbers), is_set.map(NullBuffer::from)).map_err(|_| Malformed)?))
    }
}

/// The wanted rows of a column chunk; `read` fills in bytes of the file, of which `dictionary` are those of the chunk's dictionary.
pub(super) fn read_rows<W: Words, E>(
    dictionary: Range<u64>,
    pages: &[PageLocation],
    n_rows: usize,
    wanted: &[Range<usize>],
    form: Form,
    Lent { room, unpacker }: &mut Lent,
    mut read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
) -> Result<Option<Result<ArrayRef, Malformed>>, E> {
    let page = room.of((dictionary.end - dictionary.start) as usize);
    read(dictionary.start, page)?;
    let words: W = match words_of(page, form, unpacker) {
        Some(Ok(words)) => words,
        Some(Err(malformed)) => return Ok(Some(Err(malformed))),
        None => return Ok(None),
    };
    let mut column = Column::new(form, wanted.iter().map(ExactSizeIterator::len).sum(), places);
    let outcome = each_page(pages, n_rows, wanted, room, read, |page, n_rows, rows| column.add(page, n_rows, rows, unpacker))?;
    Ok(outcome.map(|outcome| outcome.and_then(|()| words.array(column.rows, column.is_set))))
}

/// What stands on a dictionary's page.
fn words_of<W: Words>(page: &[u8], form: Form, unpacker: &mut Unpacker) -> Option<Result<W, Malformed>> {
    let head = Head::read(page).filter(|head| head.kind == Head::DICTIONARY && PLAIN.contains(&head.encoding))?;
    Some(unpacker.body(&head, page, form).and_then(|body| W::of_page(body, head.n_values)))
}

/// Bodies of pages as they were before they were compressed. What it needs of memory is lent from one reading to the next.
#[derive(Default)]
pub(super) struct Unpacker {
    zstd: Option<zstd::bulk::Decompressor<'static>>,
    buffer: Vec<u8>,
}

impl Unpacker {
    pub(super) fn body<'a>(&'a mut self, head: &Head, page: &'a [u8], form: Form) -> Result<&'a [u8], Malformed> {
        let body = &page[head.bytes..];
        if !form.is_compressed {
            return Ok(body);
        }
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Decompressor::new().map_err(|_| Malformed)?),
        };
        let length = usize::try_from(head.unpacked_bytes).ok().filter(|_| head.unpacked_bytes <= MOST_PAGE_BYTES).ok_or(Malformed)?;
        self.buffer.clear();
        self.buffer.reserve(length);
        zstd.decompress_to_buffer(body, &mut self.buffer).map_err(|_| Malformed)?;
        Ok(&self.buffer)
    }

    /// So many bytes at most.
    pub(super) fn keep(&mut self, bytes: usize) {
        if self.buffer.capacity() > bytes {
            self.buffer = Vec::new();
        }
    }
}

/// The places in the dictionary of a page's values.
fn places(bytes: &[u8], wanted: Range<usize>, into: &mut Vec<i32>) -> Result<(), Malformed> {
    let (width, numbers) = bytes.split_first().ok_or(Malformed)?;
    hybrid(numbers, usize::from(*width), wanted, into)
}

/// Some of the numbers out of runs of equal ones and stretches of packed ones, each of `width` bits.
pub(super) fn hybrid(bytes: &[u8], width: usize, wanted: Range<usize>, into: &mut Vec<i32>) -> Result<(), Malformed> {
    if width > 31 {
        return Err(Malformed);
    }
    let mut source = Compact { bytes, at: 0 };
    let mut at = 0;
    let mut stretch = [0u64; STRETCH];
    while at < wanted.end {
        let head = usize::try_from(source.varint().ok_or(Malformed)?).map_err(|_| Malformed)?;
        let rest = &bytes[source.at..];
        let n = if head & 1 == 0 { head >> 1 } else { (head >> 1).saturating_mul(8) };
        if n == 0 {
            return Err(Malformed);
        }
        let end = at.saturating_add(n).min(wanted.end);
        // Of this run, from its own beginning.
        let own = wanted.start.clamp(at, end) - at..end - at;
        if head & 1 == 0 {
            let n_bytes = width.div_ceil(8);
            let value = rest.get(..n_bytes).ok_or(Malformed)?.iter().rev().fold(0, |value, byte| value << 8 | i32::from(*byte));
            source.at += n_bytes;
            into.resize(into.len() + own.len(), value);
        } else {
            // Of the last stretch only what is needed has to be there.
            let packed = rest.get(..(own.end * width).div_ceil(8)).ok_or(Malformed)?;
            source.at = source.at.saturating_add((n / 8).saturating_mul(width)).min(bytes.len());
            let mut next = own.start;
            while next < own.end {
                let first = next / STRETCH * STRETCH;
                let from = &packed[first / 8 * width..];
                let whole = STRETCH / 8 * width;
                if let Some(from) = from.get(..whole) {
                    unpack(from, width, &mut stretch)?;
                } else {
                    let mut padded = [0u8; STRETCH / 8 * 31];
                    padded[..from.len()].copy_from_slice(from);
                    unpack(&padded[..whole], width, &mut stretch)?;
                }
                let until = (first + STRETCH).min(own.end);
                into.extend(stretch[next - first..until - first].iter().map(|number| *number as i32));
                next = until;
            }
        }
        at = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
