//! What recurs (RFC 5545, 3.3.10), on the clock of its zone: days, weeks, months and years, with the parts that calendars of people write.
//!
//! Finer frequencies and parts that count weeks and days of a year are refused by name. Work is bounded: a rule goes through so many periods at most.

use super::busy::{date_of, days_after, shown, time_of};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

/// A day rule of sixty years has fewer.
const MAX_PERIODS: usize = 25_000;
const MAX_STARTS: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// `nth` 0 is every one, 2 the second, -1 the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NthWeekday {
    nth: i64,
    weekday: Weekday,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    every: Every,
    interval: i64,
    count: Option<u64>,
    /// The last time on the clock of the event's zone.
    until: Option<DateTime>,
    weekdays: Vec<NthWeekday>,
    month_days: Vec<i64>,
    months: Vec<i64>,
    positions: Vec<i64>,
    week_start: Weekday,
}

/// It goes through more periods than are looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Rule {
    pub(super) fn read(text: &str, zone: &TimeZone, is_day: bool) -> Result<Self, String> {
        let mut rule = Self {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut has_frequency = false;
        for part in text.trim().split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| format!("its rule (RRULE) has \"{}\", which says nothing", shown(part)))?;
            let wrong = || format!("its rule (RRULE) has \"{}\", which cannot be read", shown(part));
            let numbers = |least: i64, most: i64| -> Result<Vec<i64>, String> {
                let numbers: Option<Vec<i64>> = value.split(',').map(|one| one.trim().parse().ok().filter(|n| *n != 0 && (least..=most).contains(n))).collect();
                numbers.filter(|numbers| numbers.len() <= 400).ok_or_else(wrong)
            };
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    has_frequency = true;
                    rule.every = match value.trim().to_ascii_uppercase().as_str() {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return Err(wrong()),
                    };
                }
                "INTERVAL" => rule.interval = value.trim().parse().ok().filter(|n| (1..=1000).contains(n)).ok_or_else(wrong)?,
                "COUNT" => rule.count = Some(value.trim().parse().map_err(|_| wrong())?),
                "UNTIL" => rule.until = Some(read_until(value.trim(), zone, is_day).ok_or_else(wrong)?),
                "BYDAY" => rule.weekdays = value.split(',').map(read_weekday).collect::<Option<Vec<_>>>().filter(|days| days.len() <= 400).ok_or_else(wrong)?,
                "BYMONTHDAY" => rule.month_days = numbers(-31, 31)?,
                "BYMONTH" => rule.months = numbers(1, 12)?,
                "BYSETPOS" => rule.positions = numbers(-366, 366)?,
                "WKST" => rule.week_start = read_weekday(value).filter(|day| day.nth == 0).ok_or_else(wrong)?.weekday,
                _ => return Err(wrong()),
            }
        }
        if has_frequency { Ok(rule) } else { Err("its rule (RRULE) has no FREQ".to_owned()) }
    }

    /// The times from `from` to `to` at which it begins, on its clock. The first one is always there, as calendars have it.
    pub(super) fn starts(&self, first: DateTime, from: DateTime, to: DateTime) -> Result<Vec<DateTime>, TooMany> {
        let mut starts = Vec::new();
        let mut told: u64 = 0;
        let last = self.until.map_or(to, |until| until.min(to));
        let mut take = |start: DateTime, starts: &mut Vec<DateTime>| -> Result<bool, TooMany> {
            if start > last || self.count.is_some_and(|count| told >= count) {
                return Ok(false);
            }
            told += 1;
            if start >= from {
                starts.push(start);
            }
            if starts.len() > MAX_STARTS { Err(TooMany) } else { Ok(true) }
        };
        if !take(first, &mut starts)? {
            return Ok(starts);
        }
        // A rule without a count need not be told from its beginning.
        let begin_with = if self.count.is_none() { self.periods_before(first.date(), from.date()) } else { 0 };
        for period in (begin_with..).take(MAX_PERIODS) {
            let Some(begin) = self.period_start(first.date(), period) else { return Ok(starts) };
            if begin.to_datetime(first.time()) > last && begin > first.date() {
                return Ok(starts);
            }
            let mut dates = self.dates_of(begin, first.date());
            dates.sort_unstable();
            dates.dedup();
            for date in self.at_positions(&dates) {
                let start = date.to_datetime(first.time());
                if start > first && !take(start, &mut starts)? {
                    return Ok(starts);
                }
            }
        }
        Err(TooMany)
    }

    /// How many periods end before a day for sure.
    fn periods_before(&self, first: Date, day: Date) -> i64 {
        let days = i64::from(first.until(day).map_or(0, |span| span.get_days())).max(0);
        let longest = match self.every {
            Every::Day => 1,
            Every::Week => 7,
            Every::Month => 31,
            Every::Year => 366,
        };
        (days / (longest * self.interval) - 2).max(0)
    }

    /// The day with which a period begins.
    fn period_start(&self, first: Date, period: i64) -> Option<Date> {
        let n = period.checked_mul(self.interval)?;
        match self.every {
            Every::Day => days_after(first, n),
            Every::Week => {
                let since = i64::from(first.weekday().since(self.week_start));
                days_after(first, n.checked_mul(7)? - since)
            }
            Every::Month => first.first_of_month().checked_add(n.months()).ok(),
            Every::Year => Date::new(i16::try_from(i64::from(first.year()) + n).ok()?, 1, 1).ok(),
        }
    }

    fn dates_of(&self, begin: Date, first: Date) -> Vec<Date> {
        let in_month = |date: &Date| self.months.is_empty() || self.months.contains(&i64::from(date.month()));
        let on_month_day = |date: &Date| self.month_days.is_empty() || self.month_days.iter().any(|day| is_month_day(*date, *day));
        let on_weekday = |date: &Date| self.weekdays.is_empty() || self.weekdays.iter().any(|day| day.weekday == date.weekday());
        match self.every {
            Every::Day => [begin].into_iter().filter(|date| in_month(date) && on_month_day(date) && on_weekday(date)).collect(),
            Every::Week => {
                let days = (0..7).filter_map(|n| days_after(begin, n));
                days.filter(|date| in_month(date) && if self.weekdays.is_empty() { date.weekday() == first.weekday() } else { on_weekday(date) }).collect()
            }
            Every::Month => {
                if in_month(&begin) {
                    self.dates_of_month(begin, first)
                } else {
                    Vec::new()
                }
            }
            Every::Year => self.dates_of_year(begin, first),
        }
    }

    fn dates_of_month(&self, begin: Date, first: Date) -> Vec<Date> {
        let days = || (1..=begin.days_in_month()).filter_map(|day| Date::new(begin.year(), begin.month(), day).ok());
        if self.weekdays.is_empty() && self.month_days.is_empty() {
            return days().filter(|date| date.day() == first.day()).collect();
        }
        let is_nth = |date: Date, day: &NthWeekday| {
            let (from_front, from_back) = ((i64::from(date.day()) - 1) / 7 + 1, (i64::from(date.days_in_month()) - i64::from(date.day())) / 7 + 1);
            day.weekday == date.weekday() && (day.nth == 0 || day.nth == from_front || -day.nth == from_back)
        };
        days()
            .filter(|date| self.month_days.is_empty() || self.month_days.iter().any(|day| is_month_day(*date, *day)))
            .filter(|date| self.weekdays.is_empty() || self.weekdays.iter().any(|day| is_nth(*date, day)))
            .collect()
    }

    fn dates_of_year(&self, begin: Date, first: Date) -> Vec<Date> {
        let months = |wanted: &[i64]| -> Vec<Date> { wanted.iter().filter_map(|month| Date::new(begin.year(), i8::try_from(*month).ok()?, 1).ok()).collect() };
        let all: Vec<i64> = (1..=12).collect();
        let own = [i64::from(first.month())];
        if self.months.is_empty() && self.month_days.is_empty() && !self.weekdays.is_empty() {
            return self.weekdays_of_year(begin);
        }
        let wanted = match (self.months.is_empty(), self.month_days.is_empty()) {
            (false, _) => self.months.as_slice(),
            (true, false) => all.as_slice(),
            (true, true) => own.as_slice(),
        };
        months(wanted).into_iter().flat_map(|month| self.dates_of_month(month, first)).collect()
    }

    /// Where no month is named, weekdays are counted over the year.
    fn weekdays_of_year(&self, begin: Date) -> Vec<Date> {
        let n_days = i64::from(begin.days_in_year());
        let days = (0..n_days).filter_map(|n| Some((n, days_after(begin, n)?)));
        let is_one = |n: i64, date: Date, day: &NthWeekday| {
            day.weekday == date.weekday() && (day.nth == 0 || day.nth == n / 7 + 1 || -day.nth == (n_days - 1 - n) / 7 + 1)
        };
        days.filter(|(n, date)| self.weekdays.iter().any(|day| is_one(*n, *date, day))).map(|(_, date)| date).collect()
    }

    fn at_positions(&self, dates: &[Date]) -> Vec<Date> {
        if self.positions.is_empty() {
            return dates.to_vec();
        }
        let n = dates.len() as i64;
        let place = |position: i64| usize::try_from(if position > 0 { position - 1 } else { n + position }).ok();
        let mut picked: Vec<Date> = self.positions.iter().filter_map(|position| dates.get(place(*position)?).copied()).collect();
        picked.sort_unstable();
        picked.dedup();
        picked
    }
}

fn is_month_day(date: Date, day: i64) -> bool {
    i64::from(date.day()) == if day > 0 { day } else { i64::from(date.days_in_month()) + 1 + day }
}

fn read_weekday(text: &str) -> Option<NthWeekday> {
    let text = text.trim();
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match name.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let nth = if number.is_empty() { 0 } else { number.parse().ok().filter(|n: &i64| *n != 0 && (-53..=53).contains(n))? };
    Some(NthWeekday { nth, weekday })
}

/// A day is that whole day; a time in UTC is one on the clock of the event.
fn read_until(text: &str, zone: &TimeZone, is_day: bool) -> Option<DateTime> {
    if let Some(date) = date_of(text) {
        return Some(date.at(23, 59, 59, 0));
    }
    let (text, is_utc) = text.strip_suffix(['Z', 'z']).map_or((text, false), |text| (text, true));
    let (date, time) = text.split_once(['T', 't'])?;
    let at = date_of(date)?.to_datetime(time_of(time)?);
    if !is_utc || is_day {
        return Some(at);
    }
    let moment: Timestamp = TimeZone::UTC.to_timestamp(at).ok()?;
    Some(moment.to_zoned(zone.clone()).datetime())
}
