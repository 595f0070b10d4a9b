//! How times cross the door.

use sillage_event::time::to_rfc3339;

/// Milliseconds as RFC 3339 in UTC.
pub(crate) fn shown(ms: i64) -> String {
    to_rfc3339(ms)
}

pub(crate) fn shown_if(ms: Option<i64>) -> Option<String> {
    ms.map(to_rfc3339)
}
