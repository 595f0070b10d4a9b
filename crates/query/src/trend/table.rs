//! What is counted of one series in one bucket, line by line.

use super::{Line, Meaning};
use crate::{group::Groups, scan::Rows};
use sillage_behavior::calendar::OUTSIDE;

/// Of more segments the overall line is counted by itself.
const MOST_ADDED_UP: usize = 512;

/// The lines of one series in one bucket: overall first, then a segment each.
pub(super) struct Table<'a> {
    pub(super) meaning: &'a Meaning,
    pub(super) n_slots: usize,
    /// People who are marked where they are seen; 0 when they come one after the other.
    pub(super) n_marked: usize,
    pub(super) lines: Vec<Option<Line>>,
}

impl Table<'_> {
    pub(super) fn line(&mut self, index: usize) -> &mut Line {
        if self.lines.len() <= index {
            self.lines.resize_with(index + 1, || None);
        }
        self.lines[index].get_or_insert_with(|| Line::new(self.meaning, self.n_slots, self.n_marked))
    }

    /// The overall line, and those of the row's segments.
    #[inline]
    pub(super) fn each(&mut self, groups: &Groups, group: Option<&u32>, mut f: impl FnMut(&mut Line)) {
        if let Some(Some(overall)) = self.lines.first_mut() {
            f(overall);
        } else {
            f(self.line(0));
        }
        if let Some(group) = group {
            for member in groups.members(group) {
                match self.lines.get_mut(*member as usize + 1) {
                    Some(Some(line)) => f(line),
                    _ => f(self.line(*member as usize + 1)),
                }
            }
        }
    }

    /// The lines of the row's segments alone.
    pub(super) fn each_segment(&mut self, groups: &Groups, group: &u32, mut f: impl FnMut(&mut Line)) {
        groups.members(group).iter().for_each(|member| f(self.line(*member as usize + 1)));
    }

    /// The overall line and those of its segments, for every row that counts and lies in an interval.
    #[inline]
    pub(super) fn each_row(&mut self, rows: &Rows<'_>, slots: &[u32], counts: impl Fn(usize) -> bool, mut f: impl FnMut(&mut Line, usize, usize)) {
        let n_groups = rows.groups.keys.len();
        let is_split = !rows.group.is_empty() && !rows.groups.has_several() && n_groups <= MOST_ADDED_UP;
        if is_split && self.lines.is_empty() && Line::adds_up(self.meaning, self.n_marked) {
            // Every row is in one segment, so the overall line is all of theirs together.
            self.lines.push(None);
            for (row, slot) in slots.iter().enumerate() {
                if *slot != OUTSIDE && counts(row) {
                    let index = rows.group[row] as usize + 1;
                    match self.lines.get_mut(index) {
                        Some(Some(line)) => f(line, *slot as usize, row),
                        _ => f(self.line(index), *slot as usize, row),
                    }
                }
            }
            let mut overall = Line::new(self.meaning, self.n_slots, self.n_marked);
            self.lines.iter().flatten().for_each(|line| overall.join(line.clone()));
            self.lines[0] = Some(overall);
            return;
        }
        let overall = self.line(0);
        for (row, slot) in slots.iter().enumerate() {
            if *slot != OUTSIDE && counts(row) {
                f(overall, *slot as usize, row);
            }
        }
        if rows.group.is_empty() {
            return;
        }
        for (row, slot) in slots.iter().enumerate() {
            if *slot != OUTSIDE && counts(row) {
                for member in rows.groups.members(&rows.group[row]) {
                    match self.lines.get_mut(*member as usize + 1) {
                        Some(Some(line)) => f(line, *slot as usize, row),
                        _ => f(self.line(*member as usize + 1), *slot as usize, row),
                    }
                }
            }
        }
    }

    pub(super) fn touched(&mut self, mut f: impl FnMut(&mut Line)) {
        self.lines.iter_mut().flatten().filter(|line| line.is_touched()).for_each(&mut f);
    }
}
