use crate::world::World;
use serde_json::{Value, json};
use sillage_catalog::{NewReport, NewTask, Role};

fn question() -> Value {
    json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"last": 7, "unit": "day"}, "filter": {"event": "A"}})
}

fn tile(id: &str, shows: Value) -> Value {
    json!({"id": id, "width": 6, "height": 4, "shows": shows})
}

#[tokio::test]
async fn a_tile_asks_within_the_range_and_condition_of_its_board() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let report = NewReport { name: "Sign-ups".into(), kind: "trend".into(), question: question(), view: json!({"chart": "bar"}) };
    let report = world.catalog.create_report(world.project.id, &report, "test").await.unwrap().id;
    let task = json!({"start": [{"event": "A"}], "completion": [{"event": "B"}]});
    let task = world.catalog.create_task(world.project.id, &NewTask { name: "Send".into(), owner: String::new(), definition: task }, "test").await.unwrap().id;
    let pro = json!({"property": "plan", "op": "is", "value": "pro"});
    let board = json!({"filter": pro, "tiles": [
        tile("report", json!({"kind": "report", "report": report})), tile("text", json!({"kind": "text", "text": "# Hello"})),
        tile("task", json!({"kind": "task", "task": task})), tile("gone", json!({"kind": "report", "report": "none"})),
        tile("own", json!({"kind": "question", "question": question(), "view": {"chart": "line"}})),
    ]});
    let made = world.post(&world.path("/boards"), &editor, json!({"name": "Team", "definition": board})).await.expect(200).json;
    let path = world.path(&format!("/boards/{}", made["id"].as_str().unwrap()));
    assert_eq!(world.get(&world.path("/boards"), &editor).await.expect(200).json["boards"][0]["tiles"], 5);

    let show = async |tile: &str, look: Value| world.post(&format!("{path}/tiles/{tile}"), &editor, look).await;
    let shown = show("report", json!({})).await.expect(200).json;
    assert_eq!((&shown["name"], &shown["view"]["chart"], &shown["question"]["range"]), (&json!("Sign-ups"), &json!("bar"), &json!({"last": 7, "unit": "day"})));
    assert_eq!(shown["question"]["filter"], json!({"all": [{"event": "A"}, pro]}));
    assert_eq!(shown["answer"]["kind"], "trend");
    let month = json!({"last": 1, "unit": "month"});
    let look = json!({"range": month, "filter": {"event": "B"}, "language": "fr", "fresh": true});
    let shown = show("own", look).await.expect(200).json;
    assert_eq!(shown["question"]["range"], month);
    assert_eq!(shown["question"]["filter"], json!({"all": [{"all": [{"event": "A"}, pro]}, {"event": "B"}]}));
    let shown = show("task", json!({})).await.expect(200).json;
    assert_eq!((&shown["name"], &shown["answer"]["kind"]), (&json!("Send"), &json!("task")));
    assert_eq!(show("text", json!({})).await.expect(200).json, json!({"name": ""}));
    show("gone", json!({})).await.expect(404);
    show("nothing", json!({})).await.expect(404);
    assert_eq!(show("own", json!({"filter": {"property": "plan", "op": "what"}})).await.expect(400).json["error"]["field"], "filter.op");
    assert_eq!(show("own", json!({"range": {"last": 0, "unit": "day"}})).await.expect(400).json["error"]["field"], "range.last");
}

#[tokio::test]
async fn what_is_wrong_with_a_board_is_named() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let refused = async |board: Value| {
        let wrong = world.post(&world.path("/boards"), &editor, json!({"name": "x", "definition": board})).await.expect(400);
        wrong.json["error"]["field"].as_str().unwrap().to_owned()
    };
    let text = || json!({"kind": "text", "text": "x"});
    assert_eq!(refused(json!({"tiles": [tile("a", text()), tile("a", text())]})).await, "definition.tiles[1].id");
    let mut narrow = tile("a", text());
    narrow["width"] = json!(2);
    assert_eq!(refused(json!({"tiles": [narrow]})).await, "definition.tiles[0].width");
    let mut tall = tile("a", text());
    tall["height"] = json!(13);
    assert_eq!(refused(json!({"tiles": [tall]})).await, "definition.tiles[0].height");
    let mut unknown = question();
    unknown["wat"] = json!(1);
    assert_eq!(refused(json!({"tiles": [tile("a", json!({"kind": "question", "question": unknown}))]})).await, "definition.tiles[0].shows.question.wat");
    assert_eq!(refused(json!({"range": {"last": 0, "unit": "day"}})).await, "definition.range.last");
    assert_eq!(refused(json!({"filter": {"property": "plan", "op": "what"}})).await, "definition.filter.op");
    assert_eq!(refused(json!({"tiles": (0..61).map(|n| tile(&n.to_string(), text())).collect::<Vec<_>>()})).await, "definition.tiles");
    assert!(refused(json!({"tiles": [tile("a", json!({"kind": "film"}))]})).await.starts_with("definition.tiles[0].shows"));
    assert_eq!(refused(json!({"tiles": [tile("a", json!({"kind": "text", "text": "x".repeat(20_001)}))]})).await, "definition.tiles[0].shows.text");
}
