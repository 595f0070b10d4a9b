//! What a piece says about its session: read off the events, after they were made harmless.

use super::{address::page_of, json::Json, text::redact};
use serde_json::{Map, Value};
use sillage_event::recording::{Facts, Marker, PageSeen, SignalSeen};

const MOST_MARKERS: usize = 2_000;
const MOST_WORDS: usize = 500;

/// Gathers over the events of one piece.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) facts: Facts,
    pub(super) markers: Vec<Marker>,
    height: f64,
}

impl Gathered {
    /// An event whose data was scrubbed.
    pub(super) fn event(&mut self, document: &str, kind: i64, t: i64, data: &Json<'_>) {
        let facts = &mut self.facts;
        if facts.start == 0 && facts.end == 0 {
            (facts.start, facts.end) = (t, t);
        }
        facts.start = facts.start.min(t);
        facts.end = facts.end.max(t);
        match kind {
            2 => facts.snapshots += 1,
            3 => self.incremental(document, t, data),
            4 => {
                self.height = data.get("height").and_then(Json::as_number).unwrap_or(0.0);
                self.page(document, t, page_of(data.get("href").and_then(Json::as_text).unwrap_or_default()));
            }
            _ => {}
        }
    }

    fn incremental(&mut self, document: &str, t: i64, data: &Json<'_>) {
        let Some(source) = data.get("source").and_then(Json::as_whole) else { return };
        let whole = |name: &str| data.get(name).and_then(Json::as_whole);
        match source {
            1 | 6 | 12 => {
                let first = data.get("positions").and_then(Json::as_list).and_then(|list| list.first()?.get("timeOffset")?.as_whole()).unwrap_or(0);
                self.facts.active.add(t + first.clamp(-10_000, 0), t);
            }
            2 => {
                self.facts.active.add(t, t);
                if whole("type") == Some(2) {
                    self.facts.clicks += 1;
                    let more = [("x", whole("x")), ("y", whole("y")), ("id", whole("id"))];
                    self.mark(document, t, "click", more.into_iter().filter_map(|(name, value)| Some((name, Value::from(value?)))));
                }
            }
            3 => {
                self.facts.active.add(t, t);
                let lowest = data.get("y").and_then(Json::as_number).unwrap_or(0.0) + self.height;
                self.facts.max_scroll_px = self.facts.max_scroll_px.max(lowest.clamp(0.0, 1e8) as u32);
            }
            4 => self.height = data.get("height").and_then(Json::as_number).unwrap_or(self.height),
            5 => {
                self.facts.active.add(t, t);
                self.facts.keys += 1;
                self.mark(document, t, "input", whole("id").map(|id| ("id", Value::from(id))).into_iter());
            }
            _ => {}
        }
    }

    fn page(&mut self, document: &str, t: i64, page: String) {
        self.facts.active.add(t, t);
        let page = short(&page);
        self.facts.pages.push(PageSeen { t, page, document: document.to_owned() });
    }

    /// A note of the timeline; what may be kept of it. `None` for one that is not known.
    pub(super) fn note<'a>(&mut self, document: &str, t: i64, tag: &str, payload: &Json<'_>) -> Option<Json<'a>> {
        let word = |name: &str| payload.get(name).and_then(Json::as_text).map(short);
        let number = |name: &str| payload.get(name).and_then(Json::as_number);
        let mut kept: Map<String, Value> = Map::new();
        let mut keep = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                kept.insert(name.to_owned(), value);
            }
        };
        let figure = |number: Option<f64>| {
            number.and_then(
                |number| if number.fract() == 0.0 { Some(Value::from(number as i64)) } else { serde_json::Number::from_f64(number).map(Value::Number) },
            )
        };
        match tag {
            "start" => {
                let is_interaction_only = matches!(payload.get("is_interaction_only"), Some(Json::Bool(true)));
                self.facts.is_interaction_only |= is_interaction_only;
                keep("elements", figure(number("elements")));
                keep("snapshot_ms", figure(number("snapshot_ms")));
                keep("is_interaction_only", Some(Value::Bool(is_interaction_only)));
            }
            "page" => {
                let page = page_of(&word("page")?);
                keep("page", Some(Value::from(page.clone())));
                self.page(document, t, page);
            }
            "signal" => {
                let name = word("name").filter(|name| is_name(name))?;
                let selector = word("selector").unwrap_or_default();
                let severity = number("severity").unwrap_or(1.0).clamp(0.0, 10.0);
                keep("name", Some(Value::from(name.clone())));
                keep("selector", Some(Value::from(selector.clone())));
                keep("severity", figure(Some(severity)));
                self.facts.signals.push(SignalSeen { t, name, severity, selector });
            }
            "event" => {
                let name = word("name")?;
                keep("name", Some(Value::from(name.clone())));
                self.facts.events.insert(name);
            }
            "error" => {
                self.facts.errors += 1;
                keep("error", word("kind").map(Value::from));
            }
            "request" => {
                let status = number("status").unwrap_or(0.0);
                self.facts.failed_requests += u32::from(status == 0.0 || status >= 400.0);
                keep("method", word("method").map(Value::from));
                keep("url", word("url").map(|url| Value::from(super::address::href(&url, false))));
                keep("status", figure(Some(status)));
                keep("ms", figure(number("ms")));
            }
            "console" => {
                let level = word("level").unwrap_or_default();
                self.facts.console_errors += u32::from(matches!(level.as_str(), "error" | "assert"));
                keep("level", Some(Value::from(level)));
                keep("text", word("text").map(Value::from));
            }
            "trigger" => keep("why", word("why").map(Value::from)),
            "survey" => {
                for name in ["survey", "question", "what"] {
                    keep(name, word(name).map(Value::from));
                }
                keep("score", figure(number("score")));
            }
            _ => return None,
        }
        let json = json_of(&kept);
        if tag != "start" && tag != "page" {
            self.mark(document, t, tag, kept.iter().map(|(name, value)| (name.as_str(), value.clone())));
        }
        Some(json)
    }

    fn mark<'n>(&mut self, document: &str, t: i64, kind: &str, more: impl Iterator<Item = (&'n str, Value)>) {
        if self.markers.len() >= MOST_MARKERS {
            return;
        }
        let more = more.map(|(name, value)| (name.to_owned(), value)).collect();
        self.markers.push(Marker { t, kind: kind.to_owned(), document: document.to_owned(), more });
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Redacted and cut.
fn short(text: &str) -> String {
    let redacted = redact(text);
    redacted[..redacted.floor_char_boundary(MOST_WORDS)].to_owned()
}

/// Of a flat object.
fn json_of<'a>(map: &Map<String, Value>) -> Json<'a> {
    let value = |value: &Value| match value {
        Value::Bool(flag) => Json::Bool(*flag),
        Value::String(text) => Json::text(text.clone()),
        other => Json::Number(std::borrow::Cow::Owned(other.to_string())),
    };
    Json::Object(map.iter().map(|(name, one)| (std::borrow::Cow::Owned(name.clone()), value(one))).collect())
}
