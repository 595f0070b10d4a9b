//! The page of a link: the screens, under headers of its own. Frames of other sites show it only where its link says so, nobody is told where somebody
//! came from, and search engines keep away.

use super::door::open_link;
use crate::{
    Api,
    client_address::{client_address, throttle_key},
    error::ApiError,
    ui,
};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use sillage_catalog::ShareTerms;

pub(crate) fn page_routes() -> Router<Api> {
    Router::new().route("/shared/boards/{token}", get(page))
}

/// An address that opens nothing is shown as such by the screens; the status says it too.
async fn page(State(api): State<Api>, Path(token): Path<String>, request: Request) -> Result<Response, ApiError> {
    let address = throttle_key(client_address(request.headers(), request.extensions(), &api.options.trusted_proxies));
    api.throttle.try_look(address, api.clock.now_ms())?;
    let mut response = ui::application(request.headers());
    match open_link(&api, &token).await {
        Ok(link) => allow_frames(&mut response, &link.terms),
        Err(error) if error.status == StatusCode::NOT_FOUND => *response.status_mut() = StatusCode::NOT_FOUND,
        Err(error) => return Err(error),
    }
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn allow_frames(response: &mut Response, terms: &ShareTerms) {
    if !terms.is_embeddable {
        return;
    }
    let who = if terms.embed_origins.is_empty() { "*".to_owned() } else { terms.embed_origins.join(" ") };
    // Only who can be named in a header is let in; the others stay out.
    if let Ok(policy) = HeaderValue::from_str(&ui::policy_with_frames(&who)) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.remove(header::X_FRAME_OPTIONS);
    }
}
