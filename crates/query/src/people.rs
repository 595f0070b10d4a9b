//! One list of people for a bucket, out of the lists of its segments and the links that came since.

use crate::scan::{NO_PERSON, store_failed};
use sillage_behavior::AskError;
use sillage_event::PersonId;
use sillage_store::{Segment, bucket_of};

/// From a segment's ordinals to positions in the bucket's list.
#[derive(Debug, Default)]
pub(crate) struct Mapping {
    /// The person that each ordinal counts for; `None` when another pass takes its rows.
    persons: Vec<Option<PersonId>>,
    sorted: bool,
    /// Filled by [`merge_people`].
    positions: Vec<u32>,
}

impl Mapping {
    /// With `within`, people whom a link moved out of this bucket (at that fineness) are left to the side pass.
    pub(crate) fn new(segment: &dyn Segment, bucket: usize, moved: &[(PersonId, PersonId)], within: Option<u32>) -> Result<Self, AskError> {
        let people = segment.people(bucket).map_err(store_failed)?;
        let mut persons: Vec<Option<PersonId>> = people.hashes.iter().copied().map(Some).collect();
        let mut sorted = true;
        if !moved.is_empty() && !people.hashes.is_empty() {
            let first = people.hashes[0];
            let last = people.hashes[people.hashes.len() - 1];
            let from = moved.partition_point(|(held, _)| *held < first);
            for (held, person) in moved[from..].iter().take_while(|(held, _)| *held <= last) {
                if let Ok(ordinal) = people.hashes.binary_search(held) {
                    sorted = false;
                    let stays = within.is_none_or(|bits| bucket_of(*person, bits) == bucket);
                    persons[ordinal] = stays.then_some(*person);
                }
            }
        }
        Ok(Self { persons, sorted, positions: Vec::new() })
    }

    /// Leaves everybody else to the main pass.
    pub(crate) fn keep_only(&mut self, keep: impl Fn(PersonId) -> bool) {
        for person in &mut self.persons {
            *person = person.filter(|one| keep(*one));
        }
    }

    /// The position of an ordinal's person; `None` when its rows are taken elsewhere.
    pub(crate) fn position(&self, ordinal: u32) -> Option<u32> {
        if ordinal == NO_PERSON {
            return Some(NO_PERSON);
        }
        let position = self.positions[ordinal as usize];
        (position != NO_PERSON).then_some(position)
    }

    /// Whether ordinals are positions: one segment, nobody moved.
    pub(crate) fn is_identity(&self, n_people: usize) -> bool {
        self.positions.len() == n_people && self.sorted && self.persons.iter().all(Option::is_some) && n_people > 0
    }
}

/// Whether a link since the segment was written moves somebody out of this bucket.
pub(crate) fn has_strays(moved: &[(PersonId, PersonId)], bucket: usize, bits: u32) -> bool {
    moved.iter().any(|(held, person)| bucket_of(*held, bits) == bucket && bucket_of(*person, bits) != bucket)
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
        mapping.positions = mapping
            .persons
            .iter()
            .map(|person| match person {
                None => NO_PERSON,
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
