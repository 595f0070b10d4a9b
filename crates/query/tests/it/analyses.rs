//! Impact, driver and feature: figures worked out by hand, and agreement with other questions and with the people behind.

use crate::{
    asking::{self, LAYOUTS, ONE_SEGMENT, ask, people},
    questions::{Asked, shape},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sillage_event::Event;
use sillage_query::{Engine, Source};
use sillage_testkit::world::World;

const DAY_MS: i64 = 86_400_000;
/// 2025-10-01 at noon.
const START_MS: i64 = 1_759_320_000_000;

/// Events as (person, day, event), after one another.
fn engine_of(done: &[(String, i64, &str)]) -> Engine<impl Source + use<>> {
    let mut world = World { now_ms: START_MS + 100 * DAY_MS, ..World::default() };
    for (rank, (user, day, name)) in done.iter().enumerate() {
        let time = START_MS + day * DAY_MS + rank as i64;
        world.events.push(Event {
            name: (*name).to_owned(),
            time,
            distinct_id: user.clone(),
            device_id: None,
            user_id: Some(user.clone()),
            insert_id: format!("e{rank}"),
            session_id: None,
            seq: None,
            groups: Vec::new(),
            properties: sillage_event::Properties::new(),
            received_at: time,
        });
    }
    asking::engine(&world, ONE_SEGMENT)
}

fn october() -> Value {
    json!({"from": "2025-10-01", "to": "2025-10-31"})
}

fn near(got: &Value, expected: f64) {
    let got = got.as_f64().unwrap_or_else(|| panic!("{got} instead of {expected}"));
    assert!((got - expected).abs() < 1e-6, "{got} instead of {expected}");
}

#[test]
fn an_impact_by_hand() {
    // Two adopters do 1 a day before and 3 a day after; two others 1 before and 2 after. Two days on either side of day 10.
    let mut done: Vec<(String, i64, &str)> = Vec::new();
    for (user, before, after) in [("a1", 1, 3), ("a2", 1, 3), ("o1", 1, 2), ("o2", 1, 2)] {
        for (days, times) in [(8..10, before), (11..13, after)] {
            days.for_each(|day| done.extend((0..times).map(|_| (user.to_owned(), day, "use"))));
        }
    }
    done.push(("a1".into(), 10, "launch"));
    done.push(("a2".into(), 10, "launch"));
    let question = json!({"kind": "impact", "launch": {"event": "launch"}, "metric": {"event": "use"}, "days": 2, "range": october()});
    let answer = ask(&engine_of(&done), &question);
    near(&answer["adopters"]["before"], 1.0);
    near(&answer["adopters"]["after"], 3.0);
    near(&answer["non_adopters"]["after"], 2.0);
    near(&answer["expected"], 2.0);
    near(&answer["difference"], 1.0);
    near(&answer["relative"], 0.5);
    near(&answer["effect"], 1.0);
    near(&answer["standard_error"], 0.0);
    assert_eq!((&answer["p_value"], &answer["enough"]), (&Value::Null, &json!(false)), "nothing varies, and there are too few");
}

#[test]
fn the_standard_error_adds_the_variances() {
    // Changes of adopters 1, 2, 3 (variance 1), of the others 0, 0, 3 (variance 3): sqrt(1/3 + 3/3).
    let mut done: Vec<(String, i64, &str)> = Vec::new();
    for (user, change) in [("a1", 1), ("a2", 2), ("a3", 3), ("o1", 0), ("o2", 0), ("o3", 3)] {
        done.push((user.to_owned(), 9, "seen"));
        done.extend((0..change).map(|_| (user.to_owned(), 11, "use")));
        if user.starts_with('a') {
            done.push((user.to_owned(), 10, "launch"));
        }
    }
    let question = json!({"kind": "impact", "launch": {"event": "launch"}, "metric": {"event": "use"}, "days": 1, "range": october()});
    let answer = ask(&engine_of(&done), &question);
    near(&answer["effect"], 1.0);
    near(&answer["standard_error"], (4.0f64 / 3.0).sqrt());
    near(&answer["interval"][0], 1.0 - 1.959_963_985 * (4.0f64 / 3.0).sqrt());
    near(&answer["p_value"], 0.386_476_23);
    assert_eq!(answer["expected"], Value::Null, "the others did nothing before, so nothing is expected of anybody");
}

#[test]
fn a_driver_by_hand() {
    // Of 40 who tried it 30 paid, of 60 who did not 15 paid.
    let mut done: Vec<(String, i64, &str)> = Vec::new();
    for i in 0..100 {
        let user = format!("u{i}");
        done.push((user.clone(), 0, "open"));
        if i < 40 {
            done.push((user.clone(), 1, "try"));
        }
        if i < 30 || (40..55).contains(&i) {
            done.push((user.clone(), 2, "pay"));
            // What comes after the goal is no driver of it.
            done.push((user, 3, "thank"));
        }
    }
    let question = json!({"kind": "driver", "goal": {"event": "pay"}, "range": october()});
    let engine = engine_of(&done);
    let answer = ask(&engine, &question);
    assert_eq!((&answer["people"], &answer["goal"]["people"], &answer["tested"]), (&json!(100), &json!(45), &json!(1)));
    let found = &answer["candidates"][0];
    assert_eq!((&found["event"], &found["people"], &found["reached"], &found["enough"]), (&json!("try"), &json!(40), &json!(30), &json!(true)));
    near(&found["support"], 0.4);
    near(&found["rate"], 0.75);
    near(&found["rate_of_others"], 0.25);
    near(&found["lift"], 0.75 / 0.45);
    near(&found["recall"], 30.0 / 45.0);
    // (30·45 − 10·15) / sqrt(40·60·45·55)
    near(&found["phi"], 1200.0 / 5_940_000f64.sqrt());
    near(&found["chi_square"], 100.0 * 1_440_000.0 / 5_940_000.0);
    assert!(found["p_value"].as_f64().unwrap() < 1e-5 && found["q_value"] == found["p_value"]);
    let names: Vec<&str> = answer["candidates"].as_array().unwrap().iter().map(|one| one["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["try", "open"], "what everybody did is last, and untested");
    assert_eq!(answer["candidates"][1]["p_value"], Value::Null);
    assert_eq!(people(&engine, &question, &json!({"event": "try", "reached": false})).unwrap().1, 10);
}

#[test]
fn the_tail_of_the_normal_is_exact_far_out() {
    for (z, expected) in [
        (0.0, 0.5),
        (1.0, 0.158_655_253_931_457_05),
        (1.959_963_984_540_054, 0.025),
        (2.999, 1.354_336_533_7e-3),
        (3.001, 1.345_472_825_1e-3),
        (5.0, 2.866_515_718_791_939e-7),
        (10.0, 7.619_853_024_160_527e-24),
    ] {
        let got = sillage_behavior::normal::upper_tail(z);
        assert!((got / expected - 1.0).abs() < if z == z.round() { 1e-12 } else { 1e-6 }, "{z}: {got} instead of {expected}");
    }
}

#[test]
fn q_values_are_those_of_benjamini_and_hochberg() {
    let p = [0.01, 0.04, 0.03, 0.005].map(Some).into_iter().chain([None]).collect::<Vec<_>>();
    let q = sillage_behavior::driver::q_values(&p);
    for (got, expected) in q.iter().zip([0.02, 0.04, 0.04, 0.02]) {
        assert!((got.unwrap() - expected).abs() < 1e-12, "{q:?}");
    }
    assert_eq!(q[4], None);
}

#[test]
fn power_users_stand_out_or_there_are_none() {
    let power = |days: &[u32], share: f64| sillage_behavior::feature::power_days(&mut days.to_vec(), share);
    assert_eq!(power(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1), Some(10));
    assert_eq!(power(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.25), Some(9));
    assert_eq!(power(&[1, 1, 1, 1, 9, 9], 0.2), None, "two of six are more than a fifth");
    assert_eq!(power(&[1, 1, 1, 5, 5, 9], 0.4), Some(9));
    assert_eq!(power(&[4; 20], 0.5), None);
    assert_eq!(power(&[], 0.5), None);
}

/// A feature's retention is that of a retention question, its people those of a trend, and every number has its people.
#[test]
fn features_agree_with_retention_trends_and_people() {
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, false);
        let world = World::generate(seed, shape);
        let range = Asked { rng: &mut rng, shape, zone, breakdowns: false, no_past: false }.question("sessions")["range"].clone();
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let with = |mut question: Value| {
            question["range"] = range.clone();
            question["timezone"] = json!(zone);
            question
        };
        let question = with(json!({"kind": "feature", "features": [{"event": "A"}, {"event": "B"}], "unit": "day", "periods": 3, "power_share": 0.4}));
        let features = ask(&engine, &question);
        let retention =
            with(json!({"kind": "retention", "birth": {"event": "A"}, "return": {"event": "A"}, "first_time": "in_range", "unit": "day", "periods": 3}));
        let retention = ask(&engine, &retention);
        for k in 1..=3 {
            assert_eq!(features["features"][0]["retention"][k - 1]["rate"].as_f64(), retention["average"][k].as_f64(), "period {k}, seed {seed}");
        }
        let trend = with(json!({"kind": "trend", "series": [{"select": {"event": "B"}, "measure": "unique"}], "interval": "day"}));
        assert_eq!(features["features"][1]["people"], ask(&engine, &trend)["series"][0]["total"], "seed {seed}");
        let behind = |at: Value| people(&engine, &question, &at).unwrap().1;
        assert_eq!(features["people"], behind(json!({})), "seed {seed}");
        assert_eq!(features["power_users"]["people"], behind(json!({"users": "power"})), "seed {seed}");
        for (i, feature) in features["features"].as_array().unwrap().iter().enumerate() {
            assert_eq!(feature["people"], behind(json!({"feature": i})), "seed {seed}");
            assert_eq!(feature["power_users"]["people"], behind(json!({"feature": i, "users": "power"})), "seed {seed}");
            assert_eq!(feature["others"]["people"], behind(json!({"feature": i, "users": "others"})), "seed {seed}");
        }
    }
}

#[test]
fn people_behind_impacts_and_drivers_are_as_many_as_counted() {
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, false);
        let world = World::generate(seed, shape);
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let mut asked = Asked { rng: &mut rng, shape, zone, breakdowns: false, no_past: false };
        let impact = asked.question("impact");
        let driver = asked.question("driver");
        let answer = ask(&engine, &impact);
        for group in ["adopters", "non_adopters"] {
            assert_eq!(answer[group]["people"], people(&engine, &impact, &json!({"group": group})).unwrap().1, "seed {seed}");
        }
        let answer = ask(&engine, &driver);
        assert_eq!(answer["people"], people(&engine, &driver, &json!({})).unwrap().1, "seed {seed}");
        for row in answer["candidates"].as_array().unwrap() {
            let at = match row.get("event") {
                Some(event) => json!({"event": event, "times": row["times"], "reached": true}),
                None => json!({"position": row["position"], "value": row["value"], "reached": true}),
            };
            assert_eq!(row["reached"], people(&engine, &driver, &at).unwrap().1, "{row}, seed {seed}");
        }
    }
}

#[test]
fn the_models_of_attribution_share_a_conversion_out() {
    use sillage_behavior::attribution::{INVERSE_J_SHAPED, J_SHAPED, Model, U_SHAPED};
    let ages = |n: i64| (0..n).rev().map(|i| i * 7 * DAY_MS).collect::<Vec<i64>>();
    let cases: [(Model, i64, &[f64]); 9] = [
        (U_SHAPED, 6, &[0.4, 0.05, 0.05, 0.05, 0.05, 0.4]),
        (U_SHAPED, 2, &[0.5, 0.5]),
        (J_SHAPED, 2, &[0.25, 0.75]),
        (INVERSE_J_SHAPED, 2, &[0.75, 0.25]),
        (J_SHAPED, 4, &[0.2, 0.1, 0.1, 0.6]),
        (J_SHAPED, 1, &[1.0]),
        (Model::Linear, 4, &[0.25; 4]),
        // One half-life apart: 1, 2, 4 of 7.
        (Model::TimeDecay { half_life_days: 7.0 }, 3, &[1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0]),
        (Model::First, 0, &[]),
    ];
    for (model, n, expected) in cases {
        let got = model.weights(&ages(n));
        assert!(got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{model:?} of {n}: {got:?}");
    }
    let long_ago = Model::TimeDecay { half_life_days: 0.001 }.weights(&[i64::MAX / 8, i64::MAX / 8]);
    assert_eq!(long_ago, [0.5, 0.5]);
}

#[test]
fn people_behind_attributed_conversions_are_as_many_as_counted() {
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, false);
        let world = World::generate(seed, shape);
        let engine = asking::engine(&world, LAYOUTS[seed as usize % LAYOUTS.len()]);
        let mut question = Asked { rng: &mut rng, shape, zone, breakdowns: false, no_past: false }.question("attribution");
        question["attribution"]["model"] = json!("last");
        question["attribution"]["by"] = json!({"property": "plan"});
        question["series"] = json!([{"select": question["series"][0]["select"], "measure": "unique"}]);
        let answer = ask(&engine, &question);
        for line in answer["series"].as_array().unwrap() {
            let behind = people(&engine, &question, &json!({"series": 0, "breakdown": line["breakdown"]})).unwrap().1;
            assert_eq!(line["total"], behind, "{line}, seed {seed}");
        }
    }
}
