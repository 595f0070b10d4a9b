//! The lines of a trend as the answer has them.

use super::{
    Lines, Plan,
    line::{self, Line, Meaning},
    number,
    rolling::{Before, rolling_mean},
};
use crate::{group::GroupKey, scan::Context};
use serde_json::{Value, json};
use sillage_behavior::{
    cohort::Definition,
    question::{Measure, Outer},
};
use std::collections::HashMap;

impl Plan<'_> {
    pub(super) fn write(&self, context: &Context<'_>, lines: Lines, before: &Before, others: Option<usize>) -> Value {
        let mut keys: Vec<(&GroupKey, u64)> = Vec::new();
        let mut weights: HashMap<&GroupKey, u64> = HashMap::new();
        for ((_, key), line) in &lines {
            *weights.entry(key).or_default() += line.weight();
        }
        let overall = GroupKey::overall();
        keys.extend(weights.iter().filter(|(key, _)| ***key != overall).map(|(key, weight)| (*key, *weight)));
        keys.sort_by(|a, b| {
            (matches!(a.0, GroupKey::Other), std::cmp::Reverse(a.1)).cmp(&(matches!(b.0, GroupKey::Other), std::cmp::Reverse(b.1))).then_with(|| a.0.order(b.0))
        });
        let keys: Vec<&GroupKey> = std::iter::once(&overall).chain(keys.into_iter().map(|(key, _)| key)).collect();

        let n = self.intervals.len();
        let empty = Line::default();
        let mut values: HashMap<(usize, &GroupKey), line::Values> = HashMap::new();
        let mut series_out = Vec::new();
        for (i, series) in self.trend.series.iter().enumerate() {
            let label = match &series.people {
                Some(people) => series.label.clone().unwrap_or_else(|| cohort_label(people)),
                None => series.label.clone().or_else(|| series.select.label.clone()).unwrap_or_else(|| series.select.label()),
            };
            let overall_line = lines.get(&(i, overall.clone()));
            let unmeasured = overall_line.map_or(0, Line::unmeasured);
            if let (Measure::Property { property, .. }, true) = (&series.measure, unmeasured > 0) {
                let all = unmeasured + overall_line.map_or(0, Line::weight);
                context.note(if context.french {
                    format!("{label} : sur {all} événements, {unmeasured} sans « {property} » qui se mesure")
                } else {
                    format!("{label}: of {all} events, {unmeasured} without a \"{property}\" that can be measured")
                });
            }
            let edges = self.edges(i, overall_line);
            for key in &keys {
                let line = lines.get(&(i, (*key).clone()));
                if line.is_none() && **key != overall {
                    continue;
                }
                let (mut points, total) = line.unwrap_or(&empty).values(&self.meanings[i], n, false);
                // Formulas take the values of the intervals; what they give is summed up, not what they are given.
                values.insert((i, *key), (points.clone(), total));
                if self.trend.cumulative && self.meanings[i].cumulates_itself() {
                    points = line.unwrap_or(&empty).values(&self.meanings[i], n, true).0;
                } else if self.trend.cumulative {
                    run_up(&mut points);
                }
                let points = self.rolled(before.of_series(i, key), points);
                let mut written = self.line_json(&label, key, points, total, others);
                if let Some(edges) = &edges {
                    written["distribution"] = distribution_json(line, edges, n);
                }
                series_out.push(written);
            }
        }
        for (text, formula) in &self.trend.formulas {
            for key in &keys {
                let at = |slot: usize| formula.evaluate(&|i| values.get(&(i, *key)).and_then(|(points, _)| points[slot]).unwrap_or(0.0));
                let mut points: Vec<Option<f64>> = (0..n).map(at).collect();
                let total = formula.evaluate(&|i| values.get(&(i, *key)).and_then(|(_, total)| *total).unwrap_or(0.0));
                if self.trend.cumulative {
                    run_up(&mut points);
                }
                let points = self.rolled(before.of_formula(formula, key), points);
                series_out.push(self.line_json(text, key, points, total, others));
            }
        }
        let times: Vec<String> = self.intervals.starts.iter().map(|start| context.zone.format(*start)).collect();
        json!({"times": times, "series": series_out})
    }

    /// The edges of a series that shows how many have how much.
    fn edges(&self, series: usize, overall: Option<&Line>) -> Option<Vec<f64>> {
        match &self.meanings[series] {
            Meaning::PerPerson { outer: Outer::Distribution(edges), .. } | Meaning::PerSession { outer: Outer::Distribution(edges), .. } => {
                Some(edges.clone().unwrap_or_else(|| overall.map_or_else(|| vec![0.0, 1.0], Line::edges)))
            }
            _ => None,
        }
    }

    fn rolled(&self, before: Vec<Option<f64>>, points: Vec<Option<f64>>) -> Vec<Option<f64>> {
        match self.trend.rolling {
            Some(window) => rolling_mean(before, points, window),
            None => points,
        }
    }

    fn line_json(&self, label: &str, key: &GroupKey, points: Vec<Option<f64>>, total: Option<f64>, others: Option<usize>) -> Value {
        let mut line = json!({
            "label": label,
            "breakdown": if *key == GroupKey::overall() { Value::Array(Vec::new()) } else { key.to_json(self.n_parts) },
            "values": points.into_iter().map(number).collect::<Vec<_>>(),
            "total": number(total),
        });
        if let (GroupKey::Other, Some(others)) = (key, others) {
            line["other"] = Value::from(others);
        }
        line
    }
}

/// `bins[i]` is from edge i (included) to edge i + 1; what lies outside is told beside.
fn distribution_json(line: Option<&Line>, edges: &[f64], n: usize) -> Value {
    let mut all = line.map_or_else(Vec::new, |line| line.bins(edges));
    all.resize(n + 1, vec![0; edges.len() + 1]);
    let inside = |bins: &Vec<u64>| bins[1..edges.len()].to_vec();
    let whole = &all[n];
    json!({
        "edges": edges.iter().map(|edge| number(Some(*edge))).collect::<Vec<_>>(),
        "bins": inside(whole),
        "below": whole[0],
        "above": whole[edges.len()],
        "intervals": all[..n].iter().map(inside).collect::<Vec<_>>(),
    })
}

fn cohort_label(definition: &Definition) -> String {
    match definition {
        Definition::Cohort { name, .. } => name.name.clone(),
        _ => "people".to_owned(),
    }
}

fn run_up(points: &mut [Option<f64>]) {
    let mut sum = 0.0;
    for point in points.iter_mut() {
        sum += point.unwrap_or(0.0);
        *point = Some(sum);
    }
}
