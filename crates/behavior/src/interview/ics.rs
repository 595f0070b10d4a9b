//! Invitations as calendar files (RFC 5545, sent as RFC 5546 asks).
//!
//! Times are UTC, so no zone need be described. What must stay true: no line is longer than 75 octets, and no text, whatever stands in it, ends a line
//! or begins a property.

use jiff::Timestamp;

const MAX_LINE_BYTES: usize = 75;

/// A meeting, as the calendars of both sides are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Stays the same over all changes.
    pub uid: String,
    /// Grows with every change.
    pub sequence: u32,
    pub written_at_ms: i64,
    pub start_ms: i64,
    pub end_ms: i64,
    pub summary: String,
    pub description: String,
    /// Where: a link.
    pub location: String,
    pub organizer: Attendee,
    pub attendee: Attendee,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    pub name: String,
    pub email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Request,
    Cancel,
}

impl Method {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// The whole file.
#[must_use]
pub fn write(meeting: &Meeting, method: Method) -> String {
    let mut file = String::new();
    let mut line = |line: String| push_folded(&mut file, &line);
    line("BEGIN:VCALENDAR".into());
    line("VERSION:2.0".into());
    line("PRODID:-//Sillage//Interviews//EN".into());
    line("CALSCALE:GREGORIAN".into());
    line(format!("METHOD:{}", method.as_str()));
    line("BEGIN:VEVENT".into());
    line(format!("UID:{}", text(&meeting.uid)));
    line(format!("SEQUENCE:{}", meeting.sequence));
    line(format!("DTSTAMP:{}", utc(meeting.written_at_ms)));
    line(format!("DTSTART:{}", utc(meeting.start_ms)));
    line(format!("DTEND:{}", utc(meeting.end_ms)));
    line(format!("SUMMARY:{}", text(&meeting.summary)));
    if !meeting.description.is_empty() {
        line(format!("DESCRIPTION:{}", text(&meeting.description)));
    }
    if !meeting.location.is_empty() {
        line(format!("LOCATION:{}", text(&meeting.location)));
    }
    line(format!("ORGANIZER;CN={}:mailto:{}", quoted(&meeting.organizer.name), address(&meeting.organizer.email)));
    let invited = format!("ATTENDEE;CN={};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT", quoted(&meeting.attendee.name));
    line(format!("{invited};PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{}", address(&meeting.attendee.email)));
    line(format!("STATUS:{}", if method == Method::Cancel { "CANCELLED" } else { "CONFIRMED" }));
    line("TRANSP:OPAQUE".into());
    line("END:VEVENT".into());
    line("END:VCALENDAR".into());
    file
}

fn utc(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A value of kind TEXT.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push(letter),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A parameter's value in quotes. What cannot stand there is written as RFC 6868 says.
fn quoted(value: &str) -> String {
    let mut escaped = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' => escaped.push_str("^'"),
            '^' => escaped.push_str("^^"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped.push('"');
    escaped
}

/// An address of mail; what no address has is left out.
fn address(value: &str) -> String {
    value.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).collect()
}

/// Lines of more octets go on behind a line end and a space, between letters.
fn push_folded(file: &mut String, line: &str) {
    let mut bytes = 0;
    for letter in line.chars() {
        if bytes + letter.len_utf8() > MAX_LINE_BYTES {
            file.push_str("\r\n ");
            bytes = 1;
        }
        file.push(letter);
        bytes += letter.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests;
