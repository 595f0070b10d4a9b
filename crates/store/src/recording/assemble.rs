//! From pieces in any order to segments: what is written to a pack, and what is played while a session goes on.

use super::{
    keeper::Keeper,
    log::{self, Place},
    pack::{Detail, StoredSegment},
};
use crate::StoreError;
use sillage_event::recording::{FULL_SNAPSHOT, META, Marker, Recorded, STYLE_MARK, Style, event_head};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A segment aims at so long; the first of a recording is shorter, so that playing begins soon.
const SEGMENT_MS: i64 = 30_000;
const FIRST_SEGMENT_MS: i64 = 15_000;
/// A whole snapshot begins a segment when the one before has at least this.
const SEGMENT_FROM_MS: i64 = 5_000;
const SEGMENT_BYTES: usize = 2 << 20;
/// Of one compressed frame: pages that were loaded again within it cost next to nothing.
const BLOCK_BYTES: usize = 8 << 20;
const MOST_MARKERS: usize = 20_000;

/// A recording, put in order.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) detail: Detail,
    /// Unpacked: the events of its segments, a line each.
    pub(super) blocks: Vec<Vec<u8>>,
    /// Those that came with the pieces.
    pub(super) styles: HashMap<u128, Vec<u8>>,
    /// Those that its events name.
    pub(super) needs: Vec<u128>,
}

/// The events of one document that were put in order before, and pieces that came since.
#[derive(Default)]
struct Lines {
    /// Time, a number that keeps the order of arrival, and the line.
    events: Vec<(i64, u64, Vec<u8>)>,
}

impl Assembled {
    /// Reads what is there: the packed part, if there is one, and the open pieces.
    pub(super) fn of(keeper: &Keeper, recorded: &Recorded, packed: Option<Packed>, places: &[Place]) -> Result<Self, StoreError> {
        let mut documents: BTreeMap<String, Lines> = BTreeMap::new();
        let mut markers: Vec<Marker> = Vec::new();
        let mut styles: HashMap<u128, Vec<u8>> = HashMap::new();
        let mut number = 0;
        let mut add = |document: &str, body: &[u8]| {
            let lines = documents.entry(document.to_owned()).or_default();
            for line in body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                if let Some((_, t)) = event_head(line) {
                    lines.events.push((t, number, line.to_vec()));
                    number += 1;
                }
            }
        };
        if let Some(packed) = packed {
            for segment in &packed.detail.segments {
                let block = packed.blocks.get(segment.block as usize).map(Vec::as_slice).unwrap_or_default();
                let from = segment.offset as usize;
                add(&segment.document, block.get(from..from + segment.bytes as usize).unwrap_or_default());
            }
            markers = packed.detail.markers;
        }
        let mut pieces = places.iter().map(|place| keeper.read_piece(*place)).collect::<Result<Vec<log::Unpacked>, _>>()?;
        pieces.sort_by(|a, b| (&a.head.name.document, a.head.name.seq).cmp(&(&b.head.name.document, b.head.name.seq)));
        for piece in pieces {
            add(&piece.head.name.document, &piece.body);
            markers.extend(piece.markers);
            styles.extend(piece.styles.into_iter().map(|Style { hash, json }| (hash, json)));
        }
        markers.sort_by(|a, b| (a.t, &a.kind).cmp(&(b.t, &b.kind)));
        markers.truncate(MOST_MARKERS);
        let mut assembled = Self {
            detail: Detail { recorded: recorded.clone(), segments: Vec::new(), blocks: Vec::new(), markers },
            blocks: Vec::new(),
            styles,
            needs: Vec::new(),
        };
        let mut needs = BTreeSet::new();
        for document in &recorded.documents {
            if let Some(mut lines) = documents.remove(&document.document) {
                // Within a document pieces come in order; a clock that was set back must not turn them round, so only what is a piece's own is sorted.
                lines.events.sort_by_key(|(t, number, _)| (*t, *number));
                assembled.cut(&document.document, &lines.events, &mut needs);
            }
        }
        assembled.needs = needs.into_iter().collect();
        Ok(assembled)
    }

    fn cut(&mut self, document: &str, events: &[(i64, u64, Vec<u8>)], needs: &mut BTreeSet<u128>) {
        let kind_at = |at: usize| events.get(at).and_then(|(.., line)| event_head(line)).map_or(0, |(kind, _)| kind);
        let mut from = 0;
        while from < events.len() {
            let longest_ms = if self.detail.segments.is_empty() { FIRST_SEGMENT_MS } else { SEGMENT_MS };
            let t0 = events[from].0;
            let mut to = from + 1;
            let mut bytes = events[from].2.len();
            // A segment that begins with a snapshot holds it, however large.
            let is_head = |at: usize| matches!(kind_at(at), META) && kind_at(at + 1) == FULL_SNAPSHOT;
            while to < events.len() {
                let (t, _, line) = &events[to];
                let is_long = t - t0 >= longest_ms && kind_at(to - 1) != META;
                let is_large = bytes + line.len() > SEGMENT_BYTES && kind_at(to) != FULL_SNAPSHOT && kind_at(to - 1) != META;
                if is_long || is_large || (is_head(to) && t - t0 >= SEGMENT_FROM_MS) {
                    break;
                }
                bytes += line.len() + 1;
                to += 1;
            }
            self.push(document, &events[from..to], needs);
            from = to;
        }
    }

    fn push(&mut self, document: &str, events: &[(i64, u64, Vec<u8>)], needs: &mut BTreeSet<u128>) {
        let bytes: usize = events.iter().map(|(.., line)| line.len() + 1).sum();
        if self.blocks.last().is_none_or(|block| block.len() + bytes > BLOCK_BYTES) {
            self.blocks.push(Vec::new());
        }
        let number = self.blocks.len() - 1;
        let Some(block) = self.blocks.last_mut() else { return };
        let offset = block.len();
        for (.., line) in events {
            block.extend_from_slice(line);
            block.push(b'\n');
            styles_named(line, |hash, _| {
                needs.insert(hash);
            });
        }
        self.detail.segments.push(StoredSegment {
            document: document.to_owned(),
            t0: events.first().map_or(0, |event| event.0),
            t1: events.last().map_or(0, |event| event.0),
            block: number as u32,
            offset: offset as u32,
            bytes: bytes as u32,
            has_snapshot: events.iter().any(|(.., line)| event_head(line).is_some_and(|(kind, _)| kind == FULL_SNAPSHOT)),
        });
    }
}

/// A recording as it lies in a pack.
pub(super) struct Packed {
    pub(super) detail: Detail,
    pub(super) blocks: Vec<Vec<u8>>,
}

/// Calls with each stylesheet that a line names, and where its text with its quotes is.
pub(super) fn styles_named(line: &[u8], mut each: impl FnMut(u128, std::ops::Range<usize>)) {
    let mark = format!("\"{STYLE_MARK}");
    let mut from = 0;
    while let Some(at) = find(&line[from..], mark.as_bytes()).map(|at| at + from) {
        let digits = at + mark.len();
        let hash = line.get(digits..digits + 32).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| u128::from_str_radix(digits, 16).ok());
        match hash {
            Some(hash) if line.get(digits + 32) == Some(&b'"') => {
                each(hash, at..digits + 33);
                from = digits + 33;
            }
            _ => from = digits,
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    let mut from = 0;
    loop {
        let at = haystack[from..].iter().position(|byte| byte == first)? + from;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}
