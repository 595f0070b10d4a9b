//! The ways of packing data that clients have come up with over the years.

use crate::support::{only_event, read, request};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use sillage_wire::{Protocol, Received, Reply, mixpanel_reply};

/// Its base64 holds a plus sign and a slash.
const EVENT: &str = r#"{"event":"é?>~ ûÿ?>","properties":{"token":"t","x":"~~~???>>>"}}"#;

#[test]
fn data_is_found_however_it_is_packed() {
    let packed = STANDARD.encode(EVENT);
    assert!(packed.contains('+') && packed.contains('/'));
    let escaped: String = form_urlencoded::byte_serialize(packed.as_bytes()).collect();
    let escaped_json: String = form_urlencoded::byte_serialize(EVENT.as_bytes()).collect();
    let cases = [
        (String::new(), EVENT.to_owned()),
        (String::new(), format!(" \n[{EVENT}] ")),
        (String::new(), format!("data={escaped}")),
        (String::new(), format!("data={escaped}&verbose=1&ip=0")),
        (String::new(), format!("verbose=1&data={escaped}")),
        (String::new(), format!("data={escaped_json}")),
        (String::new(), format!("data={packed}")),
        (String::new(), format!("data={}", STANDARD_NO_PAD.encode(EVENT))),
        (String::new(), format!("data={}", URL_SAFE.encode(EVENT))),
        (String::new(), format!("data={}\r\n", URL_SAFE_NO_PAD.encode(EVENT))),
        (format!("data={escaped}&ip=1&_=1700000000000"), String::new()),
        (format!("verbose=0&data={escaped_json}"), String::new()),
    ];
    for (query, body) in &cases {
        for content_type in [None, Some("application/x-www-form-urlencoded"), Some("text/plain;charset=UTF-8"), Some("application/json"), Some("nonsense")] {
            let received = Received { query, content_type, key_header: None, ..request(Protocol::Track, body.as_bytes()) };
            assert_eq!(only_event(&read(&received).unwrap()).name, "é?>~ ûÿ?>", "{query} {body} {content_type:?}");
        }
    }
}

#[test]
fn the_answer_has_the_form_that_the_request_asks_for() {
    let answer = |query: &str, body: &str| -> Reply {
        let received = Received { query, ..request(Protocol::Track, body.as_bytes()) };
        mixpanel_reply(&received, read(&received).as_ref())
    };
    let text = |reply: Reply| (reply.status, reply.content_type, String::from_utf8(reply.body).unwrap());
    assert_eq!(text(answer("", EVENT)), (200, "text/plain; charset=utf-8", "1".to_owned()));
    assert_eq!(text(answer("verbose=1", EVENT)), (200, "application/json", r#"{"error":null,"status":1}"#.to_owned()));
    assert_eq!(text(answer("callback=cb", EVENT)), (200, "application/javascript", "cb(1);".to_owned()));
    assert_eq!(text(answer("callback=cb&verbose=1", EVENT)), (200, "application/javascript", r#"cb({"error":null,"status":1});"#.to_owned()));
    assert_eq!(text(answer("callback=alert(1)", EVENT)), (200, "text/plain; charset=utf-8", "1".to_owned()));
    assert_eq!(answer("img=1", EVENT).content_type, "image/gif");
    assert_eq!(text(answer("", "[]")), (400, "text/plain; charset=utf-8", "0".to_owned()));
    assert_eq!(text(answer("", "")), (400, "text/plain; charset=utf-8", "0".to_owned()));
    assert_eq!(text(answer("verbose=1", "[]")).2, r#"{"error":"data, missing or empty","status":0}"#);
    let one_bad = text(answer("verbose=1", &format!("[{EVENT},{{}}]")));
    assert_eq!(one_bad.0, 200);
    assert!(one_bad.2.contains(r#""status":1"#) && one_bad.2.contains(r#""failed_records":[{"$insert_id":null,"field":"event","index":1"#), "{}", one_bad.2);
    assert_eq!(text(answer("callback=cb", "")), (200, "application/javascript", "cb(0);".to_owned()));
}
