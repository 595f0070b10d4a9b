//! What the events of a request did against a plan, added up.

use crate::{Level, Rule, Verdict, check::type_of};
use serde_json::Value;
use sillage_event::{Properties, as_text};
use std::collections::HashMap;

/// Different violations that are told apart at once; what comes on top is counted without its names.
const MOST_KEYS: usize = 2_000;
const SAMPLE_CHARS: usize = 80;
const SDK_CHARS: usize = 60;

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TallyKey {
    /// Empty, as the property then is: too many different ones to tell apart.
    pub event: String,
    /// Empty where the event itself is meant.
    pub property: String,
    pub rule: Rule,
    pub sdk: String,
    pub sdk_version: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub count: u64,
    pub level: Level,
    /// The last value, short and masked.
    pub sample: String,
    /// The type of that value; empty where there is none.
    pub seen_type: &'static str,
}

/// Violations by event, property, rule and SDK.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally(HashMap<TallyKey, Counted>);

impl Tally {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts what an event broke.
    pub fn add(&mut self, event: &str, properties: &Properties, verdict: &Verdict<'_>) {
        let text = |name: &str, or: &str| {
            let found = properties.get(name).or_else(|| properties.get(or)).and_then(as_text);
            found.map(|text| text.chars().take(SDK_CHARS).collect::<String>()).unwrap_or_default()
        };
        for violation in &verdict.violations {
            let key = TallyKey {
                event: event.to_owned(),
                property: violation.property.unwrap_or_default().to_owned(),
                rule: violation.rule,
                sdk: text("mp_lib", "$lib"),
                sdk_version: text("$lib_version", "lib_version"),
            };
            let sample = violation.value.filter(|_| !matches!(violation.property, Some("ip" | "$ip"))).map(sample_of).unwrap_or_default();
            let seen_type = violation.value.map_or("", |value| type_of(value).name());
            self.count(key, Counted { count: 1, level: violation.level, sample, seen_type });
        }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(key, counted)| self.count(key, counted));
    }

    fn count(&mut self, key: TallyKey, counted: Counted) {
        let is_full = self.0.len() >= MOST_KEYS && !self.0.contains_key(&key);
        let key = if is_full { TallyKey { event: String::new(), property: String::new(), sdk: String::new(), sdk_version: String::new(), ..key } } else { key };
        match self.0.get_mut(&key) {
            Some(known) => *known = Counted { count: known.count + counted.count, ..counted },
            None => drop(self.0.insert(key, counted)),
        }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&TallyKey, &Counted)> {
        self.0.iter()
    }
}

fn sample_of(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    masked(&text)
}

/// Short, without what points to a person: mail addresses and long numbers, that of a card or a telephone among them.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_inclusive(|one: char| one.is_whitespace() || matches!(one, ',' | ';' | '"')) {
        if word.contains('@') {
            shown.push_str("…@…");
            shown.extend(word.chars().last().filter(|last| last.is_whitespace() || matches!(last, ',' | ';' | '"')));
        } else if word.chars().filter(char::is_ascii_digit).count() >= 9 {
            shown.extend(word.chars().map(|one| if one.is_ascii_digit() { '#' } else { one }));
        } else {
            shown.push_str(word);
        }
        if shown.chars().count() > SAMPLE_CHARS {
            break;
        }
    }
    if shown.chars().count() <= SAMPLE_CHARS {
        return shown;
    }
    shown.chars().take(SAMPLE_CHARS - 1).chain(['…']).collect()
}
