use super::batches;
use flate2::read::GzDecoder;
use std::collections::HashSet;
use std::io::Read;

#[test]
fn batches_hold_distinct_events_of_about_four_hundred_bytes() {
    let mut ids = HashSet::new();
    for body in batches(4, 500).unwrap() {
        let mut text = String::new();
        GzDecoder::new(body.as_slice()).read_to_string(&mut text).unwrap();
        let events: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(events.len(), 500);
        let bytes = text.len() / 500;
        assert!((360..440).contains(&bytes), "{bytes} bytes an event");
        assert!(events.iter().all(|event| event["properties"].as_object().unwrap().len() == 12));
        ids.extend(events.iter().map(|event| event["insert_id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(ids.len(), 2000);
}
