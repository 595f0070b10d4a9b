//! Scores of surveys and how sure they are (px.md 2.5). Answers that were skipped are not in what is counted here.

use crate::statistics::wilson_interval;
use serde::Serialize;

const Z: f64 = 1.959_963_984_540_054;

/// A figure with its interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// How often each score was given.
pub type Histogram = [(f64, u64)];

/// The net promoter score, -100 to 100, with the adjusted Wald interval of MeasuringU. None of nothing.
#[must_use]
pub fn nps(promoters: u64, passives: u64, detractors: u64) -> Option<Estimate> {
    let n = promoters + passives + detractors;
    if n == 0 {
        return None;
    }
    let (middle, error) = adjusted_nps(promoters, passives, detractors);
    let value = 100.0 * (promoters as f64 - detractors as f64) / n as f64;
    Some(Estimate { value, low: (100.0 * (middle - Z * error)).max(-100.0), high: (100.0 * (middle + Z * error)).min(100.0) })
}

/// The adjusted difference and its standard error, as shares.
fn adjusted_nps(promoters: u64, passives: u64, detractors: u64) -> (f64, f64) {
    let n = (promoters + passives + detractors) as f64 + 3.0;
    let (p, d) = ((promoters as f64 + 0.75) / n, (detractors as f64 + 0.75) / n);
    let middle = p - d;
    (middle, ((p + d - middle * middle) / n).sqrt())
}

/// How many standard errors two net promoter scores lie apart; below 1.96 there is no clear change. Each is (promoters, passives, detractors).
#[must_use]
pub fn z_of_nps(a: (u64, u64, u64), b: (u64, u64, u64)) -> Option<f64> {
    let (first, second) = (nps(a.0, a.1, a.2)?, nps(b.0, b.1, b.2)?);
    let ((_, error_a), (_, error_b)) = (adjusted_nps(a.0, a.1, a.2), adjusted_nps(b.0, b.1, b.2));
    Some((first.value - second.value) / 100.0 / error_a.hypot(error_b))
}

/// A share of 0 to 1 with Wilson's interval. None of nothing.
#[must_use]
pub fn share(of: u64, n: u64) -> Option<Estimate> {
    let (low, high) = wilson_interval(of, n)?;
    Some(Estimate { value: of as f64 / n as f64, low, high })
}

/// The mean with Student's interval; of one answer nothing is known of the spread, and the interval is the whole scale, which the caller knows.
#[must_use]
pub fn mean(scores: &Histogram, scale: (f64, f64)) -> Option<Estimate> {
    let (n, mean, error) = mean_and_error(scores)?;
    let half = error.map(|error| t_975(n - 1) * error);
    let (low, high) = half.map_or(scale, |half| (mean - half, mean + half));
    Some(Estimate { value: mean, low: low.max(scale.0), high: high.min(scale.1) })
}

/// How many standard errors two means lie apart.
#[must_use]
pub fn z_of_means(a: &Histogram, b: &Histogram) -> Option<f64> {
    let ((_, mean_a, error_a), (_, mean_b, error_b)) = (mean_and_error(a)?, mean_and_error(b)?);
    let error = error_a?.hypot(error_b?);
    (error > 0.0).then(|| (mean_a - mean_b) / error)
}

/// How many, their mean, and its standard error where there are two.
fn mean_and_error(scores: &Histogram) -> Option<(u64, f64, Option<f64>)> {
    let n: u64 = scores.iter().map(|(_, n)| n).sum();
    if n == 0 {
        return None;
    }
    let mean = scores.iter().map(|(score, n)| score * *n as f64).sum::<f64>() / n as f64;
    let squares: f64 = scores.iter().map(|(score, n)| (score - mean).powi(2) * *n as f64).sum();
    Some((n, mean, (n > 1).then(|| (squares / (n - 1) as f64 / n as f64).sqrt())))
}

/// The middle score, or the mean of the two in the middle.
#[must_use]
pub fn median(scores: &Histogram) -> Option<f64> {
    let mut sorted: Vec<(f64, u64)> = scores.iter().copied().filter(|(_, n)| *n > 0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n: u64 = sorted.iter().map(|(_, n)| n).sum();
    let at = |rank: u64| {
        let mut below = 0;
        sorted.iter().find(|(_, n)| {
            below += n;
            below > rank
        })
    };
    let (lower, upper) = (at(n.checked_sub(1)? / 2)?.0, at(n / 2)?.0);
    Some((lower + upper) / 2.0)
}

/// The System Usability Scale of one person, 0 to 100, from ten answers of 1 to 5 in order. One that is missing counts as 3; with more there is no score.
#[must_use]
pub fn sus(answers: &[Option<u8>]) -> Option<f64> {
    if answers.len() != 10 || answers.iter().filter(|answer| answer.is_none()).count() > 1 || answers.iter().flatten().any(|answer| !(1..=5).contains(answer)) {
        return None;
    }
    let points = |(i, answer): (usize, &Option<u8>)| {
        let answer = f64::from(answer.unwrap_or(3));
        if i % 2 == 0 { answer - 1.0 } else { 5.0 - answer }
    };
    Some(answers.iter().enumerate().map(points).sum::<f64>() * 2.5)
}

/// The UMUX-Lite of one person, 0 to 100, from two answers of 1 to 7.
#[must_use]
pub fn umux_lite(useful: u8, easy: u8) -> Option<f64> {
    let is_answer = |answer: &u8| (1..=7).contains(answer);
    [useful, easy].iter().all(is_answer).then(|| (f64::from(useful) + f64::from(easy) - 2.0) * 100.0 / 12.0)
}

/// The SUS that a UMUX-Lite stands for.
#[must_use]
pub fn sus_equivalent(umux_lite: f64) -> f64 {
    0.65 * umux_lite + 22.9
}

/// Student's t at 97.5 %: from a table up to 30 degrees of freedom, beyond by the expansion of Cornish and Fisher, exact to five digits there.
#[must_use]
pub fn t_975(degrees: u64) -> f64 {
    const TABLE: [f64; 30] = [
        12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157, 2.228_139, 2.200_985, 2.178_813, 2.160_369,
        2.144_787, 2.131_450, 2.119_905, 2.109_816, 2.100_922, 2.093_024, 2.085_963, 2.079_614, 2.073_873, 2.068_658, 2.063_899, 2.059_539, 2.055_529,
        2.051_831, 2.048_407, 2.045_230, 2.042_272,
    ];
    match degrees {
        0 => f64::INFINITY,
        1..=30 => TABLE[degrees as usize - 1],
        _ => {
            let v = degrees as f64;
            let (z3, z5, z7) = (Z.powi(3), Z.powi(5), Z.powi(7));
            Z + (z3 + Z) / (4.0 * v) + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * v * v) + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / (384.0 * v * v * v)
        }
    }
}
