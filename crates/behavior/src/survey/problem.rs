//! What stands in the way of showing a survey, and what its readers may trip over.

use super::{Form, Next, Question, Survey, Text, When};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It cannot be published.
    Error,
    /// It can, and it would be better without.
    Warning,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub level: Level,
    /// Stable, for programs and for screens in other languages.
    pub code: &'static str,
    /// Where: `questions[2].text.fr`.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Words that put an opinion into a person's mouth.
const LEADING: [&str; 16] = [
    "don't you",
    "wouldn't you",
    "isn't it",
    "do you agree that",
    "how much do you love",
    "how amazing",
    "how great",
    "our excellent",
    "our amazing",
    "n'est-ce pas",
    "n’est-ce pas",
    "ne trouvez-vous pas",
    "à quel point aimez-vous",
    "notre excellent",
    "notre formidable",
    "êtes-vous d'accord que",
];
/// What joins two questions, where the whole asks for one answer.
const JOINING: [&str; 4] = [" and ", " as well as ", " et ", " ainsi que "];

impl Survey {
    /// Everything that is wrong, errors first, in the order of the definition.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        for (i, question) in self.questions.iter().enumerate() {
            let path = format!("questions[{i}]");
            self.check_texts(question, &path, &mut found);
            self.check_rules(i, question, &path, &mut found);
            self.check_wording(question, &path, &mut found);
        }
        for (i, end) in self.ends.iter().enumerate() {
            self.check_text(&end.title, true, &format!("ends[{i}].title"), &mut found);
            self.check_text(&end.text, false, &format!("ends[{i}].text"), &mut found);
            if let Some(link) = &end.link {
                self.check_text(&link.label, true, &format!("ends[{i}].link.label"), &mut found);
            }
        }
        self.check_text(&self.display.label, self.display.form == Form::Button, "display.label", &mut found);
        self.check_text(&self.privacy.notice, false, "privacy.notice", &mut found);
        if self.triggers.is_empty() && self.display.form != Form::Button {
            found.push(problem(
                Level::Warning,
                "no_trigger",
                "triggers",
                "no page of the site shows it: add a trigger, such as {\"on\": \"load\"}, or share its own page",
            ));
        }
        for (i, _) in self.reachable().iter().enumerate().filter(|(_, is_reached)| !**is_reached) {
            let message = "no answer leads here: change a rule of a question above, or take it out";
            found.push(problem(Level::Warning, "unreachable", format!("questions[{i}]"), message));
        }
        found.sort_by_key(|problem| problem.level);
        found
    }

    fn check_texts(&self, question: &Question, path: &str, found: &mut Vec<Problem>) {
        self.check_text(&question.text, true, &format!("{path}.text"), found);
        for (text, name) in [(&question.description, "description"), (&question.low, "low"), (&question.high, "high"), (&question.placeholder, "placeholder")] {
            self.check_text(text, false, &format!("{path}.{name}"), found);
        }
        for (i, choice) in question.choices.iter().enumerate() {
            self.check_text(&choice.text, true, &format!("{path}.choices[{i}].text"), found);
        }
        for (i, item) in question.items.iter().enumerate() {
            self.check_text(&item.text, true, &format!("{path}.items[{i}].text"), found);
        }
    }

    /// In each language, or in none where it may be missing.
    fn check_text(&self, text: &Text, is_needed: bool, path: &str, found: &mut Vec<Problem>) {
        if text.is_empty() && !is_needed {
            return;
        }
        for language in self.languages.iter().filter(|language| !text.contains_key(*language)) {
            let message = format!("has no text in \"{language}\": write it, or take the language out of the survey");
            found.push(problem(Level::Error, "text_missing", format!("{path}.{language}"), message));
        }
    }

    fn check_rules(&self, at: usize, question: &Question, path: &str, found: &mut Vec<Problem>) {
        let mut check_target = |id: &str, field: String| match self.place(id) {
            None => found.push(problem(Level::Error, "no_such_target", field, format!("there is no question and no end \"{id}\": name one that is there"))),
            Some(Next::Question(to)) if to <= at => {
                found.push(problem(Level::Error, "goes_back", field, "leads back, which might never end: name a question further down, or an end"));
            }
            Some(_) => {}
        };
        question.next.iter().enumerate().for_each(|(r, rule)| check_target(&rule.to, format!("{path}.next[{r}].to")));
        if let Some(then) = &question.then {
            check_target(then, format!("{path}.then"));
        }
        let answers = question.kinds_of_answer();
        let (scores, choices) = (question.scores(), question.choice_ids());
        for (r, rule) in question.next.iter().enumerate() {
            let field = format!("{path}.next[{r}].when");
            match &rule.when {
                When::Score(_) if scores.is_empty() => {
                    found.push(problem(
                        Level::Error,
                        "no_score",
                        field,
                        format!("a question of kind {} has no score: use choice or skipped", question.kind.name()),
                    ));
                }
                When::Choice(_) if choices.is_empty() => {
                    found.push(problem(
                        Level::Error,
                        "no_choices",
                        field,
                        format!("a question of kind {} has no choices: use score or skipped", question.kind.name()),
                    ));
                }
                When::Choice(wanted) if wanted.iter().any(|id| !choices.contains(id)) => {
                    found.push(problem(
                        Level::Error,
                        "no_such_choice",
                        field,
                        format!("names a choice that is not there: the choices are {}", choices.join(", ")),
                    ));
                }
                when if !answers.iter().any(|answer| when.fits(answer) && question.next.iter().position(|one| one.when.fits(answer)) == Some(r)) => {
                    found.push(problem(
                        Level::Warning,
                        "rule_never",
                        field,
                        "no answer gets to this rule: those above take them all, or it lies outside the scale",
                    ));
                }
                _ => {}
            }
        }
    }

    fn check_wording(&self, question: &Question, path: &str, found: &mut Vec<Problem>) {
        for (language, words) in &question.text {
            let field = format!("{path}.text.{language}");
            let lower = words.to_lowercase();
            if LEADING.iter().any(|leading| lower.contains(leading)) {
                found.push(problem(Level::Warning, "leading", field.clone(), "suggests an answer: ask without saying what you hope for"));
            }
            let asks_for_one = !question.kind.is_open() && !question.kind.has_items() && question.kind != super::Kind::Statement;
            if asks_for_one && lower.contains('?') && JOINING.iter().any(|joining| lower.contains(joining)) {
                found.push(problem(Level::Warning, "double", field, "seems to ask two things at once: an answer would not say which; make it two questions"));
            }
        }
    }
}

fn problem(level: Level, code: &'static str, field: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem { level, code, field: field.into(), message: message.into() }
}
