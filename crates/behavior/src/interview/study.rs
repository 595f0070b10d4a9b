//! What a study is made of, and what is wrong with one.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// How long an interview may be.
pub const LENGTHS_MINUTES: [u32; 5] = [30, 45, 60, 90, 120];
const MAX_TEXT_CHARS: usize = 10_000;
const MAX_SHORT_CHARS: usize = 300;
const MAX_HOURS: usize = 50;
const MAX_QUESTIONS: usize = 20;
const MAX_CHOICES: usize = 20;
const MAX_OBSERVERS: usize = 30;
const DAY_MINUTES: u32 = 24 * 60;

/// Everything of a study but its title and status. What is left out has the default that stands in [`Study::default`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Study {
    /// What the team wants to learn; for the team only.
    pub goal: String,
    /// One of [`LENGTHS_MINUTES`].
    pub minutes: u32,
    /// Where the talk takes place; empty while there is no link.
    pub meeting_url: String,
    pub wanted: u32,
    pub host: Host,
    /// The zone of the host's clock, as IANA names it.
    pub timezone: String,
    pub availability: Vec<Hours>,
    /// A talk may begin every so many minutes of an availability.
    pub every_minutes: u32,
    pub buffer_before_minutes: u32,
    pub buffer_after_minutes: u32,
    /// Nobody books later than so long before.
    pub notice_hours: u32,
    /// Per day of the host; 0 is no limit.
    pub max_a_day: u32,
    /// Nobody books further ahead.
    pub horizon_days: u32,
    pub approval: Approval,
    pub screener: Vec<Question>,
    pub consent: Texts,
    /// Above the link, in the letter that invites.
    pub invitation: Texts,
    pub incentive: Texts,
    /// Who listens without being seen; their names stand in the consent.
    pub observers: Vec<Observer>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Host {
    pub name: String,
    pub email: String,
}

/// The same words in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Texts {
    pub en: String,
    pub fr: String,
}

impl Texts {
    /// In a language, or in the other one where that is empty.
    #[must_use]
    pub fn of(&self, is_french: bool) -> &str {
        let (own, other) = if is_french { (&self.fr, &self.en) } else { (&self.en, &self.fr) };
        if own.trim().is_empty() { other } else { own }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.en.trim().is_empty() && self.fr.trim().is_empty()
    }
}

/// Hours of one day of every week, on the host's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: u8,
    /// `09:00`
    pub from: String,
    /// `17:30`; `24:00` is midnight.
    pub to: String,
}

impl Hours {
    /// Minutes since midnight.
    pub(super) fn minutes(&self) -> Option<(u32, u32)> {
        let (from, to) = (minute_of(&self.from)?, minute_of(&self.to)?);
        (from < to && from < DAY_MINUTES).then_some((from, to))
    }
}

fn minute_of(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let whole = hour * 60 + minute;
    (minute < 60 && whole <= DAY_MINUTES).then_some(whole)
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// Who passes the screener picks a time at once.
    #[default]
    Automatic,
    /// The team looks at the answers first.
    Manual,
}

/// A question that decides who is asked to talk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub text: Texts,
    pub choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub text: Texts,
    /// Whether somebody who picks it is wanted.
    pub passes: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Observer {
    pub name: String,
    /// What they are: designer, product manager.
    pub role: String,
}

impl Default for Study {
    fn default() -> Self {
        Self {
            goal: String::new(),
            minutes: 30,
            meeting_url: String::new(),
            wanted: 5,
            host: Host::default(),
            timezone: "UTC".to_owned(),
            availability: Vec::new(),
            every_minutes: 30,
            buffer_before_minutes: 0,
            buffer_after_minutes: 15,
            notice_hours: 24,
            max_a_day: 3,
            horizon_days: 21,
            approval: Approval::Automatic,
            screener: Vec::new(),
            consent: Texts::default(),
            invitation: Texts::default(),
            incentive: Texts::default(),
            observers: Vec::new(),
        }
    }
}

/// What is wrong with a study that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct StudyError {
    pub field: String,
    pub message: String,
}

/// What keeps a study from being opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable, for programs.
    pub code: &'static str,
    pub field: String,
}

impl Study {
    /// Refuses what no later change could make right: sizes, zones, clocks, addresses.
    pub fn check(&self) -> Result<(), StudyError> {
        let wrong = |field: &str, message: String| Err(StudyError { field: field.to_owned(), message });
        if !LENGTHS_MINUTES.contains(&self.minutes) {
            return wrong("minutes", "an interview takes 30, 45, 60, 90 or 120 minutes".to_owned());
        }
        if !self.meeting_url.is_empty() && !is_web_address(&self.meeting_url) {
            return wrong("meeting_url", "give a link that begins with https:// and has no spaces".to_owned());
        }
        if TimeZone::get(&self.timezone).is_err() {
            return wrong("timezone", format!("\"{}\" is no time zone; use a name such as Europe/Paris", short(&self.timezone)));
        }
        for (field, value, least, most) in [
            ("wanted", self.wanted, 1, 1000),
            ("every_minutes", self.every_minutes, 5, 240),
            ("buffer_before_minutes", self.buffer_before_minutes, 0, 240),
            ("buffer_after_minutes", self.buffer_after_minutes, 0, 240),
            ("notice_hours", self.notice_hours, 0, 24 * 30),
            ("max_a_day", self.max_a_day, 0, 24),
            ("horizon_days", self.horizon_days, 1, 180),
        ] {
            if !(least..=most).contains(&value) {
                return wrong(field, format!("takes {least} to {most}"));
            }
        }
        if self.availability.len() > MAX_HOURS {
            return wrong("availability", format!("takes at most {MAX_HOURS} lines"));
        }
        for (i, hours) in self.availability.iter().enumerate() {
            if !(1..=7).contains(&hours.weekday) {
                return wrong(&format!("availability[{i}].weekday"), "is 1 (Monday) to 7 (Sunday)".to_owned());
            }
            if hours.minutes().is_none() {
                return wrong(&format!("availability[{i}]"), "needs a beginning and a later end, such as 09:00 to 12:30".to_owned());
            }
        }
        self.check_words()
    }

    fn check_words(&self) -> Result<(), StudyError> {
        let wrong = |field: String, message: String| Err(StudyError { field, message });
        let long = |text: &str| text.chars().count() > MAX_TEXT_CHARS;
        for (field, texts) in [("consent", &self.consent), ("invitation", &self.invitation), ("incentive", &self.incentive)] {
            if long(&texts.en) || long(&texts.fr) {
                return wrong(field.to_owned(), format!("takes at most {MAX_TEXT_CHARS} characters"));
            }
        }
        if long(&self.goal) {
            return wrong("goal".to_owned(), format!("takes at most {MAX_TEXT_CHARS} characters"));
        }
        if !is_short_line(&self.host.name) {
            return wrong("host.name".to_owned(), format!("is one line of at most {MAX_SHORT_CHARS} characters"));
        }
        if !self.host.email.is_empty() && !is_email(&self.host.email) {
            return wrong("host.email".to_owned(), "give an address such as ada@example.org".to_owned());
        }
        if self.screener.len() > MAX_QUESTIONS {
            return wrong("screener".to_owned(), format!("takes at most {MAX_QUESTIONS} questions"));
        }
        for (i, question) in self.screener.iter().enumerate() {
            if !(2..=MAX_CHOICES).contains(&question.choices.len()) {
                return wrong(format!("screener[{i}].choices"), format!("takes 2 to {MAX_CHOICES} choices"));
            }
            let texts = std::iter::once(&question.text).chain(question.choices.iter().map(|choice| &choice.text));
            for texts in texts {
                if texts.en.chars().count() > MAX_SHORT_CHARS || texts.fr.chars().count() > MAX_SHORT_CHARS {
                    return wrong(format!("screener[{i}]"), format!("takes texts of at most {MAX_SHORT_CHARS} characters"));
                }
            }
        }
        if self.observers.len() > MAX_OBSERVERS {
            return wrong("observers".to_owned(), format!("takes at most {MAX_OBSERVERS} people"));
        }
        let unnamed = self.observers.iter().position(|one| one.name.trim().is_empty() || !is_short_line(&one.name) || !is_short_line(&one.role));
        match unnamed {
            Some(i) => wrong(format!("observers[{i}].name"), "every observer has a name: guests are told who listens".to_owned()),
            None => Ok(()),
        }
    }

    /// What is missing before guests may see it.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut miss = |is_missing: bool, code: &'static str, field: &str| {
            if is_missing {
                problems.push(Problem { code, field: field.to_owned() });
            }
        };
        miss(self.availability.is_empty(), "no_hours", "availability");
        miss(self.host.name.trim().is_empty(), "no_host", "host.name");
        miss(self.host.email.trim().is_empty(), "no_host_email", "host.email");
        miss(self.consent.is_empty(), "no_consent", "consent");
        miss(self.meeting_url.is_empty(), "no_meeting", "meeting_url");
        let fits = self.availability.iter().filter_map(Hours::minutes).any(|(from, to)| to - from >= self.minutes);
        miss(!self.availability.is_empty() && !fits, "hours_too_short", "availability");
        for (i, question) in self.screener.iter().enumerate() {
            let is_empty = question.text.is_empty() || question.choices.iter().any(|choice| choice.text.is_empty());
            miss(is_empty, "no_words", &format!("screener[{i}]"));
            miss(!question.choices.iter().any(|choice| choice.passes), "nobody_passes", &format!("screener[{i}]"));
        }
        problems
    }

    /// Whether the choices, one for each question, let somebody in. `None` when they answer other questions.
    #[must_use]
    pub fn passes(&self, chosen: &[usize]) -> Option<bool> {
        if chosen.len() != self.screener.len() {
            return None;
        }
        let picked: Option<Vec<bool>> = self.screener.iter().zip(chosen).map(|(question, i)| Some(question.choices.get(*i)?.passes)).collect();
        picked.map(|picked| picked.into_iter().all(|passes| passes))
    }

    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC)
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn is_short_line(text: &str) -> bool {
    text.chars().count() <= MAX_SHORT_CHARS && !text.chars().any(char::is_control)
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty()) && url.chars().count() <= 2000 && !url.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\"".contains(c))
}

/// Whether a text can be an address of mail: one `@` with something on both sides, and nothing that could end a line of a letter.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>()[]\",:;\\@".contains(c);
    !name.is_empty()
        && text.len() <= 254
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && name.chars().chain(domain.chars()).all(plain)
}
