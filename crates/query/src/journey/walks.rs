//! What whole walks tell, however short the paths are that are shown: how each node was seen, and how often people turned back.

use crate::memory::held;
use serde_json::{Map, Value, json};
use sillage_behavior::{journey, question::Journey, statistics::wilson_interval};
use std::{cmp::Reverse, collections::HashMap, sync::Arc};

/// Nodes and loops written out in an answer.
const MOST_NODES: usize = 1000;
const MOST_LOOPS: usize = 200;
/// Walks are counted that have at least one loop, and so on up to so many.
const MOST_TURNS: usize = 5;

/// What happened in a walk beside its nodes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    pub(super) is_converted: bool,
    pub(super) has_friction: bool,
}

/// Walks added up; nodes are numbered.
#[derive(Clone, Debug, Default)]
pub(super) struct Walks {
    nodes: Vec<NodeSum>,
    /// From a node to another and back: how often, and in how many walks.
    loops: HashMap<(u32, u32), (u64, u64)>,
    /// By how often the most frequent loop of a walk occurs in it, less one.
    by_turns: [u64; MOST_TURNS],
    /// The walk that each node was last seen in.
    last_seen: Vec<u32>,
    n_walks: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct NodeSum {
    views: u64,
    walks: u64,
    entries: u64,
    exits: u64,
    bounces: u64,
    conversions: u64,
    with_friction: u64,
}

held! {
    NodeSum {}
    Walks { nodes, loops, last_seen }
}

impl Walks {
    /// Adds one walk, its nodes in order of time.
    pub(super) fn add(&mut self, journey: &Journey, nodes: &[u32], outcome: Outcome) {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return };
        self.n_walks += 1;
        if journey.nodes {
            let most = nodes.iter().max().map_or(0, |most| *most as usize + 1);
            if self.nodes.len() < most {
                self.nodes.resize(most, NodeSum::default());
                self.last_seen.resize(most, 0);
            }
            for node in nodes {
                let sum = &mut self.nodes[*node as usize];
                sum.views += 1;
                if self.last_seen[*node as usize] != self.n_walks {
                    self.last_seen[*node as usize] = self.n_walks;
                    sum.walks += 1;
                    sum.conversions += u64::from(outcome.is_converted);
                    sum.with_friction += u64::from(outcome.has_friction);
                }
            }
            self.nodes[*first as usize].entries += 1;
            self.nodes[*last as usize].exits += 1;
            self.nodes[*last as usize].bounces += u64::from(nodes.len() == 1);
        }
        if journey.loops {
            let turns = journey::loops(nodes);
            for (pair, n) in &turns {
                let sum = self.loops.entry(*pair).or_default();
                *sum = (sum.0 + n, sum.1 + 1);
            }
            if let Some(most) = turns.iter().map(|(_, n)| *n as usize).max() {
                self.by_turns[most.min(MOST_TURNS) - 1] += 1;
            }
        }
    }

    /// Takes in walks whose nodes have other numbers.
    pub(super) fn adopt(&mut self, other: &Self, number_of: &[u32]) {
        for (node, own) in other.nodes.iter().enumerate().filter(|(_, own)| own.views > 0) {
            let at = number_of[node] as usize;
            if self.nodes.len() <= at {
                self.nodes.resize(at + 1, NodeSum::default());
            }
            let sum = &mut self.nodes[at];
            sum.views += own.views;
            sum.walks += own.walks;
            sum.entries += own.entries;
            sum.exits += own.exits;
            sum.bounces += own.bounces;
            sum.conversions += own.conversions;
            sum.with_friction += own.with_friction;
        }
        for ((node, through), (count, walks)) in &other.loops {
            let sum = self.loops.entry((number_of[*node as usize], number_of[*through as usize])).or_default();
            *sum = (sum.0 + count, sum.1 + walks);
        }
        self.by_turns.iter_mut().zip(other.by_turns).for_each(|(sum, own)| *sum += own);
    }

    /// Nodes are numbered in the order of their names.
    pub(super) fn write(&self, journey: &Journey, names: &[Arc<str>], into: &mut Map<String, Value>) {
        if journey.nodes {
            let mut seen: Vec<(usize, &NodeSum)> = self.nodes.iter().enumerate().filter(|(_, sum)| sum.views > 0).collect();
            into.insert("distinct_nodes".to_owned(), seen.len().into());
            seen.sort_by_key(|(node, sum)| (Reverse(sum.exits), Reverse(sum.views), *node));
            seen.truncate(MOST_NODES);
            into.insert("nodes".to_owned(), seen.into_iter().map(|(node, sum)| sum.to_json(journey, &names[node])).collect());
        }
        if journey.loops {
            let mut loops: Vec<_> = self.loops.iter().collect();
            loops.sort_by_key(|(pair, (count, _))| (Reverse(*count), **pair));
            loops.truncate(MOST_LOOPS);
            let name = |node: u32| &*names[node as usize];
            let pairs: Vec<Value> = loops
                .into_iter()
                .map(|((node, through), (count, walks))| json!({"node": name(*node), "through": name(*through), "count": count, "sessions": walks}))
                .collect();
            let at_least: Vec<u64> = (0..MOST_TURNS).map(|turns| self.by_turns[turns..].iter().sum()).collect();
            into.insert("loops".to_owned(), json!({"pairs": pairs, "at_least": at_least}));
        }
    }
}

impl NodeSum {
    fn to_json(self, journey: &Journey, name: &str) -> Value {
        let rate = |exits: u64, of: u64| json!(if of == 0 { 0.0 } else { exits as f64 / of as f64 });
        let bounds = |exits: u64, of: u64| json!(wilson_interval(exits, of).map(|(low, high)| [low, high]));
        let mut node = json!({
            "node": name, "views": self.views, "sessions": self.walks, "entries": self.entries, "exits": self.exits, "bounces": self.bounces,
            "exit_rate": rate(self.exits, self.views), "exit_rate_interval": bounds(self.exits, self.views),
            "session_exit_rate": rate(self.exits, self.walks), "session_exit_rate_interval": bounds(self.exits, self.walks),
        });
        if journey.goal.is_some() {
            node["conversions"] = self.conversions.into();
        }
        if journey.friction {
            node["with_friction"] = self.with_friction.into();
        }
        node
    }
}
