//! Paths added up: equal ones become one, in the order of the names of their nodes.

use crate::memory::held;
use rayon::prelude::*;
use std::ops::{Add, Range};

/// Paths one behind the other, each with what is added up for it.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Where each path ends among the nodes.
    ends: Vec<u32>,
    nodes: Vec<u32>,
    /// Milliseconds from the node before to each node, of all who took the path; none for the first.
    milliseconds: Vec<i64>,
    sums: Vec<Sum>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: u64,
    pub(super) exits: u64,
    /// Those whose walk reached the goal.
    pub(super) conversions: u64,
    /// Those whose walk met friction.
    pub(super) with_friction: u64,
}

impl Add for Sum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            exits: self.exits + other.exits,
            conversions: self.conversions + other.conversions,
            with_friction: self.with_friction + other.with_friction,
        }
    }
}

held! {
    Sum {}
    Paths { ends, nodes, milliseconds, sums }
}

/// Fewer are sorted by one thread.
const MANY: usize = 1 << 15;

impl Paths {
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    fn range(&self, path: usize) -> Range<usize> {
        let start = if path == 0 { 0 } else { self.ends[path - 1] as usize };
        start..self.ends[path] as usize
    }

    pub(super) fn nodes(&self, path: usize) -> &[u32] {
        &self.nodes[self.range(path)]
    }

    /// From each node to the next.
    pub(super) fn milliseconds(&self, path: usize) -> &[i64] {
        let range = self.range(path);
        &self.milliseconds[(range.start + 1).min(range.end)..range.end]
    }

    pub(super) fn sum(&self, path: usize) -> Sum {
        self.sums[path]
    }

    /// `milliseconds` has a number for each node.
    pub(super) fn push(&mut self, nodes: impl IntoIterator<Item = u32>, milliseconds: impl IntoIterator<Item = i64>, sum: Sum) {
        self.nodes.extend(nodes);
        self.milliseconds.extend(milliseconds);
        self.ends.push(self.nodes.len() as u32);
        self.sums.push(sum);
    }

    /// Takes in the paths of another list, whose nodes have other numbers.
    pub(super) fn adopt(&mut self, other: &Self, number_of: &[u32]) {
        let before = self.nodes.len() as u32;
        self.nodes.extend(other.nodes.iter().map(|node| number_of[*node as usize]));
        self.milliseconds.extend_from_slice(&other.milliseconds);
        self.ends.extend(other.ends.iter().map(|end| before + end));
        self.sums.extend_from_slice(&other.sums);
    }

    /// Makes equal paths one and puts them in the order of their nodes' numbers, which are less than `n_nodes`; a beginning comes before what it begins.
    pub(super) fn added_up(self, n_nodes: usize) -> Self {
        let longest = (0..self.len()).map(|path| self.range(path).len()).max().unwrap_or(0);
        // Zero stands for no node.
        let bits = usize::BITS - n_nodes.leading_zeros();
        let mut order: Vec<(u128, u32)>;
        if longest * bits as usize <= u128::BITS as usize {
            let packed = |path: u32| {
                let nodes = self.nodes(path as usize);
                let key = nodes.iter().fold(0u128, |key, node| (key << bits) | u128::from(*node + 1));
                (key << (bits as usize * (longest - nodes.len())), path)
            };
            order = (0..self.len() as u32).map(packed).collect();
            if order.len() < MANY { order.sort_unstable() } else { order.par_sort_unstable() }
        } else {
            let mut sorted: Vec<u32> = (0..self.len() as u32).collect();
            sorted.par_sort_by(|a, b| self.nodes(*a as usize).cmp(self.nodes(*b as usize)));
            order = Vec::with_capacity(sorted.len());
            let mut number = 0u128;
            for (at, path) in sorted.iter().enumerate() {
                number += u128::from(at > 0 && self.nodes(*path as usize) != self.nodes(sorted[at - 1] as usize));
                order.push((number, *path));
            }
        }
        let mut all = Self::default();
        for equal in order.chunk_by(|a, b| a.0 == b.0) {
            let first = equal[0].1 as usize;
            let sum = equal.iter().map(|one| self.sums[one.1 as usize]).fold(Sum::default(), Add::add);
            let at = all.milliseconds.len();
            all.push(self.nodes(first).iter().copied(), self.milliseconds[self.range(first)].iter().copied(), sum);
            for other in &equal[1..] {
                all.milliseconds[at..].iter_mut().zip(&self.milliseconds[self.range(other.1 as usize)]).for_each(|(a, b)| *a += b);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
