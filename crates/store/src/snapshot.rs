use crate::{Links, Segment};
use sillage_event::ProjectId;
use std::sync::Arc;

/// Everything of one project at one moment, each event in exactly one segment. It never changes and costs nothing to keep but the files it names.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub project: ProjectId,
    /// Disk segments first, then buffered ones in order of arrival.
    pub segments: Vec<Arc<dyn Segment>>,
    pub links: Arc<Links>,
    /// Grows whenever anything visible changes; equal versions of one running store show equal events.
    pub version: u64,
    /// How many events were dropped because they were there already, since the project began.
    pub duplicates_dropped: u64,
    /// Segments set aside because their bytes are damaged, in words. Answers without them are incomplete.
    pub damaged: Vec<String>,
}
