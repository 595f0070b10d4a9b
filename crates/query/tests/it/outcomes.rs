//! What the tag is told of tasks, and what it makes of page views and events: the vectors in `contract/survey/outcomes.json`. The engine answers them here, the tag in
//! `packages/sdk/src/task/vectors.test.ts`. `UPDATE=1` writes anew what a task is told as, and what its attempts came to.

use crate::asking::{self, LAYOUTS, ask};
use serde_json::{Value, json};
use sillage_behavior::{
    page_group::PageMapping,
    task::{
        Task,
        outcome::{OUTCOMES, Outcome},
        walk::End,
    },
};
use sillage_event::{Event, Properties, time};
use sillage_testkit::world::World;
use std::{collections::BTreeSet, fmt::Write, fs, sync::Arc};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract/survey/outcomes.json");
const START: i64 = 1_759_276_800_000;
const DAY: i64 = 86_400_000;
const FIELDS: [&str; 6] = ["name", "task", "mappings", "walked", "events", "attempts"];

fn events(case: &Value) -> Vec<Event> {
    let event = |(n, row): (usize, &Value)| {
        let Value::Object(properties) = row[3].clone() else { panic!("an object") };
        Event {
            name: row[2].as_str().unwrap().into(),
            time: START + row[0].as_i64().unwrap() * 1000,
            distinct_id: "p".into(),
            user_id: Some("p".into()),
            session_id: Some(row[1].as_str().unwrap().into()),
            insert_id: format!("e{n:04}"),
            seq: Some(n as u64),
            properties: Properties::from_iter(properties),
            ..Event::default()
        }
    };
    case["events"].as_array().unwrap().iter().enumerate().map(event).collect()
}

/// When each attempt began, in seconds, and what it came to.
fn attempts(case: &Value, layout: usize) -> Value {
    let world = World { events: events(case), now_ms: START + 20 * DAY, ..World::default() };
    let engine = asking::engine(&world, LAYOUTS[layout]);
    let mappings = case.get("mappings").cloned().unwrap_or_else(|| json!({}));
    let starts = |at: Value| -> Vec<(i64, bool)> {
        let question = json!({"kind": "attempts", "task": case["task"], "at": at, "range": {"from": "2025-10-01", "to": "2025-10-15"}, "timezone": "UTC", "limit": 1000,
            "page_mappings": mappings});
        let rows = ask(&engine, &question)["attempts"].as_array().unwrap().clone();
        rows.iter().map(|row| ((time::from_text(row["start"].as_str().unwrap()).unwrap() - START) / 1000, row["end_by"] == "completed")).collect()
    };
    let on = |card: &str| starts(json!({"card": card})).into_iter().map(|(start, _)| start).collect::<BTreeSet<i64>>();
    let (slow, off_path) = (on("slow"), on("off_path"));
    let mut all = starts(json!({}));
    all.sort_unstable();
    all.into_iter()
        .map(|(start, is_completed)| {
            let end = if is_completed { End::Completed } else { End::RanOut };
            json!([start, Outcome::all_of(end, slow.contains(&start), off_path.contains(&start)).into_iter().map(Outcome::name).collect::<Vec<_>>()])
        })
        .collect()
}

fn walked(case: &Value) -> Value {
    let task = Task::from_json(&case["task"], "task").unwrap();
    let mappings = case.get("mappings").and_then(Value::as_object).into_iter().flatten();
    let mappings = mappings.map(|(name, rules)| (name.clone(), Arc::new(PageMapping::from_json(rules, "rules").unwrap()))).collect();
    serde_json::to_value(task.walked(&mappings).unwrap().0).unwrap()
}

#[test]
fn pages_and_the_engine_agree_on_what_attempts_came_to() {
    let mut file: Value = serde_json::from_str(&fs::read_to_string(PATH).unwrap()).unwrap();
    let mut wrong = String::new();
    for (n, case) in file["cases"].as_array_mut().unwrap().iter_mut().enumerate() {
        let found = [("walked", walked(case)), ("attempts", attempts(case, n % LAYOUTS.len()))];
        for (field, found) in found {
            if case[field] != found {
                writeln!(wrong, "{}: {field} is {found}, and stands as {}", case["name"], case[field]).unwrap();
                case[field] = found;
            }
        }
    }
    let told: BTreeSet<&str> = file["cases"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|case| case["attempts"].as_array().unwrap())
        .flat_map(|one| one[1].as_array().unwrap())
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(told.len(), OUTCOMES.len(), "{told:?}");
    if std::env::var_os("UPDATE").is_some() {
        let lines = |case: &Value| {
            FIELDS.iter().filter(|field| case.get(**field).is_some()).map(|field| format!("\"{field}\": {}", case[*field])).collect::<Vec<_>>().join(",\n ")
        };
        let cases = file["cases"].as_array().unwrap().iter().map(|case| format!("{{{}}}", lines(case))).collect::<Vec<_>>().join(",\n");
        fs::write(PATH, format!("{{\n\"cases\": [\n{cases}\n]\n}}\n")).unwrap();
    } else {
        assert!(wrong.is_empty(), "UPDATE=1 writes them anew:\n{wrong}");
    }
}

#[test]
fn what_no_page_knows_is_not_walked() {
    let plain = json!({"start": [{"event": "A"}], "completion": [{"event": "B"}]});
    let asks = |field: &str, value: Value| {
        let mut task = plain.clone();
        task[field] = value;
        Task::from_json(&task, "task").unwrap().walked(&Default::default())
    };
    for (filter, what) in [
        (json!({"property": "plan", "of": "person", "op": "is", "value": "pro"}), "plan"),
        (json!({"property": "$country", "op": "is", "value": "France"}), "$country"),
        (json!({"cohort": "c1"}), "cohort"),
        (json!({"did": {"event": "C"}}), "another time"),
        (json!({"property": "at", "op": "before", "value": "2025-01-01"}), "instant"),
    ] {
        let refused = asks("start", json!([{"event": "A", "where": filter}])).unwrap_err();
        assert!(refused.what.contains(what), "{refused:?}");
        // Whose attempts count may be said otherwise: the task can be walked without.
        let (walked, is_unfiltered) = asks("filter", filter).unwrap();
        assert!(is_unfiltered && walked.filter.is_none());
    }
    assert!(asks("page_property", json!("$page_group:gone")).unwrap_err().what.contains("gone"));
}
