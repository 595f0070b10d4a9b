//! How often somebody may try to come in, or answer: a bucket per account and one per address, each of which leaks slowly.

use crate::error::ApiError;
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Wrong passwords in a row before an account waits, and how long one takes to be forgotten.
const ACCOUNT: Leak = Leak { holds: 10.0, forgets_after_ms: 60_000.0 };
/// An office behind one address has many people.
const ADDRESS: Leak = Leak { holds: 60.0, forgets_after_ms: 10_000.0 };
/// Answers to surveys on their own pages; people at one address answer a few questions each.
const ANSWERS: Leak = Leak { holds: 300.0, forgets_after_ms: 200.0 };
/// Looks at what was shared: a board has up to sixty tiles, and an office behind one address opens a few at once.
const LOOKS: Leak = Leak { holds: 1_200.0, forgets_after_ms: 100.0 };
/// What is remembered at most; beyond it the emptiest buckets are forgotten.
const MAX_BUCKETS: usize = 50_000;

#[derive(Debug, Default)]
pub(crate) struct Throttle {
    accounts: Mutex<HashMap<String, Bucket>>,
    addresses: Mutex<HashMap<IpAddr, Bucket>>,
    answers: Mutex<HashMap<IpAddr, Bucket>>,
    looks: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy)]
struct Leak {
    holds: f64,
    forgets_after_ms: f64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: f64,
    at_ms: i64,
}

impl Throttle {
    /// Counts a try before it is made, so that many at once count as many.
    pub(crate) fn try_address(&self, address: IpAddr, now_ms: i64) -> Result<(), ApiError> {
        fill(&self.addresses, address, ADDRESS, now_ms)
    }

    /// As [`Throttle::try_address`], for an account, whether it exists or not.
    pub(crate) fn try_account(&self, email: &str, now_ms: i64) -> Result<(), ApiError> {
        fill(&self.accounts, account_key(email), ACCOUNT, now_ms)
    }

    /// Counts an answer to a survey, from whoever wants to give one.
    pub(crate) fn try_answer(&self, address: IpAddr, now_ms: i64) -> Result<(), ApiError> {
        fill(&self.answers, address, ANSWERS, now_ms)
    }

    /// Counts a look at something that was shared by a link.
    pub(crate) fn try_look(&self, address: IpAddr, now_ms: i64) -> Result<(), ApiError> {
        fill(&self.looks, address, LOOKS, now_ms)
    }

    /// Who came in has not been guessing: the account begins anew, and the address gets its try back.
    pub(crate) fn forgive(&self, address: IpAddr, email: &str) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).remove(&account_key(email));
        if let Some(bucket) = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&address) {
            bucket.level = (bucket.level - 1.0).max(0.0);
        }
    }
}

fn account_key(email: &str) -> String {
    email.trim().to_lowercase().chars().take(254).collect()
}

fn fill<K: Eq + Hash + Clone>(buckets: &Mutex<HashMap<K, Bucket>>, key: K, leak: Leak, now_ms: i64) -> Result<(), ApiError> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    if buckets.len() >= MAX_BUCKETS {
        forget_the_emptiest(&mut buckets, leak, now_ms);
    }
    let bucket = buckets.entry(key).or_insert(Bucket { level: 0.0, at_ms: now_ms });
    bucket.level = level_now(*bucket, leak, now_ms);
    bucket.at_ms = now_ms;
    if bucket.level + 1.0 > leak.holds {
        let wait_s = ((bucket.level + 1.0 - leak.holds) * leak.forgets_after_ms / 1000.0).ceil().max(1.0);
        return Err(ApiError::too_many(wait_s as u32, format!("too many tries, wait {wait_s} s")));
    }
    bucket.level += 1.0;
    Ok(())
}

fn level_now(bucket: Bucket, leak: Leak, now_ms: i64) -> f64 {
    let elapsed_ms = (now_ms - bucket.at_ms).max(0) as f64;
    (bucket.level - elapsed_ms / leak.forgets_after_ms).max(0.0)
}

/// Who tries often keeps a full bucket, so a flood of new names does not wash it out.
fn forget_the_emptiest<K: Eq + Hash + Clone>(buckets: &mut HashMap<K, Bucket>, leak: Leak, now_ms: i64) {
    let mut levels: Vec<f64> = buckets.values().map(|bucket| level_now(*bucket, leak, now_ms)).collect();
    levels.sort_unstable_by(f64::total_cmp);
    let median = levels.get(levels.len() / 2).copied().unwrap_or(0.0);
    buckets.retain(|_, bucket| level_now(*bucket, leak, now_ms) > median);
}

#[cfg(test)]
mod tests;
