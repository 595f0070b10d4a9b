//! Numbers out of pages that hold them as packed differences (`DELTA_BINARY_PACKED`, not compressed, none missing), the way the columns are written
//! that nearly every question reads. The same as the general reader gives, without what it does for other columns: only the pages that hold
//! wanted rows are looked at, and their numbers go straight to where they are wanted.
//!
//! What is not of this kind gives `None`, and the general reader takes it. No byte is trusted: a page that ends too early is an error.

use parquet::file::page_index::offset_index::PageLocation;
use std::ops::Range;

/// `DELTA_BINARY_PACKED` and the two kinds of data pages in the format's own numbers.
const PACKED_ENCODING: i64 = 5;
const DATA_PAGE: i64 = 0;
const DATA_PAGE_V2: i64 = 3;

/// A page's bytes were not what they should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A number that differences add up to.
pub(super) trait Number: Copy {
    fn of(bits: u64) -> Self;
}

impl Number for u32 {
    #[inline]
    fn of(bits: u64) -> Self {
        bits as Self
    }
}

impl Number for i64 {
    #[inline]
    fn of(bits: u64) -> Self {
        bits as Self
    }
}

/// The wanted rows of a column chunk; `read` gives bytes of the file.
pub(super) fn read_rows<T: Number, E>(
    pages: &[PageLocation],
    n_rows: usize,
    wanted: &[Range<usize>],
    mut read: impl FnMut(u64, usize) -> Result<bytes::Bytes, E>,
) -> Result<Option<Result<Vec<T>, Malformed>>, E> {
    let mut numbers = Vec::with_capacity(wanted.iter().map(ExactSizeIterator::len).sum());
    let end_of = |page: usize| pages.get(page + 1).map_or(n_rows, |next| next.first_row_index as usize);
    let mut next_range = 0;
    let mut page = 0;
    while page < pages.len() && next_range < wanted.len() {
        let first = pages[page].first_row_index as usize;
        if end_of(page) <= wanted[next_range].start {
            page += 1;
            continue;
        }
        // Pages one behind the other are read at once.
        let mut last = page;
        let mut at = next_range;
        while last + 1 < pages.len() {
            while wanted.get(at).is_some_and(|range| range.end <= end_of(last)) {
                at += 1;
            }
            let goes_on = wanted.get(at).is_some_and(|range| range.start < end_of(last + 1));
            let is_adjacent = pages[last].offset + i64::from(pages[last].compressed_page_size) == pages[last + 1].offset;
            if !goes_on || !is_adjacent {
                break;
            }
            last += 1;
        }
        let start = pages[page].offset;
        let length = pages[last].offset + i64::from(pages[last].compressed_page_size) - start;
        let bytes = read(start as u64, length as usize)?;
        let mut page_first = first;
        for (one, place) in pages.iter().enumerate().take(last + 1).skip(page) {
            let from = (place.offset - start) as usize;
            let own = bytes.get(from..from + place.compressed_page_size as usize);
            let Some(body) = own.and_then(packed_body) else { return Ok(None) };
            let page_end = end_of(one);
            let mut decoder = match Decoder::new(body) {
                Ok(decoder) => decoder,
                Err(malformed) => return Ok(Some(Err(malformed))),
            };
            while let Some(range) = wanted.get(next_range).filter(|range| range.start < page_end) {
                let own = range.start.max(page_first)..range.end.min(page_end);
                if let Err(malformed) = decoder.take(own.start - page_first..own.end - page_first, &mut numbers) {
                    return Ok(Some(Err(malformed)));
                }
                if range.end > page_end {
                    break;
                }
                next_range += 1;
            }
            page_first = page_end;
        }
        page = last + 1;
    }
    Ok(Some(Ok(numbers)))
}

/// What is behind the header of a data page whose values are packed differences.
fn packed_body(page: &[u8]) -> Option<&[u8]> {
    let mut header = Compact { bytes: page, at: 0 };
    let (mut kind, mut encoding, mut levels) = (-1, -1, 0);
    let mut id = 0;
    while let Some(field) = header.field(&mut id)? {
        match id {
            1 => kind = header.whole()?,
            5 | 8 => {
                let mut inner = 0;
                while let Some(field) = header.field(&mut inner)? {
                    match (id, inner) {
                        (5, 2) | (8, 4) => encoding = header.whole()?,
                        (8, 5 | 6) => levels += header.whole()?,
                        _ => header.skip(field, 0)?,
                    }
                }
            }
            _ => header.skip(field, 0)?,
        }
    }
    let is_packed = encoding == PACKED_ENCODING && (kind == DATA_PAGE || kind == DATA_PAGE_V2) && levels == 0;
    is_packed.then(|| &page[header.at..])
}

/// The compact protocol of Thrift, as far as a page's header needs it.
struct Compact<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn whole(&mut self) -> Option<i64> {
        self.varint().map(unzigzag)
    }

    /// The type of the next field, whose id it moves on; `Some(None)` at the end of the struct.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *id = match byte >> 4 {
            0 => self.whole()?,
            step => *id + i64::from(step),
        };
        Some(Some(byte & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => {}
            3 => self.at += 1,
            4..=6 => {
                self.varint()?;
            }
            7 => self.at += 8,
            8 => self.at = self.at.checked_add(usize::try_from(self.varint()?).ok()?)?,
            12 if depth < 8 => {
                let mut id = 0;
                while let Some(field) = self.field(&mut id)? {
                    self.skip(field, depth + 1)?;
                }
            }
            // Lists and maps are in no header of a page.
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Values unpacked at a time.
const STRETCH: usize = 32;

/// The values of one page, from its beginning on.
struct Decoder<'a> {
    source: Compact<'a>,
    n_mini_blocks: usize,
    mini_block_len: usize,
    /// Values that are still to come, those of the stretch included.
    left: usize,
    min_delta: u64,
    widths: [u8; 32],
    mini_block: usize,
    /// Values of the mini block that are not in the stretch yet.
    in_mini_block: usize,
    last: u64,
    stretch: [u64; STRETCH],
    stretch_at: usize,
    stretch_end: usize,
    is_first: bool,
    /// Rows behind.
    at: usize,
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut source = Compact { bytes, at: 0 };
        let mut number = || source.varint().and_then(|number| usize::try_from(number).ok()).ok_or(Malformed);
        let (block_len, n_mini_blocks, left) = (number()?, number()?, number()?);
        let first = source.whole().ok_or(Malformed)?;
        let mini_block_len = block_len.checked_div(n_mini_blocks).ok_or(Malformed)?;
        if n_mini_blocks > 32 || mini_block_len == 0 || mini_block_len % STRETCH != 0 {
            return Err(Malformed);
        }
        Ok(Self {
            source,
            n_mini_blocks,
            mini_block_len,
            left,
            min_delta: 0,
            widths: [0; 32],
            mini_block: n_mini_blocks,
            in_mini_block: 0,
            last: first as u64,
            stretch: [0; STRETCH],
            stretch_at: 0,
            stretch_end: 0,
            is_first: true,
            at: 0,
        })
    }

    /// Adds the values of some rows of the page, which are not behind yet.
    fn take<T: Number>(&mut self, rows: Range<usize>, into: &mut Vec<T>) -> Result<(), Malformed> {
        if rows.is_empty() {
            return Ok(());
        }
        if self.is_first {
            self.is_first = false;
            self.left = self.left.checked_sub(1).ok_or(Malformed)?;
            self.at = 1;
            if rows.start == 0 {
                into.push(T::of(self.last));
            }
        }
        while self.at < rows.end {
            if self.stretch_at == self.stretch_end {
                self.fill()?;
            }
            let in_stretch = self.stretch_end - self.stretch_at;
            let skipped = rows.start.saturating_sub(self.at).min(in_stretch);
            let taken = (rows.end - self.at - skipped).min(in_stretch - skipped);
            let from = self.stretch_at + skipped;
            into.extend(self.stretch[from..from + taken].iter().map(|bits| T::of(*bits)));
            self.stretch_at += skipped + taken;
            self.at += skipped + taken;
        }
        Ok(())
    }

    /// The next values, added up.
    fn fill(&mut self) -> Result<(), Malformed> {
        if self.left == 0 {
            return Err(Malformed);
        }
        if self.in_mini_block == 0 {
            self.mini_block += 1;
            if self.mini_block >= self.n_mini_blocks {
                self.min_delta = self.source.whole().ok_or(Malformed)? as u64;
                let widths = self.source.bytes.get(self.source.at..self.source.at + self.n_mini_blocks).ok_or(Malformed)?;
                self.widths[..self.n_mini_blocks].copy_from_slice(widths);
                self.source.at += self.n_mini_blocks;
                self.mini_block = 0;
            }
            self.in_mini_block = self.mini_block_len;
        }
        let width = usize::from(self.widths[self.mini_block]);
        let n_bytes = STRETCH / 8 * width;
        let packed = self.source.bytes.get(self.source.at..self.source.at + n_bytes).ok_or(Malformed)?;
        unpack(packed, width, &mut self.stretch)?;
        self.source.at += n_bytes;
        self.in_mini_block -= STRETCH;
        let mut sum = self.last;
        for value in &mut self.stretch {
            sum = sum.wrapping_add(self.min_delta).wrapping_add(*value);
            *value = sum;
        }
        self.stretch_at = 0;
        self.stretch_end = STRETCH.min(self.left);
        self.last = self.stretch[self.stretch_end - 1];
        self.left -= self.stretch_end;
        Ok(())
    }
}

/// Unpacks numbers of so many bits each, the lowest bits first.
fn unpack(packed: &[u8], width: usize, into: &mut [u64; STRETCH]) -> Result<(), Malformed> {
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                0 => into.fill(0),
                $($width => unpack_width::<$width>(packed, into),)*
                _ => return Err(Malformed),
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64);
    Ok(())
}

/// With a width that is known, all shifts are, and no loop is left.
#[inline]
fn unpack_width<const WIDTH: usize>(packed: &[u8], into: &mut [u64; STRETCH]) {
    let mut words = [0u64; 33];
    let (eights, rest) = packed.as_chunks::<8>();
    for (word, bytes) in words.iter_mut().zip(eights) {
        *word = u64::from_le_bytes(*bytes);
    }
    // An odd width leaves four bytes.
    if let Some(bytes) = rest.first_chunk::<4>() {
        words[eights.len()] = u64::from(u32::from_le_bytes(*bytes));
    }
    let mask = if WIDTH == 64 { u64::MAX } else { (1 << (WIDTH % 64)) - 1 };
    for (at, value) in into.iter_mut().enumerate() {
        let (word, shift) = (at * WIDTH / 64, at * WIDTH % 64);
        let low = words[word] >> shift;
        let high = if shift + WIDTH > 64 { words[word + 1] << (64 - shift) } else { 0 };
        *value = (low | high) & mask;
    }
}

#[cfg(test)]
mod tests;
