use crate::world::{As, World};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use sillage_catalog::Scope;

const FORM: &str = "application/x-www-form-urlencoded";

fn event(token: &str, id: &str) -> Value {
    json!({"event": "A", "properties": {"token": token, "distinct_id": id, "$insert_id": format!("i-{id}")}})
}

async fn send(world: &World, method: &str, uri: &str, content_type: &str, body: impl Into<Body>) -> crate::world::Answer {
    world.send(Request::builder().method(method).uri(uri).header("content-type", content_type).body(body.into()).unwrap()).await
}

fn form(data: &Value) -> String {
    let encoded: String = data.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("data={encoded}")
}

#[tokio::test]
async fn the_doors_answer_as_their_clients_expect() {
    let world = World::new().await;
    let token = world.project.write_key.clone();
    let browser = send(&world, "POST", "/track/?verbose=1&ip=1&_=1", FORM, form(&json!([event(&token, "u1")]))).await.expect(200);
    assert_eq!(browser.json, json!({"status": 1, "error": null}));
    let beacon = send(&world, "POST", "/track/?verbose=1&ip=1", "text/plain;charset=UTF-8", form(&json!([event(&token, "u1")]))).await.expect(200);
    assert_eq!(beacon.json["status"], json!(1));
    assert_eq!(world.store.kept(world.project.id).events.len(), 1, "the beacon's resend counts once");
    assert_eq!(send(&world, "POST", "/track", "application/json", event(&token, "u2").to_string()).await.expect(200).text, "1");
    let query: String = form(&event(&token, "u3"));
    assert_eq!(send(&world, "GET", &format!("/track?{query}"), FORM, "").await.expect(200).text, "1");
    let engage = json!({"$token": token, "$distinct_id": "u1", "$set": {"$name": "Ada"}});
    assert_eq!(send(&world, "POST", "/engage/", FORM, form(&engage)).await.expect(200).text, "1");
    let group = json!({"$token": token, "$group_key": "company", "$group_id": "acme", "$set": {"seats": 3}});
    assert_eq!(send(&world, "POST", "/groups/", FORM, form(&group)).await.expect(200).text, "1");
    let kept = world.store.kept(world.project.id);
    assert_eq!((kept.events.len(), kept.profiles.len()), (3, 2));
}

#[tokio::test]
async fn import_takes_the_token_or_a_secret_key_and_names_failed_records() {
    let world = World::new().await;
    let As::Bearer(secret) = world.api_key(&world.project, &[Scope::Write]).await else { panic!() };
    let time = world.now_ms() / 1000;
    let record = |id: &str| json!({"event": "A", "properties": {"distinct_id": id, "time": time, "$insert_id": format!("i-{id}")}});
    let import = |user: String, query: String, body: Value| {
        let basic = data_encoding(&user);
        let request = Request::builder().method("POST").uri(format!("/import{query}")).header("authorization", format!("Basic {basic}"));
        world.send(request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap())
    };
    let by_token = import(format!("{}:", world.project.write_key), "?strict=1".into(), json!([record("u1")])).await.expect(200);
    assert_eq!(by_token.json, json!({"code": 200, "num_records_imported": 1, "status": "OK"}));
    let account = format!("robot.mp-service-account:{secret}");
    import(account.clone(), format!("?strict=1&project_id={}", world.project.id), json!([record("u2")])).await.expect(200);
    import(account, format!("?strict=1&project_id={}", world.other.id), json!([record("u3")])).await.expect(401);
    import("wk_guess:".into(), String::new(), json!([record("u3")])).await.expect(401);
    let mixed = import(format!("{}:", world.project.write_key), "?strict=1".into(), json!([record("u4"), {"event": "A", "properties": {}}])).await.expect(400);
    assert_eq!((&mixed.json["num_records_imported"], &mixed.json["failed_records"][0]["index"]), (&json!(1), &json!(1)));
    assert_eq!(world.store.kept(world.project.id).events.len(), 3);
}

/// base64, for the header of Basic.
fn data_encoding(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let index = bits >> (18 - 6 * position) & 63;
            encoded.push(if position <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    encoded
}

#[tokio::test]
async fn an_unknown_token_costs_its_own_records_only_and_records_go_to_the_project_they_name() {
    let world = World::new().await;
    let both = json!([event(&world.project.write_key, "u1"), event(&world.other.write_key, "u2")]);
    send(&world, "POST", "/track", "application/json", both.to_string()).await.expect(200);
    assert_eq!(world.store.kept(world.project.id).events.len(), 1);
    assert_eq!(world.store.kept(world.other.id).events.len(), 1);
    let mixed = json!([event(&world.project.write_key, "u3"), event("guess", "u4")]);
    let kept = send(&world, "POST", "/track?verbose=1", "application/json", mixed.to_string()).await.expect(200);
    assert_eq!(kept.json["status"], json!(1));
    assert_eq!(world.store.kept(world.project.id).events.len(), 2);
    let unknown = json!([event("guess", "u5"), event("another", "u6")]);
    let refused = send(&world, "POST", "/track?verbose=1", "application/json", unknown.to_string()).await.expect(401);
    assert_eq!(refused.json["status"], json!(0));
    assert_eq!(world.store.kept(world.project.id).events.len(), 2);
}

#[tokio::test]
async fn nothing_sent_answers_5xx() {
    let world = World::new().await;
    let token = &world.project.write_key;
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"data=".to_vec(),
        b"data=%FF%FE".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"{".to_vec(),
        "[".repeat(100_000).into_bytes(),
        format!("{{\"event\": \"A\", \"properties\": {{\"token\": \"{token}\", \"time\": 1e999}}}}").into_bytes(),
        format!("[{{\"event\": null, \"properties\": {{\"token\": \"{token}\"}}}}]").into_bytes(),
        b"null".to_vec(),
        b"data=W10=".to_vec(),
        vec![0x1f, 0x8b, 0, 0, 0],
    ];
    for path in ["/track", "/engage", "/groups", "/import", "/v1/events", "/record", "/flags", "/decide"] {
        for body in &bodies {
            for content_type in [FORM, "application/json", "text/plain", "nonsense"] {
                let answer = send(&world, "POST", &format!("{path}?key={token}"), content_type, body.clone()).await;
                assert!(answer.status.as_u16() < 500, "{path} {content_type} {} {}", String::from_utf8_lossy(&body[..body.len().min(40)]), answer.text);
            }
        }
    }
}

#[tokio::test]
async fn what_the_browser_client_asks_at_its_start_is_answered() {
    let world = World::new().await;
    for path in
        ["/settings/?$lib_version=2.82.1&mp_lib=web&sdk_config=1", "/flags/?context=%7B%7D&token=x", "/decide/?verbose=1", "/settings", "/flags", "/decide"]
    {
        assert!(world.get(path, &As::Nobody).await.expect(200).json.is_object(), "{path}");
    }
}
