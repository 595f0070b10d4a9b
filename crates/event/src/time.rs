//! Reading times as people send them. Everything becomes milliseconds since 1970, UTC.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;

/// Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size: a value below 10^11 is seconds (until the year 5138).
#[must_use]
pub fn from_number(number: f64) -> Option<i64> {
    if !number.is_finite() {
        return None;
    }
    let magnitude = number.abs();
    let ms = match magnitude {
        m if m < 1e11 => number * 1000.0,
        m if m < 1e14 => number,
        m if m < 1e17 => number / 1000.0,
        m if m < 1e20 => number / 1_000_000.0,
        _ => return None,
    };
    Some(ms.floor() as i64)
}

/// ISO 8601 / RFC 3339, a date alone, or digits. A time without a zone is UTC.
#[must_use]
pub fn from_text(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Ok(number) = text.parse::<f64>() {
        return if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) { from_compact_date(text) } else { from_number(number) };
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let civil: DateTime = text.parse().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_millisecond())
}

fn from_compact_date(text: &str) -> Option<i64> {
    from_text(&format!("{}-{}-{}", &text[0..4], &text[4..6], &text[6..8]))
}

/// A time in JSON: a number or a text.
#[must_use]
pub fn from_json(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => from_number(number.as_f64()?),
        Value::String(text) => from_text(text),
        _ => None,
    }
}

/// RFC 3339 in UTC with milliseconds.
#[must_use]
pub fn to_rfc3339(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| format!("{at:.3}"))
}
