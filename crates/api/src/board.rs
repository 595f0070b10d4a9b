//! Boards: reports, metrics, task scorecards and texts beside each other, within one range and one condition.
//!
//! What must stay true: what a tile asks is put together here and nowhere else, so that it is the same for whoever looks.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    definition::{self, About, Actions, Defined, UsedIn, Versions},
    error::ApiError,
    metric::{Metric, MetricDefinition, MetricValue, Span, written_down},
    query::{Answer, answer},
    written,
};
use axum::{
    extract::{FromRequestParts, RawPathParams, State},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sillage_behavior::{Question, metric::add_filter, question::Kind};
use sillage_catalog::{DefinitionKind, Project, ShareKind, Shared};
use sillage_event::ProjectId;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const MOST_TILES: usize = 60;
const COLUMNS: u32 = 12;
const LEAST_WIDTH: u32 = 3;
const MOST_ROWS: u32 = 12;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete)).routes(routes!(versions)).routes(routes!(tile))
}

#[derive(Serialize, ToSchema)]
struct Boards {
    /// By name.
    boards: Vec<BoardInList>,
}

#[derive(Serialize, ToSchema)]
struct BoardInList {
    #[serde(flatten)]
    about: About,
    description: String,
    /// How many tiles it has.
    tiles: usize,
}

/// A board.
#[derive(Serialize, ToSchema)]
struct Board {
    #[serde(flatten)]
    about: About,
    definition: BoardDefinition,
    /// How many links open it to people without an account.
    open_links: u32,
}

/// What is on a board.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardDefinition {
    #[serde(default)]
    pub(crate) description: String,
    /// In place of the range of each tile; without it each keeps its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<written::Range>)]
    pub(crate) range: Option<Value>,
    /// A condition beside that of each tile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<written::Filter>)]
    filter: Option<Value>,
    /// From left to right, line by line.
    #[serde(default)]
    pub(crate) tiles: Vec<BoardTile>,
}

/// One thing on a board.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardTile {
    pub(crate) id: String,
    /// In columns, of which a board has twelve: 3 to 12.
    pub(crate) width: u32,
    /// In rows: 1 to 12.
    pub(crate) height: u32,
    /// In place of the name of what it shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    pub(crate) shows: Shows,
}

/// What a tile shows.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Shows {
    /// A saved report, as it is saved.
    Report {
        report: String,
    },
    /// A question of its own.
    Question {
        #[schema(value_type = written::Question)]
        question: Value,
        /// What the screens remember: the kind of chart and so on.
        #[serde(default)]
        #[schema(value_type = Object)]
        view: Map<String, Value>,
    },
    Metric {
        metric: String,
    },
    /// The scorecard of a task, in short.
    Task {
        task: String,
    },
    /// Words, in Markdown.
    Text {
        text: String,
    },
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBoardBody {
    name: String,
    definition: BoardDefinition,
    /// Of a change: the version that was seen. Where somebody else changed it since, nothing is changed.
    version: Option<u32>,
}

/// How whoever looks wants to see it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TileLook {
    /// In place of the board's range.
    #[schema(value_type = Option<written::Range>)]
    pub(crate) range: Option<Value>,
    /// A condition beside that of the board.
    #[schema(value_type = Option<written::Filter>)]
    pub(crate) filter: Option<Value>,
    /// The language of `explain`: `en` or `fr`.
    pub(crate) language: Option<String>,
    /// An answer that was given before will not do.
    #[serde(default)]
    pub(crate) fresh: bool,
}

/// What a tile shows now.
#[derive(Serialize, ToSchema)]
pub(crate) struct TileAnswer {
    /// The tile's title, or the name of what it shows; empty where it has neither.
    pub(crate) name: String,
    /// What was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<written::Question>)]
    pub(crate) question: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) view: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<written::Answer>)]
    pub(crate) answer: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metric: Option<Metric>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<MetricValue>,
}

impl Defined for BoardDefinition {
    const KIND: DefinitionKind = DefinitionKind::Board;
    const ACTIONS: Actions = Actions::new("board.create", "board.change", "board.delete");

    fn checked(mut self) -> Result<Self, ApiError> {
        written_down("definition.description", &mut self.description, 4000, true)?;
        check_look("definition.", self.range.as_ref(), self.filter.as_ref())?;
        if self.tiles.len() > MOST_TILES {
            return Err(ApiError::invalid("definition.tiles", format!("a board takes at most {MOST_TILES} tiles; make a second one")));
        }
        let mut ids = BTreeSet::new();
        for (at, tile) in self.tiles.iter_mut().enumerate() {
            let field = |name: &str| format!("definition.tiles[{at}].{name}");
            if tile.id.is_empty() || tile.id.len() > 64 || !ids.insert(tile.id.clone()) {
                return Err(ApiError::invalid(&field("id"), "give an id of 1 to 64 bytes that no other tile has"));
            }
            if !(LEAST_WIDTH..=COLUMNS).contains(&tile.width) {
                return Err(ApiError::invalid(&field("width"), format!("takes {LEAST_WIDTH} to {COLUMNS} columns")));
            }
            if !(1..=MOST_ROWS).contains(&tile.height) {
                return Err(ApiError::invalid(&field("height"), format!("takes 1 to {MOST_ROWS} rows")));
            }
            written_down(&field("title"), &mut tile.title, 200, false)?;
            match &mut tile.shows {
                Shows::Text { text } => written_down(&field("shows.text"), text, 20_000, true)?,
                Shows::Question { question, .. } => {
                    Question::from_json(question).map_err(|error| at_field(error, &field("shows.question.")))?;
                }
                Shows::Report { .. } | Shows::Metric { .. } | Shows::Task { .. } => {}
            }
        }
        Ok(self)
    }
}

/// The project's boards.
#[utoipa::path(get, path = "/api/projects/{project}/boards", tag = "board", params(("project" = u32, Path)), responses((status = 200, body = Boards)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Boards>, ApiError> {
    let boards = definition::all::<BoardDefinition>(&api, inside.project.id).await?;
    let boards = boards.into_iter().map(|(about, board)| BoardInList { about, tiles: board.tiles.len(), description: board.description });
    Ok(axum::Json(Boards { boards: boards.collect() }))
}

/// Make a board.
#[utoipa::path(post, path = "/api/projects/{project}/boards", tag = "board", params(("project" = u32, Path)), request_body = NewBoardBody, responses((status = 200, body = Board)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewBoardBody>) -> Result<axum::Json<Board>, ApiError> {
    let board = definition::create(&api, &inside, body.name, body.definition).await?;
    Ok(axum::Json(Board::of(&api, inside.project.id, board).await?))
}

/// One board.
#[utoipa::path(get, path = "/api/projects/{project}/boards/{board}", tag = "board", params(("project" = u32, Path), ("board" = String, Path)), responses((status = 200, body = Board)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Board>, ApiError> {
    let board = definition::one(&api, inside.project.id, &id).await?;
    Ok(axum::Json(Board::of(&api, inside.project.id, board).await?))
}

/// Change a board.
#[utoipa::path(
    put, path = "/api/projects/{project}/boards/{board}", tag = "board", params(("project" = u32, Path), ("board" = String, Path)),
    request_body = NewBoardBody, responses((status = 200, body = Board))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Json(body): Json<NewBoardBody>) -> Result<axum::Json<Board>, ApiError> {
    let board = definition::change(&api, &inside, &id, body.version, body.name, body.definition).await?;
    Ok(axum::Json(Board::of(&api, inside.project.id, board).await?))
}

/// Delete a board. What it shows stays.
#[utoipa::path(delete, path = "/api/projects/{project}/boards/{board}", tag = "board", params(("project" = u32, Path), ("board" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    definition::delete::<BoardDefinition, _>(&api, &inside, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a board was.
#[utoipa::path(get, path = "/api/projects/{project}/boards/{board}/versions", tag = "board", params(("project" = u32, Path), ("board" = String, Path)), responses((status = 200, body = Versions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Versions>, ApiError> {
    Ok(axum::Json(definition::versions::<BoardDefinition>(&api, inside.project.id, &id).await?))
}

/// What a tile shows: its question within the range and the condition of the board, and the answer. A tile that shows something that is gone
/// answers like a missing one.
#[utoipa::path(
    post, path = "/api/projects/{project}/boards/{board}/tiles/{tile}", tag = "board",
    params(("project" = u32, Path), ("board" = String, Path), ("tile" = String, Path)), request_body = TileLook, responses((status = 200, body = TileAnswer))
)]
async fn tile(State(api): State<Api>, inside: Inside<ToRead>, place: Place, Json(look): Json<TileLook>) -> Result<axum::Json<TileAnswer>, ApiError> {
    Ok(axum::Json(seen(&api, &inside.project, &place.board, &place.tile, &look, false).await?))
}

/// The board of a link.
pub(crate) async fn of_link(api: &Api, project: ProjectId, board: &str) -> Result<(About, BoardDefinition), ApiError> {
    definition::one(api, project, board).await
}

/// What whoever came by a link is shown of a tile. What is about single people is not shown.
pub(crate) async fn seen_by_link(api: &Api, project: &Project, board: &str, tile: &str, look: &TileLook) -> Result<TileAnswer, ApiError> {
    seen(api, project, board, tile, look, true).await
}

async fn seen(api: &Api, project: &Project, board: &str, tile: &str, look: &TileLook, is_by_link: bool) -> Result<TileAnswer, ApiError> {
    let (_, board) = definition::one::<BoardDefinition>(api, project.id, board).await?;
    check_look("", look.range.as_ref(), look.filter.as_ref())?;
    let tile = board.tiles.iter().find(|one| one.id == tile).ok_or_else(ApiError::not_found)?;
    let look = Look { range: look.range.as_ref().or(board.range.as_ref()), filters: [board.filter.as_ref(), look.filter.as_ref()], of: look, is_by_link };
    look.at(api, project, tile).await
}

/// What a tile is seen through.
struct Look<'a> {
    range: Option<&'a Value>,
    filters: [Option<&'a Value>; 2],
    of: &'a TileLook,
    /// By somebody without an account.
    is_by_link: bool,
}

impl Look<'_> {
    async fn at(&self, api: &Api, inside: &Project, tile: &BoardTile) -> Result<TileAnswer, ApiError> {
        let project = inside.id;
        match &tile.shows {
            Shows::Text { .. } => Ok(TileAnswer::named(&tile.title)),
            Shows::Question { question, view } => self.ask(api, inside, &tile.title, question, json!(view)).await,
            Shows::Report { report } => {
                let report = api.catalog.report(project, report).await?;
                let name = if tile.title.is_empty() { &report.name } else { &tile.title };
                self.ask(api, inside, name, &report.question, report.view.clone()).await
            }
            Shows::Task { task } => {
                let task = api.catalog.task(project, task).await?;
                let name = if tile.title.is_empty() { &task.name } else { &tile.title };
                let question = json!({"kind": "task", "task": task.definition, "range": {"last": 30, "unit": "day"}});
                self.ask(api, inside, name, &question, json!({"task": task.id})).await
            }
            Shows::Metric { metric } => {
                let (about, definition) = definition::one::<MetricDefinition>(api, project, metric).await?;
                let span = self.range.map_or(Span::Until { as_of: None, intervals: None }, |range| Span::Range(range.clone()));
                let value = definition.value(api, inside, &span, self.filter().as_ref(), self.of.language.as_deref()).await?;
                let metric = Metric::from((about, definition));
                let name = if tile.title.is_empty() { metric.name() } else { &tile.title };
                Ok(TileAnswer { value: Some(value), ..TileAnswer::named(name) }.with(metric))
            }
        }
    }

    async fn ask(&self, api: &Api, project: &Project, name: &str, question: &Value, view: Value) -> Result<TileAnswer, ApiError> {
        let mut asked = question.as_object().cloned().unwrap_or_default();
        if let Some(range) = self.range {
            asked.insert("range".to_owned(), range.clone());
        }
        for filter in self.filters.into_iter().flatten() {
            add_filter(&mut asked, filter);
        }
        let shown = Value::Object(asked.clone());
        if let Some(language) = &self.of.language {
            asked.insert("language".to_owned(), json!(language));
        }
        if self.of.fresh {
            asked.insert("fresh".to_owned(), json!(true));
        }
        let asked = Question::from_json(&Value::Object(asked))?;
        if self.is_by_link && (!is_about_many(&asked.kind) || names_people(&shown)) {
            return Err(ApiError::new(StatusCode::FORBIDDEN, "shows_people", "this tile is about single people, whom a link does not show"));
        }
        let reply = answer(api, project, asked, None).await?;
        Ok(TileAnswer { question: Some(shown), view: Some(view), answer: Some(reply.into()), ..TileAnswer::named(name) })
    }

    fn filter(&self) -> Option<Value> {
        let mut filters = self.filters.into_iter().flatten();
        match (filters.next(), filters.next()) {
            (Some(one), Some(other)) => Some(json!({"all": [one, other]})),
            (one, _) => one.cloned(),
        }
    }
}

/// What counts many; the others are lists of single people, of what they did and of their recordings.
fn is_about_many(kind: &Kind) -> bool {
    match kind {
        Kind::Trend(_)
        | Kind::Funnel(_)
        | Kind::Retention(_)
        | Kind::Frequency(_)
        | Kind::Lifecycle(_)
        | Kind::Journey(_)
        | Kind::Sessions(_)
        | Kind::Impact(_)
        | Kind::Driver(_)
        | Kind::Feature(_)
        | Kind::Friction(_)
        | Kind::Heatmap(_)
        | Kind::Vital(_)
        | Kind::Error(_)
        | Kind::Task(_) => true,
        Kind::Cohort(_) | Kind::Timeline(_) | Kind::People(_) | Kind::Recordings(_) | Kind::Attempts(_) => false,
    }
}

/// Whether an answer is split by what single people are known by.
fn names_people(question: &Value) -> bool {
    const KNOWN_BY: [&str; 13] = [
        "$distinct_id",
        "distinct_id",
        "$user_id",
        "user_id",
        "$device_id",
        "device_id",
        "$session_id",
        "$insert_id",
        "$name",
        "$email",
        "email",
        "$phone",
        "phone",
    ];
    let splits = question["breakdown"].as_array().into_iter().flatten();
    splits.flat_map(|split| [&split["property"], &split["bucket"]["property"]]).any(|property| property.as_str().is_some_and(|name| KNOWN_BY.contains(&name)))
}

impl TileAnswer {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), question: None, view: None, answer: None, metric: None, value: None }
    }

    fn with(self, metric: Metric) -> Self {
        Self { metric: Some(metric), ..self }
    }
}

/// What a path names below a board.
struct Place {
    board: String,
    tile: String,
}

impl FromRequestParts<Api> for Place {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
        let named = |name: &str| path.iter().find(|(one, _)| *one == name).map(|(_, value)| value.to_owned()).unwrap_or_default();
        Ok(Self { board: named("board"), tile: named("tile") })
    }
}

/// The boards on which a metric stands.
pub(crate) async fn that_show_metric(api: &Api, project: ProjectId, metric: &str) -> Result<Vec<UsedIn>, ApiError> {
    let shows = |tile: &BoardTile| matches!(&tile.shows, Shows::Metric { metric: shown } if shown == metric);
    let boards = definition::all::<BoardDefinition>(api, project).await?;
    let found = boards.into_iter().filter(|(_, board)| board.tiles.iter().any(shows));
    Ok(found.map(|(about, _)| UsedIn { kind: "board".to_owned(), id: about.id, name: about.name }).collect())
}

/// A range and a condition are those of a question.
fn check_look(path: &str, range: Option<&Value>, filter: Option<&Value>) -> Result<(), ApiError> {
    let mut probe =
        json!({"kind": "trend", "series": [{"select": {"event": null}, "measure": "total"}], "range": range.unwrap_or(&json!({"last": 1, "unit": "day"}))});
    if let Some(filter) = filter {
        probe["filter"] = filter.clone();
    }
    Question::from_json(&probe).map(drop).map_err(|error| at_field(error, path))
}

fn at_field(error: sillage_behavior::QuestionError, path: &str) -> ApiError {
    let error = ApiError::from(error);
    ApiError { field: error.field.map(|field| format!("{path}{field}")), ..error }
}

impl Board {
    async fn of(api: &Api, project: ProjectId, (about, definition): (About, BoardDefinition)) -> Result<Self, ApiError> {
        let shared = Shared { project, kind: ShareKind::Board, id: about.id.clone() };
        let open_links = api.catalog.open_share_links(&shared).await?;
        Ok(Self { about, definition, open_links })
    }
}
