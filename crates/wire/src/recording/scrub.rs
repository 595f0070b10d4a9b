//! What a recording may hold, by the table of px.md 3.6, whatever its client did: the same rules as `packages/sdk/src/replay/scrub.ts`, where the page itself is not
//! there to be asked. What is not known is taken for the worse.
//!
//! Beyond masking, what is played is somebody else's page in our viewers' browsers: scripts, event handlers, addresses that run or load something, frames and
//! refreshes are taken out, here as well as by the player's sandbox.

use super::{
    address::{asset, href},
    css::scrub_css,
    json::{Json, Members},
    text::{mask, redact, redact_digits},
};
use sha2::{Digest, Sha256};
use sillage_event::recording::{STYLE_MARK, Style};
use std::{borrow::Cow, collections::HashSet};

/// What the server masks at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// All texts, but those within `data-px-unmask`.
    #[default]
    Strict,
    /// Digits and what must never leave a browser.
    Balanced,
    /// What must never leave a browser.
    Open,
}

impl Level {
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "strict" => Self::Strict,
            "balanced" => Self::Balanced,
            "open" => Self::Open,
            _ => return None,
        })
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Balanced => "balanced",
            Self::Open => "open",
        }
    }
}

/// Nodes of a document that later changes name by number only: which are stylesheets, and which may be shown. Lost without harm: what is not known is masked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    styles: HashSet<i64>,
    shown: HashSet<i64>,
}

impl Known {
    const MOST: usize = 50_000;

    #[must_use]
    pub fn len(&self) -> usize {
        self.styles.len() + self.shown.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn note(&mut self, id: Option<i64>, is_style: bool, is_shown: bool) {
        let Some(id) = id else { return };
        let mut set = |set_of: fn(&mut Self) -> &mut HashSet<i64>, is_in: bool| {
            if !is_in {
                set_of(self).remove(&id);
            } else if self.len() < Self::MOST {
                set_of(self).insert(id);
            }
        };
        set(|known| &mut known.styles, is_style);
        set(|known| &mut known.shown, is_shown);
    }
}

/// Stylesheets of more bytes are kept once for all recordings.
const STYLE_BYTES: usize = 2048;
const MOST_TEXT: usize = 100_000;
const BULLETS: &str = "••••••";
const TEXT_ATTRIBUTES: [&str; 11] =
    ["placeholder", "title", "alt", "label", "summary", "abbr", "aria-label", "aria-description", "aria-placeholder", "aria-valuetext", "aria-roledescription"];
const DROPPED_ATTRIBUTES: [&str; 12] =
    ["srcdoc", "srcset", "imagesrcset", "download", "ping", "nonce", "integrity", "rr_dataurl", "rr_src", "http-equiv", "formtarget", "is"];
const KEPT_OF_RECORDER: [&str; 12] = [
    "rr_width",
    "rr_height",
    "rr_scrollleft",
    "rr_scrolltop",
    "rr_mediastate",
    "rr_mediacurrenttime",
    "rr_mediaplaybackrate",
    "rr_mediamuted",
    "rr_medialoop",
    "rr_mediavolume",
    "rr_open_mode",
    "rr_left",
];
const SECRET_WORDS: [&str; 14] =
    ["cc-", "card", "cvc", "cvv", "iban", "pass", "secret", "token", "otp", "one-time", "ssn", "national", "pin-code", "security-code"];

/// How a text is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sight {
    Masked,
    Redacted,
    Seen,
}

/// Goes through the events of one piece.
pub(super) struct Scrub<'k> {
    level: Level,
    known: &'k mut Known,
    pub(super) neutralised: u32,
    pub(super) unread_styles: u32,
    pub(super) styles: Vec<Style>,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place {
    sight: Sight,
    is_in_style: bool,
}

impl<'k> Scrub<'k> {
    pub(super) fn new(level: Level, known: &'k mut Known) -> Self {
        Self { level, known, neutralised: 0, unread_styles: 0, styles: Vec::new() }
    }

    /// The data of an event without what must not be kept; `None` when nothing of it may.
    pub(super) fn data<'a>(&mut self, kind: i64, data: Json<'a>) -> Option<Json<'a>> {
        match kind {
            0 | 1 => Some(Json::Object(Vec::new())),
            2 => self.snapshot(data),
            3 => self.incremental(data),
            4 => {
                let at = href(data.get("href").and_then(Json::as_text).unwrap_or_default(), self.level == Level::Open);
                let mut members: Members<'a> = vec![(Cow::Borrowed("href"), Json::text(at))];
                members.extend(numbers_of(&data, &["width", "height"]));
                Some(Json::Object(members))
            }
            _ => None,
        }
    }

    fn ground(&self) -> Sight {
        match self.level {
            Level::Strict => Sight::Masked,
            Level::Balanced => Sight::Redacted,
            Level::Open => Sight::Seen,
        }
    }

    fn snapshot<'a>(&mut self, mut data: Json<'a>) -> Option<Json<'a>> {
        *self.known = Known::default();
        self.unread_styles = 0;
        let place = Place { sight: self.ground(), is_in_style: false };
        let node = data.get_mut("node")?;
        if !matches!(node, Json::Object(_)) {
            return None;
        }
        self.node(node, place);
        let node = std::mem::replace(node, Json::Null);
        let offset = data.get("initialOffset").map(|offset| numbers_of(offset, &["left", "top"])).unwrap_or_default();
        Some(Json::Object(vec![(Cow::Borrowed("node"), node), (Cow::Borrowed("initialOffset"), Json::Object(offset))]))
    }

    fn node(&mut self, node: &mut Json<'_>, place: Place) {
        let id = node.get("id").and_then(Json::as_whole);
        let kind = node.get("type").and_then(Json::as_whole);
        let mut within = place;
        match kind {
            Some(2) => within = self.element(node, place),
            Some(3) => {
                let text = node.get("textContent").and_then(Json::as_text).map(|text| self.text(text, place));
                let members = keep_only(node, &["id", "type", "rootId"]);
                if let Some(text) = text {
                    members.push((Cow::Borrowed("textContent"), text));
                }
                if place.is_in_style {
                    members.push((Cow::Borrowed("isStyle"), Json::Bool(true)));
                }
            }
            Some(4 | 5) => {
                keep_only(node, &["id", "type", "rootId"]).push((Cow::Borrowed("textContent"), Json::text("")));
            }
            _ => {}
        }
        self.known.note(id, within.is_in_style, within.sight == Sight::Seen && self.level == Level::Strict);
        if let Some(Json::List(children)) = node.get_mut("childNodes") {
            children.retain(|child| matches!(child, Json::Object(_)));
            children.iter_mut().for_each(|child| self.node(child, within));
        }
    }

    /// Scrubs an element; says how what is in it is seen.
    fn element(&mut self, node: &mut Json<'_>, place: Place) -> Place {
        let named = node.get("tagName").and_then(Json::as_text).unwrap_or("div").to_ascii_lowercase();
        let is_name = named.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && named.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.' | b'_'));
        let mut tag = if is_name && named.len() <= 100 { named } else { "div".to_owned() };
        if matches!(tag.rsplit(':').next(), Some("script" | "applet" | "portal" | "fencedframe")) {
            // The text of a script that the recorder had taken out already says so.
            let has_text = node.get("childNodes").and_then(Json::as_list).is_some_and(|children| {
                children.iter().filter_map(|child| child.get("textContent")?.as_text()).any(|text| !text.is_empty() && text != "SCRIPT_PLACEHOLDER")
            });
            self.neutralised += u32::from(has_text);
            "noscript".clone_into(&mut tag);
            if let Some(Json::List(children)) = node.get_mut("childNodes") {
                children.clear();
            }
        }
        let mut within = Place { is_in_style: tag == "style", ..place };
        let has = |name: &str| node.get("attributes").is_some_and(|all| all.get(name).is_some());
        if has("data-px-mask") {
            within.sight = Sight::Masked;
        } else if has("data-px-unmask") {
            within.sight = Sight::Seen;
        }
        if let Some(Json::Object(all)) = node.get_mut("attributes") {
            let all_names = std::mem::take(all);
            if tag != "noscript" {
                *all = self.attributes(all_names, Some(&tag), within.sight);
            }
        }
        if let Some(text) = node.get_mut("tagName") {
            *text = Json::text(tag);
        }
        within
    }

    fn attributes<'a>(&mut self, all: Members<'a>, tag: Option<&str>, sight: Sight) -> Members<'a> {
        let find = |name: &str| all.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_text()).unwrap_or_default();
        let kind = find("type").to_ascii_lowercase();
        let is_secret = matches!(tag, None | Some("input" | "textarea" | "select"))
            && (kind == "password" || kind == "hidden" || ["autocomplete", "name", "id"].iter().any(|name| is_secret_name(find(name))));
        if tag == Some("base") {
            return Vec::new();
        }
        if tag == Some("meta") {
            self.neutralised += u32::from(!find("http-equiv").is_empty() && find("http-equiv").eq_ignore_ascii_case("refresh"));
            return all.into_iter().filter(|(name, _)| matches!(&**name, "charset" | "name" | "property")).collect();
        }
        let rel = find("rel").to_ascii_lowercase();
        let has_rules = all.iter().any(|(name, _)| name == "_cssText");
        if tag == Some("link") && rel.split_ascii_whitespace().any(|word| word == "stylesheet") && !has_rules && !find("href").is_empty() {
            self.unread_styles += 1;
        }
        let leads = tag == Some("link") && !rel.split_ascii_whitespace().any(|word| word == "stylesheet");
        let mut kept = Members::new();
        for (name, value) in all {
            let lower = name.to_ascii_lowercase();
            if leads && lower == "href" {
                continue;
            }
            if let Some(value) = self.attribute(&lower, value, tag, sight, &kind, is_secret) {
                kept.push((name, value));
            }
        }
        kept
    }

    fn attribute<'a>(&mut self, name: &str, value: Json<'a>, tag: Option<&str>, sight: Sight, kind: &str, is_secret: bool) -> Option<Json<'a>> {
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_' || letter == ':')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'));
        if !is_name || name.len() > 200 {
            self.neutralised += 1;
            return None;
        }
        if name == "_csstext" {
            return value.as_text().map(|sheet| self.style(sheet));
        }
        if name.starts_with("on") || name == "srcdoc" {
            self.neutralised += 1;
            return None;
        }
        let is_foreign = (name.starts_with("rr_") && !KEPT_OF_RECORDER.contains(&name)) || (name.starts_with("data-") && !is_kept_data(name));
        if DROPPED_ATTRIBUTES.contains(&name) || is_foreign {
            return None;
        }
        if name == "style" {
            return self.every_css(value);
        }
        let Json::Text(text) = &value else {
            // Flags, numbers and null: an attribute that was removed.
            return matches!(value, Json::Bool(_) | Json::Number(_) | Json::Null).then_some(value);
        };
        if runs_something(text) && name != "value" {
            self.neutralised += 1;
            return None;
        }
        match name {
            "value" => self.value(text, tag, sight, kind, is_secret),
            "content" if tag.is_none_or(|tag| tag == "meta") => None,
            "src" | "data" if matches!(tag, Some("iframe" | "frame" | "embed" | "object")) => {
                self.neutralised += 1;
                None
            }
            _ if TEXT_ATTRIBUTES.contains(&name) => Some(Json::Text(Cow::Owned(see(text, sight).into_owned()))),
            "href" | "xlink:href" if matches!(tag, Some("link" | "use" | "image")) => asset(text).map(Json::text),
            "href" if text.starts_with('#') => Some(Json::text(redact(text).into_owned())),
            "href" | "action" | "formaction" | "cite" | "xlink:href" | "manifest" => Some(Json::text(href(text, self.level == Level::Open))),
            "src" | "poster" | "background" | "data" if sight == Sight::Masked => None,
            "src" | "poster" | "background" | "data" => asset(text).map(Json::text),
            _ => Some(Json::text(redact(text).into_owned())),
        }
    }

    fn value<'a>(&self, text: &str, tag: Option<&str>, sight: Sight, kind: &str, is_secret: bool) -> Option<Json<'a>> {
        match tag {
            Some("li" | "progress" | "meter") => Some(Json::text(text.to_owned())),
            Some("input" | "textarea" | "select") => match kind {
                _ if is_secret => Some(Json::text(if text.is_empty() { "" } else { BULLETS })),
                "hidden" | "checkbox" | "radio" => None,
                "button" | "submit" | "reset" => Some(Json::text(see(text, sight).into_owned())),
                _ => Some(Json::text(typed(text, sight).into_owned())),
            },
            _ => None,
        }
    }

    fn text<'a>(&mut self, text: &str, place: Place) -> Json<'a> {
        if place.is_in_style {
            return self.style(text);
        }
        let short = &text[..text.floor_char_boundary(MOST_TEXT)];
        Json::text(see(short, place.sight).into_owned())
    }

    /// A stylesheet as it may be kept; a large one by its name.
    fn style<'a>(&mut self, sheet: &str) -> Json<'a> {
        let (clean, neutralised) = scrub_css(sheet);
        self.neutralised += neutralised;
        if clean.len() <= STYLE_BYTES {
            return Json::text(if clean.starts_with(STYLE_MARK) { String::new() } else { clean });
        }
        let mut json = Vec::with_capacity(clean.len() + clean.len() / 8);
        super::json::write_text(&clean, &mut json);
        let digest = Sha256::digest(&json);
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        let hash = u128::from_be_bytes(first);
        if !self.styles.iter().any(|style| style.hash == hash) {
            self.styles.push(Style { hash, json });
        }
        Json::text(format!("{STYLE_MARK}{hash:032x}"))
    }

    /// Every text within is a rule, a declaration or a change of a style.
    fn every_css<'a>(&mut self, value: Json<'a>) -> Option<Json<'a>> {
        Some(match value {
            Json::Text(text) => {
                let (clean, neutralised) = scrub_css(&text);
                self.neutralised += neutralised;
                Json::text(if clean.starts_with(STYLE_MARK) { String::new() } else { clean })
            }
            Json::List(list) => Json::List(list.into_iter().filter_map(|one| self.every_css(one)).collect()),
            Json::Object(members) => Json::Object(members.into_iter().filter_map(|(name, one)| Some((name, self.every_css(one)?))).collect()),
            other => other,
        })
    }

    fn incremental<'a>(&mut self, data: Json<'a>) -> Option<Json<'a>> {
        let source = data.get("source").and_then(Json::as_whole)?;
        match source {
            0 => self.mutation(data),
            8 | 13 | 15 => self.every_css(data),
            5 => Some(self.input(data)),
            1 | 2 | 3 | 4 | 6 | 7 | 12 | 14 | 16 => Some(figures(data, 0)),
            // Canvases, fonts, logs, and what is not known.
            _ => None,
        }
    }

    fn input<'a>(&self, data: Json<'a>) -> Json<'a> {
        let id = data.get("id").and_then(Json::as_whole);
        let is_shown = id.is_some_and(|id| self.known.shown.contains(&id));
        let text = data.get("text").and_then(Json::as_text).unwrap_or_default();
        // Which field it is cannot be asked; what is typed is masked unless the page is marked to show it.
        let text = if is_shown || self.level == Level::Open { redact(text) } else { mask(text) }.into_owned();
        let Json::Object(members) = figures(data, 0) else { return Json::Null };
        let mut members: Members<'a> = members.into_iter().filter(|(name, _)| name != "text").collect();
        members.push((Cow::Borrowed("text"), Json::text(text)));
        Json::Object(members)
    }

    fn place_of(&self, id: Option<i64>) -> Place {
        let is_shown = id.is_some_and(|id| self.known.shown.contains(&id));
        let sight = if is_shown { Sight::Seen } else { self.ground() };
        Place { sight, is_in_style: id.is_some_and(|id| self.known.styles.contains(&id)) }
    }

    fn mutation<'a>(&mut self, mut data: Json<'a>) -> Option<Json<'a>> {
        if let Some(Json::List(adds)) = data.get_mut("adds") {
            adds.retain(|add| matches!(add.get("node"), Some(Json::Object(_))));
            for add in adds {
                let place = self.place_of(add.get("parentId").and_then(Json::as_whole));
                if let Some(node) = add.get_mut("node") {
                    self.node(node, place);
                }
            }
        }
        if let Some(Json::List(texts)) = data.get_mut("texts") {
            for change in texts {
                let place = self.place_of(change.get("id").and_then(Json::as_whole));
                if let Some(value @ Json::Text(_)) = change.get_mut("value") {
                    let clean = value.as_text().map(|text| self.text(text, place));
                    *value = clean.unwrap_or(Json::Null);
                }
            }
        }
        if let Some(Json::List(changes)) = data.get_mut("attributes") {
            for change in changes {
                let place = self.place_of(change.get("id").and_then(Json::as_whole));
                if let Some(Json::Object(all)) = change.get_mut("attributes") {
                    let names = std::mem::take(all);
                    *all = self.attributes(names, None, place.sight);
                }
            }
        }
        let Json::Object(members) = data else { return None };
        let is_part = |name: &str| matches!(name, "source" | "adds" | "texts" | "attributes" | "removes" | "isAttachIframe");
        let members = members.into_iter().filter(|(name, _)| is_part(name));
        Some(Json::Object(members.map(|(name, value)| if name == "removes" { (name, figures(value, 0)) } else { (name, value) }).collect()))
    }
}

fn see(text: &str, sight: Sight) -> Cow<'_, str> {
    match sight {
        Sight::Masked => mask(text),
        Sight::Redacted => redact_digits(text),
        Sight::Seen => redact(text),
    }
}

/// What is typed is masked where texts are seen only in part, too.
fn typed(text: &str, sight: Sight) -> Cow<'_, str> {
    if sight == Sight::Seen { redact(text) } else { mask(text) }
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn is_kept_data(name: &str) -> bool {
    name == "data-testid" || name.starts_with("data-px-")
}

/// An address whose scheme runs what follows, however it is written.
fn runs_something(text: &str) -> bool {
    let start: String = text.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).take(20).collect::<String>().to_ascii_lowercase();
    ["javascript:", "vbscript:", "livescript:", "data:text", "data:application", "data:image/svg"].iter().any(|scheme| start.starts_with(scheme))
}

/// Numbers and flags as they are, short words redacted, the rest gone.
fn figures(value: Json<'_>, depth: usize) -> Json<'_> {
    match value {
        Json::Text(text) if text.len() <= 64 => Json::text(redact(&text).into_owned()),
        Json::Text(_) => Json::text(""),
        Json::List(list) if depth < 6 => Json::List(list.into_iter().map(|one| figures(one, depth + 1)).collect()),
        Json::Object(members) if depth < 6 => Json::Object(members.into_iter().map(|(name, one)| (name, figures(one, depth + 1))).collect()),
        Json::List(_) | Json::Object(_) => Json::Null,
        other => other,
    }
}

fn numbers_of<'a>(of: &Json<'a>, names: &[&'static str]) -> Members<'a> {
    names.iter().filter_map(|name| Some((Cow::Borrowed(*name), of.get(name).filter(|value| matches!(value, Json::Number(_)))?.clone()))).collect()
}

/// Drops all members but these.
fn keep_only<'n, 'a>(node: &'n mut Json<'a>, names: &[&str]) -> &'n mut Members<'a> {
    if !matches!(node, Json::Object(_)) {
        *node = Json::Object(Vec::new());
    }
    let Json::Object(members) = node else { unreachable!("made an object above") };
    members.retain(|(name, _)| names.contains(&&**name));
    members
}
