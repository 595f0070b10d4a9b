//! The list of everybody, the last seen first.
//!
//! Segments are looked at from the newest on, and no further than a page needs: of each only when its people were last active,
//! which it keeps beside its rows.

use crate::{
    engine::{Engine, Source},
    scan::{context::name_in, store_failed},
};
use arrow_array::{Int64Array, UInt32Array, cast::AsArray};
use sillage_behavior::{AskError, Seen, SeenPage};
use sillage_event::{PersonId, ProjectId};
use sillage_store::{Segment, Snapshot, column};
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::Arc,
};

impl<S: Source> Engine<S> {
    /// Everybody whom an event or a profile tells of, the last seen first, then those who did nothing; `after` is the last of the page before.
    pub fn everybody(&self, project: ProjectId, after: Option<Seen>, limit: usize) -> Result<SeenPage, AskError> {
        let snapshot = self.source().snapshot(project)?;
        let profiles = self.source().persons(project)?;
        let mut segments: Vec<(i64, &Arc<dyn Segment>)> = snapshot.segments.iter().filter_map(|segment| Some((segment.time_range()?.1, segment))).collect();
        segments.sort_by_key(|(last, _)| Reverse(*last));
        let is_behind = |seen: &Seen| after.is_none_or(|after| place(seen) > place(&after));
        let mut last_seen: HashMap<PersonId, LastSeen> = HashMap::new();
        let mut page: Vec<Seen> = Vec::new();
        for (i, (_, segment)) in segments.iter().enumerate() {
            add_last_seen(&snapshot, &***segment, &mut last_seen)?;
            // Whoever was seen after the end of all segments that are left was not seen later than is known.
            let left_until = segments.get(i + 1).map_or(i64::MIN, |(last, _)| *last);
            let known = last_seen.iter().filter(|(_, last)| last.time > left_until).map(|(person, last)| Seen { person: *person, last: Some(last.time) });
            page = known.filter(is_behind).collect();
            if page.len() > limit {
                break;
            }
        }
        if page.len() <= limit {
            let links = &snapshot.links;
            let without_events: HashSet<PersonId> = profiles.keys().map(|id| links.resolve(*id)).filter(|id| !last_seen.contains_key(id)).collect();
            page.extend(without_events.into_iter().map(|person| Seen { person, last: None }).filter(is_behind));
        }
        let has_more = page.len() > limit;
        page.sort_by_key(place);
        page.truncate(limit);
        let name_of = |person: PersonId| {
            let of_link = || last_seen.get(&person).and_then(|last| snapshot.links.name_above(last.held));
            let name = name_in(&snapshot, person)?.or_else(of_link).or_else(|| profiles.get(&person).map(Arc::clone)).unwrap_or_default();
            Ok::<String, AskError>(name.to_string())
        };
        let people = page.into_iter().map(|seen| Ok((name_of(seen.person)?, seen))).collect::<Result<_, AskError>>()?;
        let total = if after.is_none() { Some(count(&snapshot, profiles.keys())? as u64) } else { None };
        Ok(SeenPage { people, total, has_more })
    }

    /// People of events whose id holds a text, in any case, and who have no profile.
    pub fn find_by_id(&self, project: ProjectId, text: &str, limit: usize) -> Result<Vec<String>, AskError> {
        let snapshot = self.source().snapshot(project)?;
        let profiles = self.source().persons(project)?;
        let text = text.to_lowercase();
        let mut found: HashMap<PersonId, Arc<str>> = HashMap::new();
        for segment in snapshot.segments.iter().rev() {
            for bucket in 0..1usize << segment.bucket_bits() {
                let people = segment.people(bucket).map_err(store_failed)?;
                let names = segment.person_names(bucket).map_err(store_failed)?;
                for (held, name) in people.hashes.iter().zip(names.iter()) {
                    let person = snapshot.links.resolve(*held);
                    // A device that counts for a user by now is found under the user's id.
                    if person == *held && !profiles.contains_key(&person) && holds(name, &text) {
                        found.insert(person, Arc::clone(name));
                        if found.len() >= limit {
                            return Ok(in_order(found));
                        }
                    }
                }
            }
        }
        Ok(in_order(found))
    }
}

/// Somebody's last event in the segments looked at, and the id that it was kept under.
#[derive(Clone, Copy, Debug)]
struct LastSeen {
    time: i64,
    held: PersonId,
}

/// The order of the list.
fn place(seen: &Seen) -> (Reverse<Option<i64>>, PersonId) {
    (Reverse(seen.last), seen.person)
}

fn in_order(found: HashMap<PersonId, Arc<str>>) -> Vec<String> {
    let mut names: Vec<String> = found.into_values().map(|name| name.to_string()).collect();
    names.sort();
    names
}

fn holds(name: &str, lowered: &str) -> bool {
    if name.is_ascii() && lowered.is_ascii() {
        let (name, lowered) = (name.as_bytes(), lowered.as_bytes());
        return lowered.is_empty() || name.windows(lowered.len()).any(|part| part.eq_ignore_ascii_case(lowered));
    }
    name.to_lowercase().contains(lowered)
}

/// When the people of a segment were last active in it, by the person they count for now.
fn add_last_seen(snapshot: &Snapshot, segment: &dyn Segment, last_seen: &mut HashMap<PersonId, LastSeen>) -> Result<(), AskError> {
    for bucket in 0..1usize << segment.bucket_bits() {
        let people = segment.people(bucket).map_err(store_failed)?;
        let mut last: Vec<i64> = vec![i64::MIN; people.hashes.len()];
        // Rows of nobody have an ordinal behind the list.
        let mut add = |ordinals: &[u32], times: &[i64]| {
            for (ordinal, time) in ordinals.iter().zip(times) {
                if let Some(so_far) = last.get_mut(*ordinal as usize) {
                    *so_far = (*so_far).max(*time);
                }
            }
        };
        match segment.last_of_hours(bucket).map_err(store_failed)? {
            Some(hours) => add(&hours.ordinals, &hours.times),
            None => {
                let rows = segment.bucket_rows(bucket);
                let batch = segment.read(bucket, std::slice::from_ref(&(0..rows)), &[column::PERSON, column::TIME]).map_err(store_failed)?;
                let persons: &UInt32Array = batch.column(0).as_primitive();
                let times: &Int64Array = batch.column(1).as_primitive();
                add(persons.values(), times.values());
            }
        }
        for (held, time) in people.hashes.iter().zip(last).filter(|(_, time)| *time > i64::MIN) {
            let own = LastSeen { time, held: *held };
            let so_far = last_seen.entry(snapshot.links.resolve(*held)).or_insert(own);
            if so_far.time < time {
                *so_far = own;
            }
        }
    }
    Ok(())
}

/// How many people events and profiles tell of.
fn count<'a>(snapshot: &Snapshot, profiles: impl Iterator<Item = &'a PersonId>) -> Result<usize, AskError> {
    let mut known: HashSet<PersonId> = profiles.map(|id| snapshot.links.resolve(*id)).collect();
    for segment in &snapshot.segments {
        for bucket in 0..1usize << segment.bucket_bits() {
            let people = segment.people(bucket).map_err(store_failed)?;
            known.extend(people.hashes.iter().map(|id| snapshot.links.resolve(*id)));
        }
    }
    Ok(known.len())
}
