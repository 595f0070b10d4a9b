//! The page as HTML. Texts are texts and never markup: everything that anybody wrote goes through [`escaped`].
//!
//! What must stay true: nothing is stored on the device; nothing is asked of other servers but the pictures that the survey names; styles and the script are those of this file and
//! no others, by their hashes; search engines are told to stay away.

use super::{state::State, value, words::Words};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use sillage_behavior::survey::{End, Ground, Kind, LinkAnswer, Look, OTHER, Question, Survey as Definition, Text};
use std::{fmt::Write, sync::LazyLock};

const STYLE: &str = include_str!("page.css");
const DARK: &str = include_str!("dark.css");
const SCRIPT: &str = include_str!("page.js");
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));
static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| hash(SCRIPT));
/// Of pages that no survey gives a colour.
const OWN_COLOR: &str = "#2f6feb";

/// Why there is nothing to answer. In the order in which [`Words::closed`] says it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Closed {
    Unknown,
    Paused,
    Over,
    NotYet,
    Full,
    Answered,
    BrokenLink,
    OldLink,
    TooMany,
    TooLarge,
    Failed,
}

/// What was typed, and why it was not taken.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    pub(super) problem: Option<String>,
}

pub(super) struct Drawn<'a> {
    pub(super) slug: &'a str,
    pub(super) definition: &'a Definition,
    pub(super) state: &'a State,
    pub(super) token: &'a str,
    pub(super) form: &'a Form,
    pub(super) trap: &'static str,
}

/// The question, or the end, that somebody stands at.
pub(super) fn sheet(drawn: &Drawn<'_>, status: StatusCode) -> Response {
    let Drawn { definition, state, .. } = drawn;
    let sheet = Sheet { drawn, words: Words::of(std::slice::from_ref(&state.language)) };
    let at = definition.position(&state.at);
    let (title, body) = match at {
        Some(at) => (sheet.text(&definition.questions[at].text), sheet.question(at)),
        None => {
            let end = definition.ends.iter().find(|end| end.id == state.at).or(definition.ends.first());
            (end.map(|end| sheet.text(&end.title)).unwrap_or_default(), end.map(|end| sheet.end(end)).unwrap_or_default())
        }
    };
    let goes_on = at.is_some() && state.goes_on && drawn.form.problem.is_none() && at.is_some_and(|at| !sheet.fields_of(&definition.questions[at]).is_empty());
    let data = format!(
        "{} data-survey=\"{}\" data-at=\"{}\"{}",
        if state.is_embedded { " class=\"embed\" data-embed" } else { "" },
        escaped(&state.survey),
        if at.is_none() { "completed" } else { "question" },
        if goes_on { " data-go" } else { "" }
    );
    let theme = theme(&definition.display.color, definition.display.ground);
    let images: Vec<String> =
        at.into_iter().flat_map(|at| definition.questions[at].choices.iter()).filter_map(|choice| origin(choice.image.as_deref()?)).collect();
    page(&Page {
        status,
        language: &state.language,
        title: &title,
        theme: &theme,
        data: &data,
        body: &body,
        has_script: true,
        is_embedded: state.is_embedded,
        images: &images,
    })
}

/// A page that says kindly why there is nothing to answer.
pub(super) fn closed(closed: Closed, words: &Words, is_embedded: bool) -> Response {
    let status = match closed {
        Closed::Unknown | Closed::BrokenLink => StatusCode::NOT_FOUND,
        Closed::Over | Closed::Full | Closed::OldLink => StatusCode::GONE,
        Closed::Paused | Closed::NotYet | Closed::Answered => StatusCode::OK,
        Closed::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Closed::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Closed::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    let (title, text) = words.closed[closed as usize];
    let body = format!("<main class=\"end\"><h1>{}</h1><p class=\"d\">{}</p></main>", escaped(title), escaped(text));
    let data = if is_embedded { " class=\"embed\" data-embed data-at=\"closed\"" } else { "" };
    let theme = theme(OWN_COLOR, Ground::Auto);
    page(&Page { status, language: words.language(), title, theme: &theme, data, body: &body, has_script: is_embedded, is_embedded, images: &[] })
}

struct Sheet<'a> {
    drawn: &'a Drawn<'a>,
    words: &'static Words,
}

impl Sheet<'_> {
    fn text(&self, text: &Text) -> String {
        let languages = [self.drawn.state.language.as_str(), self.drawn.definition.languages[0].as_str()];
        languages.iter().find_map(|language| text.get(*language)).cloned().unwrap_or_default()
    }

    /// What stands in the form: what was typed, or what the address brought along.
    fn fields_of(&self, question: &Question) -> Vec<(String, String)> {
        if !self.drawn.form.fields.is_empty() {
            return self.drawn.form.fields.clone();
        }
        let mut fields = Vec::new();
        for (name, given) in &self.drawn.state.given {
            match name.strip_prefix(&question.id) {
                Some("") if question.kind.has_choices() => fields.extend(given.split(',').map(|one| ("answer".to_owned(), one.trim().to_owned()))),
                Some("") => fields.push(("answer".to_owned(), given.clone())),
                Some(".own") => fields.push(("own".to_owned(), given.clone())),
                Some(item) if item.starts_with('.') => fields.push((format!("row{item}"), given.clone())),
                _ => {}
            }
        }
        fields
    }

    fn question(&self, at: usize) -> String {
        let Drawn { definition, state, slug, token, form, trap } = self.drawn;
        let question = &definition.questions[at];
        let fields = self.fields_of(question);
        let is_last = at + 1 == definition.questions.len();
        let mut html = String::from("<main>");
        if definition.display.progress && definition.questions.len() > 1 {
            let step = self.words.step(at + 1, definition.questions.len());
            let _ = write!(html, "<progress max=\"{}\" value=\"{}\" aria-label=\"{step}\"></progress>", definition.questions.len() * 20, (at * 20).max(1));
        }
        let _ = write!(html, "<h1 id=\"q\" dir=\"auto\">{}</h1>", escaped(&self.text(&question.text)));
        let description = self.text(&question.description);
        if !description.is_empty() {
            let _ = write!(html, "<p class=\"d\" id=\"d\" dir=\"auto\">{}</p>", escaped(&description));
        }
        let _ = write!(html, "<form method=\"post\" action=\"/survey/{}\" accept-charset=\"utf-8\">", escaped(slug));
        if let Some(problem) = &form.problem {
            let _ = write!(html, "<p class=\"e\" role=\"alert\">{}</p>", escaped(problem));
        }
        let _ = write!(html, "<input type=\"hidden\" name=\"s\" value=\"{}\">", escaped(token));
        let _ = write!(
            html,
            "<div class=\"h\" aria-hidden=\"true\"><label>{}<input name=\"{trap}\" tabindex=\"-1\" autocomplete=\"off\"></label></div>",
            self.words.leave_empty
        );
        self.field(&mut html, question, &fields);
        if state.asks_to_link {
            let checked = if value(&fields, "link").is_some() { " checked" } else { "" };
            let _ = write!(html, "<label class=\"tick\"><input type=\"checkbox\" name=\"link\" value=\"yes\"{checked}>{}</label>", self.words.link);
        }
        html.push_str("<div class=\"go\">");
        // The first button of a form is what the Enter key presses.
        let label = if question.kind == Kind::Statement || !is_last { self.words.next } else { self.words.send };
        if !question.required && question.kind != Kind::Statement {
            let _ = write!(html, "<button class=\"h\" tabindex=\"-1\" aria-hidden=\"true\">{label}</button>");
            let _ = write!(html, "<button class=\"b q\" name=\"skip\" value=\"1\" formnovalidate>{}</button>", self.words.skip);
        }
        let _ = write!(html, "<button class=\"b main\">{label}</button></div></form>");
        let notice = self.text(&definition.privacy.notice);
        let is_linked = state.is_named && definition.privacy.link == LinkAnswer::Consent;
        if !notice.is_empty() || definition.privacy.policy.is_some() || is_linked {
            html.push_str("<p class=\"n\" dir=\"auto\">");
            if is_linked {
                let _ = write!(html, "{} ", self.words.linked);
            }
            html.push_str(&escaped(&notice));
            if let Some(policy) = &definition.privacy.policy {
                let _ = write!(
                    html,
                    " <a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{}<span class=\"sr\">, {}</span></a>",
                    escaped(policy),
                    self.words.policy,
                    self.words.new_tab
                );
            }
            html.push_str("</p>");
        }
        html.push_str("</main>");
        html
    }

    fn field(&self, html: &mut String, question: &Question, fields: &[(String, String)]) {
        let required = if question.required { " required" } else { "" };
        match question.kind {
            Kind::Statement => {}
            Kind::Consent => {
                let shown = Some(self.text(&question.placeholder)).filter(|text| !text.is_empty()).unwrap_or_else(|| self.words.yes.to_owned());
                let checked = if value(fields, "answer").is_some() { " checked" } else { "" };
                let _ = write!(
                    html,
                    "<label class=\"choice\"><input type=\"checkbox\" name=\"answer\" value=\"yes\"{checked}{required}><i class=\"box\" aria-hidden=\"true\"></i><b>{}</b></label>",
                    escaped(&shown)
                );
            }
            Kind::Short | Kind::Email | Kind::Long => {
                let typed: String = value(fields, "answer").unwrap_or_default().chars().take(question.most_chars()).collect();
                let placeholder = Some(self.text(&question.placeholder)).filter(|text| !text.is_empty());
                let placeholder = placeholder.unwrap_or_else(|| if question.kind == Kind::Email { self.words.email.to_owned() } else { String::new() });
                let common = format!(
                    "name=\"answer\" aria-labelledby=\"q\" maxlength=\"{}\" placeholder=\"{}\" dir=\"auto\"{required}",
                    question.most_chars(),
                    escaped(&placeholder)
                );
                let _ = match question.kind {
                    // What follows directly on the tag would lose its first empty line.
                    Kind::Long => write!(html, "<textarea {common} rows=\"5\">\n{}</textarea>", escaped(&typed)),
                    Kind::Email => write!(html, "<input type=\"email\" autocomplete=\"email\" {common} value=\"{}\">", escaped(&typed)),
                    _ => write!(html, "<input type=\"text\" {common} value=\"{}\">", escaped(&typed)),
                };
            }
            Kind::Single | Kind::Multi | Kind::Picture => self.choices(html, question, fields),
            Kind::Ranking => self.places(html, question, fields),
            Kind::Matrix | Kind::Sus | Kind::UmuxLite => {
                html.push_str("<div class=\"rows\">");
                for (i, item) in question.items.iter().enumerate() {
                    let name = format!("row.{}", item.id);
                    let _ = write!(html, "<fieldset><legend dir=\"auto\">{}</legend>", escaped(&self.text(&item.text)));
                    self.scale(html, question, &name, value(fields, &name), i + 1 == question.items.len(), false);
                    html.push_str("</fieldset>");
                }
                html.push_str("</div>");
            }
            Kind::Nps | Kind::Csat | Kind::Ces | Kind::Rating | Kind::Seq | Kind::Thumbs => {
                html.push_str("<fieldset aria-labelledby=\"q\">");
                self.scale(html, question, "answer", value(fields, "answer"), true, true);
                html.push_str("</fieldset>");
            }
        }
    }

    fn scale(&self, html: &mut String, question: &Question, name: &str, chosen: Option<&str>, has_ends: bool, is_quick: bool) {
        let Some((least, most)) = question.scale() else { return };
        let look = match (question.kind, question.look) {
            (Kind::Thumbs, _) | (_, Some(Look::Smileys)) => " face",
            (_, Some(Look::Stars)) => " star",
            _ => "",
        };
        let (low, high) = (self.text(&question.low), self.text(&question.high));
        let quick = if is_quick { " data-quick" } else { "" };
        let _ = write!(html, "<div class=\"scale{look}{}\"{quick}>", if most - least >= 7 { " long" } else { "" });
        let scores: Vec<i64> = if question.kind == Kind::Thumbs { vec![1, 0] } else { (least..=most).collect() };
        for score in scores {
            let spoken = match (question.kind, score) {
                (Kind::Thumbs, 0) => self.words.no.to_owned(),
                (Kind::Thumbs, _) => self.words.yes.to_owned(),
                _ => self.words.score_of(score, most),
            };
            let end = if score == least {
                &low
            } else if score == most {
                &high
            } else {
                ""
            };
            let spoken = if end.is_empty() { spoken } else { format!("{spoken}, {end}") };
            let checked = if chosen.is_some_and(|chosen| chosen.trim() == score.to_string()) { " checked" } else { "" };
            let required = if question.required { " required" } else { "" };
            let _ = write!(
                html,
                "<label><input type=\"radio\" name=\"{}\" value=\"{score}\" aria-label=\"{}\"{checked}{required}><span aria-hidden=\"true\">",
                escaped(name),
                escaped(&spoken)
            );
            match look {
                " star" => html.push('★'),
                " face" => html.push_str(&face(question.kind == Kind::Thumbs, score)),
                _ => html.push_str(&score.to_string()),
            }
            html.push_str("</span></label>");
        }
        html.push_str("</div>");
        if has_ends && !(low.is_empty() && high.is_empty()) {
            let _ = write!(
                html,
                "<div class=\"ends\" aria-hidden=\"true\"><span dir=\"auto\">{}</span><span dir=\"auto\">{}</span></div>",
                escaped(&low),
                escaped(&high)
            );
        }
    }

    fn choices(&self, html: &mut String, question: &Question, fields: &[(String, String)]) {
        let is_many = question.kind == Kind::Multi;
        let chosen: Vec<&str> = fields.iter().filter(|(name, _)| name == "answer").map(|(_, value)| value.as_str()).collect();
        let mut listed: Vec<(&str, String, Option<&str>)> =
            question.choices.iter().map(|choice| (choice.id.as_str(), self.text(&choice.text), choice.image.as_deref())).collect();
        if question.shuffle {
            // The same order each time that this response sees it.
            listed.sort_by_cached_key(|(id, ..)| Sha256::digest(format!("{}:{id}", self.drawn.state.response)).to_vec());
        }
        if question.other {
            listed.push((OTHER, self.words.other.to_owned(), None));
        }
        let pictures = if question.kind == Kind::Picture { " pictures" } else { "" };
        let quick = if is_many { "" } else { " data-quick" };
        let _ = write!(html, "<fieldset aria-labelledby=\"q\"><div class=\"choices{pictures}\"{quick}>");
        for (id, shown, image) in listed {
            let (kind, mark) = if is_many { ("checkbox", " class=\"box\"") } else { ("radio", "") };
            let checked = if chosen.contains(&id) { " checked" } else { "" };
            let required = if question.required && !is_many { " required" } else { "" };
            let _ = write!(html, "<label class=\"choice\"><input type=\"{kind}\" name=\"answer\" value=\"{}\"{checked}{required}>", escaped(id));
            if let Some(image) = image {
                let _ = write!(html, "<img src=\"{}\" alt=\"\" loading=\"lazy\" referrerpolicy=\"no-referrer\">", escaped(image));
            }
            let _ = write!(html, "<i{mark} aria-hidden=\"true\"></i><b dir=\"auto\">{}</b></label>", escaped(&shown));
        }
        html.push_str("</div>");
        if question.other {
            let own: String = value(fields, "own").unwrap_or_default().chars().take(500).collect();
            let _ = write!(
                html,
                "<input type=\"text\" class=\"own\" name=\"own\" maxlength=\"500\" aria-label=\"{0}\" placeholder=\"{0}\" dir=\"auto\" value=\"{1}\">",
                self.words.your_words,
                escaped(&own)
            );
        }
        if let (true, Some(most)) = (is_many, question.most) {
            let _ = write!(html, "<p class=\"d\">{}</p>", self.words.at_most(most as usize));
        }
        html.push_str("</fieldset>");
    }

    fn places(&self, html: &mut String, question: &Question, fields: &[(String, String)]) {
        let mut listed: Vec<(&str, String)> = question.choices.iter().map(|choice| (choice.id.as_str(), self.text(&choice.text))).collect();
        if question.shuffle {
            listed.sort_by_cached_key(|(id, _)| Sha256::digest(format!("{}:{id}", self.drawn.state.response)).to_vec());
        }
        html.push_str("<fieldset aria-labelledby=\"q\"><div class=\"choices\">");
        for (i, (id, shown)) in listed.iter().enumerate() {
            let name = format!("place.{id}");
            let chosen = value(fields, &name).unwrap_or_default();
            let required = if question.required { " required" } else { "" };
            let _ = write!(
                html,
                "<div class=\"rank\"><label for=\"p{i}\" dir=\"auto\">{}</label><select id=\"p{i}\" name=\"{}\"{required}><option value=\"\">{}</option>",
                escaped(shown),
                escaped(&name),
                self.words.choose_place
            );
            for place in 1..=listed.len() {
                let selected = if chosen == place.to_string() { " selected" } else { "" };
                let _ = write!(html, "<option{selected}>{place}</option>");
            }
            html.push_str("</select></div>");
        }
        html.push_str("</div></fieldset>");
    }

    fn end(&self, end: &End) -> String {
        let mut html = format!("<main class=\"end\"><h1 dir=\"auto\">{}</h1>", escaped(&self.text(&end.title)));
        let text = self.text(&end.text);
        if !text.is_empty() {
            let _ = write!(html, "<p class=\"d\" dir=\"auto\">{}</p>", escaped(&text));
        }
        if let Some(link) = &end.link {
            let target = if self.drawn.state.is_embedded { " target=\"_blank\"" } else { "" };
            let _ = write!(
                html,
                "<div class=\"go\"><a class=\"b\" href=\"{}\"{target} rel=\"noopener noreferrer\">{}</a></div>",
                escaped(&link.url),
                escaped(&self.text(&link.label))
            );
        }
        html.push_str("</main>");
        html
    }
}

struct Page<'a> {
    status: StatusCode,
    language: &'a str,
    title: &'a str,
    theme: &'a str,
    data: &'a str,
    body: &'a str,
    has_script: bool,
    is_embedded: bool,
    images: &'a [String],
}

fn page(page: &Page<'_>) -> Response {
    let Page { status, language, title, theme, data, body, has_script, is_embedded, images } = page;
    let direction = if is_right_to_left(language) { "rtl" } else { "ltr" };
    let script = if *has_script { format!("<script>{SCRIPT}</script>") } else { String::new() };
    let html = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex,nofollow\"><meta name=\"referrer\" content=\"no-referrer\"><title>{}</title><link rel=\"icon\" href=\"data:,\">\
         <style>{STYLE}</style><style>{theme}</style></head><body{data}>{body}{script}</body></html>",
        escaped(language),
        escaped(title)
    );
    let scripts = if *has_script { format!("'{}'", *SCRIPT_HASH) } else { "'none'".to_owned() };
    let frames = if *is_embedded { "*" } else { "'none'" };
    let policy = format!(
        "default-src 'none'; style-src '{}' '{}'; script-src {scripts}; img-src data: {}; form-action 'self'; base-uri 'none'; frame-ancestors {frames}",
        *STYLE_HASH,
        hash(theme),
        images.join(" ")
    );
    let mut response = (*status, Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=()"));
    if !is_embedded {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// The survey's colour, what is read on it, and the ground. As lines and letters the colour is mixed with the text's until it can be seen on either ground.
fn theme(color: &str, ground: Ground) -> String {
    let color = if is_color(color) { color } else { OWN_COLOR };
    let on = if is_light(color) { "#111827" } else { "#fff" };
    let own = format!(":root{{--c:{color};--on:{on};--a:color-mix(in srgb,{color} 75%,var(--t))}}");
    match ground {
        Ground::Light => own,
        Ground::Dark => format!("{DARK}{own}"),
        Ground::Auto => format!("@media(prefers-color-scheme:dark){{{DARK}}}{own}"),
    }
}

fn is_color(color: &str) -> bool {
    color.len() == 7 && color.starts_with('#') && color[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether dark letters are read better on a colour (WCAG's relative luminance), as the widget decides it.
pub(in crate::survey) fn is_light(color: &str) -> bool {
    let part = |at: usize| {
        let part = color.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).map_or(0.0, |part| f64::from(part) / 255.0);
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
    (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05)
}

/// Where a picture comes from, as a policy names it. Pictures in the address itself are allowed anyway.
fn origin(image: &str) -> Option<String> {
    let rest = image.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_fine = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    is_fine.then(|| format!("https://{host}"))
}

/// The language of the survey that comes closest to what somebody reads.
pub(super) fn language_of(languages: &[String], wanted: &[String]) -> String {
    let first = |language: &str| language.split('-').next().unwrap_or_default().to_lowercase();
    for one in wanted {
        let same =
            languages.iter().find(|language| language.eq_ignore_ascii_case(one)).or_else(|| languages.iter().find(|language| first(language) == first(one)));
        if let Some(language) = same {
            return language.clone();
        }
    }
    languages.first().cloned().unwrap_or_default()
}

fn is_right_to_left(language: &str) -> bool {
    matches!(language.split('-').next().unwrap_or_default().to_lowercase().as_str(), "ar" | "fa" | "he" | "ur" | "yi" | "ps" | "dv" | "ckb")
}

/// Text in HTML, also between quotes.
pub(in crate::survey) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\0' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Drawn, since the same emoji looks another on every system. The same shapes as the widget's.
fn face(is_thumb: bool, score: i64) -> String {
    const MOUTHS: [&str; 5] = [
        "M8 16.5c1-2 2.4-2.8 4-2.8s3 .8 4 2.8",
        "M8.5 16c1-1 2.2-1.4 3.5-1.4s2.5.4 3.5 1.4",
        "M8.5 15.2h7",
        "M8.5 14.4c1 1 2.2 1.5 3.5 1.5s2.5-.5 3.5-1.5",
        "M8 13.8c.8 2.2 2.3 3.2 4 3.2s3.2-1 4-3.2z",
    ];
    let paths = if is_thumb {
        let thumb = if score == 0 {
            "M17 13V4h3v9zM17 13l-4 7c-1.5 0-2.5-1-2.3-2.6L11 14H5.8c-1.3 0-2.2-1.2-1.9-2.4l1.4-5.8C5.6 4.8 6.4 4 7.5 4H17"
        } else {
            "M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.3 2.6L13 10h5.2c1.3 0 2.2 1.2 1.9 2.4l-1.4 5.8c-.3 1-1.1 1.8-2.2 1.8H7"
        };
        format!("<path d=\"{thumb}\"/>")
    } else {
        let mouth = usize::try_from(score - 1).ok().and_then(|at| MOUTHS.get(at)).unwrap_or(&MOUTHS[2]);
        format!("<path d=\"M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9.5v.01M15 9.5v.01\"/><path d=\"{mouth}\"/>")
    };
    format!("<svg viewBox=\"0 0 24 24\">{paths}</svg>")
}

#[cfg(test)]
mod tests;
