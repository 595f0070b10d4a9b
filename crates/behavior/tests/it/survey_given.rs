//! Answers as a form sends them.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::survey::{Answer, Question, Survey, Wrong};

fn question(of: Value) -> Question {
    let mut whole = json!({"id": "q1", "text": {"en": "How was it?"}});
    of.as_object().unwrap().iter().for_each(|(name, value)| whole[name] = value.clone());
    let definition = json!({"languages": ["en"], "questions": [whole], "ends": [{"id": "e1", "title": {"en": "Thanks"}}], "triggers": [{"on": "load"}]});
    Survey::from_json(&definition, "").unwrap().questions.remove(0)
}

fn fields(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[track_caller]
fn says(of: Value, sent: &[(&str, &str)], wanted: Value) -> Answer {
    let question = question(of);
    let given = question.read(&fields(sent)).unwrap();
    assert_eq!(Value::Object(given.properties(&question, "en")), wanted);
    given.answer()
}

fn choices() -> Value {
    json!([{"id": "price", "text": {"en": "Price"}}, {"id": "bugs", "text": {"en": "Bugs"}}, {"id": "else", "text": {"en": "Another tool"}}])
}

#[test]
fn every_kind_of_question_is_read_and_told() {
    for (kind, sent, score) in [("nps", "10", 10), ("nps", "0", 0), ("csat", "4", 4), ("ces", "7", 7), ("rating", "1", 1), ("seq", "7", 7), ("thumbs", "0", 0)]
    {
        assert_eq!(says(json!({"kind": kind}), &[("answer", sent)], json!({"$score": score})), Answer::Score(f64::from(score)));
    }
    let single = json!({"kind": "single", "choices": choices(), "other": true});
    assert_eq!(
        says(single.clone(), &[("answer", "price"), ("own", "ignored")], json!({"$choice": "price", "$answer": ["Price"]})),
        Answer::Choice(vec!["price".into()])
    );
    says(single, &[("answer", "other"), ("own", " too slow ")], json!({"$choice": "other", "$answer": ["too slow"]}));
    let multi = json!({"kind": "multi", "choices": choices(), "other": true});
    says(
        multi,
        &[("answer", "bugs"), ("answer", "price"), ("answer", "bugs"), ("answer", "other")],
        json!({"$choice": "price,bugs,other", "$answer": ["Price", "Bugs", "other"]}),
    );
    let ranking = json!({"kind": "ranking", "choices": choices()});
    says(
        ranking,
        &[("place.price", "3"), ("place.bugs", "1"), ("place.else", "2")],
        json!({"$choice": "bugs,else,price", "$answer": ["Bugs", "Another tool", "Price"]}),
    );
    says(json!({"kind": "short"}), &[("answer", "  <b>Ünïcode 🙂 שלום</b> ")], json!({"$answer": "<b>Ünïcode 🙂 שלום</b>"}));
    says(json!({"kind": "email"}), &[("answer", "ada@courriel.example")], json!({"$answer": "ada@courriel.example"}));
    assert_eq!(says(json!({"kind": "consent"}), &[("answer", "yes")], json!({"$answer": true})), Answer::Given);
    assert_eq!(says(json!({"kind": "statement"}), &[], json!({})), Answer::Given);
    let rows: Vec<Value> = (1..=10).map(|n| json!({"id": format!("i{n}"), "text": {"en": "x"}})).collect();
    let all: Vec<(String, String)> = (1..=10).map(|n| (format!("row.i{n}"), if n % 2 == 1 { "5" } else { "1" }.to_owned())).collect();
    let sus = question(json!({"kind": "sus", "items": rows}));
    let given = sus.read(&all).unwrap();
    assert_eq!((given.score, given.rows().count()), (Some(100.0), 10));
    let umux = question(json!({"kind": "umux_lite", "items": [{"id": "a", "text": {"en": "x"}}, {"id": "b", "text": {"en": "y"}}]}));
    assert_eq!(umux.read(&fields(&[("row.a", "7"), ("row.b", "7")])).unwrap().score, Some(100.0));
    let matrix = question(json!({"kind": "matrix", "items": [{"id": "a", "text": {"en": "x"}}, {"id": "b", "text": {"en": "y"}}]}));
    let given = matrix.read(&fields(&[("row.b", "2")])).unwrap();
    assert_eq!((given.score, given.rows().collect::<Vec<_>>(), given.answer()), (None, vec![("b", json!(2))], Answer::Given));
}

#[test]
fn nothing_is_skipped_only_where_it_may_be() {
    for kind in ["nps", "short", "email", "consent", "thumbs"] {
        assert_eq!(says(json!({"kind": kind}), &[("answer", " ")], json!({"$skipped": true})), Answer::Skipped);
        assert_eq!(question(json!({"kind": kind, "required": true})).read(&[]), Err(Wrong::Missing), "{kind}");
    }
    let ranking = json!({"kind": "ranking", "choices": choices()});
    says(ranking, &[("place.price", "")], json!({"$skipped": true}));
}

#[test]
fn what_was_not_offered_is_not_taken() {
    let wrong = |of: Value, sent: &[(&str, &str)]| question(of).read(&fields(sent)).unwrap_err();
    for score in ["11", "-1", "1e1", "x", "99999999999", "5.5"] {
        assert_eq!(wrong(json!({"kind": "nps"}), &[("answer", score)]), Wrong::Unknown, "{score}");
    }
    assert_eq!(wrong(json!({"kind": "single", "choices": choices()}), &[("answer", "other")]), Wrong::Unknown);
    assert_eq!(wrong(json!({"kind": "single", "choices": choices()}), &[("answer", "price"), ("answer", "bugs")]), Wrong::TooMany);
    assert_eq!(wrong(json!({"kind": "multi", "choices": choices(), "most": 1}), &[("answer", "price"), ("answer", "bugs")]), Wrong::TooMany);
    for places in [
        [("place.price", "1"), ("place.bugs", "1"), ("place.else", "2")],
        [("place.price", "1"), ("place.bugs", "2"), ("place.else", "4")],
        [("place.price", "1"), ("place.bugs", ""), ("place.else", "2")],
    ] {
        assert_eq!(wrong(json!({"kind": "ranking", "choices": choices()}), &places), Wrong::Places, "{places:?}");
    }
    assert_eq!(wrong(json!({"kind": "long"}), &[("answer", &"x".repeat(5001))]), Wrong::TooLong(5000));
    assert_eq!(wrong(json!({"kind": "short"}), &[("answer", &"é".repeat(501))]), Wrong::TooLong(500));
    for email in ["ada", "ada@", "@x.y", "a b@x.y", "ada@x", "ada@x.", "a@b@c.d"] {
        assert_eq!(wrong(json!({"kind": "email"}), &[("answer", email)]), Wrong::NoEmail, "{email}");
    }
}

proptest! {
    /// Whatever is sent, it is read or refused, and what is read is among what is offered.
    #[test]
    fn any_fields_are_read_or_refused(kind in 0_usize..8, sent in prop::collection::vec(("(answer|own|row\\.a|place\\.price|place\\.bugs|place\\.else)", "(\\PC{0,8}|price|bugs|other|[0-9]{1,3})"), 0..6)) {
        let kinds = ["nps", "csat", "single", "multi", "ranking", "short", "email", "matrix"];
        let mut of = json!({"kind": kinds[kind]});
        if matches!(kind, 2..=4) { of["choices"] = choices(); }
        if kind == 7 { of["items"] = json!([{"id": "a", "text": {"en": "x"}}, {"id": "b", "text": {"en": "y"}}]); }
        let question = question(of);
        let sent: Vec<(String, String)> = sent;
        if let Ok(given) = question.read(&sent) {
            let ids = question.choice_ids();
            prop_assert!(given.choices.iter().flatten().all(|id| ids.contains(id)));
            if let (Some(score), Some((low, high))) = (given.score, question.scale()) {
                prop_assert!((low as f64..=high as f64).contains(&score));
            }
            prop_assert_eq!(given.is_skipped, given.answer() == Answer::Skipped);
        }
    }
}
