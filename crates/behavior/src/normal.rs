//! The tail of the standard normal distribution, exact also where it is very small, as p-values that are then ranked must be.

/// P(Z > z) for z of 0 or more: the series of Abramowitz and Stegun 26.2.11 near the middle, the continued fraction 26.2.14 in the tail.
#[must_use]
pub fn upper_tail(z: f64) -> f64 {
    const SERIES_UNTIL: f64 = 3.0;
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z < SERIES_UNTIL {
        let (mut term, mut sum, mut odd) = (z, z, 1.0);
        while term > sum * f64::EPSILON {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return (0.5 - density * sum).max(0.0);
    }
    // From the inside out; so many levels are exact to the last digit from 3 on.
    let fraction = (1..=100).rev().fold(z, |inner, k| z + f64::from(k) / inner);
    density / fraction
}
