//! One request after the other to `POST /v1/events`, again and again until it is answered.

use super::Target;
use crate::{
    contract::Server,
    http,
    table::{Encoded, Portion},
};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    borrow::Cow,
    thread,
    time::{Duration, Instant},
};
use ureq::{Agent, config::AutoHeaderValue};

/// A server that is told to wait for, or that is being restarted, is waited for so long.
const PATIENCE: Duration = Duration::from_secs(600);
/// One that was never there is given up sooner.
const PATIENCE_AT_FIRST: Duration = Duration::from_secs(3);
const ONE_REQUEST: Duration = Duration::from_secs(120);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const ZSTD_LEVEL: i32 = 1;
/// With the longest ids, below what a server takes as one body of JSON.
const IDENTITIES_AT_ONCE: usize = 1_000;
/// Stays below what a server takes as one body.
const MOST_BYTES: usize = 8 << 20;

/// Where requests go.
#[derive(Debug)]
pub(super) struct Door {
    agent: Agent,
    url: String,
    authorization: String,
    /// Over a real network it is worth the work.
    compress: bool,
    has_answered: std::sync::atomic::AtomicBool,
    /// Where lines go that say who is who; absent without an API key.
    server: Option<Server>,
}

#[derive(Serialize)]
struct Identities<'a> {
    identities: Vec<&'a Value>,
}

/// What became of a portion.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) first: u64,
    pub(super) records: u64,
    pub(super) accepted: u64,
    pub(super) duplicates: u64,
    /// Links of devices that the events will make again, for want of an API key.
    pub(super) links_left: u64,
    pub(super) refused: Vec<RefusedRecord>,
}

#[derive(Debug)]
pub(super) struct RefusedRecord {
    /// In the file, from 0.
    pub(super) number: u64,
    pub(super) code: String,
    pub(super) message: String,
}

#[derive(Deserialize)]
struct Receipt {
    accepted: u64,
    duplicates: u64,
    failed: Vec<Failed>,
}

#[derive(Deserialize)]
struct Failed {
    index: usize,
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct Problem {
    error: ProblemText,
}

#[derive(Deserialize)]
struct ProblemText {
    message: String,
}

/// What one attempt gave.
enum Attempt {
    Answered(Receipt),
    /// Come back after so long.
    Wait(Duration, String),
}

impl Door {
    pub(super) fn new(target: &Target) -> Result<Self> {
        let base = target.url.trim_end_matches('/');
        let host = match base.split_once("://") {
            Some(("http" | "https", rest)) => rest.split(['/', ':']).next().unwrap_or_default(),
            _ => bail!("--url: give an address such as http://127.0.0.1:7070"),
        };
        let config = http::settings(base)
            .timeout_global(Some(ONE_REQUEST))
            // The headers of a browser describe the person; an import is nobody's browser.
            .user_agent(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .build();
        Ok(Self {
            agent: Agent::new_with_config(config),
            // Nor does its address say where the person is.
            url: format!("{base}/v1/events?ip=0"),
            authorization: format!("Bearer {}", target.key),
            compress: !(host == "localhost" || host.starts_with("127.")),
            has_answered: std::sync::atomic::AtomicBool::new(false),
            server: target.api_key.as_ref().map(|key| Server::new(base, key)),
        })
    }

    pub(super) fn send(&self, portion: &Portion, encoded: Encoded) -> Result<Sent> {
        let refused = encoded.refused.into_iter().map(|one| RefusedRecord { number: one.number, code: one.code.to_owned(), message: one.message });
        let mut sent = Sent { first: portion.first, records: portion.records, refused: refused.collect(), ..Sent::default() };
        self.send_identities(&encoded.identities, &mut sent)?;
        let mut from = 0;
        let mut start = 0;
        // A portion whose records grew is sent in pieces.
        for (index, end) in line_ends(&encoded.json) {
            let is_last = end == encoded.json.len();
            if !is_last && end - start < MOST_BYTES {
                continue;
            }
            self.send_lines(&encoded.json[start..end], &encoded.numbers[from..=index], &mut sent)?;
            (from, start) = (index + 1, end);
        }
        Ok(sent)
    }

    fn send_identities(&self, identities: &[(u64, Value)], sent: &mut Sent) -> Result<()> {
        if identities.is_empty() {
            return Ok(());
        }
        let Some(server) = &self.server else {
            let message = "what was merged and split by hand is taken with an API key that has the scope write: --api-key sk_…";
            let (links, by_hand): (Vec<_>, Vec<_>) = identities.iter().partition(|(_, line)| line["identity"] == "link");
            sent.links_left += links.len() as u64;
            sent.refused.extend(by_hand.iter().map(|(number, _)| RefusedRecord {
                number: *number,
                code: "needs_api_key".to_owned(),
                message: message.to_owned(),
            }));
            return Ok(());
        };
        let project = server.project(None)?;
        for some in identities.chunks(IDENTITIES_AT_ONCE) {
            let body = Identities { identities: some.iter().map(|(_, line)| line).collect() };
            server.post(&format!("/api/projects/{}/identities", project.id), &body).context("who is who was not taken")?;
        }
        sent.accepted += identities.len() as u64;
        Ok(())
    }

    fn send_lines(&self, json: &[u8], numbers: &[u64], sent: &mut Sent) -> Result<()> {
        let body: Cow<'_, [u8]> = if self.compress { zstd::bulk::compress(json, ZSTD_LEVEL)?.into() } else { json.into() };
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        let receipt = loop {
            let (wait, why) = match self.attempt(&body)? {
                Attempt::Answered(receipt) => break receipt,
                Attempt::Wait(wait, why) => (wait, why),
            };
            let patience = if self.has_answered.load(std::sync::atomic::Ordering::Relaxed) { PATIENCE } else { PATIENCE_AT_FIRST };
            if began.elapsed() > patience {
                bail!("the server does not take events: {why}");
            }
            thread::sleep(wait.max(pause));
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        sent.accepted += receipt.accepted;
        sent.duplicates += receipt.duplicates;
        sent.refused.extend(receipt.failed.into_iter().map(|failed| RefusedRecord {
            number: numbers.get(failed.index).copied().unwrap_or_default(),
            code: failed.code,
            message: failed.message,
        }));
        Ok(())
    }

    fn attempt(&self, body: &[u8]) -> Result<Attempt> {
        let mut request = self.agent.post(&self.url).header("authorization", &self.authorization).content_type("application/x-ndjson");
        if self.compress {
            request = request.header("content-encoding", "zstd");
        }
        let mut response = match request.send(body) {
            Ok(response) => response,
            Err(ureq::Error::BadUri(uri)) => bail!("--url: {uri} is no address"),
            Err(error) => return Ok(Attempt::Wait(Duration::ZERO, error.to_string())),
        };
        self.has_answered.store(true, std::sync::atomic::Ordering::Relaxed);
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok()).map_or(Duration::ZERO, Duration::from_secs);
        let text = match response.body_mut().read_to_vec() {
            Ok(text) => text,
            // The reply was lost on the way: what it said is told again, since the records count once.
            Err(error) => return Ok(Attempt::Wait(retry_after, error.to_string())),
        };
        let problem = || serde_json::from_slice::<Problem>(&text).map_or_else(|_| String::from_utf8_lossy(&text).into_owned(), |problem| problem.error.message);
        match status {
            200..=299 => Ok(Attempt::Answered(serde_json::from_slice(&text).context("this is no server of Sillage: its reply cannot be read")?)),
            // None of the records was usable, and each is named.
            400 | 413 if serde_json::from_slice::<Receipt>(&text).is_ok() => Ok(Attempt::Answered(serde_json::from_slice(&text)?)),
            429 | 502..=504 => Ok(Attempt::Wait(retry_after, problem())),
            _ => bail!("the server answered {status}: {}", problem()),
        }
    }
}

/// The position of each line and where it ends.
fn line_ends(json: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    json.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).enumerate()
}
