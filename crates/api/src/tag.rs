//! The browser tag, embedded in the binary, for the pages of other sites: under a path of one's own choosing, since lists of blocked addresses know the usual ones.

use crate::{Api, embedded, error::ApiError};
use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use std::{fmt, str::FromStr};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../packages/sdk/dist/web"]
struct Tag;

/// The script and its parts must be of one version, so neither is kept for long; who has them asks whether they changed.
const CACHING: &str = "public, max-age=300, stale-while-revalidate=86400";

/// Where the tag is served: `/s` makes `/s/sillage.js`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPath(String);

/// Why a path is none for the tag.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "\"{0}\" is no path for the tag: write a slash and up to 40 letters, digits, - or _, such as /s; api, assets, v1, survey and the doors of other protocols are taken"
)]
pub struct TagPathError(String);

const TAKEN: [&str; 16] =
    ["api", "assets", "v1", "track", "import", "engage", "groups", "settings", "decide", "flags", "record", "health", "ready", "p", "test", "survey"];

impl Default for TagPath {
    fn default() -> Self {
        Self("/s".to_owned())
    }
}

impl fmt::Display for TagPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TagPath {
    type Err = TagPathError;

    fn from_str(text: &str) -> Result<Self, TagPathError> {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        match text.strip_prefix('/') {
            Some(name) if (1..=40).contains(&name.len()) && name.chars().all(is_letter) && !TAKEN.contains(&name) => Ok(Self(text.to_owned())),
            _ => Err(TagPathError(text.to_owned())),
        }
    }
}

pub(crate) fn routes(path: &TagPath) -> Router<Api> {
    Router::new().route(&format!("{path}/{{*file}}"), get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let mut response = match Tag::get(&name) {
        Some(file) => embedded::answer(&format!("tag/{name}"), &file, &headers, CACHING),
        None => ApiError::not_found().into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
