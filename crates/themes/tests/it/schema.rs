//! Reports and corrections are what `contract/themes.schema.json` says, and it says nothing that they have not.

use crate::{SOME, answers};
use sillage_testkit::schema::Schema;
use sillage_themes::{Answer, Correction, Settings, report};

const WRITTEN: &str = include_str!("../../../../contract/themes.schema.json");

#[test]
fn a_report_is_what_its_schema_says() {
    let schema = Schema::parse(WRITTEN);
    let mut given: Vec<Answer> =
        answers(&SOME).into_iter().flat_map(|answer| (0..3).map(move |i| Answer { id: format!("{}-{i}", answer.id), ..answer.clone() })).collect();
    for (i, answer) in given.iter_mut().enumerate() {
        answer.score = Some(i as f64 % 11.0);
        answer.period = Some(format!("2026-1{}", i % 2));
        answer.segments.insert("device".to_owned(), ["mobile", "desktop"][i % 2].to_owned());
    }
    given.push(Answer { id: "ar".to_owned(), text: "الموقع بطيء جدا".to_owned(), ..Answer::default() });
    for (given, corrections) in [(given, vec![Correction::Hide { theme: vec!["#speed".to_owned()] }]), (answers(&SOME[..2]), Vec::new())] {
        let report = serde_json::to_value(report(&given, &Settings { corrections, ..Settings::default() })).unwrap();
        schema.check_as("ThemeReport", &report).unwrap();
    }
}

#[test]
fn corrections_are_what_their_schema_says() {
    let schema = Schema::parse(WRITTEN);
    let terms = || vec!["#speed".to_owned()];
    let all = [
        Correction::Rename { theme: terms(), name: "Lenteurs".to_owned() },
        Correction::Merge { themes: vec![terms(), terms()], name: None },
        Correction::Split { theme: terms(), terms: terms(), name: Some("x".to_owned()) },
        Correction::Move { fingerprint: "00".to_owned(), from: Some(terms()), to: None },
        Correction::Hide { theme: terms() },
    ];
    for correction in all {
        let written = serde_json::to_value(&correction).unwrap();
        schema.check_as("ThemeCorrection", &written).unwrap();
        assert_eq!(serde_json::from_value::<Correction>(written).unwrap(), correction);
    }
    let unknown = serde_json::json!({"kind": "hide", "theme": [], "reason": "x"});
    assert!(schema.check_as("ThemeCorrection", &unknown).is_err() && serde_json::from_value::<Correction>(unknown).is_err());
}
