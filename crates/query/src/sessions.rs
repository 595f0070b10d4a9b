//! Sessions: how many, how long, how many of one event only, and the latest of them.

mod by_id;

use crate::{
    group::{GroupKey, check_count},
    memory::{Held, held},
    predicate::did_leaves,
    scan::{self, Bucket, Context, NodeNames, Nodes, Pick, Request, sessions_of},
    trend::number,
};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    question::{Journey, Scope, Selector, SessionBy, Sessions},
    session::NO_SESSION,
    statistics,
};
use sillage_event::{Actor, PersonId};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, sessions: &Sessions) -> Result<Value, AskError> {
    let any = Selector::default();
    let plain = Journey::of_events();
    let names = NodeNames { journey: &plain };
    let lists = sessions.limit > 0;
    let request = request(context, scope, &any, lists.then_some(&names));
    let collect = |bucket: &mut Bucket<'_>, by_id: bool| {
        // The overall line first, then a segment each.
        let mut lines: Vec<Sums> = vec![Sums::default()];
        let mut latest = Latest::new(sessions.limit);
        let add = |rows: &scan::Rows<'_>, session: Session| {
            lines[0].add(&session);
            if let Some(group) = session.group {
                for member in rows.groups.members(&group) {
                    let at = *member as usize + 1;
                    if lines.len() <= at {
                        lines.resize_with(at + 1, Sums::default);
                    }
                    lines[at].add(&session);
                }
            }
            latest.offer(session.start, || Listed {
                person: session.person,
                start: session.start,
                end: session.end,
                events: session.events,
                entry: Arc::clone(&rows.nodes.shown[session.entry as usize]),
                exit: Arc::clone(&rows.nodes.shown[session.exit as usize]),
            });
        };
        if !by_id {
            each_session(bucket, add);
        } else if !by_id::each_session(bucket, add) {
            return None;
        }
        let keys = std::iter::once(GroupKey::overall()).chain(bucket.rows.groups.keys.iter().cloned());
        let by_key = keys.zip(lines).filter(|(_, sums)| sums.count > 0).collect();
        Some(Found { by_key, list: latest.into_list() })
    };
    let merge = |a: Found, b: Found| a.merge(b, sessions.limit);
    let mut found = match by_ids(context, scope, &request, |bucket| collect(bucket, true), merge)? {
        Some(found) => found,
        None => scan::run(context, &request, |bucket| Ok(collect(bucket, false).unwrap_or_default()), merge)?.unwrap_or_default(),
    };
    check_count(found.by_key.len())?;
    found.by_key.entry(GroupKey::overall()).or_default();
    // Every median looks at all its sessions, so they are looked for side by side.
    let mut segments: Vec<(GroupKey, u64, Value)> = found.by_key.into_par_iter().map(|(key, sums)| (key, sums.count, sums.into_json())).collect();
    segments.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.order(&b.0)));
    let overall = segments.iter().position(|(key, ..)| *key == GroupKey::overall()).map(|at| segments.remove(at));
    let mut answer = overall.map_or(Value::Null, |(_, _, json)| json);
    if !scope.breakdown.is_empty() {
        answer["groups"] = segments
            .into_iter()
            .map(|(key, _, mut segment)| {
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

/// The answer where every event carries its session's id, so that little has to be read of them; `None` where some event does not.
fn by_ids<P: Default + Held + Send>(
    context: &Context<'_>,
    scope: &Scope,
    request: &Request<'_>,
    partial: impl Fn(&mut Bucket<'_>) -> Option<P> + Sync,
    merge: impl Fn(P, P) -> P + Sync,
) -> Result<Option<P>, AskError> {
    let is_told_by_the_client = matches!(context.session_by, SessionBy::Timeout);
    if !is_told_by_the_client || context.actor != Actor::Person || !did_leaves(scope.filter.as_ref())?.is_empty() {
        return Ok(None);
    }
    let request = Request {
        picks: request.picks.clone(),
        filter: request.filter,
        breakdown: request.breakdown,
        nodes: request.nodes,
        session_ids: true,
        by_person: true,
        ties: true,
        ..Request::default()
    };
    let is_in_vain = AtomicBool::new(false);
    let found = scan::run(
        context,
        &request,
        |bucket| {
            partial(bucket).ok_or_else(|| {
                // Ends the reading of all other buckets.
                is_in_vain.store(true, Ordering::Relaxed);
                scan::failed("some event has no session id")
            })
        },
        merge,
    );
    if is_in_vain.into_inner() {
        context.forget_people();
        return Ok(None);
    }
    found.map(|found| Some(found.unwrap_or_default()))
}

/// Everybody who had a session.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, segment: Option<&GroupKey>) -> Result<Vec<PersonId>, AskError> {
    let any = Selector::default();
    let plain = Journey::of_events();
    let names = NodeNames { journey: &plain };
    let request = request(context, scope, &any, Some(&names));
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

fn request<'r>(context: &Context<'_>, scope: &'r Scope, any: &'r Selector, names: Option<&'r NodeNames<'r>>) -> Request<'r> {
    Request {
        picks: vec![Pick { select: any, from: context.range.0, to: context.range.1 }],
        filter: scope.filter.as_ref(),
        stream: Some(context.range),
        breakdown: &scope.breakdown,
        nodes: names,
        sessions: true,
        by_person: true,
        in_order: true,
        ties: true,
        ..Request::default()
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

/// Calls with every session, person after person.
fn each_session(bucket: &mut Bucket<'_>, mut each: impl FnMut(&scan::Rows<'_>, Session)) {
    let context = bucket.context;
    let mut numbers: Vec<u32> = Vec::new();
    let mut open: Vec<Option<Session>> = Vec::new();
    bucket.for_each_person(|rows, person| {
        sessions_of(context, rows, person.hits, &mut numbers);
        open.clear();
        for (hit, number) in person.hits.iter().zip(&numbers).filter(|(_, number)| **number != NO_SESSION) {
            let row = hit.row as usize;
            let node = rows.node.get(row).copied().unwrap_or(0);
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
        open.drain(..).flatten().filter(|session| session.entry != Nodes::HIDDEN).for_each(|session| each(rows, session));
    });
}

#[derive(Debug, Default)]
struct Sums {
    count: u64,
    people: u64,
    /// Sessions come person after person.
    last_person: Option<PersonId>,
    bounces: u64,
    /// How long sessions are, in a list for each bucket.
    milliseconds: Vec<Vec<i64>>,
}

impl Sums {
    fn add(&mut self, session: &Session) {
        if self.last_person != Some(session.person) {
            self.last_person = Some(session.person);
            self.people += 1;
        }
        self.count += 1;
        self.bounces += u64::from(session.events == 1);
        let length = session.end - session.start;
        match self.milliseconds.first_mut() {
            Some(list) => list.push(length),
            None => self.milliseconds.push(vec![length]),
        }
    }

    fn into_json(self) -> Value {
        let mut milliseconds = self.milliseconds.concat();
        let sum: i64 = milliseconds.iter().sum();
        let mean = (self.count > 0).then(|| sum as f64 / 1000.0 / self.count as f64);
        json!({
            "count": self.count,
            "people": self.people,
            "bounces": self.bounces,
            "mean_seconds": number(mean),
            "median_seconds": number(statistics::median_of_whole(&mut milliseconds).map(|median| median / 1000.0)),
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

/// The latest sessions seen so far, up to a number.
struct Latest {
    limit: usize,
    list: Vec<Listed>,
    /// Earlier ones need not be offered.
    from: i64,
}

impl Latest {
    fn new(limit: usize) -> Self {
        Self { limit, list: Vec::new(), from: i64::MIN }
    }

    fn into_list(mut self) -> Vec<Listed> {
        keep_latest(&mut self.list, self.limit);
        self.list
    }

    fn offer(&mut self, start: i64, listed: impl FnOnce() -> Listed) {
        if self.limit == 0 || start < self.from {
            return;
        }
        self.list.push(listed());
        if self.list.len() >= 2 * self.limit + 1000 {
            keep_latest(&mut self.list, self.limit);
            self.from = self.list.last().map_or(i64::MIN, |one| one.start);
        }
    }
}

fn keep_latest(list: &mut Vec<Listed>, limit: usize) {
    list.sort_by_key(|one| (std::cmp::Reverse(one.start), one.person));
    list.truncate(limit);
}

#[derive(Debug, Default)]
struct Found {
    by_key: HashMap<GroupKey, Sums>,
    list: Vec<Listed>,
}

held! {
    Sums { milliseconds }
    Listed { entry, exit }
    Found { by_key, list }
}

impl Found {
    fn merge(mut self, other: Self, limit: usize) -> Self {
        for (key, sums) in other.by_key {
            let into = self.by_key.entry(key).or_default();
            into.people += sums.people;
            into.count += sums.count;
            into.bounces += sums.bounces;
            into.milliseconds.extend(sums.milliseconds);
        }
        self.list.extend(other.list);
        keep_latest(&mut self.list, limit);
        self
    }
}
