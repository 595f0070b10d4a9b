//! Reports agree with each other, and with the people behind their cells.

use crate::{
    asking::{self, LAYOUTS, Layout, ask, people},
    questions::{Asked, shape},
};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sillage_behavior::{Question, Seen};
use sillage_event::{Event, Identity, ProjectId};
use sillage_query::{Engine, Source};
use sillage_testkit::world::World;
use std::{cmp::Reverse, collections::BTreeSet};

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn sum(values: &Value) -> i64 {
    list(values).iter().map(|one| one.as_i64().unwrap()).sum()
}

/// An edge of the range lies inside an hour in which all events of a segment are on one side of it.
#[test]
fn an_edge_inside_an_hour_counts_what_is_inside() {
    let at = |minute: i64, name: &str| Event {
        name: name.to_owned(),
        time: minute * 60_000,
        distinct_id: "u1".to_owned(),
        insert_id: format!("i{minute}"),
        ..Event::default()
    };
    let world = World { events: [5, 45, 70, 130, 165].map(|minute| at(minute, "A")).to_vec(), now_ms: 86_400_000, ..World::default() };
    for n_segments in 1..=5 {
        let engine = asking::engine(&world, Layout { n_segments, bits: [0, 2, 1], n_linked: 0, threads: 1 });
        for (from, to, expected) in [("00:30", "02:30", [1, 1, 1]), ("00:00", "02:40", [2, 1, 1]), ("00:50", "03:00", [0, 1, 2])] {
            let range = json!({"from": format!("1970-01-01T{from}:00Z"), "to": format!("1970-01-01T{to}:00Z")});
            for select in [json!({"event": "A"}), json!({"event": null})] {
                let question =
                    json!({"kind": "trend", "series": [{"select": select, "measure": "total"}], "interval": "hour", "range": range, "timezone": "UTC"});
                let trend = ask(&engine, &question);
                assert_eq!(trend["series"][0]["values"], json!(expected), "{n_segments} segments, from {from} to {to}, {select}");
                assert_eq!(trend["series"][0]["total"], json!(expected.iter().sum::<i64>()));
            }
        }
    }
}

/// The same question parts in several kinds of questions.
#[test]
fn one_count_of_people_in_every_report() {
    for seed in 0..150 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, seed % 2 == 0);
        let world = World::generate(seed, shape);
        let asked = &mut Asked { rng: &mut rng, shape, zone, breakdowns: false, no_past: false };
        let shared = asked.question("sessions");
        let with = |parts: Value| {
            let mut question = shared.clone();
            question.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
            question.as_object_mut().unwrap().remove("limit");
            question
        };
        let name = if seed % 2 == 0 { "A" } else { "B" };
        let select = json!({"event": name});
        let other = json!({"event": "C"});
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);

        let trend = ask(
            &engine,
            &with(json!({"kind": "trend", "series": [{"select": select, "measure": "unique"}, {"select": select, "measure": "total"},
            {"select": select, "measure": {"per_person": "total", "then": "sum"}}, {"select": {"event": null}, "measure": "sessions"}], "interval": "day"})),
        );
        let unique = trend["series"][0]["total"].as_i64().unwrap();
        let by_day = &trend["series"][0]["values"];

        let funnel = ask(&engine, &with(json!({"kind": "funnel", "steps": [select, other], "interval": "day"})));
        assert_eq!(funnel["groups"][0]["steps"][0]["count"], unique, "step 1 of a funnel, seed {seed}");
        let first_steps: Vec<Value> = list(&funnel["intervals"]).iter().map(|row| row["steps"][0].clone()).collect();
        assert_eq!(json!(first_steps), *by_day, "step 1 by day, seed {seed}");

        let first = ask(&engine, &with(json!({"kind": "funnel", "steps": [select, other], "reentry": "first"})));
        assert_eq!(first["groups"][0]["steps"][0]["count"], unique, "reentry does not change who enters, seed {seed}");
        assert!(
            first["groups"][0]["steps"][1]["count"].as_i64() <= funnel["groups"][0]["steps"][1]["count"].as_i64(),
            "the best attempt is no worse than the first, seed {seed}"
        );

        let retention = ask(&engine, &with(json!({"kind": "retention", "birth": select, "return": other, "unit": "day", "periods": 3})));
        let sizes: Vec<Value> = list(&retention["cohorts"]).iter().map(|row| row["size"].clone()).collect();
        assert_eq!(json!(sizes), *by_day, "births by day, seed {seed}");
        let born_once = ask(&engine, &with(json!({"kind": "retention", "birth": select, "return": other, "first_time": "in_range", "periods": 3})));
        assert_eq!(list(&born_once["cohorts"]).iter().map(|row| row["size"].as_i64().unwrap()).sum::<i64>(), unique, "born once in the range, seed {seed}");
        let wider =
            ask(&engine, &with(json!({"kind": "retention", "birth": select, "return": other, "unit": "day", "periods": 3, "criterion": "on_or_after"})));
        for (on, later) in list(&retention["cohorts"]).iter().zip(list(&wider["cohorts"])) {
            for (k, n) in list(&on["returned"]).iter().enumerate() {
                assert!(n.as_i64() <= later["returned"][k].as_i64(), "on or after is no less than on, seed {seed}");
            }
        }

        let frequency = ask(&engine, &with(json!({"kind": "frequency", "select": select, "period": "range", "unit": "day"})));
        assert_eq!(sum(&frequency["periods"][0]["people"]), unique, "everybody is active in some number of days, seed {seed}");
        let days: i64 = list(&frequency["periods"][0]["people"]).iter().enumerate().map(|(i, n)| (i as i64 + 1) * n.as_i64().unwrap()).sum();
        assert_eq!(days, sum(by_day), "days of people are people of days, seed {seed}");

        if shared["actor"].is_null() || shared["actor"] == "person" {
            let nobody = trend["series"][1]["total"].as_i64().unwrap() - trend["series"][2]["total"].as_i64().unwrap();
            assert!(nobody >= 0, "events of people are no more than all events, seed {seed}");
        } else {
            assert_eq!(trend["series"][1]["total"], trend["series"][2]["total"], "events by actor, seed {seed}");
        }
        let sessions = ask(&engine, &shared);
        assert_eq!(sessions["count"], trend["series"][3]["total"], "sessions with any event, seed {seed}");
        let journey = ask(&engine, &with(json!({"kind": "journey", "collapse_repeats": false, "depth": 1000})));
        assert_eq!(journey["count"], sessions["count"], "every session is one path, seed {seed}");
        assert_eq!(
            list(&journey["paths"]).iter().map(|path| path["exits"].as_i64().unwrap()).sum::<i64>(),
            sessions["count"].as_i64().unwrap(),
            "and ends somewhere, seed {seed}"
        );
        let bounced: i64 = list(&journey["paths"]).iter().filter(|path| list(&path["nodes"]).len() == 1).map(|path| path["count"].as_i64().unwrap()).sum();
        assert_eq!(sessions["bounces"], bounced, "sessions of one event, seed {seed}");

        let active = ask(
            &engine,
            &with(
                json!({"kind": "trend", "series": [{"select": select, "measure": {"active": 1}}, {"select": select, "measure": "unique"}], "interval": "day"}),
            ),
        );
        let whole_days = shared["range"]["from"].as_str().is_none_or(|from| from.len() == 10);
        if whole_days {
            assert_eq!(active["series"][0]["values"], active["series"][1]["values"], "active in one day is unique by day, seed {seed}");
        }
    }
}

/// New, returning and resurrected people together are the active ones.
#[test]
fn lifecycle_adds_up() {
    for seed in 0..80 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, true);
        let world = World::generate(seed, shape);
        let unit = ["day", "week", "hour", "month"][rng.random_range(0..4)];
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let range = json!({"last": 3, "unit": unit});
        let lifecycle = ask(&engine, &json!({"kind": "lifecycle", "select": {"event": "A"}, "interval": unit, "range": range, "timezone": zone}));
        let trend = ask(
            &engine,
            &json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "unique"}], "interval": unit, "range": range, "timezone": zone}),
        );
        for (row, n) in list(&lifecycle["intervals"]).iter().zip(list(&trend["series"][0]["values"])) {
            let active = ["new", "returning", "resurrected"].iter().map(|name| row[name].as_i64().unwrap()).sum::<i64>();
            assert_eq!(active, n.as_i64().unwrap(), "seed {seed}");
        }
    }
}

/// Cells of an answer whose figure is a number of people: how to point at each, and the figure.
fn cells(question: &Value, answer: &Value) -> Vec<(Value, u64)> {
    let mut cells = Vec::new();
    let mut add = |cell: Value, breakdown: &Value, n: &Value| {
        let mut cell = cell;
        if breakdown.as_array().is_some_and(|values| !values.is_empty()) {
            cell["breakdown"] = breakdown.clone();
        }
        cells.push((cell, n.as_u64().unwrap_or(0)));
    };
    match question["kind"].as_str().unwrap() {
        "trend" => {
            // A mean is no number of people.
            let plain = question["rolling"].is_null();
            let ranges = std::iter::once((false, answer)).chain(answer.get("compare").map(|earlier| (true, earlier)));
            for (compared, answer) in ranges {
                for line in list(&answer["series"]) {
                    let Some(s) = list(&question["series"]).iter().position(|series| series["label"] == line["label"]) else { continue };
                    let measure = &question["series"][s]["measure"];
                    if plain && (*measure == "unique" || (question["cumulative"].is_null() && measure.get("active").is_some())) {
                        // What a `top` leaves over has no values of its own.
                        let (other, breakdown) = if line.get("other").is_some() { (json!(true), &Value::Null) } else { (Value::Null, &line["breakdown"]) };
                        add(json!({"series": s, "other": other, "compared": compared}), breakdown, &line["total"]);
                        for (time, value) in list(&answer["times"]).iter().zip(list(&line["values"])) {
                            add(json!({"series": s, "time": time, "other": other, "compared": compared}), breakdown, value);
                        }
                    }
                }
            }
        }
        "funnel" if question["count"] == "person" => {
            for group in list(&answer["groups"]) {
                for (i, step) in list(&group["steps"]).iter().enumerate() {
                    add(json!({"step": i + 1}), &group["breakdown"], &step["count"]);
                }
                for (figure, name) in [("time_to_convert", "seconds"), ("between", "between")] {
                    let edges = group[figure]["edges"].as_array().map_or(&[][..], Vec::as_slice);
                    for (stretch, n) in edges.windows(2).zip(group[figure]["bins"].as_array().into_iter().flatten()) {
                        add(json!({name: stretch}), &group["breakdown"], n);
                    }
                }
                let intervals = if list(&group["breakdown"]).is_empty() { &answer["intervals"] } else { &group["intervals"] };
                for row in intervals.as_array().into_iter().flatten() {
                    for (i, n) in list(&row["steps"]).iter().enumerate() {
                        add(json!({"step": i + 1, "interval": row["start"]}), &group["breakdown"], n);
                    }
                }
            }
        }
        "retention" => {
            for row in list(&answer["cohorts"]) {
                add(json!({"cohort": row["start"]}), &row["breakdown"], &row["size"]);
                for (k, n) in list(&row["returned"]).iter().enumerate() {
                    add(json!({"cohort": row["start"], "period": k}), &row["breakdown"], n);
                }
            }
        }
        "frequency" => {
            for row in list(&answer["periods"]) {
                for (i, n) in list(&row["people"]).iter().enumerate() {
                    add(json!({"n": i + 1, "period": row["start"]}), &row["breakdown"], n);
                }
            }
        }
        "lifecycle" => {
            for row in list(&answer["intervals"]) {
                for status in ["new", "returning", "resurrected", "dormant"] {
                    add(json!({"interval": row["start"], "status": status}), &Value::Null, &row[status]);
                }
            }
        }
        "journey" if question["over"] == "person" && question["anchor"]["occurrence"] != "each" => {
            let mut walk: Vec<(Vec<Value>, &Value)> = vec![(Vec::new(), &answer["tree"])];
            while let Some((path, node)) = walk.pop() {
                if !path.is_empty() {
                    add(json!({"path": path}), &Value::Null, &node["count"]);
                    add(json!({"path": path, "exit": true}), &Value::Null, &node["exits"]);
                }
                for child in list(&node["children"]).iter().filter(|child| child.get("other").is_none()) {
                    walk.push(([path.clone(), vec![child["node"].clone()]].concat(), child));
                }
            }
            for node in answer["nodes"].as_array().into_iter().flatten() {
                add(json!({"node": node["node"]}), &Value::Null, &node["sessions"]);
                add(json!({"node": node["node"], "exit": true}), &Value::Null, &node["exits"]);
            }
            for pair in answer["loops"]["pairs"].as_array().into_iter().flatten() {
                add(json!({"node": pair["node"], "through": pair["through"]}), &Value::Null, &pair["sessions"]);
            }
        }
        "heatmap" => {
            add(json!({}), &Value::Null, &answer["people"]);
            for (rows, name, key) in [(&answer["elements"], "selector", "selector"), (&answer["zones"], "name", "zone")] {
                for row in list(rows) {
                    add(json!({key: row[name], "did": "clicked"}), &Value::Null, &row["clicked_people"]);
                    if row.get("converted_people").is_some() {
                        add(json!({key: row[name], "did": "converted"}), &Value::Null, &row["converted_people"]);
                    }
                }
            }
        }
        "error" => {
            for row in list(&answer["errors"]).iter().filter(|row| !row["fingerprint"].is_null()) {
                add(json!({"fingerprint": row["fingerprint"]}), &Value::Null, &row["people"]);
            }
            for row in list(&answer["requests"]) {
                add(json!({"method": row["method"], "url": row["url"], "status": row["status"]}), &Value::Null, &row["people"]);
            }
            add(json!({"of": "errors"}), &Value::Null, &answer["totals"]["errors"]["people"]);
            add(json!({"of": "requests"}), &Value::Null, &answer["totals"]["requests"]["people"]);
        }
        "friction" => {
            let tiers = ["none", "low", "medium", "high"];
            add(json!({}), &Value::Null, &answer["people"]);
            for row in list(&answer["intervals"]) {
                add(json!({"interval": row["start"]}), &Value::Null, &row["people"]);
            }
            for row in answer["groups"].as_array().into_iter().flatten() {
                add(json!({}), &row["breakdown"], &row["people"]);
            }
            for row in list(&answer["factors"]) {
                add(json!({"factor": row["factor"]}), &Value::Null, &row["people"]);
            }
            for row in list(&answer["pages"]) {
                add(json!({"page": row["page"]}), &Value::Null, &row["people"]);
            }
            for row in list(&answer["elements"]).iter().filter(|row| !row["page"].is_null()) {
                add(json!({"page": row["page"], "selector": row["selector"]}), &Value::Null, &row["people"]);
            }
            // Nobody has more sessions than there are people with them, and nobody is in a tier without people.
            for tier in tiers {
                assert!(answer["session_tiers"][tier].as_u64() <= answer["sessions"].as_u64());
            }
        }
        "sessions" => add(json!({}), &Value::Null, &answer["people"]),
        _ => {}
    }
    cells
}

fn check_cells<S: Source>(engine: &Engine<S>, others: &[&Engine<S>], question: &Value, seed: u64) -> usize {
    let answer = ask(engine, question);
    assert!(answer.get("error").is_none(), "seed {seed}: {question}\n{answer}");
    let all = cells(question, &answer);
    // Cells with somebody in them first; a few empty ones.
    let (full, empty): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, n)| *n > 0);
    for (i, (cell, n)) in full.iter().take(40).chain(empty.iter().take(4)).enumerate() {
        let (ids, count) = people(engine, question, cell).unwrap_or_else(|error| panic!("seed {seed}: {question} at {cell}: {error}"));
        assert_eq!((count, ids.len() as u64), (*n, *n), "seed {seed}: {question} at {cell}: {ids:?}");
        assert!(ids.iter().all(|id| !id.is_empty()), "seed {seed}: somebody without a name, {question} at {cell}: {ids:?}");
        let other = others[i % others.len()];
        assert_eq!(ids, people(other, question, cell).unwrap().0, "seed {seed}: another layout shows others, {question} at {cell}");
    }
    full.len()
}

#[test]
fn every_number_opens_the_people_behind_it() {
    let mut opened = 0;
    for seed in 0..240 {
        let kind =
            ["trend", "funnel", "retention", "frequency", "lifecycle", "journey", "sessions", "friction", "heatmap", "vital", "error"][seed as usize % 11];
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xBE41);
        let (shape, zone) = shape(&mut rng, false);
        let mut world = World::generate(seed, shape);
        if ["friction", "heatmap", "vital", "error"].contains(&kind) {
            world.browse_pages(seed);
        }
        let question = Asked { rng: &mut rng, shape, zone, breakdowns: true, no_past: false }.question(kind);
        let engines: Vec<_> = LAYOUTS.iter().map(|layout| asking::engine(&world, *layout)).collect();
        let others: Vec<_> = engines[1..].iter().collect();
        let n = check_cells(&engines[0], &others, &question, seed);
        if std::env::var("SHOW").is_ok() {
            eprintln!("{kind} {n}");
        }
        opened += n;
    }
    assert!(opened > 300, "only {opened} cells held anybody");
}

/// A page's views and visitors are those of a trend, who reached the goal those of a funnel, and exits are sessions.
#[test]
fn journeys_agree_with_trends_and_funnels() {
    let mut seen = 0;
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x10AD);
        let (shape, _) = shape(&mut rng, false);
        let mut world = World::generate(seed, shape);
        world.events.retain(|event| event.user_id.is_some());
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let shared = json!({"range": {"last": 40, "unit": "day"}, "page_mappings": {"sections": [{"value": "*/a*", "group": "Section A"}]}});
        let with = |own: Value| {
            let mut question = shared.clone();
            question.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            question
        };
        let journey = |own: Value| {
            let mut question = json!({"kind": "journey", "node": "page_group:sections", "collapse_repeats": false, "nodes": true, "goal": {"event": "A"}});
            question.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            ask(&engine, &with(question))
        };
        let (by_session, by_person) = (journey(json!({})), journey(json!({"over": "person"})));
        let series: Vec<Value> = ["total", "unique"].map(|measure| json!({"select": {"event": null}, "measure": measure, "label": measure})).to_vec();
        let trend = ask(&engine, &with(json!({"kind": "trend", "series": series, "interval": "day", "breakdown": [{"property": "$page_group:sections"}]})));
        for line in list(&trend["series"]).iter().filter(|line| line["breakdown"][0].is_string()) {
            let of = |journey: &Value| list(&journey["nodes"]).iter().find(|node| node["node"] == line["breakdown"][0]).cloned().unwrap();
            let (name, node) = if line["label"] == "total" { ("views", of(&by_session)) } else { ("sessions", of(&by_person)) };
            assert_eq!(node[name], line["total"], "{line} beside {node}, seed {seed}");
            seen += 1;
        }
        let exits: i64 = list(&by_session["nodes"]).iter().map(|node| node["exits"].as_i64().unwrap()).sum();
        assert_eq!(by_session["count"], exits, "every session ends somewhere, seed {seed}");
        let everything = ask(&engine, &with(json!({"kind": "journey", "goal": {"event": "A"}})));
        let funnel = ask(&engine, &with(json!({"kind": "funnel", "steps": [{"event": "A"}], "count": "session", "window": {"n": 30, "unit": "day"}})));
        assert_eq!(everything["tree"]["conversions"], funnel["groups"][0]["steps"][0]["count"], "sessions with the goal, seed {seed}");
    }
    assert!(seen > 100, "only {seen} lines were compared");
}

/// Without a cohort a cell of retention opens those of all cohorts that count, and tells how often each counts.
#[test]
fn the_averages_of_retention_open_their_people() {
    let (mut opened, mut met_again) = (0, 0);
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xA7E5);
        let (shape, zone) = shape(&mut rng, false);
        let world = World::generate(seed, shape);
        let question = Asked { rng: &mut rng, shape, zone, breakdowns: true, no_past: false }.question("retention");
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let cohorts = list(&ask(&engine, &question)["cohorts"]).clone();
        let n_periods = cohorts.first().map_or(0, |row| list(&row["returned"]).len());
        for period in std::iter::once(None).chain((0..n_periods.min(4)).map(Some)) {
            let rows: Vec<&Value> = cohorts
                .iter()
                .filter(|row| row["breakdown"] == cohorts[seed as usize % cohorts.len()]["breakdown"] && row.get("other").is_none())
                .filter(|row| period.is_none_or(|k: usize| row["complete"][k] == true))
                .collect();
            let Some(first) = rows.first() else { continue };
            let cell = |cohort: &Value| {
                let mut cell = json!({"cohort": cohort, "period": period});
                cell.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                if !list(&first["breakdown"]).is_empty() {
                    cell["breakdown"] = first["breakdown"].clone();
                }
                cell
            };
            let expected: u64 = rows.iter().map(|row| period.map_or(&row["size"], |k| &row["returned"][k]).as_u64().unwrap()).sum();
            let everybody: BTreeSet<String> = rows.iter().flat_map(|row| people(&engine, &question, &cell(&row["start"])).unwrap().0).collect();
            let at = cell(&Value::Null);
            let answer = ask(&engine, &json!({"kind": "people", "of": question, "at": at, "limit": 1000}));
            assert_eq!(answer["counted"], expected, "seed {seed}: {question} at {at}");
            let ids: BTreeSet<String> = list(&answer["people"]).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!((answer["count"].as_u64(), &ids), (Some(everybody.len() as u64), &everybody), "seed {seed}: {question} at {at}");
            opened += everybody.len();
            met_again += usize::from(expected > everybody.len() as u64);
        }
    }
    assert!(opened > 30 && met_again > 3, "{opened} people opened, {met_again} cells with somebody in two cohorts");
}

/// Page after page, everybody comes once.
#[test]
fn a_long_list_of_people_comes_in_pages() {
    let worlds = (0..).map(|seed| World::generate(seed, shape(&mut ChaCha8Rng::seed_from_u64(seed), false).0));
    let mut large = worlds.filter(|world| world.events.iter().filter_map(Event::identity).collect::<BTreeSet<_>>().len() > 8);
    let world = large.next().unwrap();
    let engine = asking::engine(&world, LAYOUTS[0]);
    let of = json!({"kind": "trend", "series": [{"select": {"event": null}, "measure": "unique"}], "interval": "year", "range": {"from": "2000-01-01", "to": "2040-01-01"}});
    let page = |limit: usize, after: &Value| {
        let mut question = json!({"kind": "people", "of": of, "at": {"series": 0}, "limit": limit, "properties": ["role", "no such"]});
        if !after.is_null() {
            question["after"] = after.clone();
        }
        ask(&engine, &question)
    };
    let whole = page(1000, &Value::Null);
    let count = whole["count"].as_u64().unwrap() as usize;
    assert!(count > 4 && whole["next"].is_null(), "{whole}");
    let (mut after, mut pages) = (Value::Null, Vec::new());
    loop {
        let one = page(count - 2, &after);
        assert_eq!(one["count"], count, "every page tells how many there are");
        pages.extend(list(&one["people"]).iter().cloned());
        after = one["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(&pages, list(&whole["people"]));
    let told = |id: &str| pages.iter().find(|one| one["id"] == id).map(|one| one["properties"]["role"].clone());
    let known: Vec<(Value, Value)> = world.persons.iter().filter_map(|(id, own)| Some((told(&id.to_string())?, own.get("role")?.clone()))).collect();
    assert!(!known.is_empty() && known.iter().all(|(told, own)| told == own), "{known:?}");
    let unread = Question::from_json(&json!({"kind": "people", "of": of, "at": {"series": 0}, "after": "page 2"}));
    assert_eq!(unread.unwrap_err().field, "after");
}

/// The list of everybody holds those of events and those of profiles, each once, the last seen first, and comes in pages.
#[test]
fn everybody_is_listed_the_last_seen_first() {
    let mut met = 0;
    for seed in 0..40 {
        let world = World::generate(seed, shape(&mut ChaCha8Rng::seed_from_u64(seed), seed % 2 == 0).0);
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let project = ProjectId(1);
        let mut pages: Vec<(String, Seen)> = Vec::new();
        let mut total = None;
        loop {
            let page = engine.everybody(project, pages.last().map(|(_, seen)| *seen), 3).unwrap();
            assert!(page.people.len() <= 3 && (page.has_more || page.people.len() + pages.len() > 0 || world.events.is_empty()));
            total = total.or(page.total);
            pages.extend(page.people);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(total, Some(pages.len() as u64), "seed {seed}");
        assert!(pages.is_sorted_by_key(|(_, seen)| (Reverse(seen.last), seen.person)), "seed {seed}: {pages:?}");
        assert_eq!(pages.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(), pages.len(), "seed {seed}: somebody twice");
        for (id, seen) in &pages {
            let activity = engine.activity(project, &Identity::parse(id)).unwrap();
            assert_eq!(activity.map(|activity| activity.last), seen.last, "seed {seed}: {id}");
            met += 1;
        }
        for event in &world.events {
            // Somebody counts for another by a link; then the other is there.
            let Some(identity) = event.identity() else { continue };
            let last = engine.activity(project, &identity).unwrap().unwrap().last;
            assert!(pages.iter().any(|(_, seen)| seen.last == Some(last)), "seed {seed}: nobody was seen when {identity} was");
        }
        for id in engine.find_by_id(project, "U", 100).unwrap() {
            assert!(id.to_lowercase().contains('u') && !world.persons.contains_key(&Identity::parse(&id)), "seed {seed}: {id}");
            assert!(pages.iter().any(|(listed, _)| *listed == id), "seed {seed}: {id} is found and not listed");
        }
    }
    assert!(met > 100, "{met} people");
}

/// What `top` leaves over opens its people, as many as it counts.
#[test]
fn the_rest_of_a_top_opens_its_people() {
    let mut met = 0;
    for seed in 0..80 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, false);
        let world = World::generate(seed, shape);
        let range = Asked { rng: &mut rng, shape, zone, breakdowns: false, no_past: false }.question("sessions")["range"].clone();
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let with = |parts: Value| {
            let mut question = json!({"range": range, "timezone": zone, "breakdown": [{"property": "plan"}], "top": 1});
            question.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
            question
        };
        let is_rest = |row: &&Value| row.get("other").is_some();
        let trend = with(json!({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "unique"}]}));
        if let Some(rest) = list(&ask(&engine, &trend)["series"]).iter().find(is_rest) {
            met += 1;
            assert_eq!(rest["total"], people(&engine, &trend, &json!({"series": 0, "other": true})).unwrap().1, "seed {seed}");
        }
        let funnel = with(json!({"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}]}));
        if let Some(rest) = list(&ask(&engine, &funnel)["groups"]).iter().find(is_rest) {
            for step in 0..2 {
                assert_eq!(rest["steps"][step]["count"], people(&engine, &funnel, &json!({"step": step + 1, "other": true})).unwrap().1, "seed {seed}");
            }
        }
        let retention = with(json!({"kind": "retention", "birth": {"event": "A"}, "return": {"event": "B"}, "periods": 2}));
        for rest in list(&ask(&engine, &retention)["cohorts"]).iter().filter(is_rest) {
            assert_eq!(rest["size"], people(&engine, &retention, &json!({"cohort": rest["start"], "other": true})).unwrap().1, "seed {seed}");
        }
    }
    assert!(met > 20, "{met} of 80 worlds have something left over");
}
