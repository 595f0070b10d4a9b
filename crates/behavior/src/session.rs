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
    if visits.iter().all(|visit| visit.session_key != 0) {
        return assign_by_key(visits, sessions);
    }
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

/// Where every event names its session.
fn assign_by_key(visits: &[Visit], sessions: &mut Vec<u32>) {
    let mut found = Numbers::default();
    sessions.extend(visits.iter().map(|visit| found.of(visit.session_key)));
}

/// Keys numbered as they come. Most people have few sessions, one after the other.
#[derive(Debug, Default)]
struct Numbers {
    few: Vec<u64>,
    many: HashMap<u64, u32>,
}

impl Numbers {
    const FEW: usize = 16;

    fn of(&mut self, key: u64) -> u32 {
        if let Some(at) = self.few.iter().rposition(|one| *one == key) {
            return at as u32;
        }
        if self.few.len() < Self::FEW {
            self.few.push(key);
            return self.few.len() as u32 - 1;
        }
        let next = (Self::FEW + self.many.len()) as u32;
        *self.many.entry(key).or_insert(next)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However many sessions somebody has, they are numbered in order of their first event.
        #[test]
        fn named_sessions_are_numbered_as_they_come(keys in prop::collection::vec(1u64..40, 0..120)) {
            let visits: Vec<Visit> = keys.iter().map(|key| Visit { time: 0, session_key: *key, device_key: 0 }).collect();
            let mut sessions = Vec::new();
            assign(&visits, 1, &mut sessions);
            let mut met: Vec<u64> = Vec::new();
            for (key, number) in keys.iter().zip(&sessions) {
                if !met.contains(key) {
                    met.push(*key);
                }
                prop_assert_eq!(met[*number as usize], *key);
            }
        }
    }
}
