//! Filters: which events exist, which people count. The meaning of each operator on one value.

use crate::calendar::{Unit, Zone};
use crate::cohort::CohortName;
use crate::question::{Compare, RangeSpec, Selector};
use regex::Regex;
use serde_json::Value;
use sillage_event::{as_number, as_text, number_text, time};

/// A tree of conditions.
#[derive(Clone, Debug)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Property {
        property: String,
        of: Of,
        test: Test,
    },
    /// When it happened: a part of the local time passes.
    Time {
        part: TimePart,
        test: Test,
    },
    Event(Vec<String>),
    Cohort {
        name: CohortName,
        inside: bool,
    },
    Did {
        select: Box<Selector>,
        count: Compare,
        within: Option<RangeSpec>,
    },
}

/// Whose property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Of {
    #[default]
    Event,
    Person,
    /// As it was when the event happened.
    PersonAtEvent,
    /// Of the session that the event belongs to.
    Session,
    Group(String),
}

/// A part of the local time of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// 0 to 23.
    HourOfDay,
    /// 1 is Monday, 7 Sunday.
    DayOfWeek,
    /// 1 to 31.
    DayOfMonth,
    /// 1 to 12.
    MonthOfYear,
    /// The start of the unit that holds it.
    Start(Unit),
}

impl TimePart {
    /// By the names that questions use.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("hour_of_day", Self::HourOfDay),
        ("day_of_week", Self::DayOfWeek),
        ("day_of_month", Self::DayOfMonth),
        ("month_of_year", Self::MonthOfYear),
        ("day", Self::Start(Unit::Day)),
        ("week", Self::Start(Unit::Week)),
        ("month", Self::Start(Unit::Month)),
        ("quarter", Self::Start(Unit::Quarter)),
        ("year", Self::Start(Unit::Year)),
    ];

    /// Its value at an instant: a number, or the date on which a unit starts.
    #[must_use]
    pub fn at(self, zone: &Zone, ms: i64) -> Value {
        match self {
            Self::HourOfDay => Value::from(zone.civil(ms).hour()),
            Self::DayOfWeek => Value::from(zone.civil(ms).weekday().to_monday_one_offset()),
            Self::DayOfMonth => Value::from(zone.civil(ms).day()),
            Self::MonthOfYear => Value::from(zone.civil(ms).month()),
            Self::Start(unit) => Value::from(zone.civil(zone.floor(ms, unit)).date().to_string()),
        }
    }
}

/// One operator with its value. A property that is not set is `None` in [`Test::matches`].
#[derive(Clone, Debug)]
pub enum Test {
    /// Reads as one of these texts.
    Is(Vec<String>),
    IsNot(Vec<String>),
    /// Lower-cased.
    Contains(Vec<String>),
    NotContains(Vec<String>),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    Gt(f64),
    Gte(f64),
    Lt(f64),
    Lte(f64),
    /// Both ends included.
    Between(f64, f64),
    Set,
    NotSet,
    /// Milliseconds UTC, excluded.
    Before(i64),
    After(i64),
    /// In so many milliseconds before the moment of asking, that moment included and the first one not.
    InLast {
        ms: i64,
        /// Milliseconds UTC. Who reads a question has no clock: [`Question::asked_at`] says when it is, and until then nothing passes.
        ///
        /// [`Question::asked_at`]: crate::Question::asked_at
        until: Option<i64>,
    },
    AnyOfList(Vec<String>),
    AllOfList(Vec<String>),
    /// Every element of a list passes, and there is one; what is no list passes by itself.
    Every(Box<Test>),
}

/// One value as columns hold it, without building JSON.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    Text(&'a str),
    Number(f64),
    Flag(bool),
    Json(&'a Value),
}

impl<'a> Cell<'a> {
    /// `None` for null.
    #[must_use]
    pub fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(flag) => Some(Self::Flag(*flag)),
            Value::Number(_) => as_number(value).map(Self::Number),
            Value::String(text) => Some(Self::Text(text)),
            Value::Array(_) | Value::Object(_) => Some(Self::Json(value)),
        }
    }

    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Text(text) => text.to_owned(),
            Self::Number(number) => number_text(number),
            Self::Flag(flag) => flag.to_string(),
            Self::Json(value) => as_text(value).unwrap_or_default(),
        }
    }

    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::from(text),
            Self::Number(number) => Value::from(number),
            Self::Flag(flag) => Value::from(flag),
            Self::Json(value) => value.clone(),
        }
    }

    fn time(self) -> Option<i64> {
        match self {
            Self::Text(text) => time::from_text(text),
            Self::Number(number) => time::from_number(number),
            _ => None,
        }
    }
}

impl Test {
    /// Says whether the test looks at the clock.
    pub(crate) fn asked_at(&mut self, now_ms: i64) -> bool {
        match self {
            Self::InLast { until, .. } => {
                *until = Some(now_ms);
                true
            }
            Self::Every(inner) => inner.asked_at(now_ms),
            _ => false,
        }
    }

    /// Whether a value passes. Lists pass when one element does; negations hold where nothing is set.
    #[must_use]
    pub fn matches(&self, cell: Option<Cell<'_>>) -> bool {
        match self {
            Self::IsNot(texts) => return !Self::Is(texts.clone()).matches(cell),
            Self::NotContains(texts) => return !Self::Contains(texts.clone()).matches(cell),
            Self::NotSet => return cell.is_none(),
            Self::Every(test) => {
                return match cell {
                    Some(Cell::Json(Value::Array(elements))) => !elements.is_empty() && elements.iter().all(|one| test.matches(Cell::of(one))),
                    other => test.matches(other),
                };
            }
            _ => {}
        }
        let Some(cell) = cell else { return false };
        if let Cell::Json(Value::Array(elements)) = cell {
            return match self {
                Self::Set => true,
                Self::AllOfList(texts) => !elements.is_empty() && elements.iter().all(|one| as_text(one).is_some_and(|text| texts.contains(&text))),
                _ => elements.iter().any(|one| self.matches(Cell::of(one))),
            };
        }
        match self {
            Self::Is(texts) | Self::AnyOfList(texts) | Self::AllOfList(texts) => match cell {
                Cell::Text(text) => texts.iter().any(|one| one == text),
                Cell::Number(number) => texts.iter().any(|one| reads_as_number(one, number)),
                _ => texts.contains(&cell.text()),
            },
            Self::Contains(texts) => {
                let text = cell.text().to_lowercase();
                texts.iter().any(|one| text.contains(one.as_str()))
            }
            Self::StartsWith(prefix) => cell.text().starts_with(prefix.as_str()),
            Self::EndsWith(suffix) => cell.text().ends_with(suffix.as_str()),
            Self::Matches(pattern) => match cell {
                Cell::Text(text) => pattern.is_match(text),
                _ => pattern.is_match(&cell.text()),
            },
            Self::Gt(than) => number_of(cell).is_some_and(|number| number > *than),
            Self::Gte(than) => number_of(cell).is_some_and(|number| number >= *than),
            Self::Lt(than) => number_of(cell).is_some_and(|number| number < *than),
            Self::Lte(than) => number_of(cell).is_some_and(|number| number <= *than),
            Self::Between(low, high) => number_of(cell).is_some_and(|number| *low <= number && number <= *high),
            Self::Before(than) => cell.time().is_some_and(|at| at < *than),
            Self::After(than) => cell.time().is_some_and(|at| at > *than),
            Self::InLast { ms, until } => until.is_some_and(|until| cell.time().is_some_and(|at| until.saturating_sub(*ms) < at && at <= until)),
            Self::Set => true,
            Self::NotSet | Self::IsNot(_) | Self::NotContains(_) | Self::Every(_) => unreachable!("answered above"),
        }
    }
}

fn reads_as_number(text: &str, number: f64) -> bool {
    text.parse::<f64>().is_ok_and(|parsed| parsed == number) || text == number_text(number)
}

/// A numeric operator reads the numbers and skips the rest.
fn number_of(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(number),
        _ => None,
    }
}

/// A URL without trailing `/`, `?` and `#`; an empty rest is `/`.
#[must_use]
pub fn trim_url(url: &str) -> &str {
    let trimmed = url.trim_end_matches(['/', '?', '#']);
    if trimmed.is_empty() { "/" } else { trimmed }
}

impl Filter {
    /// Whether a leaf looks at a property of sessions.
    #[must_use]
    pub fn reads_sessions(&self) -> bool {
        let mut leaves = Vec::new();
        self.leaves(&mut leaves);
        leaves.iter().any(|leaf| match leaf {
            Self::Property { of: Of::Session, .. } => true,
            Self::Did { select, .. } => select.reads_sessions(),
            _ => false,
        })
    }

    /// Every leaf of the tree, in order.
    pub fn leaves<'a>(&'a self, into: &mut Vec<&'a Filter>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.leaves(into)),
            Self::Not(part) => part.leaves(into),
            _ => into.push(self),
        }
    }
}
