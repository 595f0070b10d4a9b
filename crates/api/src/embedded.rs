//! Files that are part of the binary: their kind, how long they may be kept, and gzip for who takes it.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use rust_embed::EmbeddedFile;
use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Mutex, PoisonError},
};

/// Answers with a file, or with nothing new for who has it. `name` tells it apart from every other embedded file.
pub(crate) fn answer(name: &str, file: &EmbeddedFile, headers: &HeaderMap, caching: &str) -> Response {
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let packed = takes_gzip(headers).then(|| packed(name, &file.data)).flatten();
    let mut response = match &packed {
        _ if is_known => StatusCode::NOT_MODIFIED.into_response(),
        Some(packed) => packed.clone().into_response(),
        None => file.data.clone().into_response(),
    };
    let kind = mime_guess::from_path(name).first_or_octet_stream().to_string();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
    let values = [(header::CONTENT_TYPE, kind.as_str()), (header::CACHE_CONTROL, caching), (header::ETAG, &tag), (header::VARY, "Accept-Encoding")];
    let packed_so = packed.is_some().then_some((header::CONTENT_ENCODING, "gzip"));
    for (name, value) in values.into_iter().chain(packed_so) {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The file in gzip, made once, where that is smaller: scripts are three times as large without.
fn packed(name: &str, data: &[u8]) -> Option<Bytes> {
    static PACKED: Mutex<BTreeMap<String, Option<Bytes>>> = Mutex::new(BTreeMap::new());
    let known = PACKED.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
    if let Some(known) = known {
        return known;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(data).and_then(|()| encoder.finish()).ok().filter(|packed| packed.len() < data.len()).map(Bytes::from);
    PACKED.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), packed.clone());
    packed
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    accepted.split(',').filter_map(|one| one.split(';').next()).any(|one| one.trim().eq_ignore_ascii_case("gzip"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
