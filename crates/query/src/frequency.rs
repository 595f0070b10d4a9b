//! How many people are active in how many units of a period.

use crate::{
    group::{GroupKey, check_count},
    memory::held,
    scan::{self, Bucket, Context, Pick, Request, Rows},
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::Intervals,
    frequency::{active_units, usual_gap},
    question::{Frequency, Scope},
    statistics,
};
use sillage_event::PersonId;
use std::collections::HashMap;

type Tallies = HashMap<GroupKey, Tally>;

/// Of one segment: by period, how many people were active in 1, 2, … units; and everybody's usual gap.
#[derive(Clone, Debug, Default)]
struct Tally {
    periods: Vec<Vec<u64>>,
    gaps: Vec<f64>,
}

held! {
    Tally { periods, gaps }
}

/// A cell: who was active in so many units of a period, or is usually away for so many; in a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) n: usize,
    pub(crate) period: Option<i64>,
    pub(crate) gap: Option<usize>,
    pub(crate) segment: Option<&'a GroupKey>,
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, frequency: &Frequency) -> Result<Value, AskError> {
    let plan = Plan::new(context, frequency)?;
    let request = plan.request(scope);
    let tallies = scan::run(context, &request, |bucket| plan.partial(bucket), merge)?.unwrap_or_default();
    check_count(tallies.len())?;
    plan.check_cells(context, tallies.len())?;
    Ok(plan.write(context, scope, tallies))
}

/// Who was active in exactly (at least) `n` units of a period.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, frequency: &Frequency, at: At<'_>) -> Result<Vec<PersonId>, AskError> {
    let At { n, period, gap, segment } = at;
    let plan = Plan::new(context, frequency)?;
    let wanted = match (period, &plan.periods) {
        (Some(start), Some(periods)) => match periods.index(start) {
            Some(period) => period as u32,
            None => return Ok(Vec::new()),
        },
        _ => 0,
    };
    let request = plan.request(scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        let mut pairs = Vec::new();
        bucket.for_each_person(|rows, person| {
            let mut hits: Vec<Hit> = person.hits.to_vec();
            if let Some(segment) = segment {
                hits.retain(|hit| rows.groups.members(&rows.group[hit.row as usize]).iter().any(|id| rows.groups.keys[*id as usize] == *segment));
            }
            plan.pairs(hits.iter(), &mut pairs);
            if let Some(gap) = gap {
                if usual_gap(&plan.active(&pairs)).is_some_and(|usual| usual.ceil() as usize == gap) {
                    found.push(person.id);
                }
                return;
            }
            active_units(&pairs, frequency.count, |period, units| {
                let there = if frequency.at_least { units as usize >= n } else { units as usize == n };
                if period == wanted && there {
                    found.push(person.id);
                }
            });
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

struct Plan<'a> {
    frequency: &'a Frequency,
    range: (i64, i64),
    periods: Option<Intervals>,
    units: Intervals,
    /// How many units the longest period has.
    most: usize,
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, frequency: &'a Frequency) -> Result<Self, AskError> {
        let units = intervals(context, "unit", frequency.unit, context.range)?;
        let periods = frequency.period.map(|unit| intervals(context, "period", unit, context.range)).transpose()?;
        let most = match &periods {
            None => units.len().div_ceil(frequency.unit_count),
            Some(periods) => {
                let count =
                    |p: usize| units.starts.iter().enumerate().filter(|(u, start)| units.end_of(*u) > periods.starts[p] && **start < periods.end_of(p)).count();
                (0..periods.len()).map(count).max().unwrap_or(0)
            }
        };
        Ok(Self { frequency, range: context.range, periods, units, most })
    }

    fn request<'r>(&'r self, scope: &'r Scope) -> Request<'r> {
        Request {
            picks: vec![Pick { select: &self.frequency.select, from: self.range.0, to: self.range.1 }],
            filter: scope.filter.as_ref(),
            breakdown: &scope.breakdown,
            by_person: true,
            in_order: true,
            by_hour: u64::from(self.frequency.count.is_none() && self.units.are_whole_hours() && self.periods.as_ref().is_none_or(Intervals::are_whole_hours)),
            ..Request::default()
        }
    }

    fn pairs<'h>(&self, hits: impl Iterator<Item = &'h Hit>, pairs: &mut Vec<(u32, u32)>) {
        pairs.clear();
        pairs.extend(hits.filter_map(|hit| {
            let period = match &self.periods {
                None => 0,
                Some(periods) => periods.index(hit.time)?,
            };
            Some((period as u32, (self.units.index(hit.time)? / self.frequency.unit_count) as u32))
        }));
    }

    /// The active units of the whole range, whatever the period.
    fn active(&self, pairs: &[(u32, u32)]) -> Vec<u32> {
        let mut units = Vec::new();
        for run in pairs.chunk_by(|a, b| a.1 == b.1) {
            if self.frequency.count.is_none_or(|count| count.holds(run.len() as f64)) {
                units.push(run[0].1);
            }
        }
        units
    }

    /// Whether so many segments are not too many numbers.
    fn check_cells(&self, context: &Context<'_>, n_segments: usize) -> Result<(), AskError> {
        context.check_cells(n_segments, self.most * self.periods.as_ref().map_or(1, Intervals::len))
    }

    fn partial(&self, bucket: &mut Bucket<'_>) -> Result<Tallies, AskError> {
        self.check_cells(bucket.context, bucket.rows.groups.keys.len() + 1)?;
        // The overall table first, then a segment each.
        let mut tables: Vec<Option<Tally>> = vec![Some(self.empty())];
        let mut pairs = Vec::new();
        bucket.for_each_person(|rows, person| {
            self.pairs(person.hits.iter(), &mut pairs);
            self.count(&pairs, tables[0].get_or_insert_with(|| self.empty()));
            for group in groups_of(rows, person.hits) {
                let own = person.hits.iter().filter(|hit| rows.groups.members(&rows.group[hit.row as usize]).contains(&group));
                self.pairs(own, &mut pairs);
                let at = group as usize + 1;
                if tables.len() <= at {
                    tables.resize_with(at + 1, || None);
                }
                self.count(&pairs, tables[at].get_or_insert_with(|| self.empty()));
            }
        });
        let keys = std::iter::once(GroupKey::overall()).chain(bucket.rows.groups.keys.iter().cloned());
        Ok(keys.zip(tables).filter_map(|(key, table)| Some((key, table?))).collect())
    }

    fn empty(&self) -> Tally {
        Tally { periods: vec![vec![0; self.most]; self.periods.as_ref().map_or(1, Intervals::len)], gaps: Vec::new() }
    }

    fn count(&self, pairs: &[(u32, u32)], tally: &mut Tally) {
        if self.frequency.gaps {
            tally.gaps.extend(usual_gap(&self.active(pairs)));
        }
        active_units(pairs, self.frequency.count, |period, units| {
            let row = &mut tally.periods[period as usize];
            let at = units as usize - 1;
            if self.frequency.at_least {
                row[..=at].iter_mut().for_each(|n| *n += 1);
            } else {
                row[at] += 1;
            }
        });
    }

    fn write(&self, context: &Context<'_>, scope: &Scope, mut tallies: Tallies) -> Value {
        let starts = match &self.periods {
            None => vec![self.range.0],
            Some(periods) => periods.starts.clone(),
        };
        tallies.entry(GroupKey::overall()).or_insert_with(|| self.empty());
        let mut segments: Vec<(GroupKey, Tally)> = tallies.into_iter().collect();
        segments.sort_by(|a, b| a.0.order(&b.0));
        let mut rows = Vec::new();
        for (key, tally) in &segments {
            for (start, people) in starts.iter().zip(&tally.periods) {
                let mut row = json!({"start": context.zone.format(*start), "people": people});
                if !scope.breakdown.is_empty() {
                    row["breakdown"] = if *key == GroupKey::overall() { Value::Array(Vec::new()) } else { key.to_json(scope.breakdown.len()) };
                }
                rows.push(row);
            }
        }
        let mut answer = json!({"periods": rows});
        if self.frequency.gaps {
            answer["gaps"] = segments.into_iter().map(|(key, tally)| gaps_json(&key, tally.gaps, scope.breakdown.len())).collect();
        }
        answer
    }
}

/// `people[i]` are usually away for i + 1 units (rounded up) from one time to the next.
fn gaps_json(key: &GroupKey, mut gaps: Vec<f64>, n_parts: usize) -> Value {
    let mut people: Vec<u64> = Vec::new();
    for gap in &gaps {
        let at = gap.ceil() as usize - 1;
        if people.len() <= at {
            people.resize(at + 1, 0);
        }
        people[at] += 1;
    }
    let count = gaps.len();
    let mut percentile = |p: f64| number(statistics::percentile(&mut gaps, p));
    json!({
        "breakdown": if *key == GroupKey::overall() { Value::Array(Vec::new()) } else { key.to_json(n_parts) },
        "count": count,
        "median": percentile(50.0),
        "p80": percentile(80.0),
        "people": people,
    })
}

/// The segments that a person has events in.
pub(crate) fn groups_of(rows: &Rows<'_>, hits: &[Hit]) -> Vec<u32> {
    if rows.group.is_empty() {
        return Vec::new();
    }
    let mut groups: Vec<u32> = hits.iter().flat_map(|hit| rows.groups.members(&rows.group[hit.row as usize]).iter().copied()).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn merge(mut a: Tallies, b: Tallies) -> Tallies {
    for (key, tally) in b {
        match a.get_mut(&key) {
            None => {
                a.insert(key, tally);
            }
            Some(into) => {
                into.periods.iter_mut().zip(tally.periods).for_each(|(into, from)| into.iter_mut().zip(from).for_each(|(a, b)| *a += b));
                into.gaps.extend(tally.gaps);
            }
        }
    }
    a
}
