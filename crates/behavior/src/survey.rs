//! Surveys: what is asked, how it goes on after an answer, whom it is shown to and when, and what the answers add up to.
//!
//! A definition is JSON, read by [`Survey::from_json`], which names the first field that is wrong; [`Survey::problems`] then lists everything that stands in the way of
//! showing it. The functions of this module are the ones that the tag repeats in the page (`packages/sdk/src/survey`): the vectors in `contract/survey` hold both
//! to the same answers.
//!
//! Not here: storing definitions (`catalog`), answers (they are events), drawing a question (the tag).

mod eligibility;
mod flow;
mod given;
pub(crate) mod page;
mod problem;
pub(crate) mod read;
mod result;
mod score;

pub use crate::question::QuestionError as SurveyError;
pub use eligibility::{Decision, Facts, History, Reason, State, Step, decide, lot};
pub use flow::{Answer, Next};
pub use given::{Given, Wrong};
pub use page::PageRule;
pub use problem::{Level, Problem};
pub use result::{Before, ChoiceResult, Group, ItemResult, Measured, Measures, QuestionResult, Tally, compare, fold};
pub use score::{Estimate, Histogram, mean, median, nps, share, sus, sus_equivalent, t_975, umux_lite, z_of_means, z_of_nps};

use crate::task::outcome::Outcome;
use serde::Serialize;
use std::collections::BTreeMap;

/// The form of definitions that this reads and writes.
pub const VERSION: u32 = 1;
pub const MAX_QUESTIONS: usize = 50;
pub const MAX_CHOICES: usize = 50;
pub const MAX_TEXT_CHARS: usize = 2000;
/// What stands for a person's own words among the choices.
pub const OTHER: &str = "other";

/// The same in several languages, by tag: `{"en": "…", "fr": "…"}`.
pub type Text = BTreeMap<String, String>;

/// A survey with everything that it leaves to the defaults filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Survey {
    pub v: u32,
    /// The first is shown to those who read none of them.
    pub languages: Vec<String>,
    pub questions: Vec<Question>,
    pub ends: Vec<End>,
    pub display: Display,
    /// Any of them shows it.
    pub triggers: Vec<Trigger>,
    /// Seconds from the trigger, across pages too.
    pub delay_s: u32,
    /// All that say `not`, and any of the others, if there are others.
    pub pages: Vec<PageRule>,
    pub audience: Audience,
    /// Percent of devices, the same ones each time.
    pub sample: f64,
    pub frequency: Frequency,
    pub limits: Limits,
    pub privacy: Privacy,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// Answers name it, so it stays when the words change.
    pub id: String,
    pub kind: Kind,
    pub text: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub description: Text,
    pub required: bool,
    /// What the ends of the scale mean.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub low: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub high: Text,
    /// Of a scale whose length is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// One may answer in words of one's own.
    pub other: bool,
    pub shuffle: bool,
    /// At most so many choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// The rows of a matrix, of a SUS or of a UMUX-Lite.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub placeholder: Text,
    /// The first that fits decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<Rule>,
    /// Where it goes on when no rule fits; without, to the question below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Nps,
    Csat,
    Ces,
    Rating,
    Seq,
    Thumbs,
    Single,
    Multi,
    Picture,
    Ranking,
    Short,
    Long,
    Email,
    Consent,
    Statement,
    Matrix,
    Sus,
    UmuxLite,
}

pub const KINDS: [(&str, Kind); 18] = [
    ("nps", Kind::Nps),
    ("csat", Kind::Csat),
    ("ces", Kind::Ces),
    ("rating", Kind::Rating),
    ("seq", Kind::Seq),
    ("thumbs", Kind::Thumbs),
    ("single", Kind::Single),
    ("multi", Kind::Multi),
    ("picture", Kind::Picture),
    ("ranking", Kind::Ranking),
    ("short", Kind::Short),
    ("long", Kind::Long),
    ("email", Kind::Email),
    ("consent", Kind::Consent),
    ("statement", Kind::Statement),
    ("matrix", Kind::Matrix),
    ("sus", Kind::Sus),
    ("umux_lite", Kind::UmuxLite),
];

impl Kind {
    #[must_use]
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    #[must_use]
    pub fn has_choices(self) -> bool {
        matches!(self, Self::Single | Self::Multi | Self::Picture | Self::Ranking)
    }

    #[must_use]
    pub fn has_items(self) -> bool {
        matches!(self, Self::Matrix | Self::Sus | Self::UmuxLite)
    }

    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Short | Self::Long | Self::Email)
    }
}

impl Question {
    /// The least and the most of its scale, or of one of its rows.
    #[must_use]
    pub fn scale(&self) -> Option<(i64, i64)> {
        let points = |standard: u32| i64::from(self.points.unwrap_or(standard));
        match self.kind {
            Kind::Nps => Some((0, 10)),
            Kind::Csat | Kind::Rating => Some((1, points(5))),
            Kind::Ces => Some((1, points(7))),
            Kind::Seq | Kind::UmuxLite => Some((1, 7)),
            Kind::Sus => Some((1, 5)),
            Kind::Matrix => Some((1, points(5))),
            Kind::Thumbs => Some((0, 1)),
            _ => None,
        }
    }

    /// Whether a score says that somebody was satisfied, as its kind of question reads it. None of blocks of statements, and of what has no scale.
    #[must_use]
    pub fn band(&self, score: f64) -> Option<Band> {
        if self.kind.has_items() {
            return None;
        }
        let (least, most) = self.scale()?;
        let (low, high) = match self.kind {
            Kind::Nps => (6, 9),
            Kind::Thumbs => (0, 1),
            _ => (least + (most - least) / 2, if most > 2 { most - 1 } else { most }),
        };
        Some(match score {
            score if score <= low as f64 => Band::Low,
            score if score >= high as f64 => Band::High,
            _ => Band::Middle,
        })
    }

    /// Every score that an answer may have.
    #[must_use]
    pub fn scores(&self) -> Vec<f64> {
        match self.kind {
            Kind::Matrix => Vec::new(),
            Kind::Sus => (0..=40).map(|sum| f64::from(sum) * 2.5).collect(),
            Kind::UmuxLite => (0..=12).map(|sum| f64::from(sum) * 100.0 / 12.0).collect(),
            _ => self.scale().map(|(low, high)| (low..=high).map(|score| score as f64).collect()).unwrap_or_default(),
        }
    }
}

/// Detractors, passives and promoters, or what answers to that on another scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Low,
    Middle,
    High,
}

impl Band {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Middle => "middle",
            Self::High => "high",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    Numbers,
    Stars,
    Smileys,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub id: String,
    pub text: Text,
    /// Of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    pub id: String,
    pub text: Text,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    pub when: When,
    /// A question further down, or an end.
    pub to: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Both ends included.
    Score([f64; 2]),
    /// Any of them is chosen.
    Choice(Vec<String>),
    Skipped(bool),
}

/// What is shown when it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    pub id: String,
    pub title: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    pub url: String,
    pub label: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Display {
    pub form: Form,
    pub position: Position,
    /// Where it is put into the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// On the button that opens it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    pub color: String,
    pub ground: Ground,
    pub progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Popover,
    Modal,
    Bar,
    Inline,
    Button,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    BottomRight,
    BottomLeft,
    TopRight,
    TopLeft,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    Auto,
    Light,
    Dark,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// As soon as the page is there.
    Load,
    /// After so long on the page, while it is visible.
    Time {
        seconds: u32,
    },
    /// Scrolled so far, in percent.
    Scroll {
        percent: u32,
    },
    /// About to leave (px.md 2.6).
    Exit,
    Click {
        selector: String,
    },
    Visible {
        selector: String,
    },
    Event {
        event: String,
        #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<Condition>,
    },
    /// A friction signal, such as `rage_click`.
    Friction {
        signal: String,
    },
    /// An attempt at a task came to this.
    Task {
        /// Its id.
        task: String,
        outcome: Outcome,
    },
    /// `sillage.survey("…")` of the page.
    Call,
}

/// Of an event's property. All hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    pub property: String,
    pub op: Op,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Is,
    IsNot,
    Contains,
    Gt,
    Gte,
    Lt,
    Lte,
    Set,
    NotSet,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audience {
    /// None is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitors: Option<Visitor>,
    /// Of the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohort: Option<CohortRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CohortRule {
    pub id: String,
    #[serde(rename = "in")]
    pub inside: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    Desktop,
    Tablet,
    Mobile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    New,
    Returning,
}

/// Two clocks: that of this survey, and that of any other (px.md 2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Frequency {
    pub show: Show,
    /// How often it is shown again to who closed it or let it be.
    pub again: u32,
    pub again_after_days: u32,
    /// Asked anew so long after an answer; none is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renew_after_days: Option<u32>,
    /// Days since any other survey was shown.
    pub quiet_days: u32,
    /// Not in a session that has seen a survey already.
    pub once_a_session: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Once, answered or not.
    Once,
    UntilAnswered,
    /// Whenever it is asked for: for a button, or a form of the page.
    Always,
}

/// When it ends by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Complete answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<u32>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Privacy {
    /// Whether an answer names the visit that it was given in.
    pub link: LinkAnswer,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub notice: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkAnswer {
    /// Where the person already allowed it; others are asked.
    Ask,
    /// Where the person already allowed it; others are not asked, and their answers name nobody.
    Consent,
    Never,
}

impl Survey {
    /// The tasks whose outcomes show it, each by the position of its trigger.
    pub fn tasks(&self) -> impl Iterator<Item = (usize, &str, Outcome)> {
        self.triggers.iter().enumerate().filter_map(|(at, trigger)| match trigger {
            Trigger::Task { task, outcome } => Some((at, task.as_str(), *outcome)),
            _ => None,
        })
    }

    /// The position of a question.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.questions.iter().position(|question| question.id == id)
    }
}
