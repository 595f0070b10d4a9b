//! Numbers out of pages that hold them as packed differences (`DELTA_BINARY_PACKED`, not compressed, none missing), the way the columns are written
//! that nearly every question reads. The same as the general reader gives, without what it does for other columns: only the pages that hold
//! wanted rows are looked at, and their numbers go straight to where they are wanted.
//!
//! What is not of this kind gives `None`, and the general reader takes it. No byte is trusted: a page that ends too early is an error.

use super::pages::{Compact, Head, Malformed, Room, each_page};
use parquet::file::page_index::offset_index::PageLocation;
use std::ops::Range;

/// `DELTA_BINARY_PACKED` in the format's own numbers.
const PACKED_ENCODING: i64 = 5;

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

/// The wanted rows of a column chunk; `read` fills in bytes of the file.
pub(super) fn read_rows<T: Number, E>(
    pages: &[PageLocation],
    n_rows: usize,
    wanted: &[Range<usize>],
    room: &mut Room,
    read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
) -> Result<Option<Result<Vec<T>, Malformed>>, E> {
    let mut numbers = Vec::with_capacity(wanted.iter().map(ExactSizeIterator::len).sum());
    let outcome = each_page(pages, n_rows, wanted, room, read, |page, _, rows| {
        let body = packed_body(page)?;
        Some(Decoder::new(body).and_then(|mut decoder| rows.iter().try_for_each(|rows| decoder.take(rows.clone(), &mut numbers))))
    })?;
    Ok(outcome.map(|outcome| outcome.map(|()| numbers)))
}

/// What is behind the header of a data page whose values are packed differences.
fn packed_body(page: &[u8]) -> Option<&[u8]> {
    let head = Head::read(page)?;
    let is_packed = head.encoding == PACKED_ENCODING && matches!(head.kind, Head::DATA | Head::DATA_V2) && head.level_bytes == 0;
    is_packed.then(|| &page[head.bytes..])
}

/// Values unpacked at a time.
pub(super) const STRETCH: usize = 32;

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
pub(super) fn unpack(packed: &[u8], width: usize, into: &mut [u64; STRETCH]) -> Result<(), Malformed> {
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
