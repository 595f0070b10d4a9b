use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

fn orders() -> Value {
    json!([{"op": "under", "value": "/orders", "group": "Orders"}, {"value": "/help/*", "group": "Help"}])
}

#[tokio::test]
async fn a_page_mapping_is_made_changed_kept_in_versions_and_deleted() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/page-mappings");
    let made = world.post(&path, &editor, json!({"name": "Sections", "rules": orders()})).await.expect(200);
    assert_eq!((&made.json["is_default"], &made.json["version"], &made.json["rules"][1]["op"]), (&json!(true), &json!(1), &json!("glob")));
    assert_eq!(world.post(&path, &editor, json!({"name": "Sections", "rules": []})).await.expect(409).code(), "taken");
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());

    // Another order is another version; the same rules again are none.
    let mut turned = orders();
    turned.as_array_mut().unwrap().reverse();
    for version in [2, 2] {
        let changed = world.call("PUT", &one, &editor, Some(json!({"name": "Sections", "rules": turned}))).await.expect(200);
        assert_eq!((&changed.json["version"], &changed.json["is_default"]), (&json!(version), &json!(true)));
    }
    let kept = world.get(&one, &editor).await.expect(200);
    let versions: Vec<&Value> = kept.json["versions"].as_array().unwrap().iter().map(|one| &one["rules"][0]["group"]).collect();
    assert_eq!(versions, [&json!("Help"), &json!("Orders")]);

    // A second one may become the project's own; the first is deleted when nobody needs it.
    let finer = world.post(&path, &editor, json!({"name": "finer", "rules": [], "is_default": true})).await.expect(200);
    let listed = world.get(&path, &editor).await.json;
    let names: Vec<(&Value, &Value)> = listed["page_mappings"].as_array().unwrap().iter().map(|one| (&one["name"], &one["is_default"])).collect();
    assert_eq!(names, [(&json!("finer"), &json!(true)), (&json!("Sections"), &json!(false))]);
    let own = world.call("DELETE", &format!("{path}/{}", finer.json["id"].as_str().unwrap()), &editor, None).await.expect(409);
    assert!(own.text.contains("make another one"), "{}", own.text);

    let trend = json!({"kind": "trend", "series": [{"select": {"event": "Order"}}], "range": {"last": 7, "unit": "day"}, "breakdown": [{"property": "$page_group:Sections"}]});
    world.post(&world.path("/query"), &editor, trend.clone()).await.expect(200);
    let report = world.post(&world.path("/reports"), &editor, json!({"name": "By section", "question": trend})).await.expect(200);
    let needed = world.call("DELETE", &one, &editor, None).await.expect(409);
    assert!(needed.text.contains("By section"), "{}", needed.text);
    world.call("PUT", &one, &editor, Some(json!({"name": "Parts", "rules": []}))).await.expect(409);
    world.call("DELETE", &format!("{}/{}", world.path("/reports"), report.json["id"].as_str().unwrap()), &editor, None).await.expect(204);
    world.call("DELETE", &one, &editor, None).await.expect(204);
    let admin = world.member(Role::Admin).await;
    let log = world.get(&world.path("/audit"), &admin).await.text;
    for action in ["page_mapping.create", "page_mapping.change", "page_mapping.delete"] {
        assert!(log.contains(action), "{action} in {log}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_page_mapping_is_said() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/page-mappings");
    for (field, body) in [
        ("name", json!({"name": " ", "rules": []})),
        ("rules[0].op", json!({"name": "x", "rules": [{"op": "like", "value": "/a", "group": "A"}]})),
        ("rules[0].value", json!({"name": "x", "rules": [{"op": "matches", "value": "(", "group": "A"}]})),
        ("rules[0].group", json!({"name": "x", "rules": [{"value": "/a", "group": ""}]})),
    ] {
        let wrong = world.post(&path, &editor, body).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], json!(field), "{}", wrong.text);
    }
    let urls: Vec<String> = (0..201).map(|n| format!("/{n}")).collect();
    let many = world.post(&format!("{path}/check"), &editor, json!({"rules": [], "urls": urls})).await.expect(400);
    assert_eq!(many.json["error"]["field"], json!("urls"));
    let deep = world.post(&format!("{path}/suggestions"), &editor, json!({"depth": 5})).await.expect(400);
    assert_eq!(deep.json["error"]["field"], json!("depth"));
}

#[tokio::test]
async fn rules_are_tried_before_they_are_saved() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let tried = world
        .post(&world.path("/page-mappings/check"), &viewer, json!({"rules": orders(), "urls": ["https://s.example/orders/7", "/u/12345"]}))
        .await
        .expect(200);
    assert_eq!(
        tried.json["urls"],
        json!([{"url": "https://s.example/orders/7", "group": "Orders", "rules": [0]}, {"url": "/u/12345", "group": "/u/:id", "rules": []}])
    );
}
