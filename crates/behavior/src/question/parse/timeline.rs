//! The fields of a timeline.

use super::limit;
use crate::question::{
    Timeline,
    fields::{Fields, Read, missing, not_allowed},
};

pub(super) fn read_timeline(fields: &mut Fields<'_>) -> Read<Timeline> {
    let path = fields.at("person");
    let person = fields.text("person")?.ok_or_else(|| missing(&path, "a person's id"))?.to_owned();
    let limit = limit(fields, 100, 10_000)?;
    let before_path = fields.at("before");
    let before = match fields.text("before")? {
        Some(cursor) => {
            let parsed = cursor.split_once('-').and_then(|(time, rank)| Some((time.parse().ok()?, rank.parse().ok()?)));
            Some(parsed.ok_or_else(|| not_allowed(&before_path, "is not a cursor that an answer gave"))?)
        }
        None => None,
    };
    Ok(Timeline { person, limit, before })
}
