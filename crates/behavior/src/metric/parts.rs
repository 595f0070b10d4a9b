//! A metric taken apart: which figures of its answer, once that is broken down, add up to it.

use super::{Figure, Metric, list};
use crate::{
    Question,
    alert::Measured,
    question::{Aggregate, Kind, Measure},
};
use serde_json::{Value, json};

/// What the segments of a metric's answer are read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// The only line of a trend: counts, or sums.
    Line,
    /// Of a trend with two lines, the first as a share of the second.
    LineOfLine,
    /// Of a funnel, who came to its end of who entered.
    Conversion,
    Converted,
    Entered,
}

impl Metric {
    /// How it is taken apart. Not every metric is a sum or a share of its segments: a median is not.
    #[must_use]
    pub fn parts(&self) -> Option<Parts> {
        match self.figure {
            Figure::Conversion => Some(Parts::Conversion),
            Figure::Converted => Some(Parts::Converted),
            Figure::Entered => Some(Parts::Entered),
            Figure::Line(_) => {
                let question = Question::from_json(&self.asked(json!({"last": 1, "unit": "day"}), None)).ok()?;
                let Kind::Trend(trend) = &question.kind else { return None };
                if trend.rolling.is_some() || trend.cumulative || trend.attribution.is_some() {
                    return None;
                }
                let adds_up = |measure: &Measure| match measure {
                    Measure::Total | Measure::Unique | Measure::UniqueOnce { .. } | Measure::Sessions | Measure::Active(_) => true,
                    Measure::Property { aggregate, .. } => *aggregate == Aggregate::Sum,
                    Measure::PerPerson { .. } | Measure::PerSession { .. } => false,
                };
                let all_add_up = trend.series.iter().all(|series| adds_up(&series.measure));
                match (trend.series.len(), trend.formulas.first()) {
                    (1, None) if all_add_up => Some(Parts::Line),
                    (2, Some((_, formula))) if all_add_up && formula.is_first_over_second() => Some(Parts::LineOfLine),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl Parts {
    #[must_use]
    pub fn is_share(self) -> bool {
        matches!(self, Self::LineOfLine | Self::Conversion)
    }

    /// The segments of an interval, as the values of the breakdown; the overall one has none.
    #[must_use]
    pub fn at(self, answer: &Value, start: &str) -> Vec<(Value, Measured)> {
        match self {
            Self::Line | Self::LineOfLine => of_lines(answer, start, self == Self::LineOfLine),
            Self::Conversion | Self::Converted | Self::Entered => self.of_funnel(answer, start),
        }
    }

    fn of_funnel(self, answer: &Value, start: &str) -> Vec<(Value, Measured)> {
        let in_interval = |intervals: &Value| {
            let interval = list(intervals).iter().find(|interval| interval["start"] == start)?;
            let steps = list(&interval["steps"]);
            let (entered, converted) = (steps.first()?.as_f64()?, steps.last()?.as_f64()?);
            let amount = if self == Self::Entered { entered } else { converted };
            Some(Measured { amount, of: entered })
        };
        let mut found = Vec::new();
        for group in list(&answer["groups"]) {
            let is_overall = list(&group["breakdown"]).is_empty();
            let is_rest = group.get("other").is_some_and(|other| !other.is_null());
            let intervals = if is_overall { &answer["intervals"] } else { &group["intervals"] };
            if !is_rest && let Some(measured) = in_interval(intervals) {
                found.push((group["breakdown"].clone(), measured));
            }
        }
        found
    }
}

/// Lines come series by series, the overall one of each first.
fn of_lines(answer: &Value, start: &str, is_share: bool) -> Vec<(Value, Measured)> {
    let Some(at) = list(&answer["times"]).iter().position(|time| time == start) else { return Vec::new() };
    let mut found: Vec<(Value, Measured)> = Vec::new();
    let mut series = 0;
    for line in list(&answer["series"]) {
        series += usize::from(list(&line["breakdown"]).is_empty());
        if line.get("other").is_some_and(|other| !other.is_null()) {
            continue;
        }
        let value = line["values"][at].as_f64().unwrap_or(0.0);
        match series {
            1 => found.push((line["breakdown"].clone(), Measured { amount: value, of: 0.0 })),
            2 if is_share => match found.iter_mut().find(|(segment, _)| *segment == line["breakdown"]) {
                Some((_, measured)) => measured.of = value,
                None => found.push((line["breakdown"].clone(), Measured { amount: 0.0, of: value })),
            },
            _ => {}
        }
    }
    found
}
