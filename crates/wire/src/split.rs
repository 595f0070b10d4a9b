//! Finds where each record of a body begins and ends, without parsing it.
//!
//! Every record is parsed alone afterwards, so that one that is broken loses nothing but itself. The walk keeps no stack: nesting cannot
//! overflow it, and a record that is too deep or too wide is known before anything is allocated for it.

use memchr::{memchr, memchr2, memmem};

/// One record as it lies in the body, or the place where a record should have been.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    /// Levels of brackets.
    pub(crate) depth: u32,
    /// Values at every level, at most.
    pub(crate) values: u32,
    pub(crate) fault: Option<Fault>,
}

/// What is wrong with the body at this place, beyond the record itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The body ends inside this record.
    CutShort,
    /// The record was whole, but the list was never closed: what followed did not arrive.
    NotClosed,
    /// Something follows the end of the list.
    AfterEnd,
}

/// More records than allowed.
#[derive(Debug)]
pub(crate) struct TooMany;

/// The records of a body: the elements of an array, one object, or one object a line.
pub(crate) fn pieces(body: &[u8], is_ndjson: bool, limit: usize) -> Result<Vec<Piece<'_>>, TooMany> {
    let body = body.trim_ascii();
    if body.first() == Some(&b'[') && (!is_ndjson || value_at(body, 0).end == body.len()) {
        return elements(body, limit);
    }
    let first = value_at(body, 0);
    let is_one_object = first.whole && first.end == body.len();
    if !is_ndjson && (is_one_object || !has_more_objects(body)) {
        return Ok(vec![Piece { bytes: body, ..first.piece(body) }]);
    }
    lines(body, limit)
}

/// Whether a later line begins an object, as no line of one indented object does.
pub(crate) fn has_more_objects(body: &[u8]) -> bool {
    memmem::find(body, b"\n{").is_some() || memmem::find(body, b"\n\xef\xbb\xbf{").is_some()
}

/// The value of `name` in the object that `body` is, if it has one at its first level. A value that the body cuts short counts.
pub(crate) fn member<'a>(body: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut at = skip_blanks(body, 0);
    if body.get(at) != Some(&b'{') {
        return None;
    }
    at += 1;
    loop {
        at = skip_blanks(body, at);
        if body.get(at) != Some(&b'"') {
            return None;
        }
        let key = value_at(body, at);
        at = skip_blanks(body, key.end);
        if !key.whole || body.get(at) != Some(&b':') {
            return None;
        }
        let value = value_at(body, skip_blanks(body, at + 1));
        if body.get(key.start + 1..key.end - 1) == Some(name.as_bytes()) {
            return body.get(value.start..value.end);
        }
        at = skip_blanks(body, value.end);
        if body.get(at) != Some(&b',') {
            return None;
        }
        at += 1;
    }
}

fn elements(body: &[u8], limit: usize) -> Result<Vec<Piece<'_>>, TooMany> {
    let mut found = Vec::new();
    let mut at = 1;
    loop {
        at = skip_blanks(body, at);
        let Some(next) = body.get(at) else {
            found.push(Piece { bytes: &[], depth: 0, values: 0, fault: Some(Fault::NotClosed) });
            return Ok(found);
        };
        if *next == b']' {
            let rest = body.get(at + 1..).unwrap_or_default().trim_ascii();
            if !rest.is_empty() {
                found.push(Piece { bytes: rest, depth: 0, values: 0, fault: Some(Fault::AfterEnd) });
            }
            return Ok(found);
        }
        let value = value_at(body, at);
        if found.len() == limit {
            return Err(TooMany);
        }
        found.push(value.piece(body));
        if !value.whole {
            return Ok(found);
        }
        at = skip_blanks(body, value.end);
        if body.get(at) == Some(&b',') {
            at += 1;
        }
    }
}

fn lines(body: &[u8], limit: usize) -> Result<Vec<Piece<'_>>, TooMany> {
    let mut found = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = match memchr(b'\n', rest) {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        rest = after;
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            continue;
        }
        if found.len() == limit {
            return Err(TooMany);
        }
        found.push(line_piece(line));
    }
    Ok(found)
}

/// A line taken as one record, whatever it holds.
pub(crate) fn line_piece(line: &[u8]) -> Piece<'_> {
    let value = value_at(line, 0);
    Piece { bytes: line, depth: value.depth, values: value.values, fault: None }
}

struct Found {
    start: usize,
    end: usize,
    depth: u32,
    values: u32,
    whole: bool,
}

impl Found {
    fn piece<'a>(&self, body: &'a [u8]) -> Piece<'a> {
        let fault = if self.whole { None } else { Some(Fault::CutShort) };
        Piece { bytes: body.get(self.start..self.end).unwrap_or_default(), depth: self.depth, values: self.values, fault }
    }
}

/// The extent of the value that begins at `start`. Always at least one byte long, so that a walk over a body ends.
///
/// Brackets that do not match end a value early rather than late: a bracket closes everything up to its like, the end of the list that the
/// value stands in is none of its own, and a bracket where the name of a member must stand begins the next record. So a record that lacks a
/// bracket, or has one too many, is broken alone.
fn value_at(body: &[u8], start: usize) -> Found {
    let mut found = Found { start, end: start, depth: 0, values: 1, whole: true };
    let mut brackets = Brackets::default();
    let mut wants_name = false;
    let mut at = start;
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => {
                let Some(end) = end_of_text(body, at + 1) else { break };
                at = end;
                wants_name = false;
                if brackets.open == 0 {
                    found.end = at;
                    return found;
                }
                continue;
            }
            b'{' | b'[' if wants_name => {
                found.end = at;
                return found;
            }
            b'{' | b'[' => {
                wants_name = *byte == b'{';
                brackets.open(wants_name);
                found.depth = found.depth.max(brackets.open);
                found.values = found.values.saturating_add(1);
            }
            b'}' | b']' => {
                wants_name = false;
                match brackets.close(*byte == b'}') {
                    Closed::Inner => {}
                    Closed::Last => {
                        found.end = at + 1;
                        return found;
                    }
                    Closed::NotOurs => {
                        found.end = at.max(start + 1);
                        return found;
                    }
                }
            }
            b',' if brackets.open == 0 => {
                found.end = at.max(start + 1);
                return found;
            }
            b',' => {
                wants_name = brackets.in_object();
                found.values = found.values.saturating_add(1);
            }
            _ if brackets.open == 0 => {
                let scalar = body[at..].iter().position(|b| b",]}[{\" \t\r\n".contains(b)).unwrap_or(body.len() - at);
                found.end = at + scalar.max(1);
                return found;
            }
            _ => {}
        }
        at += 1;
    }
    found.end = body.len();
    found.whole = false;
    found
}

/// The brackets that are open, with their kind for the outer 64: no record may be deeper.
#[derive(Default)]
struct Brackets {
    open: u32,
    is_object: u64,
}

enum Closed {
    Inner,
    Last,
    /// No such bracket is open.
    NotOurs,
}

impl Brackets {
    fn open(&mut self, is_object: bool) {
        if self.open < u64::BITS {
            let bit = 1 << self.open;
            self.is_object = if is_object { self.is_object | bit } else { self.is_object & !bit };
        }
        self.open += 1;
    }

    fn close(&mut self, is_object: bool) -> Closed {
        let mut open = self.open;
        loop {
            if open == 0 {
                return Closed::NotOurs;
            }
            open -= 1;
            if open >= u64::BITS || (self.is_object >> open & 1 == 1) == is_object {
                self.open = open;
                return if open == 0 { Closed::Last } else { Closed::Inner };
            }
        }
    }

    fn in_object(&self) -> bool {
        (1..=u64::BITS).contains(&self.open) && self.is_object >> (self.open - 1) & 1 == 1
    }
}

/// The place behind the closing quote of a text whose first character is at `at`.
fn end_of_text(body: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', body.get(at..)?)?;
        if body[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn skip_blanks(body: &[u8], at: usize) -> usize {
    at + body.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count())
}

#[cfg(test)]
mod tests;
