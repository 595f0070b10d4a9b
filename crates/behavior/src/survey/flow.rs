//! What comes after an answer.

use super::{Kind, OTHER, Question, Survey, When};
use serde::Deserialize;

/// An answer, as far as the way on depends on it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Skipped,
    /// Of a scale, or of all rows of a SUS or UMUX-Lite together.
    Score(f64),
    /// By id; [`OTHER`] where it is in the person's own words.
    Choice(Vec<String>),
    /// Words, consent, the rows of a matrix, a statement that was read.
    Given,
}

/// A position among the questions, or among the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Next {
    Question(usize),
    End(usize),
}

impl Survey {
    /// What comes after an answer to the question at a position: where its first rule that fits leads, else where it always goes on, else the question below.
    #[must_use]
    pub fn next(&self, at: usize, answer: &Answer) -> Next {
        let Some(question) = self.questions.get(at) else { return Next::End(0) };
        let rule = question.next.iter().find(|rule| rule.when.fits(answer));
        let named = rule.map(|rule| &rule.to).or(question.then.as_ref());
        named.and_then(|id| self.place(id)).unwrap_or_else(|| if at + 1 < self.questions.len() { Next::Question(at + 1) } else { Next::End(0) })
    }

    /// What an id names.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<Next> {
        self.position(id).map(Next::Question).or_else(|| self.ends.iter().position(|end| end.id == id).map(Next::End))
    }

    /// The questions that some answers lead to. Every target lies below, so one pass finds them.
    #[must_use]
    pub fn reachable(&self) -> Vec<bool> {
        let mut reached = vec![false; self.questions.len()];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        for at in 0..self.questions.len() {
            if !reached[at] {
                continue;
            }
            for answer in self.questions[at].kinds_of_answer() {
                if let Next::Question(next) = self.next(at, &answer) {
                    reached[next] = true;
                }
            }
        }
        reached
    }
}

impl When {
    #[must_use]
    pub fn fits(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Score([low, high]), Answer::Score(score)) => (*low..=*high).contains(score),
            (Self::Choice(wanted), Answer::Choice(chosen)) => chosen.iter().any(|one| wanted.contains(one)),
            (Self::Skipped(is_skipped), answer) => *is_skipped == (*answer == Answer::Skipped),
            _ => false,
        }
    }
}

impl Question {
    /// One answer of each kind that rules can tell apart. Of several choices single ones do: whoever meets a rule with more meets it, or an earlier one, with one of them.
    pub(super) fn kinds_of_answer(&self) -> Vec<Answer> {
        let mut answers: Vec<Answer> = match self.kind {
            kind if kind.has_choices() => self.choice_ids().into_iter().map(|id| Answer::Choice(vec![id])).collect(),
            Kind::Matrix => vec![Answer::Given],
            _ => self.scores().into_iter().map(Answer::Score).collect(),
        };
        if answers.is_empty() {
            answers.push(Answer::Given);
        }
        // A ranking names all of them.
        if self.kind == Kind::Ranking {
            answers = vec![Answer::Choice(self.choice_ids())];
        }
        if !self.required && self.kind != Kind::Statement {
            answers.push(Answer::Skipped);
        }
        answers
    }

    #[must_use]
    pub fn choice_ids(&self) -> Vec<String> {
        self.choices.iter().map(|choice| choice.id.clone()).chain(self.other.then(|| OTHER.to_owned())).collect()
    }
}
