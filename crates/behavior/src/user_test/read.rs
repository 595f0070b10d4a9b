//! Reading a definition: what is wrong with it is named by its path, with what would be right.

use super::{
    After, Check, CheckChoice, End, MAX_SCREENER, MAX_STEPS, MAX_TASKS, ScreenerChoice, ScreenerQuestion, Success, Task, UserTest, UserTestError, VERSION,
};
use crate::{
    question::fields::{Fields, Read, missing, not_allowed},
    survey::{
        PageRule, Text,
        read::{check_languages, check_unique, each, needed_text, read_condition, read_id, read_page_rule, read_selector, read_text, read_url},
    },
};
use serde_json::Value;

const SUCCESSES: &str = "page, event, click or done";
const MAX_CHOICES: usize = 20;
const MAX_CONDITIONS: usize = 20;
const LONGEST_S: i64 = 3600;

impl UserTest {
    /// Reads a definition and fills in what it leaves to the defaults.
    pub fn from_json(value: &Value, path: &str) -> Result<Self, UserTestError> {
        let mut fields = Fields::new(value, path)?;
        fields.whole("v", i64::from(VERSION), i64::from(VERSION))?;
        let languages_path = fields.at("languages");
        let languages = fields.texts("languages")?.ok_or_else(|| missing(&languages_path, "a list of languages such as [\"en\", \"fr\"]"))?;
        check_languages(&languages, &languages_path)?;
        let test = Self {
            v: VERSION,
            languages,
            url: read_site(&mut fields)?,
            intro: read_text(&mut fields, "intro")?,
            guidelines: read_text(&mut fields, "guidelines")?,
            policy: read_url(&mut fields, "policy")?,
            screener: each(&mut fields, "screener", MAX_SCREENER, read_screener)?,
            tasks: each(&mut fields, "tasks", MAX_TASKS, read_task)?,
            after: read_after(&mut fields)?,
            end: read_end(&mut fields)?,
            participants: fields.whole("participants", 1, 1_000_000)?.map(|n| n as u32),
        };
        check_unique(test.screener.iter().enumerate().map(|(i, one)| (one.id.as_str(), format!("screener[{i}].id"))), path)?;
        check_unique(test.tasks.iter().enumerate().map(|(i, one)| (one.id.as_str(), format!("tasks[{i}].id"))), path)?;
        fields.done()?;
        Ok(test)
    }
}

/// An address of the site, on which the tag runs.
fn read_site(fields: &mut Fields<'_>) -> Read<Option<String>> {
    let path = fields.at("url");
    let Some(url) = read_url(fields, "url")? else { return Ok(None) };
    let is_site = url.split_once("://").is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.starts_with('/'));
    if is_site { Ok(Some(url)) } else { Err(not_allowed(&path, "takes the whole address of a page, such as https://example.com/shop")) }
}

fn read_screener(value: &Value, path: &str) -> Read<ScreenerQuestion> {
    let mut fields = Fields::new(value, path)?;
    let choices_path = fields.at("choices");
    let question = ScreenerQuestion {
        id: read_id(&mut fields)?,
        text: read_text(&mut fields, "text")?,
        choices: each(&mut fields, "choices", MAX_CHOICES, |value, path| {
            let (id, text, passes) = read_choice(value, path, "passes")?;
            Ok(ScreenerChoice { id, text, passes })
        })?,
    };
    if question.choices.len() < 2 {
        return Err(missing(&choices_path, "at least two choices, such as {\"id\": \"yes\", \"text\": {\"en\": \"Yes\"}, \"passes\": true}"));
    }
    check_unique(question.choices.iter().enumerate().map(|(i, one)| (one.id.as_str(), format!("choices[{i}].id"))), path)?;
    fields.done()?;
    Ok(question)
}

fn read_choice(value: &Value, path: &str, flag: &'static str) -> Read<(String, Text, bool)> {
    let mut fields = Fields::new(value, path)?;
    let choice = (read_id(&mut fields)?, read_text(&mut fields, "text")?, fields.flag(flag)?.unwrap_or(false));
    fields.done()?;
    Ok(choice)
}

fn read_task(value: &Value, path: &str) -> Read<Task> {
    let mut fields = Fields::new(value, path)?;
    let task = Task {
        id: read_id(&mut fields)?,
        title: read_text(&mut fields, "title")?,
        scenario: read_text(&mut fields, "scenario")?,
        url: read_page_address(&mut fields)?,
        success: read_success(&mut fields)?,
        time_limit_s: fields.whole("time_limit_s", 10, LONGEST_S)?.map(|seconds| seconds as u32),
        path: each(&mut fields, "path", MAX_STEPS, read_step)?,
        answer: read_text(&mut fields, "answer")?,
        ease: fields.flag("ease")?.unwrap_or(true),
        question: read_text(&mut fields, "question")?,
    };
    fields.done()?;
    Ok(task)
}

/// A page of the site, by its whole address or its path.
fn read_page_address(fields: &mut Fields<'_>) -> Read<Option<String>> {
    let path = fields.at("url");
    match read_url(fields, "url")? {
        Some(url) if url.starts_with("mailto:") => Err(not_allowed(&path, "takes a path such as /pricing, or the address of a page of the site")),
        url => Ok(url),
    }
}

fn read_step(value: &Value, path: &str) -> Read<PageRule> {
    let rule = read_page_rule(value, path)?;
    if rule.not { Err(not_allowed(&format!("{path}.not"), "a page is named by what it is; leave it out")) } else { Ok(rule) }
}

fn read_success(fields: &mut Fields<'_>) -> Read<Success> {
    let path = fields.at("success");
    let Some(value) = fields.get("success") else { return Ok(Success::Done { check: None }) };
    let mut fields = Fields::new(value, &path)?;
    let on_path = fields.at("on");
    let on = fields.text("on")?.ok_or_else(|| missing(&on_path, SUCCESSES))?;
    let success = match on {
        "page" => {
            let page_path = fields.at("page");
            let page = fields.get("page").ok_or_else(|| missing(&page_path, "the page, such as {\"op\": \"starts_with\", \"value\": \"/thanks\"}"))?;
            Success::Page { page: read_step(page, &page_path)? }
        }
        "event" => Success::Event {
            event: needed_text(&mut fields, "event", "the name of an event")?,
            conditions: each(&mut fields, "where", MAX_CONDITIONS, read_condition)?,
        },
        "click" => Success::Click { selector: read_selector(&mut fields, "selector", true)?.unwrap_or_default() },
        "done" => Success::Done { check: read_check(&mut fields)? },
        _ => return Err(not_allowed(&on_path, format!("\"{on}\" ends no task; use {SUCCESSES}"))),
    };
    fields.done()?;
    Ok(success)
}

fn read_check(fields: &mut Fields<'_>) -> Read<Option<Check>> {
    let path = fields.at("check");
    let Some(value) = fields.get("check") else { return Ok(None) };
    let mut fields = Fields::new(value, &path)?;
    let choices_path = fields.at("choices");
    let check = Check {
        text: read_text(&mut fields, "text")?,
        choices: each(&mut fields, "choices", MAX_CHOICES, |value, path| {
            let (id, text, is_right) = read_choice(value, path, "is_right")?;
            Ok(CheckChoice { id, text, is_right })
        })?,
    };
    if check.choices.len() < 2 {
        return Err(missing(&choices_path, "at least two choices, such as {\"id\": \"a\", \"text\": {\"en\": \"12 euros\"}, \"is_right\": true}"));
    }
    check_unique(check.choices.iter().enumerate().map(|(i, one)| (one.id.as_str(), format!("choices[{i}].id"))), &path)?;
    fields.done()?;
    Ok(Some(check))
}

fn read_after(fields: &mut Fields<'_>) -> Read<After> {
    let path = fields.at("after");
    let empty = Value::Object(serde_json::Map::new());
    let mut fields = Fields::new(fields.get("after").unwrap_or(&empty), &path)?;
    let after = After { sus: fields.flag("sus")?.unwrap_or(true), question: read_text(&mut fields, "question")? };
    fields.done()?;
    Ok(after)
}

fn read_end(fields: &mut Fields<'_>) -> Read<End> {
    let path = fields.at("end");
    let empty = Value::Object(serde_json::Map::new());
    let mut fields = Fields::new(fields.get("end").unwrap_or(&empty), &path)?;
    let end = End { title: read_text(&mut fields, "title")?, text: read_text(&mut fields, "text")? };
    fields.done()?;
    Ok(end)
}
