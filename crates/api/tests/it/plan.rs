use crate::world::{As, World};
use serde_json::{Value, json};
use sillage_catalog::Role;

fn document() -> Value {
    json!({
        "plan": 1, "on_unplanned_event": "reject", "naming": {"events": "object_action"},
        "events": {
            "Order Placed": {"on_violation": "quarantine", "replaces": ["order"], "properties": {"amount": {"type": "number", "required": true, "min": 0}}},
            "Page Seen": {"on_violation": "warn", "properties": {"path": {"type": "string"}}},
            "Noise Made": {"status": "blocked"}, "Secret Kept": {"status": "hidden"},
        },
    })
}

async fn publish(world: &World, admin: &As, document: Value) -> Value {
    let draft = world.call("PUT", &world.path("/plan/draft"), admin, Some(json!({"document": document}))).await.expect(200).json;
    let published = world.post(&world.path("/plan/publish"), admin, json!({"revision": draft["revision"], "note": "because"})).await.expect(200).json;
    // Other servers believe what they knew for a moment; this one does not.
    published
}

fn event(name: &str, id: &str, properties: Value) -> Value {
    json!({"event": name, "distinct_id": "u1", "time": "2025-10-09T08:00:00Z", "insert_id": id, "properties": properties})
}

fn names(world: &World) -> Vec<String> {
    world.store.kept(world.project.id).events.iter().map(|event| event.name.clone()).collect()
}

#[tokio::test]
async fn a_file_of_another_product_becomes_a_draft_and_a_plan_becomes_code() {
    let world = World::new().await;
    let (editor, admin) = (world.member(Role::Editor).await, world.member(Role::Admin).await);
    let bring = |text: &str, from: Value| json!({"text": text, "from": from});
    let csv = "entityType,entityName,description\nevent,Order Placed,Somebody ordered\nuser property,$email,\n";
    let brought = world.post(&world.path("/plan/import"), &editor, bring(csv, Value::Null)).await.expect(200).json;
    assert_eq!((&brought["from"], &brought["n_left_out"]), (&json!("lexicon"), &json!(1)));
    assert_eq!(brought["draft"]["document"]["events"]["Order Placed"]["description"], json!("Somebody ordered"));
    let segment = r#"{"rules": {"events": [{"name": "Order \"Done\"", "rules": {}}]}}"#;
    let brought = world.post(&world.path("/plan/import"), &editor, bring(segment, json!("segment"))).await.expect(200).json;
    assert_eq!((&brought["from"], &brought["draft"]["revision"]), (&json!("segment"), &json!(2)));
    for (body, field) in [
        (bring("a,b", json!("lexicon")), "entityType"),
        (bring("{}", json!("segment")), "rules.events"),
        (bring("plan: 1", json!("avo")), "from"),
        (bring("plan: 9", Value::Null), "plan"),
    ] {
        let refused = world.post(&world.path("/plan/import"), &editor, body).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.json);
    }
    let stale = json!({"text": csv, "revision": 1});
    assert_eq!(world.post(&world.path("/plan/import"), &editor, stale).await.expect(409).code(), "changed");

    assert_eq!(world.get(&world.path("/plan/types?language=python"), &editor).await.status, 404);
    let code = world.get(&world.path("/plan/types?language=kotlin&of=draft"), &editor).await.expect(200);
    assert_eq!(code.header("content-type"), "text/plain; charset=utf-8");
    assert!(code.text.contains("fun orderDone()"), "{}", code.text);
    publish(&world, &admin, document()).await;
    assert!(world.get(&world.path("/plan/types?language=swift"), &editor).await.expect(200).text.contains("func orderPlaced(amount: Double)"));
    assert_eq!(world.get(&world.path("/plan/types?language=cobol"), &editor).await.expect(400).json["error"]["field"], json!("language"));
}

#[tokio::test]
async fn a_draft_is_kept_compared_and_published() {
    let world = World::new().await;
    let (editor, admin) = (world.member(Role::Editor).await, world.member(Role::Admin).await);
    let empty = world.get(&world.path("/plan"), &editor).await.expect(200).json;
    assert_eq!(empty, json!({"published": null, "draft": null, "quarantined": 0}));
    let draft = world.call("PUT", &world.path("/plan/draft"), &editor, Some(json!({"document": document(), "revision": 0}))).await.expect(200).json;
    assert_eq!((&draft["revision"], &draft["base_version"]), (&json!(1), &json!(0)));
    assert!(draft["problems"].as_array().unwrap().iter().all(|problem| problem["severity"] == "warning"), "{draft}");
    assert!(draft["changes"].as_array().unwrap().iter().any(|change| change["field"] == "events.Order Placed" && change["kind"] == "added"), "{draft}");
    // Whoever saw an older draft does not write over it, and does not publish what they did not see.
    let late = world.call("PUT", &world.path("/plan/draft"), &editor, Some(json!({"document": document(), "revision": 0}))).await.expect(409);
    assert_eq!(late.code(), "changed");
    assert_eq!(world.post(&world.path("/plan/publish"), &admin, json!({"revision": 7})).await.expect(409).code(), "changed");
    let published = world.post(&world.path("/plan/publish"), &admin, json!({"revision": 1, "note": "first"})).await.expect(200).json;
    assert_eq!((&published["version"], &published["note"]), (&json!(1), &json!("first")));
    let state = world.get(&world.path("/plan"), &editor).await.expect(200).json;
    assert_eq!((&state["published"]["version"], &state["draft"]), (&json!(1), &Value::Null));
    let mut changed = document();
    changed["events"]["Page Seen"]["status"] = json!("deprecated");
    let checked = world.post(&world.path("/plan/check"), &editor, json!({"document": changed})).await.expect(200).json;
    assert_eq!((&checked["ok"], &checked["version"]), (&json!(true), &json!(1)));
    assert_eq!(checked["changes"], json!([{"kind": "added", "field": "events.Page Seen.status", "before": null, "after": "deprecated"}]));
    publish(&world, &admin, changed).await;
    let versions = world.get(&world.path("/plan/versions"), &editor).await.expect(200).json;
    let told: Vec<(Value, Value)> = versions["versions"].as_array().unwrap().iter().map(|one| (one["version"].clone(), one["changes"].clone())).collect();
    assert_eq!(told, [(json!(2), json!(1)), (json!(1), Value::Null)]);
    assert_eq!(world.get(&world.path("/plan/versions/1"), &editor).await.expect(200).json["document"]["events"]["Page Seen"]["status"], Value::Null);
    let yaml = world.get(&world.path("/plan/file"), &editor).await.expect(200);
    assert_eq!(yaml.header("content-type"), "application/yaml; charset=utf-8");
    let again = world.post(&world.path("/plan/check"), &editor, json!({"text": yaml.text})).await.expect(200).json;
    assert_eq!(again["changes"], json!([]), "a file is the plan");
    world.get(&world.path("/plan/file?of=draft"), &editor).await.expect(404);
    world.call("DELETE", &world.path("/plan/draft"), &editor, None).await.expect(404);
}

#[tokio::test]
async fn what_is_wrong_with_a_plan_is_named() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    let bad = [
        (json!({"document": {"plan": 1, "events": {"A": {"properties": {"x": {"type": "text"}}}}}}), "events.A.properties.x.type"),
        (json!({"document": {"plan": 3}}), "plan"),
        (json!({"text": "plan: 1\nevents: [\n"}), "document"),
        (json!({}), "document"),
        (json!({"text": "plan: 1", "document": {"plan": 1}}), "document"),
    ];
    for (body, field) in bad {
        for (method, path) in [("PUT", "/plan/draft"), ("POST", "/plan/check")] {
            let wrong = world.call(method, &world.path(path), &admin, Some(body.clone())).await.expect(400);
            assert_eq!(wrong.json["error"]["field"], field, "{}", wrong.text);
        }
    }
    // A draft may be unfinished; it is not published so.
    let circle = json!({"plan": 1, "properties": {"a": {"same_as": "a"}}, "events": {}});
    let draft = world.call("PUT", &world.path("/plan/draft"), &admin, Some(json!({"document": circle}))).await.expect(200).json;
    assert_eq!(draft["problems"][0]["severity"], "error");
    let wrong = world.post(&world.path("/plan/publish"), &admin, json!({"revision": draft["revision"]})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], "properties.a.same_as");
    for path in ["/plan/file?of=draft&format=xml", "/plan/file?of=all", "/plan/violations?days=x", "/plan/quarantine?limit=-1"] {
        world.get(&world.path(path), &admin).await.expect(400);
    }
    for body in [json!({}), json!({"ids": [1], "all": true})] {
        assert_eq!(world.post(&world.path("/plan/quarantine/release"), &admin, body).await.expect(400).json["error"]["field"], "ids");
    }
    assert_eq!(world.post(&world.path("/plan/adopt"), &admin, json!({"seen": []})).await.expect(400).json["error"]["field"], "seen");
    let wrong = world.post(&world.path("/plan/adopt"), &admin, json!({"seen": [{"event": "A", "property": "x", "type": "text"}]})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], "seen[0].type");
}

#[tokio::test]
async fn events_are_held_against_the_plan_as_they_arrive() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    publish(&world, &admin, document()).await;
    let sent = json!([
        event("Order Placed", "good", json!({"amount": 12})),
        event("Order Placed", "apart", json!({"amount": "12", "mp_lib": "web", "$lib_version": "2.1"})),
        event("Page Seen", "marked", json!({"path": 3})),
        event("Noise Made", "blocked", json!({})),
        event("Nobody Planned", "refused", json!({"x": 1})),
        event("$identify", "own", json!({})),
    ]);
    let reply = world.send_events(sent).await.expect(207).json;
    assert_eq!((&reply["accepted"], &reply["quarantined"]), (&json!(4), &json!(1)), "{reply}");
    assert_eq!((&reply["failed"][0]["index"], &reply["failed"][0]["code"]), (&json!(4), &json!("plan_unplanned_event")), "{reply}");
    assert_eq!(names(&world), ["Order Placed", "Page Seen", "$identify"]);
    let marked = world.store.kept(world.project.id).events[1].properties.get("$plan_warnings").cloned();
    assert_eq!(marked, Some(json!(["type path"])));

    let refused = world.get(&world.path("/refused"), &admin).await.expect(200).json;
    assert_eq!(refused["counts"], json!([{"code": "plan_unplanned_event", "stage": "plan", "count": 1}]), "what is kept apart is not among what was refused");
    let apart = world.get(&world.path("/plan/quarantine"), &admin).await.expect(200).json;
    assert_eq!((&apart["count"], &apart["events"][0]["code"], &apart["events"][0]["field"]), (&json!(1), &json!("plan_type"), &json!("properties.amount")));
    assert_eq!(apart["events"][0]["event"]["properties"]["amount"], json!("12"));

    let broken = world.get(&world.path("/plan/violations"), &admin).await.expect(200).json;
    let find = |rule: &str| broken["violations"].as_array().unwrap().iter().find(|one| one["rule"] == rule).cloned().unwrap_or_default();
    let of_type = broken["violations"].as_array().unwrap().iter().find(|one| one["event"] == "Order Placed").cloned().unwrap();
    assert_eq!(
        (&of_type["property"], &of_type["sdk"], &of_type["sdk_version"], &of_type["level"], &of_type["sample"], &of_type["seen_type"]),
        (&json!("amount"), &json!("web"), &json!("2.1"), &json!("quarantine"), &json!("12"), &json!("string"))
    );
    assert_eq!((&find("blocked")["count"], &find("unplanned_event")["level"]), (&json!(1), &json!("reject")));
    assert_eq!(broken["days"].as_array().unwrap().iter().map(|day| day["count"].as_u64().unwrap()).sum::<u64>(), 4);
    let listed = world.get(&world.path("/plan/events"), &admin).await.expect(200).json;
    let of = |name: &str| listed["events"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap();
    assert_eq!((&of("Order Placed")["planned"], &of("Order Placed")["count"], &of("Order Placed")["violations"]), (&json!(true), &json!(1), &json!(1)));
    assert_eq!((&of("Nobody Planned")["planned"], &of("Nobody Planned")["violations"]), (&json!(false), &json!(1)));
}

#[tokio::test]
async fn an_event_in_quarantine_is_released_once_or_dropped() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    publish(&world, &admin, document()).await;
    let bad = |id: &str| event("Order Placed", id, json!({"amount": -1, "note": "é"}));
    world.send_events(json!([bad("a"), bad("b"), bad("c")])).await.expect(200);
    // Replaying what was refused leaves it alone.
    assert_eq!(world.post(&world.path("/refused/replay"), &admin, json!({"all": true})).await.expect(200).json["replayed"], 0);
    let apart = world.get(&world.path("/plan/quarantine?limit=2"), &admin).await.expect(200).json;
    let ids: Vec<u64> = apart["events"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert_eq!((ids.len(), &apart["count"]), (2, &json!(3)));
    assert!(names(&world).is_empty());
    let released = world.post(&world.path("/plan/quarantine/release"), &admin, json!({"ids": [ids[0], 999_999]})).await.expect(200).json;
    assert_eq!((&released["released"], &released["failed"][0]["id"]), (&json!(1), &json!(999_999)));
    let kept = world.store.kept(world.project.id).events[0].clone();
    assert_eq!((kept.insert_id.as_str(), kept.properties.get("note")), ("c", Some(&json!("é"))));
    assert_eq!(world.post(&world.path("/plan/quarantine/drop"), &admin, json!({"ids": [ids[1]]})).await.expect(200).json, json!({"dropped": 1}));
    assert_eq!(world.post(&world.path("/plan/quarantine/release"), &admin, json!({"all": true})).await.expect(200).json["released"], 1);
    assert_eq!(names(&world).len(), 2);
    assert_eq!(world.get(&world.path("/plan/quarantine"), &admin).await.expect(200).json, json!({"events": [], "count": 0}));
}

#[tokio::test]
async fn names_are_merged_and_hidden_where_events_are_chosen() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    world
        .send_events(json!([event("order", "1", json!({})), event("Order Placed", "2", json!({"amount": 1})), event("Secret Kept", "3", json!({}))]))
        .await
        .expect(200);
    let offered = async |path: &str| {
        let listed = world.get(&world.path(path), &admin).await.expect(200).json;
        let mut listed: Vec<(String, u64)> =
            listed["events"].as_array().unwrap().iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect();
        listed.sort();
        listed
    };
    assert_eq!(offered("/names").await.len(), 3);
    publish(&world, &admin, document()).await;
    assert_eq!(offered("/names").await, [("Order Placed".to_owned(), 2)]);
    assert_eq!(offered("/names?all=true").await.len(), 3);
    // The engine is asked about both names; the label stays what was asked.
    let question = json!({"kind": "trend", "series": [{"select": {"event": "Order Placed"}, "measure": "total"}], "range": {"last": 7, "unit": "day"}});
    world.post(&world.path("/query"), &admin, question).await.expect(200);
}

#[tokio::test]
async fn what_arrived_unplanned_is_adopted_into_a_draft() {
    let world = World::new().await;
    let (editor, admin) = (world.member(Role::Editor).await, world.member(Role::Admin).await);
    publish(&world, &admin, json!({"plan": 1, "events": {}})).await;
    world.send_events(json!([event("Order Placed", "1", json!({"note": "x", "$browser": "y"}))])).await.expect(200);
    let adopted = world
        .post(&world.path("/plan/adopt"), &editor, json!({"seen": [{"event": "Order Placed"}, {"event": "Other Thing", "property": "n", "type": "number"}]}))
        .await;
    let adopted = adopted.expect(200).json;
    assert_eq!(adopted["added"], 4);
    let events = &adopted["draft"]["document"]["events"];
    assert_eq!(events["Order Placed"]["properties"], json!({"note": {"type": "string"}}), "the clients' own are left out");
    assert_eq!(events["Other Thing"]["properties"], json!({"n": {"type": "number"}}));
}

#[tokio::test]
async fn a_project_without_a_plan_takes_everything() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    world.send_events(json!([event("anything", "1", json!({"x": [1, {"y": 2}]}))])).await.expect(200);
    assert_eq!(world.get(&world.path("/plan/violations"), &admin).await.expect(200).json, json!({"violations": [], "days": []}));
    world.get(&world.path("/plan/file"), &admin).await.expect(404);
}

#[tokio::test]
async fn health_tells_where_events_are_asked_about_and_what_speaks_against_them() {
    let world = World::new().await;
    let (editor, admin) = (world.member(Role::Editor).await, world.member(Role::Admin).await);
    let empty = world.get(&world.path("/plan/health"), &editor).await.expect(200).json;
    assert_eq!(empty, json!({"version": 0, "days": 30, "score": null, "reasons": [], "events": []}));
    publish(&world, &admin, document()).await;
    let trend = |event: &str, by: &str| json!({"kind": "trend", "series": [{"select": {"event": event}, "label": "Secret Kept"}], "range": {"last": 7, "unit": "day"}, "breakdown": [{"property": by}]});
    for (name, question) in
        [("Orders", trend("Order Placed", "amount")), ("Old orders", trend("order", "=upper(path)")), ("Pages", trend("Page Seen", "=upper(path)"))]
    {
        world.post(&world.path("/reports"), &editor, json!({"name": name, "question": question})).await.expect(200);
    }
    let told = world.get(&world.path("/plan/health"), &editor).await.expect(200).json;
    assert_eq!(told["version"], json!(1));
    let of = |name: &str| told["events"].as_array().unwrap().iter().find(|event| event["name"] == name).unwrap().clone();
    let names: Vec<Value> = of("Order Placed")["uses"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!((names.len(), &of("Order Placed")["n_uses"]), (2, &json!(2)), "under the old name too");
    assert_eq!(of("Page Seen")["n_uses"], json!(1));
    // A label names no event; blocked events are not measured.
    let codes: Vec<Value> = of("Secret Kept")["reasons"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, ["never_seen", "unused", "no_objective", "no_description", "no_owner"]);
    assert_eq!(of("Secret Kept")["score"], json!(10));
    assert!(told["events"].as_array().unwrap().iter().all(|event| event["name"] != "Noise Made"));
}
