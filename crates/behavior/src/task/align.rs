//! The way that was taken beside the way that is meant: a longest common subsequence in which steps may be left out or done again.
//!
//! Of all ways to lay the steps beside the items, in order, the one with the most mandatory steps is taken, of those the one with the most items that are steps at all,
//! of those the one that does each as early as it can.

/// An item that is no step of the way.
pub const NO_STEP: u8 = u8::MAX;
/// What lies behind so many items of one attempt is beside the way.
pub const MOST_ITEMS: usize = 1000;
/// A mandatory step is worth more than all items together.
const MANDATORY: u32 = 1 << 16;

/// The way that is meant: sets of steps, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    pub n_steps: usize,
    pub mandatory: u32,
    pub repeatable: u32,
}

/// An item: a page, or 0, and the steps that it could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub page: u64,
    pub steps: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Way {
    /// Mandatory steps that were done in order.
    pub done: u32,
    pub detours: u32,
    pub order_ok: bool,
    /// Smith's lostness; nothing where no step is mandatory.
    pub lostness: Option<f64>,
}

/// Lays items and steps side by side: `of_item` has the step of each item. `table` is kept from one to the next.
pub fn align(items: &[Item], path: Path, table: &mut Vec<u32>, of_item: &mut Vec<u8>) -> Way {
    of_item.clear();
    of_item.resize(items.len(), NO_STEP);
    let n = items.len().min(MOST_ITEMS);
    let width = path.n_steps + 1;
    // At (item, how many steps are behind): what the rest is worth.
    table.clear();
    table.resize((n + 1) * width, 0);
    let worth = |step: usize| if path.mandatory >> step & 1 != 0 { MANDATORY + 1 } else { 1 };
    let again = |behind: usize, item: &Item| behind > 0 && path.repeatable & item.steps & 1 << (behind - 1) != 0;
    for at in (0..n).rev() {
        let item = &items[at];
        for behind in 0..width {
            let mut best = table[(at + 1) * width + behind];
            for step in steps_from(item.steps, behind) {
                best = best.max(worth(step) + table[(at + 1) * width + step + 1]);
            }
            if again(behind, item) {
                best = best.max(1 + table[(at + 1) * width + behind]);
            }
            table[at * width + behind] = best;
        }
    }
    let (mut behind, mut seen, mut way) = (0, 0u32, Way { order_ok: true, ..Way::default() });
    for at in 0..n {
        let item = &items[at];
        let best = table[at * width + behind];
        if let Some(step) = steps_from(item.steps, behind).find(|step| worth(*step) + table[(at + 1) * width + step + 1] == best) {
            of_item[at] = step as u8;
            behind = step + 1;
            seen |= 1 << step;
            way.done += path.mandatory >> step & 1;
        } else if again(behind, item) && 1 + table[(at + 1) * width + behind] == best {
            of_item[at] = behind as u8 - 1;
        } else {
            // Before its turn, if nothing that it could be was done before.
            way.order_ok &= item.steps & path.mandatory == 0 || item.steps & seen != 0;
        }
    }
    way.detours = of_item.iter().filter(|step| **step == NO_STEP).count() as u32;
    way.lostness = lostness(items, path.mandatory.count_ones());
    way
}

fn steps_from(steps: u32, behind: usize) -> impl Iterator<Item = usize> {
    let mut left = steps & u32::MAX.checked_shl(behind as u32).unwrap_or(0);
    std::iter::from_fn(move || {
        let step = left.trailing_zeros() as usize;
        left &= left.wrapping_sub(1);
        (step < 32).then_some(step)
    })
}

/// Smith 1996: N different items, S items, R the fewest.
fn lostness(items: &[Item], fewest: u32) -> Option<f64> {
    if items.is_empty() || fewest == 0 {
        return None;
    }
    let mut different: Vec<(u64, u32)> = items.iter().map(|item| (item.page, if item.page == 0 { item.steps } else { 0 })).collect();
    different.sort_unstable();
    different.dedup();
    let (n, s, r) = (different.len() as f64, items.len() as f64, f64::from(fewest));
    Some((n / s - 1.0).hypot(r / n - 1.0))
}

#[cfg(test)]
mod tests;
