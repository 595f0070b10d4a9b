//! One list of people for a bucket, out of the lists of its segments and the links that came since.

use crate::scan::{ELSEWHERE, NO_PERSON, store_failed};
use sillage_behavior::AskError;
use sillage_event::PersonId;
use sillage_store::{Segment, bucket_of};

/// From a segment's ordinals to positions in the bucket's list.
#[derive(Debug, Default)]
pub(crate) struct Mapping {
    /// The first ordinal that lies in this bucket, when the segment's own buckets are coarser.
    first: u32,
    /// The person that each ordinal counts for; `None` when another pass takes its rows.
    persons: Vec<Option<PersonId>>,
    sorted: bool,
    /// Rows of nobody are taken elsewhere too.
    leaves_nobody: bool,
    /// Filled by [`merge_people`].
    positions: Vec<u32>,
    leaves_some: bool,
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
        let mut hashes = people.hashes.as_slice();
        let mut first = 0;
        if let Some(within) = within.filter(|within| within.bits > segment.bucket_bits()) {
            let start = hashes.partition_point(|id| bucket_of(*id, within.bits) < within.bucket);
            let end = hashes.partition_point(|id| bucket_of(*id, within.bits) <= within.bucket);
            hashes = &hashes[start..end];
            first = start as u32;
        }
        let mut persons: Vec<Option<PersonId>> = hashes.iter().copied().map(Some).collect();
        let mut sorted = true;
        if let (false, Some(least), Some(most)) = (moved.is_empty(), hashes.first(), hashes.last()) {
            let from = moved.partition_point(|(held, _)| held < least);
            for (held, person) in moved[from..].iter().take_while(|(held, _)| held <= most) {
                if let Ok(ordinal) = hashes.binary_search(held) {
                    sorted = false;
                    let stays = within.is_none_or(|within| within.holds(*person));
                    persons[ordinal] = stays.then_some(*person);
                }
            }
        }
        Ok(Self { first, persons, sorted, leaves_nobody: false, positions: Vec::new(), leaves_some: false })
    }

    /// The ordinals that lie in this bucket.
    pub(crate) fn ordinals(&self) -> std::ops::Range<u32> {
        self.first..self.first + self.persons.len() as u32
    }

    /// Leaves everybody else, and nobody, to the main pass. `keep` is told the id that is held and the person it counts for.
    pub(crate) fn keep_only(&mut self, hashes: &[PersonId], keep: impl Fn(PersonId, PersonId) -> bool) {
        self.leaves_nobody = true;
        for (person, held) in self.persons.iter_mut().zip(hashes) {
            *person = person.filter(|one| keep(*held, *one));
        }
    }

    /// The positions of ordinals' people, [`ELSEWHERE`] where their rows are taken by another pass.
    pub(crate) fn positions(&self, ordinals: &[u32], into: &mut Vec<u32>) {
        let nobody = if self.leaves_nobody { ELSEWHERE } else { NO_PERSON };
        // Nobody's ordinal is behind every list.
        into.extend(ordinals.iter().map(|ordinal| self.positions.get(ordinal.wrapping_sub(self.first) as usize).copied().unwrap_or(nobody)));
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
    let more_len = ids.len();
    for mapping in mappings.iter() {
        ids.extend(mapping.persons.iter().flatten());
    }
    if mappings.len() != 1 || more_len > 0 || !mappings[0].sorted {
        // Sorted runs one behind the other: the stable sort merges them.
        ids.sort();
        ids.dedup();
    }
    for mapping in mappings {
        let mut at = 0;
        mapping.leaves_some = mapping.persons.iter().any(Option::is_none);
        mapping.positions = mapping
            .persons
            .iter()
            .map(|person| match person {
                None => ELSEWHERE,
                Some(person) if mapping.sorted => {
                    while ids[at] < *person {
                        at += 1;
                    }
                    at as u32
                }
                Some(person) => ids.binary_search(person).map_or(NO_PERSON, |position| position as u32),
            })
            .collect();
    }
}
