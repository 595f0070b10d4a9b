//! Passwords that the program makes for people.

use anyhow::{Result, anyhow};

/// Groups of letters and digits that are not mistaken for one another: nearly 80 bits.
#[expect(clippy::disallowed_methods, reason = "the one door to randomness in this crate")]
pub(crate) fn new_password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("the operating system gives no randomness: {error}"))?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}
