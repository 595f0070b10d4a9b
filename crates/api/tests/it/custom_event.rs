use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

fn made_of() -> Value {
    json!({"any_of": [{"event": "Order"}, {"event": "Subscribe", "where": {"property": "plan", "op": "is_not", "value": "free"}}]})
}

fn trend_of(event: &str) -> Value {
    json!({"kind": "trend", "series": [{"select": {"event": event}, "measure": "total"}], "range": {"last": 7, "unit": "day"}})
}

#[tokio::test]
async fn a_custom_event_is_saved_named_changed_and_deleted() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/custom-events");
    let made = world.post(&path, &editor, json!({"name": "Buy", "made_of": made_of()})).await.expect(200);
    assert_eq!((&made.json["name"], &made.json["made_of"], &made.json["description"]), (&json!("Buy"), &made_of(), &json!("")));
    assert_eq!(world.post(&path, &editor, json!({"name": "Buy", "made_of": made_of()})).await.expect(409).code(), "taken");
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    world.post(&world.path("/query"), &editor, trend_of("Buy")).await.expect(200);
    let report = world.post(&world.path("/reports"), &editor, json!({"name": "Bought", "question": trend_of("Buy")})).await.expect(200);
    let needed = world.call("DELETE", &one, &editor, None).await.expect(409);
    assert!(needed.text.contains("Bought"), "{}", needed.text);
    assert_eq!(world.call("PUT", &one, &editor, Some(json!({"name": "Purchase", "made_of": made_of()}))).await.expect(409).code(), "needed");
    world.call("PUT", &one, &editor, Some(json!({"name": "Buy", "made_of": {"event": "Order"}}))).await.expect(200);
    world.call("DELETE", &format!("{}/{}", world.path("/reports"), report.json["id"].as_str().unwrap()), &editor, None).await.expect(204);
    world.call("DELETE", &one, &editor, None).await.expect(204);
    assert_eq!(world.get(&path, &editor).await.json["custom_events"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_custom_event_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/custom-events");
    world.post(&path, &editor, json!({"name": "Buy", "made_of": made_of()})).await.expect(200);
    let many: Vec<Value> = (0..26).map(|i| json!({"event": format!("E{i}")})).collect();
    let cases = [
        ("made_of.event", json!({})),
        ("made_of", json!({"event": null})),
        ("made_of", json!({"any_of": ["Buy", "Other"]})),
        ("made_of.any_of", json!({"any_of": many})),
        ("made_of.first_time", json!({"event": "Order", "first_time": true})),
        ("made_of.any_of[1].where.op", json!({"any_of": [{"event": "A"}, {"event": "B", "where": {"property": "x", "op": "like"}}]})),
    ];
    for (field, made_of) in cases {
        let wrong = world.post(&path, &editor, json!({"name": "X", "made_of": made_of})).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], json!(field), "{}", wrong.text);
    }
    let wrong = world.post(&path, &editor, json!({"name": "Order", "made_of": {"event": "Checkout"}})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], json!("name"), "another custom event is made of it");
}
