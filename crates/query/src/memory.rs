//! What questions may hold of memory while they are answered.
//!
//! Counted are partial answers that wait for others, what they add up to, and rows that are read before their turn. The rows of the buckets that are being
//! looked at, one bucket a thread, are not: how large buckets are bounds them.

use serde_json::Value;
use sillage_behavior::{AskError, AskErrorCode};
use sillage_event::PersonId;
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const MIB: usize = 1 << 20;
/// So many times what one question may hold is what all may hold together.
const QUESTIONS_AT_ONCE: usize = 2;

/// How much a value holds beside its own size, in bytes; near enough to bound it.
pub(crate) trait Held {
    fn held(&self) -> usize;
}

/// What an engine's questions hold, and may.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    of_one: usize,
    of_all: Arc<AtomicUsize>,
}

/// What one reading holds; given back when it ends.
#[derive(Debug)]
pub(crate) struct Holding<'m> {
    memory: &'m Memory,
    bytes: AtomicUsize,
}

impl Memory {
    pub(crate) fn new(of_one: usize) -> Self {
        Self { of_one, of_all: Arc::default() }
    }

    pub(crate) fn hold(&self) -> Holding<'_> {
        Holding { memory: self, bytes: AtomicUsize::new(0) }
    }
}

impl Holding<'_> {
    pub(crate) fn take(&self, bytes: usize) -> Result<(), AskError> {
        let own = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let all = self.memory.of_all.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let most = self.memory.of_one;
        if own > most {
            let message = format!(
                "the question needs more than {} MiB of memory: shorten the range, add a filter, break down by fewer values or add \"top\"",
                most / MIB
            );
            return Err(AskError { code: AskErrorCode::LimitExceeded, message, field: None });
        }
        if all > most.saturating_mul(QUESTIONS_AT_ONCE) {
            let message = "the questions that are being answered hold all the memory there is for them: ask again in a moment";
            return Err(AskError::new(AskErrorCode::Unavailable, message));
        }
        Ok(())
    }

    pub(crate) fn give_back(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.memory.of_all.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.memory.of_all.fetch_sub(*self.bytes.get_mut(), Ordering::Relaxed);
    }
}

/// Of a structure: what the named fields hold.
macro_rules! held {
    ($($name:ty { $($field:ident),* })*) => {
        $(impl $crate::memory::Held for $name {
            fn held(&self) -> usize {
                0 $(+ $crate::memory::Held::held(&self.$field))*
            }
        })*
    };
}
pub(crate) use held;

held! {
    () {} bool {} u8 {} u16 {} u32 {} u64 {} usize {} i64 {} f64 {} str {} PersonId {}
}

impl<T: Held> Held for Vec<T> {
    fn held(&self) -> usize {
        self.capacity() * size_of::<T>() + self.iter().map(Held::held).sum::<usize>()
    }
}

impl<K: Held, V: Held, S> Held for HashMap<K, V, S> {
    fn held(&self) -> usize {
        // One entry in eight stays free, and each has a byte that says so.
        self.capacity() * 8 / 7 * (size_of::<(K, V)>() + 1) + self.iter().map(|(key, value)| key.held() + value.held()).sum::<usize>()
    }
}

impl<T> Held for HashSet<T> {
    fn held(&self) -> usize {
        self.capacity() * 8 / 7 * (size_of::<T>() + 1)
    }
}

impl<T: Held> Held for Option<T> {
    fn held(&self) -> usize {
        self.as_ref().map_or(0, Held::held)
    }
}

impl<T: Held, const N: usize> Held for [T; N] {
    fn held(&self) -> usize {
        self.iter().map(Held::held).sum()
    }
}

impl Held for String {
    fn held(&self) -> usize {
        self.capacity()
    }
}

impl<A: Held, B: Held> Held for (A, B) {
    fn held(&self) -> usize {
        self.0.held() + self.1.held()
    }
}

impl<T: Held + ?Sized> Held for Arc<T> {
    fn held(&self) -> usize {
        size_of_val::<T>(self) + 2 * size_of::<usize>() + T::held(self)
    }
}

impl Held for Value {
    fn held(&self) -> usize {
        match self {
            Self::String(text) => text.capacity(),
            Self::Array(values) => values.held(),
            Self::Object(fields) => fields.iter().map(|(name, value)| name.capacity() + 64 + size_of::<Self>() + value.held()).sum(),
            _ => 0,
        }
    }
}
