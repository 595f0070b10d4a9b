//! A door for tests to make the disk fail or to look at the folder in the middle of a step. Without it, every point is one branch.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

type Point = dyn Fn(&'static str) -> io::Result<()> + Send + Sync;

/// What goes wrong, if anything. The default is a healthy disk.
#[derive(Clone, Default)]
pub struct Faults {
    at: Option<Arc<Point>>,
    free_bytes: Option<Arc<AtomicU64>>,
}

impl Faults {
    /// Calls `at` with the name of each step just before it is done; an error makes the step fail.
    #[must_use]
    pub fn new(at: impl Fn(&'static str) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { at: Some(Arc::new(at)), free_bytes: None }
    }

    /// The disk has as many free bytes as the counter says.
    #[must_use]
    pub fn with_free_bytes(mut self, free_bytes: Arc<AtomicU64>) -> Self {
        self.free_bytes = Some(free_bytes);
        self
    }

    pub(crate) fn point(&self, name: &'static str) -> io::Result<()> {
        self.at.as_ref().map_or(Ok(()), |at| at(name))
    }

    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.free_bytes.as_ref().map(|free| free.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("at", &self.at.is_some()).field("free_bytes", &self.free_bytes).finish()
    }
}
