use crate::world::{As, World};
use axum::{body::Body, http::Request};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sillage_api::Options;
use sillage_catalog::Scope;
use sillage_event::AppendError;
use std::io::Write;

fn event(name: &str, id: &str) -> Value {
    json!({"event": name, "distinct_id": id, "time": "2025-10-09T08:00:00Z", "insert_id": format!("{name}-{id}")})
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn events_are_kept_and_counted_once_when_sent_again() {
    let world = World::new().await;
    let batch = json!([event("A", "u1"), event("B", "u1")]);
    let answer = world.send_events(batch.clone()).await.expect(200);
    assert_eq!((&answer.json["accepted"], &answer.json["duplicates"], &answer.json["failed"]), (&json!(2), &json!(0), &json!([])));
    let again = world.send_events(batch).await.expect(200);
    assert_eq!(again.json["duplicates"], json!(2));
    assert_eq!(world.store.kept(world.project.id).events.len(), 2);
    assert_eq!(world.store.kept(world.other.id).events.len(), 0);
}

#[tokio::test]
async fn every_way_to_send_the_key_works_and_a_wrong_one_keeps_nothing() {
    let world = World::new().await;
    let key = &world.project.write_key;
    let body = json!([event("A", "u1")]).to_string();
    let send = |uri: String, header: Option<(&str, String)>| {
        let mut request = Request::builder().method("POST").uri(uri);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        world.send(request.body(Body::from(body.clone())).unwrap())
    };
    send("/v1/events".into(), Some(("authorization", format!("Bearer {key}")))).await.expect(200);
    send("/v1/events".into(), Some(("x-sillage-key", key.clone()))).await.expect(200);
    send(format!("/v1/events?key={key}"), None).await.expect(200);
    let As::Bearer(secret) = world.api_key(&world.project, &[Scope::Write]).await else { panic!() };
    send("/v1/events".into(), Some(("authorization", format!("Bearer {secret}")))).await.expect(200);
    let before = world.store.kept(world.project.id).events.len();

    assert_eq!(send("/v1/events".into(), None).await.expect(401).code(), "missing_key");
    assert_eq!(send("/v1/events?key=wk_guess".into(), None).await.expect(401).code(), "invalid_key");
    let As::Bearer(read_only) = world.api_key(&world.project, &[Scope::Read]).await else { panic!() };
    send("/v1/events".into(), Some(("authorization", format!("Bearer {read_only}")))).await.expect(401);
    assert_eq!(world.store.kept(world.project.id).events.len(), before);
}

#[tokio::test]
async fn bad_records_are_named_and_the_good_ones_kept() {
    let world = World::new().await;
    let answer = world.send_events(json!([event("A", "u1"), {"event": 7}, event("B", "null")])).await.expect(207);
    assert_eq!(answer.json["accepted"], json!(1), "{}", answer.text);
    let failed = answer.json["failed"].as_array().unwrap();
    assert_eq!(failed.iter().map(|record| record["index"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2]);
    assert!(failed.iter().all(|record| record["code"].is_string() && record["message"].is_string()));
    assert_eq!(world.store.kept(world.project.id).refused.len(), 2);
    world.send_events(json!([{"event": 7}])).await.expect(400);
    world.send_events(json!([])).await;
}

#[tokio::test]
async fn bodies_may_be_gzip_and_bombs_stop_at_the_cap() {
    let world = World::new().await;
    let send = |body: Vec<u8>, encoding: &'static str| {
        let request = Request::builder().method("POST").uri("/v1/events").header("x-sillage-key", &world.project.write_key);
        world.send(request.header("content-encoding", encoding).body(Body::from(body)).unwrap())
    };
    send(gzip(json!([event("A", "u1")]).to_string().as_bytes()), "gzip").await.expect(200);
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert_eq!(send(bomb, "gzip").await.expect(413).code(), "decompressed_too_large");
    assert_eq!(send(b"not gzip".to_vec(), "gzip").await.expect(400).code(), "bad_compression");
    assert_eq!(send(gzip(b"[]"), "gzip, gzip").await.expect(415).code(), "stacked_encodings");
    assert_eq!(send(b"[]".to_vec(), "br").await.expect(415).code(), "unsupported_encoding");
    assert_eq!(send(vec![b' '; 11 << 20], "identity").await.expect(413).code(), "body_too_large");
}

#[tokio::test]
async fn when_nothing_can_be_stored_the_client_is_told_when_to_come_back() {
    let world = World::new().await;
    for (error, status, retry) in
        [(AppendError::Busy { retry_after_s: 3 }, 429, "3"), (AppendError::Unavailable { reason: "the disk is full".into(), retry_after_s: 30 }, 503, "30")]
    {
        *world.store.fails.lock().unwrap() = Some(error);
        let answer = world.send_events(json!([event("A", "u1")])).await.expect(status);
        assert_eq!(answer.header("retry-after"), retry);
        assert_eq!(world.store.kept(world.project.id).events.len(), 0);
    }
}

#[tokio::test]
async fn who_sends_more_than_there_is_room_for_is_told_to_come_back() {
    let world = World::with(Options { intake_bytes: 100, ..Options::default() }).await;
    let answer = world.send_events(json!([event(&"A".repeat(200), "u1")])).await.expect(429);
    assert_eq!((answer.code(), answer.header("retry-after")), ("busy", "2"));
    world.send_events(json!([event("A", "u1")])).await.expect(200);
}

#[tokio::test]
async fn any_page_may_send_with_and_without_cookies() {
    let world = World::new().await;
    let preflight = |path: &str| {
        let request = Request::builder().method("OPTIONS").uri(path).header("origin", "https://shop.example");
        let request = request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,content-encoding,x-sillage-key");
        world.send(request.body(Body::empty()).unwrap())
    };
    for path in ["/v1/events", "/track", "/track/", "/engage/", "/groups/", "/import", "/record/", "/settings/", "/flags/"] {
        let answer = preflight(path).await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert!(answer.header("access-control-max-age").parse::<u32>().unwrap() >= 600);
        for name in ["authorization", "content-type", "content-encoding", "x-sillage-key"] {
            assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
        }
    }
    let request =
        Request::builder().method("POST").uri("/v1/events").header("origin", "https://shop.example").header("x-sillage-key", &world.project.write_key);
    let answer = world.send(request.body(Body::from(json!([event("A", "u1")]).to_string())).unwrap()).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(answer.header("vary"), "Origin");
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_read_or_preflight_the_api() {
    let world = World::new().await;
    let request = Request::builder().method("OPTIONS").uri("/api/me").header("origin", "https://shop.example");
    let answer = world.send(request.header("access-control-request-method", "PATCH").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn an_address_is_nowhere_in_what_is_kept() {
    let world = World::with(Options { trusted_proxies: vec!["0.0.0.0/0".parse().unwrap()], ..Options::default() }).await;
    let mut request = Request::builder().method("POST").uri("/track").header("x-forwarded-for", "203.0.113.77");
    request = request.header("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    let body = json!({"event": "A", "properties": {"token": world.project.write_key, "$ip": "203.0.113.77"}});
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(axum::extract::ConnectInfo("10.0.0.1:1234".parse::<std::net::SocketAddr>().unwrap()));
    world.send(request).await.expect(200);
    let kept = world.store.kept(world.project.id);
    assert_eq!(kept.events.len(), 1);
    assert!(!serde_json::to_string(&kept.events).unwrap().contains("203.0.113"), "{:?}", kept.events);
}

#[tokio::test]
async fn groups_named_once_are_known_to_every_protocol() {
    let world = World::new().await;
    let mut native = event("A", "u1");
    native["groups"] = json!({"company": "acme"});
    world.send_events(json!([native])).await.expect(200);
    assert_eq!(world.catalog.group_types(world.project.id).await.unwrap(), ["company"]);
    let track = json!({"event": "B", "properties": {"token": world.project.write_key, "distinct_id": "u1", "company": "acme"}});
    world.post("/track", &As::Nobody, track).await.expect(200);
    let kept = world.store.kept(world.project.id);
    let groups: Vec<_> = kept.events.iter().map(|event| event.groups.clone()).collect();
    assert_eq!(groups[1], vec![("company".to_owned(), vec!["acme".to_owned()])], "{groups:?}");
}

#[tokio::test]
async fn a_body_that_trickles_in_is_cut_off() {
    let world = World::with(Options { body_time: std::time::Duration::from_millis(100), ..Options::default() }).await;
    let never_ending = futures::stream::unfold((), |()| async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(" "), ()))
    });
    let request = Request::builder().method("POST").uri("/v1/events").header("x-sillage-key", &world.project.write_key);
    let answer = world.send(request.body(Body::from_stream(never_ending)).unwrap()).await.expect(408);
    assert_eq!(answer.code(), "too_slow");
}
