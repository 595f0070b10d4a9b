//! One walk through nodes becomes the part of it that a journey question looks at.
//!
//! Nodes come named, renamed and with hidden ones gone; a run of equal nodes may be one. The anchor cuts the walk where it
//! begins, `until` where it ends, `depth` counts nodes from the anchor on. A reverse path is written from its end.

use crate::question::Occurrence;

/// A walk: node numbers and their times, in time order, after collapsing.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    pub nodes: Vec<u32>,
    pub times: Vec<i64>,
    /// Which of them satisfy the anchor; empty when there is none.
    pub anchors: Vec<bool>,
    /// The node at which a path ends, if the question names one.
    pub until: Option<u32>,
}

/// How a walk is cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub anchored: Option<Occurrence>,
    pub reverse: bool,
    pub depth: usize,
    pub has_until: bool,
    /// Longest time between the anchor and a node.
    pub window_ms: Option<i64>,
}

/// A path in walking order of its direction; `ends` says that the walk itself ended there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Positions in the walk.
    pub first: usize,
    pub last: usize,
    pub ends: bool,
}

impl Walk {
    /// Adds a node; with `collapse`, an equal one right behind is part of the run before.
    pub fn push(&mut self, node: u32, time: i64, anchor: bool, collapse: bool) {
        if collapse && self.nodes.last() == Some(&node) {
            if let Some(last) = self.anchors.last_mut() {
                *last |= anchor;
            }
            return;
        }
        self.nodes.push(node);
        self.times.push(time);
        self.anchors.push(anchor);
    }

    pub fn clear(&mut self) {
        self.nodes.clear();
        self.times.clear();
        self.anchors.clear();
    }

    /// The paths of this walk as ranges of positions, `first` nearest to where it begins in the question's direction.
    pub fn paths(&self, cut: Cut, mut emit: impl FnMut(Path)) {
        let n = self.nodes.len();
        if n == 0 {
            return;
        }
        let edge = if cut.reverse { n - 1 } else { 0 };
        let mut at = |anchor: usize| {
            if let Some(path) = self.path_from(anchor, cut) {
                emit(path);
            }
        };
        match cut.anchored {
            None => at(edge),
            Some(Occurrence::First) => {
                if let Some(position) = self.anchors.iter().position(|is| *is) {
                    at(position);
                }
            }
            Some(Occurrence::Last) => {
                if let Some(position) = self.anchors.iter().rposition(|is| *is) {
                    at(position);
                }
            }
            Some(Occurrence::Each) => (0..n).filter(|position| self.anchors[*position]).for_each(at),
            Some(Occurrence::Entry) => {
                if self.anchors[0] {
                    at(0);
                }
            }
            Some(Occurrence::Exit) => {
                if self.anchors[n - 1] {
                    at(n - 1);
                }
            }
        }
    }

    fn path_from(&self, anchor: usize, cut: Cut) -> Option<Path> {
        let n = self.nodes.len();
        let mut last = if cut.reverse { 0 } else { n - 1 };
        let mut ends = true;
        if cut.has_until {
            let wanted = |position: &usize| Some(self.nodes[*position]) == self.until;
            last = if cut.reverse { (0..=anchor).rev().find(wanted)? } else { (anchor..n).find(wanted)? };
        }
        if let Some(window) = cut.window_ms {
            let near = |position: usize| (self.times[position] - self.times[anchor]).abs() <= window;
            while last != anchor && !near(last) {
                last = if cut.reverse { last + 1 } else { last - 1 };
            }
        }
        let most = cut.depth.saturating_sub(1);
        if anchor.abs_diff(last) > most {
            last = if cut.reverse { anchor - most } else { anchor + most };
            ends = false;
        }
        Some(Path { first: anchor, last, ends })
    }
}

/// How often a walk goes from a node to another and right back, by the two; `A B A B A` goes twice from A over B, and once from B over A.
#[must_use]
pub fn loops(nodes: &[u32]) -> Vec<((u32, u32), u64)> {
    let mut turns: Vec<(u32, u32)> = nodes.windows(3).filter(|three| three[0] == three[2] && three[0] != three[1]).map(|three| (three[0], three[1])).collect();
    turns.sort_unstable();
    turns.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64)).collect()
}

/// Which of the times of a walk an event beside it belongs to: the one before it or, where that is too long ago, the one after it. `near` says whether the
/// event and the one at a position go together.
#[must_use]
pub fn beside(times: impl ExactSizeIterator<Item = i64> + Clone, time: i64, near: impl Fn(usize) -> bool) -> Option<usize> {
    let after = times.clone().position(|one| one > time).unwrap_or(times.len());
    let before = after.checked_sub(1).filter(|at| near(*at));
    before.or_else(|| Some(after).filter(|at| *at < times.len() && near(*at)))
}
