//! Sessions whose every event carries its id: found without putting anybody's events in order, and without looking at devices.

use super::Session;
use crate::scan::{Bucket, NO_PERSON, NO_SESSION, Nodes, Rows};

/// What is known of a session while its rows are met, in any order.
#[derive(Clone, Debug)]
struct Open {
    person: u32,
    events: u32,
    /// Time and rank of the first and the last event.
    start: (i64, u32),
    end: (i64, u32),
    first_row: u32,
    last_row: u32,
}

/// Calls with every session, person after person. False, and nothing called, where a row has no session id or an id belongs to several people.
pub(super) fn each_session(bucket: &Bucket<'_>, mut each: impl FnMut(&Rows<'_>, Session)) -> bool {
    let rows = &bucket.rows;
    let Some(sessions) = sessions_of(rows) else { return false };
    let order = by_person(&sessions, bucket.people.len(), &rows.session_ids.hashes);
    let mut last_person = NO_PERSON;
    let mut n_people = 0;
    let node = |row: u32| rows.node.get(row as usize).copied().unwrap_or(0);
    for number in order {
        let open = &sessions[number as usize];
        n_people += usize::from(open.person != last_person);
        last_person = open.person;
        if node(open.first_row) == Nodes::HIDDEN {
            continue;
        }
        let session = Session {
            person: bucket.people[open.person as usize],
            start: open.start.0,
            end: open.end.0,
            events: u64::from(open.events),
            entry: node(open.first_row),
            exit: node(open.last_row),
            group: rows.group.get(open.first_row as usize).copied(),
        };
        each(rows, session);
    }
    bucket.context.count_people(n_people);
    true
}

/// Sessions by the number of their id. Those of nobody keep no events.
fn sessions_of(rows: &Rows<'_>) -> Option<Vec<Open>> {
    let nothing = Open { person: NO_PERSON, events: 0, start: (i64::MAX, 0), end: (i64::MIN, 0), first_row: 0, last_row: 0 };
    let mut sessions = vec![nothing; rows.session_ids.hashes.len()];
    for (row, (number, person)) in rows.session.iter().zip(&rows.person).enumerate() {
        if *person == NO_PERSON {
            continue;
        }
        // A row without an id has a number behind all sessions.
        let session = sessions.get_mut(*number as usize).filter(|_| *number != NO_SESSION)?;
        if session.person != *person {
            if session.events > 0 {
                return None;
            }
            session.person = *person;
        }
        session.events += 1;
        let when = (rows.time[row], rows.tie.get(row).copied().unwrap_or(0));
        if when < session.start {
            (session.start, session.first_row) = (when, row as u32);
        }
        if when >= session.end {
            (session.end, session.last_row) = (when, row as u32);
        }
    }
    Some(sessions)
}

/// The numbers of sessions that have events, person after person, each person's by their start.
fn by_person(sessions: &[Open], n_people: usize, hashes: &[u64]) -> Vec<u32> {
    let mut offsets = vec![0u32; n_people + 1];
    sessions.iter().filter(|session| session.events > 0).for_each(|session| offsets[session.person as usize + 1] += 1);
    for person in 0..n_people {
        offsets[person + 1] += offsets[person];
    }
    let mut order = vec![0u32; offsets[n_people] as usize];
    let mut next = offsets.clone();
    for (session, number) in sessions.iter().zip(0..).filter(|(session, _)| session.events > 0) {
        let at = &mut next[session.person as usize];
        order[*at as usize] = number;
        *at += 1;
    }
    for of_person in offsets.windows(2) {
        let own = &mut order[of_person[0] as usize..of_person[1] as usize];
        if own.len() > 1 {
            own.sort_unstable_by_key(|number| (sessions[*number as usize].start, hashes[*number as usize]));
        }
    }
    order
}
