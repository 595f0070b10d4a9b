//! Visits that were recorded once, told again at another time: simulated people on the real site of Courriel (`demo/site`), in a real browser, by `demo/drive.mjs`.
//!
//! It sends what the tag sent through the doors that the tag uses, so that events, page summaries, signals of friction and recordings of a visit are one session, as on any site.
//! What must stay true: a visit is moved as a whole, so that everything in it stays as far apart as it was; the same `end_ms` gives the same times, so that a demo
//! that was interrupted tells nothing twice.

use crate::http;
use anyhow::{Context, Result, bail};
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    io::Read,
    thread,
    time::{Duration, Instant},
};
use ureq::{Agent, config::AutoHeaderValue};

/// What `demo/drive.mjs --keep` has made, if it has: lines of JSON, one visit each.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../demo/visits"]
#[allow_missing = true]
struct Kept;

const FILE: &str = "courriel.ndjson.zst";
/// The window that they were compressed with.
const WINDOW_LOG: u32 = 27;
const SECOND_MS: i64 = 1_000;
const HOUR_MS: i64 = 3_600 * SECOND_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A piece of a recording is taken for a week after it was made; this leaves a day for going on after an interruption.
const SPREAD_DAYS: i64 = 5;
pub(super) const RESUMABLE_MS: i64 = DAY_MS;
/// The last one ended so long ago: its session is over.
const REST_MS: i64 = HOUR_MS;
/// Between eight and seven, in the story's time zone.
const FIRST_HOUR: i64 = 7;
const WORKING_MS: i64 = 11 * HOUR_MS;
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);

/// What the tag sent in one visit.
#[derive(Debug, Deserialize)]
struct Visit {
    began: i64,
    ms: i64,
    agent: String,
    language: String,
    events: Vec<Value>,
    pieces: Vec<Value>,
}

/// How much was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) visits: usize,
    pub(super) recordings: usize,
    pub(super) events: usize,
}

/// Whether this binary was built with recorded visits.
pub(super) fn is_kept() -> bool {
    Kept::get(FILE).is_some()
}

/// Tells all visits to the project of `key`, as if they had taken place in the days before `end_ms`.
pub(super) fn tell(url: &str, key: &str, end_ms: i64) -> Result<Told> {
    let visits = read()?;
    let door = Door::new(url, key);
    let mut told = Told::default();
    let n = visits.len();
    for (index, mut visit) in visits.into_iter().enumerate() {
        visit.move_to(moment(index, n, end_ms, visit.ms));
        told.visits += 1;
        told.recordings += usize::from(!visit.pieces.is_empty());
        told.events += visit.events.len();
        door.send(&visit)?;
    }
    Ok(told)
}

fn read() -> Result<Vec<Visit>> {
    let Some(file) = Kept::get(FILE) else { return Ok(Vec::new()) };
    let mut reader = zstd::Decoder::new(&file.data[..])?;
    reader.window_log_max(WINDOW_LOG)?;
    let mut text = String::new();
    reader.read_to_string(&mut text).context("the recorded visits cannot be unpacked")?;
    text.lines().map(|line| serde_json::from_str(line).context("a recorded visit cannot be read")).collect()
}

/// When the visit of that number begins: as many every day, spread over its working hours in an order that is no order.
fn moment(index: usize, n: usize, end_ms: i64, length_ms: i64) -> i64 {
    let (index, n) = (index as i64, (n as i64).max(1));
    let midnight = end_ms.div_euclid(DAY_MS) * DAY_MS - SPREAD_DAYS * DAY_MS;
    let day = index * (SPREAD_DAYS + 1) / n;
    let within = index * 7_919 * SECOND_MS * 61 % WORKING_MS;
    let at = midnight + day * DAY_MS + FIRST_HOUR * HOUR_MS + within;
    // What would lie in the future belongs to the day before.
    if at + length_ms + REST_MS > end_ms { at - DAY_MS } else { at }
}

impl Visit {
    fn move_to(&mut self, began: i64) {
        let by = began - self.began;
        self.began = began;
        for event in &mut self.events {
            shift(event, "time", by);
        }
        for piece in &mut self.pieces {
            for name in ["t0", "t1"] {
                shift(piece, name, by);
            }
            // Sent long after it was made: a time of sending would be read as a clock that is wrong, and the recording moved to now.
            if let Some(members) = piece.as_object_mut() {
                members.remove("sent_at");
            }
            for event in piece.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten() {
                shift(event, "timestamp", by);
            }
        }
        // In the order in which they were made: what later pieces build on comes first.
        self.pieces.sort_by_key(|piece| (piece["t0"].as_i64(), piece["seq"].as_i64()));
    }
}

fn shift(of: &mut Value, name: &str, by: i64) {
    if let Some(t) = of.get(name).and_then(Value::as_i64) {
        of[name] = json!(t + by);
    }
}

/// The doors that the tag sends to.
struct Door {
    agent: Agent,
    url: String,
    key: String,
}

impl Door {
    fn new(url: &str, key: &str) -> Self {
        let config = http::settings(url).timeout_global(Some(PATIENCE)).user_agent(AutoHeaderValue::None).build();
        Self { agent: Agent::new_with_config(config), url: url.trim_end_matches('/').to_owned(), key: key.to_owned() }
    }

    fn send(&self, visit: &Visit) -> Result<()> {
        let events = json!({"key": self.key, "events": visit.events});
        self.post(visit, &format!("{}/v1/events?ip=0", self.url), &events)?;
        for piece in &visit.pieces {
            let named = |name: &str| piece[name].as_str().unwrap_or_default();
            let (session, document, seq) = (named("session"), named("document"), piece["seq"].as_i64().unwrap_or_default());
            let url = format!("{}/v1/recordings?key={}&session={session}&document={document}&seq={seq}&format=json", self.url, self.key);
            self.post(visit, &url, piece)?;
        }
        Ok(())
    }

    /// Again and again until it is kept; a server that is busy says so.
    fn post(&self, visit: &Visit, url: &str, body: &Value) -> Result<()> {
        let body = serde_json::to_vec(body)?;
        let began = Instant::now();
        loop {
            let request = self.agent.post(url).header("user-agent", &visit.agent).header("accept-language", &visit.language).content_type("text/plain");
            let mut response = request.send(&body[..])?;
            match response.status().as_u16() {
                200..=299 => return Ok(()),
                429 | 502..=504 if began.elapsed() < PATIENCE => thread::sleep(PAUSE),
                status => bail!("a recorded visit was refused with {status}: {}", response.body_mut().read_to_string().unwrap_or_default()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
