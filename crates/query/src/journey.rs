//! The paths that people really take, forward and reverse.

mod tally;
mod walks;

use crate::{
    group::{GroupKey, check_count},
    memory::held,
    scan::{self, Bucket, Context, NodeNames, Nodes, Person, Pick, Request, Rows, sessions_of},
};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    filter::{Filter, Of, Test},
    journey::{self, Cut, Path, Walk},
    question::{AnchorAt, Journey, JourneyCell, Occurrence, Scope, Selector, Window},
    session::NO_SESSION,
};
use sillage_event::PersonId;
use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};
use tally::{Paths, Sum};
use walks::{Outcome, Walks};

/// Paths written out in an answer; the tree counts all of them.
const MOST_PATHS: usize = 10_000;

/// Bits of a hit: it is what the goal asks, it is a signal of friction.
const GOAL: u64 = 1 << 1;
const SIGNAL: u64 = 1 << 2;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, journey: &Journey) -> Result<Value, AskError> {
    let plan = Plan::new(context, journey)?;
    let request = plan.request(scope);
    let partial = |bucket: &mut Bucket<'_>| {
        // The overall paths first, then those of a segment each.
        let mut tally: Vec<(Paths, Walks)> = vec![Default::default()];
        plan.each_path(bucket, plan.tells_of_walks(), |rows, _, seen| {
            let mut add = |at: usize| {
                if tally.len() <= at {
                    tally.resize_with(at + 1, Default::default);
                }
                let (paths, walks) = &mut tally[at];
                match seen {
                    Seen::Path(walked) => paths.push(walked.nodes.iter().copied(), walked.milliseconds.iter().copied(), walked.sum()),
                    Seen::Walk { nodes, outcome, .. } => walks.add(journey, nodes, outcome),
                }
            };
            add(0);
            if let Some(group) = seen.group() {
                rows.groups.members(&group).iter().for_each(|member| add(*member as usize + 1));
            }
        });
        let names = bucket.rows.nodes.shown.clone();
        let keys = std::iter::once(GroupKey::overall()).chain(bucket.rows.groups.keys.iter().cloned());
        let by_key =
            keys.zip(tally).filter(|(_, (paths, _))| !paths.is_empty()).map(|(key, (paths, walks))| (key, (paths.added_up(names.len()), walks))).collect();
        Ok(vec![Tally { names, by_key }])
    };
    let merge = |mut a: Vec<Tally>, b: Vec<Tally>| {
        a.extend(b);
        a
    };
    let tally = Tally::all(scan::run(context, &request, partial, merge)?.unwrap_or_default());
    check_count(tally.by_key.len())?;
    Ok(plan.write(context, scope, tally))
}

/// Who took a path, saw a node, or turned back.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    journey: &Journey,
    cell: &JourneyCell,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, journey)?;
    let request = plan.request(scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: Vec<PersonId> = Vec::new();
        plan.each_path(bucket, !matches!(cell, JourneyCell::Path { .. }), |rows, id, seen| {
            let is_named = |node: u32, name: &str| &*rows.nodes.shown[node as usize] == name;
            let is_there = match (cell, seen) {
                (JourneyCell::Path { path, exit }, Seen::Path(walked)) => {
                    let begins = walked.nodes.len() >= path.len() && walked.nodes.iter().zip(path).all(|(node, name)| is_named(*node, name));
                    begins && (!exit || (walked.ends && walked.nodes.len() == path.len()))
                }
                (JourneyCell::Node { node, exit: true }, Seen::Walk { nodes, .. }) => nodes.last().is_some_and(|last| is_named(*last, node)),
                (JourneyCell::Node { node, exit: false }, Seen::Walk { nodes, .. }) => nodes.iter().any(|one| is_named(*one, node)),
                (JourneyCell::Loop { node, through, exit }, Seen::Walk { nodes, .. }) => {
                    let turned = journey::loops(nodes).iter().any(|((there, over), _)| is_named(*there, node) && is_named(*over, through));
                    turned && (!exit || nodes.last().is_some_and(|last| is_named(*last, node)))
                }
                _ => false,
            };
            let in_segment = segment.is_none_or(|segment| {
                seen.group().is_some_and(|group| rows.groups.members(&group).iter().any(|member| rows.groups.keys[*member as usize] == *segment))
            });
            if is_there && in_segment && found.last() != Some(&id) {
                found.push(id);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

struct Plan<'a> {
    journey: &'a Journey,
    names: NodeNames<'a>,
    any: Selector,
    signal: Selector,
    range: (i64, i64),
}

/// One path as a tally sees it, nodes in walking order of the question's direction.
#[derive(Debug, Default)]
struct Walked {
    nodes: Vec<u32>,
    /// From the node before; none for the first.
    milliseconds: Vec<i64>,
    ends: bool,
    group: Option<u32>,
    outcome: Outcome,
}

/// What is met on the way: a path, then the walk that it, and perhaps others, are parts of.
#[derive(Clone, Copy)]
enum Seen<'w> {
    Path(&'w Walked),
    /// Its nodes in order of time.
    Walk {
        nodes: &'w [u32],
        group: Option<u32>,
        outcome: Outcome,
    },
}

impl Seen<'_> {
    fn group(self) -> Option<u32> {
        match self {
            Self::Path(walked) => walked.group,
            Self::Walk { group, .. } => group,
        }
    }
}

/// The paths of some buckets, overall and in each segment. Nodes are numbered as they are named here.
#[derive(Debug, Default)]
struct Tally {
    names: Vec<Arc<str>>,
    by_key: HashMap<GroupKey, (Paths, Walks)>,
}

held! {
    Tally { names, by_key }
}

impl Tally {
    /// All buckets together, nodes numbered in the order of their names.
    fn all(buckets: Vec<Self>) -> Self {
        let names: BTreeSet<Arc<str>> = buckets.iter().flat_map(|bucket| bucket.names.iter().cloned()).collect();
        let names: Vec<Arc<str>> = names.into_iter().collect();
        let mut by_key: HashMap<GroupKey, (Paths, Walks)> = HashMap::new();
        for bucket in buckets {
            let numbers: Vec<u32> = bucket.names.iter().map(|name| names.binary_search(name).map_or(0, |number| number as u32)).collect();
            for (key, (paths, walks)) in bucket.by_key {
                let sum = by_key.entry(key).or_default();
                sum.0.adopt(&paths, &numbers);
                sum.1.adopt(&walks, &numbers);
            }
        }
        let by_key = by_key.into_par_iter().map(|(key, (paths, walks))| (key, (paths.added_up(names.len()), walks))).collect();
        Self { names, by_key }
    }
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, journey: &'a Journey) -> Result<Self, AskError> {
        if matches!(journey.window, Some(Window::Sessions(_))) {
            return Err(AskError::invalid("window.unit", "takes a time; a journey over sessions is bounded by them already"));
        }
        // Hesitation is told, and no friction.
        let scored = Filter::Not(Box::new(Filter::Property { property: "$signal".to_owned(), of: Of::Event, test: Test::Is(vec!["hesitation".to_owned()]) }));
        let signal = Selector { events: vec!["$friction".to_owned()], filter: Some(scored), ..Selector::default() };
        Ok(Self { journey, names: NodeNames { journey }, any: Selector::default(), signal, range: context.range })
    }

    fn request<'r>(&'r self, scope: &'r Scope) -> Request<'r> {
        let select = match &self.journey.anchor {
            Some((AnchorAt::Select(select), _)) => select,
            _ => &self.any,
        };
        // In the order of their bits; friction is the goal where there is no other, and then does not count as one.
        let beside = self.tells_of_outcomes().then(|| [self.journey.goal.as_ref().unwrap_or(&self.signal), &self.signal]);
        let picks = std::iter::once(select).chain(beside.into_iter().flatten());
        Request {
            picks: picks.map(|select| Pick { select, from: self.range.0, to: self.range.1 }).collect(),
            filter: scope.filter.as_ref(),
            stream: Some(self.range),
            breakdown: &scope.breakdown,
            nodes: Some(&self.names),
            sessions: !self.journey.over_person,
            by_person: true,
            in_order: true,
            ties: true,
            ..Request::default()
        }
    }

    /// Whether more is asked of walks than their paths.
    fn tells_of_walks(&self) -> bool {
        self.journey.nodes || self.journey.loops
    }

    /// Whether it matters what happened in a walk beside its nodes.
    fn tells_of_outcomes(&self) -> bool {
        self.journey.goal.is_some() || self.journey.friction
    }

    /// How many of a person's first events say everything about their path, where some do.
    fn first_hits(&self) -> Option<usize> {
        let journey = self.journey;
        let from_the_beginning = matches!(journey.anchor, None | Some((_, Occurrence::First)));
        let is_enough = journey.over_person && !journey.reverse && from_the_beginning && journey.until.is_none() && !journey.collapse_repeats;
        // One more tells whether the path ends there.
        is_enough.then_some(journey.depth + 1)
    }

    fn each_path(&self, bucket: &mut Bucket<'_>, tells_of_walks: bool, mut each: impl FnMut(&Rows<'_>, PersonId, Seen<'_>)) {
        let journey = self.journey;
        let cut = Cut {
            anchored: journey.anchor.as_ref().map(|(_, occurrence)| *occurrence),
            reverse: journey.reverse,
            depth: journey.depth,
            has_until: journey.until.is_some(),
            window_ms: match journey.window {
                Some(Window::Milliseconds(ms)) => Some(ms),
                _ => None,
            },
        };
        let until = journey.until.as_ref().map(|name| bucket.rows.nodes.id(&Arc::from(name.as_str())));
        let anchor_node = match &journey.anchor {
            Some((AnchorAt::Node(name), _)) => Some(bucket.rows.nodes.id(&Arc::from(name.as_str()))),
            _ => None,
        };
        let context = bucket.context;
        let mut sessions: Vec<u32> = Vec::new();
        let mut order: Vec<u32> = Vec::new();
        let mut walk = Walk { until, ..Walk::default() };
        let mut groups: Vec<Option<u32>> = Vec::new();
        let mut walked = Walked::default();
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut own: Vec<Hit> = Vec::new();
        let has_left_out = self.tells_of_outcomes() && journey.select.is_some();
        let mut walk_through = |rows: &mut Rows<'_>, person: Person<'_>| {
            let mut hits = person.hits;
            if has_left_out {
                own.clear();
                own.extend(hits.iter().filter(|hit| rows.node[hit.row as usize] != Nodes::LEFT_OUT));
                hits = &own;
            }
            if journey.over_person {
                sessions.clear();
                sessions.resize(hits.len(), 0);
            } else {
                sessions_of(context, rows, hits, &mut sessions);
            }
            if self.tells_of_outcomes() {
                self.outcomes(context, rows, person.hits, hits, &sessions, &mut outcomes);
            }
            order.clear();
            order.extend((0..hits.len() as u32).filter(|position| sessions[*position as usize] != NO_SESSION));
            if !journey.over_person {
                order.sort_by_key(|position| sessions[*position as usize]);
            }
            let mut at = 0;
            while at < order.len() {
                let session = sessions[order[at] as usize];
                walk.clear();
                groups.clear();
                while at < order.len() && sessions[order[at] as usize] == session {
                    let hit: &Hit = &hits[order[at] as usize];
                    at += 1;
                    let node = rows.node[hit.row as usize];
                    if node >= Nodes::LEFT_OUT {
                        continue;
                    }
                    let anchor = match anchor_node {
                        Some(wanted) => node == wanted,
                        None => hit.mask & 1 != 0,
                    };
                    walk.push(node, hit.time, anchor, journey.collapse_repeats);
                    if groups.len() < walk.nodes.len() {
                        groups.push(rows.group.get(hit.row as usize).copied());
                    }
                }
                let outcome = outcomes.get(session as usize).copied().unwrap_or_default();
                let mut has_path = false;
                walk.paths(cut, |path| {
                    has_path = true;
                    walked.fill(&walk, &path, groups[path.first], outcome);
                    each(rows, person.id, Seen::Path(&walked));
                });
                if has_path && tells_of_walks {
                    let group = if journey.reverse { groups[groups.len() - 1] } else { groups[0] };
                    each(rows, person.id, Seen::Walk { nodes: &walk.nodes, group, outcome });
                }
            }
        };
        let is_anchor = |rows: &Rows<'_>, row: usize| match anchor_node {
            Some(wanted) => rows.node[row] == wanted,
            None => rows.mask[row] & 1 != 0,
        };
        let says_enough = !tells_of_walks && !self.tells_of_outcomes();
        let is_done = self.first_hits().filter(|_| says_enough).is_some_and(|most| {
            bucket.for_each_beginning(
                most,
                |rows, row| rows.node[row] < Nodes::LEFT_OUT,
                journey.anchor.is_some().then_some(&is_anchor as &dyn Fn(&Rows<'_>, usize) -> bool),
                &mut walk_through,
            )
        });
        if !is_done {
            bucket.for_each_person(walk_through);
        }
    }

    /// What happened in each session of somebody, by its number. An event that is walked over in no session belongs to the one whose event stands next
    /// before it, or behind it, within the timeout.
    fn outcomes(&self, context: &Context<'_>, rows: &Rows<'_>, all: &[Hit], walked: &[Hit], sessions: &[u32], outcomes: &mut Vec<Outcome>) {
        outcomes.clear();
        let n_sessions = sessions.iter().filter(|session| **session != NO_SESSION).max().map_or(0, |last| *last as usize + 1);
        outcomes.resize(n_sessions, Outcome::default());
        let mut note = |session: u32, mask: u64| {
            if let Some(outcome) = outcomes.get_mut(session as usize) {
                outcome.is_converted |= self.journey.goal.is_some() && mask & GOAL != 0;
                outcome.has_friction |= self.journey.friction && mask & SIGNAL != 0;
            }
        };
        walked.iter().zip(sessions).filter(|(hit, _)| hit.mask & (GOAL | SIGNAL) != 0).for_each(|(hit, session)| note(*session, hit.mask));
        if walked.len() == all.len() {
            return;
        }
        let is_beside = |hit: &&Hit| hit.mask & (GOAL | SIGNAL) != 0 && rows.node[hit.row as usize] == Nodes::LEFT_OUT;
        for hit in all.iter().filter(is_beside) {
            let near = |at: usize| {
                let other = &walked[at];
                let of_session = |row: u32| rows.session_key.get(row as usize).copied();
                let together = of_session(hit.row) == of_session(other.row) && (hit.time - other.time).abs() <= context.session_timeout_ms;
                sessions[at] != NO_SESSION && (self.journey.over_person || together)
            };
            if let Some(at) = journey::beside(walked.iter().map(|hit| hit.time), hit.time, near) {
                note(sessions[at], hit.mask);
            }
        }
    }

    fn write(&self, context: &Context<'_>, scope: &Scope, tally: Tally) -> Value {
        let Tally { names, mut by_key } = tally;
        let overall = by_key.remove(&GroupKey::overall()).unwrap_or_default();
        let mut answer = self.segment_json(context, &names, &overall);
        if !scope.breakdown.is_empty() {
            let mut segments: Vec<(GroupKey, (Paths, Walks))> = by_key.into_iter().collect();
            segments.sort_by(|a, b| a.0.order(&b.0));
            answer["groups"] = segments
                .into_iter()
                .map(|(key, of_segment)| {
                    let mut segment = self.segment_json(context, &names, &of_segment);
                    segment["breakdown"] = key.to_json(scope.breakdown.len());
                    segment
                })
                .collect();
        }
        answer
    }

    fn segment_json(&self, context: &Context<'_>, names: &[Arc<str>], (paths, walks): &(Paths, Walks)) -> Value {
        let mut segment = self.paths_json(context, names, paths);
        if let Value::Object(fields) = &mut segment {
            walks.write(self.journey, names, fields);
        }
        segment
    }

    fn paths_json(&self, context: &Context<'_>, names: &[Arc<str>], paths: &Paths) -> Value {
        if paths.len() > MOST_PATHS {
            let n = paths.len();
            context.note(if context.french {
                format!("{n} chemins distincts ; les {MOST_PATHS} plus fréquents sont listés, l’arbre les compte tous")
            } else {
                format!("{n} distinct paths; the {MOST_PATHS} most frequent are listed, the tree counts all")
            });
        }
        // Paths stand in the order of their nodes' names.
        let mut order: Vec<(Reverse<u64>, usize)> = (0..paths.len()).map(|path| (Reverse(paths.sum(path).count), path)).collect();
        if order.len() > MOST_PATHS {
            order.select_nth_unstable(MOST_PATHS);
            order.truncate(MOST_PATHS);
        }
        order.sort_unstable();
        let listed: Vec<Value> = order
            .into_iter()
            .map(|(_, path)| {
                let sum = paths.sum(path);
                let nodes: Vec<Value> = paths.nodes(path).iter().map(|node| Value::from(&*names[*node as usize])).collect();
                let seconds: Vec<f64> = paths.milliseconds(path).iter().map(|ms| *ms as f64 / 1000.0 / sum.count as f64).collect();
                let mut path = json!({"nodes": nodes, "count": sum.count, "exits": sum.exits, "mean_seconds": seconds});
                sum.write_outcomes(self.journey, &mut path);
                path
            })
            .collect();
        let root = Branch::new(paths, 0..paths.len(), 0);
        let mut tree = root.to_json(paths, names, self.journey);
        tree["node"] = Value::Null;
        json!({"paths": listed, "count": root.sum.count, "tree": tree, "distinct_paths": paths.len()})
    }
}

impl Walked {
    fn sum(&self) -> Sum {
        let Outcome { is_converted, has_friction } = self.outcome;
        Sum { count: 1, exits: u64::from(self.ends), conversions: u64::from(is_converted), with_friction: u64::from(has_friction) }
    }

    fn fill(&mut self, walk: &Walk, path: &Path, group: Option<u32>, outcome: Outcome) {
        self.nodes.clear();
        self.milliseconds.clear();
        let mut before = None;
        let mut step = |position: usize| {
            self.nodes.push(walk.nodes[position]);
            self.milliseconds.push(before.map_or(0, |before: i64| (walk.times[position] - before).abs()));
            before = Some(walk.times[position]);
        };
        if path.first <= path.last {
            (path.first..=path.last).for_each(&mut step);
        } else {
            (path.last..=path.first).rev().for_each(&mut step);
        }
        self.ends = path.ends;
        self.group = group;
        self.outcome = outcome;
    }
}

impl Sum {
    fn write_outcomes(&self, journey: &Journey, into: &mut Value) {
        if journey.goal.is_some() {
            into["conversions"] = self.conversions.into();
        }
        if journey.friction {
            into["with_friction"] = self.with_friction.into();
        }
    }
}

/// A node of the tree of paths: the paths that begin alike, and how many of them ended here.
struct Branch {
    paths: Range<usize>,
    depth: usize,
    sum: Sum,
}

impl Branch {
    fn new(paths: &Paths, range: Range<usize>, depth: usize) -> Self {
        let mut sum = Sum::default();
        for path in range.clone() {
            let own = paths.sum(path);
            sum = sum + Sum { exits: if paths.nodes(path).len() == depth { own.exits } else { 0 }, ..own };
        }
        Self { paths: range, depth, sum }
    }

    /// The branches by their node, in order.
    fn children(&self, paths: &Paths) -> Vec<(u32, Self)> {
        let mut children = Vec::new();
        let mut at = self.paths.start;
        while at < self.paths.end {
            let Some(node) = paths.nodes(at).get(self.depth) else {
                at += 1;
                continue;
            };
            let start = at;
            while at < self.paths.end && paths.nodes(at)[self.depth] == *node {
                at += 1;
            }
            children.push((*node, Self::new(paths, start..at, self.depth + 1)));
        }
        children
    }

    /// The most frequent children by name; the rest as one `other`.
    fn to_json(&self, paths: &Paths, names: &[Arc<str>], journey: &Journey) -> Value {
        let mut children = self.children(paths);
        children.sort_by_key(|(node, branch)| (Reverse(branch.sum.count), *node));
        let rest = children.split_off(children.len().min(journey.top));
        let write = |(node, branch): &(u32, Self)| {
            let mut child = branch.to_json(paths, names, journey);
            child["node"] = Value::from(&*names[*node as usize]);
            child
        };
        let mut shown: Vec<Value> = if self.paths.len() > MOST_PATHS { children.par_iter().map(write).collect() } else { children.iter().map(write).collect() };
        if !rest.is_empty() {
            let sum = rest.iter().map(|(_, branch)| branch.sum).fold(Sum::default(), |a, b| a + b);
            let mut others = json!({"node": null, "other": rest.len(), "count": sum.count, "exits": sum.exits, "children": []});
            sum.write_outcomes(journey, &mut others);
            shown.push(others);
        }
        let mut branch = json!({"count": self.sum.count, "exits": self.sum.exits, "children": shown});
        self.sum.write_outcomes(journey, &mut branch);
        branch
    }
}
