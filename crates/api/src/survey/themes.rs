//! What people say in answer to an open question: the report of themes, and what the team changed about them.

use super::{
    answers::{self, ANSWERED, RESPONSE, SURVEY, instant_ms},
    responses::{MOST_EVENTS, words},
};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    time::shown,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{
    calendar::{Unit, Zone},
    survey::{Kind, Question, Survey as Definition},
};
use sillage_catalog::{NewAuditEntry, Project, WeekStart};
use sillage_themes::{Answer, Correction, KeyPhrase, LanguageCount, Mean, Name, Period, Report, Segment, Sentiment, SentimentCounts, Settings, Share, report};
use std::collections::{BTreeMap, HashMap};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The latest ones are read; more take longer than anybody waits.
const MOST_ANSWERS: usize = 50_000;
const MOST_PROPERTIES: usize = 4;
/// Answers that are told of each theme, the latest first.
const ANSWERS_OF_A_THEME: usize = 50;
const MOST_NAME_CHARS: usize = 80;
const INTERVALS: [(&str, Unit); 3] = [("week", Unit::Week), ("month", Unit::Month), ("quarter", Unit::Quarter)];
/// The segments of people by how they scored.
const SCORE: &str = "$score";

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(themes)).routes(routes!(correct, take_back))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThemesBody {
    /// The id of an open question; the default is the first that people answer in sentences.
    question: Option<String>,
    /// As in a question; the default is all of history.
    #[schema(value_type = Option<Object>)]
    range: Option<Value>,
    /// A condition on the answers, as in a question: `{"property": "$country_code", "op": "is", "value": "FR"}`.
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    /// `week`, `month` (default) or `quarter`: what the last is compared with.
    interval: Option<String>,
    /// Up to four properties of the answers by which themes are compared, beside the score.
    #[serde(default)]
    by: Vec<String>,
}

/// What the answers to an open question speak of.
#[derive(Serialize, ToSchema)]
struct Themes {
    question: String,
    /// The question whose scores stand beside the themes: the first of the survey that has a scale.
    scored: Option<String>,
    n_answers: u64,
    /// Those that say something: shares are of these.
    n_said: u64,
    n_nothing: u64,
    n_abusive: u64,
    /// Longer than is read.
    n_cut: u64,
    /// Only the latest 50,000 answers were read.
    has_more: bool,
    /// Fewer than ten say something: there are no themes.
    is_too_few: bool,
    /// How many answers a theme has at least.
    fewest_answers: u64,
    #[schema(value_type = Vec<Object>)]
    languages: Vec<LanguageCount>,
    #[schema(value_type = Object)]
    sentiment: SentimentCounts,
    #[schema(value_type = Option<Object>)]
    mean_score: Option<Mean>,
    /// The commonest first.
    themes: Vec<Theme>,
    /// Those that the team hid.
    hidden: Vec<Theme>,
    unsorted: Unsorted,
    #[schema(value_type = Vec<Object>)]
    segments: Vec<Segment>,
    /// By their first day.
    #[schema(value_type = Vec<Object>)]
    periods: Vec<Period>,
    /// What the team changed, in the order in which it holds.
    corrections: Vec<ThemeCorrection>,
    /// How long it took to read and to count.
    elapsed_ms: f64,
}

/// A theme, with how common it is and what stands for it.
#[derive(Serialize, ToSchema)]
struct Theme {
    /// By these a correction names it.
    terms: Vec<String>,
    #[schema(value_type = Object)]
    name: Name,
    /// The team renamed, merged, split or filled it.
    is_fixed: bool,
    #[schema(value_type = Object)]
    share: Share,
    #[schema(value_type = Object)]
    sentiment: SentimentCounts,
    #[schema(value_type = Option<Object>)]
    mean_score: Option<Mean>,
    #[schema(value_type = Option<Object>)]
    mean_score_of_others: Option<Mean>,
    #[schema(value_type = Vec<Object>)]
    phrases: Vec<KeyPhrase>,
    /// Typical ones, without what could tell who wrote them.
    quotes: Vec<ThemeAnswer>,
    /// Where it is more or less common, the clearest difference first.
    #[schema(value_type = Vec<Object>)]
    segments: Vec<sillage_themes::Cell>,
    /// As in `periods`.
    #[schema(value_type = Vec<Object>)]
    periods: Vec<Share>,
    /// From the last but one period to the last.
    #[schema(value_type = Option<Object>)]
    change: Option<sillage_themes::Change>,
    /// The latest fifty.
    answers: Vec<ThemeAnswer>,
}

/// Answers that say something and are in no theme.
#[derive(Serialize, ToSchema)]
struct Unsorted {
    #[schema(value_type = Object)]
    share: Share,
    /// The latest fifty.
    answers: Vec<ThemeAnswer>,
}

/// One answer.
#[derive(Clone, Serialize, ToSchema)]
struct ThemeAnswer {
    response: String,
    text: String,
    at: String,
    /// By this a correction names its words.
    fingerprint: String,
    score: Option<f64>,
    /// `positive`, `negative`, `mixed` or `neutral`.
    #[schema(value_type = Option<String>)]
    sentiment: Option<Sentiment>,
    /// Null where the answer names nobody.
    person: Option<String>,
    /// The session that it was given in, whose recording may be there.
    session: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewThemeCorrection {
    /// The id of the question.
    question: String,
    /// `rename`, `merge`, `split`, `move` or `hide`; themes are named by their terms: `{"kind": "rename", "theme": ["#speed"], "name": "Slow pages"}`.
    #[schema(value_type = Object)]
    correction: Value,
}

#[derive(Serialize, ToSchema)]
struct ThemeCorrections {
    /// In the order in which they were made, which is that in which they hold.
    corrections: Vec<ThemeCorrection>,
}

/// What somebody changed about themes.
#[derive(Serialize, ToSchema)]
struct ThemeCorrection {
    id: i64,
    #[schema(value_type = Object)]
    correction: Value,
    created_by: String,
    created_at: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct CorrectionToTakeBack {
    id: i64,
}

/// What the answers to an open question speak of: themes with shares and their intervals, sentiment, scores, quotes, and where they differ. Nothing leaves this machine.
#[utoipa::path(
    post, path = "/api/projects/{project}/surveys/{survey}/themes", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = ThemesBody, responses((status = 200, body = Themes))
)]
async fn themes(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named, Json(body): Json<ThemesBody>) -> Result<axum::Json<Themes>, ApiError> {
    let began = tokio::time::Instant::now();
    let definition = super::published(&api, inside.project.id, &id).await?.definition;
    let question = match &body.question {
        Some(question) => open_question(&definition, question)?,
        None => first_open(&definition)?,
    };
    let scored = definition.questions.iter().find(|one| one.band(0.0).is_some());
    let periods = Periods::new(&inside.project, body.interval.as_deref())?;
    if body.by.len() > MOST_PROPERTIES {
        return Err(ApiError::invalid("by", format!("takes at most {MOST_PROPERTIES} properties")));
    }
    let mut gathered = Gathered { question: &question.id, scored, by: &body.by, periods: &periods, found: HashMap::new(), n: 0 };
    answers::walk(&api, &inside.project, events_question(&id, &question.id, scored, &body), |event| gathered.add(event)).await?;
    let (has_more, found) = (gathered.n > MOST_ANSWERS, gathered.found);
    let made = api.catalog.theme_corrections(inside.project.id, &id, &question.id).await?;
    let corrections = made.iter().map(|one| read_correction(&one.correction)).collect::<Result<_, _>>()?;
    let settings = Settings { question: question.text.values().cloned().collect::<Vec<_>>().join(" "), corrections };
    // It takes a processor for some seconds, as a question does.
    let _place = api.running.places.acquire().await.map_err(|closed| ApiError::internal(&closed))?;
    let counted = tokio::task::spawn_blocking(move || {
        let answers: Vec<Answer> = found.iter().filter_map(|(id, one)| one.as_answer(id)).collect();
        (report(&answers, &settings), found)
    });
    let (report, found) = counted.await.map_err(|stopped| ApiError::internal(&stopped))?;
    let mut themes = shown_report(report, &found);
    (themes.question, themes.scored, themes.has_more) = (question.id.clone(), scored.map(|one| one.id.clone()), has_more);
    themes.corrections = shown_corrections(made);
    themes.elapsed_ms = began.elapsed().as_secs_f64() * 1000.0;
    Ok(axum::Json(themes))
}

/// Rename, merge, split or hide themes, or move an answer. Every later report remembers.
#[utoipa::path(
    post, path = "/api/projects/{project}/surveys/{survey}/themes/corrections", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = NewThemeCorrection, responses((status = 200, body = ThemeCorrections))
)]
async fn correct(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewThemeCorrection>,
) -> Result<axum::Json<ThemeCorrections>, ApiError> {
    let definition = super::published(&api, inside.project.id, &id).await?.definition;
    let question = open_question(&definition, &body.question)?;
    let correction = checked_correction(&body.correction)?;
    let kept = serde_json::to_value(&correction).map_err(|error| ApiError::internal(&error))?;
    api.catalog.add_theme_correction(inside.project.id, &id, &question.id, &kept, &inside.caller.shown()).await?;
    record(&api, &inside, "survey.theme_correct", &id, json!({"question": question.id, "kind": kept["kind"]})).await?;
    listed(&api, &inside.project, &id, &question.id).await
}

/// Take a correction back.
#[utoipa::path(
    delete, path = "/api/projects/{project}/surveys/{survey}/themes/corrections", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path), CorrectionToTakeBack),
    responses((status = 204))
)]
async fn take_back(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Query(of): Query<CorrectionToTakeBack>) -> Result<StatusCode, ApiError> {
    let question = api.catalog.remove_theme_correction(inside.project.id, &id, of.id).await?;
    record(&api, &inside, "survey.theme_take_back", &id, json!({"question": question})).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn record(api: &Api, inside: &Inside<ToWrite>, action: &'static str, survey: &str, mut details: Value) -> Result<(), ApiError> {
    details["name"] = api.catalog.survey(inside.project.id, survey).await?.name.into();
    let actor = inside.caller.actor();
    Ok(api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: survey, details }).await?)
}

async fn listed(api: &Api, project: &Project, survey: &str, question: &str) -> Result<axum::Json<ThemeCorrections>, ApiError> {
    let made = api.catalog.theme_corrections(project.id, survey, question).await?;
    Ok(axum::Json(ThemeCorrections { corrections: shown_corrections(made) }))
}

fn shown_corrections(made: Vec<sillage_catalog::ThemeCorrection>) -> Vec<ThemeCorrection> {
    let one = |one: sillage_catalog::ThemeCorrection| ThemeCorrection {
        id: one.id,
        correction: one.correction,
        created_by: one.created_by,
        created_at: shown(one.created_at),
    };
    made.into_iter().map(one).collect()
}

fn open_question<'a>(definition: &'a Definition, id: &str) -> Result<&'a Question, ApiError> {
    let open = |question: &&Question| question.kind.is_open() && question.kind != Kind::Email;
    definition.questions.iter().filter(open).find(|question| question.id == id).ok_or_else(|| {
        let ids: Vec<&str> = definition.questions.iter().filter(open).map(|question| question.id.as_str()).collect();
        ApiError::invalid("question", format!("\"{id}\" is no open question of this survey; use one of: {}", ids.join(", ")))
    })
}

fn first_open(definition: &Definition) -> Result<&Question, ApiError> {
    let of_kind = |kind: Kind| definition.questions.iter().find(|question| question.kind == kind);
    of_kind(Kind::Long).or_else(|| of_kind(Kind::Short)).ok_or_else(|| ApiError::invalid("question", "this survey asks no open question"))
}

fn read_correction(value: &Value) -> Result<Correction, ApiError> {
    serde_json::from_value(value.clone()).map_err(|error| ApiError::invalid("correction", error.to_string()))
}

fn checked_correction(value: &Value) -> Result<Correction, ApiError> {
    let correction = read_correction(value)?;
    let empty = |field: &str| Err(ApiError::invalid(&format!("correction.{field}"), "names no terms; take those of a theme of the report"));
    let name = match &correction {
        Correction::Rename { theme, .. } | Correction::Hide { theme } if theme.is_empty() => return empty("theme"),
        Correction::Merge { themes, .. } if themes.len() < 2 || themes.iter().any(Vec::is_empty) => {
            return Err(ApiError::invalid("correction.themes", "takes two themes or more, each with its terms"));
        }
        Correction::Split { theme, .. } if theme.is_empty() => return empty("theme"),
        Correction::Split { terms, .. } if terms.is_empty() => return empty("terms"),
        Correction::Move { from: None, to: None, .. } => return Err(ApiError::invalid("correction.to", "moves nothing; say from or to which theme")),
        Correction::Rename { name, .. } => Some(name),
        Correction::Merge { name, .. } | Correction::Split { name, .. } => name.as_ref(),
        Correction::Move { .. } | Correction::Hide { .. } => None,
    };
    if name.is_some_and(|name| name.trim().is_empty() || name.chars().count() > MOST_NAME_CHARS) {
        return Err(ApiError::invalid("correction.name", format!("takes 1 to {MOST_NAME_CHARS} characters")));
    }
    Ok(correction)
}

/// The events of the open question and of the scored one.
fn events_question(survey: &str, question: &str, scored: Option<&Question>, body: &ThemesBody) -> Value {
    let ids: Vec<&str> = std::iter::once(question).chain(scored.map(|one| one.id.as_str())).collect();
    let mut all = vec![json!({"property": SURVEY, "op": "is", "value": survey}), json!({"property": "$question", "op": "any_of_list", "value": ids})];
    all.extend(body.filter.clone());
    let mut asked = json!({"kind": "timeline", "events": [ANSWERED], "filter": {"all": all}, "limit": MOST_EVENTS});
    if let Some(range) = &body.range {
        asked["range"] = range.clone();
    }
    asked
}

/// Calendar periods of the project, each by its first day.
struct Periods {
    zone: Zone,
    unit: Unit,
}

impl Periods {
    fn new(project: &Project, interval: Option<&str>) -> Result<Self, ApiError> {
        let name = interval.unwrap_or("month");
        let unit = INTERVALS.iter().find(|(one, _)| *one == name).map(|(_, unit)| *unit);
        let unit = unit.ok_or_else(|| ApiError::invalid("interval", format!("\"{name}\" is no interval here; use week, month or quarter")))?;
        let zone = Zone::new(&project.timezone, project.week_start == WeekStart::Sunday).ok_or_else(|| ApiError::internal(&"the project's time zone"))?;
        Ok(Self { zone, unit })
    }

    fn of(&self, ms: i64) -> String {
        self.zone.civil(self.zone.floor(ms, self.unit)).date().to_string()
    }
}

/// What is known of a response, of the latest event of each question.
#[derive(Default)]
struct Said {
    text: Option<String>,
    at: i64,
    score: Option<f64>,
    band: Option<&'static str>,
    person: Option<String>,
    session: Option<String>,
    segments: BTreeMap<String, String>,
    period: String,
}

impl Said {
    fn as_answer(&self, id: &str) -> Option<Answer> {
        let mut segments = self.segments.clone();
        segments.extend(self.band.map(|band| (SCORE.to_owned(), band.to_owned())));
        Some(Answer { id: id.to_owned(), text: self.text.clone()?, score: self.score, segments, period: Some(self.period.clone()) })
    }
}

struct Gathered<'a> {
    question: &'a str,
    scored: Option<&'a Question>,
    by: &'a [String],
    periods: &'a Periods,
    found: HashMap<String, Said>,
    n: usize,
}

impl Gathered<'_> {
    /// Whether there is room for more.
    fn add(&mut self, event: &Value) -> bool {
        let properties = &event["properties"];
        let (Some(id), Some(at)) = (properties[RESPONSE].as_str(), instant_ms(&event["time"])) else { return true };
        let is_open = properties["$question"] == self.question;
        if is_open && self.n >= MOST_ANSWERS {
            self.n += 1;
            return false;
        }
        let said = self.found.entry(id.to_owned()).or_default();
        if !is_open {
            let score = properties["$score"].as_f64();
            if said.score.is_none() {
                said.score = score;
                said.band = self.scored.zip(score).and_then(|(scored, score)| scored.band(score)).map(|band| band.name());
            }
        } else if said.text.is_none()
            && let Some(text) = words(&properties["$answer"])
        {
            self.n += 1;
            let known = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            said.text = Some(text);
            said.at = at;
            said.period = self.periods.of(at);
            (said.person, said.session) = (answers::who(event), known(&event["session_id"]));
            said.segments = self.by.iter().filter_map(|name| Some((name.clone(), words(&properties[name])?))).collect();
        }
        true
    }
}

fn shown_report(report: Report, found: &HashMap<String, Said>) -> Themes {
    let read: HashMap<&str, &sillage_themes::AnswerRead> = report.answers.iter().map(|one| (one.id.as_str(), one)).collect();
    let answer = |id: &str, text: Option<&str>| {
        let (said, read) = (found.get(id)?, read.get(id)?);
        Some(ThemeAnswer {
            response: id.to_owned(),
            text: text.or(said.text.as_deref())?.to_owned(),
            at: shown(said.at),
            fingerprint: read.fingerprint.clone(),
            score: said.score,
            sentiment: read.sentiment,
            person: said.person.clone(),
            session: said.session.clone(),
        })
    };
    let latest = |ids: &[String]| {
        let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        ids.sort_by_key(|id| (std::cmp::Reverse(found.get(*id).map(|said| said.at)), *id));
        ids.into_iter().take(ANSWERS_OF_A_THEME).filter_map(|id| answer(id, None)).collect::<Vec<_>>()
    };
    let theme = |theme: &sillage_themes::Theme| Theme {
        terms: theme.terms.clone(),
        name: theme.name.clone(),
        is_fixed: theme.is_fixed,
        share: theme.share,
        sentiment: theme.sentiment,
        mean_score: theme.mean_score,
        mean_score_of_others: theme.mean_score_of_others,
        phrases: theme.phrases.clone(),
        quotes: theme.quotes.iter().filter_map(|quote| answer(&quote.id, Some(&quote.text))).collect(),
        segments: theme.segments.clone(),
        periods: theme.periods.clone(),
        change: theme.change.clone(),
        answers: latest(&theme.answers),
    };
    Themes {
        question: String::new(),
        scored: None,
        has_more: false,
        corrections: Vec::new(),
        elapsed_ms: 0.0,
        n_answers: report.n_answers,
        n_said: report.n_said,
        n_nothing: report.n_nothing,
        n_abusive: report.n_abusive,
        n_cut: report.n_cut,
        is_too_few: report.is_too_few,
        fewest_answers: report.fewest_answers,
        languages: report.languages.clone(),
        sentiment: report.sentiment,
        mean_score: report.mean_score,
        themes: report.themes.iter().map(theme).collect(),
        hidden: report.hidden.iter().map(theme).collect(),
        unsorted: Unsorted { share: report.unsorted.share, answers: latest(&report.unsorted.answers) },
        segments: report.segments.clone(),
        periods: report.periods.clone(),
    }
}
