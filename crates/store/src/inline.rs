//! A snapshot made straight from events, without a folder: what `sillage ask` and tests put questions to.

use crate::{LedgerChange, LedgerEntry, Links, SegmentBuilder, Snapshot, StoreError, project::ledger_change};
use sillage_event::{Event, LinkChange, ProjectId, duplicate_time};
use std::{collections::HashSet, sync::Arc};

/// The same events that a store would show after receiving these in this order: duplicates gone, devices linked.
pub fn snapshot_of(project: ProjectId, events: &[Event]) -> Result<Snapshot, StoreError> {
    snapshot_after(project, &[], events)
}

/// As [`snapshot_of`], of a store that had taken these changes of identities before the events came.
pub fn snapshot_after(project: ProjectId, changes: &[LinkChange], events: &[Event]) -> Result<Snapshot, StoreError> {
    let mut links = Links::default();
    for (at, change) in changes.iter().map(ledger_change) {
        if links.would_change(&change) {
            links.apply(&LedgerEntry { number: links.len() + 1, at, change });
        }
    }
    for event in events {
        if let Some((device, user)) = links.link_of(event) {
            let change = LedgerChange::Link { device: as_id(&device), user: as_id(&user) };
            let entry = LedgerEntry { number: links.len() + 1, at: event.time, change };
            links.apply(&entry);
        }
    }
    let mut seen = HashSet::with_capacity(events.len());
    let mut builder = SegmentBuilder::new();
    for event in events {
        if !seen.insert((&event.name, event.sent_id(), duplicate_time(event.time, &event.insert_id), &event.insert_id)) {
            continue;
        }
        builder.push(event, event.identity().as_ref().map(|identity| (identity.hash(), identity)));
    }
    let kept = builder.len();
    // No links are baked in: the overlay is what a question sees, as in a store before its first compaction.
    let segment = builder.finish(1, 0, 0)?;
    Ok(Snapshot {
        project,
        segments: vec![Arc::new(segment)],
        links: Arc::new(links),
        version: 1,
        duplicates_dropped: (events.len() - kept) as u64,
        damaged: Vec::new(),
    })
}

/// An identity without the prefix that tells its kind.
fn as_id(identity: &sillage_event::Identity) -> String {
    match identity {
        sillage_event::Identity::User(id) | sillage_event::Identity::Device(id) => id.clone(),
    }
}
