//! How closely two metrics move together.

use super::Reading;
use std::collections::BTreeMap;

/// So many intervals say something.
const ENOUGH: usize = 8;

/// Pearson's coefficient over the intervals that both have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// From -1 to 1.
    pub r: f64,
    /// Over so many intervals.
    pub n: usize,
    /// At least eight intervals.
    pub is_enough: bool,
}

/// Of two metrics of the same interval, over what is over; `None` where fewer than three intervals are shared, or one of the two never changes.
///
/// Pearson, K. (1895), Note on regression and inheritance in the case of two parents.
#[must_use]
pub fn correlation(a: &Reading, b: &Reading) -> Option<Correlation> {
    let of = |reading: &Reading| -> BTreeMap<String, f64> {
        reading.points.iter().filter(|point| point.is_over).filter_map(|point| Some((point.start.clone(), point.value?))).collect()
    };
    let (a, b) = (of(a), of(b));
    let pairs: Vec<(f64, f64)> = a.iter().filter_map(|(start, value)| Some((*value, *b.get(start)?))).collect();
    if pairs.len() < 3 {
        return None;
    }
    let n = pairs.len() as f64;
    let (mean_a, mean_b) = (pairs.iter().map(|pair| pair.0).sum::<f64>() / n, pairs.iter().map(|pair| pair.1).sum::<f64>() / n);
    let (mut together, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (x, y) in &pairs {
        let (x, y) = (x - mean_a, y - mean_b);
        together += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    let r = together / (of_a * of_b).sqrt();
    r.is_finite().then(|| Correlation { r: r.clamp(-1.0, 1.0), n: pairs.len(), is_enough: pairs.len() >= ENOUGH })
}
