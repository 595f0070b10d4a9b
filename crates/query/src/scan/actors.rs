//! Who else than a person a row counts for: one device, or any number of groups.

use super::{Context, NO_PERSON, Rows};
use crate::{
    memory::held,
    predicate,
    property::{PropertyView, dictionary},
};
use arrow_array::{RecordBatch, StringArray, cast::AsArray};
use sillage_behavior::{AskError, filter::Cell};
use sillage_event::{Actor, Identity, PersonId};
use sillage_store::column;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

const GROUP_SEED: u64 = 3;

/// The actors of every row, one row behind the other.
#[derive(Debug, Default)]
pub(crate) struct Actors {
    ids: Vec<PersonId>,
    /// Where each row's actors end.
    ends: Vec<u32>,
}

held! {
    Actors { ids, ends }
}

impl Actors {
    pub(super) fn clear(&mut self) {
        self.ids.clear();
        self.ends.clear();
    }

    fn of(&self, row: usize) -> &[PersonId] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.ids[start as usize..self.ends[row] as usize]
    }

    fn push(&mut self, actors: &[PersonId]) {
        self.ids.extend_from_slice(actors);
        self.ends.push(self.ids.len() as u32);
    }

    /// Takes in the chosen rows of a batch, all rows when none are named, and tells the context what the actors are called.
    pub(super) fn add(&mut self, context: &Context<'_>, batch: &RecordBatch, view: &predicate::Rows<'_>, chosen: Option<&[u32]>) -> Result<(), AskError> {
        let of_batch = match &context.actor {
            Actor::Person => return Ok(()),
            Actor::Device => devices(context, batch, view)?,
            Actor::Group(kind) => groups(context, batch, kind),
        };
        match chosen {
            None => (0..batch.num_rows()).for_each(|row| self.push(of_batch.of(row))),
            Some(chosen) => chosen.iter().for_each(|row| self.push(of_batch.of(*row as usize))),
        }
        Ok(())
    }
}

/// A row without a device counts for its person, who is called as persons are.
fn devices(context: &Context<'_>, batch: &RecordBatch, view: &predicate::Rows<'_>) -> Result<Actors, AskError> {
    let array = dictionary(batch, column::DEVICE_ID)?;
    let values: &StringArray = array.values().as_string();
    let ids: Vec<PersonId> = values.iter().map(|name| Identity::Device(name.unwrap_or_default().to_owned()).hash()).collect();
    context.name_actors(ids.iter().copied().zip(values.iter().map(Option::unwrap_or_default)));
    let mut actors = Actors::default();
    for (row, key) in array.keys().iter().enumerate() {
        match key {
            Some(key) => actors.push(&[ids[key as usize]]),
            None if view.ordinals[row] == NO_PERSON => actors.push(&[]),
            None => actors.push(&[view.people[view.ordinals[row] as usize]]),
        }
    }
    Ok(actors)
}

fn groups(context: &Context<'_>, batch: &RecordBatch, kind: &str) -> Actors {
    let mut known: HashMap<Box<str>, PersonId> = HashMap::new();
    let mut of_rows: Vec<(usize, PersonId)> = Vec::new();
    PropertyView::group_keys(batch, kind).for_each(|row, cell| {
        let mut add = |name: &str| {
            if name.is_empty() {
                return;
            }
            let id = known.get(name).copied().unwrap_or_else(|| {
                let id = PersonId(xxh3_64_with_seed(name.as_bytes(), GROUP_SEED));
                known.insert(Box::from(name), id);
                id
            });
            of_rows.push((row, id));
        };
        match cell {
            Cell::Json(serde_json::Value::Array(keys)) => keys.iter().filter_map(serde_json::Value::as_str).for_each(&mut add),
            other => add(&other.text()),
        }
    });
    context.name_actors(known.iter().map(|(name, id)| (*id, &**name)));
    // One column of values was told after the other.
    of_rows.sort_by_key(|(row, _)| *row);
    let mut left = of_rows.iter().peekable();
    let mut actors = Actors::default();
    for row in 0..batch.num_rows() {
        actors.ids.extend(std::iter::from_fn(|| left.next_if(|(of, _)| *of == row)).map(|(_, id)| *id));
        actors.ends.push(actors.ids.len() as u32);
    }
    actors
}

/// Makes everybody that a row counts for its person: one row for each, by actor, and the actors, sorted.
pub(super) fn by_actor(mut rows: Rows<'_>) -> (Rows<'_>, Vec<PersonId>) {
    let actors = std::mem::take(&mut rows.actors);
    let mut of_rows: Vec<(PersonId, u32)> = (0..rows.len()).flat_map(|row| actors.of(row).iter().map(move |actor| (*actor, row as u32))).collect();
    of_rows.sort_unstable();
    let mut people: Vec<PersonId> = Vec::new();
    let mut person: Vec<u32> = Vec::with_capacity(of_rows.len());
    for (actor, _) in &of_rows {
        if people.last() != Some(actor) {
            people.push(*actor);
        }
        person.push(people.len() as u32 - 1);
    }
    let order: Vec<u32> = of_rows.into_iter().map(|(_, row)| row).collect();
    (rows.arranged(&order, person), people)
}
