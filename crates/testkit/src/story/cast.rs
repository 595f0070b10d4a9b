//! Who plays: companies and people, what they are like, and when they come and go.

use super::words::{self, CHANNELS, Channel, DEVICES, PLACES};
use super::{Calendar, DAY_MS, HOUR_MS};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

pub(crate) const N_COMPANIES: usize = 260;
pub(crate) const N_PEOPLE: usize = 1_450;

#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) industry: &'static str,
    pub(crate) employees: u32,
    pub(crate) country: &'static str,
    pub(crate) plan: &'static str,
}

/// How somebody goes about the task that matters most: to plan a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Manner {
    AsPlanned,
    Slow,
    GivesUpAtAudience,
    RageClicks,
    OddPath,
}

/// What becomes of their opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Attitude {
    Promoter,
    Neutral,
    Dissatisfied,
}

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) device_id: String,
    /// `None`: a visitor who never signs up.
    pub(crate) user_id: Option<String>,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: &'static str,
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    pub(crate) language: &'static str,
    pub(crate) utc_offset_ms: i64,
    pub(crate) browser: &'static str,
    pub(crate) os: &'static str,
    pub(crate) device_type: &'static str,
    pub(crate) channel: &'static Channel,
    pub(crate) company: usize,
    pub(crate) manner: Manner,
    pub(crate) attitude: Attitude,
    /// The first time that they are seen.
    pub(crate) arrives: i64,
    /// When the account was made; may lie before the story.
    pub(crate) signed_up: Option<i64>,
    /// When they pay for more, and for what.
    pub(crate) upgrade: Option<(i64, &'static str)>,
    /// When they stop coming; after the end of the story for those who stay.
    pub(crate) leaves: i64,
    /// Whether they say good-bye by cancelling, rather than just not coming back.
    pub(crate) cancels: bool,
    pub(crate) visits_per_week: f64,
    /// The plan of an account that was made before the story.
    pub(crate) first_plan: &'static str,
}

impl Person {
    pub(crate) fn plan_at(&self, at: i64) -> &'static str {
        match self.upgrade {
            Some((from, plan)) if at >= from => plan,
            _ => self.first_plan,
        }
    }

    pub(crate) fn plan_at_end(&self, end_ms: i64) -> &'static str {
        if self.cancels && self.leaves < end_ms { "cancelled" } else { self.plan_at(end_ms) }
    }

    pub(crate) fn meets_broken_audience(&self) -> bool {
        self.device_type == "Mobile" || self.browser == "Safari"
    }
}

pub(crate) fn cast(rng: &mut ChaCha8Rng, calendar: Calendar) -> (Vec<Company>, Vec<Person>) {
    let companies: Vec<Company> = (0..N_COMPANIES).map(|index| company(rng, index)).collect();
    let people = (0..N_PEOPLE).map(|index| person(rng, index, calendar, &companies)).collect();
    (companies, people)
}

fn company(rng: &mut ChaCha8Rng, index: usize) -> Company {
    let place = &PLACES[weighted(rng, &PLACES.map(|place| place.4))];
    let first = words::COMPANY_WORDS[index % words::COMPANY_WORDS.len()];
    let second = words::COMPANY_ENDINGS[(index / words::COMPANY_WORDS.len()) % words::COMPANY_ENDINGS.len()];
    let twin = index / (words::COMPANY_WORDS.len() * words::COMPANY_ENDINGS.len());
    let name = if twin == 0 { format!("{first} {second}") } else { format!("{first} {second} {}", twin + 1) };
    Company {
        key: format!("company-{index:03}"),
        name,
        industry: one_of(rng, &words::INDUSTRIES),
        employees: [3, 8, 15, 40, 120, 600][weighted(rng, &[30, 28, 20, 13, 7, 2])],
        country: place.0,
        plan: ["free", "pro", "team"][weighted(rng, &[55, 32, 13])],
    }
}

fn person(rng: &mut ChaCha8Rng, index: usize, calendar: Calendar, companies: &[Company]) -> Person {
    let place = &PLACES[weighted(rng, &PLACES.map(|place| place.4))];
    let device = &DEVICES[weighted(rng, &DEVICES.map(|device| device.3))];
    let channel = &CHANNELS[weighted(rng, &CHANNELS.each_ref().map(|channel| channel.weight))];
    let (firsts, lasts): (&[&str], &[&str]) =
        if place.2 == "fr" { (&words::FIRST_NAMES_FR, &words::LAST_NAMES_FR) } else { (&words::FIRST_NAMES_EN, &words::LAST_NAMES_EN) };
    let name = format!("{} {}", one_of(rng, firsts), one_of(rng, lasts));
    let company = rng.random_range(0..companies.len());
    let manner = [Manner::AsPlanned, Manner::Slow, Manner::GivesUpAtAudience, Manner::RageClicks, Manner::OddPath][weighted(rng, &[46, 16, 20, 10, 8])];
    let attitude = attitude(rng, manner);

    // A third had an account before the story begins; the others arrive during it, a little more each week.
    let known_before = index * 3 < N_PEOPLE;
    let arrives = if known_before {
        calendar.start_ms + (rng.random::<f64>().powi(2) * 20.0 * DAY_MS as f64) as i64
    } else {
        let share = 1.0 - (1.0 - rng.random::<f64>()).powf(1.25);
        calendar.start_ms + (share * (calendar.end_ms - calendar.start_ms) as f64) as i64
    };
    let first_visit = at_working_hour(rng, arrives, place.3 * HOUR_MS);
    let signed_up = if known_before {
        Some(calendar.start_ms - rng.random_range(3..400) * DAY_MS - rng.random_range(0..DAY_MS))
    } else if rng.random_bool(channel.signs_up) {
        // Half decide on the first visit; the others come back for it.
        let later = if rng.random_bool(0.6) { 0 } else { rng.random_range(1..9) * DAY_MS };
        Some(first_visit + later)
    } else {
        None
    };
    let settled = signed_up.unwrap_or(first_visit).max(calendar.start_ms);
    let (stays_days, cancels) = stay(rng, manner, attitude, known_before);
    let leaves = settled + (stays_days * DAY_MS as f64) as i64;
    let first_plan = if known_before { companies[company].plan } else { "free" };
    let upgrade = (first_plan == "free" && attitude != Attitude::Dissatisfied && rng.random_bool(0.33))
        .then(|| (settled + (rng.random_range(2.0..35.0) * DAY_MS as f64) as i64, if companies[company].employees > 30 { "team" } else { "pro" }))
        .filter(|(at, _)| *at < leaves);
    Person {
        device_id: format!("{:016x}", rng.random::<u64>()),
        user_id: signed_up.map(|_| format!("user-{index:04}")),
        email: email(&name, index),
        name,
        role: one_of(rng, &words::ROLES),
        country: place.0,
        city: one_of(rng, &place.1),
        language: place.2,
        utc_offset_ms: place.3 * HOUR_MS,
        browser: device.0,
        os: device.1,
        device_type: device.2,
        channel,
        company,
        manner,
        attitude,
        arrives: first_visit,
        signed_up,
        upgrade,
        leaves,
        cancels,
        visits_per_week: (rng.random_range(-0.3_f64..1.75)).exp() * if attitude == Attitude::Promoter { 1.5 } else { 1.0 },
        first_plan,
    }
}

fn attitude(rng: &mut ChaCha8Rng, manner: Manner) -> Attitude {
    let weights = match manner {
        Manner::AsPlanned => [48, 42, 10],
        Manner::Slow | Manner::OddPath => [22, 48, 30],
        Manner::GivesUpAtAudience | Manner::RageClicks => [6, 38, 56],
    };
    [Attitude::Promoter, Attitude::Neutral, Attitude::Dissatisfied][weighted(rng, &weights)]
}

/// For how many days they stay, and whether they cancel: many go in the first days, who has found the value stays long.
fn stay(rng: &mut ChaCha8Rng, manner: Manner, attitude: Attitude, known_before: bool) -> (f64, bool) {
    let gone_at_once = match (known_before, manner) {
        (true, _) => 0.02,
        (false, Manner::GivesUpAtAudience) => 0.55,
        (false, Manner::RageClicks) => 0.40,
        (false, _) => 0.24,
    };
    if rng.random_bool(gone_at_once) {
        return (rng.random_range(0.1..4.0), false);
    }
    let mean_days = match attitude {
        Attitude::Promoter => 320.0,
        Attitude::Neutral => 120.0,
        Attitude::Dissatisfied => 42.0,
    };
    let days = -mean_days * (1.0 - rng.random::<f64>()).ln();
    (days, rng.random_bool(0.55))
}

/// Moves a moment to an hour at which people work, where they live; weekends are mostly moved to a Monday.
pub(crate) fn at_working_hour(rng: &mut ChaCha8Rng, at: i64, utc_offset_ms: i64) -> i64 {
    let mut day = at.div_euclid(DAY_MS);
    // Day 0 of 1970 was a Thursday; 5 and 6 are the days of the weekend.
    let weekday = (day + 3).rem_euclid(7);
    if weekday >= 5 && rng.random_bool(0.72) {
        day += 7 - weekday;
    }
    let peak = if rng.random_bool(0.56) { 10.2 } else { 15.1 };
    let spread: f64 = (0..4).map(|_| rng.random::<f64>() - 0.5).sum();
    let hour: f64 = (peak + spread * 2.9_f64).clamp(6.0, 22.5);
    day * DAY_MS + (hour * HOUR_MS as f64) as i64 - utc_offset_ms
}

fn email(name: &str, index: usize) -> String {
    let ascii: String = name
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'é' | 'è' | 'ê' => 'e',
            'ï' | 'í' => 'i',
            'ë' => 'e',
            'ö' | 'ó' => 'o',
            'ü' => 'u',
            'ñ' => 'n',
            ' ' => '.',
            other => other,
        })
        .collect();
    format!("{ascii}.{index}@mail.example")
}

pub(crate) fn one_of<T: Copy>(rng: &mut ChaCha8Rng, from: &[T]) -> T {
    from[rng.random_range(0..from.len())]
}

/// An index, as often as its weight says.
pub(crate) fn weighted(rng: &mut ChaCha8Rng, weights: &[u32]) -> usize {
    let mut left = rng.random_range(0..weights.iter().sum::<u32>());
    for (index, weight) in weights.iter().enumerate() {
        if left < *weight {
            return index;
        }
        left -= weight;
    }
    weights.len() - 1
}
