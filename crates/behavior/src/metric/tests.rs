use super::{FIGURES, Metric, Point, Reading, correlation};
use crate::calendar::Zone;
use proptest::prelude::*;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;
/// 2025-10-06, a Monday.
const MONDAY: i64 = 1_759_708_800_000;

fn trend(formulas: Value) -> Value {
    json!({
        "kind": "trend", "interval": "week", "formulas": formulas, "breakdown": [], "range": {"last": 7, "unit": "day"}, "compare": {"previous": 1},
        "series": [{"select": {"event": "A"}, "measure": "unique"}, {"select": {"event": "B"}, "measure": "unique"}],
    })
}

fn metric(question: &Value, figure: Option<&str>) -> Metric {
    Metric::from_json(question, figure).unwrap()
}

fn utc() -> Zone {
    Zone::new("UTC", false).unwrap()
}

fn values(reading: &Reading) -> Vec<(Option<f64>, Option<u64>, bool)> {
    reading.points.iter().map(|point| (point.value, point.n, point.is_over)).collect()
}

#[test]
fn a_trend_is_its_formula_and_only_intervals_that_are_over_count() {
    let metric = metric(&trend(json!(["A / B"])), None);
    let answer = json!({"times": ["2025-10-06T00:00:00+00:00", "2025-10-13T00:00:00+00:00"], "series": [
        {"label": "A", "values": [1, 2], "total": 3}, {"label": "B", "values": [2, 2], "total": 4}, {"label": "A / B", "values": [0.5, 1], "total": 0.75}]});
    let reading = metric.read(&answer, &utc(), MONDAY + 9 * DAY);
    assert_eq!(values(&reading), [(Some(0.5), None, true), (Some(1.0), None, false)]);
    assert_eq!((reading.whole, reading.latest()), (Some(0.75), Some(0)));
    assert_eq!(metric.read(&answer, &utc(), MONDAY + 14 * DAY).latest(), Some(1));
}

#[test]
fn a_question_is_kept_without_what_whoever_asks_says() {
    let metric = metric(&trend(json!(["A / B"])), None);
    let kept = metric.question();
    assert!(kept.get("range").is_none() && kept.get("compare").is_none() && kept.get("breakdown").is_none(), "{kept}");
    let filter = json!({"property": "plan", "op": "is", "value": "pro"});
    let asked = metric.asked(json!({"last": 1, "unit": "week"}), Some(&filter));
    assert_eq!((&asked["filter"], &asked["range"]), (&filter, &json!({"last": 1, "unit": "week"})));
    let mut own = trend(json!(["A / B"]));
    own["filter"] = json!({"event": "A"});
    assert_eq!(Metric::from_json(&own, None).unwrap().asked(json!({}), Some(&filter))["filter"], json!({"all": [{"event": "A"}, filter]}));
}

#[test]
fn a_conversion_settles_only_when_its_window_is_over() {
    let metric = metric(&json!({"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}], "window": {"n": 7, "unit": "day"}}), None);
    assert_eq!(metric.question()["interval"], json!("week"));
    let answer = json!({"groups": [{"steps": [{"count": 30, "conversion": 1.0}, {"count": 12, "conversion": 0.4}]}], "intervals": [
        {"start": "2025-10-06T00:00:00+00:00", "steps": [10, 4]}, {"start": "2025-10-13T00:00:00+00:00", "steps": [20, 8]}, {"start": "2025-10-20T00:00:00+00:00", "steps": [0, 0]}]});
    let reading = metric.read(&answer, &utc(), MONDAY + 20 * DAY);
    assert_eq!(values(&reading), [(Some(0.4), Some(10), true), (Some(0.4), Some(20), false), (None, Some(0), false)]);
    assert_eq!(reading.whole, Some(0.4));
}

#[test]
fn a_retention_is_read_where_its_period_is_over_for_everybody() {
    let question = json!({"kind": "retention", "birth": {"event": "A"}, "return": {"event": null}, "unit": "week", "periods": 4});
    let metric = metric(&question, Some("period_2"));
    let cohort = |start: &str, complete: bool| json!({"start": start, "breakdown": [], "size": 4, "returned": [4, 3, 2, 0, 0], "complete": [true, true, complete, false, false]});
    let answer =
        json!({"cohorts": [cohort("2025-10-06T00:00:00+00:00", true), cohort("2025-10-13T00:00:00+00:00", false)], "average": [1.0, 0.75, 0.5, null, null]});
    assert_eq!(values(&metric.read(&answer, &utc(), MONDAY + 22 * DAY)), [(Some(0.5), Some(4), true), (Some(0.5), Some(4), false)]);
    // As it stood before: the first cohort's period 2 ends on day 21, when the second's begins.
    assert_eq!(values(&metric.read(&answer, &utc(), MONDAY + 20 * DAY)), [(Some(0.5), Some(4), false), (None, Some(4), false)]);
    assert_eq!(Metric::from_json(&question, Some("period_5")).unwrap_err().field, "figure");
}

#[test]
fn scores_vitals_and_lifecycles_are_read_as_they_stand() {
    let start = "2025-10-06T00:00:00+00:00";
    let friction = metric(&json!({"kind": "friction", "interval": "day"}), Some("share_sessions_high"));
    let answer = json!({"share_sessions_high": 0.2, "intervals": [{"start": start, "sessions": 10, "share_sessions_high": 0.1}]});
    let reading = friction.read(&answer, &utc(), MONDAY + DAY);
    assert_eq!((values(&reading), reading.whole), (vec![(Some(0.1), Some(10), true)], Some(0.2)));
    let vital = metric(&json!({"kind": "vital", "interval": "day"}), Some("inp"));
    let answer = json!({"inp": {"p75": 180.0, "n": 4}, "intervals": [{"start": start, "inp": {"p75": 170.0, "n": 3}}]});
    assert_eq!(values(&vital.read(&answer, &utc(), MONDAY + DAY)), [(Some(170.0), Some(3), true)]);
    let lifecycle = metric(&json!({"kind": "lifecycle", "select": {"event": null}}), None);
    let answer = json!({"intervals": [{"start": start, "new": 4, "quick_ratio": 2.0}]});
    assert_eq!(values(&lifecycle.read(&answer, &utc(), MONDAY + 7 * DAY)), [(Some(2.0), None, true)]);
}

#[test]
fn what_is_no_one_line_is_refused_at_its_field() {
    let field = |question: Value, figure: Option<&str>| Metric::from_json(&question, figure).unwrap_err().field;
    assert_eq!(field(trend(json!([])), None), "question.formulas");
    assert_eq!(field(trend(json!(["A", "B"])), None), "question.formulas");
    assert_eq!(field(trend(json!(["A +"])), None), "question.formulas[0]");
    assert_eq!(field(trend(json!(["A / B"])), Some("A")), "figure");
    let mut segmented = trend(json!(["A / B"]));
    segmented["breakdown"] = json!([{"property": "plan"}]);
    assert_eq!(field(segmented, None), "question.breakdown");
    assert_eq!(field(json!({"kind": "sessions"}), None), "question.kind");
    assert_eq!(field(json!({"kind": "vital", "colour": 1}), None), "question.colour");
    assert_eq!(field(json!({"kind": "vital"}), Some("speed")), "figure");
    assert_eq!(field(json!(7), None), "question");
}

#[test]
fn every_figure_that_is_named_is_one() {
    let question = |kind: &str| match kind {
        "trend" => trend(json!(["A / B"])),
        "funnel" => json!({"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}]}),
        "retention" => json!({"kind": "retention", "birth": {"event": "A"}, "return": {"event": null}}),
        "lifecycle" => json!({"kind": "lifecycle", "select": {"event": null}}),
        "task" => json!({"kind": "task", "task": {"start": [{"event": "A"}], "completion": [{"event": "B"}]}}),
        other => json!({"kind": other}),
    };
    for (kind, figures) in FIGURES {
        assert_eq!(metric(&question(kind), None).kind(), *kind);
        for figure in *figures {
            assert_eq!(metric(&question(kind), Some(figure)).kind(), *kind, "{figure}");
        }
    }
}

#[test]
fn a_range_ends_with_the_moment_and_holds_whole_intervals_before() {
    let zone = Zone::new("Europe/Paris", false).unwrap();
    let metric = metric(&trend(json!(["A / B"])), None);
    // A Wednesday.
    assert_eq!(metric.range_until(&zone, MONDAY + 2 * DAY, 2), json!({"from": "2025-09-29", "to": "2025-10-08"}));
    assert_eq!(metric.range_until(&zone, MONDAY + 2 * DAY, 0), json!({"from": "2025-10-06", "to": "2025-10-08"}));
}

fn reading(values: &[Option<f64>]) -> Reading {
    let point = |(day, value): (usize, &Option<f64>)| Point { start: format!("{day:04}"), value: *value, n: None, is_over: true };
    Reading { points: values.iter().enumerate().map(point).collect(), whole: None }
}

#[test]
fn a_correlation_with_a_known_answer() {
    // Anscombe's first set: 0.81642.
    let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0].map(Some);
    let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68].map(Some);
    let found = correlation(&reading(&x), &reading(&y)).unwrap();
    assert!((found.r - 0.816_42).abs() < 1e-5 && found.n == 11 && found.is_enough, "{found:?}");
    assert_eq!(correlation(&reading(&x), &reading(&[Some(1.0); 11])), None);
    assert_eq!(correlation(&reading(&x[..2]), &reading(&y)), None);
}

proptest! {
    #[test]
    fn a_line_goes_wholly_with_itself_and_against_its_mirror(values in prop::collection::vec(prop::option::of(-1e6..1e6_f64), 3..40)) {
        let mirrored: Vec<_> = values.iter().map(|value| value.map(|value| -2.0 * value)).collect();
        let Some(itself) = correlation(&reading(&values), &reading(&values)) else { return Ok(()) };
        prop_assert!((itself.r - 1.0).abs() < 1e-9);
        let against = correlation(&reading(&values), &reading(&mirrored)).unwrap();
        prop_assert!((against.r + 1.0).abs() < 1e-9);
        prop_assert_eq!(against.n, values.iter().flatten().count());
    }
}
