//! Stylesheets made harmless: texts that rules write into the page are masked, addresses lose their queries, and what would run or load more rules goes.

use super::{address::asset, text::mask};

/// The sheet as it may be kept, and how many things were taken out of it.
pub(super) fn scrub_css(sheet: &str) -> (String, u32) {
    let mut out = String::with_capacity(sheet.len());
    let mut neutralised = 0;
    let bytes = sheet.as_bytes();
    let mut at = 0;
    let mut kept = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'@' if starts_with(&sheet[at..], "@import") => {
                out.push_str(&sheet[kept..at]);
                at = end_of_rule(sheet, at);
                kept = at;
                neutralised += 1;
            }
            b'c' | b'C' if starts_with(&sheet[at..], "content") && !is_in_word(bytes, at) => {
                let after = skip_blank(bytes, at + "content".len());
                if bytes.get(after) != Some(&b':') {
                    at += 1;
                    continue;
                }
                out.push_str(&sheet[kept..after + 1]);
                at = after + 1;
                kept = mask_texts(sheet, &mut at, &mut out);
            }
            b'u' | b'U' if starts_with(&sheet[at..], "url(") && !is_in_word(bytes, at) => {
                out.push_str(&sheet[kept..at]);
                let (address, end) = read_url(sheet, at + 4);
                // A text cannot end the quotes around it.
                let kept_address = asset(&address).unwrap_or_else(|| {
                    neutralised += 1;
                    "data:,".to_owned()
                });
                let safe: String = kept_address.chars().filter(|letter| !matches!(letter, '"' | '\\' | '\n')).collect();
                out.push_str("url(\"");
                out.push_str(&safe);
                out.push_str("\")");
                at = end;
                kept = end;
            }
            b'e' | b'E' if starts_with(&sheet[at..], "expression") && bytes.get(skip_blank(bytes, at + 10)) == Some(&b'(') => {
                out.push_str(&sheet[kept..at]);
                out.push_str("none");
                at = behind_brackets(bytes, skip_blank(bytes, at + 10));
                kept = at;
                neutralised += 1;
            }
            b'b' | b'B' if starts_with(&sheet[at..], "behavior") && !is_in_word(bytes, at) && bytes.get(skip_blank(bytes, at + 8)) == Some(&b':') => {
                out.push_str(&sheet[kept..at]);
                out.push_str("-none");
                at += "behavior".len();
                kept = at;
                neutralised += 1;
            }
            b'-' if starts_with(&sheet[at..], "-moz-binding") => {
                out.push_str(&sheet[kept..at]);
                out.push_str("-none");
                at += "-moz-binding".len();
                kept = at;
                neutralised += 1;
            }
            _ => at += 1,
        }
    }
    out.push_str(&sheet[kept..]);
    (out, neutralised)
}

fn starts_with(text: &str, word: &str) -> bool {
    text.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

fn is_in_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'-' | b'_'))
}

fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Behind the bracket that closes the one here.
fn behind_brackets(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0;
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    bytes.len()
}

/// Behind the semicolon, or where a block ends.
fn end_of_rule(sheet: &str, from: usize) -> usize {
    let bytes = sheet.as_bytes();
    let mut at = from;
    let mut quote = None;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(one), byte) if byte == one => quote = None,
            (Some(_), _) => {}
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, b';') => return at + 1,
            (None, b'{' | b'}') => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Masks the texts of a value up to its end; returns from where on nothing was written yet.
fn mask_texts(sheet: &str, at: &mut usize, out: &mut String) -> usize {
    let bytes = sheet.as_bytes();
    let mut kept = *at;
    while *at < bytes.len() && !matches!(bytes[*at], b';' | b'}') {
        let quote = bytes[*at];
        if !matches!(quote, b'"' | b'\'') {
            if starts_with(&sheet[*at..], "url(") {
                break;
            }
            *at += 1;
            continue;
        }
        let from = *at + 1;
        let mut end = from;
        while end < bytes.len() && bytes[end] != quote {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let end = ceil_boundary(sheet, end.min(bytes.len()));
        let said = &sheet[from..end];
        out.push_str(&sheet[kept..from]);
        if is_sign(said) {
            out.push_str(said);
        } else {
            // What an escape stands for is a letter as well.
            out.push_str(&mask(&said.replace('\\', "")));
        }
        kept = end;
        *at = (end + 1).min(bytes.len());
    }
    kept
}

/// Nothing but escapes and characters that are no letters: an icon, a bullet, quotes.
fn is_sign(said: &str) -> bool {
    let mut rest = said;
    while let Some(letter) = rest.chars().next() {
        if letter == '\\' {
            let digits = rest[1..].bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
            if digits == 0 {
                return false;
            }
            rest = &rest[1 + digits..];
            rest = rest.strip_prefix(char::is_whitespace).unwrap_or(rest);
        } else if letter.is_alphanumeric() {
            return false;
        } else {
            rest = &rest[letter.len_utf8()..];
        }
    }
    true
}

/// The address within `url(` and where it ends.
fn read_url(sheet: &str, from: usize) -> (String, usize) {
    let bytes = sheet.as_bytes();
    let start = skip_blank(bytes, from);
    let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let begin = if quote.is_some() { start + 1 } else { start };
    let mut at = begin;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (_, b'\\') => at += 1,
            (Some(one), byte) if byte == one => break,
            (None, b')') => break,
            _ => {}
        }
        at += 1;
    }
    let end = ceil_boundary(sheet, at.min(bytes.len()));
    let address = unescaped(&sheet[begin.min(end)..end]);
    let mut close = end;
    while close < bytes.len() && bytes[close] != b')' {
        close += 1;
    }
    (address, (close + 1).min(bytes.len()))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            out.extend(u32::from_str_radix(&rest[..digits], 16).ok().and_then(char::from_u32));
            rest = &rest[digits..];
            rest = rest.strip_prefix(char::is_whitespace).unwrap_or(rest);
        }
    }
    out
}

fn ceil_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
