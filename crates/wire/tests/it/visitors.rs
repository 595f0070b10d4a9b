//! What the request adds to an event, and that the address goes no further.

use crate::support::{CHROME_ON_LINUX, lyon, only_event, read_with, request};
use serde_json::{Value, json};
use sillage_wire::{Protocol, Received};

fn properties(properties: Value, received: Received<'_>) -> Value {
    let body = json!({"event": "A", "properties": properties}).to_string();
    let geo = lyon();
    let decoded = read_with(&Received { body: body.as_bytes(), ..received }, Some(&geo)).unwrap();
    assert!(!format!("{:?}", decoded.batches).contains("203.0.113"), "the address is stored");
    serde_json::to_value(&only_event(&decoded).properties).unwrap()
}

fn browser(path_kind: Protocol) -> Received<'static> {
    Received {
        client_ip: Some("203.0.113.9".parse().unwrap()),
        user_agent: Some(CHROME_ON_LINUX),
        accept_language: Some("fr-FR,fr;q=0.9,en;q=0.8"),
        ..request(path_kind, b"")
    }
}

#[test]
fn browser_system_language_and_place_are_filled_in() {
    assert_eq!(
        properties(json!({}), browser(Protocol::NativeEvents)),
        json!({"$browser": "Chrome", "$browser_version": 119, "$os": "Linux", "$device_type": "Desktop", "$language": "fr-FR",
            "$city": "Lyon", "$region": "Auvergne-Rhône-Alpes", "mp_country_code": "FR", "$country": "France"})
    );
}

#[test]
fn what_the_event_says_itself_wins() {
    let said = json!({"$browser": "Mine", "$os": "Own", "$language": "eo", "$device_type": "Watch", "$city": "Nantes"});
    assert_eq!(properties(said.clone(), browser(Protocol::NativeEvents)), said);
    let at_sea = json!({"$latitude": 1.5, "$longitude": 2.5});
    assert_eq!(properties(at_sea, browser(Protocol::NativeEvents))["$city"], Value::Null);
}

#[test]
fn the_address_is_used_only_where_the_protocol_says_so() {
    let city = |own: Value, received: Received<'_>| properties(own, received)["$city"].clone();
    let native = browser(Protocol::NativeEvents);
    assert_eq!(city(json!({}), Received { query: "ip=0", ..native }), Value::Null);
    assert_eq!(city(json!({"ip": 0}), native), Value::Null);
    assert_eq!(city(json!({"ip": "0"}), native), Value::Null);
    assert_eq!(city(json!({"ip": "not an address"}), native), Value::Null);
    assert_eq!(city(json!({"ip": "198.51.100.7"}), native), Value::Null);
    assert_eq!(city(json!({"ip": "203.0.113.200"}), Received { client_ip: None, ..native }), "Lyon");
    let track = browser(Protocol::Track);
    assert_eq!(city(json!({}), track), Value::Null);
    assert_eq!(city(json!({}), Received { query: "ip=1", ..track }), "Lyon");
    assert_eq!(city(json!({"$ip": "203.0.113.200"}), track), "Lyon");
    let import = browser(Protocol::Import);
    let own = |ip: Value| json!({"distinct_id": "u", "time": 1_699_999_999, "ip": ip});
    assert_eq!(city(own(Value::Null), import), "Lyon");
    assert_eq!(city(own(json!(0)), import), Value::Null);
}

#[test]
fn the_doors_of_mixpanel_say_under_which_name_an_event_came() {
    let endpoint = |path_kind, host, own: Value| {
        let mut own = own;
        own["distinct_id"] = json!("u");
        own["time"] = json!(1_699_999_999);
        properties(own, Received { host, client_ip: None, ..browser(path_kind) })["$mp_api_endpoint"].clone()
    };
    for path_kind in [Protocol::Track, Protocol::Import] {
        assert_eq!(endpoint(path_kind, Some("events.shop.example"), json!({})), "events.shop.example");
        assert_eq!(endpoint(path_kind, Some("localhost:8080"), json!({})), "localhost");
        assert_eq!(endpoint(path_kind, Some("[::1]:8080"), json!({})), "[::1]");
        assert_eq!(endpoint(path_kind, Some("a.example"), json!({"$mp_api_endpoint": "api-eu.mixpanel.com"})), "api-eu.mixpanel.com");
        for none in [None, Some(""), Some(":80"), Some("<script>"), Some("a b")] {
            assert_eq!(endpoint(path_kind, none, json!({})), Value::Null, "{none:?}");
        }
    }
    assert_eq!(endpoint(Protocol::NativeEvents, Some("events.shop.example"), json!({})), Value::Null);
}

#[test]
fn a_server_that_sends_for_its_users_is_neither_a_browser_nor_a_bot() {
    for library in [
        "python-requests/2.34.2",
        "node",
        "node-fetch/1.0",
        "axios/1.7.2",
        "Go-http-client/1.1",
        "okhttp/4.12.0",
        "Java/17.0.1",
        "curl/8.5.0",
        "Ruby",
        "GuzzleHttp/7",
    ] {
        let received = Received { user_agent: Some(library), accept_language: None, client_ip: None, ..browser(Protocol::Track) };
        assert_eq!(properties(json!({"token": "t"}), received), json!({}), "{library}");
    }
    let forwarded = json!({"$user_agent": CHROME_ON_LINUX});
    let received = Received { user_agent: Some("node"), ..browser(Protocol::NativeEvents) };
    assert_eq!(properties(forwarded, received)["$browser"], "Chrome");
}

#[test]
fn bots_are_marked_and_people_are_not() {
    let bot = |user_agent: &str| properties(json!({}), Received { user_agent: Some(user_agent), ..browser(Protocol::NativeEvents) })["$bot"].clone();
    assert_eq!(bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), true);
    assert_eq!(bot("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0.0.0 Safari/537.36"), true);
    assert_eq!(bot(CHROME_ON_LINUX), Value::Null);
    assert_eq!(
        bot("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"),
        Value::Null
    );
    assert_eq!(bot(""), Value::Null);
}
