//! Every error leaves in one shape: `{"error": {"code", "message", "field"}}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sillage_behavior::{AskError, AskErrorCode, QuestionError};
use sillage_catalog::CatalogError;
use sillage_event::AppendError;
use std::any::Any;
use utoipa::ToSchema;

#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) field: Option<String>,
    pub(crate) retry_after_s: Option<u32>,
}

/// What is wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Serialize, ToSchema)]
struct ErrorDetail {
    /// Stable, for machines.
    code: String,
    /// What is wrong and how to mend it, for people.
    message: String,
    /// The field at fault, dotted: `steps[1].where.op`.
    field: Option<String>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, retry_after_s: None }
    }

    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(StatusCode::BAD_REQUEST, "invalid_field", message) }
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "sign in, or send an API key as `Authorization: Bearer sk_…`")
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such thing here")
    }

    pub(crate) fn too_many(retry_after_s: u32, message: impl Into<String>) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message) }
    }

    /// Something of ours is broken: the cause goes to the log and not to the caller.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here; the log of the server says what")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error: ErrorDetail { code: self.code.to_owned(), message: self.message, field: self.field } };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::NotFound => Self::not_found(),
            CatalogError::Invalid { field, message } => Self::invalid(field, message),
            CatalogError::Taken { .. } => Self::new(StatusCode::CONFLICT, "taken", error.to_string()),
            CatalogError::Changed { .. } => Self::new(StatusCode::CONFLICT, "changed", error.to_string()),
            CatalogError::SetupDone => Self::new(StatusCode::CONFLICT, "setup_done", "set-up is already done; sign in instead"),
            CatalogError::LastAdmin => Self::new(StatusCode::CONFLICT, "last_admin", error.to_string()),
            CatalogError::WrongToken => Self::new(StatusCode::UNAUTHORIZED, "wrong_token", error.to_string()),
            CatalogError::Busy => Self::too_many(2, error.to_string()),
            // A full disk, a lock that is held: it may pass.
            CatalogError::Database(cause) => {
                tracing::error!(%cause, "the catalog failed");
                let message = "the catalog cannot be read or written now; the log of the server says why";
                Self { retry_after_s: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
            }
            other => Self::internal(&other),
        }
    }
}

impl From<QuestionError> for ApiError {
    fn from(error: QuestionError) -> Self {
        Self { field: Some(error.field), ..Self::new(StatusCode::BAD_REQUEST, error.code, error.message) }
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        let status = match error.code {
            AskErrorCode::Invalid => StatusCode::BAD_REQUEST,
            AskErrorCode::LimitExceeded => StatusCode::UNPROCESSABLE_ENTITY,
            AskErrorCode::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            AskErrorCode::Cancelled => StatusCode::CONFLICT,
            AskErrorCode::NotFound => StatusCode::NOT_FOUND,
            AskErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        let retry_after_s = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(5);
        Self { status, code: error.code.as_str(), message: error.message, field: error.field, retry_after_s }
    }
}

impl From<AppendError> for ApiError {
    fn from(error: AppendError) -> Self {
        let message = error.to_string();
        match error {
            AppendError::Busy { retry_after_s } => Self::too_many(retry_after_s, message),
            AppendError::Unavailable { retry_after_s, .. } => {
                Self { retry_after_s: Some(retry_after_s), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
            }
        }
    }
}

/// The path exists, for another method.
pub(crate) async fn on_wrong_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path takes another method; /api/openapi.json says which")
}

/// A bug in one request ends that request only.
pub(crate) fn on_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    ApiError::internal(&format!("panic: {}", said.unwrap_or_default())).into_response()
}
