//! Reading what a request carries, under caps and with a deadline, and saying which field is wrong.

use crate::{Api, error::ApiError};
use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{StatusCode, request::Parts},
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Questions, reports and settings are small.
const MAX_JSON_BYTES: usize = 1 << 20;

/// So much of a body is moved while it grows. Who sent that much gets room for all that was promised: a large body is then never in memory twice.
const MOVED_AT_MOST: usize = 1 << 20;

/// A JSON body of a type, read strictly: a field that is unknown, missing or of another type is an error that names it.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Api> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        let body = read_body(request.into_body(), MAX_JSON_BYTES, api.options.body_time, None).await?;
        let mut deserializer = serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if inner.is_syntax() || inner.is_eof() {
                ApiError::new(StatusCode::BAD_REQUEST, "bad_json", format!("the body is no JSON: {inner}"))
            } else {
                wrong_field(&path, &inner.to_string())
            }
        })?;
        deserializer.end().map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, "bad_json", format!("the body is no JSON: {error}")))?;
        Ok(Self(value))
    }
}

/// The query of the URL as a type.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, ApiError> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|error| {
            let said = error.body_text();
            let said = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(&said);
            let (field, message) = said.split_once(": ").unwrap_or(("", said));
            wrong_field(field, message)
        })
    }
}

/// What the path names inside the project, decoded: a report, a person, a key. One that cannot be read names nothing.
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<Api> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
        let named = path.iter().find(|(name, _)| *name != "project").map(|(_, value)| value.to_owned());
        named.map(Self).ok_or_else(ApiError::not_found)
    }
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than {cap} bytes; send smaller batches")]
    TooLarge { cap: usize },
    #[error("the body did not arrive within {} s", time.as_secs())]
    TooSlow { time: Duration },
    #[error("the body broke off: {0}")]
    Broken(axum::Error),
    #[error("too many events in flight, send again in {retry_after_s} s")]
    Busy { retry_after_s: u32 },
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let message = error.to_string();
        match error {
            BodyError::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message),
            BodyError::TooSlow { .. } => Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message),
            BodyError::Broken(_) => Self::new(StatusCode::BAD_REQUEST, "broken_body", message),
            BodyError::Busy { retry_after_s } => Self::too_many(retry_after_s, message),
        }
    }
}

/// A share of the memory that all bodies together may take; it grows as bytes arrive, so that a promise of bytes takes nothing.
pub(crate) struct Share {
    of: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Who finds no room waits so long for some.
    const PATIENCE: Duration = Duration::from_secs(2);

    pub(crate) fn new(of: &Arc<Semaphore>) -> Self {
        Self { of: Arc::clone(of), held: None }
    }

    async fn grow(&mut self, bytes: usize) -> Result<(), BodyError> {
        let busy = || BodyError::Busy { retry_after_s: 2 };
        let bytes = u32::try_from(bytes).map_err(|_| busy())?;
        let more = tokio::time::timeout(Self::PATIENCE, Arc::clone(&self.of).acquire_many_owned(bytes)).await;
        let more = more.map_err(|_| busy())?.map_err(|_| busy())?;
        match &mut self.held {
            Some(held) => held.merge(more),
            held => *held = Some(more),
        }
        Ok(())
    }
}

/// Reads a body of at most `cap` bytes within `time`.
pub(crate) async fn read_body(body: Body, cap: usize, time: Duration, mut share: Option<&mut Share>) -> Result<Bytes, BodyError> {
    // A body that says at once that it is too large is not read at all.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|least| least > cap) {
        return Err(BodyError::TooLarge { cap });
    }
    let promised = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let read = async {
        let mut stream = body.into_data_stream();
        let mut whole = BytesMut::new();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(BodyError::Broken)?;
            if whole.len() + piece.len() > cap {
                return Err(BodyError::TooLarge { cap });
            }
            if let Some(share) = &mut share {
                share.grow(piece.len()).await?;
            }
            if whole.len() + piece.len() > whole.capacity() && whole.len() >= MOVED_AT_MOST {
                whole.reserve(promised.unwrap_or(cap).clamp(whole.len() + piece.len(), cap) - whole.len());
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    };
    tokio::time::timeout(time, read).await.unwrap_or(Err(BodyError::TooSlow { time }))
}

/// serde names a missing or unknown field in the message, not in the path.
fn wrong_field(path: &str, message: &str) -> ApiError {
    let message = message.split(" at line ").next().unwrap_or(message);
    let code = match message {
        message if message.starts_with("unknown field") => "unknown_field",
        message if message.starts_with("missing field") => "missing_field",
        _ => "wrong_type",
    };
    let quoted = message.split('`').nth(1).filter(|_| code != "wrong_type");
    let field = match (path.trim_matches('.'), quoted) {
        ("" | "?", None) => None,
        ("" | "?", Some(name)) => Some(name.to_owned()),
        (path, Some(name)) if !path.ends_with(name) => Some(format!("{path}.{name}")),
        (path, _) => Some(path.to_owned()),
    };
    ApiError { field, ..ApiError::new(StatusCode::BAD_REQUEST, code, message) }
}
