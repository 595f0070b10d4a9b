//! Request bodies of the load generator: JSON arrays of events of about 400 bytes with a dozen properties, gzip.

#[cfg(test)]
mod tests;

use anyhow::Context;
use flate2::{Compression, write::GzEncoder};
use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

const NAMES: [&str; 12] =
    ["$pageview", "$click", "search", "view_item", "add_to_cart", "begin_checkout", "purchase", "signup", "login", "share", "upload", "settings"];
const COUNTRIES: [&str; 8] = ["FR", "US", "DE", "GB", "ES", "IT", "BE", "CH"];
const N_PEOPLE: u32 = 80_000;

/// `n_batches` bodies of `n_events` events each; no two events are duplicates, in this run or another.
pub(crate) fn batches(n_batches: usize, n_events: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    batches_at(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?, n_batches, n_events)
}

/// The same bodies each time for one moment.
pub(crate) fn batches_at(now_ms: i64, n_batches: usize, n_events: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let n_threads = std::thread::available_parallelism()?.get();
    let share = n_batches.div_ceil(n_threads);
    let parts: Vec<anyhow::Result<Vec<Vec<u8>>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads)
            .map(|part| scope.spawn(move || (part * share..((part + 1) * share).min(n_batches)).map(|rank| batch(now_ms, rank, n_events)).collect()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a thread that makes bodies stopped")))).collect()
    });
    let mut bodies = Vec::with_capacity(n_batches);
    for part in parts {
        bodies.extend(part?);
    }
    Ok(bodies)
}

fn batch(now_ms: i64, rank: usize, n_events: usize) -> anyhow::Result<Vec<u8>> {
    let mut rng = ChaCha8Rng::seed_from_u64(now_ms as u64 ^ (rank as u64) << 32);
    let mut out = GzEncoder::new(Vec::with_capacity(n_events * 90), Compression::fast());
    for index in 0..n_events {
        let separator = if index == 0 { "[" } else { "," };
        let time = now_ms - 60_000 + (rank % 600) as i64 * 100 + index as i64 / 8;
        let (name, country) = (NAMES[rng.random_range(0..NAMES.len())], COUNTRIES[rng.random_range(0..COUNTRIES.len())]);
        let (person, page, amount, insert_id) = (rng.random_range(0..N_PEOPLE), rng.random_range(0..120), rng.random_range(100..20_000), rng.random::<u64>());
        write!(
            out,
            r#"{separator}{{"event":"{name}","distinct_id":"u{person:08}","time":{time},"insert_id":"{insert_id:016x}","properties":{{"$current_url":"https://shop.example/p/{page}","$browser":"Chrome","$os":"Windows","$device_type":"Desktop","country":"{country}","plan":"{}","utm_source":"google","path":"/p/{page}","amount":{}.{:02},"signed_in":true,"$referrer":"https://www.google.com/","release":"2.16.0"}}}}"#,
            ["free", "pro", "team"][rng.random_range(0..3)],
            amount / 100,
            amount % 100
        )?;
    }
    out.write_all(b"]")?;
    out.finish().context("cannot compress")
}
