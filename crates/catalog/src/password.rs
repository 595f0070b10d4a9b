//! Passwords: Argon2id with 19 MiB, two passes, one lane (OWASP's minimum), and never more than a few at once.

use crate::{CatalogError, secret};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Who comes later is turned away at once: a queue of strangers must not hold up the people who may come in.
const MAX_WAITING: usize = 32;
/// Checked when nobody has the given address, so that the answer takes as long. No password has this hash.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The gate before the costly function.
#[derive(Debug)]
pub(crate) struct Passwords {
    at_once: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Passwords {
    pub(crate) fn new(at_once: usize) -> Self {
        Self { at_once: Arc::new(Semaphore::new(at_once.max(1))), waiting: AtomicUsize::new(0) }
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, CatalogError> {
        let salt = SaltString::encode_b64(&secret::random_bytes::<16>()?).map_err(hash_error)?;
        let password = password.to_owned();
        self.run(move || Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(hash_error)?.to_string())).await
    }

    /// Whether the password has this hash. Without a hash it takes as long, and is false.
    pub(crate) async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool, CatalogError> {
        let password = password.to_owned();
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODYS_HASH.to_owned());
            let parsed = PasswordHash::new(&hash).map_err(hash_error)?;
            let right = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(right && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, CatalogError> + Send + 'static) -> Result<T, CatalogError> {
        let _place = Place::take(&self.waiting)?;
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| CatalogError::Busy)?;
        // The permit goes with the work: a caller who leaves does not make room before the memory is free again.
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        })
        .await
        .map_err(|_| CatalogError::Busy)?
    }
}

/// A place in the queue, given back also when the caller leaves.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, CatalogError> {
        if waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(CatalogError::Busy);
        }
        Ok(Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> Result<Argon2<'static>, CatalogError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(hash_error)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_error(error: impl std::fmt::Display) -> CatalogError {
    CatalogError::Damaged { what: "password hash", message: error.to_string() }
}
