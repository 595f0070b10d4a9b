//! Reading when somebody is busy from a calendar file (RFC 5545): events, what recurs, and lists of busy times.
//!
//! What must stay true: work and memory are bounded whatever the file says; an event that cannot be read is told with its reason and leaves the others
//! readable; an event that is marked as free, or is cancelled, takes no time.

use super::{
    Span, merged,
    recurrence::{Rule, TooMany},
    windows_zone,
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use std::collections::{BTreeMap, BTreeSet};

/// Larger files are refused.
pub const MAX_FILE_BYTES: usize = 1 << 20;
const MAX_EVENTS: usize = 20_000;
const MAX_TIMES: usize = 20_000;
const MAX_TOLD: usize = 20;
const MAX_SHOWN_CHARS: usize = 60;

/// The time that is looked at, and the zone of times that name none.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    pub from_ms: i64,
    pub to_ms: i64,
    pub zone: &'a TimeZone,
}

/// When somebody is busy, and what of the file says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// In order; what touches is one.
    pub busy: Vec<Span>,
    /// Events of the file, those that take no time among them.
    pub events: usize,
    /// The first of those that could not be read.
    pub unread: Vec<Unread>,
    /// All of those.
    pub n_unread: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The line of the file at which the event begins.
    pub line: usize,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusyError {
    #[error("the calendar file has more than 1 MB; export a shorter time of it")]
    TooLarge,
    #[error("this is no calendar file: it does not begin with BEGIN:VCALENDAR; export the calendar as .ics")]
    NoCalendar,
    #[error("the calendar file breaks off: the last event has no end; export it again")]
    BrokenOff,
    #[error("the calendar file has more than 20,000 events; export a shorter time of it")]
    TooManyEvents,
    #[error("the calendar file says more than 20,000 busy times in the time that can be booked; export a shorter time of it")]
    TooManyTimes,
}

/// Reads a file.
pub fn read(file: &str, looked: &Looked<'_>) -> Result<Busy, BusyError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(BusyError::TooLarge);
    }
    let lines = unfolded(file);
    if !lines.first().is_some_and(|(_, line)| line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(BusyError::NoCalendar);
    }
    let events = events_of(&lines)?;
    let mut answer = Busy { events: events.len(), ..Busy::default() };
    let changed = changed_times(&events, looked.zone);
    let mut spans = Vec::new();
    for event in &events {
        let key = event.uid();
        let moved = if event.first("RECURRENCE-ID").is_none() { changed.get(key) } else { None };
        match event.spans(looked, moved) {
            Ok(found) => spans.extend(found),
            Err(reason) => {
                answer.n_unread += 1;
                if answer.unread.len() < MAX_TOLD {
                    answer.unread.push(Unread { line: event.line, reason });
                }
            }
        }
        if spans.len() > MAX_TIMES {
            return Err(BusyError::TooManyTimes);
        }
    }
    spans.retain(|span: &Span| span.end_ms > looked.from_ms && span.start_ms < looked.to_ms);
    answer.busy = merged(spans);
    Ok(answer)
}

/// Lines joined again, with where they begin. A line that goes on begins with a space or a tab.
fn unfolded(file: &str) -> Vec<(usize, String)> {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (i, line) in file.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, last))) => last.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => lines.push((i + 1, line.to_owned())),
        }
    }
    lines
}

struct Property<'a> {
    name: String,
    parameters: Vec<(String, &'a str)>,
    value: &'a str,
}

impl<'a> Property<'a> {
    /// `NAME;PARAMETER=value;PARAMETER="quoted":value`
    fn read(line: &'a str) -> Option<Self> {
        let mut is_quoted = false;
        let mut cuts = Vec::new();
        let mut colon = None;
        for (i, byte) in line.bytes().enumerate() {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b';' if !is_quoted => cuts.push(i),
                b':' if !is_quoted => {
                    colon = Some(i);
                    break;
                }
                _ => {}
            }
        }
        let colon = colon?;
        cuts.push(colon);
        let name = line.get(..cuts[0])?.trim().to_ascii_uppercase();
        let parameters = cuts.windows(2).filter_map(|pair| {
            let (name, value) = line.get(pair[0] + 1..pair[1])?.split_once('=')?;
            Some((name.trim().to_ascii_uppercase(), value.trim().trim_matches('"')))
        });
        Some(Self { name, parameters: parameters.collect(), value: line.get(colon + 1..)? })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(one, _)| one == name).map(|(_, value)| *value)
    }
}

struct Event<'a> {
    line: usize,
    is_list: bool,
    properties: Vec<Property<'a>>,
}

fn events_of(lines: &[(usize, String)]) -> Result<Vec<Event<'_>>, BusyError> {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut open: Option<(Event<'_>, &str)> = None;
    // Alarms and the like within an event have a time of their own.
    let mut depth = 0usize;
    for (number, line) in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, kind) = (name.trim(), value.trim());
        let is = |one: &str| kind.eq_ignore_ascii_case(one);
        let begins = name.eq_ignore_ascii_case("BEGIN");
        let ends = name.eq_ignore_ascii_case("END");
        match &mut open {
            None if begins && (is("VEVENT") || is("VFREEBUSY")) => {
                open = Some((Event { line: *number, is_list: is("VFREEBUSY"), properties: Vec::new() }, kind));
            }
            None => {}
            Some(_) if begins => depth += 1,
            Some(_) if ends && depth > 0 => depth -= 1,
            Some((_, of)) if ends && is(of) => {
                if events.len() >= MAX_EVENTS {
                    return Err(BusyError::TooManyEvents);
                }
                events.extend(open.take().map(|(event, _)| event));
            }
            Some((event, _)) if depth == 0 => event.properties.extend(Property::read(line)),
            Some(_) => {}
        }
    }
    if open.is_some() { Err(BusyError::BrokenOff) } else { Ok(events) }
}

/// The times of something that recurs which stand as events of their own.
fn changed_times<'a>(events: &'a [Event<'_>], zone: &TimeZone) -> BTreeMap<&'a str, BTreeSet<i64>> {
    let mut changed: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for event in events {
        if let Some(Ok(moment)) = event.first("RECURRENCE-ID").map(|property| moment_of(property, property.value, zone)) {
            changed.entry(event.uid()).or_default().insert(moment.ms());
        }
    }
    changed
}

impl Event<'_> {
    fn first(&self, name: &str) -> Option<&Property<'_>> {
        self.properties.iter().find(|property| property.name == name)
    }

    fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Property<'s>> {
        self.properties.iter().filter(move |property| property.name == name)
    }

    fn uid(&self) -> &str {
        self.first("UID").map_or("", |property| property.value.trim())
    }

    fn says(&self, name: &str, value: &str) -> bool {
        self.first(name).is_some_and(|property| property.value.trim().eq_ignore_ascii_case(value))
    }

    fn spans(&self, looked: &Looked<'_>, moved: Option<&BTreeSet<i64>>) -> Result<Vec<Span>, String> {
        if self.is_list {
            return self.listed(looked.zone);
        }
        let takes_none = self.says("STATUS", "CANCELLED") || self.says("TRANSP", "TRANSPARENT") || self.says("X-MICROSOFT-CDO-BUSYSTATUS", "FREE");
        if takes_none {
            return Ok(Vec::new());
        }
        let begin = self.first("DTSTART").ok_or("it has no beginning (DTSTART)")?;
        let start = moment_of(begin, begin.value, looked.zone)?;
        let length_ms = self.length_ms(&start, looked.zone)?;
        let mut left_out = BTreeSet::new();
        for property in self.all("EXDATE") {
            for value in property.value.split(',') {
                left_out.insert(moment_of(property, value, looked.zone)?.ms());
            }
        }
        let mut starts = vec![start.local];
        if let Some(rule) = self.first("RRULE") {
            let rule = Rule::read(rule.value, &start.zone, start.is_day)?;
            let local = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(start.zone.clone()).datetime();
            // A day more on both sides: clocks differ by less.
            let (from, to) = (local(looked.from_ms - length_ms - 86_400_000), local(looked.to_ms + 86_400_000));
            starts = rule.starts(start.local, from, to).map_err(|TooMany| "it recurs too often to be read; give its rule an end".to_owned())?;
        }
        let mut spans: Vec<Span> =
            starts.into_iter().map(|local| Moment { local, ..start.clone() }.ms()).map(|ms| Span { start_ms: ms, end_ms: ms + length_ms }).collect();
        for property in self.all("RDATE") {
            if property.parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("PERIOD")) {
                spans.extend(periods(property, looked.zone)?);
            } else {
                for value in property.value.split(',') {
                    let ms = moment_of(property, value, looked.zone)?.ms();
                    spans.push(Span { start_ms: ms, end_ms: ms + length_ms });
                }
            }
        }
        spans.retain(|span| !left_out.contains(&span.start_ms) && !moved.is_some_and(|moved| moved.contains(&span.start_ms)));
        Ok(spans)
    }

    fn length_ms(&self, start: &Moment, zone: &TimeZone) -> Result<i64, String> {
        if let Some(property) = self.first("DTEND") {
            let length = moment_of(property, property.value, zone)?.ms() - start.ms();
            return if length >= 0 { Ok(length) } else { Err("it ends before it begins (DTEND)".to_owned()) };
        }
        match self.first("DURATION") {
            Some(property) => duration_ms(property.value),
            None => Ok(if start.is_day { 86_400_000 } else { 0 }),
        }
    }

    /// A list of busy times.
    fn listed(&self, zone: &TimeZone) -> Result<Vec<Span>, String> {
        let mut spans = Vec::new();
        for property in self.all("FREEBUSY") {
            if !property.parameter("FBTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("FREE")) {
                spans.extend(periods(property, zone)?);
            }
        }
        Ok(spans)
    }
}

fn periods(property: &Property<'_>, zone: &TimeZone) -> Result<Vec<Span>, String> {
    let mut spans = Vec::new();
    for period in property.value.split(',') {
        let (from, to) = period.split_once('/').ok_or_else(|| format!("\"{}\" is no period", shown(period)))?;
        let start_ms = moment_of(property, from, zone)?.ms();
        let end_ms = if to.trim_start().starts_with(['P', 'p', '+', '-']) { start_ms + duration_ms(to)? } else { moment_of(property, to, zone)?.ms() };
        spans.push(Span { start_ms, end_ms });
    }
    Ok(spans)
}

/// A time as a calendar writes it: on a clock.
#[derive(Clone, Debug)]
struct Moment {
    local: DateTime,
    zone: TimeZone,
    is_day: bool,
}

impl Moment {
    /// A time that the clock skips is moved on, one that it shows twice is the first.
    fn ms(&self) -> i64 {
        self.zone.to_ambiguous_timestamp(self.local).compatible().map_or(0, Timestamp::as_millisecond)
    }
}

fn moment_of(property: &Property<'_>, value: &str, zone: &TimeZone) -> Result<Moment, String> {
    let value = value.trim();
    if let Some(date) = date_of(value) {
        return Ok(Moment { local: date.to_datetime(Time::midnight()), zone: zone.clone(), is_day: true });
    }
    let (value, is_utc) = value.strip_suffix(['Z', 'z']).map_or((value, false), |value| (value, true));
    let wrong = || format!("\"{}\" is no time", shown(value));
    let (date, time) = value.split_once(['T', 't']).ok_or_else(wrong)?;
    let date = date_of(date).ok_or_else(wrong)?;
    let local = date.to_datetime(time_of(time).ok_or_else(wrong)?);
    let zone = match property.parameter("TZID") {
        _ if is_utc => TimeZone::UTC,
        Some(name) => zone_named(name).ok_or_else(|| format!("its time zone \"{}\" is not known", shown(name)))?,
        None => zone.clone(),
    };
    Ok(Moment { local, zone, is_day: false })
}

/// By IANA's name, by Windows' name, or by the end of a path, as some programs write.
fn zone_named(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    let ends = || name.match_indices('/').map(|(i, _)| &name[i + 1..]);
    let by_name = |name: &str| TimeZone::get(name).ok();
    by_name(name).or_else(|| windows_zone::iana(name).and_then(by_name)).or_else(|| ends().find_map(by_name))
}

pub(super) fn date_of(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
}

pub(super) fn time_of(text: &str) -> Option<Time> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A leap second is the second before it.
    let second: i8 = text[4..].parse().ok()?;
    Time::new(text[..2].parse().ok()?, text[2..4].parse().ok()?, if second == 60 { 59 } else { second }, 0).ok()
}

/// `PT1H30M`, `P1D`, `P2W`.
fn duration_ms(text: &str) -> Result<i64, String> {
    let wrong = || format!("\"{}\" is no duration", shown(text));
    let upper = text.trim().trim_start_matches('+').to_ascii_uppercase();
    let rest = upper.strip_prefix('P').ok_or_else(wrong)?;
    let (mut whole, mut number, mut in_time) = (0i64, String::new(), false);
    for letter in rest.chars() {
        let unit_s = match (letter, in_time) {
            ('0'..='9', _) if number.len() < 9 => {
                number.push(letter);
                continue;
            }
            ('T', false) => {
                in_time = true;
                continue;
            }
            ('W', false) => 604_800,
            ('D', false) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return Err(wrong()),
        };
        whole += number.parse::<i64>().map_err(|_| wrong())? * unit_s * 1000;
        number.clear();
    }
    // Longer than ten years is no event.
    if number.is_empty() && (0..=10 * 366 * 86_400_000).contains(&whole) { Ok(whole) } else { Err(wrong()) }
}

pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(MAX_SHOWN_CHARS).collect()
}

/// The day after so many days, within what a calendar can say.
pub(super) fn days_after(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests;
