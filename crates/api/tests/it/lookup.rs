use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

const PRODUCTS: &str = "id,category\nP1,shoes\nP2,hats\n";

fn trend_by(column: &str) -> Value {
    let by = json!([{"property": "product", "lookup": {"table": "products", "column": column}}]);
    json!({"kind": "trend", "series": [{"select": {"event": "Order"}}], "range": {"last": 7, "unit": "day"}, "breakdown": by})
}

#[tokio::test]
async fn a_lookup_table_is_added_read_replaced_and_deleted() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/lookups");
    let made = world.post(&path, &editor, json!({"name": "products", "csv": PRODUCTS})).await.expect(200);
    assert_eq!((&made.json["columns"], &made.json["rows"]), (&json!(["id", "category"]), &json!(2)));
    assert_eq!(world.post(&path, &editor, json!({"name": "products", "csv": PRODUCTS})).await.expect(409).code(), "taken");
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    assert_eq!(world.get(&format!("{one}/file"), &editor).await.expect(200).json["csv"], json!(PRODUCTS));

    let report = world.post(&world.path("/reports"), &editor, json!({"name": "By category", "question": trend_by("category")})).await.expect(200);
    let needed = world.call("DELETE", &one, &editor, None).await.expect(409);
    assert!(needed.text.contains("By category"), "{}", needed.text);
    let without = json!({"name": "products", "csv": "id,price\nP1,3\n"});
    let needed = world.call("PUT", &one, &editor, Some(without.clone())).await.expect(409);
    assert!(needed.text.contains("category"), "{}", needed.text);
    world.call("DELETE", &format!("{}/{}", world.path("/reports"), report.json["id"].as_str().unwrap()), &editor, None).await.expect(204);
    let replaced = world.call("PUT", &one, &editor, Some(without)).await.expect(200);
    assert_eq!(replaced.json["columns"], json!(["id", "price"]));
    world.call("DELETE", &one, &editor, None).await.expect(204);
    assert_eq!(world.get(&path, &editor).await.json["lookups"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_lookup_table_is_said() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/lookups");
    for (field, body) in
        [("csv", json!({"name": "x", "csv": ""})), ("csv", json!({"name": "x", "csv": "id,a\nP1,1\nP1,2\n"})), ("name", json!({"name": " ", "csv": PRODUCTS}))]
    {
        let wrong = world.post(&path, &editor, body).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], json!(field), "{}", wrong.text);
    }
    world.post(&path, &editor, json!({"name": "x"})).await.expect(400);
    let viewer = world.member(Role::Viewer).await;
    world.post(&path, &viewer, json!({"name": "x", "csv": PRODUCTS})).await.expect(403);
}

#[tokio::test]
async fn a_custom_property_is_saved_named_changed_and_deleted() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/custom-properties");
    let size = json!({"name": "size", "formula": "if(amount > 100, \"big\", \"small\")"});
    let made = world.post(&path, &editor, size.clone()).await.expect(200);
    assert_eq!((&made.json["of"], &made.json["formula"]), (&json!("event"), &json!("=if(amount > 100, \"big\", \"small\")")));
    assert_eq!(world.post(&path, &editor, size).await.expect(409).code(), "taken");
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    let by_size =
        json!({"kind": "trend", "series": [{"select": {"event": "Order"}}], "range": {"last": 7, "unit": "day"}, "breakdown": [{"property": "size"}]});
    world.post(&world.path("/query"), &editor, by_size.clone()).await.expect(200);
    let report = world.post(&world.path("/reports"), &editor, json!({"name": "By size", "question": by_size})).await.expect(200);
    let needed = world.call("DELETE", &one, &editor, None).await.expect(409);
    assert!(needed.text.contains("By size"), "{}", needed.text);
    for (field, body) in [
        ("formula", json!({"name": "x", "formula": "=1 +"})),
        ("formula", json!({"name": "x", "formula": "=size + 1"})),
        ("of", json!({"name": "x", "of": "session", "formula": "=1"})),
        ("name", json!({"name": "amount", "formula": "=1"})),
        ("name", json!({"name": "=x", "formula": "=1"})),
    ] {
        let wrong = world.post(&path, &editor, body).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], json!(field), "{}", wrong.text);
    }
    world.call("DELETE", &format!("{}/{}", world.path("/reports"), report.json["id"].as_str().unwrap()), &editor, None).await.expect(204);
    world.call("PUT", &one, &editor, Some(json!({"name": "size", "formula": "=amount"}))).await.expect(200);
    world.call("DELETE", &one, &editor, None).await.expect(204);
}
