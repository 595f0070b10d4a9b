//! Metrics: a figure that a team follows, defined once, with its value as it stands. Trees of them are in `metric/tree.rs`.
//!
//! What must stay true: a metric's number is that of its latest interval that is over, wherever it is shown.

mod tree;
pub(crate) mod words;

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    alert, board,
    body::{Json, Named, Query},
    definition::{self, About, Actions, Defined, UsedIn, Versions},
    error::ApiError,
    query::{Explain, answer},
    written,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sillage_behavior::{
    Question,
    calendar::{Unit, Zone},
    metric::{FIGURES, Metric as Read, Reading},
};
use sillage_catalog::{DefinitionKind, Project, WeekStart};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// At most so many intervals are looked back.
const MOST_INTERVALS: u32 = 400;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(value_of_draft))
        .routes(routes!(get, replace, delete))
        .routes(routes!(versions))
        .routes(routes!(value))
        .merge(tree::routes())
}

#[derive(Serialize, ToSchema)]
struct Metrics {
    /// By name.
    metrics: Vec<Metric>,
    /// Which kinds of questions a metric is read from, and which figures each has, the usual one first. A trend has one line; of a retention every
    /// period is a figure: `period_1`.
    figures: Vec<MetricFigures>,
}

#[derive(Serialize, ToSchema)]
struct MetricFigures {
    kind: String,
    figures: Vec<String>,
}

/// A figure that a team follows.
#[derive(Serialize, ToSchema)]
pub(crate) struct Metric {
    #[serde(flatten)]
    about: About,
    definition: MetricDefinition,
}

#[derive(Serialize, ToSchema)]
struct MetricInUse {
    #[serde(flatten)]
    metric: Metric,
    used_in: Vec<UsedIn>,
}

/// What a metric is.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricDefinition {
    /// What it says, and why one follows it.
    #[serde(default)]
    description: String,
    /// Who answers for it.
    #[serde(default)]
    owner: String,
    /// Somebody has looked at it and stands by it.
    #[serde(default)]
    verified: bool,
    /// The question that it is read from; its range is that of whoever looks, and its interval that of the metric.
    #[schema(value_type = Object)]
    question: Value,
    /// Which figure of the answer; the usual one where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    figure: Option<String>,
    #[serde(default)]
    format: MetricFormat,
    /// Of money: an ISO 4217 code such as EUR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(default)]
    better: Better,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<MetricTarget>,
}

/// How its number is written.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MetricFormat {
    #[default]
    Number,
    /// A share of one: 0.25 is 25 %.
    Percent,
    /// Seconds.
    Duration,
    Currency,
}

/// Which way is good.
#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Better {
    #[default]
    Up,
    Down,
}

/// What it is to reach.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MetricTarget {
    value: f64,
    /// By this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMetricBody {
    name: String,
    definition: MetricDefinition,
    /// Of a change: the version that was seen. Where somebody else changed it since, nothing is changed.
    version: Option<u32>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MetricToRead {
    definition: MetricDefinition,
    /// As on this day; today where nothing is said.
    as_of: Option<String>,
    /// How many intervals back.
    intervals: Option<u32>,
    /// A condition beside the metric's own.
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    /// The language of `explain`: `en` or `fr`.
    language: Option<String>,
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MetricValueQuery {
    /// As on this day (2026-11-30); today where nothing is said.
    as_of: Option<String>,
    /// How many intervals back.
    intervals: Option<u32>,
    /// The language of `explain`: `en` or `fr`.
    language: Option<String>,
}

/// A metric as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct MetricValue {
    /// What an interval is: `hour`, `day`, `week`, `month`, `quarter` or `year`.
    unit: &'static str,
    /// In order of time.
    points: Vec<MetricPoint>,
    /// That of the latest interval that is over; null where there is none.
    value: Option<f64>,
    /// When that interval began.
    at: Option<String>,
    /// That of the interval before.
    before: Option<f64>,
    /// By which share it changed against the interval before; null where that was nothing.
    change: Option<f64>,
    /// Which share of the target is reached: 1 and more is all of it, whichever way is good.
    reached: Option<f64>,
    /// Of the whole time, computed on it and not added up; null where there is none.
    whole: Option<f64>,
    #[schema(value_type = written::Explain)]
    explain: Explain,
    #[serde(skip)]
    reading: Option<Reading>,
}

/// The metric of an interval.
#[derive(Serialize, ToSchema)]
struct MetricPoint {
    start: String,
    value: Option<f64>,
    /// Of how many it is a share or a mean, where it is one.
    n: Option<u64>,
    /// Nothing that is still to come can change it.
    over: bool,
}

/// Which time a metric is looked at in.
pub(crate) enum Span {
    /// As on a day, and so many intervals back.
    Until { as_of: Option<String>, intervals: Option<u32> },
    /// What somebody chose: whole intervals of it.
    Range(Value),
}

impl Defined for MetricDefinition {
    const KIND: DefinitionKind = DefinitionKind::Metric;
    const ACTIONS: Actions = Actions::new("metric.create", "metric.change", "metric.delete");

    fn checked(mut self) -> Result<Self, ApiError> {
        self.question = self.read()?.question();
        written_down("definition.description", &mut self.description, 4000, true)?;
        written_down("definition.owner", &mut self.owner, 200, false)?;
        match (self.format, &self.currency) {
            (MetricFormat::Currency, Some(code)) if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {}
            (MetricFormat::Currency, _) => return Err(ApiError::invalid("definition.currency", "give an ISO 4217 code of three capitals, such as EUR")),
            (_, Some(_)) => return Err(ApiError::invalid("definition.currency", "only money has one: set `format` to currency, or leave this out")),
            (_, None) => {}
        }
        if let Some(target) = &self.target {
            if !target.value.is_finite() {
                return Err(ApiError::invalid("definition.target.value", "give a number"));
            }
            if let Some((by, zone)) = target.by.as_ref().zip(Zone::new("UTC", false)) {
                day(&zone, "definition.target.by", by)?;
            }
        }
        Ok(self)
    }
}

impl MetricDefinition {
    pub(crate) fn read(&self) -> Result<Read, ApiError> {
        Read::from_json(&self.question, self.figure.as_deref()).map_err(|error| {
            let error = ApiError::from(error);
            ApiError { field: error.field.map(|field| format!("definition.{field}")), ..error }
        })
    }

    /// Asks for it.
    pub(crate) async fn value(
        &self,
        api: &Api,
        project: &Project,
        span: &Span,
        filter: Option<&Value>,
        language: Option<&str>,
    ) -> Result<MetricValue, ApiError> {
        let metric = self.read()?;
        let zone = zone_of(project, metric.question()["timezone"].as_str())?;
        let mut now_ms = api.clock.now_ms();
        let range = match span {
            Span::Until { as_of, intervals } => {
                if let Some(as_of) = as_of {
                    let end = zone.step(day(&zone, "as_of", as_of)?, Unit::Day, 1);
                    now_ms = now_ms.min(end - 1);
                }
                let intervals = intervals.unwrap_or(usual_intervals(metric.unit()));
                if !(1..=MOST_INTERVALS).contains(&intervals) {
                    return Err(ApiError::invalid("intervals", format!("takes 1 to {MOST_INTERVALS}")));
                }
                metric.range_until(&zone, now_ms, i64::from(intervals))
            }
            Span::Range(range) => {
                let Some(range) = Question::from_json(&metric.asked(range.clone(), None))?.scope.range else {
                    return Err(ApiError::invalid("range", "give a range"));
                };
                let (from, to) = zone.resolve(&range, now_ms);
                metric.range_between(&zone, from, to - 1)
            }
        };
        let (reading, explain) = self.ask(api, project, &metric, &zone, now_ms, range, filter, language).await?;
        Ok(self.told(metric.unit(), reading, explain))
    }

    /// Asks for it within a range.
    #[expect(clippy::too_many_arguments, reason = "a question is asked of a project, about a time, within a condition, in a language")]
    pub(crate) async fn ask(
        &self,
        api: &Api,
        project: &Project,
        metric: &Read,
        zone: &Zone,
        now_ms: i64,
        range: Value,
        filter: Option<&Value>,
        language: Option<&str>,
    ) -> Result<(Reading, Explain), ApiError> {
        let mut asked = metric.asked(range, filter);
        if let Some(language) = language {
            asked["language"] = Value::from(language);
        }
        let reply = answer(api, project, Question::from_json(&asked)?, None).await?;
        let reading = metric.read(&reply.answer, zone, now_ms);
        Ok((reading, crate::query::Answer::from(reply).explain))
    }

    pub(crate) fn format(&self) -> MetricFormat {
        self.format
    }

    pub(crate) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    fn told(&self, unit: Unit, reading: Reading, explain: Explain) -> MetricValue {
        let at = reading.latest();
        let of = |place: Option<usize>| place.and_then(|place| reading.points.get(place)).and_then(|point| point.value);
        let (value, before) = (of(at), of(at.and_then(|at| at.checked_sub(1))));
        let change = value.zip(before).filter(|(_, before)| *before != 0.0).map(|(value, before)| (value - before) / before.abs());
        let points = reading.points.iter().map(|point| MetricPoint { start: point.start.clone(), value: point.value, n: point.n, over: point.is_over });
        MetricValue {
            unit: name_of(unit),
            points: points.collect(),
            value,
            at: at.map(|at| reading.points[at].start.clone()),
            before,
            change,
            reached: self.target.as_ref().zip(value).and_then(|(target, value)| self.reached(target.value, value)),
            whole: reading.whole,
            explain,
            reading: Some(reading),
        }
    }

    /// Where less is better, twice the target is half of the way.
    fn reached(&self, target: f64, value: f64) -> Option<f64> {
        let (part, of) = if self.better == Better::Up { (value, target) } else { (target, value) };
        if of == 0.0 {
            return (part == 0.0 || self.better == Better::Down).then_some(1.0);
        }
        Some(part / of).filter(|reached| reached.is_finite() && *reached >= 0.0)
    }
}

/// The project's metrics.
#[utoipa::path(get, path = "/api/projects/{project}/metrics", tag = "metric", params(("project" = u32, Path)), responses((status = 200, body = Metrics)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Metrics>, ApiError> {
    let metrics = definition::all(&api, inside.project.id).await?;
    let figures =
        FIGURES.iter().map(|(kind, figures)| MetricFigures { kind: (*kind).to_owned(), figures: figures.iter().map(|one| (*one).to_owned()).collect() });
    Ok(axum::Json(Metrics { metrics: metrics.into_iter().map(Metric::from).collect(), figures: figures.collect() }))
}

/// Define a metric.
#[utoipa::path(post, path = "/api/projects/{project}/metrics", tag = "metric", params(("project" = u32, Path)), request_body = NewMetricBody, responses((status = 200, body = Metric)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewMetricBody>) -> Result<axum::Json<Metric>, ApiError> {
    Ok(axum::Json(definition::create(&api, &inside, body.name, body.definition).await?.into()))
}

/// One metric, and where it is used.
#[utoipa::path(get, path = "/api/projects/{project}/metrics/{metric}", tag = "metric", params(("project" = u32, Path), ("metric" = String, Path)), responses((status = 200, body = MetricInUse)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<MetricInUse>, ApiError> {
    let metric = definition::one(&api, inside.project.id, &id).await?.into();
    let mut used_in = board::that_show_metric(&api, inside.project.id, &id).await?;
    used_in.extend(tree::that_show(&api, inside.project.id, &id).await?);
    used_in.extend(alert::that_watch(&api, inside.project.id, &id).await?);
    Ok(axum::Json(MetricInUse { metric, used_in }))
}

/// Change a metric. Wherever it is shown, it is the changed one from then on.
#[utoipa::path(
    put, path = "/api/projects/{project}/metrics/{metric}", tag = "metric", params(("project" = u32, Path), ("metric" = String, Path)),
    request_body = NewMetricBody, responses((status = 200, body = Metric))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Json(body): Json<NewMetricBody>) -> Result<axum::Json<Metric>, ApiError> {
    Ok(axum::Json(definition::change(&api, &inside, &id, body.version, body.name, body.definition).await?.into()))
}

/// Delete a metric. Boards and trees that show it say that it is gone.
#[utoipa::path(delete, path = "/api/projects/{project}/metrics/{metric}", tag = "metric", params(("project" = u32, Path), ("metric" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    definition::delete::<MetricDefinition, _>(&api, &inside, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a metric was.
#[utoipa::path(get, path = "/api/projects/{project}/metrics/{metric}/versions", tag = "metric", params(("project" = u32, Path), ("metric" = String, Path)), responses((status = 200, body = Versions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Versions>, ApiError> {
    Ok(axum::Json(definition::versions::<MetricDefinition>(&api, inside.project.id, &id).await?))
}

/// A metric as it stands, or stood on a day.
#[utoipa::path(
    get, path = "/api/projects/{project}/metrics/{metric}/value", tag = "metric", params(("project" = u32, Path), ("metric" = String, Path), MetricValueQuery),
    responses((status = 200, body = MetricValue))
)]
async fn value(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Query(query): Query<MetricValueQuery>,
) -> Result<axum::Json<MetricValue>, ApiError> {
    let (_, definition) = definition::one::<MetricDefinition>(&api, inside.project.id, &id).await?;
    let span = Span::Until { as_of: query.as_of, intervals: query.intervals };
    Ok(axum::Json(definition.value(&api, &inside.project, &span, None, query.language.as_deref()).await?))
}

/// What a metric would say that is not kept yet.
#[utoipa::path(post, path = "/api/projects/{project}/metrics/value", tag = "metric", params(("project" = u32, Path)), request_body = MetricToRead, responses((status = 200, body = MetricValue)))]
async fn value_of_draft(State(api): State<Api>, inside: Inside<ToRead>, Json(body): Json<MetricToRead>) -> Result<axum::Json<MetricValue>, ApiError> {
    let definition = body.definition.checked()?;
    let span = Span::Until { as_of: body.as_of, intervals: body.intervals };
    Ok(axum::Json(definition.value(&api, &inside.project, &span, body.filter.as_ref(), body.language.as_deref()).await?))
}

impl Metric {
    pub(crate) fn name(&self) -> &str {
        &self.about.name
    }
}

impl From<(About, MetricDefinition)> for Metric {
    fn from((about, definition): (About, MetricDefinition)) -> Self {
        Self { about, definition }
    }
}

/// Trims a text that people wrote; too long a one, or one with what cannot be seen, is refused.
pub(crate) fn written_down(field: &str, text: &mut String, most: usize, lines: bool) -> Result<(), ApiError> {
    *text = text.trim().to_owned();
    if text.chars().count() > most {
        return Err(ApiError::invalid(field, format!("takes at most {most} characters")));
    }
    if text.chars().any(|char| char.is_control() && !(lines && matches!(char, '\n' | '\t'))) {
        return Err(ApiError::invalid(field, if lines { "takes no control characters" } else { "takes one line without control characters" }));
    }
    Ok(())
}

/// The first instant of a day.
fn day(zone: &Zone, field: &str, text: &str) -> Result<i64, ApiError> {
    zone.start_of_written(text).ok_or_else(|| ApiError::invalid(field, "give a day such as 2026-11-30"))
}

pub(crate) fn zone_of(project: &Project, named: Option<&str>) -> Result<Zone, ApiError> {
    let name = named.unwrap_or(&project.timezone);
    Zone::new(name, project.week_start == WeekStart::Sunday).ok_or_else(|| ApiError::invalid("timezone", format!("\"{name}\" is no IANA time zone")))
}

/// A month of days, a quarter of weeks, and so on.
fn usual_intervals(unit: Unit) -> u32 {
    match unit {
        Unit::Minute | Unit::Hour => 48,
        Unit::Day => 30,
        Unit::Week | Unit::Month => 13,
        Unit::Quarter => 9,
        Unit::Year => 4,
    }
}

pub(crate) fn name_of(unit: Unit) -> &'static str {
    match unit {
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    }
}
