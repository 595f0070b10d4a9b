//! Texts made harmless: as `packages/sdk/src/masking/text.ts`. Masking leaves the shape and nothing else; redacting leaves the text and takes out what must
//! never leave a browser: e-mail addresses, tokens, IBANs, long numbers.

use regex::Regex;
use std::{borrow::Cow, sync::LazyLock};

const MASK: char = '•';
const TOKEN_LETTERS: usize = 24;

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)[\p{L}\p{N}.-]{1,99}\.\p{L}{2,}").ok());
static IBAN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b").ok());
/// Cards, phone numbers, national ids.
static LONG_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[+(]?\d(?:[\s.\-/()]{0,2}\d){6,}").ok());

/// Letters and digits become bullets.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_alphanumeric) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|letter| if letter.is_alphanumeric() { MASK } else { letter }).collect())
}

pub(super) fn redact(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let n_digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count() + text.chars().filter(|letter| !letter.is_ascii() && letter.is_numeric()).count();
    let has_at = memchr::memchr(b'@', bytes).is_some() || text.contains("%40");
    if n_digits == 0 && !has_at {
        return Cow::Borrowed(text);
    }
    let mut redacted = Cow::Borrowed(text);
    if has_at {
        redacted = masked_where(redacted, &EMAIL);
    }
    if n_digits > 0 && text.len() >= TOKEN_LETTERS {
        redacted = masked_tokens(redacted);
    }
    if n_digits >= 2 && text.len() >= 15 {
        redacted = masked_where(redacted, &IBAN);
    }
    if n_digits >= 7 {
        redacted = masked_where(redacted, &LONG_NUMBER);
    }
    redacted
}

/// Redacted, and without any digit.
pub(super) fn redact_digits(text: &str) -> Cow<'_, str> {
    let redacted = redact(text);
    if !redacted.chars().any(char::is_numeric) {
        return redacted;
    }
    Cow::Owned(redacted.chars().map(|letter| if letter.is_numeric() { MASK } else { letter }).collect())
}

fn masked_where<'t>(text: Cow<'t, str>, pattern: &LazyLock<Option<Regex>>) -> Cow<'t, str> {
    let Some(pattern) = pattern.as_ref() else {
        // A pattern that cannot be built hides everything rather than nothing.
        return Cow::Owned(mask(&text).into_owned());
    };
    if !pattern.is_match(&text) {
        return text;
    }
    Cow::Owned(pattern.replace_all(&text, |found: &regex::Captures<'_>| mask(&found[0]).into_owned()).into_owned())
}

/// Words that carry a secret by their shape: JSON web tokens, keys, hashes.
fn masked_tokens(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    for run in word_runs(&text) {
        let word = &text[run.clone()];
        let is_token = word.len() >= TOKEN_LETTERS && word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !is_token || run.start < kept {
            continue;
        }
        let end = with_dotted_tail(&text, run.end);
        out.push_str(&text[kept..run.start]);
        out.push_str(&mask(&text[run.start..end]));
        kept = end;
    }
    if kept == 0 {
        return text;
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// Runs of ASCII letters, digits, `_` and `-`.
pub(super) fn word_runs(text: &str) -> Vec<std::ops::Range<usize>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let bytes = text.as_bytes();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let from = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        runs.push(from..at);
    }
    runs
}

/// The end of `.word.word` from there on.
pub(super) fn with_dotted_tail(text: &str, mut end: usize) -> usize {
    let bytes = text.as_bytes();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
    while bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(is_word) {
        end += 1;
        while bytes.get(end).is_some_and(is_word) {
            end += 1;
        }
    }
    end
}
