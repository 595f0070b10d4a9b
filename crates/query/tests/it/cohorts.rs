//! Cohorts in questions: what names what, and what a wrong name answers.

use crate::asking::{self, ONE_SEGMENT, ask, people, try_ask};
use serde_json::{Value, json};
use sillage_event::{Event, Identity};
use sillage_query::{Engine, Source};
use sillage_testkit::world::World;

const DAY_MS: i64 = 86_400_000;
/// 2025-10-20 at noon.
const NOW_MS: i64 = 1_760_961_600_000;

fn event(rank: usize, name: &str, user: &str, days_ago: i64, amount: i64) -> Event {
    let time = NOW_MS - days_ago * DAY_MS + rank as i64;
    let properties = sillage_event::Properties::from_iter([("amount".to_owned(), json!(amount))]);
    Event {
        name: name.into(),
        time,
        distinct_id: user.into(),
        device_id: None,
        user_id: Some(user.into()),
        insert_id: format!("e{rank}"),
        session_id: None,
        seq: None,
        groups: Vec::new(),
        properties,
        received_at: time,
    }
}

/// ada buys often, ben bought long ago, cyd only looks, dan has a profile and did nothing.
fn shop() -> Engine<impl Source + use<>> {
    let done = [
        ("View", "ada", 9, 0),
        ("Buy", "ada", 8, 10),
        ("Buy", "ada", 3, 20),
        ("Buy", "ada", 1, 30),
        ("Buy", "ben", 60, 500),
        ("View", "ben", 59, 0),
        ("View", "cyd", 2, 0),
    ];
    let mut world = World { now_ms: NOW_MS, ..World::default() };
    world.events = done.into_iter().enumerate().map(|(rank, (name, user, days_ago, amount))| event(rank, name, user, days_ago, amount)).collect();
    let pro = |plan: &str| sillage_event::Properties::from_iter([("plan".to_owned(), json!(plan))]);
    world.persons.insert(Identity::User("dan".into()), pro("pro"));
    world.persons.insert(Identity::User("ada".into()), pro("free"));
    asking::engine(&world, ONE_SEGMENT)
}

fn members(definition: &Value) -> Vec<String> {
    let answer = ask(&shop(), &json!({"kind": "cohort", "definition": definition}));
    let mut ids: Vec<String> =
        answer["people"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    assert_eq!(answer["count"], ids.len());
    ids
}

#[test]
fn each_condition_finds_its_people() {
    let month = json!({"last": 30, "unit": "day"});
    let cases = [
        (json!({"did": {"event": "Buy"}}), "ada ben"),
        (json!({"did": {"event": "Buy"}, "within": month}), "ada"),
        (json!({"did": {"event": "Buy"}, "within": {"since": "2025-08-01"}}), "ada ben"),
        (json!({"did": {"event": "Buy"}, "count": {"op": "gte", "value": 3}}), "ada"),
        (json!({"did": {"event": "Buy"}, "count": {"op": "lte", "value": 1}}), "ben cyd dan"),
        (json!({"did_not": {"event": "Buy"}, "within": month}), "ben cyd dan"),
        (json!({"did": {"event": "Buy"}, "measure": {"sum": "amount"}, "count": {"op": "gte", "value": 60}}), "ada ben"),
        (json!({"did": {"event": "Buy"}, "measure": {"average": "amount"}, "count": {"op": "lt", "value": 100}}), "ada"),
        (json!({"did": {"event": "Buy"}, "measure": {"sum": "amount"}, "count": {"op": "lt", "value": 100}}), "ada cyd dan"),
        (json!({"did": {"event": null}, "measure": "days", "count": {"op": "eq", "value": 2}}), "ben"),
        (json!({"did": {"event": "Buy", "first_time": true}, "within": month}), "ada"),
        (json!({"sequence": [{"event": "View"}, {"event": "Buy"}]}), "ada"),
        (json!({"sequence": [{"event": "Buy"}, {"event": "View"}]}), "ben"),
        (json!({"sequence": [{"event": "Buy"}, {"event": "Buy"}, {"event": "Buy"}], "window": {"n": 3, "unit": "day"}}), ""),
        (json!({"property": "plan", "op": "is", "value": "pro"}), "dan"),
        (json!({"property": "plan", "op": "is_not", "value": "pro"}), "ada ben cyd"),
        (json!({"people": ["cyd", "nobody"]}), "cyd"),
        (json!({"not": {"did": {"event": null}}}), "dan"),
        (json!({"all": [{"did": {"event": "View"}}, {"not": {"did": {"event": "Buy"}, "within": month}}]}), "ben cyd"),
        (json!({"any": []}), ""),
        (json!({"all": []}), "ada ben cyd dan"),
    ];
    for (definition, expected) in cases {
        assert_eq!(members(&definition).join(" "), expected, "{definition}");
    }
}

#[test]
fn the_people_behind_a_cell_are_a_cohort_and_a_cohort_has_people_behind_it() {
    let range = json!({"from": "2025-01-01", "to": "2025-12-31"});
    let funnel = json!({"kind": "funnel", "steps": [{"event": "View"}, {"event": "Buy"}], "window": {"n": 7, "unit": "day"}, "range": range});
    assert_eq!(members(&json!({"of": funnel, "at": {"step": 2}})), ["ada"]);
    assert_eq!(members(&json!({"of": funnel, "at": {"step": 2, "dropped": true}})), ["ben", "cyd"]);
    let nested = json!({"kind": "cohort", "definition": {"of": funnel, "at": {"step": 1}}});
    assert_eq!(members(&json!({"of": nested, "at": {}})), ["ada", "ben", "cyd"]);
    assert_eq!(people(&shop(), &nested, &json!({})).unwrap().0, ["ada", "ben", "cyd"]);
}

#[test]
fn a_cohort_counts_in_filters_breakdowns_and_other_cohorts() {
    let cohorts = json!({
        "buyers": {"did": {"event": "Buy"}},
        "idle": {"not": {"cohort": "recent"}},
        "recent": {"did": {"event": null}, "within": {"last": 30, "unit": "day"}},
    });
    let ask = |more: Value| {
        let mut question = json!({"kind": "trend", "series": [{"select": {"event": null}, "measure": "unique"}], "interval": "year",
            "range": {"from": "2025-01-01", "to": "2025-12-31"}, "cohorts": cohorts});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&shop(), &question)
    };
    assert_eq!(ask(json!({"filter": {"cohort": "idle"}}))["series"][0]["total"], 1);
    assert_eq!(ask(json!({"filter": {"cohort": "buyers", "in": false}}))["series"][0]["total"], 1);
    let broken = ask(json!({"breakdown": [{"cohort": ["buyers", "recent"]}]}));
    let segments: Vec<(Value, Value)> = broken["series"].as_array().unwrap().iter().map(|line| (line["breakdown"].clone(), line["total"].clone())).collect();
    assert!(segments.contains(&(json!(["buyers"]), json!(2))) && segments.contains(&(json!(["recent"]), json!(2))), "{segments:?}");
    let where_inside = json!({"series": [{"select": {"event": "View", "where": {"cohort": "buyers"}}, "measure": "unique"}]});
    assert_eq!(ask(where_inside)["series"][0]["total"], 2);
}

#[test]
fn a_cycle_and_an_unknown_name_are_told_by_their_field() {
    let trend = |cohorts: Value, filter: Value| {
        let question =
            json!({"kind": "trend", "series": [{"select": {"event": "Buy"}}], "range": {"last": 7, "unit": "day"}, "cohorts": cohorts, "filter": filter});
        try_ask(&shop(), &question).unwrap_err()
    };
    let round = json!({"a": {"any": [[], {"cohort": "b"}]}, "b": {"of": {"kind": "sessions", "range": {"last": 7, "unit": "day"}, "filter": {"cohort": "a"}}, "at": {}}});
    let error = trend(round.clone(), json!({"cohort": "a"}));
    assert_eq!(error.field.as_deref(), Some("cohorts.b.of.filter.cohort"));
    assert!(error.message.contains("a → b → a"), "{error}");
    let error = trend(json!({}), json!({"all": [{"event": "Buy"}, {"not": {"cohort": "gone"}}]}));
    assert_eq!(error.field.as_deref(), Some("filter.all[1].not.cohort"));
    let error = trend(json!({"a": {"did": {"event": "A", "where": {"cohort": "gone"}}}}), json!({"cohort": "a"}));
    assert_eq!(error.field.as_deref(), Some("cohorts.a.did.where.cohort"));
    let unused = json!({"kind": "cohort", "definition": ["ada"], "cohorts": round});
    assert_eq!(ask(&shop(), &unused)["count"], 1, "what nobody names is not looked at");
}

#[test]
fn a_cohort_is_of_persons_and_takes_conditions_only() {
    let asked = |more: Value| {
        let mut question = json!({"kind": "cohort", "definition": ["ada"]});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        try_ask(&shop(), &question).unwrap_err().field.unwrap_or_default()
    };
    assert_eq!(asked(json!({"actor": "device"})), "actor");
    assert_eq!(asked(json!({"filter": {"event": "Buy"}})), "filter");
    assert_eq!(asked(json!({"cohort": "x"})), "cohort");
    assert_eq!(asked(json!({"definition": {"property": "plan", "of": "event", "value": "x"}})), "definition.of");
    assert_eq!(asked(json!({"definition": {"sequence": []}})), "definition.sequence");
    assert_eq!(asked(json!({"definition": {"sequence": [{"event": "A"}], "window": {"n": 1, "unit": "session"}}})), "definition.window");
    let deep = (0..30).fold(json!([]), |inner, _| json!({"not": inner}));
    assert!(asked(json!({"definition": deep})).starts_with("definition.not"));
    let many: Vec<Value> = (0..70).map(|_| json!({"did": {"event": "A"}})).collect();
    assert_eq!(asked(json!({"definition": {"all": many}})), "definition");
}

#[test]
fn a_custom_event_means_what_it_is_made_of_wherever_it_is_named() {
    let big = json!({"any_of": [{"event": "View"}, {"event": "Buy", "where": {"property": "amount", "op": "gte", "value": 20}}]});
    let range = json!({"from": "2025-01-01", "to": "2025-12-31"});
    let ask = |more: Value| {
        let mut question = json!({"range": range, "custom_events": {"Big": big, "Buy": {"any_of": ["Buy", "View"]}}});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&shop(), &question)
    };
    let trend = ask(
        json!({"kind": "trend", "series": [{"select": {"event": "Big"}, "measure": "total"}, {"select": {"event": "Big", "where": {"property": "amount", "op": "gt", "value": 0}}}]}),
    );
    assert_eq!((&trend["series"][0]["total"], &trend["series"][0]["label"]), (&json!(6), &json!("Big")));
    assert_eq!(trend["series"][1]["total"], 3, "a condition of the question is added to its own");
    let own_name = ask(json!({"kind": "trend", "series": [{"select": {"event": "Buy"}, "measure": "total"}]}));
    assert_eq!(own_name["series"][0]["total"], 7, "it may have the name of an event that it is made of");
    let mixed = ask(json!({"kind": "trend", "series": [{"select": {"any_of": ["Big", "Other"]}, "measure": "unique"}]}));
    assert_eq!(mixed["series"][0]["total"], 3);
    let filtered = ask(json!({"kind": "trend", "series": [{"select": {"event": null}}], "filter": {"not": {"event": ["Big"]}}}));
    assert_eq!(filtered["series"][0]["total"], 1, "the one purchase of 10");
    let funnel = ask(json!({"kind": "funnel", "steps": [{"event": "Big"}, {"event": "Big"}, {"event": "Big"}], "window": {"n": 30, "unit": "day"}}));
    assert_eq!(funnel["groups"][0]["steps"][2]["count"], 1);
    let cohort = json!({"kind": "cohort", "definition": {"did": {"event": "Big"}, "count": {"op": "gte", "value": 2}}, "custom_events": {"Big": big}});
    assert_eq!(crate::asking::ask(&shop(), &cohort)["count"], 2);
    let first = ask(json!({"kind": "trend", "series": [{"select": {"event": "Big", "first_time": true}, "measure": "total"}]}));
    assert_eq!(first["series"][0]["total"], 3);
}

#[test]
fn a_formula_is_a_property_wherever_one_is_named() {
    let range = json!({"from": "2025-01-01", "to": "2025-12-31"});
    let ask = |more: Value| {
        let mut question = json!({"kind": "trend", "range": range, "interval": "year"});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&shop(), &question)
    };
    let measures = [
        json!({"sum": "= amount * 2"}),
        json!({"percentile": 50, "property": "=amount + 1"}),
        json!({"distinct": "=amount > 15"}),
        json!({"per_person": {"sum": "=amount / 10"}, "then": "max"}),
    ];
    let series: Vec<Value> = measures.iter().map(|measure| json!({"select": {"event": "Buy"}, "measure": measure})).collect();
    let trend = ask(json!({"series": series}));
    let totals: Vec<&Value> = trend["series"].as_array().unwrap().iter().map(|line| &line["total"]).collect();
    assert_eq!(json!(totals), json!([1120, 26, 2, 50]));
    let by_person = ask(json!({"series": [{"select": {"event": "Buy"}}], "breakdown": [{"property": "=upper(plan)", "of": "person"}]}));
    let segments: Vec<(&Value, &Value)> = by_person["series"].as_array().unwrap().iter().map(|line| (&line["breakdown"], &line["total"])).collect();
    assert_eq!(json!(segments), json!([[[], 4], [["FREE"], 3], [[null], 1]]));
    let bucket = ask(json!({"series": [{"select": {"event": "Buy"}}], "breakdown": [{"bucket": {"property": "=amount / 100", "edges": [0, 1, 10]}}]}));
    assert_eq!(bucket["series"].as_array().unwrap().iter().map(|line| line["total"].clone()).collect::<Vec<_>>(), [4, 3, 1].map(Value::from));
    let cohort = json!({"kind": "cohort", "definition": {"property": "=if(plan == 'pro', 'paying', 'trying')", "op": "is", "value": "paying"}});
    assert_eq!(crate::asking::ask(&shop(), &cohort)["count"], 1);
    let held = ask(
        json!({"kind": "funnel", "interval": null, "steps": [{"event": "Buy"}, {"event": "Buy"}], "window": {"n": 30, "unit": "day"}, "hold": ["=amount < 25"]}),
    );
    assert_eq!(held["groups"][0]["steps"][1]["count"], 1, "10 and 20 are both below 25");
}
