//! Who is who: the links between devices and users, and what operators merged or split by hand.
//!
//! A forest. Every id has at most one parent, so the canonical person of an id is the root above it.
//!
//! | change | effect |
//! |---|---|
//! | an event names a device and a user | the device gets the user as its parent, unless it has a parent, was split by hand, or already counts for the same person |
//! | merge `from` into `into` | the root above `from` gets `into` as its parent, unless both count for the same person already |
//! | a client's own merge | the same, but only of an id that still counts for itself |
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
    Link {
        device: String,
        user: String,
    },
    Merge {
        from: Identity,
        into: Identity,
        by: String,
    },
    Split {
        id: Identity,
        by: String,
    },
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
    recent: Arc<HashMap<PersonId, (Edge, Arc<str>)>>,
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

/// Sorted links; the names of the users stand one after the other in one text, since there may be millions.
#[derive(Debug, Default)]
struct Level {
    edges: Vec<Edge>,
    /// Where the name of an edge's user begins in `names`; one more than edges.
    name_starts: Vec<u32>,
    names: String,
    last_number: u64,
}

impl Level {
    fn new(mut links: Vec<(Edge, Arc<str>)>) -> Self {
        links.sort_unstable_by_key(|(edge, _)| edge.from);
        let mut level = Self { last_number: links.iter().map(|(edge, _)| edge.number).max().unwrap_or(0), ..Self::default() };
        level.names.reserve_exact(links.iter().map(|(_, name)| name.len()).sum());
        level.edges = links.iter().map(|(edge, _)| *edge).collect();
        for (_, name) in &links {
            level.name_starts.push(level.names.len() as u32);
            level.names.push_str(name);
        }
        level.name_starts.push(level.names.len() as u32);
        level
    }

    fn find(&self, id: PersonId) -> Option<usize> {
        self.edges.binary_search_by_key(&id, |edge| edge.from).ok()
    }

    fn name(&self, at: usize) -> &str {
        &self.names[self.name_starts[at] as usize..self.name_starts[at + 1] as usize]
    }

    fn len(&self) -> usize {
        self.edges.len()
    }
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
/// A level larger than this is left alone, so that offsets into its names stay small.
const MAX_LEVEL: usize = 4_000_000;

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
        changed.extend(self.recent.values().filter(|(edge, _)| edge.number > links_applied).map(|(edge, _)| (edge.from, edge.to)));
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

    /// The name of the person that an id counts for, if that is somebody else; segments name the ids they hold.
    #[must_use]
    pub fn name_above(&self, id: PersonId) -> Option<Arc<str>> {
        let root = self.resolve(id);
        if root == id {
            return None;
        }
        if let Some(name) = self.operator.names.get(&root) {
            return Some(Arc::clone(name));
        }
        let mut id = id;
        loop {
            let above = self.operator.ancestors.get(&id).copied().or_else(|| self.automatic(id))?;
            if above == root {
                return self.baked_name(id);
            }
            id = above;
        }
    }

    /// The name of the user that an id is baked to; `None` when it is baked as itself.
    pub(crate) fn baked_name(&self, id: PersonId) -> Option<Arc<str>> {
        if self.operator.parents.contains_key(&id) {
            return None;
        }
        if let Some((_, name)) = self.recent.get(&id) {
            return Some(Arc::clone(name));
        }
        self.levels.iter().find_map(|level| level.find(id).map(|at| Arc::from(level.name(at))))
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
        self.may_link(device.hash(), user.hash()).then_some((device, user))
    }

    /// Whether a device may be linked to a user automatically: it has no link, no operator touched it, and it is not above the user.
    fn may_link(&self, device: PersonId, user: PersonId) -> bool {
        !self.operator.parents.contains_key(&device) && self.automatic(device).is_none() && self.resolve(user) != device
    }

    /// Whether the entry would change anything.
    pub(crate) fn would_change(&self, change: &LedgerChange) -> bool {
        match change {
            LedgerChange::Link { device, user } => self.may_link(Identity::Device(device.clone()).hash(), Identity::User(user.clone()).hash()),
            LedgerChange::Merge { from, into, by } => {
                let root = self.resolve(from.hash());
                // What a client asks for ("$identify", "$merge") may claim an id that nobody has, never move one that counts for somebody:
                // anybody who holds the public key could otherwise make two users one.
                let is_free = !by.starts_with('$') || root == from.hash();
                is_free && root != self.resolve(into.hash())
            }
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
                self.insert_edge(Edge { from, to, number: entry.number }, Arc::from(user.as_str()));
            }
            LedgerChange::Merge { from, into, .. } => self.merge(from, into),
            LedgerChange::Split { id, .. } => self.split(id),
        }
    }

    fn automatic_edge(&self, id: PersonId) -> Option<Edge> {
        if !self.operator.parents.is_empty() && self.operator.parents.contains_key(&id) {
            return None;
        }
        if let Some((edge, _)) = self.recent.get(&id) {
            return Some(*edge);
        }
        self.levels.iter().find_map(|level| level.find(id).map(|at| level.edges[at]))
    }

    fn automatic(&self, id: PersonId) -> Option<PersonId> {
        self.automatic_edge(id).map(|edge| edge.to)
    }

    fn insert_edge(&mut self, edge: Edge, user: Arc<str>) {
        let recent = Arc::make_mut(&mut self.recent);
        recent.insert(edge.from, (edge, user));
        if recent.len() < MAX_RECENT {
            return;
        }
        let mut links: Vec<(Edge, Arc<str>)> = std::mem::take(recent).into_values().collect();
        while self.levels.last().is_some_and(|level| level.len() < 2 * links.len() && level.len() < MAX_LEVEL) {
            if let Some(level) = self.levels.pop() {
                links.extend((0..level.len()).map(|at| (level.edges[at], Arc::from(level.name(at)))));
            }
        }
        self.levels.push(Arc::new(Level::new(links)));
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
