//! The fields of a timeline.

use super::limit;
use crate::question::{
    Timeline,
    fields::{Fields, Read, not_allowed},
};

pub(super) fn read_timeline(fields: &mut Fields<'_>) -> Read<Timeline> {
    let path = fields.at("person");
    let person = fields.text("person")?.map(str::to_owned);
    let events_path = fields.at("events");
    let events = fields.texts("events")?;
    if events.as_ref().is_some_and(Vec::is_empty) {
        return Err(not_allowed(&events_path, "names at least one event; leave it out for all"));
    }
    if person.is_none() && events.is_none() {
        return Err(not_allowed(&path, "takes a person's id; without one, name `events`, which are then listed whoever did them"));
    }
    let limit = limit(fields, 100, 10_000)?;
    let before_path = fields.at("before");
    let before = match fields.text("before")? {
        Some(cursor) => {
            let parsed = cursor.split_once('-').and_then(|(time, rank)| Some((time.parse().ok()?, rank.parse().ok()?)));
            Some(parsed.ok_or_else(|| not_allowed(&before_path, "is not a cursor that an answer gave"))?)
        }
        None => None,
    };
    Ok(Timeline { person, events, limit, before })
}
