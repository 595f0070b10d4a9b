//! What the runs of all participants add up to, task by task.
//!
//! Runs come as they were told by events, put together participant by participant. A task that was begun and never ended (the tab was closed) is in no rate, and is counted
//! beside them.

use super::{Task, UserTest};
use crate::survey::{Estimate, Histogram, Measured, Measures, mean, median, share, t_975};
use serde::Serialize;
use std::collections::BTreeMap;

/// With fewer, nothing is compared.
pub const FEWEST_TO_COMPARE: u64 = 5;
/// The mean of published studies, and what one in ten reaches (px.md 2.5).
pub const SUS_AVERAGE: f64 = 68.0;
pub const SUS_TOP_TENTH: f64 = 80.8;
/// Below so many times the geometric mean is the better middle (px.md 2.5).
const FEW_TIMES: usize = 25;
const MOST_PATHS: usize = 12;
/// Of lostness: two halves that are both as large as can be.
const MOST_LOST: f64 = std::f64::consts::SQRT_2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    /// Said to be done, and was not.
    Failed,
    GaveUp,
    TimedOut,
}

const OUTCOMES: [(&str, Outcome); 4] =
    [("success", Outcome::Success), ("failed", Outcome::Failed), ("gave_up", Outcome::GaveUp), ("timed_out", Outcome::TimedOut)];

impl Outcome {
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        OUTCOMES.iter().find(|(one, _)| *one == name).map(|(_, outcome)| *outcome)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        OUTCOMES.iter().find(|(_, outcome)| *outcome == self).map_or("", |(name, _)| name)
    }
}

/// One person's run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Participant {
    pub id: String,
    pub is_screened_out: bool,
    pub is_completed: bool,
    /// By task.
    pub tasks: BTreeMap<String, TaskRun>,
    pub sus: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskRun {
    /// None: begun, and not ended yet or ever.
    pub outcome: Option<Outcome>,
    /// Whether a success came by the expected path. None where there is none.
    pub direct: Option<bool>,
    pub elapsed_ms: f64,
    pub pages: Vec<String>,
    pub clicks: u64,
    pub misclicks: u64,
    pub lostness: Option<f64>,
    pub ease: Option<f64>,
}

/// What somebody answered in words or by choice, of a task or of the whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answer {
    pub task: Option<String>,
    pub question: String,
    pub kind: String,
    pub score: Option<f64>,
    pub choices: Vec<String>,
    pub text: Option<String>,
    pub skipped: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results {
    /// Agreed to take part.
    pub started: u64,
    pub screened_out: u64,
    pub completed: u64,
    /// Completed of those who were not screened out.
    pub completion_rate: Option<Estimate>,
    pub tasks: Vec<TaskResult>,
    pub sus: Measured,
    /// None under five answers.
    pub benchmark: Option<Benchmark>,
}

/// Where a score stands among published ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Benchmark {
    pub average: f64,
    pub top_tenth: f64,
    /// The interval lies wholly above or below the average; else nothing is clear.
    pub is_above: bool,
    pub is_below: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskResult {
    pub id: String,
    /// Ended, which the rates are of.
    pub n: u64,
    /// Begun and not ended.
    pub unfinished: u64,
    pub succeeded: u64,
    /// By the expected path, and by another; null where no path is expected.
    pub direct: Option<u64>,
    pub indirect: Option<u64>,
    pub failed: u64,
    pub gave_up: u64,
    pub timed_out: u64,
    pub success_rate: Option<Estimate>,
    pub direct_rate: Option<Estimate>,
    pub indirect_rate: Option<Estimate>,
    pub failed_rate: Option<Estimate>,
    pub gave_up_rate: Option<Estimate>,
    pub timed_out_rate: Option<Estimate>,
    /// Of those who succeeded, and of all who ended it.
    pub time: Option<TimeOnTask>,
    pub time_of_all: Option<TimeOnTask>,
    pub lostness: Option<Estimate>,
    pub n_lostness: u64,
    pub clicks: u64,
    pub misclicks: u64,
    /// Clicks on nothing that can be clicked, of all clicks.
    pub misclick_rate: Option<f64>,
    pub ease: Measured,
    /// The ways that were taken, the most taken first.
    pub paths: Vec<PathCount>,
    /// Runs on ways that are not listed.
    pub other_paths: u64,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeOnTask {
    pub n: u64,
    pub lower_quartile: f64,
    pub median: f64,
    pub upper_quartile: f64,
    /// Under 25 times the geometric mean with its interval, which is nearer to the middle of all people than the median of a few.
    pub geometric_mean: Option<Estimate>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PathCount {
    pub pages: Vec<String>,
    pub n: u64,
    pub succeeded: u64,
    pub is_direct: bool,
}

/// Adds up. Tasks that the test has no more are left out.
#[must_use]
pub fn fold(test: &UserTest, participants: &[Participant]) -> Results {
    let screened_out = count(participants, |one| one.is_screened_out);
    let completed = count(participants, |one| one.is_completed);
    let started = participants.len() as u64;
    let sus = measured(participants.iter().filter_map(|one| one.sus), (0.0, 100.0));
    Results {
        started,
        screened_out,
        completed,
        completion_rate: share(completed, (started - screened_out).max(completed)),
        tasks: test.tasks.iter().map(|task| fold_task(task, participants)).collect(),
        benchmark: sus.measures.score.filter(|_| sus.n >= FEWEST_TO_COMPARE).map(|score| Benchmark {
            average: SUS_AVERAGE,
            top_tenth: SUS_TOP_TENTH,
            is_above: score.low > SUS_AVERAGE,
            is_below: score.high < SUS_AVERAGE,
        }),
        sus,
    }
}

fn count<T>(all: &[T], is_counted: impl Fn(&T) -> bool) -> u64 {
    all.iter().filter(|one| is_counted(one)).count() as u64
}

fn fold_task(task: &Task, participants: &[Participant]) -> TaskResult {
    let begun: Vec<&TaskRun> = participants.iter().filter_map(|one| one.tasks.get(&task.id)).collect();
    let ended: Vec<&TaskRun> = begun.iter().copied().filter(|run| run.outcome.is_some()).collect();
    let n = ended.len() as u64;
    let of = |outcome: Outcome| count(&ended, |run| run.outcome == Some(outcome));
    let succeeded: Vec<&TaskRun> = ended.iter().copied().filter(|run| run.outcome == Some(Outcome::Success)).collect();
    // Runs of an earlier version may have been without a path.
    let has_path = succeeded.iter().any(|run| run.direct.is_some()) || (succeeded.is_empty() && !task.path.is_empty());
    let direct = has_path.then(|| count(&succeeded, |run| run.direct == Some(true)));
    let indirect = has_path.then(|| count(&succeeded, |run| run.direct == Some(false)));
    let (failed, gave_up, timed_out) = (of(Outcome::Failed), of(Outcome::GaveUp), of(Outcome::TimedOut));
    let lost: Vec<(f64, u64)> = ended.iter().filter_map(|run| run.lostness).map(|lostness| (lostness, 1)).collect();
    let (clicks, misclicks) = ended.iter().fold((0, 0), |(clicks, misclicks), run| (clicks + run.clicks, misclicks + run.misclicks.min(run.clicks)));
    let (paths, other_paths) = fold_paths(&ended);
    TaskResult {
        id: task.id.clone(),
        n,
        unfinished: begun.len() as u64 - n,
        succeeded: succeeded.len() as u64,
        direct,
        indirect,
        failed,
        gave_up,
        timed_out,
        success_rate: share(succeeded.len() as u64, n),
        direct_rate: direct.and_then(|direct| share(direct, n)),
        indirect_rate: indirect.and_then(|indirect| share(indirect, n)),
        failed_rate: share(failed, n),
        gave_up_rate: share(gave_up, n),
        timed_out_rate: share(timed_out, n),
        time: time_on_task(&succeeded),
        time_of_all: time_on_task(&ended),
        n_lostness: lost.len() as u64,
        lostness: mean(&lost, (0.0, MOST_LOST)),
        clicks,
        misclicks,
        misclick_rate: (clicks > 0).then(|| misclicks as f64 / clicks as f64),
        ease: measured(begun.iter().filter_map(|run| run.ease), (1.0, 7.0)),
        paths,
        other_paths,
    }
}

fn measured(scores: impl Iterator<Item = f64>, scale: (f64, f64)) -> Measured {
    let scores: Vec<(f64, u64)> = scores.filter(|score| (scale.0..=scale.1).contains(score)).map(|score| (score, 1)).collect();
    let histogram: &Histogram = &scores;
    let whole = mean(histogram, scale);
    Measured { n: scores.len() as u64, measures: Measures { score: whole, mean: whole, median: median(histogram), ..Measures::default() } }
}

fn time_on_task(runs: &[&TaskRun]) -> Option<TimeOnTask> {
    let mut times: Vec<f64> = runs.iter().map(|run| run.elapsed_ms).filter(|time| time.is_finite() && *time >= 0.0).collect();
    times.sort_by(f64::total_cmp);
    Some(TimeOnTask {
        n: times.len() as u64,
        lower_quartile: quantile(&times, 0.25)?,
        median: quantile(&times, 0.5)?,
        upper_quartile: quantile(&times, 0.75)?,
        geometric_mean: geometric_mean(&times).filter(|_| times.len() < FEW_TIMES),
    })
}

/// Of sorted values, between the two that lie around it. None of nothing.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len().checked_sub(1)?) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

/// `exp(mean ln ± t·s/√n)`. Of one time nothing is known of the spread, and there is none.
fn geometric_mean(times: &[f64]) -> Option<Estimate> {
    // A time of nothing has no logarithm, and takes a millisecond.
    let logs: Vec<f64> = times.iter().map(|time| time.max(1.0).ln()).collect();
    let n = logs.len() as f64;
    if n < 2.0 {
        return None;
    }
    let middle = logs.iter().sum::<f64>() / n;
    let spread = (logs.iter().map(|log| (log - middle).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let half = t_975(logs.len() as u64 - 1) * spread / n.sqrt();
    Some(Estimate { value: middle.exp(), low: (middle - half).exp(), high: (middle + half).exp() })
}

fn fold_paths(ended: &[&TaskRun]) -> (Vec<PathCount>, u64) {
    let mut counts: BTreeMap<&[String], PathCount> = BTreeMap::new();
    for run in ended.iter().filter(|run| !run.pages.is_empty()) {
        let path = counts.entry(&run.pages).or_insert_with(|| PathCount { pages: run.pages.clone(), n: 0, succeeded: 0, is_direct: false });
        path.n += 1;
        path.succeeded += u64::from(run.outcome == Some(Outcome::Success));
        path.is_direct |= run.outcome == Some(Outcome::Success) && run.direct == Some(true);
    }
    let mut paths: Vec<PathCount> = counts.into_values().collect();
    paths.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.pages.len().cmp(&b.pages.len())).then_with(|| a.pages.cmp(&b.pages)));
    let others = paths.iter().skip(MOST_PATHS).map(|path| path.n).sum();
    paths.truncate(MOST_PATHS);
    (paths, others)
}
