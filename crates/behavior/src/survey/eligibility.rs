//! Whether a survey is shown to somebody now, and why not (px.md 2.7).
//!
//! One function of facts, without a clock: the tag decides by it in the page, the server explains by it. Every step says how it ended, so that a person can be told all that
//! stands in the way, and not only what came first. What is not known leaves a step open; the tag knows everything.

use super::{Device, Show, Survey, Visitor, page};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// What happened between a person and a survey: milliseconds, UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// In order of time.
    pub shown: Vec<i64>,
    /// The latest of each.
    pub answered: Option<i64>,
    pub completed: Option<i64>,
    pub dismissed: Option<i64>,
}

/// What is known at the moment of deciding. None is not known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    pub now: i64,
    pub is_running: bool,
    /// Complete answers so far.
    pub answers: u64,
    /// The instants of `limits`.
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub page: Option<String>,
    pub device: Option<Device>,
    pub triggered: Option<bool>,
    pub history: History,
    /// When any other survey was shown last.
    pub other_shown: Option<i64>,
    pub shown_in_session: bool,
    /// It was begun in this visit, and goes on.
    pub in_progress: bool,
    pub visitor: Option<Visitor>,
    pub language: Option<String>,
    pub in_cohort: Option<bool>,
    /// What the lot is drawn for: the survey and the device.
    pub lot: Option<String>,
    pub consent: Option<bool>,
    pub busy: Option<bool>,
}

/// A step, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Running,
    Page,
    Device,
    Trigger,
    Frequency,
    Quiet,
    Audience,
    Sample,
    Consent,
    Busy,
}

/// Why a step says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    NotRunning,
    NotYet,
    Over,
    Full,
    OtherPage,
    OtherDevice,
    NotTriggered,
    Answered,
    AnsweredLately,
    ShownOnce,
    ShownEnough,
    ClosedLately,
    OtherShownLately,
    ShownInSession,
    OtherVisitors,
    OtherLanguage,
    OtherCohort,
    NotDrawn,
    NoConsent,
    OtherVisible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct State {
    pub step: Step,
    /// None where it depends on what is not known.
    pub passes: Option<bool>,
    #[serde(default)]
    pub reason: Option<Reason>,
    /// The earliest moment at which this step may say yes.
    #[serde(default)]
    pub until: Option<i64>,
}

/// Whether it is shown; none where that depends on what is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub shown: Option<bool>,
    pub steps: Vec<State>,
}

impl Decision {
    /// What stands in the way first.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.steps.iter().find(|step| step.passes == Some(false)).and_then(|step| step.reason)
    }
}

type Verdict = Result<Option<bool>, (Reason, Option<i64>)>;

/// Decides.
#[must_use]
pub fn decide(survey: &Survey, facts: &Facts) -> Decision {
    let verdicts: [(Step, Verdict); 10] = [
        (Step::Running, running(survey, facts)),
        (Step::Page, known(facts.page.as_deref().map(|address| page::fits(&survey.pages, address)), Reason::OtherPage)),
        (Step::Device, device(survey, facts)),
        (Step::Trigger, known(facts.triggered, Reason::NotTriggered)),
        (Step::Frequency, frequency(survey, facts)),
        (Step::Quiet, quiet(survey, facts)),
        (Step::Audience, audience(survey, facts)),
        (Step::Sample, sample(survey, facts)),
        (Step::Consent, known(facts.consent, Reason::NoConsent)),
        (Step::Busy, known(facts.busy.map(|busy| !busy), Reason::OtherVisible)),
    ];
    let steps: Vec<State> = verdicts
        .into_iter()
        .map(|(step, verdict)| match verdict {
            Ok(passes) => State { step, passes, reason: None, until: None },
            Err((reason, until)) => State { step, passes: Some(false), reason: Some(reason), until },
        })
        .collect();
    let shown =
        if steps.iter().any(|step| step.passes == Some(false)) { Some(false) } else { steps.iter().all(|step| step.passes == Some(true)).then_some(true) };
    Decision { shown, steps }
}

fn known(passes: Option<bool>, reason: Reason) -> Verdict {
    if passes == Some(false) { Err((reason, None)) } else { Ok(passes) }
}

fn running(survey: &Survey, facts: &Facts) -> Verdict {
    let is_full = survey.limits.answers.is_some_and(|most| facts.answers >= u64::from(most));
    match () {
        () if !facts.is_running => Err((Reason::NotRunning, None)),
        () if facts.from.is_some_and(|from| facts.now < from) => Err((Reason::NotYet, facts.from)),
        () if facts.to.is_some_and(|to| facts.now >= to) => Err((Reason::Over, None)),
        () if is_full => Err((Reason::Full, None)),
        () => Ok(Some(true)),
    }
}

fn device(survey: &Survey, facts: &Facts) -> Verdict {
    if survey.audience.devices.is_empty() {
        return Ok(Some(true));
    }
    known(facts.device.map(|device| survey.audience.devices.contains(&device)), Reason::OtherDevice)
}

/// The clock of this survey. What was shown counts from the last answer on.
fn frequency(survey: &Survey, facts: &Facts) -> Verdict {
    let rule = survey.frequency;
    if rule.show == Show::Always || facts.in_progress {
        return Ok(Some(true));
    }
    let history = &facts.history;
    let answered = history.answered.max(history.completed);
    if let Some(answered) = answered {
        let Some(days) = rule.renew_after_days else { return Err((Reason::Answered, None)) };
        let until = answered + i64::from(days) * DAY_MS;
        if facts.now < until {
            return Err((Reason::AnsweredLately, Some(until)));
        }
    }
    let since = answered.unwrap_or(i64::MIN);
    let shown: Vec<i64> = history.shown.iter().copied().filter(|shown| *shown > since).collect();
    let Some(last) = shown.iter().copied().chain(history.dismissed.filter(|dismissed| *dismissed > since)).max() else { return Ok(Some(true)) };
    if rule.show == Show::Once {
        return Err((Reason::ShownOnce, None));
    }
    if shown.len() as u64 > u64::from(rule.again) {
        return Err((Reason::ShownEnough, None));
    }
    let until = last + i64::from(rule.again_after_days) * DAY_MS;
    if facts.now < until { Err((Reason::ClosedLately, Some(until))) } else { Ok(Some(true)) }
}

/// The clock of all surveys.
fn quiet(survey: &Survey, facts: &Facts) -> Verdict {
    if facts.in_progress {
        return Ok(Some(true));
    }
    if survey.frequency.once_a_session && facts.shown_in_session {
        return Err((Reason::ShownInSession, None));
    }
    let until = facts.other_shown.map(|shown| shown + i64::from(survey.frequency.quiet_days) * DAY_MS);
    match until {
        Some(until) if facts.now < until => Err((Reason::OtherShownLately, Some(until))),
        _ => Ok(Some(true)),
    }
}

fn audience(survey: &Survey, facts: &Facts) -> Verdict {
    let audience = &survey.audience;
    let visitor = audience.visitors.map(|wanted| facts.visitor.map(|visitor| visitor == wanted));
    let reads = |language: &String| audience.languages.iter().any(|wanted| language == wanted || language.starts_with(&format!("{wanted}-")));
    let language = (!audience.languages.is_empty()).then(|| facts.language.as_ref().map(reads));
    let cohort = audience.cohort.as_ref().map(|rule| facts.in_cohort.map(|inside| inside == rule.inside));
    let parts = [(visitor, Reason::OtherVisitors), (language, Reason::OtherLanguage), (cohort, Reason::OtherCohort)];
    if let Some((_, reason)) = parts.iter().find(|(passes, _)| *passes == Some(Some(false))) {
        return Err((*reason, None));
    }
    Ok(if parts.iter().any(|(passes, _)| *passes == Some(None)) { None } else { Some(true) })
}

fn sample(survey: &Survey, facts: &Facts) -> Verdict {
    if survey.sample >= 100.0 {
        return Ok(Some(true));
    }
    known(facts.lot.as_deref().map(|text| f64::from(lot(text)) < survey.sample * 100.0), Reason::NotDrawn)
}

/// A number below 10,000 that a text always draws: FNV-1a, mixed once more so that texts which differ little do not draw alike.
#[must_use]
pub fn lot(text: &str) -> u32 {
    let mut hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^= hash >> 16;
    hash % 10_000
}
