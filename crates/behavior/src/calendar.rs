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
        const HOUR: i64 = 3_600_000;
        match self {
            Self::Minute => 60_000,
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
            Self::Month => 30 * 24 * HOUR,
            Self::Quarter => 91 * 24 * HOUR,
            Self::Year => 365 * 24 * HOUR,
        }
    }
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

    fn start_of(&self, date: civil::Date) -> i64 {
        date.to_zoned(self.zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The first instant of the unit that holds `ms`.
    #[must_use]
    pub fn floor(&self, ms: i64, unit: Unit) -> i64 {
        let local = self.at(ms);
        let date = local.date();
        match unit {
            Unit::Minute => ms.div_euclid(60_000) * 60_000,
            Unit::Hour => {
                let into_hour = i64::from(local.minute()) * 60_000 + i64::from(local.second()) * 1000 + i64::from(local.millisecond());
                ms - into_hour
            }
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

    /// The start `n` units after a unit's start (before it when negative).
    #[must_use]
    pub fn step(&self, start: i64, unit: Unit, n: i64) -> i64 {
        match unit {
            Unit::Minute => start + n * 60_000,
            Unit::Hour => start + n * 3_600_000,
            _ => self.start_of(self.at(start).date().saturating_add(unit.span(n))),
        }
    }

    /// RFC 3339 with this zone's offset at that instant.
    #[must_use]
    pub fn format(&self, ms: i64) -> String {
        let pattern = if ms.rem_euclid(1000) == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.3f%:z" };
        self.at(ms).strftime(pattern).to_string()
    }

    /// A range as instants, `[from, to)`.
    #[must_use]
    pub fn resolve(&self, range: &RangeSpec, now: i64) -> (i64, i64) {
        match range {
            RangeSpec::Instants { from, to } => (*from, *to),
            RangeSpec::Days { from, to } => (self.start_of(*from), self.start_of(to.saturating_add(1.days()))),
            RangeSpec::Last { n, unit } => {
                let current = self.floor(now, *unit);
                (self.step(current, *unit, 1 - n), self.step(current, *unit, 1))
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
    mean_length: i64,
}

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
        let mean_length = ((end - starts[0]) / starts.len() as i64).max(1);
        Self { starts, end, mean_length }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Which interval holds `time`. Nearly a division: lengths differ by an hour or a few days at most.
    #[inline]
    #[must_use]
    pub fn index(&self, time: i64) -> Option<usize> {
        if time < self.starts[0] || time >= self.end {
            return None;
        }
        let mut i = (((time - self.starts[0]) / self.mean_length) as usize).min(self.starts.len() - 1);
        while self.starts[i] > time {
            i -= 1;
        }
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
