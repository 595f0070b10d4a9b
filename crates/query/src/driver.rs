//! Which events and properties go with reaching a goal: everything that people did before it, set against who reached it.

use crate::{
    group::{GroupKey, GroupValue},
    memory::{Held, held},
    scan::{self, Bucket, Context, NodeNames, Nodes, Pick, Request},
    trend::number,
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    driver::{Association, Exposure, Tally, association, exposure, q_values},
    filter::Of,
    question::{Breakdown, Driver, DriverCell, Journey, Scope},
    statistics::wilson_interval,
};
use sillage_event::PersonId;
use std::{collections::HashMap, sync::Arc};

const ENTRY: u64 = 1;
const GOAL: u64 = 2;

/// Something that people may have done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Candidate {
    /// An event, at least so many times.
    Event(Arc<str>, u32),
    /// A value of the property at this position.
    Value(usize, GroupKey),
}

#[derive(Debug, Default)]
struct Found {
    everybody: Tally,
    by_candidate: HashMap<Candidate, Tally>,
}

held! {
    Tally {}
    Found { by_candidate }
}

impl Held for Candidate {
    fn held(&self) -> usize {
        match self {
            Self::Event(name, _) => name.held(),
            Self::Value(_, key) => key.held(),
        }
    }
}

impl Found {
    fn merge(mut self, other: Self) -> Self {
        self.everybody.merge(other.everybody);
        for (candidate, tally) in other.by_candidate {
            self.by_candidate.entry(candidate).or_default().merge(tally);
        }
        self
    }
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, driver: &Driver) -> Result<Value, AskError> {
    let mut found = Found::default();
    for part in parts(driver) {
        let of_part = read(
            context,
            scope,
            driver,
            part,
            |found: &mut Found, _, exposure, candidates| {
                found.everybody.add(exposure.reached);
                candidates.into_iter().for_each(|candidate| found.by_candidate.entry(candidate).or_default().add(exposure.reached));
            },
            Found::merge,
        )?;
        // Every reading meets the same people.
        found.everybody = of_part.everybody;
        found.by_candidate.extend(of_part.by_candidate);
    }
    let all = found.everybody;
    let mut rows: Vec<(Candidate, Tally, Association)> =
        found.by_candidate.into_iter().filter_map(|(candidate, tally)| Some((candidate, tally, association(tally, all, driver.fewest)?))).collect();
    let n_tested = rows.iter().filter(|row| row.2.p_value.is_some()).count();
    let q_values = q_values(&rows.iter().map(|row| row.2.p_value).collect::<Vec<_>>());
    let n_small = rows.iter().filter(|row| !row.2.enough).count();
    let mut rows: Vec<_> = rows.drain(..).zip(q_values).collect();
    // What is certain first, the strongest first, and always in the same order.
    let strength = |association: &Association| association.phi.map_or(0.0, f64::abs);
    rows.sort_by(|(a, _), (b, _)| b.2.enough.cmp(&a.2.enough).then(strength(&b.2).total_cmp(&strength(&a.2))).then_with(|| name_of(&a.0).cmp(&name_of(&b.0))));
    if n_small > 0 {
        context.note(if context.french {
            format!("{n_small} candidats n’ont pas assez de personnes pour être testés")
        } else {
            format!("{n_small} candidates have too few people to be tested")
        });
    }
    let n_found = rows.len();
    let candidates: Vec<Value> =
        rows.into_iter().take(driver.limit).map(|((candidate, tally, found), q)| candidate_json(driver, &candidate, tally, found, q)).collect();
    Ok(json!({
        "people": all.did,
        "goal": {"people": all.reached, "rate": number((all.did > 0).then(|| all.reached as f64 / all.did as f64))},
        "found": n_found,
        "tested": n_tested,
        "candidates": candidates,
    }))
}

/// Those who entered; those of a candidate; those of them who reached the goal, or did not.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, driver: &Driver, cell: &DriverCell) -> Result<Vec<PersonId>, AskError> {
    let (part, wanted) = match cell {
        DriverCell { event: Some((name, times)), .. } => (None, Some(Candidate::Event(Arc::from(name.as_str()), *times))),
        DriverCell { property: Some((position, value)), .. } => {
            (Some(*position), Some(Candidate::Value(*position, GroupKey::Values(vec![GroupValue::from_json(value)]))))
        }
        _ => (None, None),
    };
    // A number of times that the question does not name is looked for all the same.
    let mut driver = driver.clone();
    if let Some((_, times)) = &cell.event {
        driver.times = vec![*times];
        driver.events = None;
    }
    read(
        context,
        scope,
        &driver,
        part,
        |found: &mut Vec<PersonId>, id, exposure, candidates| {
            if cell.reached.is_none_or(|reached| reached == exposure.reached) && wanted.as_ref().is_none_or(|wanted| candidates.contains(wanted)) {
                found.push(id);
            }
        },
        |a, b| [a, b].concat(),
    )
}

/// Events are one reading, and each property is one.
fn parts(driver: &Driver) -> impl Iterator<Item = Option<usize>> {
    std::iter::once(None).chain((0..driver.properties.len()).map(Some))
}

/// Hands over everybody who entered, and what they did within their exposure.
fn read<T: Default + Held + Send>(
    context: &Context<'_>,
    scope: &Scope,
    driver: &Driver,
    part: Option<usize>,
    each: impl Fn(&mut T, PersonId, Exposure, Vec<Candidate>) + Sync,
    merge: impl Fn(T, T) -> T + Sync,
) -> Result<T, AskError> {
    let (from, to) = context.range;
    let by_event = Journey::of_events();
    let names = NodeNames { journey: &by_event };
    let request = Request {
        picks: vec![Pick { select: &driver.population, from, to }, Pick { select: &driver.goal, from, to }],
        filter: scope.filter.as_ref(),
        stream: Some(context.range),
        breakdown: part.map_or(&[], |position| &driver.properties[position..=position]),
        counts_groups: true,
        nodes: part.is_none().then_some(&names),
        by_person: true,
        in_order: true,
        ..Request::default()
    };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = T::default();
        bucket.for_each_person(|rows, person| {
            let Some(exposure) = exposure(person.hits, ENTRY, GOAL, driver.window_ms, to) else { return };
            let during = person.hits.iter().filter(|hit| exposure.from <= hit.time && hit.time < exposure.until).map(|hit| hit.row as usize);
            let mut candidates = Vec::new();
            match part {
                None => {
                    let mut nodes: Vec<u32> = during.map(|row| rows.node[row]).filter(|node| *node != Nodes::HIDDEN).collect();
                    nodes.sort_unstable();
                    for run in nodes.chunk_by(|a, b| a == b) {
                        let name = &rows.nodes.shown[run[0] as usize];
                        if driver.events.as_ref().is_none_or(|wanted| wanted.iter().any(|one| **one == **name)) {
                            let times = driver.times.iter().filter(|times| run.len() >= **times as usize);
                            candidates.extend(times.map(|times| Candidate::Event(Arc::clone(name), *times)));
                        }
                    }
                }
                Some(position) => {
                    let mut groups: Vec<u32> = during.flat_map(|row| rows.groups.members(&rows.group[row]).iter().copied()).collect();
                    groups.sort_unstable();
                    groups.dedup();
                    let keys = groups.into_iter().map(|group| &rows.groups.keys[group as usize]).filter(|key| key.is_set());
                    candidates.extend(keys.map(|key| Candidate::Value(position, key.clone())));
                }
            }
            each(&mut found, person.id, exposure, candidates);
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, merge)?.unwrap_or_default())
}

fn candidate_json(driver: &Driver, candidate: &Candidate, tally: Tally, found: Association, q_value: Option<f64>) -> Value {
    let mut row = json!({
        "people": tally.did,
        "reached": tally.reached,
        "support": number(Some(found.support)),
        "rate": number(Some(found.rate)),
        "rate_interval": wilson_interval(tally.reached, tally.did).map(|(low, high)| [low, high]),
        "rate_of_others": number(found.rate_of_others),
        "lift": number(found.lift),
        "recall": number(found.recall),
        "phi": number(found.phi),
        "chi_square": number(found.chi_square),
        "p_value": found.p_value,
        "q_value": q_value,
        "enough": found.enough,
    });
    match candidate {
        Candidate::Event(name, times) => {
            row["event"] = Value::from(&**name);
            row["times"] = Value::from(*times);
        }
        Candidate::Value(position, key) => {
            let (name, of) = property_of(&driver.properties[*position]);
            row["property"] = Value::from(name);
            row["of"] = Value::from(of);
            row["position"] = Value::from(*position);
            row["value"] = key.to_json(1)[0].clone();
        }
    }
    row
}

fn property_of(part: &Breakdown) -> (String, String) {
    let Some((property, of)) = part.property() else {
        return match part {
            Breakdown::Time(_) => ("time".to_owned(), "event".to_owned()),
            _ => ("cohort".to_owned(), "person".to_owned()),
        };
    };
    let of = match of {
        Of::Event => "event".to_owned(),
        Of::Person | Of::PersonAtEvent => "person".to_owned(),
        Of::Session => "session".to_owned(),
        Of::Group(kind) => format!("group:{kind}"),
    };
    (property.to_owned(), of)
}

fn name_of(candidate: &Candidate) -> (usize, String, u32) {
    match candidate {
        Candidate::Event(name, times) => (0, name.to_string(), *times),
        Candidate::Value(position, key) => (1 + position, key.to_json(1).to_string(), 0),
    }
}
