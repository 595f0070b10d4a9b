//! What a segment knows of its events without reading them: when each person was active, and how many events of each name an hour had.
//!
//! Of every hour (UTC) in which a person did anything, the last event stands for all. So whether somebody was active between two full hours is answered exactly, and
//! whether they did anything after a given event too. An event that shares its millisecond with another one of the person stands twice.

use crate::{NOBODY, StoreError};
use sillage_event::HOUR_MS;
use std::collections::HashMap;

/// More pairs of hour and count than this are not worth keeping with a segment.
const MOST_EVENT_HOURS: usize = 500_000;

/// The last events of people's hours in one bucket, by person, then time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastOfHours {
    pub ordinals: Vec<u32>,
    /// Milliseconds UTC.
    pub times: Vec<i64>,
}

impl LastOfHours {
    /// Picks them out of rows in any order.
    pub(crate) fn of_rows(ordinals: &[u32], times: &[i64]) -> Self {
        let mut rows: Vec<(u32, i64)> = ordinals.iter().copied().zip(times.iter().copied()).filter(|row| row.0 != NOBODY).collect();
        rows.sort_unstable();
        let mut last = Self::default();
        for of_hour in rows.chunk_by(|a, b| a.0 == b.0 && a.1.div_euclid(HOUR_MS) == b.1.div_euclid(HOUR_MS)) {
            let at = of_hour[of_hour.len() - 1];
            for _ in 0..of_hour.iter().rev().take(2).filter(|row| row.1 == at.1).count() {
                last.ordinals.push(at.0);
                last.times.push(at.1);
            }
        }
        last
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.ordinals.len() * (size_of::<u32>() + size_of::<i64>()) + 64
    }

    /// Each person's hours as bytes: differences of times, twice each and one more where the event stands twice, in LEB128. The first is a difference from 1970.
    pub(super) fn encode(&self, n_people: usize) -> Vec<Vec<u8>> {
        let mut encoded = vec![Vec::new(); n_people];
        let rows: Vec<(u32, i64)> = self.ordinals.iter().copied().zip(self.times.iter().copied()).collect();
        for of_person in rows.chunk_by(|a, b| a.0 == b.0) {
            let mut before = 0;
            for of_hour in of_person.chunk_by(|a, b| a == b) {
                // Times before 1970 wrap around, and back when they are read.
                let difference = of_hour[0].1.wrapping_sub(before) as u64;
                write_number(&mut encoded[of_hour[0].0 as usize], (difference << 1) | u64::from(of_hour.len() > 1));
                before = of_hour[0].1;
            }
        }
        encoded
    }

    pub(super) fn decode<'a>(encoded: impl Iterator<Item = &'a [u8]>) -> Result<Self, StoreError> {
        let mut all = Self::default();
        for (ordinal, mut bytes) in encoded.enumerate() {
            let mut time = 0i64;
            while !bytes.is_empty() {
                let number = read_number(&mut bytes)?;
                // The sign went with the shift; an arithmetic shift back restores it.
                time = time.wrapping_add((number as i64) >> 1);
                for _ in 0..=(number & 1) {
                    all.ordinals.push(ordinal as u32);
                    all.times.push(time);
                }
            }
        }
        all.ordinals.shrink_to_fit();
        all.times.shrink_to_fit();
        Ok(all)
    }
}

/// How many events of each name each hour has, while a segment is written.
#[derive(Debug, Default)]
pub(crate) struct EventHours {
    by_event: Vec<HashMap<i64, u64>>,
    n_hours: usize,
}

impl EventHours {
    pub(crate) fn new(n_events: usize) -> Self {
        Self { by_event: vec![HashMap::new(); n_events], n_hours: 0 }
    }

    pub(crate) fn add(&mut self, event: usize, times: &[i64]) {
        let hours = &mut self.by_event[event];
        for of_hour in times.chunk_by(|a, b| a.div_euclid(HOUR_MS) == b.div_euclid(HOUR_MS)) {
            let count = hours.entry(of_hour[0].div_euclid(HOUR_MS)).or_insert_with(|| {
                self.n_hours += 1;
                0
            });
            *count += of_hour.len() as u64;
        }
    }

    /// The hours of one event by their start, milliseconds UTC, and how many events each has.
    pub(crate) fn of_event(&self, event: usize) -> Vec<(i64, u64)> {
        let mut hours: Vec<(i64, u64)> = self.by_event[event].iter().map(|(hour, count)| (hour.wrapping_mul(HOUR_MS), *count)).collect();
        hours.sort_unstable();
        hours
    }

    /// One run of bytes for each event that has rows, in their order; `None` when there is too much to keep.
    pub(super) fn encode(&self) -> Option<Vec<Vec<u8>>> {
        let encode = |hours: &HashMap<i64, u64>| {
            let mut hours: Vec<(i64, u64)> = hours.iter().map(|(hour, count)| (*hour, *count)).collect();
            hours.sort_unstable();
            let mut bytes = Vec::new();
            let mut before = 0;
            for (hour, count) in hours {
                write_number(&mut bytes, hour.wrapping_sub(before) as u64);
                write_number(&mut bytes, count);
                before = hour;
            }
            bytes
        };
        (self.n_hours <= MOST_EVENT_HOURS).then(|| self.by_event.iter().filter(|hours| !hours.is_empty()).map(encode).collect())
    }
}

/// Start of the hour, milliseconds UTC, and how many events it has.
pub(super) fn decode_hours(mut bytes: &[u8]) -> Result<Vec<(i64, u64)>, StoreError> {
    let mut hours = Vec::new();
    let mut hour = 0i64;
    while !bytes.is_empty() {
        hour = hour.wrapping_add(read_number(&mut bytes)? as i64);
        hours.push((hour.wrapping_mul(HOUR_MS), read_number(&mut bytes)?));
    }
    Ok(hours)
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Result<u64, StoreError> {
    let mut number = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *bytes = &bytes[at + 1..];
            return Ok(number);
        }
    }
    Err(StoreError::Invalid("a number in a segment's activity does not end".to_owned()))
}

#[cfg(test)]
mod tests;
