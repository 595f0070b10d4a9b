//! The events of a part of a recording, packed as the asker can unpack them.

use super::NamedSession;
use crate::{
    Api,
    access::{Inside, ToRead},
    error::ApiError,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use sillage_event::ProjectId;
use std::io::Write;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(segment))
}

/// The events of a segment: a JSON list for rrweb's player, stylesheets in their places; zstd or gzip as accepted.
#[utoipa::path(
    get, path = "/api/projects/{project}/recordings/{session}/segments/{segment}", tag = "recording",
    params(("project" = u32, Path), ("session" = String, Path), ("segment" = u32, Path)), responses((status = 200, body = Vec<serde_json::Value>))
)]
async fn segment(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    NamedSession { session, part }: NamedSession,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    serve(&api, inside.project.id, session, &part, &headers).await
}

pub(super) async fn serve(api: &Api, project: ProjectId, session: String, segment: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let n: u32 = segment.parse().map_err(|_| ApiError::not_found())?;
    let packing = Packing::accepted(headers);
    let packed = api.look_at_recordings(move |recordings| Ok(recordings.segment(project, &session, n)?.map(|json| packing.pack(json)))).await?;
    let Some((body, encoding)) = packed else { return Err(ApiError::not_found()) };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

#[derive(Clone, Copy)]
enum Packing {
    Zstd,
    Gzip,
    None,
}

impl Packing {
    fn accepted(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        let is_accepted =
            |name: &str| accepted.split(',').map(str::trim).any(|one| one.split(';').next() == Some(name) && !one.replace(' ', "").ends_with(";q=0"));
        if is_accepted("zstd") {
            Self::Zstd
        } else if is_accepted("gzip") {
            Self::Gzip
        } else {
            Self::None
        }
    }

    fn pack(self, json: Vec<u8>) -> (Vec<u8>, Option<&'static str>) {
        let packed = match self {
            Self::Zstd => sillage_wire::compress_zstd(&json).map(|packed| (packed, Some("zstd"))),
            Self::Gzip => gzip(&json).map(|packed| (packed, Some("gzip"))),
            Self::None => return (json, None),
        };
        packed.unwrap_or((json, None))
    }
}

fn gzip(json: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(json.len() / 6), Compression::fast());
    encoder.write_all(json)?;
    encoder.finish()
}
