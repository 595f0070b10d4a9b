use crate::world::{Answer, As, PASSWORD, World};
use serde_json::{Value, json};
use sillage_catalog::{Role, Scope};

async fn invite(world: &World, who: &As, email: &str, role: &str) -> Answer {
    world.post(&world.path("/members"), who, json!({"email": email, "role": role, "language": "fr"})).await
}

fn token_of(link: &Value) -> String {
    link["path"].as_str().unwrap().strip_prefix("/join?token=").unwrap().to_owned()
}

fn cookie_of(answer: &Answer) -> As {
    As::Cookie(answer.header("set-cookie").split(';').next().unwrap().to_owned())
}

#[tokio::test]
async fn an_invitation_lets_somebody_in_once_with_the_role_that_was_given() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    let invited = invite(&world, &admin, "bo@courriel.example", "editor").await.expect(200);
    assert_eq!((&invited.json["member"]["role"], &invited.json["member"]["invited"]), (&json!("editor"), &json!(true)));
    let token = token_of(&invited.json["link"]);
    let seen = world.post("/api/invitation/look", &As::Nobody, json!({"token": token})).await.expect(200);
    assert_eq!((&seen.json["email"], &seen.json["projects"]), (&json!("bo@courriel.example"), &json!([{"name": "Courriel", "role": "editor"}])));

    let accept = |password: &'static str| world.post("/api/invitation", &As::Nobody, json!({"token": token, "name": "Bo", "password": password}));
    assert_eq!(accept("short").await.expect(400).json["error"]["field"], json!("password"));
    let bo = cookie_of(&accept(PASSWORD).await.expect(200));
    assert_eq!(accept(PASSWORD).await.expect(401).code(), "wrong_token");
    assert_eq!(world.post("/api/invitation/look", &As::Nobody, json!({"token": token})).await.expect(401).code(), "wrong_token");
    let me = world.get("/api/me", &bo).await.expect(200);
    assert_eq!((&me.json["user"]["name"], &me.json["projects"][0]["role"]), (&json!("Bo"), &json!("editor")));
    world.post("/api/session", &As::Nobody, json!({"email": "bo@courriel.example", "password": PASSWORD})).await.expect(200);

    let audit = world.get(&world.path("/audit"), &admin).await.expect(200);
    let entry = &audit.json["entries"][0];
    assert_eq!((&entry["action"], &entry["object"], &entry["details"]["role"]), (&json!("member.invite"), &json!("bo@courriel.example"), &json!("editor")));
}

#[tokio::test]
async fn a_role_that_changes_or_goes_holds_at_once() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    let bo = world.user("bo@courriel.example", None, Some(Role::Editor), None).await;
    let here = world.signed_in(&bo).await;
    let report =
        json!({"name": "Sign-ups", "question": {"kind": "lifecycle", "select": {"event": null}, "interval": "day", "range": {"last": 7, "unit": "day"}}});
    world.post(&world.path("/reports"), &here, report.clone()).await.expect(200);
    let path = world.path(&format!("/members/{}", bo.id));
    world.call("PUT", &path, &admin, Some(json!({"role": "viewer"}))).await.expect(200);
    world.post(&world.path("/reports"), &here, report).await.expect(403);
    world.get(&world.path("/names"), &here).await.expect(200);
    assert_eq!(world.call("PUT", &path, &admin, Some(json!({"role": "owner"}))).await.expect(400).json["error"]["field"], json!("role"));
    world.call("DELETE", &path, &admin, None).await.expect(204);
    world.get(&world.path("/names"), &here).await.expect(404);
    world.call("DELETE", &path, &admin, None).await.expect(404);
    // The account itself is the installation's.
    world.get("/api/me", &here).await.expect(200);
}

#[tokio::test]
async fn nobody_takes_their_own_role_away_and_the_last_administrator_stays() {
    let world = World::new().await;
    let ada = world.user("ada@courriel.example", Some(Role::Admin), None, None).await;
    let bo = world.user("bo@courriel.example", Some(Role::Admin), Some(Role::Admin), None).await;
    let (as_ada, as_bo) = (world.signed_in(&ada).await, world.signed_in(&bo).await);
    let own = world.path(&format!("/members/{}", bo.id));
    assert_eq!(world.call("DELETE", &own, &as_bo, None).await.expect(409).code(), "oneself");
    assert_eq!(world.call("PUT", &own, &as_bo, Some(json!({"role": "viewer"}))).await.expect(409).code(), "oneself");
    let everywhere = |who: &str, role: &str| (format!("/api/users/{who}"), Some(json!({"everywhere": role})));
    let (path, body) = everywhere(&ada.id, "none");
    assert_eq!(world.call("PATCH", &path, &as_ada, body.clone()).await.expect(409).code(), "oneself");
    let changed = world.call("PATCH", &path, &as_bo, body).await.expect(200);
    assert_eq!(changed.json["everywhere"], Value::Null);
    world.get("/api/users", &as_ada).await.expect(403);
    // Whoever is left cannot be removed either, by nobody.
    let removed = world.catalog.remove_user(&bo.id).await;
    assert!(matches!(removed, Err(sillage_catalog::CatalogError::LastAdmin)));
    world.call("DELETE", &format!("/api/users/{}", ada.id), &as_bo, None).await.expect(204);
    world.get("/api/me", &as_ada).await.expect(401);
}

#[tokio::test]
async fn a_link_is_given_for_nobody_who_may_do_more_than_who_asks() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    // Has an account, and a project that this administrator has nothing to do with.
    let elsewhere = world.user("cy@courriel.example", None, None, Some(Role::Admin)).await;
    let invited = invite(&world, &admin, "cy@courriel.example", "viewer").await.expect(200);
    assert_eq!(invited.json["link"], Value::Null);
    assert_eq!(invite(&world, &admin, "CY@courriel.example", "admin").await.expect(409).code(), "taken");
    let link = |id: &str| world.path(&format!("/members/{id}/link"));
    assert_eq!(world.post(&link(&elsewhere.id), &admin, json!({})).await.expect(409).code(), "no_link");
    // Invited to both projects and never came: a link would open the other one too.
    let (both, _) = world.catalog.invite(world.other.id, "di@courriel.example", Role::Admin, sillage_catalog::Language::English).await.unwrap();
    assert_eq!(invite(&world, &admin, "di@courriel.example", "viewer").await.expect(200).json["link"], Value::Null);
    assert_eq!(world.post(&link(&both.id), &admin, json!({})).await.expect(409).code(), "no_link");
    // Invited here only: as often as one likes, and each link works.
    let fresh = invite(&world, &admin, "eve@courriel.example", "viewer").await.expect(200);
    let again = world.post(&link(fresh.json["member"]["id"].as_str().unwrap()), &admin, json!({})).await.expect(200);
    world.post("/api/invitation/look", &As::Nobody, json!({"token": token_of(&again.json)})).await.expect(200);
    // An administrator of the installation helps whoever cannot get in, but becomes no other administrator.
    let (root, other_root) =
        (world.user("root@courriel.example", Some(Role::Admin), None, None).await, world.user("r2@courriel.example", Some(Role::Admin), None, None).await);
    let as_root = world.signed_in(&root).await;
    let helped = world.post(&format!("/api/users/{}/link", elsewhere.id), &as_root, json!({})).await.expect(200);
    let body = json!({"token": token_of(&helped.json), "name": "Cy", "password": "battery staple"});
    world.post("/api/invitation", &As::Nobody, body).await.expect(200);
    assert_eq!(world.post(&format!("/api/users/{}/link", other_root.id), &as_root, json!({})).await.expect(409).code(), "no_link");
    let key = world.api_key(&world.project, &[Scope::Admin]).await;
    world.get("/api/users", &key).await.expect(403);
}

#[tokio::test]
async fn somebody_invited_who_never_came_is_gone_when_taken_out() {
    let world = World::new().await;
    let admin = world.member(Role::Admin).await;
    let invited = invite(&world, &admin, "bo@courriel.example", "viewer").await.expect(200);
    let id = invited.json["member"]["id"].as_str().unwrap();
    world.call("DELETE", &world.path(&format!("/members/{id}")), &admin, None).await.expect(204);
    assert!(world.catalog.user_by_email("bo@courriel.example").await.unwrap().is_none());
    world.post("/api/invitation/look", &As::Nobody, json!({"token": token_of(&invited.json["link"])})).await.expect(401);
    for wrong in [json!({"email": "no address", "role": "viewer"}), json!({"email": "a@b.c"}), json!({"email": "a@b.c", "role": "king"})] {
        invite_body(&world, &admin, wrong).await.expect(400);
    }
}

async fn invite_body(world: &World, who: &As, body: Value) -> Answer {
    world.post(&world.path("/members"), who, body).await
}
