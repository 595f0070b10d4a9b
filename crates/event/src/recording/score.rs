//! The frustration score: open, explainable, with a version (px.md 2.4).
//!
//! Points of a page view are `P = Σ weight · min(n, cap)`, each signal counted by its severity; the score of a session is `round(100 · (1 − e^(−ΣP / 15)))`.
//! A dead click inside a cluster of rage clicks is not counted twice, and an error click absorbs its script error or failed request.

use super::{Facts, SignalSeen};

/// Of the weights below. A change of any makes a new version.
pub const SCORE_VERSION: u32 = 1;

/// Signal, weight, cap. Those with weight 0 are told and not scored.
pub const SIGNALS: [(&str, f64, f64); 20] = [
    ("rage_click", 4.0, 4.0),
    ("error_click", 4.0, 3.0),
    ("failed_request", 3.0, 3.0),
    ("js_error", 2.0, 3.0),
    ("dead_click", 2.0, 5.0),
    ("slow_click", 0.5, 4.0),
    ("repeated_clicks", 1.5, 3.0),
    ("u_turn", 1.5, 3.0),
    ("back_and_forth", 2.0, 3.0),
    ("loop", 2.0, 3.0),
    ("scroll_bounce", 1.5, 2.0),
    ("thrashed_cursor", 1.0, 3.0),
    ("form_refill", 1.5, 3.0),
    ("validation_error", 1.0, 4.0),
    ("submit_retry", 2.0, 2.0),
    ("form_abandon", 2.0, 2.0),
    ("reload_burst", 2.0, 2.0),
    ("slow_page", 1.5, 1.0),
    ("hesitation", 0.0, 0.0),
    ("zoom_burst", 0.0, 0.0),
];

const RAGE_MS: i64 = 5_000;
const ERROR_OF_CLICK_MS: i64 = 1_000;
const REQUEST_OF_CLICK_MS: i64 = 10_500;

/// The score of a session, 0 to 100.
#[must_use]
pub fn score_of(facts: &Facts) -> u32 {
    let views = facts.page_views();
    let scored: Vec<&SignalSeen> = facts.signals.iter().filter(|signal| !is_absorbed(signal, &facts.signals)).collect();
    let mut points = 0.0;
    let mut from = i64::MIN;
    for next in views.iter().skip(1).map(|view| view.t).chain([i64::MAX]) {
        points += page_points(scored.iter().copied().filter(|signal| (from..next).contains(&signal.t)));
        from = next;
    }
    (100.0 * (1.0 - (-points / 15.0_f64).exp())).round() as u32
}

/// Degrees of one thing share what counts at most: a click that waited for more than three seconds goes before one that waited for less, and a loop is a back and forth.
const SLOW_CAP: f64 = 4.0;
const VERY_SLOW_POINTS: f64 = 1.5;

/// The points of one page view.
pub fn page_points<'a>(signals: impl Iterator<Item = &'a SignalSeen>) -> f64 {
    let mut counts = [0.0; SIGNALS.len()];
    let (mut very_slow, mut dead_elsewhere) = (0.0_f64, 0.0_f64);
    for signal in signals {
        match signal.name.as_str() {
            "slow_click" if signal.severity >= 2.0 => very_slow += 1.0,
            // What does not look as if it could be clicked weighs half, and has a cap of its own.
            "dead_click" if signal.severity < 1.0 => dead_elsewhere += 1.0,
            name => {
                let name = if name == "loop" { "back_and_forth" } else { name };
                let n = if name == "slow_page" { signal.severity.clamp(0.0, 1.0) } else { 1.0 };
                if let Some(at) = SIGNALS.iter().position(|(one, ..)| *one == name) {
                    counts[at] += n;
                }
            }
        }
    }
    let very_slow = very_slow.min(SLOW_CAP);
    let points = |((name, weight, cap), n): (&(&str, f64, f64), f64)| match *name {
        "slow_click" => very_slow * VERY_SLOW_POINTS + n.min(cap - very_slow) * weight,
        "dead_click" => n.min(*cap) * weight + dead_elsewhere.min(*cap) * weight / 2.0,
        _ => n.min(*cap) * weight,
    };
    SIGNALS.iter().zip(counts).map(points).sum()
}

fn is_absorbed(signal: &SignalSeen, all: &[SignalSeen]) -> bool {
    let by = |name: &str, before_ms: i64, after_ms: i64, same_place: bool| {
        let near = |one: &&SignalSeen| one.name == name && (one.t - before_ms..=one.t + after_ms).contains(&signal.t);
        all.iter().filter(near).any(|one| !same_place || one.selector == signal.selector)
    };
    match signal.name.as_str() {
        "dead_click" => by("rage_click", 1_000, RAGE_MS, true),
        "js_error" => by("error_click", 0, ERROR_OF_CLICK_MS, false),
        "failed_request" => by("error_click", 0, REQUEST_OF_CLICK_MS, false),
        _ => false,
    }
}
