//! The events of one person, or those of some names, latest first; and events written back from columns.

use crate::{
    predicate,
    scan::{Context, store_failed},
    session_property,
};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array, cast::AsArray, types::Int32Type};
use arrow_schema::{FieldRef, Schema};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    filter::Filter,
    question::{Scope, Timeline},
};
use sillage_event::{Event, Identity, PersonId, time};
use sillage_store::{PropertyColumn, PropertyKind, Segment, column};
use std::{collections::HashSet, ops::Range, sync::Arc};

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, timeline: &Timeline) -> Result<Value, AskError> {
    context.footprint.all_events();
    let before = timeline.before.unwrap_or((i64::MAX, u64::MAX));
    let filters: Vec<&Filter> = scope.filter.iter().collect();
    session_property::prepare(context, &filters, &[], context.range)?;
    let of_segment = |(s, segment): (usize, &Arc<dyn Segment>)| {
        context.check()?;
        let is_outside = segment.time_range().is_none_or(|(first, last)| last < context.range.0 || first >= context.range.1 || first > before.0);
        match &timeline.person {
            _ if is_outside => Ok(Vec::new()),
            Some(person) => of_person(context, scope, timeline, person, (s, &**segment), before),
            None => of_everybody(context, scope, timeline, (s, &**segment), before),
        }
    };
    let found = context.snapshot.segments.par_iter().enumerate().map(of_segment).collect::<Result<Vec<_>, AskError>>()?;
    let mut found = found.concat();
    found.sort_unstable_by_key(|one| std::cmp::Reverse((one.0, one.1)));
    let more = found.len() > timeline.limit;
    found.truncate(timeline.limit);
    let next = found.last().filter(|_| more).map(|one| format!("{}-{}", one.0, one.1));
    // Each bucket is read once for all its rows; then the events go back to their places.
    let mut places: Vec<usize> = (0..found.len()).collect();
    places.sort_unstable_by_key(|place| (found[*place].2, found[*place].3, found[*place].4));
    let mut events: Vec<Value> = vec![Value::Null; found.len()];
    let buckets: Vec<&[usize]> = places.chunk_by(|a, b| (found[*a].2, found[*a].3) == (found[*b].2, found[*b].3)).collect();
    let read_bucket = |of_bucket: &&[usize]| {
        let (_, _, s, bucket, _) = found[of_bucket[0]];
        let rows: Vec<Range<usize>> = of_bucket.iter().map(|place| found[*place].4..found[*place].4 + 1).collect();
        events_at(&*context.snapshot.segments[s], bucket, &rows).map_err(store_failed)
    };
    let read = buckets.par_iter().map(read_bucket).collect::<Result<Vec<_>, AskError>>()?;
    for (of_bucket, read) in buckets.iter().zip(&read) {
        of_bucket.iter().zip(read).for_each(|(place, event)| events[*place] = event_json(event));
    }
    Ok(json!({"events": events, "next": next}))
}

/// A row: its time, its rank among those of the same time, and where it stands: segment, bucket, row.
type Found = (i64, u64, usize, usize, usize);

fn of_person(
    context: &Context<'_>,
    scope: &Scope,
    timeline: &Timeline,
    person: &str,
    (s, segment): (usize, &dyn Segment),
    before: (i64, u64),
) -> Result<Vec<Found>, AskError> {
    let person = context.snapshot.links.resolve(Identity::parse(person).hash());
    let mut found: Vec<Found> = Vec::new();
    let held = ids_held_for(context, segment, person);
    let buckets: HashSet<usize> = held.iter().map(|id| sillage_store::bucket_of(*id, segment.bucket_bits())).collect();
    let names = segment.event_names();
    for bucket in buckets {
        let wanted: Vec<Range<usize>> =
            names.iter().enumerate().filter(|(_, name)| timeline.shows(name)).map(|(event, _)| segment.event_rows(bucket, event)).collect();
        rows_of(context, scope, segment, bucket, person, &held, |row, at, tie| {
            let rank = ((s as u64) << 32) | u64::from(tie);
            if (at, rank) < before && (timeline.events.is_none() || wanted.iter().any(|rows| rows.contains(&row))) {
                found.push((at, rank, s, bucket, row));
            }
        })?;
    }
    Ok(found)
}

/// The latest of a segment, whoever did them. Only the rows of the events that are named are read.
fn of_everybody(
    context: &Context<'_>,
    scope: &Scope,
    timeline: &Timeline,
    (s, segment): (usize, &dyn Segment),
    before: (i64, u64),
) -> Result<Vec<Found>, AskError> {
    let mut found: Vec<Found> = Vec::new();
    let names = segment.event_names();
    let events: Vec<usize> =
        names.iter().enumerate().filter(|(event, name)| timeline.shows(name) && segment.event_count(*event) > 0).map(|(event, _)| event).collect();
    let mut columns = vec![column::TIME.to_owned(), column::PERSON.to_owned()];
    if let Some(filter) = &scope.filter {
        predicate::filter_columns(context, segment, filter, &mut columns);
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let (from, to) = context.range;
    for bucket in 0..(if events.is_empty() { 0 } else { 1usize << segment.bucket_bits() }) {
        context.check()?;
        let mut rows: Vec<Range<usize>> = events.iter().map(|event| segment.event_rows(bucket, *event)).filter(|rows| !rows.is_empty()).collect();
        rows.sort_unstable_by_key(|rows| rows.start);
        if rows.is_empty() {
            continue;
        }
        let batch = segment.read(bucket, &rows, &columns).map_err(store_failed)?;
        context.count_events_read(batch.num_rows());
        let times: &Int64Array = batch.column(0).as_primitive();
        let passes = match &scope.filter {
            None => None,
            Some(filter) => {
                let ordinals: &UInt32Array = batch.column(1).as_primitive();
                let people: Vec<PersonId> = segment.people(bucket).map_err(store_failed)?.hashes.iter().map(|id| context.snapshot.links.resolve(*id)).collect();
                Some(predicate::Rows { context, batch: &batch, ordinals: ordinals.values(), people: &people }.passes(filter)?)
            }
        };
        for (at, row) in rows.into_iter().flatten().enumerate() {
            let time = times.value(at);
            // Rows of several people share a time, so the place of a row is its rank.
            let rank = ((s as u64) << 48) | ((bucket as u64) << 32) | row as u64;
            if (from..to).contains(&time) && (time, rank) < before && passes.as_ref().is_none_or(|passes| passes[at]) {
                found.push((time, rank, s, bucket, row));
            }
        }
        // One more than are shown says that there are more.
        found.sort_unstable_by_key(|one| std::cmp::Reverse((one.0, one.1)));
        found.truncate(timeline.limit + 1);
    }
    Ok(found)
}

fn event_json(event: &Event) -> Value {
    json!({
        "event": event.name,
        "time": time::to_rfc3339(event.time),
        "distinct_id": event.distinct_id,
        "device_id": event.device_id,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "insert_id": event.insert_id,
        "groups": event.groups.iter().map(|(kind, keys)| (kind.clone(), Value::from(keys.clone()))).collect::<serde_json::Map<_, _>>(),
        "properties": event.properties,
    })
}

/// The ids under which rows of a person may lie in a segment: its own, and those that a link moved to it. A merge by hand is in no row, however late it came.
fn ids_held_for(context: &Context<'_>, segment: &dyn Segment, person: PersonId) -> Vec<PersonId> {
    let moved = context.snapshot.links.changed_since(segment.links_applied());
    let held = moved.into_iter().filter(|(_, to)| *to == person).map(|(held, _)| held);
    held.chain([person]).collect()
}

fn rows_of(
    context: &Context<'_>,
    scope: &Scope,
    segment: &dyn Segment,
    bucket: usize,
    person: PersonId,
    held: &[PersonId],
    mut each: impl FnMut(usize, i64, u32),
) -> Result<(), AskError> {
    let people = segment.people(bucket).map_err(store_failed)?;
    let ordinals: HashSet<u32> = held.iter().filter_map(|id| people.hashes.binary_search(id).ok()).map(|ordinal| ordinal as u32).collect();
    let n = segment.bucket_rows(bucket);
    if ordinals.is_empty() || n == 0 {
        return Ok(());
    }
    let whole = std::slice::from_ref(&(0..n)).to_vec();
    let persons = segment.read(bucket, &whole, &[column::PERSON]).map_err(store_failed)?;
    let persons: &UInt32Array = persons.column(0).as_primitive();
    let alone = if ordinals.len() == 1 { ordinals.iter().next().copied() } else { None };
    let mut rows: Vec<Range<usize>> = Vec::new();
    for (row, ordinal) in persons.values().iter().enumerate() {
        if alone.map_or_else(|| ordinals.contains(ordinal), |one| one == *ordinal) {
            match rows.last_mut() {
                Some(range) if range.end == row => range.end = row + 1,
                _ => rows.push(row..row + 1),
            }
        }
    }
    let mut columns = vec![column::TIME.to_owned(), column::TIE.to_owned()];
    if let Some(filter) = &scope.filter {
        predicate::filter_columns(context, segment, filter, &mut columns);
    }
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let batch = segment.read(bucket, &rows, &names).map_err(store_failed)?;
    context.count_events_read(batch.num_rows());
    let times: &Int64Array = batch.column(0).as_primitive();
    let ties: &UInt32Array = batch.column(1).as_primitive();
    let passes = match &scope.filter {
        None => None,
        Some(filter) => {
            let positions = vec![0; batch.num_rows()];
            Some(predicate::Rows { context, batch: &batch, ordinals: &positions, people: &[person] }.passes(filter)?)
        }
    };
    let (from, to) = context.range;
    for (at, row) in rows.into_iter().flatten().enumerate() {
        if (from..to).contains(&times.value(at)) && passes.as_ref().is_none_or(|passes| passes[at]) {
            each(row, times.value(at), ties.value(at));
        }
    }
    Ok(())
}

/// Rows of a segment as the events they were made from.
pub fn events_at(segment: &dyn Segment, bucket: usize, rows: &[Range<usize>]) -> Result<Vec<Event>, sillage_store::StoreError> {
    let mut columns: Vec<String> = [
        column::TIME,
        column::EVENT,
        column::DISTINCT_ID,
        column::DEVICE_ID,
        column::USER_ID,
        column::INSERT_ID,
        column::SESSION_ID,
        column::RECEIVED_AT,
        column::SEQ,
    ]
    .map(str::to_owned)
    .to_vec();
    if segment.has_overflow() {
        columns.push(column::OVERFLOW.to_owned());
    }
    columns.extend(segment.properties().iter().map(PropertyColumn::column_name));
    // A few rows out of many columns are mostly unpacking, which the columns share among the threads.
    let read = columns.par_iter().map(|name| segment.read(bucket, rows, &[name])).collect::<Result<Vec<_>, _>>()?;
    let fields: Vec<FieldRef> = read.iter().flat_map(|one| one.schema_ref().fields()).map(Arc::clone).collect();
    let arrays: Vec<ArrayRef> = read.iter().flat_map(RecordBatch::columns).map(Arc::clone).collect();
    Ok(events_of(&RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?))
}

fn events_of(batch: &RecordBatch) -> Vec<Event> {
    let text = |position: usize, row: usize| -> Option<String> {
        let array = batch.column(position);
        if array.is_null(row) {
            return None;
        }
        if let Some(plain) = array.as_string_opt::<i32>() {
            return Some(plain.value(row).to_owned());
        }
        let dictionary = array.as_dictionary::<Int32Type>();
        let values: &StringArray = dictionary.values().as_string();
        Some(values.value(dictionary.keys().value(row) as usize).to_owned())
    };
    let whole = |position: usize, row: usize| {
        let array: &Int64Array = batch.column(position).as_primitive();
        (!array.is_null(row)).then(|| array.value(row))
    };
    let properties: Vec<(usize, PropertyColumn)> =
        batch.schema_ref().fields().iter().enumerate().filter_map(|(position, field)| Some((position, PropertyColumn::parse(field.name())?))).collect();
    let overflow = batch.schema_ref().index_of(column::OVERFLOW).ok();
    (0..batch.num_rows())
        .map(|row| {
            let mut event = Event {
                time: whole(0, row).unwrap_or_default(),
                name: text(1, row).unwrap_or_default(),
                distinct_id: text(2, row).unwrap_or_default(),
                device_id: text(3, row),
                user_id: text(4, row),
                insert_id: text(5, row).unwrap_or_default(),
                session_id: text(6, row),
                received_at: whole(7, row).unwrap_or_default(),
                seq: whole(8, row).map(|seq| seq as u64),
                ..Event::default()
            };
            for (position, property) in &properties {
                let array = batch.column(*position);
                if array.is_null(row) {
                    continue;
                }
                let value = match property.kind {
                    PropertyKind::Text => Value::from(text(*position, row)),
                    PropertyKind::Number => {
                        let numbers: &Float64Array = array.as_primitive();
                        crate::trend::number(Some(numbers.value(row)))
                    }
                    PropertyKind::Flag => {
                        let flags: &BooleanArray = array.as_boolean();
                        Value::from(flags.value(row))
                    }
                    PropertyKind::Json => text(*position, row).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null),
                    PropertyKind::Group => {
                        event.groups.push((property.name.clone(), text(*position, row).into_iter().collect()));
                        continue;
                    }
                };
                event.properties.insert(property.name.clone(), value);
            }
            if let Some(Ok(Value::Object(overflow))) = overflow.and_then(|position| text(position, row)).map(|text| serde_json::from_str::<Value>(&text)) {
                event.properties.extend(overflow);
            }
            event
        })
        .collect()
}
