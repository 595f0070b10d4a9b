//! Features side by side: adoption, how often, how long, and who uses them most.

use crate::{
    memory::held,
    scan::{self, Bucket, Context, Pick, Request},
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::{Intervals, Unit},
    driver::q_values,
    feature::{Returns, power_days},
    question::{Feature, FeatureUsers, Scope, Selector},
    statistics::{self, two_proportion_p_value, wilson_interval},
};
use sillage_event::PersonId;
use std::collections::HashMap;

/// Events that are looked at when the question names none.
const MOST_FREQUENT: usize = 20;
const POPULATION: u64 = 1;

/// One person of the population.
#[derive(Clone, Copy, Debug)]
struct User {
    id: PersonId,
    active_days: u32,
    /// The features used, a bit each.
    used: u64,
}

#[derive(Clone, Debug, Default)]
struct Use {
    /// Of everybody who used it.
    times: Vec<f64>,
    days: Vec<f64>,
    returns: Returns,
}

#[derive(Debug, Default)]
struct Found {
    users: Vec<User>,
    uses: Vec<Use>,
}

held! {
    User {}
    Returns { eligible, returned }
    Use { times, days, returns }
    Found { users, uses }
}

impl Found {
    fn merge(mut self, other: Self) -> Self {
        self.users.extend(other.users);
        for (own, more) in self.uses.iter_mut().zip(other.uses) {
            own.times.extend(more.times);
            own.days.extend(more.days);
            own.returns.merge(&more.returns);
        }
        self
    }
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, feature: &Feature) -> Result<Value, AskError> {
    let plan = Plan::new(context, feature)?;
    let mut found = plan.read(context, scope)?;
    let power = plan.power_days(&found);
    let is_power = |user: &User| power.is_some_and(|least| user.active_days >= least);
    let (n_people, n_power) = (found.users.len() as u64, found.users.iter().filter(|user| is_power(user)).count() as u64);
    let n_others = n_people - n_power;
    let enough = n_power >= feature.fewest && n_others >= feature.fewest;
    if !enough {
        context.note(if context.french {
            format!("trop peu d’utilisateurs intensifs, ou d’autres, pour les comparer : il en faut {} de chaque côté", feature.fewest)
        } else {
            format!("too few power users, or others, to compare them: it takes {} on each side", feature.fewest)
        });
    }
    let users = std::mem::take(&mut found.users);
    let of_feature = |i: usize, power: bool| users.iter().filter(|user| user.used & (1 << i) != 0 && is_power(user) == power).count() as u64;
    let by_power: Vec<(u64, u64)> = (0..plan.features.len()).map(|i| (of_feature(i, true), of_feature(i, false))).collect();
    let p_values: Vec<Option<f64>> =
        by_power.iter().map(|(power, others)| two_proportion_p_value(*power, n_power, *others, n_others).filter(|_| enough)).collect();
    let q_values = q_values(&p_values);
    let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    let mut rows = Vec::new();
    for (i, mut uses) in found.uses.into_iter().enumerate() {
        let n = uses.times.len() as u64;
        let (power, others) = by_power[i];
        let (share_of_power, share_of_others) = (share(power, n_power), share(others, n_others));
        let retention: Vec<Value> = (0..feature.periods)
            .map(|k| {
                let (eligible, returned) = (uses.returns.eligible[k], uses.returns.returned[k]);
                json!({"period": k + 1, "eligible": eligible, "returned": returned, "rate": number(share(returned, eligible)),
                    "interval": wilson_interval(returned, eligible).map(|(low, high)| [low, high])})
            })
            .collect();
        rows.push(json!({
            "label": plan.features[i].label(),
            "people": n,
            "adoption": number(share(n, n_people)),
            "adoption_interval": wilson_interval(n, n_people).map(|(low, high)| [low, high]),
            "uses": number(Some(uses.times.iter().sum())),
            "mean_uses": number(statistics::mean(&uses.times)),
            "median_uses": number(statistics::percentile(&mut uses.times, 50.0)),
            "mean_days": number(statistics::mean(&uses.days)),
            "median_days": number(statistics::percentile(&mut uses.days, 50.0)),
            "retention": retention,
            "power_users": {"people": power, "share": number(share_of_power)},
            "others": {"people": others, "share": number(share_of_others)},
            "difference": number(share_of_power.zip(share_of_others).map(|(a, b)| a - b)),
            "lift": number(share_of_power.zip(share_of_others).filter(|(_, b)| *b > 0.0).map(|(a, b)| a / b)),
            "p_value": p_values[i],
            "q_value": q_values[i],
        }));
    }
    Ok(json!({"people": n_people, "power_users": {"people": n_power, "days_at_least": power, "enough": enough}, "features": rows}))
}

/// The users of a feature (of any, without one), or those of them who are power users or are not.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    feature: &Feature,
    position: Option<usize>,
    users: FeatureUsers,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, feature)?;
    if let Some(position) = position.filter(|position| *position >= plan.features.len()) {
        return Err(AskError::invalid(
            "at.feature",
            format!("there are {} features in the answer, counted from 0, so there is no {position}", plan.features.len()),
        ));
    }
    let found = plan.read(context, scope)?;
    let power = plan.power_days(&found);
    let wanted = |user: &&User| {
        let is_power = power.is_some_and(|least| user.active_days >= least);
        position.is_none_or(|i| user.used & (1 << i) != 0)
            && match users {
                FeatureUsers::All => true,
                FeatureUsers::Power => is_power,
                FeatureUsers::Others => !is_power,
            }
    };
    Ok(found.users.iter().filter(wanted).map(|user| user.id).collect())
}

struct Plan<'a> {
    feature: &'a Feature,
    features: Vec<Selector>,
    range: (i64, i64),
    days: Intervals,
    /// Up to the end of the last period of somebody who begins in the last unit.
    units: Intervals,
    n_units_over: u32,
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, feature: &'a Feature) -> Result<Self, AskError> {
        let days = intervals(context, "range", Unit::Day, context.range)?;
        let in_range = intervals(context, "unit", feature.unit, context.range)?;
        let end = context.zone.step(in_range.starts[in_range.len() - 1], feature.unit, feature.periods as i64 + 1);
        let units = intervals(context, "periods", feature.unit, (in_range.starts[0], end))?;
        let n_units_over = (0..units.len()).filter(|unit| context.is_over(units.end_of(*unit))).count() as u32;
        let features = feature.features.clone().unwrap_or_else(|| most_frequent(context));
        Ok(Self { feature, features, range: context.range, days, units, n_units_over })
    }

    fn power_days(&self, found: &Found) -> Option<u32> {
        power_days(&mut found.users.iter().map(|user| user.active_days).collect::<Vec<_>>(), self.feature.power_share)
    }

    fn read(&self, context: &Context<'_>, scope: &Scope) -> Result<Found, AskError> {
        let empty = || Found { users: Vec::new(), uses: vec![Use { returns: Returns::new(self.feature.periods), ..Use::default() }; self.features.len()] };
        let until = self.units.end_of(self.units.len() - 1).max(self.range.1);
        let population = Pick { select: &self.feature.population, from: self.range.0, to: self.range.1 };
        let features = self.features.iter().map(|select| Pick { select, from: self.range.0, to: until });
        let request = Request {
            picks: std::iter::once(population).chain(features).collect(),
            filter: scope.filter.as_ref(),
            by_person: true,
            in_order: true,
            ..Request::default()
        };
        let collect = |bucket: &mut Bucket<'_>| {
            let mut found = empty();
            bucket.for_each_person(|_, person| {
                let active_days = self.days_of(person.hits, POPULATION);
                if active_days == 0 {
                    return;
                }
                let mut used = 0;
                for (i, uses) in found.uses.iter_mut().enumerate() {
                    let bit = 1u64 << (i + 1);
                    let times = person.hits.iter().filter(|hit| hit.mask & bit != 0 && hit.time < self.range.1).count();
                    if times > 0 {
                        used |= 1 << i;
                        uses.times.push(times as f64);
                        uses.days.push(f64::from(self.days_of(person.hits, bit)));
                        uses.returns.add(&self.units_of(person.hits, bit), self.n_units_over);
                    }
                }
                found.users.push(User { id: person.id, active_days, used });
            });
            Ok(found)
        };
        Ok(scan::run(context, &request, collect, Found::merge)?.unwrap_or_else(empty))
    }

    /// Distinct days of the range. Hits come in order of time.
    fn days_of(&self, hits: &[Hit], bit: u64) -> u32 {
        let mut days: Vec<usize> =
            hits.iter().filter(|hit| hit.mask & bit != 0 && hit.time < self.range.1).filter_map(|hit| self.days.index(hit.time)).collect();
        days.dedup();
        days.len() as u32
    }

    fn units_of(&self, hits: &[Hit], bit: u64) -> Vec<u32> {
        let mut units: Vec<u32> = hits.iter().filter(|hit| hit.mask & bit != 0).filter_map(|hit| self.units.index(hit.time)).map(|unit| unit as u32).collect();
        units.dedup();
        units
    }
}

/// The events that come most often, but for those that clients send by themselves.
fn most_frequent(context: &Context<'_>) -> Vec<Selector> {
    context.footprint.all_events();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for segment in &context.snapshot.segments {
        for (event, name) in segment.event_names().iter().enumerate().filter(|(_, name)| !name.starts_with('$')) {
            let n: usize = (0..1usize << segment.bucket_bits()).map(|bucket| segment.event_rows(bucket, event).len()).sum();
            *counts.entry(name.to_string()).or_default() += n;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.into_iter().take(MOST_FREQUENT).map(|(name, _)| Selector { events: vec![name], ..Selector::default() }).collect()
}
