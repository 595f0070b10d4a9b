use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

fn question() -> Value {
    json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "interval": "day", "range": {"last": 7, "unit": "day"}})
}

#[tokio::test]
async fn a_report_is_saved_changed_and_deleted() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/reports");
    let made = world.post(&path, &editor, json!({"name": "Sign-ups", "question": question(), "view": {"chart": "line"}})).await.expect(200);
    assert_eq!(
        (&made.json["kind"], &made.json["created_by"], &made.json["view"]["chart"]),
        (&json!("trend"), &json!("editor@courriel.example"), &json!("line"))
    );
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    let changed = world.call("PUT", &one, &editor, Some(json!({"name": "Renamed", "kind": "trend", "question": question()}))).await.expect(200);
    assert_eq!(changed.json["name"], json!("Renamed"));
    assert_eq!(world.get(&path, &editor).await.json["reports"].as_array().unwrap().len(), 1);
    world.call("DELETE", &one, &editor, None).await.expect(204);
    world.get(&one, &editor).await.expect(404);
    world.call("DELETE", &one, &editor, None).await.expect(404);
}

#[tokio::test]
async fn only_a_question_that_can_be_asked_is_saved() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let save = |body: Value| world.post("/api/projects/1/reports", &editor, body);
    let mut unknown = question();
    unknown["wat"] = json!(1);
    let wrong = save(json!({"name": "X", "question": unknown})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], json!("question.wat"), "{}", wrong.text);
    assert_eq!(save(json!({"name": "X", "kind": "funnel", "question": question()})).await.expect(400).json["error"]["field"], json!("kind"));
    assert_eq!(save(json!({"name": "X", "question": question(), "view": 7})).await.expect(400).json["error"]["field"], json!("view"));
    assert_eq!(save(json!({"name": " ", "question": question()})).await.expect(400).json["error"]["field"], json!("name"));
}
