//! Properties that hold for any bytes.

use crate::support::{Stumbles, events, read, read_with, request};
use proptest::prelude::*;
use sillage_wire::{Protocol, Received, mixpanel_reply};

const PROTOCOLS: [Protocol; 5] = [Protocol::NativeEvents, Protocol::Track, Protocol::Import, Protocol::Engage, Protocol::Groups];

fn bytes_like_json() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(":".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\\ud83c".to_owned()),
        Just("null".to_owned()),
        Just("1e999".to_owned()),
        Just("-1".to_owned()),
        Just("\"event\"".to_owned()),
        Just("\"properties\"".to_owned()),
        Just("\"token\"".to_owned()),
        Just("\"time\"".to_owned()),
        Just("\"$set\"".to_owned()),
        Just("\"person\"".to_owned()),
        Just("\"events\"".to_owned()),
        Just("data=".to_owned()),
        Just("\"$distinct_ids\"".to_owned()),
        Just("\"$merge\"".to_owned()),
        Just("\u{feff}".to_owned()),
        "[a-z\"é🎉]{1,5}",
    ];
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat().into_bytes())
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), bytes_like_json()]
}

/// A good record with a name and values of any text.
fn good_record() -> impl Strategy<Value = String> {
    ("[^\\p{Cc}]{1,40}", any::<String>(), prop::num::f64::NORMAL).prop_filter_map("a name", |(name, text, number)| {
        let name = format!("e{name}");
        Some(serde_json::json!({"event": name, "distinct_id": "u1", "time": 1_699_999_999, "properties": {"text": text, "number": number}}).to_string())
    })
}

/// Text without line breaks whose brackets and quotes do not run into what follows: a record that is broken in itself.
fn broken_record() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.+-]{1,12}",
        Just("{\"event\":}".to_owned()),
        Just("{\"event\" \"x\"}".to_owned()),
        Just("{\"a\":[1}".to_owned()),
        Just("\"x\"".to_owned()),
        Just("{}".to_owned())
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_or_refused(
        body in any_body(),
        protocol in prop::sample::select(&PROTOCOLS),
        encoding in prop::option::of(prop::sample::select(&["gzip", "zstd", "deflate", "br", "gzip,gzip"][..])),
        query in "(verbose=1|callback=[a-z(]{1,4}|ip=1|data=[A-Za-z0-9+/%=]{0,20}|&){0,4}",
        user_agent in prop::option::of(any::<String>()),
    ) {
        let received = Received {
            content_encoding: encoding,
            query: &query,
            user_agent: user_agent.as_deref(),
            client_ip: Some("203.0.113.9".parse().unwrap()),
            ..request(protocol, &body)
        };
        let outcome = read_with(&received, Some(&Stumbles));
        match &outcome {
            Ok(decoded) => {
                let kept: usize = decoded.batches.iter().map(|(_, batch)| batch.refused.len()).sum();
                prop_assert_eq!(kept, decoded.failed.len());
                prop_assert!(decoded.failed.iter().all(|record| record.code != "internal"));
                prop_assert!(decoded.failed.windows(2).all(|pair| pair[0].index < pair[1].index));
            }
            Err(error) => prop_assert!((400..500).contains(&error.status())),
        }
        let reply = mixpanel_reply(&received, outcome.as_ref());
        prop_assert!(reply.status < 500);
    }

    #[test]
    fn good_records_survive_among_broken_ones(records in prop::collection::vec(prop_oneof![good_record().prop_map(Ok), broken_record().prop_map(Err)], 1..20), as_lines in any::<bool>()) {
        let good: Vec<&String> = records.iter().filter_map(|record| record.as_ref().ok()).collect();
        let texts: Vec<&str> = records.iter().map(|record| record.as_ref().unwrap_or_else(|broken| broken).as_str()).collect();
        let body = if as_lines { texts.join("\n") } else { format!("[{}]", texts.join(",")) };
        let received = Received { content_type: as_lines.then_some("application/x-ndjson"), ..request(Protocol::NativeEvents, body.as_bytes()) };
        let decoded = read(&received).unwrap();
        prop_assert_eq!(events(&decoded).len(), good.len());
        prop_assert_eq!(decoded.failed.len(), records.len() - good.len());
        for (event, sent) in events(&decoded).iter().zip(good) {
            let sent: serde_json::Value = serde_json::from_str(sent).unwrap();
            prop_assert_eq!(&event.name, sent["event"].as_str().unwrap());
            prop_assert_eq!(&event.properties["number"], &sent["properties"]["number"]);
        }
    }

    #[test]
    fn a_body_cut_anywhere_keeps_what_is_whole(records in prop::collection::vec(good_record(), 1..8), part in 0.0..1.0) {
        let body = format!("[{}]", records.join(","));
        let at = ((body.len() as f64) * part) as usize;
        let whole = records.iter().scan(1, |end, record| { *end += record.len() + 1; Some(*end - 1) }).filter(|end| *end <= at).count();
        if let Ok(decoded) = read(&request(Protocol::NativeEvents, &body.as_bytes()[..at])) {
            prop_assert_eq!(events(&decoded).len(), whole);
            prop_assert_eq!(decoded.failed.len(), 1);
        } else {
            prop_assert_eq!(at, 0);
        }
    }
}
