//! How fast this machine's disk lets the store take events: `cargo run --release -p sillage-store --example intake -- FOLDER SECONDS [WRITERS [START]]`.
//! Given the same START (milliseconds), a second run sends the same events again, all of them duplicates.
//! Batches of 500 events of about 400 bytes with 12 properties; prints events a second, reply times, memory and what is on disk.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use serde_json::{Value, json};
use sillage_event::{Append, Batch, Event, ProjectId, Properties};
use sillage_store::{Store, StoreOptions};
use std::{
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

fn batch(writer: u64, number: u64, now: i64) -> Batch {
    let mut state = writer.wrapping_mul(0x9e37_79b9).wrapping_add(number.wrapping_mul(0x85eb_ca6b)) | 1;
    let mut next = move |most: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let events = (0..500)
        .map(|at| {
            let person = next(200_000);
            let mut properties = Properties::new();
            for (name, value) in [
                ("$current_url", json!(format!("https://shop.example/item/{}", next(5_000)))),
                ("$browser", json!(["Chrome", "Firefox", "Safari"][next(3) as usize])),
                ("$os", json!(["Windows", "Mac OS X", "iOS", "Android"][next(4) as usize])),
                ("$referrer", json!(format!("https://search.example/?q={}", next(300)))),
                ("country", json!(["FR", "DE", "US", "BR", "JP"][next(5) as usize])),
                ("city", json!(format!("city {}", next(800)))),
                ("plan", json!(["free", "pro", "team"][next(3) as usize])),
                ("amount", json!(next(100_000) as f64 / 100.0)),
                ("quantity", json!(next(10))),
                ("$screen_width", json!(1920)),
                ("is_new", Value::Bool(next(2) == 0)),
                ("utm_source", json!(["mail", "ads", "none"][next(3) as usize])),
            ] {
                properties.insert(name.to_owned(), value);
            }
            Event {
                name: ["view", "search", "add", "buy", "leave", "sign up"][next(6) as usize].to_owned(),
                time: now + at as i64,
                distinct_id: format!("user-{person}"),
                insert_id: format!("{writer:04x}-{number:08x}-{at:04x}-{:016x}", next(u64::MAX)),
                received_at: now,
                properties,
                ..Event::default()
            }
        })
        .collect();
    Batch { events, ..Batch::default() }
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Processor seconds by name of thread.
fn processor_seconds() -> Vec<(String, f64)> {
    let mut by_name: std::collections::BTreeMap<String, f64> = std::collections::BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let Some((head, rest)) = stat.rsplit_once(')') else { continue };
        let name = head.split_once('(').map_or("", |(_, name)| name);
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().filter_map(|text| text.parse::<f64>().ok()).sum();
        *by_name.entry(name.to_owned()).or_default() += ticks / 100.0;
    }
    by_name.into_iter().collect()
}

fn memory_mb(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix(field)?.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = PathBuf::from(arguments.get(1).expect("a folder"));
    let seconds: u64 = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(10);
    let writers: u64 = arguments.get(3).and_then(|text| text.parse().ok()).unwrap_or(8);
    let opened = Instant::now();
    let store = Store::open(&folder, StoreOptions::default()).unwrap();
    println!("opened in {:?} with {} events, {} MB", opened.elapsed(), store.events(ProjectId(1)), memory_mb("VmRSS"));
    let end = Instant::now() + Duration::from_secs(seconds);
    let started = Instant::now();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let run: i64 = arguments.get(4).and_then(|text| text.parse().ok()).unwrap_or(now);
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                let mut busy = 0u64;
                let mut number = 0;
                while Instant::now() < end {
                    let made = batch(writer, number, run + number as i64 * 700);
                    let sent = Instant::now();
                    while store.append(ProjectId(1), made.clone()).await.is_err() {
                        busy += 1;
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    times.push(sent.elapsed());
                    number += 1;
                }
                (times, busy)
            })
        })
        .collect();
    let mut times = Vec::new();
    let mut busy = 0;
    for task in tasks {
        let (own, own_busy) = task.await.unwrap();
        times.extend(own);
        busy += own_busy;
    }
    let elapsed = started.elapsed().as_secs_f64();
    times.sort_unstable();
    println!(
        "{:.0} events/s, reply p50 {:?} p99 {:?}, busy {busy}, memory {} MB (peak {} MB), journal {} MB",
        times.len() as f64 * 500.0 / elapsed,
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        memory_mb("VmRSS"),
        memory_mb("VmHWM"),
        store.health().journal_bytes >> 20,
    );
    let n_events = times.len() as f64 * 500.0;
    for (name, seconds) in processor_seconds() {
        println!("  {name}: {seconds:.1} s, {:.1} µs an event", seconds * 1e6 / n_events);
    }
    let started = Instant::now();
    store.flush(ProjectId(1)).unwrap();
    println!("sealed the rest in {:?}", started.elapsed());
    let started = Instant::now();
    store.compact(ProjectId(1)).unwrap();
    println!("merged in {:?}, {} segments, peak {} MB", started.elapsed(), store.snapshot(ProjectId(1)).unwrap().segments.len(), memory_mb("VmHWM"));
    store.close().unwrap();
}
