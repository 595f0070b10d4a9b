//! Where the engine of a running server gets its data: events from the store, properties of people and groups from the catalog.

use crate::{lookups::LookupColumns, profiles::Profiles};
use serde_json::Value;
use sillage_behavior::{AskError, AskErrorCode, expression::LookupColumn};
use sillage_catalog::Clock;
use sillage_event::{PersonId, ProjectId};
use sillage_query::{History, Source};
use sillage_store::{RecordingIndex, Snapshot, Store, StoreError};
use std::{collections::HashMap, sync::Arc};

#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) store: Store,
    pub(crate) profiles: Profiles,
    pub(crate) lookups: LookupColumns,
    pub(crate) clock: Clock,
}

impl Source for Live {
    fn snapshot(&self, project: ProjectId) -> Result<Arc<Snapshot>, AskError> {
        self.store.snapshot(project).map_err(unreadable)
    }

    fn profiles_version(&self) -> u64 {
        // Two counters in one number: neither gets near the other's half within the life of a process.
        self.store.profiles_applied_up_to() ^ (self.lookups.version() << 40)
    }

    fn persons(&self, project: ProjectId) -> Result<Arc<HashMap<PersonId, Arc<str>>>, AskError> {
        self.profiles.persons(project)
    }

    fn person_property(&self, project: ProjectId, name: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError> {
        self.profiles.of_persons(project, name)
    }

    fn person_history(&self, project: ProjectId, name: &str) -> Result<History, AskError> {
        self.profiles.history(project, name)
    }

    fn lookup(&self, project: ProjectId, table: &str, column: &str) -> Result<Option<LookupColumn>, AskError> {
        self.lookups.column(project, table, column)
    }

    fn group_property(&self, project: ProjectId, kind: &str, name: &str) -> Result<Arc<HashMap<String, Value>>, AskError> {
        self.profiles.of_groups(project, kind, name)
    }

    fn recordings(&self, project: ProjectId) -> Result<Arc<RecordingIndex>, AskError> {
        self.store.recordings(project).map_err(unreadable)
    }

    fn now(&self) -> i64 {
        self.clock.now_ms()
    }
}

pub(crate) fn unreadable(error: StoreError) -> AskError {
    AskError::new(AskErrorCode::Unavailable, format!("stored events cannot be read: {error}"))
}
