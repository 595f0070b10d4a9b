use crate::world::{As, World};
use axum::{body::Body, http::Request};
use serde_json::json;
use sillage_api::Options;
use sillage_catalog::{Role, Scope};

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let world = World::new().await;
    let As::Cookie(cookie) = world.member(Role::Admin).await else { panic!() };
    let attempt = |headers: &[(&str, &str)]| {
        let mut request = Request::builder().method("POST").uri(world.path("/keys")).header("host", "sillage.test").header("cookie", &cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        world.send(request.body(Body::from(r#"{"name": "CI", "scopes": ["read"]}"#)).unwrap())
    };
    let json = ("content-type", "application/json");
    attempt(&[json, ("origin", "http://evil.test")]).await.expect(403);
    attempt(&[json, ("origin", "null")]).await.expect(403);
    attempt(&[json, ("sec-fetch-site", "cross-site")]).await.expect(403);
    attempt(&[json, ("origin", "http://sillage.test.evil.test")]).await.expect(403);
    attempt(&[("content-type", "text/plain"), ("origin", "http://sillage.test")]).await.expect(415);
    attempt(&[("content-type", "application/x-www-form-urlencoded")]).await.expect(415);
    attempt(&[]).await.expect(415);
    assert_eq!(world.catalog.api_keys(world.project.id).await.unwrap(), vec![]);
    attempt(&[json, ("origin", "http://sillage.test")]).await.expect(200);
    attempt(&[("content-type", "application/json; charset=utf-8"), ("sec-fetch-site", "same-origin")]).await.expect(200);
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_is_the_same_origin() {
    let world = World::with(Options { public_url: Some("https://analytics.courriel.example/".into()), ..Options::default() }).await;
    let body = json!({"email": "nobody@courriel.example", "password": "wrong horse"}).to_string();
    let request = Request::builder().method("POST").uri("/api/session").header("host", "127.0.0.1:7070").header("content-type", "application/json");
    let answer = world.send(request.header("origin", "https://analytics.courriel.example").body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.expect(401).code(), "wrong_credentials");
}

#[tokio::test]
async fn an_api_key_works_from_wherever_it_is_held() {
    let world = World::new().await;
    let As::Bearer(secret) = world.api_key(&world.project, &[Scope::Write]).await else { panic!() };
    let request = Request::builder().method("POST").uri(world.path("/refused/replay")).header("authorization", format!("Bearer {secret}"));
    let request = request.header("origin", "http://tool.test").header("content-type", "application/json");
    world.send(request.body(Body::from(r#"{"all": true}"#)).unwrap()).await.expect(200);
}

#[tokio::test]
async fn answers_of_the_api_are_not_kept_framed_or_guessed() {
    let world = World::new().await;
    for path in ["/api/status", "/api/me", "/api/projects/99/names"] {
        let answer = world.get(path, &As::Nobody).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn fields_that_are_wrong_are_named() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    let path = world.path("/keys");
    for (body, code, field) in [
        (json!({"name": "CI"}), "missing_field", json!("scopes")),
        (json!({"name": "CI", "scopes": ["read"], "extra": 1}), "unknown_field", json!("extra")),
        (json!({"name": 7, "scopes": ["read"]}), "wrong_type", json!("name")),
        (json!({"name": "CI", "scopes": ["read", 7]}), "wrong_type", json!("scopes[1]")),
        (json!({"name": "CI", "scopes": ["read", "fly"]}), "invalid_field", json!("scopes[1]")),
        (json!({"name": "", "scopes": ["read"]}), "invalid_field", json!("name")),
        (json!([]), "wrong_type", json!(null)),
    ] {
        let answer = world.post(&path, &admin, body.clone()).await.expect(400);
        assert_eq!((answer.code(), &answer.json["error"]["field"]), (code, &field), "{body} {}", answer.text);
        assert!(answer.json["error"]["message"].as_str().is_some_and(|message| !message.is_empty() && !message.contains(" at line ")));
    }
    let answer = world.get(&world.path("/live?limit=many"), &admin).await.expect(400);
    assert_eq!(answer.json["error"]["field"], json!("limit"), "{}", answer.text);
    let answer = world.get(&world.path("/live?wat=1"), &admin).await.expect(400);
    assert_eq!((answer.code(), &answer.json["error"]["field"]), ("unknown_field", &json!("wat")), "{}", answer.text);
    let answer = world.get(&world.path("/values"), &admin).await.expect(400);
    assert_eq!((answer.code(), &answer.json["error"]["field"]), ("missing_field", &json!("property")), "{}", answer.text);
}

#[tokio::test]
async fn a_json_body_that_is_broken_deep_or_large_is_refused() {
    let world = World::new().await;
    let As::Cookie(cookie) = world.member(Role::Viewer).await else { panic!() };
    let ask = |body: String| {
        let request = Request::builder().method("POST").uri(world.path("/query")).header("cookie", &cookie).header("content-type", "application/json");
        world.send(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(ask("{\"kind\":".into()).await.expect(400).code(), "bad_json");
    assert_eq!(ask("{} {}".into()).await.expect(400).code(), "bad_json");
    assert_eq!(ask(String::new()).await.expect(400).code(), "bad_json");
    assert_eq!(ask("[".repeat(100_000)).await.expect(400).code(), "bad_json");
    assert_eq!(ask("x".repeat(2 << 20)).await.expect(413).code(), "body_too_large");
}
