//! The session ids met in one bucket, numbered as they come.

use crate::memory::held;
use arrow_array::{Array, DictionaryArray, StringArray, cast::AsArray, types::Int32Type};
use xxhash_rust::xxh3::xxh3_64;

/// The number of a row without a session id.
pub(crate) const NO_SESSION: u32 = u32::MAX;

/// Equal ids have equal numbers, whatever segment they lie in. Ids are told apart by a hash of 64 bits, as everywhere.
#[derive(Debug, Default)]
pub(crate) struct SessionIds {
    pub(crate) hashes: Vec<u64>,
    /// Open addressing, since hashes need no other one: one more than a number, 0 is free.
    slots: Vec<u32>,
}

held! {
    SessionIds { hashes, slots }
}

impl SessionIds {
    pub(crate) fn clear(&mut self) {
        self.hashes.clear();
        self.slots.fill(0);
    }

    pub(crate) fn number(&mut self, hash: u64) -> u32 {
        if self.hashes.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                0 => {
                    self.hashes.push(hash);
                    self.slots[slot] = self.hashes.len() as u32;
                    return self.hashes.len() as u32 - 1;
                }
                number if self.hashes[number as usize - 1] == hash => return number - 1,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 4).max(1024);
        self.slots = vec![0; length];
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (length - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (length - 1);
            }
            self.slots[slot] = number as u32 + 1;
        }
    }

    /// The number of each row's session id, [`NO_SESSION`] where there is none.
    pub(crate) fn numbers_of(&mut self, ids: &DictionaryArray<Int32Type>) -> Vec<u32> {
        let values: &StringArray = ids.values().as_string();
        let numbers: Vec<u32> = (0..values.len()).map(|at| self.number(xxh3_64(values.value(at).as_bytes()))).collect();
        if ids.null_count() == 0 {
            return ids.keys().values().iter().map(|key| numbers[*key as usize]).collect();
        }
        ids.keys().iter().map(|key| key.map_or(NO_SESSION, |key| numbers[key as usize])).collect()
    }
}
