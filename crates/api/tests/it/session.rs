use crate::world::{As, PASSWORD, World};
use serde_json::{Value, json};
use sillage_api::Options;
use sillage_catalog::Role;

async fn sign_in(world: &World, email: &str, password: &str) -> crate::world::Answer {
    world.post("/api/session", &As::Nobody, json!({"email": email, "password": password})).await
}

fn cookie_of(answer: &crate::world::Answer) -> As {
    As::Cookie(answer.header("set-cookie").split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn the_first_account_is_made_with_the_printed_token_once() {
    let world = World::new().await;
    let status = world.get("/api/status", &As::Nobody).await.expect(200);
    assert_eq!((&status.json["setup_required"], &status.json["demo"]), (&json!(true), &json!(false)));
    let body = |token: &str| json!({"token": token, "email": "ada@courriel.example", "name": "Ada", "password": PASSWORD, "language": "fr"});
    world.post("/api/setup", &As::Nobody, body("setup_guess")).await.expect(401);
    let token = world.catalog.setup_token().await.unwrap().unwrap();
    let made = world.post("/api/setup", &As::Nobody, body(&token)).await.expect(200);
    assert_eq!((&made.json["user"]["role"], &made.json["user"]["language"]), (&json!("admin"), &json!("fr")));
    let me = world.get("/api/me", &cookie_of(&made)).await.expect(200);
    assert_eq!(me.json["projects"].as_array().unwrap().len(), 2);
    assert_eq!(world.post("/api/setup", &As::Nobody, body(&token)).await.expect(409).code(), "setup_done");
    assert_eq!(world.get("/api/status", &As::Nobody).await.json["setup_required"], json!(false));
}

#[tokio::test]
async fn a_session_begins_and_ends() {
    let world = World::new().await;
    world.user("ada@courriel.example", None, Some(Role::Editor), None).await;
    let answer = sign_in(&world, "ada@courriel.example", PASSWORD).await.expect(200);
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["sillage_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
    let who = cookie_of(&answer);
    let me = world.get("/api/me", &who).await.expect(200);
    assert_eq!(me.json["user"]["role"], json!("editor"));
    let project = &me.json["projects"][0];
    assert_eq!((&project["name"], &project["role"], &project["events"]), (&json!("Courriel"), &json!("editor"), &json!(0)));
    let out = world.call("DELETE", "/api/session", &who, None).await.expect(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    world.get("/api/me", &who).await.expect(401);
    world.call("DELETE", "/api/session", &As::Nobody, None).await.expect(204);
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let world = World::with(Options { public_url: Some("https://analytics.courriel.example".into()), ..Options::default() }).await;
    world.user("ada@courriel.example", None, Some(Role::Editor), None).await;
    let answer = sign_in(&world, "ada@courriel.example", PASSWORD).await.expect(200);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-sillage_session=") && cookie.contains("; Secure"), "{cookie}");
    let who = cookie_of(&answer);
    world.get("/api/me", &who).await.expect(200);
    let As::Cookie(text) = who else { panic!() };
    world.get("/api/me", &As::Cookie(text.replace("__Host-", ""))).await.expect(401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let world = World::new().await;
    world.user("ada@courriel.example", None, Some(Role::Editor), None).await;
    let wrong = sign_in(&world, "ada@courriel.example", "wrong horse").await.expect(401);
    let unknown = sign_in(&world, "nobody@courriel.example", "wrong horse").await.expect(401);
    assert_eq!(wrong.text, unknown.text);
    assert_eq!(wrong.header("set-cookie"), "");
}

#[tokio::test]
async fn guessing_is_slowed_down_per_account_whether_it_exists_or_not() {
    let world = World::new().await;
    world.user("ada@courriel.example", None, Some(Role::Editor), None).await;
    let mut answers = Vec::new();
    for email in ["ada@courriel.example", "nobody@courriel.example"] {
        for _ in 0..10 {
            sign_in(&world, email, "wrong horse").await.expect(401);
        }
        let refused = sign_in(&world, email, PASSWORD).await.expect(429);
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
        answers.push(refused.text);
    }
    assert_eq!(answers[0], answers[1]);
    world.wait_ms(61_000);
    sign_in(&world, "ada@courriel.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn guessing_is_slowed_down_per_address_too() {
    let world = World::new().await;
    let mut refused = 0;
    for n in 0..80 {
        let answer = world.post("/api/session/link", &As::Nobody, json!({"token": format!("link_{n}")})).await;
        refused += usize::from(answer.status == 429);
    }
    assert_eq!(refused, 20);
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example", None, Some(Role::Viewer), None).await;
    let token = world.catalog.create_sign_in_link(&user).await.unwrap();
    let answer = world.post("/api/session/link", &As::Nobody, json!({"token": token})).await.expect(200);
    world.get("/api/me", &cookie_of(&answer)).await.expect(200);
    assert_eq!(world.post("/api/session/link", &As::Nobody, json!({"token": token})).await.expect(401).code(), "wrong_token");
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_and_needs_the_old_one_later() {
    let world = World::new().await;
    let user = world.user("ada@courriel.example", None, Some(Role::Viewer), None).await;
    let (mine, other) = (world.signed_in(&user).await, world.signed_in(&user).await);
    let change = |body: Value| world.call("PATCH", "/api/me", &mine, Some(body));
    change(json!({"language": "fr"})).await.expect(200);
    change(json!({"password": "battery staple"})).await.expect(200);
    world.get("/api/me", &mine).await.expect(200);
    world.get("/api/me", &other).await.expect(401);

    world.wait_ms(16 * 60_000);
    let refused = change(json!({"password": "third password"})).await.expect(400);
    assert_eq!(refused.json["error"]["field"], json!("current_password"));
    change(json!({"password": "third password", "current_password": "wrong"})).await.expect(400);
    change(json!({"password": "third password", "current_password": "battery staple"})).await.expect(200);
    sign_in(&world, "ada@courriel.example", "third password").await.expect(200);
}

#[tokio::test]
async fn a_session_given_before_signing_in_is_not_taken_over() {
    let world = World::new().await;
    world.user("ada@courriel.example", None, Some(Role::Viewer), None).await;
    let planted = As::Cookie("sillage_session=planted".into());
    let body = json!({"email": "ada@courriel.example", "password": PASSWORD});
    let answer = world.post("/api/session", &planted, body).await.expect(200);
    assert!(!answer.header("set-cookie").contains("planted"));
    world.get("/api/me", &planted).await.expect(401);
}
