//! Days, weeks and months as a project lives them: calendar units in an IANA zone, daylight saving respected.

use crate::question::RangeSpec;
use jiff::{Span, Timestamp, ToSpan, Zoned, civil, tz::TimeZone};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn span(self, n: i64) -> Span {
        match self {
            Self::Minute => n.minutes(),
            Self::Hour => n.hours(),
            Self::Day => n.days(),
            Self::Week => n.weeks(),
            Self::Month => n.months(),
            Self::Quarter => (3 * n).months(),
            Self::Year => n.years(),
        }
    }

    /// The unit as a plain length, for rolling questions: a day is 24 hours, a month 30 days.
    #[must_use]
    pub fn milliseconds(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::Hour => HOUR_MS,
            Self::Day => 24 * HOUR_MS,
            Self::Week => 7 * 24 * HOUR_MS,
            Self::Month => 30 * 24 * HOUR_MS,
            Self::Quarter => 91 * 24 * HOUR_MS,
            Self::Year => 365 * 24 * HOUR_MS,
        }
    }
}

const HOUR_MS: i64 = 3_600_000;

fn ms_into_hour(local: &Zoned) -> i64 {
    i64::from(local.minute()) * 60_000 + i64::from(local.second()) * 1000 + i64::from(local.millisecond())
}

/// A time zone and a first day of the week.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    pub name: String,
    pub week_start_sunday: bool,
}

impl Zone {
    /// `None` when the name is not an IANA zone.
    #[must_use]
    pub fn new(name: &str, week_start_sunday: bool) -> Option<Self> {
        Some(Self { zone: TimeZone::get(name).ok()?, name: name.to_owned(), week_start_sunday })
    }

    fn at(&self, ms: i64) -> Zoned {
        let clamped = ms.clamp(Timestamp::MIN.as_millisecond() / 2, Timestamp::MAX.as_millisecond() / 2);
        Timestamp::from_millisecond(clamped).unwrap_or_default().to_zoned(self.zone.clone())
    }

    /// The local date and time.
    #[must_use]
    pub fn civil(&self, ms: i64) -> civil::DateTime {
        self.at(ms).datetime()
    }

    /// The first instant of a day.
    #[must_use]
    pub fn start_of(&self, date: civil::Date) -> i64 {
        date.to_zoned(self.zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The first instant of a day that is written as 2026-11-30; `None` when it is none.
    #[must_use]
    pub fn start_of_written(&self, day: &str) -> Option<i64> {
        day.parse().ok().map(|date| self.start_of(date))
    }

    /// The first instant of the unit that holds `ms`.
    #[must_use]
    pub fn floor(&self, ms: i64, unit: Unit) -> i64 {
        let local = self.at(ms);
        let date = local.date();
        match unit {
            Unit::Minute => ms.div_euclid(60_000) * 60_000,
            Unit::Hour => self.start_of_hour(ms, &local),
            Unit::Day => self.start_of(date),
            Unit::Week => {
                let weekday = date.weekday();
                let back = if self.week_start_sunday { weekday.to_sunday_zero_offset() } else { weekday.to_monday_zero_offset() };
                self.start_of(date.saturating_sub(i64::from(back).days()))
            }
            Unit::Month => self.start_of(date.first_of_month()),
            Unit::Quarter => {
                let month = (date.month() - 1) / 3 * 3 + 1;
                self.start_of(civil::Date::new(date.year(), month, 1).unwrap_or(date))
            }
            Unit::Year => self.start_of(date.first_of_year()),
        }
    }

    /// A change of the clock begins another hour, also in the middle of one: where half an hour is added or dropped.
    fn start_of_hour(&self, ms: i64, local: &Zoned) -> i64 {
        let start = ms - ms_into_hour(local);
        if self.at(start).offset() == local.offset() {
            return start;
        }
        let change = self.zone.preceding(self.at(ms + 1).timestamp()).next();
        change.map_or(start, |change| start.max(change.timestamp().as_millisecond()))
    }

    fn next_hour(&self, start: i64) -> i64 {
        let local = self.at(start);
        let next = start + HOUR_MS - ms_into_hour(&local);
        if self.at(next).offset() == local.offset() {
            return next;
        }
        let change = self.zone.following(local.timestamp()).next();
        change.map_or(next, |change| next.min(change.timestamp().as_millisecond()))
    }

    /// The start `n` units after a unit's start (before it when negative).
    #[must_use]
    pub fn step(&self, start: i64, unit: Unit, n: i64) -> i64 {
        match unit {
            Unit::Minute => start + n * 60_000,
            Unit::Hour if self.zone.to_fixed_offset().is_ok() => start + n * HOUR_MS,
            Unit::Hour if n < 0 => (n..0).fold(start, |at, _| self.floor(at - 1, Unit::Hour)),
            Unit::Hour => (0..n).fold(start, |at, _| self.next_hour(at)),
            _ => self.start_of(self.at(start).date().saturating_add(unit.span(n))),
        }
    }

    /// The same local time so many units later (earlier when negative); the last day of a month where there is no such day.
    #[must_use]
    pub fn shift(&self, ms: i64, unit: Unit, n: i64) -> i64 {
        let local = self.at(ms).datetime().saturating_add(unit.span(n));
        local.to_zoned(self.zone.clone()).map_or(ms, |zoned| zoned.timestamp().as_millisecond())
    }

    /// How many days a date lies before that of an instant.
    #[must_use]
    pub fn days_before(&self, date: civil::Date, ms: i64) -> i64 {
        date.until(self.at(ms).date()).map_or(0, |span| i64::from(span.get_days()))
    }

    /// RFC 3339 with this zone's offset at that instant.
    #[must_use]
    pub fn format(&self, ms: i64) -> String {
        let pattern = if ms.rem_euclid(1000) == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.3f%:z" };
        self.at(ms).strftime(pattern).to_string()
    }

    /// Until when a range means the same instants as now.
    #[must_use]
    pub fn resolved_until(&self, range: &RangeSpec, now: i64) -> i64 {
        let end = |unit: Unit| self.step(self.floor(now, unit), unit, 1);
        match range {
            RangeSpec::Instants { .. } | RangeSpec::Days { .. } => i64::MAX,
            RangeSpec::Last { unit, .. } => end(*unit),
            RangeSpec::Since { .. } | RangeSpec::ToDate { .. } => end(Unit::Day),
        }
    }

    /// A range as instants, `[from, to)`.
    #[must_use]
    pub fn resolve(&self, range: &RangeSpec, now: i64) -> (i64, i64) {
        match range {
            RangeSpec::Instants { from, to } => (*from, *to),
            RangeSpec::Days { from, to } => (self.start_of(*from), self.start_of(to.saturating_add(1.days()))),
            RangeSpec::Last { n, unit, ago } => {
                let last = self.step(self.floor(now, *unit), *unit, -ago);
                (self.step(last, *unit, 1 - n), self.step(last, *unit, 1))
            }
            RangeSpec::Since { from } => {
                let today = self.floor(now, Unit::Day);
                (self.start_of(*from), self.step(today, Unit::Day, 1))
            }
            RangeSpec::ToDate { unit } => {
                let today = self.floor(now, Unit::Day);
                (self.floor(now, *unit), self.step(today, Unit::Day, 1))
            }
        }
    }
}

/// Consecutive calendar intervals.
#[derive(Clone, Debug)]
pub struct Intervals {
    /// First instants, rising.
    pub starts: Vec<i64>,
    /// Where the last one ends.
    pub end: i64,
    /// The interval at the beginning of each quarter of an hour since the first start. Zones are whole quarters off, so nearly every
    /// interval begins at one; where one does not, a step forward finds it.
    quarters: Vec<u32>,
    /// No interval begins inside a quarter.
    begin_with_quarters: bool,
}

/// The slot of a time that lies in no interval.
pub const OUTSIDE: u32 = u32::MAX;

const QUARTER_MS: i64 = 900_000;

impl Intervals {
    /// The intervals that hold `from..to`; `None` when there would be more than `most`.
    #[must_use]
    pub fn cover(zone: &Zone, unit: Unit, from: i64, to: i64, most: usize) -> Option<Self> {
        let mut starts = Vec::new();
        let mut start = zone.floor(from, unit);
        loop {
            starts.push(start);
            if starts.len() > most {
                return None;
            }
            let next = zone.step(start, unit, 1);
            if next >= to || next <= start {
                return Some(Self::new(starts, next.max(start + 1)));
            }
            start = next;
        }
    }

    fn new(starts: Vec<i64>, end: i64) -> Self {
        let n_quarters = ((end - starts[0]) / QUARTER_MS + 1) as usize;
        let mut quarters = Vec::with_capacity(n_quarters.min(1 << 22));
        let mut at = 0usize;
        // A range of over a century is searched instead.
        if n_quarters <= 1 << 22 {
            for quarter in 0..n_quarters {
                let time = starts[0] + quarter as i64 * QUARTER_MS;
                while at + 1 < starts.len() && starts[at + 1] <= time {
                    at += 1;
                }
                quarters.push(at as u32);
            }
        }
        let begin_with_quarters = !quarters.is_empty() && starts.iter().all(|start| (start - starts[0]) % QUARTER_MS == 0);
        Self { starts, end, quarters, begin_with_quarters }
    }

    /// Whether every interval begins and ends with an hour of UTC; those of zones that are half an hour off do not.
    #[must_use]
    pub fn are_whole_hours(&self) -> bool {
        self.starts.iter().chain([&self.end]).all(|edge| edge.rem_euclid(HOUR_MS) == 0)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Which interval holds each time, [`OUTSIDE`] where none does.
    #[must_use]
    pub fn slots(&self, times: &[i64]) -> Vec<u32> {
        if !self.begin_with_quarters {
            return times.iter().map(|time| self.index(*time).map_or(OUTSIDE, |i| i as u32)).collect();
        }
        // No branch that depends on the time: neighbours lie in intervals that cannot be foretold.
        let (first, length) = (self.starts[0], (self.end - self.starts[0]) as u64);
        let slot = |time: &i64| {
            let since = time.wrapping_sub(first) as u64;
            let quarter = (since / QUARTER_MS as u64).min(self.quarters.len() as u64 - 1);
            if since < length { self.quarters[quarter as usize] } else { OUTSIDE }
        };
        times.iter().map(slot).collect()
    }

    /// Which interval holds `time`.
    #[inline]
    #[must_use]
    pub fn index(&self, time: i64) -> Option<usize> {
        if time < self.starts[0] || time >= self.end {
            return None;
        }
        let mut i = match self.quarters.get(((time - self.starts[0]) as u64 / QUARTER_MS as u64) as usize) {
            Some(i) => *i as usize,
            None => return Some(self.starts.partition_point(|start| *start <= time) - 1),
        };
        while i + 1 < self.starts.len() && self.starts[i + 1] <= time {
            i += 1;
        }
        Some(i)
    }

    #[must_use]
    pub fn end_of(&self, i: usize) -> i64 {
        self.starts.get(i + 1).copied().unwrap_or(self.end)
    }
}
