use super::{INVOICE, drafted, in_force, late_invoices};
use serde_json::Value;
use sillage_plan::{Compiled, Fate, diff, from_json};
use sillage_testkit::story::{Surveys, generate};

const END_MS: i64 = 1_764_500_000_000;

#[test]
fn only_the_late_invoices_are_kept_apart() {
    let rules = Compiled::new(&from_json(&in_force(true).unwrap()).unwrap()).unwrap();
    let fate = |line: &Value| {
        let properties = serde_json::from_value(line["properties"].clone()).unwrap();
        rules.check(line["event"].as_str().unwrap(), &properties).fate
    };
    let mut invoices = Vec::new();
    for line in generate(END_MS, 7, Surveys::default()).filter(|line| line.get("event").is_some()) {
        assert!(matches!(fate(&line), Fate::Keep | Fate::Warn), "{line}");
        if line["event"] == INVOICE {
            invoices.push(line);
        }
    }
    let late = late_invoices(&invoices, END_MS);
    assert_eq!(late.len(), 6);
    assert!(late.iter().all(|line| fate(line) == Fate::Quarantine));
}

#[test]
fn the_draft_says_what_it_changes() {
    let [in_force, drafted] = [in_force(false), drafted(false)].map(|document| from_json(&document.unwrap()).unwrap());
    let fields: Vec<String> = diff(&in_force, &drafted).into_iter().map(|change| change.field).collect();
    assert_eq!(fields, ["events.Contacts imported.properties.source.values", "events.Help opened"]);
}
