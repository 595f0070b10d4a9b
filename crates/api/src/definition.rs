//! What metrics, boards, trees of metrics and alerts share: a definition with a name, a version and who changed it.

use crate::{
    Api,
    access::{Inside, Need},
    error::ApiError,
    time::shown,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use sillage_catalog::{Definition as Kept, DefinitionKind, NewAuditEntry, NewDefinition};
use sillage_event::ProjectId;
use utoipa::ToSchema;

/// What is kept under a name.
pub(crate) trait Defined: Serialize + DeserializeOwned {
    const KIND: DefinitionKind;
    /// What the activity log says of each change.
    const ACTIONS: Actions;

    /// As it is kept, or what is wrong with it.
    fn checked(self) -> Result<Self, ApiError>;
}

pub(crate) struct Actions {
    create: &'static str,
    change: &'static str,
    delete: &'static str,
}

impl Actions {
    pub(crate) const fn new(create: &'static str, change: &'static str, delete: &'static str) -> Self {
        Self { create, change, delete }
    }
}

/// Beside a definition.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct About {
    pub(crate) id: String,
    pub(crate) name: String,
    /// From 1; every change is another. Send it back with a change, so that nobody's is lost.
    pub(crate) version: u32,
    pub(crate) created_by: String,
    pub(crate) created_at: String,
    pub(crate) updated_by: String,
    pub(crate) updated_at: String,
}

/// Where a definition is used.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsedIn {
    /// `board`, `metric_tree` or `alert`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The latest first.
    pub(crate) versions: Vec<Version>,
}

/// What it was once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    version: u32,
    name: String,
    #[schema(value_type = Object)]
    definition: serde_json::Value,
    created_by: String,
    created_at: String,
}

impl From<&Kept> for About {
    fn from(kept: &Kept) -> Self {
        Self {
            id: kept.id.clone(),
            name: kept.name.clone(),
            version: kept.version,
            created_by: kept.created_by.clone(),
            created_at: shown(kept.created_at),
            updated_by: kept.updated_by.clone(),
            updated_at: shown(kept.updated_at),
        }
    }
}

/// Reads what is kept: it was checked when it came in.
pub(crate) fn read<D: Defined>(kept: &Kept) -> Result<D, ApiError> {
    serde_json::from_value(kept.definition.clone()).map_err(|error| ApiError::internal(&error))
}

pub(crate) async fn all<D: Defined>(api: &Api, project: ProjectId) -> Result<Vec<(About, D)>, ApiError> {
    let kept = api.catalog.definitions(project, D::KIND).await?;
    kept.iter().map(|one| Ok((About::from(one), read(one)?))).collect()
}

pub(crate) async fn one<D: Defined>(api: &Api, project: ProjectId, id: &str) -> Result<(About, D), ApiError> {
    let kept = api.catalog.definition(project, D::KIND, id).await?;
    Ok((About::from(&kept), read(&kept)?))
}

pub(crate) async fn create<D: Defined, N: Need>(api: &Api, inside: &Inside<N>, name: String, definition: D) -> Result<(About, D), ApiError> {
    let new = NewDefinition { name, definition: json!(definition.checked()?) };
    let kept = api.catalog.create_definition(inside.project.id, D::KIND, &new, &inside.caller.shown()).await?;
    record(api, inside, D::ACTIONS.create, &kept).await?;
    Ok((About::from(&kept), read(&kept)?))
}

pub(crate) async fn change<D: Defined, N: Need>(
    api: &Api,
    inside: &Inside<N>,
    id: &str,
    seen: Option<u32>,
    name: String,
    definition: D,
) -> Result<(About, D), ApiError> {
    let new = NewDefinition { name, definition: json!(definition.checked()?) };
    let kept = api.catalog.change_definition(inside.project.id, D::KIND, id, seen, &new, &inside.caller.shown()).await?;
    record(api, inside, D::ACTIONS.change, &kept).await?;
    Ok((About::from(&kept), read(&kept)?))
}

pub(crate) async fn delete<D: Defined, N: Need>(api: &Api, inside: &Inside<N>, id: &str) -> Result<(), ApiError> {
    let kept = api.catalog.definition(inside.project.id, D::KIND, id).await?;
    api.catalog.delete_definition(inside.project.id, D::KIND, id).await?;
    record(api, inside, D::ACTIONS.delete, &kept).await
}

pub(crate) async fn versions<D: Defined>(api: &Api, project: ProjectId, id: &str) -> Result<Versions, ApiError> {
    api.catalog.definition(project, D::KIND, id).await?;
    let versions = api.catalog.definition_versions(project, D::KIND, id).await?;
    let versions = versions.into_iter().map(|one| Version {
        version: one.version,
        name: one.name,
        definition: one.definition,
        created_by: one.created_by,
        created_at: shown(one.created_at),
    });
    Ok(Versions { versions: versions.collect() })
}

async fn record<N: Need>(api: &Api, inside: &Inside<N>, action: &'static str, kept: &Kept) -> Result<(), ApiError> {
    let (actor, details) = (inside.caller.actor(), json!({"name": kept.name, "version": kept.version}));
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: &kept.id, details }).await?;
    Ok(())
}
