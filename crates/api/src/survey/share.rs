//! Bringing a survey to people: its page and the address of it, links for one person each, the code to scan, and its first question for a mail.

use super::page::{Link, Who, escaped, is_light};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    time::shown,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::survey::{Kind, LinkAnswer, Look, Question, Survey as Definition};
use sillage_catalog::{NewAuditEntry, NewSurveyPage, SurveyStatus, random_id};
use std::fmt::Write;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DAY_MS: i64 = 86_400_000;
const MOST_LINKS: usize = 10_000;
const MOST_DAYS: u32 = 730;
const MAX_ID_BYTES: usize = 200;
/// What a tool that sends mails to many puts each person's own link in the place of.
const PLACEHOLDER: &str = "{{link}}";

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get, replace)).routes(routes!(links)).routes(routes!(code)).routes(routes!(mail))
}

/// Where the survey's own page is.
#[derive(Serialize, ToSchema)]
struct SurveyPage {
    /// The last part of its address; a proposal as long as it has no page.
    slug: String,
    /// Whoever has the address may answer, while the survey runs.
    is_open: bool,
    /// The whole address.
    url: String,
    /// Whether it takes answers now: it is open, and the survey runs.
    takes_answers: bool,
    /// Whether answers through links for one person are tied to that person: `never`, `ask` (they tick a box) or `always`.
    ties: &'static str,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SurveyPageBody {
    /// 3 to 80 small letters, digits and hyphens; no other survey of the installation has it.
    slug: String,
    is_open: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonalLinksBody {
    /// Ids of people, as your events name them; ten thousand at most.
    people: Vec<String>,
    /// `user` or `device`: what these ids are of.
    of: Option<String>,
    /// Days for which the links are good; 30 unless said.
    days: Option<u32>,
    /// One answer a link; true unless said.
    once: Option<bool>,
}

/// Links for one person each, in the order asked for.
#[derive(Serialize, ToSchema)]
struct PersonalLinks {
    links: Vec<PersonalLink>,
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
struct PersonalLink {
    person: String,
    url: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct MailQuery {
    /// Of the survey; its first one unless said.
    language: Option<String>,
    /// With `{{link}}` in the place of each person's own link.
    personal: Option<bool>,
}

/// The first question for a mail, each answer a link.
#[derive(Serialize, ToSchema)]
struct MailBlock {
    html: String,
    text: String,
}

/// Where the survey's own page is.
#[utoipa::path(get, path = "/api/projects/{project}/surveys/{survey}/page", tag = "survey_share", params(("project" = u32, Path), ("survey" = String, Path)), responses((status = 200, body = SurveyPage)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named, headers: HeaderMap) -> Result<axum::Json<SurveyPage>, ApiError> {
    Ok(axum::Json(page_of(&api, inside.project.id, &id, &headers).await?))
}

/// Give the survey a page, change its address, or close it.
#[utoipa::path(
    put, path = "/api/projects/{project}/surveys/{survey}/page", tag = "survey_share", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = SurveyPageBody, responses((status = 200, body = SurveyPage))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    headers: HeaderMap,
    Json(body): Json<SurveyPageBody>,
) -> Result<axum::Json<SurveyPage>, ApiError> {
    let survey = api.catalog.survey(inside.project.id, &id).await?;
    let page = api.catalog.set_survey_page(inside.project.id, &id, &NewSurveyPage { slug: body.slug, is_open: body.is_open }).await?;
    let actor = inside.caller.actor();
    let details = json!({"name": survey.name, "slug": page.slug, "is_open": page.is_open});
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "survey.page", object: &id, details }).await?;
    Ok(axum::Json(page_of(&api, inside.project.id, &id, &headers).await?))
}

/// Make links for one person each: an answer through one is that person's. Who has a link answers as that person, so each goes to nobody else.
#[utoipa::path(
    post, path = "/api/projects/{project}/surveys/{survey}/links", tag = "survey_share", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = PersonalLinksBody, responses((status = 200, body = PersonalLinks))
)]
async fn links(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    headers: HeaderMap,
    Json(body): Json<PersonalLinksBody>,
) -> Result<axum::Json<PersonalLinks>, ApiError> {
    let survey = api.catalog.survey(inside.project.id, &id).await?;
    let Some(page) = api.catalog.survey_page(inside.project.id, &id).await? else {
        return Err(ApiError::new(StatusCode::CONFLICT, "no_page", "the survey has no page yet; open it first"));
    };
    if body.people.is_empty() || body.people.len() > MOST_LINKS {
        return Err(ApiError::invalid("people", format!("give 1 to {MOST_LINKS} ids")));
    }
    let of_device = match body.of.as_deref().unwrap_or("user") {
        "user" => false,
        "device" => true,
        other => return Err(ApiError::invalid("of", format!("\"{other}\" is neither user nor device"))),
    };
    let days = body.days.unwrap_or(30);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiError::invalid("days", format!("give 1 to {MOST_DAYS} days")));
    }
    let until = api.clock.now_ms() + i64::from(days) * DAY_MS;
    let base = base_of(&api, &headers);
    let mut links = Vec::with_capacity(body.people.len());
    for (i, person) in body.people.iter().enumerate() {
        let person = person.trim();
        let bare = person.strip_prefix("$device:").unwrap_or(person);
        if bare.is_empty() || sillage_event::placeholder(bare) || bare.len() > MAX_ID_BYTES || bare.chars().any(char::is_control) {
            return Err(ApiError::invalid(
                &format!("people[{i}]"),
                format!("is no id of a person: 1 to {MAX_ID_BYTES} bytes on one line, and not what stands for nobody"),
            ));
        }
        let who = if of_device || bare.len() < person.len() { Who::Device(bare.to_owned()) } else { Who::User(bare.to_owned()) };
        let link = Link { survey: id.clone(), id: random_id()?, who, until, is_once: body.once.unwrap_or(true) };
        links.push(PersonalLink { person: person.to_owned(), url: format!("{base}/survey/{}?k={}", page.slug, link.write(&api).await?) });
    }
    let actor = inside.caller.actor();
    let details = json!({"name": survey.name, "links": links.len(), "days": days});
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "survey.links", object: &id, details }).await?;
    Ok(axum::Json(PersonalLinks { links, expires_at: shown(until) }))
}

/// The code that leads to the survey's page when it is scanned, as SVG.
#[utoipa::path(
    get, path = "/api/projects/{project}/surveys/{survey}/page.svg", tag = "survey_share", params(("project" = u32, Path), ("survey" = String, Path)),
    responses((status = 200, content_type = "image/svg+xml", body = String))
)]
async fn code(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named, headers: HeaderMap) -> Result<Response, ApiError> {
    let page = page_of(&api, inside.project.id, &id, &headers).await?;
    let mut response = svg_of(&page.url)?.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    Ok(response)
}

/// The first question for a mail: HTML to paste, and plain text. Each answer is a link that opens the page with it given.
#[utoipa::path(
    get, path = "/api/projects/{project}/surveys/{survey}/mail", tag = "survey_share", params(("project" = u32, Path), ("survey" = String, Path), MailQuery),
    responses((status = 200, body = MailBlock))
)]
async fn mail(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    headers: HeaderMap,
    Query(query): Query<MailQuery>,
) -> Result<axum::Json<MailBlock>, ApiError> {
    let definition = super::published(&api, inside.project.id, &id).await?.definition;
    let language = query.language.filter(|wanted| definition.languages.contains(wanted)).unwrap_or_else(|| definition.languages[0].clone());
    let url = page_of(&api, inside.project.id, &id, &headers).await?.url;
    let link = if query.personal == Some(true) { format!("{PLACEHOLDER}&") } else { format!("{url}?") };
    Ok(axum::Json(block_of(&definition, &language, &format!("{link}lang={language}"))))
}

async fn page_of(api: &Api, project: sillage_event::ProjectId, id: &str, headers: &HeaderMap) -> Result<SurveyPage, ApiError> {
    let survey = api.catalog.survey(project, id).await?;
    let page = api.catalog.survey_page(project, id).await?;
    let definition = Definition::from_json(&survey.definition, "definition")?;
    let ties = match definition.privacy.link {
        LinkAnswer::Never => "never",
        LinkAnswer::Ask => "ask",
        LinkAnswer::Consent => "always",
    };
    let (slug, is_open) = page.map_or_else(|| (proposed(&survey.name, id), false), |page| (page.slug, page.is_open));
    let url = format!("{}/survey/{slug}", base_of(api, headers));
    Ok(SurveyPage { takes_answers: is_open && survey.status == SurveyStatus::Running, slug, is_open, url, ties })
}

/// Of the survey's name, and a part of its id, so that nobody has it already.
fn proposed(name: &str, id: &str) -> String {
    let mut slug = String::new();
    for letter in name.to_lowercase().chars() {
        let plain = match letter {
            'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            letter => letter,
        };
        if plain.is_ascii_alphanumeric() {
            slug.push(plain);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let end: String = id.chars().rev().take(5).collect();
    format!("{}-{end}", if slug.is_empty() { "survey" } else { slug.trim_end_matches('-') })
}

/// How people reach this server: as its settings say, else as whoever asks does.
fn base_of(api: &Api, headers: &HeaderMap) -> String {
    if let Some(url) = &api.options.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let is_fine = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
    format!("http://{}", if is_fine { host } else { "localhost" })
}

/// Dark squares on light ones with the margin of four that scanners want.
fn svg_of(url: &str) -> Result<String, ApiError> {
    const MARGIN: usize = 4;
    let code = qrcode::QrCode::with_error_correction_level(url, qrcode::EcLevel::M).map_err(|error| ApiError::internal(&error))?;
    let width = code.width();
    let mut path = String::new();
    for (i, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", i % width + MARGIN, i / width + MARGIN);
        }
    }
    let size = width + 2 * MARGIN;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" width=\"{0}\" height=\"{0}\" shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>",
        size * 8
    ))
}

/// The first question as mail programs draw it: tables, and styles in place. A question without answers to click on is a button.
fn block_of(definition: &Definition, language: &str, link: &str) -> MailBlock {
    let Some(question) = definition.questions.first() else { return MailBlock { html: String::new(), text: String::new() } };
    let text_of = |text: &sillage_behavior::survey::Text| text.get(language).or_else(|| text.get(&definition.languages[0])).cloned().unwrap_or_default();
    let color = &definition.display.color;
    let on = if is_light(color) { "#111827" } else { "#ffffff" };
    let title = text_of(&question.text);
    let mut html = format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" width=\"100%\" style=\"max-width:600px;font-family:Arial,Helvetica,sans-serif;color:#1c2430\">\n\
         <tr><td style=\"padding:0 0 16px;font-size:18px;line-height:1.35;font-weight:bold\">{}</td></tr>\n",
        escaped(&title)
    );
    let mut text = format!("{title}\n\n");
    let answers = answers_of(question, language, &text_of);
    let to = |id: &str| format!("{link}&{}={}&go", question.id, percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC));
    if answers.is_empty() {
        let label = if language.starts_with("fr") { "Répondre" } else { "Answer" };
        let _ = writeln!(
            html,
            "<tr><td><a href=\"{}\" style=\"display:inline-block;padding:12px 24px;border-radius:8px;background:{color};color:{on};text-decoration:none;font-weight:bold\">{label}</a></td></tr>",
            escaped(link)
        );
        let _ = writeln!(text, "{label}: {link}");
    } else if question.scale().is_some() {
        let width = 100.0 / answers.len() as f64;
        html.push_str(
            "<tr><td><table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" width=\"100%\" style=\"table-layout:fixed\"><tr>\n",
        );
        for (id, shown) in &answers {
            let _ = writeln!(
                html,
                "<td width=\"{width:.1}%\" align=\"center\" style=\"padding:0 2px\"><a href=\"{}\" style=\"display:block;padding:12px 0;border:1px solid {color};border-radius:8px;background:{color};color:{on};text-decoration:none;font-size:16px;font-weight:bold\">{}</a></td>",
                escaped(&to(id)),
                escaped(shown)
            );
            let _ = writeln!(text, "{shown}: {}", to(id));
        }
        html.push_str("</tr></table></td></tr>\n");
        let (low, high) = (text_of(&question.low), text_of(&question.high));
        if !(low.is_empty() && high.is_empty()) {
            let _ = writeln!(
                html,
                "<tr><td><table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" width=\"100%\"><tr><td align=\"left\" style=\"padding:6px 2px 0;font-size:13px;color:#56606e\">{}</td><td align=\"right\" style=\"padding:6px 2px 0;font-size:13px;color:#56606e\">{}</td></tr></table></td></tr>",
                escaped(&low),
                escaped(&high)
            );
        }
    } else {
        for (id, shown) in &answers {
            let _ = writeln!(
                html,
                "<tr><td style=\"padding:0 0 8px\"><a href=\"{}\" style=\"display:block;padding:12px 16px;border:1px solid #cfd6df;border-radius:8px;color:#1c2430;text-decoration:none;font-size:16px\">{}</a></td></tr>",
                escaped(&to(id)),
                escaped(shown)
            );
            let _ = writeln!(text, "{shown}: {}", to(id));
        }
    }
    html.push_str("</table>\n");
    MailBlock { html, text }
}

/// The answers that one click can give: their ids, and how they are shown.
fn answers_of(question: &Question, language: &str, text_of: &dyn Fn(&sillage_behavior::survey::Text) -> String) -> Vec<(String, String)> {
    let french = language.starts_with("fr");
    match question.kind {
        Kind::Thumbs => {
            vec![("1".to_owned(), if french { "👍 Oui" } else { "👍 Yes" }.to_owned()), ("0".to_owned(), if french { "👎 Non" } else { "👎 No" }.to_owned())]
        }
        Kind::Nps | Kind::Csat | Kind::Ces | Kind::Rating | Kind::Seq => {
            let (least, most) = question.scale().unwrap_or((1, 5));
            let shown = |score: i64| match question.look {
                Some(Look::Stars) => format!("{score} ★"),
                _ => score.to_string(),
            };
            (least..=most).map(|score| (score.to_string(), shown(score))).collect()
        }
        Kind::Single | Kind::Picture => question.choices.iter().map(|choice| (choice.id.clone(), text_of(&choice.text))).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
