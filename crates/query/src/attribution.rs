//! A trend whose conversions are given to the touches before them.

use crate::{
    group::{GroupKey, GroupValue, check_count},
    scan::{self, Bucket, Context, NO_PERSON, Pick, Request, Rows},
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    attribution::Model,
    calendar::Intervals,
    question::{Aggregate, Attribution, Measure, Scope, Trend},
};
use sillage_event::{Actor, PersonId};
use std::collections::HashMap;

/// By series and segment: the value of each interval, and of the whole range.
type Lines = HashMap<(usize, GroupKey), Vec<f64>>;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, trend: &Trend, attribution: &Attribution) -> Result<Value, AskError> {
    let plan = Plan::new(context, trend, attribution)?;
    let request = plan.request(scope);
    let count = |bucket: &mut Bucket<'_>| {
        context.check_cells(bucket.rows.groups.keys.len() + 1, trend.series.len() * plan.intervals.len())?;
        let mut lines = Lines::new();
        plan.each_share(bucket, |_, series, slot, key, share| {
            lines.entry((series, key)).or_insert_with(|| vec![0.0; plan.intervals.len() + 1])[slot] += share;
        });
        Ok(lines)
    };
    let add = |mut a: Lines, b: Lines| {
        for (key, values) in b {
            let into = a.entry(key).or_insert_with(|| vec![0.0; values.len()]);
            into.iter_mut().zip(values).for_each(|(a, b)| *a += b);
        }
        a
    };
    let lines = scan::run(context, &request, count, add)?.unwrap_or_default();
    check_count(lines.len() / trend.series.len().max(1))?;
    context.check_cells(lines.len(), plan.intervals.len())?;
    Ok(plan.write(context, lines))
}

/// Those with a conversion of which a segment has a share.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    trend: &Trend,
    attribution: &Attribution,
    series: usize,
    time: Option<i64>,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, trend, attribution)?;
    let wanted = match time {
        None => plan.intervals.len(),
        Some(time) => match plan.intervals.index(time) {
            Some(slot) => slot,
            None => return Ok(Vec::new()),
        },
    };
    let overall = GroupKey::overall();
    let wanted_key = segment.unwrap_or(&overall);
    let request = plan.request(scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: Vec<PersonId> = Vec::new();
        plan.each_share(bucket, |id, of_series, slot, key, share| {
            if let Some(id) = id
                && of_series == series
                && slot == wanted
                && share > 0.0
                && key == *wanted_key
            {
                found.push(id);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

struct Plan<'a> {
    trend: &'a Trend,
    attribution: &'a Attribution,
    range: (i64, i64),
    intervals: Intervals,
    /// Where the amounts of each series are among the numbers, if it has some.
    amounts: Vec<Option<usize>>,
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, trend: &'a Trend, attribution: &'a Attribution) -> Result<Self, AskError> {
        let intervals = intervals(context, "interval", trend.interval, context.range)?;
        let mut n = 0;
        let amounts = trend
            .series
            .iter()
            .map(|series| {
                series.measure.is_sum().then(|| {
                    n += 1;
                    n - 1
                })
            })
            .collect();
        Ok(Self { trend, attribution, range: context.range, intervals, amounts })
    }

    fn request<'r>(&'r self, scope: &'r Scope) -> Request<'r> {
        let (from, to) = self.range;
        let conversions = self.trend.series.iter().map(|series| Pick { select: &series.select, from, to });
        let touch = Pick { select: &self.attribution.touch, from: from.saturating_sub(self.attribution.lookback_ms), to };
        let amounts = self.trend.series.iter().filter_map(|series| match &series.measure {
            Measure::Property { aggregate: Aggregate::Sum, property } => Some(property.as_str()),
            _ => None,
        });
        Request {
            picks: conversions.chain([touch]).collect(),
            filter: scope.filter.as_ref(),
            breakdown: std::slice::from_ref(&self.attribution.by),
            numbers: amounts.collect(),
            by_person: true,
            in_order: true,
            ..Request::default()
        }
    }

    fn touch_bit(&self) -> u64 {
        1 << self.trend.series.len()
    }

    /// Hands over what each conversion counts for: overall, and in the segments of its touches. The last slot is the whole range.
    fn each_share(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(Option<PersonId>, usize, usize, GroupKey, f64)) {
        let whole = self.intervals.len();
        let person_counts = bucket.context.actor == Actor::Person;
        bucket.for_each_person(|rows, person| {
            let touches: Vec<&Hit> = person.hits.iter().filter(|hit| hit.mask & self.touch_bit() != 0 && is_touch(rows, hit)).collect();
            for (series, measure) in self.trend.series.iter().map(|series| &series.measure).enumerate() {
                let conversions: Vec<(&Hit, usize)> = person
                    .hits
                    .iter()
                    .filter(|hit| hit.mask & (1 << series) != 0 && hit.time >= self.range.0)
                    .filter_map(|hit| Some((hit, self.intervals.index(hit.time)?)))
                    .collect();
                let chosen: Vec<(&Hit, Vec<usize>)> = if *measure == Measure::Unique {
                    self.once_a_slot(&conversions)
                } else {
                    conversions.into_iter().map(|(hit, slot)| (hit, vec![slot, whole])).collect()
                };
                for (hit, slots) in chosen {
                    let amount = self.amount(rows, series, hit.row as usize);
                    for (key, share) in self.shares(rows, &touches, hit) {
                        slots.iter().for_each(|slot| each(Some(person.id), series, *slot, key.clone(), share * amount));
                    }
                }
            }
        });
        // What nobody did has no touches.
        for row in (0..bucket.rows.len()).filter(|_| person_counts) {
            if bucket.rows.person[row] != NO_PERSON {
                continue;
            }
            let mask = bucket.mask_of_nobody(row);
            let Some(slot) = self.intervals.index(bucket.rows.time[row]).filter(|_| bucket.rows.time[row] >= self.range.0) else { continue };
            for (series, measure) in self.trend.series.iter().map(|series| &series.measure).enumerate() {
                if mask & (1 << series) == 0 || *measure == Measure::Unique {
                    continue;
                }
                let amount = self.amount(&bucket.rows, series, row);
                for slot in [slot, whole] {
                    each(None, series, slot, GroupKey::overall(), amount);
                    each(None, series, slot, untouched(), amount);
                }
            }
        }
    }

    fn amount(&self, rows: &Rows<'_>, series: usize, row: usize) -> f64 {
        let amount = self.amounts[series].map_or(1.0, |at| rows.numbers[at][row]);
        if amount.is_nan() { 0.0 } else { amount }
    }

    /// One conversion for each interval in which there is one, and one for the range.
    fn once_a_slot<'h>(&self, conversions: &[(&'h Hit, usize)]) -> Vec<(&'h Hit, Vec<usize>)> {
        let pick = |run: &[(&'h Hit, usize)]| if self.attribution.first_conversion { run.first().copied() } else { run.last().copied() };
        let mut chosen: Vec<(&Hit, Vec<usize>)> = conversions.chunk_by(|a, b| a.1 == b.1).filter_map(pick).map(|(hit, slot)| (hit, vec![slot])).collect();
        if let Some((hit, _)) = pick(conversions) {
            chosen.push((hit, vec![self.intervals.len()]));
        }
        chosen
    }

    fn shares(&self, rows: &Rows<'_>, touches: &[&Hit], conversion: &Hit) -> Vec<(GroupKey, f64)> {
        let since = conversion.time.saturating_sub(self.attribution.lookback_ms);
        let before: Vec<&&Hit> = touches.iter().filter(|touch| since <= touch.time && touch.time <= conversion.time).collect();
        let mut shares = vec![(GroupKey::overall(), 1.0)];
        if before.is_empty() {
            shares.push((untouched(), 1.0));
            return shares;
        }
        let ages: Vec<i64> = before.iter().map(|touch| conversion.time - touch.time).collect();
        let mut by_group: HashMap<u32, f64> = HashMap::new();
        // A touch that is given nothing does not make its value a segment.
        for (touch, weight) in before.iter().zip(self.attribution.model.weights(&ages)).filter(|(_, weight)| *weight > 0.0) {
            let members = rows.groups.members(&rows.group[touch.row as usize]);
            for member in members {
                let share = by_group.entry(*member).or_default();
                // A value takes part once in a conversion, however many touches have it.
                *share = if self.attribution.model == Model::Participation { 1.0 } else { *share + weight / members.len() as f64 };
            }
        }
        shares.extend(by_group.into_iter().map(|(group, share)| (rows.groups.keys[group as usize].clone(), share)));
        shares
    }

    fn write(&self, context: &Context<'_>, mut lines: Lines) -> Value {
        let n = self.intervals.len();
        let overall = GroupKey::overall();
        let mut rows = Vec::new();
        for (i, series) in self.trend.series.iter().enumerate() {
            let label = series.label.clone().or_else(|| series.select.label.clone()).unwrap_or_else(|| series.select.label());
            let mut own: Vec<(GroupKey, Vec<f64>)> = lines.extract_if(|(of, _), _| *of == i).map(|((_, key), values)| (key, values)).collect();
            if !own.iter().any(|(key, _)| *key == overall) {
                own.push((overall.clone(), vec![0.0; n + 1]));
            }
            own.sort_by(|a, b| (b.0 == overall).cmp(&(a.0 == overall)).then_with(|| b.1[n].total_cmp(&a.1[n])).then_with(|| a.0.order(&b.0)));
            for (key, values) in own {
                rows.push(json!({
                    "label": label,
                    "breakdown": if key == overall { Value::Array(Vec::new()) } else { key.to_json(1) },
                    "values": values[..n].iter().map(|value| number(Some(*value))).collect::<Vec<_>>(),
                    "total": number(Some(values[n])),
                }));
            }
        }
        let times: Vec<String> = self.intervals.starts.iter().map(|start| context.zone.format(*start)).collect();
        json!({"times": times, "series": rows})
    }
}

/// Where the property is set.
fn is_touch(rows: &Rows<'_>, hit: &Hit) -> bool {
    rows.groups.members(&rows.group[hit.row as usize]).iter().any(|id| rows.groups.keys[*id as usize].is_set())
}

/// The segment of conversions without a touch.
fn untouched() -> GroupKey {
    GroupKey::Values(vec![GroupValue::NOT_SET])
}
