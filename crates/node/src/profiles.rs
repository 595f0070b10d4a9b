//! What questions need of profiles: one property at a time, for all people or groups of a project, kept up to date by the catalog's change counter.
//!
//! Only the properties that somebody asked about are held, not the profiles. What is returned is a table that never changes; the next caller may get
//! a newer one.

use parking_lot::Mutex;
use serde_json::Value;
use sillage_behavior::{AskError, AskErrorCode, PropertyInfo};
use sillage_catalog::{Catalog, CatalogError, PastChange, Profile, ProfileKind};
use sillage_event::{Identity, PersonId, ProfileChange, ProfileOp, ProjectId, Subject, lookup};
use sillage_query::History;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::Hash,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// Tables held per project; the one that was not asked for the longest goes first.
const MOST_TABLES: usize = 32;
/// Histories held per project.
const MOST_HISTORIES: usize = 8;
/// A list of property names is believed for so long, since making it reads every profile.
const NAMES_LIFETIME: Duration = Duration::from_secs(15);

/// Property tables of all projects. Blocks its caller while it reads, so it is not for threads that serve connections.
#[derive(Debug)]
pub(crate) struct Profiles {
    catalog: Catalog,
    runtime: Handle,
    projects: Mutex<HashMap<ProjectId, Arc<Mutex<Tables>>>>,
}

#[derive(Debug, Default)]
struct Tables {
    /// Up to which change the tables are right.
    counter: i64,
    persons: Held<PersonId>,
    groups: HashMap<String, Held<String>>,
    names: HashMap<ProfileKind, Names>,
    /// Everybody who has a profile, as of a change.
    everybody: Option<(i64, Everybody)>,
    /// By property.
    histories: HashMap<String, Past>,
}

/// The changes of one property, and what they made of it.
#[derive(Debug, Default)]
struct Past {
    /// The last change of any property that was looked at.
    position: i64,
    changes: HashMap<PersonId, Vec<ProfileChange>>,
    history: History,
    used_at: Option<Instant>,
}

/// The ids that profiles were written for.
type Everybody = Arc<HashMap<PersonId, Arc<str>>>;

/// Tables of one kind of profile, by property.
#[derive(Debug)]
struct Held<K>(HashMap<String, (Arc<HashMap<K, Value>>, Instant)>);

#[derive(Debug)]
struct Names {
    counter: i64,
    made_at: Instant,
    list: Vec<PropertyInfo>,
}

impl<K> Default for Held<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq + Clone> Held<K> {
    fn get(&mut self, property: &str) -> Option<Arc<HashMap<K, Value>>> {
        let (table, used_at) = self.0.get_mut(property)?;
        *used_at = Instant::now();
        Some(Arc::clone(table))
    }

    fn keep(&mut self, property: &str, table: &Arc<HashMap<K, Value>>) {
        if self.0.len() >= MOST_TABLES {
            let oldest = self.0.iter().min_by_key(|(_, (_, used_at))| *used_at).map(|(name, _)| name.clone());
            oldest.and_then(|name| self.0.remove(&name));
        }
        self.0.insert(property.to_owned(), (Arc::clone(table), Instant::now()));
    }

    fn change(&mut self, key: &K, profile: &Profile) {
        for (property, (table, _)) in &mut self.0 {
            let value = value_of(profile, property);
            if value.is_none() && !table.contains_key(key) {
                continue;
            }
            let table = Arc::make_mut(table);
            match value {
                Some(value) => drop(table.insert(key.clone(), value)),
                None => drop(table.remove(key)),
            }
        }
    }
}

impl Profiles {
    pub(crate) fn new(catalog: Catalog, runtime: Handle) -> Self {
        Self { catalog, runtime, projects: Mutex::default() }
    }

    /// The latest values of a property of persons, by the id that each profile was written for.
    pub(crate) fn of_persons(&self, project: ProjectId, property: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError> {
        let tables = self.tables(project);
        let mut tables = tables.lock();
        self.catch_up(project, &mut tables)?;
        if let Some(table) = tables.persons.get(property) {
            return Ok(table);
        }
        let mut table = HashMap::new();
        self.each(project, &ProfileKind::Person, |profile| {
            if let Some(value) = value_of(&profile, property) {
                table.insert(profile.hash, value);
            }
        })?;
        let table = Arc::new(table);
        tables.persons.keep(property, &table);
        Ok(table)
    }

    /// Everybody who has a profile, and the id that it was written for.
    pub(crate) fn persons(&self, project: ProjectId) -> Result<Everybody, AskError> {
        let tables = self.tables(project);
        let mut tables = tables.lock();
        self.catch_up(project, &mut tables)?;
        let counter = tables.counter;
        if let Some((_, everybody)) = tables.everybody.as_ref().filter(|(as_of, _)| *as_of == counter) {
            return Ok(Arc::clone(everybody));
        }
        let mut everybody = HashMap::new();
        self.each(project, &ProfileKind::Person, |profile| {
            if !profile.deleted {
                everybody.insert(profile.hash, Arc::from(profile.id));
            }
        })?;
        let everybody = Arc::new(everybody);
        tables.everybody = Some((counter, Arc::clone(&everybody)));
        Ok(everybody)
    }

    /// The values that a property of persons had, each from when on, by the id that each profile was written for.
    pub(crate) fn history(&self, project: ProjectId, property: &str) -> Result<History, AskError> {
        let tables = self.tables(project);
        let mut tables = tables.lock();
        if !tables.histories.contains_key(property) && tables.histories.len() >= MOST_HISTORIES {
            let oldest = tables.histories.iter().min_by_key(|(_, past)| past.used_at).map(|(name, _)| name.clone());
            oldest.and_then(|name| tables.histories.remove(&name));
        }
        let past = tables.histories.entry(property.to_owned()).or_default();
        past.used_at = Some(Instant::now());
        let head = property.split('.').next().unwrap_or(property);
        let mut touched: HashSet<PersonId> = HashSet::new();
        let after = past.position;
        let (position, changes) = (&mut past.position, &mut past.changes);
        let each = |change: PastChange| {
            *position = change.position;
            let Some(op) = change.op.only(property).or_else(|| change.op.only(head)) else { return };
            touched.insert(change.hash);
            let own = changes.entry(change.hash).or_default();
            if op == ProfileOp::Delete {
                own.clear();
                return;
            }
            // Whose it is, the key says.
            own.push(ProfileChange { subject: Subject::Person(Identity::User(String::new())), at: change.at, op });
        };
        self.runtime.block_on(self.catalog.each_past_change(project, after, each)).map_err(unavailable)?;
        if !touched.is_empty() {
            let history = Arc::make_mut(&mut past.history);
            for person in touched {
                let values = past.changes.get(&person).map(|changes| sillage_event::history_of(changes, property)).unwrap_or_default();
                if values.is_empty() {
                    history.remove(&person);
                } else {
                    history.insert(person, values);
                }
            }
        }
        Ok(Arc::clone(&past.history))
    }

    /// The latest values of a property of groups of a type, by key.
    pub(crate) fn of_groups(&self, project: ProjectId, kind: &str, property: &str) -> Result<Arc<HashMap<String, Value>>, AskError> {
        let tables = self.tables(project);
        let mut tables = tables.lock();
        self.catch_up(project, &mut tables)?;
        if let Some(table) = tables.groups.get_mut(kind).and_then(|held| held.get(property)) {
            return Ok(table);
        }
        let mut table = HashMap::new();
        self.each(project, &ProfileKind::Group(kind.to_owned()), |profile| {
            if let Some(value) = value_of(&profile, property) {
                table.insert(profile.id, value);
            }
        })?;
        let table = Arc::new(table);
        tables.groups.entry(kind.to_owned()).or_default().keep(property, &table);
        Ok(table)
    }

    /// The properties that profiles of a kind have, the most frequent first.
    pub(crate) fn names(&self, project: ProjectId, kind: &ProfileKind) -> Result<Vec<PropertyInfo>, AskError> {
        let tables = self.tables(project);
        let mut tables = tables.lock();
        self.catch_up(project, &mut tables)?;
        let counter = tables.counter;
        if let Some(names) = tables.names.get(kind).filter(|names| names.counter == counter || names.made_at.elapsed() < NAMES_LIFETIME) {
            return Ok(names.list.clone());
        }
        let mut found: BTreeMap<String, PropertyInfo> = BTreeMap::new();
        self.each(project, kind, |profile| {
            for (name, value) in profile.properties.iter().filter(|_| !profile.deleted) {
                let Some(kind) = kind_of(value) else { continue };
                let info = found.entry(name.clone()).or_insert_with(|| PropertyInfo { name: name.clone(), types: Vec::new(), count: 0 });
                info.count += 1;
                if !info.types.contains(&kind) {
                    info.types.push(kind);
                }
            }
        })?;
        let mut list: Vec<PropertyInfo> = found.into_values().collect();
        list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        tables.names.insert(kind.clone(), Names { counter, made_at: Instant::now(), list: list.clone() });
        Ok(list)
    }

    fn tables(&self, project: ProjectId) -> Arc<Mutex<Tables>> {
        Arc::clone(self.projects.lock().entry(project).or_default())
    }

    /// Brings every table that is held to the catalog's present.
    fn catch_up(&self, project: ProjectId, tables: &mut Tables) -> Result<(), AskError> {
        let counter = self.runtime.block_on(self.catalog.profile_counter(project)).map_err(unavailable)?;
        if counter == tables.counter {
            return Ok(());
        }
        let holds_any = !tables.persons.0.is_empty() || tables.groups.values().any(|held| !held.0.is_empty());
        let since = tables.counter;
        if holds_any {
            let each = |profile: Profile| match &profile.kind {
                ProfileKind::Person => tables.persons.change(&profile.hash, &profile),
                ProfileKind::Group(kind) => {
                    if let Some(held) = tables.groups.get_mut(kind) {
                        held.change(&profile.id, &profile);
                    }
                }
            };
            self.runtime.block_on(self.catalog.each_profile(project, None, since, each)).map_err(unavailable)?;
        }
        // What changed while this was read is read again next time, which does no harm.
        tables.counter = counter;
        Ok(())
    }

    fn each(&self, project: ProjectId, kind: &ProfileKind, each: impl FnMut(Profile) + Send) -> Result<(), AskError> {
        self.runtime.block_on(self.catalog.each_profile(project, Some(kind), 0, each)).map_err(unavailable)
    }
}

fn value_of(profile: &Profile, property: &str) -> Option<Value> {
    if profile.deleted {
        return None;
    }
    lookup(&profile.properties, property).filter(|value| !value.is_null()).cloned()
}

fn kind_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::String(_) => Some("string"),
        Value::Number(_) => Some("number"),
        Value::Bool(_) => Some("boolean"),
        Value::Array(_) | Value::Object(_) => Some("list"),
    }
}

fn unavailable(error: CatalogError) -> AskError {
    AskError::new(AskErrorCode::Unavailable, error.to_string())
}
