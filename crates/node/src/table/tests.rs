use super::{Shape, Table, json};
use serde_json::{Value, json};

fn lines(file: &[u8], shape: &Shape) -> Vec<Value> {
    let mut table = Table::of_bytes(file.to_vec(), shape).unwrap();
    let mut out = Vec::new();
    while let Some(portion) = table.next().unwrap() {
        let encoded = table.encoder().encode(&portion).unwrap();
        assert_eq!(encoded.numbers.len() + encoded.refused.len(), portion.records as usize);
        out.extend(encoded.json.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_slice::<Value>(line).unwrap()));
    }
    out
}

fn without_insert_id(mut line: Value) -> Value {
    line.as_object_mut().unwrap().remove("insert_id").unwrap();
    line
}

#[test]
fn numbers_are_those_that_json_writes_the_same_way() {
    for text in ["0", "-1", "12.50", "1e5", "1.5E-3", "1234567890123456789"] {
        assert!(json::is_number(text), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
    }
    for text in ["", "-", "+1", "007", "1.", ".5", "1e", "0x1", "1,5", "NaN", "Infinity", "1e999", " 1", "1 "] {
        assert!(!json::is_number(text), "{text}");
    }
}

#[test]
fn texts_are_escaped_as_json_wants_it() {
    for text in ["", "plain", "quote \" and \\ slash", "line\nfeed\ttab\rreturn", "\u{1}\u{1f}", "é 日本 🎉", "\"", "ends with \\"] {
        let mut out = Vec::new();
        json::text(&mut out, text);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }
}

#[test]
fn every_delimiter_is_found_out() {
    for delimiter in [",", ";", "\t", "|", " "] {
        let file = [["event", "user_id", "time", "plan"], ["A", "u1", "2026-01-01", "pro"], ["B", "u2", "2026-01-02", "free"]]
            .map(|row| row.join(delimiter))
            .join("\n");
        let lines = lines(file.as_bytes(), &Shape::default());
        let expected = json!({"event": "A", "user_id": "u1", "time": "2026-01-01", "properties": {"plan": "pro"}});
        assert_eq!((lines.len(), without_insert_id(lines[0].clone())), (2, expected), "{delimiter:?}");
    }
}

#[test]
fn cells_are_what_their_whole_column_is() {
    let file = b"event,user_id,time,amount,zip,ok,empty\nA,u,1,1.50,01234,TRUE,\nB,u,2,,75001,false,\nC,u,3,7,69001,,\n";
    let properties: Vec<Value> = lines(file, &Shape::default()).into_iter().map(|line| line["properties"].clone()).collect();
    assert_eq!(properties, [json!({"amount": 1.50, "zip": "01234", "ok": true}), json!({"zip": "75001", "ok": false}), json!({"amount": 7, "zip": "69001"})]);
    let as_text = Shape { text: vec!["amount".to_owned()], drop: vec!["zip".to_owned(), "ok".to_owned()], ..Shape::default() };
    assert_eq!(lines(file, &as_text)[0]["properties"], json!({"amount": "1.50"}));
}

#[test]
fn twins_are_told_apart_and_rows_keep_their_ids_when_the_file_grows() {
    let ids = |file: &[u8]| lines(file, &Shape::default()).into_iter().map(|line| line["insert_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let short = ids(b"event,user,time\nA,u,1\nA,u,1\n");
    let long = ids(b"event,user,time\nA,u,1\nA,u,1\nB,u,2\n");
    assert_ne!(short[0], short[1]);
    assert_eq!(short, long[..2]);
}

#[test]
fn records_of_the_import_form_pass_with_what_an_import_adds() {
    let file = br#"
{"event": "A", "distinct_id": "u", "time": 1, "insert_id": "own"}
{"event": "B", "time": 1}
{"person": "u", "set": {"event": 1}}
{"event": "C", "properties": {"distinct_id": "u", "$insert_id": "x"}}
{}
"#;
    let lines = lines(file, &Shape::default());
    assert_eq!(lines[0], json!({"event": "A", "distinct_id": "u", "time": 1, "insert_id": "own"}));
    assert_eq!((&lines[1]["distinct_id"], lines[1]["insert_id"].is_string()), (&json!(""), true), "nobody did it, and the server shall not guess");
    assert_eq!(lines[2], json!({"person": "u", "set": {"event": 1}}));
    assert_eq!(lines[3], json!({"event": "C", "properties": {"distinct_id": "u", "$insert_id": "x"}}));
    assert_eq!(lines[4]["event"], Value::Null, "a record without a name is for the server to refuse");
}

#[test]
fn what_a_file_does_not_say_is_asked_for() {
    let wrong = |file: &str, shape: &Shape| format!("{:#}", Table::of_bytes(file.as_bytes().to_vec(), shape).unwrap_err());
    assert!(wrong("a,b\n1,2\n", &Shape::default()).contains("--event COLUMN"));
    assert!(wrong("event,b\n1,2\n", &Shape::default()).contains("--time COLUMN"));
    assert!(wrong("event,time\n1,2\n", &Shape::default()).contains("--person COLUMN"));
    let named = Shape { person: Some("nobody".to_owned()), ..Shape::default() };
    assert!(wrong("event,time,user\n1,2,3\n", &named).contains("there is no column \"nobody\""));
    assert!(wrong("[{\"event\": 1}]", &Shape::default()).contains("one object a line"));
    assert!(wrong("", &Shape::default()).contains("empty"));
}
