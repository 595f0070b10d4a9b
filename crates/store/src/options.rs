use crate::Faults;
use std::time::Duration;

/// How a store behaves. The defaults suit one machine with two cores and half a gigabyte of memory for everything.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// A journal file is closed when it is this big. Larger files mean that less can be trimmed at a time.
    pub journal_file_bytes: u64,
    /// Bytes of requests between arrival and reply, of everybody together. Beyond it: busy. Costs about four times as much memory.
    pub in_flight_bytes: usize,
    /// The same for one project, so that one cannot starve the others.
    pub in_flight_bytes_per_project: usize,
    /// A buffer is sealed into a segment at this many events. More means fewer, larger segments, more memory and a longer restart after a crash.
    pub flush_rows: usize,
    /// … or at this many bytes of memory.
    pub flush_bytes: usize,
    /// … or when its oldest event is this old, so that the journal can be trimmed.
    pub flush_age: Duration,
    /// Rows of one frozen chunk of the buffer.
    pub chunk_rows: usize,
    /// Segments are merged up to this many rows.
    pub compact_rows: u64,
    /// A calendar month (UTC) with at least so many events gets segments of its own when segments are merged. Fewer means more segments, and more that a
    /// question about a short range can leave out.
    pub month_rows: u64,
    /// Rows of one bucket that a segment aims at, at most. Fewer means more and smaller row groups.
    pub bucket_rows: u64,
    /// Memory for lists of people that questions read again.
    pub people_cache_bytes: usize,
    /// Memory for when people were active, by hour, which many questions read.
    pub activity_cache_bytes: usize,
    /// Memory for filters that tell resent events from new ones; beyond it they are read from disk again.
    pub filter_cache_bytes: usize,
    /// Free space below which nothing more is accepted; on a small volume, a sixteenth of it at most.
    pub reserve_bytes: u64,
    /// Refused records kept per project; older ones go first.
    pub refused_kept: usize,
    /// Whether the store flushes, merges and expires by itself. Off in tests that do these by hand.
    pub background: bool,
    /// For tests: what goes wrong.
    pub faults: Faults,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            journal_file_bytes: 64 << 20,
            in_flight_bytes: 32 << 20,
            in_flight_bytes_per_project: 24 << 20,
            flush_rows: 200_000,
            flush_bytes: 48 << 20,
            flush_age: Duration::from_secs(300),
            chunk_rows: 32_768,
            compact_rows: 32_000_000,
            month_rows: 1_000_000,
            bucket_rows: 131_072,
            people_cache_bytes: 48 << 20,
            activity_cache_bytes: 64 << 20,
            filter_cache_bytes: 48 << 20,
            reserve_bytes: 256 << 20,
            refused_kept: 100_000,
            background: true,
            faults: Faults::default(),
        }
    }
}
