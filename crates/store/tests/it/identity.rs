//! Devices and users become one person in every segment, before and after merging, and operators can undo it.

use crate::world::*;
use sillage_event::{Batch, Event, Identity, LinkChange};
use sillage_store::{LedgerChange, Store};
use std::collections::HashSet;
use tempfile::TempDir;

fn on_device(minute: i64) -> Event {
    let mut one = event("view", "$device:d", minute);
    one.device_id = Some("d".to_owned());
    one
}

fn signed_in(user: &str, minute: i64) -> Event {
    let mut one = event("view", user, minute);
    one.device_id = Some("d".to_owned());
    one.user_id = Some(user.to_owned());
    one
}

fn people(store: &Store) -> usize {
    rows(store).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<HashSet<_>>().len()
}

fn operate(store: &Store, change: LinkChange) {
    append(store, Batch { links: vec![change], ..Batch::default() }).unwrap();
}

fn merge(from: Identity, into: &str) -> LinkChange {
    LinkChange::Merge { from, into: Identity::User(into.to_owned()), at: 9, by: "me".to_owned() }
}

fn split(id: Identity) -> LinkChange {
    LinkChange::Split { id, at: 10, by: "me".to_owned() }
}

fn device() -> Identity {
    Identity::Device("d".to_owned())
}

fn baked_people(store: &Store) -> HashSet<u64> {
    let snapshot = store.snapshot(PROJECT).unwrap();
    let mut found = HashSet::new();
    for segment in &snapshot.segments {
        for bucket in 0..1 << segment.bucket_bits() {
            found.extend(segment.people(bucket).unwrap().hashes.iter().map(|hash| hash.0));
        }
    }
    found
}

#[test]
fn earlier_and_later_events_of_a_device_count_for_its_user_at_once() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &[on_device(1), event("view", "bob", 1)]);
    store.flush(PROJECT).unwrap();
    assert_eq!(people(&store), 2);
    append_events(&store, &[on_device(2)]);
    append_events(&store, &[signed_in("ann", 3)]);
    append_events(&store, &[on_device(4)]);
    assert_eq!(people(&store), 2, "ann has the device, bob is another");
    append_events(&store, &[signed_in("carl", 5)]);
    assert_eq!(people(&store), 3, "carl owns only the event that names him");
    for round in 0..4 {
        store.flush(PROJECT).unwrap();
        append_events(&store, &[on_device(10 + round)]);
    }
    store.flush(PROJECT).unwrap();
    assert_eq!(people(&store), 3);
    assert!(baked_people(&store).contains(&device().hash().0), "the first segment was sealed before the link");
    store.compact(PROJECT).unwrap();
    assert!(!baked_people(&store).contains(&device().hash().0), "merging writes the user into the rows");
    assert_eq!(people(&store), 3);
    drop(store);
    let store = open(dir.path());
    assert_eq!(people(&store), 3);
    let ledger = store.ledger_of(PROJECT, &Identity::User("ann".to_owned())).unwrap();
    assert_eq!(ledger.len(), 1);
    assert_eq!(ledger[0].change, LedgerChange::Link { device: "d".to_owned(), user: "ann".to_owned() });
}

#[test]
fn an_operators_merge_is_immediate_survives_restarts_and_can_be_undone() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &[event("view", "ann", 1), event("view", "bob", 2)]);
    store.flush(PROJECT).unwrap();
    operate(&store, merge(Identity::User("bob".to_owned()), "ann"));
    assert_eq!(people(&store), 1);
    for round in 0..5 {
        append_events(&store, &[event("view", "bob", 10 + round)]);
        store.flush(PROJECT).unwrap();
    }
    store.compact(PROJECT).unwrap();
    assert_eq!(people(&store), 1);
    assert_eq!(baked_people(&store).len(), 2, "what operators do is never written into rows");
    drop(store);
    let store = open(dir.path());
    assert_eq!(people(&store), 1);
    operate(&store, split(Identity::User("bob".to_owned())));
    assert_eq!(people(&store), 2);
    drop(store);
    let store = open(dir.path());
    assert_eq!(people(&store), 2);
    let ledger = store.ledger_of(PROJECT, &Identity::User("bob".to_owned())).unwrap();
    assert_eq!(ledger.len(), 2, "the history shows both");
}

#[test]
fn a_device_written_into_rows_as_its_user_can_be_split_off() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &[on_device(1), signed_in("ann", 2), event("view", "ann", 3)]);
    for round in 0..5 {
        append_events(&store, &[on_device(10 + round), event("buy", &format!("other {round}"), round)]);
        store.flush(PROJECT).unwrap();
    }
    store.compact(PROJECT).unwrap();
    append_events(&store, &[on_device(30)]);
    let before = people(&store);
    assert!(!baked_people(&store).contains(&device().hash().0));
    operate(&store, split(device()));
    assert_eq!(people(&store), before + 1, "the device is somebody else again");
    let of_device = format!("{:016x}", device().hash().0);
    let n_of_device = rows(&store).iter().filter(|line| line.starts_with(&of_device)).count();
    assert_eq!(n_of_device, 7, "all events of the device that name no user");
    append_events(&store, &[signed_in("ann", 40), on_device(41)]);
    assert_eq!(rows(&store).iter().filter(|line| line.starts_with(&of_device)).count(), 8, "it is not linked again by itself");
    let expected = rows(&store);
    drop(store);
    let store = open(dir.path());
    assert_eq!(rows(&store), expected);
    operate(&store, merge(device(), "ann"));
    assert_eq!(people(&store), before, "an operator may link it again");
}

#[test]
fn a_split_and_what_follows_it_in_one_request_happen_in_order() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &[on_device(1), signed_in("ann", 2), event("view", "bob", 3)]);
    store.flush(PROJECT).unwrap();
    append(&store, Batch { links: vec![split(device()), merge(device(), "bob")], ..Batch::default() }).unwrap();
    let links = store.snapshot(PROJECT).unwrap().links.clone();
    assert_eq!(links.resolve(device().hash()), Identity::User("bob".to_owned()).hash());
    assert_eq!(people(&store), 2);
    let expected = rows(&store);
    drop(store);
    assert_eq!(rows(&open(dir.path())), expected);
}

#[test]
fn the_order_in_which_events_arrive_and_are_sealed_does_not_change_who_is_who() {
    let mut events = some_events(400, 5);
    // Without operators and with one user a device, as `some_events` makes them.
    let mut seen: Option<Vec<String>> = None;
    for turn in 0..4 {
        events.rotate_left(97);
        if turn % 2 == 1 {
            events.reverse();
        }
        let dir = TempDir::new().unwrap();
        let store = open(dir.path());
        for part in events.chunks(70) {
            append_events(&store, part);
            if turn < 3 {
                store.flush(PROJECT).unwrap();
            }
        }
        if turn < 2 {
            store.compact(PROJECT).unwrap();
        }
        let found = rows(&store);
        if let Some(seen) = &seen {
            assert_eq!(&found, seen, "turn {turn}");
        }
        seen = Some(found);
    }
}

fn link(device: &str, user: &str) -> LinkChange {
    LinkChange::Link { device: device.to_owned(), user: user.to_owned(), at: 3 }
}

#[test]
fn who_is_who_comes_along_before_the_events_and_once() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let all = |store: &Store| {
        let mut entries = Vec::new();
        store
            .each_ledger_entry(PROJECT, &mut |entry| {
                entries.push((entry.number, entry.change));
                true
            })
            .unwrap();
        entries
    };
    for round in 0..2 {
        operate(&store, link("d", "ann"));
        operate(&store, link("d", "bob"));
        if round == 0 {
            operate(&store, merge(Identity::User("ann".to_owned()), "eve"));
            operate(&store, link("torn", "ann"));
            operate(&store, split(Identity::Device("torn".to_owned())));
        }
        operate(&store, link("torn", "ann"));
    }
    let ledger = all(&store);
    assert_eq!(ledger.len(), 4, "what is so already is no entry: {ledger:?}");
    assert!(matches!(&ledger[0].1, LedgerChange::Link { user, .. } if user == "ann"), "the first user keeps the device");
    assert!(matches!(&ledger[3].1, LedgerChange::Split { .. }));
    // The event of the second user comes first this time, and the device still counts for the first.
    append_events(&store, &[signed_in("bob", 1), on_device(2), signed_in("ann", 3), event("view", "eve", 4)]);
    let expected: HashSet<_> = ["bob", "eve"].map(|user| Identity::User(user.to_owned()).hash()).into();
    let check = |store: &Store| {
        let links = std::sync::Arc::clone(&store.snapshot(PROJECT).unwrap().links);
        assert_eq!(links.resolve(device().hash()), Identity::User("eve".to_owned()).hash());
        let torn = Identity::Device("torn".to_owned()).hash();
        assert_eq!(links.resolve(torn), torn, "what was split stays split");
        assert_eq!((people(store), all(store).len()), (expected.len(), 4));
    };
    check(&store);
    drop(store);
    let store = open(dir.path());
    check(&store);
    store.close().unwrap();
    let store = open(dir.path());
    check(&store);
    let mut first = 0;
    store
        .each_ledger_entry(PROJECT, &mut |_| {
            first += 1;
            false
        })
        .unwrap();
    assert_eq!(first, 1, "until nobody wants more");
}
