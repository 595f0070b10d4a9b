//! The page that invites to a test: what it is about, what is recorded, and the way to the site.
//!
//! What must stay true: it sets no cookie, runs no script and asks no other server for anything; texts are texts and never markup. Agreement is asked for on the site, where
//! recording begins: a link alone agrees to nothing.

use super::door;
use crate::{Api, error::ApiError};
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use sillage_behavior::{survey::Text, user_test::UserTest};

pub(crate) fn pages() -> Router<Api> {
    Router::new().route("/test/{code}", get(page))
}

/// What the page says itself.
struct Words {
    heading: &'static str,
    one_task: &'static str,
    tasks: &'static str,
    recorded: &'static str,
    choice: &'static str,
    go: &'static str,
    policy: &'static str,
    over: &'static str,
    over_more: &'static str,
}

const EN: Words = Words {
    heading: "You are invited to a user test",
    one_task: "One task, then a few questions.",
    tasks: "tasks, each followed by a few questions.",
    recorded: "What you do on the site during the test is recorded: pages, clicks, scrolling and your answers. What you type into the site is hidden. Neither your camera nor your microphone is used.",
    choice: "Nothing is recorded before you agree on the next page, and you can stop at any time.",
    go: "Go to the test",
    policy: "Privacy policy",
    over: "This test takes nobody at the moment",
    over_more: "It is paused or over. Thank you for wanting to take part.",
};

const FR: Words = Words {
    heading: "Vous êtes invité·e à un test utilisateur",
    one_task: "Une tâche, puis quelques questions.",
    tasks: "tâches, suivies chacune de quelques questions.",
    recorded: "Ce que vous faites sur le site pendant le test est enregistré\u{a0}: pages, clics, défilement et réponses. Ce que vous saisissez sur le site est masqué. Ni votre caméra ni votre micro ne sont utilisés.",
    choice: "Rien n’est enregistré avant votre accord, demandé à la page suivante, et vous pouvez arrêter à tout moment.",
    go: "Aller au test",
    policy: "Politique de confidentialité",
    over: "Ce test n’accueille personne pour le moment",
    over_more: "Il est en pause ou terminé. Merci d’avoir voulu participer.",
};

fn words_of(language: &str) -> &'static Words {
    if language.starts_with("fr") { &FR } else { &EN }
}

async fn page(State(api): State<Api>, Path(code): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, ApiError> {
    let asked = query.as_deref().unwrap_or_default().split('&').find_map(|part| part.strip_prefix("language=")).map(str::to_owned);
    let read = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted: Vec<String> = asked.into_iter().chain(read.split(',').map(|one| one.split(';').next().unwrap_or_default().trim().to_owned())).collect();
    let test = match door::open(&api, &code).await? {
        Some(test) => Some(UserTest::from_json(&test.definition, "definition")?),
        None => None,
    };
    let Some((test, url)) = test.and_then(|test| test.url.clone().map(|url| (test, url))) else {
        let language = wanted.first().map_or("en", |language| if language.starts_with("fr") { "fr" } else { "en" });
        let words = words_of(language);
        return Ok((StatusCode::NOT_FOUND, shown(language, words.over, &format!("<p>{}</p>", words.over_more))).into_response());
    };
    let language = language_of(&test.languages, &wanted);
    let words = words_of(&language);
    let said = |text: &Text| text.get(&language).or_else(|| test.languages.first().and_then(|first| text.get(first))).cloned().unwrap_or_default();
    let tasks = match test.tasks.len() {
        1 => words.one_task.to_owned(),
        n => format!("{n} {}", words.tasks),
    };
    let mut body = paragraphs(&said(&test.intro));
    body.push_str(&paragraphs(&said(&test.guidelines)));
    body.push_str(&format!("<ul><li>{tasks}</li><li>{}</li><li>{}</li></ul>", words.recorded, words.choice));
    body.push_str(&format!("<p><a class=\"go\" href=\"{}\">{}</a></p>", escaped(&with_code(&url, &code)), words.go));
    if let Some(policy) = &test.policy {
        let policy = if policy.starts_with('/') { format!("{}{policy}", origin(&url)) } else { policy.clone() };
        body.push_str(&format!("<p class=\"small\"><a href=\"{}\">{}</a></p>", escaped(&policy), words.policy));
    }
    Ok(shown(&language, words.heading, &body))
}

/// The language of the test that is asked for first, as pages name languages: fr is also fr-CA.
fn language_of(languages: &[String], wanted: &[String]) -> String {
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let found = wanted.iter().find_map(|one| {
        let same = languages.iter().find(|language| language.eq_ignore_ascii_case(one));
        same.or_else(|| languages.iter().find(|language| first(language) == first(one)))
    });
    found.or(languages.first()).cloned().unwrap_or_else(|| "en".to_owned())
}

/// The address with the code in its query.
fn with_code(url: &str, code: &str) -> String {
    let (before, fragment) = url.split_once('#').map_or((url, String::new()), |(before, fragment)| (before, format!("#{fragment}")));
    let joint = if before.contains('?') { '&' } else { '?' };
    format!("{before}{joint}sillage_test={code}{fragment}")
}

fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    &url[..url[host..].find(['/', '?', '#']).map_or(url.len(), |end| host + end)]
}

fn paragraphs(text: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("<p dir=\"auto\">{}</p>", escaped(line))).collect()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

const STYLE: &str = "\
:root{color-scheme:light dark;--g:#f6f8fa;--c:#fff;--t:#1c2430;--m:#5b6675;--l:#d5dbe3;--a:#0f766e;--on:#fff}\
@media (prefers-color-scheme:dark){:root{--g:#10151c;--c:#171d26;--t:#eef2f6;--m:#a2adbb;--l:#384352;--a:#2dd4bf;--on:#10151c}}\
*{box-sizing:border-box;margin:0}\
body{background:var(--g);color:var(--t);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;padding:24px 16px;display:grid;place-items:center;min-height:100vh}\
main{background:var(--c);border:1px solid var(--l);border-radius:10px;max-width:560px;width:100%;padding:28px;display:grid;gap:14px;overflow-wrap:anywhere}\
h1{font-size:21px;line-height:1.3;font-weight:600}ul{padding-inline-start:20px;color:var(--m);display:grid;gap:6px;font-size:15px}\
.go{display:inline-block;background:var(--a);color:var(--on);text-decoration:none;font-weight:600;border-radius:6px;padding:11px 18px}\
a{color:var(--a)}a:focus-visible{outline:2px solid var(--a);outline-offset:2px}.small{font-size:14px}";
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn shown(language: &str, heading: &str, body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1>{body}</main></body></html>",
        escaped(language)
    );
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}
