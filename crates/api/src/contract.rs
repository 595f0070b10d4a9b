//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

use crate::{access, error::ErrorBody, written};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{
    OpenApi,
    openapi::{
        Content, Info, OpenApiVersion, Paths, Ref, RefOr, ResponseBuilder, Schema,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Sillage", description = "Events in, answers out. Times are RFC 3339 in UTC unless a field says otherwise.", license(name = "Apache-2.0")),
    components(schemas(ErrorBody))
)]
struct Head;

/// Open to who has no session yet.
const OPEN: [&str; 7] = ["/api/status", "/api/openapi.json", "/api/setup", "/api/session", "/api/session/link", "/api/invitation", "/api/invitation/look"];

/// The whole document.
#[derive(Serialize)]
pub(crate) struct Contract {
    openapi: OpenApiVersion,
    info: Info,
    paths: Paths,
    components: Components,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    schemas: BTreeMap<String, Component>,
    security_schemes: BTreeMap<String, RefOr<SecurityScheme>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Component {
    OfHandlers(Box<RefOr<Schema>>),
    Written(Value),
}

/// Completes the document of the handlers.
pub(crate) fn complete(handlers: utoipa::openapi::OpenApi) -> Contract {
    let mut document = Head::openapi();
    document.merge(handlers);
    add_security_schemes(&mut document);
    for (path, item) in &mut document.paths.paths {
        let is_private = path.starts_with("/api/") && !OPEN.contains(&path.as_str()) && !path.starts_with("/api/shared/");
        for (method, operation) in operations(item) {
            name_uniquely(operation, method);
            if path.starts_with("/api/") {
                let error = Content::new(Some(Ref::from_schema_name("ErrorBody")));
                let error = ResponseBuilder::new().description("What is wrong and how to mend it").content("application/json", error);
                operation.responses.responses.insert("default".to_owned(), error.build().into());
            }
            if is_private {
                let no_scopes: [&str; 0] = [];
                // What users change about themselves, and about all accounts, is not for programs.
                let schemes: &[&str] = if path == "/api/me" || path.starts_with("/api/users") { &["session"] } else { &["session", "api_key"] };
                operation.security = Some(schemes.iter().map(|name| SecurityRequirement::new(*name, no_scopes)).collect());
            }
        }
    }
    let components = document.components.unwrap_or_default();
    let of_handlers = components.schemas.into_iter().filter(|(name, _)| !written::NAMED.contains(&name.as_str()));
    let mut schemas: BTreeMap<String, Component> = of_handlers.map(|(name, schema)| (name, Component::OfHandlers(Box::new(schema)))).collect();
    for (name, schema) in written::schemas() {
        // A handler that says something else under the same name is seen by the test of the contract.
        schemas.entry(name).or_insert(Component::Written(schema));
    }
    Contract {
        openapi: document.openapi,
        info: document.info,
        paths: document.paths,
        components: Components { schemas, security_schemes: components.security_schemes.into_iter().collect() },
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [("get", get), ("put", put), ("post", post), ("delete", delete), ("patch", patch)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Handlers of two capabilities may have the same name, and one may serve two methods.
fn name_uniquely(operation: &mut Operation, method: &str) {
    let tag = operation.tags.as_ref().and_then(|tags| tags.first()).map_or("", String::as_str);
    let handler = operation.operation_id.as_deref().unwrap_or_default();
    let twice = if tag == "mixpanel" { format!("_{method}") } else { String::new() };
    operation.operation_id = Some(format!("{tag}_{handler}{twice}"));
}

/// How one comes in.
fn add_security_schemes(document: &mut utoipa::openapi::OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key of a project: `sk_…`")).build();
    let cookie = ApiKeyValue::with_description(access::PLAIN_COOKIE, "The session of who signed in");
    let write_key = ApiKeyValue::with_description("X-Sillage-Key", "The write key of a project: `wk_…`; also as Bearer, or as `key` in the query");
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.add_security_scheme("api_key", SecurityScheme::Http(bearer));
    components.add_security_scheme("write_key", SecurityScheme::ApiKey(ApiKey::Header(write_key)));
}
