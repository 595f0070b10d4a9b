//! The screens, embedded in the binary. A path that is no file is the application itself, which reads it.

use crate::{embedded, error::ApiError};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../packages/ui/dist"]
struct Screens;

const INDEX: &str = "index.html";
/// Their names carry a hash of their contents, so what a name means never changes.
const HASHED_FOLDER: &str = "assets/";
/// Nothing but our own files runs; styles may be written into elements, as charts do.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
                      connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const NOT_BUILT: &str = "<!doctype html><title>Sillage</title><p>The server runs, but this binary was built without its screens. \
                         Build them with <code>npm ci &amp;&amp; npm run build</code> in <code>packages/ui</code>, then build the binary again.</p>";

pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" {
        return ApiError::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "only GET is possible here").into_response();
    }
    let mut response = match Screens::get(path) {
        Some(file) => embedded(path, &file, request.headers()),
        None if path.starts_with(HASHED_FOLDER) || !(is_screen(path) || wants_page(request.headers())) => ApiError::not_found().into_response(),
        None => match Screens::get(INDEX) {
            Some(file) if is_screen(path) => embedded(INDEX, &file, request.headers()),
            // The application says that there is nothing here; so does the status.
            Some(file) => (StatusCode::NOT_FOUND, embedded(INDEX, &file, &HeaderMap::new())).into_response(),
            None => Html(NOT_BUILT).into_response(),
        },
    };
    defend(&mut response);
    response
}

/// The application itself, whatever its path.
pub(crate) fn application(headers: &HeaderMap) -> Response {
    // Whoever has it already is sent it again: its headers may be others.
    let mut unconditional = headers.clone();
    unconditional.remove(header::IF_NONE_MATCH);
    let mut response = Screens::get(INDEX).map_or_else(|| Html(NOT_BUILT).into_response(), |file| embedded(INDEX, &file, &unconditional));
    defend(&mut response);
    response
}

/// What pages may do, where these may show them in a frame.
pub(crate) fn policy_with_frames(ancestors: &str) -> String {
    POLICY.replace("frame-ancestors 'none'", &format!("frame-ancestors {ancestors}"))
}

fn defend(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=()"));
}

fn embedded(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let caching = if path.starts_with(HASHED_FOLDER) { "public, max-age=31536000, immutable" } else { "no-cache" };
    embedded::answer(path, file, headers, caching)
}

/// Addresses that the application itself gives out, whatever a program that looks at them says it takes.
fn is_screen(path: &str) -> bool {
    matches!(path.split('/').next(), Some("" | "signin" | "setup" | "join" | "new-project" | "p"))
}

/// Browsers ask for pages so; a script that mistypes a path shall not be given one.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}
