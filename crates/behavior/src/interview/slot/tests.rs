use super::{Taken, free_starts};
use crate::interview::{Hours, Span, Study};
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;

const MINUTE_MS: i64 = 60_000;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn hours(weekday: u8, from: &str, to: &str) -> Hours {
    Hours { weekday, from: from.to_owned(), to: to.to_owned() }
}

fn study(timezone: &str, availability: Vec<Hours>) -> Study {
    Study { timezone: timezone.to_owned(), availability, notice_hours: 0, max_a_day: 0, buffer_after_minutes: 0, horizon_days: 7, ..Study::default() }
}

fn shown(study: &Study, now: &str, taken: Taken<'_>) -> Vec<String> {
    free_starts(study, at(now), taken).into_iter().map(|ms| Timestamp::from_millisecond(ms).unwrap().to_string()).collect()
}

/// Minute by minute, by the words of the table and nothing else.
fn naive(study: &Study, now_ms: i64, taken: Taken<'_>) -> Vec<i64> {
    let zone = TimeZone::get(&study.timezone).unwrap();
    let clock = |ms: i64| Timestamp::from_millisecond(ms).unwrap().to_zoned(zone.clone());
    let within = |ms: i64| -> Vec<i64> {
        let local = clock(ms);
        let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let of_day = study.availability.iter().filter(|hours| i64::from(hours.weekday) == i64::from(local.weekday().to_monday_one_offset()));
        of_day
            .map(|hours| hours.minutes().unwrap())
            .filter(|(from, to)| (i64::from(*from)..i64::from(*to)).contains(&minute))
            .map(|(from, _)| minute - i64::from(from))
            .collect()
    };
    let length = i64::from(study.minutes);
    let (before, after) = (i64::from(study.buffer_before_minutes) * MINUTE_MS, i64::from(study.buffer_after_minutes) * MINUTE_MS);
    let first = now_ms + i64::from(study.notice_hours) * 3_600_000;
    let last = now_ms + i64::from(study.horizon_days) * 86_400_000;
    let mut free = Vec::new();
    let mut start = first;
    while start <= last {
        let (end, ms) = (start + length * MINUTE_MS, start);
        start += MINUTE_MS;
        if !within(ms).iter().any(|since| since % i64::from(study.every_minutes) == 0) || (0..length).any(|minute| within(ms + minute * MINUTE_MS).is_empty()) {
            continue;
        }
        if taken.busy.iter().any(|busy| busy.start_ms < end + after && ms - before < busy.end_ms) {
            continue;
        }
        let pad = before.max(after);
        if taken.booked.iter().any(|talk| talk.start_ms < end + pad && ms - pad < talk.end_ms) {
            continue;
        }
        let that_day = taken.booked.iter().filter(|talk| clock(talk.start_ms).date() == clock(ms).date()).count();
        if study.max_a_day > 0 && that_day >= study.max_a_day as usize {
            continue;
        }
        free.push(ms);
    }
    free
}

#[test]
fn hours_of_a_week_become_starts() {
    let study = study("Europe/Paris", vec![hours(3, "09:00", "10:30")]);
    let free = shown(&study, "2026-12-01T00:00:00Z", Taken::default());
    assert_eq!(free, ["2026-12-02T08:00:00Z", "2026-12-02T08:30:00Z", "2026-12-02T09:00:00Z"]);
}

#[test]
fn half_an_hour_of_daylight_saving_moves_starts_by_half_an_hour() {
    // Lord Howe goes from +11 to +10:30 on 5 April 2026.
    let study = study("Australia/Lord_Howe", vec![hours(6, "09:00", "09:30"), hours(1, "09:00", "09:30")]);
    assert_eq!(shown(&study, "2026-04-03T00:00:00Z", Taken::default()), ["2026-04-03T22:00:00Z", "2026-04-05T22:30:00Z"]);
}

#[test]
fn zones_with_odd_minutes_are_exact() {
    let monday = |zone: &str| shown(&study(zone, vec![hours(1, "09:00", "09:30")]), "2026-07-03T00:00:00Z", Taken::default());
    assert_eq!(monday("Asia/Kathmandu"), ["2026-07-06T03:15:00Z"]);
    assert_eq!(monday("Pacific/Chatham"), ["2026-07-05T20:15:00Z"]);
}

#[test]
fn a_time_that_the_clock_skips_is_not_offered_and_one_that_it_shows_twice_is_offered_twice() {
    let night = vec![hours(7, "02:00", "03:00")];
    // Paris skips 02:00 to 03:00 on 29 March 2026, and shows it twice on 25 October.
    assert!(shown(&study("Europe/Paris", night.clone()), "2026-03-28T00:00:00Z", Taken::default()).is_empty());
    let twice = shown(&study("Europe/Paris", night), "2026-10-24T00:00:00Z", Taken::default());
    assert_eq!(twice, ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"]);
}

#[test]
fn a_day_that_a_zone_skipped_is_no_day() {
    // Samoa went from Thursday to Saturday at the end of 2011.
    let study = study("Pacific/Apia", vec![hours(5, "09:00", "10:00"), hours(6, "09:00", "09:30")]);
    assert_eq!(shown(&study, "2011-12-28T00:00:00Z", Taken::default()), ["2011-12-30T19:00:00Z"]);
}

#[test]
fn midnight_joins_two_days() {
    let study = study("Asia/Kathmandu", vec![hours(2, "23:30", "24:00"), hours(3, "00:00", "00:30")]);
    let mut long = Study { minutes: 60, ..study };
    assert_eq!(shown(&long, "2026-07-06T00:00:00Z", Taken::default()), ["2026-07-07T17:45:00Z"]);
    long.minutes = 90;
    assert!(shown(&long, "2026-07-06T00:00:00Z", Taken::default()).is_empty());
}

#[test]
fn buffers_notice_and_the_most_a_day_are_kept() {
    let day = vec![hours(3, "09:00", "17:00")];
    let mut study = Study { buffer_before_minutes: 15, buffer_after_minutes: 30, ..study("UTC", day) };
    let talk = [Span { start_ms: at("2026-12-02T11:00:00Z"), end_ms: at("2026-12-02T11:30:00Z") }];
    let free = shown(&study, "2026-12-01T00:00:00Z", Taken { booked: &talk, busy: &[] });
    // The larger buffer on both sides of a talk.
    assert!(free.contains(&"2026-12-02T10:00:00Z".to_owned()) && !free.contains(&"2026-12-02T10:30:00Z".to_owned()));
    assert!(!free.contains(&"2026-12-02T11:30:00Z".to_owned()) && free.contains(&"2026-12-02T12:00:00Z".to_owned()));
    study.max_a_day = 1;
    assert!(shown(&study, "2026-12-01T00:00:00Z", Taken { booked: &talk, busy: &[] }).is_empty());
    study.max_a_day = 2;
    study.notice_hours = 40;
    assert_eq!(shown(&study, "2026-12-01T00:00:00Z", Taken::default())[0], "2026-12-02T16:00:00Z");
}

const ZONES: [(&str, &str); 8] = [
    ("Australia/Lord_Howe", "2026-04-01T00:00:00Z"),
    ("Australia/Lord_Howe", "2026-09-30T00:00:00Z"),
    ("Asia/Kathmandu", "2026-05-05T10:20:00Z"),
    ("Pacific/Chatham", "2026-09-25T00:00:00Z"),
    ("Pacific/Apia", "2011-12-28T00:00:00Z"),
    ("Europe/Paris", "2026-10-23T00:00:00Z"),
    ("America/New_York", "2026-03-06T00:00:00Z"),
    ("Africa/Casablanca", "2026-02-13T00:00:00Z"),
];

fn some_hours() -> impl Strategy<Value = Hours> {
    (1u8..=7, 0u32..96, 1u32..40).prop_map(|(weekday, from, length)| {
        let text = |quarter: u32| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
        Hours { weekday, from: text(from), to: text((from + length).min(96)) }
    })
}

fn some_spans(now_ms: i64) -> impl Strategy<Value = Vec<Span>> {
    proptest::collection::vec((0i64..5 * 1440, 1i64..300), 0..6).prop_map(move |spans| {
        spans.into_iter().map(|(start, length)| Span { start_ms: now_ms + start * MINUTE_MS, end_ms: now_ms + (start + length) * MINUTE_MS }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn free_starts_are_those_of_the_naive_reading(
        (zone, now) in proptest::sample::select(ZONES.to_vec()),
        availability in proptest::collection::vec(some_hours(), 0..5),
        minutes in proptest::sample::select(vec![30u32, 45, 60, 90]),
        every in proptest::sample::select(vec![15u32, 20, 30, 45]),
        (before, after, notice, most) in (0u32..40, 0u32..40, 0u32..30, 0u32..3),
        (booked, busy) in (some_spans(0), some_spans(0)),
    ) {
        let now_ms = at(now);
        let moved = |spans: Vec<Span>| spans.into_iter().map(|span| Span { start_ms: span.start_ms + now_ms, end_ms: span.end_ms + now_ms }).collect::<Vec<_>>();
        let (booked, busy) = (moved(booked), moved(busy));
        let study = Study {
            minutes, every_minutes: every, buffer_before_minutes: before, buffer_after_minutes: after, notice_hours: notice, max_a_day: most, horizon_days: 5,
            ..study(zone, availability)
        };
        let taken = Taken { booked: &booked, busy: &busy };
        prop_assert_eq!(free_starts(&study, now_ms, taken), naive(&study, now_ms, taken));
    }
}
