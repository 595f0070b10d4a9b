//! Who is who: the links between devices and users, and what operators merged or split by hand.
//!
//! A forest. Every id has at most one parent, so the canonical person of an id is the root above it.
//!
//! | change | effect |
//! |---|---|
//! | an event names a device and a user | the device gets the user as its parent, unless it has a parent, was split by hand, or already counts for the same person |
//! | merge `from` into `into` | the root above `from` gets `into` as its parent, unless both count for the same person already |
//! | split `id` | `id` loses its parent and automatic links leave it alone from then on |
//!
//! Links of different devices commute. Of two users on one device the first to arrive keeps it; the second owns the events that carry its id.
//! Merges commute as far as who is together goes; the name that a group goes under is the one merged into.
//!
//! What must stay true: there is no cycle; entries are numbered from 1 without gaps; automatic links are the only ones ever baked into
//! the rows of a segment, so everything an operator did can be undone at once.

#[cfg(test)]
mod tests;

use sillage_event::{Event, Identity, PersonId};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// One line of the history of identities.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LedgerEntry {
    /// Counts from 1 in each project.
    pub number: u64,
    /// Milliseconds UTC: the time of the event that made the link, or when the operator acted.
    pub at: i64,
    pub change: LedgerChange,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum LedgerChange {
    /// An event named both.
    Link { device: String, user: String },
    Merge { from: Identity, into: Identity, by: String },
    Split { id: Identity, by: String },
}

impl LedgerEntry {
    /// The ids that the entry names.
    pub fn ids(&self) -> impl Iterator<Item = Identity> {
        let (first, second) = match &self.change {
            LedgerChange::Link { device, user } => (Identity::Device(device.clone()), Some(Identity::User(user.clone()))),
            LedgerChange::Merge { from, into, .. } => (from.clone(), Some(into.clone())),
            LedgerChange::Split { id, .. } => (id.clone(), None),
        };
        std::iter::once(first).chain(second)
    }
}

/// The links of one project at one moment. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Automatic links, sorted by `from`; later levels are smaller. No id is in two levels.
    levels: Vec<Arc<Level>>,
    recent: Arc<HashMap<PersonId, Edge>>,
    operator: Arc<Operator>,
    /// Devices about to be split: not baked any more though the link still holds.
    leaving: Arc<HashSet<PersonId>>,
    applied: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edge {
    from: PersonId,
    to: PersonId,
    number: u64,
}

#[derive(Debug, Default)]
struct Level {
    edges: Vec<Edge>,
    last_number: u64,
}

/// What operators did. Takes precedence over automatic links.
#[derive(Clone, Debug, Default)]
struct Operator {
    /// `None`: split by hand, counts for itself.
    parents: HashMap<PersonId, Option<PersonId>>,
    /// Some ancestor of an id with a parent, the furthest that was known when last looked at.
    ancestors: HashMap<PersonId, PersonId>,
    names: HashMap<PersonId, Arc<str>>,
}

/// Recent links are kept in a map of at most this size, so that a snapshot costs little.
const MAX_RECENT: usize = 2048;

impl Links {
    /// How many entries of the ledger have been applied.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.applied
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.applied == 0
    }

    /// The person that this id counts for.
    #[must_use]
    pub fn resolve(&self, id: PersonId) -> PersonId {
        let mut id = id;
        loop {
            if let Some(above) = self.operator.ancestors.get(&id) {
                id = *above;
            } else if let Some(above) = self.automatic(id) {
                id = above;
            } else {
                return id;
            }
        }
    }

    /// The person written into a row of this id: automatic links only.
    #[must_use]
    pub fn baked(&self, id: PersonId) -> PersonId {
        if self.leaving.contains(&id) { id } else { self.automatic(id).unwrap_or(id) }
    }

    /// Every id that a segment with `links_applied` may hold as a person and that now counts for somebody else: `(held, person)`, sorted.
    #[must_use]
    pub fn changed_since(&self, links_applied: u64) -> Vec<(PersonId, PersonId)> {
        let mut changed: Vec<(PersonId, PersonId)> = Vec::new();
        for level in self.levels.iter().filter(|level| level.last_number > links_applied) {
            changed.extend(level.edges.iter().filter(|edge| edge.number > links_applied).map(|edge| (edge.from, edge.to)));
        }
        changed.extend(self.recent.values().filter(|edge| edge.number > links_applied).map(|edge| (edge.from, edge.to)));
        changed.extend(self.leaving.iter().map(|id| (*id, *id)));
        changed.extend(self.operator.parents.keys().map(|id| (*id, *id)));
        for pair in &mut changed {
            pair.1 = self.resolve(pair.0);
        }
        changed.retain(|(held, person)| held != person);
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// The name of an id that an operator merged or split; others are named by the segments that hold them.
    #[must_use]
    pub fn name(&self, id: PersonId) -> Option<Arc<str>> {
        self.operator.names.get(&id).cloned()
    }

    /// The device and user that an event would link, if it names both and the device is still free.
    pub(crate) fn link_of(&self, event: &Event) -> Option<(Identity, Identity)> {
        let user = event.user_id.as_deref().filter(|id| !id.is_empty())?;
        let device = match event.device_id.as_deref().filter(|id| !id.is_empty()) {
            Some(device) => Identity::Device(device.to_owned()),
            None => match Identity::parse(&event.distinct_id) {
                device @ Identity::Device(_) => device,
                Identity::User(_) => return None,
            },
        };
        let user = Identity::User(user.to_owned());
        let (from, to) = (device.hash(), user.hash());
        let free = !self.operator.parents.contains_key(&from) && self.automatic(from).is_none() && self.resolve(to) != from;
        free.then_some((device, user))
    }

    /// Whether the entry would change anything.
    pub(crate) fn would_change(&self, change: &LedgerChange) -> bool {
        match change {
            LedgerChange::Link { .. } => true,
            LedgerChange::Merge { from, into, .. } => self.resolve(from.hash()) != self.resolve(into.hash()),
            LedgerChange::Split { id, .. } => self.resolve(id.hash()) != id.hash() || self.automatic(id.hash()).is_some(),
        }
    }

    /// The number and user of the automatic link that a split of this id has to take out of rows.
    pub(crate) fn baked_link(&self, id: PersonId) -> Option<(PersonId, u64)> {
        self.automatic_edge(id).map(|edge| (edge.to, edge.number))
    }

    pub(crate) fn set_leaving(&mut self, id: PersonId) {
        Arc::make_mut(&mut self.leaving).insert(id);
    }

    /// Applies the next entry. Entries come in order of their numbers.
    pub(crate) fn apply(&mut self, entry: &LedgerEntry) {
        self.applied = entry.number;
        match &entry.change {
            LedgerChange::Link { device, user } => {
                let (from, to) = (Identity::Device(device.clone()).hash(), Identity::User(user.clone()).hash());
                self.insert_edge(Edge { from, to, number: entry.number });
            }
            LedgerChange::Merge { from, into, .. } => self.merge(from, into),
            LedgerChange::Split { id, .. } => self.split(id),
        }
    }

    fn automatic_edge(&self, id: PersonId) -> Option<Edge> {
        if !self.operator.parents.is_empty() && self.operator.parents.contains_key(&id) {
            return None;
        }
        if let Some(edge) = self.recent.get(&id) {
            return Some(*edge);
        }
        self.levels.iter().find_map(|level| level.edges.binary_search_by_key(&id, |edge| edge.from).ok().map(|at| level.edges[at]))
    }

    fn automatic(&self, id: PersonId) -> Option<PersonId> {
        self.automatic_edge(id).map(|edge| edge.to)
    }

    fn insert_edge(&mut self, edge: Edge) {
        let recent = Arc::make_mut(&mut self.recent);
        recent.insert(edge.from, edge);
        if recent.len() < MAX_RECENT {
            return;
        }
        let mut edges: Vec<Edge> = std::mem::take(recent).into_values().collect();
        while self.levels.last().is_some_and(|level| level.edges.len() < 2 * edges.len()) {
            if let Some(level) = self.levels.pop() {
                edges.extend_from_slice(&level.edges);
            }
        }
        edges.sort_unstable_by_key(|edge| edge.from);
        let last_number = edges.iter().map(|edge| edge.number).max().unwrap_or(0);
        self.levels.push(Arc::new(Level { edges, last_number }));
    }

    fn merge(&mut self, from: &Identity, into: &Identity) {
        let root = self.resolve(from.hash());
        let target = self.resolve(into.hash());
        let operator = Arc::make_mut(&mut self.operator);
        for id in [from, into] {
            operator.names.insert(id.hash(), Arc::from(id.to_string()));
        }
        if root == target {
            return;
        }
        operator.parents.insert(root, Some(into.hash()));
        for ancestor in operator.ancestors.values_mut().filter(|ancestor| **ancestor == root) {
            *ancestor = target;
        }
        operator.ancestors.insert(root, target);
    }

    fn split(&mut self, id: &Identity) {
        let hash = id.hash();
        if self.leaving.contains(&hash) {
            Arc::make_mut(&mut self.leaving).remove(&hash);
        }
        let operator = Arc::make_mut(&mut self.operator);
        operator.names.insert(hash, Arc::from(id.to_string()));
        operator.parents.insert(hash, None);
        operator.ancestors = operator.parents.iter().filter_map(|(id, parent)| Some((*id, (*parent)?))).collect();
    }
}
