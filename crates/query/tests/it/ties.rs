//! What happened within one millisecond, told apart by the client's sequence number wherever the events lie.

use crate::asking::{self, LAYOUTS, ask};
use serde_json::{Value, json};
use sillage_event::Event;
use sillage_testkit::world::World;

#[test]
fn within_a_millisecond_the_sequence_number_decides() {
    let names = ["A", "B", "C", "D"];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        // What was sent first has the least number; they arrive in the order of their names, some in a segment of their own.
        let event = |i: usize| Event {
            name: names[i].into(),
            time: 1_760_000_000_000,
            distinct_id: "u1".into(),
            insert_id: i.to_string(),
            seq: Some(100 + order.iter().position(|one| *one == i).unwrap() as u64),
            ..Event::default()
        };
        let world = World { events: (0..names.len()).map(event).collect(), now_ms: 1_770_000_000_000, ..World::default() };
        let expected: Vec<Value> = order.iter().map(|i| json!(names[*i])).collect();
        for layout in LAYOUTS {
            let engine = asking::engine(&world, layout);
            let range = json!({"from": "2025-10-01", "to": "2025-10-31"});
            let journey = ask(&engine, &json!({"kind": "journey", "depth": 4, "range": range}));
            assert_eq!(journey["paths"][0]["nodes"], json!(expected), "{order:?} {layout:?}");
            let sessions = ask(&engine, &json!({"kind": "sessions", "range": range}));
            assert_eq!(
                (&sessions["list"][0]["entry"], &sessions["list"][0]["exit"]),
                (&expected[0], &expected[3]),
                "first and last of a session, {order:?} {layout:?}"
            );
        }
    }
}
