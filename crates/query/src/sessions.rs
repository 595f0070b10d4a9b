//! Sessions: how many, how long, how many of one event only, and the latest of them.

use crate::{
    group::{GroupKey, check_count},
    scan::{self, Bucket, Context, NO_PERSON, NodeNames, Nodes, Pick, Request, sessions_of},
    trend::number,
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    question::{Journey, Scope, Selector, SessionBy, Sessions},
    session::NO_SESSION,
    statistics,
};
use sillage_event::PersonId;
use std::{collections::HashMap, sync::Arc};

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, sessions: &Sessions) -> Result<Value, AskError> {
    let any = Selector::default();
    let plain = Journey::of_events();
    let names = NodeNames { journey: &plain };
    let lists = sessions.limit > 0;
    let request = request(context, scope, &any, lists.then_some(&names));
    let collect = |bucket: &mut Bucket<'_>| {
        // The overall line first, then a segment each.
        let mut lines: Vec<Sums> = vec![Sums::default()];
        let mut latest = Latest::new(sessions.limit);
        each_session(bucket, |rows, session| {
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
        });
        let keys = std::iter::once(GroupKey::overall()).chain(bucket.rows.groups.keys.iter().cloned());
        let by_key = keys.zip(lines).filter(|(_, sums)| !sums.seconds.is_empty()).collect();
        Ok(Found { by_key, list: latest.into_list() })
    };
    let merge = |a: Found, b: Found| a.merge(b, sessions.limit);
    let mut found = scan::run(context, &request, collect, merge)?.unwrap_or_default();
    check_count(found.by_key.len())?;
    let mut answer = found.by_key.remove(&GroupKey::overall()).unwrap_or_default().into_json();
    if !scope.breakdown.is_empty() {
        let mut segments: Vec<(GroupKey, Sums)> = found.by_key.into_iter().collect();
        segments.sort_by(|a, b| b.1.seconds.len().cmp(&a.1.seconds.len()).then_with(|| a.0.order(&b.0)));
        answer["groups"] = segments
            .into_iter()
            .map(|(key, sums)| {
                let mut segment = sums.into_json();
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
    let by_events = matches!(bucket.context.session_by, SessionBy::Events { .. });
    if !by_events && bucket.counts_rows_as_they_are() && bucket.rows.session_key.iter().all(|key| *key != 0) {
        let sessions = keyed_sessions(&bucket.rows);
        bucket.context.count_people(sessions.chunk_by(|a, b| a.person == b.person).count());
        for keyed in sessions.into_iter().filter(|keyed| keyed.entry != Nodes::HIDDEN) {
            let Keyed { person, start, end, events, entry, exit, group, .. } = keyed;
            each(&bucket.rows, Session { person: bucket.people[person as usize], start: start.0, end: end.0, events, entry, exit, group });
        }
        return;
    }
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

/// A session whose every event carries its id: found without putting anybody's events in order.
#[derive(Debug)]
struct Keyed {
    person: u32,
    key: u64,
    /// Time and rank of the first and the last event.
    start: (i64, u32),
    end: (i64, u32),
    events: u64,
    entry: u32,
    exit: u32,
    group: Option<u32>,
}

/// The sessions of rows that all have a session id, by person, then start.
fn keyed_sessions(rows: &scan::Rows<'_>) -> Vec<Keyed> {
    let mut sessions: Vec<Keyed> = Vec::new();
    // Open addressing: the key is a hash already. Positions in `sessions`, one more; 0 is free.
    let mut slots = vec![0u32; 1024];
    for row in 0..rows.len() {
        let (person, key) = (rows.person[row], rows.session_key[row]);
        if person == NO_PERSON {
            continue;
        }
        if sessions.len() * 2 >= slots.len() {
            slots = vec![0; slots.len() * 4];
            for (at, session) in sessions.iter().enumerate() {
                let slot = slot_of(&slots, &sessions, session.person, session.key);
                slots[slot] = at as u32 + 1;
            }
        }
        let when = (rows.time[row], rows.tie.get(row).copied().unwrap_or(0));
        let node = || rows.node.get(row).copied().unwrap_or(0);
        let slot = slot_of(&slots, &sessions, person, key);
        match slots[slot] as usize {
            at @ 1.. => {
                let session = &mut sessions[at - 1];
                session.events += 1;
                if when < session.start {
                    (session.start, session.entry, session.group) = (when, node(), rows.group.get(row).copied());
                }
                if when >= session.end {
                    (session.end, session.exit) = (when, node());
                }
            }
            0 => {
                let group = rows.group.get(row).copied();
                sessions.push(Keyed { person, key, start: when, end: when, events: 1, entry: node(), exit: node(), group });
                slots[slot] = sessions.len() as u32;
            }
        }
    }
    sessions.sort_unstable_by_key(|session| (session.person, session.start, session.key));
    sessions
}

/// Where a session is, or where it goes.
fn slot_of(slots: &[u32], sessions: &[Keyed], person: u32, key: u64) -> usize {
    let mask = slots.len() - 1;
    let is_it = |at: u32| sessions.get(at as usize - 1).is_some_and(|session| (session.person, session.key) == (person, key));
    let mut slot = (key ^ u64::from(person).wrapping_mul(0x9e37_79b9_7f4a_7c15)) as usize & mask;
    while slots[slot] != 0 && !is_it(slots[slot]) {
        slot = (slot + 1) & mask;
    }
    slot
}

#[derive(Debug, Default)]
struct Sums {
    people: u64,
    /// Sessions come person after person.
    last_person: Option<PersonId>,
    bounces: u64,
    seconds: Vec<f64>,
}

impl Sums {
    fn add(&mut self, session: &Session) {
        if self.last_person != Some(session.person) {
            self.last_person = Some(session.person);
            self.people += 1;
        }
        self.bounces += u64::from(session.events == 1);
        self.seconds.push((session.end - session.start) as f64 / 1000.0);
    }

    fn into_json(mut self) -> Value {
        json!({
            "count": self.seconds.len(),
            "people": self.people,
            "bounces": self.bounces,
            "mean_seconds": number(statistics::mean(&self.seconds)),
            "median_seconds": number(statistics::median(&mut self.seconds)),
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

impl Found {
    fn merge(mut self, other: Self, limit: usize) -> Self {
        for (key, sums) in other.by_key {
            let into = self.by_key.entry(key).or_default();
            into.people += sums.people;
            into.bounces += sums.bounces;
            into.seconds.extend(sums.seconds);
        }
        self.list.extend(other.list);
        keep_latest(&mut self.list, limit);
        self
    }
}
