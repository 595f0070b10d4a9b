//! A store in memory that behaves: duplicates fall together, refused records stay, a question can be stopped.

use serde_json::{Value, json};
use sillage_behavior::{
    Ask, AskError, AskErrorCode, Browse, Cancel, Explain, IdentityInfo, LedgerEntry, LiveEvent, LiveFeed, NameInfo, PropertyInfo, Question, RefusedFeed,
    RefusedInfo, RefusedQuery, Reply, Seen, SeenPage, Settings, ValueInfo,
};
use sillage_event::recording::{Found, KeepError, Kept as KeptPiece, Piece, PieceName, ReadError, Recorded, Recordings, Row, SegmentInfo, problems_of};
use sillage_event::{Append, AppendError, Appended, Batch, Event, Identity, LinkChange, ProfileChange, ProjectId, QUARANTINE, Refused, Subject};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

#[derive(Debug, Default)]
pub(crate) struct FakeStore {
    projects: Mutex<HashMap<ProjectId, Kept>>,
    recordings: Mutex<HashMap<ProjectId, BTreeMap<String, Vec<Piece>>>>,
    /// What the next piece of a recording is answered instead.
    pub(crate) keeps_no_piece: Mutex<Option<KeepError>>,
    /// What the next append answers instead.
    pub(crate) fails: Mutex<Option<AppendError>>,
    /// Questions wait until they are stopped.
    pub(crate) is_slow: Mutex<bool>,
    pub(crate) stopped: Arc<AtomicUsize>,
    pub(crate) asking: Arc<AtomicUsize>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) events: Vec<Event>,
    pub(crate) profiles: Vec<ProfileChange>,
    pub(crate) links: Vec<LinkChange>,
    pub(crate) refused: BTreeMap<u64, Refused>,
    keys: HashSet<u64>,
    next_refused: u64,
}

impl FakeStore {
    pub(crate) fn kept(&self, project: ProjectId) -> Kept {
        self.projects.lock().unwrap().get(&project).cloned().unwrap_or_default()
    }
}

impl Append for FakeStore {
    async fn append(&self, project: ProjectId, batch: Batch) -> Result<Appended, AppendError> {
        if let Some(error) = self.fails.lock().unwrap().take() {
            return Err(error);
        }
        let mut projects = self.projects.lock().unwrap();
        let kept = projects.entry(project).or_default();
        let mut appended = Appended { profiles: batch.profiles.len() as u32, ..Appended::default() };
        for event in batch.events {
            if kept.keys.insert(event.duplicate_key()) {
                appended.events += 1;
                kept.events.push(event);
            } else {
                appended.duplicates += 1;
            }
        }
        kept.profiles.extend(batch.profiles);
        kept.links.extend(batch.links);
        for refused in batch.refused {
            kept.next_refused += 1;
            kept.refused.insert(kept.next_refused, refused);
        }
        Ok(appended)
    }
}

impl Recordings for FakeStore {
    fn has(&self, project: ProjectId, name: &PieceName) -> Result<bool, KeepError> {
        let all = self.recordings.lock().unwrap();
        Ok(all.get(&project).and_then(|all| all.get(&name.session)).is_some_and(|pieces| pieces.iter().any(|piece| piece.name == *name)))
    }

    async fn keep(&self, project: ProjectId, piece: Piece) -> Result<KeptPiece, KeepError> {
        if let Some(error) = self.keeps_no_piece.lock().unwrap().take() {
            return Err(error);
        }
        if Recordings::has(self, project, &piece.name)? {
            return Ok(KeptPiece::Duplicate);
        }
        self.recordings.lock().unwrap().entry(project).or_default().entry(piece.name.session.clone()).or_default().push(piece);
        Ok(KeptPiece::Stored)
    }

    fn find(&self, project: ProjectId, session: &str) -> Result<Option<Found>, ReadError> {
        let all = self.recordings.lock().unwrap();
        let Some(pieces) = all.get(&project).and_then(|all| all.get(session)) else { return Ok(None) };
        let mut recorded = Recorded::default();
        pieces.iter().for_each(|piece| recorded.add(piece));
        let segments = pieces.iter().zip(0..).map(|(piece, n)| SegmentInfo {
            n,
            document: piece.name.document.clone(),
            t0: piece.facts.start,
            t1: piece.facts.end,
            bytes: piece.body.len() as u64,
            has_snapshot: piece.facts.snapshots > 0,
        });
        Ok(Some(Found {
            row: Row::of(&recorded, 0, &mut |text| Arc::from(text)),
            segments: segments.collect(),
            markers: pieces.iter().flat_map(|piece| piece.markers.clone()).collect(),
            problems: problems_of(&recorded),
            recorded,
        }))
    }

    fn segment(&self, project: ProjectId, session: &str, n: u32) -> Result<Option<Vec<u8>>, ReadError> {
        let all = self.recordings.lock().unwrap();
        let piece = all.get(&project).and_then(|all| all.get(session)?.get(n as usize).cloned());
        Ok(piece.map(|piece| format!("[{}]", String::from_utf8(piece.body).unwrap().trim_end().replace('\n', ",")).into_bytes()))
    }

    fn delete(&self, project: ProjectId, sessions: &[String]) -> Result<Vec<String>, ReadError> {
        let mut all = self.recordings.lock().unwrap();
        let of_project = all.entry(project).or_default();
        Ok(sessions.iter().filter(|session| of_project.remove(*session).is_some()).cloned().collect())
    }

    fn keep_days(&self, _: ProjectId, _: u32) -> Result<(), ReadError> {
        Ok(())
    }
}

impl Ask for FakeStore {
    async fn ask(&self, project: ProjectId, settings: &Settings, question: Question, cancel: Cancel) -> Result<Reply, AskError> {
        self.asking.fetch_add(1, Ordering::SeqCst);
        if *self.is_slow.lock().unwrap() {
            // The work goes on elsewhere, as in the engine, until the token says stop.
            let stopped = Arc::clone(&self.stopped);
            let work = tokio::spawn(async move {
                while !cancel.is_cancelled() {
                    cancel.note_events_read(10);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                stopped.fetch_add(1, Ordering::SeqCst);
            });
            work.await.unwrap();
            return Err(AskError::new(AskErrorCode::Cancelled, "the question was taken back"));
        }
        let kept = self.kept(project);
        let people: Vec<Value> = {
            let ids: std::collections::BTreeSet<String> = kept.events.iter().filter_map(Event::identity).map(|id| id.to_string()).collect();
            ids.into_iter().map(|id| json!({"id": id, "times": null})).collect()
        };
        Ok(Reply {
            kind: question.kind.name(),
            answer: json!({"count": people.len(), "people": people}),
            explain: Explain { events_read: kept.events.len() as u64, timezone: settings.timezone.clone(), complete: true, ..Explain::default() },
            elapsed_ms: 1.0,
            complete: true,
        })
    }
}

impl Browse for FakeStore {
    fn names(&self, project: ProjectId) -> Result<Vec<NameInfo>, AskError> {
        let mut names: BTreeMap<String, NameInfo> = BTreeMap::new();
        for event in self.kept(project).events {
            let empty = NameInfo { name: event.name.clone(), count: 0, first_seen: event.time, last_seen: event.time };
            let name = names.entry(event.name).or_insert(empty);
            name.count += 1;
            name.last_seen = name.last_seen.max(event.time);
        }
        let mut names: Vec<NameInfo> = names.into_values().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.count));
        Ok(names)
    }

    fn properties(&self, project: ProjectId, _: &str, event: Option<&str>) -> Result<Vec<PropertyInfo>, AskError> {
        let events = self.kept(project).events.into_iter().filter(|kept| event.is_none_or(|name| kept.name == name));
        let names: std::collections::BTreeSet<String> = events.flat_map(|event| event.properties.into_iter().map(|(name, _)| name)).collect();
        Ok(names.into_iter().map(|name| PropertyInfo { name, types: vec!["string"], count: 1 }).collect())
    }

    fn values(&self, project: ProjectId, _: &str, property: &str, _: Option<&str>, _: Option<&str>, limit: usize) -> Result<Vec<ValueInfo>, AskError> {
        let values = self.kept(project).events.into_iter().filter_map(|event| event.properties.get(property).cloned());
        Ok(values.take(limit).map(|value| ValueInfo { value, count: 1 }).collect())
    }

    fn live(&self, project: ProjectId, after: u64, limit: usize) -> Result<LiveFeed, AskError> {
        let kept = self.kept(project);
        let numbered = (1..).zip(kept.events.iter());
        let mut events: Vec<LiveEvent> = numbered
            .filter(|(cursor, _)| *cursor > after)
            .map(|(cursor, event)| LiveEvent { cursor, person: event.identity().map(|id| id.to_string()).unwrap_or_default(), event: event.clone() })
            .collect();
        events.reverse();
        events.truncate(limit);
        Ok(LiveFeed { cursor: kept.events.len() as u64, events, events_per_minute: kept.events.len() as u64, refused_per_minute: 0 })
    }

    fn refused(&self, project: ProjectId, query: &RefusedQuery) -> Result<RefusedFeed, AskError> {
        let kept = self.kept(project);
        let newest_first = kept.refused.iter().rev().filter(|(id, _)| query.before.is_none_or(|before| **id < before));
        let wanted = newest_first.filter(|(_, record)| {
            query.code.as_ref().is_none_or(|code| record.code == *code)
                && query.stage.as_ref().map_or(record.stage != QUARANTINE, |stage| record.stage == *stage)
        });
        let refused = wanted.take(query.limit).map(|(id, record)| RefusedInfo { id: *id, record: record.clone() }).collect();
        let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
        for record in kept.refused.values() {
            *counts.entry((record.code.clone(), record.stage.clone())).or_default() += 1;
        }
        Ok(RefusedFeed { refused, counts: counts.into_iter().map(|((code, stage), count)| (code, stage, count)).collect() })
    }

    fn in_quarantine(&self, project: ProjectId) -> Result<(u64, u64), AskError> {
        let waiting = self.kept(project).refused.into_values().filter(|record| record.stage == QUARANTINE);
        Ok(waiting.fold((0, 0), |(n, bytes), record| (n + 1, bytes + record.raw.len() as u64)))
    }

    fn take_refused(&self, project: ProjectId, ids: Option<&[u64]>) -> Result<Vec<RefusedInfo>, AskError> {
        let mut projects = self.projects.lock().unwrap();
        let kept = projects.entry(project).or_default();
        let ids = ids.map_or_else(|| kept.refused.keys().copied().collect(), <[u64]>::to_vec);
        Ok(ids.into_iter().filter_map(|id| kept.refused.remove(&id).map(|record| RefusedInfo { id, record })).collect())
    }

    fn identities(&self, project: ProjectId, id: &str) -> Result<Vec<IdentityInfo>, AskError> {
        let own = IdentityInfo { id: id.to_owned(), kind: "user", linked_at: None, by: None, reason: String::new() };
        let merged = self.kept(project).links.into_iter().filter_map(|link| match link {
            LinkChange::Merge { from, into, at, by } if into.to_string() == id => {
                Some(IdentityInfo { id: from.to_string(), kind: "user", linked_at: Some(at), by: Some("operator"), reason: by })
            }
            _ => None,
        });
        Ok(std::iter::once(own).chain(merged).collect())
    }

    fn ledger(&self, project: ProjectId, _: &str) -> Result<Vec<LedgerEntry>, AskError> {
        let entry = |(number, link)| match link {
            LinkChange::Merge { from, into, at, by } => LedgerEntry { number, at, op: "merge", from: from.to_string(), into: Some(into.to_string()), by },
            LinkChange::Split { id, at, by } => LedgerEntry { number, at, op: "split", from: id.to_string(), into: None, by },
            LinkChange::Link { device, user, at } => {
                LedgerEntry { number, at, op: "link", from: Identity::Device(device).to_string(), into: Some(user), by: "event".to_owned() }
            }
        };
        Ok((1..).zip(self.kept(project).links).map(entry).collect())
    }

    fn each_identity(&self, project: ProjectId, each: &mut dyn FnMut(LedgerEntry) -> bool) -> Result<(), AskError> {
        self.ledger(project, "")?.into_iter().try_for_each(|entry| each(entry).then_some(())).map_or(Ok(()), Ok)
    }

    fn everybody(&self, project: ProjectId, after: Option<Seen>, limit: usize) -> Result<SeenPage, AskError> {
        let kept = self.kept(project);
        let mut last: BTreeMap<Identity, Option<i64>> = BTreeMap::new();
        for change in &kept.profiles {
            if let Subject::Person(identity) = &change.subject {
                last.entry(identity.clone()).or_default();
            }
        }
        for event in &kept.events {
            if let Some(identity) = event.identity() {
                let so_far = last.entry(identity).or_default();
                *so_far = (*so_far).max(Some(event.time));
            }
        }
        let mut all: Vec<(String, Seen)> = last.into_iter().map(|(id, last)| (id.to_string(), Seen { person: id.hash(), last })).collect();
        all.sort_by_key(|(_, seen)| (std::cmp::Reverse(seen.last), seen.person));
        let total = all.len() as u64;
        let start = after.map_or(0, |after| all.iter().position(|(_, seen)| *seen == after).map_or(all.len(), |at| at + 1));
        let people: Vec<_> = all.into_iter().skip(start).take(limit).collect();
        Ok(SeenPage { has_more: start + people.len() < total as usize, total: after.is_none().then_some(total), people })
    }

    fn find_by_id(&self, project: ProjectId, text: &str, limit: usize) -> Result<Vec<String>, AskError> {
        let kept = self.kept(project);
        let has_profile = |id: &Identity| kept.profiles.iter().any(|change| matches!(&change.subject, Subject::Person(of) if of == id));
        let ids: std::collections::BTreeSet<Identity> = kept.events.iter().filter_map(Event::identity).filter(|id| !has_profile(id)).collect();
        Ok(ids.into_iter().map(|id| id.to_string()).filter(|id| id.to_lowercase().contains(&text.to_lowercase())).take(limit).collect())
    }

    fn export(&self, project: ProjectId, each: &mut dyn FnMut(Vec<Event>) -> bool) -> Result<(), AskError> {
        each(self.kept(project).events);
        Ok(())
    }

    fn activity(&self, project: ProjectId, id: &str) -> Result<Option<(i64, i64, u64)>, AskError> {
        let identity = Identity::parse(id);
        let times: Vec<i64> = self.kept(project).events.iter().filter(|event| event.identity().as_ref() == Some(&identity)).map(|event| event.time).collect();
        Ok(times.iter().min().zip(times.iter().max()).map(|(first, last)| (*first, *last, times.len() as u64)))
    }
}
