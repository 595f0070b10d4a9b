//! What a browser's tag would have sent instead of an event: well-formed, or as somebody forged it.

use super::{EVENT_NAMES, one_of};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sillage_event::Event;

const SIGNALS: [&str; 14] = [
    "rage_click",
    "rage_click",
    "dead_click",
    "dead_click",
    "slow_click",
    "error_click",
    "js_error",
    "failed_request",
    "back_and_forth",
    "loop",
    "slow_page",
    "zoom_burst",
    "hesitation",
    "no such signal",
];

/// As the tag names elements; one is inside of another.
const SELECTORS: [&str; 5] = ["[id=\"save\"]", "[id=\"save\"] > span", "button.buy", "main > a:nth-of-type(2)", "nav"];

pub(super) fn browse(rng: &mut ChaCha8Rng, event: &mut Event) {
    let name = match rng.random_range(0..100) {
        0..38 => "$page_summary",
        38..62 => "$friction",
        62..70 => "$web_vitals",
        70..76 => "$error",
        76..80 => "$failed_request",
        _ => EVENT_NAMES[rng.random_range(0..EVENT_NAMES.len())],
    };
    event.name = name.to_owned();
    let properties = &mut event.properties;
    let mut put = |rng: &mut ChaCha8Rng, name: &str, chance: f64, values: &[Value]| {
        if rng.random_bool(chance) {
            properties.insert(name.to_owned(), one_of(rng, values));
        }
    };
    put(rng, "$page_view_id", 0.95, &[json!("v1"), json!("v2"), json!("v3"), json!("v4"), json!(5)]);
    put(rng, "$page", 0.95, &[json!("/a"), json!("/b"), json!("/b"), json!("/c/:id")]);
    match name {
        "$page_summary" => {
            let counts = [json!({}), json!({}), json!({"rage_click": 1}), json!({"rage_click": 2, "dead_click": 2}), json!({"dead_click": 9, "hesitation": 3})];
            put(rng, "signals", 0.9, &counts);
            if rng.random_bool(0.1) {
                put(rng, "signals", 1.0, &[json!("forged"), json!({"rage_click": "many", "loop": 2.7}), json!({"very_slow_click": 3}), json!([1])]);
            }
            summary(rng, properties);
            let mut put = |rng: &mut ChaCha8Rng, name: &str, chance: f64, values: &[Value]| {
                if rng.random_bool(chance) {
                    properties.insert(name.to_owned(), one_of(rng, values));
                }
            };
            put(rng, "vitals", 0.4, &[json!({"$lcp_ms": 2500, "$cls": 0.1}), json!({"$lcp_ms": 2501, "$ttfb_ms": 90}), json!({"$inp_ms": "slow"}), json!(3)]);
            put(rng, "$active_ms", 0.9, &[json!(12_000), json!(700), json!(0), json!("long")]);
        }
        "$friction" => {
            let signal = SIGNALS[rng.random_range(0..SIGNALS.len())];
            put(rng, "$signal", 0.98, &[json!(signal)]);
            put(rng, "$severity", 0.9, &[json!(1), json!(1), json!(2), json!(0.5)]);
            put(rng, "$selector", 0.8, &[json!("[id=\"save\"]"), json!("button.buy"), json!("main > a:nth-of-type(2)")]);
            put(rng, "$duration_ms", 0.6, &[json!(900), json!(2), json!(700_000)]);
            put(rng, "$looks_clickable", 0.7, &[json!(true), json!(false)]);
            put(rng, "$in_rage", 0.1, &[json!(true), json!(false)]);
            put(rng, "$fingerprint", 0.5, &[json!("f1"), json!("f2")]);
            put(rng, "$url", 0.5, &[json!("/api/:id"), json!("/api")]);
        }
        "$web_vitals" => {
            put(rng, "$lcp_ms", 0.8, &[json!(900), json!(2500), json!(4001), json!(-4), json!("slow")]);
            put(rng, "$inp_ms", 0.6, &[json!(80), json!(200), json!(501)]);
            put(rng, "$cls", 0.6, &[json!(0), json!(0.1), json!(0.251), json!(0.1004)]);
            put(rng, "$fcp_ms", 0.6, &[json!(500), json!(1801)]);
            put(rng, "$ttfb_ms", 0.6, &[json!(100), json!(1900)]);
            put(rng, "$lcp_selector", 0.6, &[json!("img.hero"), json!("h1"), json!("")]);
            put(rng, "$inp_selector", 0.6, &[json!("[id=\"save\"]")]);
        }
        "$error" => {
            put(rng, "$fingerprint", 0.9, &[json!("f1"), json!("f2"), json!("f3")]);
            put(rng, "$message", 0.9, &[json!("x is undefined"), json!("timeout")]);
            put(rng, "$kind", 0.9, &[json!("TypeError"), json!("Error")]);
            put(rng, "$release", 0.5, &[json!("1.0"), json!("1.1")]);
        }
        "$failed_request" => {
            put(rng, "$method", 1.0, &[json!("GET"), json!("POST")]);
            put(rng, "$url", 1.0, &[json!("/api/:id"), json!("/api")]);
            put(rng, "$status", 1.0, &[json!(500), json!(0), json!(404)]);
        }
        _ => {}
    }
}

/// What a summary tells of the page: its size, its elements, clicks and moves; now and then not in the form that the tag sends.
fn summary(rng: &mut ChaCha8Rng, properties: &mut sillage_event::Properties) {
    if rng.random_bool(0.1) {
        return;
    }
    let (width, doc_height) = (one_of(rng, &[json!(390), json!(800), json!(1440), json!(1440)]), rng.random_range(500..4000));
    let height = rng.random_range(300..900);
    let elements: Vec<Value> = (0..rng.random_range(0..5))
        .map(|_| {
            let mut element = json!({"sel": one_of(rng, &SELECTORS.map(|one| json!(one))), "place": "p", "y_mid": rng.random_range(0..doc_height), "h": rng.random_range(1..300)});
            if rng.random_bool(0.6) {
                element["exposed_ms"] = json!(rng.random_range(1..30_000));
            }
            if rng.random_bool(0.4) {
                element["clicks"] = json!(rng.random_range(1..4));
                element["first_click_ms"] = json!(rng.random_range(0..30_000));
                if rng.random_bool(0.5) {
                    element["hesitation_ms"] = json!(rng.random_range(0..3000));
                }
            }
            if rng.random_bool(0.3) {
                element["hover_ms"] = json!(rng.random_range(100..3000));
            }
            element
        })
        .collect();
    let clicks: Vec<Value> = (0..rng.random_range(0..4))
        .map(|_| {
            let selector = one_of(rng, &SELECTORS.map(|one| json!(one)));
            let share = |rng: &mut ChaCha8Rng| f64::from(rng.random_range(0..=1000u32)) / 1000.0;
            let mut click = json!({"sel": selector, "ex": share(rng), "ey": share(rng), "x": rng.random_range(0..1440), "y": rng.random_range(0..doc_height)});
            if rng.random_bool(0.2) {
                click["fixed"] = json!(true);
            }
            click
        })
        .collect();
    let moves: Vec<Value> =
        (0..rng.random_range(0..3)).map(|_| json!([rng.random_range(0..1440), rng.random_range(0..doc_height), rng.random_range(500..9000)])).collect();
    let bands: Vec<u32> = (0..20).map(|_| rng.random_range(0..5000)).collect();
    let told = json!({
        "$part": rng.random_range(0..3), "$elapsed_ms": rng.random_range(0..20_000), "$view_width": width, "$view_height": height, "$doc_width": width,
        "$doc_height": doc_height, "$depth": f64::from(rng.random_range(0..=1000u32)) / 1000.0, "$n_clicks": clicks.len(),
        "bands_ms": bands, "elements": elements, "clicks": clicks, "moves": moves,
    });
    if let Value::Object(told) = told {
        properties.extend(told);
    }
    if rng.random_bool(0.05) {
        properties.insert("elements".to_owned(), one_of(rng, &[json!("forged"), json!([{"y_mid": 3}]), json!({})]));
    }
}
