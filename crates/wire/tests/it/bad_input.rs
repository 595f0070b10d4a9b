//! Checks 32 to 35: whatever is in a batch, the good records are kept, each bad one is named, and nothing grows beyond its limit.

use crate::support::{Stumbles, codes, events, mixpanel, native, only_event, read, read_with, refused, request, status};
use flate2::{
    Compression,
    read::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use sillage_wire::{Limits, Protocol, Received, decompress, mixpanel_reply};
use std::{io::Read, time::Instant};

const GOOD: &str = r#"{"event":"Page","distinct_id":"u1","time":1699999999}"#;

/// Records that are wrong in themselves, and their code.
fn bad_records() -> Vec<(Vec<u8>, &'static str)> {
    let of = |text: &str| text.as_bytes().to_vec();
    let deep = format!(r#"{{"event":"A","properties":{{"a":{}1{}}}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let deep_objects = format!(r#"{{"event":"A","properties":{}1{}}}"#, r#"{"a":"#.repeat(80), "}".repeat(80));
    let wide = format!(r#"{{"event":"A","properties":{{{}"z":1}}}}"#, (0..60_000).map(|i| format!("\"k{i}\":1,")).collect::<String>());
    let long_list = format!(r#"{{"event":"A","properties":{{"a":[{}0]}}}}"#, "0,".repeat(300_000));
    let many_properties = format!(r#"{{"event":"A","properties":{{{}"z":1}}}}"#, (0..2_000).map(|i| format!("\"k{i}\":1,")).collect::<String>());
    let huge_number = format!(r#"{{"event":"A","properties":{{"n":{}}}}}"#, "9".repeat(900_000));
    let too_large = format!(r#"{{"event":"A","properties":{{"s":"{}"}}}}"#, "x".repeat(1 << 20));
    vec![
        (of(r#"{"event":"A""x"}"#), "malformed_json"),
        (of(r#"{"event":"A","properties":{"n":NaN}}"#), "malformed_json"),
        (of(r#"{"event":"A","properties":{"n":1e999}}"#), "number_out_of_range"),
        (huge_number.into_bytes(), "number_out_of_range"),
        (of(r#"{"event":"A","properties":{"s":"\ud83d"}}"#), "lone_surrogate"),
        (of(r#"{"event":"A","properties":{"s":"\udc00 x"}}"#), "lone_surrogate"),
        (b"{\"event\":\"A\",\"properties\":{\"s\":\"\xff\xfe\"}}".to_vec(), "invalid_utf8"),
        (b"{\"event\":\"A\0\"}".to_vec(), "malformed_json"),
        (of(r#"{"event":"A","distinct_id":"a\u0000b"}"#), "bad_id"),
        (of("42"), "not_an_object"),
        (of("null"), "not_an_object"),
        (of(r#""text""#), "not_an_object"),
        (of("[1]"), "not_an_object"),
        (of("{}"), "missing_event"),
        (deep.into_bytes(), "too_deep"),
        (deep_objects.into_bytes(), "too_deep"),
        (wide.into_bytes(), "too_many_values"),
        (long_list.into_bytes(), "too_many_values"),
        (many_properties.into_bytes(), "too_many_properties"),
        (too_large.into_bytes(), "record_too_large"),
    ]
}

#[test]
fn good_records_of_a_batch_of_500_are_kept_and_bad_ones_named() {
    let bad = bad_records();
    let mut records: Vec<Vec<u8>> = vec![GOOD.as_bytes().to_vec(); 500];
    let mut expected = Vec::new();
    for (n, (record, code)) in bad.iter().enumerate() {
        records[n * 20 + 3] = record.clone();
        expected.push((u32::try_from(n * 20 + 3).unwrap(), *code));
    }
    let array = [b"[".as_slice(), &records.join(b",".as_slice()), b"]".as_slice()].concat();
    for body in [array, records.join(b"\n".as_slice())] {
        let decoded = native(&body);
        assert_eq!(codes(&decoded), expected);
        assert_eq!((events(&decoded).len(), refused(&decoded).len()), (500 - bad.len(), bad.len()));
        assert!(refused(&decoded).iter().all(|record| record.raw.len() <= 3 * (128 << 10) && !record.message.is_empty()));
        assert_eq!(status(&decoded), 207);
    }
}

#[test]
fn a_first_line_that_is_broken_does_not_cost_the_others() {
    for first in ["garbage", "\u{1}\u{2}", "{\"event\":", "]", "data=1"] {
        let decoded = native(format!("{first}\n{GOOD}\n{GOOD}"));
        assert_eq!((events(&decoded).len(), decoded.failed.len()), (2, 1), "{first:?}");
    }
}

#[test]
fn a_broken_array_keeps_the_records_before_the_break() {
    for (body, kept, failures) in [
        (format!("[{GOOD},{GOOD}"), 2, vec![(2, "cut_short")]),
        (format!("[{GOOD},{GOOD},"), 2, vec![(2, "cut_short")]),
        (format!("[{GOOD},{{\"event\":\"A\",\"prop"), 1, vec![(1, "cut_short")]),
        (format!("[{GOOD},{{\"event\":[1}},{GOOD}]"), 2, vec![(1, "malformed_json")]),
        (format!("[{GOOD},{{\"event\":{{\"a\":1}},{GOOD},{GOOD}]"), 3, vec![(1, "malformed_json")]),
        (format!("[{GOOD},{{\"event\":\"A\",{GOOD}]"), 2, vec![(1, "malformed_json")]),
        (format!("[{GOOD},{GOOD}}},{GOOD}]"), 3, vec![(2, "malformed_json")]),
        (format!("[{GOOD},{{\"event\":\"A\"]"), 1, vec![(1, "malformed_json")]),
        (format!("[{GOOD} {GOOD}]"), 2, vec![]),
        (format!("[{GOOD}]{GOOD}"), 1, vec![(1, "after_end")]),
        (format!("[,{GOOD}]"), 1, vec![(0, "malformed_json")]),
        ("[".to_owned(), 0, vec![(0, "cut_short")]),
        ("{\n\"event\":\n\"A\"".to_owned(), 0, vec![(0, "cut_short")]),
    ] {
        let decoded = native(&body);
        assert_eq!((events(&decoded).len(), codes(&decoded)), (kept, failures), "{body}");
    }
}

#[test]
fn bodies_that_hold_nothing_are_refused_whole() {
    for (body, code, status) in [
        ("", "empty_body", 400),
        ("  \n", "empty_body", 400),
        ("hello", "not_records", 400),
        ("42", "not_records", 400),
        ("data=", "empty_body", 400),
        ("data=%21%21", "bad_base64", 400),
    ] {
        let error = read(&request(Protocol::NativeEvents, body.as_bytes())).unwrap_err();
        assert_eq!((error.code(), error.status()), (code, status), "{body}");
    }
    let xml = Received { content_type: Some("multipart/form-data; boundary=x"), ..request(Protocol::NativeEvents, GOOD.as_bytes()) };
    assert_eq!(read(&xml).unwrap_err().status(), 415);
}

#[test]
fn a_body_is_decompressed_once_and_only_as_its_header_says() {
    let mut zlib = Vec::new();
    ZlibEncoder::new(GOOD.as_bytes(), Compression::default()).read_to_end(&mut zlib).unwrap();
    let mut raw_deflate = Vec::new();
    DeflateEncoder::new(GOOD.as_bytes(), Compression::default()).read_to_end(&mut raw_deflate).unwrap();
    let zstd = zstd::encode_all(GOOD.as_bytes(), 3).unwrap();
    let gzip_once = gzip(GOOD.as_bytes());
    let twice = gzip(&gzip_once);
    type Case<'a> = (Option<&'a str>, &'a [u8], Result<&'a str, &'a str>);
    let cases: [Case<'_>; 14] = [
        (None, GOOD.as_bytes(), Ok("")),
        (Some("identity"), GOOD.as_bytes(), Ok("")),
        (Some("gzip"), &gzip_once, Ok("")),
        (Some("x-gzip"), &gzip_once, Ok("")),
        (None, &gzip_once, Ok("")),
        (Some("deflate"), &zlib, Ok("")),
        (Some("deflate"), &raw_deflate, Ok("")),
        (Some("ZSTD"), &zstd, Ok("")),
        (Some("gzip"), GOOD.as_bytes(), Err("bad_compression")),
        (Some("gzip"), &gzip_once[..20], Err("bad_compression")),
        (Some("zstd"), &gzip_once, Err("bad_compression")),
        (Some("br"), &gzip_once, Err("unsupported_encoding")),
        (Some("gzip, gzip"), &twice, Err("stacked_encodings")),
        (Some("gzip"), &twice, Err("not_records")),
    ];
    for (content_encoding, body, expected) in cases {
        let read = read(&Received { content_encoding, ..request(Protocol::NativeEvents, body) });
        assert_eq!(read.map(|decoded| if decoded.accepted == 1 { "" } else { "nothing" }).map_err(|error| error.code()), expected, "{content_encoding:?}");
    }
}

#[test]
fn bombs_stop_at_the_limit() {
    let started = Instant::now();
    let zeros = vec![b' '; 8 << 20];
    let gzip_bomb = gzip(&zeros.repeat(16));
    let zstd_bomb = zstd::encode_all(zeros.repeat(16).as_slice(), 19).unwrap();
    let limit = Limits::default().decompressed_bytes;
    let made = started.elapsed();
    let started = Instant::now();
    for (encoding, body) in [("gzip", &gzip_bomb), ("zstd", &zstd_bomb)] {
        assert!(body.len() < 1 << 20);
        let error = decompress(Some(encoding), body, limit).unwrap_err();
        assert_eq!((error.code(), error.status()), ("decompressed_too_large", 413));
    }
    assert!(started.elapsed() < made.max(std::time::Duration::from_secs(1)));
    // What packs well and stays below the limit is read whole, also where its room is moved on the way.
    for megabytes in [1, 4, 5, 11, 20] {
        let plain = vec![b' '; megabytes << 20];
        assert!(decompress(Some("gzip"), &gzip(&plain), limit).unwrap() == plain, "{megabytes} MiB");
        assert!(decompress(Some("zstd"), &zstd::encode_all(plain.as_slice(), 1).unwrap(), limit).unwrap() == plain, "{megabytes} MiB");
    }
    // A frame that asks for a window of 2 GiB is refused before anything is allocated for it.
    let huge_window: [u8; 9] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    assert_eq!(decompress(Some("zstd"), &huge_window, limit).unwrap_err().code(), "bad_compression");
}

#[test]
fn what_is_too_big_is_413_with_the_limit() {
    let limits = Limits::default();
    let large = vec![b' '; limits.compressed_bytes + 1];
    let error = read(&request(Protocol::NativeEvents, &large)).unwrap_err();
    assert_eq!((error.status(), error.to_string().contains("10485760")), (413, true));
    let million = format!("[{}0]", "0,".repeat(1_000_000));
    let started = Instant::now();
    let error = read(&request(Protocol::NativeEvents, million.as_bytes())).unwrap_err();
    assert_eq!((error.code(), error.status()), ("too_many_records", 413));
    assert!(started.elapsed().as_millis() < 100);
    let many = format!("[{}]", vec![GOOD; 2001].join(","));
    assert_eq!(read(&request(Protocol::Track, many.as_bytes())).unwrap_err().code(), "too_many_records");
    assert_eq!(events(&native(&many)).len(), 2001);
    let too_large = format!(r#"{{"event":"A","properties":{{"token":"t","s":"{}"}}}}"#, "x".repeat(1 << 20));
    assert_eq!(status(&native(&too_large)), 413);
    let received = request(Protocol::Track, too_large.as_bytes());
    assert_eq!(mixpanel_reply(&received, read(&received).as_ref()).status, 413);
}

#[test]
fn long_texts_are_cut_and_the_event_says_so() {
    let body = format!(r#"{{"event":"A","properties":{{"long":"{}","in":{{"list":["{}"]}},"short":"x"}}}}"#, "é".repeat(5000), "y".repeat(9000));
    let decoded = native(&body);
    let event = only_event(&decoded);
    assert_eq!(event.properties["long"].as_str().unwrap().len(), 8192);
    assert_eq!(event.properties["in"]["list"][0].as_str().unwrap().len(), 8192);
    assert_eq!(event.properties["$truncated"], serde_json::json!(["in", "long"]));
}

#[test]
fn records_for_very_many_projects_are_refused() {
    let records: Vec<String> = (0..100).map(|n| format!(r#"{{"event":"A","properties":{{"token":"t{}"}}}}"#, n / 2)).collect();
    let decoded = mixpanel(Protocol::Track, format!("[{}]", records.join(",")));
    assert_eq!((decoded.batches.len(), events(&decoded).len(), decoded.failed.len()), (20, 40, 60));
    assert_eq!(decoded.failed[0].code, "too_many_projects");
}

#[test]
fn the_last_of_two_values_with_one_name_counts() {
    let decoded = native(r#"{"event":"A","event":"B","properties":{"x":1,"x":2},"distinct_id":"u1","distinct_id":"u2"}"#);
    let event = only_event(&decoded);
    assert_eq!((event.name.as_str(), event.distinct_id.as_str(), &event.properties["x"]), ("B", "u2", &serde_json::json!(2)));
}

#[test]
fn halved_emoji_of_browsers_are_mended() {
    let body = r#"[{"event":"A","properties":{"token":"t","a":"x\ud83c","b":"\udf89\ud83c\udf89 \\ud83c","c":"\ud83c\n"}}]"#;
    let decoded = mixpanel(Protocol::Track, body);
    let event = only_event(&decoded);
    assert_eq!(event.properties["a"], "x\u{fffd}");
    assert_eq!(event.properties["b"], "\u{fffd}\u{1f389} \\ud83c");
    assert_eq!(event.properties["c"], "\u{fffd}\n");
}

#[test]
fn a_record_that_makes_us_stumble_is_kept_aside_and_the_others_go_on() {
    let body = r#"[{"event":"A","properties":{"ip":"192.0.2.1"}},{"event":"B","properties":{"ip":"192.0.2.66"}},{"event":"C"}]"#;
    let decoded = read_with(&request(Protocol::NativeEvents, body.as_bytes()), Some(&Stumbles)).unwrap();
    assert_eq!(codes(&decoded), [(1, "internal")]);
    assert_eq!(events(&decoded).len(), 2);
    let kept = refused(&decoded);
    assert_eq!((kept[0].stage.as_str(), kept[0].raw.as_str()), ("enrich", r#"{"event":"B","properties":{"ip":""}}"#));
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzEncoder::new(plain, Compression::default()).read_to_end(&mut bytes).unwrap();
    bytes
}
