//! Our own door for events.

use crate::{
    Api,
    ingest::{Delivery, Refusal, keep},
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sillage_wire::{NativeReply, Protocol, WireError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(receive))
}

/// What became of the records.
#[derive(Serialize, ToSchema)]
struct Receipt {
    /// Records kept, duplicates among them.
    accepted: u32,
    /// Events that were already there and count once.
    duplicates: u32,
    /// Of the records kept, those that the tracking plan keeps apart until somebody releases them; left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<u32>,
    failed: Vec<FailedRecord>,
}

/// A record that was refused. The others were kept.
#[derive(Serialize, ToSchema)]
struct FailedRecord {
    /// Its position in the request.
    index: u32,
    insert_id: Option<String>,
    field: Option<String>,
    /// Stable, for machines.
    code: String,
    message: String,
}

impl From<NativeReply> for Receipt {
    fn from(reply: NativeReply) -> Self {
        let failed = reply.failed.into_iter().map(|record| FailedRecord {
            index: record.index,
            insert_id: record.insert_id,
            field: record.field,
            code: record.code.to_string(),
            message: record.message,
        });
        Self {
            accepted: reply.accepted,
            duplicates: reply.duplicates,
            quarantined: Some(reply.quarantined).filter(|count| *count > 0),
            failed: failed.collect(),
        }
    }
}

/// Send events, and properties of people and groups: a JSON array, one object, or one object a line; gzip, deflate, zstd or plain.
/// Success means that what is accepted is on the disk. Send again freely: an event with the same insert id, or the same content and time, counts once.
/// For events with neither an insert id nor a time, name the request in the header `Idempotency-Key`.
#[utoipa::path(
    post, path = "/v1/events", tag = "event", security(("write_key" = [])),
    request_body(content = serde_json::Value, description = "Records: `{\"event\", \"distinct_id\", \"time\", \"properties\", …}`"),
    responses(
        (status = 200, body = Receipt, description = "All kept"), (status = 207, body = Receipt, description = "Some kept, the others named"),
        (status = 400, body = Receipt, description = "None usable"), (status = 429, description = "Again after `Retry-After`"),
        (status = 503, description = "Again after `Retry-After`"),
    )
)]
async fn receive(State(api): State<Api>, request: Request) -> Response {
    let (delivery, read) = Delivery::read(&api, Protocol::NativeEvents, request).await;
    let kept = match read {
        Ok(()) => keep(&api, &delivery).await,
        Err(error) => Err(error.into()),
    };
    match kept {
        Ok((decoded, appended)) => {
            let reply = NativeReply::new(&decoded, appended.duplicates);
            let status = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::OK);
            (status, axum::Json(Receipt::from(reply))).into_response()
        }
        Err(Refusal::Wire(error)) => refused(&error),
        Err(Refusal::Other(error)) => error.into_response(),
    }
}

fn refused(error: &WireError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = (status, axum::Json(error.native_body())).into_response();
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
