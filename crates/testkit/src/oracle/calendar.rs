//! Calendar units by looking at local clocks, a quarter of an hour at a time.

use jiff::{Timestamp, ToSpan, Zoned, civil::Date, tz::TimeZone};
use serde_json::Value;

const QUARTER_MS: i64 = 15 * 60_000;
const HOUR_MS: i64 = 4 * QUARTER_MS;

#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    sunday: bool,
}

impl Calendar {
    #[must_use]
    pub fn new(zone: &str, sunday: bool) -> Self {
        Self { zone: TimeZone::get(zone).expect("a zone"), sunday }
    }

    fn local(&self, ms: i64) -> Zoned {
        Timestamp::from_millisecond(ms).expect("a time").to_zoned(self.zone.clone())
    }

    /// What tells one unit from another: two instants lie in the same unit when their labels are equal.
    #[must_use]
    pub fn label(&self, ms: i64, unit: &str) -> String {
        let local = self.local(ms);
        let date = local.date();
        match unit {
            // The hour that a change of the clock repeats is another hour.
            "hour" => format!("{date} {} {}", local.hour(), local.offset()),
            "day" => date.to_string(),
            "week" => self.week_of(date).to_string(),
            "month" => format!("{:04}-{:02}", date.year(), date.month()),
            "quarter" => format!("{:04} {}", date.year(), (date.month() + 2) / 3),
            _ => date.year().to_string(),
        }
    }

    fn week_of(&self, date: Date) -> Date {
        let first = if self.sunday { jiff::civil::Weekday::Sunday } else { jiff::civil::Weekday::Monday };
        (0..7).map(|back| date.saturating_sub(back.days())).find(|day| day.weekday() == first).expect("a week has each day")
    }

    /// The first quarter of an hour with the same label.
    #[must_use]
    pub fn start(&self, ms: i64, unit: &str) -> i64 {
        let label = self.label(ms, unit);
        let mut at = ms.div_euclid(QUARTER_MS) * QUARTER_MS;
        // Large strides first; no unit is left and entered again within one.
        for stride in [20 * 24 * HOUR_MS, 3 * 24 * HOUR_MS, 5 * HOUR_MS, QUARTER_MS] {
            while self.label(at - stride, unit) == label {
                at -= stride;
            }
        }
        at
    }

    /// Where the unit that holds `ms` ends.
    #[must_use]
    pub fn end(&self, ms: i64, unit: &str) -> i64 {
        let label = self.label(ms, unit);
        let mut at = ms.div_euclid(QUARTER_MS) * QUARTER_MS;
        for stride in [20 * 24 * HOUR_MS, 3 * 24 * HOUR_MS, 5 * HOUR_MS, QUARTER_MS] {
            while self.label(at + stride, unit) == label {
                at += stride;
            }
        }
        at + QUARTER_MS
    }

    /// The starts of the units that hold `from..to`, and the end of the last.
    #[must_use]
    pub fn units(&self, from: i64, to: i64, unit: &str) -> Vec<i64> {
        let mut starts = vec![self.start(from, unit)];
        loop {
            let next = self.end(starts[starts.len() - 1], unit);
            starts.push(next);
            if next >= to {
                return starts;
            }
        }
    }

    /// A time as answers write it.
    #[must_use]
    pub fn written(&self, ms: i64) -> String {
        self.local(ms).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// A part of the local time, as questions name it.
    #[must_use]
    pub fn part(&self, ms: i64, part: &str) -> Value {
        let local = self.local(ms);
        match part {
            "hour_of_day" => Value::from(local.hour()),
            "day_of_week" => Value::from(local.weekday().to_monday_one_offset()),
            "day_of_month" => Value::from(local.day()),
            "month_of_year" => Value::from(local.month()),
            unit => Value::from(self.local(self.start(ms, unit)).date().to_string()),
        }
    }

    fn midnight(&self, date: Date) -> i64 {
        let noon = date.at(12, 0, 0, 0).to_zoned(self.zone.clone()).expect("noon exists").timestamp().as_millisecond();
        self.start(noon, "day")
    }

    /// A question's range as instants.
    #[must_use]
    pub fn range(&self, range: &Value, now: i64) -> (i64, i64) {
        if let Some(n) = range["last"].as_i64() {
            let unit = range["unit"].as_str().expect("a unit");
            let mut now = now;
            for _ in 0..range["ago"].as_i64().unwrap_or(0) {
                now = self.start(now, unit) - 1;
            }
            let to = self.end(now, unit);
            let mut from = self.start(now, unit);
            for _ in 1..n {
                from = self.start(from - 1, unit);
            }
            return (from, to);
        }
        if let Some(since) = range["since"].as_str() {
            return (self.midnight(since.parse().expect("a day")), i64::MAX);
        }
        let (from, to) = (range["from"].as_str().expect("from"), range["to"].as_str().expect("to"));
        if from.len() == 10 {
            let last: Date = to.parse().expect("a day");
            return (self.midnight(from.parse().expect("a day")), self.end(self.midnight(last), "day"));
        }
        let instant = |text: &str| text.parse::<Timestamp>().expect("an instant").as_millisecond();
        (instant(from), instant(to))
    }
}
