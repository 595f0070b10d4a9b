//! Adopters beside non-adopters, before and after a launch.
//!
//! Two readings: one finds when the first adopter came, which is everybody else's day zero; the other adds up both groups.

use crate::{
    memory::held,
    scan::{self, Bucket, Context, Pick, Request, Rows},
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::{Intervals, Unit},
    impact::{Comparison, Day, Group, Person, compare},
    question::{Impact, ImpactMeasure, Scope},
};
use sillage_event::PersonId;
use std::collections::HashSet;

const LAUNCH: u64 = 1;
const METRIC: u64 = 2;
const POPULATION: u64 = 4;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, impact: &Impact) -> Result<Value, AskError> {
    let plan = Plan::new(context, scope, impact)?;
    let empty = || [Group::new(impact.days), Group::new(impact.days)];
    let request = plan.request(scope);
    let count = |bucket: &mut Bucket<'_>| {
        let (mut groups, mut earlier) = (empty(), 0u64);
        plan.each_person(bucket, |_, side, person| match side {
            Side::Earlier => earlier += 1,
            Side::Adopter => drop(groups[0].add(person, plan.n_over)),
            Side::Other => drop(groups[1].add(person, plan.n_over)),
        });
        Ok((groups, earlier))
    };
    let add = |([a, b], earlier): ([Group; 2], u64), ([more_a, more_b], more): ([Group; 2], u64)| ([a.merge(more_a), b.merge(more_b)], earlier + more);
    let ([mut adopters, mut others], earlier) = scan::run(context, &request, count, add)?.unwrap_or_else(|| (empty(), 0));
    let found = compare(&mut adopters, &mut others);
    if adopters.people == 0 {
        context.note(if context.french { "personne n’a adopté dans la période" } else { "nobody did the launch event for the first time in the range" });
    } else if !found.enough {
        context.note(if context.french {
            "trop peu de personnes pour se fier à l’effet : il en faut 30 de chaque côté"
        } else {
            "too few people to trust the effect: it takes 30 on each side"
        });
    }
    Ok(written(impact, &adopters, &others, earlier, found))
}

fn written(impact: &Impact, adopters: &Group, others: &Group, earlier: u64, found: Comparison) -> Value {
    let side = |day: &Day| json!({"people": day.people, "amount": number(Some(day.amount)), "rate": number(day.rate())});
    let days: Vec<Value> = (0..adopters.days.len())
        .map(|i| json!({"day": i as i64 - impact.days as i64, "adopters": side(&adopters.days[i]), "non_adopters": side(&others.days[i])}))
        .collect();
    let group =
        |group: &Group| json!({"people": group.people, "compared": group.changes.len(), "before": number(group.before()), "after": number(group.after())});
    json!({
        "adopters": group(adopters),
        "non_adopters": group(others),
        "earlier_adopters": earlier,
        "days": days,
        "expected": number(found.expected),
        "difference": number(found.difference),
        "relative": number(found.relative),
        "effect": number(found.effect),
        "standard_error": number(found.standard_error),
        "interval": found.interval.map(|(low, high)| [low, high]),
        "p_value": found.p_value,
        "enough": found.enough,
    })
}

/// The adopters, or the non-adopters, who were there on some day.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, impact: &Impact, adopters: bool) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, scope, impact)?;
    let request = plan.request(scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        plan.each_person(bucket, |id, side, person| {
            let wanted = if adopters { Side::Adopter } else { Side::Other };
            if side == wanted && Group::new(impact.days).add(person, plan.n_over) {
                found.push(id);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

held! {
    Day {}
    Group { days, changes }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Adopter,
    Other,
    /// Adopted before the range; compared with nobody.
    Earlier,
}

struct Plan<'a> {
    impact: &'a Impact,
    range: (i64, i64),
    /// From so many days before the range to as many after it.
    days: Intervals,
    /// Days that are over.
    n_over: i32,
    /// The day of the first adopter, if there is one.
    first_adoption: Option<i32>,
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, scope: &Scope, impact: &'a Impact) -> Result<Self, AskError> {
        let range = context.range;
        let n = impact.days as i64;
        let first = context.zone.step(context.zone.floor(range.0, Unit::Day), Unit::Day, -n);
        let last = context.zone.step(context.zone.floor(range.1 - 1, Unit::Day), Unit::Day, n + 1);
        let days = intervals(context, "range", Unit::Day, (first, last))?;
        let n_over = (0..days.len()).filter(|day| context.is_over(days.end_of(*day))).count() as i32;
        let mut plan = Self { impact, range, days, n_over, first_adoption: None };
        let first_launch = plan.first_launch(context, scope)?;
        plan.first_adoption = first_launch.and_then(|time| plan.days.index(time)).map(|day| day as i32);
        Ok(plan)
    }

    fn until(&self) -> i64 {
        self.days.end_of(self.days.len() - 1)
    }

    fn first_launch(&self, context: &Context<'_>, scope: &Scope) -> Result<Option<i64>, AskError> {
        let picks = vec![Pick { select: &self.impact.launch, from: i64::MIN, to: self.range.1 }];
        let request = Request { picks, filter: scope.filter.as_ref(), by_person: true, ..Request::default() };
        let earliest = |bucket: &mut Bucket<'_>| {
            let mut found: Option<i64> = None;
            bucket.for_each_person(|_, person| {
                let first = person.hits.iter().map(|hit| hit.time).min().filter(|time| *time >= self.range.0);
                found = [found, first].into_iter().flatten().min();
            });
            Ok(found)
        };
        Ok(scan::run(context, &request, earliest, |a, b| [a, b].into_iter().flatten().min())?.flatten())
    }

    fn request<'r>(&'r self, scope: &'r Scope) -> Request<'r> {
        let until = self.until();
        Request {
            picks: vec![
                Pick { select: &self.impact.launch, from: i64::MIN, to: until },
                Pick { select: &self.impact.metric, from: self.days.starts[0], to: until },
                Pick { select: &self.impact.population, from: i64::MIN, to: until },
            ],
            filter: scope.filter.as_ref(),
            numbers: if let ImpactMeasure::Sum(property) = &self.impact.measure { vec![property] } else { Vec::new() },
            by_person: true,
            ..Request::default()
        }
    }

    fn each_person(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(PersonId, Side, Person<'_>)) {
        let mut amounts: Vec<(i32, f64)> = Vec::new();
        bucket.for_each_person(|rows, person| {
            let first_of = |bit: u64| person.hits.iter().filter(|hit| hit.mask & bit != 0).map(|hit| hit.time).min();
            let Some(first_seen) = first_of(POPULATION) else { return };
            let launch = first_of(LAUNCH);
            let (side, zero) = match launch {
                Some(time) if time < self.range.0 => (Side::Earlier, None),
                Some(time) if time < self.range.1 => (Side::Adopter, self.days.index(time).map(|day| day as i32)),
                // Somebody who adopts between the range and the last day is on neither side.
                Some(_) => return,
                None => (Side::Other, self.first_adoption),
            };
            let zero = match (side, zero) {
                (Side::Earlier, _) => 0,
                (_, Some(zero)) => zero,
                (_, None) => return,
            };
            amounts.clear();
            self.amounts_of(rows, person.hits, &mut amounts);
            let first_seen = self.days.index(first_seen).map_or(0, |day| day as i32);
            each(person.id, side, Person { zero, first_seen, amounts: &amounts });
        });
    }

    fn amounts_of(&self, rows: &Rows<'_>, hits: &[Hit], amounts: &mut Vec<(i32, f64)>) {
        let mut seen: HashSet<i32> = HashSet::new();
        for hit in hits.iter().filter(|hit| hit.mask & METRIC != 0) {
            let Some(day) = self.days.index(hit.time).map(|day| day as i32) else { continue };
            match &self.impact.measure {
                ImpactMeasure::Total => amounts.push((day, 1.0)),
                ImpactMeasure::Unique if seen.insert(day) => amounts.push((day, 1.0)),
                ImpactMeasure::Unique => {}
                ImpactMeasure::Sum(_) => {
                    let value = rows.numbers[0][hit.row as usize];
                    amounts.push((day, if value.is_nan() { 0.0 } else { value }));
                }
            }
        }
    }
}
