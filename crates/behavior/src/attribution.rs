//! How much of a conversion each touch before it is given.
//!
//! | model | weights of n touches, in order of time |
//! |---|---|
//! | first, last | all to that touch |
//! | linear | 1/n each |
//! | participation | 1 to each distinct value, so that values add up to more than the conversions |
//! | time decay | 2^(-age / half-life), made to add up to 1 |
//! | by position | a share to the first, one to the last, one spread evenly over those between; with two touches the ends share it in their proportion |
//!
//! A single touch gets everything. U is 40/20/40 by position (first, between, last), J 20/20/60, inverse J 60/20/20.

const DAY_MS: f64 = 86_400_000.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    First,
    Last,
    Linear,
    Participation,
    TimeDecay { half_life_days: f64 },
    ByPosition { first: f64, between: f64, last: f64 },
}

pub const U_SHAPED: Model = Model::ByPosition { first: 0.4, between: 0.2, last: 0.4 };
pub const J_SHAPED: Model = Model::ByPosition { first: 0.2, between: 0.2, last: 0.6 };
pub const INVERSE_J_SHAPED: Model = Model::ByPosition { first: 0.6, between: 0.2, last: 0.2 };

impl Model {
    /// The weight of each touch of a conversion; `ages_ms` tells how long before it they came, the oldest first.
    #[must_use]
    pub fn weights(&self, ages_ms: &[i64]) -> Vec<f64> {
        let n = ages_ms.len();
        let only = |position: usize| (0..n).map(|i| if i == position { 1.0 } else { 0.0 }).collect();
        match self {
            _ if n == 0 => Vec::new(),
            Self::First => only(0),
            Self::Last => only(n - 1),
            Self::Linear => vec![1.0 / n as f64; n],
            Self::Participation => vec![1.0; n],
            Self::TimeDecay { half_life_days } => {
                let raw: Vec<f64> = ages_ms.iter().map(|age| (-(*age as f64) / (half_life_days * DAY_MS)).exp2()).collect();
                let sum: f64 = raw.iter().sum();
                // So long ago that nothing is left: all touches alike.
                if sum == 0.0 { vec![1.0 / n as f64; n] } else { raw.into_iter().map(|weight| weight / sum).collect() }
            }
            Self::ByPosition { first, between, last } => {
                let whole = if n > 2 { first + between + last } else { first + last };
                (0..n)
                    .map(|i| match i {
                        _ if n == 1 => 1.0,
                        0 => first / whole,
                        i if i == n - 1 => last / whole,
                        _ => between / whole / (n - 2) as f64,
                    })
                    .collect()
            }
        }
    }
}
