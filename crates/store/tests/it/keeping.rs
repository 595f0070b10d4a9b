//! Storing, sealing, merging and expiring change where events are, never which events there are.

use crate::world::*;
use sillage_event::{Append, Batch, DAY_MS, Identity, LinkChange, ProfileChange, ProfileOp, ProjectId, Subject};
use sillage_store::{Store, StoreError, StoreOptions};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tempfile::TempDir;

#[test]
fn sealing_merging_and_restarting_show_the_same_events() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let mut all = Vec::new();
    for round in 0..6 {
        let events = some_events(300, round);
        append_events(&store, &events);
        all.extend(events);
        let before = rows(&store);
        assert_eq!(before.len(), all.len());
        store.flush(PROJECT).unwrap();
        assert_eq!(rows(&store), before, "after sealing");
    }
    let before = rows(&store);
    assert_eq!(store.snapshot(PROJECT).unwrap().segments.len(), 6);
    store.compact(PROJECT).unwrap();
    let snapshot = store.snapshot(PROJECT).unwrap();
    assert!(snapshot.segments.len() < 3, "{} segments are left", snapshot.segments.len());
    assert!(snapshot.segments.iter().any(|segment| segment.bucket_bits() > 2), "a large segment has several buckets");
    assert_eq!(rows(&store), before, "after merging");
    drop(snapshot);
    append_events(&store, &some_events(100, 99));
    let before = rows(&store);
    drop(store);
    let store = open(dir.path());
    assert_eq!(rows(&store), before, "after a stop without warning");
    store.close().unwrap();
    let store = open(dir.path());
    assert_eq!(rows(&store), before, "after closing");
    assert_eq!(store.health().recovery.records, 0, "closing leaves nothing to read back");
    let names = store.names(PROJECT);
    assert_eq!(names.iter().map(|name| name.count).sum::<u64>(), before.len() as u64);
    assert!(names.iter().all(|name| name.first_seen <= name.last_seen));
}

#[test]
fn months_with_many_events_get_segments_of_their_own() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), StoreOptions { month_rows: 150, compact_rows: 1_000, ..options() }).unwrap();
    let mut all = Vec::new();
    for round in 0..20 {
        // `some_events` spreads over 139 days, and some are on one day.
        let events = some_events(60, round);
        append_events(&store, &events);
        all.extend(events);
        store.flush(PROJECT).unwrap();
    }
    let before = rows(&store);
    store.compact(PROJECT).unwrap();
    assert_eq!(rows(&store), before);
    let snapshot = store.snapshot(PROJECT).unwrap();
    let month_ms = 31 * DAY_MS;
    let narrow = snapshot.segments.iter().filter(|segment| segment.time_range().is_some_and(|(first, last)| last - first < month_ms)).count();
    assert!(narrow >= 4 && snapshot.segments.len() < 14, "{narrow} of {} segments are of one month", snapshot.segments.len());
    assert_eq!(append_events(&store, &all).events, 0, "duplicates are found in every part");
    store.compact(PROJECT).unwrap();
    assert_eq!(rows(&store), before, "and merging ends");
}

#[test]
fn a_snapshot_stays_readable_while_its_segments_are_merged_away() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    for round in 0..5 {
        append_events(&store, &some_events(100, round));
        store.flush(PROJECT).unwrap();
    }
    let old = store.snapshot(PROJECT).unwrap();
    store.compact(PROJECT).unwrap();
    let n_files = segment_files(dir.path()).len();
    assert_eq!(rows_of(&old), rows(&store));
    drop(old);
    assert!(segment_files(dir.path()).len() < n_files, "the old files go with their last reader");
}

#[test]
fn reading_some_rows_gives_those_rows() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), StoreOptions { bucket_rows: 1_000_000, ..options() }).unwrap();
    append_events(&store, &some_events(500, 3));
    let in_memory = store.snapshot(PROJECT).unwrap();
    store.flush(PROJECT).unwrap();
    let on_disk = store.snapshot(PROJECT).unwrap();
    let segment = &on_disk.segments[0];
    let columns = ["plan", "amount"].map(|name| segment.properties().iter().find(|one| one.name == name).unwrap().column_name());
    let names = [sillage_store::column::INSERT_ID, &columns[1], sillage_store::column::TIME, &columns[0]];
    let all = segment.read(0, std::slice::from_ref(&(0..500)), &names).unwrap();
    let some = segment.read(0, &[3..10, 100..101, 490..500], &names).unwrap();
    assert_eq!(some.num_rows(), 18);
    let picked = arrow_select::concat::concat_batches(&all.schema(), &[all.slice(3, 7), all.slice(100, 1), all.slice(490, 10)]).unwrap();
    for (column, name) in names.iter().enumerate() {
        assert_eq!(some.schema().field(column).name(), name);
        for row in 0..18 {
            let show = |batch: &arrow_array::RecordBatch| arrow_cast::display::array_value_to_string(batch.column(column), row).unwrap();
            assert_eq!(show(&some), show(&picked));
        }
    }
    assert!(matches!(some.column(3).data_type(), arrow_schema::DataType::Dictionary(..)), "text stays a dictionary");
    assert_eq!(segment.read(0, &[], &names).unwrap().num_rows(), 0);
    assert!(matches!(segment.read(0, &[], &["nonsense"]), Err(StoreError::Invalid(_))));
    assert!(in_memory.version < on_disk.version);
}

#[test]
fn many_writers_at_once_lose_and_double_nothing() {
    let dir = TempDir::new().unwrap();
    let options = StoreOptions { flush_rows: 700, background: true, ..options() };
    let store = Store::open(dir.path(), options.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let mut tasks = Vec::new();
    for writer in 0..8 {
        let store = store.clone();
        tasks.push(runtime.spawn(async move {
            for round in 0..20 {
                let events = some_events(40, writer * 1_000 + round);
                let project = ProjectId(1 + (writer % 2) as u32);
                let appended = store.append(project, Batch { events: events.clone(), ..Batch::default() }).await.unwrap();
                assert_eq!((appended.events, appended.duplicates), (40, 0));
                let resent = store.append(project, Batch { events, ..Batch::default() }).await.unwrap();
                assert_eq!((resent.events, resent.duplicates), (0, 40));
                assert!(store.snapshot(project).unwrap().segments.iter().map(|segment| segment.rows()).sum::<u64>() >= 40);
            }
        }));
    }
    tasks.into_iter().for_each(|task| runtime.block_on(task).unwrap());
    let check = |store: &Store| {
        for project in [ProjectId(1), ProjectId(2)] {
            let snapshot = store.snapshot(project).unwrap();
            assert_eq!(rows_of(&snapshot).len(), 4 * 20 * 40);
            assert_eq!(snapshot.duplicates_dropped, 4 * 20 * 40);
        }
    };
    check(&store);
    drop(store);
    check(&Store::open(dir.path(), options).unwrap());
}

#[test]
fn old_events_expire_and_a_clock_that_jumps_is_not_believed() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let day = 24 * 60;
    for block in [0..10, 40..50, 80..90] {
        let events: Vec<_> = block.map(|n| event("view", "ann", n * day)).collect();
        append_events(&store, &events);
        store.flush(PROJECT).unwrap();
    }
    let now = event("view", "ann", 90 * day).time;
    store.set_retention_days(PROJECT, Some(45)).unwrap();
    store.expire(PROJECT, now).unwrap();
    let left = rows(&store);
    assert_eq!(left.len(), 15, "the first block is gone, the second half gone, the third whole");
    store.expire(PROJECT, now + 1_000 * DAY_MS).unwrap();
    assert_eq!(rows(&store).len(), 15, "events are measured by the events, not by a clock that jumped");
    drop(store);
    let store = open(dir.path());
    assert_eq!(rows(&store), left);
    assert_eq!(store.retention_days(PROJECT), Some(45));
}

#[test]
fn a_deleted_project_stays_deleted_and_can_begin_again() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &some_events(100, 1));
    store.flush(PROJECT).unwrap();
    append_events(&store, &some_events(50, 2));
    store.delete_project(PROJECT).unwrap();
    assert_eq!(rows(&store).len(), 0);
    drop(store);
    let store = open(dir.path());
    assert_eq!(rows(&store).len(), 0, "the journal does not bring it back");
    assert!(segment_files(dir.path()).is_empty());
    assert_eq!(append_events(&store, &some_events(100, 1)).events, 100);
    assert_eq!(rows(&store).len(), 100);
}

#[test]
fn a_copy_made_while_running_opens_elsewhere_with_the_same_events() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &some_events(200, 1));
    store.flush(PROJECT).unwrap();
    append_events(&store, &some_events(200, 2));
    let target = TempDir::new().unwrap();
    let mark = store.checkpoint(target.path()).unwrap();
    assert_eq!((mark.sequence, mark.events), (2, 400));
    let before = rows(&store);
    append_events(&store, &some_events(10, 3));
    assert!(matches!(store.checkpoint(target.path()), Err(StoreError::Refused(_))));
    assert_eq!(sillage_store::verify(target.path()).unwrap().events, 400);
    let copy = open(target.path());
    assert_eq!(rows(&copy), before);
    assert_eq!(append_events(&copy, &some_events(200, 2)).duplicates, 200);
}

#[test]
fn profile_changes_wait_in_the_journal_until_they_are_applied() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let change = |n: i64| {
        let subject = Subject::Group { r#type: "company".to_owned(), key: "acme".to_owned() };
        ProfileChange { subject, at: n, op: ProfileOp::Unset(vec![n.to_string()]) }
    };
    for n in 0..6 {
        let appended = append(&store, Batch { profiles: vec![change(n)], events: some_events(300, n as u64), ..Batch::default() }).unwrap();
        assert_eq!(appended.profiles, 1);
    }
    store.flush(PROJECT).unwrap();
    let entries = store.profile_feed(0, 100);
    assert_eq!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    store.profiles_applied(2);
    drop(store);
    let store = open(dir.path());
    let entries = store.profile_feed(2, 100);
    assert_eq!(entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [3, 4, 5, 6]);
    assert_eq!(*entries[3].changes, vec![change(5)]);
    assert_eq!(rows(&store).len(), 1800, "and its events are not stored again");
    store.profiles_applied(6);
    let before = store.health().journal_bytes;
    store.flush(PROJECT).unwrap();
    assert!(store.health().journal_bytes < before);
    assert!(store.profile_feed(0, 100).is_empty());
}

#[test]
fn the_live_tail_shows_the_latest_and_goes_on_from_a_cursor() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &some_events(5, 1));
    let live = store.live(PROJECT, None, 3);
    assert_eq!(live.events.len(), 3);
    assert_eq!(live.events_per_minute, 5);
    assert!(live.events[0].cursor > live.events[1].cursor);
    append_events(&store, &[event("late", "ann", 1)]);
    let news = store.live(PROJECT, Some(live.cursor), 100);
    assert_eq!(news.events.iter().map(|one| one.event.name.as_str()).collect::<Vec<_>>(), ["late"]);
}

#[test]
fn an_unknown_project_is_empty_and_a_snapshot_is_shared_until_something_changes() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    assert!(store.snapshot(ProjectId(9)).unwrap().segments.is_empty());
    append_events(&store, &some_events(5, 1));
    let first = store.snapshot(PROJECT).unwrap();
    assert!(Arc::ptr_eq(&first, &store.snapshot(PROJECT).unwrap()));
    append_events(&store, &some_events(5, 2));
    assert!(store.snapshot(PROJECT).unwrap().version > first.version);
}

#[test]
fn property_names_without_end_stay_readable_and_segments_stay_narrow() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    for round in 0..4 {
        let events: Vec<_> = (0..300)
            .map(|n| {
                let mut one = event("view", "ann", round * 1_000 + n);
                one.properties.insert("plan".to_owned(), "pro".into());
                one.properties.insert(format!("name {round} {n}"), if n % 2 == 0 { n.into() } else { "text".into() });
                one
            })
            .collect();
        append_events(&store, &events);
        store.flush(PROJECT).unwrap();
    }
    store.compact(PROJECT).unwrap();
    let snapshot = store.snapshot(PROJECT).unwrap();
    assert_eq!(snapshot.segments.len(), 1);
    let segment = &snapshot.segments[0];
    assert_eq!(segment.properties().len(), 500);
    assert!(segment.properties().iter().any(|property| property.name == "plan"), "what all have keeps its column");
    let columns: Vec<String> = segment.properties().iter().map(|property| property.column_name()).collect();
    let mut values = 0;
    for bucket in 0..1 << segment.bucket_bits() {
        let range = 0..segment.bucket_rows(bucket);
        let mut names = vec![sillage_store::column::OVERFLOW];
        names.extend(columns.iter().map(String::as_str));
        let batch = segment.read(bucket, &[range], &names).unwrap();
        for row in 0..batch.num_rows() {
            values += (1..names.len()).filter(|at| arrow_array::Array::is_valid(batch.column(*at), row)).count();
            let overflow: &arrow_array::StringArray = arrow_array::cast::AsArray::as_string(batch.column(0));
            if arrow_array::Array::is_valid(overflow, row) {
                values += serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(overflow.value(row)).unwrap().len();
            }
        }
    }
    assert_eq!(values, 1_200 * 2, "no value is lost");
}

#[test]
fn segments_are_rewritten_under_load_and_every_snapshot_on_the_way_is_whole() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let base = some_events(400, 0);
    append_events(&store, &base);
    store.flush(PROJECT).unwrap();
    store.compact(PROJECT).unwrap();
    let is_over = AtomicBool::new(false);
    let written = AtomicUsize::new(base.len());
    thread::scope(|scope| {
        let maintenance = scope.spawn(|| {
            for device in 0..6 {
                store.flush(PROJECT).unwrap();
                // Links are written into the rows by merging, so a split has to write the rows anew.
                store.compact(PROJECT).unwrap();
                let split = LinkChange::Split { id: Identity::Device(device.to_string()), at: 1, by: "me".to_owned() };
                append(&store, Batch { links: vec![split], ..Batch::default() }).unwrap();
            }
            is_over.store(true, Ordering::SeqCst);
        });
        scope.spawn(|| {
            let mut seed = 1;
            while !is_over.load(Ordering::SeqCst) {
                let appended = append_events(&store, &some_events(60, seed));
                written.fetch_add(appended.events as usize, Ordering::SeqCst);
                seed += 1;
                thread::sleep(Duration::from_millis(2));
            }
        });
        scope.spawn(|| {
            let mut seen_before = 0;
            while !is_over.load(Ordering::SeqCst) {
                let promised = written.load(Ordering::SeqCst);
                let snapshot = store.snapshot(PROJECT).unwrap();
                let found = rows_of(&snapshot).len();
                assert!(found >= promised && found >= seen_before, "{found} events seen, {promised} promised, {seen_before} seen before");
                seen_before = found;
            }
        });
        maintenance.join().unwrap();
    });
    let expected = rows(&store);
    assert_eq!(expected.len(), written.load(Ordering::SeqCst));
    drop(store);
    assert_eq!(rows(&open(dir.path())), expected);
}
