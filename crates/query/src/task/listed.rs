//! Attempts as a list, in the order in which they are worth watching.

use super::{
    Scene,
    gather::Plan,
    voice::{CSAT_WITHIN_MS, Response},
};
use crate::{
    behind::learn_sessions,
    group::{GroupKey, GroupValue},
    scan::Context,
    trend::number,
};
use serde_json::{Map, Value, json};
use sillage_behavior::{
    AskError,
    friction::FACTORS,
    question::{Attempts, Scope, Selector},
    task::{
        LINKS, Sort,
        judge::{Attempt, NEVER},
        walk::End,
    },
};
use sillage_event::{recording, time};
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    sync::Arc,
};

const MOST_PAGES: usize = 200;

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, question: &Attempts) -> Result<Value, AskError> {
    let asked = &question.of;
    let plan = Plan::new(context, scope, asked).with_devices();
    let scene = Scene::new(context, &plan)?;
    let segment = match question.breakdown.as_slice() {
        [] => None,
        values if values.len() == scope.breakdown.len() => Some(GroupKey::Values(values.iter().map(GroupValue::from_json).collect())),
        _ => return Err(AskError::invalid("at.breakdown", format!("names one value for each of the {} parts of the breakdown", scope.breakdown.len()))),
    };
    let mut found = scene.behind(&question.at, segment.as_ref())?;
    let index = context.recordings()?;
    let recorded: HashMap<u64, &Arc<recording::Row>> = index.rows.iter().map(|row| (row.session_key, row)).collect();
    if question.recorded {
        found.retain(|at| recorded.contains_key(&scene.tried.attempts[*at as usize].session));
    }
    let count = found.len();
    let mut people: Vec<_> = found.iter().map(|at| scene.tried.attempts[*at as usize].person).collect();
    people.sort_unstable();
    people.dedup();
    sort(&scene, question.sort, &mut found);
    let listed: Vec<u32> = found.into_iter().skip(question.skip).take(asked.limit).collect();

    // The client names a session with the event that began the attempt.
    let wanted: HashSet<u64> = listed.iter().map(|at| scene.tried.attempts[*at as usize].session).filter(|key| *key != 0).collect();
    if !wanted.is_empty() {
        let alternatives = vec![asked.task.start.clone(), asked.task.completion.clone()];
        learn_sessions(context, &Selector { alternatives, ..Selector::default() }, wanted)?;
    }
    let rows = listed.iter().map(|at| row(&scene, *at, &recorded)).collect::<Result<Vec<Value>, AskError>>()?;
    Ok(json!({"count": count, "people": people.len(), "attempts": rows, "slow_from_seconds": number(scene.rule.slow_from_ms.map(|ms| ms / 1000.0))}))
}

fn sort(scene: &Scene<'_>, by: Sort, found: &mut [u32]) {
    let attempts = &scene.tried.attempts;
    let one = |at: &u32| &attempts[*at as usize];
    // Among equals the latest.
    found.sort_by_key(|at| (Reverse(one(at).start), one(at).person));
    match by {
        Sort::Latest => {}
        Sort::Shortest => found.sort_by_key(|at| one(at).active_ms),
        Sort::Longest => found.sort_by_key(|at| Reverse(one(at).active_ms)),
        Sort::Score => found.sort_by_key(|at| Reverse(one(at).micro)),
        Sort::RageClicks => found.sort_by_key(|at| (Reverse(one(at).counts[0]), Reverse(one(at).micro))),
        Sort::ExitPage => {
            let mut ended: HashMap<u64, u64> = HashMap::new();
            found.iter().for_each(|at| *ended.entry(one(at).exit_page()).or_default() += 1);
            found.sort_by_cached_key(|at| (Reverse(ended[&one(at).exit_page()]), scene.word_order(one(at).exit_page())));
        }
        Sort::RarePage => {
            let mut seen: HashMap<u64, u64> = HashMap::new();
            for attempt in attempts {
                let pages: HashSet<u64> = attempt.pages.iter().map(|visited| visited.page).collect();
                pages.into_iter().for_each(|page| *seen.entry(page).or_default() += 1);
            }
            found.sort_by_cached_key(|at| one(at).pages.iter().map(|visited| seen[&visited.page]).min().unwrap_or(u64::MAX));
        }
        Sort::Rating => found.sort_by_cached_key(|at| {
            let lowest = answers(scene, *at).filter_map(|answer| answer.score).min_by(f64::total_cmp);
            lowest.map_or(i64::MAX, |score| (score * 1000.0) as i64)
        }),
    }
}

/// What the person answered within seven days after an attempt, before the next.
fn answers<'s>(scene: &'s Scene<'_>, at: u32) -> impl Iterator<Item = &'s Response> {
    let attempts = &scene.tried.attempts;
    let attempt = &attempts[at as usize];
    let next = attempts.get(at as usize + 1).filter(|next| next.person == attempt.person).map_or(i64::MAX, |next| next.start);
    let until = (attempt.end_ms() + CSAT_WITHIN_MS).min(next.saturating_sub(1));
    let responses = &scene.voices.responses;
    let from = responses.partition_point(|one| (one.person, one.time) < (attempt.person, attempt.start));
    responses[from..].iter().take_while(move |one| one.person == attempt.person && one.time <= until)
}

fn row(scene: &Scene<'_>, at: u32, recorded: &HashMap<u64, &Arc<recording::Row>>) -> Result<Value, AskError> {
    let attempt: &Attempt = &scene.tried.attempts[at as usize];
    let task = &scene.asked.task;
    let seconds = |milliseconds: i64| number(Some(milliseconds as f64 / 1000.0));
    let steps = task.steps.iter().zip(attempt.steps.iter()).filter(|(_, at_ms)| **at_ms != NEVER);
    let signals = FACTORS.iter().zip(attempt.counts).filter(|(_, n)| *n > 0).map(|((name, ..), n)| ((*name).to_owned(), Value::from(n)));
    let pages = attempt.pages.iter().take(MOST_PAGES);
    let recording =
        recorded.get(&attempt.session).map(|row| json!({"session": &*row.session, "moment_ms": (attempt.start - row.start).clamp(0, row.duration_ms())}));
    let said = answers(scene, at).map(|one| {
        json!({"link": LINKS[one.link], "score": number(one.score), "choice": scene.word(one.choice), "text": scene.word(one.text), "time": time::to_rfc3339(one.time)})
    });
    let mandatory = scene.rule.n_mandatory;
    Ok(json!({
        "person": scene.context.name_of(attempt.person)?,
        "session": scene.word(attempt.session),
        "start": time::to_rfc3339(attempt.start),
        "end": time::to_rfc3339(attempt.end_ms()),
        "elapsed_seconds": seconds(attempt.elapsed_ms),
        "active_seconds": seconds(attempt.active_ms),
        "class": scene.rule.class(attempt).name(),
        "end_by": match attempt.end {
            End::Completed => "completed",
            End::Abandoned => "abandoned",
            End::RanOut => "window",
        },
        "unexpected_start": attempt.is_unexpected,
        "adherence": number((mandatory > 0).then(|| f64::from(attempt.way.done) / f64::from(mandatory))),
        "detours": attempt.way.detours,
        "order_ok": attempt.way.order_ok,
        "lostness": number(attempt.way.lostness),
        "steps": steps.map(|(step, at_ms)| json!({"id": step.id, "seconds": seconds(i64::from(*at_ms))})).collect::<Value>(),
        "pages": pages.map(|one| json!({"page": scene.word(one.page), "seconds": seconds(i64::from(one.at_ms)), "detour": one.is_detour})).collect::<Value>(),
        "exit_page": scene.word(attempt.exit_page()),
        "score": attempt.score,
        "signals": signals.collect::<Map<_, _>>(),
        "errors": attempt.errors,
        "release": scene.word(attempt.release),
        "device": scene.word(attempt.device),
        "answers": said.collect::<Value>(),
        "recording": recording,
    }))
}
