//! Cohorts of people born in an interval, and who of them came back when.

use crate::{
    group::{GroupKey, check_count},
    memory::held,
    scan::{self, Bucket, Context, Pick, Request, Rows, is_any},
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::Intervals,
    question::{Aggregate, FirstTime, Retention, Scope, Selector},
    retention::{Birth, Columns, Periods, Return},
};
use sillage_event::PersonId;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

const BIRTH: u64 = 1;
const RETURN: u64 = 2;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, retention: &Retention) -> Result<Value, AskError> {
    let plan = Plan::new(context, retention)?;
    let keep = plan.kept(context, scope)?;
    let request = plan.request(scope, keep.as_ref().map(|kept| Arc::clone(&kept.0)));
    let tallies = scan::run(context, &request, |bucket| plan.partial(bucket), merge)?.unwrap_or_default();
    check_count(tallies.len())?;
    plan.check_cells(context, tallies.len())?;
    Ok(plan.write(context, scope, tallies, keep.map(|kept| kept.1)))
}

/// The people of a cohort, or those of them who returned in a period; without a cohort those of all that count in the average, once for each.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    retention: &Retention,
    cohort: Option<i64>,
    period: Option<usize>,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, retention)?;
    let is_wanted: Vec<bool> = match cohort {
        None => (0..plan.births.len()).map(|c| period.is_none_or(|k| context.is_over(plan.complete_at(context, c, k)))).collect(),
        Some(start) => {
            let wanted = plan.births.index(start);
            (0..plan.births.len()).map(|c| Some(c) == wanted).collect()
        }
    };
    let keep = if segment == Some(&GroupKey::Other) { plan.kept(context, scope)?.map(|kept| kept.0) } else { None };
    let request = plan.request(scope, keep);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        plan.each_birth(bucket, |rows, id, born, returned, _| {
            let in_period = period.is_none_or(|k| returned.get(k).copied().unwrap_or(false));
            let in_segment = match (segment, born.group) {
                (None, None) => true,
                (Some(segment), Some(group)) => rows.groups.keys[group as usize] == *segment,
                _ => false,
            };
            if is_wanted[born.cohort] && in_period && in_segment {
                found.push(id);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

struct Plan<'a> {
    retention: &'a Retention,
    birth: Selector,
    range: (i64, i64),
    births: Intervals,
    /// Calendar units from the first birth unit to the end of the last period.
    units: Intervals,
    periods: Periods,
    until: i64,
}

/// One birth that counts: overall, or for a segment.
#[derive(Clone, Copy)]
struct Born {
    cohort: usize,
    group: Option<u32>,
    /// Whether the birth event is one of the return events too.
    is_return: bool,
}

#[derive(Clone, Debug, Default)]
struct Cohort {
    size: u64,
    returned: Vec<u64>,
    amounts: Vec<f64>,
}

held! {
    Cohort { returned, amounts }
}

type Tallies = HashMap<GroupKey, Vec<Cohort>>;

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, retention: &'a Retention) -> Result<Self, AskError> {
        let mut edges: Vec<i64> = vec![0];
        match &retention.brackets {
            Some(sizes) => sizes.iter().for_each(|size| edges.push(edges[edges.len() - 1] + *size as i64)),
            None => edges.extend((0..=retention.periods as i64).map(|k| k + 1)),
        }
        let n_periods = edges[edges.len() - 1];
        let births = intervals(context, "unit", retention.unit, context.range)?;
        let last = births.starts[births.len() - 1];
        let calendar_end = context.zone.step(last, retention.unit, n_periods);
        let until = if retention.rolling { context.range.1.saturating_add(n_periods * retention.unit.milliseconds()) } else { calendar_end };
        let units = intervals(context, "unit", retention.unit, (births.starts[0], calendar_end))?;
        let rolling_ms = retention.rolling.then(|| retention.unit.milliseconds());
        let periods = Periods { rolling_ms, edges, criterion: retention.criterion, count: retention.return_count };
        // The first birth ever is found like any first-time selector.
        let mut birth = retention.birth.clone();
        birth.first_time |= retention.first_time == FirstTime::Ever;
        Ok(Self { retention, birth, range: context.range, births, units, periods, until })
    }

    /// The segments that `top` keeps: those with the most births.
    fn kept(&self, context: &Context<'_>, scope: &Scope) -> Result<Option<scan::TopGroups>, AskError> {
        let Some(top) = scope.top.filter(|_| !scope.breakdown.is_empty()) else { return Ok(None) };
        let births = Request {
            picks: vec![Pick { select: &self.birth, from: context.range.0, to: context.range.1 }],
            filter: scope.filter.as_ref(),
            breakdown: &scope.breakdown,
            ..Request::default()
        };
        scan::top_groups(context, births, top).map(Some)
    }

    fn request<'r>(&'r self, scope: &'r Scope, keep: Option<Arc<HashSet<GroupKey>>>) -> Request<'r> {
        Request {
            picks: vec![
                Pick { select: &self.birth, from: self.range.0, to: self.range.1 },
                Pick { select: &self.retention.comeback, from: self.range.0, to: self.until },
            ],
            filter: scope.filter.as_ref(),
            breakdown: &scope.breakdown,
            keep,
            numbers: self.retention.amount.iter().map(|(_, property)| property.as_str()).collect(),
            by_person: true,
            by_hour: if self.by_hour() { RETURN } else { 0 },
            ..Request::default()
        }
    }

    /// Whether the last event of an hour says enough about who came back: nothing is counted or added up, and periods are made of full hours.
    fn by_hour(&self) -> bool {
        !self.retention.rolling && self.retention.return_count.is_none() && self.retention.amount.is_none() && self.units.are_whole_hours()
    }

    fn each_birth(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, PersonId, Born, &[bool], &[f64])) {
        let mut columns = Columns::default();
        let mut latest = Vec::new();
        let mut returns: Vec<Return> = Vec::new();
        let mut births: Vec<(Born, Birth)> = Vec::new();
        let by_hour = self.by_hour() && is_any(&self.retention.comeback);
        bucket.for_each_person(|rows, person| {
            self.births_of(rows, person.hits, &mut births);
            if births.is_empty() {
                return;
            }
            self.returns_of(rows, person.hits, &mut latest, &mut returns);
            for (born, birth) in &births {
                let mut birth = *birth;
                if !born.is_return && by_hour {
                    // The birth may stand among the last events of hours, as a row of its own; if another event has its millisecond, it stands there twice.
                    birth.row = returns.iter().find(|one| one.time == birth.time).map_or(birth.row, |one| one.row);
                }
                self.periods.returned(birth, &returns, &mut columns);
                each(rows, person.id, *born, &columns.returned, &columns.amounts);
            }
        });
    }

    fn returns_of(&self, rows: &Rows<'_>, hits: &[Hit], latest: &mut Vec<[Option<Return>; 2]>, returns: &mut Vec<Return>) {
        returns.clear();
        // Whether somebody came back in a calendar unit, and after being born in it, is known from the latest return of the unit.
        let latest_will_do = !self.retention.rolling && self.retention.return_count.is_none() && rows.numbers.is_empty();
        latest.clear();
        latest.resize(if latest_will_do { self.units.len() } else { 0 }, [None; 2]);
        for hit in hits.iter().filter(|hit| hit.mask & RETURN != 0) {
            let unit = if self.retention.rolling { 0 } else { self.units.index(hit.time).map_or(-1, |unit| unit as i32) };
            let amount = rows.numbers.first().map_or(0.0, |numbers| numbers[hit.row as usize]);
            let one = Return { time: hit.time, unit, row: hit.row, amount: if amount.is_nan() { 0.0 } else { amount } };
            if !latest_will_do {
                returns.push(one);
            } else if let Some(of_unit) = latest.get_mut(unit as usize) {
                // A birth event may stand in the same millisecond as its return, so of the latest two are kept.
                match of_unit[0] {
                    Some(first) if first.time > one.time => {}
                    Some(first) if first.time == one.time => of_unit[1] = Some(one),
                    _ => *of_unit = [Some(one), None],
                }
            }
        }
        returns.extend(latest.iter().flatten().flatten());
    }

    /// The first birth of each unit (of the person's life, when only the first counts), overall and in each segment.
    fn births_of(&self, rows: &Rows<'_>, hits: &[Hit], births: &mut Vec<(Born, Birth)>) {
        births.clear();
        let is_birth = |hit: &&Hit| hit.mask & BIRTH != 0 && hit.time >= self.range.0 && hit.time < self.range.1;
        if self.retention.first_time != FirstTime::No {
            if let Some(first) = hits.iter().filter(is_birth).min_by_key(|hit| (hit.time, hit.mask, hit.row)) {
                self.bear(rows, first, births);
            }
            return;
        }
        hits.iter().filter(is_birth).for_each(|hit| self.bear(rows, hit, births));
    }

    fn bear(&self, rows: &Rows<'_>, hit: &Hit, births: &mut Vec<(Born, Birth)>) {
        let Some(cohort) = self.births.index(hit.time) else { return };
        let birth = Birth { time: hit.time, unit: cohort as i32, row: hit.row };
        // Of two births of one millisecond the one that is no return is the birth.
        let is_return = hit.mask & RETURN != 0;
        let mut add = |group: Option<u32>| match births.iter_mut().find(|(born, _)| born.group == group && born.cohort == cohort) {
            Some((born, earlier)) if (earlier.time, born.is_return) > (birth.time, is_return) => (*born, *earlier) = (Born { is_return, ..*born }, birth),
            Some(_) => {}
            None => births.push((Born { cohort, group, is_return }, birth)),
        };
        add(None);
        if let Some(group) = rows.group.get(hit.row as usize) {
            rows.groups.members(group).iter().for_each(|member| add(Some(*member)));
        }
    }

    /// Whether so many segments are not too many numbers.
    fn check_cells(&self, context: &Context<'_>, n_segments: usize) -> Result<(), AskError> {
        context.check_cells(n_segments, self.births.len() * self.periods.n_columns() * 2)
    }

    fn partial(&self, bucket: &mut Bucket<'_>) -> Result<Tallies, AskError> {
        self.check_cells(bucket.context, bucket.rows.groups.keys.len() + 1)?;
        let mut tables: Vec<Option<Vec<Cohort>>> = vec![None];
        self.each_birth(bucket, |_, _, born, returned, amounts| {
            let at = born.group.map_or(0, |group| group as usize + 1);
            if tables.len() <= at {
                tables.resize_with(at + 1, || None);
            }
            let table = tables[at].get_or_insert_with(|| self.empty());
            let cohort = &mut table[born.cohort];
            cohort.size += 1;
            for (k, yes) in returned.iter().enumerate() {
                if *yes {
                    cohort.returned[k] += 1;
                    cohort.amounts[k] += amounts[k];
                }
            }
        });
        let keys = &bucket.rows.groups.keys;
        Ok(tables.into_iter().enumerate().filter_map(|(at, table)| Some((if at == 0 { GroupKey::overall() } else { keys[at - 1].clone() }, table?))).collect())
    }

    fn empty(&self) -> Vec<Cohort> {
        let n = self.periods.n_columns();
        vec![Cohort { size: 0, returned: vec![0; n], amounts: vec![0.0; n] }; self.births.len()]
    }

    /// When everybody of a cohort has had the whole of a column.
    fn complete_at(&self, context: &Context<'_>, cohort: usize, column: usize) -> i64 {
        let end = self.periods.edges[column + 1];
        if self.retention.rolling {
            return self.births.end_of(cohort) + end * self.retention.unit.milliseconds();
        }
        context.zone.step(self.births.starts[cohort], self.retention.unit, end)
    }

    fn write(&self, context: &Context<'_>, scope: &Scope, mut tallies: Tallies, others: Option<usize>) -> Value {
        let overall_key = GroupKey::overall();
        let overall = tallies.remove(&overall_key).unwrap_or_else(|| self.empty());
        let n = self.periods.n_columns();
        let complete: Vec<Vec<bool>> = (0..self.births.len()).map(|c| (0..n).map(|k| context.is_over(self.complete_at(context, c, k))).collect()).collect();
        let mut segments: Vec<(GroupKey, Vec<Cohort>)> = tallies.into_iter().collect();
        let size = |cohorts: &[Cohort]| cohorts.iter().map(|cohort| cohort.size).sum::<u64>();
        segments.sort_by(|a, b| {
            (matches!(a.0, GroupKey::Other), std::cmp::Reverse(size(&a.1)))
                .cmp(&(matches!(b.0, GroupKey::Other), std::cmp::Reverse(size(&b.1))))
                .then_with(|| a.0.order(&b.0))
        });
        let average = self.average(&overall, &complete);
        let mut rows = Vec::new();
        let mut averages = Vec::new();
        for (key, cohorts) in std::iter::once((overall_key.clone(), overall)).chain(segments) {
            let is_overall = key == overall_key;
            let breakdown = if is_overall { Value::Array(Vec::new()) } else { key.to_json(scope.breakdown.len()) };
            if !is_overall {
                averages.push(json!({"breakdown": breakdown, "average": self.average(&cohorts, &complete), "size": size(&cohorts)}));
            }
            for (c, cohort) in cohorts.iter().enumerate() {
                let mut row = json!({
                    "start": context.zone.format(self.births.starts[c]),
                    "breakdown": breakdown,
                    "size": cohort.size,
                    "returned": cohort.returned,
                    "complete": complete[c],
                });
                if let Some((aggregate, _)) = &self.retention.amount {
                    let amount = |k: usize| match aggregate {
                        Aggregate::Average if cohort.returned[k] == 0 => None,
                        Aggregate::Average => Some(cohort.amounts[k] / cohort.returned[k] as f64),
                        _ => Some(cohort.amounts[k]),
                    };
                    row["amounts"] = (0..n).map(|k| number(amount(k))).collect();
                }
                if let (GroupKey::Other, Some(others)) = (&key, others) {
                    row["other"] = Value::from(others);
                }
                rows.push(row);
            }
        }
        let mut answer = json!({"cohorts": rows, "average": average});
        if !scope.breakdown.is_empty() {
            answer["averages"] = Value::Array(averages);
        }
        answer
    }

    /// Over complete cells: pooled, or weighted by size as Mixpanel does it.
    fn average(&self, cohorts: &[Cohort], complete: &[Vec<bool>]) -> Vec<Value> {
        (0..self.periods.n_columns())
            .map(|k| {
                let counted: Vec<&Cohort> =
                    cohorts.iter().zip(complete).filter(|(cohort, complete)| complete[k] && cohort.size > 0).map(|(cohort, _)| cohort).collect();
                let weight = |cohort: &Cohort| if self.retention.weighted_average { cohort.size as f64 } else { 1.0 };
                let born: f64 = counted.iter().map(|cohort| cohort.size as f64 * weight(cohort)).sum();
                let back: f64 = counted.iter().map(|cohort| cohort.returned[k] as f64 * weight(cohort)).sum();
                if born == 0.0 { Value::Null } else { Value::from(back / born) }
            })
            .collect()
    }
}

fn merge(mut a: Tallies, b: Tallies) -> Tallies {
    for (key, cohorts) in b {
        match a.get_mut(&key) {
            None => {
                a.insert(key, cohorts);
            }
            Some(into) => {
                for (into, from) in into.iter_mut().zip(cohorts) {
                    into.size += from.size;
                    into.returned.iter_mut().zip(from.returned).for_each(|(a, b)| *a += b);
                    into.amounts.iter_mut().zip(from.amounts).for_each(|(a, b)| *a += b);
                }
            }
        }
    }
    a
}
