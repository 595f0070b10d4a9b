//! Answers that were given before. A question asked again, of the same events and profiles, is not computed again; and people who ask
//! the same thing at once wait for one answer.
//!
//! What must stay true: an answer is given again only while nothing that it was read from has changed. The question (in its debug form, which is derived and
//! so names every field) and the settings are the key. What was read is kept beside the answer: a question about last month reads nothing of today, and so
//! today's events do not make it old. So is the time until which the clock says the same: intervals end, and "the last 30 days" move.

use crate::footprint::{Read, Versions};
use futures_channel::oneshot::{Receiver, Sender, channel};
use parking_lot::Mutex;
use serde_json::Value;
use sillage_behavior::{AskError, Question, Reply, Settings};
use sillage_event::ProjectId;
use std::{collections::HashMap, sync::Arc};
use xxhash_rust::xxh3::xxh3_128;

const MOST_BYTES: usize = 32 << 20;
/// Larger answers are not kept.
const LARGEST_BYTES: usize = 4 << 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    project: ProjectId,
    question: u128,
}

impl Key {
    pub(crate) fn new(project: ProjectId, settings: &Settings, question: &Question) -> Self {
        let words = format!("{settings:?} {question:?}");
        Self { project, question: xxh3_128(words.as_bytes()) }
    }
}

/// An answer, and what it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) reply: Reply,
    pub(crate) read: Read,
}

pub(crate) type Outcome = Result<Arc<Told>, AskError>;

/// What to do about a question.
pub(crate) enum Way {
    /// It was answered.
    Known(Arc<Told>),
    /// Somebody else is being answered.
    Wait(Receiver<Outcome>),
    /// Nobody is: the caller computes, and then tells [`Remembered::settle`], whatever comes of it.
    Compute,
}

#[derive(Debug, Default)]
pub(crate) struct Remembered {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    answers: HashMap<Key, Kept>,
    bytes: usize,
    clock: u64,
    under_way: HashMap<Key, Vec<Sender<Outcome>>>,
}

#[derive(Debug)]
struct Kept {
    told: Arc<Told>,
    bytes: usize,
    last_use: u64,
}

impl Remembered {
    /// `now` is how things stand when it is asked.
    pub(crate) fn way(&self, key: &Key, now: &Versions<'_>) -> Way {
        let mut inner = self.inner.lock();
        inner.clock += 1;
        let clock = inner.clock;
        if let Some(kept) = inner.answers.get_mut(key).filter(|kept| kept.told.read.holds(now)) {
            kept.last_use = clock;
            return Way::Known(Arc::clone(&kept.told));
        }
        if let Some(waiting) = inner.under_way.get_mut(key) {
            let (send, receive) = channel();
            waiting.push(send);
            return Way::Wait(receive);
        }
        inner.under_way.insert(*key, Vec::new());
        Way::Compute
    }

    /// Tells everybody who waits, and keeps a good answer; the clock says which others are over.
    pub(crate) fn settle(&self, key: &Key, outcome: &Outcome, clock: i64) {
        let mut inner = self.inner.lock();
        let waiting = inner.under_way.remove(key).unwrap_or_default();
        if let Ok(told) = outcome {
            inner.keep(*key, told, clock);
        }
        drop(inner);
        for one in waiting {
            // Who went away is not told.
            drop(one.send(outcome.clone()));
        }
    }
}

impl Inner {
    fn keep(&mut self, key: Key, told: &Arc<Told>, clock: i64) {
        let bytes = size_of_json(&told.reply.answer) + 512;
        if bytes > LARGEST_BYTES {
            return;
        }
        let gone: Vec<Key> = self.answers.iter().filter(|(_, kept)| kept.told.read.is_over(clock)).map(|(key, _)| *key).collect();
        gone.iter().for_each(|one| self.forget(one));
        let kept = Kept { told: Arc::clone(told), bytes, last_use: self.clock };
        self.bytes += bytes;
        if let Some(earlier) = self.answers.insert(key, kept) {
            self.bytes -= earlier.bytes;
        }
        while self.bytes > MOST_BYTES {
            let Some(oldest) = self.answers.iter().min_by_key(|(_, kept)| kept.last_use).map(|(key, _)| *key) else { return };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, key: &Key) {
        if let Some(kept) = self.answers.remove(key) {
            self.bytes -= kept.bytes;
        }
    }
}

/// About how much memory a value takes.
fn size_of_json(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size_of_json).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + 64 + size_of_json(value)).sum(),
        _ => 0,
    };
    inner + size_of::<Value>()
}

#[cfg(test)]
mod tests;
