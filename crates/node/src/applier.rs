//! Profile changes ride in the journal of the store; this job brings them to the catalog, in order, once.
//!
//! The catalog keeps the position of the feed in the same transaction as the changes, so a kill anywhere in between repeats nothing and skips nothing.
//! A change that its profile has no room for was acknowledged long ago: it is set aside among what was refused before that transaction counts. After a
//! kill in between it comes a second time, and the store knows it by its place in the journal.

mod left_out;

use anyhow::{Context, Result};
use parking_lot::Mutex;
use sillage_catalog::{Catalog, CatalogError};
use sillage_event::{Append, Batch, ProfileChange, ProjectId, Refused};
use sillage_store::Store;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
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
                    let error = format!("{error:#}");
                    tracing::warn!(error, "profile changes wait: they cannot be applied");
                    *self.failure.lock() = Some(error);
                    if *stop.borrow() {
                        return;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Applies everything that the feed holds.
    pub(crate) async fn apply_all(&self) -> Result<()> {
        loop {
            let applied = self.catalog.profiles_applied().await?;
            let entries = self.store.profile_feed(applied, RECORDS_AT_ONCE);
            let mut changes: Vec<(ProjectId, ProfileChange)> = Vec::new();
            // The journal record of each change.
            let mut sequences: Vec<u64> = Vec::new();
            let mut sequence = applied;
            for entry in entries {
                changes.extend(entry.changes.iter().map(|change| (entry.project, change.clone())));
                sequences.resize(changes.len(), entry.sequence);
                sequence = entry.sequence;
                if changes.len() >= CHANGES_AT_ONCE {
                    break;
                }
            }
            if sequence == applied {
                return Ok(());
            }
            if let Some(prepared) = self.catalog.prepare_profiles(sequence, &changes).await? {
                let mut refused: BTreeMap<ProjectId, Vec<Refused>> = BTreeMap::new();
                let now = self.catalog.clock().now_ms();
                for one in prepared.left_out() {
                    let (project, change) = &changes[one.position];
                    refused.entry(*project).or_default().push(left_out::record(change, one, sequences[one.position], now));
                }
                for (project, refused) in refused {
                    self.set_aside(project, refused).await?;
                }
                prepared.commit().await?;
            }
            self.store.profiles_applied(sequence);
        }
    }

    async fn set_aside(&self, project: ProjectId, refused: Vec<Refused>) -> Result<()> {
        tracing::warn!(%project, changes = refused.len(), "profile changes are set aside: their profiles have no room for them");
        let batch = Batch { refused, ..Batch::default() };
        self.store.append(project, batch).await.context("a change that its profile has no room for cannot be set aside")?;
        Ok(())
    }
}
