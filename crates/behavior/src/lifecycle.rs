//! New, returning, resurrected, dormant.
//!
//! | status | active in this interval | in the one before | earlier |
//! |---|---|---|---|
//! | new | yes, for the first time ever | | no |
//! | returning | yes | yes | |
//! | resurrected | yes | no | yes |
//! | dormant | no | yes | |

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    New,
    Returning,
    Resurrected,
    Dormant,
}

pub const STATUSES: [(&str, Status); 4] =
    [("new", Status::New), ("returning", Status::Returning), ("resurrected", Status::Resurrected), ("dormant", Status::Dormant)];

/// The statuses of one person. `active` holds rising, distinct interval numbers; `-1` is the interval before the range, and `earlier`
/// says that the person was active before `active` begins. Intervals of the answer are `0..n_intervals`.
pub fn statuses(active: &[i32], earlier: bool, n_intervals: i32, mut emit: impl FnMut(usize, Status)) {
    let mut before: Option<i32> = None;
    for &interval in active {
        let status = match before {
            Some(last) if last == interval - 1 => Status::Returning,
            Some(_) => Status::Resurrected,
            None if earlier => Status::Resurrected,
            None => Status::New,
        };
        if let Some(last) = before
            && last != interval - 1
            && (0..n_intervals).contains(&(last + 1))
        {
            emit((last + 1) as usize, Status::Dormant);
        }
        if (0..n_intervals).contains(&interval) {
            emit(interval as usize, status);
        }
        before = Some(interval);
    }
    if let Some(last) = before
        && (0..n_intervals).contains(&(last + 1))
    {
        emit((last + 1) as usize, Status::Dormant);
    }
}
