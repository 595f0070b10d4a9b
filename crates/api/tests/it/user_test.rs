use crate::world::{As, World};
use serde_json::{Value, json};
use sillage_catalog::Role;

fn text(en: &str, fr: &str) -> Value {
    json!({"en": en, "fr": fr})
}

fn lamp() -> Value {
    json!({
        "languages": ["en", "fr"],
        "url": "https://shop.example/?from=mail#top",
        "intro": text("Help us <b>now</b> & then.", "Aidez-nous."),
        "tasks": [{"id": "lamp", "title": text("A lamp", "Une lampe"), "scenario": text("You want a lamp for your desk.", "Vous voulez une lampe de bureau.")}],
        "end": {"title": text("Thanks", "Merci")},
    })
}

#[tokio::test]
async fn a_user_test_is_written_published_and_stopped() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/user-tests"), &editor, json!({"name": "Lamp", "definition": lamp()})).await.expect(200).json;
    let path = world.path(&format!("/user-tests/{}", made["id"].as_str().unwrap()));
    let code = made["code"].as_str().unwrap().to_owned();
    let door = format!("/v1/user-tests?key={}&test={code}", world.project.write_key);
    assert_eq!((&made["status"], &made["version"], &made["changed"]), (&json!("draft"), &json!(0), &json!(true)));
    // What was left to the defaults is written out.
    assert_eq!((&made["definition"]["after"]["sus"], &made["definition"]["tasks"][0]["ease"]), (&json!(true), &json!(true)));
    assert_eq!(made["problems"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect::<Vec<_>>(), ["self_told", "no_path"]);
    world.get(&door, &As::Nobody).await.expect(404);
    world.get(&format!("/test/{code}"), &As::Nobody).await.expect(404);
    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "paused"}))).await.expect(409);

    let published = world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(200).json;
    assert_eq!((&published["status"], &published["version"], &published["changed"]), (&json!("running"), &json!(1), &json!(false)));
    let running = world.get(&door, &As::Nobody).await.expect(200);
    assert_eq!((&running.json["id"], &running.json["version"], running.header("cache-control")), (&made["id"], &json!(1), "no-store"));
    assert_eq!(running.json["definition"]["tasks"][0]["id"], "lamp");

    let mut changed = lamp();
    changed["tasks"][0]["title"]["en"] = json!("Find a lamp");
    let saved = world.call("PUT", &path, &editor, Some(json!({"name": "Lamp", "definition": changed}))).await.expect(200).json;
    assert_eq!((&saved["version"], &saved["changed"]), (&json!(1), &json!(true)));
    world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(200);
    let versions = world.get(&format!("{path}/versions"), &editor).await.expect(200).json;
    assert_eq!(versions["versions"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>(), [2, 1]);
    let listed = world.get(&world.path("/user-tests"), &editor).await.expect(200).json;
    assert_eq!((&listed["tests"][0]["n_tasks"], &listed["tests"][0]["started"]), (&json!(1), &json!(0)));

    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "closed"}))).await.expect(200);
    world.get(&door, &As::Nobody).await.expect(404);
    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "draft"}))).await.expect(400);
    world.call("DELETE", &path, &editor, None).await.expect(204);
    world.get(&path, &editor).await.expect(404);
    let audit = world.catalog.audit(Some(world.project.id), None, 10).await.unwrap();
    assert!(
        ["user_test.create", "user_test.publish", "user_test.status", "user_test.delete"]
            .iter()
            .all(|action| audit.iter().any(|entry| entry.action == *action))
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_user_test_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let with = |change: Value| {
        let mut definition = lamp();
        change.as_object().unwrap().iter().for_each(|(name, value)| definition[name] = value.clone());
        json!({"name": "Lamp", "definition": definition})
    };
    for (field, change) in [
        ("definition.url", json!({"url": "javascript:alert(1)"})),
        ("definition.tasks[0].success.on", json!({"tasks": [{"id": "a", "success": {"on": "moon"}}]})),
        ("definition.quota", json!({"quota": 3})),
    ] {
        let refused = world.post(&world.path("/user-tests"), &editor, with(change)).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.text);
    }
    let made = world.post(&world.path("/user-tests"), &editor, with(json!({"url": null}))).await.expect(200).json;
    let path = world.path(&format!("/user-tests/{}", made["id"].as_str().unwrap()));
    let refused = world.post(&format!("{path}/publish"), &editor, json!({})).await.expect(409);
    assert_eq!((refused.code(), &refused.json["error"]["field"]), ("not_ready", &json!("definition.url")));
    let checked = world.post(&world.path("/user-tests/check"), &editor, json!({"definition": lamp()})).await.expect(200).json;
    assert!(checked["problems"].as_array().unwrap().iter().all(|problem| problem["level"] == "warning"));
    let none = world.get(&format!("{path}/export?format=xml"), &editor).await.expect(400);
    assert_eq!(none.json["error"]["field"], "format");
    let none = world.post(&format!("{path}/results"), &editor, json!({"version": 3})).await.expect(400);
    assert_eq!(none.json["error"]["field"], "version");
}

#[tokio::test]
async fn a_page_invites_in_the_readers_language_and_sets_nothing() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/user-tests"), &editor, json!({"name": "Lamp", "definition": lamp()})).await.expect(200).json;
    world.post(&world.path(&format!("/user-tests/{}/publish", made["id"].as_str().unwrap())), &editor, json!({})).await.expect(200);
    let code = made["code"].as_str().unwrap();
    let page = world.get(&format!("/test/{code}"), &As::Nobody).await.expect(200);
    assert!(page.text.contains("<html lang=\"en\">") && page.text.contains("Help us &lt;b&gt;now&lt;/b&gt; &amp; then."), "{}", page.text);
    // The code goes into the query, before what follows #.
    assert!(page.text.contains(&format!("href=\"https://shop.example/?from=mail&amp;sillage_test={code}#top\"")), "{}", page.text);
    assert!(page.headers.get("set-cookie").is_none() && page.header("x-robots-tag") == "noindex");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let french = world.get(&format!("/test/{code}?language=fr-CA"), &As::Nobody).await.expect(200);
    assert!(french.text.contains("<html lang=\"fr\">") && french.text.contains("Aidez-nous."));
    let gone = world.get("/test/guess", &As::Nobody).await.expect(404);
    assert!(gone.text.contains("This test takes nobody at the moment"));
}

#[tokio::test]
async fn the_door_of_tests_opens_with_both_keys_only() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/user-tests"), &editor, json!({"name": "Lamp", "definition": lamp()})).await.expect(200).json;
    world.post(&world.path(&format!("/user-tests/{}/publish", made["id"].as_str().unwrap())), &editor, json!({})).await.expect(200);
    let code = made["code"].as_str().unwrap();
    world.get(&format!("/v1/user-tests?key=wk_guess&test={code}"), &As::Nobody).await.expect(401);
    world.get(&format!("/v1/user-tests?key={}", world.project.write_key), &As::Nobody).await.expect(400);
    // Another project's site has nothing to do with it.
    world.get(&format!("/v1/user-tests?key={}&test={code}", world.other.write_key), &As::Nobody).await.expect(404);
    world.get(&format!("/v1/user-tests?key={}&test={code}", world.project.write_key), &As::Nobody).await.expect(200);
}

#[tokio::test]
async fn notes_are_written_about_participants() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let made = world.post(&world.path("/user-tests"), &editor, json!({"name": "Lamp", "definition": lamp()})).await.expect(200).json;
    let path = world.path(&format!("/user-tests/{}/notes", made["id"].as_str().unwrap()));
    let note =
        world.post(&path, &editor, json!({"participant": "p1", "task": "lamp", "text": "Looks for the search", "tags": ["search"]})).await.expect(200).json;
    let refused = world.post(&path, &editor, json!({"participant": "p1", "text": ""})).await.expect(400);
    assert_eq!(refused.json["error"]["field"], "text");
    let notes = world.get(&path, &editor).await.expect(200).json;
    assert_eq!(
        (&notes["notes"][0]["text"], &notes["notes"][0]["tags"], &notes["notes"][0]["task"]),
        (&json!("Looks for the search"), &json!(["search"]), &json!("lamp"))
    );
    world.call("DELETE", &format!("{path}/{}", note["id"].as_str().unwrap()), &editor, None).await.expect(204);
    assert_eq!(world.get(&path, &editor).await.expect(200).json["notes"], json!([]));
}
