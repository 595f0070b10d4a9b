use serde_json::{Value, json};
use sillage_event::AppendError;

/// Why a whole request was refused. Nothing of it was kept. A record that is refused alone is a [`crate::FailedRecord`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("the body is empty; send a JSON array, one JSON object, or one JSON object a line")]
    EmptyBody,
    #[error("the body is {bytes} bytes, the limit is {limit} bytes; send smaller batches")]
    BodyTooLarge { bytes: usize, limit: usize },
    #[error("the body is larger than {limit} bytes once decompressed; send smaller batches")]
    DecompressedTooLarge { limit: usize },
    #[error("the request holds more than {limit} records; send smaller batches")]
    TooManyRecords { limit: usize },
    #[error("content encoding {0:?} is not supported; use gzip, deflate, zstd or none")]
    UnsupportedEncoding(String),
    #[error("the body is encoded more than once ({0:?}); compress it once")]
    StackedEncodings(String),
    #[error("the body does not decompress as {encoding}: {reason}")]
    BadCompression { encoding: &'static str, reason: String },
    #[error("content type {0:?} is not supported; use application/json, application/x-ndjson or text/plain")]
    UnsupportedContentType(String),
    #[error("the field `data` is neither JSON nor base64 of JSON")]
    BadBase64,
    #[error("the body holds no records: it begins with {0:?} where a JSON array or object was expected")]
    NotRecords(String),
    #[error("no key: send `Authorization: Bearer <write key>`, the header `X-Sillage-Key`, or `?key=`")]
    MissingKey,
    #[error("the authorization header cannot be read: {0}")]
    BadAuthorization(&'static str),
    #[error("the key or token is not known here")]
    InvalidKey,
    #[error("too many events in flight, send again in {retry_after_s} s")]
    Busy { retry_after_s: u32 },
    #[error("events cannot be stored now: {reason}")]
    Unavailable { reason: String, retry_after_s: u32 },
}

impl WireError {
    /// The HTTP status to answer with: 400 mend it, 401 who are you, 413 shrink it, 415 another encoding, 429 and 503 later.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::EmptyBody | Self::BadCompression { .. } | Self::BadBase64 | Self::NotRecords(_) => 400,
            Self::MissingKey | Self::BadAuthorization(_) | Self::InvalidKey => 401,
            Self::BodyTooLarge { .. } | Self::DecompressedTooLarge { .. } | Self::TooManyRecords { .. } => 413,
            Self::UnsupportedEncoding(_) | Self::StackedEncodings(_) | Self::UnsupportedContentType(_) => 415,
            Self::Busy { .. } => 429,
            Self::Unavailable { .. } => 503,
        }
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyBody => "empty_body",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::DecompressedTooLarge { .. } => "decompressed_too_large",
            Self::TooManyRecords { .. } => "too_many_records",
            Self::UnsupportedEncoding(_) => "unsupported_encoding",
            Self::StackedEncodings(_) => "stacked_encodings",
            Self::BadCompression { .. } => "bad_compression",
            Self::UnsupportedContentType(_) => "unsupported_content_type",
            Self::BadBase64 => "bad_base64",
            Self::NotRecords(_) => "not_records",
            Self::MissingKey => "missing_key",
            Self::BadAuthorization(_) => "bad_authorization",
            Self::InvalidKey => "invalid_key",
            Self::Busy { .. } => "busy",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// For the header `Retry-After`.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Busy { retry_after_s } | Self::Unavailable { retry_after_s, .. } => Some(*retry_after_s),
            _ => None,
        }
    }

    /// The body of the native reply: `{"error": {"code", "message", "field"}}`.
    #[must_use]
    pub fn native_body(&self) -> Value {
        json!({"error": {"code": self.code(), "message": self.to_string(), "field": null}})
    }
}

impl From<AppendError> for WireError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Busy { retry_after_s } => Self::Busy { retry_after_s },
            AppendError::Unavailable { reason, retry_after_s } => Self::Unavailable { reason, retry_after_s },
        }
    }
}
