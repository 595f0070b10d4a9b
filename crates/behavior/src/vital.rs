//! Speed as people met it: the web vitals, their thresholds (px.md 3.3), and percentiles of whole numbers.
//!
//! A page view has each vital once: as the latest event of the page view said it, or, of visitors who did not consent, the latest page summary. Values are milliseconds;
//! the layout shift is kept in thousandths. Good is up to the first threshold, poor beyond the second.

use std::collections::HashMap;

pub const N_VITALS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vital {
    /// What answers call it.
    pub name: &'static str,
    /// The property of `$web_vitals`; that of a page summary stands in `vitals`.
    pub property: &'static str,
    pub in_summary: &'static str,
    /// The element at fault, where the library tells one.
    pub selector: Option<&'static str>,
    /// What a value is multiplied by to be whole.
    pub scale: u32,
    /// Good up to the first, poor beyond the second, scaled.
    pub thresholds: (u32, u32),
}

pub const VITALS: [Vital; N_VITALS] = [
    Vital { name: "lcp", property: "$lcp_ms", in_summary: "vitals.$lcp_ms", selector: Some("$lcp_selector"), scale: 1, thresholds: (2500, 4000) },
    Vital { name: "inp", property: "$inp_ms", in_summary: "vitals.$inp_ms", selector: Some("$inp_selector"), scale: 1, thresholds: (200, 500) },
    Vital { name: "cls", property: "$cls", in_summary: "vitals.$cls", selector: Some("$cls_selector"), scale: 1000, thresholds: (100, 250) },
    Vital { name: "fcp", property: "$fcp_ms", in_summary: "vitals.$fcp_ms", selector: None, scale: 1, thresholds: (1800, 3000) },
    Vital { name: "ttfb", property: "$ttfb_ms", in_summary: "vitals.$ttfb_ms", selector: None, scale: 1, thresholds: (800, 1800) },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rating {
    Good,
    NeedsWork,
    Poor,
}

pub const RATINGS: [(&str, Rating); 3] = [("good", Rating::Good), ("needs_work", Rating::NeedsWork), ("poor", Rating::Poor)];

impl Vital {
    #[must_use]
    pub fn rating(&self, value: u32) -> Rating {
        let (good, poor) = self.thresholds;
        match value {
            value if value <= good => Rating::Good,
            value if value <= poor => Rating::NeedsWork,
            _ => Rating::Poor,
        }
    }

    /// A value as it was sent, whole; `None` where there is none, or a forged one.
    #[must_use]
    pub fn whole(&self, value: f64) -> Option<u32> {
        let scaled = (value * f64::from(self.scale)).round();
        // An hour is no time that a page takes.
        (0.0..=3_600_000.0).contains(&scaled).then_some(scaled as u32)
    }

    #[must_use]
    pub fn shown(&self, value: f64) -> f64 {
        value / f64::from(self.scale)
    }
}

/// How often each value was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(HashMap<u32, u64>);

impl Values {
    pub fn add(&mut self, value: u32) {
        *self.0.entry(value).or_default() += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(value, n)| *self.0.entry(*value).or_default() += n);
    }

    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.values().sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Good, needs work, poor.
    #[must_use]
    pub fn ratings(&self, vital: &Vital) -> [u64; 3] {
        let mut ratings = [0; 3];
        self.0.iter().for_each(|(value, n)| ratings[vital.rating(*value) as usize] += n);
        ratings
    }

    /// Interpolated linearly between the two nearest, as [`crate::statistics::percentile_of_sorted`].
    #[must_use]
    pub fn percentile(&self, percentile: f64) -> Option<f64> {
        let mut values: Vec<(u32, u64)> = self.0.iter().map(|(value, n)| (*value, *n)).collect();
        values.sort_unstable();
        let at = percentile / 100.0 * self.len().checked_sub(1)? as f64;
        let value = |rank: u64| {
            let mut below = 0;
            values.iter().find(|(_, n)| {
                below += n;
                below > rank
            })
        };
        let (low, high) = (f64::from(value(at.floor() as u64)?.0), f64::from(value(at.ceil() as u64)?.0));
        Some(low + (high - low) * at.fract())
    }
}
