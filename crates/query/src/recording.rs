//! Recordings that pass a question's conditions, in its order.
//!
//! Rows are looked at one after the other in memory; only a filter or a sequence reads events, once for all recordings. Where a recording's session id is not one
//! of the events (Mixpanel's recordings are named for themselves), person and time join the two.

use crate::{
    behind, cohort,
    memory::held,
    scan::{self, Bucket, Context, Pick, Request, context::SessionBehind},
};
use serde_json::{Map, Value, json};
use sillage_behavior::{
    AskError,
    filter::{Cell, Test},
    question::{Recordings, Scope, Selector},
    recording::{Cursor, Field},
};
use sillage_event::{
    DAY_MS, Identity, PersonId,
    recording::{Row, Sender},
    time,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A recording covers a moment that lies so much outside: clocks of browser and server differ.
const SLACK_MS: i64 = 5_000;
/// A session may begin before the range, and its events lie around its recording.
const AROUND_MS: i64 = DAY_MS;
const LIVE_MS: i64 = 30 * 60_000;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, recordings: &Recordings, inner: cohort::InnerContext<'_, '_>) -> Result<Value, AskError> {
    let index = context.recordings()?;
    let behind = match &recordings.behind {
        Some(people) => {
            let context_of_question = (inner.context)(&people.of.scope)?;
            let found = behind::people_at(&context_of_question, people, inner)?;
            context.count_events_read(context_of_question.events_read() as usize);
            Some(Behind::new(found, context_of_question.take_sessions()))
        }
        None => None,
    };
    let needs_events = scope.filter.is_some() || !recordings.sequence.is_empty();
    let matched = if needs_events { Some(matched(context, scope, recordings)?) } else { None };
    let persons = Persons::of(context, recordings);
    let mut passing: Vec<(Cursor, &Arc<Row>, Option<i64>)> = Vec::new();
    for (n, row) in index.rows.iter().enumerate() {
        if n % 4096 == 0 {
            context.check()?;
        }
        let in_range = (context.range.0..context.range.1).contains(&row.start);
        if !in_range || !recordings.conditions.iter().all(|condition| condition.holds(row, &recordings.marks)) {
            continue;
        }
        let person = row.person.map(|person| context.snapshot.links.resolve(person));
        if !persons.pass(person) {
            continue;
        }
        let mut moment = None;
        if let Some(behind) = &behind {
            let Some(found) = behind.moment(row, person) else { continue };
            moment = found;
        }
        if let Some(matched) = &matched {
            match matched.moment(row, person) {
                Some(t) => moment = moment.or(Some(t)),
                None => continue,
            }
        }
        passing.push((Cursor { key: recordings.sort.key(row), session: String::new() }, row, moment));
    }
    let count = passing.len();
    passing.sort_unstable_by(|a, b| a.0.key.cmp(&b.0.key).then_with(|| a.1.session.cmp(&b.1.session)));
    let from = match &recordings.before {
        Some(before) => passing.partition_point(|(cursor, row, _)| (cursor.key, &*row.session) <= (before.key, before.session.as_str())),
        None => 0,
    };
    let page = &passing[from..(from + recordings.limit).min(count)];
    let more = from + page.len() < count;
    let next = page.last().filter(|_| more).map(|(cursor, row, _)| Cursor { session: row.session.to_string(), ..cursor.clone() }.text());
    let mut list = Vec::with_capacity(page.len());
    let mut names: HashMap<PersonId, Option<String>> = HashMap::new();
    for (_, row, moment) in page {
        let mut one = columns(context, row, &mut names)?;
        one.insert("watched".to_owned(), Value::Bool(recordings.marks.watched.contains(&*row.session)));
        one.insert("notes".to_owned(), Value::from(recordings.marks.notes.get(&*row.session).map_or(0, Vec::len)));
        if let Some(moment) = moment {
            one.insert("moment_ms".to_owned(), Value::from((moment - row.start).clamp(0, row.duration_ms())));
        }
        list.push(Value::Object(one));
    }
    Ok(json!({"count": count, "recordings": list, "next": next}))
}

fn covers(row: &Row, t: i64) -> bool {
    (row.start - SLACK_MS..=row.end + SLACK_MS).contains(&t)
}

/// Who is behind a cell, and when.
struct Behind {
    people: HashMap<PersonId, Vec<i64>>,
    /// Of cells that tell of sessions: when it happened in each, by the session's key.
    sessions: HashMap<u64, i64>,
}

impl Behind {
    fn new(people: Vec<(PersonId, Vec<i64>)>, told: Vec<SessionBehind>) -> Self {
        let mut people: HashMap<PersonId, Vec<i64>> = people.into_iter().collect();
        let mut sessions = HashMap::new();
        for one in told {
            // Without a session's id, person and time have to do.
            if one.key == 0 {
                people.entry(one.person).or_default().push(one.time);
            } else {
                sessions.insert(one.key, one.time);
            }
        }
        people.values_mut().for_each(|times| times.sort_unstable());
        Self { people, sessions }
    }

    /// Whether a recording is behind the cell, and the moment in it, if one is told.
    fn moment(&self, row: &Row, person: Option<PersonId>) -> Option<Option<i64>> {
        if let Some(t) = self.sessions.get(&row.session_key) {
            return Some(Some(*t));
        }
        let times = self.people.get(&person?)?;
        match times.iter().rev().copied().find(|t| covers(row, *t)) {
            Some(t) => Some(Some(t)),
            None => (times.is_empty() && self.sessions.is_empty()).then_some(None),
        }
    }
}

/// The columns of a recording as answers write them.
fn columns(context: &Context<'_>, row: &Row, names: &mut HashMap<PersonId, Option<String>>) -> Result<Map<String, Value>, AskError> {
    let person = match row.person {
        Some(person) => {
            let person = context.snapshot.links.resolve(person);
            let name = match names.get(&person) {
                Some(name) => name.clone(),
                None => names.entry(person).or_insert(Some(context.person_name(person)?).filter(|name| !name.is_empty())).clone(),
            };
            let own = || row.user_id.as_deref().map(str::to_owned).or_else(|| Some(Identity::Device(row.device_id.as_deref()?.to_owned()).to_string()));
            name.or_else(own)
        }
        None => None,
    };
    let signals: Map<String, Value> = row.signals.iter().map(|(name, n)| (name.to_string(), Value::from(*n))).collect();
    let texts = |list: &[Arc<str>]| list.iter().map(|text| Value::from(&**text)).collect::<Value>();
    let columns = json!({
        "session": &*row.session,
        "person": person,
        "device_id": row.device_id.as_deref(),
        "start": time::to_rfc3339(row.start),
        "end": time::to_rfc3339(row.end),
        "duration_seconds": row.duration_ms() as f64 / 1000.0,
        "active_seconds": row.active_ms as f64 / 1000.0,
        "pages": row.pages.len(),
        "page_list": texts(&row.pages),
        "entry": row.pages.first().map(|page| &**page),
        "exit": row.pages.last().map(|page| &**page),
        "clicks": row.clicks,
        "keys": row.keys,
        "max_scroll_px": row.max_scroll_px,
        "signals": signals,
        "score": row.score,
        "score_version": row.score_version,
        "errors": row.errors,
        "failed_requests": row.failed_requests,
        "console_errors": row.console_errors,
        "events": texts(&row.events),
        "device": row.device.as_deref(),
        "browser": row.browser.as_deref(),
        "os": row.os.as_deref(),
        "country": row.country.as_deref(),
        "bot": row.is_bot,
        "bytes": row.bytes,
        "has_snapshot": row.has_snapshot,
        "problems": texts(&row.problems),
        "is_live": context.now - row.last_received < LIVE_MS,
    });
    Ok(match columns {
        Value::Object(columns) => columns,
        _ => Map::new(),
    })
}

/// Conditions on who was recorded.
struct Persons<'q> {
    tests: Vec<(&'q Test, HashSet<PersonId>)>,
}

impl<'q> Persons<'q> {
    fn of(context: &Context<'_>, recordings: &'q Recordings) -> Self {
        let links = &context.snapshot.links;
        let conditions = recordings.conditions.iter().filter(|condition| condition.field == Field::Person);
        let named = |test: &Test| match test {
            Test::Is(ids) | Test::IsNot(ids) => ids.iter().map(|id| links.resolve(Identity::parse(id).hash())).collect(),
            _ => HashSet::new(),
        };
        Self { tests: conditions.map(|condition| (&condition.test, named(&condition.test))).collect() }
    }

    fn pass(&self, person: Option<PersonId>) -> bool {
        self.tests.iter().all(|(test, named)| match test {
            Test::Is(_) => person.is_some_and(|person| named.contains(&person)),
            Test::IsNot(_) => person.is_none_or(|person| !named.contains(&person)),
            other => other.matches(person.map(|_| Cell::Flag(true))),
        })
    }
}

/// Sessions whose events pass, and when they first did.
#[derive(Debug, Default)]
struct Matched {
    by_session: HashMap<u64, i64>,
    by_person: HashMap<PersonId, Vec<i64>>,
}

held! {
    Matched { by_session, by_person }
}

impl Matched {
    fn moment(&self, row: &Row, person: Option<PersonId>) -> Option<i64> {
        if row.sender == Sender::Tag {
            return self.by_session.get(&row.session_key).copied();
        }
        self.by_person.get(&person?)?.iter().copied().filter(|t| covers(row, *t)).min()
    }

    fn add(mut self, other: Self) -> Self {
        for (key, t) in other.by_session {
            self.by_session.entry(key).and_modify(|one| *one = (*one).min(t)).or_insert(t);
        }
        for (person, times) in other.by_person {
            self.by_person.entry(person).or_default().extend(times);
        }
        self
    }
}

/// Reads the events once: a session passes when it did the steps in order, or, without steps, when one of its events passes the filter.
fn matched(context: &Context<'_>, scope: &Scope, recordings: &Recordings) -> Result<Matched, AskError> {
    let any = [Selector::default()];
    let steps = if recordings.sequence.is_empty() { &any[..] } else { &recordings.sequence };
    let (from, to) = (context.range.0.saturating_sub(AROUND_MS), context.range.1.saturating_add(AROUND_MS));
    let request = Request {
        picks: steps.iter().map(|select| Pick { select, from, to }).collect(),
        filter: scope.filter.as_ref(),
        sessions: true,
        by_person: true,
        in_order: true,
        ties: true,
        ..Request::default()
    };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Matched::default();
        let mut numbers: Vec<u32> = Vec::new();
        // Of each session of the person: how many steps were done, when the first was, and its key.
        let mut progress: Vec<(usize, i64, u64)> = Vec::new();
        bucket.for_each_person(|rows, person| {
            scan::sessions_of(context, rows, person.hits, &mut numbers);
            progress.clear();
            for (hit, number) in person.hits.iter().zip(&numbers) {
                let at = *number as usize;
                if progress.len() <= at {
                    progress.resize(at + 1, (0, 0, 0));
                }
                let (done, first, key) = &mut progress[at];
                if *done < steps.len() && hit.mask & (1 << *done) != 0 {
                    if *done == 0 {
                        *first = hit.time;
                        *key = rows.session_key[hit.row as usize];
                    }
                    *done += 1;
                }
            }
            for (_, first, key) in progress.iter().filter(|(done, ..)| *done == steps.len()) {
                if *key != 0 {
                    found.by_session.entry(*key).and_modify(|one| *one = (*one).min(*first)).or_insert(*first);
                }
                found.by_person.entry(person.id).or_default().push(*first);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, Matched::add)?.unwrap_or_default())
}
