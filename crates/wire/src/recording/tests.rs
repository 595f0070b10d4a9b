use super::{
    address::{asset, href, page_of},
    css::scrub_css,
    form::{RecordingError, RecordingLimits, RecordingRequest, read_piece},
    json::{Json, JsonError},
    scrub::{Known, Level},
    text::{mask, redact, redact_digits},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sillage_event::recording::{Piece, PieceName, event_head};

const NOW: i64 = 1_795_312_342_000;

fn name() -> PieceName {
    PieceName { session: "s".to_owned(), document: "d".to_owned(), seq: 0 }
}

fn read_with(events: &Value, level: Level, known: &mut Known) -> Result<Piece, RecordingError> {
    let body =
        json!({"v": 1, "session": "s", "document": "d", "seq": 0, "tab": "t", "device": "dev", "sent_at": NOW, "profile": {"level": "open"}, "events": events});
    read_bytes(body.to_string().as_bytes(), level, known)
}

fn read_bytes(body: &[u8], level: Level, known: &mut Known) -> Result<Piece, RecordingError> {
    let request = RecordingRequest {
        query: "format=json",
        body,
        content_encoding: None,
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"),
        client_ip: None,
        geo: None,
        received_at: NOW,
        limits: RecordingLimits::default(),
    };
    read_piece(&request, &name(), level, known)
}

fn read(events: &Value) -> Piece {
    read_with(events, Level::Strict, &mut Known::default()).unwrap()
}

fn text_of(piece: &Piece) -> String {
    String::from_utf8(piece.body.clone()).unwrap() + &piece.styles.iter().map(|style| String::from_utf8(style.json.clone()).unwrap()).collect::<String>()
}

fn page(children: Value) -> Value {
    json!([
        {"type": 4, "data": {"href": "https://site.example/", "width": 1000, "height": 700}, "timestamp": NOW - 1000},
        {"type": 2, "timestamp": NOW - 999, "data": {"initialOffset": {"left": 0, "top": 0}, "node": {"type": 0, "id": 1, "childNodes": [
            {"type": 2, "id": 2, "tagName": "html", "attributes": {}, "childNodes": children}]}}},
    ])
}

fn element(id: u32, tag: &str, attributes: Value, children: Value) -> Value {
    json!({"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": children})
}

/// Every place of the table of px.md 3.6, each with a secret of its own.
#[test]
fn no_planted_secret_is_kept_at_any_level() {
    let children = json!([
        element(10, "input", json!({"type": "hidden", "value": "LEAK-hidden"}), json!([])),
        element(11, "input", json!({"type": "checkbox", "value": "LEAK-checkbox"}), json!([])),
        element(12, "input", json!({"type": "password", "value": "LEAK-password"}), json!([])),
        element(13, "input", json!({"type": "text", "name": "card-number", "value": "LEAK-card"}), json!([])),
        element(14, "option", json!({"value": "LEAK-option"}), json!([])),
        element(15, "div", json!({"data-user": "LEAK-data", "nonce": "LEAK-nonce", "onclick": "LEAK-onclick()", "srcset": "LEAK-srcset"}), json!([])),
        element(16, "a", json!({"href": "https://u:LEAK-user@site.example/a?token=LEAK-query#LEAK-fragment", "ping": "LEAK-ping"}), json!([])),
        element(17, "meta", json!({"name": "csrf", "content": "LEAK-meta"}), json!([])),
        element(18, "iframe", json!({"srcdoc": "<p>LEAK-srcdoc</p>", "src": "https://x.example/LEAK-frame"}), json!([])),
        json!({"type": 5, "id": 19, "textContent": "LEAK-comment"}),
        element(20, "script", json!({"src": "https://x.example/LEAK-src.js"}), json!([{"type": 3, "id": 21, "textContent": "LEAK-script"}])),
        element(
            22,
            "p",
            json!({}),
            json!([{"type": 3, "id": 23, "textContent": "ada.leak@secret.example 4111 1111 1111 1111 FR76 3000 6000 0112 3456 7890 189"}])
        ),
        element(
            24,
            "style",
            json!({}),
            json!([{"type": 3, "id": 25, "isStyle": true, "textContent": "a::before{content:'LEAK-content'} b{background:url(/i.png?LEAK-url)}"}])
        ),
        element(26, "div", json!({"style": "background:url('https://x.example/i.png?LEAK-style')"}), json!([])),
        element(27, "img", json!({"src": "https://x.example/i.png?LEAK-img", "rr_dataURL": "LEAK-pixels"}), json!([])),
        element(28, "div", json!({"rr_captured": "LEAK-recorder"}), json!([])),
    ]);
    let mut events = page(children);
    let more = json!([
        {"type": 3, "timestamp": NOW - 900, "data": {"source": 5, "id": 13, "text": "LEAK-typed", "isChecked": false}},
        {"type": 3, "timestamp": NOW - 890, "data": {"source": 9, "id": 13, "commands": ["LEAK-canvas"]}},
        {"type": 3, "timestamp": NOW - 880, "data": {"source": 10, "family": "LEAK-font", "fontSource": "LEAK-font"}},
        {"type": 3, "timestamp": NOW - 870, "data": {"source": 11, "payload": ["LEAK-log"]}},
        {"type": 3, "timestamp": NOW - 860, "data": {"source": 0, "texts": [], "removes": [], "adds": [],
            "attributes": [{"id": 10, "attributes": {"value": "LEAK-changed", "data-x": "LEAK-data", "onload": "LEAK()", "href": "/a?LEAK-q"}}]}},
        {"type": 6, "timestamp": NOW - 850, "data": {"plugin": "rrweb/network@1", "payload": {"requests": [
            {"name": "https://api.example/x?LEAK-q", "method": "GET", "status": 500, "duration": 12, "requestBody": "LEAK-body", "requestHeaders": {"a": "LEAK-header"}}]}}},
        {"type": 6, "timestamp": NOW - 840, "data": {"plugin": "rrweb/console@1", "payload": {"level": "error", "payload": ["LEAK-said"], "trace": ["LEAK-trace"]}}},
        {"type": 6, "timestamp": NOW - 830, "data": {"plugin": "unknown@1", "payload": "LEAK-plugin"}},
        {"type": 5, "timestamp": NOW - 820, "data": {"tag": "unknown", "payload": {"x": "LEAK-note"}}},
        {"type": 5, "timestamp": NOW - 810, "data": {"tag": "error", "payload": {"kind": "TypeError", "stack": "LEAK-stack"}}},
        {"type": 7, "timestamp": NOW - 800, "data": "LEAK-asset"},
    ]);
    events.as_array_mut().unwrap().extend(more.as_array().unwrap().iter().cloned());
    for level in [Level::Strict, Level::Balanced, Level::Open] {
        let mut known = Known::default();
        let piece = read_with(&events, level, &mut known).unwrap();
        let everything = format!("{}{}", text_of(&piece), serde_json::to_string(&(&piece.markers, &piece.facts)).unwrap());
        // What is typed into a field that is not known to be secret is seen only where everything is.
        let allowed: &[&str] = if level == Level::Open { &["LEAK-typed"] } else { &[] };
        for (at, _) in everything.match_indices("LEAK") {
            let found = &everything[at..(at + 20).min(everything.len())];
            assert!(allowed.iter().any(|one| found.starts_with(one)), "{level:?}: {found}");
        }
        for shape in ["ada.leak", "4111 1111", "3000 6000"] {
            assert!(!everything.contains(shape), "{level:?}: {shape}");
        }
        assert_eq!((piece.facts.errors, piece.facts.failed_requests, piece.facts.console_errors), (1, 1, 1));
    }
}

#[test]
fn what_would_run_load_or_lead_somewhere_is_taken_out_and_counted() {
    let hostile = json!([
        element(10, "a", json!({"href": "java\nscript:alert(1)"}), json!([])),
        element(11, "a", json!({"xlink:href": " JavaScript:alert(1)"}), json!([])),
        element(12, "svg:script", json!({}), json!([{"type": 3, "id": 13, "textContent": "alert(1)"}])),
        element(14, "img", json!({"src": "x", "onerror": "alert(1)", "ONLOAD": "alert(1)"}), json!([])),
        element(15, "base", json!({"href": "https://evil.example/"}), json!([])),
        element(16, "meta", json!({"http-equiv": "refresh", "content": "0;url=https://evil.example"}), json!([])),
        element(17, "form", json!({"action": "javascript:alert(1)", "formaction": "vbscript:x"}), json!([])),
        element(18, "object", json!({"data": "data:text/html,<script>alert(1)</script>"}), json!([])),
        element(19, "animate", json!({"attributeName": "href", "to": "javascript:alert(1)"}), json!([])),
        element(
            20,
            "style",
            json!({}),
            json!([{"type": 3, "id": 21, "textContent": "@import url(https://evil.example/x.css); a{width:expression(alert(1));behavior:url(x.htc);background:url(javascript:alert(1))}"}])
        ),
        element(22, "link", json!({"rel": "import", "href": "https://evil.example/x.html"}), json!([])),
        element(23, "div", json!({"bad name\"><script>": "x"}), json!([])),
        element(24, "<script>alert(1)</script>", json!({}), json!([])),
        element(25, "embed", json!({"src": "https://evil.example/x.swf"}), json!([])),
    ]);
    let piece = read(&page(hostile));
    let text = text_of(&piece).to_lowercase();
    for word in [
        "javascript",
        "vbscript",
        "alert",
        "onerror",
        "onload",
        "evil",
        "expression(",
        "behavior:url",
        "@import",
        "refresh",
        "data:text",
        "bad name",
        "<script",
    ] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert!(piece.facts.neutralised >= 12, "{}", piece.facts.neutralised);
    // What is left is what a player reads.
    for line in piece.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Value = serde_json::from_slice(line).unwrap();
        assert_eq!(event_head(line), Some((event["type"].as_u64().unwrap() as u8, event["timestamp"].as_i64().unwrap())));
    }
}

#[test]
fn marks_decide_what_is_seen_also_for_later_changes() {
    let children = json!([
        element(10, "nav", json!({"data-px-unmask": ""}), json!([{"type": 3, "id": 11, "textContent": "Menu"}])),
        element(12, "p", json!({}), json!([{"type": 3, "id": 13, "textContent": "Ada"}])),
        element(14, "style", json!({}), json!([{"type": 3, "id": 15, "textContent": "a{color:red}"}])),
    ]);
    let change = json!({"type": 3, "timestamp": NOW - 500, "data": {"source": 0, "removes": [], "attributes": [],
        "texts": [{"id": 11, "value": "Orders"}, {"id": 13, "value": "Grace"}, {"id": 15, "value": "a{color:blue}"}],
        "adds": [{"parentId": 10, "nextId": null, "node": {"type": 3, "id": 16, "textContent": "Help"}}, {"parentId": 12, "nextId": null, "node": {"type": 3, "id": 17, "textContent": "Turing"}}]}});
    let mut known = Known::default();
    let first = text_of(&read_with(&page(children), Level::Strict, &mut known).unwrap());
    assert!(first.contains("Menu") && !first.contains("Ada") && first.contains("a{color:red}"));
    let later = text_of(&read_with(&json!([change]), Level::Strict, &mut known).unwrap());
    assert!(later.contains("Orders") && later.contains("Help") && later.contains("a{color:blue}"), "{later}");
    assert!(!later.contains("Grace") && !later.contains("Turing"));
    // Of a page that is not known, everything is masked.
    let unknown = text_of(&read(&json!([change])));
    assert!(!unknown.contains("Orders") && !unknown.contains("Help") && !unknown.contains("blue"), "{unknown}");
}

#[test]
fn large_stylesheets_are_taken_out_by_their_content_and_none_can_be_forged() {
    let sheet: String = (0..300).map(|i| format!(".a{i}{{color:#abcdef}}")).collect();
    let children = json!([
        element(10, "link", json!({"rel": "stylesheet", "_cssText": sheet}), json!([])),
        element(11, "style", json!({}), json!([{"type": 3, "id": 12, "textContent": sheet}])),
        element(13, "style", json!({}), json!([{"type": 3, "id": 14, "textContent": "@sillage-style/00000000000000000000000000000000"}])),
        element(15, "link", json!({"rel": "stylesheet", "href": "https://cdn.example/x.css"}), json!([])),
    ]);
    let piece = read(&page(children));
    assert_eq!((piece.styles.len(), piece.facts.unread_styles), (1, 1));
    let body = String::from_utf8(piece.body.clone()).unwrap();
    assert_eq!(body.matches("@sillage-style/").count(), 2);
    assert!(!body.contains("style/0000000000000000"));
    assert!(body.len() < 2000 && piece.expanded_bytes as usize > sheet.len());
    let restored: String = serde_json::from_slice(&piece.styles[0].json).unwrap();
    assert_eq!(restored, sheet);
}

#[test]
fn facts_are_read_off_the_events() {
    let events = json!([
        {"type": 4, "data": {"href": "https://site.example/orders/4711815/", "width": 1000, "height": 700}, "timestamp": NOW - 60_000},
        {"type": 5, "data": {"tag": "start", "payload": {"elements": 100, "snapshot_ms": 5, "is_interaction_only": true}}, "timestamp": NOW - 59_990},
        {"type": 3, "data": {"source": 1, "positions": [{"x": 1, "y": 1, "id": 1, "timeOffset": -400}]}, "timestamp": NOW - 50_000},
        {"type": 3, "data": {"source": 3, "id": 1, "x": 0, "y": 900}, "timestamp": NOW - 49_000},
        {"type": 3, "data": {"source": 2, "type": 2, "id": 7, "x": 3, "y": 4}, "timestamp": NOW - 48_000},
        {"type": 3, "data": {"source": 5, "id": 8, "text": "x", "isChecked": false}, "timestamp": NOW - 20_000},
        {"type": 5, "data": {"tag": "signal", "payload": {"name": "slow_click", "selector": "#a", "severity": 2}}, "timestamp": NOW - 19_000},
        {"type": 5, "data": {"tag": "request", "payload": {"method": "GET", "url": "/api/x?y=1", "status": 404, "ms": 30}}, "timestamp": NOW - 18_000},
        {"type": 5, "data": {"tag": "page", "payload": {"page": "/done"}}, "timestamp": NOW - 10_000},
    ]);
    let piece = read(&events);
    let facts = &piece.facts;
    assert_eq!((facts.start, facts.end, facts.clicks, facts.keys, facts.max_scroll_px), (NOW - 60_000, NOW - 10_000, 1, 1, 1600));
    assert_eq!(facts.pages.iter().map(|page| page.page.as_str()).collect::<Vec<_>>(), ["/orders/:id", "/done"]);
    assert_eq!(facts.active.active_ms(), 9_600 + 400 + 2_000 + 10_000 + 10_000);
    assert_eq!((facts.signals[0].severity, facts.failed_requests, facts.is_interaction_only), (2.0, 1, true));
    assert_eq!(piece.agent.browser.as_deref(), Some("Chrome"));
    assert_eq!(piece.markers.iter().map(|marker| marker.kind.as_str()).collect::<Vec<_>>(), ["click", "input", "signal", "request"]);
    assert_eq!(piece.markers[3].more["url"], "/api/x");
}

#[test]
fn what_cannot_be_read_says_why() {
    let mut known = Known::default();
    let bad = |body: &str| read_bytes(body.as_bytes(), Level::Strict, &mut Known::default()).unwrap_err().code();
    assert_eq!(bad("{\"v\":1"), "malformed_json");
    assert_eq!(bad(&format!("{}{}", "[".repeat(600), "]".repeat(600))), "too_deep");
    assert_eq!(bad("{}"), "missing_field");
    assert_eq!(read_with(&json!([{"type": 99, "data": {}, "timestamp": NOW}]), Level::Strict, &mut known).unwrap_err(), RecordingError::NoEvents);
    let too_many: Vec<Value> = (0..20_001).map(|_| json!({"type": 0, "data": {}, "timestamp": NOW})).collect();
    assert_eq!(read_with(&json!(too_many), Level::Strict, &mut known).unwrap_err().status(), 413);
    assert_eq!(read_with(&json!([{"type": 0, "data": {}, "timestamp": -5}]), Level::Strict, &mut known).unwrap_err().code(), "bad_time");
    // Events that are out of order are put in order, and those that are not known are counted.
    let piece = read(&json!([{"type": 1, "data": {}, "timestamp": NOW}, {"type": 0, "data": {}, "timestamp": NOW - 5}, {"type": 42, "timestamp": NOW}, 7]));
    assert_eq!(piece.body.split(|byte| *byte == b'\n').filter_map(event_head).map(|(kind, _)| kind).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(piece.facts.dropped, 2);
}

#[test]
fn a_bomb_stops_at_the_limit() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 40 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let request = RecordingRequest {
        query: "format=gzip",
        body: &bomb,
        content_encoding: None,
        user_agent: None,
        client_ip: None,
        geo: None,
        received_at: NOW,
        limits: RecordingLimits::default(),
    };
    let error = read_piece(&request, &name(), Level::Strict, &mut Known::default()).unwrap_err();
    assert_eq!((error.code(), error.status()), ("decompressed_too_large", 413));
}

/// The same texts as in `packages/sdk/src/masking/text.test.ts`, `packages/sdk/src/page/url.test.ts`.
#[test]
fn texts_and_addresses_are_made_harmless_as_the_tag_does() {
    assert_eq!(mask("Été 2025, n° 7 — ok!"), "••• ••••, •° • — ••!");
    assert_eq!(mask("\u{f101}"), "\u{f101}");
    for (text, expected) in [
        ("write to ada@courriel.example now", "write to •••@••••••••.••••••• now"),
        ("card 4111 1111 1111 1111", "card •••• •••• •••• ••••"),
        ("call +33 6 12 34 56 78", "call +•• • •• •• •• ••"),
        ("order 123456", "order 123456"),
        ("key sk_live_51H8xYzAbCdEfGhIjKlMnOp", "key ••_••••_•••••••••••••••••••••••"),
        ("nothing here", "nothing here"),
    ] {
        assert_eq!(redact(text), expected);
    }
    assert_eq!(redact_digits("7 of 12"), "• of ••");
    for (address, expected) in [
        ("https://site.example/orders/4711815?utm_source=x&token=y#z", "https://site.example/orders/:id?utm_source=x"),
        ("https://u:p@site.example/a", "https://site.example/a"),
        ("https://site.example/u/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "https://site.example/u/:id"),
        ("mailto:ada@courriel.example", "mailto:"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
    ] {
        assert_eq!(href(address, false), expected, "{address}");
    }
    assert_eq!(page_of("https://site.example/a/b/?x=1"), "/a/b");
    assert_eq!(page_of("https://site.example/app#/orders/4711815"), "/app#/orders/:id");
    assert_eq!(page_of("https://site.example"), "/");
    assert_eq!(asset("https://site.example/i.png?u=1").as_deref(), Some("https://site.example/i.png"));
    assert_eq!(asset("javascript:alert(1)"), None);
    assert_eq!(asset("data:image/png;base64,AAAA").as_deref(), Some("data:image/png;base64,AAAA"));
    assert_eq!(asset("data:text/html,x").as_deref(), Some("data:,"));
}

#[test]
fn stylesheets_keep_what_draws() {
    let whole = ".a::after{content:\"\\f101\";color:red}.b{content:'•';background:url(\"https://x.example/i.png\")}@media print{p{margin:0}}";
    assert_eq!(scrub_css(whole), (whole.to_owned(), 0));
    let (clean, _) = scrub_css("a{content:\"Paid by Ada\";color:red}");
    assert_eq!(clean, "a{content:\"•••• •• •••\";color:red}");
    assert_eq!(scrub_css("@import 'x.css'; a{b:c}").1, 1);
    // What never ends is cut, not read past.
    for broken in ["a{content:'", "url(", "@import", "a{content:\"\\", "url('\\", "content:'é\\"] {
        scrub_css(broken);
    }
}

proptest! {
    #[test]
    fn json_is_read_and_written_as_serde_does(text in "\\PC{0,40}", number in any::<i32>(), flag in any::<bool>()) {
        let value = json!({"a": [text, number, flag, null, {"b": text}], "c": 1.5});
        let written = value.to_string();
        let mut bytes = Vec::new();
        Json::parse(written.as_bytes()).unwrap().write(&mut bytes);
        prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Json::parse(&bytes);
        let _ = read_bytes(&bytes, Level::Strict, &mut Known::default());
        let text = String::from_utf8_lossy(&bytes);
        let _ = (scrub_css(&text), href(&text, false), page_of(&text), asset(&text), redact(&text).len());
    }

    #[test]
    fn css_of_any_kind_is_scrubbed_twice_as_once(text in "[a-z{}:;'\"()@\\\\ é/*.-]{0,80}") {
        let once = scrub_css(&text).0;
        prop_assert_eq!(scrub_css(&once).0, once);
    }

    #[test]
    fn a_masked_text_has_no_letter_left(text in "\\PC{0,60}") {
        prop_assert!(!mask(&text).chars().any(char::is_alphanumeric));
    }
}

#[test]
fn what_is_no_json_is_malformed() {
    for bad in ["", "01", "1.", "\"a", "{\"a\" 1}", "[1,]", "nul", "{1:2}", "\"\u{1}\"", "1 2"] {
        assert!(matches!(Json::parse(bad.as_bytes()), Err(JsonError::Malformed(_))), "{bad}");
    }
}
