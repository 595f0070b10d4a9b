use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;

fn conditions() -> Value {
    json!({"all": [{"did": {"event": "Sign up"}, "within": {"last": 30, "unit": "day"}}, {"property": "plan", "op": "is", "value": "pro"}]})
}

fn trend_of(cohort: &str) -> Value {
    json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"last": 7, "unit": "day"}, "filter": {"cohort": cohort}})
}

#[tokio::test]
async fn a_cohort_is_saved_changed_and_deleted() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/cohorts");
    let made = world.post(&path, &editor, json!({"name": "Active", "description": "Pro", "definition": conditions()})).await.expect(200);
    assert_eq!((&made.json["definition"], &made.json["listed"], &made.json["created_by"]), (&conditions(), &Value::Null, &json!("editor@courriel.example")));
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    let taken = world.post(&path, &editor, json!({"name": "Active", "definition": []})).await.expect(409);
    assert_eq!(taken.code(), "taken");
    let changed = world.call("PUT", &one, &editor, Some(json!({"name": "Active now", "definition": {"did": {"event": "Sign up"}}}))).await.expect(200);
    assert_eq!((&changed.json["name"], &changed.json["description"]), (&json!("Active now"), &json!("")));
    world.call("DELETE", &one, &editor, None).await.expect(204);
    world.get(&one, &editor).await.expect(404);
    let admin = world.member(Role::Admin).await;
    let actions = world.get(&world.path("/audit"), &admin).await.json["entries"].clone();
    let actions: Vec<&str> = actions.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions[..3], ["cohort.delete", "cohort.change", "cohort.create"]);
}

#[tokio::test]
async fn a_list_of_people_is_put_in_place_of_the_one_before() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/cohorts");
    let made = world.post(&path, &editor, json!({"name": "Beta", "definition": {"people": []}})).await.expect(200);
    let one = format!("{path}/{}", made.json["id"].as_str().unwrap());
    let answer = world.call("PUT", &format!("{one}/people"), &editor, Some(json!(["u1", "u2", "$device:d1"]))).await.expect(200);
    assert_eq!((&answer.json["listed"], &answer.json["definition"]), (&json!(3), &Value::Null));
    assert_eq!(world.get(&one, &editor).await.json["definition"], json!({"people": ["u1", "u2", "$device:d1"]}));
    assert_eq!(world.get(&path, &editor).await.json["cohorts"][0]["definition"], Value::Null, "a list of cohorts does not carry the people");
    let wrong = world.call("PUT", &format!("{one}/people"), &editor, Some(json!(["u1", ""]))).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], json!("people[1]"));
    let wrong = world.call("PUT", &format!("{one}/people"), &editor, Some(json!({"people": []}))).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], json!("people"));
}

#[tokio::test]
async fn a_frozen_cohort_keeps_the_people_of_now() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    world.send_events(json!([{"event": "A", "distinct_id": "u1", "time": "2025-10-09T08:00:00Z"}])).await.expect(200);
    let path = world.path("/cohorts");
    let frozen = world.post(&path, &editor, json!({"name": "Then", "definition": {"did": {"event": "A"}}, "frozen": true})).await.expect(200);
    assert_eq!((&frozen.json["definition"], &frozen.json["listed"]), (&json!({"people": ["u1"]}), &json!(1)));
    let live = json!({"of": trend_of("Then"), "at": {"series": 0}});
    let live = world.post(&path, &editor, json!({"name": "Behind a number", "definition": live})).await.expect(200);
    let copy = json!({"name": "Copy", "definition": {"cohort": live.json["id"]}, "frozen": true});
    world.post(&path, &editor, copy).await.expect(200);
}

#[tokio::test]
async fn what_is_wrong_with_a_definition_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/cohorts");
    let cases = [
        ("definition", json!({})),
        ("definition.colour", json!({"did": {"event": "A"}, "colour": 1})),
        ("definition.all[1].did.where.op", json!({"all": [[], {"did": {"event": "A", "where": {"property": "x", "op": "like", "value": 1}}}]})),
        ("definition.count", json!({"did": {"event": "A"}, "measure": "days"})),
        ("definition.of.actor", json!({"of": {"kind": "sessions", "range": {"last": 1, "unit": "day"}, "actor": "device"}, "at": {}})),
        ("definition.of.cohorts", json!({"of": {"kind": "sessions", "range": {"last": 1, "unit": "day"}, "cohorts": {"x": []}}, "at": {}})),
        ("definition.not.cohort", json!({"not": {"cohort": "nobody saved this"}})),
        ("definition.of.filter.cohort", json!({"of": trend_of("nobody saved this"), "at": {}})),
    ];
    for (field, definition) in cases {
        let wrong = world.post(&path, &editor, json!({"name": "X", "definition": definition})).await.expect(400);
        assert_eq!(wrong.json["error"]["field"], json!(field), "{}", wrong.text);
    }
}

#[tokio::test]
async fn no_cohort_is_made_of_itself_and_none_that_is_needed_goes() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let path = world.path("/cohorts");
    let save = async |name: &str, definition: Value| {
        let made = world.post(&path, &editor, json!({"name": name, "definition": definition})).await.expect(200);
        made.json["id"].as_str().unwrap().to_owned()
    };
    let first = save("First", json!(["u1"])).await;
    let second = save("Second", json!({"any": [{"cohort": first}, {"did": {"event": "A", "where": {"cohort": "First"}}}]})).await;
    let third = save("Third", json!({"of": trend_of(&second), "at": {}})).await;
    let change = async |id: &str, name: &str, definition: Value| {
        world.call("PUT", &format!("{path}/{id}"), &editor, Some(json!({"name": name, "definition": definition}))).await
    };
    for itself in [json!({"cohort": first}), json!({"cohort": "First"}), json!({"not": {"cohort": "Third"}}), json!({"of": trend_of(&third), "at": {}})] {
        let wrong = change(&first, "First", itself).await.expect(400);
        assert_eq!(wrong.code(), "cohort_cycle", "{}", wrong.text);
    }
    let needed = world.call("DELETE", &format!("{path}/{second}"), &editor, None).await.expect(409);
    assert!(needed.text.contains("Third"), "{}", needed.text);
    assert_eq!(change(&first, "Renamed", json!(["u1"])).await.expect(409).code(), "needed");
    change(&second, "Renamed", json!({"cohort": first})).await.expect(200);
    world.post(&world.path("/reports"), &editor, json!({"name": "By third", "question": trend_of("Third")})).await.expect(200);
    let needed = world.call("DELETE", &format!("{path}/{third}"), &editor, None).await.expect(409);
    assert!(needed.text.contains("By third"), "{}", needed.text);
}

#[tokio::test]
async fn a_question_finds_saved_cohorts_by_id_and_by_name_in_its_own_project_only() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/cohorts"), &editor, json!({"name": "Beta", "definition": ["u1"]})).await.expect(200);
    let ask = async |question: Value| world.post(&world.path("/query"), &editor, question).await;
    ask(trend_of(made.json["id"].as_str().unwrap())).await.expect(200);
    ask(trend_of("Beta")).await.expect(200);
    let elsewhere = sillage_catalog::NewCohort { name: "Elsewhere".into(), description: String::new(), definition: json!(["u1"]) };
    let elsewhere = world.catalog.create_cohort(world.other.id, &elsewhere, "test").await.unwrap();
    let wrong = world.post(&world.path("/cohorts"), &editor, json!({"name": "X", "definition": {"cohort": elsewhere.id}})).await.expect(400);
    assert_eq!((wrong.code(), &wrong.json["error"]["field"]), ("unknown_cohort", &json!("definition.cohort")));
}
