//! Questions that are wrong: each names the field at fault and says what is allowed.

use crate::asking::{self, ONE_SEGMENT, try_ask};
use serde_json::{Value, json};
use sillage_behavior::AskErrorCode;
use sillage_testkit::world::{Shape, World};

fn world() -> World {
    let shape = Shape { n_events: 40, n_users: 4, n_devices: 3, start_ms: 1_760_000_000_000, length_ms: 5 * 86_400_000, ties: false, session_ids: false };
    World::generate(1, shape)
}

/// A well-formed question of a kind with some fields put over it; a field with the value `"-"` is taken away.
fn with(kind: &str, fields: Value) -> Value {
    let mut question = match kind {
        "trend" => json!({"series": [{"select": {"event": "A"}, "measure": "total"}]}),
        "funnel" => json!({"steps": [{"event": "A"}, {"event": "B"}, {"event": "C"}]}),
        "retention" => json!({"birth": {"event": "A"}, "return": {"event": "B"}}),
        "frequency" | "lifecycle" => json!({"select": {"event": "A"}}),
        "people" => json!({"of": with("funnel", json!({})), "at": {"step": 1}}),
        "timeline" => json!({"person": "u1"}),
        _ => json!({}),
    };
    question["kind"] = json!(kind);
    if kind != "people" && kind != "timeline" {
        question["range"] = json!({"from": "2025-10-01", "to": "2025-10-31"});
    }
    for (name, value) in fields.as_object().unwrap() {
        if *value == "-" {
            question.as_object_mut().unwrap().remove(name);
        } else {
            question[name] = value.clone();
        }
    }
    question
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({"property": "plan", "op": "set"}), |inner, _| json!({"not": inner}))
}

fn filter(value: Value) -> Value {
    with("trend", json!({"filter": value}))
}

#[test]
fn the_field_at_fault_is_named() {
    let steps = |n: usize| Value::from_iter((0..n).map(|_| json!({"event": "A"})));
    let many = |n: usize| Value::from_iter((0..n).map(|_| json!({"property": "plan", "op": "set"})));
    let select = json!({"event": "A"});
    let cases: Vec<(&str, Value)> = vec![
        // What is asked.
        ("question", json!([])),
        ("question", json!("trend")),
        ("kind", json!({})),
        ("kind", json!({"kind": 3})),
        ("kind", with("heat", json!({}))),
        ("launch", with("impact", json!({}))),
        ("goal", with("driver", json!({}))),
        ("kind", with("replays", json!({}))),
        ("of.kind", with("people", json!({"of": with("people", json!({}))}))),
        // Unknown fields at every level.
        ("colour", with("trend", json!({"colour": "red"}))),
        ("series[0].colour", with("trend", json!({"series": [{"select": select, "colour": 1}]}))),
        ("series[0].select.colour", with("trend", json!({"series": [{"select": {"event": "A", "colour": 1}}]}))),
        ("series[0].select.where.colour", with("trend", json!({"series": [{"select": {"event": "A", "where": {"property": "x", "op": "set", "colour": 1}}}]}))),
        ("series[0].measure.colour", with("trend", json!({"series": [{"select": select, "measure": {"colour": "x"}}]}))),
        ("series[0].measure.colour", with("trend", json!({"series": [{"select": select, "measure": {"percentile": 5, "property": "x", "colour": 1}}]}))),
        ("filter.all[1].not.colour", filter(json!({"all": [select, {"not": {"event": "A", "colour": 1}}]}))),
        ("filter.within.colour", filter(json!({"did": select, "within": {"from": "2025-10-01", "to": "2025-10-02", "colour": 1}}))),
        ("filter.count.colour", filter(json!({"did": select, "count": {"op": "gte", "value": 1, "colour": 1}}))),
        ("range.colour", with("trend", json!({"range": {"from": "2025-10-01", "to": "2025-10-02", "colour": 1}}))),
        ("breakdown[0].colour", with("trend", json!({"breakdown": [{"property": "x", "colour": 1}]}))),
        ("breakdown[0].bucket.colour", with("trend", json!({"breakdown": [{"bucket": {"property": "x", "edges": [1, 2], "colour": 1}}]}))),
        ("window.colour", with("funnel", json!({"window": {"n": 1, "unit": "day", "colour": 1}}))),
        ("exclude[0].colour", with("funnel", json!({"exclude": [{"select": select, "colour": 1}]}))),
        ("steps[1].colour", with("funnel", json!({"steps": [select, {"event": "A", "colour": 1}]}))),
        ("time_to_convert.colour", with("funnel", json!({"time_to_convert": {"colour": 1}}))),
        ("return_count.colour", with("retention", json!({"return_count": {"op": "gte", "value": 1, "colour": 1}}))),
        ("colour", with("sessions", json!({"colour": 1}))),
        ("anchor.colour", with("journey", json!({"anchor": {"node": "A", "colour": 1}}))),
        ("rename[0].colour", with("journey", json!({"rename": [{"glob": "a", "to": "b", "colour": 1}]}))),
        ("at.colour", with("people", json!({"at": {"step": 1, "colour": 1}}))),
        ("of.colour", with("people", json!({"of": with("funnel", json!({"colour": 1}))}))),
        ("compare.colour", with("trend", json!({"compare": {"previous": 1, "colour": 1}}))),
        // A field of another kind is unknown here.
        ("steps", with("trend", json!({"steps": []}))),
        ("interval", with("retention", json!({"interval": "day"}))),
        ("breakdown", with("lifecycle", json!({"breakdown": [{"property": "plan"}]}))),
        // Formulas.
        ("filter.property", filter(json!({"property": "=if(", "op": "set"}))),
        ("breakdown[0].property", with("trend", json!({"breakdown": [{"property": "=boom(x)"}]}))),
        ("series[0].measure.sum", with("trend", json!({"series": [{"select": select, "measure": {"sum": "=1 +"}}]}))),
        ("hold[1]", with("funnel", json!({"hold": ["item", "=("]}))),
        // Attribution.
        ("attribution.by", with("trend", json!({"attribution": {}}))),
        ("attribution.colour", with("trend", json!({"attribution": {"by": {"property": "x"}, "colour": 1}}))),
        ("attribution.model", with("trend", json!({"attribution": {"by": {"property": "x"}, "model": "best"}}))),
        ("attribution.model.last", with("trend", json!({"attribution": {"by": {"property": "x"}, "model": {"first": 1, "between": 1}}}))),
        ("attribution.model", with("trend", json!({"attribution": {"by": {"property": "x"}, "model": {"first": 0, "between": 1, "last": 0}}}))),
        ("attribution.half_life_days", with("trend", json!({"attribution": {"by": {"property": "x"}, "half_life_days": 3}}))),
        ("attribution.half_life_days", with("trend", json!({"attribution": {"by": {"property": "x"}, "model": "time_decay", "half_life_days": 0}}))),
        ("attribution.lookback", with("trend", json!({"attribution": {"by": {"property": "x"}, "lookback": {"n": 1, "unit": "session"}}}))),
        ("breakdown", with("trend", json!({"attribution": {"by": {"property": "x"}}, "breakdown": [{"property": "y"}]}))),
        ("formulas", with("trend", json!({"attribution": {"by": {"property": "x"}}, "formulas": ["A"]}))),
        ("series[0].measure", with("trend", json!({"attribution": {"by": {"property": "x"}}, "series": [{"select": select, "measure": "sessions"}]}))),
        // Impact, driver, feature, cohort.
        ("metric", with("impact", json!({"launch": select}))),
        ("measure", with("impact", json!({"launch": select, "metric": select, "measure": {"median": "amount"}}))),
        ("days", with("impact", json!({"launch": select, "metric": select, "days": 0}))),
        ("breakdown", with("impact", json!({"launch": select, "metric": select, "breakdown": [{"property": "plan"}]}))),
        ("range", with("impact", json!({"launch": select, "metric": select, "range": "-"}))),
        ("times[1]", with("driver", json!({"goal": select, "times": [1, 0]}))),
        ("window", with("driver", json!({"goal": select, "window": {"n": 1, "unit": "session"}}))),
        ("properties[0].property", with("driver", json!({"goal": select, "properties": [{}]}))),
        ("properties[0].cohort", with("driver", json!({"goal": select, "properties": [{"cohort": "gone"}]}))),
        ("fewest_people", with("driver", json!({"goal": select, "fewest_people": 0}))),
        ("features", with("feature", json!({"features": []}))),
        ("features[0].event", with("feature", json!({"features": [{}]}))),
        ("power_share", with("feature", json!({"power_share": 0.6}))),
        ("at.group", with("people", json!({"of": with("impact", json!({"launch": select, "metric": select})), "at": {}}))),
        ("at.value", with("people", json!({"of": with("driver", json!({"goal": select, "properties": [{"property": "plan"}]})), "at": {"position": 0}}))),
        ("at.position", with("people", json!({"of": with("driver", json!({"goal": select})), "at": {"position": 0, "value": 1}}))),
        ("at.feature", with("people", json!({"of": with("feature", json!({"features": [select]})), "at": {"feature": 1}}))),
        ("filter.within.since", filter(json!({"did": select, "within": {"since": "yesterday"}}))),
        // Missing.
        ("range", with("trend", json!({"range": "-"}))),
        ("of.range", with("people", json!({"of": with("funnel", json!({"range": "-"}))}))),
        ("series", with("trend", json!({"series": "-"}))),
        ("steps", with("funnel", json!({"steps": "-"}))),
        ("birth", with("retention", json!({"birth": "-"}))),
        ("return", with("retention", json!({"return": "-"}))),
        ("select", with("frequency", json!({"select": "-"}))),
        ("person", with("timeline", json!({"person": "-"}))),
        ("at", with("people", json!({"at": "-"}))),
        ("at.step", with("people", json!({"at": {}}))),
        ("series[0].select", with("trend", json!({"series": [{"measure": "total"}]}))),
        ("series[0].select.event", with("trend", json!({"series": [{"select": {}}]}))),
        ("filter", filter(json!({}))),
        ("filter.value", filter(json!({"property": "plan", "op": "is"}))),
        ("filter.count.op", filter(json!({"did": select, "count": {"value": 1}}))),
        // Wrong types.
        ("series", with("trend", json!({"series": {}}))),
        ("series[0]", with("trend", json!({"series": ["A"]}))),
        ("series[0].measure", with("trend", json!({"series": [{"select": select, "measure": 7}]}))),
        ("series[0].measure.sum", with("trend", json!({"series": [{"select": select, "measure": {"sum": 7}}]}))),
        ("steps[0].event", with("funnel", json!({"steps": [{"event": 5}]}))),
        ("steps[0].first_time", with("funnel", json!({"steps": [{"event": "A", "first_time": "yes"}]}))),
        ("filter", filter(json!("plan is pro"))),
        ("filter.all", filter(json!({"all": {}}))),
        ("filter.property", filter(json!({"property": 4}))),
        ("filter.value", filter(json!({"property": "x", "op": "gt", "value": "10"}))),
        ("filter.value", filter(json!({"property": "x", "op": "between", "value": [1]}))),
        ("filter.value", filter(json!({"property": "x", "op": "before", "value": "yesterday"}))),
        ("breakdown", with("trend", json!({"breakdown": "plan"}))),
        ("breakdown[0]", with("trend", json!({"breakdown": ["plan"]}))),
        ("cohorts", with("trend", json!({"cohorts": []}))),
        ("cohorts.vip", with("trend", json!({"cohorts": {"vip": "u1"}}))),
        ("cohorts.vip[0]", with("trend", json!({"cohorts": {"vip": [1]}}))),
        ("cumulative", with("trend", json!({"cumulative": 1}))),
        ("formulas[0]", with("trend", json!({"formulas": [7]}))),
        ("hold", with("funnel", json!({"hold": "cart"}))),
        ("limit", with("sessions", json!({"limit": "ten"}))),
        ("timezone", with("trend", json!({"timezone": 1}))),
        ("filter.value", filter(json!({"property": "x", "op": "starts_with", "value": ["a"]}))),
        ("filter.cohort", filter(json!({"cohort": {"id": 1}}))),
        ("series[0].select.event", with("trend", json!({"series": [{"select": {"any_of": null}}]}))),
        // Words that are not allowed.
        ("interval", with("trend", json!({"interval": "fortnight"}))),
        ("timezone", with("trend", json!({"timezone": "Europe/Atlantis"}))),
        ("week_start", with("trend", json!({"week_start": "friday"}))),
        ("actor", with("trend", json!({"actor": "crowd"}))),
        ("actor", with("trend", json!({"actor": "group:"}))),
        ("filter.op", filter(json!({"property": "x", "op": "resembles", "value": 1}))),
        ("filter.of", filter(json!({"property": "x", "of": "cat", "op": "set"}))),
        ("filter.at", filter(json!({"property": "x", "of": "person", "at": "noon", "op": "set"}))),
        ("order", with("funnel", json!({"order": "random"}))),
        ("count", with("funnel", json!({"count": "heads"}))),
        ("reentry", with("funnel", json!({"reentry": "worst"}))),
        ("attribute", with("funnel", json!({"attribute": "middle"}))),
        ("attribute", with("funnel", json!({"attribute": "step:4"}))),
        ("attribute", with("funnel", json!({"attribute": "step:0"}))),
        ("unit", with("retention", json!({"unit": "minute"}))),
        ("criterion", with("retention", json!({"criterion": "never"}))),
        ("alignment", with("retention", json!({"alignment": "left"}))),
        ("measure", with("retention", json!({"measure": {"median": "amount"}}))),
        ("first_time", with("retention", json!({"first_time": "sometimes"}))),
        ("mode", with("frequency", json!({"mode": "at_most"}))),
        ("node", with("journey", json!({"node": "screen"}))),
        ("direction", with("journey", json!({"direction": "sideways"}))),
        ("series[0].measure", with("trend", json!({"series": [{"select": select, "measure": "avg"}]}))),
        ("series[0].measure.then", with("trend", json!({"series": [{"select": select, "measure": {"per_person": "total", "then": "distinct"}}]}))),
        ("formulas[0]", with("trend", json!({"formulas": ["A / B"]}))),
        ("formulas[0]", with("trend", json!({"formulas": ["A +"]}))),
        ("formulas[0]", with("trend", json!({"formulas": [""]}))),
        ("formulas[0]", with("trend", json!({"formulas": ["é"]}))),
        ("formulas[0]", with("trend", json!({"formulas": ["A é"]}))),
        ("formulas[0]", with("trend", json!({"formulas": ["(".repeat(100_000)]}))),
        ("formulas[0]", with("trend", json!({"formulas": ["-".repeat(100_000)]}))),
        // Impossible times.
        ("range.to", with("trend", json!({"range": {"from": "2025-10-31", "to": "2025-10-01"}}))),
        ("range.to", with("trend", json!({"range": {"from": "2025-10-31T00:00:00Z", "to": "2025-10-01T00:00:00Z"}}))),
        ("range", with("trend", json!({"range": {"from": "2025-10-31", "to": "2025-11-01T00:00:00Z"}}))),
        ("range.from", with("trend", json!({"range": {"from": "2025-13-45", "to": "2025-13-46"}}))),
        ("range.last", with("trend", json!({"range": {"last": 0, "unit": "day"}}))),
        ("range.unit", with("trend", json!({"range": {"last": 3, "unit": "fortnight"}}))),
        ("range.unit", with("trend", json!({"range": {"last": 3}}))),
        ("window.n", with("funnel", json!({"window": {"n": -1, "unit": "day"}}))),
        ("window.n", with("funnel", json!({"window": {"n": 1.5, "unit": "day"}}))),
        ("window.n", with("funnel", json!({"window": {"n": 9_000_000_000_000_000i64, "unit": "day"}}))),
        ("window.n", with("funnel", json!({"window": {"n": 0, "unit": "session"}}))),
        ("window.unit", with("funnel", json!({"window": {"n": 1, "unit": "year"}}))),
        ("window.unit", with("funnel", json!({"window": {"n": 1}}))),
        ("window.unit", with("journey", json!({"window": {"n": 1, "unit": "session"}}))),
        ("session_timeout", with("sessions", json!({"session_timeout": {"n": 0, "unit": "minute"}}))),
        ("session_timeout", with("sessions", json!({"session_timeout": {"n": 1, "unit": "session"}}))),
        // Steps that do not fit each other.
        ("exclude[0].before", with("funnel", json!({"exclude": [{"select": select, "after": 2, "before": 2}]}))),
        ("exclude[0].after", with("funnel", json!({"exclude": [{"select": select, "after": 9}]}))),
        ("optional", with("funnel", json!({"optional": [1]}))),
        ("optional", with("funnel", json!({"optional": [3]}))),
        ("optional", with("funnel", json!({"optional": [2], "order": "any"}))),
        ("time_to_convert.to", with("funnel", json!({"time_to_convert": {"from": 2, "to": 2}}))),
        ("time_to_convert.edges", with("funnel", json!({"time_to_convert": {"edges": [3, 2, 1]}}))),
        ("breakdown[0].bucket.edges", with("trend", json!({"breakdown": [{"bucket": {"property": "x", "edges": [1, 1]}}]}))),
        ("at.step", with("people", json!({"at": {"step": 4}}))),
        ("at.interval", with("people", json!({"at": {"step": 1, "interval": "2025-10-01"}}))),
        ("at.breakdown", with("people", json!({"at": {"step": 1, "breakdown": ["pro"]}}))),
        // Absurd sizes.
        ("steps", with("funnel", json!({"steps": []}))),
        ("steps", with("funnel", json!({"steps": steps(41)}))),
        ("series", with("trend", json!({"series": Value::from_iter((0..27).map(|_| json!({"select": select})))}))),
        ("breakdown", with("trend", json!({"breakdown": Value::from_iter((0..6).map(|_| json!({"property": "x"})))}))),
        ("filter.any", filter(json!({"any": many(501)}))),
        ("rolling", with("trend", json!({"rolling": 100_000}))),
        ("rolling", with("trend", json!({"rolling": 0}))),
        ("top", with("trend", json!({"top": 0}))),
        ("top", with("frequency", json!({"top": 3, "breakdown": [{"property": "plan"}]}))),
        ("at.other", with("people", json!({"of": with("trend", json!({"breakdown": [{"property": "plan"}]})), "at": {"other": true}}))),
        (
            "at.other",
            with("people", json!({"of": with("trend", json!({"breakdown": [{"property": "plan"}], "top": 1})), "at": {"other": true, "breakdown": ["pro"]}})),
        ),
        ("periods", with("retention", json!({"periods": 100_000}))),
        ("brackets", with("retention", json!({"brackets": [0]}))),
        ("brackets", with("retention", json!({"brackets": []}))),
        ("limit", with("people", json!({"limit": 1e12}))),
        ("depth", with("journey", json!({"depth": 0}))),
        ("series[0].measure.active", with("trend", json!({"series": [{"select": select, "measure": {"active": 100_000}}]}))),
        ("series[0].measure.percentile", with("trend", json!({"series": [{"select": select, "measure": {"percentile": 101, "property": "x"}}]}))),
        (
            "series[0].measure.then.percentile",
            with("trend", json!({"series": [{"select": select, "measure": {"per_person": "total", "then": {"percentile": 101}}}]})),
        ),
        // Regular expressions that are wrong or explode.
        ("filter.value", filter(json!({"property": "x", "op": "matches", "value": "("}))),
        ("filter.value", filter(json!({"property": "x", "op": "matches", "value": "((a{1000}){1000}){1000}"}))),
        ("filter.value", filter(json!({"property": "x", "op": "matches", "value": "(?=a)"}))),
        ("rename[0].regex", with("journey", json!({"rename": [{"regex": "((a{1000}){1000}){1000}", "to": "b"}]}))),
        // Friction, heatmaps, speed and errors.
        ("weights.rage", with("friction", json!({"weights": {"rage": {}}}))),
        ("weights.rage_click.points", with("friction", json!({"weights": {"rage_click": {"points": 1000}}}))),
        ("goal.first_time", with("friction", json!({"goal": {"event": "A", "first_time": true}}))),
        ("at.factor", with("people", json!({"of": with("friction", json!({})), "at": {"factor": "anger"}}))),
        ("at.reached", with("people", json!({"of": with("friction", json!({})), "at": {"of": "sessions", "reached": true}}))),
        ("at.of", with("people", json!({"of": with("friction", json!({})), "at": {"of": "sessions", "page": "/a"}}))),
        ("at.of", with("people", json!({"of": with("friction", json!({})), "at": {"friction": true}}))),
        ("at.interval", with("people", json!({"of": with("friction", json!({})), "at": {"interval": "2031-01-01T00:00:00Z"}}))),
        ("page", with("heatmap", json!({}))),
        ("pages", with("heatmap", json!({"page": "/a", "pages": {"property": "$page", "op": "set"}}))),
        ("pages", with("heatmap", json!({"pages": {"did": select}}))),
        ("device", with("heatmap", json!({"page": "/a", "device": "watch"}))),
        ("breakdown", with("heatmap", json!({"page": "/a", "breakdown": [{"property": "plan"}]}))),
        ("zones", with("heatmap", json!({"page": "/a", "zones": Value::from_iter((0..51).map(|i| json!({"name": i.to_string(), "selector": "a"})))}))),
        ("zones[0].selector", with("heatmap", json!({"page": "/a", "zones": [{"name": "x", "selector": []}]}))),
        ("zones[1].name", with("heatmap", json!({"page": "/a", "zones": [{"name": "x", "selector": "a"}, {"name": "x", "selector": "b"}]}))),
        ("at.zone", with("people", json!({"of": with("heatmap", json!({"page": "/a"})), "at": {"zone": "x"}}))),
        ("at.selector", with("people", json!({"of": with("heatmap", json!({"page": "/a"})), "at": {"did": "clicked"}}))),
        ("at.did", with("people", json!({"of": with("heatmap", json!({"page": "/a"})), "at": {"selector": "a", "did": "converted"}}))),
        ("at.depth", with("people", json!({"of": with("heatmap", json!({"page": "/a"})), "at": {"depth": 50}}))),
        ("at.vital", with("people", json!({"of": with("vital", json!({})), "at": {}}))),
        ("at.selector", with("people", json!({"of": with("vital", json!({})), "at": {"vital": "ttfb", "selector": "a"}}))),
        ("at.fingerprint", with("people", json!({"of": with("error", json!({})), "at": {}}))),
        ("at.status", with("people", json!({"of": with("error", json!({})), "at": {"method": "GET", "url": "/a"}}))),
        ("at.of", with("people", json!({"of": with("error", json!({})), "at": {"of": "errors", "method": "GET"}}))),
        ("at.gap", with("people", json!({"of": with("frequency", json!({})), "at": {"gap": 2}}))),
        // Cohorts that nobody listed.
        ("filter.cohort", filter(json!({"cohort": "vip"}))),
        ("breakdown[0].cohort", with("trend", json!({"breakdown": [{"cohort": "vip"}]}))),
        ("before", with("timeline", json!({"before": "tomorrow"}))),
    ];
    let engine = asking::engine(&world(), ONE_SEGMENT);
    let mut wrong = Vec::new();
    for (field, question) in cases {
        match try_ask(&engine, &question) {
            Ok(reply) => wrong.push(format!("{field}: answered {}\n    {question}", reply.answer.to_string().chars().take(80).collect::<String>())),
            Err(error) if error.code != AskErrorCode::Invalid || error.field.as_deref() != Some(field) || error.message.is_empty() => {
                wrong.push(format!("{field}: got {error:?}\n    {}", question.to_string().chars().take(300).collect::<String>()));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn null_reads_as_left_out() {
    let engine = asking::engine(&world(), ONE_SEGMENT);
    let select = json!({"event": "A"});
    let questions = [
        with("trend", json!({"range": {"last": null, "since": null, "to_date": null, "from": "2025-10-01", "to": "2025-10-31"}})),
        with("trend", json!({"series": [{"select": select, "measure": {"unique": null, "active": null, "sum": "amount", "percentile": null}}]})),
        with(
            "trend",
            json!({"series": [{"select": {"event": null, "any_of": null, "where": null}}], "breakdown": [{"time": null, "bucket": null, "property": "plan"}]}),
        ),
        with("trend", json!({"compare": {"back": null, "unit": null, "previous": 1}})),
        with("trend", json!({"attribution": {"by": {"property": "plan"}}, "breakdown": null, "formulas": null})),
        with("funnel", json!({"filter": {"property": null, "did": select, "within": {"since": null, "last": 3, "unit": "day"}}})),
        with("sessions", json!({"session_by": {"property": null, "start": select, "end": {"event": "B"}}})),
    ];
    for question in questions {
        assert!(try_ask(&engine, &question).is_ok(), "{question}");
    }
    assert!(try_ask(&engine, &with("funnel", json!({"control": ["pro"], "breakdown": null}))).is_err(), "a control needs a breakdown");
}

#[test]
fn deep_filters_are_refused_without_falling() {
    let engine = asking::engine(&world(), ONE_SEGMENT);
    for depth in [21, 100, 1000] {
        let error = try_ask(&engine, &filter(nested(depth))).unwrap_err();
        assert_eq!(error.code, AskErrorCode::Invalid);
        assert!(error.field.unwrap().starts_with("filter.not.not"));
    }
    assert!(try_ask(&engine, &filter(nested(20))).is_ok());
    let selector = (0..1000).fold(json!({"event": "A"}), |inner, _| json!({"any_of": [inner]}));
    let error = try_ask(&engine, &with("trend", json!({"series": [{"select": selector}]}))).unwrap_err();
    assert_eq!(error.code, AskErrorCode::Invalid);
    let did = (0..500).fold(json!({"event": "A"}), |inner, _| json!({"event": "A", "where": {"did": inner}}));
    assert_eq!(try_ask(&engine, &with("trend", json!({"series": [{"select": did}]}))).unwrap_err().code, AskErrorCode::Invalid);
}

#[test]
fn what_was_never_seen_is_an_empty_answer_with_a_note() {
    let engine = asking::engine(&world(), ONE_SEGMENT);
    let reply = try_ask(&engine, &with("trend", json!({"series": [{"select": {"event": "Levitated"}}]}))).unwrap();
    assert_eq!(reply.answer["series"][0]["total"], 0);
    assert!(reply.explain.notes.iter().any(|note| note.contains("Levitated")), "{:?}", reply.explain.notes);
    let reply = try_ask(&engine, &with("funnel", json!({"filter": {"property": "nothing", "op": "is", "value": "x"}}))).unwrap();
    assert_eq!(reply.answer["groups"][0]["steps"][0]["count"], 0);
}
