//! Engagement: in how many distinct units of a period a person was active.

use crate::question::Compare;

/// For each period, the number of distinct units in which the person's events satisfy `count` (one event when absent).
/// `events` are (period, unit) pairs in time order.
pub fn active_units(events: &[(u32, u32)], count: Option<Compare>, mut emit: impl FnMut(u32, u32)) {
    let mut at = 0;
    while at < events.len() {
        let period = events[at].0;
        let mut units = 0u32;
        while at < events.len() && events[at].0 == period {
            let unit = events[at].1;
            let mut n = 0u32;
            while at < events.len() && events[at] == (period, unit) {
                n += 1;
                at += 1;
            }
            if count.is_none_or(|count| count.holds(f64::from(n))) {
                units += 1;
            }
        }
        if units > 0 {
            emit(period, units);
        }
    }
}

/// The median number of units from one active unit to the next; `None` for who was active in fewer than two. `units` rise.
#[must_use]
pub fn usual_gap(units: &[u32]) -> Option<f64> {
    let mut gaps: Vec<f64> = units.windows(2).map(|pair| f64::from(pair[1] - pair[0])).collect();
    crate::statistics::median(&mut gaps)
}
