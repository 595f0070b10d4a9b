//! Recordings at the doors: pieces in, their parts out, notes, links, deletion.

use crate::world::{As, World};
use serde_json::{Value, json};
use sillage_catalog::Role;
use sillage_event::{ProjectId, recording::KeepError};

fn piece(session: &str, seq: u32, now: i64) -> Value {
    let snapshot = json!({"node": {"type": 0, "id": 1, "childNodes": [{"type": 2, "id": 2, "tagName": "html", "attributes": {}, "childNodes": [
        {"type": 2, "id": 3, "tagName": "h1", "attributes": {"onclick": "steal()"}, "childNodes": [{"type": 3, "id": 4, "textContent": "Hello Ada"}]}]}]},
        "initialOffset": {"left": 0, "top": 0}});
    json!({
        "v": 1, "session": session, "document": "d1", "tab": "t1", "device": "dev-1", "seq": seq, "t0": now - 2000, "t1": now - 1000, "sent_at": now,
        "profile": {"level": "open", "hash": "1", "recorder": "rrweb-2.1.6"},
        "events": [
            {"type": 4, "data": {"href": "https://site.example/orders/123456?secret=1", "width": 1000, "height": 700}, "timestamp": now - 2000},
            {"type": 2, "data": snapshot, "timestamp": now - 1990},
            {"type": 3, "data": {"source": 2, "type": 2, "id": 3, "x": 10, "y": 20}, "timestamp": now - 1500},
            {"type": 5, "data": {"tag": "signal", "payload": {"name": "rage_click", "selector": "h1"}}, "timestamp": now - 1400},
            {"type": 5, "data": {"tag": "event", "payload": {"name": "Ordered"}}, "timestamp": now - 1000},
        ],
    })
}

async fn send(world: &World, key: &str, session: &str, seq: u32) -> crate::world::Answer {
    let path = format!("/v1/recordings?key={key}&session={session}&document=d1&seq={seq}&format=json");
    world.post(&path, &As::Nobody, piece(session, seq, world.now_ms())).await
}

/// A recording that is there; its session.
pub(crate) async fn kept(world: &World, project: ProjectId) -> String {
    world.wait_ms(1);
    let session = format!("s{}", world.now_ms());
    let key = if project == world.project.id { world.project.write_key.clone() } else { world.other.write_key.clone() };
    send(world, &key, &session, 0).await.expect(200);
    session
}

#[tokio::test]
async fn a_piece_is_kept_once_and_comes_out_masked_and_harmless() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let key = world.project.write_key.clone();
    assert_eq!(send(&world, &key, "s1", 0).await.expect(200).json["duplicate"], false);
    assert_eq!(send(&world, &key, "s1", 0).await.expect(200).json["duplicate"], true);
    let recording = world.get(&world.path("/recordings/s1"), &viewer).await.expect(200).json;
    assert_eq!(recording["pages"], json!([{"t": world.now_ms() - 2000, "page": "/orders/:id", "document": "d1"}]));
    assert_eq!(recording["documents"][0]["profile"]["server_level"], "strict");
    assert_eq!(recording["problems"][0]["code"], "neutralised");
    let kinds: Vec<&str> = recording["markers"].as_array().unwrap().iter().map(|marker| marker["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["click", "signal", "event"]);
    let events = world.get(&world.path("/recordings/s1/segments/0"), &viewer).await.expect(200);
    assert!(!events.text.contains("Ada") && !events.text.contains("steal") && !events.text.contains("secret"), "{}", events.text);
    assert_eq!(events.json[1]["data"]["node"]["childNodes"][0]["childNodes"][0]["childNodes"][0]["textContent"], "••••• •••");
    world.get(&world.path("/recordings/s1/segments/9"), &viewer).await.expect(404);
    let audit = world.catalog.audit(Some(world.project.id), None, 10).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "recording.view" && entry.object == "s1"));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_its_reason() {
    let world = World::new().await;
    let key = world.project.write_key.clone();
    let now = world.now_ms();
    let path = |query: &str| format!("/v1/recordings?key={key}&{query}");
    let whole = "session=s&document=d1&seq=0&format=json";
    let cases: Vec<(String, Value, u16, &str)> = vec![
        (path("document=d1&seq=0&format=json"), piece("s", 0, now), 400, "missing_field"),
        (path("session=s&document=d1&seq=-1&format=json"), piece("s", 0, now), 400, "bad_field"),
        (path("session=s&document=d1&seq=0&format=zip"), piece("s", 0, now), 400, "bad_field"),
        (path("session=other&document=d1&seq=0&format=json"), piece("s", 0, now), 400, "wrong_name"),
        (path("session=s&document=d1&seq=0&format=gzip"), piece("s", 0, now), 400, "bad_compression"),
        (path(whole), json!({"v": 2}), 400, "unknown_version"),
        (path(whole), json!({"v": 1, "session": "s", "document": "d1", "seq": 0, "tab": "t", "events": []}), 400, "no_events"),
        (path(whole), json!("text"), 400, "missing_field"),
        (format!("/v1/recordings?{whole}"), piece("s", 0, now), 401, "missing_key"),
        (format!("/v1/recordings?key=wk_no&{whole}"), piece("s", 0, now), 401, "invalid_key"),
    ];
    for (path, body, status, code) in cases {
        let answer = world.post(&path, &As::Nobody, body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{path}: {}", answer.text);
    }
    let mut late = piece("s", 0, now);
    late["events"][0]["timestamp"] = json!(now - 8 * 86_400_000);
    assert_eq!(world.post(&path(whole), &As::Nobody, late).await.expect(400).code(), "bad_time");
    for (error, status, code) in [
        (KeepError::Busy { retry_after_s: 2 }, 429, "too_many_requests"),
        (KeepError::Unavailable { reason: "full".into(), retry_after_s: 60 }, 503, "unavailable"),
        (KeepError::Deleted, 410, "deleted"),
        (KeepError::SessionTooLarge { cap_bytes: 1 << 20 }, 413, "session_too_large"),
        (KeepError::SessionTooLong { cap_hours: 2 }, 413, "session_too_long"),
    ] {
        *world.store.keeps_no_piece.lock().unwrap() = Some(error);
        let answer = send(&world, &key, "s", 0).await.expect(status);
        assert_eq!(answer.code(), code);
        assert_eq!(answer.header("retry-after").is_empty(), !matches!(status, 429 | 503));
    }
    let admin = world.member(Role::Admin).await;
    let off = json!({"is_on": false, "masking": "strict", "keep_days": 30});
    world.call("PUT", &world.path("/recording-settings"), &admin, Some(off)).await.expect(200);
    assert_eq!(send(&world, &key, "s", 0).await.expect(403).code(), "recordings_off");
    let forever = json!({"is_on": true, "masking": "strict", "keep_days": 181});
    let answer = world.call("PUT", &world.path("/recording-settings"), &admin, Some(forever)).await.expect(400);
    assert_eq!(answer.json["error"]["field"], "keep_days");
}

#[tokio::test]
async fn a_project_may_let_texts_be_seen_but_never_what_is_secret() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    let open = json!({"is_on": true, "masking": "open", "keep_days": 30});
    world.call("PUT", &world.path("/recording-settings"), &admin, Some(open)).await.expect(200);
    send(&world, &world.project.write_key.clone(), "s1", 0).await.expect(200);
    let events = world.get(&world.path("/recordings/s1/segments/0"), &admin).await.expect(200);
    assert!(events.text.contains("Hello Ada") && !events.text.contains("steal") && !events.text.contains("secret=1"), "{}", events.text);
}

#[tokio::test]
async fn notes_are_written_changed_and_shown_on_the_timeline() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let session = kept(&world, world.project.id).await;
    let notes = world.path(&format!("/recordings/{session}/notes"));
    let note = world.post(&notes, &editor, json!({"text": "Here", "tags": ["issue"], "from_ms": 500, "to_ms": 900})).await.expect(200).json;
    assert_eq!(note["author"], "editor@courriel.example");
    let changed = world.call("PATCH", &format!("{notes}/{}", note["id"].as_str().unwrap()), &editor, Some(json!({"text": "There"}))).await.expect(200).json;
    assert_eq!((&changed["text"], &changed["tags"], &changed["to_ms"]), (&json!("There"), &json!(["issue"]), &json!(900)));
    let wrong = world.post(&notes, &editor, json!({"text": "Back", "from_ms": 9, "to_ms": 1})).await.expect(400);
    assert_eq!(wrong.json["error"]["field"], "to_ms");
    let recording = world.get(&world.path(&format!("/recordings/{session}")), &editor).await.expect(200).json;
    let on_timeline = recording["markers"].as_array().unwrap().iter().find(|marker| marker["kind"] == "note").unwrap().clone();
    assert_eq!((&on_timeline["text"], on_timeline["t"].as_i64().unwrap()), (&json!("There"), recording["documents"][0]["start"].as_i64().unwrap() + 500));
    world.call("DELETE", &format!("{notes}/{}", note["id"].as_str().unwrap()), &editor, None).await.expect(204);
    assert_eq!(world.get(&notes, &editor).await.expect(200).json["notes"], json!([]));
    world.post(&world.path("/recordings/none/notes"), &editor, json!({"text": "x", "from_ms": 0})).await.expect(404);
}

#[tokio::test]
async fn a_link_opens_one_recording_for_a_while_and_nothing_else() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let session = kept(&world, world.project.id).await;
    let shares = world.path(&format!("/recordings/{session}/shares"));
    let expires_at = sillage_event::time::to_rfc3339(world.now_ms() + 3_600_000);
    let share = world.post(&shares, &editor, json!({"at_ms": 1200, "expires_at": expires_at})).await.expect(200).json;
    let shared = format!("/api/shared/recordings/{}", share["token"].as_str().unwrap());
    let seen = world.get(&shared, &As::Nobody).await.expect(200);
    assert_eq!((seen.json["at_ms"].as_i64(), seen.header("x-robots-tag")), (Some(1200), "noindex, nofollow"));
    assert!(seen.json["recording"].get("person").is_none());
    world.get(&format!("{shared}/segments/0"), &As::Nobody).await.expect(200);
    let listed = world.get(&shares, &editor).await.expect(200).json;
    assert_eq!((&listed["shares"][0]["views"], listed["shares"][0].get("token")), (&json!(1), None));
    let token = As::Bearer(share["token"].as_str().unwrap().to_owned());
    world.get(&world.path(&format!("/recordings/{session}")), &token).await.expect(401);
    let too_long = sillage_event::time::to_rfc3339(world.now_ms() + 31 * 86_400_000);
    let refused = world.post(&shares, &editor, json!({"expires_at": too_long})).await.expect(400);
    assert_eq!(refused.json["error"]["field"], "expires_at");
    world.wait_ms(3_600_001);
    world.get(&shared, &As::Nobody).await.expect(404);
    let again = world.post(&shares, &editor, json!({})).await.expect(200).json;
    let shared = format!("/api/shared/recordings/{}", again["token"].as_str().unwrap());
    world.get(&shared, &As::Nobody).await.expect(200);
    world.call("DELETE", &format!("{shares}/{}", again["id"].as_str().unwrap()), &editor, None).await.expect(204);
    world.get(&shared, &As::Nobody).await.expect(404);
    let audit = world.catalog.audit(Some(world.project.id), None, 50).await.unwrap();
    for action in ["recording.share", "recording.shared_view", "recording.unshare"] {
        assert!(audit.iter().any(|entry| entry.action == action), "{action}");
    }
}

#[tokio::test]
async fn deleting_takes_notes_and_links_along() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let session = kept(&world, world.project.id).await;
    let path = world.path(&format!("/recordings/{session}"));
    world.post(&format!("{path}/notes"), &editor, json!({"text": "Here", "from_ms": 0})).await.expect(200);
    world.call("PUT", &format!("{path}/watched"), &editor, Some(json!({}))).await.expect(204);
    let share = world.post(&format!("{path}/shares"), &editor, json!({})).await.expect(200).json;
    world.call("DELETE", &path, &editor, None).await.expect(204);
    world.call("DELETE", &path, &editor, None).await.expect(404);
    world.get(&path, &editor).await.expect(404);
    world.get(&format!("/api/shared/recordings/{}", share["token"].as_str().unwrap()), &As::Nobody).await.expect(404);
    assert!(world.catalog.recording_notes(world.project.id, &session).await.unwrap().is_empty());
    let audit = world.catalog.audit(Some(world.project.id), None, 50).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "recording.delete" && entry.object == session));
}

#[tokio::test]
async fn the_official_client_s_batches_are_kept() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let events = piece("x", 0, world.now_ms())["events"].clone();
    let query = "replay_id=r1&seq=0&format=body&distinct_id=%24device%3Adev-1&%24device_id=dev-1&%24lib_version=2.65.0&mp_lib=web";
    let path = format!("/record/?{query}&token={}", world.project.write_key);
    assert_eq!(world.post(&path, &As::Nobody, events).await.expect(200).json["status"], "OK");
    let recording = world.get(&world.path("/recordings/r1"), &viewer).await.expect(200).json;
    assert_eq!(recording["documents"][0]["profile"]["recorder"], "mixpanel-browser 2.65.0");
    world.post("/record/?replay_id=r1&seq=1", &As::Nobody, json!([])).await.expect(401);
}

#[tokio::test]
async fn who_asks_to_be_forgotten_names_a_device_and_a_project() {
    let world = World::new().await;
    let key = world.project.write_key.clone();
    let forget = |key: &str, device: &str| format!("/v1/recordings/forget?key={key}&device={device}");
    assert_eq!(world.post(&forget(&key, "short"), &As::Nobody, json!({})).await.expect(400).json["error"]["field"], "device");
    assert_eq!(world.post(&forget("wk_no", "0123456789abcdef0123"), &As::Nobody, json!({})).await.expect(401).code(), "invalid_key");
}
