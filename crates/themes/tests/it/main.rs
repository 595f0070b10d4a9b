//! What a report must be whatever people answer: the same in any order, bounded, without panic; and what people change about it stays.

mod corrections;
mod properties;
mod reports;
mod schema;

use sillage_themes::{Answer, Report, Settings, Theme, report};

fn answer(id: &str, text: &str) -> Answer {
    Answer { id: id.to_owned(), text: text.to_owned(), ..Answer::default() }
}

/// Answers with ids of their own.
fn answers(texts: &[&str]) -> Vec<Answer> {
    texts.iter().enumerate().map(|(i, text)| answer(&format!("a{i:03}"), text)).collect()
}

fn report_of(texts: &[&str]) -> Report {
    report(&answers(texts), &Settings::default())
}

fn theme<'a>(report: &'a Report, name: &str) -> &'a Theme {
    let names: Vec<&str> = report.themes.iter().map(|theme| theme.name.en.as_str()).collect();
    report.themes.iter().find(|theme| theme.name.en == name).unwrap_or_else(|| panic!("no theme {name} among {names:?}"))
}

/// Twelve answers about speed, import of contacts, and nothing of both.
const SOME: [&str; 14] = [
    "Trop lent",
    "C'est lent le matin",
    "The pages are slow",
    "so slow on my machine",
    "L'import de contacts a échoué",
    "Import des contacts impossible",
    "The contact import lost half of my rows",
    "import contacts works",
    "Mes contacts ne passent pas à l'import",
    "J'adore",
    "Great",
    "Rien",
    "Le chargement est long",
    "Import de mes contacts depuis Excel sans souci",
];
