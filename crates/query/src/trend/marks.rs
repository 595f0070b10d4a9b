//! Who was seen in which interval, a bit for each: distinct people are counted without putting anybody's events together.

use crate::memory::held;

/// One bit for every person of a bucket and every interval, a person's bits together.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    n_people: usize,
    n_slots: usize,
    /// Bits of one person: a power of two, or whole words.
    stride: usize,
    words: Vec<u64>,
}

held! {
    Marks { words }
}

impl Marks {
    pub(super) fn new(n_people: usize, n_slots: usize) -> Self {
        let stride = stride_of(n_slots);
        Self { n_people, n_slots, stride, words: vec![0; (n_people * stride).div_ceil(64)] }
    }

    /// How many bits the marks of so many people take.
    pub(super) fn bits(n_people: usize, n_slots: usize) -> usize {
        n_people.saturating_mul(stride_of(n_slots))
    }

    #[inline]
    pub(super) fn mark(&mut self, person: u32, slot: u32) {
        // Without a branch, since whether somebody was seen before cannot be foretold.
        let at = person as usize * self.stride + slot as usize;
        self.words[at / 64] |= 1 << (at % 64);
    }

    /// Everybody who is marked there is marked here.
    pub(super) fn join(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// How many people each interval has, and at the end how many there are.
    pub(super) fn count(&self) -> Vec<u64> {
        let mut counts = vec![0u64; self.n_slots + 1];
        if self.stride >= 64 {
            for of_person in self.words.chunks(self.stride / 64) {
                let mut any = 0;
                for (at, word) in of_person.iter().enumerate() {
                    any |= *word;
                    let mut left = *word;
                    while left != 0 {
                        counts[at * 64 + left.trailing_zeros() as usize] += 1;
                        left &= left - 1;
                    }
                }
                counts[self.n_slots] += u64::from(any != 0);
            }
            return counts;
        }
        // Every person's first bit, so that a shifted word tells of one interval for all its people at once.
        let firsts = (0..64 / self.stride).fold(0u64, |bits, person| bits | 1 << (person * self.stride));
        // Few people are in any one segment, so most words are empty.
        for word in self.words.iter().filter(|word| **word != 0) {
            let mut any = 0;
            for (slot, count) in counts[..self.n_slots].iter_mut().enumerate() {
                let of_slot = (word >> slot) & firsts;
                any |= of_slot;
                *count += u64::from(of_slot.count_ones());
            }
            counts[self.n_slots] += u64::from(any.count_ones());
        }
        counts
    }

    pub(super) fn is_used(&self) -> bool {
        self.n_people > 0
    }
}

fn stride_of(n_slots: usize) -> usize {
    if n_slots <= 64 { n_slots.next_power_of_two() } else { n_slots.div_ceil(64) * 64 }
}

#[cfg(test)]
mod tests;
