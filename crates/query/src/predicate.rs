//! Which rows a filter lets through.
//!
//! Leaves about events are evaluated on columns, leaves about people once per person. A `did` leaf is known only when a
//! person's events are together; so a row keeps one bit for each combination of answers to the `did` leaves, and the person's own
//! combination picks the bit later.

use crate::{
    property::{PropertyView, columns_of, dictionary},
    scan::{Context, NO_PERSON, context::value_at, session_columns},
    session_property,
};
use arrow_array::{Array, Int64Array, RecordBatch, StringArray, cast::AsArray};
use serde_json::Value;
use sillage_behavior::{
    AskError,
    filter::{Cell, Filter, Of, TimePart},
};
use sillage_event::PersonId;
use sillage_store::{Segment, column};
use std::collections::HashMap;

/// `did` leaves that one filter may hold: 2^4 combinations fit a `u16`.
pub(crate) const MOST_DID_LEAVES: usize = 4;

/// Parts of local times; a quarter of an hour, in which no part changes, is looked at once.
pub(crate) struct TimeParts<'a> {
    context: &'a Context<'a>,
    part: TimePart,
    by_quarter: HashMap<i64, usize>,
    pub(crate) values: Vec<Value>,
}

const QUARTER_MS: i64 = 900_000;

impl<'a> TimeParts<'a> {
    pub(crate) fn new(context: &'a Context<'a>, part: TimePart) -> Self {
        Self { context, part, by_quarter: HashMap::new(), values: Vec::new() }
    }

    /// Where in `values` that of an instant is.
    pub(crate) fn position(&mut self, time: i64) -> usize {
        let quarter = time.div_euclid(QUARTER_MS);
        if let Some(at) = self.by_quarter.get(&quarter) {
            return *at;
        }
        let value = self.part.at(&self.context.zone, time);
        let at = self.values.iter().rposition(|one| *one == value).unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        self.by_quarter.insert(quarter, at);
        at
    }
}

/// One bit for each combination of `did` answers under which the row passes.
pub(crate) type Accepts = u16;

/// The `did` leaves of a filter, in order.
pub(crate) fn did_leaves(filter: Option<&Filter>) -> Result<Vec<&Filter>, AskError> {
    let mut leaves = Vec::new();
    if let Some(filter) = filter {
        filter.leaves(&mut leaves);
    }
    leaves.retain(|leaf| matches!(leaf, Filter::Did { .. }));
    if leaves.len() > MOST_DID_LEAVES {
        return Err(AskError::invalid("filter", format!("takes at most {MOST_DID_LEAVES} `did` conditions")));
    }
    Ok(leaves)
}

/// Names the columns that evaluating a filter reads.
pub(crate) fn filter_columns(context: &Context<'_>, segment: &dyn Segment, filter: &Filter, into: &mut Vec<String>) {
    let mut leaves = Vec::new();
    filter.leaves(&mut leaves);
    for leaf in leaves {
        match leaf {
            Filter::Property { property, of: Of::Event, .. } => columns_of(segment, property, into),
            Filter::Property { of: Of::Group(kind), .. } => columns_of(segment, kind, into),
            Filter::Property { of: Of::Session, .. } => session_columns(context, segment, into),
            Filter::Event(_) if !into.iter().any(|name| name == column::EVENT) => {
                into.push(column::EVENT.to_owned());
            }
            _ => {}
        }
    }
}

/// The rows of a batch as a filter sees them.
pub(crate) struct Rows<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) batch: &'a RecordBatch,
    /// The ordinal of each row's person into `people`, or [`NO_PERSON`].
    pub(crate) ordinals: &'a [u32],
    pub(crate) people: &'a [PersonId],
}

/// Under which combinations of `did` answers any row passes a filter that looks at no row.
pub(crate) fn accepts_alike(filter: &Filter) -> Option<Accepts> {
    let mut leaves = Vec::new();
    filter.leaves(&mut leaves);
    if !leaves.iter().all(|leaf| matches!(leaf, Filter::Did { .. })) || leaves.len() > MOST_DID_LEAVES {
        return None;
    }
    let answers: Vec<Answer> = (0..leaves.len()).map(Answer::Did).collect();
    let passes = |combination: &u32| combine(filter, &mut answers.iter(), *combination, 1)[0];
    Some((0..1u32 << leaves.len()).filter(passes).fold(0, |accepts, combination| accepts | 1 << combination))
}

impl Rows<'_> {
    /// For each row, under which combinations of `did` answers it passes.
    pub(crate) fn accepts(&self, filter: &Filter) -> Result<Vec<Accepts>, AskError> {
        let mut units = Vec::new();
        units_of(filter, &mut units);
        let mut n_did = 0;
        let mut answers = Vec::with_capacity(units.len());
        for unit in units {
            if matches!(unit, Filter::Did { .. }) {
                answers.push(Answer::Did(n_did));
                n_did += 1;
            } else {
                answers.push(Answer::Rows(self.unit(unit)?));
            }
        }
        if let [Answer::Rows(passes)] = answers.as_slice()
            && is_unit(filter)
        {
            return Ok(passes.iter().map(|pass| Accepts::from(*pass)).collect());
        }
        let n = self.batch.num_rows();
        let mut accepts = vec![0 as Accepts; n];
        for combination in 0..(1u32 << n_did) {
            let bit = 1 << combination;
            let passes = combine(filter, &mut answers.iter(), combination, n);
            accepts.iter_mut().zip(passes).for_each(|(accept, pass)| *accept |= if pass { bit } else { 0 });
        }
        Ok(accepts)
    }

    /// For filters without `did`: which rows pass.
    pub(crate) fn passes(&self, filter: &Filter) -> Result<Vec<bool>, AskError> {
        if is_unit(filter) {
            return self.unit(filter);
        }
        let mut units = Vec::new();
        units_of(filter, &mut units);
        let answers = units.into_iter().map(|unit| self.unit(unit).map(Answer::Rows)).collect::<Result<Vec<_>, _>>()?;
        Ok(combine(filter, &mut answers.iter(), 0, self.batch.num_rows()))
    }

    fn unit(&self, unit: &Filter) -> Result<Vec<bool>, AskError> {
        if let Some(property) = only_property(unit) {
            return Ok(PropertyView::new(self.batch, property, self.context).which(|cell| holds(unit, cell)));
        }
        match unit {
            Filter::Property { property, of: Of::PersonAtEvent, test } => {
                let history = self.context.person_history(property)?;
                let unset = test.matches(None);
                let times: &Int64Array = self.batch.column(0).as_primitive();
                let own: Vec<Option<&Vec<(i64, Value)>>> = self.people.iter().map(|id| history.get(id)).collect();
                let of_row = |(ordinal, time): (&u32, &i64)| {
                    let history = if *ordinal == NO_PERSON { None } else { own[*ordinal as usize] };
                    history.map_or(unset, |history| test.matches(value_at(history, *time).and_then(Cell::of)))
                };
                Ok(self.ordinals.iter().zip(times.values()).map(of_row).collect())
            }
            Filter::Property { property, of: Of::Session, test } => {
                let mut passes = vec![test.matches(None); self.batch.num_rows()];
                session_property::for_each_row(self, property, |row, value| passes[row] = test.matches(Cell::of(value)))?;
                Ok(passes)
            }
            Filter::Time { part, test } => {
                let mut parts = TimeParts::new(self.context, *part);
                let times: &Int64Array = self.batch.column(0).as_primitive();
                let mut seen: HashMap<usize, bool> = HashMap::new();
                Ok(times
                    .values()
                    .iter()
                    .map(|time| {
                        let at = parts.position(*time);
                        *seen.entry(at).or_insert_with(|| test.matches(Cell::of(&parts.values[at])))
                    })
                    .collect())
            }
            Filter::Property { property, of: Of::Person, test } => {
                let values = self.context.person_property(property)?;
                let unset = test.matches(None);
                let by_person: Vec<bool> = self.people.iter().map(|id| values.get(id).map_or(unset, |value| test.matches(Cell::of(value)))).collect();
                Ok(self.ordinals.iter().map(|ordinal| if *ordinal == NO_PERSON { unset } else { by_person[*ordinal as usize] }).collect())
            }
            Filter::Property { property, of: Of::Group(kind), test } => {
                let values = self.context.group_property(kind, property)?;
                let unset = test.matches(None);
                let mut passes = vec![unset; self.batch.num_rows()];
                let mut seen: HashMap<String, bool> = HashMap::new();
                let mut of_key = |key: &str| match seen.get(key) {
                    Some(pass) => *pass,
                    None => {
                        let pass = test.matches(values.get(key).and_then(Cell::of));
                        seen.insert(key.to_owned(), pass);
                        pass
                    }
                };
                PropertyView::group_keys(self.batch, kind).for_each(|row, cell| {
                    passes[row] = match cell {
                        Cell::Json(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).any(&mut of_key),
                        other => of_key(&other.text()),
                    };
                });
                Ok(passes)
            }
            Filter::Event(names) => {
                let event = dictionary(self.batch, column::EVENT)?;
                let values: &StringArray = event.values().as_string();
                let by_key: Vec<bool> = (0..values.len()).map(|i| names.iter().any(|name| name == values.value(i))).collect();
                Ok(event.keys().values().iter().map(|key| by_key[*key as usize]).collect())
            }
            Filter::Cohort { name, inside } => {
                let members = self.context.cohort(name)?;
                let by_person: Vec<bool> = self.people.iter().map(|id| members.contains(id) == *inside).collect();
                Ok(self.ordinals.iter().map(|ordinal| if *ordinal == NO_PERSON { !inside } else { by_person[*ordinal as usize] }).collect())
            }
            Filter::Did { .. } => Err(AskError::invalid("where", "`did` may stand in the question's `filter` only")),
            Filter::Property { of: Of::Event, .. } | Filter::All(_) | Filter::Any(_) | Filter::Not(_) => unreachable!("answered above, or not a unit"),
        }
    }
}

/// The property of events that all of a filter is about, if it is about one: then each value passes or does not, and need be looked at once.
fn only_property(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Property { property, of: Of::Event, .. } => Some(property),
        Filter::All(parts) | Filter::Any(parts) => {
            let (first, rest) = parts.split_first()?;
            only_property(first).filter(|property| rest.iter().all(|part| only_property(part) == Some(property)))
        }
        Filter::Not(part) => only_property(part),
        _ => None,
    }
}

/// Whether a value of the only property passes.
fn holds(filter: &Filter, cell: Option<Cell<'_>>) -> bool {
    match filter {
        Filter::Property { test, .. } => test.matches(cell),
        Filter::All(parts) => parts.iter().all(|part| holds(part, cell)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, cell)),
        Filter::Not(part) => !holds(part, cell),
        _ => false,
    }
}

/// Whether a filter is answered in one look: a leaf, or several about the same property.
fn is_unit(filter: &Filter) -> bool {
    !matches!(filter, Filter::All(_) | Filter::Any(_) | Filter::Not(_)) || only_property(filter).is_some()
}

fn units_of<'f>(filter: &'f Filter, into: &mut Vec<&'f Filter>) {
    match filter {
        _ if is_unit(filter) => into.push(filter),
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| units_of(part, into)),
        Filter::Not(part) => units_of(part, into),
        _ => {}
    }
}

/// What is known about one unit.
enum Answer {
    Rows(Vec<bool>),
    Did(usize),
}

fn combine(filter: &Filter, answers: &mut dyn Iterator<Item = &Answer>, combination: u32, n: usize) -> Vec<bool> {
    match filter {
        _ if is_unit(filter) => match answers.next() {
            Some(Answer::Rows(passes)) => passes.clone(),
            Some(Answer::Did(i)) => vec![combination & (1 << i) != 0; n],
            None => vec![true; n],
        },
        Filter::All(parts) => {
            let mut all = vec![true; n];
            for part in parts {
                let passes = combine(part, answers, combination, n);
                all.iter_mut().zip(passes).for_each(|(all, pass)| *all &= pass);
            }
            all
        }
        Filter::Any(parts) => {
            let mut any = vec![false; n];
            for part in parts {
                let passes = combine(part, answers, combination, n);
                any.iter_mut().zip(passes).for_each(|(any, pass)| *any |= pass);
            }
            any
        }
        Filter::Not(part) => {
            let mut not = combine(part, answers, combination, n);
            not.iter_mut().for_each(|pass| *pass = !*pass);
            not
        }
        _ => vec![true; n],
    }
}
