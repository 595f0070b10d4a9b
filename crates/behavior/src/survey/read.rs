//! Reading a definition: what is wrong with it is named by its path, with what would be right.

use super::{
    Audience, Choice, CohortRule, Condition, Device, Display, End, Form, Frequency, Ground, Item, KINDS, Kind, Limits, Link, LinkAnswer, Look, MAX_CHOICES,
    MAX_QUESTIONS, MAX_TEXT_CHARS, OTHER, Op, PageRule, Position, Privacy, Question, Rule, Show, Survey, SurveyError, Text, Trigger, VERSION, Visitor, When,
    page::{OPS as PAGE_OPS, PageOp},
};
use crate::{
    question::fields::{Fields, Read, missing, not_allowed, number, wrong_type},
    task::outcome::OUTCOMES,
};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;

const FORMS: [(&str, Form); 5] = [("popover", Form::Popover), ("modal", Form::Modal), ("bar", Form::Bar), ("inline", Form::Inline), ("button", Form::Button)];
const POSITIONS: [(&str, Position); 4] =
    [("bottom_right", Position::BottomRight), ("bottom_left", Position::BottomLeft), ("top_right", Position::TopRight), ("top_left", Position::TopLeft)];
const GROUNDS: [(&str, Ground); 3] = [("auto", Ground::Auto), ("light", Ground::Light), ("dark", Ground::Dark)];
const LOOKS: [(&str, Look); 3] = [("numbers", Look::Numbers), ("stars", Look::Stars), ("smileys", Look::Smileys)];
const SHOWS: [(&str, Show); 3] = [("once", Show::Once), ("until_answered", Show::UntilAnswered), ("always", Show::Always)];
const LINKS: [(&str, LinkAnswer); 3] = [("ask", LinkAnswer::Ask), ("consent", LinkAnswer::Consent), ("never", LinkAnswer::Never)];
const DEVICES: [(&str, Device); 3] = [("desktop", Device::Desktop), ("tablet", Device::Tablet), ("mobile", Device::Mobile)];
const VISITORS: [(&str, Visitor); 2] = [("new", Visitor::New), ("returning", Visitor::Returning)];
const OPS: [(&str, Op); 9] = [
    ("is", Op::Is),
    ("is_not", Op::IsNot),
    ("contains", Op::Contains),
    ("gt", Op::Gt),
    ("gte", Op::Gte),
    ("lt", Op::Lt),
    ("lte", Op::Lte),
    ("set", Op::Set),
    ("not_set", Op::NotSet),
];
const TRIGGERS: &str = "load, time, scroll, exit, click, visible, event, friction, task or call";
const MAX_LANGUAGES: usize = 20;
const MAX_RULES: usize = 50;
const MAX_URL_CHARS: usize = 2000;

impl Survey {
    /// Reads a definition and fills in what it leaves to the defaults.
    pub fn from_json(value: &Value, path: &str) -> Result<Self, SurveyError> {
        let mut fields = Fields::new(value, path)?;
        fields.whole("v", i64::from(VERSION), i64::from(VERSION))?;
        let languages_path = fields.at("languages");
        let languages = fields.texts("languages")?.ok_or_else(|| missing(&languages_path, "a list of languages such as [\"en\", \"fr\"]"))?;
        check_languages(&languages, &languages_path)?;
        let questions = each(&mut fields, "questions", MAX_QUESTIONS, read_question)?;
        let ends = each(&mut fields, "ends", MAX_QUESTIONS, read_end)?;
        let ids = questions.iter().enumerate().map(|(i, question)| (question.id.as_str(), format!("questions[{i}].id")));
        check_unique(ids.chain(ends.iter().enumerate().map(|(i, end)| (end.id.as_str(), format!("ends[{i}].id")))), path)?;
        let needs = |list: &str, is_empty: bool, what: &str| {
            let at = if path.is_empty() { list.to_owned() } else { format!("{path}.{list}") };
            if is_empty { Err(missing(&at, what)) } else { Ok(()) }
        };
        needs("questions", questions.is_empty(), "at least one question")?;
        needs("ends", ends.is_empty(), "at least one end, such as {\"id\": \"thanks\", \"title\": {\"en\": \"Thank you\"}}")?;
        let display = read_display(&mut fields)?;
        let survey = Self {
            v: VERSION,
            triggers: each(&mut fields, "triggers", MAX_RULES, read_trigger)?,
            delay_s: fields.whole("delay_s", 0, 86_400)?.unwrap_or(0) as u32,
            pages: each(&mut fields, "pages", MAX_RULES, read_page_rule)?,
            audience: read_audience(&mut fields)?,
            sample: read_sample(&mut fields)?,
            frequency: read_frequency(&mut fields, display.form)?,
            limits: read_limits(&mut fields)?,
            privacy: read_privacy(&mut fields)?,
            languages,
            questions,
            ends,
            display,
        };
        fields.done()?;
        Ok(survey)
    }
}

pub(crate) fn each<T>(fields: &mut Fields<'_>, name: &'static str, most: usize, read: impl Fn(&Value, &str) -> Read<T>) -> Read<Vec<T>> {
    let path = fields.at(name);
    let list = fields.list(name)?.map(Vec::as_slice).unwrap_or_default();
    if list.len() > most {
        return Err(not_allowed(&path, format!("takes at most {most}, got {}", list.len())));
    }
    list.iter().enumerate().map(|(i, one)| read(one, &format!("{path}[{i}]"))).collect()
}

pub(crate) fn check_languages(languages: &[String], path: &str) -> Read<()> {
    let is_tag = |tag: &String| {
        (2..=12).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && tag.starts_with(|c: char| c.is_ascii_lowercase())
    };
    if languages.is_empty() || languages.len() > MAX_LANGUAGES || !languages.iter().all(is_tag) {
        return Err(not_allowed(path, format!("takes 1 to {MAX_LANGUAGES} languages as pages name them: en, fr, pt-BR")));
    }
    check_unique(languages.iter().enumerate().map(|(i, tag)| (tag.as_str(), format!("[{i}]"))), path)
}

pub(crate) fn check_unique<'a>(ids: impl Iterator<Item = (&'a str, String)>, path: &str) -> Read<()> {
    let mut seen = BTreeSet::new();
    for (id, at) in ids {
        if !seen.insert(id) {
            let at = match (path.is_empty(), at.starts_with('[')) {
                (true, _) => at,
                (false, true) => format!("{path}{at}"),
                (false, false) => format!("{path}.{at}"),
            };
            return Err(not_allowed(&at, format!("\"{id}\" is there twice; give each one of its own")));
        }
    }
    Ok(())
}

/// Letters, digits, - and _: ids stand in properties of events, joined by commas.
pub(crate) fn read_id(fields: &mut Fields<'_>) -> Read<String> {
    let path = fields.at("id");
    let id = fields.text("id")?.ok_or_else(|| missing(&path, "an id of letters, digits, - and _"))?;
    if id.is_empty() || id.len() > 40 || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Err(not_allowed(&path, "takes 1 to 40 letters, digits, - and _"));
    }
    Ok(id.to_owned())
}

pub(crate) fn read_text(fields: &mut Fields<'_>, name: &'static str) -> Read<Text> {
    let path = fields.at(name);
    let Some(value) = fields.get(name) else { return Ok(Text::new()) };
    let map = value.as_object().ok_or_else(|| wrong_type(&path, "the text in each language: {\"en\": \"…\", \"fr\": \"…\"}", value))?;
    let mut text = Text::new();
    for (language, words) in map {
        let at = format!("{path}.{language}");
        let words = words.as_str().ok_or_else(|| wrong_type(&at, "a text", words))?;
        if words.chars().count() > MAX_TEXT_CHARS {
            return Err(not_allowed(&at, format!("takes at most {MAX_TEXT_CHARS} characters")));
        }
        if !words.trim().is_empty() {
            text.insert(language.clone(), words.to_owned());
        }
    }
    Ok(text)
}

/// An address that a person may be sent to. Nothing that would run in the page.
pub(crate) fn read_url(fields: &mut Fields<'_>, name: &'static str) -> Read<Option<String>> {
    let path = fields.at(name);
    let Some(url) = fields.text(name)?.map(str::trim).filter(|url| !url.is_empty()) else { return Ok(None) };
    let is_web = url.starts_with("https://") || url.starts_with("http://") || (url.starts_with('/') && !url.starts_with("//")) || url.starts_with("mailto:");
    if !is_web || url.len() > MAX_URL_CHARS || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(not_allowed(&path, "takes an address that begins with https://, http://, mailto: or /"));
    }
    Ok(Some(url.to_owned()))
}

fn read_question(value: &Value, path: &str) -> Read<Question> {
    let mut fields = Fields::new(value, path)?;
    let kind_path = fields.at("kind");
    let kind = fields.choice("kind", &KINDS)?.ok_or_else(|| missing(&kind_path, &KINDS.map(|(name, _)| name).join(", ")))?;
    let mut question = Question {
        id: read_id(&mut fields)?,
        kind,
        text: read_text(&mut fields, "text")?,
        description: read_text(&mut fields, "description")?,
        required: fields.flag("required")?.unwrap_or(false),
        low: read_text(&mut fields, "low")?,
        high: read_text(&mut fields, "high")?,
        points: read_points(&mut fields, kind)?,
        look: None,
        choices: each(&mut fields, "choices", MAX_CHOICES, |value, path| read_choice(value, path, kind))?,
        other: fields.flag("other")?.unwrap_or(false),
        shuffle: fields.flag("shuffle")?.unwrap_or(false),
        most: fields.whole("most", 1, MAX_CHOICES as i64)?.map(|most| most as u32),
        items: each(&mut fields, "items", 30, read_item)?,
        placeholder: read_text(&mut fields, "placeholder")?,
        next: each(&mut fields, "next", MAX_RULES, read_rule)?,
        then: fields.text("then")?.map(str::to_owned),
    };
    let look_path = fields.at("look");
    let look = fields.choice("look", &LOOKS)?;
    let may_look = matches!(kind, Kind::Csat | Kind::Rating | Kind::Ces | Kind::Seq);
    if look.is_some() && !may_look {
        return Err(not_allowed(&look_path, "is for csat, ces, seq and rating; leave it out"));
    }
    if look == Some(Look::Smileys) && question.points.is_some_and(|points| points != 5) {
        return Err(not_allowed(&look_path, "smileys need a scale of 5 points"));
    }
    question.look = may_look.then(|| look.unwrap_or(Look::Numbers));
    check_parts(&question, path)?;
    fields.done()?;
    Ok(question)
}

fn read_points(fields: &mut Fields<'_>, kind: Kind) -> Read<Option<u32>> {
    let path = fields.at("points");
    let points = fields.whole("points", 2, 10)?.map(|points| points as u32);
    match (kind, points) {
        (Kind::Ces, points @ (None | Some(5 | 7))) => Ok(Some(points.unwrap_or(7))),
        (Kind::Ces, _) => Err(not_allowed(&path, "a customer effort score has 5 or 7 points")),
        (Kind::Csat, points @ (None | Some(5 | 7))) => Ok(Some(points.unwrap_or(5))),
        (Kind::Csat, _) => Err(not_allowed(&path, "a satisfaction score has 5 or 7 points")),
        (Kind::Rating | Kind::Matrix, points) => Ok(Some(points.unwrap_or(5))),
        (_, None) => Ok(None),
        (_, Some(_)) => Err(not_allowed(&path, "is for ces, csat, rating and matrix; the scale of this kind is fixed, leave it out")),
    }
}

fn check_parts(question: &Question, path: &str) -> Read<()> {
    let kind = question.kind;
    let at = |name: &str| format!("{path}.{name}");
    if kind.has_choices() && question.choices.len() < 2 {
        return Err(missing(&at("choices"), "at least two choices"));
    }
    if !kind.has_choices() && !question.choices.is_empty() {
        return Err(not_allowed(&at("choices"), format!("a question of kind {} has none; leave them out", kind.name())));
    }
    if question.other && !matches!(kind, Kind::Single | Kind::Multi) {
        return Err(not_allowed(&at("other"), "is for single and multi; leave it out"));
    }
    if question.most.is_some() && kind != Kind::Multi {
        return Err(not_allowed(&at("most"), "is for multi; leave it out"));
    }
    let wanted = match kind {
        Kind::Sus => 10..=10,
        Kind::UmuxLite => 2..=2,
        Kind::Matrix => 1..=30,
        _ => 0..=0,
    };
    if !wanted.contains(&question.items.len()) {
        let message = match kind {
            Kind::Sus => "a SUS has its ten statements",
            Kind::UmuxLite => "a UMUX-Lite has its two statements",
            Kind::Matrix => "a matrix has 1 to 30 rows",
            _ => "is for matrix, sus and umux_lite; leave them out",
        };
        return Err(not_allowed(&at("items"), message));
    }
    check_unique(question.choices.iter().enumerate().map(|(i, choice)| (choice.id.as_str(), format!("choices[{i}].id"))), path)?;
    check_unique(question.items.iter().enumerate().map(|(i, item)| (item.id.as_str(), format!("items[{i}].id"))), path)?;
    if let Some(i) = question.choices.iter().position(|choice| question.other && choice.id == OTHER) {
        return Err(not_allowed(&format!("{path}.choices[{i}].id"), "\"other\" stands for the person's own words; give the choice another id"));
    }
    Ok(())
}

fn read_choice(value: &Value, path: &str, kind: Kind) -> Read<Choice> {
    let mut fields = Fields::new(value, path)?;
    let choice = Choice { id: read_id(&mut fields)?, text: read_text(&mut fields, "text")?, image: read_url(&mut fields, "image")? };
    let image_path = fields.at("image");
    match (kind, &choice.image) {
        (Kind::Picture, None) => return Err(missing(&image_path, "the address of the picture")),
        (kind, Some(_)) if kind != Kind::Picture => return Err(not_allowed(&image_path, "is for questions of kind picture; leave it out")),
        _ => {}
    }
    fields.done()?;
    Ok(choice)
}

fn read_item(value: &Value, path: &str) -> Read<Item> {
    let mut fields = Fields::new(value, path)?;
    let item = Item { id: read_id(&mut fields)?, text: read_text(&mut fields, "text")? };
    fields.done()?;
    Ok(item)
}

fn read_rule(value: &Value, path: &str) -> Read<Rule> {
    let mut fields = Fields::new(value, path)?;
    let (when_path, to_path) = (fields.at("when"), fields.at("to"));
    let when = fields.get("when").ok_or_else(|| missing(&when_path, "{\"score\": [0, 6]}, {\"choice\": [\"price\"]} or {\"skipped\": true}"))?;
    let when = read_when(when, &when_path)?;
    let to = fields.text("to")?.ok_or_else(|| missing(&to_path, "the id of a question further down, or of an end"))?.to_owned();
    fields.done()?;
    Ok(Rule { when, to })
}

fn read_when(value: &Value, path: &str) -> Read<When> {
    let mut fields = Fields::new(value, path)?;
    let score_path = fields.at("score");
    let score = match fields.list("score")?.map(Vec::as_slice) {
        None => None,
        Some([low, high]) => Some([number(low, &score_path)?, number(high, &score_path)?]),
        Some(_) => return Err(not_allowed(&score_path, "takes the least and the most: [0, 6]")),
    };
    if score.is_some_and(|[low, high]| low > high) {
        return Err(not_allowed(&score_path, "the first is the least: [0, 6]"));
    }
    let choice = fields.texts("choice")?;
    let skipped = fields.flag("skipped")?;
    let when = match (score, choice, skipped) {
        (Some(score), None, None) => When::Score(score),
        (None, Some(choice), None) => When::Choice(choice),
        (None, None, Some(skipped)) => When::Skipped(skipped),
        _ => return Err(not_allowed(path, "takes one of score, choice and skipped")),
    };
    fields.done()?;
    Ok(when)
}

fn read_end(value: &Value, path: &str) -> Read<End> {
    let mut fields = Fields::new(value, path)?;
    let link_path = fields.at("link");
    let link = match fields.get("link") {
        None => None,
        Some(value) => {
            let mut link = Fields::new(value, &link_path)?;
            let url_path = link.at("url");
            let url = read_url(&mut link, "url")?.ok_or_else(|| missing(&url_path, "an address"))?;
            let read = Link { url, label: read_text(&mut link, "label")? };
            link.done()?;
            Some(read)
        }
    };
    let end = End { id: read_id(&mut fields)?, title: read_text(&mut fields, "title")?, text: read_text(&mut fields, "text")?, link };
    fields.done()?;
    Ok(end)
}

fn read_display(fields: &mut Fields<'_>) -> Read<Display> {
    let path = fields.at("display");
    let empty = Value::Object(serde_json::Map::new());
    let mut fields = Fields::new(fields.get("display").unwrap_or(&empty), &path)?;
    let form = fields.choice("form", &FORMS)?.unwrap_or(Form::Popover);
    let selector = read_selector(&mut fields, "selector", form == Form::Inline)?;
    let color_path = fields.at("color");
    let color = fields.text("color")?.unwrap_or("#0F766E").to_owned();
    let is_color = color.len() == 7 && color.starts_with('#') && color[1..].chars().all(|c| c.is_ascii_hexdigit());
    if !is_color {
        return Err(not_allowed(&color_path, "takes a colour such as #0F766E"));
    }
    let display = Display {
        form,
        position: fields.choice("position", &POSITIONS)?.unwrap_or(Position::BottomRight),
        selector,
        label: read_text(&mut fields, "label")?,
        color,
        ground: fields.choice("ground", &GROUNDS)?.unwrap_or(Ground::Auto),
        progress: fields.flag("progress")?.unwrap_or(true),
    };
    fields.done()?;
    Ok(display)
}

pub(crate) fn read_selector(fields: &mut Fields<'_>, name: &'static str, is_needed: bool) -> Read<Option<String>> {
    let path = fields.at(name);
    let selector = fields.text(name)?.map(str::trim).filter(|selector| !selector.is_empty());
    if selector.is_some_and(|selector| selector.len() > 500) {
        return Err(not_allowed(&path, "takes at most 500 characters"));
    }
    if is_needed && selector.is_none() {
        return Err(missing(&path, "a CSS selector, such as #survey"));
    }
    Ok(selector.map(str::to_owned))
}

fn read_trigger(value: &Value, path: &str) -> Read<Trigger> {
    let mut fields = Fields::new(value, path)?;
    let on_path = fields.at("on");
    let on = fields.text("on")?.ok_or_else(|| missing(&on_path, TRIGGERS))?;
    let trigger = match on {
        "load" => Trigger::Load,
        "exit" => Trigger::Exit,
        "call" => Trigger::Call,
        "time" => Trigger::Time { seconds: needed(&mut fields, "seconds", 1, 3600)? },
        "scroll" => Trigger::Scroll { percent: needed(&mut fields, "percent", 1, 100)? },
        "click" => Trigger::Click { selector: read_selector(&mut fields, "selector", true)?.unwrap_or_default() },
        "visible" => Trigger::Visible { selector: read_selector(&mut fields, "selector", true)?.unwrap_or_default() },
        "event" => {
            Trigger::Event { event: needed_text(&mut fields, "event", "the name of an event")?, conditions: each(&mut fields, "where", 20, read_condition)? }
        }
        "friction" => Trigger::Friction { signal: needed_text(&mut fields, "signal", "a signal such as rage_click")? },
        "task" => {
            let outcome_path = fields.at("outcome");
            let outcome = fields.choice("outcome", &OUTCOMES)?.ok_or_else(|| missing(&outcome_path, "completed, slow, off_path or failed"))?;
            Trigger::Task { task: needed_text(&mut fields, "task", "the id of a task")?, outcome }
        }
        _ => return Err(not_allowed(&on_path, format!("\"{on}\" shows no survey; use {TRIGGERS}"))),
    };
    fields.done()?;
    Ok(trigger)
}

fn needed(fields: &mut Fields<'_>, name: &'static str, least: i64, most: i64) -> Read<u32> {
    let path = fields.at(name);
    fields.whole(name, least, most)?.map(|n| n as u32).ok_or_else(|| missing(&path, "a whole number"))
}

pub(crate) fn needed_text(fields: &mut Fields<'_>, name: &'static str, what: &str) -> Read<String> {
    let path = fields.at(name);
    let text = fields.text(name)?.map(str::trim).filter(|text| !text.is_empty() && text.len() <= 500);
    text.map(str::to_owned).ok_or_else(|| missing(&path, what))
}

pub(crate) fn read_condition(value: &Value, path: &str) -> Read<Condition> {
    let mut fields = Fields::new(value, path)?;
    let value_path = fields.at("value");
    let property = needed_text(&mut fields, "property", "the name of a property")?;
    let op = fields.choice("op", &OPS)?.unwrap_or(Op::Is);
    let value = fields.get("value").cloned();
    if value.is_none() && !matches!(op, Op::Set | Op::NotSet) {
        return Err(missing(&value_path, "what the property is compared with"));
    }
    fields.done()?;
    Ok(Condition { property, op, value })
}

pub(crate) fn read_page_rule(value: &Value, path: &str) -> Read<PageRule> {
    let mut fields = Fields::new(value, path)?;
    let value_path = fields.at("value");
    let op = fields.choice("op", &PAGE_OPS)?.unwrap_or(PageOp::Is);
    let value = needed_text(&mut fields, "value", "a path such as /pricing, or an address")?;
    if op == PageOp::Matches
        && let Err(error) = Regex::new(&value)
    {
        return Err(not_allowed(&value_path, format!("is no regular expression: {error}")));
    }
    let rule = PageRule { op, value, not: fields.flag("not")?.unwrap_or(false) };
    fields.done()?;
    Ok(rule)
}

fn read_audience(fields: &mut Fields<'_>) -> Read<Audience> {
    let path = fields.at("audience");
    let Some(value) = fields.get("audience") else { return Ok(Audience::default()) };
    let mut fields = Fields::new(value, &path)?;
    let devices_path = fields.at("devices");
    let devices = fields.texts("devices")?.unwrap_or_default();
    let devices = devices.iter().map(|word| crate::question::fields::choose(word, &devices_path, &DEVICES)).collect::<Read<Vec<Device>>>()?;
    let cohort_path = fields.at("cohort");
    let cohort = match fields.get("cohort") {
        None => None,
        Some(value) => {
            let mut cohort = Fields::new(value, &cohort_path)?;
            let rule = CohortRule { id: needed_text(&mut cohort, "id", "the id of a saved cohort")?, inside: cohort.flag("in")?.unwrap_or(true) };
            cohort.done()?;
            Some(rule)
        }
    };
    let audience = Audience { devices, visitors: fields.choice("visitors", &VISITORS)?, languages: fields.texts("languages")?.unwrap_or_default(), cohort };
    fields.done()?;
    Ok(audience)
}

fn read_sample(fields: &mut Fields<'_>) -> Read<f64> {
    let path = fields.at("sample");
    let sample = fields.get("sample").map(|value| number(value, &path)).transpose()?.unwrap_or(100.0);
    if sample > 0.0 && sample <= 100.0 { Ok(sample) } else { Err(not_allowed(&path, "takes percent: more than 0, at most 100")) }
}

fn read_frequency(fields: &mut Fields<'_>, form: Form) -> Read<Frequency> {
    let path = fields.at("frequency");
    let empty = Value::Object(serde_json::Map::new());
    let mut fields = Fields::new(fields.get("frequency").unwrap_or(&empty), &path)?;
    // A button waits to be clicked and a form of the page is part of it: neither comes between a person and the page.
    let is_waiting = matches!(form, Form::Button | Form::Inline);
    let frequency = Frequency {
        show: fields.choice("show", &SHOWS)?.unwrap_or(if is_waiting { Show::Always } else { Show::UntilAnswered }),
        again: fields.whole("again", 0, 1000)?.unwrap_or(2) as u32,
        again_after_days: fields.whole("again_after_days", 0, 3650)?.unwrap_or(7) as u32,
        renew_after_days: fields.whole("renew_after_days", 0, 3650)?.map(|days| days as u32),
        quiet_days: fields.whole("quiet_days", 0, 3650)?.unwrap_or(if is_waiting { 0 } else { 7 }) as u32,
        once_a_session: fields.flag("once_a_session")?.unwrap_or(!is_waiting),
    };
    fields.done()?;
    Ok(frequency)
}

fn read_limits(fields: &mut Fields<'_>) -> Read<Limits> {
    let path = fields.at("limits");
    let Some(value) = fields.get("limits") else { return Ok(Limits::default()) };
    let mut fields = Fields::new(value, &path)?;
    let limits = Limits {
        answers: fields.whole("answers", 1, 1_000_000_000)?.map(|answers| answers as u32),
        from: read_instant(&mut fields, "from")?,
        to: read_instant(&mut fields, "to")?,
    };
    let to_path = fields.at("to");
    let instant = |text: &Option<String>| text.as_deref().and_then(instant_ms);
    if let (Some(from), Some(to)) = (instant(&limits.from), instant(&limits.to))
        && from >= to
    {
        return Err(not_allowed(&to_path, "must lie after from"));
    }
    fields.done()?;
    Ok(limits)
}

fn read_instant(fields: &mut Fields<'_>, name: &'static str) -> Read<Option<String>> {
    let path = fields.at(name);
    let Some(text) = fields.text(name)? else { return Ok(None) };
    if instant_ms(text).is_none() {
        return Err(not_allowed(&path, "takes an instant such as 2026-12-01T09:00:00Z"));
    }
    Ok(Some(text.to_owned()))
}

/// Milliseconds UTC.
pub(super) fn instant_ms(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

impl Limits {
    /// Between which instants it may be shown.
    #[must_use]
    pub fn instants(&self) -> (Option<i64>, Option<i64>) {
        let instant = |text: &Option<String>| text.as_deref().and_then(instant_ms);
        (instant(&self.from), instant(&self.to))
    }
}

fn read_privacy(fields: &mut Fields<'_>) -> Read<Privacy> {
    let path = fields.at("privacy");
    let empty = Value::Object(serde_json::Map::new());
    let mut fields = Fields::new(fields.get("privacy").unwrap_or(&empty), &path)?;
    let privacy = Privacy {
        link: fields.choice("link", &LINKS)?.unwrap_or(LinkAnswer::Ask),
        notice: read_text(&mut fields, "notice")?,
        policy: read_url(&mut fields, "policy")?,
    };
    fields.done()?;
    Ok(privacy)
}
