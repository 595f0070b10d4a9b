//! What one part of a page summary tells, small: the form in which heatmaps read it.
//!
//! The tag sends lists of elements, clicks and moves as JSON, which is what is kept and exported. Reading a million of them for one picture would take minutes, so the same
//! facts stand beside them as bytes: LEB128 numbers, selectors by their position in a list. The bytes are derived and may be made again from the JSON at any time.
//!
//! What must stay true: bytes of a version that is not known, or that break off, are nothing, never something else; numbers are whole and not negative; what a
//! stranger forged costs no more than what the tag would have sent.

use serde::Deserialize;
use std::{borrow::Cow, collections::HashMap};

/// The name of the event.
pub const PAGE_SUMMARY: &str = "$page_summary";
/// The lists of it that the bytes stand for, and the numbers, in the order of [`SummarySource::numbers`].
pub const SUMMARY_LISTS: [&str; 4] = ["elements", "clicks", "moves", "bands_ms"];
pub const SUMMARY_NUMBERS: [&str; 8] = ["$part", "$elapsed_ms", "$view_width", "$view_height", "$doc_width", "$doc_height", "$depth", "$n_clicks"];
pub const N_BANDS: usize = 20;

const VERSION: u8 = 1;
/// Twice what the tag tells in one part.
const MOST_ELEMENTS: usize = 300;
const MOST_CLICKS: usize = 400;
const MOST_MOVES: usize = 600;
const MOST_SELECTOR_BYTES: usize = 1000;
/// Longer, or farther, is forged.
const MOST: f64 = 4e9;
const PER_THOUSAND: f64 = 1000.0;

const EXPOSED: u8 = 1;
const CLICKED: u8 = 2;
const FIRST_CLICK: u8 = 4;
const HOVERED: u8 = 8;
const HESITATED: u8 = 16;

/// One part as it was sent; the lists are JSON, in the order of [`SUMMARY_LISTS`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SummarySource<'a> {
    pub lists: [Option<&'a str>; 4],
    /// NaN where there is none.
    pub numbers: [f64; 8],
}

/// One part of a page summary, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SummaryPart {
    pub part: u32,
    pub elapsed_ms: u32,
    pub view_width: u32,
    pub view_height: u32,
    pub doc_width: u32,
    /// 0 where the part does not know the page's size.
    pub doc_height: u32,
    /// In thousandths.
    pub depth: u32,
    pub n_clicks: u32,
    pub bands_ms: [u32; N_BANDS],
    pub elements: Vec<SummaryElement>,
    pub clicks: Vec<SummaryClick>,
    pub moves: Vec<SummaryMove>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryElement {
    /// Its position in the list of selectors.
    pub selector: u32,
    pub y_mid: u32,
    pub height: u32,
    pub exposed_ms: u32,
    pub clicks: u32,
    pub first_click_ms: Option<u32>,
    pub hover_ms: u32,
    pub hesitation_ms: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryClick {
    pub selector: u32,
    /// Within the element, in thousandths.
    pub ex: u32,
    pub ey: u32,
    pub x: u32,
    pub y: u32,
    /// It stays where it is while the page scrolls.
    pub is_fixed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryMove {
    pub x: u32,
    pub y: u32,
    pub ms: u32,
}

#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    sel: Cow<'a, str>,
    #[serde(default)]
    y_mid: f64,
    #[serde(default)]
    h: f64,
    #[serde(default)]
    exposed_ms: f64,
    #[serde(default)]
    clicks: f64,
    first_click_ms: Option<f64>,
    #[serde(default)]
    hover_ms: f64,
    hesitation_ms: Option<f64>,
}

#[derive(Deserialize)]
struct Click<'a> {
    #[serde(borrow)]
    sel: Cow<'a, str>,
    #[serde(default)]
    ex: f64,
    #[serde(default)]
    ey: f64,
    #[serde(default)]
    x: f64,
    #[serde(default)]
    y: f64,
    #[serde(default)]
    fixed: bool,
}

/// Writes parts that share one list of selectors.
#[derive(Debug, Default)]
pub struct SummaryWriter {
    ids: HashMap<String, u32>,
    selectors: Vec<String>,
}

impl SummaryWriter {
    /// Appends the bytes of one part. A list that is not in the tag's form counts as empty.
    pub fn write(&mut self, source: &SummarySource<'_>, into: &mut Vec<u8>) {
        into.push(VERSION);
        for (i, value) in source.numbers.iter().enumerate() {
            // The depth is a share. What is not there stays so: `min` would make it the whole.
            let is_share = SUMMARY_NUMBERS[i] == "$depth" && !value.is_nan();
            write_number(into, whole(if is_share { value.min(1.0) * PER_THOUSAND } else { *value }));
        }
        let [elements, clicks, moves, bands] = source.lists;
        let bands: Vec<f64> = list(bands, N_BANDS);
        write_number(into, bands.len() as u32);
        bands.iter().for_each(|ms| write_number(into, whole(*ms)));
        let elements: Vec<Element<'_>> = list(elements, MOST_ELEMENTS);
        write_number(into, elements.len() as u32);
        for element in &elements {
            let first_click = element.first_click_ms.filter(|ms| *ms >= 0.0);
            let hesitation = element.hesitation_ms.filter(|ms| *ms >= 0.0);
            let fields = [
                (EXPOSED, Some(element.exposed_ms).filter(|ms| *ms >= 1.0)),
                (CLICKED, Some(element.clicks).filter(|n| *n >= 1.0)),
                (FIRST_CLICK, first_click),
                (HOVERED, Some(element.hover_ms).filter(|ms| *ms >= 1.0)),
                (HESITATED, hesitation),
            ];
            let id = self.id(&element.sel);
            write_number(into, id);
            into.push(fields.iter().filter(|(_, value)| value.is_some()).fold(0, |flags, (flag, _)| flags | flag));
            write_number(into, whole(element.y_mid));
            write_number(into, whole(element.h));
            fields.iter().filter_map(|(_, value)| *value).for_each(|value| write_number(into, whole(value)));
        }
        let clicks: Vec<Click<'_>> = list(clicks, MOST_CLICKS);
        write_number(into, clicks.len() as u32);
        for click in &clicks {
            let id = self.id(&click.sel);
            write_number(into, (id << 1) | u32::from(click.fixed));
            for value in [click.ex.clamp(0.0, 1.0) * PER_THOUSAND, click.ey.clamp(0.0, 1.0) * PER_THOUSAND, click.x, click.y] {
                write_number(into, whole(value));
            }
        }
        let moves: Vec<[f64; 3]> = list(moves, MOST_MOVES);
        write_number(into, moves.len() as u32);
        moves.iter().flatten().for_each(|value| write_number(into, whole(*value)));
    }

    /// The selectors so far, by position.
    #[must_use]
    pub fn selectors(&self) -> &[String] {
        &self.selectors
    }

    fn id(&mut self, selector: &str) -> u32 {
        let mut end = selector.len().min(MOST_SELECTOR_BYTES);
        while !selector.is_char_boundary(end) {
            end -= 1;
        }
        let selector = &selector[..end];
        if let Some(id) = self.ids.get(selector) {
            return *id;
        }
        let id = self.selectors.len() as u32;
        self.selectors.push(selector.to_owned());
        self.ids.insert(selector.to_owned(), id);
        id
    }
}

impl SummaryPart {
    /// Reads what [`SummaryWriter::write`] wrote over itself, with the memory it has. False, and nothing of worth, for anything else.
    #[must_use]
    pub fn read(&mut self, bytes: &[u8]) -> bool {
        self.elements.clear();
        self.clicks.clear();
        self.moves.clear();
        let mut bytes = Bytes(bytes);
        self.read_fields(&mut bytes).is_some()
    }

    fn read_fields(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        if bytes.byte()? != VERSION {
            return None;
        }
        for field in [
            &mut self.part,
            &mut self.elapsed_ms,
            &mut self.view_width,
            &mut self.view_height,
            &mut self.doc_width,
            &mut self.doc_height,
            &mut self.depth,
            &mut self.n_clicks,
        ] {
            *field = bytes.number()?;
        }
        self.bands_ms = [0; N_BANDS];
        for i in 0..bytes.count(N_BANDS)? {
            self.bands_ms[i] = bytes.number()?;
        }
        for _ in 0..bytes.count(MOST_ELEMENTS)? {
            let selector = bytes.number()?;
            let flags = bytes.byte()?;
            let (y_mid, height) = (bytes.number()?, bytes.number()?);
            let mut field = |flag: u8| if flags & flag == 0 { Some(None) } else { bytes.number().map(Some) };
            let (exposed, clicks, first_click_ms) = (field(EXPOSED)?, field(CLICKED)?, field(FIRST_CLICK)?);
            let (hovered, hesitation_ms) = (field(HOVERED)?, field(HESITATED)?);
            self.elements.push(SummaryElement {
                selector,
                y_mid,
                height,
                exposed_ms: exposed.unwrap_or(0),
                clicks: clicks.unwrap_or(0),
                first_click_ms,
                hover_ms: hovered.unwrap_or(0),
                hesitation_ms,
            });
        }
        for _ in 0..bytes.count(MOST_CLICKS)? {
            let selector = bytes.number()?;
            let (ex, ey, x, y) = (bytes.number()?, bytes.number()?, bytes.number()?, bytes.number()?);
            self.clicks.push(SummaryClick { selector: selector >> 1, ex, ey, x, y, is_fixed: selector & 1 == 1 });
        }
        for _ in 0..bytes.count(MOST_MOVES)? {
            self.moves.push(SummaryMove { x: bytes.number()?, y: bytes.number()?, ms: bytes.number()? });
        }
        bytes.0.is_empty().then_some(())
    }
}

/// A list of selectors as bytes.
#[must_use]
pub fn write_selectors(selectors: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_number(&mut bytes, selectors.len() as u32);
    for selector in selectors {
        write_number(&mut bytes, selector.len() as u32);
        bytes.extend_from_slice(selector.as_bytes());
    }
    bytes
}

/// Reads it back; `None` for anything else.
#[must_use]
pub fn read_selectors(bytes: &[u8]) -> Option<Vec<String>> {
    let mut bytes = Bytes(bytes);
    let n = bytes.number()? as usize;
    let mut selectors = Vec::with_capacity(n.min(bytes.0.len()));
    for _ in 0..n {
        let len = bytes.number()? as usize;
        let (text, rest) = bytes.0.split_at_checked(len)?;
        selectors.push(std::str::from_utf8(text).ok()?.to_owned());
        bytes.0 = rest;
    }
    bytes.0.is_empty().then_some(selectors)
}

fn list<'a, T: Deserialize<'a>>(json: Option<&'a str>, most: usize) -> Vec<T> {
    let mut list: Vec<T> = json.filter(|json| *json != "[]").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    list.truncate(most);
    list
}

fn whole(value: f64) -> u32 {
    // NaN becomes 0.
    value.round().clamp(0.0, MOST) as u32
}

fn write_number(into: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Nearly all numbers take one byte or two.
    #[inline(always)]
    fn number(&mut self) -> Option<u32> {
        match self.0 {
            [first, rest @ ..] if *first < 0x80 => {
                self.0 = rest;
                Some(u32::from(*first))
            }
            [first, second, rest @ ..] if *second < 0x80 => {
                self.0 = rest;
                Some(u32::from(*first & 0x7f) | u32::from(*second) << 7)
            }
            _ => self.long_number(),
        }
    }

    #[inline(never)]
    fn long_number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    #[inline]
    fn count(&mut self, most: usize) -> Option<usize> {
        self.number().map(|n| n as usize).filter(|n| *n <= most)
    }
}

#[cfg(test)]
mod tests;
