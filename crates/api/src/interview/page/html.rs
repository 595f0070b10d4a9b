//! The page as text.

use super::super::words::Words;
use super::encoded;
use crate::time::{day_words, moment_words, time_words, zone_words};
use axum::response::{Html, IntoResponse, Response};
use sillage_behavior::interview::{Study, local, zone_names};
use sillage_catalog::Interview;
use std::{fmt::Write, sync::LazyLock};

/// Days that are shown at once.
const DAYS_SHOWN: usize = 6;
static ZONES: LazyLock<Vec<String>> = LazyLock::new(zone_names);

/// What every part of the page needs.
pub(super) struct Form<'a> {
    pub(super) words: &'static Words,
    pub(super) is_french: bool,
    pub(super) token: &'a str,
    pub(super) title: &'a str,
    pub(super) definition: &'a Study,
    pub(super) name: &'a str,
    pub(super) asks_email: bool,
}

pub(super) fn page(words: &Words, title: &str, body: &str) -> Response {
    let (language, other) = (words.code, if words.code == "fr" { "en" } else { "fr" });
    let switch = format!("<a href=\"?lang={other}\" hreflang=\"{other}\" lang=\"{other}\">{}</a>", words.other_language);
    let title = escaped(title);
    Html(format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex, nofollow\"><title>{title}</title><link rel=\"stylesheet\" href=\"/interview/assets/page.css\">\
         <script src=\"/interview/assets/zone.js\" defer></script></head><body><main><div class=\"card\">{body}</div><footer><span>Sillage</span>{switch}</footer></main></body></html>"
    ))
    .into_response()
}

pub(super) fn message_body(title: &str, text: &str) -> String {
    format!("<h1>{}</h1><p>{}</p>", escaped(title), escaped(text))
}

pub(super) fn closed_body(form: &Form<'_>, title: &str, text: &str) -> String {
    format!("{}{}", message_body(title, text), write_to(form))
}

/// Whom to write to, for those whom the page does not help.
fn write_to(form: &Form<'_>) -> String {
    let host = &form.definition.host;
    if host.email.is_empty() {
        return String::new();
    }
    format!(
        "<p class=\"soft\">{} <a href=\"mailto:{}\">{}</a></p>",
        form.words.write_to,
        escaped(&host.email),
        escaped(if host.name.is_empty() { &host.email } else { &host.name })
    )
}

fn head(form: &Form<'_>) -> String {
    let Form { words, definition, .. } = form;
    let mut facts = format!("{} {}", definition.minutes, words.minutes);
    if !definition.host.name.is_empty() {
        let _ = write!(facts, " {} {}", words.with_host, escaped(&definition.host.name));
    }
    format!("<h1>{}</h1><p class=\"facts\">{facts}</p>", escaped(form.title))
}

fn notice_of(notice: Option<&str>) -> String {
    notice.map_or_else(String::new, |notice| format!("<p class=\"notice\" role=\"alert\">{}</p>", escaped(notice)))
}

/// Name, address, questions and consent.
pub(super) fn screener_body(form: &Form<'_>, notice: Option<&str>) -> String {
    let Form { words, definition, is_french, .. } = form;
    let mut body = head(form);
    let invitation = definition.invitation.of(*is_french);
    if !invitation.trim().is_empty() {
        let _ = write!(body, "<p class=\"text\">{}</p>", escaped(invitation));
    }
    let incentive = definition.incentive.of(*is_french);
    if !incentive.trim().is_empty() {
        let _ = write!(body, "<h2>{}</h2><p class=\"text\">{}</p>", words.incentive, escaped(incentive));
    }
    body.push_str(&notice_of(notice));
    let _ = write!(body, "<form method=\"post\" action=\"/interview/{}?lang={}\"><input type=\"hidden\" name=\"do\" value=\"answer\">", form.token, words.code);
    let _ = write!(
        body,
        "<label class=\"field\"><span>{}</span><input type=\"text\" name=\"name\" maxlength=\"200\" autocomplete=\"name\" required value=\"{}\"></label>",
        words.your_name,
        escaped(form.name)
    );
    if form.asks_email {
        let _ = write!(
            body,
            "<label class=\"field\"><span>{}</span><input type=\"email\" name=\"email\" maxlength=\"254\" autocomplete=\"email\" required></label>",
            words.your_email
        );
    }
    if !definition.screener.is_empty() {
        let _ = write!(body, "<h2>{}</h2>", words.questions);
    }
    for (i, question) in definition.screener.iter().enumerate() {
        let _ = write!(body, "<fieldset><legend>{}</legend>", escaped(question.text.of(*is_french)));
        for (j, choice) in question.choices.iter().enumerate() {
            let text = escaped(choice.text.of(*is_french));
            let _ = write!(body, "<label class=\"choice\"><input type=\"radio\" name=\"q{i}\" value=\"{j}\" required><span>{text}</span></label>");
        }
        body.push_str("</fieldset>");
    }
    let _ = write!(body, "<h2>{}</h2><p class=\"text\">{}</p>", words.consent, escaped(definition.consent.of(*is_french)));
    if definition.observers.is_empty() {
        let _ = write!(body, "<p>{}</p>", words.no_observers);
    } else {
        let names = definition
            .observers
            .iter()
            .map(|one| if one.role.is_empty() { escaped(&one.name) } else { format!("{} ({})", escaped(&one.name), escaped(&one.role)) });
        let _ = write!(body, "<p>{}</p><ul>", words.observers);
        for name in names {
            let _ = write!(body, "<li>{name}</li>");
        }
        body.push_str("</ul>");
    }
    for (name, text, required) in [("talk", words.agree_talk, " required"), ("record", words.agree_record, ""), ("quote", words.agree_quote, "")] {
        let _ = write!(body, "<label class=\"choice\"><input type=\"checkbox\" name=\"{name}\" value=\"yes\"{required}><span>{text}</span></label>");
    }
    let _ = write!(
        body,
        "<p class=\"soft\">{}</p><div class=\"row\"><button class=\"primary\">{}</button></div></form>{}",
        words.may_withdraw,
        words.go_on,
        write_to(form)
    );
    body
}

/// The free times, by day of the reader's zone.
pub(super) fn picker_body(form: &Form<'_>, starts: &[i64], from: i64, zone: &str, interview: &Interview, notice: Option<&str>) -> String {
    let Form { words, is_french, .. } = form;
    let mut body = head(form);
    let is_booked = interview.status == sillage_catalog::InterviewStatus::Booked;
    let _ = write!(body, "{}<h2>{}</h2>", notice_of(notice), if is_booked { words.pick_new } else { words.pick });
    let _ = write!(
        body,
        "<form method=\"get\" class=\"zone\" data-zone action=\"/interview/{}\"><input type=\"hidden\" name=\"lang\" value=\"{}\">",
        form.token, words.code
    );
    if is_booked || interview.status == sillage_catalog::InterviewStatus::Cancelled {
        body.push_str("<input type=\"hidden\" name=\"change\" value=\"1\">");
    }
    let _ = write!(body, "<label><span class=\"soft\">{}</span><select name=\"tz\">", words.zone);
    // A zone that goes by an older name stands first.
    let own = (!ZONES.iter().any(|one| one == zone)).then(|| zone.to_owned());
    for one in own.iter().chain(ZONES.iter()) {
        let selected = if one == zone { " selected" } else { "" };
        let _ = write!(body, "<option value=\"{}\"{selected}>{}</option>", escaped(one), escaped(&zone_words(one)));
    }
    let _ = write!(body, "</select></label><button class=\"plain\">{}</button></form>", words.show);
    let days = by_day(starts.iter().copied().filter(|start| *start >= from), zone);
    if days.is_empty() {
        let _ = write!(body, "<p>{}</p>{}", words.no_times, write_to(form));
    }
    let change = if interview.status == sillage_catalog::InterviewStatus::Invited { "" } else { "&amp;change=1" };
    let address = format!("/interview/{}?lang={}{change}&amp;tz={}", form.token, words.code, encoded(zone));
    let _ = write!(
        body,
        "<form method=\"post\" action=\"{address}\"><input type=\"hidden\" name=\"do\" value=\"book\"><input type=\"hidden\" name=\"tz\" value=\"{}\">",
        escaped(zone)
    );
    for (day, times) in days.iter().take(DAYS_SHOWN) {
        let _ = write!(body, "<h2>{}</h2><div class=\"times\">", day_words(local(*day, zone), *is_french));
        for start in times {
            let _ = write!(body, "<button name=\"start\" value=\"{start}\">{}</button>", time_words(local(*start, zone), *is_french));
        }
        body.push_str("</div>");
    }
    body.push_str("</form><div class=\"row\">");
    if from > i64::MIN {
        let _ = write!(body, "<a class=\"button plain\" href=\"{address}\">{}</a>", words.earliest);
    }
    if let Some((later, _)) = days.get(DAYS_SHOWN) {
        let _ = write!(body, "<a class=\"button plain\" href=\"{address}&amp;from={later}\">{}</a>", words.later);
    }
    if is_booked {
        let _ = write!(body, "<a class=\"button plain\" href=\"/interview/{}?lang={}\">{}</a>", form.token, words.code, words.keep);
    }
    body.push_str("</div>");
    body
}

/// Times that fall on the same day of a zone, each day under its first time.
fn by_day(starts: impl Iterator<Item = i64>, zone: &str) -> Vec<(i64, Vec<i64>)> {
    let mut days: Vec<(i64, Vec<i64>)> = Vec::new();
    for start in starts {
        let at = local(start, zone);
        match days.last_mut() {
            Some((first, times)) if same_day(local(*first, zone), at) => times.push(start),
            _ => days.push((start, vec![start])),
        }
    }
    days
}

fn same_day(a: sillage_behavior::interview::Local, b: sillage_behavior::interview::Local) -> bool {
    (a.year, a.month, a.day) == (b.year, b.month, b.day)
}

/// What is booked, and what can be done with it.
pub(super) fn booked_body(form: &Form<'_>, interview: &Interview, zone: &str, is_open: bool, notice: Option<&str>) -> String {
    let Form { words, is_french, definition, token, .. } = form;
    let when = interview.talk.map(|talk| moment_words(talk.starts_at, zone, *is_french)).unwrap_or_default();
    let mut body = format!("{}{}<h2>{}</h2><p class=\"when\">{}</p>", head(form), notice_of(notice), words.booked, escaped(&when));
    if !definition.meeting_url.is_empty() {
        let url = escaped(&definition.meeting_url);
        let _ = write!(body, "<p>{} <a href=\"{url}\" rel=\"noreferrer\">{url}</a></p>", words.join_later);
    }
    let _ = write!(
        body,
        "<p class=\"soft\">{}</p><div class=\"row\"><a class=\"button primary\" href=\"/interview/{token}/invite.ics\">{}</a>",
        words.keep_link, words.add_to_calendar
    );
    if is_open {
        let _ = write!(body, "<a class=\"button plain\" href=\"/interview/{token}?lang={}&amp;change=1\">{}</a>", words.code, words.reschedule);
    }
    let _ = write!(
        body,
        "<form method=\"post\" action=\"/interview/{token}?lang={}\"><input type=\"hidden\" name=\"do\" value=\"cancel\"><button class=\"plain\">{}</button></form></div>{}",
        words.code,
        words.cancel,
        write_to(form)
    );
    body
}

pub(super) fn cancelled_body(form: &Form<'_>, is_open: bool) -> String {
    let mut body = format!("{}<h2>{}</h2><p>{}</p>", head(form), form.words.cancelled, form.words.cancelled_text);
    if is_open {
        let _ = write!(
            body,
            "<div class=\"row\"><a class=\"button plain\" href=\"/interview/{}?lang={}&amp;change=1\">{}</a></div>",
            form.token, form.words.code, form.words.pick_again
        );
    }
    body.push_str(&write_to(form));
    body
}

/// Text, as it may stand anywhere in a page.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}
