//! What stands in the way of running a test, and what its participants may trip over.

use super::{Success, UserTest};
use crate::survey::{Level, Problem, Text};

/// A shorter one tells what to press, and not what is wanted.
const FEWEST_SCENARIO_CHARS: usize = 20;
/// With more, people tire and the last tasks say less.
const MANY_TASKS: usize = 8;

impl UserTest {
    /// Everything that is wrong, errors first, in the order of the definition.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.url.is_none() {
            found.push(problem(Level::Error, "no_url", "url", "nobody knows where it begins: give the address of the page, which must carry the tag"));
        }
        self.check_text(&self.intro, true, "intro", &mut found);
        self.check_text(&self.guidelines, false, "guidelines", &mut found);
        self.check_screener(&mut found);
        if self.tasks.is_empty() {
            found.push(problem(Level::Error, "no_tasks", "tasks", "there is nothing to do: add a task"));
        }
        for at in 0..self.tasks.len() {
            self.check_task(at, &mut found);
        }
        if self.tasks.len() > MANY_TASKS {
            let message = format!("there are {}: beyond {MANY_TASKS} people tire, and the last tasks say less; make two tests of it", self.tasks.len());
            found.push(problem(Level::Warning, "many_tasks", "tasks", message));
        }
        self.check_text(&self.after.question, false, "after.question", &mut found);
        self.check_text(&self.end.title, true, "end.title", &mut found);
        self.check_text(&self.end.text, false, "end.text", &mut found);
        found.sort_by_key(|problem| problem.level);
        found
    }

    fn check_screener(&self, found: &mut Vec<Problem>) {
        for (i, question) in self.screener.iter().enumerate() {
            let path = format!("screener[{i}]");
            self.check_text(&question.text, true, &format!("{path}.text"), found);
            for (c, choice) in question.choices.iter().enumerate() {
                self.check_text(&choice.text, true, &format!("{path}.choices[{c}].text"), found);
            }
            if !question.choices.iter().any(|choice| choice.passes) {
                found.push(problem(Level::Error, "nobody_passes", format!("{path}.choices"), "nobody can take part: let one of the choices pass"));
            } else if question.choices.iter().all(|choice| choice.passes) {
                found.push(problem(
                    Level::Warning,
                    "everybody_passes",
                    format!("{path}.choices"),
                    "everybody passes: let one of the choices not pass, or take it out",
                ));
            }
        }
    }

    fn check_task(&self, at: usize, found: &mut Vec<Problem>) {
        let task = &self.tasks[at];
        let path = format!("tasks[{at}]");
        for (text, is_needed, name) in
            [(&task.title, true, "title"), (&task.scenario, true, "scenario"), (&task.answer, false, "answer"), (&task.question, false, "question")]
        {
            self.check_text(text, is_needed, &format!("{path}.{name}"), found);
        }
        if let Some(url) = &task.url
            && let (Some(own), Some(site)) = (origin(url), self.url.as_deref().and_then(origin))
            && own != site
        {
            let message = format!("is on another site than the test ({site}): a test stays on one, use a path such as /pricing");
            found.push(problem(Level::Error, "other_site", format!("{path}.url"), message));
        }
        for (language, words) in task.scenario.iter().filter(|(_, words)| words.chars().count() < FEWEST_SCENARIO_CHARS) {
            let message = format!("\"{words}\" tells little: say who one is and what one wants, without naming the buttons to press");
            found.push(problem(Level::Warning, "short_scenario", format!("{path}.scenario.{language}"), message));
        }
        match &task.success {
            Success::Done { check: None } => {
                let message = "rests on what the participant says alone: add a question about what was to be found, or let a page or an event end it";
                found.push(problem(Level::Warning, "self_told", format!("{path}.success"), message));
            }
            Success::Done { check: Some(check) } => {
                self.check_text(&check.text, true, &format!("{path}.success.check.text"), found);
                for (c, choice) in check.choices.iter().enumerate() {
                    self.check_text(&choice.text, true, &format!("{path}.success.check.choices[{c}].text"), found);
                }
                if !check.choices.iter().any(|choice| choice.is_right) {
                    found.push(problem(Level::Error, "nothing_right", format!("{path}.success.check.choices"), "no answer is right: mark one"));
                }
            }
            Success::Page { .. } | Success::Event { .. } | Success::Click { .. } => {}
        }
        if task.path.is_empty() {
            let message = "has no expected path: direct and indirect success, and how lost people were, cannot be told";
            found.push(problem(Level::Warning, "no_path", format!("{path}.path"), message));
        }
    }

    /// In each language, or in none where it may be missing.
    fn check_text(&self, text: &Text, is_needed: bool, path: &str, found: &mut Vec<Problem>) {
        if text.is_empty() && !is_needed {
            return;
        }
        for language in self.languages.iter().filter(|language| !text.contains_key(*language)) {
            let message = format!("has no text in \"{language}\": write it, or take the language out of the test");
            found.push(problem(Level::Error, "text_missing", format!("{path}.{language}"), message));
        }
    }
}

/// Scheme, host and port; none of a path.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    Some(format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()))
}

fn problem(level: Level, code: &'static str, field: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem { level, code, field: field.into(), message: message.into() }
}
