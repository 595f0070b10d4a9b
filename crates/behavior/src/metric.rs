//! A metric: a question, and the one figure of its answer that is followed over time.
//!
//! A metric's number is that of an interval, and of the latest that is over: "weekly active people" is that of last week. What an interval is, the
//! question says. So the number on a card, in a tree and in an alert is the same, whatever range somebody looks at.
//!
//! Not here: asking. The range is whoever asks'.

mod correlation;
mod parts;
#[cfg(test)]
mod tests;

pub use correlation::{Correlation, correlation};
pub use parts::Parts;

use crate::{
    Question, QuestionError,
    calendar::{Unit, Zone},
    question::{
        Kind, Measure, Window,
        fields::{missing, not_allowed, wrong_type},
    },
};
use serde_json::{Map, Value, json};

/// What a metric is read from.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Without a range.
    question: Map<String, Value>,
    kind: &'static str,
    figure: Figure,
    unit: Unit,
    /// An interval is over for good only so long after its end.
    settles_after_ms: i64,
    nature: Nature,
}

/// What its values are, as far as chance goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    /// Of people or events.
    Count,
    /// Between nothing and one, of so many.
    Share,
    /// A mean, an amount, a ratio of anything.
    Other,
}

/// Which figure of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    /// The line at this place.
    Line(usize),
    Conversion,
    Converted,
    Entered,
    /// Who came back in this period.
    Period(usize),
    /// A field of each interval, and of the whole.
    Field(&'static str),
    QuickRatio,
    /// Which share of the attempts at a task, by the name of the count in an interval and of what it is a share.
    Share(&'static str, &'static str),
    /// The 75th percentile of a web vital.
    Vital(&'static str),
}

/// A metric over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// In order of time.
    pub points: Vec<Point>,
    /// Of the whole range, computed on it and not added up; `None` where there is none.
    pub whole: Option<f64>,
}

/// The metric of one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// RFC 3339, as the answer has it.
    pub start: String,
    pub value: Option<f64>,
    /// Of how many it is a share.
    pub n: Option<u64>,
    /// Nothing that is still to come can change it.
    pub is_over: bool,
}

impl Reading {
    /// The place of the latest that is over.
    #[must_use]
    pub fn latest(&self) -> Option<usize> {
        self.points.iter().rposition(|point| point.is_over)
    }
}

/// Kinds of questions that a metric can be read from, and the figures of each, the usual one first.
pub const FIGURES: &[(&str, &[&str])] = &[
    ("trend", &[]),
    ("funnel", &["conversion", "converted", "entered"]),
    ("retention", &["period_1"]),
    ("lifecycle", &["quick_ratio", "new", "returning", "resurrected", "dormant"]),
    ("friction", &["session_mean", "share_sessions_high", "mean", "share_high", "points_per_active_minute"]),
    ("vital", &["lcp", "inp", "cls", "fcp", "ttfb"]),
    ("task", &["completed", "as_planned", "slow", "not_finished", "friction", "off_path", "promoters", "csat_low", "lost"]),
];

/// What a question may not have that a metric is read from: it has one line, and the range of whoever asks.
const LEFT_TO_WHO_ASKS: [&str; 5] = ["range", "compare", "fresh", "language", "control"];

impl Metric {
    /// Reads a metric. Fields of an error are those of `question` and `figure`.
    pub fn from_json(question: &Value, figure: Option<&str>) -> Result<Self, QuestionError> {
        let mut map = question.as_object().cloned().ok_or_else(|| wrong_type("question", "an object", question))?;
        for name in LEFT_TO_WHO_ASKS {
            map.remove(name);
        }
        for name in ["breakdown", "attribution"] {
            let is_empty = map.get(name).is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty));
            if !is_empty {
                return Err(not_allowed(&format!("question.{name}"), "a metric is one line; filter what it is about, or take the segments on a report"));
            }
            map.remove(name);
        }
        if map.get("kind").and_then(Value::as_str) == Some("funnel") && map.get("interval").is_none_or(Value::is_null) {
            map.insert("interval".to_owned(), json!("week"));
        }
        let mut asked = map.clone();
        asked.insert("range".to_owned(), json!({"last": 30, "unit": "day"}));
        let read = Question::from_json(&Value::Object(asked)).map_err(|error| QuestionError { field: format!("question.{}", error.field), ..error })?;
        let kind = read.kind.name();
        let unit = unit_of(&read.kind);
        let figure = figure_of(&read.kind, kind, figure)?;
        let settles_after_ms = match &read.kind {
            Kind::Funnel(funnel) => match funnel.window {
                Window::Milliseconds(ms) => ms,
                Window::Sessions(_) => 0,
            },
            Kind::Task(task) => task.task.window_ms().unwrap_or(0),
            _ => 0,
        };
        let nature = nature_of(&read.kind, figure);
        Ok(Self { question: map, kind, figure, unit, settles_after_ms, nature })
    }

    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What its intervals are.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Its values count people or events.
    #[must_use]
    pub fn is_count(&self) -> bool {
        self.nature == Nature::Count
    }

    /// How far chance alone makes a value stray (a standard deviation), where that is known.
    pub(crate) fn noise(&self, expected: f64, n: Option<u64>) -> f64 {
        match (self.nature, n) {
            (Nature::Count, _) => expected.max(1.0).sqrt(),
            (Nature::Share, Some(n)) if n > 0 => (expected * (1.0 - expected)).max(0.0).sqrt() / (n as f64).sqrt(),
            _ => 0.0,
        }
    }

    /// Between which its values lie.
    pub(crate) fn bounds(&self) -> (f64, f64) {
        match self.nature {
            Nature::Count => (0.0, f64::INFINITY),
            Nature::Share => (0.0, 1.0),
            Nature::Other => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// When the next interval after a moment is over.
    #[must_use]
    pub fn next_over(&self, zone: &Zone, moment_ms: i64) -> i64 {
        let pending = zone.floor(moment_ms - self.settles_after_ms, self.unit);
        zone.step(pending, self.unit, 1) + self.settles_after_ms
    }

    /// Its question as it is kept: without a range.
    #[must_use]
    pub fn question(&self) -> Value {
        Value::Object(self.question.clone())
    }

    /// The question about a time, within a condition of whoever asks.
    #[must_use]
    pub fn asked(&self, range: Value, filter: Option<&Value>) -> Value {
        let mut asked = self.question.clone();
        asked.insert("range".to_owned(), range);
        if let Some(filter) = filter {
            add_filter(&mut asked, filter);
        }
        Value::Object(asked)
    }

    /// So many intervals up to the one in which a moment lies, and that one, as a range.
    #[must_use]
    pub fn range_until(&self, zone: &Zone, moment_ms: i64, intervals: i64) -> Value {
        let last = zone.floor(moment_ms, self.unit);
        self.range_between(zone, zone.step(last, self.unit, 1 - intervals.max(1)), moment_ms)
    }

    /// The latest intervals that are over, so many of them, and what is not over yet, as a range.
    #[must_use]
    pub fn range_of_latest(&self, zone: &Zone, now_ms: i64, intervals: i64) -> Value {
        let pending = zone.floor(now_ms - self.settles_after_ms, self.unit);
        // Of those who came a while ago it is known who came back.
        let lag = match self.figure {
            Figure::Period(period) => self.units_before(period + 1).saturating_add(1),
            _ => 0,
        };
        self.range_between(zone, zone.step(pending, self.unit, -intervals.saturating_add(lag)), now_ms)
    }

    /// Whole intervals from that in which a moment lies to the day of another, as a range.
    #[must_use]
    pub fn range_between(&self, zone: &Zone, from_ms: i64, last_ms: i64) -> Value {
        let day = |ms: i64| zone.civil(ms).date().to_string();
        json!({"from": day(zone.floor(from_ms, self.unit)), "to": day(last_ms)})
    }

    /// Reads the metric from the answer to [`Self::asked`].
    #[must_use]
    pub fn read(&self, answer: &Value, zone: &Zone, now_ms: i64) -> Reading {
        let points = match self.figure {
            Figure::Line(at) => self.of_line(answer, at),
            Figure::Period(period) => return self.of_retention(answer, period, zone, now_ms),
            _ => list(&answer["intervals"]).iter().map(|interval| self.of_interval(interval)).collect(),
        };
        let mut reading = Reading { points, whole: self.of_whole(answer) };
        for point in &mut reading.points {
            let end = instant(&point.start).map(|start| zone.step(zone.floor(start, self.unit), self.unit, 1));
            point.is_over = end.is_some_and(|end| end + self.settles_after_ms <= now_ms);
        }
        reading
    }

    fn of_line(&self, answer: &Value, at: usize) -> Vec<Point> {
        let values = list(&answer["series"][at]["values"]);
        let point = |(start, value): (&Value, &Value)| Point { start: text(start), value: value.as_f64(), n: None, is_over: false };
        list(&answer["times"]).iter().zip(values).map(point).collect()
    }

    fn of_interval(&self, interval: &Value) -> Point {
        let count = |value: &Value| value.as_u64().unwrap_or(0);
        let steps = list(&interval["steps"]);
        let (entered, converted) = (steps.first().map_or(0, count), steps.last().map_or(0, count));
        let (value, n) = match self.figure {
            Figure::Conversion => (share(converted, entered), Some(entered)),
            Figure::Converted => (Some(converted as f64), Some(entered)),
            Figure::Entered => (Some(entered as f64), None),
            Figure::Share(of, among) => {
                let n = count(&interval[among]);
                let part = if of == "completed" { n.saturating_sub(count(&interval["not_finished"])) } else { count(&interval[of]) };
                (share(part, n), Some(n))
            }
            Figure::Vital(name) => (interval[name]["p75"].as_f64(), interval[name]["n"].as_u64()),
            Figure::Field(name) => (interval[name].as_f64(), denominator(name).map(|name| count(&interval[name]))),
            Figure::QuickRatio => (interval["quick_ratio"].as_f64(), None),
            Figure::Line(_) | Figure::Period(_) => (None, None),
        };
        Point { start: text(&interval["start"]), value, n, is_over: false }
    }

    fn of_whole(&self, answer: &Value) -> Option<f64> {
        match self.figure {
            Figure::Line(at) => answer["series"][at]["total"].as_f64(),
            Figure::Conversion => list(&answer["groups"][0]["steps"]).last().and_then(|step| step["conversion"].as_f64()),
            Figure::Converted => list(&answer["groups"][0]["steps"]).last().and_then(|step| step["count"].as_f64()),
            Figure::Entered => list(&answer["groups"][0]["steps"]).first().and_then(|step| step["count"].as_f64()),
            Figure::Period(period) => answer["average"][period].as_f64(),
            Figure::Share("completed", _) => answer["completed"]["share"].as_f64(),
            Figure::Share(of, _) => answer["cards"][of]["share"].as_f64(),
            Figure::Vital(name) => answer[name]["p75"].as_f64(),
            // Of who is new, stays or goes there is no whole: whoever is new once returns later.
            Figure::Field(name) if self.kind == "friction" => answer[name].as_f64(),
            Figure::Field("lost") => answer["cards"]["lost"]["count"].as_f64(),
            Figure::Field(_) | Figure::QuickRatio => None,
        }
    }

    /// Rows of a retention: each cohort is a point, over where the period is over for everybody, and without a value before it begins.
    fn of_retention(&self, answer: &Value, period: usize, zone: &Zone, now_ms: i64) -> Reading {
        let overall = list(&answer["cohorts"]).iter().filter(|cohort| list(&cohort["breakdown"]).is_empty());
        let (begins, ends) = (self.units_before(period), self.units_before(period + 1));
        // Where periods count from each birth, the last of a unit is born at its end.
        let ends = if self.question.get("alignment").and_then(Value::as_str) == Some("rolling") { ends + 1 } else { ends };
        let point = |cohort: &Value| {
            let (start, size) = (text(&cohort["start"]), cohort["size"].as_u64().unwrap_or(0));
            // The answer looks at the clock of the server; what is over by then may not have been at the moment that is asked about.
            let is_by = |units: i64| instant(&start).is_some_and(|start| zone.step(start, self.unit, units) <= now_ms);
            let (has_begun, is_past) = (is_by(begins), is_by(ends));
            Point {
                value: share(cohort["returned"][period].as_u64().unwrap_or(0), size).filter(|_| has_begun),
                start,
                n: Some(size),
                is_over: is_past && cohort["complete"][period].as_bool().unwrap_or(false),
            }
        };
        Reading { points: overall.map(point).collect(), whole: answer["average"][period].as_f64() }
    }

    /// So many units lie between the birth of a cohort and a period.
    fn units_before(&self, period: usize) -> i64 {
        let units = match self.question.get("brackets").and_then(Value::as_array) {
            Some(brackets) => brackets.iter().take(period).filter_map(Value::as_u64).sum(),
            None => period as u64,
        };
        i64::try_from(units).unwrap_or(i64::MAX)
    }
}

/// Adds a condition to a question: what meets its own, and this.
pub fn add_filter(question: &mut Map<String, Value>, filter: &Value) {
    let own = question.remove("filter").filter(|own| !own.is_null());
    let both = match own {
        Some(own) => json!({"all": [own, filter]}),
        None => filter.clone(),
    };
    question.insert("filter".to_owned(), both);
}

fn figure_of(read: &Kind, kind: &'static str, named: Option<&str>) -> Result<Figure, QuestionError> {
    let Some((_, figures)) = FIGURES.iter().find(|(name, _)| *name == kind) else {
        let kinds: Vec<&str> = FIGURES.iter().map(|(name, _)| *name).collect();
        return Err(not_allowed("question.kind", format!("there is no one figure over time in a question of kind {kind}; use one of {}", kinds.join(", "))));
    };
    match read {
        Kind::Trend(trend) => {
            if named.is_some() {
                return Err(not_allowed("figure", "a trend has one line, which is meant; leave this out"));
            }
            if trend.formulas.len() > 1 {
                return Err(not_allowed("question.formulas", "a metric is one line: leave one formula"));
            }
            if trend.formulas.is_empty() && trend.series.len() > 1 {
                return Err(missing("question.formulas", "several series are one metric by a formula, such as `A / B`"));
            }
            Ok(Figure::Line(if trend.formulas.is_empty() { 0 } else { trend.series.len() }))
        }
        Kind::Retention(retention) => {
            let named = named.unwrap_or("period_1");
            let last = retention.brackets.as_ref().map_or(retention.periods, |brackets| brackets.len() - 1);
            let period = named.strip_prefix("period_").and_then(|period| period.parse::<usize>().ok()).filter(|period| *period <= last);
            period.map(Figure::Period).ok_or_else(|| not_allowed("figure", format!("\"{named}\" is none of period_0 to period_{last}")))
        }
        _ => {
            let named = named.or(figures.first().copied()).unwrap_or_default();
            let Some(known) = figures.iter().find(|figure| **figure == named) else {
                return Err(not_allowed("figure", format!("\"{named}\" is none of {}", figures.join(", "))));
            };
            Ok(match (kind, *known) {
                ("funnel", "conversion") => Figure::Conversion,
                ("funnel", "converted") => Figure::Converted,
                ("funnel", _) => Figure::Entered,
                ("lifecycle", "quick_ratio") => Figure::QuickRatio,
                ("vital", name) => Figure::Vital(name),
                ("task", "lost") => Figure::Field("lost"),
                ("task", "promoters") => Figure::Share("promoters", "nps_answers"),
                ("task", "csat_low") => Figure::Share("csat_low", "csat_answers"),
                ("task", name) => Figure::Share(name, "attempts"),
                (_, name) => Figure::Field(name),
            })
        }
    }
}

fn nature_of(kind: &Kind, figure: Figure) -> Nature {
    match figure {
        Figure::Line(_) => match kind {
            Kind::Trend(trend) if trend.formulas.is_empty() && trend.rolling.is_none() && !trend.cumulative => {
                match trend.series.first().map(|one| &one.measure) {
                    Some(Measure::Total | Measure::Unique | Measure::UniqueOnce { .. } | Measure::Sessions | Measure::Active(_)) => Nature::Count,
                    _ => Nature::Other,
                }
            }
            _ => Nature::Other,
        },
        Figure::Conversion | Figure::Share(..) | Figure::Period(_) => Nature::Share,
        Figure::Converted | Figure::Entered => Nature::Count,
        Figure::Field("share_high" | "share_sessions_high") => Nature::Share,
        Figure::Field("new" | "returning" | "resurrected" | "dormant" | "lost") => Nature::Count,
        Figure::Field(_) | Figure::QuickRatio | Figure::Vital(_) => Nature::Other,
    }
}

fn unit_of(kind: &Kind) -> Unit {
    match kind {
        Kind::Trend(trend) => trend.interval,
        Kind::Funnel(funnel) => funnel.interval.unwrap_or(Unit::Week),
        Kind::Retention(retention) => retention.unit,
        Kind::Lifecycle(lifecycle) => lifecycle.interval,
        Kind::Friction(friction) => friction.interval,
        Kind::Vital(vital) => vital.interval,
        Kind::Task(task) => task.interval,
        _ => Unit::Week,
    }
}

/// Of what a figure of friction is a mean or a share.
fn denominator(name: &str) -> Option<&'static str> {
    match name {
        "session_mean" | "share_sessions_high" => Some("sessions"),
        "mean" | "share_high" => Some("page_views"),
        _ => None,
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Milliseconds of a time as answers write it.
#[must_use]
pub fn instant(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}
