//! The side pass: rows that do not lie in their person's bucket, and every row when somebody else than persons is counted.

use super::{Context, Decoder, NO_PERSON, Nodes, Request, Rows, actors::by_actor, store_failed};
use crate::{
    group::Groups,
    memory::{Held, Holding, held},
    people::{self, Mapping},
};
use rayon::prelude::*;
use sillage_behavior::AskError;
use sillage_event::{Actor, PersonId};
use sillage_store::{Segment, bucket_of};
use std::ops::Range;

/// Rows of one bucket of one segment by person, so that those of any bucket stand side by side. Those of nobody come last.
#[derive(Debug)]
pub(super) struct Strays<'a> {
    rows: Rows<'a>,
    /// Sorted, and so by bucket.
    people: Vec<PersonId>,
    bits: u32,
}

held! {
    Strays<'_> { rows, people }
}

/// Reads them all. `moved` has the links of each segment that came since it was written; the main pass has buckets of so many `bits`.
pub(super) fn read<'r>(
    context: &Context<'_>,
    request: &'r Request<'_>,
    decoder: &Decoder<'_>,
    segments: &[&dyn Segment],
    moved: &[Vec<(PersonId, PersonId)>],
    bits: u32,
    holding: &Holding<'_>,
) -> Result<Vec<Strays<'r>>, AskError> {
    let persons = context.actor == Actor::Person;
    let work: Vec<(usize, usize)> = segments
        .iter()
        .enumerate()
        .flat_map(|(s, segment)| (0..1usize << segment.bucket_bits()).map(move |bucket| (s, bucket)))
        .filter(|(s, bucket)| !persons || (request.by_person && people::has_strays(&moved[*s], segments[*s].bucket_bits(), *bucket, bits)))
        .collect();
    work.par_iter()
        .map(|(s, bucket)| {
            context.check()?;
            let strays = of_bucket(context, request, decoder, segments[*s], *bucket, &moved[*s], bits)?;
            holding.take(strays.held())?;
            Ok(strays)
        })
        .collect()
}

fn of_bucket<'r>(
    context: &Context<'_>,
    request: &'r Request<'_>,
    decoder: &Decoder<'_>,
    segment: &dyn Segment,
    bucket: usize,
    moved: &[(PersonId, PersonId)],
    bits: u32,
) -> Result<Strays<'r>, AskError> {
    let mut mapping = Mapping::new(segment, bucket, moved, None)?;
    if context.actor == Actor::Person {
        let held = segment.people(bucket).map_err(store_failed)?;
        mapping.keep_only(&held.hashes, |held, person| bucket_of(person, bits) != bucket_of(held, bits));
    }
    let mut people = Vec::new();
    people::merge_people(std::slice::from_mut(&mut mapping), std::iter::empty(), &mut people);
    let mut rows = Rows::new(Groups::new(request.keep.clone(), request.counts_groups), Nodes::new(request.nodes));
    decoder.decode(segment, bucket, &mapping, &people, &mut rows)?;
    if context.actor == Actor::Person {
        // By position is by person; nobody's position is behind all others.
        let mut order: Vec<u32> = (0..rows.len() as u32).collect();
        order.sort_by_key(|row| rows.person[*row as usize]);
        let person = order.iter().map(|row| rows.person[*row as usize]).collect();
        rows = rows.arranged(&order, person);
    } else {
        (rows, people) = by_actor(rows);
    }
    Ok(Strays { rows, people, bits })
}

impl<'a> Strays<'a> {
    fn positions(&self, bucket: usize) -> Range<usize> {
        let start = self.people.partition_point(|person| bucket_of(*person, self.bits) < bucket);
        start..start + self.people[start..].partition_point(|person| bucket_of(*person, self.bits) == bucket)
    }

    /// The people of a bucket.
    pub(super) fn people(&self, bucket: usize) -> &[PersonId] {
        &self.people[self.positions(bucket)]
    }

    /// Adds the rows of a bucket's people, who are all in `ids`; the last bucket has those of nobody.
    pub(super) fn append_to(&self, into: &mut Rows<'a>, bucket: usize, ids: &[PersonId]) {
        let positions = self.positions(bucket);
        let before = |position: usize| self.rows.person.partition_point(|person| (*person as usize) < position);
        let rows = before(positions.start)..if bucket + 1 == 1 << self.bits { self.rows.len() } else { before(positions.end) };
        if rows.is_empty() {
            return;
        }
        let there: Vec<u32> = self.people[positions.clone()].iter().map(|id| ids.binary_search(id).map_or(NO_PERSON, |position| position as u32)).collect();
        let position = |person: &u32| if *person == NO_PERSON { NO_PERSON } else { there[*person as usize - positions.start] };
        into.person.extend(self.rows.person[rows.clone()].iter().map(position));
        into.append(&self.rows, rows);
    }
}
