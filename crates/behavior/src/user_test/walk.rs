//! What a participant's way says, measured against the one that was expected.

use crate::survey::{PageRule, page::fits};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A page that was visited.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Visit {
    /// Its name.
    pub page: String,
    pub address: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walk {
    /// The pages of the path and no others, in order.
    pub direct: bool,
    /// Smith's lostness, 0 to 1.41: below 0.4 is fine, above 0.5 is lost (px.md 2.5).
    pub lostness: f64,
}

/// Measures the pages that were visited, in order. The page on which the task begins may be left out of the path. None without a path, or without a page.
///
/// Lostness is `√((N/S−1)² + (R/N−1)²)` with S pages visited, N of them different, and R the fewest that do; who needed fewer found a shorter way, and is not lost for it.
#[must_use]
pub fn walk(path: &[PageRule], visits: &[Visit]) -> Option<Walk> {
    let (first, start) = path.first().zip(visits.first())?;
    let is_fit = |rule: &PageRule, visit: &Visit| fits(std::slice::from_ref(rule), &visit.address);
    let begins_before = !is_fit(first, start);
    let own = &visits[usize::from(begins_before)..];
    let direct = own.len() == path.len() && path.iter().zip(own).all(|(rule, visit)| is_fit(rule, visit));
    let visited = visits.len() as f64;
    let different = visits.iter().map(|visit| visit.page.as_str()).collect::<BTreeSet<_>>().len() as f64;
    let fewest = ((path.len() + usize::from(begins_before)) as f64).min(different);
    // A way that has to come back to where it began sees a page twice and is not lost.
    let lostness = if direct { 0.0 } else { (different / visited - 1.0).hypot(fewest / different - 1.0) };
    Some(Walk { direct, lostness })
}
