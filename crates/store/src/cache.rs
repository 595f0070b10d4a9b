//! Things read from disk that are likely to be read again, up to a number of bytes; the least recently used go first.

use parking_lot::Mutex;
use std::{collections::HashMap, fmt, hash::Hash, sync::Arc, time::Instant};

pub(crate) struct Cache<K, V> {
    max_bytes: usize,
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    entries: HashMap<K, Entry<V>>,
    bytes: usize,
    clock: u64,
}

struct Entry<V> {
    value: Arc<V>,
    bytes: usize,
    last_use: u64,
    used_at: Instant,
}

impl<K: Hash + Eq + Clone, V> Cache<K, V> {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, inner: Mutex::new(Inner { entries: HashMap::new(), bytes: 0, clock: 0 }) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut inner = self.inner.lock();
        inner.clock += 1;
        let now = inner.clock;
        let entry = inner.entries.get_mut(key)?;
        entry.last_use = now;
        entry.used_at = Instant::now();
        Some(Arc::clone(&entry.value))
    }

    pub(crate) fn insert(&self, key: K, value: Arc<V>, bytes: usize) {
        let mut inner = self.inner.lock();
        inner.clock += 1;
        let entry = Entry { value, bytes, last_use: inner.clock, used_at: Instant::now() };
        if let Some(old) = inner.entries.insert(key, entry) {
            inner.bytes -= old.bytes;
        }
        inner.bytes += bytes;
        while inner.bytes > self.max_bytes && inner.entries.len() > 1 {
            let Some(oldest) = inner.entries.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| key.clone()) else { break };
            inner.remove(&oldest);
        }
    }

    pub(crate) fn forget(&self, mut is_gone: impl FnMut(&K) -> bool) {
        let mut inner = self.inner.lock();
        let gone: Vec<K> = inner.entries.keys().filter(|key| is_gone(key)).cloned().collect();
        gone.iter().for_each(|key| inner.remove(key));
    }

    /// Drops what nobody asked for in a while, so that an idle store is small.
    pub(crate) fn forget_unused_for(&self, idle: std::time::Duration) {
        let mut inner = self.inner.lock();
        let gone: Vec<K> = inner.entries.iter().filter(|(_, entry)| entry.used_at.elapsed() >= idle).map(|(key, _)| key.clone()).collect();
        gone.iter().for_each(|key| inner.remove(key));
    }
}

impl<K: Hash + Eq, V> Inner<K, V> {
    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.lock();
        f.debug_struct("Cache").field("entries", &inner.entries.len()).field("bytes", &inner.bytes).field("max_bytes", &self.max_bytes).finish()
    }
}
