//! The few statistics that answers carry.

use crate::question::Aggregate;

/// An aggregate of numbers; their order is not kept. Of none: a sum and a number are 0, everything else is nothing.
#[must_use]
pub fn aggregate(aggregate: Aggregate, numbers: &mut [f64]) -> Option<f64> {
    match aggregate {
        Aggregate::Sum => Some(numbers.iter().sum()),
        Aggregate::Average => mean(numbers),
        Aggregate::Median => percentile(numbers, 50.0),
        Aggregate::Percentile(p) => percentile(numbers, p),
        Aggregate::Min => numbers.iter().copied().reduce(f64::min),
        Aggregate::Max => numbers.iter().copied().reduce(f64::max),
        Aggregate::Distinct => Some(numbers.len() as f64),
    }
}

/// The value at a percentile of sorted numbers, interpolated linearly between the two nearest.
#[must_use]
pub fn percentile_of_sorted(sorted: &[f64], percentile: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = percentile / 100.0 * last as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// Like [`percentile_of_sorted`] of values in any order, which it changes. Nothing is sorted: two neighbours are looked for.
#[must_use]
pub fn percentile(values: &mut [f64], percentile: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let at = percentile / 100.0 * last as f64;
    let (_, low, above) = values.select_nth_unstable_by(at.floor() as usize, f64::total_cmp);
    let low = *low;
    if at.fract() == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (high - low) * at.fract())
}

/// The middle value, or the mean of the two in the middle. Puts the values into another order.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    percentile(values, 50.0)
}

/// The same of whole numbers, which are told apart faster.
#[must_use]
pub fn median_of_whole(values: &mut [i64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let is_odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable(values.len() / 2);
    let upper = *upper as f64;
    if is_odd {
        return Some(upper);
    }
    let lower = below.iter().copied().max()? as f64;
    Some(lower + (upper - lower) * 0.5)
}

#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
}

/// Wilson's score interval of a proportion at 95 % (Wilson 1927). `None` when nothing was tried.
#[must_use]
pub fn wilson_interval(successes: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 {
        return None;
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (trials as f64, successes as f64 / trials as f64);
    let z2 = Z * Z;
    let centre = p + z2 / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Some((((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)))
}

/// The difference of two proportions at 95 %, of independent samples: Newcombe's hybrid score interval (1998, method 10). `None` when nothing was tried on a side.
#[must_use]
pub fn two_proportion_interval(successes_a: u64, trials_a: u64, successes_b: u64, trials_b: u64) -> Option<(f64, f64)> {
    let ((low_a, high_a), (low_b, high_b)) = wilson_interval(successes_a, trials_a).zip(wilson_interval(successes_b, trials_b))?;
    let (pa, pb) = (successes_a as f64 / trials_a as f64, successes_b as f64 / trials_b as f64);
    let difference = pa - pb;
    Some((difference - (pa - low_a).hypot(high_b - pb), difference + (high_a - pa).hypot(pb - low_b)))
}

/// Two-sided p-value of the difference of two proportions: pooled two-proportion z-test. `None` when it cannot be computed.
#[must_use]
pub fn two_proportion_p_value(successes_a: u64, trials_a: u64, successes_b: u64, trials_b: u64) -> Option<f64> {
    if trials_a == 0 || trials_b == 0 {
        return None;
    }
    let (na, nb) = (trials_a as f64, trials_b as f64);
    let (pa, pb) = (successes_a as f64 / na, successes_b as f64 / nb);
    let pooled = (successes_a + successes_b) as f64 / (na + nb);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / na + 1.0 / nb)).sqrt();
    if deviation == 0.0 {
        return Some(1.0);
    }
    Some(2.0 * upper_tail_of_normal(((pa - pb) / deviation).abs()))
}

/// P(Z > z) of the standard normal, by the complementary error function (Numerical Recipes 6.2, error below 1.2e-7).
fn upper_tail_of_normal(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let series = -x * x - 1.265_512_23
        + t * (1.000_023_68
            + t * (0.374_091_96
                + t * (0.096_784_18
                    + t * (-0.186_288_06 + t * (0.278_868_07 + t * (-1.135_203_98 + t * (1.488_515_87 + t * (-0.822_152_23 + t * 0.170_872_77))))))));
    0.5 * t * series.exp()
}
