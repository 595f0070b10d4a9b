//! What to fix: a page, an element, a signal, by how many attempts it affected and how much less often these are completed.

use super::judge::Attempt;
use crate::statistics::two_proportion_p_value;
use std::collections::HashMap;

/// With fewer on a side rates are not compared.
pub const FEWEST: u64 = 30;

/// Page, element and factor of friction.
pub type Place = (u64, u64, u8);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub attempts: u64,
    pub completed: u64,
    pub times: u64,
    pub micro: u64,
}

impl Sum {
    pub fn add(&mut self, other: Self) {
        self.attempts += other.attempts;
        self.completed += other.completed;
        self.times += other.times;
        self.micro += other.micro;
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub count: u64,
    pub n: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The completion of the others less that of those affected.
    pub gap: f64,
    /// Attempts affected times the gap.
    pub lost: f64,
    pub p_value: Option<f64>,
}

impl Part {
    #[must_use]
    pub fn of<'a>(attempts: impl Iterator<Item = &'a Attempt>, is: impl Fn(&Attempt) -> bool) -> Self {
        let mut part = Self::default();
        for attempt in attempts {
            part.n += 1;
            part.count += u64::from(is(attempt));
        }
        part
    }

    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.count as f64 / self.n as f64)
    }
}

/// Adds what happened where in an attempt.
pub fn add_places(sums: &mut HashMap<Place, Sum>, attempt: &Attempt) {
    let mut own: Vec<Place> = Vec::with_capacity(attempt.signs.len());
    for sign in &attempt.signs {
        let place = (sign.page, sign.selector, sign.factor);
        sums.entry(place).or_default().add(Sum { times: 1, micro: sign.micro, ..Sum::default() });
        own.push(place);
    }
    own.sort_unstable();
    own.dedup();
    for place in own {
        sums.entry(place).or_default().add(Sum { attempts: 1, completed: u64::from(attempt.is_completed()), ..Sum::default() });
    }
}

/// How much less often those affected are completed than the others; nothing where either are too few.
#[must_use]
pub fn gap(affected: Part, all: Part) -> Option<Gap> {
    let others = Part { count: all.count.checked_sub(affected.count)?, n: all.n.checked_sub(affected.n)? };
    if affected.n < FEWEST || others.n < FEWEST {
        return None;
    }
    let gap = others.share()? - affected.share()?;
    Some(Gap { gap, lost: gap * affected.n as f64, p_value: two_proportion_p_value(affected.count, affected.n, others.count, others.n) })
}

/// The places that are worth fixing: what would gain most first, then those too rare to compare by how many attempts they affected.
#[must_use]
pub fn ranked(places: &HashMap<Place, Sum>, all: Part) -> Vec<(Place, Sum, Option<Gap>)> {
    let mut found: Vec<(Place, Sum, Option<Gap>)> =
        places.iter().map(|(place, sum)| (*place, *sum, gap(Part { count: sum.completed, n: sum.attempts }, all))).collect();
    let lost = |gap: &Option<Gap>| gap.map_or(0.0, |gap| gap.lost.max(0.0));
    found.sort_by(|a, b| lost(&b.2).total_cmp(&lost(&a.2)).then(b.1.attempts.cmp(&a.1.attempts)).then(b.1.micro.cmp(&a.1.micro)).then(a.0.cmp(&b.0)));
    found
}

/// Whether an attempt met something at a place; what is not named may be anything.
#[must_use]
pub fn is_affected(attempt: &Attempt, page: Option<u64>, selector: Option<u64>, factor: Option<u8>) -> bool {
    if selector.is_none() && factor.is_none() {
        return page.is_none_or(|page| attempt.has_seen(page));
    }
    attempt.signs.iter().any(|sign| {
        page.is_none_or(|page| sign.page == page)
            && selector.is_none_or(|selector| sign.selector == selector)
            && factor.is_none_or(|factor| sign.factor == factor)
    })
}
