//! The pages of a column chunk: which of them hold wanted rows, and what their headers say. For columns that are read straight from their pages, the
//! way that columns are written which nearly every question reads; the general reader of Parquet takes all others.
//!
//! No byte is trusted: a page that ends too early is an error.

use parquet::file::page_index::offset_index::PageLocation;
use std::ops::Range;

/// A page's bytes were not what they should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Memory that bytes of a file are read into, lent from one reading to the next: it is cleared once, not every time.
#[derive(Debug, Default)]
pub(super) struct Room(Vec<u8>);

impl Room {
    pub(super) fn of(&mut self, length: usize) -> &mut [u8] {
        if self.0.len() < length {
            self.0.resize(length, 0);
        }
        &mut self.0[..length]
    }

    /// So many bytes at most.
    pub(super) fn keep(&mut self, bytes: usize) {
        if self.0.capacity() > bytes {
            self.0 = Vec::new();
        }
    }
}

/// Calls with every page that holds wanted rows: its bytes, how many rows it has, and which of them are wanted. `read` fills in bytes of the file from a
/// place on; pages one behind the other are read at once. `None` as soon as a page is of another kind, which `visit` says by it.
pub(super) fn each_page<E>(
    pages: &[PageLocation],
    n_rows: usize,
    wanted: &[Range<usize>],
    room: &mut Room,
    mut read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
    mut visit: impl FnMut(&[u8], usize, &[Range<usize>]) -> Option<Result<(), Malformed>>,
) -> Result<Option<Result<(), Malformed>>, E> {
    let end_of = |page: usize| pages.get(page + 1).map_or(n_rows, |next| next.first_row_index as usize);
    let mut of_page: Vec<Range<usize>> = Vec::new();
    let mut next_range = 0;
    let mut page = 0;
    while page < pages.len() && next_range < wanted.len() {
        let mut page_first = pages[page].first_row_index as usize;
        if end_of(page) <= wanted[next_range].start {
            page += 1;
            continue;
        }
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
        let bytes = room.of(length as usize);
        read(start as u64, bytes)?;
        for (one, place) in pages.iter().enumerate().take(last + 1).skip(page) {
            let page_end = end_of(one);
            of_page.clear();
            while let Some(range) = wanted.get(next_range).filter(|range| range.start < page_end) {
                of_page.push(range.start.max(page_first) - page_first..range.end.min(page_end) - page_first);
                if range.end > page_end {
                    break;
                }
                next_range += 1;
            }
            let from = (place.offset - start) as usize;
            let Some(own) = bytes.get(from..from + place.compressed_page_size as usize) else { return Ok(Some(Err(Malformed))) };
            match visit(own, page_end - page_first, &of_page) {
                Some(Ok(())) => {}
                other => return Ok(other),
            }
            page_first = page_end;
        }
        page = last + 1;
    }
    Ok(Some(Ok(())))
}

/// What the header of a page says, in the format's own numbers.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) kind: i64,
    pub(super) encoding: i64,
    pub(super) n_values: i64,
    pub(super) unpacked_bytes: i64,
    /// Of the levels that stand before the values of a page of the second version.
    pub(super) level_bytes: i64,
    /// How long the header itself is.
    pub(super) bytes: usize,
}

impl Head {
    pub(super) const DATA: i64 = 0;
    pub(super) const DICTIONARY: i64 = 2;
    pub(super) const DATA_V2: i64 = 3;

    pub(super) fn read(page: &[u8]) -> Option<Self> {
        let mut header = Compact { bytes: page, at: 0 };
        let mut head = Self { kind: -1, encoding: -1, n_values: 0, unpacked_bytes: 0, level_bytes: 0, bytes: 0 };
        let mut id = 0;
        while let Some(field) = header.field(&mut id)? {
            match id {
                1 => head.kind = header.whole()?,
                2 => head.unpacked_bytes = header.whole()?,
                5 | 7 | 8 => {
                    let mut inner = 0;
                    while let Some(field) = header.field(&mut inner)? {
                        match (id, inner) {
                            (_, 1) => head.n_values = header.whole()?,
                            (5 | 7, 2) | (8, 4) => head.encoding = header.whole()?,
                            (8, 5 | 6) => head.level_bytes += header.whole()?,
                            _ => header.skip(field, 0)?,
                        }
                    }
                }
                _ => header.skip(field, 0)?,
            }
        }
        head.bytes = header.at;
        Some(head)
    }
}

/// The compact protocol of Thrift, as far as a page's header needs it.
pub(super) struct Compact<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl Compact<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn varint(&mut self) -> Option<u64> {
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

    pub(super) fn whole(&mut self) -> Option<i64> {
        self.varint().map(|number| (number >> 1) as i64 ^ -((number & 1) as i64))
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
