use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

fn definition() -> Value {
    json!({
        "start": [{"page": "/campaigns/new"}], "completion": [{"event": "Campaign sent"}],
        "steps": [{"id": "new", "page": "/campaigns/new"}, {"id": "audience", "label": "Audience", "page": "/audience"}],
    })
}

#[tokio::test]
async fn a_task_is_defined_changed_and_asked_about() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let checked = world.post(&world.path("/tasks/check"), &editor, json!({"definition": definition()})).await.expect(200).json;
    assert_eq!(checked, json!({"steps": [{"id": "new", "label": "/campaigns/new"}, {"id": "audience", "label": "Audience"}], "warnings": []}));
    let made =
        world.post(&world.path("/tasks"), &editor, json!({"name": "Plan a campaign", "owner": "Ada", "definition": definition()})).await.expect(200).json;
    assert_eq!((&made["version"], &made["owner"], &made["definition"]), (&json!(1), &json!("Ada"), &definition()));
    let path = world.path(&format!("/tasks/{}", made["id"].as_str().unwrap()));

    let mut changed = definition();
    changed["detour_tolerance"] = json!(0);
    let saved = world.call("PUT", &path, &editor, Some(json!({"name": "Plan a campaign", "definition": changed}))).await.expect(200).json;
    assert_eq!((&saved["version"], &saved["owner"]), (&json!(2), &json!("")));
    let versions = world.get(&format!("{path}/versions"), &editor).await.expect(200).json;
    assert_eq!(versions["versions"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>(), [2, 1]);

    assert_eq!(world.get(&format!("{path}/scorecard?last=7&compare=previous&interval=week"), &editor).await.expect(200).json["kind"], "task");
    let body = json!({"range": {"last": 7, "unit": "day"}, "breakdown": [{"property": "$device_type"}]});
    assert_eq!(world.post(&format!("{path}/scorecard"), &editor, body).await.expect(200).json["kind"], "task");
    let listed =
        world.get(&format!("{path}/attempts?from=2025-10-01&to=2025-10-07&class=slow&card=friction&sort=longest&limit=5&recorded=true"), &editor).await;
    assert_eq!(listed.expect(200).json["kind"], "attempts");
    assert_eq!(world.post(&format!("{path}/attempts"), &editor, json!({"at": {"step": 2, "dropped": true}})).await.expect(200).json["kind"], "attempts");

    world.call("DELETE", &path, &editor, None).await.expect(204);
    world.get(&path, &editor).await.expect(404);
    assert_eq!(world.get(&world.path("/tasks"), &editor).await.expect(200).json, json!({"tasks": []}));
}

#[tokio::test]
async fn what_is_wrong_with_a_task_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let mut bad = definition();
    bad["steps"][1]["id"] = json!("new");
    let wrong = world.post(&world.path("/tasks"), &editor, json!({"name": "x", "definition": bad})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], "definition.steps[1].id", "{}", wrong.text);
    let wrong = world.post(&world.path("/tasks"), &editor, json!({"name": " ", "definition": definition()})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], "name");
    let made = world.post(&world.path("/tasks"), &editor, json!({"name": "x", "definition": definition()})).await.expect(200).json;
    let path = world.path(&format!("/tasks/{}", made["id"].as_str().unwrap()));
    for (field, url) in [
        ("compare", "scorecard?compare=next"),
        ("interval", "scorecard?interval=fortnight"),
        ("range.to", "scorecard?from=2025-10-01"),
        ("at.card", "attempts?card=happy"),
        ("sort", "attempts?sort=nicest"),
    ] {
        let wrong = world.get(&format!("{path}/{url}"), &editor).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], field, "{}", wrong.text);
    }
    let wrong = world.post(&format!("{path}/scorecard"), &editor, json!({"task": definition()})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], "task");
}
