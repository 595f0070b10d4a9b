//! Tasks against a naive reading of the same events, in every layout; a story whose figures are known; and what stands behind them.

use crate::asking::{self, LAYOUTS, ask, people, try_ask};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sillage_event::{Event, Properties, time};
use sillage_testkit::world::World;
use std::collections::{BTreeMap, HashMap};

const START: i64 = 1_759_276_800_000;
const DAY: i64 = 86_400_000;

fn event(name: &str, person: &str, session: &str, time: i64, properties: Value) -> Event {
    let Value::Object(properties) = properties else { panic!("an object") };
    Event {
        name: name.into(),
        time,
        distinct_id: person.into(),
        user_id: Some(person.into()),
        session_id: Some(session.into()),
        insert_id: format!("{name}{person}{time}"),
        properties: Properties::from_iter(properties),
        ..Event::default()
    }
}

fn world(events: Vec<Event>) -> World {
    World { events, now_ms: START + 60 * DAY, ..World::default() }
}

fn task() -> Value {
    json!({
        "start": [{"page": "/new"}], "completion": [{"event": "Sent"}], "abandon": [{"event": "Deleted"}],
        "steps": [{"id": "new", "page": "/new"}, {"id": "who", "page": "/who", "repeatable": true}, {"id": "look", "select": {"event": "Look"}, "optional": true}, {"id": "send", "page": "/send"}],
    })
}

fn scorecard(more: Value) -> Value {
    let mut question = json!({"kind": "task", "task": task(), "range": {"from": "2025-10-01", "to": "2025-10-10"}, "timezone": "UTC"});
    question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    question
}

fn listed(more: Value) -> Value {
    let mut question = scorecard(more);
    question["kind"] = json!("attempts");
    question["limit"] = json!(1000);
    question
}

/// A visit: pages and events a minute apart, beginning at a minute of the range.
fn visit(events: &mut Vec<Event>, person: &str, minute: i64, steps: &[&str]) {
    let session = format!("{person}-{minute}");
    for (n, step) in steps.iter().enumerate() {
        let at = START + (minute + n as i64) * 60_000;
        events.push(match step.strip_prefix('/') {
            Some(_) => event("$pageview", person, &session, at, json!({"$page": step})),
            None => event(step, person, &session, at, json!({"$page": "/x"})),
        });
    }
}

/// Forty as planned, thirty-one that give up on /who with rage clicks, one slow, one on a detour, one that begins in the middle.
fn story() -> Vec<Event> {
    let mut events = Vec::new();
    for n in 0..40 {
        visit(&mut events, &format!("good{n}"), n * 10, &["/new", "/who", "/send", "Sent", "/home"]);
    }
    for n in 0..31 {
        let person = format!("lost{n}");
        visit(&mut events, &person, n * 10, &["/new", "/who"]);
        for i in 0..3 {
            // After the last page that they saw.
            let at = START + n * 600_000 + 70_000 + i * 5_000;
            let told = json!({"$signal": "rage_click", "$severity": 1, "$selector": "#next", "$page": "/who", "$page_view_id": person});
            events.push(Event { insert_id: format!("f{n}{i}"), ..event("$friction", &person, &format!("{person}-{}", n * 10), at, told) });
        }
    }
    visit(&mut events, "slow", 5000, &["/new", "/who", "/who", "/who", "/who", "/who", "/who", "/who", "/send", "Sent"]);
    visit(&mut events, "astray", 5000, &["/new", "/help", "/who", "/prices", "/send", "Sent"]);
    visit(&mut events, "middle", 5000, &["/who", "/send", "Sent", "/send", "Sent"]);
    events
}

fn class(answer: &Value, name: &str) -> u64 {
    answer["classes"].as_array().unwrap().iter().find(|row| row["class"] == name).unwrap()["count"].as_u64().unwrap()
}

#[test]
fn the_story_is_told_by_its_scorecard() {
    let world = world(story());
    for layout in LAYOUTS {
        let engine = asking::engine(&world, layout);
        let answer = ask(&engine, &scorecard(json!({})));
        assert_eq!((&answer["attempts"], &answer["open"], &answer["people"]), (&json!(74), &json!(0), &json!(74)), "{answer}");
        let classes = ["as_planned", "slow", "off_path", "failed"].map(|name| class(&answer, name));
        // 300 seconds as planned, times 1.5; nobody told of activity, so time elapsed stands in for it.
        assert_eq!((answer["slow_from_seconds"].as_f64(), classes), (Some(270.0), [40, 2, 1, 31]), "{answer}");
        assert_eq!(answer["off_path"]["count"], 2, "the one astray is slow in the bar, and on the card of other ways all the same");
        let steps: Vec<(u64, u64)> = answer["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| (step["reached"]["count"].as_u64().unwrap(), step["dropped"]["count"].as_u64().unwrap()))
            .collect();
        assert_eq!(steps, [(73, 0), (74, 31), (0, 0), (43, 0)]);
        let cards = &answer["cards"];
        assert_eq!((&cards["off_path"]["unexpected_starts"], &cards["off_path"]["detours"]), (&json!(1), &json!(1)));
        assert_eq!(cards["not_finished"]["exit_pages"][0]["page"], "/who");
        assert_eq!(cards["not_finished"]["exit_pages"][0]["attempts"], 31);
        let fix = &answer["fixes"][0];
        assert_eq!((&fix["page"], &fix["selector"], &fix["signal"], &fix["attempts"]), (&json!("/who"), &json!("#next"), &json!("rage_click"), &json!(31)));
        assert_eq!((fix["gap"].as_f64(), fix["lost"].as_f64()), (Some(1.0), Some(31.0)));
        assert_eq!(cards["friction"]["conversion"]["difference"].as_f64(), Some(-1.0));
        let (ids, count) = people(&engine, &scorecard(json!({})), &json!({"card": "slow"})).unwrap();
        assert_eq!((ids, count), (vec!["astray".to_owned(), "slow".to_owned()], 2));
        assert_eq!(people(&engine, &scorecard(json!({})), &json!({"page": "/who", "signal": "rage_click"})).unwrap().1, 31);
        let rows = ask(&engine, &listed(json!({"at": {"class": "failed"}, "sort": "rage_clicks"})));
        assert_eq!((&rows["count"], &rows["attempts"][0]["exit_page"], &rows["attempts"][0]["signals"]["rage_click"]), (&json!(31), &json!("/who"), &json!(3)));
        let session = rows["attempts"][0]["session"].as_str().unwrap();
        assert!(session.starts_with("lost"), "{session}");
    }
}

#[test]
fn what_people_said_is_joined_to_what_they_tried() {
    let mut events = story();
    let mut answered = |person: &str, minute: i64, survey: &str, kind: &str, told: Value| {
        let mut properties = json!({"$survey": survey, "$survey_response": format!("{person}{survey}"), "$question": "q", "$question_kind": kind});
        properties.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let n = events.len();
        events.push(Event { insert_id: format!("a{n}"), ..event("$survey_answered", person, &format!("{person}-s"), START + minute * 60_000, properties) });
    };
    for n in 0..4 {
        answered(&format!("good{n}"), 6000, "s-nps", "nps", json!({"$score": 9}));
        answered(&format!("lost{n}"), 6000, "s-csat", "csat", json!({"$score": 2}));
        answered(&format!("lost{n}"), 6001, "s-csat", "long", json!({"$answer": format!("the button, {n}")}));
    }
    answered("good5", 6000, "s-csat", "csat", json!({"$score": 5}));
    answered("stranger", 6000, "s-nps", "nps", json!({"$score": 0}));
    answered("lost9", 6000, "s-churn", "single", json!({"$choice": "price,other"}));
    events.push(event("Cancelled", "good7", "x", START + 6000 * 60_000, json!({})));
    let mut task = task();
    task["surveys"] = json!({"nps": "s-nps", "csat": "s-csat", "churn": "s-churn"});
    task["churned"] = json!({"event": "Cancelled"});
    let world = world(events);
    for layout in LAYOUTS {
        let engine = asking::engine(&world, layout);
        let question = scorecard(json!({"task": task}));
        let answer = ask(&engine, &question);
        let cards = &answer["cards"];
        // Who never tried is not asked about the task.
        assert_eq!(
            (&cards["promoters"]["count"], &cards["promoters"]["n"], cards["promoters"]["nps"]["value"].as_f64()),
            (&json!(4), &json!(4), Some(100.0)),
            "{answer}"
        );
        assert_eq!((&cards["csat_low"]["count"], &cards["csat_low"]["n"]), (&json!(4), &json!(5)));
        assert_eq!(cards["csat_low"]["quotes"][0]["score"], 2);
        let failed = cards["csat_low"]["by_class"].as_array().unwrap().iter().find(|row| row["name"] == "failed").unwrap();
        assert_eq!((&failed["satisfied"]["count"], &failed["satisfied"]["n"], &failed["satisfied"]["share"]), (&json!(0), &json!(4), &Value::Null));
        assert_eq!(
            (&cards["lost"]["count"], &cards["lost"]["choices"]),
            (&json!(2), &json!([{"choice": "other", "count": 1}, {"choice": "price", "count": 1}]))
        );
        assert_eq!(cards["lost"]["last_classes"], json!([{"class": "as_planned", "count": 1}, {"class": "failed", "count": 1}]));
        assert_eq!(people(&engine, &question, &json!({"card": "csat_low"})).unwrap().0, ["lost0", "lost1", "lost2", "lost3"]);
        assert_eq!(people(&engine, &question, &json!({"card": "lost"})).unwrap().0, ["good7", "lost9"]);
        let rows = ask(&engine, &listed(json!({"task": task, "at": {"card": "csat_low"}, "sort": "rating"})));
        assert_eq!((&rows["count"], &rows["attempts"][0]["answers"][0]["score"]), (&json!(4), &json!(2)));
        assert_eq!(answer["fixes"][0]["quotes"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn a_survey_that_is_linked_twice_is_heard_once_for_each_and_on_its_own_scale() {
    let mut events = story();
    let mut answered = |person: &str, kind: &str, told: Value| {
        let mut properties = json!({"$survey": "s", "$survey_response": person, "$question": kind, "$question_kind": kind, "$device_type": "Desktop"});
        properties.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let n = events.len();
        events.push(Event {
            insert_id: format!("a{n}"),
            ..event("$survey_answered", person, &format!("{person}-s"), START + (6000 + n as i64) * 60_000, properties)
        });
    };
    // Each is asked for satisfaction first, on seven points, then for recommendation, then for effort.
    for (n, (csat, nps, ces)) in [(7, 10, 6), (6, 9, 6), (5, 8, 6), (4, 2, 1), (4, 3, 1)].into_iter().enumerate() {
        let person = format!("good{n}");
        answered(&person, "csat", json!({"$score": csat}));
        answered(&person, "nps", json!({"$score": nps}));
        answered(&person, "ces", json!({"$score": ces}));
        answered(&person, "long", json!({"$answer": format!("words of {n}")}));
    }
    let mut task = task();
    task["surveys"] = json!({"nps": "s", "csat": "s", "effort": "s", "churn": "s"});
    let world = world(events);
    for layout in LAYOUTS {
        let engine = asking::engine(&world, layout);
        let answer = ask(&engine, &scorecard(json!({"task": task, "csat_points": 7, "breakdown": [{"property": "$device_type"}], "compare": {"previous": 1}})));
        let cards = &answer["cards"];
        assert_eq!((&cards["promoters"]["count"], &cards["promoters"]["n"], &cards["promoters"]["detractors"]), (&json!(2), &json!(5), &json!(2)), "{answer}");
        // The two best of seven are satisfied; the middle and what is below it are not; one is neither.
        assert_eq!((&cards["csat_low"]["count"], &cards["csat_low"]["satisfied"]["count"], &cards["csat_low"]["n"]), (&json!(2), &json!(2), &json!(5)));
        assert_eq!(cards["lost"]["count"], 5);
        let heard: Vec<(&Value, &Value, Option<f64>)> =
            answer["voices"].as_array().unwrap().iter().map(|voice| (&voice["link"], &voice["answers"], voice["mean"].as_f64())).collect();
        assert_eq!(
            heard,
            [
                (&json!("effort"), &json!(5), Some(4.0)),
                (&json!("nps"), &json!(5), Some(6.4)),
                (&json!("csat"), &json!(5), Some(5.2)),
                (&json!("churn"), &json!(5), Some(5.2)),
            ]
        );
        let said = &answer["groups"][0]["said"];
        assert_eq!(
            (&said["promoters"]["count"], &said["csat_low"]["count"], &said["satisfied"]["n"], &said["lost"]["count"]),
            (&json!(2), &json!(2), &json!(5), &json!(5))
        );
        assert_eq!((&answer["compared"]["said"]["promoters"]["n"], &answer["compared"]["said"]["nps"]), (&json!(0), &Value::Null));
        // On five points the same answers are read otherwise.
        let answer = ask(&engine, &scorecard(json!({"task": task})));
        assert_eq!((&answer["cards"]["csat_low"]["count"], &answer["cards"]["csat_low"]["satisfied"]["count"]), (&json!(0), &json!(5)));
    }
}

#[test]
fn what_is_under_way_is_told_apart_and_a_fix_is_tested() {
    let mut events = Vec::new();
    for n in 0..80 {
        let day = n % 8;
        let is_late = day >= 4;
        let person = format!("p{n}");
        let minute = day * 1440 + n * 7;
        visit(&mut events, &person, minute, if is_late || n % 4 == 0 { &["/new", "/who", "/send", "Sent"] } else { &["/new", "/who"] });
        if !is_late {
            let told = json!({"$signal": "dead_click", "$selector": "#next", "$page": "/who", "$page_view_id": person});
            events.push(event("$friction", &person, &format!("{person}-{minute}"), START + (minute + 1) * 60_000, told));
        }
    }
    visit(&mut events, "now", 9 * 1440, &["/new"]);
    let mut world = world(events);
    world.now_ms = START + 9 * DAY + 10 * 60_000;
    let mut task = task();
    task["fixes"] = json!([{"page": "/who", "selector": "#next", "signal": "dead_click", "state": "fixed", "at": "2025-10-05", "release": "1.5"}]);
    let engine = asking::engine(&world, LAYOUTS[3]);
    let answer = ask(&engine, &scorecard(json!({"task": task, "compare": {"previous": 1}})));
    assert_eq!((&answer["attempts"], &answer["open"], &answer["compared"]["attempts"]), (&json!(80), &json!(1), &json!(0)), "{answer}");
    let fix = &answer["fixes"][0];
    assert_eq!((&fix["state"], &fix["release"], &fix["before_after"]["enough"]), (&json!("fixed"), &json!("1.5"), &json!(true)));
    let test = &fix["before_after"]["affected"];
    assert_eq!((&test["before"]["count"], &test["before"]["n"], &test["after"]["count"], &test["after"]["n"]), (&json!(40), &json!(40), &json!(0), &json!(40)));
    assert!(fix["before_after"]["completed"]["p_value"].as_f64().unwrap() < 0.001, "{fix}");
    // Ten minutes on the attempt may still be completed; an hour later its session is over.
    world.now_ms += 3_600_000;
    let answer = ask(&asking::engine(&world, LAYOUTS[3]), &scorecard(json!({})));
    assert_eq!((&answer["attempts"], &answer["open"]), (&json!(81), &json!(0)));
}

#[test]
fn where_it_goes_worse_is_told_and_luck_is_not() {
    let mut events = Vec::new();
    let mut tries = |n: i64, browser: Option<&str>, steps: &[&str]| {
        let mut own = Vec::new();
        visit(&mut own, &format!("p{n}"), n * 7, steps);
        for event in &mut own {
            event.properties.insert("$os".to_owned(), json!(if n % 2 == 0 { "Linux" } else { "macOS" }));
            browser.into_iter().for_each(|browser| {
                event.properties.insert("$browser".to_owned(), json!(browser));
            });
        }
        events.extend(own);
    };
    let (done, given_up) = (["/new", "/who", "/send", "Sent"], ["/new", "/who"]);
    for n in 0..100 {
        tries(n, Some("Safari"), if n < 60 { &given_up } else { &done });
    }
    for n in 100..300 {
        tries(n, if n % 10 == 0 { None } else { Some("Firefox") }, if n < 120 { &given_up } else { &done });
    }
    // Too few to tell anything.
    for n in 300..310 {
        tries(n, Some("Rare"), &given_up);
    }
    let world = world(events);
    for layout in LAYOUTS {
        let engine = asking::engine(&world, layout);
        let answer = ask(&engine, &scorecard(json!({"differences": ["$os", "$browser", "$nothing"]})));
        let found = answer["differences"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let safari = &found[0];
        assert_eq!((&safari["property"], &safari["value"], &safari["outcome"]), (&json!("$browser"), &json!("Safari"), &json!("not_completed")));
        let counts = |side: &Value| (side["count"].as_u64().unwrap(), side["n"].as_u64().unwrap());
        // Twenty who took another browser or none gave up, and the ten of the rare one.
        assert_eq!((counts(&safari["with"]), counts(&safari["without"])), ((60, 100), (30, 210)));
        assert!((safari["more"].as_f64().unwrap() - (0.6 - 30.0 / 210.0) * 100.0).abs() < 1e-9, "{safari}");
        assert!(safari["q_value"].as_f64().unwrap() < 1e-6, "{safari}");
        // It names a segment that can be looked into.
        let by_browser = scorecard(json!({"breakdown": [{"property": "$browser"}]}));
        assert_eq!(people(&engine, &by_browser, &json!({"class": "failed", "breakdown": ["Safari"]})).unwrap().1, 60);
        assert!(ask(&engine, &scorecard(json!({})))["differences"].is_null());
    }
}

#[test]
fn each_segment_stands_beside_itself_in_the_range_before() {
    let mut events = Vec::new();
    for n in 0..90 {
        let before = events.len();
        visit(&mut events, &format!("p{n}"), n % 4 * 1440 + n * 7, if n % 3 == 0 { &["/new", "/who"] } else { &["/new", "/who", "/send", "Sent"] });
        for event in &mut events[before..] {
            event.properties.insert("$device_type".to_owned(), json!(if n % 5 == 0 { "Mobile" } else { "Desktop" }));
        }
    }
    let world = world(events);
    let mut task = task();
    // What is slow does not hang on the range.
    task["slow"] = json!({"rule": "target"});
    task["target_seconds"] = json!(600);
    for layout in LAYOUTS {
        let engine = asking::engine(&world, layout);
        for count in ["attempts", "people"] {
            let asked = |from: &str, to: &str, more: Value| {
                let mut question =
                    scorecard(json!({"task": task, "count": count, "range": {"from": from, "to": to}, "breakdown": [{"property": "$device_type"}]}));
                question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                ask(&engine, &question)
            };
            let answer = asked("2025-10-03", "2025-10-04", json!({"compare": {"previous": 1}}));
            let before = asked("2025-10-01", "2025-10-02", json!({}));
            assert_eq!(before["groups"].as_array().map(Vec::len), Some(2), "{before}");
            assert_eq!(answer["compared"]["groups"], before["groups"]);
        }
    }
}

#[test]
fn errors_name_the_field() {
    let engine = asking::engine(&world(story()), LAYOUTS[0]);
    for (field, question) in [
        ("task", json!({"kind": "task", "range": {"last": 7, "unit": "day"}})),
        ("task.steps[0].id", scorecard(json!({"task": {"start": ["A"], "completion": ["B"], "steps": [{"page": "/a"}]}}))),
        ("at.step", listed(json!({"at": {"step": 9}}))),
        ("at.breakdown", listed(json!({"at": {"breakdown": ["x"]}}))),
        ("at.interval", listed(json!({"at": {"interval": "2031-01-01T00:00:00Z"}}))),
        ("session_by", scorecard(json!({"session_by": {"property": "x"}}))),
        ("differences", scorecard(json!({"differences": vec!["x"; 13]}))),
    ] {
        let error = try_ask(&engine, &question).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{error:?}");
    }
}

/// What a browser's tag tells of some people, at random: pages, steps, summaries, signals.
fn random(seed: u64) -> World {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut events = Vec::new();
    for person in 0..rng.random_range(1..6) {
        let mut at = START + rng.random_range(0..2 * DAY);
        for session in 0..rng.random_range(1..4) {
            let (person, session) = (format!("u{person}"), format!("s{person}-{session}"));
            for _ in 0..rng.random_range(0..14) {
                at += rng.random_range(1..60_000);
                let page = ["/new", "/who", "/send", "/help", "/new"][rng.random_range(0..5)];
                let signal = ["rage_click", "dead_click", "u_turn"][rng.random_range(0..3)];
                let view = format!("v{}", rng.random_range(0..3));
                let (name, told) = match rng.random_range(0..20) {
                    0..9 => ("$pageview", json!({"$page": page})),
                    9..11 => ("Sent", json!({"$page": page})),
                    11 => ("Deleted", json!({"$page": page})),
                    12 => ("Look", json!({})),
                    13..17 => ("$page_summary", json!({"$page": page, "$active_ms": rng.random_range(0..20_000), "$elapsed_ms": rng.random_range(1..40_000)})),
                    _ => ("$friction", json!({"$signal": signal, "$selector": "#x", "$page": page, "$page_view_id": view})),
                };
                events.push(event(name, &person, &session, at, told));
            }
            at += rng.random_range(3_600_000..DAY);
        }
    }
    world(events)
}

/// (start, end, completed, unexpected, done, detours, active)
type Naive = (i64, i64, bool, bool, usize, usize, i64);

/// Session by session, as one would with pencil and paper.
fn naive(world: &World) -> Vec<Naive> {
    let mut of_session: BTreeMap<(String, String), Vec<&Event>> = BTreeMap::new();
    for event in &world.events {
        of_session.entry((event.distinct_id.clone(), event.session_id.clone().unwrap())).or_default().push(event);
    }
    let page = |event: &Event| event.properties.get("$page").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for ((person, _), mut events) in of_session {
        events.sort_by_key(|event| event.time);
        events.retain(|event| !event.name.starts_with("$page_s") && event.name != "$friction");
        let is_start = |event: &Event| event.name == "$pageview" && page(event) == "/new";
        let (mut from, mut has_completed) = (0, false);
        while from < events.len() {
            let Some(begin) = (from..events.len()).find(|at| is_start(events[*at]) || (events[*at].name == "Sent" && !has_completed)) else { break };
            let (own, is_completed, is_unexpected) = if is_start(events[begin]) {
                has_completed = false;
                let end = (begin + 1..events.len()).find(|at| ["Sent", "Deleted"].contains(&events[*at].name.as_str()));
                (&events[begin..end.map_or(events.len(), |end| end + 1)], end.is_some_and(|end| events[end].name == "Sent"), false)
            } else {
                (&events[from..=begin], true, true)
            };
            from = if is_unexpected { begin + 1 } else { begin + own.len() };
            has_completed |= is_completed;
            let mut items: Vec<String> = Vec::new();
            let mut last_page = String::new();
            for event in own {
                if event.name == "$pageview" && page(event) != last_page {
                    last_page = page(event);
                    items.push(last_page.clone());
                } else if event.name == "Look" {
                    items.push("Look".to_owned());
                }
            }
            let (done, matched) = longest(&items, &["/new", "/who", "Look", "/send"], 0);
            let (start, last) = (own[0].time, own[own.len() - 1].time);
            let is_ended = is_completed || own[own.len() - 1].name == "Deleted";
            let until = if is_ended { last } else { last + 30 * 60_000 };
            let told = world.events.iter().filter(|event| event.distinct_id == person && ["$friction", "$page_summary"].contains(&event.name.as_str()));
            let end = told.map(|event| event.time).filter(|time| (start..=until).contains(time)).fold(last, i64::max);
            found.push((start, end, is_completed, is_unexpected, done, items.len() - matched, active(world, &person, (start, last, until))));
        }
    }
    found.sort_unstable();
    found
}

/// Mandatory steps and items of the best way to lay them side by side; /who may be done again, Look left out.
fn longest(items: &[String], steps: &[&str], behind: usize) -> (usize, usize) {
    let Some((item, rest)) = items.split_first() else { return (0, 0) };
    let mut best = longest(rest, steps, behind);
    for step in behind..steps.len() {
        if steps[step] == item {
            let (done, matched) = longest(rest, steps, step + 1);
            best = best.max((done + usize::from(item != "Look"), matched + 1));
        }
    }
    if behind == 2 && item == "/who" {
        let (done, matched) = longest(rest, steps, behind);
        best = best.max((done, matched + 1));
    }
    best
}

fn active(world: &World, person: &str, (start, last, until): (i64, i64, i64)) -> i64 {
    let mut summaries: Vec<&Event> = world.events.iter().filter(|event| event.name == "$page_summary" && event.distinct_id == person).collect();
    summaries.sort_by_key(|event| event.time);
    let (mut sum, mut any, mut before) = (0, false, i64::MIN);
    for summary in summaries {
        let number = |name: &str| summary.properties.get(name).and_then(Value::as_f64).unwrap() as i64;
        let began = (summary.time - number("$elapsed_ms")).max(before);
        before = summary.time;
        let length = (summary.time - began).max(1);
        let overlap = summary.time.min(until) - began.max(start);
        if overlap > 0 {
            any = true;
            sum += (number("$active_ms").min(length) as f64 * overlap as f64 / length as f64).round() as i64;
        }
    }
    if any { sum } else { last - start }
}

#[test]
fn attempts_are_those_of_a_naive_reading() {
    let mut n_attempts = 0;
    for seed in 0..300 {
        let world = random(seed);
        let expected = naive(&world);
        n_attempts += expected.len();
        let mut before: HashMap<&str, Value> = HashMap::new();
        for layout in LAYOUTS {
            let engine = asking::engine(&world, layout);
            let rows = ask(&engine, &listed(json!({})));
            let ms = |value: &Value| time::from_text(value.as_str().unwrap()).unwrap();
            let mut got: Vec<Naive> = rows["attempts"]
                .as_array()
                .unwrap_or_else(|| panic!("{rows}"))
                .iter()
                .map(|row| {
                    let done = (row["adherence"].as_f64().unwrap() * 3.0).round() as usize;
                    let active = (row["active_seconds"].as_f64().unwrap() * 1000.0).round() as i64;
                    (
                        ms(&row["start"]),
                        ms(&row["end"]),
                        row["end_by"] == "completed",
                        row["unexpected_start"] == true,
                        done,
                        row["detours"].as_u64().unwrap() as usize,
                        active,
                    )
                })
                .collect();
            got.sort_unstable();
            assert_eq!(got, expected, "seed {seed}, {layout:?}");
            let card = ask(&engine, &scorecard(json!({"breakdown": [{"property": "$page"}], "interval": "day"})));
            assert_eq!(card["attempts"], expected.len());
            assert_eq!(card["completed"]["count"], expected.iter().filter(|one| one.2).count());
            assert_eq!(
                card["classes"].as_array().unwrap().iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>(),
                expected.len() as u64,
                "the bar adds up"
            );
            // Whichever way the events lie, the answer is the same.
            for (name, answer) in [("rows", rows), ("card", card)] {
                assert_eq!(before.entry(name).or_insert_with(|| answer.clone()), &answer, "seed {seed}, {layout:?}");
            }
        }
    }
    assert!(n_attempts > 500, "{n_attempts}");
}
