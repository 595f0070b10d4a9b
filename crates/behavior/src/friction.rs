//! Friction: from the signals of a page view to points, and from points to a score between 0 and 100.
//!
//! | word | here |
//! |---|---|
//! | page view | the events of one person that carry the same `$page_view_id` |
//! | factor | what points are given for: a kind of signal, in one of its degrees |
//! | points of a factor | weight x min(how often, cap) |
//! | score of a page view | round(100 (1 - e^(-P/10))), P the points of all factors |
//! | score of a session | round(100 (1 - e^(-P/15))), P the points of all its page views |
//! | tier | none 0, low 1 to 29, medium 30 to 59, high from 60 |
//!
//! A signal is told twice: by an event, which says where and how badly, and by a count in the page summary, which names nobody. The larger number counts; what the
//! counts have beyond the events has no degree. One thing that happened counts once: a dead click inside a burst of rage clicks on the same element is part of it, and an
//! error or failed request that a click caused is the error click.

use crate::{
    cohort::Definition,
    question::{FrictionWeights, Kind, Question, QuestionError},
};

/// What points are given for, in the order of [`FACTORS`].
pub const N_FACTORS: usize = 21;

/// Name, points for each, and how many count at most: px.md 2.4.
pub const FACTORS: [(&str, f64, f64); N_FACTORS] = [
    ("rage_click", 4.0, 4.0),
    ("error_click", 4.0, 3.0),
    ("failed_request", 3.0, 3.0),
    ("js_error", 2.0, 3.0),
    ("dead_click", 1.0, 5.0),
    ("dead_click_on_control", 2.0, 5.0),
    ("slow_click", 0.5, 4.0),
    ("very_slow_click", 1.5, 4.0),
    ("repeated_clicks", 1.5, 3.0),
    ("reload_burst", 2.0, 2.0),
    ("u_turn", 1.5, 3.0),
    ("back_and_forth", 2.0, 3.0),
    ("loop", 2.0, 3.0),
    ("scroll_bounce", 1.5, 2.0),
    ("thrashed_cursor", 1.0, 3.0),
    ("form_refill", 1.5, 3.0),
    ("validation_error", 1.0, 4.0),
    ("submit_retry", 2.0, 2.0),
    ("form_abandon", 2.0, 2.0),
    ("slow_page", 1.5, 1.0),
    ("zoom_burst", 0.0, 3.0),
];

const RAGE_CLICK: usize = 0;
const ERROR_CLICK: usize = 1;
const FAILED_REQUEST: usize = 2;
const JS_ERROR: usize = 3;
const DEAD_CLICK: usize = 4;
const DEAD_CLICK_ON_CONTROL: usize = 5;
const SLOW_CLICK: usize = 6;
const VERY_SLOW_CLICK: usize = 7;
const BACK_AND_FORTH: usize = 11;
const LOOP: usize = 12;
const SLOW_PAGE: usize = 19;

/// Degrees of one thing share what counts at most; the first counts first.
const SHARED_CAPS: [(usize, usize); 2] = [(VERY_SLOW_CLICK, SLOW_CLICK), (LOOP, BACK_AND_FORTH)];

/// From this score on a session is one with friction.
pub const FRICTION_FROM: u8 = 30;
pub const HIGH_FROM: u8 = 60;

/// An error follows its click within this.
const ERROR_AFTER_CLICK_MS: i64 = 1000;
/// A request that a click caused starts within half a second and fails within ten more.
const REQUEST_AFTER_CLICK_MS: i64 = 10_500;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    pub points: f64,
    /// More of it in one page view adds nothing.
    pub cap: f64,
}

/// A weight for each factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(pub [Weight; N_FACTORS]);

impl Default for Weights {
    fn default() -> Self {
        Self(FACTORS.map(|(_, points, cap)| Weight { points, cap }))
    }
}

/// The factor of a name.
#[must_use]
pub fn factor_of(name: &str) -> Option<usize> {
    FACTORS.iter().position(|(factor, ..)| *factor == name)
}

/// A signal by the name under which clients send it.
#[must_use]
pub fn signal_of(name: &str) -> Option<usize> {
    factor_of(name).filter(|factor| ![DEAD_CLICK_ON_CONTROL, VERY_SLOW_CLICK].contains(factor))
}

/// One signal that an event told of. Texts are numbers that are equal where the texts are, 0 where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sign {
    /// As [`signal_of`] says.
    pub signal: usize,
    /// When it began, milliseconds UTC.
    pub time: i64,
    pub duration_ms: i64,
    /// 1 as defined.
    pub severity: f64,
    pub looks_clickable: bool,
    /// The client says that it is part of a burst of rage clicks.
    pub is_in_rage: bool,
    pub selector: u64,
    pub fingerprint: u64,
    pub url: u64,
}

impl Sign {
    /// The factor that it counts for, and how much of one it is.
    #[must_use]
    pub fn factor(&self) -> (usize, f64) {
        match self.signal {
            DEAD_CLICK if self.looks_clickable => (DEAD_CLICK_ON_CONTROL, 1.0),
            SLOW_CLICK if self.severity >= 2.0 => (VERY_SLOW_CLICK, 1.0),
            SLOW_PAGE => (SLOW_PAGE, self.severity.clamp(0.0, 1.0)),
            other => (other, 1.0),
        }
    }

    /// Whether it is part of another one of the same page view.
    fn is_part_of(&self, other: &Self) -> bool {
        let after_ms = self.time - other.time;
        let same = |own: u64, its: u64| own != 0 && own == its;
        match (self.signal, other.signal) {
            (DEAD_CLICK, RAGE_CLICK) => same(self.selector, other.selector) && (0..=other.duration_ms).contains(&after_ms),
            (JS_ERROR, ERROR_CLICK) => same(self.fingerprint, other.fingerprint) && (0..=ERROR_AFTER_CLICK_MS).contains(&after_ms),
            (FAILED_REQUEST, ERROR_CLICK) => same(self.url, other.url) && (0..=REQUEST_AFTER_CLICK_MS).contains(&after_ms),
            _ => false,
        }
    }
}

/// What one page view adds up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// How often each factor was met, before caps.
    pub counts: [f64; N_FACTORS],
    pub points: [f64; N_FACTORS],
    /// The part of each sign in the points of its factor; `None` where it is part of another one.
    pub of_signs: Vec<Option<f64>>,
}

impl Points {
    /// Of the signs that events told of, and of the counts that summaries added up to, by [`signal_of`].
    #[must_use]
    pub fn of(signs: &[Sign], counted: &[f64; N_FACTORS], weights: &Weights) -> Self {
        let mut sum = Self { of_signs: vec![None; signs.len()], ..Self::default() };
        let mut told = [0.0; N_FACTORS];
        let mut amounts = vec![None; signs.len()];
        for (i, sign) in signs.iter().enumerate() {
            told[sign.signal] += 1.0;
            if sign.is_in_rage || signs.iter().any(|other| sign.is_part_of(other)) {
                continue;
            }
            let (factor, amount) = sign.factor();
            amounts[i] = Some(amount);
            sum.counts[factor] += amount;
        }
        let mut beyond = [0.0; N_FACTORS];
        for signal in 0..N_FACTORS {
            beyond[signal] = (counted[signal] - told[signal]).max(0.0);
            sum.counts[signal] += beyond[signal];
        }
        let mut counting = sum.counts;
        counting.iter_mut().zip(&weights.0).for_each(|(count, weight)| *count = count.min(weight.cap));
        for (first, second) in SHARED_CAPS {
            counting[second] = counting[second].min((weights.0[second].cap - counting[first]).max(0.0));
        }
        for ((points, weight), n) in sum.points.iter_mut().zip(&weights.0).zip(counting) {
            *points = weight.points * n;
        }
        let each = |factor: usize| if sum.counts[factor] > 0.0 { sum.points[factor] / sum.counts[factor] } else { 0.0 };
        for ((sign, amount), points) in signs.iter().zip(&amounts).zip(&mut sum.of_signs) {
            *points = amount.map(|amount| each(sign.factor().0) * amount);
        }
        sum
    }

    #[must_use]
    pub fn total(&self) -> f64 {
        self.points.iter().sum()
    }
}

/// The score of a page view.
#[must_use]
pub fn page_view_score(points: f64) -> u8 {
    score(points, 10.0)
}

/// The score of a session by the points of its page views together.
#[must_use]
pub fn session_score(points: f64) -> u8 {
    score(points, 15.0)
}

fn score(points: f64, scale: f64) -> u8 {
    (100.0 * (1.0 - (-points / scale).exp())).round() as u8
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    None,
    Low,
    Medium,
    High,
}

pub const TIERS: [(&str, Tier); 4] = [("none", Tier::None), ("low", Tier::Low), ("medium", Tier::Medium), ("high", Tier::High)];

impl Tier {
    #[must_use]
    pub fn of(score: u8) -> Self {
        match score {
            0 => Self::None,
            1..FRICTION_FROM => Self::Low,
            FRICTION_FROM..HIGH_FROM => Self::Medium,
            _ => Self::High,
        }
    }
}

/// How many had each score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scores {
    n: [u64; 101],
}

impl Default for Scores {
    fn default() -> Self {
        Self { n: [0; 101] }
    }
}

impl Scores {
    pub fn add(&mut self, score: u8) {
        self.n[usize::from(score.min(100))] += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        self.n.iter_mut().zip(&other.n).for_each(|(own, more)| *own += more);
    }

    #[must_use]
    pub fn len(&self) -> u64 {
        self.n.iter().sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let sum: u64 = self.n.iter().enumerate().map(|(score, n)| score as u64 * n).sum();
        (!self.is_empty()).then(|| sum as f64 / self.len() as f64)
    }

    /// Interpolated linearly between the two nearest, as [`crate::statistics::percentile_of_sorted`].
    #[must_use]
    pub fn percentile(&self, percentile: f64) -> Option<f64> {
        let last = self.len().checked_sub(1)?;
        let at = percentile / 100.0 * last as f64;
        let value = |rank: u64| {
            let mut below = 0;
            self.n.iter().position(|n| {
                below += n;
                below > rank
            })
        };
        let (low, high) = (value(at.floor() as u64)? as f64, value(at.ceil() as u64)? as f64);
        Some(low + (high - low) * at.fract())
    }

    /// None, low, medium, high.
    #[must_use]
    pub fn tiers(&self) -> [u64; 4] {
        let mut tiers = [0; 4];
        for (score, n) in self.n.iter().enumerate() {
            tiers[Tier::of(score as u8) as usize] += n;
        }
        tiers
    }

    #[must_use]
    pub fn n_high(&self) -> u64 {
        self.tiers()[3]
    }

    /// In twenty bins of five points; the last one holds 100 too.
    #[must_use]
    pub fn bins(&self) -> [u64; 20] {
        let mut bins = [0; 20];
        for (score, n) in self.n.iter().enumerate() {
            bins[(score / 5).min(19)] += n;
        }
        bins
    }
}

impl Weights {
    /// Reads `{"rage_click": {"points": 4, "cap": 4}, …}`; what is not named keeps what holds without.
    pub fn from_json(value: &serde_json::Value, path: &str) -> Result<Self, QuestionError> {
        crate::question::read_friction_weights(value, path)
    }
}

impl Question {
    /// Whatever in it scores friction without weights of its own.
    pub fn unweighted_friction(&mut self) -> Vec<&mut Option<FrictionWeights>> {
        let mut found = Vec::new();
        unweighted(self, &mut found);
        found
    }
}

fn unweighted<'q>(question: &'q mut Question, found: &mut Vec<&'q mut Option<FrictionWeights>>) {
    match &mut question.kind {
        Kind::Friction(friction) if friction.weights.is_none() => found.push(&mut friction.weights),
        Kind::Task(one) if one.weights.is_none() => found.push(&mut one.weights),
        Kind::Attempts(one) if one.of.weights.is_none() => found.push(&mut one.of.weights),
        Kind::People(people) => unweighted(&mut people.of, found),
        Kind::Cohort(cohort) => unweighted_in(&mut cohort.definition, found),
        _ => {}
    }
    question.scope.cohorts.values_mut().for_each(|definition| unweighted_in(definition, found));
}

fn unweighted_in<'q>(definition: &'q mut Definition, found: &mut Vec<&'q mut Option<FrictionWeights>>) {
    match definition {
        Definition::All(parts) | Definition::Any(parts) => parts.iter_mut().for_each(|part| unweighted_in(part, found)),
        Definition::Not(part) => unweighted_in(part, found),
        Definition::Behind(people) => unweighted(&mut people.of, found),
        _ => {}
    }
}
