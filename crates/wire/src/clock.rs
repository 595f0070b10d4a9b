//! When an event happened, as far as its client can be believed.
//!
//! | Case | Rule |
//! |---|---|
//! | seconds, milliseconds, microseconds, nanoseconds, ISO 8601 | all read; a time without a zone is UTC |
//! | no time | the time of arrival |
//! | not a time | refused, `bad_time` |
//! | more than 24 h ahead of the server | becomes the time of arrival; `$original_time` keeps the sent one, `$time_flag` says `future` |
//! | the client's clock is off by 5 min or more (`sent_at` against arrival) | all events of the request move by the same whole minutes; `$original_time` and `$time_flag: skew` |
//! | `/track` and older than 5 days | refused, `too_old`: `/import` takes it |
//! | `/import` without time, before 1971, or more than 1 h ahead | refused |
//! | files | any time, nothing moved |
//!
//! The shift is one number for the whole request, in whole minutes, and zero for small differences, which are mostly the way over the
//! network. So events never change their order. A time that follows from the arrival is no part of what tells duplicates: see
//! [`sillage_event::BY_ARRIVAL`].

use crate::refusal::Reason;
use serde_json::Value;
use sillage_event::{DAY_MS, time};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;
const SKEW_TOLERATED_MS: i64 = 5 * MINUTE_MS;
const TRACK_AGE_MS: i64 = 5 * DAY_MS;
/// 1971-01-01T00:00:00Z.
const IMPORT_FLOOR_MS: i64 = 31_536_000_000;

/// What the door thinks of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Any age; the future is brought back.
    Live,
    /// As `Live`, and not older than five days.
    Track,
    /// Strict bounds, nothing moved.
    Import,
    /// Files: a time is a time.
    Anything,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    rule: Rule,
    received_at: i64,
    shift_ms: i64,
}

/// The time of an event, and the sent one where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) time: i64,
    pub(crate) original: Option<(i64, &'static str)>,
    /// No time was sent.
    pub(crate) is_missing: bool,
}

impl Clock {
    pub(crate) fn new(rule: Rule, received_at: i64, sent_at: Option<i64>) -> Self {
        let shift_ms = match (rule, sent_at) {
            (Rule::Live, Some(sent_at)) => skew_ms(received_at, sent_at),
            _ => 0,
        };
        Self { rule, received_at, shift_ms }
    }

    pub(crate) fn moment(&self, sent: Option<&Value>, field: &str) -> Result<Moment, Reason> {
        let Some(sent) = sent else {
            return match self.rule {
                Rule::Import => Err(Reason::validate("missing_time", field, "an import needs the time of each event, in seconds or milliseconds since 1970")),
                _ => Ok(Moment { time: self.received_at, original: None, is_missing: true }),
            };
        };
        let original = time::from_json(sent).ok_or_else(|| {
            Reason::validate("bad_time", field, format!("{} is not a time; send ISO 8601, or seconds or milliseconds since 1970", shown(sent)))
        })?;
        let shifted = original.saturating_add(self.shift_ms);
        let is_far_ahead = shifted > self.received_at.saturating_add(DAY_MS);
        match self.rule {
            Rule::Track if shifted < self.received_at.saturating_sub(TRACK_AGE_MS) => {
                let message = format!("{} is more than 5 days ago; send older events to /import or /v1/events", time::to_rfc3339(original));
                Err(Reason::validate("too_old", field, message))
            }
            Rule::Import if original < IMPORT_FLOOR_MS => {
                Err(Reason::validate("time_before_1971", field, format!("{} is before 1971; is it in seconds or milliseconds?", time::to_rfc3339(original))))
            }
            Rule::Import if original > self.received_at.saturating_add(HOUR_MS) => {
                Err(Reason::validate("time_in_future", field, format!("{} is more than an hour ahead of the server", time::to_rfc3339(original))))
            }
            Rule::Live | Rule::Track if is_far_ahead => Ok(Moment { time: self.received_at, original: Some((original, "future")), is_missing: false }),
            _ if self.shift_ms != 0 => Ok(Moment { time: shifted, original: Some((original, "skew")), is_missing: false }),
            _ => Ok(Moment { time: original, original: None, is_missing: false }),
        }
    }
}

fn skew_ms(received_at: i64, sent_at: i64) -> i64 {
    let behind = received_at.saturating_sub(sent_at);
    if behind.saturating_abs() < SKEW_TOLERATED_MS {
        return 0;
    }
    behind.saturating_add(MINUTE_MS / 2).div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS)
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 40 { text.chars().take(40).chain(['…']).collect() } else { text }
}

#[cfg(test)]
mod tests;
