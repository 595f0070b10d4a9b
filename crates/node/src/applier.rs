//! Profile changes ride in the journal of the store; this job brings them to the catalog, in order, once.
//!
//! The catalog keeps the position of the feed in the same transaction as the changes, so a kill anywhere in between repeats nothing and skips nothing.

use parking_lot::Mutex;
use sillage_catalog::{Catalog, CatalogError};
use sillage_event::{ProfileChange, ProjectId};
use sillage_store::Store;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Changes of one transaction, at about this many: more would hold the write lock of the catalog for longer.
const CHANGES_AT_ONCE: usize = 5_000;
/// Journal records looked at in one go.
const RECORDS_AT_ONCE: usize = 1_000;
/// After a failure, such as a full disk, it is tried again so much later.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(crate) struct Applier {
    store: Store,
    catalog: Catalog,
    failure: Arc<Mutex<Option<String>>>,
}

impl Applier {
    /// Tells the store what the catalog already has.
    pub(crate) async fn new(store: Store, catalog: Catalog) -> Result<Self, CatalogError> {
        store.profiles_applied(catalog.profiles_applied().await?);
        Ok(Self { store, catalog, failure: Arc::default() })
    }

    /// What stops it at the moment.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }

    /// Applies what comes until it is told to stop, and then what is left.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let wake = self.store.profile_wake();
        loop {
            match self.apply_all().await {
                Ok(()) if *stop.borrow() => return,
                Ok(()) => {
                    *self.failure.lock() = None;
                    tokio::select! {
                        () = wake.notified() => {}
                        changed = stop.changed() => if changed.is_err() { return },
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "profile changes wait: the catalog does not take them");
                    *self.failure.lock() = Some(error.to_string());
                    if *stop.borrow() {
                        return;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Applies everything that the feed holds.
    pub(crate) async fn apply_all(&self) -> Result<(), CatalogError> {
        loop {
            let applied = self.catalog.profiles_applied().await?;
            let entries = self.store.profile_feed(applied, RECORDS_AT_ONCE);
            let mut changes: Vec<(ProjectId, ProfileChange)> = Vec::new();
            let mut sequence = applied;
            for entry in entries {
                changes.extend(entry.changes.iter().map(|change| (entry.project, change.clone())));
                sequence = entry.sequence;
                if changes.len() >= CHANGES_AT_ONCE {
                    break;
                }
            }
            if sequence == applied {
                return Ok(());
            }
            let outcome = self.catalog.apply_profiles(sequence, &changes).await?;
            if outcome.too_large > 0 {
                tracing::warn!(changes = outcome.too_large, "profile changes are left out: the profiles would be too large");
            }
            self.store.profiles_applied(sequence);
        }
    }
}
