//! What changed for those who took something up, beside what changed for those who did not.
//!
//! | word | here |
//! |---|---|
//! | adopter | somebody whose first launch event ever lies in the range |
//! | non-adopter | somebody who did no launch event until the last day that is looked at |
//! | day zero | the day of an adopter's first launch event; for non-adopters that of the first adopter of all |
//! | there | on a day from somebody's first event on, if the day is over |
//! | rate of a day | what was done on the n-th day from everybody's day zero, by person who was there |
//! | before, after | the mean of the rates of the days before, after day zero; day zero itself is in neither, since adopters act on it by definition |
//! | expected | after of the non-adopters, times (before of adopters / before of non-adopters) |
//! | change | a person's own daily mean after, less that before; the difference of the two groups' mean changes is the effect |
//!
//! The standard error of the effect is sqrt(s1²/n1 + s2²/n2) (Welch); its interval and p-value are those of the normal distribution.

use crate::{normal, statistics};

/// Fewer people than this on a side, and an effect is not to be trusted.
pub const FEWEST_PEOPLE: usize = 30;
const Z_95: f64 = 1.959_963_984_540_054;

/// One person as days know them; days are numbered.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub zero: i32,
    pub first_seen: i32,
    /// (day, how much was done), any number for a day.
    pub amounts: &'a [(i32, f64)],
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Day {
    /// Those who were there.
    pub people: u64,
    pub amount: f64,
}

impl Day {
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.people > 0).then(|| self.amount / self.people as f64)
    }
}

/// Adopters, or non-adopters, added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    pub people: u64,
    /// From so many days before day zero to as many after.
    pub days: Vec<Day>,
    /// Of everybody who was there on both sides of day zero.
    pub changes: Vec<f64>,
}

impl Group {
    #[must_use]
    pub fn new(each_side: usize) -> Self {
        Self { people: 0, days: vec![Day::default(); 2 * each_side + 1], changes: Vec::new() }
    }

    fn each_side(&self) -> i32 {
        (self.days.len() / 2) as i32
    }

    /// Adds a person; days up to `n_over` (excluded) are over. False when they were there on no day.
    pub fn add(&mut self, person: Person<'_>, n_over: i32) -> bool {
        let each_side = self.each_side();
        let from = person.first_seen.max(person.zero - each_side);
        let to = n_over.min(person.zero + each_side + 1);
        if from >= to {
            return false;
        }
        self.people += 1;
        for day in from..to {
            self.days[(day - person.zero + each_side) as usize].people += 1;
        }
        let (mut before, mut after) = (0.0, 0.0);
        for (day, amount) in person.amounts.iter().filter(|(day, _)| (from..to).contains(day)) {
            self.days[(day - person.zero + each_side) as usize].amount += amount;
            match day.cmp(&person.zero) {
                std::cmp::Ordering::Less => before += amount,
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => after += amount,
            }
        }
        let (n_before, n_after) = ((person.zero.min(to) - from).max(0), (to - from.max(person.zero + 1)).max(0));
        if n_before > 0 && n_after > 0 {
            self.changes.push(after / f64::from(n_after) - before / f64::from(n_before));
        }
        true
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.people += other.people;
        for (day, more) in self.days.iter_mut().zip(other.days) {
            day.people += more.people;
            day.amount += more.amount;
        }
        self.changes.extend(other.changes);
        self
    }

    #[must_use]
    pub fn before(&self) -> Option<f64> {
        mean_rate(&self.days[..self.days.len() / 2])
    }

    #[must_use]
    pub fn after(&self) -> Option<f64> {
        mean_rate(&self.days[self.days.len() / 2 + 1..])
    }
}

fn mean_rate(days: &[Day]) -> Option<f64> {
    statistics::mean(&days.iter().filter_map(Day::rate).collect::<Vec<_>>())
}

/// The effect, as far as it can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// What adopters would have done after without the launch.
    pub expected: Option<f64>,
    pub difference: Option<f64>,
    /// As a share of what was expected.
    pub relative: Option<f64>,
    /// The mean change of adopters less that of non-adopters, by person and day.
    pub effect: Option<f64>,
    pub standard_error: Option<f64>,
    /// At 95 %.
    pub interval: Option<(f64, f64)>,
    /// Two-sided.
    pub p_value: Option<f64>,
    /// Whether both sides have enough people.
    pub enough: bool,
}

#[must_use]
pub fn compare(adopters: &mut Group, others: &mut Group) -> Comparison {
    let mut found = Comparison { enough: adopters.changes.len().min(others.changes.len()) >= FEWEST_PEOPLE, ..Comparison::default() };
    if let (Some(before), Some(others_before), Some(others_after)) = (adopters.before(), others.before(), others.after())
        && others_before != 0.0
    {
        found.expected = Some(others_after * before / others_before);
    }
    if let (Some(expected), Some(after)) = (found.expected, adopters.after()) {
        found.difference = Some(after - expected);
        found.relative = (expected != 0.0).then(|| (after - expected) / expected);
    }
    let (Some((mean, variance)), Some((mean_of_others, variance_of_others))) = (moments(&mut adopters.changes), moments(&mut others.changes)) else {
        return found;
    };
    let effect = mean - mean_of_others;
    found.effect = Some(effect);
    if let (Some(variance), Some(variance_of_others)) = (variance, variance_of_others) {
        let error = (variance / adopters.changes.len() as f64 + variance_of_others / others.changes.len() as f64).sqrt();
        found.standard_error = Some(error);
        found.interval = Some((effect - Z_95 * error, effect + Z_95 * error));
        found.p_value = match (error > 0.0, effect == 0.0) {
            (true, _) => Some(2.0 * normal::upper_tail((effect / error).abs())),
            (false, true) => Some(1.0),
            (false, false) => None,
        };
    }
    found
}

/// Mean and, of two or more, the sample variance. Summed in order of size, so that nothing depends on who came first.
fn moments(values: &mut [f64]) -> Option<(f64, Option<f64>)> {
    values.sort_unstable_by(f64::total_cmp);
    let mean = statistics::mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some((mean, (values.len() > 1).then(|| squares / (values.len() - 1) as f64)))
}
