//! Which recordings a question asks for: conditions on the columns of a recording, and the orders that a list can have.
//!
//! Not here: where recordings lie, and who their people are; a caller of [`Condition::holds`] brings what a row cannot know.

use crate::filter::{Cell, Test};
use sillage_event::recording::Row;
use std::collections::{HashMap, HashSet};

/// A column of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    DurationSeconds,
    ActiveSeconds,
    /// How many pages.
    Pages,
    /// Any of the pages.
    Page,
    Entry,
    Exit,
    Clicks,
    Keys,
    Score,
    /// How often a signal came.
    Signal(String),
    Errors,
    FailedRequests,
    ConsoleErrors,
    /// Desktop, Mobile, Tablet.
    Device,
    Browser,
    Os,
    Country,
    Bot,
    /// Of the account that asks.
    Watched,
    /// The texts of the notes.
    Note,
    /// Names of the site's own events.
    Event,
    Session,
    /// By any id of the person.
    Person,
    /// The device that it was recorded on.
    DeviceId,
    HasSnapshot,
}

/// The words for fields without a part of their own.
pub const FIELDS: [(&str, Field); 24] = [
    ("duration_seconds", Field::DurationSeconds),
    ("active_seconds", Field::ActiveSeconds),
    ("pages", Field::Pages),
    ("page", Field::Page),
    ("entry", Field::Entry),
    ("exit", Field::Exit),
    ("clicks", Field::Clicks),
    ("keys", Field::Keys),
    ("score", Field::Score),
    ("errors", Field::Errors),
    ("failed_requests", Field::FailedRequests),
    ("console_errors", Field::ConsoleErrors),
    ("device", Field::Device),
    ("browser", Field::Browser),
    ("os", Field::Os),
    ("country", Field::Country),
    ("bot", Field::Bot),
    ("watched", Field::Watched),
    ("note", Field::Note),
    ("event", Field::Event),
    ("session", Field::Session),
    ("person", Field::Person),
    ("device_id", Field::DeviceId),
    ("has_snapshot", Field::HasSnapshot),
];

#[derive(Clone, Debug)]
pub struct Condition {
    pub field: Field,
    pub test: Test,
}

/// What the account that asks, and its team, wrote on recordings. Filled by who keeps it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    pub watched: HashSet<String>,
    /// The texts of the notes of each session.
    pub notes: HashMap<String, Vec<String>>,
}

impl Condition {
    /// Whether a recording passes. `Person` is decided by the caller, who knows the links: here it holds.
    #[must_use]
    pub fn holds(&self, row: &Row, marks: &Marks) -> bool {
        let number = |number: f64| self.test.matches(Some(Cell::Number(number)));
        let text = |text: Option<&str>| self.test.matches(text.map(Cell::Text));
        match &self.field {
            Field::DurationSeconds => number(row.duration_ms() as f64 / 1000.0),
            Field::ActiveSeconds => number(row.active_ms as f64 / 1000.0),
            Field::Pages => number(row.pages.len() as f64),
            Field::Page => any_of(&self.test, row.pages.iter().map(|page| &**page)),
            Field::Entry => text(row.pages.first().map(|page| &**page)),
            Field::Exit => text(row.pages.last().map(|page| &**page)),
            Field::Clicks => number(f64::from(row.clicks)),
            Field::Keys => number(f64::from(row.keys)),
            Field::Score => number(f64::from(row.score)),
            Field::Signal(name) => number(f64::from(row.signal(name))),
            Field::Errors => number(f64::from(row.errors)),
            Field::FailedRequests => number(f64::from(row.failed_requests)),
            Field::ConsoleErrors => number(f64::from(row.console_errors)),
            Field::Device => text(row.device.as_deref()),
            Field::Browser => text(row.browser.as_deref()),
            Field::Os => text(row.os.as_deref()),
            Field::Country => text(row.country.as_deref()),
            Field::Bot => self.test.matches(Some(Cell::Flag(row.is_bot))),
            Field::Watched => self.test.matches(Some(Cell::Flag(marks.watched.contains(&*row.session)))),
            Field::Note => any_of(&self.test, marks.notes.get(&*row.session).into_iter().flatten().map(String::as_str)),
            Field::Event => any_of(&self.test, row.events.iter().map(|event| &**event)),
            Field::Session => text(Some(&row.session)),
            Field::DeviceId => text(row.device_id.as_deref()),
            Field::HasSnapshot => self.test.matches(Some(Cell::Flag(row.has_snapshot))),
            Field::Person => true,
        }
    }
}

/// One of the values passes; a negation asks that none is what it excludes.
fn any_of<'a>(test: &Test, mut values: impl Iterator<Item = &'a str>) -> bool {
    match test {
        Test::IsNot(_) | Test::NotContains(_) => values.all(|value| test.matches(Some(Cell::Text(value)))),
        Test::Set => values.next().is_some(),
        Test::NotSet => values.next().is_none(),
        _ => values.any(|value| test.matches(Some(Cell::Text(value)))),
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Shortest,
    Longest,
    Active,
    MostRage,
    Score,
    Errors,
    Clicks,
}

pub const SORTS: &[(&str, Sort)] = &[
    ("newest", Sort::Newest),
    ("oldest", Sort::Oldest),
    ("shortest", Sort::Shortest),
    ("longest", Sort::Longest),
    ("active", Sort::Active),
    ("most_rage", Sort::MostRage),
    ("score", Sort::Score),
    ("errors", Sort::Errors),
    ("clicks", Sort::Clicks),
];

impl Sort {
    /// What comes first has the least key; among equals the newest does, then the least session.
    #[must_use]
    pub fn key(self, row: &Row) -> (i64, i64) {
        let first = match self {
            Self::Newest => 0,
            Self::Oldest => return (row.start, 0),
            Self::Shortest => row.duration_ms(),
            Self::Longest => -row.duration_ms(),
            Self::Active => -row.active_ms,
            Self::MostRage => -i64::from(row.signal("rage_click")),
            Self::Score => -i64::from(row.score),
            Self::Errors => -i64::from(row.errors),
            Self::Clicks => -i64::from(row.clicks),
        };
        (first, -row.start)
    }
}

/// The last recording of the page before: its keys and session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub key: (i64, i64),
    pub session: String,
}

impl Cursor {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let key = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { key, session: parts.next()?.to_owned() })
    }

    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}.{}", self.key.0, self.key.1, self.session)
    }
}
