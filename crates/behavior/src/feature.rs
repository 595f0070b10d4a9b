//! How features are used: by how many, how often, again, and by those who use the product most.
//!
//! | word | here |
//! |---|---|
//! | people | everybody with an event of the population in the range |
//! | adoption | those of them who used the feature in the range, as a share |
//! | period k | the k-th calendar unit after that of somebody's first use in the range; those count for whom it is over |
//! | power users | those active (by the population's events) on the most days: the least number of days that no more than the asked share of people reach |

/// The least number of days that at most `share` of the people reach. `None` when too many share the highest number, so that nobody stands out.
#[must_use]
pub fn power_days(active_days: &mut [u32], share: f64) -> Option<u32> {
    active_days.sort_unstable();
    let most = (active_days.len() as f64 * share).floor() as usize;
    let first = active_days.len() - most;
    let least = *active_days.get(first)?;
    // Everybody with the same number of days is in, or out.
    let reach = |days: u32| active_days.len() - active_days.partition_point(|own| *own < days);
    if reach(least) <= most {
        return Some(least);
    }
    let beyond = active_days.partition_point(|own| *own <= least);
    active_days.get(beyond).copied()
}

/// Who of a feature's users came back to it, by period; the first period is that after the first use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    pub eligible: Vec<u64>,
    pub returned: Vec<u64>,
}

impl Returns {
    #[must_use]
    pub fn new(n_periods: usize) -> Self {
        Self { eligible: vec![0; n_periods], returned: vec![0; n_periods] }
    }

    /// Adds a person by the units in which they used the feature, in order, the first of them in the range; units up to `n_over` (excluded) are over.
    pub fn add(&mut self, units: &[u32], n_over: u32) {
        let Some(first) = units.first() else { return };
        for k in 0..self.eligible.len() {
            let unit = first + k as u32 + 1;
            if unit < n_over {
                self.eligible[k] += 1;
                self.returned[k] += u64::from(units.binary_search(&unit).is_ok());
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.eligible.iter_mut().zip(&other.eligible).for_each(|(a, b)| *a += b);
        self.returned.iter_mut().zip(&other.returned).for_each(|(a, b)| *a += b);
    }
}
