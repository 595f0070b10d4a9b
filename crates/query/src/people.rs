//! One list of people for a bucket, out of the lists of its segments and the links that came since.

use crate::scan::{ELSEWHERE, NO_PERSON, store_failed};
use sillage_behavior::AskError;
use sillage_event::PersonId;
use sillage_store::{People, Segment, bucket_of};
use std::{ops::Range, sync::Arc};

/// From a segment's ordinals to positions in the bucket's list.
#[derive(Debug, Default)]
pub(crate) struct Mapping {
    /// The first ordinal that lies in this bucket, when the segment's own buckets are coarser.
    first: u32,
    persons: Persons,
    /// Rows of nobody are taken elsewhere too.
    leaves_nobody: bool,
    /// Filled by [`merge_people`].
    positions: Vec<u32>,
    leaves_some: bool,
}

/// The person that each ordinal counts for.
#[derive(Debug)]
enum Persons {
    /// Whom the segment names: sorted, so that they are never copied.
    AsHeld { people: Arc<People>, those: Range<usize> },
    /// In the order of ordinals; `None` when another pass takes the rows.
    Changed(Vec<Option<PersonId>>),
}

impl Default for Persons {
    fn default() -> Self {
        Self::Changed(Vec::new())
    }
}

impl Persons {
    fn len(&self) -> usize {
        match self {
            Self::AsHeld { those, .. } => those.len(),
            Self::Changed(persons) => persons.len(),
        }
    }

    fn as_held(&self) -> Option<&[PersonId]> {
        match self {
            Self::AsHeld { people, those } => Some(&people.hashes[those.clone()]),
            Self::Changed(_) => None,
        }
    }
}

/// A bucket at some fineness.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within {
    pub(crate) bits: u32,
    pub(crate) bucket: usize,
}

impl Within {
    fn holds(self, person: PersonId) -> bool {
        bucket_of(person, self.bits) == self.bucket
    }
}

impl Mapping {
    /// The people of a segment's own bucket; with `within`, only those who lie in that bucket and whom no link moved out of it.
    pub(crate) fn new(segment: &dyn Segment, own_bucket: usize, moved: &[(PersonId, PersonId)], within: Option<Within>) -> Result<Self, AskError> {
        let people = segment.people(own_bucket).map_err(store_failed)?;
        let mut those = 0..people.hashes.len();
        if let Some(within) = within.filter(|within| within.bits > segment.bucket_bits()) {
            let start = people.hashes.partition_point(|id| bucket_of(*id, within.bits) < within.bucket);
            let end = people.hashes.partition_point(|id| bucket_of(*id, within.bits) <= within.bucket);
            those = start..end;
        }
        let first = those.start as u32;
        let hashes = &people.hashes[those.clone()];
        let mut changed: Option<Vec<Option<PersonId>>> = None;
        if let (false, Some(least), Some(most)) = (moved.is_empty(), hashes.first(), hashes.last()) {
            let from = moved.partition_point(|(held, _)| held < least);
            for (held, person) in moved[from..].iter().take_while(|(held, _)| held <= most) {
                if let Ok(ordinal) = hashes.binary_search(held) {
                    let stays = within.is_none_or(|within| within.holds(*person));
                    changed.get_or_insert_with(|| hashes.iter().copied().map(Some).collect())[ordinal] = stays.then_some(*person);
                }
            }
        }
        let persons = match changed {
            Some(changed) => Persons::Changed(changed),
            None => Persons::AsHeld { people, those },
        };
        Ok(Self { first, persons, leaves_nobody: false, positions: Vec::new(), leaves_some: false })
    }

    /// The ordinals that lie in this bucket.
    pub(crate) fn ordinals(&self) -> Range<u32> {
        self.first..self.first + self.persons.len() as u32
    }

    /// Leaves everybody else, and nobody, to the main pass. `keep` is told the id that is held and the person it counts for.
    pub(crate) fn keep_only(&mut self, hashes: &[PersonId], keep: impl Fn(PersonId, PersonId) -> bool) {
        self.leaves_nobody = true;
        let persons: Vec<Option<PersonId>> = match std::mem::take(&mut self.persons) {
            Persons::AsHeld { people, those } => people.hashes[those].iter().copied().map(Some).collect(),
            Persons::Changed(persons) => persons,
        };
        self.persons = Persons::Changed(persons.into_iter().zip(hashes).map(|(person, held)| person.filter(|one| keep(*held, *one))).collect());
    }

    /// The positions of ordinals' people, [`ELSEWHERE`] where their rows are taken by another pass.
    pub(crate) fn positions(&self, ordinals: &[u32], into: &mut Vec<u32>) {
        let nobody = if self.leaves_nobody { ELSEWHERE } else { NO_PERSON };
        // Nobody's ordinal is behind every list.
        into.extend(ordinals.iter().map(|ordinal| self.positions.get(ordinal.wrapping_sub(self.first) as usize).copied().unwrap_or(nobody)));
    }

    /// Whether positions rise with ordinals: nobody of the bucket counts for somebody else by now.
    pub(crate) fn is_in_order(&self) -> bool {
        matches!(self.persons, Persons::AsHeld { .. })
    }

    /// Whether another pass takes some of the rows.
    pub(crate) fn leaves_some(&self) -> bool {
        self.leaves_nobody || self.leaves_some
    }
}

/// Whether a link since the segment was written moves somebody of its bucket to another bucket of the finer kind.
pub(crate) fn has_strays(moved: &[(PersonId, PersonId)], own_bits: u32, own_bucket: usize, bits: u32) -> bool {
    moved.iter().any(|(held, person)| bucket_of(*held, own_bits) == own_bucket && bucket_of(*held, bits) != bucket_of(*person, bits))
}

/// Merges the people of all mappings, and some more, into one sorted list and numbers everybody's position.
pub(crate) fn merge_people(mappings: &mut [Mapping], more: impl Iterator<Item = PersonId>, ids: &mut Vec<PersonId>) {
    ids.extend(more);
    if ids.is_empty() && mappings.len() <= MOST_AT_ONCE && mappings.iter().all(Mapping::is_in_order) {
        merge_as_held(mappings, ids);
        return;
    }
    for mapping in mappings.iter() {
        match &mapping.persons {
            Persons::AsHeld { people, those } => ids.extend_from_slice(&people.hashes[those.clone()]),
            Persons::Changed(persons) => ids.extend(persons.iter().flatten()),
        }
    }
    // Sorted runs one behind the other: the stable sort merges them.
    ids.sort();
    ids.dedup();
    for mapping in mappings {
        let Mapping { persons, positions, leaves_some, .. } = mapping;
        match persons {
            Persons::AsHeld { people, those } => {
                let mut at = 0;
                let position = |person: &PersonId| {
                    while ids[at] < *person {
                        at += 1;
                    }
                    at as u32
                };
                *positions = people.hashes[those.clone()].iter().map(position).collect();
            }
            Persons::Changed(persons) => {
                *leaves_some = persons.iter().any(Option::is_none);
                let position = |person: &PersonId| ids.binary_search(person).map_or(NO_PERSON, |position| position as u32);
                *positions = persons.iter().map(|person| person.as_ref().map_or(ELSEWHERE, position)).collect();
            }
        }
    }
}

/// More lists than this are sorted rather than merged.
const MOST_AT_ONCE: usize = 12;

/// The merge where nobody changed: the least of all heads, again and again, without a branch on which list it came from.
fn merge_as_held(mappings: &mut [Mapping], ids: &mut Vec<PersonId>) {
    let mut positions: Vec<Vec<u32>> = mappings.iter().map(|mapping| vec![0; mapping.persons.len()]).collect();
    {
        let lists: Vec<&[PersonId]> = mappings.iter().filter_map(|mapping| mapping.persons.as_held()).collect();
        if let [only] = lists.as_slice() {
            ids.extend_from_slice(only);
            positions[0].iter_mut().zip(0..).for_each(|(position, at)| *position = at);
        } else {
            let mut heads = [0usize; MOST_AT_ONCE];
            let mut left: usize = lists.iter().map(|list| list.len()).sum();
            while left > 0 {
                let head = |list: usize| lists[list].get(heads[list]).map_or(u64::MAX, |person| person.0);
                let least = (0..lists.len()).map(head).fold(u64::MAX, u64::min);
                let at = ids.len() as u32;
                ids.push(PersonId(least));
                for (list, positions) in positions.iter_mut().enumerate() {
                    // A list at its end has no slot for the position.
                    if let (Some(slot), Some(person)) = (positions.get_mut(heads[list]), lists[list].get(heads[list])) {
                        *slot = at;
                        let is_it = usize::from(person.0 == least);
                        heads[list] += is_it;
                        left -= is_it;
                    }
                }
            }
        }
    }
    mappings.iter_mut().zip(positions).for_each(|(mapping, positions)| mapping.positions = positions);
}
