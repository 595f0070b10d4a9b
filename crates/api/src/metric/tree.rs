//! Trees of metrics: from the one that matters most to those that a team moves, with their values and how closely each goes with the one above it.

use super::{MetricDefinition, MetricValue, MetricValueQuery, Span, written_down};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    definition::{self, About, Actions, Defined, UsedIn, Versions},
    error::ApiError,
};
use axum::{extract::State, http::StatusCode};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use sillage_behavior::metric::correlation;
use sillage_catalog::{CatalogError, DefinitionKind};
use sillage_event::ProjectId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const MOST_NODES: usize = 100;
/// So many metrics are asked for at once.
const AT_ONCE: usize = 4;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete)).routes(routes!(versions)).routes(routes!(value))
}

#[derive(Serialize, ToSchema)]
struct MetricTrees {
    /// By name.
    trees: Vec<MetricTree>,
}

/// A tree of metrics.
#[derive(Serialize, ToSchema)]
struct MetricTree {
    #[serde(flatten)]
    about: About,
    definition: MetricTreeDefinition,
}

/// What hangs on what.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MetricTreeDefinition {
    #[serde(default)]
    description: String,
    /// In the order in which they stand below one another.
    nodes: Vec<MetricNode>,
}

/// A metric in a tree, or a remark.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MetricNode {
    id: String,
    /// The node above; without one it stands at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// The metric's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metric: Option<String>,
    /// What a team does about it, or a remark in place of a metric.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    text: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMetricTreeBody {
    name: String,
    definition: MetricTreeDefinition,
    /// Of a change: the version that was seen. Where somebody else changed it since, nothing is changed.
    version: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct MetricTreeValue {
    /// By the id of the metric; those that are gone are missing.
    values: BTreeMap<String, MetricValue>,
    edges: Vec<MetricEdge>,
}

/// How closely a metric goes with the one above it. That says nothing of what causes what.
#[derive(Serialize, ToSchema)]
struct MetricEdge {
    /// The node below.
    node: String,
    /// Pearson's coefficient over the intervals that both have and that are over; null where that cannot be said: they have different intervals,
    /// fewer than three in common, or one never changes.
    r: Option<f64>,
    /// Over so many intervals.
    n: usize,
    /// At least eight intervals.
    enough: bool,
}

impl Defined for MetricTreeDefinition {
    const KIND: DefinitionKind = DefinitionKind::MetricTree;
    const ACTIONS: Actions = Actions::new("metric_tree.create", "metric_tree.change", "metric_tree.delete");

    fn checked(mut self) -> Result<Self, ApiError> {
        written_down("definition.description", &mut self.description, 4000, true)?;
        if self.nodes.len() > MOST_NODES {
            return Err(ApiError::invalid("definition.nodes", format!("a tree takes at most {MOST_NODES} nodes")));
        }
        let mut ids = BTreeSet::new();
        for (at, node) in self.nodes.iter_mut().enumerate() {
            let field = |name: &str| format!("definition.nodes[{at}].{name}");
            if node.id.is_empty() || node.id.len() > 64 || !ids.insert(node.id.clone()) {
                return Err(ApiError::invalid(&field("id"), "give an id of 1 to 64 bytes that no other node has"));
            }
            written_down(&field("text"), &mut node.text, 2000, true)?;
            if node.metric.is_none() && node.text.is_empty() {
                return Err(ApiError::invalid(&field("metric"), "give a metric or a text"));
            }
        }
        let above: HashMap<&str, &str> = self.nodes.iter().filter_map(|node| Some((node.id.as_str(), node.parent.as_deref()?))).collect();
        for (at, node) in self.nodes.iter().enumerate() {
            let field = format!("definition.nodes[{at}].parent");
            if let Some(parent) = node.parent.as_ref().filter(|parent| !ids.contains(*parent)) {
                return Err(ApiError::invalid(&field, format!("there is no node \"{parent}\"")));
            }
            let mut up = node.id.as_str();
            for _ in 0..=self.nodes.len() {
                let Some(parent) = above.get(up) else { break };
                if *parent == node.id {
                    return Err(ApiError::invalid(&field, "a node stands below itself; hang it elsewhere"));
                }
                up = parent;
            }
        }
        Ok(self)
    }
}

/// The project's trees of metrics.
#[utoipa::path(get, path = "/api/projects/{project}/metric-trees", tag = "metric_tree", params(("project" = u32, Path)), responses((status = 200, body = MetricTrees)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<MetricTrees>, ApiError> {
    let trees = definition::all(&api, inside.project.id).await?;
    Ok(axum::Json(MetricTrees { trees: trees.into_iter().map(MetricTree::from).collect() }))
}

/// Make a tree of metrics.
#[utoipa::path(
    post, path = "/api/projects/{project}/metric-trees", tag = "metric_tree", params(("project" = u32, Path)),
    request_body = NewMetricTreeBody, responses((status = 200, body = MetricTree))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewMetricTreeBody>) -> Result<axum::Json<MetricTree>, ApiError> {
    Ok(axum::Json(definition::create(&api, &inside, body.name, body.definition).await?.into()))
}

/// One tree.
#[utoipa::path(
    get, path = "/api/projects/{project}/metric-trees/{metric_tree}", tag = "metric_tree", params(("project" = u32, Path), ("metric_tree" = String, Path)),
    responses((status = 200, body = MetricTree))
)]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<MetricTree>, ApiError> {
    Ok(axum::Json(definition::one(&api, inside.project.id, &id).await?.into()))
}

/// Change a tree.
#[utoipa::path(
    put, path = "/api/projects/{project}/metric-trees/{metric_tree}", tag = "metric_tree", params(("project" = u32, Path), ("metric_tree" = String, Path)),
    request_body = NewMetricTreeBody, responses((status = 200, body = MetricTree))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewMetricTreeBody>,
) -> Result<axum::Json<MetricTree>, ApiError> {
    Ok(axum::Json(definition::change(&api, &inside, &id, body.version, body.name, body.definition).await?.into()))
}

/// Delete a tree. Its metrics stay.
#[utoipa::path(
    delete, path = "/api/projects/{project}/metric-trees/{metric_tree}", tag = "metric_tree", params(("project" = u32, Path), ("metric_tree" = String, Path)),
    responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    definition::delete::<MetricTreeDefinition, _>(&api, &inside, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a tree was.
#[utoipa::path(
    get, path = "/api/projects/{project}/metric-trees/{metric_tree}/versions", tag = "metric_tree", params(("project" = u32, Path), ("metric_tree" = String, Path)),
    responses((status = 200, body = Versions))
)]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Versions>, ApiError> {
    Ok(axum::Json(definition::versions::<MetricTreeDefinition>(&api, inside.project.id, &id).await?))
}

/// A tree as it stands, or stood on a day: the value of each metric, and how closely each goes with the one above it.
#[utoipa::path(
    get, path = "/api/projects/{project}/metric-trees/{metric_tree}/value", tag = "metric_tree",
    params(("project" = u32, Path), ("metric_tree" = String, Path), MetricValueQuery), responses((status = 200, body = MetricTreeValue))
)]
async fn value(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Query(query): Query<MetricValueQuery>,
) -> Result<axum::Json<MetricTreeValue>, ApiError> {
    let (_, tree) = definition::one::<MetricTreeDefinition>(&api, inside.project.id, &id).await?;
    let metrics: BTreeSet<&String> = tree.nodes.iter().filter_map(|node| node.metric.as_ref()).collect();
    let span = Span::Until { as_of: query.as_of, intervals: query.intervals };
    let read = async |metric: &String| -> Result<Option<(String, MetricValue)>, ApiError> {
        let kept = match api.catalog.definition(inside.project.id, DefinitionKind::Metric, metric).await {
            Err(CatalogError::NotFound) => return Ok(None),
            found => found?,
        };
        let kept: MetricDefinition = definition::read(&kept)?;
        Ok(Some((metric.clone(), kept.value(&api, &inside.project, &span, None, query.language.as_deref()).await?)))
    };
    let found: Vec<_> = stream::iter(metrics).map(read).buffer_unordered(AT_ONCE).try_collect().await?;
    let values: BTreeMap<String, MetricValue> = found.into_iter().flatten().collect();
    let edges = tree.nodes.iter().filter_map(|node| edge(&tree, node, &values)).collect();
    Ok(axum::Json(MetricTreeValue { values, edges }))
}

fn edge(tree: &MetricTreeDefinition, node: &MetricNode, values: &BTreeMap<String, MetricValue>) -> Option<MetricEdge> {
    let above = tree.nodes.iter().find(|one| Some(&one.id) == node.parent.as_ref())?;
    let (below, above) = (values.get(node.metric.as_ref()?)?, values.get(above.metric.as_ref()?)?);
    let found = if below.unit == above.unit { below.reading.as_ref().zip(above.reading.as_ref()).and_then(|(a, b)| correlation(a, b)) } else { None };
    Some(MetricEdge {
        node: node.id.clone(),
        r: found.map(|found| found.r),
        n: found.map_or(0, |found| found.n),
        enough: found.is_some_and(|found| found.is_enough),
    })
}

/// The trees in which a metric stands.
pub(super) async fn that_show(api: &Api, project: ProjectId, metric: &str) -> Result<Vec<UsedIn>, ApiError> {
    let trees = definition::all::<MetricTreeDefinition>(api, project).await?;
    let shows = trees.into_iter().filter(|(_, tree)| tree.nodes.iter().any(|node| node.metric.as_deref() == Some(metric)));
    Ok(shows.map(|(about, _)| UsedIn { kind: "metric_tree".to_owned(), id: about.id, name: about.name }).collect())
}

impl From<(About, MetricTreeDefinition)> for MetricTree {
    fn from((about, definition): (About, MetricTreeDefinition)) -> Self {
        Self { about, definition }
    }
}
