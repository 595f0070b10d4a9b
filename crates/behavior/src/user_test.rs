//! Unmoderated user tests (px.md 1.7): what a participant is asked to do, what counts as done, and what the runs of all participants add up to.
//!
//! A definition is JSON, read by [`UserTest::from_json`], which names the first field that is wrong; [`UserTest::problems`] then lists what stands in the way of running
//! it. [`walk`] is repeated by the tag (`packages/sdk/src/user-test/walk.ts`): the vectors in `contract/user_test` hold both to the same answers.
//!
//! Not here: storing definitions (`catalog`), what participants did (events), the bar that guides them (the tag).

mod problem;
mod read;
mod result;
mod walk;

pub use crate::question::QuestionError as UserTestError;
pub use result::{
    Answer, Benchmark, FEWEST_TO_COMPARE, Outcome, Participant, PathCount, Results, SUS_AVERAGE, SUS_TOP_TENTH, TaskResult, TaskRun, TimeOnTask, fold, quantile,
};
pub use walk::{Visit, Walk, walk};

use crate::survey::{Condition, PageRule, Text};
use serde::Serialize;

/// The form of definitions that this reads and writes.
pub const VERSION: u32 = 1;
pub const MAX_TASKS: usize = 20;
pub const MAX_SCREENER: usize = 10;
pub const MAX_STEPS: usize = 30;

/// A test with everything that it leaves to the defaults filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserTest {
    pub v: u32,
    /// The first is shown to those who read none of them.
    pub languages: Vec<String>,
    /// Where it begins. The page carries the tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub intro: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub guidelines: Text,
    /// Where a participant reads what becomes of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    pub screener: Vec<ScreenerQuestion>,
    pub tasks: Vec<Task>,
    pub after: After,
    pub end: End,
    /// It takes nobody more once so many have completed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants: Option<u32>,
}

/// Asked before the tasks. Who chooses what does not pass is thanked, and does none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScreenerQuestion {
    pub id: String,
    pub text: Text,
    pub choices: Vec<ScreenerChoice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScreenerChoice {
    pub id: String,
    pub text: Text,
    pub passes: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    /// Events name it, so it stays when the words change.
    pub id: String,
    pub title: Text,
    /// What the participant is asked to do, in the words of somebody who wants it.
    pub scenario: Text,
    /// Where it begins; without, where the participant is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub success: Success,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_limit_s: Option<u32>,
    /// The pages of the shortest way, in order. Who takes them and no others succeeds directly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<PageRule>,
    /// Something to be found out and typed in.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub answer: Text,
    /// How easy it was, 1 to 7 (SEQ).
    pub ease: bool,
    /// An open question after it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub question: Text,
}

/// What counts as done.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Success {
    /// A page is reached.
    Page {
        page: PageRule,
    },
    Event {
        event: String,
        #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<Condition>,
    },
    Click {
        selector: String,
    },
    /// The participant says so, and where there is a question answers it rightly.
    Done {
        #[serde(skip_serializing_if = "Option::is_none")]
        check: Option<Check>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub text: Text,
    pub choices: Vec<CheckChoice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckChoice {
    pub id: String,
    pub text: Text,
    pub is_right: bool,
}

/// What is asked after all tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct After {
    /// The ten statements of the System Usability Scale.
    pub sus: bool,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub question: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    pub title: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub text: Text,
}
