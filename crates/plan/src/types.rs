//! Code of clients that follows from a plan: one function an event, whose parameters have the types and values that the plan says. What sends is given by
//! the application, so that any SDK does.
//!
//! What must stay true: the same plan gives the same text; whatever stands in a plan, the text is code of its language and says what the plan says.

mod kotlin;
mod python;
mod swift;
mod typescript;

use crate::{Plan, Property, Status, Type};
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Typescript,
    Python,
    Kotlin,
    Swift,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Typescript, Self::Python, Self::Kotlin, Self::Swift];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Typescript => "typescript",
            Self::Python => "python",
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
        }
    }
}

/// The code for a plan without errors.
#[must_use]
pub fn generate(plan: &Plan, language: Language) -> String {
    match language {
        Language::Typescript => typescript::write(plan, &events(plan, typescript::KEYWORDS)),
        Language::Python => python::write(plan, &events(plan, python::KEYWORDS)),
        Language::Kotlin => kotlin::write(plan, &events(plan, kotlin::KEYWORDS)),
        Language::Swift => swift::write(plan, &events(plan, swift::KEYWORDS)),
    }
}

/// An event as code knows it.
struct EventCode<'a> {
    name: &'a str,
    /// `CampaignSent`, of no other event.
    pascal: String,
    /// `campaignSent`, no keyword.
    camel: String,
    /// `campaign_sent`, no keyword.
    snake: String,
    doc: String,
    deprecated: bool,
    /// Required ones first, then by name.
    properties: Vec<PropertyCode<'a>>,
}

struct PropertyCode<'a> {
    name: &'a str,
    camel: String,
    snake: String,
    doc: String,
    required: bool,
    kind: Type,
    /// Texts that are allowed, where only texts are.
    words: Option<Vec<String>>,
    /// Of a list: the type of its elements, and their words.
    element: (Type, Option<Vec<String>>),
}

/// Blocked events and properties are left out: they must not be sent.
fn events<'a>(plan: &'a Plan, keywords: &[&str]) -> Vec<EventCode<'a>> {
    let mut taken = BTreeSet::new();
    let wanted = plan.events.iter().filter(|(_, event)| event.status != Status::Blocked);
    wanted
        .map(|(name, event)| {
            let words = unique(words_of(name), &mut taken);
            let mut names = BTreeSet::new();
            let rules = plan.properties_of(event).filter(|(name, rules)| rules.status != Some(Status::Blocked) && !crate::is_reserved(name));
            let mut properties: Vec<PropertyCode<'a>> = rules.map(|(name, rules)| property(name, &rules, keywords, &mut names)).collect();
            properties.sort_by(|a, b| b.required.cmp(&a.required).then_with(|| a.name.cmp(b.name)));
            EventCode {
                name,
                pascal: pascal(&words),
                camel: no_keyword(camel(&words), keywords),
                snake: no_keyword(words.join("_"), keywords),
                doc: one_line(&[&event.description, &event.trigger]),
                deprecated: event.status == Status::Deprecated,
                properties,
            }
        })
        .collect()
}

fn property<'a>(name: &'a str, rules: &Property, keywords: &[&str], taken: &mut BTreeSet<String>) -> PropertyCode<'a> {
    let words = unique(words_of(name), taken);
    let items = rules.items.as_ref();
    PropertyCode {
        name,
        camel: no_keyword(camel(&words), keywords),
        snake: no_keyword(words.join("_"), keywords),
        doc: one_line(&[rules.description.as_deref().unwrap_or_default()]),
        required: rules.required.unwrap_or_default(),
        kind: rules.kind.unwrap_or(if items.is_some() { Type::List } else { Type::Any }),
        words: texts(rules.values.as_deref()),
        element: (items.and_then(|items| items.kind).unwrap_or(Type::Any), texts(items.and_then(|items| items.values.as_deref()))),
    }
}

/// Each once.
fn texts(values: Option<&[Value]>) -> Option<Vec<String>> {
    let mut met = BTreeSet::new();
    values?.iter().map(Value::as_str).filter(|text| met.insert(*text)).map(|text| text.map(str::to_owned)).collect()
}

/// `Campaign Sent`, `campaignSent` and `campaign_sent` are the same two words.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for one in name.chars().map(without_accent) {
        let begins = !last.is_ascii_alphanumeric() || (one.is_ascii_uppercase() && !last.is_ascii_uppercase());
        if one.is_ascii_alphanumeric() {
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.push(one.to_ascii_lowercase()),
                None => words.push(one.to_ascii_lowercase().to_string()),
            }
        }
        last = one;
    }
    if words.first().is_none_or(|word| word.starts_with(|one: char| one.is_ascii_digit())) {
        words.insert(0, "event".to_owned());
    }
    words
}

/// Code is written in letters that every language and keyboard has.
fn without_accent(one: char) -> char {
    match one {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'À'..='Å' => 'A',
        'Ç' => 'C',
        'È'..='Ë' => 'E',
        'Ì'..='Ï' => 'I',
        'Ñ' => 'N',
        'Ò'..='Ö' => 'O',
        'Ù'..='Ü' => 'U',
        other => other,
    }
}

/// Names that would be the same get a number.
fn unique(mut words: Vec<String>, taken: &mut BTreeSet<String>) -> Vec<String> {
    let mut n = 2;
    let own = words.len();
    while !taken.insert(words.concat()) {
        words.truncate(own);
        words.push(n.to_string());
        n += 1;
    }
    words
}

fn pascal(words: &[String]) -> String {
    words.iter().map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

fn camel(words: &[String]) -> String {
    let (first, rest) = words.split_at(1);
    first.concat() + &pascal(rest)
}

fn no_keyword(name: String, keywords: &[&str]) -> String {
    if keywords.contains(&name.as_str()) { name + "_" } else { name }
}

/// Texts of a plan as one line of a comment, from which no language can find its way out.
fn one_line(parts: &[&str]) -> String {
    let text = parts.iter().filter(|part| !part.is_empty()).map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(" · ");
    let shown: String = text.chars().filter(|one| !is_unseen(*one)).collect();
    // What ends a comment comes last, since the others may make one.
    shown.replace('\\', "/").replace('"', "'").replace("*/", "* /").replace("/*", "/ *")
}

/// What does not show, or makes a reader see another order than a compiler.
fn is_unseen(one: char) -> bool {
    one.is_control() || matches!(one, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text between quotation marks, as in JSON.
fn quoted(text: &str) -> String {
    escaped(text, |code| format!("\\u{code:04x}"))
}

/// A text between quotation marks, where what does not show is written in a way of the language's own.
fn escaped(text: &str, unseen: impl Fn(u32) -> String) -> String {
    let inside: String = text
        .chars()
        .map(|one| match one {
            '"' | '\\' => format!("\\{one}"),
            one if is_unseen(one) => unseen(u32::from(one)),
            one => one.to_string(),
        })
        .collect();
    format!("\"{inside}\"")
}

fn heading(plan: &Plan) -> String {
    let name = one_line(&[&plan.name]);
    let of = if name.is_empty() { String::new() } else { format!(" '{name}'") };
    format!("Made by `sillage plan types` from the tracking plan{of}. Changes belong into the plan.")
}
