use crate::support::NOW;
use serde_json::json;
use sillage_event::Batch;
use sillage_wire::{ImportForm, Limits};

#[test]
fn a_file_is_read_line_by_line_and_its_times_are_believed() {
    let lines = [
        r#"{"event":"A","distinct_id":"u1","time":"2099-01-01T00:00:00Z"}"#,
        r#"{"event":"A","distinct_id":"u1","time":"1950-01-01"}"#,
        "",
        "broken",
        r#"{"person":"u1","set":{"plan":"pro"}}"#,
        r#"{"group_type":"company","group_key":"acme","set":{}}"#,
        r#"{"event":"A","distinct_id":"null"}"#,
        r#"{"event":"B"}"#,
    ];
    let mut reader = ImportForm::new("events.ndjson", NOW, Limits::default());
    let mut batch = Batch::default();
    let refused: Vec<_> = lines.iter().filter_map(|line| reader.line(line.as_bytes(), &mut batch).err()).collect();
    assert_eq!((batch.events.len(), batch.profiles.len(), batch.refused.len()), (3, 2, 2));
    assert_eq!((refused[0].index, refused[0].code, refused[1].index, refused[1].code), (2, "malformed_json", 5, "placeholder_id"));
    assert_eq!((batch.events[0].time, batch.events[0].properties.len(), batch.events[2].time), (4_070_908_800_000, 0, NOW));
    assert_eq!(batch.events[2].identity(), None);
}

#[test]
fn a_row_of_a_table_is_read_as_a_line_is() {
    let mut reader = ImportForm::new("table.csv", NOW, Limits::default());
    let mut batch = Batch::default();
    let row = json!({"event": "A", "distinct_id": "u1", "time": 1_699_999_999, "properties": {"n": 1}});
    reader.record(row.as_object().unwrap().clone(), b"A,u1,1699999999,1", &mut batch).unwrap();
    let refused = reader.record(json!({"event": "", "distinct_id": "u1"}).as_object().unwrap().clone(), b",u1,,", &mut batch).unwrap_err();
    assert_eq!((refused.index, batch.refused[0].raw.as_str(), batch.events.len()), (1, ",u1,,", 1));
}

#[test]
fn a_file_read_again_gives_the_same_ids_and_twins_stay_two() {
    let read = || {
        let mut reader = ImportForm::new("f", NOW, Limits::default());
        let mut batch = Batch::default();
        for _ in 0..3 {
            reader.line(br#"{"event":"A","distinct_id":"u1","time":1699999999}"#, &mut batch).unwrap();
        }
        batch.events.into_iter().map(|event| event.insert_id).collect::<Vec<String>>()
    };
    let first = read();
    assert_eq!(first, read());
    assert_eq!(first.iter().collect::<std::collections::HashSet<_>>().len(), 3);
}
