//! What was said of some attempts, as one line that stands beside others: would they recommend it, were they satisfied, did they leave.

use super::{
    PROMOTERS_WITHIN_MS,
    gather::OfPeople,
    scorecard::share,
    voice::{CSAT_WITHIN_MS, LOST_WITHIN_MS, Response, Voices, before},
};
use serde_json::{Value, json};
use sillage_behavior::{
    survey::nps,
    task::{findings::Part, judge::Attempt},
};
use sillage_event::PersonId;
use std::collections::HashSet;

/// Of the answers about attempts that are in it; an answer whose attempt lies before the range is about none.
pub(super) fn of(voices: &Voices, attempts: &[Attempt], of_person: &OfPeople, is_in: &dyn Fn(Option<&Attempt>) -> bool) -> Value {
    let about = |person: PersonId, time: i64, within_ms: i64| is_in(before(attempts, of_person, person, time, within_ms).map(|at| &attempts[at as usize]));
    let answers = |of: &[usize], within_ms: i64| {
        let all = of.iter().map(|at| &voices.responses[*at]);
        all.filter(|one| about(one.person, one.time, within_ms)).collect::<Vec<&Response>>()
    };
    let recommending = answers(&voices.nps, PROMOTERS_WITHIN_MS);
    let count = |is: fn(&Response) -> bool| recommending.iter().filter(|one| is(one)).count() as u64;
    let (promoters, passives, n) = (count(Response::is_promoter), count(Response::is_passive), recommending.len() as u64);
    let rated = answers(&voices.csat, CSAT_WITHIN_MS);
    let part = |is: &dyn Fn(&Response) -> bool| Part { count: rated.iter().filter(|one| is(one)).count() as u64, n: rated.len() as u64 };
    let lost = voices.lost.iter().filter(|(person, time)| about(**person, **time, LOST_WITHIN_MS)).count() as u64;
    let retained: HashSet<PersonId> = attempts.iter().filter(|one| is_in(Some(one)) && !voices.lost.contains_key(&one.person)).map(|one| one.person).collect();
    json!({
        "nps": nps(promoters, passives, n - promoters - passives).map_or(Value::Null, |one| json!({"value": one.value, "low": one.low, "high": one.high})),
        "promoters": share(Part { count: promoters, n }),
        "csat_low": share(part(&|one| voices.scale.is_dissatisfied(one))),
        "satisfied": share(part(&|one| voices.scale.is_satisfied(one))),
        "lost": share(Part { count: lost, n: lost + retained.len() as u64 }),
    })
}
