//! Links to a board: what they open, for how long, to whom, and that they open nothing else.

use crate::world::{Answer, As, World};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use sillage_catalog::{NewTask, Role};

const DAY_MS: i64 = 86_400_000;

fn question() -> Value {
    json!({
        "kind": "trend", "series": [{"select": {"event": "A", "where": {"property": "plan", "op": "is", "value": "secret plan"}}, "measure": "total"}],
        "range": {"last": 7, "unit": "day"}, "filter": {"property": "$email", "op": "is", "value": "ada@courriel.example"},
    })
}

fn tile(id: &str, shows: Value) -> Value {
    json!({"id": id, "width": 6, "height": 4, "shows": shows})
}

fn own(question: Value) -> Value {
    json!({"kind": "question", "question": question, "view": {"chart": "bar", "beside": {"filter": {"event": "A"}}}})
}

/// A board with a tile of each kind, and a link to it.
struct Shared {
    world: World,
    editor: As,
    board: String,
}

impl Shared {
    async fn new() -> Self {
        let world = World::new().await;
        world.send_events(json!([{"event": "A", "distinct_id": "u1", "time": "2025-10-09T08:00:00Z"}])).await.expect(200);
        let editor = world.member(Role::Editor).await;
        let metric =
            json!({"owner": "Ada Owner", "question": {"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "interval": "day"}});
        let metric = world.post(&world.path("/metrics"), &editor, json!({"name": "Actives", "definition": metric})).await.expect(200).json;
        let task = json!({"start": [{"event": "A"}], "completion": [{"event": "B"}]});
        let task = NewTask { name: "Send".into(), owner: String::new(), definition: task };
        let task = world.catalog.create_task(world.project.id, &task, "test").await.unwrap().id;
        let people = json!({"kind": "recordings", "range": {"last": 7, "unit": "day"}});
        let mut by_email = question();
        by_email["breakdown"] = json!([{"property": "$email"}]);
        let definition = json!({"description": "For the board", "filter": {"property": "country", "op": "is", "value": "FR"}, "tiles": [
            tile("own", own(question())), tile("text", json!({"kind": "text", "text": "# Hello"})), tile("metric", json!({"kind": "metric", "metric": metric["id"]})),
            tile("task", json!({"kind": "task", "task": task})), tile("people", own(people)), tile("by_email", own(by_email)),
            tile("lost", own(json!({"kind": "cohort", "cohort": "Secret cohort"}))),
            tile("gone", json!({"kind": "report", "report": "none"})),
        ]});
        let made = world.post(&world.path("/boards"), &editor, json!({"name": "Team", "definition": definition})).await.expect(200).json;
        Self { editor, board: made["id"].as_str().unwrap().to_owned(), world }
    }

    fn links(&self) -> String {
        self.world.path(&format!("/boards/{}/links", self.board))
    }

    async fn link(&self, terms: Value) -> (String, String) {
        let made = self.world.post(&self.links(), &self.editor, terms).await.expect(200).json;
        (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
    }

    async fn ask(&self, method: &str, path: &str, pass: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/shared/boards/{path}")).header("x-share-pass", pass);
        let request = request.header("content-type", "application/json");
        self.world.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
    }

    async fn open(&self, token: &str) -> Answer {
        self.ask("GET", token, "", None).await
    }

    async fn tile(&self, token: &str, tile: &str, look: Value) -> Answer {
        self.ask("POST", &format!("{token}/tiles/{tile}"), "", Some(look)).await
    }
}

#[tokio::test]
async fn a_link_opens_its_board_to_who_has_no_account() {
    let shared = Shared::new().await;
    let (_, token) = shared.link(json!({"name": "Investors"})).await;
    let opened = shared.open(&token).await.expect(200);
    assert_eq!(opened.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(opened.header("referrer-policy"), "no-referrer");
    assert!(!opened.headers.contains_key("set-cookie"));
    let board = &opened.json["board"];
    assert_eq!((&opened.json["locked"], &board["name"], &board["timezone"]), (&json!(false), &json!("Team"), &json!("Europe/Paris")));
    assert_eq!(board["tiles"][1], json!({"id": "text", "width": 6, "height": 4, "title": "", "kind": "text", "text": "# Hello"}));

    let shown = shared.tile(&token, "own", json!({})).await.expect(200).json;
    assert_eq!((&shown["answer"]["kind"], &shown["answer"]["answer"]), (&json!("trend"), &json!({"count": 1})));
    assert_eq!(shown["view"], json!({"chart": "bar"}));
    let month = json!({"last": 1, "unit": "month"});
    let shown = shared.tile(&token, "own", json!({"range": month, "language": "fr"})).await.expect(200).json;
    assert_eq!(shown["question"]["range"], month);
    let metric = shared.tile(&token, "metric", json!({})).await.expect(200).json;
    assert_eq!((&metric["name"], &metric["metric"]["definition"]["format"]), (&json!("Actives"), &json!("number")));
    assert!(metric["value"]["points"].is_array() && metric["value"]["explain"].is_null());
    let task = shared.tile(&token, "task", json!({})).await.expect(200).json;
    assert_eq!((&task["name"], &task["answer"]["kind"], &task["question"]), (&json!("Send"), &json!("task"), &Value::Null));

    let links = shared.world.get(&shared.links(), &shared.editor).await.expect(200).json;
    assert_eq!((&links["links"][0]["opened"], &links["links"][0]["token"], &links["links"][0]["state"]), (&json!(1), &json!(token), &json!("open")));
    shared.world.get(&shared.links(), &shared.world.member(Role::Viewer).await).await.expect(403);
}

#[tokio::test]
async fn nothing_of_the_team_of_people_or_of_conditions_is_told() {
    let shared = Shared::new().await;
    let (_, token) = shared.link(json!({})).await;
    let mut said = shared.open(&token).await.expect(200).text;
    for tile in ["own", "metric", "task"] {
        said.push_str(&shared.tile(&token, tile, json!({})).await.expect(200).text);
    }
    for kept in
        ["editor@", "ada@", "Ada Owner", "secret plan", "created_by", "\"u1\"", "\"FR\"", "\"where\"", "\"filter\"", "beside", "definition\":\"", "Courriel"]
    {
        assert!(!said.contains(kept), "{kept} in {said}");
    }
    for tile in ["people", "by_email"] {
        assert_eq!(shared.tile(&token, tile, json!({})).await.expect(403).code(), "shows_people");
    }
    let lost = shared.tile(&token, "lost", json!({})).await.expect(422);
    assert!(lost.code() == "not_answered" && !lost.text.contains("Secret"), "{}", lost.text);
    for (look, code) in [
        (json!({"filter": {"event": "A"}}), "unknown_field"),
        (json!({"fresh": true}), "unknown_field"),
        (json!({"range": {"last": 0, "unit": "day"}}), "not_allowed"),
    ] {
        let refused = shared.tile(&token, "own", look).await.expect(400);
        assert_eq!(refused.code(), code, "{}", refused.text);
    }
    let (_, fixed) = shared.link(json!({"range_open": false})).await;
    shared.tile(&fixed, "own", json!({})).await.expect(200);
    assert_eq!(shared.tile(&fixed, "own", json!({"range": {"last": 1, "unit": "month"}})).await.expect(400).json["error"]["field"], "range");
}

#[tokio::test]
async fn a_link_that_is_over_opens_nothing() {
    let shared = Shared::new().await;
    let missing = shared.open("aGVsbG8.AAAAAAAAAAAAAAAAAAAAAA").await.expect(404).text;
    let (id, token) = shared.link(json!({})).await;
    let (text, signature) = token.split_once('.').unwrap();
    for wrong in
        [format!("{text}.{}A", &signature[1..]), format!("A{}.{signature}", &text[1..]), text.to_owned(), id.clone(), "x".to_owned(), format!("{token}x")]
    {
        assert_eq!(shared.open(&wrong).await.expect(404).text, missing, "{wrong}");
    }
    let revoked = shared.world.call("DELETE", &format!("{}/{id}", shared.links()), &shared.editor, None).await.expect(200).json;
    assert_eq!((&revoked["state"], &revoked["token"]), (&json!("revoked"), &Value::Null));
    assert_eq!(shared.open(&token).await.expect(404).text, missing);
    assert_eq!(shared.tile(&token, "own", json!({})).await.expect(404).text, missing);
    let change = shared.world.call("PUT", &format!("{}/{id}", shared.links()), &shared.editor, Some(json!({}))).await.expect(400);
    assert_eq!(change.json["error"]["field"], "link");

    let at = sillage_event::time::to_rfc3339(shared.world.now_ms() + DAY_MS);
    let (id, token) = shared.link(json!({"expires_at": at})).await;
    shared.world.wait_ms(DAY_MS - 1);
    shared.open(&token).await.expect(200);
    shared.world.wait_ms(1);
    assert_eq!(shared.open(&token).await.expect(404).code(), "link_expired");
    assert_eq!(shared.tile(&token, "own", json!({})).await.expect(404).code(), "link_expired");
    // Its day may be put off, and one that has passed is no day to give.
    let later = sillage_event::time::to_rfc3339(shared.world.now_ms() + DAY_MS);
    let path = format!("{}/{id}", shared.links());
    shared.world.call("PUT", &path, &shared.editor, Some(json!({"expires_at": later}))).await.expect(200);
    shared.open(&token).await.expect(200);
    let refused = shared.world.post(&shared.links(), &shared.editor, json!({"expires_at": at})).await.expect(400);
    assert_eq!(refused.json["error"]["field"], "expires_at");

    let board = shared.world.path(&format!("/boards/{}", shared.board));
    assert_eq!(shared.world.get(&board, &shared.editor).await.expect(200).json["open_links"], 1);
    shared.world.call("DELETE", &board, &shared.editor, None).await.expect(204);
    assert_eq!(shared.open(&token).await.expect(404).text, missing);
    shared.world.get(&shared.links(), &shared.editor).await.expect(404);
}

#[tokio::test]
async fn a_password_is_asked_for_once_and_is_not_guessed() {
    let shared = Shared::new().await;
    let short = shared.world.post(&shared.links(), &shared.editor, json!({"password": "short"})).await.expect(400);
    assert_eq!(short.json["error"]["field"], "password");
    let (id, token) = shared.link(json!({"password": "correct horse"})).await;
    let (_, other) = shared.link(json!({"password": "correct horse"})).await;
    let locked = shared.open(&token).await.expect(200).json;
    assert_eq!((&locked["locked"], &locked["board"]), (&json!(true), &Value::Null));
    assert_eq!(shared.tile(&token, "own", json!({})).await.expect(403).code(), "locked");
    let unlock = async |token: &str, password: &str| shared.ask("POST", &format!("{token}/unlock"), "", Some(json!({"password": password}))).await;
    assert_eq!(unlock(&token, "wrong horse").await.expect(403).json["error"]["field"], "password");
    let given = unlock(&token, "correct horse").await.expect(200);
    assert!(!given.headers.contains_key("set-cookie"));
    let pass = given.json["pass"].as_str().unwrap().to_owned();
    let with = async |token: &str, pass: &str| shared.ask("GET", token, pass, None).await.expect(200).json["locked"].clone();
    assert_eq!(with(&token, &pass).await, false);
    shared.ask("POST", &format!("{token}/tiles/own"), &pass, Some(json!({}))).await.expect(200);
    for nothing in ["", "x", &token, &format!("{pass}A")] {
        assert_eq!(with(&token, nothing).await, true);
    }
    assert_eq!(with(&other, &pass).await, true, "a pass is for one link");

    // It ends after a while, and with its password.
    shared.world.wait_ms(13 * 3_600_000);
    assert_eq!(with(&token, &pass).await, true);
    let pass = unlock(&token, "correct horse").await.expect(200).json["pass"].as_str().unwrap().to_owned();
    let path = format!("{}/{id}", shared.links());
    shared.world.wait_ms(1);
    shared.world.call("PUT", &path, &shared.editor, Some(json!({"name": "x"}))).await.expect(200);
    assert_eq!(with(&token, &pass).await, false, "who changes the name keeps the password");
    shared.world.call("PUT", &path, &shared.editor, Some(json!({"password": "another horse"}))).await.expect(200);
    assert_eq!(with(&token, &pass).await, true);
    unlock(&token, "correct horse").await.expect(403);
    // Ten in a row, and then not even the right one.
    for _ in 0..12 {
        unlock(&token, "wrong horse").await;
    }
    let refused = unlock(&token, "another horse").await.expect(429);
    assert!(!refused.header("retry-after").is_empty());
    shared.world.wait_ms(3_600_000);
    unlock(&token, "another horse").await.expect(200);
    shared.world.call("PUT", &path, &shared.editor, Some(json!({"password": ""}))).await.expect(200);
    assert_eq!(with(&token, "").await, false);
}

#[tokio::test]
async fn a_link_shows_the_tiles_of_its_board_only() {
    let shared = Shared::new().await;
    let (_, token) = shared.link(json!({})).await;
    let definition = json!({"tiles": [tile("elsewhere", own(question()))]});
    shared.world.post(&shared.world.path("/boards"), &shared.editor, json!({"name": "Other", "definition": definition})).await.expect(200);
    for missing in ["elsewhere", "gone", "none", &shared.board, "own%2F..%2Felsewhere", "own/../elsewhere"] {
        shared.tile(&token, missing, json!({})).await.expect(404);
    }
    // A text shows nothing that is asked.
    assert_eq!(shared.tile(&token, "text", json!({})).await.expect(200).json, json!({"name": ""}));
}

/// Every route of the document, with the link wherever something that lets somebody in could be.
#[tokio::test]
async fn a_link_opens_no_other_door() {
    let shared = Shared::new().await;
    let (_, token) = shared.link(json!({})).await;
    let world = &shared.world;
    let document = serde_json::to_value(sillage_api::openapi()).unwrap();
    let mut walked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let existing = path.replace("{project}", &world.project.id.to_string()).replace("{board}", &shared.board).replace("{tile}", "own");
        let is_private = path.starts_with("/api/") && item.as_object().unwrap().values().next().is_some_and(|operation| operation["security"].is_array());
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let body = || (method != "GET" && method != "DELETE").then(|| json!({}));
            let filled = fill(&existing, "x");
            let nobody = world.call(&method, &filled, &As::Nobody, body()).await;
            if is_private {
                assert_eq!(nobody.status, 401, "{method} {path}");
            }
            let credentials = [
                As::Bearer(token.clone()),
                As::Cookie(format!("sillage_session={token}")),
                As::Cookie(format!("__Host-sillage_session={token}; sillage_share={token}")),
            ];
            for who in credentials {
                let answer = world.call(&method, &filled, &who, body()).await;
                let is_same = (answer.status, answer.code()) == (nobody.status, nobody.code());
                // A door for events tells that this is no key of a project.
                assert!(is_same || (!is_private && (400..=404).contains(&answer.status.as_u16())), "{method} {path} as {who:?}: {}", answer.text);
                walked += 1;
            }
            for name in ["token", "key", "api_key", "share", "session", "pass", "access_token"] {
                let answer = world.call(&method, &format!("{filled}?{name}={token}"), &As::Nobody, body()).await;
                let is_known = (answer.status, answer.code()) == (nobody.status, nobody.code());
                assert!(is_known || (400..=404).contains(&answer.status.as_u16()), "{method} {path}?{name}: {}", answer.text);
                walked += 1;
            }
            // In the path: in every place at once, and beside things that exist.
            for with_token in [fill(path, &token), fill(&existing, &token)] {
                if with_token == filled || path.starts_with("/api/shared/boards/") {
                    continue;
                }
                let answer = world.call(&method, &with_token, &As::Nobody, body()).await;
                assert!((400..=404).contains(&answer.status.as_u16()), "{method} {with_token}: {}", answer.text);
                walked += 1;
            }
        }
    }
    assert!(walked > 2000, "{walked}");
    // And the door that it does open asks for nothing but the link in its own place.
    let open = "/api/shared/boards/x";
    for who in [As::Bearer(token.clone()), As::Cookie(format!("sillage_session={token}"))] {
        world.call("GET", open, &who, None).await.expect(404);
        world.call("POST", &format!("{open}/tiles/own"), &who, Some(json!({}))).await.expect(404);
    }
    // What opens other things opens no board, and a link to a board no recording.
    let session = crate::recording::kept(world, world.project.id).await;
    let (_, recording) = world.catalog.share_recording(world.project.id, &session, 0, 3_600_000, "test").await.unwrap();
    shared.open(&recording).await.expect(404);
    world.get(&format!("/api/shared/recordings/{token}"), &As::Nobody).await.expect(404);
    let other = world.catalog.sign("survey_link", &shared.board).await.unwrap();
    shared.open(&other).await.expect(404);
}

fn fill(path: &str, with: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { with } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn only_pages_that_a_link_names_show_it_in_a_frame() {
    let shared = Shared::new().await;
    let page = async |path: String| shared.world.send(Request::builder().uri(path).header("accept", "text/html").body(Body::empty()).unwrap()).await;
    let (_, closed) = shared.link(json!({})).await;
    let (_, anywhere) = shared.link(json!({"embed": true})).await;
    let (_, named) = shared.link(json!({"embed": true, "embed_from": ["https://Wiki.example.com/", "https://*.intranet.example:8443"]})).await;
    let answer = page(format!("/shared/boards/{closed}?embed=1")).await.expect(200);
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(
        (answer.header("referrer-policy"), answer.header("x-robots-tag"), answer.header("cache-control")),
        ("no-referrer", "noindex, nofollow", "no-store")
    );
    assert!(!answer.headers.contains_key("set-cookie"));
    let answer = page(format!("/shared/boards/{anywhere}?embed=1")).await.expect(200);
    assert_eq!(answer.header("x-frame-options"), "");
    assert!(answer.header("content-security-policy").ends_with("frame-ancestors *"), "{}", answer.header("content-security-policy"));
    let answer = page(format!("/shared/boards/{named}")).await.expect(200);
    assert!(answer.header("content-security-policy").ends_with("frame-ancestors https://wiki.example.com https://*.intranet.example:8443"));
    for nothing in ["x", "aGVsbG8.AAAAAAAAAAAAAAAAAAAAAA"] {
        let answer = page(format!("/shared/boards/{nothing}")).await.expect(404);
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(answer.text.to_lowercase().contains("<!doctype html>"));
    }
    // The rest of the screens is in no frame.
    assert_eq!(page("/p/1/boards".to_owned()).await.expect(200).header("x-frame-options"), "DENY");
    for wrong in [
        "wiki.example.com",
        "https://",
        "https://a.example/path",
        "javascript:alert(1)",
        "https://a.example; script-src *",
        "https://a.example 'self'",
        "*",
        "https://a.example:x",
    ] {
        let refused = shared.world.post(&shared.links(), &shared.editor, json!({"embed": true, "embed_from": [wrong]})).await.expect(400);
        assert_eq!(refused.json["error"]["field"], "embed_from", "{wrong}");
    }
}

#[tokio::test]
async fn strangers_at_one_address_come_to_an_end() {
    let shared = Shared::new().await;
    let (_, token) = shared.link(json!({})).await;
    let mut refused = 0;
    for _ in 0..1300 {
        refused += usize::from(shared.open("x").await.status == 429);
    }
    assert!((90..=110).contains(&refused), "{refused}");
    assert!(!shared.open(&token).await.expect(429).header("retry-after").is_empty());
    // Whoever is signed in is not held up by it.
    shared.world.get(&shared.links(), &shared.editor).await.expect(200);
    shared.world.wait_ms(1000);
    shared.open(&token).await.expect(200);
}

#[tokio::test]
async fn the_activity_log_says_who_made_and_revoked_a_link() {
    let shared = Shared::new().await;
    let (id, _) = shared.link(json!({"name": "Investors", "password": "correct horse"})).await;
    let path = format!("{}/{id}", shared.links());
    shared.world.call("PUT", &path, &shared.editor, Some(json!({"name": "Board"}))).await.expect(200);
    shared.world.call("DELETE", &path, &shared.editor, None).await.expect(200);
    let log = shared.world.get(&shared.world.path("/audit?limit=3"), &shared.world.member(Role::Admin).await).await.expect(200);
    let actions: Vec<&str> = log.json["entries"].as_array().unwrap().iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert_eq!(actions, ["board.unshare", "board.share_change", "board.share"]);
    assert!(!log.text.contains("correct horse"));
}
