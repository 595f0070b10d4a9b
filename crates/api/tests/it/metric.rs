use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

fn definition() -> Value {
    let series = |event: &str| json!({"select": {"event": event}, "measure": "unique"});
    json!({
        "description": "Who sends, of those who come.", "owner": "Ada", "verified": true, "format": "percent", "target": {"value": 0.4, "by": "2026-06-30"},
        "question": {"kind": "trend", "series": [series("Campaign sent"), series("$pageview")], "formulas": ["A / B"], "interval": "week", "range": {"last": 30, "unit": "day"}},
    })
}

#[tokio::test]
async fn a_metric_is_defined_changed_and_says_where_it_is_used() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/metrics"), &editor, json!({"name": "Senders", "definition": definition()})).await.expect(200).json;
    assert_eq!((&made["version"], &made["definition"]["owner"], &made["definition"]["better"]), (&json!(1), &json!("Ada"), &json!("up")));
    assert!(made["definition"]["question"].get("range").is_none(), "{made}");
    let id = made["id"].as_str().unwrap();
    let path = world.path(&format!("/metrics/{id}"));

    let mut changed = definition();
    changed["target"] = Value::Null;
    let body = |version: u32| json!({"name": "Senders", "version": version, "definition": changed});
    assert_eq!(world.call("PUT", &path, &editor, Some(body(1))).await.expect(200).json["version"], 2);
    assert_eq!(world.call("PUT", &path, &editor, Some(body(1))).await.expect(409).code(), "changed");
    let versions = world.get(&format!("{path}/versions"), &editor).await.expect(200).json;
    assert_eq!(versions["versions"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>(), [2, 1]);

    let board = json!({"tiles": [{"id": "a", "width": 3, "height": 2, "shows": {"kind": "metric", "metric": id}}]});
    world.post(&world.path("/boards"), &editor, json!({"name": "Team", "definition": board})).await.expect(200);
    let tree = json!({"nodes": [{"id": "top", "metric": id}, {"id": "below", "parent": "top", "text": "Better templates"}]});
    let tree = world.post(&world.path("/metric-trees"), &editor, json!({"name": "North star", "definition": tree})).await.expect(200).json;
    let used = world.get(&path, &editor).await.expect(200).json["used_in"].clone();
    assert_eq!(
        used.as_array().unwrap().iter().map(|one| (one["kind"].clone(), one["name"].clone())).collect::<Vec<_>>(),
        [(json!("board"), json!("Team")), (json!("metric_tree"), json!("North star"))]
    );

    world.call("DELETE", &path, &editor, None).await.expect(204);
    world.get(&path, &editor).await.expect(404);
    // A tree whose metric is gone is still a tree.
    let tree = world.path(&format!("/metric-trees/{}", tree["id"].as_str().unwrap()));
    assert_eq!(world.get(&format!("{tree}/value"), &editor).await.expect(200).json, json!({"values": {}, "edges": []}));
    world.call("DELETE", &tree, &editor, None).await.expect(204);
}

#[tokio::test]
async fn what_is_wrong_with_a_metric_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let refused = async |change: &dyn Fn(&mut Value)| {
        let mut bad = definition();
        change(&mut bad);
        let wrong = world.post(&world.path("/metrics"), &editor, json!({"name": "x", "definition": bad})).await.expect(400);
        wrong.json["error"]["field"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(&|bad| bad["question"]["formulas"] = json!(["A / C"])).await, "definition.question.formulas[0]");
    assert_eq!(refused(&|bad| bad["question"]["breakdown"] = json!([{"property": "plan"}])).await, "definition.question.breakdown");
    assert_eq!(refused(&|bad| bad["figure"] = json!("A")).await, "definition.figure");
    assert_eq!(refused(&|bad| bad["currency"] = json!("EUR")).await, "definition.currency");
    assert_eq!(refused(&|bad| bad["format"] = json!("currency")).await, "definition.currency");
    assert_eq!(refused(&|bad| bad["format"] = json!("stars")).await, "definition.format");
    assert_eq!(refused(&|bad| bad["target"]["by"] = json!("soon")).await, "definition.target.by");
    assert_eq!(refused(&|bad| bad["owner"] = json!("a\nb")).await, "definition.owner");
    assert_eq!(refused(&|bad| bad["description"] = json!("x".repeat(4001))).await, "definition.description");
    let value = |body: Value| world.post("/api/projects/1/metrics/value", &editor, body);
    assert_eq!(value(json!({"definition": definition(), "as_of": "yesterday"})).await.expect(400).json["error"]["field"], "as_of");
    assert_eq!(value(json!({"definition": definition(), "intervals": 0})).await.expect(400).json["error"]["field"], "intervals");
    assert_eq!(value(json!({"definition": definition(), "filter": {"property": "plan", "op": "what"}})).await.expect(400).json["error"]["field"], "filter.op");
}

#[tokio::test]
async fn a_tree_has_no_cycle_and_nothing_that_hangs_nowhere() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let refused = async |nodes: Value| {
        let wrong = world.post(&world.path("/metric-trees"), &editor, json!({"name": "x", "definition": {"nodes": nodes}})).await.expect(400);
        wrong.json["error"]["field"].as_str().unwrap().to_owned()
    };
    let node = |id: &str, parent: &str| json!({"id": id, "parent": parent, "text": "x"});
    assert_eq!(refused(json!([node("a", "b"), node("b", "c"), node("c", "a")])).await, "definition.nodes[0].parent");
    assert_eq!(refused(json!([node("a", "a")])).await, "definition.nodes[0].parent");
    assert_eq!(refused(json!([node("a", "nowhere")])).await, "definition.nodes[0].parent");
    // A way up that leads into a cycle, without being part of it, ends, too.
    assert_eq!(refused(json!([node("a", "b"), node("b", "c"), node("c", "b")])).await, "definition.nodes[1].parent");
    assert_eq!(refused(json!([{"id": "a", "text": "x"}, {"id": "a", "text": "y"}])).await, "definition.nodes[1].id");
    assert_eq!(refused(json!([{"id": "a"}])).await, "definition.nodes[0].metric");
}
