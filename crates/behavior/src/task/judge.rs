//! What an attempt was, and in which class and on which cards it counts.

use super::{Task, align::Way, walk::End};
use crate::{
    friction::{FRICTION_FROM, N_FACTORS, Points, Sign, Weights, session_score},
    statistics::median,
};
use sillage_event::PersonId;

/// A step that was not done.
pub const NEVER: u32 = u32::MAX;
/// A millionth of a point.
const MICRO: f64 = 1e6;

/// Texts are numbers that are equal where the texts are, 0 where there is none.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub person: PersonId,
    /// Milliseconds UTC.
    pub start: i64,
    pub elapsed_ms: i64,
    /// What happens until then belongs to it: its end, or, where it ran out, as long as it might have gone on.
    pub until: i64,
    pub active_ms: i64,
    pub end: End,
    pub is_unexpected: bool,
    pub way: Way,
    /// When each step was done, in milliseconds since the start, or [`NEVER`].
    pub steps: Box<[u32]>,
    pub pages: Box<[Visited]>,
    pub signs: Vec<Met>,
    /// Points in millionths, so that no order of adding changes them.
    pub micro: u64,
    pub score: u8,
    pub counts: [u16; N_FACTORS],
    pub errors: u32,
    pub session: u64,
    pub release: u64,
    pub device: u64,
    /// The segment of its first event.
    pub group: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visited {
    pub page: u64,
    /// Milliseconds since the start.
    pub at_ms: u32,
    pub is_detour: bool,
}

/// A sign of friction in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    pub page: u64,
    pub selector: u64,
    pub factor: u8,
    /// What it gives, in millionths of a point.
    pub micro: u64,
    pub at_ms: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    AsPlanned,
    Slow,
    OffPath,
    Failed,
}

/// As they stand in the bar.
pub const CLASSES: [(&str, Class); 4] = [("as_planned", Class::AsPlanned), ("slow", Class::Slow), ("off_path", Class::OffPath), ("failed", Class::Failed)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    AsPlanned,
    Slow,
    NotFinished,
    Friction,
    OffPath,
    Promoters,
    CsatLow,
    Lost,
}

pub const CARDS: [(&str, Card); 8] = [
    ("as_planned", Card::AsPlanned),
    ("slow", Card::Slow),
    ("not_finished", Card::NotFinished),
    ("friction", Card::Friction),
    ("off_path", Card::OffPath),
    ("promoters", Card::Promoters),
    ("csat_low", Card::CsatLow),
    ("lost", Card::Lost),
];

/// What a rule says of an attempt, once: most figures count by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub class: Class,
    pub is_slow: bool,
    pub is_off_path: bool,
    pub has_friction: bool,
}

impl Mark {
    #[must_use]
    pub fn is_completed(self) -> bool {
        self.class != Class::Failed
    }

    /// Whether it counts on a card by what it is itself; the cards of answers join others.
    #[must_use]
    pub fn is_on(self, card: Card) -> bool {
        match card {
            Card::AsPlanned => self.class == Class::AsPlanned,
            Card::Slow => self.is_slow,
            Card::NotFinished => !self.is_completed(),
            Card::Friction => self.has_friction,
            Card::OffPath => self.is_off_path,
            Card::Promoters | Card::CsatLow | Card::Lost => false,
        }
    }
}

impl Class {
    #[must_use]
    pub fn name(self) -> &'static str {
        CLASSES[self as usize].0
    }

    /// Of one person's attempts the best one counts for the person.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::AsPlanned => 0,
            Self::OffPath => 1,
            Self::Slow => 2,
            Self::Failed => 3,
        }
    }
}

/// By what attempts are told apart.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub slow_from_ms: Option<f64>,
    pub detour_tolerance: u32,
    pub n_mandatory: u32,
}

impl Rule {
    #[must_use]
    pub fn of(task: &Task, slow_from_ms: Option<f64>) -> Self {
        Self { slow_from_ms, detour_tolerance: task.detour_tolerance, n_mandatory: task.path().mandatory.count_ones() }
    }

    #[must_use]
    pub fn is_slow(&self, attempt: &Attempt) -> bool {
        attempt.is_completed() && self.slow_from_ms.is_some_and(|ms| attempt.active_ms as f64 > ms)
    }

    #[must_use]
    pub fn has_detours(&self, attempt: &Attempt) -> bool {
        self.n_mandatory > 0 && attempt.way.detours > self.detour_tolerance
    }

    #[must_use]
    pub fn has_skipped(&self, attempt: &Attempt) -> bool {
        attempt.way.done < self.n_mandatory
    }

    #[must_use]
    pub fn is_off_path(&self, attempt: &Attempt) -> bool {
        let is_another_way = attempt.is_unexpected || self.has_detours(attempt) || !attempt.way.order_ok || self.has_skipped(attempt);
        attempt.is_completed() && is_another_way
    }

    #[must_use]
    pub fn class(&self, attempt: &Attempt) -> Class {
        if !attempt.is_completed() {
            Class::Failed
        } else if self.is_slow(attempt) {
            Class::Slow
        } else if self.is_off_path(attempt) {
            Class::OffPath
        } else {
            Class::AsPlanned
        }
    }

    #[must_use]
    pub fn mark(&self, attempt: &Attempt) -> Mark {
        Mark { class: self.class(attempt), is_slow: self.is_slow(attempt), is_off_path: self.is_off_path(attempt), has_friction: attempt.has_friction() }
    }

    /// See [`Mark::is_on`].
    #[must_use]
    pub fn is_on(&self, card: Card, attempt: &Attempt) -> bool {
        self.mark(attempt).is_on(card)
    }
}

impl Attempt {
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.end == End::Completed
    }

    #[must_use]
    pub fn has_friction(&self) -> bool {
        self.score >= FRICTION_FROM
    }

    #[must_use]
    pub fn end_ms(&self) -> i64 {
        self.start + self.elapsed_ms
    }

    #[must_use]
    pub fn exit_page(&self) -> u64 {
        self.pages.last().map_or(0, |visited| visited.page)
    }

    #[must_use]
    pub fn has_seen(&self, page: u64) -> bool {
        self.pages.iter().any(|visited| visited.page == page)
    }

    /// The step of a way that was done last.
    #[must_use]
    pub fn last_step(&self) -> Option<usize> {
        self.steps.iter().rposition(|at_ms| *at_ms != NEVER)
    }

    /// How long it stayed at a step: until the next one that was done, or the end.
    #[must_use]
    pub fn step_ms(&self, step: usize) -> Option<u32> {
        let done = self.steps[step];
        let end = self.elapsed_ms.clamp(0, i64::from(NEVER) - 1) as u32;
        let next = self.steps.iter().copied().filter(|at_ms| *at_ms > done && *at_ms != NEVER).min().unwrap_or(end);
        (done != NEVER).then(|| next.saturating_sub(done))
    }

    /// The step in which something so long after the start happened: the last one done by then.
    #[must_use]
    pub fn step_at(&self, at_ms: u32) -> Option<usize> {
        self.steps.iter().rposition(|done| *done <= at_ms)
    }

    /// Gives it the signs of friction that happened in it, in order of time. Beside each its page, and the view of it: caps hold for each view.
    pub fn score_signs(&mut self, signs: &[(Sign, u64, u64)], weights: &Weights) {
        let (mut micro, mut counts) = (0, [0.0; N_FACTORS]);
        let mut order: Vec<usize> = (0..signs.len()).collect();
        order.sort_by_key(|i| signs[*i].2);
        for of_view in order.chunk_by(|a, b| signs[*a].2 == signs[*b].2 && signs[*a].2 != 0) {
            let own: Vec<Sign> = of_view.iter().map(|i| signs[*i].0).collect();
            let points = Points::of(&own, &[0.0; N_FACTORS], weights);
            counts.iter_mut().zip(points.counts).for_each(|(sum, n)| *sum += n);
            for (i, points) in of_view.iter().zip(&points.of_signs) {
                let Some(points) = points else { continue };
                let (sign, page, _) = &signs[*i];
                let own = (points * MICRO).round() as u64;
                micro += own;
                let at_ms = (sign.time - self.start).clamp(0, i64::from(u32::MAX) - 1) as u32;
                self.signs.push(Met { page: *page, selector: sign.selector, factor: sign.factor().0 as u8, micro: own, at_ms });
            }
        }
        self.micro = micro;
        self.score = session_score(micro as f64 / MICRO);
        self.counts = counts.map(|n| n.ceil().min(f64::from(u16::MAX)) as u16);
    }
}

/// In seconds.
pub fn median_seconds<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Option<f64> {
    let mut times: Vec<f64> = attempts.map(|attempt| attempt.active_ms as f64 / 1000.0).collect();
    median(&mut times)
}

/// Of each person the best attempt, of equal ones the first; in the order in which they came.
pub fn best_of_people(attempts: &mut Vec<Attempt>, rule: Rule) {
    attempts.sort_by_key(|attempt| (attempt.person, rule.class(attempt).rank(), attempt.start, attempt.session));
    attempts.dedup_by_key(|attempt| attempt.person);
    attempts.sort_by_key(|attempt| (attempt.start, attempt.person));
}
