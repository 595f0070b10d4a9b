use crate::world::{As, World};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use sillage_api::Options;
use sillage_catalog::Role;
use std::{sync::atomic::Ordering, time::Duration};

fn question() -> Value {
    json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "interval": "day", "range": {"last": 7, "unit": "day"}})
}

async fn until(what: impl Fn() -> bool) {
    for _ in 0..400 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not happen within two seconds");
}

fn ask(world: &World, who: &As, id: Option<&str>) -> impl Future<Output = crate::world::Answer> {
    let As::Cookie(cookie) = who else { panic!() };
    let mut request = Request::builder().method("POST").uri(world.path("/query")).header("cookie", cookie).header("content-type", "application/json");
    if let Some(id) = id {
        request = request.header("x-query-id", id);
    }
    world.send(request.body(Body::from(question().to_string())).unwrap())
}

#[tokio::test]
async fn a_question_is_answered_with_its_explanation() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let answer = world.post(&world.path("/query"), &viewer, question()).await.expect(200);
    assert_eq!((&answer.json["kind"], &answer.json["complete"], &answer.json["explain"]["timezone"]), (&json!("trend"), &json!(true), &json!("Europe/Paris")));
}

#[tokio::test]
async fn a_wrong_question_says_which_field() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let mut wrong = question();
    wrong["intervall"] = json!("day");
    let answer = world.post(&world.path("/query"), &viewer, wrong).await.expect(400);
    assert_eq!((answer.code(), &answer.json["error"]["field"]), ("unknown_field", &json!("intervall")), "{}", answer.text);
    world.post(&world.path("/query"), &viewer, json!({"kind": "magic"})).await.expect(400);
    world.post(&world.path("/query"), &viewer, json!([])).await.expect(400);
    assert_eq!(world.store.asking.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_question_is_taken_back_by_its_id_and_only_in_its_project() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let stranger = world.user("other@courriel.example", None, None, Some(Role::Admin)).await;
    let stranger = world.signed_in(&stranger).await;
    *world.store.is_slow.lock().unwrap() = true;
    let asking = tokio::spawn({
        let asked = world.router.clone();
        let As::Cookie(cookie) = viewer.clone() else { panic!() };
        let request = Request::builder().method("POST").uri(world.path("/query")).header("cookie", cookie).header("content-type", "application/json");
        let request = request.header("x-query-id", "q-1").body(Body::from(question().to_string())).unwrap();
        async move { tower::ServiceExt::oneshot(asked, request).await.unwrap().status() }
    });
    until(|| world.store.asking.load(Ordering::SeqCst) == 1).await;
    world.call("DELETE", &format!("/api/projects/{}/queries/q-1", world.other.id), &stranger, None).await.expect(204);
    world.call("DELETE", &world.path("/queries/q-1"), &stranger, None).await.expect(404);
    world.call("DELETE", &world.path("/queries/q-2"), &viewer, None).await.expect(204);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(world.store.stopped.load(Ordering::SeqCst), 0);
    // Meanwhile one sees how far it is.
    let progress = world.get(&world.path("/queries/q-1"), &viewer).await.expect(200);
    assert!(progress.json["running"] == true && progress.json["events_read"].as_u64().unwrap() >= 10, "{}", progress.text);
    let nothing = json!({"running": false, "events_read": 0});
    assert_eq!(world.get(&format!("/api/projects/{}/queries/q-1", world.other.id), &stranger).await.expect(200).json, nothing);
    assert_eq!(world.get(&world.path("/queries/q-2"), &viewer).await.expect(200).json, nothing);
    world.call("DELETE", &world.path("/queries/q-1"), &viewer, None).await.expect(204);
    assert_eq!(asking.await.unwrap(), 409);
    assert_eq!(world.store.stopped.load(Ordering::SeqCst), 1);
    assert_eq!(world.get(&world.path("/queries/q-1"), &viewer).await.expect(200).json, nothing);
}

#[tokio::test]
async fn leaving_the_request_stops_the_question() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    *world.store.is_slow.lock().unwrap() = true;
    let left = tokio::time::timeout(Duration::from_millis(50), ask(&world, &viewer, None)).await;
    assert!(left.is_err());
    until(|| world.store.stopped.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn a_question_that_takes_too_long_is_stopped_and_says_so() {
    let world = World::with(Options { question_time: Duration::from_millis(50), ..Options::default() }).await;
    let viewer = world.member(Role::Viewer).await;
    *world.store.is_slow.lock().unwrap() = true;
    assert_eq!(ask(&world, &viewer, None).await.expect(504).code(), "timed_out");
    assert_eq!(world.store.stopped.load(Ordering::SeqCst), 1);
    *world.store.is_slow.lock().unwrap() = false;
    ask(&world, &viewer, None).await.expect(200);
}

#[tokio::test]
async fn only_so_many_questions_are_answered_at_once() {
    let world = World::with(Options { questions_at_once: 2, question_time: Duration::from_millis(300), ..Options::default() }).await;
    let viewer = world.member(Role::Viewer).await;
    *world.store.is_slow.lock().unwrap() = true;
    let answers = futures::future::join_all((0..5).map(|_| ask(&world, &viewer, None))).await;
    assert!(answers.iter().all(|answer| answer.status == 504));
    assert!(world.store.asking.load(Ordering::SeqCst) <= 4);
}

#[tokio::test]
async fn pickers_offer_what_there_is() {
    let world = World::new().await;
    let viewer = world.member(Role::Viewer).await;
    let event = |name: &str, id: &str| json!({"event": name, "distinct_id": id, "time": "2025-10-09T08:00:00Z", "properties": {"plan": "pro"}});
    world.send_events(json!([event("Sign up", "u1"), event("Buy", "u1"), event("Buy", "u2")])).await.expect(200);
    let names = world.get(&world.path("/names"), &viewer).await.expect(200);
    assert_eq!(names.json["events"][0], json!({"name": "Buy", "count": 2, "first_seen": "2025-10-09T08:00:00.000Z", "last_seen": "2025-10-09T08:00:00.000Z"}));
    let found = world.get(&world.path("/names?search=SIGN&limit=5"), &viewer).await.expect(200);
    assert_eq!(found.json["events"].as_array().unwrap().len(), 1);
    world.get(&world.path("/properties?of=person"), &viewer).await.expect(200);
    world.get(&world.path("/properties?of=group:company&event=Buy"), &viewer).await.expect(200);
    assert_eq!(world.get(&world.path("/properties?of=planet"), &viewer).await.expect(400).json["error"]["field"], json!("of"));
    let values = world.get(&world.path("/values?property=plan&of=event&limit=2"), &viewer).await.expect(200);
    assert_eq!(values.json["values"].as_array().unwrap().len(), 2);

    let live = world.get(&world.path("/live"), &viewer).await.expect(200);
    assert_eq!((live.json["events"].as_array().unwrap().len(), &live.json["events"][0]["event"]), (3, &json!("Buy")));
    assert_eq!(live.json["events"][0]["distinct_id"], json!("u2"));
    let since = world.get(&world.path(&format!("/live?after={}", live.json["cursor"])), &viewer).await.expect(200);
    assert_eq!(since.json["events"], json!([]));
    let project = world.get(&world.path(""), &viewer).await.expect(200);
    assert_eq!(project.json["events"], json!(3));
}
