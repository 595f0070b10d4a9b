//! What people say: from the answers to an open question to a report of themes.
//!
//! Pure: no IO, no clock, no randomness, no model. The same answers and corrections give the same report, in whatever order they come.
//!
//! | step | where |
//! |---|---|
//! | words, clauses, fingerprint | `text.rs` |
//! | language | `language.rs` |
//! | what is known beforehand: small words, opinions, concepts | `words.rs`, `words/*.txt` |
//! | what an answer speaks of and thinks | `reading.rs` |
//! | themes: concepts that come often enough, and clusters of the words that no concept explains | `cluster.rs` |
//! | what people changed | `correction.rs` |
//! | counts, shares, differences, quotes | `report.rs`, `compare.rs`, `quote.rs` |
//! | what a model may be asked to word | `summary.rs` |
//!
//! An answer may belong to several themes. Shares are of the answers that say something. A theme has 3 answers and 3 % of them or more; under 10 there are none.

mod cluster;
mod compare;
mod correction;
mod language;
mod quote;
mod reading;
mod report;
mod summary;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use compare::{Cell, Change, Period, Segment};
pub use correction::{Correction, Terms};
pub use language::Language;
pub use quote::Quote;
pub use reading::{Nature, Sentiment};
pub use report::{AnswerRead, Counted, KeyPhrase, LanguageCount, Mean, Name, Report, SentimentCounts, Share, Theme, report};
pub use summary::{Prompt, summary_prompt};
pub use text::{MOST_CHARS, without_personal_data};

use std::collections::BTreeMap;

/// What one person answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Of two answers with the same id one counts.
    pub id: String,
    pub text: String,
    /// Of the survey's scored question, on its own scale.
    pub score: Option<f64>,
    /// What to compare by: device, cohort, task outcome, band of the score.
    pub segments: BTreeMap<String, String>,
    /// Periods are compared in the order of their names, so these are dates: `2026-10`.
    pub period: Option<String>,
}

/// Everything that makes a report beside the answers.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What was asked: its words say nothing in an answer.
    pub question: String,
    /// In the order in which people made them.
    pub corrections: Vec<Correction>,
}
