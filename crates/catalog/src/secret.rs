//! Making secrets, and the form in which they are kept.

use crate::CatalogError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Random bytes from the operating system: the one door to randomness in this crate.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], CatalogError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| CatalogError::Randomness(error.to_string()))?;
    Ok(bytes)
}

/// A secret of 256 bits, readable in a URL, with a prefix that tells what it opens.
pub(crate) fn new_secret(prefix: &str) -> Result<String, CatalogError> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()?)))
}

/// A public key of 128 bits: it names a project and opens nothing but the door for events.
pub(crate) fn new_write_key() -> Result<String, CatalogError> {
    Ok(format!("wk_{}", hex(&random_bytes::<16>()?)))
}

/// Small letters and digits that nobody guesses, for an address that people may read out: five bits each.
pub(crate) fn new_code(chars: usize) -> Result<String, CatalogError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = random_bytes::<32>()?;
    Ok(bytes.iter().take(chars).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// How a secret is stored and looked up. A plain hash is enough: the secrets are random, so there is nothing to guess.
pub(crate) fn hash_of(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
