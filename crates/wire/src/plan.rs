//! The step that holds an accepted event against the project's tracking plan. Without a plan there is no step.

use crate::{
    event_line::event_line,
    refusal::{Reason, Stage},
};
use serde_json::Value;
use sillage_event::{Event, QUARANTINE, Refused};
use sillage_plan::{Compiled, Fate, Rule, Tally, Verdict, Violation};
use std::sync::Arc;

/// On an event that breaks a rule about which the plan warns: the rules, each with its property.
const WARNINGS: &str = "$plan_warnings";

/// The plan of a project, as it is in force.
#[derive(Clone, Debug)]
pub struct PlanInForce {
    pub rules: Arc<Compiled>,
    /// Whether the quarantine takes more. Where it is full, what would go there is refused before anything is promised.
    pub has_room: bool,
}

/// What becomes of an event that is not refused.
pub(crate) enum Judged {
    Kept,
    Apart(Refused),
    Dropped,
}

/// Where an event came from, for what is kept apart.
pub(crate) struct Arrival<'a> {
    pub(crate) received_at: i64,
    pub(crate) index: u32,
    pub(crate) group_types: &'a [String],
}

pub(crate) fn judge(plan: &PlanInForce, event: &mut Event, tally: &mut Tally, arrival: &Arrival<'_>) -> Result<Judged, Reason> {
    let verdict = plan.rules.check(&event.name, &event.properties);
    if verdict.violations.is_empty() {
        return Ok(Judged::Kept);
    }
    tally.add(&event.name, &event.properties, &verdict);
    match verdict.fate {
        Fate::Drop => Ok(Judged::Dropped),
        Fate::Reject => Err(reason(&verdict)),
        Fate::Quarantine if !plan.has_room => Err(Reason {
            stage: Stage::Plan,
            code: "quarantine_full",
            field: None,
            message: "the tracking plan keeps such events apart, and there is no room for more; release or drop what waits there".to_owned(),
        }),
        Fate::Keep | Fate::Warn | Fate::Quarantine => {
            let apart = (verdict.fate == Fate::Quarantine).then(|| reason(&verdict));
            let warnings: Option<Vec<Value>> = (verdict.fate == Fate::Warn).then(|| verdict.violations.iter().map(warning).collect());
            let blocked: Vec<String> = verdict.blocked().map(str::to_owned).collect();
            for name in blocked {
                event.properties.remove(&name);
            }
            if let Some(warnings) = warnings {
                event.properties.insert(WARNINGS.to_owned(), Value::Array(warnings));
            }
            Ok(apart.map_or(Judged::Kept, |reason| Judged::Apart(kept_apart(reason, event, arrival))))
        }
    }
}

/// As the import form, so that it is the same event when it is released: with its time, its ids and its place.
fn kept_apart(reason: Reason, event: &Event, arrival: &Arrival<'_>) -> Refused {
    let mut line = Vec::new();
    event_line(event, arrival.group_types, &mut line);
    Refused {
        at: arrival.received_at,
        source: "/v1/events".to_owned(),
        stage: QUARANTINE.to_owned(),
        code: reason.code.to_owned(),
        field: reason.field,
        message: reason.message,
        index: arrival.index,
        raw: String::from_utf8_lossy(line.trim_ascii_end()).into_owned(),
        parameters: String::new(),
        journal_sequence: None,
    }
}

fn reason(verdict: &Verdict<'_>) -> Reason {
    let worst = verdict.reason();
    let rule = worst.map_or(Rule::UnplannedEvent, |violation| violation.rule);
    let field = worst.and_then(|violation| violation.property).map_or_else(|| "event".to_owned(), |name| format!("properties.{name}"));
    Reason { stage: Stage::Plan, code: rule.code(), field: Some(field), message: rule.message().to_owned() }
}

fn warning(violation: &Violation<'_>) -> Value {
    Value::from(violation.property.map_or_else(|| violation.rule.name().to_owned(), |name| format!("{} {name}", violation.rule.name())))
}
