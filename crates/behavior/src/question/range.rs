//! A range of time, as asked.

use crate::calendar::Unit;

/// A range as asked, before a time zone and a clock make it instants.
#[derive(Clone, Debug, PartialEq)]
pub enum RangeSpec {
    /// Both days included.
    Days { from: jiff::civil::Date, to: jiff::civil::Date },
    /// Milliseconds, `to` excluded.
    Instants { from: i64, to: i64 },
    /// The current unit included; with `ago`, ending so many units earlier.
    Last { n: i64, unit: Unit, ago: i64 },
    /// From a day to the end of today.
    Since { from: jiff::civil::Date },
    /// From the start of the current unit to the end of today.
    ToDate { unit: Unit },
}

impl RangeSpec {
    /// Where a range without an end ends.
    const NEVER: jiff::civil::Date = jiff::civil::date(9000, 1, 1);

    /// From a day on.
    #[must_use]
    pub fn since(from: jiff::civil::Date) -> Self {
        Self::Days { from, to: Self::NEVER }
    }

    /// The day from which on it goes, if it has no end.
    #[must_use]
    pub fn open_from(&self) -> Option<jiff::civil::Date> {
        match self {
            Self::Days { from, to } if *to == Self::NEVER => Some(*from),
            _ => None,
        }
    }
}
