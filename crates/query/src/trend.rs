//! Counts and measures over time, by segment.

mod line;
mod marks;
mod rolling;
mod top;

use crate::{
    group::{GroupKey, Groups, check_count},
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows, cuts_an_hour, selects_name, sessions_of},
};
use line::{Line, Meaning};
use marks::Marks;
use rolling::{Before, rolling_mean};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, AskErrorCode, Hit,
    calendar::{Intervals, OUTSIDE, Unit},
    filter::Filter,
    question::{Aggregate, Measure, Scope, Selector, Trend},
};
use sillage_event::{Actor, HOUR_MS, PersonId};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// People times intervals times segments that may be marked in one bucket; beyond it people are put one after the other.
const MOST_MARKS: usize = 1 << 27;

/// Of more segments the overall line is counted by itself.
const MOST_ADDED_UP: usize = 512;

type Lines = HashMap<(usize, GroupKey), Line>;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, trend: &Trend) -> Result<Value, AskError> {
    let mut answer = one_range(context, scope, trend, context.range)?;
    if let Some(back) = trend.compare_previous {
        // The people of the question are those of its own range.
        let people = context.people();
        let shifted = shift(context, trend.interval, context.range, i64::from(back))?;
        answer["compare"] = one_range(context, scope, trend, shifted)?;
        context.forget_people();
        if let Some(people) = people {
            context.count_people(people as usize);
        }
    }
    Ok(answer)
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

fn one_range(context: &Context<'_>, scope: &Scope, trend: &Trend, range: (i64, i64)) -> Result<Value, AskError> {
    let plan = Plan::new(context, scope, trend, range)?;
    let (lines, keep, others) = match plan.lines_of_top(context, scope)? {
        Some(top) => (top.lines, Some(top.kept), Some(top.others)),
        None => {
            let (keep, others) = top_groups(context, scope, &plan)?.unzip();
            (plan.lines(context, scope, keep.clone())?, keep, others)
        }
    };
    check_count(lines.keys().map(|(_, key)| key).collect::<HashSet<_>>().len())?;
    // A running total begins with the range.
    let before = match trend.rolling.filter(|window| *window > 1 && !trend.cumulative) {
        Some(window) => {
            let start = plan.intervals.starts[0];
            let earlier = Plan::new(context, scope, trend, (context.zone.step(start, trend.interval, 1 - window as i64), start))?;
            Before::new(&earlier.lines(context, scope, keep)?, &earlier.meanings, earlier.intervals.len())
        }
        None => Before::default(),
    };
    Ok(plan.write(context, lines, &before, others))
}

/// The people of one cell: of a series, in an interval or the whole range, in a segment.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    trend: &Trend,
    series: usize,
    time: Option<i64>,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let mut plan = Plan::new(context, scope, trend, context.range)?;
    if let Meaning::Count | Meaning::Numbers(..) | Meaning::Values(..) | Meaning::Texts(_) = plan.meanings[series] {
        plan.meanings[series] = Meaning::Unique;
    }
    let slot = match time {
        None => None,
        Some(time) => match plan.intervals.index(time) {
            Some(slot) => Some(slot),
            None => return Ok(Vec::new()),
        },
    };
    let keep = if segment == Some(&GroupKey::Other) { top_groups(context, scope, &plan)?.map(|kept| kept.0) } else { None };
    let request = Request { by_person: true, ..plan.request(scope, keep) };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        let plan = &plan;
        bucket.for_each_person(|rows, person| {
            let counts = person.hits.iter().any(|hit| {
                hit.mask & (1 << series) != 0
                    && plan.slots(series, hit.time).is_some_and(|slots| slot.map_or(hit.time >= plan.range.0, |slot| slots.contains(&slot)))
                    && segment
                        .is_none_or(|segment| rows.groups.members(&rows.group[hit.row as usize]).iter().any(|id| rows.groups.keys[*id as usize] == *segment))
            });
            if counts {
                found.push(person.id);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
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
            meanings.push(match &series.measure {
                Measure::Total => Meaning::Count,
                Measure::Unique => Meaning::Unique,
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
                    Meaning::PerPerson { source, outer: *outer }
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
        for series in &self.trend.series {
            let named = match &series.measure {
                Measure::Property { aggregate, property } => Some((aggregate, property)),
                Measure::PerPerson { inner: Some((aggregate, property)), .. } => Some((aggregate, property)),
                _ => None,
            };
            match named {
                Some((Aggregate::Distinct, property)) => texts.push(property.as_str()),
                Some((_, property)) => numbers.push(property.as_str()),
                None => {}
            }
        }
        let sessions = self.meanings.contains(&Meaning::Sessions);
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
            in_order: sessions || self.trend.cumulative,
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
        let marks_people = self.can_mark_people(scope) && self.bits_of_marks(bucket) <= MOST_MARKS;
        let mut tables = self.tables(if marks_people { bucket.people.len() } else { 0 });
        let context = bucket.context;
        if bucket.is_by_person() && !marks_people {
            let mut sessions = Vec::new();
            let mut number = 0u32;
            let wants_sessions = self.meanings.contains(&Meaning::Sessions);
            bucket.for_each_person(|rows, person| {
                if wants_sessions {
                    sessions_of(rows, person.hits, context.session_timeout_ms, &mut sessions);
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
                    self.rows(&mut tables, rows, |row| decided.masks[row]);
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
        self.finish(context, tables, &bucket.rows.groups.keys)
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

    fn finish(&self, context: &Context<'_>, tables: Vec<Table<'_>>, keys: &[GroupKey]) -> Result<Lines, AskError> {
        let mut lines = Lines::new();
        let mut cells = 0;
        for (series, table) in tables.into_iter().enumerate() {
            for (index, line) in table.lines.into_iter().enumerate() {
                let Some(mut line) = line else { continue };
                line.count_marked();
                if line.is_empty() {
                    continue;
                }
                cells += self.intervals.len();
                let key = if index == 0 { GroupKey::overall() } else { keys[index - 1].clone() };
                lines.insert((series, key), line);
            }
        }
        if cells > context.limits.cells {
            return Err(AskError {
                code: AskErrorCode::LimitExceeded,
                message: format!("the answer has more than {} numbers: add \"top\", shorten the range or take a longer interval", context.limits.cells),
                field: Some("breakdown".into()),
            });
        }
        Ok(lines)
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
                Meaning::Unique | Meaning::Active | Meaning::Sessions | Meaning::PerPerson { .. } => {}
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
                    if hit.mask & bit != 0 {
                        let Some(slot) = self.intervals.index(hit.time) else { continue };
                        table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.see_session(slot, number, *session));
                    }
                }
            }
            Meaning::PerPerson { source, .. } => {
                for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
                    let Some(slot) = self.intervals.index(hit.time) else { continue };
                    let value = match source {
                        None => line::Inner::Number(1.0),
                        Some((Aggregate::Distinct, i)) => line::Inner::Text(rows.texts[*i][hit.row as usize]),
                        Some((_, i)) => line::Inner::Number(rows.numbers[*i][hit.row as usize]),
                    };
                    table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.collect(slot, value));
                }
                table.touched(|line| line.close_person(meaning));
            }
            Meaning::Count | Meaning::Numbers(..) | Meaning::Values(..) | Meaning::Texts(_) => {
                for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
                    let Some(slot) = self.intervals.index(hit.time) else { continue };
                    table.each(&rows.groups, rows.group.get(hit.row as usize), |line| line.add_row(meaning, slot, rows, hit.row as usize));
                }
            }
        }
    }

    fn write(&self, context: &Context<'_>, lines: Lines, before: &Before, others: Option<usize>) -> Value {
        let mut keys: Vec<(&GroupKey, u64)> = Vec::new();
        let mut weights: HashMap<&GroupKey, u64> = HashMap::new();
        for ((_, key), line) in &lines {
            *weights.entry(key).or_default() += line.weight();
        }
        let overall = GroupKey::overall();
        keys.extend(weights.iter().filter(|(key, _)| ***key != overall).map(|(key, weight)| (*key, *weight)));
        keys.sort_by(|a, b| {
            (matches!(a.0, GroupKey::Other), std::cmp::Reverse(a.1)).cmp(&(matches!(b.0, GroupKey::Other), std::cmp::Reverse(b.1))).then_with(|| a.0.order(b.0))
        });
        let keys: Vec<&GroupKey> = std::iter::once(&overall).chain(keys.into_iter().map(|(key, _)| key)).collect();

        let n = self.intervals.len();
        let empty = Line::default();
        let mut values: HashMap<(usize, &GroupKey), line::Values> = HashMap::new();
        let mut series_out = Vec::new();
        for (i, series) in self.trend.series.iter().enumerate() {
            let label = series.label.clone().or_else(|| series.select.label.clone()).unwrap_or_else(|| series.select.label());
            for key in &keys {
                let line = lines.get(&(i, (*key).clone()));
                if line.is_none() && **key != overall {
                    continue;
                }
                let (mut points, total) = line.unwrap_or(&empty).values(&self.meanings[i], n, false);
                // Formulas take the values of the intervals; what they give is summed up, not what they are given.
                values.insert((i, *key), (points.clone(), total));
                if self.trend.cumulative && self.meanings[i].cumulates_itself() {
                    points = line.unwrap_or(&empty).values(&self.meanings[i], n, true).0;
                } else if self.trend.cumulative {
                    run_up(&mut points);
                }
                let points = self.rolled(before.of_series(i, key), points);
                series_out.push(self.line_json(&label, key, points, total, others));
            }
        }
        for (text, formula) in &self.trend.formulas {
            for key in &keys {
                let at = |slot: usize| formula.evaluate(&|i| values.get(&(i, *key)).and_then(|(points, _)| points[slot]).unwrap_or(0.0));
                let mut points: Vec<Option<f64>> = (0..n).map(at).collect();
                let total = formula.evaluate(&|i| values.get(&(i, *key)).and_then(|(_, total)| *total).unwrap_or(0.0));
                if self.trend.cumulative {
                    run_up(&mut points);
                }
                let points = self.rolled(before.of_formula(formula, key), points);
                series_out.push(self.line_json(text, key, points, total, others));
            }
        }
        let times: Vec<String> = self.intervals.starts.iter().map(|start| context.zone.format(*start)).collect();
        json!({"times": times, "series": series_out})
    }

    fn rolled(&self, before: Vec<Option<f64>>, points: Vec<Option<f64>>) -> Vec<Option<f64>> {
        match self.trend.rolling {
            Some(window) => rolling_mean(before, points, window),
            None => points,
        }
    }

    fn line_json(&self, label: &str, key: &GroupKey, points: Vec<Option<f64>>, total: Option<f64>, others: Option<usize>) -> Value {
        let mut line = json!({
            "label": label,
            "breakdown": if *key == GroupKey::overall() { Value::Array(Vec::new()) } else { key.to_json(self.n_parts) },
            "values": points.into_iter().map(number).collect::<Vec<_>>(),
            "total": number(total),
        });
        if let (GroupKey::Other, Some(others)) = (key, others) {
            line["other"] = Value::from(others);
        }
        line
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

fn run_up(points: &mut [Option<f64>]) {
    let mut sum = 0.0;
    for point in points.iter_mut() {
        sum += point.unwrap_or(0.0);
        *point = Some(sum);
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

fn has_did(filter: &Filter) -> bool {
    let mut leaves = Vec::new();
    filter.leaves(&mut leaves);
    leaves.iter().any(|leaf| matches!(leaf, Filter::Did { .. }))
}

/// The lines of one series in one bucket: overall first, then a segment each.
struct Table<'a> {
    meaning: &'a Meaning,
    n_slots: usize,
    /// People who are marked where they are seen; 0 when they come one after the other.
    n_marked: usize,
    lines: Vec<Option<Line>>,
}

impl Table<'_> {
    fn line(&mut self, index: usize) -> &mut Line {
        if self.lines.len() <= index {
            self.lines.resize_with(index + 1, || None);
        }
        self.lines[index].get_or_insert_with(|| Line::new(self.meaning, self.n_slots, self.n_marked))
    }

    /// The overall line, and those of the row's segments.
    #[inline]
    fn each(&mut self, groups: &Groups, group: Option<&u32>, mut f: impl FnMut(&mut Line)) {
        if let Some(Some(overall)) = self.lines.first_mut() {
            f(overall);
        } else {
            f(self.line(0));
        }
        if let Some(group) = group {
            for member in groups.members(group) {
                match self.lines.get_mut(*member as usize + 1) {
                    Some(Some(line)) => f(line),
                    _ => f(self.line(*member as usize + 1)),
                }
            }
        }
    }

    /// The overall line and those of its segments, for every row that counts and lies in an interval.
    #[inline]
    fn each_row(&mut self, rows: &Rows<'_>, slots: &[u32], counts: impl Fn(usize) -> bool, mut f: impl FnMut(&mut Line, usize, usize)) {
        let n_groups = rows.groups.keys.len();
        let is_split = !rows.group.is_empty() && !rows.groups.has_several() && n_groups <= MOST_ADDED_UP;
        if is_split && self.lines.is_empty() && Line::adds_up(self.meaning, self.n_marked) {
            // Every row is in one segment, so the overall line is all of theirs together.
            self.lines.push(None);
            for (row, slot) in slots.iter().enumerate() {
                if *slot != OUTSIDE && counts(row) {
                    let index = rows.group[row] as usize + 1;
                    match self.lines.get_mut(index) {
                        Some(Some(line)) => f(line, *slot as usize, row),
                        _ => f(self.line(index), *slot as usize, row),
                    }
                }
            }
            let mut overall = Line::new(self.meaning, self.n_slots, self.n_marked);
            self.lines.iter().flatten().for_each(|line| overall.join(line.clone()));
            self.lines[0] = Some(overall);
            return;
        }
        let overall = self.line(0);
        for (row, slot) in slots.iter().enumerate() {
            if *slot != OUTSIDE && counts(row) {
                f(overall, *slot as usize, row);
            }
        }
        if rows.group.is_empty() {
            return;
        }
        for (row, slot) in slots.iter().enumerate() {
            if *slot != OUTSIDE && counts(row) {
                for member in rows.groups.members(&rows.group[row]) {
                    match self.lines.get_mut(*member as usize + 1) {
                        Some(Some(line)) => f(line, *slot as usize, row),
                        _ => f(self.line(*member as usize + 1), *slot as usize, row),
                    }
                }
            }
        }
    }

    fn touched(&mut self, mut f: impl FnMut(&mut Line)) {
        self.lines.iter_mut().flatten().filter(|line| line.is_touched()).for_each(&mut f);
    }
}
