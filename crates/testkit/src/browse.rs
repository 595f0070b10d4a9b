//! Visits of a site as the browser's tag tells them: page summaries in parts, signals of friction, vitals, errors. For measuring, in any number, in the form of import.
//!
//! Some visitors consented and have a device and a session; the others are nobody. Every page has elements of its own, always the same ones.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Map, Value, json};

const PAGES: [&str; 10] =
    ["/", "/dashboard", "/contacts", "/audience", "/templates/:id", "/editor/:id", "/schedule/:id", "/campaigns/:id/sent", "/pricing", "/account"];
const SIGNALS: [&str; 8] = ["rage_click", "dead_click", "slow_click", "error_click", "repeated_clicks", "scroll_bounce", "form_abandon", "slow_page"];
const PART_MS: u32 = 15_000;
const DAY_MS: i64 = 86_400_000;

/// How visits go.
#[derive(Clone, Copy, Debug)]
pub struct Visits {
    pub page_views: u64,
    /// Milliseconds UTC; they fill the days before.
    pub end_ms: i64,
    pub days: i64,
    /// The share of visitors who consented.
    pub consented: f64,
    pub seed: u64,
}

/// Events in no order of time, a visit after the other.
pub fn visits(visits: Visits) -> impl Iterator<Item = Value> {
    let mut rng = ChaCha8Rng::seed_from_u64(visits.seed);
    let (mut told, mut n_visit) = (0, 0_u64);
    std::iter::from_fn(move || {
        if told >= visits.page_views {
            return None;
        }
        n_visit += 1;
        let mut events = Vec::new();
        told += visit(&mut rng, visits, n_visit, visits.page_views - told, &mut events);
        Some(events)
    })
    .flatten()
}

fn visit(rng: &mut ChaCha8Rng, visits: Visits, n_visit: u64, most: u64, events: &mut Vec<Value>) -> u64 {
    let is_named = rng.random_bool(visits.consented);
    let width: u32 = [390, 820, 1440, 1440, 1920][rng.random_range(0..5)];
    let visitor = rng.random_range(0..visits.page_views / 12 + 10);
    let mut time = visits.end_ms - rng.random_range(0..visits.days * DAY_MS);
    let n_views = rng.random_range(1..8).min(most);
    for n_view in 0..n_views {
        let page = rng.random_range(0..PAGES.len());
        let view = View { page, width, id: format!("{n_visit:x}-{n_view}-{:08x}", rng.random::<u32>()), began: time };
        let mut add = |rng: &mut ChaCha8Rng, name: &str, time: i64, told: Value| {
            let mut properties = Map::from_iter([
                ("$page".to_owned(), json!(PAGES[view.page])),
                ("$page_view_id".to_owned(), json!(view.id)),
                ("$current_url".to_owned(), json!(format!("https://courriel.example{}", PAGES[view.page]))),
                ("$lib".to_owned(), json!("web")),
                ("$device_type".to_owned(), json!(if width < 768 { "Mobile" } else { "Desktop" })),
                ("$release".to_owned(), json!(if time < visits.end_ms - visits.days * DAY_MS / 2 { "1.4" } else { "1.5" })),
            ]);
            if let Value::Object(told) = told {
                properties.extend(told);
            }
            let mut event = json!({"event": name, "time": time, "insert_id": format!("{:016x}", rng.random::<u64>()), "properties": properties});
            if is_named {
                let device = format!("d{visitor}");
                event["distinct_id"] = json!(format!("$device:{device}"));
                event["device_id"] = json!(device);
                event["session_id"] = json!(format!("s{n_visit}"));
            }
            events.push(event);
        };
        let n_parts = [1, 1, 1, 2, 3][rng.random_range(0..5)];
        let signal = rng.random_bool(0.08).then(|| SIGNALS[rng.random_range(0..SIGNALS.len())]);
        for part in 0..n_parts {
            let summary = summary(rng, &view, part, signal.filter(|_| part == 0));
            time += i64::from(PART_MS);
            add(rng, "$page_summary", time, summary);
        }
        if is_named {
            let hurry = f64::from(width) / 1920.0;
            let vitals = json!({"$lcp_ms": rng.random_range(600..5000), "$inp_ms": rng.random_range(20..600), "$cls": (rng.random::<f64>() * 0.3 * 1000.0).round() / 1000.0,
                "$fcp_ms": rng.random_range(300..2500), "$ttfb_ms": rng.random_range(60..(1200.0 + 800.0 * hurry) as u32), "$lcp_selector": selector(page, 0), "$inp_selector": selector(page, 3)});
            add(rng, "$web_vitals", time, vitals);
            if let Some(signal) = signal {
                let told = json!({"$signal": signal, "$severity": 1, "$selector": selector(page, rng.random_range(0..6)), "$duration_ms": 700, "$looks_clickable": rng.random_bool(0.5)});
                add(rng, "$friction", view.began + 4000, told);
            }
            if rng.random_bool(0.01) {
                let kind = rng.random_range(0..12);
                add(
                    rng,
                    "$error",
                    time,
                    json!({"$fingerprint": format!("f{kind}"), "$kind": "TypeError", "$message": format!("cannot read property {kind} of undefined")}),
                );
            }
            if rng.random_bool(0.01) {
                let url = format!("/api/{}", rng.random_range(0..8));
                add(rng, "$failed_request", time, json!({"$method": "POST", "$url": url, "$status": 500, "$duration_ms": 900}));
            }
            if page == 7 {
                add(rng, "Campaign sent", time, json!({}));
            }
        }
        time += i64::from(rng.random_range(1000..60_000_u32));
    }
    n_views
}

struct View {
    page: usize,
    width: u32,
    id: String,
    began: i64,
}

/// As the tag names elements.
fn selector(page: usize, n: u64) -> String {
    match n % 4 {
        0 => format!("[data-px-id=\"p{page}-action-{n}\"]"),
        1 => format!("main > section.block:nth-of-type({n}) > a.btn.primary"),
        2 => format!("[id=\"menu\"] > li:nth-of-type({n}) > a"),
        _ => format!("form.fields > input[name=\"field-{n}\"]"),
    }
}

fn summary(rng: &mut ChaCha8Rng, view: &View, part: u32, signal: Option<&str>) -> Value {
    let n_elements = 14 + view.page as u64 * 2;
    let doc_height = 1800 + 400 * view.page as u32;
    let view_height = if view.width < 768 { 760 } else { 900 };
    let depth = (view_height + rng.random_range(0..doc_height)).min(doc_height);
    let mut clicks = Vec::new();
    let mut elements = Vec::new();
    for n in 0..n_elements {
        let y = doc_height * (n as u32 + 1) / (n_elements as u32 + 1);
        if y > depth && !rng.random_bool(0.05) {
            continue;
        }
        let mut element = Map::from_iter([
            ("sel".to_owned(), json!(selector(view.page, n))),
            ("place".to_owned(), json!(format!("{:x}", 0x9e37_79b9_u64.wrapping_mul(n + 1) & 0xffff_ffff))),
            ("y_mid".to_owned(), json!(y)),
            ("h".to_owned(), json!(40 + 10 * (n % 5))),
            ("exposed_ms".to_owned(), json!(rng.random_range(1..PART_MS))),
        ]);
        if rng.random_bool(0.08) {
            element.insert("clicks".to_owned(), json!(1));
            element.insert("first_click_ms".to_owned(), json!(rng.random_range(500..PART_MS * (part + 1))));
            element.insert("hesitation_ms".to_owned(), json!(rng.random_range(50..2000)));
            clicks.push(json!({"sel": selector(view.page, n), "ex": f64::from(rng.random_range(0..1000_u32)) / 1000.0, "ey": f64::from(rng.random_range(0..1000_u32)) / 1000.0,
                "x": rng.random_range(0..view.width), "y": y}));
        }
        if rng.random_bool(0.25) {
            element.insert("hover_ms".to_owned(), json!(rng.random_range(200..4000)));
        }
        elements.push(Value::Object(element));
    }
    let moves: Vec<Value> =
        (0..rng.random_range(0..6)).map(|_| json!([rng.random_range(0..view.width), rng.random_range(0..depth), rng.random_range(500..4000)])).collect();
    let bands: Vec<u32> = (0..20).map(|band| if doc_height * band / 20 < depth { rng.random_range(500..PART_MS) } else { 0 }).collect();
    let signals = signal.map_or_else(|| json!({}), |signal| json!({signal: 1}));
    json!({"$part": part, "$elapsed_ms": PART_MS * (part + 1), "$visible_ms": PART_MS, "$active_ms": rng.random_range(1000..PART_MS), "$view_width": view.width, "$view_height": view_height,
        "$doc_width": view.width, "$doc_height": doc_height, "$depth_px": depth, "$depth": (f64::from(depth) / f64::from(doc_height) * 1000.0).round() / 1000.0, "$n_clicks": clicks.len(),
        "$n_changes": 0, "$n_submits": 0, "bands_ms": bands, "elements": elements, "clicks": clicks, "moves": moves, "signals": signals})
}
