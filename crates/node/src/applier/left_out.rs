//! A change that its profile has no room for, as a refused record: in the import form, so that it can be received once more.

use serde_json::{Map, Value};
use sillage_catalog::LeftOut;
use sillage_event::{ProfileChange, Refused, Subject, time::to_rfc3339};
use sillage_wire::Protocol;

/// The step that refused it.
const STAGE: &str = "apply";

pub(super) fn record(change: &ProfileChange, why: &LeftOut, journal_sequence: u64, now: i64) -> Refused {
    Refused {
        at: now,
        source: Protocol::NativeEvents.path().to_owned(),
        stage: STAGE.to_owned(),
        code: why.code.to_owned(),
        field: Some(why.field.clone()),
        message: why.message.clone(),
        raw: line(change).to_string(),
        journal_sequence: Some(journal_sequence),
        ..Refused::default()
    }
}

fn line(change: &ProfileChange) -> Value {
    let mut line = Map::new();
    match &change.subject {
        Subject::Person(identity) => drop(line.insert("person".to_owned(), identity.to_string().into())),
        Subject::Group { r#type, key } => {
            line.insert("group_type".to_owned(), r#type.clone().into());
            line.insert("group_key".to_owned(), key.clone().into());
        }
    }
    line.insert("time".to_owned(), to_rfc3339(change.at).into());
    let (operation, value) = change.op.as_written();
    line.insert(operation.to_owned(), value);
    Value::Object(line)
}
