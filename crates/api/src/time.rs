//! How times cross the door, and how people write them in letters.

use sillage_behavior::interview::{Local, local};
use sillage_event::time::to_rfc3339;

/// Milliseconds as RFC 3339 in UTC.
pub(crate) fn shown(ms: i64) -> String {
    to_rfc3339(ms)
}

pub(crate) fn shown_if(ms: Option<i64>) -> Option<String> {
    ms.map(to_rfc3339)
}

const DAYS: [[&str; 7]; 2] =
    [["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]];
const MONTHS: [[&str; 12]; 2] = [
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
];

/// `Wednesday 2 December 2026`, `mercredi 2 décembre 2026`
pub(crate) fn day_words(at: Local, is_french: bool) -> String {
    let language = usize::from(is_french);
    let weekday = DAYS[language][usize::from(at.weekday.clamp(1, 7)) - 1];
    let month = MONTHS[language][usize::from(at.month.clamp(1, 12)) - 1];
    let day = if is_french && at.day == 1 { "1er".to_owned() } else { at.day.to_string() };
    format!("{weekday} {day} {month} {}", at.year)
}

/// `14:30`, `14 h 30`
pub(crate) fn time_words(at: Local, is_french: bool) -> String {
    if is_french { format!("{:02}\u{a0}h\u{a0}{:02}", at.hour, at.minute) } else { format!("{:02}:{:02}", at.hour, at.minute) }
}

/// `Wednesday 2 December 2026, 14:30 (Europe/Paris)`
pub(crate) fn moment_words(ms: i64, zone: &str, is_french: bool) -> String {
    let at = local(ms, zone);
    format!("{}, {} ({})", day_words(at, is_french), time_words(at, is_french), zone_words(zone))
}

/// `America/New_York` without its underscore.
pub(crate) fn zone_words(zone: &str) -> String {
    zone.replace('_', " ")
}
