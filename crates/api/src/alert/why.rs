//! What explains that a metric moved: the segments that went another way than the rest, and how much of the move is theirs.

use super::{AlertCondition, MoveAgainst};
use crate::{
    Api,
    access::{Inside, ToRead},
    body::{Json, Named},
    definition,
    error::ApiError,
    metric::{MetricDefinition, zone_of},
    query::answer,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{
    Browse, Question,
    alert::{Measured, Part, Whole, explain},
    calendar::{Unit, Zone},
    metric::{Metric as Read, Parts, Point, instant},
};
use sillage_catalog::Project;
use sillage_event::ProjectId;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What most often explains a move, looked at first.
const FIRST: [&str; 12] = [
    "$device_type",
    "$browser",
    "$os",
    "mp_country_code",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "$referring_domain",
    "$app_version_string",
    "$release",
    "$pathname",
    "$lib_version",
];
/// A release takes the place of the one before: in a sum, one always falls and one rises.
const RELEASES: [&str; 3] = ["$app_version_string", "$release", "$lib_version"];
const MOST_PROPERTIES: usize = 12;
const MOST_OF_PEOPLE: usize = 4;
const TOP: u32 = 20;
const MOST_SEGMENTS: usize = 6;
/// Of one property: two browsers say it, ten do not say it better.
const MOST_OF_A_PROPERTY: usize = 2;
/// What is usual is the mean of so many of the same intervals before.
const USUAL: i64 = 4;

/// What explains that a metric moved.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct Why {
    /// What the interval is compared with: `before`, `last_week`, or `usual`, the mean of the same four before.
    against: String,
    /// The starts of the intervals that it is compared with.
    compared: Vec<String>,
    before: Option<f64>,
    now: Option<f64>,
    /// Those that go beyond what chance and their size explain, the strongest first. None where all moved alike.
    pub(super) segments: Vec<WhySegment>,
    /// Of a bound: it moved away from it, so no move explains that it is beyond it.
    #[serde(default)]
    pub(super) other_way: bool,
    /// The properties that were looked at.
    looked_at: Vec<WhyProperty>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct WhyProperty {
    property: String,
    /// `event` or `person`
    of: String,
}

/// A segment that explains something.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct WhySegment {
    pub(super) property: String,
    /// `event` or `person`
    pub(super) of: String,
    /// Null is not set.
    #[schema(value_type = Option<Object>)]
    pub(super) value: Value,
    pub(super) before: Option<f64>,
    pub(super) now: Option<f64>,
    /// Its share of the move; of several properties they do not add up.
    pub(super) contribution: f64,
    /// What of that goes beyond its size.
    excess: f64,
    /// Standard errors from what the rest did.
    z: f64,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyOfMetric {
    /// An instant of the interval; that of the latest that is over where nothing is said.
    at: Option<String>,
    /// `before`, `last_week` or `usual`
    against: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MetricWhy {
    /// When the interval began; null where there is none.
    at: Option<String>,
    /// Null where the metric is of a kind that is no sum and no share of its segments.
    why: Option<Why>,
}

/// What explains that a metric moved. Asks up to sixteen questions.
#[utoipa::path(
    post, path = "/api/projects/{project}/metrics/{metric}/why", tag = "metric_why", params(("project" = u32, Path), ("metric" = String, Path)),
    request_body = WhyOfMetric, responses((status = 200, body = MetricWhy))
)]
pub(super) async fn of_metric(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Json(body): Json<WhyOfMetric>,
) -> Result<axum::Json<MetricWhy>, ApiError> {
    let project = &inside.project;
    let (_, metric) = definition::one::<MetricDefinition>(&api, project.id, &id).await?;
    let read = metric.read()?;
    let zone = zone_of(project, read.question()["timezone"].as_str())?;
    let now_ms = api.clock.now_ms();
    let against = match body.against.as_deref() {
        None | Some("usual") => Against::Usual,
        Some("before") => Against::Before,
        Some("last_week") if matches!(read.unit(), Unit::Hour | Unit::Day) => Against::LastWeek,
        Some("last_week") => return Err(ApiError::invalid("against", "only hours and days have the same one a week earlier; give `before` or `usual`")),
        Some(_) => return Err(ApiError::invalid("against", "give `before`, `last_week` or `usual`")),
    };
    let start = match &body.at {
        Some(at) => {
            let ms = instant(at).or_else(|| zone.start_of_written(at));
            Some(zone.floor(ms.ok_or_else(|| ApiError::invalid("at", "give an instant such as 2026-11-30T00:00:00Z, or a day"))?, read.unit()))
        }
        None => {
            let range = read.range_of_latest(&zone, now_ms, 1);
            let (reading, _) = metric.ask(&api, project, &read, &zone, now_ms, range, None, None).await?;
            reading.latest().and_then(|at| instant(&reading.points[at].start))
        }
    };
    let Some(start) = start else { return Ok(axum::Json(MetricWhy { at: None, why: None })) };
    let why = look(&api, project, &read, &zone, start, against).await?;
    Ok(axum::Json(MetricWhy { at: Some(zone.format(start)), why }))
}

pub(super) async fn of_alert(api: &Api, project: &Project, read: &Read, zone: &Zone, point: &Point, when: &AlertCondition) -> Result<Option<Why>, ApiError> {
    let Some(start) = instant(&point.start) else { return Ok(None) };
    let against = match when {
        AlertCondition::Rises { against: MoveAgainst::LastWeek, .. } | AlertCondition::Falls { against: MoveAgainst::LastWeek, .. } => Against::LastWeek,
        AlertCondition::Rises { .. } | AlertCondition::Falls { .. } => Against::Before,
        AlertCondition::Unusual { .. } => Against::Usual,
        // Beyond a bound: a Sunday says little of a Monday.
        AlertCondition::Above { .. } | AlertCondition::Below { .. } if matches!(read.unit(), Unit::Hour | Unit::Day) => Against::Usual,
        AlertCondition::Above { .. } | AlertCondition::Below { .. } => Against::Before,
    };
    let mut why = look(api, project, read, zone, start, against).await?;
    if let Some(why) = &mut why
        && let Some((before, now)) = why.before.zip(why.now)
    {
        why.other_way = matches!(when, AlertCondition::Above { .. } if now <= before) || matches!(when, AlertCondition::Below { .. } if now >= before);
        if why.other_way {
            why.segments.clear();
        }
    }
    Ok(why)
}

#[derive(Clone, Copy)]
enum Against {
    Before,
    LastWeek,
    Usual,
}

impl Against {
    fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::LastWeek => "last_week",
            Self::Usual => "usual",
        }
    }

    /// The intervals that one is compared with, the latest first.
    fn starts(self, zone: &Zone, unit: Unit, start: i64) -> Vec<i64> {
        let weeks = matches!(unit, Unit::Hour | Unit::Day);
        match self {
            Self::Before => vec![zone.step(start, unit, -1)],
            Self::LastWeek => vec![zone.shift(start, Unit::Day, -7)],
            Self::Usual if weeks => (1..=USUAL).map(|n| zone.shift(start, Unit::Day, -7 * n)).collect(),
            Self::Usual => (1..=USUAL).map(|n| zone.step(start, unit, -n)).collect(),
        }
    }
}

async fn look(api: &Api, project: &Project, read: &Read, zone: &Zone, start: i64, against: Against) -> Result<Option<Why>, ApiError> {
    let Some(parts) = read.parts() else { return Ok(None) };
    let starts = against.starts(zone, read.unit(), start);
    let first = starts.iter().copied().min().unwrap_or(start);
    let range = read.range_between(zone, first, zone.step(start, read.unit(), 1) - 1);
    let times = Times { now: zone.format(start), before: starts.iter().map(|start| zone.format(*start)).collect() };
    let properties = candidates(api, project.id, read, parts.is_share()).await?;
    let mut segments = Vec::new();
    let mut whole: Option<(Measured, Measured)> = None;
    for looked_at in &properties {
        let mut question = read.asked(range.clone(), None);
        question["breakdown"] = json!([{"property": looked_at.property, "of": looked_at.of}]);
        question["top"] = json!(TOP);
        let reply = answer(api, project, Question::from_json(&question)?, None).await?;
        let found = Found::read(&parts, &reply.answer, &times);
        let Some((before, now)) = found.whole else { continue };
        whole = Some((before, now));
        let kind = if parts.is_share() { Whole::Share } else { Whole::Amount };
        let reasons = explain(kind, &found.parts, before, now);
        segments.extend(reasons.into_iter().take(MOST_OF_A_PROPERTY).map(|reason| WhySegment {
            property: looked_at.property.clone(),
            of: looked_at.of.clone(),
            value: reason.segment,
            before: reason.before,
            now: reason.now,
            contribution: reason.contribution,
            excess: reason.excess,
            z: reason.z,
        }));
    }
    segments.sort_by(|a, b| b.excess.total_cmp(&a.excess));
    let segments = each_once(segments);
    let value = |measured: Measured| if parts.is_share() { (measured.of > 0.0).then(|| measured.amount / measured.of) } else { Some(measured.amount) };
    Ok(Some(Why {
        against: against.name().to_owned(),
        compared: times.before,
        before: whole.and_then(|(before, _)| value(before)),
        now: whole.and_then(|(_, now)| value(now)),
        segments,
        other_way: false,
        looked_at: properties,
    }))
}

/// Segments of the same figures are the same people under another name: the first of them stands for all.
fn each_once(segments: Vec<WhySegment>) -> Vec<WhySegment> {
    let mut kept: Vec<WhySegment> = Vec::new();
    for segment in segments {
        if kept.len() < MOST_SEGMENTS && !kept.iter().any(|one| one.before == segment.before && one.now == segment.now) {
            kept.push(segment);
        }
    }
    kept
}

/// What the metric may be broken down by: what often explains a move, what else its event carries, and what is known of people.
async fn candidates(api: &Api, project: ProjectId, metric: &Read, is_share: bool) -> Result<Vec<WhyProperty>, ApiError> {
    let question = Question::from_json(&metric.asked(json!({"last": 1, "unit": "day"}), None))?;
    let event = question.kind.selectors().iter().find_map(|selector| selector.names().first().map(|name| (*name).to_owned()));
    let look = move |browse: &dyn Browse| {
        let of_event = browse.properties(project, "event", event.as_deref())?;
        let of_people = browse.properties(project, "person", None)?;
        Ok((of_event, of_people))
    };
    let (of_event, of_people) = api.browse(look).await?;
    let is_fit = |types: &[&str]| types.iter().any(|kind| matches!(*kind, "string" | "boolean"));
    let names_one = |name: &str| name == "id" || ["_id", "Id", "ID", "uuid", "_url"].iter().any(|end| name.ends_with(end)) || name.contains("email");
    let mut found: Vec<WhyProperty> = Vec::new();
    let mut add = |property: &str, of: &str| {
        if !found.iter().any(|one: &WhyProperty| one.property == property && one.of == of) {
            found.push(WhyProperty { property: property.to_owned(), of: of.to_owned() });
        }
    };
    for name in FIRST {
        if of_event.iter().any(|info| info.name == name) && (is_share || !RELEASES.contains(&name)) {
            add(name, "event");
        }
    }
    let others =
        of_event.iter().filter(|info| is_fit(&info.types) && !names_one(&info.name) && !info.name.starts_with(['$', '=']) && !info.name.starts_with("mp_"));
    for info in others.take(MOST_PROPERTIES) {
        add(&info.name, "event");
    }
    let of_people = of_people.iter().filter(|info| is_fit(&info.types) && !names_one(&info.name) && !info.name.starts_with(['$', '=']) && info.name != "name");
    found.truncate(MOST_PROPERTIES);
    // What an event says of its person is as it was then.
    let of_people = of_people.filter(|info| !found.iter().any(|one| one.property == info.name));
    let of_people: Vec<&str> = of_people.take(MOST_OF_PEOPLE).map(|info| info.name.as_str()).collect();
    found.extend(of_people.into_iter().map(|name| WhyProperty { property: name.to_owned(), of: "person".to_owned() }));
    Ok(found)
}

struct Times {
    now: String,
    before: Vec<String>,
}

/// The segments of an answer at the two times.
struct Found {
    whole: Option<(Measured, Measured)>,
    parts: Vec<Part>,
}

impl Found {
    fn read(parts: &Parts, answer: &Value, times: &Times) -> Self {
        let now = parts.at(answer, &times.now);
        let mut before: BTreeMap<String, (Value, Measured)> = BTreeMap::new();
        for time in &times.before {
            for (segment, measured) in parts.at(answer, time) {
                let (_, sum) = before.entry(segment.to_string()).or_insert_with(|| (segment, Measured::default()));
                sum.amount += measured.amount / times.before.len() as f64;
                sum.of += measured.of / times.before.len() as f64;
            }
        }
        let mut found = Self { whole: None, parts: Vec::new() };
        let mut now: BTreeMap<String, (Value, Measured)> = now.into_iter().map(|(segment, measured)| (segment.to_string(), (segment, measured))).collect();
        for (key, (segment, was)) in before {
            let is = now.remove(&key).map(|(_, is)| is).unwrap_or_default();
            found.add(segment, was, is);
        }
        for (segment, is) in now.into_values() {
            found.add(segment, Measured::default(), is);
        }
        found
    }

    /// The overall line has no segment.
    fn add(&mut self, segment: Value, before: Measured, now: Measured) {
        match segment.as_array().map(Vec::as_slice) {
            Some([]) => self.whole = Some((before, now)),
            Some([one]) => self.parts.push(Part { segment: one.clone(), before, now }),
            _ => {}
        }
    }
}
