use crate::world::{As, World};
use serde_json::{Value, json};
use sillage_catalog::Role;
use sillage_event::{Append, Batch, Refused};

async fn plant(world: &World, source: &str, raw: &Value) {
    let record = Refused {
        at: world.now_ms(),
        source: source.into(),
        stage: "validate".into(),
        code: "mended_since".into(),
        field: Some("event".into()),
        message: "what was wrong is right now".into(),
        index: 3,
        raw: raw.to_string(),
        ..Refused::default()
    };
    world.store.append(world.project.id, Batch { refused: vec![record], ..Batch::default() }).await.unwrap();
}

fn good(id: &str) -> Value {
    json!({"event": "A", "distinct_id": id, "time": "2025-10-09T08:00:00Z"})
}

#[tokio::test]
async fn what_is_refused_is_listed_with_its_reason() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    world.send_events(json!([{"event": 7}, good("null")])).await.expect(400);
    let list = world.get(&world.path("/refused"), &viewer).await.expect(200);
    let records = list.json["refused"].as_array().unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!((&records[0]["source"], &records[0]["code"], &records[0]["index"]), (&json!("/v1/events"), &json!("placeholder_id"), &json!(1)));
    assert!(records[0]["raw"].as_str().unwrap().contains("null"));
    let page = world.get(&world.path(&format!("/refused?before={}&limit=1", records[0]["id"])), &viewer).await.expect(200);
    assert_eq!(page.json["refused"][0]["index"], json!(0));
    let counts = list.json["counts"].as_array().unwrap();
    assert!(counts.iter().any(|count| count["code"] == "placeholder_id" && count["count"] == 1), "{counts:?}");
}

#[tokio::test]
async fn what_is_good_now_is_kept_and_what_is_not_stays_aside() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    plant(&world, "/v1/events", &good("u1")).await;
    plant(&world, "/v1/events", &good("null")).await;
    plant(&world, "/track", &json!({"event": "B", "properties": {"token": "another", "distinct_id": "u2"}})).await;
    plant(&world, "/engage", &json!({"$token": "another", "$distinct_id": "u2", "$set": {"a": 1}})).await;
    plant(&world, "/nowhere", &good("u1")).await;
    let replayed = world.post(&world.path("/refused/replay"), &editor, json!({"all": true})).await.expect(200);
    assert_eq!((&replayed.json["replayed"], &replayed.json["refused_again"]), (&json!(3), &json!(2)), "{}", replayed.text);
    let kept = world.store.kept(world.project.id);
    assert_eq!((kept.events.len(), kept.profiles.len(), kept.refused.len()), (2, 1, 2));
    let reasons: Vec<bool> = replayed.json["results"].as_array().unwrap().iter().map(|result| result["message"].is_string()).collect();
    assert_eq!(reasons.iter().filter(|has| **has).count(), 2);
}

#[tokio::test]
async fn single_records_are_replayed_by_id_and_count_once() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    plant(&world, "/v1/events", &good("u1")).await;
    plant(&world, "/v1/events", &good("u1")).await;
    let replay = |ids: Value| world.post("/api/projects/1/refused/replay", &editor, json!({"ids": ids}));
    let first = replay(json!([1])).await.expect(200);
    assert_eq!(first.json["results"], json!([{"id": 1, "ok": true, "message": null}]));
    let again = replay(json!([1, 2, 99])).await.expect(200);
    assert_eq!((&again.json["replayed"], &again.json["refused_again"]), (&json!(1), &json!(2)), "{}", again.text);
    assert_eq!(world.store.kept(world.project.id).events.len(), 1);
    replay(json!("1")).await.expect(400);
    world.post("/api/projects/1/refused/replay", &editor, json!({})).await.expect(400);
    world.post("/api/projects/1/refused/replay", &editor, json!({"ids": [1], "all": true})).await.expect(400);
}

#[tokio::test]
async fn a_replay_that_cannot_be_stored_loses_nothing() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    plant(&world, "/v1/events", &good("u1")).await;
    *world.store.fails.lock().unwrap() = Some(sillage_event::AppendError::Busy { retry_after_s: 1 });
    let refused = world.post(&world.path("/refused/replay"), &editor, json!({"all": true})).await.expect(429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(world.store.kept(world.project.id).refused.len(), 1);
    world.post(&world.path("/refused/replay"), &editor, json!({"all": true})).await.expect(200);
    assert_eq!(world.store.kept(world.project.id).events.len(), 1);
}

#[tokio::test]
async fn what_the_request_said_counts_when_a_record_is_received_again() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let key = world.project.write_key.clone();
    // A strict import wants an insert id, and that the record lacks one is not mended by asking again.
    let import = format!("/import?strict=1&verbose=1&api_key={key}");
    world.post(&import, &As::Bearer(key.clone()), json!([{"event": "A", "properties": {"distinct_id": "u1", "time": 1_760_000_000}}])).await;
    // The clock of this client is a day behind, which the envelope says.
    let late = json!({"sent_at": world.now_ms() - 86_400_000, "events": [{"event": "", "distinct_id": "u1", "time": world.now_ms() - 86_400_000}]});
    world.post("/v1/events?ip=0&key=secret", &As::Bearer(key), late).await;
    let kept = world.store.kept(world.project.id);
    let parameters: Vec<&str> = kept.refused.values().map(|one| one.parameters.as_str()).collect();
    assert_eq!(parameters[0], "strict=1");
    assert!(parameters[1].starts_with("ip=0&sent_at=20") && !parameters[1].contains("secret"), "{}", parameters[1]);
    let replayed = world.post(&world.path("/refused/replay"), &editor, json!({"all": true})).await.expect(200);
    assert_eq!(replayed.json["refused_again"], json!(2), "{}", replayed.text);
    assert!(replayed.text.contains("a strict import needs an insert id"), "{}", replayed.text);
}
