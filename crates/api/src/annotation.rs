//! Annotations: what happened at a moment, seen as a mark on every picture over time. Releases come from whoever builds them, with one call.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    time::shown,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_catalog::{Annotation as Kept, AnnotationKind as Kind, NewAnnotation, NewAuditEntry};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(replace, delete))
}

#[derive(Serialize, ToSchema)]
struct Annotations {
    /// In order of time.
    annotations: Vec<Annotation>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct Annotation {
    id: String,
    at: String,
    kind: AnnotationKind,
    text: String,
    created_by: String,
    created_at: String,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AnnotationKind {
    #[default]
    Note,
    /// Its text is the release, such as 1.4.2. A project has each once: telling of it again changes nothing.
    Release,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AnnotationsQuery {
    /// An instant such as 2026-11-30T00:00:00Z; from the beginning where nothing is said.
    from: Option<String>,
    /// Excluded.
    to: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAnnotationBody {
    text: String,
    /// An instant such as 2026-11-30T14:00:00Z; now where nothing is said.
    at: Option<String>,
    #[serde(default)]
    kind: AnnotationKind,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnnotationChange {
    text: String,
    at: String,
}

impl From<Kept> for Annotation {
    fn from(kept: Kept) -> Self {
        let kind = match kept.kind {
            Kind::Note => AnnotationKind::Note,
            Kind::Release => AnnotationKind::Release,
        };
        Self { id: kept.id, at: shown(kept.at), kind, text: kept.text, created_by: kept.created_by, created_at: shown(kept.created_at) }
    }
}

/// What happened, within a time.
#[utoipa::path(get, path = "/api/projects/{project}/annotations", tag = "annotation", params(("project" = u32, Path), AnnotationsQuery), responses((status = 200, body = Annotations)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<AnnotationsQuery>) -> Result<axum::Json<Annotations>, ApiError> {
    let bound = |field: &str, text: Option<&String>, otherwise: i64| text.map_or(Ok(otherwise), |text| instant(field, text));
    let (from, to) = (bound("from", query.from.as_ref(), i64::MIN)?, bound("to", query.to.as_ref(), i64::MAX)?);
    let annotations = api.catalog.annotations(inside.project.id, from, to).await?;
    Ok(axum::Json(Annotations { annotations: annotations.into_iter().map(Annotation::from).collect() }))
}

/// Say what happened.
#[utoipa::path(
    post, path = "/api/projects/{project}/annotations", tag = "annotation", params(("project" = u32, Path)),
    request_body = NewAnnotationBody, responses((status = 200, body = Annotation))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewAnnotationBody>) -> Result<axum::Json<Annotation>, ApiError> {
    let at = body.at.as_ref().map_or_else(|| Ok(api.clock.now_ms()), |at| instant("at", at))?;
    let kind = match body.kind {
        AnnotationKind::Note => Kind::Note,
        AnnotationKind::Release => Kind::Release,
    };
    let new = NewAnnotation { at, kind, text: body.text };
    let kept = api.catalog.create_annotation(inside.project.id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "annotation.create", &kept.id, &kept.text).await?;
    Ok(axum::Json(kept.into()))
}

/// Change what is said, or when it was.
#[utoipa::path(
    put, path = "/api/projects/{project}/annotations/{annotation}", tag = "annotation", params(("project" = u32, Path), ("annotation" = String, Path)),
    request_body = AnnotationChange, responses((status = 200, body = Annotation))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<AnnotationChange>,
) -> Result<axum::Json<Annotation>, ApiError> {
    let kept = api.catalog.change_annotation(inside.project.id, &id, instant("at", &body.at)?, &body.text).await?;
    record(&api, &inside, "annotation.change", &kept.id, &kept.text).await?;
    Ok(axum::Json(kept.into()))
}

/// Delete an annotation.
#[utoipa::path(delete, path = "/api/projects/{project}/annotations/{annotation}", tag = "annotation", params(("project" = u32, Path), ("annotation" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let kept = api.catalog.annotation(inside.project.id, &id).await?;
    api.catalog.delete_annotation(inside.project.id, &id).await?;
    record(&api, &inside, "annotation.delete", &id, &kept.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn instant(field: &str, text: &str) -> Result<i64, ApiError> {
    sillage_event::time::from_text(text).ok_or_else(|| ApiError::invalid(field, "give an instant such as 2026-11-30T14:00:00Z"))
}

async fn record(api: &Api, inside: &Inside<ToWrite>, action: &'static str, object: &str, text: &str) -> Result<(), ApiError> {
    let (actor, details) = (inside.caller.actor(), json!({"name": text}));
    Ok(api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object, details }).await?)
}
