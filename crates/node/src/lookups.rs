//! What questions need of lookup tables: columns that were asked for, kept until a table changes.

use parking_lot::Mutex;
use sillage_behavior::{AskError, AskErrorCode, expression::LookupColumn};
use sillage_catalog::Catalog;
use sillage_event::ProjectId;
use std::{collections::HashMap, sync::Arc};
use tokio::runtime::Handle;

/// Columns held; beyond it all are read again.
const MOST_COLUMNS: usize = 100;

type Key = (ProjectId, String, String);

/// Blocks its caller while it reads, so it is not for threads that serve connections.
#[derive(Debug)]
pub(crate) struct LookupColumns {
    catalog: Catalog,
    runtime: Handle,
    /// With the version of all tables that they are right for.
    held: Mutex<(u64, HashMap<Key, Option<LookupColumn>>)>,
}

impl LookupColumns {
    pub(crate) fn new(catalog: Catalog, runtime: Handle) -> Self {
        Self { catalog, runtime, held: Mutex::default() }
    }

    pub(crate) fn version(&self) -> u64 {
        self.catalog.lookup_version()
    }

    /// A column by key; `None` when there is no such table or column.
    pub(crate) fn column(&self, project: ProjectId, table: &str, column: &str) -> Result<Option<LookupColumn>, AskError> {
        let key = (project, table.to_owned(), column.to_owned());
        let version = self.version();
        let mut held = self.held.lock();
        if held.0 != version || held.1.len() >= MOST_COLUMNS {
            *held = (version, HashMap::new());
        }
        if let Some(found) = held.1.get(&key) {
            return Ok(found.clone());
        }
        let content = self.runtime.block_on(self.catalog.lookup_content(project, table));
        let content = content.map_err(|error| AskError::new(AskErrorCode::Unavailable, error.to_string()))?;
        let found = content.and_then(|content| sillage_wire::table_column(&content, column)).map(Arc::new);
        held.1.insert(key, found.clone());
        Ok(found)
    }
}
