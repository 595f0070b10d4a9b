use super::{Attendee, MAX_LINE_BYTES, Meeting, Method, write};
use crate::interview::busy::{self, Looked};
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn meeting() -> Meeting {
    Meeting {
        uid: "interview-1@sillage".into(),
        sequence: 2,
        written_at_ms: 1_764_000_000_000,
        start_ms: 1_764_748_800_000,
        end_ms: 1_764_750_600_000,
        summary: "Tri des mails; 30 min, à deux".into(),
        description: "Bonjour,\nà bientôt \\o/".into(),
        location: "https://meet.example/abc".into(),
        organizer: Attendee { name: "Ada \"Lovelace\"".into(), email: "ada@courriel.example".into() },
        attendee: Attendee { name: "Zoé".into(), email: "zoe@example.org".into() },
    }
}

#[test]
fn an_invitation_is_what_calendars_read() {
    let file = write(&meeting(), Method::Request);
    assert!(file.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && file.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
    let unfolded = file.replace("\r\n ", "");
    for line in [
        "METHOD:REQUEST",
        "UID:interview-1@sillage",
        "SEQUENCE:2",
        "DTSTART:20251203T080000Z",
        "DTEND:20251203T083000Z",
        "SUMMARY:Tri des mails\\; 30 min\\, à deux",
        "DESCRIPTION:Bonjour\\,\\nà bientôt \\\\o/",
        "ORGANIZER;CN=\"Ada ^'Lovelace^'\":mailto:ada@courriel.example",
        "STATUS:CONFIRMED",
    ] {
        assert!(unfolded.split("\r\n").any(|one| one == line), "{line} in {unfolded}");
    }
    let cancelled = write(&meeting(), Method::Cancel);
    assert!(cancelled.contains("METHOD:CANCEL\r\n") && cancelled.contains("STATUS:CANCELLED\r\n"));
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_its_line(summary in ".{0,200}", name in "(?s).{0,60}", description in "(?s).{0,300}") {
        let organizer = Attendee { name: name.clone(), ..meeting().organizer };
        let written = write(&Meeting { summary, description, organizer, ..meeting() }, Method::Request);
        let properties = ["BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE", "STATUS", "TRANSP", "END"];
        for line in written.trim_end_matches("\r\n").split("\r\n") {
            prop_assert!(line.len() <= MAX_LINE_BYTES);
            prop_assert!(!line.contains(['\r', '\n']));
            prop_assert!(line.starts_with(' ') || properties.iter().any(|name| line.starts_with(name)), "{line}");
        }
        // Our own reader finds the one meeting in it.
        let read = busy::read(&written, &Looked { from_ms: 0, to_ms: i64::from(i32::MAX) * 2000, zone: &TimeZone::UTC }).unwrap();
        prop_assert_eq!(read.busy.iter().map(|span| (span.start_ms, span.end_ms)).collect::<Vec<_>>(), [(meeting().start_ms, meeting().end_ms)]);
        prop_assert!(read.unread.is_empty());
    }
}
