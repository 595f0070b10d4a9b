use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::Role;
use sillage_event::{Append, Batch, Identity, LinkChange, ProfileChange, ProfileOp, Subject};

async fn profile(world: &World, sequence: u64, id: &str, properties: Value) {
    let Value::Object(properties) = properties else { panic!() };
    let change = ProfileChange { subject: Subject::Person(Identity::parse(id)), at: 1_760_000_000_000, op: ProfileOp::Set(properties.into()) };
    world.catalog.apply_profiles(sequence, &[(world.project.id, change.clone())]).await.unwrap();
    world.store.append(world.project.id, Batch { profiles: vec![change], ..Batch::default() }).await.unwrap();
}

async fn event(world: &World, id: &str) {
    world.send_events(json!([{"event": "A", "distinct_id": id, "time": "2025-10-09T08:00:00Z"}])).await.expect(200);
}

#[tokio::test]
async fn people_are_listed_with_their_names_and_found() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    profile(&world, 1, "u1", json!({"$first_name": "Ada", "$last_name": "Lovelace", "$email": "ada@courriel.example", "plan": "pro"})).await;
    profile(&world, 2, "u2", json!({"name": "Éloïse"})).await;
    event(&world, "u3").await;
    let all = world.get(&world.path("/people"), &viewer).await.expect(200);
    assert_eq!(all.json["total"], json!(3), "who has no profile is listed beside those who have one");
    let ids: Vec<&Value> = all.json["people"].as_array().unwrap().iter().map(|person| &person["id"]).collect();
    assert_eq!(ids[0], "u3", "who did something stands before those who did nothing");
    let mut paged = Vec::new();
    let mut next = String::new();
    loop {
        let page = world.get(&world.path(&format!("/people?limit=2{next}")), &viewer).await.expect(200);
        paged.extend(page.json["people"].as_array().unwrap().iter().map(|person| person["id"].clone()));
        let Some(cursor) = page.json["next"].as_str() else { break };
        next = format!("&before={cursor}");
    }
    assert_eq!(paged.iter().collect::<Vec<_>>(), ids);
    assert_eq!(world.get(&world.path("/people?before=x"), &viewer).await.expect(400).code(), "invalid_field");
    let found = world.get(&world.path("/people?search=ada%20love&limit=10"), &viewer).await.expect(200);
    assert_eq!(found.json["total"], json!(1));
    let found = world.get(&world.path("/people?search=ADA"), &viewer).await.expect(200);
    let ada = &found.json["people"][0];
    assert_eq!(
        (&ada["id"], &ada["name"], &ada["email"], &ada["properties"]["plan"]),
        (&json!("u1"), &json!("Ada Lovelace"), &json!("ada@courriel.example"), &json!("pro"))
    );
    assert_eq!(ada["first_seen"], json!("2025-10-09T08:53:20.000Z"));
    // A profile that was written to is no visit.
    event(&world, "u1").await;
    for path in ["/people?search=ada", "/people/u1"] {
        let found = world.get(&world.path(path), &viewer).await.expect(200);
        let ada = found.json["people"].get(0).unwrap_or(&found.json);
        assert_eq!((&ada["first_seen"], &ada["last_seen"]), (&json!("2025-10-09T08:00:00.000Z"), &json!("2025-10-09T08:00:00.000Z")), "{path}");
    }
    let by_id = world.get(&world.path("/people?search=u3"), &viewer).await.expect(200);
    assert_eq!((&by_id.json["people"][0]["id"], &by_id.json["total"]), (&json!("u3"), &json!(1)), "who has no profile is found by the whole id");
    let by_part = world.get(&world.path("/people?search=U"), &viewer).await.expect(200);
    assert_eq!(by_part.json["total"], json!(3), "and by a part of it: {}", by_part.text);
}

#[tokio::test]
async fn a_project_without_profiles_has_people_all_the_same() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    event(&world, "u1").await;
    event(&world, "u2").await;
    let all = world.get(&world.path("/people"), &viewer).await.expect(200);
    assert_eq!(all.json["total"], json!(2), "{}", all.text);
    let ids: std::collections::BTreeSet<&str> = all.json["people"].as_array().unwrap().iter().filter_map(|person| person["id"].as_str()).collect();
    assert_eq!(ids, ["u1", "u2"].into());
}

#[tokio::test]
async fn a_person_is_opened_by_an_id_with_any_characters() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    for (id, path) in [("$device:a/b c", "%24device%3Aa%2Fb%20c"), ("é\"<script>", "%C3%A9%22%3Cscript%3E"), ("..", "..%2F..")] {
        event(&world, if id == ".." { "../.." } else { id }).await;
        let answer = world.get(&world.path(&format!("/people/{path}")), &viewer).await.expect(200);
        assert_eq!(answer.json["events"], json!(1), "{}", answer.text);
    }
    assert_eq!(world.get(&world.path("/people/nobody"), &viewer).await.expect(404).code(), "not_found");
}

#[tokio::test]
async fn ids_are_merged_and_split_by_hand_and_the_ledger_shows_who() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    event(&world, "u1").await;
    profile(&world, 1, "u1", json!({"plan": "pro", "seats": 1})).await;
    profile(&world, 2, "u2", json!({"plan": "free", "city": "Lyon"})).await;
    world.post(&world.path("/people/u1/merge"), &editor, json!({"from": "u2"})).await.expect(204);
    let person = world.get(&world.path("/people/u1"), &editor).await.expect(200);
    assert_eq!(person.json["properties"], json!({"plan": "pro", "seats": 1, "city": "Lyon"}));
    let ids: Vec<&str> = person.json["identities"].as_array().unwrap().iter().map(|identity| identity["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["u1", "u2"]);
    assert_eq!(person.json["identities"][1]["by"], json!("operator"));

    world.post(&world.path("/people/u1/split"), &editor, json!({"identity": "u9"})).await.expect(400);
    world.post(&world.path("/people/u1/split"), &editor, json!({"identity": "u2"})).await.expect(204);
    let links = world.store.kept(world.project.id).links;
    assert!(matches!(&links[1], LinkChange::Split { id: Identity::User(id), by, .. } if id == "u2" && by == "editor@courriel.example"), "{links:?}");
    let ledger = world.get(&world.path("/people/u1/ledger"), &editor).await.expect(200);
    let actions: Vec<&str> = ledger.json["ledger"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["merge", "split"]);

    for from in ["u1", "", "null", &"x".repeat(5000)] {
        world.post(&world.path("/people/u1/merge"), &editor, json!({"from": from})).await.expect(400);
    }
    let audit = world.catalog.audit(Some(world.project.id), None, 10).await.unwrap();
    assert_eq!(audit.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["person.split", "person.merge"]);
}

#[tokio::test]
async fn who_is_who_is_brought_along_as_an_export_says_it() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let lines = json!([
        {"identity": "link", "from": "$device:d1", "into": "u1", "time": "2026-01-01T00:00:00.000Z", "by": "event"},
        {"identity": "merge", "from": "u2", "into": "u1", "time": 1_767_225_600_000_i64, "by": "$identify"},
        {"identity": "split", "from": "u2", "into": null, "time": "2026-01-02T00:00:00.000Z"},
    ]);
    let path = world.path("/identities");
    world.post(&path, &editor, json!({"identities": lines})).await.expect(204);
    let links = world.store.kept(world.project.id).links;
    assert!(matches!(&links[0], LinkChange::Link { device, user, at: 1_767_225_600_000 } if device == "d1" && user == "u1"), "{links:?}");
    assert!(matches!(&links[1], LinkChange::Merge { by, at: 1_767_225_600_000, .. } if by == "$identify"), "what a client asked for stays weaker: {links:?}");
    assert!(matches!(&links[2], LinkChange::Split { by, .. } if by == "editor@courriel.example"), "{links:?}");
    let exported = world.get(&world.path("/export?events=false"), &editor).await.expect(200);
    let again: Vec<Value> = exported.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((again[0].clone(), again.len()), (lines[0].clone(), 3), "{}", exported.text);
    assert!(world.get(&world.path("/export?profiles=false"), &editor).await.expect(200).text.is_empty());

    for (field, line) in [
        ("identities[0].identity", json!({"identity": "forget", "from": "u1", "time": 1})),
        ("identities[0].from", json!({"identity": "link", "from": "u1", "into": "u2", "time": 1})),
        ("identities[0].into", json!({"identity": "link", "from": "$device:d", "into": "$device:e", "time": 1})),
        ("identities[0].into", json!({"identity": "merge", "from": "u1", "time": 1})),
        ("identities[0].into", json!({"identity": "merge", "from": "u1", "into": "u1", "time": 1})),
        ("identities[0].from", json!({"identity": "split", "from": "null", "time": 1})),
        ("identities[0].time", json!({"identity": "split", "from": "u1", "time": "soon"})),
    ] {
        let refused = world.post(&path, &editor, json!({"identities": [line]})).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.text);
    }
    assert_eq!(world.store.kept(world.project.id).links.len(), 3);
    let audit = world.catalog.audit(Some(world.project.id), None, 10).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "identities.import"));
    // The public key of the project opens this door for nobody.
    let public = crate::world::As::Bearer(world.project.write_key.clone());
    world.post(&path, &public, json!({"identities": []})).await.expect(401);
}
