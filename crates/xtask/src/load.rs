//! A load generator for ingestion over HTTP.
//!
//! All bodies are made and compressed before the clock starts, since generator and server share the machine. In bulk mode every connection sends its
//! next batch as soon as the last one is answered. At a rate, in bulk or singly, requests start at fixed moments, and a reply is timed from the moment
//! at which its request was due, so that a server that stalls cannot hide it.

pub(crate) mod body;

use crate::docs_check::println_plain;
use anyhow::{Context, bail};
use clap::Args;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(crate) struct Load {
    /// Where the server listens, `http://127.0.0.1:7070`.
    #[arg(long)]
    url: String,
    /// The write key of the project.
    #[arg(long)]
    key: String,
    /// How many events to send in bulk mode.
    #[arg(long, default_value_t = 4_000_000)]
    events: usize,
    /// Events in one request.
    #[arg(long, default_value_t = 500)]
    batch: usize,
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Bulk mode at a steady pace: so many events a second, instead of as many as are taken.
    #[arg(long, conflicts_with = "single_rate")]
    events_per_second: Option<u32>,
    /// Single mode: one small event a request, so many requests a second.
    #[arg(long)]
    single_rate: Option<u32>,
    /// How long single mode lasts.
    #[arg(long, default_value_t = 30)]
    seconds: u32,
    /// The server's process, to read its memory from.
    #[arg(long)]
    pid: Option<u32>,
    /// Where to write the result as JSON.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
}

/// What the connections found out together.
#[derive(Debug, Default)]
struct Tally {
    accepted: AtomicU64,
    sent_again: AtomicU64,
    latencies_us: Mutex<Vec<u32>>,
    failures: Mutex<Vec<String>>,
}

pub(crate) fn run(load: &Load) -> anyhow::Result<()> {
    let tally = Tally::default();
    let stop = AtomicBool::new(false);
    let (seconds, peak_kb) = thread::scope(|scope| -> anyhow::Result<(f64, u64)> {
        let memory = scope.spawn(|| watch_memory(load.pid, &stop));
        let result = match load.single_rate {
            None => send_bulk(load, &tally),
            Some(rate) => send_singles(load, rate, &tally),
        };
        stop.store(true, Ordering::Relaxed);
        let peak_kb = memory.join().unwrap_or(0);
        Ok((result?, peak_kb))
    })?;
    report(load, &tally, seconds, peak_kb)
}

/// Sends every prepared batch once, as fast as they are taken or each at its due moment; returns the seconds it took.
fn send_bulk(load: &Load, tally: &Tally) -> anyhow::Result<f64> {
    let n_batches = load.events.div_ceil(load.batch);
    let prepared = Instant::now();
    let bodies = body::batches(n_batches, load.batch)?;
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    println_plain(&format!(
        "prepared {} events in {n_batches} batches, {:.0} MB compressed, in {:.0} s",
        n_batches * load.batch,
        bytes as f64 / 1e6,
        prepared.elapsed().as_secs_f64()
    ));
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..load.connections {
            scope.spawn(|| {
                let agent = agent();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(body) = bodies.get(index) else { break };
                    let due = load
                        .events_per_second
                        .map_or_else(Instant::now, |rate| started + Duration::from_secs_f64((index * load.batch) as f64 / f64::from(rate)));
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    send(load, &agent, body, load.batch as u64, due, tally);
                }
            });
        }
    });
    Ok(started.elapsed().as_secs_f64())
}

/// Sends one small event at each due moment.
fn send_singles(load: &Load, rate: u32, tally: &Tally) -> anyhow::Result<f64> {
    let n_requests = (rate * load.seconds) as usize;
    let bodies = body::batches(n_requests, 1)?;
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..load.connections.max(16) {
            scope.spawn(|| {
                let agent = agent();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(body) = bodies.get(index) else { break };
                    let due = started + Duration::from_secs_f64(index as f64 / f64::from(rate));
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    send(load, &agent, body, 1, due, tally);
                }
            });
        }
    });
    Ok(started.elapsed().as_secs_f64())
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60))).build().into()
}

/// Sends one body until it is taken, waiting as long as the server asks for; any other answer is a failure of the run.
fn send(load: &Load, agent: &ureq::Agent, body: &[u8], n_events: u64, due: Instant, tally: &Tally) {
    let url = format!("{}/v1/events", load.url.trim_end_matches('/'));
    for _ in 0..100 {
        let reply = agent
            .post(&url)
            .header("authorization", format!("Bearer {}", load.key))
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .send(body);
        let mut reply = match reply {
            Ok(reply) => reply,
            Err(error) => return fail(tally, format!("no reply: {error}")),
        };
        let status = reply.status().as_u16();
        let text = reply.body_mut().read_to_string().unwrap_or_default();
        match status {
            200 => {
                tally.accepted.fetch_add(n_events, Ordering::Relaxed);
                let micros = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                if let Ok(mut all) = tally.latencies_us.lock() {
                    all.push(micros);
                }
                return;
            }
            429 | 503 => {
                tally.sent_again.fetch_add(1, Ordering::Relaxed);
                let wait = reply.headers().get("retry-after").and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok()).unwrap_or(1);
                thread::sleep(Duration::from_secs(wait));
            }
            _ => return fail(tally, format!("status {status}: {}", text.chars().take(200).collect::<String>())),
        }
    }
    fail(tally, "given up after a hundred refusals".to_owned());
}

fn fail(tally: &Tally, reason: String) {
    if let Ok(mut all) = tally.failures.lock() {
        all.push(reason);
    }
}

/// The largest resident memory seen, in kilobytes; 0 where the process cannot be read.
fn watch_memory(pid: Option<u32>, stop: &AtomicBool) -> u64 {
    let Some(pid) = pid else { return 0 };
    let mut peak_kb = 0;
    while !stop.load(Ordering::Relaxed) {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(|rest| rest.split_whitespace().next());
        peak_kb = peak_kb.max(resident.and_then(|kb| kb.parse().ok()).unwrap_or(0));
        thread::sleep(Duration::from_millis(200));
    }
    peak_kb
}

fn report(load: &Load, tally: &Tally, seconds: f64, peak_kb: u64) -> anyhow::Result<()> {
    let mut latencies = tally.latencies_us.lock().map(|all| all.clone()).unwrap_or_default();
    latencies.sort_unstable();
    let at = |share: f64| latencies.get(((latencies.len() as f64 - 1.0) * share) as usize).map_or(0.0, |us| f64::from(*us) / 1000.0);
    let accepted = tally.accepted.load(Ordering::Relaxed);
    let failures = tally.failures.lock().map(|all| all.clone()).unwrap_or_default();
    let result = serde_json::json!({
        "events": accepted, "seconds": seconds, "events_per_second": accepted as f64 / seconds, "batch": if load.single_rate.is_some() { 1 } else { load.batch },
        "p50_ms": at(0.50), "p99_ms": at(0.99), "max_ms": at(1.0), "sent_again": tally.sent_again.load(Ordering::Relaxed),
        "failures": failures.len(), "peak_rss_mb": peak_kb as f64 / 1024.0,
    });
    println_plain(&format!(
        "{accepted} events in {seconds:.1} s: {:.0} events/s, reply p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms, {} sent again, {} failed, server memory at most {:.0} MB",
        accepted as f64 / seconds,
        at(0.50),
        at(0.99),
        at(1.0),
        tally.sent_again.load(Ordering::Relaxed),
        failures.len(),
        peak_kb as f64 / 1024.0
    ));
    if let Some(path) = &load.json {
        std::fs::write(path, serde_json::to_vec_pretty(&result)?).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(first) = failures.first() {
        bail!("{} requests failed, the first: {first}", failures.len());
    }
    Ok(())
}
