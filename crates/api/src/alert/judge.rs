//! Judging alerts when an interval of their metric is over, and telling of it.

use super::{AlertCondition, AlertDefinition, AlertHours, MINUTES_OF_A_DAY, message::Message, minutes, why};
use crate::{
    Api,
    access::{Inside, ToRead},
    body::Json,
    definition::{self, About, Defined},
    error::ApiError,
    metric::{MetricDefinition, MetricFormat, name_of, zone_of},
};
use axum::{extract::State, http::StatusCode};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::{
    alert::{Band, Unjudged, Verdict},
    calendar::{Unit, Zone},
    metric::{Metric as Read, Point, instant},
};
use sillage_catalog::{DueAlert, Judgement, NewAlertEvent, Project};
use std::time::Duration;
use tokio::sync::watch;
use utoipa::ToSchema;

const EVERY: Duration = Duration::from_secs(3);
const AFTER_A_FAILURE: Duration = Duration::from_secs(20);
const AT_ONCE: u32 = 200;
/// So many are judged beside each other: the other places where questions are answered stay free for people.
const BESIDE: usize = 2;
const MINUTE_MS: i64 = 60_000;
/// Events arrive a little later than they happen, and not all alerts are judged in the same second.
const LATE_OF_HOURS_MS: i64 = 3 * MINUTE_MS;
const LATE_MS: i64 = 15 * MINUTE_MS;
/// What could not be judged is tried again after this.
const AGAIN_MS: i64 = 5 * MINUTE_MS;
const GONE_MS: i64 = 24 * 60 * MINUTE_MS;
/// Intervals that a preview shows.
const SHOWN: usize = 60;

/// What was told of an alert.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct Told {
    /// The id of the metric, and its name then.
    pub(super) metric: String,
    pub(super) name: String,
    pub(super) format: MetricFormat,
    pub(super) currency: Option<String>,
    /// What an interval is.
    pub(super) unit: String,
    /// When the interval began; null where none is over.
    pub(super) start: Option<String>,
    pub(super) value: Option<f64>,
    /// Of how many, where it is a share or a mean.
    pub(super) n: Option<u64>,
    /// What it was compared with: the bound, the other interval, or what was to be expected.
    pub(super) reference: Option<f64>,
    /// The band of what was to be expected.
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) when: AlertCondition,
    /// What explains the move.
    pub(super) why: Option<why::Why>,
    /// Nobody is told before.
    pub(super) held_until: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertToPreview {
    definition: AlertDefinition,
}

/// What an alert would have said of the latest intervals.
#[derive(Serialize, ToSchema)]
pub(super) struct AlertPreview {
    unit: &'static str,
    /// In order of time.
    points: Vec<AlertPoint>,
    /// In how many of them it holds.
    fires: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AlertPoint {
    start: String,
    value: Option<f64>,
    n: Option<u64>,
    over: bool,
    reference: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    fires: bool,
    /// Why it is not judged: `not_over`, `no_value`, `too_few`, `no_past`.
    unjudged: Option<&'static str>,
}

/// What an alert would have said of the latest intervals, before it is made.
#[utoipa::path(post, path = "/api/projects/{project}/alerts/preview", tag = "alert", params(("project" = u32, Path)), request_body = AlertToPreview, responses((status = 200, body = AlertPreview)))]
pub(super) async fn preview(State(api): State<Api>, inside: Inside<ToRead>, Json(body): Json<AlertToPreview>) -> Result<axum::Json<AlertPreview>, ApiError> {
    let definition = body.definition.checked()?;
    definition.check_metric(&api, inside.project.id).await?;
    let (_, metric) = definition::one::<MetricDefinition>(&api, inside.project.id, &definition.metric).await?;
    let mut looked = look(&api, &inside.project, &metric, &definition, SHOWN).await?;
    // Nothing is shown of the time before there was anything.
    let began = looked.points.iter().position(|point| point.value.is_some_and(|value| value != 0.0));
    looked.from = looked.from.max(began.unwrap_or(0));
    let verdicts = definition.watch().judge(&looked.metric, &looked.zone, &looked.points, looked.from);
    let points: Vec<AlertPoint> = looked.points[looked.from..].iter().zip(verdicts).map(|(point, verdict)| AlertPoint::of(point, verdict)).collect();
    let fires = points.iter().filter(|point| point.fires).count();
    Ok(axum::Json(AlertPreview { unit: name_of(looked.metric.unit()), fires: u32::try_from(fires).unwrap_or(u32::MAX), points }))
}

impl AlertPoint {
    fn of(point: &Point, verdict: Verdict) -> Self {
        Self {
            start: point.start.clone(),
            value: point.value,
            n: point.n,
            over: point.is_over,
            reference: verdict.reference,
            low: verdict.band.map(|band| band.low),
            high: verdict.band.map(|band| band.high).filter(|high| high.is_finite()),
            fires: verdict.fires,
            unjudged: verdict.unjudged.map(Unjudged::name),
        }
    }
}

/// A metric as an alert looks at it: so much of its past that the points from a place on can be judged.
struct Looked {
    metric: Read,
    zone: Zone,
    points: Vec<Point>,
    from: usize,
}

async fn look(api: &Api, project: &Project, metric: &MetricDefinition, alert: &AlertDefinition, judged: usize) -> Result<Looked, ApiError> {
    let read = metric.read()?;
    let zone = zone_of(project, read.question()["timezone"].as_str())?;
    let now_ms = api.clock.now_ms();
    let wanted = alert.watch().intervals_before(read.unit()) + judged;
    let range = read.range_of_latest(&zone, now_ms, i64::try_from(wanted).unwrap_or(i64::MAX));
    let (reading, _) = metric.ask(api, project, &read, &zone, now_ms, range, None, None).await?;
    let over = reading.latest().map_or(0, |at| at + 1);
    Ok(Looked { metric: read, zone, from: over.saturating_sub(judged), points: reading.points })
}

/// Judges what is due, until it is told to stop.
pub async fn watch_alerts(api: Api, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let pause = match judge_what_is_due(&api, &stop).await {
            Ok(()) => EVERY,
            Err(error) => {
                tracing::warn!("alerts could not be judged, and will be: {}", error.message);
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

async fn judge_what_is_due(api: &Api, stop: &watch::Receiver<bool>) -> Result<(), ApiError> {
    let due = api.catalog.due_alerts(AT_ONCE).await?;
    let judge_one = async |alert: DueAlert| {
        if *stop.borrow() {
            return Ok(());
        }
        let judgement = judge(api, &alert).await;
        // Somebody deleted it meanwhile: there is nothing to write down.
        match api.catalog.judge_alert(&alert, &judgement).await {
            Ok(()) | Err(sillage_catalog::CatalogError::NotFound) => Ok(()),
            Err(error) => Err(ApiError::from(error)),
        }
    };
    let mut judging = stream::iter(due).map(judge_one).buffer_unordered(BESIDE);
    while let Some(judged) = judging.next().await {
        judged?;
    }
    Ok(())
}

/// What comes of looking at an alert. What goes wrong is said at the alert, and tried again.
async fn judge(api: &Api, due: &DueAlert) -> Judgement {
    let now_ms = api.clock.now_ms();
    match judge_now(api, due).await {
        Ok(judgement) => judgement,
        Err(error) if error.status == StatusCode::NOT_FOUND => {
            Judgement { next_at: now_ms + GONE_MS, trouble: Some("metric_gone".to_owned()), ..Judgement::default() }
        }
        Err(error) => {
            tracing::warn!(alert = %due.id, "an alert could not be judged: {}", error.message);
            Judgement { next_at: now_ms + AGAIN_MS, trouble: Some(error.message), ..Judgement::default() }
        }
    }
}

async fn judge_now(api: &Api, due: &DueAlert) -> Result<Judgement, ApiError> {
    let project = api.catalog.project(due.project).await?;
    let (about, alert) = definition::one::<AlertDefinition>(api, due.project, &due.id).await?;
    let (metric_about, metric) = definition::one::<MetricDefinition>(api, due.project, &alert.metric).await?;
    let looked = look(api, &project, &metric, &alert, 1).await?;
    let now_ms = api.clock.now_ms();
    let next_at = looked.metric.next_over(&looked.zone, now_ms) + lateness(looked.metric.unit(), &due.id);
    let verdict = alert.watch().judge(&looked.metric, &looked.zone, &looked.points, looked.from).first().copied();
    let Some((point, verdict)) = looked.points.get(looked.from).zip(verdict).filter(|(point, _)| point.is_over) else {
        return Ok(Judgement { next_at, ..Judgement::default() });
    };
    let start = instant(&point.start);
    // An interval is judged once; what could not be judged changes nothing.
    if due.state.judged.is_some() && due.state.judged == start || verdict.unjudged.is_some() {
        return Ok(Judgement { next_at, judged: start, ..Judgement::default() });
    }
    let kind = match (verdict.fires, due.state.is_firing) {
        (true, false) => Some("fired"),
        (true, true) if alert.again => Some("fired"),
        (false, true) => Some("over"),
        _ => None,
    };
    let mut judgement = Judgement { next_at, judged: start, is_firing: Some(verdict.fires), ..Judgement::default() };
    if let Some(kind) = kind {
        let mut told = Told::of(&metric_about, &metric, &alert, name_of(looked.metric.unit()), Some((point, verdict)));
        if verdict.fires {
            told.why = why::of_alert(api, &project, &looked.metric, &looked.zone, point, &alert.when).await?;
        }
        let is_told = verdict.fires || alert.over;
        tell(api, &project, &about, &alert, kind, told, is_told, &due.state.secret, &mut judgement);
    }
    Ok(judgement)
}

/// Tells of an alert as it stands.
pub(super) async fn tell_as_a_try(api: &Api, project: &Project, about: &About, alert: &AlertDefinition) -> Result<(), ApiError> {
    let (metric_about, metric) = definition::one::<MetricDefinition>(api, project.id, &alert.metric).await?;
    let looked = look(api, project, &metric, alert, 1).await?;
    let verdict = alert.watch().judge(&looked.metric, &looked.zone, &looked.points, looked.from).first().copied();
    let point = looked.points.get(looked.from).zip(verdict);
    let told = Told::of(&metric_about, &metric, alert, name_of(looked.metric.unit()), point);
    let state = api.catalog.alert_state(project.id, &about.id).await?;
    let mut judgement = Judgement::default();
    tell(api, project, about, &AlertDefinition { hours: None, ..alert.clone() }, "test", told, true, &state.secret, &mut judgement);
    if let Some(event) = &judgement.event {
        api.catalog.tell_of_alert(project.id, &about.id, event, &judgement.mails, &judgement.posts).await?;
    }
    Ok(())
}

/// Adds to a judgement what is told, and to whom.
#[expect(clippy::too_many_arguments, reason = "it is the one place where all of them meet")]
fn tell(
    api: &Api,
    project: &Project,
    about: &About,
    alert: &AlertDefinition,
    kind: &'static str,
    mut told: Told,
    is_told: bool,
    secret: &str,
    judgement: &mut Judgement,
) {
    let not_before = alert.hours.as_ref().and_then(|hours| hours.next(&zone_of(project, None).ok()?, api.clock.now_ms()));
    told.held_until = not_before.filter(|_| is_told).map(sillage_event::time::to_rfc3339);
    if is_told {
        let message = Message { api, project, about, alert, kind, told: &told };
        if api.options.mail.is_some() {
            judgement.mails = message.mails(not_before);
        }
        judgement.posts = message.posts(secret, not_before);
    }
    judgement.event = Some(NewAlertEvent { kind, details: json!(told) });
}

impl Told {
    fn of(about: &About, metric: &MetricDefinition, alert: &AlertDefinition, unit: &str, judged: Option<(&Point, Verdict)>) -> Self {
        let band = judged.and_then(|(_, verdict)| verdict.band);
        let bound = |bound: fn(Band) -> f64| band.map(bound).filter(|bound| bound.is_finite());
        Self {
            metric: about.id.clone(),
            name: about.name.clone(),
            format: metric.format(),
            currency: metric.currency().map(str::to_owned),
            unit: unit.to_owned(),
            start: judged.map(|(point, _)| point.start.clone()),
            value: judged.and_then(|(point, _)| point.value),
            n: judged.and_then(|(point, _)| point.n),
            reference: judged.and_then(|(_, verdict)| verdict.reference),
            low: bound(|band| band.low),
            high: bound(|band| band.high),
            when: alert.when,
            why: None,
            held_until: None,
        }
    }
}

impl AlertHours {
    /// When anybody may be told next; `None` is now.
    fn next(&self, zone: &Zone, now_ms: i64) -> Option<i64> {
        let (from, to) = (minutes(&self.from)?, minutes(&self.to).unwrap_or(MINUTES_OF_A_DAY));
        let mut day = zone.civil(now_ms).date();
        for _ in 0..8 {
            let at = |minutes: u32| zone.start_of(day) + i64::from(minutes) * MINUTE_MS;
            if self.days.contains(&day.weekday().to_monday_one_offset().unsigned_abs()) && now_ms < at(to) {
                return (now_ms < at(from)).then_some(at(from));
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

/// How long after the end of an interval it is judged: the same for an alert each time.
fn lateness(unit: Unit, id: &str) -> i64 {
    let late = if unit == Unit::Hour { LATE_OF_HOURS_MS } else { LATE_MS };
    let spread = id.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000_003);
    late + spread % (late / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_outside_the_hours() {
        let zone = Zone::new("Europe/Paris", false).unwrap();
        let hours = AlertHours { days: vec![1, 2, 3, 4, 5], from: "08:00".to_owned(), to: "19:00".to_owned() };
        let at = |text: &str| instant(text).unwrap();
        // Tuesday 1 December 2026.
        assert_eq!(hours.next(&zone, at("2026-12-01T10:00:00Z")), None);
        assert_eq!(hours.next(&zone, at("2026-12-01T06:59:00Z")), Some(at("2026-12-01T07:00:00Z")));
        assert_eq!(hours.next(&zone, at("2026-12-01T18:00:00Z")), Some(at("2026-12-02T07:00:00Z")));
        // Friday evening waits for Monday.
        assert_eq!(hours.next(&zone, at("2026-12-04T20:00:00Z")), Some(at("2026-12-07T07:00:00Z")));
    }

    #[test]
    fn alerts_are_not_judged_in_the_same_second() {
        let late: std::collections::BTreeSet<i64> = (0..100).map(|n| lateness(Unit::Day, &format!("alert {n}"))).collect();
        assert!(late.len() > 90 && late.iter().all(|late| (LATE_MS..LATE_MS * 3 / 2).contains(late)));
    }
}
