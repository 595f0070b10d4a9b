use sillage_event::{Event, ProfileChange, Refused};
use sillage_wire::{Decoded, Geo, Limits, MaxMind, NativeReply, Protocol, Received, Settings, WireError, receive};
use std::net::IpAddr;

/// 2023-11-14T22:13:20Z.
pub(crate) const NOW: i64 = 1_700_000_000_000;
pub(crate) const CHROME_ON_LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36";

pub(crate) fn request(path_kind: Protocol, body: &[u8]) -> Received<'_> {
    Received {
        path_kind,
        content_type: None,
        content_encoding: None,
        query: "",
        body,
        host: None,
        user_agent: None,
        accept_language: None,
        client_ip: None,
        received_at: NOW,
        authorization: None,
        key_header: Some("wk_test"),
        request_id: "",
        idempotency_key: None,
    }
}

pub(crate) fn read(received: &Received<'_>) -> Result<Decoded, WireError> {
    read_with(received, None)
}

pub(crate) fn read_with(received: &Received<'_>, geo: Option<&dyn Geo>) -> Result<Decoded, WireError> {
    let group_types = |_: &_, _: Option<&_>| vec!["company".to_owned()];
    receive(received, &Settings { limits: Limits::default(), geo, group_types: &group_types, plan: &|_, _| None, visitor_secret: b"a secret of the tests" })
}

pub(crate) fn native(body: impl AsRef<[u8]>) -> Decoded {
    read(&request(Protocol::NativeEvents, body.as_ref())).unwrap()
}

pub(crate) fn mixpanel(path_kind: Protocol, body: impl AsRef<[u8]>) -> Decoded {
    read(&Received { key_header: (path_kind == Protocol::Import).then_some("tok"), ..request(path_kind, body.as_ref()) }).unwrap()
}

pub(crate) fn status(decoded: &Decoded) -> u16 {
    NativeReply::new(decoded, 0).status()
}

pub(crate) fn events(decoded: &Decoded) -> Vec<&Event> {
    decoded.batches.iter().flat_map(|(_, batch)| &batch.events).collect()
}

pub(crate) fn only_event(decoded: &Decoded) -> &Event {
    match events(decoded).as_slice() {
        [event] => event,
        others => panic!("{} events, failed: {:?}", others.len(), decoded.failed),
    }
}

pub(crate) fn profiles(decoded: &Decoded) -> Vec<&ProfileChange> {
    decoded.batches.iter().flat_map(|(_, batch)| &batch.profiles).collect()
}

pub(crate) fn refused(decoded: &Decoded) -> Vec<&Refused> {
    decoded.batches.iter().flat_map(|(_, batch)| &batch.refused).collect()
}

/// The codes of the refused records, with their indices.
pub(crate) fn codes(decoded: &Decoded) -> Vec<(u32, &'static str)> {
    decoded.failed.iter().map(|record| (record.index, record.code)).collect()
}

/// A database in MaxMind's format that knows one network, 203.0.113.0/24, which is in Lyon.
pub(crate) fn lyon() -> MaxMind<Vec<u8>> {
    MaxMind::new(mmdb("203.0.113.0".parse().unwrap(), 24)).unwrap()
}

/// Writes such a database: a binary tree of 24-bit records over IPv4, and one record behind it.
fn mmdb(network: std::net::Ipv4Addr, prefix_len: u32) -> Vec<u8> {
    let bits = u32::from(network);
    let data_of_place = prefix_len + 16;
    let mut file = Vec::new();
    for depth in 0..prefix_len {
        let onward = if depth + 1 == prefix_len { data_of_place } else { depth + 1 };
        let is_one = bits >> (31 - depth) & 1 == 1;
        let pair = if is_one { [prefix_len, onward] } else { [onward, prefix_len] };
        for record in pair {
            file.extend_from_slice(&record.to_be_bytes()[1..]);
        }
    }
    file.extend_from_slice(&[0; 16]);
    let names = |name: &str| map(&[("names", map(&[("en", text(name))]))]);
    let region = names("Auvergne-Rhône-Alpes");
    let country = map(&[("iso_code", text("FR")), ("names", map(&[("en", text("France"))]))]);
    // A list of one: extended type 11, so the size is in the control byte and the type in the next.
    let subdivisions = [&[0x01, 0x04], region.as_slice()].concat();
    let location = map(&[("time_zone", text("Europe/Paris"))]);
    file.extend(map(&[("city", names("Lyon")), ("subdivisions", subdivisions), ("country", country), ("location", location)]));
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    let number = |value: u32| [&[0xc4], value.to_be_bytes().as_slice()].concat();
    let short = |value: u16| [&[0xa2], value.to_be_bytes().as_slice()].concat();
    file.extend(map(&[
        ("node_count", number(prefix_len)),
        ("record_size", short(24)),
        ("ip_version", short(4)),
        ("database_type", text("Test-City")),
        ("languages", vec![0x00, 0x04]),
        ("binary_format_major_version", short(2)),
        ("binary_format_minor_version", short(0)),
        ("build_epoch", vec![0x04, 0x02, 1, 0, 0, 0]),
        ("description", map(&[("en", text("a test"))])),
    ]));
    file
}

fn text(value: &str) -> Vec<u8> {
    assert!(value.len() < 29);
    [&[0x40 | value.len() as u8], value.as_bytes()].concat()
}

fn map(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0xe0 | fields.len() as u8];
    for (name, value) in fields {
        bytes.extend(text(name));
        bytes.extend(value);
    }
    bytes
}

/// A place for every address, and a panic for one, as a defect of ours would be.
#[derive(Debug)]
pub(crate) struct Stumbles;

impl Geo for Stumbles {
    fn locate(&self, ip: IpAddr) -> Option<sillage_wire::Place> {
        assert_ne!(ip.to_string(), "192.0.2.66", "the poisonous address");
        None
    }
}
