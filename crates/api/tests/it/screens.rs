use crate::world::World;
use axum::{body::Body, http::Request};

async fn get(world: &World, path: &str, accept: &str) -> crate::world::Answer {
    world.send(Request::builder().uri(path).header("accept", accept).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_page_is_the_application_whatever_its_path() {
    let world = World::new().await;
    for (path, accept, status) in [
        ("/", "text/html,application/xhtml+xml", 200),
        ("/", "*/*", 200),
        ("/p/1/trends?q=x", "text/html,application/xhtml+xml", 200),
        ("/signin?token=abc", "text/html", 200),
        ("/join?token=abc", "*/*", 200),
        ("/p/1/people/%24device%3Ax", "text/html", 200),
        ("/elsewhere", "text/html", 404),
    ] {
        let page = get(&world, path, accept).await.expect(status);
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(page.text.to_lowercase().contains("<!doctype html>"), "{path}");
    }
}

#[tokio::test]
async fn pages_carry_a_policy_that_runs_only_our_files() {
    let world = World::new().await;
    let page = get(&world, "/", "text/html").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-eval"), "{policy}");
    let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
    assert!(!scripts.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn a_path_that_is_nothing_is_not_a_page() {
    let world = World::new().await;
    for (path, accept) in
        [("/api/nothing", "text/html"), ("/assets/missing.js", "text/html"), ("/missing.js", "*/*"), ("/../etc/passwd", "*/*"), ("/debug", "*/*")]
    {
        get(&world, path, accept).await.expect(404);
    }
    let wrong_method = Request::builder().method("DELETE").uri("/api/status").body(Body::empty()).unwrap();
    assert_eq!(world.send(wrong_method).await.expect(405).code(), "method_not_allowed");
    let post = Request::builder().method("POST").uri("/nothing").body(Body::empty()).unwrap();
    world.send(post).await.expect(405);
}

#[tokio::test]
async fn health_and_readiness_say_what_is_well() {
    let world = World::new().await;
    let health = get(&world, "/health", "*/*").await.expect(200);
    assert_eq!(health.json["status"], "ok", "{}", health.text);
    assert_eq!(health.json["checks"].as_array().unwrap().len(), 2);
    get(&world, "/ready", "*/*").await.expect(200);
    world.catalog.close().await;
    let health = get(&world, "/health", "*/*").await.expect(200);
    assert_eq!(health.json["status"], "degraded");
    get(&world, "/ready", "*/*").await.expect(503);
}

#[tokio::test]
async fn files_are_sent_packed_to_who_takes_it_and_not_again_to_who_has_them() {
    let world = World::new().await;
    let plain = get(&world, "/", "text/html").await.expect(200);
    let tag = plain.header("etag").to_owned();
    if tag.is_empty() {
        return; // built without the screens: the notice in their place is neither packed nor kept
    }
    let ask = |name: &'static str, value: String| {
        let request = Request::builder().uri("/").header("accept", "text/html").header(name, value);
        world.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!(ask("accept-encoding", "br, gzip;q=0.8".into()).await.expect(200).header("content-encoding"), "gzip");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(ask("if-none-match", tag).await.expect(304).text, "");
}

#[tokio::test]
async fn the_tag_is_served_to_the_pages_of_other_sites() {
    let world = World::new().await;
    let script = get(&world, "/s/sillage.js", "*/*").await;
    // Without a build of the tag there is nothing to serve; then the answer says so instead of giving a page.
    assert!([200, 404].contains(&script.status.as_u16()), "{}", script.status);
    assert_eq!(script.header("access-control-allow-origin"), "*");
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(script.header("x-content-type-options"), "nosniff");
    if script.status.is_success() {
        assert!(script.header("content-type").contains("javascript"));
        let again = Request::builder().uri("/s/sillage.js").header("if-none-match", script.header("etag")).body(Body::empty()).unwrap();
        world.send(again).await.expect(304);
        get(&world, "/s/parts/replay.js", "*/*").await.expect(200);
    }
    get(&world, "/s/../index.html", "text/html").await.expect(404);
    get(&world, "/s/nothing.js", "text/html").await.expect(404);
}

#[test]
fn the_path_of_the_tag_is_checked() {
    for good in ["/s", "/mesure", "/a_b-9"] {
        assert_eq!(good.parse::<sillage_api::TagPath>().unwrap().to_string(), good);
    }
    for bad in ["", "/", "s", "/s/", "/a/b", "/api", "/v1", "/track", "/é", "/{x}", "/a b"] {
        assert!(bad.parse::<sillage_api::TagPath>().is_err(), "{bad}");
    }
}
