//! Writing JSON by hand: records are many, and a tree of values for each would cost more than all the rest.

/// Writes a text in quotes.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut clean_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text.as_bytes()[clean_from..at]);
        clean_from = at + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[DIGITS[usize::from(other >> 4)], DIGITS[usize::from(other & 15)]]);
            }
        }
    }
    out.extend_from_slice(&text.as_bytes()[clean_from..]);
    out.push(b'"');
}

/// A field's name with what stands around it, made once for a column.
pub(super) fn field(name: &str) -> Vec<u8> {
    let mut out = vec![b','];
    text(&mut out, name);
    out.push(b':');
    out
}

/// The insert id of a record that has none: of its number and its content.
pub(super) fn insert_id(out: &mut Vec<u8>, number: u64, hash: u64) {
    out.extend_from_slice(format!("\"row-{number}-{hash:016x}\"").as_bytes());
}

/// Whether the text is a number that JSON would write the same way, so that it may be copied.
pub(super) fn is_number(text: &str) -> bool {
    let mut rest = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let digits = |rest: &mut &[u8]| {
        let n = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, after) = rest.split_at(n);
        *rest = after;
        digits.len()
    };
    let leading_zero = rest.first() == Some(&b'0');
    let whole = digits(&mut rest);
    if whole == 0 || (leading_zero && whole > 1) {
        return false;
    }
    if let Some(after) = rest.strip_prefix(b".") {
        rest = after;
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    if let Some(after) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        rest = after.strip_prefix(b"-").or_else(|| after.strip_prefix(b"+")).unwrap_or(after);
        if digits(&mut rest) == 0 {
            return false;
        }
    }
    rest.is_empty() && text.parse::<f64>().is_ok_and(f64::is_finite)
}
