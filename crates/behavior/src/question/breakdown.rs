//! What an answer is broken down by.

use crate::{
    cohort::CohortName,
    filter::{Of, Test, TimePart},
};

#[derive(Clone, Debug)]
pub enum Breakdown {
    Property {
        property: String,
        of: Of,
        trim_url: bool,
        /// Of a list, only the elements that pass.
        only: Option<Test>,
    },
    Cohorts(Vec<CohortName>),
    Bucket {
        property: String,
        of: Of,
        edges: Vec<f64>,
    },
    /// So many buckets with about as many events each; the engine finds their edges.
    Quantiles {
        property: String,
        of: Of,
        n: usize,
    },
    /// The first group whose test a value passes.
    Groups {
        property: String,
        of: Of,
        groups: Vec<(String, Test)>,
    },
    Time(TimePart),
}

impl Breakdown {
    /// The property that it reads, if it reads one.
    #[must_use]
    pub fn property(&self) -> Option<(&str, &Of)> {
        match self {
            Self::Property { property, of, .. }
            | Self::Bucket { property, of, .. }
            | Self::Quantiles { property, of, .. }
            | Self::Groups { property, of, .. } => Some((property, of)),
            Self::Cohorts(_) | Self::Time(_) => None,
        }
    }

    pub(crate) fn property_mut(&mut self) -> Option<(&mut String, &Of)> {
        match self {
            Self::Property { property, of, .. }
            | Self::Bucket { property, of, .. }
            | Self::Quantiles { property, of, .. }
            | Self::Groups { property, of, .. } => Some((property, of)),
            Self::Cohorts(_) | Self::Time(_) => None,
        }
    }
}
