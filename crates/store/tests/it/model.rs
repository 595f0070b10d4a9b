//! Any sequence of what users, operators and accidents do shows the same events and the same people as a naive model of the rules.

use crate::world::*;
use proptest::prelude::*;
use sillage_event::{Batch, Event, Identity, LinkChange};
use std::collections::HashMap;
use tempfile::TempDir;

#[derive(Clone, Debug)]
enum Step {
    /// Events, some of them sent before.
    Append(Vec<(u8, u8, u8)>),
    Merge(u8, u8),
    Split(u8),
    Flush,
    Compact,
    /// Dropped without closing.
    Restart,
    Close,
    /// The folder as it is now is opened elsewhere, as after a kill.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => proptest::collection::vec((0u8..40, 0u8..6, 0u8..6), 1..12).prop_map(Step::Append),
        1 => (0u8..12, 0u8..12).prop_map(|(a, b)| Step::Merge(a, b)),
        1 => (0u8..12).prop_map(Step::Split),
        3 => Just(Step::Flush),
        1 => Just(Step::Compact),
        1 => Just(Step::Restart),
        1 => Just(Step::Close),
        1 => Just(Step::Kill),
    ]
}

fn made((minute, user, device): (u8, u8, u8)) -> Event {
    let mut one = event("view", "", i64::from(minute));
    // 5 stands for none.
    if device < 5 {
        one.device_id = Some(device.to_string());
        one.distinct_id = format!("$device:{device}");
    }
    if user < 5 {
        one.distinct_id = format!("u{user}");
        one.user_id = (minute % 2 == 0).then(|| format!("u{user}"));
    }
    one
}

fn id(number: u8) -> Identity {
    if number < 6 { Identity::User(format!("u{number}")) } else { Identity::Device((number - 6).to_string()) }
}

/// The rules, as they are written in the documentation of links.
#[derive(Default)]
struct Model {
    events: Vec<Event>,
    parents: HashMap<Identity, Option<Identity>>,
}

impl Model {
    fn root(&self, id: &Identity) -> Identity {
        let mut id = id.clone();
        while let Some(Some(parent)) = self.parents.get(&id) {
            id = parent.clone();
        }
        id
    }

    fn add(&mut self, event: Event) {
        let key = |one: &Event| (one.name.clone(), one.sent_id().to_owned(), one.time, one.insert_id.clone());
        if self.events.iter().any(|one| key(one) == key(&event)) {
            return;
        }
        if let (Some(device), Some(user)) = (&event.device_id, &event.user_id) {
            let (device, user) = (Identity::Device(device.clone()), Identity::User(user.clone()));
            if !self.parents.contains_key(&device) && self.root(&user) != device {
                self.parents.insert(device, Some(user));
            }
        }
        self.events.push(event);
    }

    fn merge(&mut self, from: &Identity, into: &Identity) {
        let root = self.root(from);
        if root != self.root(into) {
            self.parents.insert(root, Some(into.clone()));
        }
    }

    fn split(&mut self, id: &Identity) {
        if self.root(id) != *id {
            self.parents.insert(id.clone(), None);
        }
    }

    fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self
            .events
            .iter()
            .map(|event| {
                let person = event.identity().map_or_else(|| "nobody".to_owned(), |id| format!("{:016x}", self.root(&id).hash().0));
                format!("{person} {} {}", event.time, event.sent_id())
            })
            .collect();
        rows.sort();
        rows
    }
}

/// Person, time and sent id of each row.
fn shown(store: &sillage_store::Store) -> Vec<String> {
    let part = |line: &str, name: &str| line.split(&format!(" {name}=")).nth(1).map_or("", |rest| rest.split(' ').next().unwrap()).to_owned();
    let mut rows: Vec<String> = rows(store)
        .iter()
        .map(|line| {
            let sent = [part(line, "distinct_id"), part(line, "user_id"), part(line, "device_id")].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
            format!("{} {} {sent}", line.split(' ').next().unwrap(), part(line, "time"))
        })
        .collect();
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 300, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_the_store_agrees_with_the_rules(steps in proptest::collection::vec(step(), 1..40)) {
        let mut dir = TempDir::new().unwrap();
        let mut store = open(dir.path());
        let mut model = Model::default();
        for step in steps {
            match &step {
                Step::Append(events) => {
                    let events: Vec<Event> = events.iter().copied().map(made).collect();
                    append_events(&store, &events);
                    events.into_iter().for_each(|event| model.add(event));
                }
                Step::Merge(from, into) => {
                    let (from, into) = (id(*from), id(*into));
                    model.merge(&from, &into);
                    append(&store, Batch { links: vec![LinkChange::Merge { from, into, at: 1, by: "me".to_owned() }], ..Batch::default() }).unwrap();
                }
                Step::Split(number) => {
                    model.split(&id(*number));
                    append(&store, Batch { links: vec![LinkChange::Split { id: id(*number), at: 1, by: "me".to_owned() }], ..Batch::default() }).unwrap();
                }
                Step::Flush => store.flush(PROJECT).unwrap(),
                Step::Compact => store.compact(PROJECT).unwrap(),
                Step::Restart => {
                    drop(store);
                    store = open(dir.path());
                }
                Step::Close => {
                    store.close().unwrap();
                    store = open(dir.path());
                }
                Step::Kill => {
                    let elsewhere = TempDir::new().unwrap();
                    copy_dir(dir.path(), elsewhere.path());
                    drop(store);
                    dir = elsewhere;
                    store = open(dir.path());
                }
            }
            prop_assert_eq!(shown(&store), model.rows(), "after {:?}", step);
        }
        let snapshot = store.snapshot(PROJECT).unwrap();
        prop_assert!(snapshot.damaged.is_empty());
    }
}
