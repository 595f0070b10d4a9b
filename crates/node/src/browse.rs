//! What pickers, live views and profile pages look up, put together from the store, the engine and the catalog.

use crate::source::{Live, unreadable};
use arrow_array::{cast::AsArray, types::UInt32Type};
use sillage_behavior::{
    AskError, AskErrorCode, Browse, IdentityInfo, LedgerEntry, LiveEvent, LiveFeed, NameInfo, PropertyInfo, RefusedFeed, RefusedInfo, RefusedQuery, Seen,
    SeenPage, ValueInfo,
};
use sillage_catalog::ProfileKind;
use sillage_event::{Event, Identity, PersonId, ProjectId, QUARANTINE, as_text};
use sillage_query::Engine;
use sillage_store::{LedgerChange, Links, RefusedRecord, column};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tokio::runtime::Handle;

/// Refused records read at a time when all of them are taken.
const PAGE: usize = 1_000;
/// Events in memory at a time while all are handed over.
const EXPORTED_AT_ONCE: usize = 2_000;

#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) engine: Engine<Live>,
    pub(crate) source: Arc<Live>,
    pub(crate) runtime: Handle,
}

/// Whose properties a picker asks for.
enum Of {
    Events,
    Profiles(ProfileKind),
}

impl Of {
    fn parse(of: &str) -> Result<Self, AskError> {
        match (of, of.strip_prefix("group:")) {
            ("event", _) => Ok(Self::Events),
            ("person", _) => Ok(Self::Profiles(ProfileKind::Person)),
            (_, Some(kind)) => Ok(Self::Profiles(ProfileKind::Group(kind.to_owned()))),
            _ => Err(AskError::invalid("of", "give `event`, `person` or `group:<type>`")),
        }
    }
}

impl Browse for Browser {
    fn names(&self, project: ProjectId) -> Result<Vec<NameInfo>, AskError> {
        let names = self.source.store.names(project).into_iter();
        Ok(names.map(|name| NameInfo { name: name.name.to_string(), count: name.count, first_seen: name.first_seen, last_seen: name.last_seen }).collect())
    }

    fn properties(&self, project: ProjectId, of: &str, event: Option<&str>) -> Result<Vec<PropertyInfo>, AskError> {
        match Of::parse(of)? {
            Of::Events => self.engine.event_properties(project, event),
            Of::Profiles(kind) => self.source.profiles.names(project, &kind),
        }
    }

    fn values(
        &self,
        project: ProjectId,
        of: &str,
        property: &str,
        event: Option<&str>,
        search: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ValueInfo>, AskError> {
        let mut counts = Counts::new(search);
        match Of::parse(of)? {
            Of::Events => return self.engine.event_values(project, property, event, search, limit),
            Of::Profiles(ProfileKind::Person) => self.source.profiles.of_persons(project, property)?.values().for_each(|value| counts.add(value)),
            Of::Profiles(ProfileKind::Group(kind)) => self.source.profiles.of_groups(project, &kind, property)?.values().for_each(|value| counts.add(value)),
        }
        Ok(counts.most_frequent(limit))
    }

    fn live(&self, project: ProjectId, after: u64, limit: usize) -> Result<LiveFeed, AskError> {
        let live = self.source.store.live(project, Some(after), limit);
        let links =
            if live.events.is_empty() { Arc::new(Links::default()) } else { Arc::clone(&self.source.store.snapshot(project).map_err(unreadable)?.links) };
        let events =
            live.events.into_iter().map(|one| LiveEvent { cursor: one.cursor, person: person_of(&one.event, &links), event: Event::clone(&one.event) });
        Ok(LiveFeed { cursor: live.cursor, events: events.collect(), events_per_minute: live.events_per_minute, refused_per_minute: live.refused_per_minute })
    }

    fn refused(&self, project: ProjectId, query: &RefusedQuery) -> Result<RefusedFeed, AskError> {
        let store = &self.source.store;
        let records = store.refused(project, query.before, query.limit, query.stage.as_deref(), query.code.as_deref()).map_err(unreadable)?;
        Ok(RefusedFeed {
            refused: records.into_iter().map(refused_info).collect(),
            counts: store.refused_counts(project).into_iter().map(|one| (one.code, one.stage, one.count)).collect(),
        })
    }

    fn in_quarantine(&self, project: ProjectId) -> Result<(u64, u64), AskError> {
        Ok(self.source.store.in_quarantine(project))
    }

    fn take_refused(&self, project: ProjectId, ids: Option<&[u64]>) -> Result<Vec<RefusedInfo>, AskError> {
        let store = &self.source.store;
        let mut taken = Vec::new();
        match ids {
            Some(ids) => {
                for id in ids {
                    for stage in [None, Some(QUARANTINE)] {
                        let found = store.refused(project, id.checked_add(1), 1, stage, None).map_err(unreadable)?;
                        taken.extend(found.into_iter().filter(|record| record.id == *id));
                    }
                }
            }
            None => loop {
                let page = store.refused(project, taken.last().map(|last: &RefusedRecord| last.id), PAGE, None, None).map_err(unreadable)?;
                if page.is_empty() {
                    break;
                }
                taken.extend(page);
            },
        }
        if !taken.is_empty() {
            self.runtime.block_on(store.take_refused(project, taken.iter().map(|record| record.id).collect()))?;
        }
        Ok(taken.into_iter().map(refused_info).collect())
    }

    fn identities(&self, project: ProjectId, id: &str) -> Result<Vec<IdentityInfo>, AskError> {
        let asked = Identity::parse(id);
        let links = Arc::clone(&self.source.store.snapshot(project).map_err(unreadable)?.links);
        let person = links.resolve(asked.hash());
        let ledger = self.source.store.ledger_of(project, &asked).map_err(unreadable)?;
        let mut identities = vec![own_id(&asked)];
        let mut positions: HashMap<PersonId, usize> = HashMap::from([(asked.hash(), 0)]);
        for entry in &ledger {
            for named in entry.ids().filter(|named| links.resolve(named.hash()) == person) {
                positions.entry(named.hash()).or_insert_with(|| {
                    identities.push(own_id(&named));
                    identities.len() - 1
                });
            }
            let (joined, by, reason) = match &entry.change {
                LedgerChange::Link { device, user } => (Identity::Device(device.clone()), "event", format!("an event named this device together with {user}")),
                LedgerChange::Merge { from, into, by } => (from.clone(), "operator", format!("{by} merged it into {into}")),
                LedgerChange::Split { id, .. } => {
                    if let Some(position) = positions.get(&id.hash()) {
                        identities[*position] = own_id(id);
                    }
                    continue;
                }
            };
            if let Some(position) = positions.get(&joined.hash()) {
                identities[*position] = IdentityInfo { linked_at: Some(entry.at), by: Some(by), reason, ..own_id(&joined) };
            }
        }
        Ok(identities)
    }

    fn ledger(&self, project: ProjectId, id: &str) -> Result<Vec<LedgerEntry>, AskError> {
        let entries = self.source.store.ledger_of(project, &Identity::parse(id)).map_err(unreadable)?;
        Ok(entries.into_iter().map(shown_entry).collect())
    }

    fn each_identity(&self, project: ProjectId, each: &mut dyn FnMut(LedgerEntry) -> bool) -> Result<(), AskError> {
        self.source.store.each_ledger_entry(project, &mut |entry| each(shown_entry(entry))).map_err(unreadable)
    }

    fn activity(&self, project: ProjectId, id: &str) -> Result<Option<(i64, i64, u64)>, AskError> {
        let activity = self.engine.activity(project, &Identity::parse(id))?;
        Ok(activity.map(|activity| (activity.first, activity.last, activity.events)))
    }

    fn everybody(&self, project: ProjectId, after: Option<Seen>, limit: usize) -> Result<SeenPage, AskError> {
        self.engine.everybody(project, after, limit)
    }

    fn find_by_id(&self, project: ProjectId, text: &str, limit: usize) -> Result<Vec<String>, AskError> {
        self.engine.find_by_id(project, text, limit)
    }

    fn export(&self, project: ProjectId, each: &mut dyn FnMut(Vec<Event>) -> bool) -> Result<(), AskError> {
        let snapshot = self.source.store.snapshot(project).map_err(unreadable)?;
        if let Some(damaged) = snapshot.damaged.first() {
            let message = format!("an export would lack events that are damaged ({damaged}); restore a backup first");
            return Err(AskError::new(AskErrorCode::Unavailable, message));
        }
        for segment in &snapshot.segments {
            for bucket in 0..1_usize << segment.bucket_bits() {
                let rows = segment.bucket_rows(bucket);
                for start in (0..rows).step_by(EXPORTED_AT_ONCE) {
                    let range = start..rows.min(start + EXPORTED_AT_ONCE);
                    let range = std::slice::from_ref(&range);
                    let mut events = sillage_query::events_at(&**segment, bucket, range).map_err(unreadable)?;
                    let ties = segment.read(bucket, range, &[column::TIE]).map_err(unreadable)?;
                    number_ties(&mut events, ties.column(0).as_primitive::<UInt32Type>().values());
                    if !each(events) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Gives a number to events of one person in one millisecond whose client gave them none, so that their order is not lost with their arrival.
fn number_ties(events: &mut [Event], ties: &[u32]) {
    for (event, tie) in events.iter_mut().zip(ties).filter(|(event, tie)| **tie > 0 && event.seq.is_none()) {
        event.seq = event.identity().map(|_| u64::from(*tie));
    }
}

fn shown_entry(entry: sillage_store::LedgerEntry) -> LedgerEntry {
    let (op, from, into, by) = match entry.change {
        LedgerChange::Link { device, user } => ("link", Identity::Device(device).to_string(), Some(user), "event".to_owned()),
        LedgerChange::Merge { from, into, by } => ("merge", from.to_string(), Some(into.to_string()), by),
        LedgerChange::Split { id, by } => ("split", id.to_string(), None, by),
    };
    LedgerEntry { number: entry.number, at: entry.at, op, from, into, by }
}

/// Whom an event counts for now; empty for nobody in particular.
fn person_of(event: &Event, links: &Links) -> String {
    let Some(identity) = event.identity() else { return String::new() };
    links.name_above(identity.hash()).map_or_else(|| identity.to_string(), |name| name.to_string())
}

fn own_id(identity: &Identity) -> IdentityInfo {
    let (kind, reason) = match identity {
        Identity::User(_) => ("user", "the id as it was sent"),
        Identity::Device(_) => ("device", "the device as it was sent"),
    };
    IdentityInfo { id: identity.to_string(), kind, linked_at: None, by: None, reason: reason.to_owned() }
}

fn refused_info(record: RefusedRecord) -> RefusedInfo {
    RefusedInfo { id: record.id, record: record.record }
}

/// Values of profiles by how often they occur; a list counts for each of its elements.
struct Counts {
    search: Option<String>,
    counts: BTreeMap<String, ValueInfo>,
}

impl Counts {
    fn new(search: Option<&str>) -> Self {
        Self { search: search.map(str::to_lowercase), counts: BTreeMap::new() }
    }

    fn add(&mut self, value: &serde_json::Value) {
        if let serde_json::Value::Array(elements) = value {
            elements.iter().for_each(|element| self.add(element));
            return;
        }
        let Some(text) = as_text(value).filter(|_| !value.is_object()) else { return };
        if self.search.as_ref().is_some_and(|search| !text.to_lowercase().contains(search)) {
            return;
        }
        self.counts.entry(text).or_insert_with(|| ValueInfo { value: value.clone(), count: 0 }).count += 1;
    }

    fn most_frequent(self, limit: usize) -> Vec<ValueInfo> {
        let mut values: Vec<ValueInfo> = self.counts.into_values().collect();
        // The sort is stable: values of the same frequency stay in the order of the alphabet.
        values.sort_by_key(|one| std::cmp::Reverse(one.count));
        values.truncate(limit);
        values
    }
}
