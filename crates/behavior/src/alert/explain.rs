//! Which parts of a whole explain that it moved.
//!
//! An amount moves by the sum of its parts. A share (rate) moves as its parts' rates do, and as their weights do: with weights w and rates r, before and now,
//! and R the whole before, a part contributes `w_now (r_now - r_before) + (w_now - w_before) (r_before - R_before)`; that adds up to the whole move
//! (shift-share analysis, Dunn 1960).
//!
//! A large part contributes much to any move. What is told is what goes beyond: what a part contributes more than it would have, had all moved alike, and only
//! where chance does not explain it (|z| at least 2).

use serde_json::Value;

/// A part and the whole are told from chance by this many standard errors.
const LEAST_Z: f64 = 2.0;
/// Of the move; less is not worth a word.
const LEAST_SHARE: f64 = 0.05;

/// What the whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    Amount,
    /// `amount` of `of`.
    Share,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    pub amount: f64,
    /// What the amount is a share of; of no meaning for amounts.
    pub of: f64,
}

/// A segment, then and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub segment: Value,
    pub before: Measured,
    pub now: Measured,
}

/// A segment that explains something of a move.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    pub segment: Value,
    pub before: Option<f64>,
    pub now: Option<f64>,
    /// Which share of the move it is.
    pub contribution: f64,
    /// What of that goes beyond its size.
    pub excess: f64,
    /// Standard errors between it and what the others did.
    pub z: f64,
}

/// The parts that explain most, the strongest first.
#[must_use]
pub fn explain(whole: Whole, parts: &[Part], before: Measured, now: Measured) -> Vec<Reason> {
    let of_whole = |measured: Measured| value(whole, measured).unwrap_or(0.0);
    let moved = of_whole(now) - of_whole(before);
    if moved == 0.0 || !moved.is_finite() {
        return Vec::new();
    }
    let reason = |part: &Part| {
        let (contribution, excess, z) = match whole {
            Whole::Amount => of_amount(part, before, now),
            Whole::Share => of_share(part, before, now, moved),
        };
        Reason {
            segment: part.segment.clone(),
            before: value(whole, part.before),
            now: value(whole, part.now),
            contribution: contribution / moved,
            excess: excess / moved,
            z,
        }
    };
    let mut reasons: Vec<Reason> =
        parts.iter().map(reason).filter(|one| one.z.abs() >= LEAST_Z && one.excess >= LEAST_SHARE && one.contribution > 0.0).collect();
    reasons.sort_by(|a, b| b.excess.total_cmp(&a.excess));
    reasons
}

fn value(whole: Whole, measured: Measured) -> Option<f64> {
    match whole {
        Whole::Amount => Some(measured.amount),
        Whole::Share => (measured.of > 0.0).then(|| measured.amount / measured.of),
    }
}

fn of_amount(part: &Part, before: Measured, now: Measured) -> (f64, f64, f64) {
    let alike = if before.amount > 0.0 { part.before.amount * now.amount / before.amount } else { 0.0 };
    let excess = part.now.amount - alike;
    (part.now.amount - part.before.amount, excess, excess / (part.now.amount + alike).max(1.0).sqrt())
}

pub(super) fn of_share(part: &Part, before: Measured, now: Measured, moved: f64) -> (f64, f64, f64) {
    let weight = |of: f64, all: f64| if all > 0.0 { of / all } else { 0.0 };
    let (w_before, w_now) = (weight(part.before.of, before.of), weight(part.now.of, now.of));
    let whole_before = value(Whole::Share, before).unwrap_or(0.0);
    // Where there was none before, it is compared with the whole.
    let r_before = value(Whole::Share, part.before).unwrap_or(whole_before);
    let r_now = value(Whole::Share, part.now).unwrap_or(r_before);
    let contribution = w_now * (r_now - r_before) + (w_now - w_before) * (r_before - whole_before);
    let variance = |rate: f64, of: f64| if of > 0.0 { (rate * (1.0 - rate)).max(0.0) / of } else { 0.0 };
    let error = (variance(r_now, part.now.of) + variance(r_before, part.before.of)).sqrt();
    let z_rate = if error > 0.0 { (r_now - r_before - moved) / error } else { 0.0 };
    // Its weight is a share, too.
    let pooled = weight(part.before.of + part.now.of, before.of + now.of);
    let error = (variance(pooled, now.of) + variance(pooled, before.of)).sqrt();
    let z_weight = if error > 0.0 { (w_now - w_before) / error } else { 0.0 };
    let z = if z_rate.abs() >= z_weight.abs() { z_rate } else { z_weight };
    (contribution, contribution - w_before * moved, z)
}
