use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

#[tokio::test]
async fn weights_have_versions_and_hold_for_the_questions_that_bring_none() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/friction-weights");
    let first = world.get(&path, &editor).await.expect(200).json;
    assert_eq!((&first["version"], &first["weights"]), (&Value::Null, &first["defaults"]));
    assert_eq!(first["weights"]["rage_click"], json!({"points": 4.0, "cap": 4.0}));
    for n in 1..=2 {
        let changed = world.call("PUT", &path, &editor, Some(json!({"weights": {"rage_click": {"points": 4 + n}}}))).await.expect(200).json;
        assert_eq!((&changed["version"], &changed["weights"]["rage_click"]["points"]), (&json!(n), &json!(4.0 + f64::from(n))));
        assert_eq!(changed["weights"]["dead_click"], changed["defaults"]["dead_click"]);
        assert_eq!(changed["history"].as_array().unwrap().len(), n as usize);
    }
    world.post(&world.path("/query"), &editor, json!({"kind": "friction", "range": {"last": 7, "unit": "day"}})).await.expect(200);
    let other = world.get(&format!("/api/projects/{}/friction-weights", world.other.id), &editor).await;
    assert_eq!(other.status.as_u16(), 404);
}

#[tokio::test]
async fn a_weight_that_makes_no_sense_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let cases = [
        ("weights.rage", json!({"rage": {"points": 1}})),
        ("weights.rage_click.points", json!({"rage_click": {"points": -1}})),
        ("weights.rage_click.points", json!({"rage_click": {"points": "much"}})),
        ("weights.rage_click.cap", json!({"rage_click": {"cap": 1e9}})),
        ("weights.rage_click.times", json!({"rage_click": {"times": 2}})),
        ("weights", json!([])),
    ];
    for (field, weights) in cases {
        let wrong = world.call("PUT", &world.path("/friction-weights"), &editor, Some(json!({"weights": weights}))).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], json!(field), "{}", wrong.text);
    }
}
