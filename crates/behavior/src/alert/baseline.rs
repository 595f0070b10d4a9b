//! What was to be expected of an interval, from the past of the metric.
//!
//! A value is taken as a level times what its slot is usually of the level. The level is what a whole season was lately: the median of the means of the four
//! seasons before, so one odd week does not move it, and neither does the hour. A slot is the hour of a weekday, or a weekday; where fewer than eight of it are
//! known, working days and weekends are told apart only. What a slot usually is, and how far it strays, are the median and the median absolute deviation (with
//! the factors for small samples of Croux and Rousseeuw 1992) of its last twelve. A count strays at least as far as chance makes it (Poisson), a share as well
//! (binomial). That the median of so few is itself uncertain (a variance of π/2n) widens the band a little.

use crate::{
    calendar::{Unit, Zone},
    metric::{Metric, Point, instant},
    statistics::median,
};
use std::collections::HashMap;

/// Fewer tell nothing of what is usual.
const LEAST: usize = 8;
/// Older ones tell less.
const MOST: usize = 12;
const SEASONS: usize = 4;
/// From the median absolute deviation to the standard deviation of a normal distribution.
const NORMAL: f64 = 1.4826;

/// Where an interval was to be expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    pub expected: f64,
    pub low: f64,
    pub high: f64,
}

pub(super) struct Baseline<'a> {
    metric: &'a Metric,
    points: &'a [Point],
    /// Of each point the slots that it belongs to, the narrowest first.
    slots: Vec<[u16; 2]>,
    /// Of each point its value as a share of the level at it.
    shares: Vec<Option<f64>>,
    levels: Vec<Option<f64>>,
    /// Of each slot the points that belong to it, in order.
    places: HashMap<u16, Vec<usize>>,
}

impl<'a> Baseline<'a> {
    pub(super) fn new(metric: &'a Metric, zone: &Zone, points: &'a [Point]) -> Self {
        let unit = metric.unit();
        let slots: Vec<[u16; 2]> = points.iter().map(|point| slots_of(zone, unit, instant(&point.start).unwrap_or_default())).collect();
        let season = Self::season(unit);
        // What was not counted yet is not nothing: before its first value a metric has no past.
        let began = points.iter().position(|point| point.value.is_some_and(|value| value != 0.0)).unwrap_or(points.len());
        let levels: Vec<Option<f64>> = (0..points.len()).map(|at| level(points.get(began..at).unwrap_or_default(), season)).collect();
        let share = |(point, level): (&Point, &Option<f64>)| Some(point.value? / level.filter(|level| *level > 0.0)?).filter(|_| point.is_over);
        let shares = points.iter().zip(&levels).map(share).collect();
        let mut places: HashMap<u16, Vec<usize>> = HashMap::new();
        for (at, [narrow, wide]) in slots.iter().enumerate() {
            places.entry(*narrow).or_default().push(at);
            if wide != narrow {
                places.entry(*wide).or_default().push(at);
            }
        }
        Self { metric, points, slots, shares, levels, places }
    }

    /// Intervals after which everything comes again.
    pub(super) fn season(unit: Unit) -> usize {
        match unit {
            Unit::Hour => 7 * 24,
            Unit::Day => 7,
            _ => 1,
        }
    }

    /// How many intervals it looks back.
    pub(super) fn past(unit: Unit) -> usize {
        match unit {
            Unit::Hour => 10 * 7 * 24,
            Unit::Day => 13 * 7,
            _ => MOST + SEASONS,
        }
    }

    pub(super) fn band(&self, at: usize, deviations: f64) -> Option<Band> {
        let level = self.levels[at].filter(|level| *level > 0.0)?;
        let mut usual = self.slots[at].iter().find_map(|slot| self.latest_of(*slot, at))?;
        let n = usual.len();
        let middle = median(&mut usual)?;
        let mut strays: Vec<f64> = usual.iter().map(|share| (share - middle).abs()).collect();
        let expected = level * middle;
        let spread = median(&mut strays)? * NORMAL * for_small(n) * level;
        let uncertain = (1.0 + std::f64::consts::FRAC_PI_2 / n as f64).sqrt();
        let reach = deviations * uncertain * spread.max(self.metric.noise(expected, self.points[at].n));
        let (least, most) = self.metric.bounds();
        Some(Band { expected, low: (expected - reach).max(least), high: (expected + reach).min(most) })
    }

    /// The latest of a slot before a place, if there are enough.
    fn latest_of(&self, slot: u16, at: usize) -> Option<Vec<f64>> {
        let places = self.places.get(&slot)?;
        let before = &places[..places.partition_point(|place| *place < at)];
        let found: Vec<f64> = before.iter().rev().filter_map(|place| self.shares[*place]).take(MOST).collect();
        (found.len() >= LEAST).then_some(found)
    }
}

/// The hour of the weekday, and the hour of a working day or of none; or the same of days.
fn slots_of(zone: &Zone, unit: Unit, start: i64) -> [u16; 2] {
    if !matches!(unit, Unit::Hour | Unit::Day) {
        return [0; 2];
    }
    let civil = zone.civil(start);
    let weekday = civil.date().weekday().to_monday_zero_offset() as u16;
    let hour = if unit == Unit::Hour { civil.hour() as u16 } else { 0 };
    [weekday * 24 + hour, (7 + weekday / 5) * 24 + hour]
}

/// What the seasons that end before a place were on average. A season of which less than half is known says nothing.
fn level(before: &[Point], season: usize) -> Option<f64> {
    let mean = |season_of: &[Point]| {
        let known: Vec<f64> = season_of.iter().filter(|point| point.is_over).filter_map(|point| point.value).collect();
        (season_of.len() == season && known.len() * 2 >= season).then(|| known.iter().sum::<f64>() / known.len() as f64)
    };
    let mut means: Vec<f64> = before.rchunks(season).take(SEASONS).filter_map(mean).collect();
    median(&mut means)
}

fn for_small(n: usize) -> f64 {
    match n {
        8 => 1.129,
        9 => 1.107,
        n => n as f64 / (n as f64 - 0.8),
    }
}
