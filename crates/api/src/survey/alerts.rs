//! Telling of a survey's answers: by mail to the team, or by a signed post to another server; of every complete response, or of those with a low score.
//!
//! What must stay true: that a response is to be told of is written down before its end is acknowledged, so a stop loses none; it is told of once, however often its end arrives.

use super::{
    answers::{COMPLETED, RESPONSE, SURVEY},
    responses::{self, SurveyResponse},
};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    addressee::{check_language, check_mails, check_webhook},
    body::{Json, Named},
    error::ApiError,
    mail::require_mail,
    time::{shown, shown_if},
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::survey::{Kind, Question, Survey as Definition, Text};
use sillage_catalog::{NewAuditEntry, NewMail, NewPost, Project, Role, Telling};
use sillage_event::{Event, ProjectId};
use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Who wants to know is looked up so often at most.
const REMEMBER_MS: i64 = 5_000;
const MOST_REMEMBERED: usize = 10_000;
/// A response's answers may arrive a little after its end.
const WAIT_MS: i64 = 4_000;
/// An end that is older is history that somebody brings along, and no news. An answer that names nobody tells only its day.
const NEWS_MS: i64 = 2 * 86_400_000;
const EVERY: Duration = Duration::from_secs(2);
const AFTER_A_FAILURE: Duration = Duration::from_secs(20);
const AT_ONCE: u32 = 50;
const MOST_POSTS_SHOWN: u32 = 20;
const MAX_ANSWER_CHARS: usize = 2_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get, replace))
}

/// Who is told of a survey's answers.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SurveyAlertSettings {
    /// Only of responses with a low score; of every complete one unless said.
    when: Option<LowScore>,
    /// Addresses of mails, twenty at most.
    #[serde(default)]
    mail: Vec<String>,
    /// Where the response is posted to, as JSON.
    webhook: Option<String>,
    /// Of the mails: `en` or `fr`.
    language: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LowScore {
    /// The id of a question with a score.
    question: String,
    at_most: f64,
}

/// Who is told, and how the latest posts fared.
#[derive(Serialize, ToSchema)]
struct SurveyAlerts {
    settings: SurveyAlertSettings,
    /// With which posts are signed; null where none is made yet, and for viewers.
    secret: Option<String>,
    /// Whether the server can send mails.
    can_mail: bool,
    posts: Vec<SurveyPost>,
}

/// A response that was posted, or waits.
#[derive(Serialize, ToSchema)]
struct SurveyPost {
    id: String,
    /// `waiting`, `sent` or `failed`.
    status: String,
    attempts: u32,
    last_error: Option<String>,
    created_at: String,
    ended_at: Option<String>,
}

/// Who is told of the survey's answers.
#[utoipa::path(get, path = "/api/projects/{project}/surveys/{survey}/alerts", tag = "survey_alerts", params(("project" = u32, Path), ("survey" = String, Path)), responses((status = 200, body = SurveyAlerts)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<SurveyAlerts>, ApiError> {
    Ok(axum::Json(alerts_of(&api, inside.project.id, &id, inside.role).await?))
}

/// Say who is told of the survey's answers; nobody, without addresses.
#[utoipa::path(
    put, path = "/api/projects/{project}/surveys/{survey}/alerts", tag = "survey_alerts", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = SurveyAlertSettings, responses((status = 200, body = SurveyAlerts))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(mut body): Json<SurveyAlertSettings>,
) -> Result<axum::Json<SurveyAlerts>, ApiError> {
    let survey = api.catalog.survey(inside.project.id, &id).await?;
    let definition = Definition::from_json(&survey.definition, "definition")?;
    check(&mut body, &definition)?;
    if !body.mail.is_empty() {
        require_mail(&api)?;
    }
    let is_off = body.mail.is_empty() && body.webhook.is_none();
    let settings = serde_json::to_value(&body).map_err(|error| ApiError::internal(&error))?;
    api.catalog.set_survey_alerts(inside.project.id, &id, (!is_off).then_some(&settings)).await?;
    api.alerts.forget(inside.project.id);
    let actor = inside.caller.actor();
    let details = json!({"name": survey.name, "mail": body.mail.len(), "webhook": body.webhook.is_some()});
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "survey.alerts", object: &id, details }).await?;
    Ok(axum::Json(alerts_of(&api, inside.project.id, &id, inside.role).await?))
}

fn check(body: &mut SurveyAlertSettings, definition: &Definition) -> Result<(), ApiError> {
    check_mails("mail", &mut body.mail)?;
    body.webhook = body.webhook.take().map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    if let Some(url) = &body.webhook {
        check_webhook("webhook", url)?;
    }
    if let Some(when) = &body.when {
        let question = definition.questions.iter().find(|question| question.id == when.question);
        if question.is_none_or(|question| question.scores().is_empty()) {
            return Err(ApiError::invalid("when.question", format!("\"{}\" is no question of the survey with a score", when.question)));
        }
        if !when.at_most.is_finite() {
            return Err(ApiError::invalid("when.at_most", "give a number"));
        }
    }
    check_language("language", body.language.as_deref())
}

async fn alerts_of(api: &Api, project: ProjectId, id: &str, role: Role) -> Result<SurveyAlerts, ApiError> {
    api.catalog.survey(project, id).await?;
    let alerts = api.catalog.survey_alerts(project, id).await?;
    let settings = alerts.as_ref().and_then(|alerts| serde_json::from_value(alerts.settings.clone()).ok()).unwrap_or_default();
    let posts = api.catalog.latest_posts(project, id, MOST_POSTS_SHOWN).await?.into_iter().map(|post| SurveyPost {
        id: post.id,
        status: post.status.as_str().to_owned(),
        attempts: post.attempts,
        last_error: post.last_error,
        created_at: shown(post.created_at),
        ended_at: shown_if(post.ended_at),
    });
    Ok(SurveyAlerts {
        settings,
        secret: alerts.map(|alerts| alerts.secret).filter(|_| role >= Role::Editor),
        can_mail: api.options.mail.is_some(),
        posts: posts.collect(),
    })
}

/// Which surveys somebody wants to know of, as it was a few seconds ago at most.
#[derive(Default)]
pub(crate) struct Alerts(Mutex<HashMap<ProjectId, Wanted>>);

/// The surveys, and until when that is good.
type Wanted = (Arc<HashSet<String>>, i64);

impl Alerts {
    fn forget(&self, project: ProjectId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }

    async fn of(&self, api: &Api, project: ProjectId) -> Result<Arc<HashSet<String>>, ApiError> {
        let now = api.clock.now_ms();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&project).cloned();
        if let Some((surveys, until)) = known
            && now < until
        {
            return Ok(surveys);
        }
        let surveys = Arc::new(api.catalog.surveys_with_alerts(project).await?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_REMEMBERED {
            all.clear();
        }
        all.insert(project, (Arc::clone(&surveys), now + REMEMBER_MS));
        Ok(surveys)
    }
}

/// The ends of responses among events that arrive.
pub(crate) fn ends_among(project: ProjectId, events: &[Event]) -> Vec<(Telling, i64)> {
    let text = |event: &Event, name: &str| event.properties.get(name).and_then(Value::as_str).filter(|text| (1..=200).contains(&text.len())).map(str::to_owned);
    let ends = events.iter().filter(|event| event.name == COMPLETED);
    ends.filter_map(|event| Some((Telling { project, survey: text(event, SURVEY)?, response: text(event, RESPONSE)? }, event.time))).collect()
}

/// Writes down what is to be told. Called once the events are kept and before that is said: where it fails, they are sent again, and count once.
pub(crate) async fn tell_later(api: &Api, ends: Vec<(Telling, i64)>) -> Result<(), ApiError> {
    let Some(project) = ends.first().map(|(telling, _)| telling.project) else { return Ok(()) };
    let wanted = api.alerts.of(api, project).await?;
    let now = api.clock.now_ms();
    let news: Vec<Telling> =
        ends.into_iter().filter(|(telling, time)| now - time < NEWS_MS && wanted.contains(&telling.survey)).map(|(telling, _)| telling).collect();
    if news.is_empty() {
        return Ok(());
    }
    Ok(api.catalog.tell_later(&news, now + WAIT_MS).await?)
}

/// Makes mails and posts of what is to be told, until it is told to stop.
pub async fn tell_of_answers(api: Api, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let pause = match tell_what_is_due(&api).await {
            Ok(()) => EVERY,
            Err(error) => {
                tracing::warn!("answers to surveys could not be told of, and will be: {}", error.message);
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

async fn tell_what_is_due(api: &Api) -> Result<(), ApiError> {
    for telling in api.catalog.due_tellings(AT_ONCE).await? {
        let (mails, posts) = made_of(api, &telling).await?;
        api.catalog.told(&telling, &mails, &posts).await?;
    }
    Ok(())
}

async fn made_of(api: &Api, telling: &Telling) -> Result<(Vec<NewMail>, Vec<NewPost>), ApiError> {
    let nothing = Ok((Vec::new(), Vec::new()));
    let Some(alerts) = api.catalog.survey_alerts(telling.project, &telling.survey).await? else { return nothing };
    let settings: SurveyAlertSettings = serde_json::from_value(alerts.settings).map_err(|error| ApiError::internal(&error))?;
    let survey = api.catalog.survey(telling.project, &telling.survey).await?;
    let project = api.catalog.project(telling.project).await?;
    let Some(response) = responses::one(api, &project, &telling.survey, &telling.response).await? else { return nothing };
    if let Some(when) = &settings.when
        && response.score_of(&when.question).is_none_or(|score| score > when.at_most)
    {
        return nothing;
    }
    let version = response.version().unwrap_or(survey.version);
    let json = match api.catalog.survey_version(telling.project, &telling.survey, version).await {
        Ok(version) => version.definition,
        Err(_) => survey.definition,
    };
    let definition = Definition::from_json(&json, "definition")?;
    let url = api.options.public_url.as_ref().map(|url| format!("{}/p/{}/surveys/{}?tab=answers", url.trim_end_matches('/'), telling.project, telling.survey));
    let told = Told {
        project: &project,
        id: &telling.survey,
        name: &survey.name,
        definition: &definition,
        response: &response,
        url: url.as_deref(),
        settings: &settings,
    };
    let mails = if api.options.mail.is_some() { settings.mail.iter().map(|to| told.mail(to)).collect() } else { Vec::new() };
    let post = |url: &String| NewPost {
        kind: "survey",
        about: telling.survey.clone(),
        url: url.clone(),
        secret: alerts.secret.clone(),
        body: told.json().to_string(),
        not_before: None,
    };
    Ok((mails, settings.webhook.as_ref().map(post).into_iter().collect()))
}

struct Told<'a> {
    project: &'a Project,
    id: &'a str,
    name: &'a str,
    definition: &'a Definition,
    response: &'a SurveyResponse,
    url: Option<&'a str>,
    settings: &'a SurveyAlertSettings,
}

impl Told<'_> {
    fn json(&self) -> Value {
        let questions: Vec<Value> = self
            .definition
            .questions
            .iter()
            .map(|question| json!({"id": question.id, "kind": question.kind.name(), "text": self.text(&question.text)}))
            .collect();
        json!({
            "type": "survey.response",
            "project": {"id": self.project.id, "name": self.project.name},
            "survey": {"id": self.id, "name": self.name, "questions": questions},
            "response": self.response,
            "url": self.url,
        })
    }

    fn mail(&self, to: &str) -> NewMail {
        let is_french = self.settings.language.as_deref() == Some("fr");
        let score = self.settings.when.as_ref().and_then(|when| {
            let question = self.definition.questions.iter().find(|question| question.id == when.question)?;
            Some(scored(question, self.response.score_of(&when.question)?, is_french))
        });
        let name: String = self.name.chars().take(150).collect();
        let subject = match (&score, is_french) {
            (Some(score), _) => format!("{name}: {score}"),
            (None, true) => format!("{name} : une réponse"),
            (None, false) => format!("{name}: an answer"),
        };
        let mut text = String::new();
        for question in &self.definition.questions {
            let Some(answer) = self.words(question, is_french) else { continue };
            let _ = write!(text, "{}\n    {answer}\n\n", self.text(&question.text));
        }
        if let Some(url) = self.url {
            let _ = writeln!(text, "{}: {url}", if is_french { "Toutes les réponses" } else { "All answers" });
        }
        let _ = write!(
            text,
            "\n{}\n",
            if is_french {
                "Vous recevez ce message parce que votre adresse figure sous « Diffuser » de ce sondage."
            } else {
                "You get this because your address stands under “Share” of this survey."
            }
        );
        NewMail {
            project: Some(self.project.id),
            kind: "survey_alert",
            about: Some(format!("survey:{}", self.id)),
            to: to.to_owned(),
            subject,
            text,
            ..NewMail::default()
        }
    }

    fn text(&self, text: &Text) -> String {
        let language = self.response.language().unwrap_or_default();
        text.get(language).or_else(|| text.get(&self.definition.languages[0])).cloned().unwrap_or_default()
    }

    /// An answer in words; `None` where the question was not asked.
    fn words(&self, question: &Question, is_french: bool) -> Option<String> {
        let answer = self.response.answer(&question.id)?;
        if answer.skipped {
            return Some(if is_french { "(passée)" } else { "(skipped)" }.to_owned());
        }
        if !answer.items.is_empty() {
            let rows = question.items.iter().filter_map(|item| Some(format!("{}: {}", self.text(&item.text), answer.items.get(&item.id)?)));
            return Some(rows.collect::<Vec<_>>().join("\n    "));
        }
        if let Some(score) = answer.score {
            return Some(scored(question, score, is_french));
        }
        let text = answer.text.as_ref()?;
        Some(text.chars().take(MAX_ANSWER_CHARS).collect::<String>().replace('\n', "\n    "))
    }
}

fn scored(question: &Question, score: f64, is_french: bool) -> String {
    match (question.kind, question.scale()) {
        (Kind::Thumbs, _) => if score > 0.0 { "👍" } else { "👎" }.to_owned(),
        (Kind::Sus | Kind::UmuxLite, _) | (_, None) => format!("{score}"),
        (_, Some((_, most))) if is_french => format!("{score} sur {most}"),
        (_, Some((_, most))) => format!("{score} of {most}"),
    }
}
