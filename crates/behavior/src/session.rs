//! Sessions of one person.
//!
//! An event that carries a session id belongs to that session. Another belongs to the open session of its device (of the
//! person, when it has no device) unless the gap is longer than the timeout or the session would last over 24 hours.
//! A gap of exactly the timeout does not split. Midnight never does.

use std::collections::HashMap;

const LONGEST_MS: i64 = 24 * 3_600_000;

/// The session of what belongs to none.
pub const NO_SESSION: u32 = u32::MAX;

/// Set on [`Visit::session_key`] where sessions are opened and closed by events.
pub const OPENS: u64 = 1;
pub const CLOSES: u64 = 2;

/// What a session needs to know of an event.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    pub time: i64,
    /// Equal for equal session ids of the person; 0 when none was sent.
    pub session_key: u64,
    /// Equal for equal devices; 0 for none.
    pub device_key: u64,
}

/// The session of each event of a person in time order, numbered from 0 in order of their first event.
pub fn assign(visits: &[Visit], timeout_ms: i64, sessions: &mut Vec<u32>) {
    struct Open {
        device_key: u64,
        number: u32,
        start: i64,
        last: i64,
    }
    sessions.clear();
    let mut by_key: HashMap<u64, u32> = HashMap::new();
    let mut last_key: Option<(u64, u32)> = None;
    let mut open: Vec<Open> = Vec::new();
    let mut next = 0u32;
    for visit in visits {
        let position = open.iter().position(|one| one.device_key == visit.device_key);
        let number = if visit.session_key != 0 {
            match last_key {
                Some((key, number)) if key == visit.session_key => number,
                _ => {
                    let number = *by_key.entry(visit.session_key).or_insert_with(|| {
                        next += 1;
                        next - 1
                    });
                    last_key = Some((visit.session_key, number));
                    number
                }
            }
        } else {
            match position.map(|p| &open[p]) {
                Some(one) if visit.time - one.last <= timeout_ms && visit.time - one.start <= LONGEST_MS => one.number,
                _ => {
                    next += 1;
                    next - 1
                }
            }
        };
        match position {
            Some(p) if open[p].number == number => open[p].last = visit.time,
            Some(p) => open[p] = Open { device_key: visit.device_key, number, start: visit.time, last: visit.time },
            None => open.push(Open { device_key: visit.device_key, number, start: visit.time, last: visit.time }),
        }
        sessions.push(number);
    }
}

/// Sessions that are told apart by a property alone: each value of a person is one, what has none belongs to none.
pub fn assign_by_value(visits: &[Visit], sessions: &mut Vec<u32>) {
    sessions.clear();
    let mut by_key: HashMap<u64, u32> = HashMap::new();
    for visit in visits {
        let next = by_key.len() as u32;
        sessions.push(if visit.session_key == 0 { NO_SESSION } else { *by_key.entry(visit.session_key).or_insert(next) });
    }
}

/// Sessions that one event opens and another closes, both included. An opening event inside an open session opens nothing, a closing one outside closes
/// nothing; what lies outside belongs to none. Midnight closes nothing, nor does a silence.
pub fn assign_by_events(visits: &[Visit], sessions: &mut Vec<u32>) {
    sessions.clear();
    let (mut next, mut open) = (0u32, None);
    for visit in visits {
        if open.is_none() && visit.session_key & OPENS != 0 {
            open = Some(next);
            next += 1;
            // An event that is both opens, and the next one closes.
            sessions.push(next - 1);
            continue;
        }
        sessions.push(open.unwrap_or(NO_SESSION));
        if visit.session_key & CLOSES != 0 {
            open = None;
        }
    }
}
