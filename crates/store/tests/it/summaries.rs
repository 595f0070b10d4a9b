//! What page summaries are read by, beside their lists: made when a segment is written, again when it is merged, and saying what the lists say.

use crate::world::*;
use arrow_array::{Array, cast::AsArray};
use serde_json::{Value, json};
use sillage_event::{
    Event,
    page_summary::{PAGE_SUMMARY, SummaryPart, read_selectors},
};
use sillage_store::{Store, column};
use tempfile::TempDir;

fn summaries(n: i64, first: i64) -> Vec<Event> {
    (first..first + n)
        .map(|i| {
            let mut one = event(if i % 5 == 4 { "view" } else { PAGE_SUMMARY }, "", i);
            if i % 3 > 0 {
                one.distinct_id = format!("user {}", i % 7);
            }
            one.properties.insert("$doc_height".to_owned(), json!(1000 + i));
            one.properties.insert("elements".to_owned(), json!([{"sel": format!("button:nth-of-type({})", i % 11), "y_mid": i, "h": 40, "clicks": 2}]));
            one
        })
        .collect()
}

/// Of every summary: the page's height, and its one element's selector and middle.
fn told(store: &Store) -> Vec<(u32, String, u32)> {
    let snapshot = store.snapshot(PROJECT).unwrap();
    let mut told = Vec::new();
    for segment in &snapshot.segments {
        assert!(segment.has_summaries());
        for bucket in 0..1usize << segment.bucket_bits() {
            let rows = segment.bucket_rows(bucket);
            let batch = segment.read(bucket, std::slice::from_ref(&(0..rows)), &[column::EVENT, column::SUMMARY]).unwrap();
            let (events, cells) = (batch.column(0).as_dictionary::<arrow_array::types::Int32Type>(), batch.column(1).as_binary::<i32>());
            let names = events.values().as_string::<i32>();
            let mut selectors: Option<Vec<String>> = None;
            for row in 0..batch.num_rows() {
                let is_summary = names.value(events.keys().value(row) as usize) == PAGE_SUMMARY;
                assert_eq!(cells.is_valid(row), is_summary);
                if !is_summary {
                    continue;
                }
                let (len, rest) = cells.value(row).split_first_chunk::<4>().unwrap();
                let (list, bytes) = rest.split_at(u32::from_le_bytes(*len) as usize);
                // The first one names the selectors of all.
                let selectors = selectors.get_or_insert_with(|| read_selectors(list).unwrap());
                let mut part = SummaryPart::default();
                assert!(part.read(bytes));
                let element = part.elements[0];
                told.push((part.doc_height, selectors[element.selector as usize].clone(), element.y_mid));
            }
        }
    }
    told.sort();
    told
}

#[test]
fn summaries_say_what_their_lists_say_after_sealing_and_merging() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let mut events = Vec::new();
    for round in 0..4 {
        let more = summaries(90, round * 90);
        append_events(&store, &more);
        events.extend(more);
        store.flush(PROJECT).unwrap();
    }
    let mut expected: Vec<(u32, String, u32)> = events
        .iter()
        .filter(|event| event.name == PAGE_SUMMARY)
        .map(|event| {
            let number = |value: &Value| value.as_u64().unwrap() as u32;
            let element = &event.properties["elements"][0];
            (number(&event.properties["$doc_height"]), element["sel"].as_str().unwrap().to_owned(), number(&element["y_mid"]))
        })
        .collect();
    expected.sort();
    assert_eq!(told(&store), expected);
    store.compact(PROJECT).unwrap();
    assert_eq!(told(&store), expected);
    drop(store);
    assert_eq!(told(&open(dir.path())), expected);
}
