//! Events of some names, whoever did them, against a look through all of them.

use crate::asking::{LAYOUTS, engine, try_ask};
use serde_json::{Value, json};
use sillage_event::time;
use sillage_testkit::world::{Shape, World};

const START: i64 = 1_759_276_800_000;
const DAY: i64 = 86_400_000;
const SHAPE: Shape = Shape { n_events: 500, n_users: 6, n_devices: 5, start_ms: START, length_ms: 3 * DAY, ties: true, session_ids: true };

fn ids(answer: &Value) -> Vec<(String, String)> {
    let events = answer["events"].as_array().unwrap();
    events.iter().map(|event| (event["time"].as_str().unwrap().to_owned(), event["insert_id"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn everybodys_events_of_some_names_come_latest_first_and_page_after_page() {
    for seed in 0..6 {
        let world = World::generate(seed, SHAPE);
        let mut names: Vec<&str> = world.events.iter().map(|event| event.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let wanted = &names[..2.min(names.len())];
        for layout in LAYOUTS {
            let engine = engine(&world, layout);
            for filter in [Value::Null, json!({"property": "plan", "of": "event", "op": "set"})] {
                let mut question = json!({"kind": "timeline", "events": wanted, "limit": 10_000});
                if !filter.is_null() {
                    question["filter"] = filter;
                }
                let all = try_ask(&engine, &question).unwrap().answer;
                let found = ids(&all);
                assert!(found.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{seed}: in order of time");
                if question.get("filter").is_none() {
                    // Each that was kept, once: duplicates fall together as anywhere else.
                    let mut expected: Vec<(String, String)> = world
                        .events
                        .iter()
                        .filter(|event| wanted.contains(&event.name.as_str()))
                        .map(|event| (event.name.clone(), event.distinct_id.clone(), event.time, event.insert_id.clone()))
                        .collect::<std::collections::BTreeSet<_>>()
                        .into_iter()
                        .map(|(_, _, at, id)| (time::to_rfc3339(at), id))
                        .collect();
                    let mut sorted = found.clone();
                    sorted.sort();
                    expected.sort();
                    assert_eq!(sorted, expected, "{seed}");
                }
                // The same, seven at a time.
                let (mut paged, mut before) = (Vec::new(), Value::Null);
                loop {
                    let mut page = question.clone();
                    page["limit"] = json!(7);
                    page["before"] = before;
                    let answer = try_ask(&engine, &page).unwrap().answer;
                    paged.extend(ids(&answer));
                    before = answer["next"].clone();
                    if before.is_null() {
                        break;
                    }
                }
                assert_eq!(paged, found, "{seed}");
            }
        }
    }
}

#[test]
fn a_persons_events_can_be_those_of_some_names() {
    let world = World::generate(3, SHAPE);
    let engine = engine(&world, LAYOUTS[0]);
    let person = world.events.iter().find_map(|event| event.user_id.clone()).unwrap();
    let all = try_ask(&engine, &json!({"kind": "timeline", "person": person, "limit": 10_000})).unwrap().answer;
    let name = all["events"][0]["event"].clone();
    let some = try_ask(&engine, &json!({"kind": "timeline", "person": person, "events": [name], "limit": 10_000})).unwrap().answer;
    let expected: Vec<&Value> = all["events"].as_array().unwrap().iter().filter(|event| event["event"] == name).collect();
    assert_eq!(some["events"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
}
