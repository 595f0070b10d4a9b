//! Counts and measures over time, by segment.

mod behind;
mod cohort_line;
mod line;
mod marks;
mod rolling;
mod table;
mod top;
mod write;

pub(crate) use behind::{At, people_at};
pub(crate) use cohort_line::members_at;

use crate::{
    cohort::InnerContext,
    group::{GroupKey, check_count},
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows, cuts_an_hour, has_did, selects_name, sessions_of},
};
use cohort_line::cohort_line;
use line::{Line, Meaning, OfSession};
use marks::Marks;
use rolling::Before;
use serde_json::Value;
use sillage_behavior::{
    AskError, AskErrorCode, Hit,
    calendar::{Intervals, Unit},
    question::{Aggregate, CompareWith, Measure, PerSession, Scope, Selector, Trend},
    session::NO_SESSION,
};
use sillage_event::{Actor, HOUR_MS};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use table::Table;

/// People times intervals times segments that may be marked in one bucket; beyond it people are put one after the other.
const MOST_MARKS: usize = 1 << 27;

type Lines = HashMap<(usize, GroupKey), Line>;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, trend: &Trend, inner: InnerContext<'_, '_>) -> Result<Value, AskError> {
    let mut answer = one_range(context, scope, trend, context.range, inner)?;
    if let Some(with) = trend.compare {
        // The people of the question are those of its own range.
        let people = context.people();
        answer["compare"] = one_range(context, scope, trend, compared_range(context, trend.interval, with)?, inner)?;
        context.forget_people();
        if let Some(people) = people {
            context.count_people(people as usize);
        }
    }
    Ok(answer)
}

/// The range that a question compares its own with.
pub(crate) fn compared_range(context: &Context<'_>, interval: Unit, with: CompareWith) -> Result<(i64, i64), AskError> {
    let earlier = |unit: Unit, n: i64| (context.zone.shift(context.range.0, unit, -n), context.zone.shift(context.range.1, unit, -n));
    match with {
        CompareWith::Previous(back) => shift(context, interval, context.range, i64::from(back)),
        CompareWith::Back(n, unit) => Ok(earlier(unit, n)),
        CompareWith::From(date) => Ok(earlier(Unit::Day, context.zone.days_before(date, context.range.0))),
    }
}

/// The range that a cell lies in: the question's own, or the one that it compares with.
fn range_of_cell(context: &Context<'_>, trend: &Trend, compared: bool) -> Result<(i64, i64), AskError> {
    match trend.compare.filter(|_| compared) {
        Some(with) => compared_range(context, trend.interval, with),
        None => Ok(context.range),
    }
}

/// The same number of intervals, earlier.
fn shift(context: &Context<'_>, unit: Unit, (from, to): (i64, i64), back: i64) -> Result<(i64, i64), AskError> {
    let n = intervals(context, "interval", unit, (from, to))?.len() as i64 * back;
    let start = context.zone.floor(from, unit);
    let earlier = context.zone.step(start, unit, -n);
    let from_earlier = earlier + (from - start);
    Ok((from_earlier, from_earlier + (to - from)))
}

/// The intervals of a range; `field` is what a question calls them.
pub(crate) fn intervals(context: &Context<'_>, field: &str, unit: Unit, (from, to): (i64, i64)) -> Result<Intervals, AskError> {
    Intervals::cover(&context.zone, unit, from, to, context.limits.intervals).ok_or_else(|| AskError {
        code: AskErrorCode::LimitExceeded,
        message: format!("the range has more than {} intervals: shorten it or take a longer interval", context.limits.intervals),
        field: Some(field.to_owned()),
    })
}

/// A trend made ready for one range.
struct Plan<'a> {
    trend: &'a Trend,
    intervals: Intervals,
    range: (i64, i64),
    meanings: Vec<Meaning>,
    /// For measures of trailing days: where each interval's window begins.
    active_from: Vec<Vec<i64>>,
    n_parts: usize,
}

fn one_range(context: &Context<'_>, scope: &Scope, trend: &Trend, range: (i64, i64), inner: InnerContext<'_, '_>) -> Result<Value, AskError> {
    let plan = Plan::new(context, scope, trend, range)?;
    // A plain trend of events may find its segments while it counts; else the segments are kept by what all series of events say together.
    let top = if counts_only_events_of_one_actor(trend) { plan.lines_of_top(context, scope)? } else { None };
    let (lines, keep, others) = match top {
        Some(top) => (top.lines, Some(top.kept), Some(top.others)),
        None => {
            let (keep, others) = top_groups(context, scope, &Plan::new(context, scope, &part_of(trend, &events_of(trend)), range)?)?.unzip();
            (all_lines(context, scope, trend, range, keep.clone(), inner)?, keep, others)
        }
    };
    check_count(lines.keys().map(|(_, key)| key).collect::<HashSet<_>>().len())?;
    context.check_cells(lines.len(), plan.intervals.len())?;
    // A running total begins with the range.
    let before = match trend.rolling.filter(|window| *window > 1 && !trend.cumulative) {
        Some(window) => {
            let start = plan.intervals.starts[0];
            let range = (context.zone.step(start, trend.interval, 1 - window as i64), start);
            let earlier = Plan::new(context, scope, trend, range)?;
            Before::new(&all_lines(context, scope, trend, range, keep, inner)?, &earlier.meanings, earlier.intervals.len())
        }
        None => Before::default(),
    };
    Ok(plan.write(context, lines, &before, others))
}

/// The series of events, by position.
fn events_of(trend: &Trend) -> Vec<usize> {
    (0..trend.series.len()).filter(|i| trend.series[*i].people.is_none()).collect()
}

fn counts_only_events_of_one_actor(trend: &Trend) -> bool {
    trend.series.iter().all(|series| series.people.is_none() && series.actor.is_none())
}

/// Some of the series, as a trend of their own.
fn part_of(trend: &Trend, series: &[usize]) -> Trend {
    Trend { series: series.iter().map(|i| trend.series[*i].clone()).collect(), formulas: Vec::new(), attribution: None, ..*trend }
}

/// The lines of all series: those of events for each actor that they count, those of cohorts point by point.
fn all_lines(
    context: &Context<'_>,
    scope: &Scope,
    trend: &Trend,
    range: (i64, i64),
    keep: Option<Arc<HashSet<GroupKey>>>,
    inner: InnerContext<'_, '_>,
) -> Result<Lines, AskError> {
    let events = events_of(trend);
    if counts_only_events_of_one_actor(trend) {
        return Plan::new(context, scope, trend, range)?.lines(context, scope, keep);
    }
    let mut lines = Lines::new();
    let mut waiting = events;
    while let Some(first) = waiting.first() {
        let actor = trend.series[*first].actor.clone().unwrap_or_else(|| scope.actor.clone());
        let (those, others): (Vec<usize>, Vec<usize>) =
            waiting.iter().copied().partition(|i| *trend.series[*i].actor.as_ref().unwrap_or(&scope.actor) == actor);
        waiting = others;
        let part = part_of(trend, &those);
        let scope = Scope { actor, ..scope.clone() };
        let found = if scope.actor == context.actor {
            Plan::new(context, &scope, &part, range)?.lines(context, &scope, keep.clone())?
        } else {
            let own = (inner.context)(&scope)?;
            let found = Plan::new(&own, &scope, &part, range)?.lines(&own, &scope, keep.clone())?;
            context.count_events_read(own.events_read() as usize);
            found
        };
        lines.extend(found.into_iter().map(|((series, key), line)| ((those[series], key), line)));
    }
    for (i, definition) in trend.series.iter().enumerate().filter_map(|(i, series)| Some((i, series.people.as_ref()?))) {
        lines.insert((i, GroupKey::overall()), cohort_line(context, trend, range, &trend.series[i].measure, definition, inner)?);
    }
    Ok(lines)
}

/// What an event adds to its person's own figure.
fn inner_of(source: Option<(Aggregate, usize)>, rows: &Rows<'_>, hit: &Hit) -> line::Inner {
    match source {
        None => line::Inner::Number(1.0),
        Some((Aggregate::Distinct, i)) => line::Inner::Text(rows.texts[i][hit.row as usize]),
        Some((_, i)) => line::Inner::Number(rows.numbers[i][hit.row as usize]),
    }
}

/// The segments that `top` keeps, and how many others there are.
fn top_groups(context: &Context<'_>, scope: &Scope, plan: &Plan<'_>) -> Result<Option<scan::TopGroups>, AskError> {
    let Some(top) = scope.top.filter(|_| !scope.breakdown.is_empty()) else { return Ok(None) };
    scan::top_groups(context, plan.request(scope, None), top).map(Some)
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, scope: &Scope, trend: &'a Trend, range: (i64, i64)) -> Result<Self, AskError> {
        let intervals = intervals(context, "interval", trend.interval, range)?;
        let (mut n_numbers, mut n_texts) = (0, 0);
        let mut meanings = Vec::new();
        let mut active_from = Vec::new();
        for series in &trend.series {
            let mut windows = Vec::new();
            if series.people.is_some() {
                meanings.push(Meaning::Given);
                active_from.push(windows);
                continue;
            }
            meanings.push(match &series.measure {
                Measure::Total => Meaning::Count,
                Measure::Unique => Meaning::Unique,
                Measure::UniqueOnce { first } => Meaning::Once { first: *first },
                Measure::Sessions => Meaning::Sessions,
                Measure::Active(days) => {
                    let last_day = |i: usize| context.zone.floor(intervals.end_of(i) - 1, Unit::Day);
                    windows = (0..intervals.len()).map(|i| context.zone.step(last_day(i), Unit::Day, 1 - i64::from(*days))).collect();
                    Meaning::Active
                }
                Measure::Property { aggregate: Aggregate::Distinct, .. } => {
                    n_texts += 1;
                    Meaning::Texts(n_texts - 1)
                }
                Measure::Property { aggregate, .. } => {
                    n_numbers += 1;
                    Meaning::of_numbers(*aggregate, n_numbers - 1)
                }
                Measure::PerPerson { inner, outer } => {
                    let source = match inner {
                        None => None,
                        Some((Aggregate::Distinct, _)) => {
                            n_texts += 1;
                            Some((Aggregate::Distinct, n_texts - 1))
                        }
                        Some((aggregate, _)) => {
                            n_numbers += 1;
                            Some((*aggregate, n_numbers - 1))
                        }
                    };
                    Meaning::PerPerson { source, outer: outer.clone() }
                }
                Measure::PerSession { inner, outer } => {
                    let source = match inner {
                        PerSession::Total => OfSession::Total,
                        PerSession::Events => OfSession::Events,
                        PerSession::Duration => OfSession::Duration,
                        PerSession::Property(Aggregate::Distinct, _) => {
                            n_texts += 1;
                            OfSession::Values(Aggregate::Distinct, n_texts - 1)
                        }
                        PerSession::Property(aggregate, _) => {
                            n_numbers += 1;
                            OfSession::Values(*aggregate, n_numbers - 1)
                        }
                    };
                    Meaning::PerSession { source, outer: outer.clone() }
                }
            });
            active_from.push(windows);
        }
        Ok(Self { trend, intervals, range, meanings, active_from, n_parts: scope.breakdown.len() })
    }

    fn lines(&self, context: &Context<'_>, scope: &'a Scope, keep: Option<Arc<HashSet<GroupKey>>>) -> Result<Lines, AskError> {
        let (counted, without) = self.hourly_totals(context, scope)?;
        let request = Request { without, ..self.request(scope, keep) };
        let lines = scan::run(context, &request, |bucket| self.partial(scope, bucket), merge)?.unwrap_or_default();
        Ok(merge(lines, counted))
    }

    fn request(&self, scope: &'a Scope, keep: Option<Arc<HashSet<GroupKey>>>) -> Request<'a> {
        let (from, to) = self.range;
        let picks = self
            .trend
            .series
            .iter()
            .zip(&self.active_from)
            .map(|(series, windows)| Pick { select: &series.select, from: windows.first().map_or(from, |window| from.min(*window)), to })
            .collect();
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for series in self.trend.series.iter().filter(|series| series.people.is_none()) {
            let named = match &series.measure {
                Measure::Property { aggregate, property } => Some((aggregate, property)),
                Measure::PerSession { inner: PerSession::Property(aggregate, property), .. } => Some((aggregate, property)),
                Measure::PerPerson { inner: Some((aggregate, property)), .. } => Some((aggregate, property)),
                _ => None,
            };
            match named {
                Some((Aggregate::Distinct, property)) => texts.push(property.as_str()),
                Some((_, property)) => numbers.push(property.as_str()),
                None => {}
            }
        }
        let sessions = self.meanings.iter().any(|meaning| matches!(meaning, Meaning::Sessions | Meaning::PerSession { .. }));
        let flat =
            self.meanings.iter().all(Meaning::is_flat) && self.trend.series.iter().all(|series| !series.select.first_time) && scope.actor == Actor::Person;
        let did = scope.filter.as_ref().is_some_and(has_did);
        // Whether somebody was there between two full hours, the last event of each hour says.
        let by_hour = self.meanings.iter().all(|meaning| matches!(meaning, Meaning::Unique | Meaning::Active))
            && self.intervals.are_whole_hours()
            && self.active_from.iter().flatten().all(|window| window.rem_euclid(HOUR_MS) == 0);
        Request {
            picks,
            by_hour: if by_hour { u64::MAX } else { 0 },
            filter: scope.filter.as_ref(),
            stream: sessions.then_some(self.range),
            breakdown: &scope.breakdown,
            keep,
            numbers,
            texts,
            sessions,
            by_person: !flat || did,
            in_order: sessions || self.trend.cumulative || self.meanings.iter().any(|meaning| matches!(meaning, Meaning::Once { .. })),
            ties: sessions,
            ..Request::default()
        }
    }

    /// The intervals that an event of a series counts in.
    fn slots(&self, series: usize, time: i64) -> Option<std::ops::Range<usize>> {
        if self.meanings[series] == Meaning::Active {
            let windows = &self.active_from[series];
            let last = windows.partition_point(|window| *window <= time);
            let first = self.intervals.starts.partition_point(|start| *start <= time).saturating_sub(1);
            let first = if time < self.intervals.starts[0] { 0 } else { first };
            return Some(first..last.max(first));
        }
        self.intervals.index(time).map(|slot| slot..slot + 1)
    }

    /// Whether rows can be counted in any order, people by marking who was seen when.
    fn can_mark_people(&self, scope: &Scope) -> bool {
        self.meanings.iter().all(|meaning| meaning.is_flat() || *meaning == Meaning::Unique)
            && scope.actor == Actor::Person
            && !self.trend.cumulative
            && self.trend.series.iter().all(|series| !series.select.first_time)
    }

    /// Counts of events without conditions, from what segments know of their hours. Gives the segments that were counted so.
    fn hourly_totals(&self, context: &Context<'_>, scope: &Scope) -> Result<(Lines, HashSet<u64>), AskError> {
        let mut counted = HashSet::new();
        let mut lines = Lines::new();
        let is_plain = |select: &Selector| select.filter.is_none() && select.alternatives.is_empty() && !select.first_time;
        let is_enough = self.meanings.iter().all(|meaning| *meaning == Meaning::Count)
            && self.trend.series.iter().all(|series| is_plain(&series.select))
            && scope.filter.is_none()
            && scope.breakdown.is_empty()
            && scope.actor == Actor::Person
            && self.intervals.are_whole_hours();
        if !is_enough {
            return Ok((lines, counted));
        }
        let (from, to) = self.range;
        context.footprint.events_before(to);
        for segment in &context.snapshot.segments {
            let is_outside = segment.time_range().is_none_or(|(first, last)| last < from || first >= to);
            if is_outside || cuts_an_hour(&**segment, from) || cuts_an_hour(&**segment, to) {
                continue;
            }
            let mut known = Vec::new();
            for (event, name) in segment.event_names().iter().enumerate() {
                let those: Vec<usize> = (0..self.meanings.len()).filter(|series| selects_name(&self.trend.series[*series].select, name)).collect();
                if !those.is_empty() {
                    known.push((those, segment.event_hours(event).map_err(scan::store_failed)?));
                }
            }
            if known.iter().any(|(_, hours)| hours.is_none()) {
                continue;
            }
            counted.insert(segment.id());
            for (those, hours) in known {
                for (hour, count) in hours.into_iter().flatten() {
                    // An edge inside the hour has all of the segment's events on its inner side.
                    if let Some(slot) = self.intervals.index(hour).filter(|_| hour + HOUR_MS > from && hour < to) {
                        context.count_events_read(count as usize);
                        for series in &those {
                            lines
                                .entry((*series, GroupKey::overall()))
                                .or_insert_with(|| Line::new(&Meaning::Count, self.intervals.len(), 0))
                                .add_count(slot, count);
                        }
                    }
                }
            }
        }
        Ok((lines, counted))
    }

    fn partial(&self, scope: &Scope, bucket: &mut Bucket<'_>) -> Result<Lines, AskError> {
        bucket.context.check_cells(bucket.rows.groups.keys.len() + 1, self.meanings.len() * self.intervals.len())?;
        let marks_people = self.can_mark_people(scope) && self.bits_of_marks(bucket) <= MOST_MARKS;
        let mut tables = self.tables(if marks_people { bucket.people.len() } else { 0 });
        let context = bucket.context;
        if bucket.is_by_person() && !marks_people {
            let mut sessions = Vec::new();
            let mut number = 0u32;
            let wants_sessions = self.meanings.iter().any(|meaning| matches!(meaning, Meaning::Sessions | Meaning::PerSession { .. }));
            bucket.for_each_person(|rows, person| {
                if wants_sessions {
                    sessions_of(context, rows, person.hits, &mut sessions);
                }
                for (series, table) in tables.iter_mut().enumerate() {
                    self.person(series, table, rows, person.hits, &sessions, number);
                }
                number += 1;
            });
            if context.actor == Actor::Person && bucket.rows.person.contains(&NO_PERSON) {
                let rows = &bucket.rows;
                self.rows(&mut tables, rows, |row| if rows.person[row] == NO_PERSON { bucket.mask_of_nobody(row) } else { 0 });
            }
        } else {
            let rows = &bucket.rows;
            match bucket.decided() {
                Some(decided) => {
                    self.rows(&mut tables, rows, |row| bucket.mask_of(&decided, row));
                    context.count_people(decided.n_people);
                }
                None => {
                    self.rows(&mut tables, rows, |row| rows.mask[row]);
                    let mut marked = tables.iter_mut().filter(|table| table.n_marked > 0 && *table.meaning == Meaning::Unique);
                    // Of several series nobody knows here who is in more than one.
                    if let (Some(only), None) = (marked.next(), marked.next()) {
                        context.count_people(only.lines.first_mut().and_then(Option::as_mut).map_or(0, |line| {
                            line.count_marked();
                            line.weight()
                        }) as usize);
                    }
                }
            }
        }
        Ok(self.finish(tables, &bucket.rows.groups.keys))
    }

    /// How many bits it takes to mark everybody in every line.
    fn bits_of_marks(&self, bucket: &Bucket<'_>) -> usize {
        let n_unique = self.meanings.iter().filter(|meaning| **meaning == Meaning::Unique).count();
        Marks::bits(bucket.people.len(), self.intervals.len()).saturating_mul(n_unique * (bucket.rows.groups.keys.len() + 1))
    }

    /// Empty tables; with a number of people, people are marked in them.
    fn tables(&self, n_marked: usize) -> Vec<Table<'_>> {
        self.meanings.iter().map(|meaning| Table { meaning, n_slots: self.intervals.len(), n_marked, lines: Vec::new() }).collect()
    }

    fn finish(&self, tables: Vec<Table<'_>>, keys: &[GroupKey]) -> Lines {
        let mut lines = Lines::new();
        for (series, table) in tables.into_iter().enumerate() {
            for (index, line) in table.lines.into_iter().enumerate() {
                let Some(mut line) = line else { continue };
                line.count_marked();
                if line.is_empty() {
                    continue;
                }
                let key = if index == 0 { GroupKey::overall() } else { keys[index - 1].clone() };
                lines.insert((series, key), line);
            }
        }
        lines
    }

    /// Rows in any order, for measures that do not look at who did it, or mark it. `mask` says for which series a row counts.
    fn rows(&self, tables: &mut [Table<'_>], rows: &Rows<'_>, mask: impl Fn(usize) -> u64) {
        let slots = self.intervals.slots(&rows.time);
        for (series, table) in tables.iter_mut().enumerate() {
            let counts = |row: usize| mask(row) & (1 << series) != 0;
            match *table.meaning {
                Meaning::Count => table.each_row(rows, &slots, counts, |line, slot, _| line.add_event(slot)),
                Meaning::Unique if table.n_marked > 0 => {
                    let known = |row: usize| counts(row) && rows.person[row] != NO_PERSON;
                    table.each_row(rows, &slots, known, |line, slot, row| line.mark_person(slot as u32, rows.person[row]));
                }
                Meaning::Numbers(_, at) => table.each_row(rows, &slots, counts, |line, slot, row| line.add_number(slot, rows.numbers[at][row])),
                Meaning::Values(_, at) => table.each_row(rows, &slots, counts, |line, slot, row| line.keep_number(slot, rows.numbers[at][row])),
                Meaning::Texts(at) => table.each_row(rows, &slots, counts, |line, slot, row| line.add_text(slot, rows.texts[at][row])),
                _ => {}
            }
        }
    }

    fn person(&self, series: usize, table: &mut Table<'_>, rows: &Rows<'_>, hits: &[Hit], sessions: &[u32], number: u32) {
        let bit = 1u64 << series;
        let meaning = table.meaning;
        match meaning {
            Meaning::Unique => {
                for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
                    let Some(slot) = self.intervals.index(hit.time) else { continue };
                    table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.see_person(slot, number));
                }
            }
            Meaning::Active => {
                for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
                    let Some(slots) = self.slots(series, hit.time) else { continue };
                    let in_range = hit.time >= self.range.0;
                    table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.see_active(slots.clone(), in_range, number));
                }
            }
            Meaning::Sessions => {
                for (hit, session) in hits.iter().zip(sessions) {
                    if hit.mask & bit != 0 && *session != NO_SESSION {
                        let Some(slot) = self.intervals.index(hit.time) else { continue };
                        table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.see_session(slot, number, *session));
                    }
                }
            }
            Meaning::PerPerson { source, .. } => {
                for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
                    let Some(slot) = self.intervals.index(hit.time) else { continue };
                    let value = inner_of(*source, rows, hit);
                    table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.collect(slot, value));
                }
                table.touched(|line| line.close_person(meaning));
            }
            Meaning::Once { first } => self.once(table, rows, hits, bit, *first, number),
            Meaning::PerSession { source, .. } => self.per_session(table, rows, hits, sessions, bit, *source),
            Meaning::Given => {}
            Meaning::Count | Meaning::Numbers(..) | Meaning::Values(..) | Meaning::Texts(_) => {
                for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
                    let Some(slot) = self.intervals.index(hit.time) else { continue };
                    table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.add_row(meaning, slot, rows, hit.row as usize));
                }
            }
        }
    }

    /// A person counts in every interval and in the range, in segments only with the first (last) event of each.
    fn once(&self, table: &mut Table<'_>, rows: &Rows<'_>, hits: &[Hit], bit: u64, first: bool, number: u32) {
        let mut chosen: Vec<(usize, &Hit)> = Vec::new();
        for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
            let Some(slot) = self.intervals.index(hit.time) else { continue };
            table.line(0).see_person(slot, number);
            match chosen.last_mut() {
                Some(last) if last.0 == slot => {
                    if !first {
                        last.1 = hit;
                    }
                }
                _ => chosen.push((slot, hit)),
            }
        }
        if rows.group.is_empty() {
            return;
        }
        for (slot, hit) in &chosen {
            table.each_segment(&rows.groups, &rows.group[hit.row as usize], |line| line.add_to_slot(*slot));
        }
        let whole = if first { chosen.first() } else { chosen.last() };
        if let Some((slot, hit)) = whole {
            table.each_segment(&rows.groups, &rows.group[hit.row as usize], |line| line.add_to_total(*slot));
        }
    }

    /// Each session with such an event, in the interval and the segments of the first of them.
    fn per_session(&self, table: &mut Table<'_>, rows: &Rows<'_>, hits: &[Hit], sessions: &[u32], bit: u64, source: OfSession) {
        let mut numbers: Vec<u32> =
            hits.iter().zip(sessions).filter(|(hit, session)| hit.mask & bit != 0 && **session != NO_SESSION).map(|(_, n)| *n).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for session in numbers {
            let whole = || hits.iter().zip(sessions).filter(|(_, one)| **one == session).map(|(hit, _)| hit);
            let own: Vec<&Hit> = whole().filter(|hit| hit.mask & bit != 0).collect();
            let Some(slot) = self.intervals.index(own[0].time) else { continue };
            let value = match source {
                OfSession::Total => Some(own.len() as f64),
                OfSession::Events => Some(whole().count() as f64),
                OfSession::Duration => {
                    let (from, to) = whole().fold((i64::MAX, i64::MIN), |(from, to), hit| (from.min(hit.time), to.max(hit.time)));
                    Some((to - from) as f64 / 1000.0)
                }
                OfSession::Values(aggregate, at) => {
                    let inner: Vec<line::Inner> = own.iter().map(|hit| inner_of(Some((aggregate, at)), rows, hit)).collect();
                    line::figure(Some((aggregate, at)), &inner)
                }
            };
            if let Some(value) = value {
                table.each(&rows.groups, rows.group.get(own[0].row as usize), |line| line.add_value(slot, value));
            }
        }
    }
}

/// Whole numbers without a point.
pub(crate) fn number(value: Option<f64>) -> Value {
    match value {
        None => Value::Null,
        Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => Value::from(value as i64),
        Some(value) => Value::from(value),
    }
}

fn merge(mut a: Lines, b: Lines) -> Lines {
    for (key, line) in b {
        match a.entry(key) {
            std::collections::hash_map::Entry::Occupied(mut slot) => slot.get_mut().merge(line),
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(line);
            }
        }
    }
    a
}
