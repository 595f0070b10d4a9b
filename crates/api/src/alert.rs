//! Alerts: who is told when a metric goes beyond a bound, moves, or is not what its past makes likely; how they stand, what became of them, and what explains a move.
//!
//! What must stay true: an alert judges the number that the metric shows everywhere, and each interval once.

mod judge;
mod message;
mod why;

pub use judge::watch_alerts;

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    addressee::{check_language, check_mails, check_webhook},
    body::{Json, Named},
    definition::{self, About, Actions, Defined, UsedIn, Versions},
    error::ApiError,
    mail::require_mail,
    metric::MetricDefinition,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::{
    alert::{Against, Condition, Sensitivity, Watch, Way},
    calendar::Unit,
};
use sillage_catalog::{AlertState, DefinitionKind, Delivery, NewAuditEntry, Role};
use sillage_event::ProjectId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const MOST_EVENTS: u32 = 100;
const MOST_DELIVERIES: u32 = 50;
const MINUTES_OF_A_DAY: u32 = 24 * 60;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(judge::preview))
        .routes(routes!(get, replace, delete))
        .routes(routes!(versions))
        .routes(routes!(history))
        .routes(routes!(test))
        .routes(routes!(why::of_metric))
}

#[derive(Serialize, ToSchema)]
struct Alerts {
    /// By name.
    alerts: Vec<Alert>,
    /// Whether the server can send mails.
    can_mail: bool,
}

/// Who is told when a metric is worth telling of.
#[derive(Serialize, ToSchema)]
struct Alert {
    #[serde(flatten)]
    about: About,
    definition: AlertDefinition,
    state: AlertNow,
}

/// How an alert stands.
#[derive(Serialize, ToSchema)]
struct AlertNow {
    /// What it watches for holds.
    firing: bool,
    looked_at: Option<String>,
    /// When it is looked at next; null while it is off.
    next_at: Option<String>,
    /// Why it could not be judged: `metric_gone`, or what the engine said.
    trouble: Option<String>,
    /// Something that told of it was given up; its history says what.
    undelivered: bool,
}

/// What an alert watches, and whom it tells.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AlertDefinition {
    /// The id of the metric. Judged is its latest interval that is over, and each once.
    metric: String,
    when: AlertCondition,
    /// An interval of fewer is not judged: of what a share is taken, or of what is counted.
    #[serde(default)]
    least: u64,
    /// Also tells of every interval in which it goes on, and not only of the first.
    #[serde(default)]
    again: bool,
    /// Also tells when it is over.
    #[serde(default)]
    over: bool,
    /// When anybody is told; what comes up at other times waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<AlertHours>,
    /// Addresses of mails, twenty at most.
    #[serde(default)]
    mail: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webhook: Option<AlertWebhook>,
    /// Of what is sent: `en` or `fr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default)]
    off: bool,
}

/// When there is something to tell.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum AlertCondition {
    Above {
        value: f64,
    },
    Below {
        value: f64,
    },
    Rises {
        by: f64,
        #[serde(default)]
        unit: MoveUnit,
        #[serde(default)]
        against: MoveAgainst,
    },
    Falls {
        by: f64,
        #[serde(default)]
        unit: MoveUnit,
        #[serde(default)]
        against: MoveAgainst,
    },
    /// It is not what the past of the metric makes likely: the hour of the weekday or the weekday is accounted for, and so is growth.
    Unusual {
        #[serde(default)]
        sensitivity: AlertSensitivity,
        /// Only this way.
        #[serde(default)]
        way: Option<AlertWay>,
    },
}

#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MoveUnit {
    /// Of what it is compared with: 0.2 is 20 %.
    #[default]
    Share,
    Amount,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MoveAgainst {
    /// The interval before.
    #[default]
    Before,
    /// The same hour or day a week earlier.
    LastWeek,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AlertSensitivity {
    Low,
    #[default]
    Medium,
    High,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AlertWay {
    Up,
    Down,
}

/// Hours of days, in the project's time zone.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AlertHours {
    /// 1 is Monday.
    days: Vec<u8>,
    /// `08:00`
    from: String,
    /// `19:00`; `24:00` is the end of the day.
    to: String,
}

/// Where an alert is posted to.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AlertWebhook {
    url: String,
    #[serde(default)]
    format: WebhookFormat,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WebhookFormat {
    /// All that is known, signed.
    #[default]
    Json,
    /// A message as Slack takes it, and what is compatible with it: Mattermost, Rocket.Chat.
    Slack,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAlertBody {
    name: String,
    definition: AlertDefinition,
    /// Of a change: the version that was seen. Where somebody else changed it since, nothing is changed.
    version: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct AlertHistory {
    /// With which posts are signed; null for viewers.
    secret: Option<String>,
    /// The latest first.
    events: Vec<AlertEvent>,
    /// What was sent, or waits; the latest first.
    deliveries: Vec<AlertDelivery>,
}

/// Something that became of an alert.
#[derive(Serialize, ToSchema)]
struct AlertEvent {
    id: String,
    /// `fired`, `over` or `test`
    kind: String,
    at: String,
    told: judge::Told,
}

/// A mail or a post that tells of an alert.
#[derive(Serialize, ToSchema)]
struct AlertDelivery {
    id: String,
    /// `mail` or `webhook`
    kind: &'static str,
    to: String,
    /// `waiting`, `sent` or `failed`
    status: String,
    attempts: u32,
    last_error: Option<String>,
    created_at: String,
    /// When it is tried next.
    next_at: Option<String>,
    ended_at: Option<String>,
}

impl Defined for AlertDefinition {
    const KIND: DefinitionKind = DefinitionKind::Alert;
    const ACTIONS: Actions = Actions::new("alert.create", "alert.change", "alert.delete");

    fn checked(mut self) -> Result<Self, ApiError> {
        let number = |field: &str, value: f64, least: f64| {
            let is_fine = value.is_finite() && value >= least;
            if is_fine { Ok(()) } else { Err(ApiError::invalid(&format!("definition.when.{field}"), format!("give a number of at least {least}"))) }
        };
        match self.when {
            AlertCondition::Above { value } | AlertCondition::Below { value } => number("value", value, f64::MIN)?,
            AlertCondition::Rises { by, .. } | AlertCondition::Falls { by, .. } => number("by", by, 0.0)?,
            AlertCondition::Unusual { .. } => {}
        }
        check_mails("definition.mail", &mut self.mail)?;
        check_language("definition.language", self.language.as_deref())?;
        if let Some(webhook) = &mut self.webhook {
            webhook.url = webhook.url.trim().to_owned();
            check_webhook("definition.webhook.url", &webhook.url)?;
        }
        if let Some(hours) = &mut self.hours {
            hours.check()?;
        }
        Ok(self)
    }
}

impl AlertDefinition {
    fn watch(&self) -> Watch {
        let moves = |way, by, unit, against| Condition::Moves {
            way,
            by,
            is_share: matches!(unit, MoveUnit::Share),
            against: match against {
                MoveAgainst::Before => Against::Before,
                MoveAgainst::LastWeek => Against::LastWeek,
            },
        };
        let condition = match self.when {
            AlertCondition::Above { value } => Condition::Above(value),
            AlertCondition::Below { value } => Condition::Below(value),
            AlertCondition::Rises { by, unit, against } => moves(Way::Up, by, unit, against),
            AlertCondition::Falls { by, unit, against } => moves(Way::Down, by, unit, against),
            AlertCondition::Unusual { sensitivity, way } => Condition::Unusual {
                sensitivity: match sensitivity {
                    AlertSensitivity::Low => Sensitivity::Low,
                    AlertSensitivity::Medium => Sensitivity::Medium,
                    AlertSensitivity::High => Sensitivity::High,
                },
                way: way.map(|way| match way {
                    AlertWay::Up => Way::Up,
                    AlertWay::Down => Way::Down,
                }),
            },
        };
        Watch { condition, least: self.least }
    }

    /// Against what is known of the project: its metric, and whether mails can be sent.
    async fn check_in(&self, api: &Api, project: ProjectId) -> Result<(), ApiError> {
        self.check_metric(api, project).await?;
        if self.mail.is_empty() { Ok(()) } else { require_mail(api) }
    }

    async fn check_metric(&self, api: &Api, project: ProjectId) -> Result<(), ApiError> {
        let metric = match definition::one::<MetricDefinition>(api, project, &self.metric).await {
            Ok((_, metric)) => metric,
            Err(error) if error.status == StatusCode::NOT_FOUND => {
                return Err(ApiError::invalid("definition.metric", format!("\"{}\" is no metric of this project", self.metric)));
            }
            Err(error) => return Err(error),
        };
        let unit = metric.read()?.unit();
        if matches!(unit, Unit::Minute) {
            return Err(ApiError::invalid("definition.metric", "its intervals are minutes; an alert takes hours or longer"));
        }
        self.watch().fits(unit).map_err(|why| ApiError::invalid("definition.when.against", why))
    }
}

impl AlertHours {
    fn check(&mut self) -> Result<(), ApiError> {
        self.days.sort_unstable();
        self.days.dedup();
        if self.days.is_empty() || self.days.iter().any(|day| !(1..=7).contains(day)) {
            return Err(ApiError::invalid("definition.hours.days", "give days from 1 (Monday) to 7 (Sunday), one at least; leave `hours` out for always"));
        }
        let from = minutes(&self.from).filter(|from| *from < MINUTES_OF_A_DAY);
        let from = from.ok_or_else(|| ApiError::invalid("definition.hours.from", "give a time such as 08:00"))?;
        let to = minutes(&self.to).ok_or_else(|| ApiError::invalid("definition.hours.to", "give a time such as 19:00"))?;
        if to <= from {
            return Err(ApiError::invalid("definition.hours.to", "is not after `from`"));
        }
        Ok(())
    }
}

/// Minutes since midnight of `08:30`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| if text.len() == 2 { text.parse::<u32>().ok() } else { None };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (minutes < 60).then_some(hours * 60 + minutes).filter(|at| *at <= MINUTES_OF_A_DAY)
}

/// The project's alerts, and how they stand.
#[utoipa::path(get, path = "/api/projects/{project}/alerts", tag = "alert", params(("project" = u32, Path)), responses((status = 200, body = Alerts)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Alerts>, ApiError> {
    let project = inside.project.id;
    let kept = definition::all::<AlertDefinition>(&api, project).await?;
    let (states, undelivered) = tokio::try_join!(api.catalog.alert_states(project), api.catalog.alerts_not_delivered(project))?;
    let alerts = kept.into_iter().filter_map(|(about, definition)| {
        let (_, state) = states.iter().find(|(id, _)| *id == about.id)?;
        let state = AlertNow::of(state, undelivered.contains(&about.id));
        Some(Alert { about, definition, state })
    });
    Ok(axum::Json(Alerts { alerts: alerts.collect(), can_mail: api.options.mail.is_some() }))
}

/// Make an alert. It is looked at at once.
#[utoipa::path(post, path = "/api/projects/{project}/alerts", tag = "alert", params(("project" = u32, Path)), request_body = NewAlertBody, responses((status = 200, body = Alert)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewAlertBody>) -> Result<axum::Json<Alert>, ApiError> {
    let definition = body.definition.checked()?;
    definition.check_in(&api, inside.project.id).await?;
    let (about, definition) = definition::create(&api, &inside, body.name, definition).await?;
    api.catalog.watch_alert(inside.project.id, &about.id, !definition.off).await?;
    Ok(axum::Json(one(&api, inside.project.id, about, definition).await?))
}

/// One alert.
#[utoipa::path(get, path = "/api/projects/{project}/alerts/{alert}", tag = "alert", params(("project" = u32, Path), ("alert" = String, Path)), responses((status = 200, body = Alert)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Alert>, ApiError> {
    let (about, definition) = definition::one(&api, inside.project.id, &id).await?;
    Ok(axum::Json(one(&api, inside.project.id, about, definition).await?))
}

/// Change an alert. It is looked at at once, as if for the first time.
#[utoipa::path(
    put, path = "/api/projects/{project}/alerts/{alert}", tag = "alert", params(("project" = u32, Path), ("alert" = String, Path)),
    request_body = NewAlertBody, responses((status = 200, body = Alert))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Json(body): Json<NewAlertBody>) -> Result<axum::Json<Alert>, ApiError> {
    let definition = body.definition.checked()?;
    definition.check_in(&api, inside.project.id).await?;
    let (about, definition) = definition::change(&api, &inside, &id, body.version, body.name, definition).await?;
    api.catalog.watch_alert(inside.project.id, &id, !definition.off).await?;
    Ok(axum::Json(one(&api, inside.project.id, about, definition).await?))
}

/// Delete an alert, its history, and what waits to tell of it.
#[utoipa::path(delete, path = "/api/projects/{project}/alerts/{alert}", tag = "alert", params(("project" = u32, Path), ("alert" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    definition::delete::<AlertDefinition, _>(&api, &inside, &id).await?;
    api.catalog.forget_alert_deliveries(inside.project.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an alert was.
#[utoipa::path(get, path = "/api/projects/{project}/alerts/{alert}/versions", tag = "alert", params(("project" = u32, Path), ("alert" = String, Path)), responses((status = 200, body = Versions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Versions>, ApiError> {
    Ok(axum::Json(definition::versions::<AlertDefinition>(&api, inside.project.id, &id).await?))
}

/// What became of an alert, with what explains each move, and whether those were told who are to be.
#[utoipa::path(get, path = "/api/projects/{project}/alerts/{alert}/history", tag = "alert", params(("project" = u32, Path), ("alert" = String, Path)), responses((status = 200, body = AlertHistory)))]
async fn history(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<AlertHistory>, ApiError> {
    let project = inside.project.id;
    let state = api.catalog.alert_state(project, &id).await?;
    let (events, mails, posts) = tokio::try_join!(
        api.catalog.alert_events(project, Some(&id), MOST_EVENTS),
        api.catalog.latest_mails_about(project, &id, MOST_DELIVERIES),
        api.catalog.latest_posts(project, &id, MOST_DELIVERIES)
    )?;
    let events = events.into_iter().map(|event| {
        let told = serde_json::from_value(event.details).map_err(|error| ApiError::internal(&error))?;
        Ok(AlertEvent { id: event.id, kind: event.kind, at: shown(event.at), told })
    });
    let next = |status: Delivery, at: i64| shown_if((status == Delivery::Waiting).then_some(at));
    let mails = mails.into_iter().map(|mail| AlertDelivery {
        id: mail.id,
        kind: "mail",
        to: mail.to,
        status: mail.status.as_str().to_owned(),
        attempts: mail.attempts,
        last_error: mail.last_error,
        created_at: shown(mail.created_at),
        next_at: next(mail.status, mail.not_before),
        ended_at: shown_if(mail.ended_at),
    });
    let posts = posts.into_iter().map(|post| AlertDelivery {
        id: post.id,
        kind: "webhook",
        to: post.url,
        status: post.status.as_str().to_owned(),
        attempts: post.attempts,
        last_error: post.last_error,
        created_at: shown(post.created_at),
        next_at: next(post.status, post.not_before),
        ended_at: shown_if(post.ended_at),
    });
    let mut deliveries: Vec<AlertDelivery> = mails.chain(posts).collect();
    deliveries.sort_by(|a, b| b.created_at.cmp(&a.created_at));
    let is_editor = inside.role >= Role::Editor;
    if !is_editor {
        // An address that takes posts is a secret of its own.
        deliveries.iter_mut().filter(|delivery| delivery.kind == "webhook").for_each(|delivery| delivery.to = without_path(&delivery.to));
    }
    Ok(axum::Json(AlertHistory { secret: is_editor.then_some(state.secret), events: events.collect::<Result<_, ApiError>>()?, deliveries }))
}

/// Tell everybody whom the alert tells, now, of the metric as it stands: a try.
#[utoipa::path(post, path = "/api/projects/{project}/alerts/{alert}/test", tag = "alert", params(("project" = u32, Path), ("alert" = String, Path)), responses((status = 204)))]
async fn test(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let (about, definition) = definition::one::<AlertDefinition>(&api, inside.project.id, &id).await?;
    if definition.mail.is_empty() && definition.webhook.is_none() {
        return Err(ApiError::invalid("definition.mail", "the alert tells nobody: give an address or a webhook first"));
    }
    judge::tell_as_a_try(&api, &inside.project, &about, &definition).await?;
    let (actor, details) = (inside.caller.actor(), json!({"name": about.name}));
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "alert.test", object: &id, details }).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn one(api: &Api, project: ProjectId, about: About, definition: AlertDefinition) -> Result<Alert, ApiError> {
    let state = api.catalog.alert_state(project, &about.id).await?;
    let undelivered = api.catalog.alerts_not_delivered(project).await?.contains(&about.id);
    Ok(Alert { state: AlertNow::of(&state, undelivered), about, definition })
}

impl AlertNow {
    fn of(state: &AlertState, undelivered: bool) -> Self {
        Self { firing: state.is_firing, looked_at: shown_if(state.looked_at), next_at: shown_if(state.next_at), trouble: state.trouble.clone(), undelivered }
    }
}

fn without_path(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    format!("{scheme}://{}/…", rest.split('/').next().unwrap_or_default())
}

/// The alerts that watch a metric.
pub(crate) async fn that_watch(api: &Api, project: ProjectId, metric: &str) -> Result<Vec<UsedIn>, ApiError> {
    let alerts = definition::all::<AlertDefinition>(api, project).await?;
    let found = alerts.into_iter().filter(|(_, alert)| alert.metric == metric);
    Ok(found.map(|(about, _)| UsedIn { kind: "alert".to_owned(), id: about.id, name: about.name }).collect())
}
