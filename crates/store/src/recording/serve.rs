//! Reading recordings: what a player asks for.

use super::{
    assemble::{Assembled, Packed, styles_named},
    keeper::{Keeper, Open},
    pack::StoredSegment,
};
use crate::StoreError;
use sillage_event::recording::{Found, Problem, Row, SegmentInfo, problems_of};
use std::{collections::HashMap, sync::Arc};

impl Keeper {
    pub(crate) fn find(&self, session: &str) -> Result<Option<Found>, StoreError> {
        if let Some((open, assembled)) = self.open_recording(session)? {
            let row = Row { is_live: true, ..Row::of(&open.recorded, open.bytes, &mut |text| Arc::from(text)) };
            let detail = &assembled.detail;
            return Ok(Some(found(row, open.recorded, &detail.segments, detail.markers.clone())));
        }
        match self.detail_of(session) {
            Ok(None) => Ok(None),
            Ok(Some((entry, _, detail))) => Ok(Some(found(Row::clone(&entry.row), detail.recorded, &detail.segments, detail.markers))),
            Err(StoreError::Damaged { detail, .. }) => Ok(self.damaged_recording(session, &detail)),
            Err(error) => Err(error),
        }
    }

    /// What is left to say of a recording whose bytes are not what was written.
    fn damaged_recording(&self, session: &str, detail: &str) -> Option<Found> {
        let row = Row::clone(&self.state.lock().packed.get(session)?.row);
        let problem = Problem { code: "damaged".to_owned(), message: format!("the disk does not give back what was written: {detail}"), document: None };
        Some(Found { row, recorded: Default::default(), segments: Vec::new(), markers: Vec::new(), problems: vec![problem] })
    }

    /// The events of a segment as a JSON list, stylesheets in their places.
    pub(crate) fn segment(&self, session: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some((_, assembled)) = self.open_recording(session)? {
            let Some(segment) = assembled.detail.segments.get(n as usize) else { return Ok(None) };
            let block = assembled.blocks.get(segment.block as usize).map(Vec::as_slice).unwrap_or_default();
            return self.listed(block, segment, &assembled.styles).map(Some);
        }
        let Some((entry, pack, detail)) = self.detail_of(session)? else { return Ok(None) };
        let Some(segment) = detail.segments.get(n as usize) else { return Ok(None) };
        let key = (entry.pack, entry.at, segment.block);
        let block = match self.blocks.get(&key) {
            Some(block) => block,
            None => {
                let Some(place) = detail.blocks.get(segment.block as usize) else { return Ok(None) };
                let block = Arc::new(pack.block(entry.at, place)?);
                self.blocks.insert(key, Arc::clone(&block), block.len());
                block
            }
        };
        self.listed(&block, segment, &HashMap::new()).map(Some)
    }

    fn listed(&self, block: &[u8], segment: &StoredSegment, own: &HashMap<u128, Vec<u8>>) -> Result<Vec<u8>, StoreError> {
        let from = segment.offset as usize;
        let lines = block.get(from..from + segment.bytes as usize).unwrap_or_default();
        let mut styles: HashMap<u128, Option<Vec<u8>>> = HashMap::new();
        let mut list = Vec::with_capacity(lines.len() + lines.len() / 4 + 2);
        list.push(b'[');
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if list.len() > 1 {
                list.push(b',');
            }
            let mut named = Vec::new();
            styles_named(line, |hash, at| named.push((hash, at)));
            let mut kept = 0;
            for (hash, at) in named {
                let style = match styles.entry(hash) {
                    std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::hash_map::Entry::Vacant(new) => new.insert(match own.get(&hash) {
                        Some(json) => Some(json.clone()),
                        None => self.style(hash)?,
                    }),
                };
                list.extend_from_slice(&line[kept..at.start]);
                // A stylesheet that is gone leaves the page bare rather than unreadable.
                list.extend_from_slice(style.as_deref().unwrap_or(b"\"\""));
                kept = at.end;
            }
            list.extend_from_slice(&line[kept..]);
        }
        list.push(b']');
        Ok(list)
    }

    fn style(&self, hash: u128) -> Result<Option<Vec<u8>>, StoreError> {
        let found = {
            let state = self.state.lock();
            state.styles.get(&hash).and_then(|(pack, at)| Some((Arc::clone(state.packs.get(pack)?), *at)))
        };
        found.map(|(pack, at)| pack.style(at)).transpose()
    }

    /// A session with open pieces, put in order; the same until its next piece.
    fn open_recording(&self, session: &str) -> Result<Option<(Open, Arc<Assembled>)>, StoreError> {
        let Some(open) = self.state.lock().open.get(session).cloned() else { return Ok(None) };
        let key = (session.to_owned(), open.version);
        if let Some(assembled) = self.assembled.get(&key) {
            return Ok(Some((open, assembled)));
        }
        let assembled = match self.assemble(session, &open) {
            Ok(assembled) => Arc::new(assembled),
            // Its pieces went into a pack meanwhile.
            Err(error) if self.state.lock().open.get(session).is_none_or(|now| now.version != open.version) => {
                tracing::debug!(%error, "a recording was packed while it was read");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        self.assembled.forget(|(one, version)| one == session && *version != open.version);
        let bytes = assembled.blocks.iter().map(Vec::len).sum::<usize>() + assembled.styles.values().map(Vec::len).sum::<usize>();
        self.assembled.insert(key, Arc::clone(&assembled), bytes);
        Ok(Some((open, assembled)))
    }

    /// Puts what is packed and what is open of a session together.
    pub(super) fn assemble(&self, session: &str, open: &Open) -> Result<Assembled, StoreError> {
        let packed = match self.detail_of(session)? {
            Some((entry, pack, detail)) => {
                let blocks = detail.blocks.iter().map(|block| pack.block(entry.at, block)).collect::<Result<Vec<_>, _>>()?;
                Some(Packed { detail, blocks })
            }
            None => None,
        };
        Assembled::of(self, &open.recorded, packed, &open.places)
    }
}

fn found(row: Row, recorded: sillage_event::recording::Recorded, segments: &[StoredSegment], markers: Vec<sillage_event::recording::Marker>) -> Found {
    let segments = segments.iter().zip(0..).map(|(segment, n)| SegmentInfo {
        n,
        document: segment.document.clone(),
        t0: segment.t0,
        t1: segment.t1,
        bytes: u64::from(segment.bytes),
        has_snapshot: segment.has_snapshot,
    });
    let problems = problems_of(&recorded);
    Found { row, segments: segments.collect(), markers, problems, recorded }
}
