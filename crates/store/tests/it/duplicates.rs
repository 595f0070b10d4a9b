//! The same name, person as sent, time and insert id count once, wherever the first one is by now.

use crate::world::*;
use sillage_event::Event;
use tempfile::TempDir;

#[test]
fn a_resent_event_counts_once_in_the_buffer_in_segments_after_merging_and_after_restarts() {
    let dir = TempDir::new().unwrap();
    let mut store = open(dir.path());
    let mut all: Vec<Event> = Vec::new();
    for round in 0..5 {
        let events = some_events(100, round);
        assert_eq!(append_events(&store, &events).events, 100);
        assert_eq!(append_events(&store, &events).duplicates, 100, "from the buffer");
        all.extend(events);
        store.flush(PROJECT).unwrap();
        assert_eq!(append_events(&store, &all).duplicates as usize, all.len(), "from segments");
    }
    store.compact(PROJECT).unwrap();
    assert_eq!(append_events(&store, &all).duplicates, 500, "after merging");
    drop(store);
    store = open(dir.path());
    assert_eq!(append_events(&store, &all).duplicates, 500, "after a restart");
    assert_eq!(rows(&store).len(), 500);
    let snapshot = store.snapshot(PROJECT).unwrap();
    assert_eq!(snapshot.duplicates_dropped, 500 + (100 + 200 + 300 + 400 + 500) + 500 + 500);
    store.close().unwrap();
    assert_eq!(open(dir.path()).snapshot(PROJECT).unwrap().duplicates_dropped, snapshot.duplicates_dropped);
}

#[test]
fn what_differs_in_any_part_of_the_key_is_another_event() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let one = event("view", "ann", 1);
    let others = [
        Event { name: "view2".to_owned(), ..one.clone() },
        Event { distinct_id: "bob".to_owned(), ..one.clone() },
        Event { time: one.time + 1, ..one.clone() },
        Event { insert_id: "other".to_owned(), ..one.clone() },
    ];
    append_events(&store, std::slice::from_ref(&one));
    store.flush(PROJECT).unwrap();
    assert_eq!(append_events(&store, &others).events, 4);
    store.flush(PROJECT).unwrap();
    let same = Event { received_at: 5, user_id: Some("ann".to_owned()), ..one.clone() };
    assert_eq!(append_events(&store, &[same]).duplicates, 1, "other fields make no difference");
    let twins = [event("twin", "ann", 2), event("twin", "ann", 2)];
    assert_eq!(append_events(&store, &twins).duplicates, 1, "twins inside one request");
    assert_eq!(rows(&store).len(), 6);
}

#[test]
fn a_lost_reply_sent_again_five_times_over_restarts_counts_once() {
    let dir = TempDir::new().unwrap();
    let events = some_events(30, 8);
    for round in 0..5 {
        let store = open(dir.path());
        append_events(&store, &events);
        if round % 2 == 0 {
            store.flush(PROJECT).unwrap();
        }
        store.compact(PROJECT).unwrap();
        assert_eq!(rows(&store).len(), 30);
    }
}

#[test]
fn duplicates_are_found_by_the_ids_as_sent_even_when_only_user_or_device_were() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let mut by_user = event("view", "", 1);
    by_user.user_id = Some("ann".to_owned());
    let mut by_device = event("view", "", 2);
    by_device.device_id = Some("d".to_owned());
    let nobody = event("view", "", 3);
    let all = [by_user, by_device, nobody];
    append_events(&store, &all);
    store.flush(PROJECT).unwrap();
    // The keys are made again from the rows.
    for keys in segment_files(dir.path()).into_iter().filter(|path| path.extension().is_some_and(|one| one == "keys")) {
        std::fs::remove_file(keys).unwrap();
    }
    assert_eq!(append_events(&store, &all).duplicates, 3);
}

#[test]
fn an_event_whose_time_follows_from_its_arrival_counts_once_however_late_it_is_sent_again() {
    let arrived = |minute: i64, insert_id: &str| Event { insert_id: insert_id.to_owned(), ..event("view", "ann", minute) };
    let mut places = 0;
    for (settle, later) in [(false, 1), (false, 1_439), (true, 1), (true, 1_439)] {
        let dir = TempDir::new().unwrap();
        let mut store = open(dir.path());
        append_events(&store, &[arrived(0, "arrival:a")]);
        if settle {
            store.flush(PROJECT).unwrap();
            append_events(&store, &[event("other", "bob", 700)]);
            store.flush(PROJECT).unwrap();
            store.compact(PROJECT).unwrap();
        }
        drop(store);
        store = open(dir.path());
        assert_eq!(append_events(&store, &[arrived(later, "arrival:a")]).duplicates, 1, "{later} minutes later, sealed: {settle}");
        assert_eq!(append_events(&store, &[arrived(later, "arrival:b")]).events, 1, "another id is another event");
        // After two days it cannot be a resend any more.
        assert_eq!(append_events(&store, &[arrived(3 * 1_440, "arrival:a")]).events, 1);
        places += 1;
    }
    assert_eq!(places, 4);
}
