//! Sessions: how many, how long, how many of one event only, and the latest of them.

use crate::{
    group::{GroupKey, check_count},
    scan::{self, Bucket, Context, NodeNames, Nodes, Pick, Request, sessions_of},
    trend::number,
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    question::{Journey, NodeName, Scope, Selector, Sessions},
    statistics,
};
use sillage_event::PersonId;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, sessions: &Sessions) -> Result<Value, AskError> {
    let any = Selector::default();
    let plain = events_as_nodes();
    let names = NodeNames { journey: &plain };
    let request = request(context, scope, &any, &names);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Found::default();
        each_session(bucket, |rows, session| {
            found.add(GroupKey::overall(), &session);
            if let Some(group) = session.group {
                for member in rows.groups.members(&group) {
                    found.add(rows.groups.keys[*member as usize].clone(), &session);
                }
            }
            found.list.push(Listed {
                person: session.person,
                start: session.start,
                end: session.end,
                events: session.events,
                entry: Arc::clone(&rows.nodes.shown[session.entry as usize]),
                exit: Arc::clone(&rows.nodes.shown[session.exit as usize]),
            });
        });
        found.keep_latest(sessions.limit);
        Ok(found)
    };
    let merge = |a: Found, b: Found| a.merge(b, sessions.limit);
    let mut found = scan::run(context, &request, collect, merge)?.unwrap_or_default();
    check_count(found.by_key.len())?;
    let mut answer = found.by_key.remove(&GroupKey::overall()).unwrap_or_default().to_json();
    if !scope.breakdown.is_empty() {
        let mut segments: Vec<(GroupKey, Sums)> = found.by_key.into_iter().collect();
        segments.sort_by(|a, b| b.1.seconds.len().cmp(&a.1.seconds.len()).then_with(|| a.0.order(&b.0)));
        answer["groups"] = segments
            .into_iter()
            .map(|(key, sums)| {
                let mut segment = sums.to_json();
                segment["breakdown"] = key.to_json(scope.breakdown.len());
                segment
            })
            .collect();
    }
    let mut list = Vec::with_capacity(found.list.len());
    for one in &found.list {
        list.push(json!({
            "person": context.name_of(one.person)?,
            "start": context.zone.format(one.start),
            "end": context.zone.format(one.end),
            "events": one.events,
            "entry": &*one.entry,
            "exit": &*one.exit,
        }));
    }
    answer["list"] = Value::Array(list);
    Ok(answer)
}

/// Everybody who had a session.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, segment: Option<&GroupKey>) -> Result<Vec<PersonId>, AskError> {
    let any = Selector::default();
    let plain = events_as_nodes();
    let names = NodeNames { journey: &plain };
    let request = request(context, scope, &any, &names);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: Vec<PersonId> = Vec::new();
        each_session(bucket, |rows, session| {
            let in_segment = segment.is_none_or(|segment| {
                session.group.is_some_and(|group| rows.groups.members(&group).iter().any(|id| rows.groups.keys[*id as usize] == *segment))
            });
            if in_segment && found.last() != Some(&session.person) {
                found.push(session.person);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

fn request<'r>(context: &Context<'_>, scope: &'r Scope, any: &'r Selector, names: &'r NodeNames<'r>) -> Request<'r> {
    Request {
        picks: vec![Pick { select: any, from: context.range.0, to: context.range.1 }],
        filter: scope.filter.as_ref(),
        stream: Some(context.range),
        breakdown: &scope.breakdown,
        nodes: Some(names),
        sessions: true,
        by_person: true,
        in_order: true,
        ties: true,
        ..Request::default()
    }
}

/// Entry and exit are shown by the name of their event.
fn events_as_nodes() -> Journey {
    Journey {
        over_person: false,
        node: NodeName::Event,
        select: None,
        anchor: None,
        until: None,
        reverse: false,
        depth: 1,
        top: 1,
        collapse_repeats: false,
        hide: Vec::new(),
        rename: Vec::new(),
        window: None,
    }
}

struct Session {
    person: PersonId,
    start: i64,
    end: i64,
    events: u64,
    entry: u32,
    exit: u32,
    /// The segment of its first event.
    group: Option<u32>,
}

fn each_session(bucket: &mut Bucket<'_>, mut each: impl FnMut(&scan::Rows<'_>, Session)) {
    let timeout_ms = bucket.context.session_timeout_ms;
    let mut numbers: Vec<u32> = Vec::new();
    bucket.for_each_person(|rows, person| {
        sessions_of(rows, person.hits, timeout_ms, &mut numbers);
        let mut open: Vec<Option<Session>> = Vec::new();
        for (hit, number) in person.hits.iter().zip(&numbers) {
            let row = hit.row as usize;
            let node = rows.node[row];
            let at = *number as usize;
            if open.len() <= at {
                open.resize_with(at + 1, || None);
            }
            match &mut open[at] {
                Some(session) => {
                    session.end = hit.time;
                    session.events += 1;
                    session.exit = node;
                }
                slot => {
                    *slot = Some(Session {
                        person: person.id,
                        start: hit.time,
                        end: hit.time,
                        events: 1,
                        entry: node,
                        exit: node,
                        group: rows.group.get(row).copied(),
                    })
                }
            }
        }
        open.into_iter().flatten().filter(|session| session.entry != Nodes::HIDDEN).for_each(|session| each(rows, session));
    });
}

#[derive(Debug, Default)]
struct Sums {
    people: HashSet<PersonId>,
    bounces: u64,
    seconds: Vec<f64>,
}

impl Sums {
    fn to_json(&self) -> Value {
        let mut seconds = self.seconds.clone();
        json!({
            "count": seconds.len(),
            "people": self.people.len(),
            "bounces": self.bounces,
            "mean_seconds": number(statistics::mean(&seconds)),
            "median_seconds": number(statistics::percentile(&mut seconds, 50.0)),
        })
    }
}

#[derive(Debug)]
struct Listed {
    person: PersonId,
    start: i64,
    end: i64,
    events: u64,
    entry: Arc<str>,
    exit: Arc<str>,
}

#[derive(Debug, Default)]
struct Found {
    by_key: HashMap<GroupKey, Sums>,
    list: Vec<Listed>,
}

impl Found {
    fn add(&mut self, key: GroupKey, session: &Session) {
        let sums = self.by_key.entry(key).or_default();
        sums.people.insert(session.person);
        sums.bounces += u64::from(session.events == 1);
        sums.seconds.push((session.end - session.start) as f64 / 1000.0);
    }

    fn keep_latest(&mut self, limit: usize) {
        self.list.sort_by_key(|one| (std::cmp::Reverse(one.start), one.person));
        self.list.truncate(limit);
    }

    fn merge(mut self, other: Self, limit: usize) -> Self {
        for (key, sums) in other.by_key {
            let into = self.by_key.entry(key).or_default();
            into.people.extend(sums.people);
            into.bounces += sums.bounces;
            into.seconds.extend(sums.seconds);
        }
        self.list.extend(other.list);
        self.keep_latest(limit);
        self
    }
}
