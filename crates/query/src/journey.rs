//! The paths that people really take, forward and reverse.

mod tally;

use crate::{
    group::{GroupKey, check_count},
    memory::held,
    scan::{self, Bucket, Context, NodeNames, Nodes, Person, Pick, Request, Rows, sessions_of},
};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    journey::{Cut, Path, Walk},
    question::{AnchorAt, Journey, Occurrence, Scope, Selector, Window},
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

/// Paths written out in an answer; the tree counts all of them.
const MOST_PATHS: usize = 10_000;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, journey: &Journey) -> Result<Value, AskError> {
    let plan = Plan::new(context, journey)?;
    let request = plan.request(scope);
    let partial = |bucket: &mut Bucket<'_>| {
        // The overall paths first, then those of a segment each.
        let mut tally: Vec<Paths> = vec![Paths::default()];
        plan.each_path(bucket, |rows, _, walked| {
            let mut add = |at: usize| {
                if tally.len() <= at {
                    tally.resize_with(at + 1, Paths::default);
                }
                tally[at].push(walked.nodes.iter().copied(), walked.milliseconds.iter().copied(), Sum { count: 1, exits: u64::from(walked.ends) });
            };
            add(0);
            if let Some(group) = walked.group {
                rows.groups.members(&group).iter().for_each(|member| add(*member as usize + 1));
            }
        });
        let names = bucket.rows.nodes.shown.clone();
        let keys = std::iter::once(GroupKey::overall()).chain(bucket.rows.groups.keys.iter().cloned());
        let by_key = keys.zip(tally).filter(|(_, paths)| !paths.is_empty()).map(|(key, paths)| (key, paths.added_up(names.len()))).collect();
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

/// Who took a path, from its beginning; with `exit`, who ended there.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    journey: &Journey,
    path: &[String],
    exit: bool,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, journey)?;
    let request = plan.request(scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: Vec<PersonId> = Vec::new();
        plan.each_path(bucket, |rows, id, walked| {
            let begins =
                walked.nodes.len() >= path.len() && walked.nodes.iter().zip(path).all(|(node, name)| &*rows.nodes.shown[*node as usize] == name.as_str());
            let ended = !exit || (walked.ends && walked.nodes.len() == path.len());
            let in_segment = segment.is_none_or(|segment| {
                walked.group.is_some_and(|group| rows.groups.members(&group).iter().any(|member| rows.groups.keys[*member as usize] == *segment))
            });
            if begins && ended && in_segment && found.last() != Some(&id) {
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
}

/// The paths of some buckets, overall and in each segment. Nodes are numbered as they are named here.
#[derive(Debug, Default)]
struct Tally {
    names: Vec<Arc<str>>,
    by_key: HashMap<GroupKey, Paths>,
}

held! {
    Tally { names, by_key }
}

impl Tally {
    /// All buckets together, nodes numbered in the order of their names.
    fn all(buckets: Vec<Self>) -> Self {
        let names: BTreeSet<Arc<str>> = buckets.iter().flat_map(|bucket| bucket.names.iter().cloned()).collect();
        let names: Vec<Arc<str>> = names.into_iter().collect();
        let mut by_key: HashMap<GroupKey, Paths> = HashMap::new();
        for bucket in buckets {
            let numbers: Vec<u32> = bucket.names.iter().map(|name| names.binary_search(name).map_or(0, |number| number as u32)).collect();
            for (key, paths) in bucket.by_key {
                by_key.entry(key).or_default().adopt(&paths, &numbers);
            }
        }
        let by_key = by_key.into_par_iter().map(|(key, paths)| (key, paths.added_up(names.len()))).collect();
        Self { names, by_key }
    }
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, journey: &'a Journey) -> Result<Self, AskError> {
        if matches!(journey.window, Some(Window::Sessions(_))) {
            return Err(AskError::invalid("window.unit", "takes a time; a journey over sessions is bounded by them already"));
        }
        Ok(Self { journey, names: NodeNames { journey }, any: Selector::default(), range: context.range })
    }

    fn request<'r>(&'r self, scope: &'r Scope) -> Request<'r> {
        let select = match &self.journey.anchor {
            Some((AnchorAt::Select(select), _)) => select,
            _ => &self.any,
        };
        Request {
            picks: vec![Pick { select, from: self.range.0, to: self.range.1 }],
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

    /// How many of a person's first events say everything about their path, where some do.
    fn first_hits(&self) -> Option<usize> {
        let journey = self.journey;
        let from_the_beginning = matches!(journey.anchor, None | Some((_, Occurrence::First)));
        let is_enough = journey.over_person && !journey.reverse && from_the_beginning && journey.until.is_none() && !journey.collapse_repeats;
        // One more tells whether the path ends there.
        is_enough.then_some(journey.depth + 1)
    }

    fn each_path(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, PersonId, &Walked)) {
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
        let mut walk_through = |rows: &mut Rows<'_>, person: Person<'_>| {
            let hits = person.hits;
            if journey.over_person {
                sessions.clear();
                sessions.resize(hits.len(), 0);
            } else {
                sessions_of(context, rows, hits, &mut sessions);
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
                    if node == Nodes::HIDDEN {
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
                walk.paths(cut, |path| {
                    walked.fill(&walk, &path, groups[path.first]);
                    each(rows, person.id, &walked);
                });
            }
        };
        let is_anchor = |rows: &Rows<'_>, row: usize| match anchor_node {
            Some(wanted) => rows.node[row] == wanted,
            None => rows.mask[row] & 1 != 0,
        };
        let is_done = self.first_hits().is_some_and(|most| {
            bucket.for_each_beginning(
                most,
                |rows, row| rows.node[row] != Nodes::HIDDEN,
                journey.anchor.is_some().then_some(&is_anchor as &dyn Fn(&Rows<'_>, usize) -> bool),
                &mut walk_through,
            )
        });
        if !is_done {
            bucket.for_each_person(walk_through);
        }
    }

    fn write(&self, context: &Context<'_>, scope: &Scope, tally: Tally) -> Value {
        let Tally { names, mut by_key } = tally;
        let overall = by_key.remove(&GroupKey::overall()).unwrap_or_default();
        let mut answer = self.paths_json(context, &names, &overall);
        if !scope.breakdown.is_empty() {
            let mut segments: Vec<(GroupKey, Paths)> = by_key.into_iter().collect();
            segments.sort_by(|a, b| a.0.order(&b.0));
            answer["groups"] = segments
                .into_iter()
                .map(|(key, paths)| {
                    let mut segment = self.paths_json(context, &names, &paths);
                    segment["breakdown"] = key.to_json(scope.breakdown.len());
                    segment
                })
                .collect();
        }
        answer
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
                json!({"nodes": nodes, "count": sum.count, "exits": sum.exits, "mean_seconds": seconds})
            })
            .collect();
        let root = Branch::new(paths, 0..paths.len(), 0);
        let mut tree = root.to_json(paths, names, self.journey.top);
        tree["node"] = Value::Null;
        json!({"paths": listed, "count": root.sum.count, "tree": tree, "distinct_paths": paths.len()})
    }
}

impl Walked {
    fn fill(&mut self, walk: &Walk, path: &Path, group: Option<u32>) {
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
            sum.count += own.count;
            sum.exits += if paths.nodes(path).len() == depth { own.exits } else { 0 };
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
    fn to_json(&self, paths: &Paths, names: &[Arc<str>], top: usize) -> Value {
        let mut children = self.children(paths);
        children.sort_by_key(|(node, branch)| (Reverse(branch.sum.count), *node));
        let rest = children.split_off(children.len().min(top));
        let write = |(node, branch): &(u32, Self)| {
            let mut child = branch.to_json(paths, names, top);
            child["node"] = Value::from(&*names[*node as usize]);
            child
        };
        let mut shown: Vec<Value> = if self.paths.len() > MOST_PATHS { children.par_iter().map(write).collect() } else { children.iter().map(write).collect() };
        if !rest.is_empty() {
            let (count, exits) = rest.iter().fold((0, 0), |sum, (_, branch)| (sum.0 + branch.sum.count, sum.1 + branch.sum.exits));
            shown.push(json!({"node": null, "other": rest.len(), "count": count, "exits": exits, "children": []}));
        }
        json!({"count": self.sum.count, "exits": self.sum.exits, "children": shown})
    }
}
