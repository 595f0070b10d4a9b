//! What each door answers, byte for byte as its clients expect it.
//!
//! | Door | All good | Some refused | None usable | Whole request refused |
//! |---|---|---|---|---|
//! | `/v1/events` | 200 | 207 | 400 (413 if all were too large) | [`WireError::status`], `{"error": {"code", "message", "field"}}` |
//! | `/track` `/engage` `/groups` | 200 `1` | 200 `1` | 400 `0` (413 if all were too large) | 400: `0`; else `{"error", "status": "error"}` |
//! | the same, `verbose=1` | `{"error":null,"status":1}` | status 1, `error` and `failed_records` say which | `{"error":"…","status":0}` | `{"error":"…","status":0}` |
//! | `/import` | 200 `{"code":200,"num_records_imported":n,"status":"OK"}` | `strict=1`: 400 with `failed_records`; else 200 with them | 400 with them | `{"code","error","status"}` |
//! | `/import` in the field `data` | as `/track`: the clients for Node and Python read it so | | | |
//!
//! A `$merge` or `$create_alias` of two users is refused, and answered `1` where a form sent it, since the clients would throw in the application.
//! `img=1` answers a transparent GIF and `callback=name` a script, both always with status 200, since neither could show another.

use crate::{Decoded, FailedRecord, Protocol, Received, WireError, request::Parameters};
use serde::Serialize;
use serde_json::{Value, json};

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    /// For the header `Retry-After`.
    pub retry_after_s: Option<u32>,
    pub body: Vec<u8>,
}

/// The answer of `POST /v1/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NativeReply {
    /// Records kept, duplicates among them.
    pub accepted: u32,
    /// Events that were already there and count once.
    pub duplicates: u32,
    /// Of the records kept, those that the tracking plan keeps apart until somebody releases them.
    #[serde(skip_serializing_if = "is_none")]
    pub quarantined: u32,
    pub failed: Vec<FailedRecord>,
}

impl NativeReply {
    #[must_use]
    pub fn new(decoded: &Decoded, duplicates: u32) -> Self {
        Self { accepted: decoded.accepted, duplicates, quarantined: decoded.quarantined, failed: decoded.failed.clone() }
    }

    /// 200 when all records are good, 207 when some are, 400 when none is (413 if that is for their size alone).
    #[must_use]
    pub fn status(&self) -> u16 {
        match (self.failed.is_empty(), self.accepted) {
            (true, _) => 200,
            (false, 0) => status_of_none(&self.failed),
            (false, _) => 207,
        }
    }
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

/// How the client asked to be answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReplyForm {
    verbose: bool,
    img: bool,
    callback: Option<String>,
    pub(crate) strict: bool,
    is_form: bool,
}

impl ReplyForm {
    pub(crate) fn read(parameters: &Parameters, is_form: bool) -> Self {
        let callback = parameters.get("callback").filter(|name| is_callback(name)).map(str::to_owned);
        Self { verbose: parameters.is_on("verbose"), img: parameters.is_on("img"), callback, strict: parameters.is_on("strict"), is_form }
    }

    /// As far as it can be told of a request that could not be read: a plain form may ask for `verbose` in its body.
    fn of_refused(received: &Received<'_>) -> Self {
        let parameters = Parameters::of_query(received.query);
        let is_form = received.body.trim_ascii_start().starts_with(b"data=") || parameters.get("data").is_some();
        let says_verbose = |bytes: &[u8]| memchr::memmem::find(bytes, b"verbose=1").is_some();
        let last = received.body.get(received.body.len().saturating_sub(64)..).unwrap_or_default();
        let mut form = Self::read(&parameters, is_form);
        form.verbose |= is_form && says_verbose(last);
        form
    }
}

/// A name that a script may be called by: it becomes code in the page that asked.
fn is_callback(name: &str) -> bool {
    // What the browser client sends when it wants no call at all.
    name == "(function(){})"
        || ((1..=128).contains(&name.len())
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'[' | b']')))
}

/// The answer of the Mixpanel doors. The outcome may be an error of this crate, or one that came later ([`WireError::InvalidKey`], or an
/// `AppendError` made into one).
#[must_use]
pub fn mixpanel_reply(received: &Received<'_>, outcome: Result<&Decoded, &WireError>) -> Reply {
    let form = match outcome {
        Ok(decoded) => decoded.reply_form.clone(),
        Err(_) => ReplyForm::of_refused(received),
    };
    if received.path_kind == Protocol::Import && !form.is_form { import_reply(&form, outcome) } else { track_reply(&form, outcome) }
}

fn track_reply(form: &ReplyForm, outcome: Result<&Decoded, &WireError>) -> Reply {
    let (status, error, retry_after_s) = match outcome {
        Ok(decoded) if decoded.accepted + decoded.ignored > 0 || decoded.failed.iter().any(is_answered_as_good) => (200, summary(decoded), None),
        Ok(decoded) => (status_of_none(&decoded.failed), summary(decoded).or_else(|| Some("data, missing or empty".to_owned())), None),
        Err(error) => (error.status(), Some(error.to_string()), error.retry_after_s()),
    };
    let is_good = status == 200;
    if form.img {
        return Reply { status: 200, content_type: "image/gif", retry_after_s: None, body: TRANSPARENT_GIF.to_vec() };
    }
    let body = if form.verbose {
        let mut body = json!({"error": error, "status": u8::from(is_good)});
        if let (Ok(decoded), Value::Object(fields)) = (outcome, &mut body)
            && !decoded.failed.is_empty()
        {
            fields.insert("failed_records".to_owned(), failed_records(&decoded.failed));
        }
        body.to_string()
    } else if is_good || status == 400 {
        u8::from(is_good).to_string()
    } else {
        json!({"error": error, "status": "error"}).to_string()
    };
    if let Some(callback) = &form.callback {
        return Reply { status: 200, content_type: "application/javascript", retry_after_s: None, body: format!("{callback}({body});").into_bytes() };
    }
    let content_type = if body.starts_with('{') { "application/json" } else { "text/plain; charset=utf-8" };
    Reply { status, content_type, retry_after_s, body: body.into_bytes() }
}

fn import_reply(form: &ReplyForm, outcome: Result<&Decoded, &WireError>) -> Reply {
    let (status, body, retry_after_s) = match outcome {
        Ok(decoded) if decoded.failed.is_empty() => (200, json!({"code": 200, "num_records_imported": decoded.accepted, "status": "OK"}), None),
        Ok(decoded) => {
            let none_usable = decoded.accepted + decoded.ignored == 0;
            let status = if none_usable { status_of_none(&decoded.failed) } else { 400 };
            let status = if form.strict || none_usable { status } else { 200 };
            let body = json!({
                "code": status,
                "error": "some data points in the request failed validation",
                "failed_records": failed_records(&decoded.failed),
                "num_records_imported": decoded.accepted,
                "status": status_text(status),
            });
            (status, body, None)
        }
        Err(error) => {
            let status = error.status();
            let message = match error {
                WireError::InvalidKey => "Invalid credentials".to_owned(),
                WireError::BodyTooLarge { limit, .. } | WireError::DecompressedTooLarge { limit } => format!("request exceeds max limit of {limit} bytes"),
                _ => error.to_string(),
            };
            (status, json!({"code": status, "error": message, "status": status_text(status)}), error.retry_after_s())
        }
    };
    Reply { status, content_type: "application/json", retry_after_s, body: body.to_string().into_bytes() }
}

/// A merge of two users that cannot be is kept aside, but an application that asks for it goes on as it does with Mixpanel, which answers `1` too.
fn is_answered_as_good(failed: &FailedRecord) -> bool {
    failed.code == "two_users"
}

/// Shrink it, if size is all that is wrong.
fn status_of_none(failed: &[FailedRecord]) -> u16 {
    if !failed.is_empty() && failed.iter().all(|record| record.code == "record_too_large") { 413 } else { 400 }
}

/// What to say in one line about the refused records.
fn summary(decoded: &Decoded) -> Option<String> {
    let first = decoded.failed.first()?;
    let field = first.field.as_ref().map(|field| format!(", {field}")).unwrap_or_default();
    let said = format!("record {}{field}: {}", first.index, first.message);
    let others = decoded.failed.len() - 1;
    Some(if others == 0 { said } else { format!("{said} (and {others} more refused)") })
}

fn failed_records(failed: &[FailedRecord]) -> Value {
    let one = |record: &FailedRecord| json!({"index": record.index, "$insert_id": record.insert_id, "field": record.field, "message": record.message});
    failed.iter().map(one).collect()
}

fn status_text(status: u16) -> &'static str {
    match status {
        200 => "OK",
        401 => "Unauthorized",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Bad Request",
    }
}

const TRANSPARENT_GIF: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

#[cfg(test)]
mod tests;
