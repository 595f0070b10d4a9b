//! Properties of the session that an event belongs to, for filters and breakdowns.
//!
//! What somebody's sessions were is found by a reading of its own, before the one that needs it: of everything that persons did, whether the question's
//! filter lets it through or not, from a day before what the question looks at to a day after. A row then finds its session by its person, its session id
//! or device, and its time. Sessions are always those of persons.

use crate::{
    memory::held,
    predicate,
    scan::{self, Bucket, Context, NO_PERSON, NodeNames, Pick, Request, device_keys, session_keys, sessions_of},
};
use arrow_array::{Int64Array, cast::AsArray};
use parking_lot::Mutex;
use serde_json::Value;
use sillage_behavior::{
    AskError,
    filter::{Filter, Of},
    question::{Breakdown, Journey, Selector, SessionBy},
    session::NO_SESSION,
};
use sillage_event::{DAY_MS, PersonId};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// What every session has; any other name is the first value of that property of an event in it.
pub(crate) const DURATION: &str = "$duration_s";
pub(crate) const EVENT_COUNT: &str = "$event_count";
pub(crate) const FIRST_EVENT: &str = "$first_event";
pub(crate) const LAST_EVENT: &str = "$last_event";

/// Values of one property, by session.
#[derive(Debug, Default)]
pub(crate) struct SessionTable {
    /// By person and session id.
    keyed: HashMap<(PersonId, u64), u32>,
    /// Times of a person's session that rows without an id belong to, by device, in order.
    runs: HashMap<PersonId, Vec<Run>>,
    values: Vec<Value>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    device_key: u64,
    from: i64,
    to: i64,
    session: u32,
}

held! {
    Run {}
    SessionTable { keyed, runs, values }
}

/// A table, and the span of time that it is right for.
type Spanned = ((i64, i64), Arc<SessionTable>);

/// The tables of the reading under way, by property.
#[derive(Debug, Default)]
pub(crate) struct SessionTables(Mutex<HashMap<String, Spanned>>);

/// Finds the sessions that some filters and breakdowns look at, for rows of a span of time.
pub(crate) fn prepare(context: &Context<'_>, filters: &[&Filter], breakdown: &[Breakdown], span: (i64, i64)) -> Result<(), AskError> {
    let mut names: BTreeSet<&str> = breakdown.iter().filter_map(Breakdown::property).filter(|(_, of)| **of == Of::Session).map(|(name, _)| name).collect();
    let mut leaves = Vec::new();
    filters.iter().for_each(|filter| filter.leaves(&mut leaves));
    names.extend(leaves.iter().filter_map(|leaf| match leaf {
        Filter::Property { property, of: Of::Session, .. } => Some(property.as_str()),
        _ => None,
    }));
    for name in names {
        let known = context.sessions.0.lock().get(name).is_some_and(|(of, _)| *of == span);
        if !known {
            let table = read(context, name, span)?;
            context.sessions.0.lock().insert(name.to_owned(), (span, Arc::new(table)));
        }
    }
    Ok(())
}

fn read(context: &Context<'_>, name: &str, (from, to): (i64, i64)) -> Result<SessionTable, AskError> {
    let persons = context.of_persons();
    let any = Selector::default();
    let events = Journey::of_events();
    let nodes = NodeNames { journey: &events };
    let is_own = matches!(name, DURATION | EVENT_COUNT | FIRST_EVENT | LAST_EVENT);
    let value = [Breakdown::Property { property: name.to_owned(), of: Of::Event, trim_url: false, only: None }];
    let span = (from.saturating_sub(DAY_MS), to.saturating_add(DAY_MS));
    let request = Request {
        picks: vec![Pick { select: &any, from: span.0, to: span.1 }],
        stream: Some(span),
        breakdown: if is_own { &[] } else { &value },
        counts_groups: true,
        nodes: matches!(name, FIRST_EVENT | LAST_EVENT).then_some(&nodes),
        sessions: true,
        by_person: true,
        in_order: true,
        ties: true,
        ..Request::default()
    };
    let by_events = matches!(context.session_by, SessionBy::Events { .. });
    let collect = |bucket: &mut Bucket<'_>| {
        let mut table = SessionTable::default();
        let mut numbers = Vec::new();
        let context = bucket.context;
        bucket.for_each_person(|rows, person| {
            sessions_of(context, rows, person.hits, &mut numbers);
            let first = table.values.len() as u32;
            let mut spans: Vec<(i64, i64, u64)> = Vec::new();
            for (hit, number) in person.hits.iter().zip(&numbers).filter(|(_, number)| **number != NO_SESSION) {
                let (row, at) = (hit.row as usize, *number as usize);
                if spans.len() <= at {
                    spans.resize(at + 1, (i64::MAX, i64::MIN, 0));
                    table.values.resize(first as usize + at + 1, Value::Null);
                }
                let span = &mut spans[at];
                *span = (span.0.min(hit.time), span.1.max(hit.time), span.2 + 1);
                let value = &mut table.values[first as usize + at];
                match name {
                    FIRST_EVENT if value.is_null() => *value = Value::from(&*rows.nodes.shown[rows.node[row] as usize]),
                    LAST_EVENT => *value = Value::from(&*rows.nodes.shown[rows.node[row] as usize]),
                    _ if !is_own && value.is_null() => {
                        *value = rows
                            .groups
                            .members(&rows.group[row])
                            .first()
                            .map_or(Value::Null, |member| rows.groups.keys[*member as usize].to_json(1)[0].clone());
                    }
                    _ => {}
                }
                let key = rows.session_key[row];
                if key != 0 && !by_events {
                    table.keyed.insert((person.id, key), first + *number);
                    continue;
                }
                let device_key = if by_events { 0 } else { rows.device_key[row] };
                let runs = table.runs.entry(person.id).or_default();
                match runs.iter_mut().rev().find(|run| run.device_key == device_key) {
                    Some(run) if run.session == first + *number => run.to = hit.time,
                    _ => runs.push(Run { device_key, from: hit.time, to: hit.time, session: first + *number }),
                }
            }
            for (at, (start, end, n)) in spans.into_iter().enumerate() {
                match name {
                    DURATION => table.values[first as usize + at] = Value::from(end.saturating_sub(start) as f64 / 1000.0),
                    EVENT_COUNT => table.values[first as usize + at] = Value::from(n),
                    _ => {}
                }
            }
        });
        Ok(table)
    };
    let add = |mut a: SessionTable, b: SessionTable| {
        let first = a.values.len() as u32;
        a.values.extend(b.values);
        a.keyed.extend(b.keyed.into_iter().map(|(key, session)| (key, session + first)));
        a.runs.extend(b.runs.into_iter().map(|(person, mut runs)| {
            runs.iter_mut().for_each(|run| run.session += first);
            (person, runs)
        }));
        a
    };
    let table = scan::run(&persons, &request, collect, add)?.unwrap_or_default();
    context.count_events_read(persons.events_read() as usize);
    Ok(table)
}

impl SessionTable {
    fn value(&self, person: PersonId, session_key: u64, device_key: u64, time: i64) -> Option<&Value> {
        let session = if session_key == 0 {
            let runs = self.runs.get(&person)?;
            runs.iter().find(|run| run.device_key == device_key && run.from <= time && time <= run.to)?.session
        } else {
            *self.keyed.get(&(person, session_key))?
        };
        Some(&self.values[session as usize]).filter(|value| !value.is_null())
    }
}

/// Calls with the value of every row whose session has one.
pub(crate) fn for_each_row(rows: &predicate::Rows<'_>, name: &str, mut each: impl FnMut(usize, &Value)) -> Result<(), AskError> {
    let Some((_, table)) = rows.context.sessions.0.lock().get(name).cloned() else { return Ok(()) };
    let by_events = matches!(rows.context.session_by, SessionBy::Events { .. });
    let times: &Int64Array = rows.batch.column(0).as_primitive();
    let keys = if by_events { vec![0; rows.batch.num_rows()] } else { session_keys(rows)? };
    let devices = if by_events { vec![0; rows.batch.num_rows()] } else { device_keys(rows.batch)? };
    for (row, ordinal) in rows.ordinals.iter().enumerate().filter(|(_, ordinal)| **ordinal != NO_PERSON) {
        if let Some(value) = table.value(rows.people[*ordinal as usize], keys[row], devices[row], times.value(row)) {
            each(row, value);
        }
    }
    Ok(())
}
