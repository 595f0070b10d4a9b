use crate::world::{As, World};
use serde_json::json;
use sillage_api::{MailBy, Options};
use sillage_catalog::Role;

async fn administrator(world: &World) -> As {
    let user = world.user("root@courriel.example", Some(Role::Admin), None, None).await;
    world.signed_in(&user).await
}

#[tokio::test]
async fn without_a_mail_server_no_mail_is_written() {
    let world = World::new().await;
    let root = administrator(&world).await;
    let state = world.get("/api/mail", &root).await.expect(200);
    assert_eq!((&state.json["configured"], &state.json["server"]), (&json!(false), &json!(null)));
    assert_eq!(world.post("/api/mail/test", &root, json!({})).await.expect(409).code(), "no_mail");
    assert!(world.catalog.latest_mails(1).await.unwrap().is_empty());
}

#[tokio::test]
async fn administrators_of_the_installation_try_mail_and_see_what_became_of_it() {
    let by = MailBy { server: "mail.courriel.example:587".into(), from: "Sillage <sillage@courriel.example>".into() };
    let world = World::with(Options { mail: Some(by), ..Options::default() }).await;
    let root = administrator(&world).await;
    let admin = world.member(Role::Admin).await;
    for path in ["/api/mail", "/api/mail/test", "/api/mail/x/retry"] {
        let method = if path == "/api/mail" { "GET" } else { "POST" };
        let body = (method == "POST").then(|| json!({}));
        world.call(method, path, &admin, body.clone()).await.expect(403);
        world.call(method, path, &As::Nobody, body).await.expect(401);
    }
    let sent = world.post("/api/mail/test", &root, json!({})).await.expect(200);
    assert_eq!((&sent.json["to"], &sent.json["status"], &sent.json["kind"]), (&json!("root@courriel.example"), &json!("waiting"), &json!("test")));
    let id = sent.json["id"].as_str().unwrap();
    world.catalog.mail_failed(id, "550 nobody here", true).await.unwrap();
    let state = world.get("/api/mail", &root).await.expect(200);
    assert_eq!((&state.json["failed"], &state.json["mails"][0]["last_error"]), (&json!(1), &json!("550 nobody here")));
    world.post(&format!("/api/mail/{id}/retry"), &root, json!({})).await.expect(204);
    world.post(&format!("/api/mail/{id}/retry"), &root, json!({})).await.expect(404);
    assert_eq!(world.get("/api/mail", &root).await.expect(200).json["waiting"], json!(1));
    let audit = world.catalog.audit(None, None, 10).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "mail.test"), "{audit:?}");
}
