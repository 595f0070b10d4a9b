//! The paths that people really take, forward and reverse.

use crate::{
    group::{GroupKey, check_count},
    scan::{self, Bucket, Context, NodeNames, Nodes, Pick, Request, Rows, sessions_of},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    journey::{Cut, Path, Walk},
    question::{AnchorAt, Journey, Scope, Selector, Window},
    session::NO_SESSION,
};
use sillage_event::PersonId;
use std::{collections::HashMap, sync::Arc};

/// Paths written out in an answer; the tree counts all of them.
const MOST_PATHS: usize = 10_000;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, journey: &Journey) -> Result<Value, AskError> {
    let plan = Plan::new(context, journey)?;
    let request = plan.request(scope);
    let partial = |bucket: &mut Bucket<'_>| {
        let mut tally: HashMap<Option<u32>, HashMap<Vec<u32>, Sum>> = HashMap::new();
        plan.each_path(bucket, |rows, _, walked| {
            let mut add = |group: Option<u32>| {
                let paths = tally.entry(group).or_default();
                let sum = match paths.get_mut(walked.nodes.as_slice()) {
                    Some(sum) => sum,
                    None => paths.entry(walked.nodes.clone()).or_default(),
                };
                sum.count += 1;
                sum.exits += u64::from(walked.ends);
                sum.seconds.resize(walked.seconds.len(), 0.0);
                sum.seconds.iter_mut().zip(&walked.seconds).for_each(|(a, b)| *a += b);
            };
            add(None);
            if let Some(group) = walked.group {
                rows.groups.members(&group).iter().for_each(|member| add(Some(*member)));
            }
        });
        let keys = &bucket.rows.groups.keys;
        let by_key = tally.into_iter().map(|(group, paths)| (group.map_or_else(GroupKey::overall, |group| keys[group as usize].clone()), paths)).collect();
        Ok(Tally { names: bucket.rows.nodes.shown.clone(), by_key })
    };
    let tally = scan::run(context, &request, partial, merge)?.unwrap_or_default();
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
struct Walked {
    nodes: Vec<u32>,
    seconds: Vec<f64>,
    ends: bool,
    group: Option<u32>,
}

#[derive(Clone, Debug, Default)]
struct Sum {
    count: u64,
    exits: u64,
    seconds: Vec<f64>,
}

#[derive(Debug, Default)]
struct Tally {
    names: Vec<Arc<str>>,
    by_key: HashMap<GroupKey, HashMap<Vec<u32>, Sum>>,
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

    fn each_path(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, PersonId, Walked)) {
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
        bucket.for_each_person(|rows, person| {
            let hits = person.hits;
            if journey.over_person {
                sessions.clear();
                sessions.resize(hits.len(), 0);
            } else {
                sessions_of(context, rows, hits, &mut sessions);
            }
            order.clear();
            order.extend((0..hits.len() as u32).filter(|position| sessions[*position as usize] != NO_SESSION));
            order.sort_by_key(|position| sessions[*position as usize]);
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
                    let walked = Self::walked(&walk, &path, groups[path.first]);
                    each(rows, person.id, walked);
                });
            }
        });
    }

    fn walked(walk: &Walk, path: &Path, group: Option<u32>) -> Walked {
        let positions: Vec<usize> = if path.first <= path.last { (path.first..=path.last).collect() } else { (path.last..=path.first).rev().collect() };
        Walked {
            nodes: positions.iter().map(|position| walk.nodes[*position]).collect(),
            seconds: positions.windows(2).map(|pair| (walk.times[pair[1]] - walk.times[pair[0]]).abs() as f64 / 1000.0).collect(),
            ends: path.ends,
            group,
        }
    }

    fn write(&self, context: &Context<'_>, scope: &Scope, tally: Tally) -> Value {
        let Tally { names, mut by_key } = tally;
        let overall = by_key.remove(&GroupKey::overall()).unwrap_or_default();
        let mut answer = self.paths_json(context, &names, overall);
        if !scope.breakdown.is_empty() {
            let mut segments: Vec<(GroupKey, HashMap<Vec<u32>, Sum>)> = by_key.into_iter().collect();
            segments.sort_by(|a, b| a.0.order(&b.0));
            answer["groups"] = segments
                .into_iter()
                .map(|(key, paths)| {
                    let mut segment = self.paths_json(context, &names, paths);
                    segment["breakdown"] = key.to_json(scope.breakdown.len());
                    segment
                })
                .collect();
        }
        answer
    }

    fn paths_json(&self, context: &Context<'_>, names: &[Arc<str>], paths: HashMap<Vec<u32>, Sum>) -> Value {
        let shown = |path: &[u32]| path.iter().map(|node| Value::from(&*names[*node as usize])).collect::<Vec<_>>();
        let mut paths: Vec<(Vec<u32>, Sum)> = paths.into_iter().collect();
        paths.sort_by(|a, b| {
            b.1.count.cmp(&a.1.count).then_with(|| a.0.iter().map(|node| &names[*node as usize]).cmp(b.0.iter().map(|node| &names[*node as usize])))
        });
        let count: u64 = paths.iter().map(|(_, sum)| sum.count).sum();
        let mut root = Branch::default();
        for (path, sum) in &paths {
            root.add(path, sum);
        }
        if paths.len() > MOST_PATHS {
            context.note(format!("{} distinct paths; the {MOST_PATHS} most frequent are listed, the tree counts all", paths.len()));
        }
        let listed: Vec<Value> = paths
            .iter()
            .take(MOST_PATHS)
            .map(|(path, sum)| {
                let seconds: Vec<f64> = sum.seconds.iter().map(|seconds| seconds / sum.count as f64).collect();
                json!({"nodes": shown(path), "count": sum.count, "exits": sum.exits, "mean_seconds": seconds})
            })
            .collect();
        let mut tree = root.to_json(names, self.journey.top);
        tree["node"] = Value::Null;
        tree["count"] = Value::from(count);
        json!({"paths": listed, "tree": tree, "count": count, "distinct_paths": paths.len()})
    }
}

/// A node of the tree of paths.
#[derive(Default)]
struct Branch {
    count: u64,
    exits: u64,
    children: HashMap<u32, Branch>,
}

impl Branch {
    fn add(&mut self, path: &[u32], sum: &Sum) {
        self.count += sum.count;
        match path.split_first() {
            None => self.exits += sum.exits,
            Some((first, rest)) => self.children.entry(*first).or_default().add(rest, sum),
        }
    }

    /// The most frequent children by name; the rest as one `other`.
    fn to_json(&self, names: &[Arc<str>], top: usize) -> Value {
        let mut children: Vec<(&u32, &Branch)> = self.children.iter().collect();
        children.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| names[*a.0 as usize].cmp(&names[*b.0 as usize])));
        let rest = children.split_off(children.len().min(top));
        let mut shown: Vec<Value> = children
            .into_iter()
            .map(|(node, branch)| {
                let mut child = branch.to_json(names, top);
                child["node"] = Value::from(&*names[*node as usize]);
                child
            })
            .collect();
        if !rest.is_empty() {
            let (count, exits) = rest.iter().fold((0, 0), |sum, (_, branch)| (sum.0 + branch.count, sum.1 + branch.exits));
            shown.push(json!({"node": null, "other": rest.len(), "count": count, "exits": exits, "children": []}));
        }
        json!({"count": self.count, "exits": self.exits, "children": shown})
    }
}

fn merge(mut a: Tally, b: Tally) -> Tally {
    let mut known: HashMap<Arc<str>, u32> = a.names.iter().enumerate().map(|(i, name)| (Arc::clone(name), i as u32)).collect();
    let ids: Vec<u32> = b
        .names
        .iter()
        .map(|name| {
            *known.entry(Arc::clone(name)).or_insert_with(|| {
                a.names.push(Arc::clone(name));
                a.names.len() as u32 - 1
            })
        })
        .collect();
    for (key, paths) in b.by_key {
        let into = a.by_key.entry(key).or_default();
        for (mut path, sum) in paths {
            path.iter_mut().for_each(|node| *node = ids[*node as usize]);
            let slot = into.entry(path).or_default();
            slot.count += sum.count;
            slot.exits += sum.exits;
            slot.seconds.resize(sum.seconds.len(), 0.0);
            slot.seconds.iter_mut().zip(sum.seconds).for_each(|(a, b)| *a += b);
        }
    }
    a
}
