use super::{Busy, BusyError, Looked, read};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn in_paris(body: &str) -> Busy {
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", body.trim().replace('\n', "\r\n"));
    read(&file, &Looked { from_ms: at("2026-03-01T00:00:00Z"), to_ms: at("2026-12-31T00:00:00Z"), zone: &zone }).unwrap()
}

fn event(lines: &str) -> Busy {
    in_paris(&format!("BEGIN:VEVENT\nUID:a\n{}\nEND:VEVENT", lines.trim()))
}

fn shown(busy: &Busy) -> Vec<String> {
    assert_eq!(busy.unread, [], "{busy:?}");
    let time = |ms| Timestamp::from_millisecond(ms).unwrap().to_string().replace(":00Z", "Z");
    busy.busy.iter().map(|span| format!("{}/{}", time(span.start_ms), time(span.end_ms))).collect()
}

#[test]
fn times_in_zones_floating_in_utc_and_whole_days_are_read() {
    for (lines, expected) in [
        ("DTSTART:20260706T090000Z\nDTEND:20260706T100000Z", "2026-07-06T09:00Z/2026-07-06T10:00Z"),
        ("DTSTART:20260706T090000\nDTEND:20260706T100000", "2026-07-06T07:00Z/2026-07-06T08:00Z"),
        ("DTSTART;TZID=Asia/Kathmandu:20260706T090000\nDURATION:PT1H30M", "2026-07-06T03:15Z/2026-07-06T04:45Z"),
        ("DTSTART;TZID=\"Romance Standard Time\":20260706T090000\nDURATION:PT15M", "2026-07-06T07:00Z/2026-07-06T07:15Z"),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Paris:20260706T090000\nDURATION:PT15M", "2026-07-06T07:00Z/2026-07-06T07:15Z"),
        ("DTSTART;VALUE=DATE:20260706", "2026-07-05T22:00Z/2026-07-06T22:00Z"),
        ("DTSTART;VALUE=DATE:20260706\nDTEND;VALUE=DATE:20260708", "2026-07-05T22:00Z/2026-07-07T22:00Z"),
        ("DTSTART:20260706T090000Z\nSUMMARY:a\n  long line\nDTEND:2026\n 0706T100000Z", "2026-07-06T09:00Z/2026-07-06T10:00Z"),
    ] {
        assert_eq!(shown(&event(lines)), [expected], "{lines}");
    }
    for lines in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"] {
        assert!(shown(&event(&format!("DTSTART:20260706T090000Z\nDURATION:PT1H\n{lines}"))).is_empty(), "{lines}");
    }
}

#[test]
fn what_recurs_keeps_its_hour_over_changes_of_the_clock() {
    let weekly = event("DTSTART;TZID=Europe/Paris:20260323T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3");
    assert_eq!(shown(&weekly), ["2026-03-23T08:00Z/2026-03-23T09:00Z", "2026-03-30T07:00Z/2026-03-30T08:00Z", "2026-04-06T07:00Z/2026-04-06T08:00Z"]);
}

#[test]
fn rules_are_those_of_the_standard() {
    for (start, rule, expected) in [
        ("20260302", "FREQ=DAILY;INTERVAL=10;UNTIL=20260322T090000Z", vec!["03-02", "03-12", "03-22"]),
        ("20260302", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH;COUNT=4", vec!["03-02", "03-03", "03-05", "03-17"]),
        ("20260302", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", vec!["03-02", "03-27", "04-24"]),
        ("20260302", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", vec!["03-02", "03-30", "04-29"]),
        ("20260331", "FREQ=MONTHLY;COUNT=3", vec!["03-31", "05-31", "07-31"]),
        ("20260331", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", vec!["03-31", "04-30", "05-31"]),
        ("20260313", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", vec!["03-13", "11-13"]),
        ("20240229", "FREQ=YEARLY;INTERVAL=1;BYMONTH=3;BYDAY=2SU;COUNT=4", vec!["03-08"]),
        ("20200106", "FREQ=WEEKLY;UNTIL=20260309", vec!["03-02", "03-09"]),
        ("20260302", "FREQ=YEARLY;BYDAY=20MO;COUNT=2", vec!["03-02", "05-18"]),
    ] {
        let busy = event(&format!("DTSTART:{start}T090000Z\nDURATION:PT1H\nRRULE:{rule}"));
        let days: Vec<String> = shown(&busy).iter().map(|span| span[5..10].to_owned()).collect();
        assert_eq!(days, expected, "{rule}");
    }
}

#[test]
fn what_is_left_out_or_moved_is_not_where_it_was() {
    let busy = in_paris(
        "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Paris:20260706T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Paris:20260707T090000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;TZID=Europe/Paris:20260708T090000\nDTSTART;TZID=Europe/Paris:20260708T150000\nDURATION:PT1H\nBEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:PT9H\nEND:VALARM\nEND:VEVENT",
    );
    assert_eq!(shown(&busy), ["2026-07-06T07:00Z/2026-07-06T08:00Z", "2026-07-08T13:00Z/2026-07-08T14:00Z", "2026-07-09T07:00Z/2026-07-09T08:00Z"]);
    let list = in_paris(
        "BEGIN:VFREEBUSY\nFREEBUSY:20260706T090000Z/PT1H,20260706T120000Z/20260706T130000Z\nFREEBUSY;FBTYPE=FREE:20260706T140000Z/PT1H\nEND:VFREEBUSY",
    );
    assert_eq!(shown(&list), ["2026-07-06T09:00Z/2026-07-06T10:00Z", "2026-07-06T12:00Z/2026-07-06T13:00Z"]);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_read() {
    for (lines, reason) in [
        ("SUMMARY:nothing", "no beginning"),
        ("DTSTART:tomorrow", "\"tomorrow\" is no time"),
        ("DTSTART:20260231T090000", "is no time"),
        ("DTSTART;TZID=Mars/Olympus:20260706T090000", "\"Mars/Olympus\" is not known"),
        ("DTSTART:20260706T090000Z\nDTEND:20260706T080000Z", "ends before it begins"),
        ("DTSTART:20260706T090000Z\nDURATION:PT1X", "is no duration"),
        ("DTSTART:20260706T090000Z\nRRULE:FREQ=SECONDLY", "FREQ=SECONDLY"),
        ("DTSTART:20260706T090000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO=20"),
        ("DTSTART:19000101T090000Z\nRRULE:FREQ=DAILY;COUNT=4000000", "too often"),
    ] {
        let busy = in_paris(&format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260706T090000Z\nDURATION:PT1H\nEND:VEVENT"));
        assert_eq!((busy.n_unread, busy.busy.len(), busy.unread[0].line), (1, 1, 3), "{lines}");
        assert!(busy.unread[0].reason.contains(reason), "{lines}: {}", busy.unread[0].reason);
    }
}

#[test]
fn files_that_are_none_are_refused_with_the_remedy() {
    let zone = TimeZone::UTC;
    let looked = Looked { from_ms: 0, to_ms: at("2030-01-01T00:00:00Z"), zone: &zone };
    assert_eq!(read("<html>", &looked), Err(BusyError::NoCalendar));
    assert_eq!(read("", &looked), Err(BusyError::NoCalendar));
    assert_eq!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260706T090000Z\n", &looked), Err(BusyError::BrokenOff));
    assert_eq!(read(&" ".repeat(super::MAX_FILE_BYTES + 1), &looked), Err(BusyError::TooLarge));
    let many = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\nEND:VEVENT\n".repeat(20_001));
    assert_eq!(read(&many, &looked), Err(BusyError::TooManyEvents));
    let bomb = "BEGIN:VEVENT\nDTSTART:20260101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n".repeat(5_000);
    assert_eq!(read(&format!("BEGIN:VCALENDAR\n{bomb}END:VCALENDAR\n"), &looked), Err(BusyError::TooManyTimes));
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(noise in "(?s).{0,400}", lines in proptest::collection::vec("(DTSTART|DTEND|RRULE|EXDATE|BEGIN|END|DURATION|RDATE|FREEBUSY)[;:=A-Z0-9,/+-]{0,40}", 0..30)) {
        let zone = TimeZone::get("Pacific/Chatham").unwrap();
        let looked = Looked { from_ms: 0, to_ms: at("2030-01-01T00:00:00Z"), zone: &zone };
        let body = lines.join("\r\n");
        for file in [noise.clone(), format!("BEGIN:VCALENDAR\n{noise}"), format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{body}\nEND:VEVENT\nEND:VCALENDAR")] {
            let _ = read(&file, &looked);
        }
    }

    /// Day by day, by the words of the standard, for rules of days and weeks.
    #[test]
    fn days_and_weeks_are_those_of_the_naive_reading(weekly in any::<bool>(), interval in 1i64..4, mask in 1u8..128, count in 1usize..30, start in 0i64..60) {
        let first = jiff::civil::date(2026, 3, 2).checked_add(jiff::Span::new().days(start)).unwrap();
        let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let days: Vec<&str> = (0..7).filter(|i| mask >> i & 1 == 1).map(|i| names[i]).collect();
        let rule = format!("FREQ={};INTERVAL={interval};BYDAY={};COUNT={count}", if weekly { "WEEKLY" } else { "DAILY" }, days.join(","));
        let busy = event(&format!("DTSTART:{}T090000Z\nDURATION:PT1H\nRRULE:{rule}", first.strftime("%Y%m%d")));
        let mut naive = vec![first];
        let monday = |date: jiff::civil::Date| date.checked_sub(jiff::Span::new().days(i64::from(date.weekday().to_monday_zero_offset()))).unwrap();
        let mut day = first.tomorrow().unwrap();
        while naive.len() < count && day < jiff::civil::date(2026, 12, 31) {
            let since = i64::from(if weekly { monday(first).until(monday(day)).unwrap().get_days() / 7 } else { first.until(day).unwrap().get_days() });
            if since % interval == 0 && mask >> day.weekday().to_monday_zero_offset() & 1 == 1 {
                naive.push(day);
            }
            day = day.tomorrow().unwrap();
        }
        let expected: Vec<i64> = naive.iter().map(|date| at(&format!("{date}T09:00:00Z"))).collect();
        prop_assert_eq!(busy.busy.iter().map(|span| span.start_ms).collect::<Vec<_>>(), expected);
    }
}
