use crate::{SOME, answers, theme};
use sillage_themes::{Answer, Correction, Report, Settings, report};

fn corrected(answers: &[Answer], corrections: Vec<Correction>) -> Report {
    report(answers, &Settings { corrections, ..Settings::default() })
}

/// The answers of some, and as many again about other things.
fn more() -> Vec<Answer> {
    let mut texts = SOME.to_vec();
    texts.extend([
        "L'import du fichier est lent",
        "le fichier csv ne passe pas",
        "fichier csv refusé",
        "Le fichier est illisible",
        "csv",
        "trop cher",
        "Too expensive",
        "prix",
        "Ma machine va bien",
        "Belle machine",
    ]);
    answers(&texts)
}

fn terms(report: &Report, name: &str) -> Vec<String> {
    theme(report, name).terms.clone()
}

#[test]
fn a_name_stays_when_more_answers_come() {
    let before = corrected(&answers(&SOME), Vec::new());
    let found = before.themes.iter().find(|theme| theme.terms.iter().any(|term| term == "import")).unwrap();
    let rename = vec![Correction::Rename { theme: found.terms.clone(), name: "Importing people".to_owned() }];
    let named = corrected(&answers(&SOME), rename.clone());
    assert_eq!(theme(&named, "Importing people").answers, found.answers);
    let later = corrected(&more(), rename);
    let theme = theme(&later, "Importing people");
    assert_eq!(theme.terms.iter().collect::<std::collections::BTreeSet<_>>(), found.terms.iter().collect());
    assert!(theme.is_fixed && theme.share.n > found.share.n);
}

#[test]
fn two_themes_become_one() {
    let before = corrected(&more(), Vec::new());
    let (speed, price) = (terms(&before, "Speed"), terms(&before, "Price"));
    let union: std::collections::BTreeSet<String> = theme(&before, "Speed").answers.iter().chain(&theme(&before, "Price").answers).cloned().collect();
    let merged = corrected(&more(), vec![Correction::Merge { themes: vec![speed, price], name: Some("Money and time".to_owned()) }]);
    assert_eq!(theme(&merged, "Money and time").answers, union.into_iter().collect::<Vec<_>>());
    assert!(merged.themes.iter().all(|theme| theme.name.en != "Speed" && theme.name.en != "Price"));
}

#[test]
fn a_theme_is_split_by_its_phrases() {
    let before = corrected(&answers(&SOME), Vec::new());
    let speed = theme(&before, "Speed");
    let phrase = speed.phrases.iter().find(|phrase| phrase.phrase == "chargement").unwrap();
    let split = Correction::Split { theme: speed.terms.clone(), terms: vec![phrase.term.clone()], name: Some("Loading".to_owned()) };
    let after = corrected(&answers(&SOME), vec![split.clone()]);
    assert_eq!(theme(&after, "Loading").answers, ["a012"]);
    assert_eq!(theme(&after, "Speed").share.n, speed.share.n - 1);
    assert_eq!(theme(&corrected(&more(), vec![split]), "Loading").answers, ["a012"], "a theme that people made stays, however small");
}

#[test]
fn an_answer_is_moved_by_what_it_says() {
    let before = corrected(&answers(&SOME), Vec::new());
    let speed = terms(&before, "Speed");
    let fingerprint = before.answers.iter().find(|read| read.id == "a009").unwrap().fingerprint.clone();
    let moved = vec![Correction::Move { fingerprint, from: None, to: Some(speed.clone()) }];
    let mut later = more();
    later.push(Answer { id: "z".to_owned(), text: "  j’adore !!".to_owned(), ..Answer::default() });
    let after = corrected(&later, moved);
    let speed_after = theme(&after, "Speed");
    assert!(
        speed_after.answers.contains(&"a009".to_owned()) && speed_after.answers.contains(&"z".to_owned()),
        "the same words typed another way are the same answer"
    );

    let out = before.answers.iter().find(|read| read.id == "a000").unwrap().fingerprint.clone();
    let after = corrected(&later, vec![Correction::Move { fingerprint: out, from: Some(speed), to: None }]);
    assert!(!theme(&after, "Speed").answers.contains(&"a000".to_owned()));
}

#[test]
fn a_hidden_theme_can_be_found_again() {
    let speed = terms(&corrected(&answers(&SOME), Vec::new()), "Speed");
    let after = corrected(&answers(&SOME), vec![Correction::Hide { theme: speed }]);
    assert!(after.themes.iter().all(|theme| theme.name.en != "Speed"));
    assert_eq!(after.hidden[0].name.fr, "Vitesse");
    assert!(!after.unsorted.answers.contains(&"a000".to_owned()));
}

#[test]
fn corrections_are_kept_as_json() {
    let json = r##"[{"kind":"rename","theme":["#speed"],"name":"Lenteurs"},{"kind":"move","fingerprint":"00","from":null,"to":["#price"]},{"kind":"split","theme":["#speed"],"terms":["charg"],"name":null}]"##;
    let corrections: Vec<Correction> = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&corrections).unwrap(), json);
}
