//! Tasks: the scorecard, and the attempts behind each of its figures.
//!
//! Attempts are gathered ([`gather`]), what people said is joined ([`voice`]), and both are counted ([`scorecard`]) or listed ([`listed`]). What they are
//! is said in `sillage_behavior::task`.

mod attempts;
mod differences;
mod gather;
mod listed;
mod said;
mod scorecard;
mod voice;

pub(crate) use listed::answer as attempts;

use crate::{
    group::{GroupKey, check_count},
    hashed::ByHash,
    scan::{Context, context::SessionBehind, key_of_text},
    trend::{compared_range, intervals},
};
use gather::{Plan, Tried};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    AskError,
    question::{Scope, TaskCell, TaskQuestion},
    task::{
        findings::is_affected,
        judge::{Attempt, Card, Mark, NEVER, Rule},
    },
};
use sillage_event::{DAY_MS, PersonId};
use std::collections::HashSet;
use voice::{CSAT_WITHIN_MS, LOST_WITHIN_MS, Voices};

/// Answers of promoters are about attempts so long before.
const PROMOTERS_WITHIN_MS: i64 = 90 * DAY_MS;

/// Everything that a question about a task is answered from.
struct Scene<'a> {
    context: &'a Context<'a>,
    asked: &'a TaskQuestion,
    tried: Tried,
    voices: Voices,
    rule: Rule,
    /// What the rule says of each attempt.
    marks: Vec<Mark>,
    /// Sessions of which there is a recording.
    recorded: ByHash<u64, ()>,
}

impl<'a> Scene<'a> {
    fn new(context: &'a Context<'a>, plan: &Plan<'a>) -> Result<Self, AskError> {
        let mut tried = plan.tried(context, context.range)?;
        let asked = plan.asked;
        let mut completed: Vec<f64> = tried.attempts.iter().filter(|one| one.is_completed()).map(|one| one.active_ms as f64).collect();
        let rule = Rule::of(&asked.task, asked.task.slow_from(&mut completed));
        // Answers are joined to all attempts, also where only the best of each person counts.
        let voices = Voices::heard(context, plan, context.range, &tried.attempts)?;
        if asked.by_person {
            tried.attempts = tried.attempts.best_of_people(rule);
        }
        let marks: Vec<Vec<Mark>> = tried.attempts.par_parts().map(|(_, part)| part.iter().map(|attempt| rule.mark(attempt)).collect()).collect();
        let recorded: ByHash<u64, ()> = context.recordings()?.rows.iter().map(|row| (row.session_key, ())).collect();
        if !recorded.is_empty() {
            // Recordings come and go, and no version of events tells of them.
            context.clock_moves();
        }
        Ok(Self { context, asked, tried, voices, rule, marks: marks.concat(), recorded })
    }

    fn marked(&self) -> impl Iterator<Item = (&Attempt, Mark)> + Clone {
        self.tried.attempts.iter().zip(self.marks.iter().copied())
    }

    /// The attempts that answers on a card are about.
    fn joined(&self, card: Card) -> HashSet<u32> {
        let at = |person: PersonId, time: i64, within: i64| self.tried.attempts.before(person, time, within);
        let responses = |of: &[usize]| of.iter().map(|at| &self.voices.responses[*at]).collect::<Vec<_>>();
        match card {
            Card::Promoters => {
                let promoters = responses(&self.voices.nps).into_iter().filter(|one| one.is_promoter());
                promoters.filter_map(|one| at(one.person, one.time, PROMOTERS_WITHIN_MS)).collect()
            }
            Card::CsatLow => {
                let low = responses(&self.voices.csat).into_iter().filter(|one| self.voices.scale.is_dissatisfied(one));
                low.filter_map(|one| at(one.person, one.time, CSAT_WITHIN_MS)).collect()
            }
            Card::Lost => self.voices.lost.iter().filter_map(|(person, time)| at(*person, *time, LOST_WITHIN_MS)).collect(),
            _ => HashSet::new(),
        }
    }

    /// The positions of the attempts behind a cell.
    fn behind(&self, cell: &TaskCell, segment: Option<&GroupKey>) -> Result<Vec<u32>, AskError> {
        let key = |text: &Option<String>| text.as_deref().map(key_of_text);
        let (page, exit_page, selector, release) = (key(&cell.page), key(&cell.exit_page), key(&cell.selector), key(&cell.release));
        let signal = cell.signal.map(|factor| factor as u8);
        let joined = cell.card.filter(|card| matches!(card, Card::Promoters | Card::CsatLow | Card::Lost)).map(|card| self.joined(card));
        let interval = match cell.interval {
            None => None,
            Some(start) => {
                let intervals = intervals(self.context, "interval", self.asked.interval, self.context.range)?;
                let index =
                    intervals.index(start.max(self.context.range.0)).ok_or_else(|| AskError::invalid("at.interval", "is not an interval of the answer"))?;
                Some((intervals, index))
            }
        };
        let fits = |at: u32, attempt: &Attempt| {
            let mark = self.marks[at as usize];
            cell.class.is_none_or(|class| mark.class == class)
                && cell.card.is_none_or(|card| joined.as_ref().map_or_else(|| mark.is_on(card), |joined| joined.contains(&at)))
                && cell.friction.is_none_or(|with| attempt.has_friction() == with)
                && cell.step.is_none_or(|step| {
                    attempt.steps.get(step).is_some_and(|done| *done != NEVER)
                        && (!cell.dropped || (attempt.last_step() == Some(step) && !attempt.is_completed()))
                })
                && exit_page.is_none_or(|page| attempt.exit_page() == page)
                && is_affected(attempt, page, selector, signal)
                && release.is_none_or(|release| attempt.release == release)
                && interval.as_ref().is_none_or(|(intervals, index)| intervals.index(attempt.start) == Some(*index))
                && segment.is_none_or(|segment| self.tried.segments(attempt.group).contains(segment))
        };
        Ok(self.tried.attempts.iter().enumerate().filter(|(at, attempt)| fits(*at as u32, attempt)).map(|(at, _)| at as u32).collect())
    }

    /// A text by its number.
    fn word(&self, key: u64) -> Value {
        self.context.word(key).map_or(Value::Null, |word| Value::from(&*word))
    }

    fn word_order(&self, key: u64) -> String {
        self.context.word(key).map(|word| word.to_string()).unwrap_or_default()
    }
}

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, asked: &TaskQuestion) -> Result<Value, AskError> {
    let plan = Plan::new(context, scope, asked).showing(asked.differences.iter().map(String::as_str).collect());
    let scene = Scene::new(context, &plan)?;
    let mut answer = scorecard::write(&scene)?;
    if !asked.differences.is_empty() {
        answer["differences"] = differences::of(&scene);
    }
    answer["compared"] = match asked.compare {
        None => Value::Null,
        Some(with) => {
            let range = compared_range(context, asked.interval, with)?;
            let people = context.people();
            let mut other = plan.tried(context, range)?;
            context.forget_people();
            context.count_people(people.unwrap_or(0) as usize);
            let voices = Voices::heard(context, &plan, range, &other.attempts)?;
            if asked.by_person {
                other.attempts = other.attempts.best_of_people(scene.rule);
            }
            let marked = other.attempts.iter().map(|attempt| (attempt, scene.rule.mark(attempt)));
            let mut line = scorecard::line(marked.clone(), other.open.len());
            line["from"] = context.zone.format(range.0).into();
            line["to"] = context.zone.format(range.1).into();
            line["said"] = said::of(&voices, &other.attempts, &|_| true);
            if !scope.breakdown.is_empty() {
                line["groups"] = segments(scope, &other, marked, &voices)?;
            }
            line
        }
    };
    if !scope.breakdown.is_empty() {
        answer["groups"] = segments(scope, &scene.tried, scene.marked(), &scene.voices)?;
    }
    Ok(answer)
}

/// The segments of what was tried in a range, each as a line.
fn segments<'t>(scope: &Scope, tried: &'t Tried, marked: impl Iterator<Item = (&'t Attempt, Mark)>, voices: &Voices) -> Result<Value, AskError> {
    let segments = scorecard::by_segment(tried, marked);
    check_count(segments.len())?;
    let line = |(key, own): (GroupKey, scorecard::OfSegment<'_>)| {
        let mut line = scorecard::line(own.attempts.into_iter(), own.open);
        line["said"] = said::of(voices, &tried.attempts, &|one| one.is_some_and(|one| tried.segments(one.group).contains(&key)));
        line["breakdown"] = key.to_json(scope.breakdown.len());
        line
    };
    Ok(segments.into_iter().map(line).collect())
}

/// Everybody behind a cell; the sessions are left with the context.
pub(crate) fn people_at(
    context: &Context<'_>,
    scope: &Scope,
    asked: &TaskQuestion,
    cell: &TaskCell,
    segment: Option<&GroupKey>,
) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, scope, asked);
    let scene = Scene::new(context, &plan)?;
    let signal = cell.signal.map(|factor| factor as u8);
    let selector = cell.selector.as_deref().map(key_of_text);
    let mut sessions = Vec::new();
    for at in scene.behind(cell, segment)? {
        let attempt = &scene.tried.attempts[at];
        let is_meant = |factor: u8, of: u64| signal.is_none_or(|signal| signal == factor) && selector.is_none_or(|selector| selector == of);
        let sign = attempt.signs.iter().find(|sign| (signal.is_some() || selector.is_some()) && is_meant(sign.factor, sign.selector));
        let time = attempt.start + sign.map_or(0, |sign| i64::from(sign.at_ms));
        sessions.push(SessionBehind { person: attempt.person, key: attempt.session, time, weight: attempt.micro as f64 / 1e6 });
    }
    let people = sessions.iter().map(|session| session.person).collect();
    context.keep_sessions(SessionBehind::worst(sessions));
    Ok(people)
}

/// What to ask for, to watch what stands behind a card.
fn watch(card: &str, sort: &str) -> Value {
    json!({"at": {"card": card}, "sort": sort})
}
