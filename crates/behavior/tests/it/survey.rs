//! Surveys against naive oracles, and against the vectors that the tag is held to as well.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::survey::{
    Answer, Facts, Level, Next, Reason, Step, Survey, Tally, compare, decide, fold, lot, mean, median, nps, share, sus, sus_equivalent, t_975, umux_lite,
    z_of_means, z_of_nps,
};
use sillage_testkit::schema::Schema;
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 86_400_000;

fn cases() -> Value {
    serde_json::from_str(include_str!("../../../../contract/survey/cases.json")).expect("the vectors are JSON")
}

fn read(definition: &Value) -> Survey {
    Survey::from_json(definition, "").expect("the definition is one")
}

fn with(base: &Value, change: &Value) -> Value {
    let mut whole = base.clone();
    change.as_object().expect("an object").iter().for_each(|(name, value)| whole[name] = value.clone());
    whole
}

#[test]
fn a_survey_goes_on_as_the_vectors_say() {
    let cases = cases();
    let survey = read(&cases["survey"]);
    for case in cases["flow"].as_array().unwrap() {
        let answer: Answer = serde_json::from_value(case["answer"].clone()).unwrap();
        let id = match survey.next(case["at"].as_u64().unwrap() as usize, &answer) {
            Next::Question(at) => &survey.questions[at].id,
            Next::End(at) => &survey.ends[at].id,
        };
        assert_eq!(*id, case["next"], "{case}");
    }
}

#[test]
fn a_survey_is_shown_as_the_vectors_say() {
    let cases = cases();
    for case in cases["eligibility"].as_array().unwrap() {
        let survey = read(&with(&cases["survey"], &case["definition"]));
        let facts: Facts = serde_json::from_value(case["facts"].clone()).unwrap();
        let decision = decide(&survey, &facts);
        assert_eq!(json!(decision.shown), case["shown"], "{} {decision:?}", case["name"]);
        assert_eq!(json!(decision.reason()), case["reason"], "{} {decision:?}", case["name"]);
        if let Some(until) = case["until"].as_i64() {
            assert!(decision.steps.iter().any(|step| step.until == Some(until)), "{} {decision:?}", case["name"]);
        }
    }
}

#[test]
fn lots_and_blocks_are_as_the_vectors_say() {
    let cases = cases();
    for case in cases["lots"].as_array().unwrap() {
        assert_eq!(json!(lot(case["text"].as_str().unwrap())), case["lot"]);
    }
    for case in cases["sus"].as_array().unwrap() {
        let answers: Vec<Option<u8>> = serde_json::from_value(case["answers"].clone()).unwrap();
        assert_eq!(json!(sus(&answers)), case["score"], "{case}");
    }
    for case in cases["umux_lite"].as_array().unwrap() {
        let answers: Vec<u8> = serde_json::from_value(case["answers"].clone()).unwrap();
        assert_eq!(json!(umux_lite(answers[0], answers[1])), case["score"]);
    }
    assert!((sus_equivalent(75.0) - 71.65).abs() < 1e-9);
}

#[test]
fn a_lot_draws_its_share() {
    let drawn = (0..100_000).filter(|i| lot(&format!("0198c7aa-1d2f-7d50:device-{i}")) < 2_500).count();
    assert!((24_400..25_600).contains(&drawn), "{drawn}");
}

#[test]
fn published_intervals_come_out() {
    let shown = |(p, s, d)| {
        let score = nps(p, s, d).unwrap();
        (score.value.round(), score.low.round(), score.high.round())
    };
    assert_eq!(shown((50, 30, 20)), (30.0, 14.0, 44.0));
    assert_eq!(shown((5, 3, 2)), (30.0, -19.0, 65.0));
    assert_eq!(shown((500, 300, 200)), (30.0, 25.0, 35.0));
    let percent = |of, n| {
        let share = share(of, n).unwrap();
        ((share.value * 100.0).round(), (share.low * 100.0).round(), (share.high * 100.0).round())
    };
    assert_eq!(percent(42, 50), (84.0, 71.0, 92.0));
    assert_eq!(percent(4, 5), (80.0, 38.0, 96.0));
    assert_eq!(percent(0, 8), (0.0, 0.0, 32.0));
    assert!(nps(0, 0, 0).is_none() && share(0, 0).is_none() && mean(&[], (1.0, 5.0)).is_none() && median(&[]).is_none());
    // The same scores do not differ; a landslide does.
    assert!(z_of_nps((50, 30, 20), (50, 30, 20)).unwrap().abs() < 1e-9);
    assert!(z_of_nps((300, 50, 50), (100, 100, 200)).unwrap() > 1.96);
    assert!(z_of_means(&[(1.0, 40), (2.0, 60)], &[(6.0, 50), (7.0, 50)]).unwrap() < -1.96);
}

/// The area of Student's density between -t and t, by Simpson's rule.
fn area_of_t(degrees: u64, t: f64) -> f64 {
    let v = degrees as f64;
    let density = |x: f64| (1.0 + x * x / v).powf(-(v + 1.0) / 2.0);
    let simpson = |from: f64, to: f64, n: usize| {
        let h = (to - from) / n as f64;
        let inner: f64 = (1..n).map(|i| density(from + i as f64 * h) * if i % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (density(from) + density(to) + inner) * h / 3.0
    };
    // x = tan(u) makes the line finite.
    let whole = |n: usize| {
        let h = std::f64::consts::PI / n as f64;
        (1..n).map(|i| -std::f64::consts::FRAC_PI_2 + i as f64 * h).map(|u: f64| density(u.tan()) / u.cos().powi(2)).sum::<f64>() * h
    };
    simpson(-t, t, 20_000) / whole(2_000_000)
}

#[test]
fn students_t_leaves_a_twentieth_outside() {
    for degrees in [1, 2, 5, 10, 29, 30, 31, 40, 100, 1000, 100_000] {
        let area = area_of_t(degrees, t_975(degrees));
        assert!((area - 0.95).abs() < 2e-5, "{degrees}: {area}");
    }
    assert!(t_975(30) > t_975(31) && t_975(31) > t_975(32));
}

#[test]
fn what_is_wrong_is_named() {
    let base = cases()["survey"].clone();
    let refused = |change: Value, field: &str, part: &str| {
        let error = Survey::from_json(&with(&base, &change), "").expect_err("it is refused");
        assert_eq!(error.field, field, "{error}");
        assert!(error.message.contains(part), "{error}");
    };
    refused(json!({"langauges": []}), "langauges", "fields are");
    refused(json!({"languages": []}), "languages", "en, fr");
    refused(json!({"languages": ["en", "en"]}), "languages[1]", "twice");
    refused(json!({"questions": []}), "questions", "at least one");
    refused(json!({"ends": []}), "ends", "at least one end");
    refused(json!({"questions": [{"id": "a", "kind": "npz", "text": {"en": "?"}}]}), "questions[0].kind", "nps, csat");
    refused(json!({"questions": [{"id": "a b", "kind": "nps", "text": {}}]}), "questions[0].id", "letters");
    refused(json!({"questions": [{"id": "a", "kind": "nps"}, {"id": "a", "kind": "nps"}]}), "questions[1].id", "twice");
    refused(json!({"questions": [{"id": "thanks", "kind": "nps"}]}), "ends[0].id", "twice");
    refused(json!({"questions": [{"id": "a", "kind": "single", "choices": [{"id": "x"}]}]}), "questions[0].choices", "two");
    refused(json!({"questions": [{"id": "a", "kind": "nps", "choices": [{"id": "x"}]}]}), "questions[0].choices", "leave them out");
    refused(json!({"questions": [{"id": "a", "kind": "ces", "points": 6}]}), "questions[0].points", "5 or 7");
    refused(json!({"questions": [{"id": "a", "kind": "sus", "items": [{"id": "x"}]}]}), "questions[0].items", "ten");
    refused(json!({"questions": [{"id": "a", "kind": "nps", "next": [{"when": {"score": [6, 0]}, "to": "x"}]}]}), "questions[0].next[0].when.score", "least");
    refused(json!({"questions": [{"id": "a", "kind": "nps", "next": [{"when": {}, "to": "x"}]}]}), "questions[0].next[0].when", "one of");
    refused(
        json!({"questions": [{"id": "a", "kind": "multi", "other": true, "choices": [{"id": "x"}, {"id": "other"}]}]}),
        "questions[0].choices[1].id",
        "own words",
    );
    refused(json!({"ends": [{"id": "e", "link": {"url": "javascript:alert(1)"}}]}), "ends[0].link.url", "https://");
    refused(json!({"privacy": {"policy": "data:text/html,x"}}), "privacy.policy", "https://");
    refused(json!({"display": {"form": "inline"}}), "display.selector", "selector");
    refused(json!({"display": {"color": "red;} body{"}}), "display.color", "#0F766E");
    refused(json!({"triggers": [{"on": "moon"}]}), "triggers[0].on", "exit");
    refused(json!({"triggers": [{"on": "scroll", "percent": 101}]}), "triggers[0].percent", "between");
    refused(json!({"triggers": [{"on": "event", "event": "Order", "where": [{"property": "amount"}]}]}), "triggers[0].where[0].value", "compared");
    refused(json!({"pages": [{"op": "matches", "value": "("}]}), "pages[0].value", "regular expression");
    refused(json!({"sample": 0}), "sample", "percent");
    refused(json!({"limits": {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}), "limits.to", "after");
    refused(json!({"limits": {"from": "tomorrow"}}), "limits.from", "2026");
    refused(json!({"questions": [{"id": "a", "kind": "nps", "text": {"en": "x".repeat(2001)}}]}), "questions[0].text.en", "2000");
    let nested = Survey::from_json(&with(&base, &json!({"sample": "all"})), "definition").unwrap_err();
    assert_eq!(nested.field, "definition.sample");
}

#[test]
fn what_stands_in_the_way_is_listed() {
    let base = cases()["survey"].clone();
    let problems = |change: Value| {
        let survey = read(&with(&base, &change));
        survey.problems().into_iter().map(|problem| (problem.code, problem.field)).collect::<Vec<_>>()
    };
    let text = |words: &str| json!({"en": words, "fr": words});
    assert_eq!(problems(json!({})), []);
    assert_eq!(problems(json!({"triggers": []})), [("no_trigger", "triggers".to_owned())]);
    assert_eq!(problems(json!({"triggers": [], "display": {"form": "button", "label": text("Feedback")}})), []);
    assert_eq!(
        problems(json!({"ends": [{"id": "thanks", "title": {"en": "Thanks"}}, {"id": "sorry", "title": text("S")}]})),
        [("text_missing", "ends[0].title.fr".to_owned())]
    );
    let one = |question: Value| json!({"questions": [question]});
    assert_eq!(problems(one(json!({"id": "a", "kind": "nps", "text": text("Why?"), "then": "nowhere"}))), [("no_such_target", "questions[0].then".to_owned())]);
    assert_eq!(problems(one(json!({"id": "a", "kind": "nps", "text": text("Why?"), "then": "a"}))), [("goes_back", "questions[0].then".to_owned())]);
    let rule = |when: Value| json!([{"when": when, "to": "thanks"}]);
    assert_eq!(
        problems(one(json!({"id": "a", "kind": "short", "text": text("Why?"), "next": rule(json!({"score": [0, 6]}))}))),
        [("no_score", "questions[0].next[0].when".to_owned())]
    );
    assert_eq!(
        problems(one(json!({"id": "a", "kind": "nps", "text": text("Why?"), "next": rule(json!({"choice": ["x"]}))}))),
        [("no_choices", "questions[0].next[0].when".to_owned())]
    );
    assert_eq!(
        problems(one(json!({"id": "a", "kind": "nps", "text": text("Why?"), "next": rule(json!({"score": [11, 12]}))}))),
        [("rule_never", "questions[0].next[0].when".to_owned())]
    );
    let choices = json!([{"id": "x", "text": text("X")}, {"id": "y", "text": text("Y")}]);
    assert_eq!(
        problems(one(json!({"id": "a", "kind": "single", "choices": choices, "text": text("Why?"), "next": rule(json!({"choice": ["z"]}))}))),
        [("no_such_choice", "questions[0].next[0].when".to_owned())]
    );
    let unreachable = json!({"questions": [{"id": "a", "kind": "nps", "text": text("Why?"), "then": "c"}, {"id": "b", "kind": "short", "text": text("B")}, {"id": "c", "kind": "short", "text": text("C")}]});
    assert_eq!(problems(unreachable), [("unreachable", "questions[1]".to_owned())]);
    let worded = one(
        json!({"id": "a", "kind": "csat", "text": {"en": "Don't you love the speed and the price?", "fr": "Êtes-vous satisfait du prix et de la rapidité ?"}}),
    );
    let survey = read(&with(&base, &worded));
    assert!(survey.problems().iter().all(|problem| problem.level == Level::Warning));
    assert_eq!(survey.problems().iter().map(|problem| problem.code).collect::<Vec<_>>(), ["leading", "double", "double"]);
}

#[test]
fn a_definition_written_out_reads_the_same() {
    let cases = cases();
    for case in cases["eligibility"].as_array().unwrap() {
        let survey = read(&with(&cases["survey"], &case["definition"]));
        let written = serde_json::to_value(&survey).unwrap();
        assert_eq!(read(&written), survey);
    }
}

const KINDS: [&str; 4] = ["nps", "single", "multi", "long"];

#[test]
fn what_is_read_is_in_the_schema_and_what_is_refused_is_not() {
    let schema = Schema::parse(include_str!("../../../../contract/survey.schema.json"));
    let cases = cases();
    let base = &cases["survey"];
    for case in cases["eligibility"].as_array().unwrap() {
        let definition = with(base, &case["definition"]);
        schema.check(&definition).unwrap_or_else(|fault| panic!("{}: {fault:?}", case["name"]));
        schema.check(&serde_json::to_value(read(&definition)).unwrap()).unwrap_or_else(|fault| panic!("{}: {fault:?}", case["name"]));
    }
    let wrong = [
        json!({"langauges": []}),
        json!({"languages": []}),
        json!({"questions": []}),
        json!({"sample": 0}),
        json!({"sample": 101}),
        json!({"delay_s": -1}),
        json!({"questions": [{"id": "a", "kind": "npz"}]}),
        json!({"questions": [{"kind": "nps"}]}),
        json!({"questions": [{"id": "a b", "kind": "nps"}]}),
        json!({"triggers": [{"on": "moon"}]}),
        json!({"triggers": [{"on": "time"}]}),
        json!({"triggers": [{"on": "time", "seconds": 0}]}),
        json!({"display": {"form": "window"}}),
        json!({"display": {"color": "red"}}),
        json!({"pages": [{"op": "like", "value": "/"}]}),
        json!({"frequency": {"again": -1}}),
        json!({"frequency": {"how": 1}}),
        json!({"questions": [{"id": "a", "kind": "nps", "next": [{"when": {"score": [1]}, "to": "x"}]}]}),
        json!({"questions": [{"id": "a", "kind": "nps", "next": [{"when": {}, "to": "x"}]}]}),
    ];
    for change in wrong {
        let definition = with(base, &change);
        assert!(Survey::from_json(&definition, "").is_err() && schema.check(&definition).is_err(), "{change}");
    }
}

/// Rules of any kind to whatever lies below, over scales, choices and texts.
fn survey() -> impl Strategy<Value = Value> {
    let rule = (0..3usize, 0..11u32, 0..11u32, proptest::collection::vec(0..4usize, 1..3), any::<bool>(), 1..6usize);
    let question = (0..4usize, any::<bool>(), any::<bool>(), proptest::collection::vec(rule, 0..4), proptest::option::of(1..6usize));
    proptest::collection::vec(question, 1..6).prop_map(|questions| {
        let n = questions.len();
        let target = |at: usize, step: usize| if at + step < n { format!("q{}", at + step) } else { format!("e{}", (at + step - n) % 2) };
        let questions: Vec<Value> = questions
            .iter()
            .enumerate()
            .map(|(at, (kind, required, other, rules, then))| {
                let choices: Vec<Value> = (0..3).map(|i| json!({"id": format!("c{i}"), "text": {"en": "C"}})).collect();
                let next: Vec<Value> = rules
                    .iter()
                    .map(|(when, a, b, names, skipped, step)| {
                        let when = match (when, *kind) {
                            (0, 0) => json!({"score": [a.min(b), a.max(b)]}),
                            (1, 1 | 2) => json!({"choice": names.iter().map(|i| if *i == 3 && *other { "other".to_owned() } else { format!("c{}", i % 3) }).collect::<Vec<_>>()}),
                            _ => json!({"skipped": skipped}),
                        };
                        json!({"when": when, "to": target(at, *step)})
                    })
                    .collect();
                let mut question = json!({"id": format!("q{at}"), "kind": KINDS[*kind], "text": {"en": "Q"}, "required": required, "next": next});
                if matches!(kind, 1 | 2) {
                    question["choices"] = json!(choices);
                    question["other"] = json!(other);
                }
                if let Some(step) = then {
                    question["then"] = json!(target(at, *step));
                }
                question
            })
            .collect();
        json!({"languages": ["en"], "questions": questions, "ends": [{"id": "e0", "title": {"en": "E"}}, {"id": "e1", "title": {"en": "E"}}], "triggers": [{"on": "load"}]})
    })
}

/// Every answer that a person can give, all sets of choices among them.
fn all_answers(question: &Value) -> Vec<Answer> {
    let mut ids: Vec<String> = question["choices"].as_array().into_iter().flatten().map(|choice| choice["id"].as_str().unwrap().to_owned()).collect();
    if question["other"] == true {
        ids.push("other".to_owned());
    }
    let mut answers: Vec<Answer> = match question["kind"].as_str().unwrap() {
        "nps" => (0..=10).map(|score| Answer::Score(f64::from(score))).collect(),
        "single" => ids.into_iter().map(|id| Answer::Choice(vec![id])).collect(),
        "multi" => (1..1usize << ids.len())
            .map(|set| Answer::Choice(ids.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, id)| id.clone()).collect()))
            .collect(),
        _ => vec![Answer::Given],
    };
    if question["required"] != true {
        answers.push(Answer::Skipped);
    }
    answers
}

/// Where an answer leads, read from the definition.
fn naive_next(definition: &Value, at: usize, answer: &Answer) -> String {
    let question = &definition["questions"][at];
    for rule in question["next"].as_array().unwrap() {
        let when = &rule["when"];
        let fits = if let Some(range) = when["score"].as_array() {
            matches!(answer, Answer::Score(score) if range[0].as_f64().unwrap() <= *score && *score <= range[1].as_f64().unwrap())
        } else if let Some(wanted) = when["choice"].as_array() {
            matches!(answer, Answer::Choice(chosen) if wanted.iter().any(|one| chosen.iter().any(|id| one == id)))
        } else {
            (*answer == Answer::Skipped) == when["skipped"].as_bool().unwrap()
        };
        if fits {
            return rule["to"].as_str().unwrap().to_owned();
        }
    }
    if let Some(then) = question["then"].as_str() {
        return then.to_owned();
    }
    if at + 1 < definition["questions"].as_array().unwrap().len() { format!("q{}", at + 1) } else { "e0".to_owned() }
}

fn name_of(survey: &Survey, next: Next) -> String {
    match next {
        Next::Question(at) => survey.questions[at].id.clone(),
        Next::End(at) => survey.ends[at].id.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_can_be_reached_is_what_walking_every_way_reaches(definition in survey()) {
        let survey = read(&definition);
        let mut reached = BTreeSet::new();
        let mut waiting = vec![0usize];
        while let Some(at) = waiting.pop() {
            if !reached.insert(at) {
                continue;
            }
            for answer in all_answers(&definition["questions"][at]) {
                let naive = naive_next(&definition, at, &answer);
                let next = survey.next(at, &answer);
                prop_assert_eq!(&name_of(&survey, next), &naive);
                if let Next::Question(next) = next {
                    prop_assert!(next > at);
                    waiting.push(next);
                }
            }
        }
        let flags: Vec<bool> = (0..survey.questions.len()).map(|at| reached.contains(&at)).collect();
        prop_assert_eq!(survey.reachable(), flags.clone());
        let told: BTreeSet<String> = survey.problems().into_iter().filter(|problem| problem.code == "unreachable").map(|problem| problem.field).collect();
        let expected: BTreeSet<String> = flags.iter().enumerate().filter(|(_, is)| !**is).map(|(at, _)| format!("questions[{at}]")).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn results_are_those_of_responses_counted_one_by_one(
        definition in survey(),
        responses in proptest::collection::vec((proptest::collection::vec(0..1000usize, 6), 0..6usize, 0..3usize), 0..60),
        not_started in 0..20u64,
    ) {
        let survey = read(&definition);
        // One response after the other: what was answered where, and the question at which it stopped.
        let mut given: Vec<(usize, Answer, usize)> = Vec::new();
        let mut left: BTreeMap<usize, u64> = BTreeMap::new();
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        let mut arrived: BTreeMap<String, u64> = BTreeMap::new();
        for (choices, length, interval) in &responses {
            let mut at = 0;
            for step in 0.. {
                if step == *length {
                    *left.entry(at).or_default() += 1;
                    break;
                }
                let answers = all_answers(&definition["questions"][at]);
                let answer = answers[choices[step % 6] % answers.len()].clone();
                let next = survey.next(at, &answer);
                given.push((at, answer.clone(), *interval));
                let mut tally = Tally { question: format!("q{at}"), skipped: answer == Answer::Skipped, by_interval: vec![0; 3], ..Tally::default() };
                match answer {
                    Answer::Score(score) => tally.score = Some(score),
                    Answer::Choice(ids) => tally.choices = ids,
                    _ => {}
                }
                *arrived.entry(name_of(&survey, next)).or_default() += 1;
                let key = format!("{tally:?}");
                let entry = tallies.entry(key).or_insert(tally);
                entry.n += 1;
                entry.by_interval[*interval] += 1;
                match next {
                    Next::Question(next) => at = next,
                    Next::End(_) => break,
                }
            }
        }
        let tallies: Vec<Tally> = tallies.into_values().collect();
        // Who never began left at the first question.
        *left.entry(0).or_default() += not_started;
        let shown = responses.len() as u64 + not_started;
        let results = fold(&survey, &tallies, &arrived, shown, 3);
        for (at, result) in results.iter().enumerate() {
            let own: Vec<&(usize, Answer, usize)> = given.iter().filter(|(of, ..)| *of == at).collect();
            let answered: Vec<&Answer> = own.iter().map(|(_, answer, _)| answer).filter(|answer| **answer != Answer::Skipped).collect();
            prop_assert_eq!(result.measured.n, answered.len() as u64);
            prop_assert_eq!(result.skipped, (own.len() - answered.len()) as u64);
            prop_assert_eq!(result.left, left.get(&at).copied().unwrap_or(0), "{}", at);
            prop_assert_eq!(result.seen, own.len() as u64 + result.left);
            for choice in &result.choices {
                let n = answered.iter().filter(|answer| matches!(answer, Answer::Choice(ids) if ids.contains(&choice.id))).count();
                prop_assert_eq!(choice.n, n as u64);
            }
            for (interval, measured) in result.intervals.iter().enumerate() {
                let n = own.iter().filter(|(_, answer, of)| *of == interval && *answer != Answer::Skipped).count();
                prop_assert_eq!(measured.n, n as u64);
            }
            let scores: Vec<f64> = answered.iter().filter_map(|answer| if let Answer::Score(score) = answer { Some(*score) } else { None }).collect();
            if survey.questions[at].kind.name() == "nps" && !scores.is_empty() {
                let of = |keep: &dyn Fn(f64) -> bool| scores.iter().filter(|score| keep(**score)).count() as f64;
                let expected = 100.0 * (of(&|score| score >= 9.0) - of(&|score| score <= 6.0)) / scores.len() as f64;
                let score = result.measured.measures.score.unwrap();
                prop_assert!((score.value - expected).abs() < 1e-9 && score.low <= score.high);
                let mean = scores.iter().sum::<f64>() / scores.len() as f64;
                prop_assert!((result.measured.measures.mean.unwrap().value - mean).abs() < 1e-9);
                let mut sorted = scores.clone();
                sorted.sort_by(f64::total_cmp);
                let middle = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
                prop_assert_eq!(result.measured.measures.median, Some(middle));
            }
        }
    }

    #[test]
    fn a_mean_lies_in_its_interval_and_one_answer_says_nothing(scores in proptest::collection::vec(1u32..8, 1..60)) {
        let mut histogram: BTreeMap<u32, u64> = BTreeMap::new();
        scores.iter().for_each(|score| *histogram.entry(*score).or_default() += 1);
        let histogram: Vec<(f64, u64)> = histogram.into_iter().map(|(score, n)| (f64::from(score), n)).collect();
        let estimate = mean(&histogram, (1.0, 7.0)).unwrap();
        prop_assert!(estimate.low <= estimate.value + 1e-9 && estimate.value <= estimate.high + 1e-9 && estimate.low >= 1.0 && estimate.high <= 7.0);
        if scores.len() == 1 {
            prop_assert_eq!((estimate.low, estimate.high), (1.0, 7.0));
        } else {
            // Straight from the formula.
            let n = scores.len() as f64;
            let mean = scores.iter().map(|score| f64::from(*score)).sum::<f64>() / n;
            let s = (scores.iter().map(|score| (f64::from(*score) - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            let half = t_975(scores.len() as u64 - 1) * s / n.sqrt();
            prop_assert!((estimate.low - (mean - half).max(1.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn the_moment_at_which_a_step_gives_way_is_that_moment(
        shown in proptest::collection::vec(0i64..200, 0..5),
        answered in proptest::option::of(0i64..200),
        dismissed in proptest::option::of(0i64..200),
        other in proptest::option::of(0i64..20),
        renew in proptest::option::of(0u32..120),
        again in 0u32..4,
        wait in 0u32..30,
        quiet in 0u32..15,
    ) {
        let now = 1_796_000_000_000;
        let ago = |days: i64| now - days * DAY_MS;
        let mut frequency = json!({"again": again, "again_after_days": wait, "quiet_days": quiet});
        if let Some(days) = renew {
            frequency["renew_after_days"] = json!(days);
        }
        let survey = read(&with(&cases()["survey"], &json!({"frequency": frequency})));
        let mut times: Vec<i64> = shown.iter().map(|days| ago(*days)).collect();
        times.sort_unstable();
        let facts = |now: i64| {
            let mut facts: Facts = serde_json::from_value(cases()["eligibility"][0]["facts"].clone()).unwrap();
            facts.now = now;
            facts.history.shown = times.clone();
            facts.history.answered = answered.map(ago);
            facts.history.dismissed = dismissed.map(ago);
            facts.other_shown = other.map(ago);
            facts
        };
        let decision = decide(&survey, &facts(now));
        for step in decision.steps.iter().filter(|step| step.passes == Some(false)) {
            let Some(until) = step.until else { continue };
            prop_assert!(until > now);
            let at = |now: i64, which: Step| decide(&survey, &facts(now)).steps.into_iter().find(|step| step.step == which).unwrap();
            prop_assert_eq!(at(until - 1, step.step).reason, step.reason);
            prop_assert_ne!(at(until, step.step).reason, step.reason);
        }
        // Whoever never saw it is not kept from it by its own clock.
        if times.is_empty() && answered.is_none() && dismissed.is_none() {
            prop_assert!(!decision.steps.iter().any(|step| step.step == Step::Frequency && step.passes == Some(false)));
        }
        if answered.is_some() && renew.is_none() {
            prop_assert_eq!(decision.steps[4].reason, Some(Reason::Answered));
        }
    }
}

#[test]
fn a_period_is_set_beside_the_one_before() {
    let survey = Survey::from_json(
        &json!({"languages": ["en"], "triggers": [{"on": "load"}], "ends": [{"id": "end", "title": {"en": "Thanks"}}], "questions": [
            {"id": "nps", "kind": "nps", "text": {"en": "Recommend?"}}, {"id": "csat", "kind": "csat", "text": {"en": "Satisfied?"}},
            {"id": "ces", "kind": "ces", "text": {"en": "Easy?"}}, {"id": "why", "kind": "long", "text": {"en": "Why?"}}]}),
        "definition",
    )
    .unwrap();
    let tally = |question: &str, score: f64, n: u64| Tally { question: question.to_owned(), score: Some(score), n, ..Tally::default() };
    let period = |nps: [u64; 2], csat: [u64; 2], ces: [u64; 2]| {
        let of = |id: &str, low: f64, high: f64, n: [u64; 2]| [tally(id, low, n[0]), tally(id, high, n[1])];
        let all = [of("nps", 3.0, 10.0, nps), of("csat", 2.0, 5.0, csat), of("ces", 2.0, 6.0, ces)].concat();
        fold(&survey, &all, &BTreeMap::new(), 500, 0)
    };
    let mut now = period([20, 180], [100, 100], [50, 150]);
    compare(&mut now, &period([100, 100], [98, 102], [150, 50]));
    let told: Vec<Option<(f64, bool)>> =
        now.iter().map(|one| one.before.as_ref().map(|before| ((before.change * 1e6).round() / 1e6, before.is_clear))).collect();
    assert_eq!(told, [Some((80.0, true)), Some((-0.01, false)), Some((2.0, true)), None]);
    assert_eq!(now[0].before.as_ref().unwrap().n, 200);
    // A period without answers is no period to compare with.
    let mut alone = period([20, 180], [1, 1], [1, 1]);
    compare(&mut alone, &fold(&survey, &[], &BTreeMap::new(), 0, 0));
    assert!(alone.iter().all(|one| one.before.is_none()));
}
