use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    error::ApiError,
    time::shown,
    written,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::Question;
use sillage_catalog::{NewAuditEntry, NewReport};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete))
}

#[derive(Serialize, ToSchema)]
struct Reports {
    reports: Vec<Report>,
}

/// A saved question, and how its answer is shown.
#[derive(Serialize, ToSchema)]
struct Report {
    id: String,
    name: String,
    kind: String,
    #[schema(value_type = written::Question)]
    question: Value,
    /// What the screens remember: the kind of chart and so on.
    #[schema(value_type = Object)]
    view: Value,
    /// Who made it.
    created_by: String,
    created_at: String,
    updated_at: String,
}

impl From<sillage_catalog::Report> for Report {
    fn from(report: sillage_catalog::Report) -> Self {
        Self {
            id: report.id,
            name: report.name,
            kind: report.kind,
            question: report.question,
            view: report.view,
            created_by: report.created_by,
            created_at: shown(report.created_at),
            updated_at: shown(report.updated_at),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReportBody {
    name: String,
    /// That of the question; may be left out.
    kind: Option<String>,
    #[schema(value_type = written::Question)]
    question: Value,
    #[schema(value_type = Option<Object>)]
    view: Option<Value>,
}

impl NewReportBody {
    /// A report is a question that can be asked.
    fn checked(self) -> Result<NewReport, ApiError> {
        let question = Question::from_json(&self.question).map_err(|error| {
            let error = ApiError::from(error);
            ApiError { field: error.field.map(|field| format!("question.{field}")), ..error }
        })?;
        let kind = question.kind.name();
        if self.kind.is_some_and(|named| named != kind) {
            return Err(ApiError::invalid("kind", format!("the question is of kind {kind}")));
        }
        let view = self.view.unwrap_or_else(|| json!({}));
        if !view.is_object() {
            return Err(ApiError::invalid("view", "give an object"));
        }
        Ok(NewReport { name: self.name, kind: kind.to_owned(), question: self.question, view })
    }
}

/// The saved reports, the latest changed first.
#[utoipa::path(get, path = "/api/projects/{project}/reports", tag = "report", params(("project" = u32, Path)), responses((status = 200, body = Reports)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Reports>, ApiError> {
    let reports = api.catalog.reports(inside.project.id).await?;
    Ok(axum::Json(Reports { reports: reports.into_iter().map(Report::from).collect() }))
}

/// Save a report.
#[utoipa::path(post, path = "/api/projects/{project}/reports", tag = "report", params(("project" = u32, Path)), request_body = NewReportBody, responses((status = 200, body = Report)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewReportBody>) -> Result<axum::Json<Report>, ApiError> {
    let report = api.catalog.create_report(inside.project.id, &body.checked()?, &inside.caller.shown()).await?;
    Ok(axum::Json(report.into()))
}

/// One report.
#[utoipa::path(get, path = "/api/projects/{project}/reports/{report}", tag = "report", params(("project" = u32, Path), ("report" = String, Path)), responses((status = 200, body = Report)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(report): Named) -> Result<axum::Json<Report>, ApiError> {
    Ok(axum::Json(api.catalog.report(inside.project.id, &report).await?.into()))
}

/// Save a report over itself.
#[utoipa::path(
    put, path = "/api/projects/{project}/reports/{report}", tag = "report", params(("project" = u32, Path), ("report" = String, Path)),
    request_body = NewReportBody, responses((status = 200, body = Report))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(report): Named,
    Json(body): Json<NewReportBody>,
) -> Result<axum::Json<Report>, ApiError> {
    Ok(axum::Json(api.catalog.update_report(inside.project.id, &report, &body.checked()?).await?.into()))
}

/// Delete a report.
#[utoipa::path(delete, path = "/api/projects/{project}/reports/{report}", tag = "report", params(("project" = u32, Path), ("report" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(report): Named) -> Result<StatusCode, ApiError> {
    let name = api.catalog.report(inside.project.id, &report).await?.name;
    api.catalog.delete_report(inside.project.id, &report).await?;
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "report.delete", object: &report, details: json!({"name": name}) };
    api.catalog.record(entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
