//! Writing large files without making others wait. The disk takes syncs one after the other: behind a single one over a hundred megabytes, those of the
//! journal, which replies wait for, would stand for a fifth of a second.

use std::{
    fs::File,
    io::{self, Write},
};

/// So much is on its way to the disk at most.
const STEP_BYTES: usize = 1 << 20;

/// A file that is synced as it is written, step by step. Who finishes it syncs it once more.
#[derive(Debug)]
pub(crate) struct SteadyFile {
    file: File,
    unsynced: usize,
}

impl SteadyFile {
    pub(crate) fn new(file: File) -> Self {
        Self { file, unsynced: 0 }
    }

    pub(crate) fn sync_all(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

impl Write for SteadyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(&bytes[..bytes.len().min(STEP_BYTES - self.unsynced)])?;
        self.unsynced += written;
        if self.unsynced >= STEP_BYTES {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
