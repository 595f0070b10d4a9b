//! From the bytes of a body to the bytes of its JSON: compression, form, base64, envelope. Which records it holds is for [`crate::split`].

use crate::{Key, Limits, Protocol, Received, WireError, decompress::decompressed, key, split};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;
use std::borrow::Cow;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Clients pad or not, and some cut the last bits.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);

/// A request whose body has been unwrapped.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) parameters: Parameters,
    pub(crate) key: Option<Key>,
    /// JSON or NDJSON, never empty.
    pub(crate) payload: Cow<'a, [u8]>,
    pub(crate) is_ndjson: bool,
    /// The payload came in the field `data`, as the clients before JSON bodies send it.
    pub(crate) is_form: bool,
    /// When the client says it sent the request, by its own clock.
    pub(crate) sent_at: Option<i64>,
}

impl<'a> Request<'a> {
    pub(crate) fn read(received: &Received<'a>, limits: &Limits) -> Result<Self, WireError> {
        if received.body.len() > limits.compressed_bytes {
            return Err(WireError::BodyTooLarge { bytes: received.body.len(), limit: limits.compressed_bytes });
        }
        let content_type = ContentType::read(received)?;
        let mut parameters = Parameters::of_query(received.query);
        let plain = decompressed(received.content_encoding, received.body, limits.decompressed_bytes)?;
        let plain = without_byte_order_mark(plain);
        let (payload, is_form) = unwrap_form(plain, content_type == ContentType::Ndjson, &mut parameters)?;
        let key = key::of_request(received.authorization, received.key_header, &parameters)?;
        let sent_at = parameters.get("sent_at").and_then(sillage_event::time::from_text);
        let request = Self { parameters, key, payload, is_ndjson: content_type == ContentType::Ndjson, is_form, sent_at };
        Ok(if received.path_kind == Protocol::NativeEvents { request.without_envelope() } else { request })
    }

    /// What of the request matters when one of its records is received again: whether the address may be used, how strict to be, and the client's clock.
    /// Nothing that opens a project is among it.
    pub(crate) fn parameters_to_keep(&self, protocol: Protocol) -> String {
        let kept = |name: &'static str| self.parameters.get(name).map(|value| (name, value.to_owned()));
        let ip = kept("ip").filter(|(_, value)| matches!(value.as_str(), "0" | "1"));
        let strict = kept("strict").filter(|_| protocol == Protocol::Import && self.parameters.is_on("strict"));
        let sent_at = self.sent_at.map(|at| ("sent_at", sillage_event::time::to_rfc3339(at)));
        form_urlencoded::Serializer::new(String::new()).extend_pairs([ip, strict, sent_at].into_iter().flatten()).finish()
    }

    /// The browser SDK may wrap its events, since a beacon carries no headers: `{"key", "sent_at", "events": […]}`.
    fn without_envelope(mut self) -> Self {
        if self.is_ndjson || split::member(&self.payload, "event").is_some() {
            return self;
        }
        let Some(events) = split::member(&self.payload, "events").filter(|events| events.starts_with(b"[")) else { return self };
        let events = events.to_vec();
        let member = |name| split::member(&self.payload, name).and_then(|raw| serde_json::from_slice::<Value>(raw).ok());
        let key = member("key").and_then(|value| value.as_str().map(|key| Key::Write(key.to_owned())));
        let sent_at = member("sent_at").and_then(|value| sillage_event::time::from_json(&value));
        self.key = self.key.or(key);
        self.sent_at = sent_at.or(self.sent_at);
        self.payload = Cow::Owned(events);
        self
    }
}

/// What the query and the form say beside the data. The query wins.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn of_query(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).take(MAX_PARAMETERS).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// `1` or `true`.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "true"))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(one, _)| one == name)?;
        Some(self.0.swap_remove(at).1)
    }
}

const MAX_PARAMETERS: usize = 100;
/// Beside the data only short words and keys are parameters; what is longer is none.
const MAX_PARAMETER_NAME_BYTES: usize = 64;
const MAX_PARAMETER_BYTES: usize = 4 << 10;

#[derive(PartialEq, Eq)]
enum ContentType {
    Ndjson,
    /// Beacons say text/plain and old clients say form for JSON: the bytes decide.
    Other,
}

impl ContentType {
    fn read(received: &Received<'_>) -> Result<Self, WireError> {
        let named = received.content_type.unwrap_or_default();
        let kind = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if matches!(kind.as_str(), "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines") {
            return Ok(Self::Ndjson);
        }
        let is_no_text = ["multipart/", "image/", "audio/", "video/", "font/", "application/xml", "application/pdf", "application/zip"];
        if received.path_kind == Protocol::NativeEvents && is_no_text.iter().any(|family| kind.starts_with(family)) {
            return Err(WireError::UnsupportedContentType(named.chars().take(80).collect()));
        }
        Ok(Self::Other)
    }
}

fn without_byte_order_mark(body: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match body {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)),
        Cow::Owned(mut bytes) => {
            if bytes.starts_with(BYTE_ORDER_MARK) {
                bytes.drain(..BYTE_ORDER_MARK.len());
            }
            Cow::Owned(bytes)
        }
    }
}

/// The JSON of a body, and whether it came in the field `data` of a form or of the query.
fn unwrap_form<'a>(body: Cow<'a, [u8]>, is_ndjson: bool, parameters: &mut Parameters) -> Result<(Cow<'a, [u8]>, bool), WireError> {
    match body.trim_ascii().first() {
        None => {
            let data = parameters.take("data").filter(|data| !data.trim().is_empty()).ok_or(WireError::EmptyBody)?;
            return Ok((Cow::Owned(json_of_data(data)?), true));
        }
        Some(b'[' | b'{') => return Ok((body, false)),
        // A first line that is broken must not cost the others.
        Some(_) if is_ndjson || split::has_more_objects(&body) => return Ok((body, false)),
        Some(_) => {}
    }
    let mut data = None;
    for pair in body.trim_ascii().split(|byte| *byte == b'&').take(MAX_PARAMETERS) {
        // What is no form at all would otherwise be decoded as one long name.
        let name_bytes = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        if name_bytes > MAX_PARAMETER_NAME_BYTES {
            continue;
        }
        for (name, value) in form_urlencoded::parse(pair) {
            match name.as_ref() {
                "data" => data = data.or_else(|| Some(value.into_owned())),
                _ if value.len() <= MAX_PARAMETER_BYTES => parameters.0.push((name.into_owned(), value.into_owned())),
                _ => {}
            }
        }
    }
    let Some(data) = data else {
        let begins = body.trim_ascii();
        return Err(WireError::NotRecords(String::from_utf8_lossy(&begins[..begins.len().min(80)]).chars().take(20).collect()));
    };
    // What was unpacked is not held beside what was taken out of it.
    drop(body);
    if data.trim().is_empty() { Err(WireError::EmptyBody) } else { Ok((Cow::Owned(json_of_data(data)?), true)) }
}

/// The field `data` is JSON, or base64 of JSON in either alphabet. A plus sign that was not escaped in the form arrives as a blank.
fn json_of_data(data: String) -> Result<Vec<u8>, WireError> {
    let trimmed = data.trim();
    if trimmed.starts_with(['[', '{']) {
        return Ok(data.into_bytes());
    }
    let alphabet = if trimmed.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let engine = GeneralPurpose::new(alphabet, LENIENT);
    // In place: a body may be large, and is there once already.
    let mut packed = data.into_bytes();
    packed.truncate(packed.trim_ascii_end().len());
    packed.drain(..packed.len() - packed.trim_ascii_start().len());
    packed.retain(|byte| !matches!(byte, b'\r' | b'\n'));
    packed.iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = b'+');
    let json = engine.decode(&packed).map_err(|_| WireError::BadBase64)?;
    drop(packed);
    let json = without_byte_order_mark(Cow::Owned(json)).into_owned();
    match json.trim_ascii().first() {
        Some(b'[' | b'{') => Ok(json),
        Some(_) => Err(WireError::BadBase64),
        None => Err(WireError::EmptyBody),
    }
}
