//! JSON as recordings need it: texts borrowed from the body, numbers as they were written, and pages nested deeper than serde_json reads.

use std::borrow::Cow;

/// Levels of objects and lists. A page of this depth has 250 elements in each other.
const MOST_DEEP: usize = 512;
/// Of names that occur twice in an object the last value counts, as in every browser.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it was written.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Members<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    Malformed(usize),
    TooDeep,
}

impl<'a> Json<'a> {
    /// Reads one value that fills the body.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(body).map_err(|error| JsonError::Malformed(error.valid_up_to()))?;
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.blank();
        if reader.at == text.len() { Ok(value) } else { Err(JsonError::Malformed(reader.at)) }
    }

    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn whole(number: i64) -> Self {
        Self::Number(Cow::Owned(number.to_string()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json<'a>> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(one, _)| one == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Json<'a>> {
        match self {
            Self::Object(members) => members.iter_mut().rev().find(|(one, _)| one == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    pub(super) fn as_whole(&self) -> Option<i64> {
        match self {
            Self::Number(number) => {
                number.parse::<i64>().ok().or_else(|| self.as_number().filter(|number| number.abs() < 9e15).map(|number| number.floor() as i64))
            }
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> Option<&[Json<'a>]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Null => into.extend_from_slice(b"null"),
            Self::Bool(flag) => into.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Self::Number(number) => into.extend_from_slice(number.as_bytes()),
            Self::Text(text) => write_text(text, into),
            Self::List(list) => {
                into.push(b'[');
                for (i, one) in list.iter().enumerate() {
                    if i > 0 {
                        into.push(b',');
                    }
                    one.write(into);
                }
                into.push(b']');
            }
            Self::Object(members) => {
                into.push(b'{');
                for (i, (name, value)) in members.iter().enumerate() {
                    if i > 0 {
                        into.push(b',');
                    }
                    write_text(name, into);
                    into.push(b':');
                    value.write(into);
                }
                into.push(b'}');
            }
        }
    }
}

pub(super) fn write_text(text: &str, into: &mut Vec<u8>) {
    into.push(b'"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..0x20 => b"",
            _ => continue,
        };
        into.extend_from_slice(&text.as_bytes()[from..at]);
        if escape.is_empty() {
            into.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
        } else {
            into.extend_from_slice(escape);
        }
        from = at + 1;
    }
    into.extend_from_slice(&text.as_bytes()[from..]);
    into.push(b'"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn blank(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn malformed<T>(&self) -> Result<T, JsonError> {
        Err(JsonError::Malformed(self.at))
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        if depth > MOST_DEEP {
            return Err(JsonError::TooDeep);
        }
        self.blank();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.malformed(),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return self.malformed();
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Json<'a>, JsonError> {
        let from = self.at;
        let digits = |reader: &mut Self| {
            let start = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at > start
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        if !digits(self) || (self.text.as_bytes()[first] == b'0' && self.at > first + 1) {
            return self.malformed();
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !digits(self) {
                return self.malformed();
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !digits(self) {
                return self.malformed();
            }
        }
        Ok(Json::Number(Cow::Borrowed(&self.text[from..self.at])))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let from = self.at;
        let bytes = self.text.as_bytes();
        self.plain(bytes)?;
        if bytes[self.at] == b'"' {
            let text = &self.text[from..self.at];
            self.at += 1;
            return Ok(Cow::Borrowed(text));
        }
        let mut text = self.text[from..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => self.escape(&mut text)?,
                Some(_) => {
                    let start = self.at;
                    self.plain(bytes)?;
                    text.push_str(&self.text[start..self.at]);
                }
                None => return self.malformed(),
            }
        }
    }

    /// Up to the next quote or escape.
    fn plain(&mut self, bytes: &[u8]) -> Result<(), JsonError> {
        let Some(next) = memchr::memchr2(b'"', b'\\', &bytes[self.at..]) else { return self.malformed() };
        if bytes[self.at..self.at + next].iter().any(|byte| *byte < 0x20) {
            return self.malformed();
        }
        self.at += next;
        Ok(())
    }

    fn escape(&mut self, text: &mut String) -> Result<(), JsonError> {
        self.at += 1;
        let Some(letter) = self.peek() else { return self.malformed() };
        self.at += 1;
        text.push(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                match unit {
                    0xd800..=0xdbff if self.text[self.at..].starts_with("\\u") => {
                        let back = self.at;
                        self.at += 2;
                        match self.unit()? {
                            low @ 0xdc00..=0xdfff => char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)).unwrap_or('\u{fffd}'),
                            _ => {
                                self.at = back;
                                '\u{fffd}'
                            }
                        }
                    }
                    _ => char::from_u32(unit).unwrap_or('\u{fffd}'),
                }
            }
            _ => return self.malformed(),
        });
        Ok(())
    }

    fn unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(unit) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else { return self.malformed() };
        self.at += 4;
        Ok(unit)
    }

    fn list(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut list = Vec::new();
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(list));
        }
        loop {
            list.push(self.value(depth + 1)?);
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::List(list));
                }
                _ => return self.malformed(),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut members: Members<'a> = Vec::new();
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return self.malformed();
            }
            let name = self.string()?;
            self.blank();
            if self.peek() != Some(b':') {
                return self.malformed();
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            members.push((name, value));
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return self.malformed(),
            }
        }
    }
}
