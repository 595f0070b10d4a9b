use crate::world::{As, World};
use serde_json::{Value, json};
use sillage_catalog::Role;

fn text(en: &str, fr: &str) -> Value {
    json!({"en": en, "fr": fr})
}

fn ease() -> Value {
    json!({
        "languages": ["en", "fr"],
        "questions": [
            {"id": "score", "kind": "ces", "points": 5, "text": text("How easy was it?", "Était-ce facile ?"), "required": true, "next": [{"when": {"score": [4, 5]}, "to": "thanks"}]},
            {"id": "why", "kind": "long", "text": text("Why?", "Pourquoi ?")},
        ],
        "ends": [{"id": "thanks", "title": text("Thanks", "Merci")}],
        "triggers": [{"on": "load"}],
    })
}

#[tokio::test]
async fn a_survey_is_written_published_and_stopped() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/surveys"), &editor, json!({"name": "Ease", "definition": ease()})).await.expect(200).json;
    let path = world.path(&format!("/surveys/{}", made["id"].as_str().unwrap()));
    let door = format!("/v1/surveys?key={}", world.project.write_key);
    assert_eq!((&made["status"], &made["version"], &made["changed"]), (&json!("draft"), &json!(0), &json!(true)));
    // What was left to the defaults is written out.
    assert_eq!(made["definition"]["frequency"]["quiet_days"], 7);
    assert_eq!(world.get(&door, &As::Nobody).await.expect(200).json, json!({"surveys": [], "history": {}, "tasks": []}));
    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "paused"}))).await.expect(409);

    let published = world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(200).json;
    assert_eq!((&published["status"], &published["version"], &published["changed"]), (&json!("running"), &json!(1), &json!(false)));
    let running = world.get(&door, &As::Nobody).await.expect(200).json;
    assert_eq!((&running["surveys"][0]["name"], &running["surveys"][0]["version"]), (&json!("Ease"), &json!(1)));
    assert_eq!(running["surveys"][0]["definition"]["questions"][0]["id"], "score");

    let mut changed = ease();
    changed["questions"][1]["text"]["en"] = json!("What was difficult?");
    let saved = world.call("PUT", &path, &editor, Some(json!({"name": "Ease", "definition": changed}))).await.expect(200).json;
    assert_eq!((&saved["version"], &saved["changed"]), (&json!(1), &json!(true)));
    world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(200);
    let versions = world.get(&format!("{path}/versions"), &editor).await.expect(200).json;
    assert_eq!(versions["versions"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>(), [2, 1]);

    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "paused"}))).await.expect(200);
    assert_eq!(world.get(&door, &As::Nobody).await.expect(200).json["surveys"], json!([]));
    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "draft"}))).await.expect(400);
    world.call("DELETE", &path, &editor, None).await.expect(204);
    world.get(&path, &editor).await.expect(404);
}

#[tokio::test]
async fn what_is_wrong_with_a_definition_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let with = |change: Value| {
        let mut definition = ease();
        change.as_object().unwrap().iter().for_each(|(name, value)| definition[name] = value.clone());
        json!({"name": "Ease", "definition": definition})
    };
    for (field, change) in [
        ("definition.questions[0].kind", json!({"questions": [{"id": "a", "kind": "npz"}]})),
        ("definition.triggers[0].on", json!({"triggers": [{"on": "moon"}]})),
        ("definition.ends[0].link.url", json!({"ends": [{"id": "a", "link": {"url": "javascript:alert(1)"}}]})),
        ("definition.quota", json!({"quota": 3})),
    ] {
        let refused = world.post(&world.path("/surveys"), &editor, with(change)).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.text);
    }
    // It can be kept and not shown: a text is missing.
    let made = world.post(&world.path("/surveys"), &editor, with(json!({"ends": [{"id": "thanks", "title": {"en": "Thanks"}}]}))).await.expect(200).json;
    assert_eq!((&made["problems"][0]["code"], &made["problems"][0]["field"]), (&json!("text_missing"), &json!("ends[0].title.fr")));
    let path = world.path(&format!("/surveys/{}", made["id"].as_str().unwrap()));
    let refused = world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(409);
    assert_eq!((refused.code(), &refused.json["error"]["field"]), ("not_ready", &json!("definition.ends[0].title.fr")));
    let checked = world.post(&world.path("/surveys/check"), &editor, json!({"definition": ease()})).await.expect(200).json;
    assert_eq!(checked["problems"], json!([]));
    // Another kind under an id that answers already name.
    world.call("PUT", &path, &editor, Some(with(json!({})))).await.expect(200);
    world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(200);
    let other = with(json!({"questions": [{"id": "score", "kind": "nps", "text": text("How likely?", "Quelle probabilité ?")}]}));
    let refused = world.call("PUT", &path, &editor, Some(other)).await.expect(409);
    assert_eq!(refused.json["error"]["field"], "definition.questions[0].id");
}

#[tokio::test]
async fn a_survey_waits_for_what_attempts_at_a_task_come_to() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let define = async |name: &str, definition: Value| {
        let made = world.post(&world.path("/tasks"), &editor, json!({"name": name, "definition": definition})).await.expect(200).json;
        made["id"].as_str().unwrap().to_owned()
    };
    let plan = define(
        "Plan",
        json!({"start": [{"page": "Editor"}], "completion": [{"event": "Sent"}], "steps": [{"id": "who", "page": "Audience", "optional": true}], "page_property": "$page_group",
            "window": {"n": 1, "unit": "day"}, "target_seconds": 90}),
    )
    .await;
    let abroad =
        define("Abroad", json!({"start": [{"event": "A", "where": {"property": "$country", "op": "is", "value": "France"}}], "completion": [{"event": "B"}]}))
            .await;
    let pro = define(
        "Pro",
        json!({"start": [{"event": "A"}], "completion": [{"event": "B"}], "filter": {"property": "plan", "of": "person", "op": "is", "value": "pro"}}),
    )
    .await;
    define("Not asked about", json!({"start": [{"event": "Secret"}], "completion": [{"event": "B"}]})).await;
    let rules = json!([{"op": "under", "value": "/edit", "group": "Editor"}, {"op": "is", "value": "/admin", "group": "Administration"}]);
    world.post(&world.path("/page-mappings"), &editor, json!({"name": "Site", "is_default": true, "rules": rules})).await.expect(200);

    let waiting = |task: &str, outcome: &str| {
        let mut definition = ease();
        definition["triggers"] = json!([{"on": "task", "task": task, "outcome": outcome}]);
        json!({"name": "After", "definition": definition})
    };
    let problems = async |body: &Value| {
        let checked = world.post(&world.path("/surveys/check"), &editor, json!({"definition": body["definition"]})).await.expect(200).json;
        checked["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["level"].as_str().unwrap().to_owned(), one["code"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let found = |level: &str, code: &str| vec![(level.to_owned(), code.to_owned())];
    assert_eq!(problems(&waiting(&plan, "off_path")).await, []);
    // Too few attempts, and a target that stands in.
    assert_eq!(problems(&waiting(&plan, "slow")).await, []);
    assert_eq!(problems(&waiting("gone", "failed")).await, found("error", "no_such_task"));
    assert_eq!(problems(&waiting(&abroad, "completed")).await, found("error", "task_unwalkable"));
    assert_eq!(problems(&waiting(&pro, "completed")).await, found("warning", "task_unfiltered"));
    assert_eq!(
        problems(&waiting(&pro, "slow")).await,
        [("warning".to_owned(), "task_unfiltered".to_owned()), ("warning".to_owned(), "slow_unknown".to_owned())]
    );
    for (field, body) in [("definition.triggers[0].outcome", waiting(&plan, "happy")), ("definition.triggers[0].task", waiting(" ", "slow"))] {
        assert_eq!(world.post(&world.path("/surveys"), &editor, body).await.expect(400).json["error"]["field"], field);
    }

    let publish = async |body: Value| {
        let made = world.post(&world.path("/surveys"), &editor, body).await.expect(200).json;
        world.post(&world.path(&format!("/surveys/{}/publish", made["id"].as_str().unwrap())), &editor, json!({})).await
    };
    let refused = publish(waiting(&abroad, "completed")).await.expect(409);
    assert_eq!(refused.json["error"]["field"], "definition.triggers[0].task", "{}", refused.text);
    assert!(refused.text.contains("$country"), "{}", refused.text);
    publish(waiting(&plan, "slow")).await.expect(200);
    let running = world.get(&format!("/v1/surveys?key={}", world.project.write_key), &As::Nobody).await.expect(200).json;
    let is = |page: &str| json!([{"events": ["$pageview"], "where": {"property": "$page_group", "op": "is", "value": [page]}}]);
    // What no survey names, and names of groups that nothing asks for, are told to nobody; of pages that are told apart by their groups, all are.
    assert_eq!(
        running["tasks"],
        json!([{"id": plan, "start": is("Editor"), "completion": [{"events": ["Sent"]}], "steps": [{"rules": is("Audience"), "optional": true}], "window_ms": 86_400_000, "tolerance": 1,
            "page": "$page_group", "idle_ms": 1_800_000, "slow_from_ms": 90_000,
            "groups": {"$page_group": [{"group": "Editor", "path": true, "op": "under", "value": "/edit"}, {"group": "Administration", "path": true, "op": "is", "value": "/admin"}]}}])
    );
}

#[tokio::test]
async fn the_door_of_pages_asks_for_a_write_key() {
    let world = World::new().await;
    world.get("/v1/surveys?key=wk_guess", &As::Nobody).await.expect(401);
    world.get("/v1/surveys", &As::Nobody).await.expect(400);
    let answer = world.get(&format!("/v1/surveys?key={}&device=d1", world.project.write_key), &As::Nobody).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn themes_are_corrected_and_corrections_taken_back() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/surveys"), &editor, json!({"name": "Ease", "definition": ease()})).await.expect(200).json;
    let path = world.path(&format!("/surveys/{}/themes", made["id"].as_str().unwrap()));
    let corrections = format!("{path}/corrections");
    for (field, body) in [
        ("question", json!({"question": "score", "correction": {"kind": "hide", "theme": ["#speed"]}})),
        ("correction", json!({"question": "why", "correction": {"kind": "burn", "theme": ["#speed"]}})),
        ("correction.theme", json!({"question": "why", "correction": {"kind": "hide", "theme": []}})),
        ("correction.themes", json!({"question": "why", "correction": {"kind": "merge", "themes": [["#speed"]], "name": null}})),
        ("correction.name", json!({"question": "why", "correction": {"kind": "rename", "theme": ["#speed"], "name": " "}})),
        ("correction.to", json!({"question": "why", "correction": {"kind": "move", "fingerprint": "x", "from": null, "to": null}})),
    ] {
        let refused = world.post(&corrections, &editor, body).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.text);
    }
    for name in ["Waiting", "Slow pages"] {
        world.post(&corrections, &editor, json!({"question": "why", "correction": {"kind": "rename", "theme": ["#speed"], "name": name}})).await.expect(200);
    }
    let report = world.post(&path, &editor, json!({})).await.expect(200).json;
    assert_eq!((&report["question"], &report["scored"], &report["is_too_few"]), (&json!("why"), &json!("score"), &json!(true)));
    let kept: Vec<&Value> = report["corrections"].as_array().unwrap().iter().map(|one| &one["correction"]["name"]).collect();
    assert_eq!(kept, ["Waiting", "Slow pages"]);
    let first = report["corrections"][0]["id"].as_i64().unwrap();
    world.call("DELETE", &format!("{corrections}?id={first}"), &editor, None).await.expect(204);
    world.call("DELETE", &format!("{corrections}?id={first}"), &editor, None).await.expect(404);
    assert_eq!(world.post(&path, &editor, json!({})).await.expect(200).json["corrections"].as_array().unwrap().len(), 1);
    for (field, body) in
        [("question", json!({"question": "score"})), ("interval", json!({"interval": "day"})), ("by", json!({"by": ["a", "b", "c", "d", "e"]}))]
    {
        let refused = world.post(&path, &editor, body).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.text);
    }
}
