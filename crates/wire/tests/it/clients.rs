//! Requests as the official clients send them, frozen in `contract/wire/*.http` with what becomes of them beside, in `.json`.
//! `UPDATE=1` writes the latter anew. Three headers belong to the fixture, not to the client: `X-Fixture-Received-At`, `X-Fixture-Client-Ip` and
//! `X-Fixture-Compress` (the body is compressed so before it is read).

use crate::support::{NOW, lyon, read_with};
use flate2::{Compression, read::GzEncoder};
use serde_json::{Value, json};
use sillage_wire::{Decoded, NativeReply, Protocol, Received, Reply, WireError, mixpanel_reply};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

#[test]
fn every_frozen_request_is_read_as_before() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    let paths = fixtures();
    assert!(paths.len() >= 25, "only {} fixtures", paths.len());
    for path in &paths {
        let seen = format!("{:#}\n", outcome_of(&fs::read(path).unwrap()));
        let frozen = path.with_extension("json");
        if update {
            fs::write(&frozen, &seen).unwrap();
        } else if fs::read_to_string(&frozen).unwrap_or_default() != seen {
            wrong.push(format!("{}: now\n{seen}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} fixtures differ (UPDATE=1 rewrites them):\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_frozen_request_sent_again_gives_the_same_events() {
    for path in fixtures() {
        let file = fs::read(&path).unwrap();
        let now = |later: i64| parse(&file, later, |received| read_with(received, None).map(keys));
        assert_eq!(now(0), now(20_000), "{}", path.display());
    }
}

/// What makes an event the same event, for those that carry a time.
fn keys(decoded: Decoded) -> Vec<u64> {
    let events = decoded.batches.into_iter().flat_map(|(_, batch)| batch.events);
    events.filter(|event| event.time != event.received_at).map(|event| event.duplicate_key()).collect()
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/wire");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "http"));
    paths.sort();
    paths
}

fn outcome_of(file: &[u8]) -> Value {
    parse(file, 0, |received| {
        let geo = lyon();
        let outcome = read_with(received, Some(&geo));
        let reply = match (received.path_kind, &outcome) {
            (Protocol::NativeEvents, Ok(decoded)) => shown_native(decoded),
            (Protocol::NativeEvents, Err(error)) => json!({"status": error.status(), "body": error.native_body()}),
            (_, outcome) => shown(&mixpanel_reply(received, outcome.as_ref())),
        };
        json!({"reply": reply, "decoded": outcome.as_ref().ok().map(decoded_json), "error": outcome.as_ref().err().map(WireError::code)})
    })
}

fn shown(reply: &Reply) -> Value {
    json!({"status": reply.status, "content_type": reply.content_type, "body": String::from_utf8_lossy(&reply.body)})
}

fn shown_native(decoded: &Decoded) -> Value {
    let reply = NativeReply::new(decoded, 0);
    json!({"status": reply.status(), "body": reply})
}

fn decoded_json(decoded: &Decoded) -> Value {
    let batches: Vec<Value> = decoded.batches.iter().map(|(token, batch)| json!({"token": format!("{token:?}"), "batch": batch})).collect();
    json!({"accepted": decoded.accepted, "ignored": decoded.ignored, "failed": decoded.failed, "batches": batches})
}

/// Reads a file of the fixtures and hands the request on, received `later` milliseconds later.
fn parse<T>(file: &[u8], later: i64, then: impl FnOnce(&Received<'_>) -> T) -> T {
    let end_of_head = file.windows(2).position(|pair| pair == b"\n\n").expect("a head and a body");
    let head = std::str::from_utf8(&file[..end_of_head]).unwrap();
    let body = &file[end_of_head + 2..];
    let (request_line, headers) = head.split_once('\n').unwrap();
    let header = |name: &str| headers.lines().find_map(|line| line.split_once(": ").filter(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value));
    let target = request_line.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let compressed = match header("X-Fixture-Compress") {
        Some("gzip") => {
            let mut bytes = Vec::new();
            GzEncoder::new(body, Compression::default()).read_to_end(&mut bytes).unwrap();
            bytes
        }
        Some("zstd") => zstd::encode_all(body, 3).unwrap(),
        _ => body.to_vec(),
    };
    then(&Received {
        path_kind: Protocol::of_path(path).unwrap(),
        content_type: header("Content-Type"),
        content_encoding: header("Content-Encoding"),
        query,
        body: &compressed,
        host: None,
        user_agent: header("User-Agent"),
        accept_language: header("Accept-Language"),
        client_ip: header("X-Fixture-Client-Ip").map(|ip| ip.parse().unwrap()),
        received_at: header("X-Fixture-Received-At").map_or(NOW, |at| at.parse().unwrap()) + later,
        authorization: header("Authorization"),
        key_header: header("X-Sillage-Key"),
        request_id: "",
        idempotency_key: header("Idempotency-Key"),
    })
}
