//! What the answers to a survey add up to, question by question.
//!
//! Answers come as tallies: how many responses gave one answer to one question, in all and by interval. Skipped ones are counted and are in no score (px.md 2.5).

use super::{
    Kind, Question, Survey,
    score::{Estimate, mean, median, nps, share, sus_equivalent, z_of_means, z_of_nps},
};
use crate::statistics::two_proportion_p_value;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Below so many answers a figure says little, and a segment of them might point at somebody.
const FEWEST_IN_A_GROUP: u64 = 5;
/// Two scores that lie so many standard errors apart differ at 95 %.
const CLEAR_Z: f64 = 1.96;
const CLEAR_P: f64 = 0.05;

/// So many responses gave this answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub question: String,
    /// A row of a matrix or of a block of statements; none is the question as a whole.
    pub item: Option<String>,
    pub score: Option<f64>,
    /// By id.
    pub choices: Vec<String>,
    pub skipped: bool,
    pub n: u64,
    pub by_interval: Vec<u64>,
    /// The segment, when they are broken down.
    pub group: Option<Value>,
}

/// The figures of one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuestionResult {
    pub id: String,
    pub kind: Kind,
    /// Saw it: answered it, skipped it or stopped at it.
    pub seen: u64,
    pub skipped: u64,
    /// Stopped at it.
    pub left: u64,
    #[serde(flatten)]
    pub measured: Measured,
    /// How often each score of the scale was given.
    pub scores: Vec<(f64, u64)>,
    pub choices: Vec<ChoiceResult>,
    pub items: Vec<ItemResult>,
    pub intervals: Vec<Measured>,
    pub groups: Vec<Group>,
    /// Of the period before, where it was asked for.
    pub before: Option<Before>,
}

/// A score of an earlier period, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Before {
    pub n: u64,
    pub score: Estimate,
    /// The score now less the one before.
    pub change: f64,
    /// At 95 % it is no chance.
    pub is_clear: bool,
}

/// A number of answers with what they say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measured {
    /// Answers, skipped ones left out.
    pub n: u64,
    #[serde(flatten)]
    pub measures: Measures,
}

/// The score of the kind first; none where there is none, or nothing to make it of.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    /// Promoters, passives and detractors, or shares of the best answers: what the kind is known for. NPS in points, shares of 0 to 1, means on their scale.
    pub score: Option<Estimate>,
    pub mean: Option<Estimate>,
    pub median: Option<f64>,
    /// Promoters, passives, detractors; or those in the best boxes and all others.
    pub parts: Option<Vec<u64>>,
    /// The SUS that a UMUX-Lite stands for.
    pub sus_equivalent: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChoiceResult {
    pub id: String,
    pub n: u64,
    /// Of those who answered.
    pub share: Option<Estimate>,
    /// In a ranking: its place, 1 is the first.
    pub mean_place: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemResult {
    pub id: String,
    pub n: u64,
    pub mean: Option<Estimate>,
    pub scores: Vec<(f64, u64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    pub value: Value,
    /// Fewer than five answers: the figures are kept back.
    pub too_few: bool,
    #[serde(flatten)]
    pub measured: Measured,
}

/// Adds up, in the order of the questions. `arrived` tells how many responses an answer led to each question. What does not fit a question (a score off its scale, a choice that is gone) counts as no answer to it.
#[must_use]
pub fn fold(survey: &Survey, tallies: &[Tally], arrived: &BTreeMap<String, u64>, shown: u64, n_intervals: usize) -> Vec<QuestionResult> {
    // The first is seen by everybody to whom it was shown; another by those whom an answer led there.
    let came = |at: usize, question: &Question| if at == 0 { shown } else { arrived.get(&question.id).copied().unwrap_or(0) };
    survey.questions.iter().enumerate().map(|(at, question)| fold_question(question, tallies, came(at, question), n_intervals)).collect()
}

fn fold_question(question: &Question, tallies: &[Tally], came: u64, n_intervals: usize) -> QuestionResult {
    let own: Vec<&Tally> = tallies.iter().filter(|tally| tally.question == question.id && tally.item.is_none()).collect();
    let skipped: u64 = own.iter().filter(|tally| tally.skipped).map(|tally| tally.n).sum();
    let answers: Vec<&Tally> = own.into_iter().filter(|tally| !tally.skipped && question.takes(tally)).collect();
    let n: u64 = answers.iter().map(|tally| tally.n).sum();
    let seen = came.max(n + skipped);
    let histogram = |count: &dyn Fn(&Tally) -> u64| {
        let mut counts: Vec<(f64, u64)> = if question.kind.has_items() { Vec::new() } else { question.scores().into_iter().map(|score| (score, 0)).collect() };
        for tally in &answers {
            let Some(score) = tally.score else { continue };
            match counts.iter_mut().find(|(one, _)| (*one - score).abs() < 1e-6) {
                Some((_, n)) => *n += count(tally),
                None => counts.push((score, count(tally))),
            }
        }
        counts.sort_by(|a, b| a.0.total_cmp(&b.0));
        counts
    };
    let measured =
        |count: &dyn Fn(&Tally) -> u64| Measured { n: answers.iter().map(|tally| count(tally)).sum(), measures: question.measure(&histogram(count)) };
    let mut groups: Vec<Value> = Vec::new();
    for group in answers.iter().filter_map(|tally| tally.group.as_ref()) {
        if !groups.contains(group) {
            groups.push(group.clone());
        }
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|value| {
            let measured = measured(&|tally| if tally.group.as_ref() == Some(&value) { tally.n } else { 0 });
            let too_few = measured.n < FEWEST_IN_A_GROUP;
            let measured = if too_few { Measured { n: measured.n, measures: Measures::default() } } else { measured };
            Group { value, too_few, measured }
        })
        .collect();
    groups.sort_by(|a, b| b.measured.n.cmp(&a.measured.n).then_with(|| a.value.to_string().cmp(&b.value.to_string())));
    QuestionResult {
        id: question.id.clone(),
        kind: question.kind,
        seen,
        skipped,
        left: seen - n - skipped,
        measured: measured(&|tally| tally.n),
        scores: histogram(&|tally| tally.n),
        choices: question.fold_choices(&answers, n),
        items: question.fold_items(tallies),
        intervals: (0..n_intervals).map(|i| measured(&|tally| tally.by_interval.get(i).copied().unwrap_or(0))).collect(),
        groups,
        before: None,
    }
}

/// Sets the scores of a period beside those of the one before it: both are of the same survey.
pub fn compare(now: &mut [QuestionResult], before: &[QuestionResult]) {
    for (result, before) in now.iter_mut().zip(before) {
        if let (Some(score), Some(old)) = (result.measured.measures.score, before.measured.measures.score) {
            let is_clear = is_clear(result, before);
            result.before = Some(Before { n: before.measured.n, score: old, change: score.value - old.value, is_clear });
        }
    }
}

fn is_clear(now: &QuestionResult, before: &QuestionResult) -> bool {
    let parts = |of: &QuestionResult| of.measured.measures.parts.clone().unwrap_or_default();
    let z = match (now.kind, parts(now).as_slice(), parts(before).as_slice()) {
        (Kind::Nps, [a, b, c], [d, e, f]) => z_of_nps((*a, *b, *c), (*d, *e, *f)),
        (Kind::Csat | Kind::Thumbs, [best, others], [best_before, others_before]) => {
            let p = two_proportion_p_value(*best, best + others, *best_before, best_before + others_before);
            return p.is_some_and(|p| p < CLEAR_P);
        }
        _ => z_of_means(&now.scores, &before.scores),
    };
    z.is_some_and(|z| z.abs() >= CLEAR_Z)
}

impl Question {
    /// Whether an answer is one to this question as it is now.
    fn takes(&self, tally: &Tally) -> bool {
        if self.kind.has_choices() {
            return !tally.choices.is_empty();
        }
        let (low, high) = match self.kind {
            Kind::Sus | Kind::UmuxLite => (0.0, 100.0),
            Kind::Matrix => return true,
            _ => match self.scale() {
                Some((low, high)) => (low as f64, high as f64),
                None => return true,
            },
        };
        tally.score.is_some_and(|score| (low..=high).contains(&score))
    }

    /// What its scores say, the way its kind is read.
    fn measure(&self, scores: &[(f64, u64)]) -> Measures {
        let n: u64 = scores.iter().map(|(_, n)| n).sum();
        let between = |low: f64, high: f64| scores.iter().filter(|(score, _)| (low..=high).contains(score)).map(|(_, n)| n).sum::<u64>();
        let scale = match self.kind {
            Kind::Sus | Kind::UmuxLite => Some((0.0, 100.0)),
            Kind::Matrix => None,
            _ => self.scale().map(|(low, high)| (low as f64, high as f64)),
        };
        let Some(scale) = scale else { return Measures::default() };
        let whole = mean(scores, scale);
        let top = |from: f64| {
            let best = between(from, scale.1);
            (share(best, n), Some(vec![best, n - best]))
        };
        let (score, parts) = match self.kind {
            Kind::Nps => {
                let (promoters, passives, detractors) = (between(9.0, 10.0), between(7.0, 8.0), between(0.0, 6.0));
                (nps(promoters, passives, detractors), Some(vec![promoters, passives, detractors]))
            }
            // The two best boxes.
            Kind::Csat => top(scale.1 - 1.0),
            Kind::Thumbs => top(1.0),
            // The mean is the score; those who agree stand beside it: 5 to 7 of 7, 4 and 5 of 5.
            Kind::Ces => (whole, top(if scale.1 > 5.0 { 5.0 } else { 4.0 }).1),
            _ => (whole, None),
        };
        let sus_equivalent = whole.filter(|_| self.kind == Kind::UmuxLite).map(|mean| sus_equivalent(mean.value));
        Measures { score, mean: whole, median: median(scores), parts, sus_equivalent }
    }

    /// Each choice that there is; an answer counts for each that it names.
    fn fold_choices(&self, answers: &[&Tally], n: u64) -> Vec<ChoiceResult> {
        let fold = |id: String| {
            let naming: Vec<&&Tally> = answers.iter().filter(|tally| tally.choices.contains(&id)).collect();
            let of: u64 = naming.iter().map(|tally| tally.n).sum();
            let places: f64 =
                naming.iter().map(|tally| tally.choices.iter().position(|one| *one == id).unwrap_or(0) as f64 * tally.n as f64 + tally.n as f64).sum();
            let mean_place = (self.kind == Kind::Ranking && of > 0).then(|| places / of as f64);
            ChoiceResult { share: share(of, n), n: of, mean_place, id }
        };
        if self.kind.has_choices() { self.choice_ids().into_iter().map(fold).collect() } else { Vec::new() }
    }

    fn fold_items(&self, tallies: &[Tally]) -> Vec<ItemResult> {
        let Some((low, high)) = self.scale().filter(|_| self.kind.has_items()) else { return Vec::new() };
        let names: BTreeSet<&str> = self.items.iter().map(|item| item.id.as_str()).collect();
        let own: Vec<(&str, f64, u64)> = tallies
            .iter()
            .filter(|tally| tally.question == self.id)
            .filter_map(|tally| Some((tally.item.as_deref()?, tally.score?, tally.n)))
            .filter(|(item, score, _)| names.contains(item) && (low as f64..=high as f64).contains(score))
            .collect();
        let fold = |item: &super::Item| {
            let count = |score: f64| own.iter().filter(|(id, one, _)| *id == item.id && (*one - score).abs() < 1e-6).map(|(.., n)| n).sum::<u64>();
            let scores: Vec<(f64, u64)> = (low..=high).map(|score| (score as f64, count(score as f64))).collect();
            ItemResult { id: item.id.clone(), n: scores.iter().map(|(_, n)| n).sum(), mean: mean(&scores, (low as f64, high as f64)), scores }
        };
        self.items.iter().map(fold).collect()
    }
}
