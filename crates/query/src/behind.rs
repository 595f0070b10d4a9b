//! The people behind a cell of an answer.

use crate::{
    attribution, cohort, driver, error, feature, frequency, friction,
    funnel::{self, Reached},
    group::{GroupKey, GroupValue},
    heatmap, impact, journey, lifecycle, quantile, retention,
    scan::{self, Context, Pick, Request, context::SessionBehind},
    sessions, trend, vital,
};
use serde_json::{Map, Value, json};
use sillage_behavior::{
    AskError,
    question::{Kind, People, Place, Selector},
};
use sillage_event::{PersonId, time};
use std::collections::HashSet;

pub(crate) fn answer(context: &Context<'_>, people: &People, inner: cohort::InnerContext<'_, '_>) -> Result<Value, AskError> {
    let found = found_at(context, people, inner)?;
    let counted = found.len();
    let found = each_once(found);
    let count = found.len();
    let first = people.after.map_or(0, |after| found.partition_point(|(id, _)| *id <= after));
    let last = found.len().min(first + people.limit);
    let next = found[first..last].last().filter(|_| last < found.len()).map(|(id, _)| format!("{:016x}", id.0));
    let values = people.properties.iter().map(|name| Ok((name, context.person_property(name)?))).collect::<Result<Vec<_>, AskError>>()?;
    let mut list = Vec::new();
    for (id, times) in found.into_iter().skip(first).take(people.limit) {
        let mut person = json!({"id": context.name_of(id)?});
        if !times.is_empty() {
            person["times"] = times.into_iter().map(time::to_rfc3339).collect();
        }
        if !values.is_empty() {
            person["properties"] = values.iter().filter_map(|(name, of)| Some(((*name).clone(), of.get(&id)?.clone()))).collect::<Map<_, _>>().into();
        }
        list.push(person);
    }
    let mut answer = json!({"count": count, "people": list, "next": next});
    if matches!(people.at.place, Place::Retention { cohort: None, .. }) {
        answer["counted"] = counted.into();
    }
    let sessions = context.take_sessions();
    if !sessions.is_empty() {
        answer["sessions_in_all"] = sessions.len().into();
        answer["sessions"] = sessions_json(context, sessions, people.limit)?;
    }
    Ok(answer)
}

/// The sessions behind the cell, the worst first, by the ids that clients gave them; those without an id by person and time alone.
fn sessions_json(context: &Context<'_>, mut sessions: Vec<SessionBehind>, limit: usize) -> Result<Value, AskError> {
    sessions.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(b.time.cmp(&a.time)).then(a.person.cmp(&b.person)));
    sessions.truncate(limit);
    let wanted: HashSet<u64> = sessions.iter().map(|session| session.key).filter(|key| *key != 0).collect();
    let events = ["$page_summary", "$friction", "$web_vitals", "$error", "$failed_request"].map(str::to_owned).to_vec();
    let of_the_tag = Selector { events, ..Selector::default() };
    let (from, to) = context.range;
    let request = Request {
        picks: vec![Pick { select: &of_the_tag, from, to }],
        texts: vec!["$session_id"],
        words: vec!["$session_id"],
        only_words: Some(wanted),
        ..Request::default()
    };
    let n_people = context.people();
    scan::run(context, &request, |_| Ok(()), |(), ()| ())?;
    debug_assert_eq!(n_people, context.people(), "names are looked for among rows, not people");
    let mut list = Vec::with_capacity(sessions.len());
    for session in sessions {
        let id = context.word(session.key).map_or(Value::Null, |id| Value::from(&*id));
        list.push(json!({"id": id, "person": context.name_of(session.person)?, "time": time::to_rfc3339(session.time)}));
    }
    Ok(Value::Array(list))
}

/// Everybody behind the cell, each once and in order, with the times of their attempt if they made one.
pub(crate) fn people_at(context: &Context<'_>, people: &People, inner: cohort::InnerContext<'_, '_>) -> Result<Vec<Reached>, AskError> {
    Ok(each_once(found_at(context, people, inner)?))
}

fn each_once(mut found: Vec<Reached>) -> Vec<Reached> {
    found.sort();
    found.dedup_by_key(|one| one.0);
    found
}

/// Everybody behind the cell, as often as its number counts them where all cohorts are taken together.
fn found_at(context: &Context<'_>, people: &People, inner: cohort::InnerContext<'_, '_>) -> Result<Vec<Reached>, AskError> {
    let with_edges = quantile::with_edges(context, &people.of.kind, &people.of.scope)?;
    let scope = &*with_edges;
    let n_parts = if matches!(&people.of.kind, Kind::Trend(trend) if trend.attribution.is_some()) { 1 } else { scope.breakdown.len() };
    let segment = match people.at.breakdown.as_slice() {
        [] => None,
        values if values.len() == n_parts => Some(GroupKey::Values(values.iter().map(GroupValue::from_json).collect())),
        _ => return Err(AskError::invalid("at.breakdown", format!("names one value for each of the {n_parts} parts of the breakdown"))),
    };
    let segment = if people.at.other { Some(GroupKey::Other) } else { segment };
    let segment = segment.as_ref();
    Ok(match (&people.of.kind, &people.at.place) {
        (Kind::Funnel(funnel), Place::Funnel(cell)) => funnel::people_at(context, scope, funnel, *cell, segment)?,
        (Kind::Trend(one), Place::Trend { series, time, between, compared }) => without_times(match (&one.attribution, &one.series[*series].people) {
            (Some(given), _) => attribution::people_at(context, scope, one, given, *series, *time, segment)?,
            (None, Some(definition)) => trend::members_at(context, one, definition, *time, *compared, inner)?,
            (None, None) => trend::people_at(context, scope, one, trend::At { series: *series, time: *time, between: *between, compared: *compared, segment })?,
        }),
        (Kind::Retention(one), Place::Retention { cohort, period }) => without_times(retention::people_at(context, scope, one, *cohort, *period, segment)?),
        (Kind::Frequency(one), Place::Frequency { n, period, gap }) => {
            without_times(frequency::people_at(context, scope, one, frequency::At { n: *n, period: *period, gap: *gap, segment })?)
        }
        (Kind::Lifecycle(one), Place::Lifecycle { interval, status }) => without_times(lifecycle::people_at(context, scope, one, *interval, *status)?),
        (Kind::Journey(one), Place::Journey(cell)) => without_times(journey::people_at(context, scope, one, cell, segment)?),
        (Kind::Sessions(_), Place::Sessions) => without_times(sessions::people_at(context, scope, segment)?),
        (Kind::Impact(one), Place::Impact { adopters }) => without_times(impact::people_at(context, scope, one, *adopters)?),
        (Kind::Driver(one), Place::Driver(cell)) => without_times(driver::people_at(context, scope, one, cell)?),
        (Kind::Feature(one), Place::Feature { position, users }) => without_times(feature::people_at(context, scope, one, *position, *users)?),
        (Kind::Friction(one), Place::Friction(cell)) => without_times(friction::people_at(context, scope, one, cell, segment)?),
        (Kind::Heatmap(one), Place::Heatmap(cell)) => without_times(heatmap::people_at(context, scope, one, cell)?),
        (Kind::Vital(one), Place::Vital(cell)) => without_times(vital::people_at(context, scope, one, cell, segment)?),
        (Kind::Error(one), Place::Error(cell)) => without_times(error::people_at(context, scope, one, cell)?),
        (Kind::Cohort(one), Place::Cohort) => without_times(cohort::known_members(context, one, inner)?),
        _ => return Err(AskError::invalid("at", "is not a cell of this kind of answer")),
    })
}

fn without_times(people: Vec<PersonId>) -> Vec<Reached> {
    people.into_iter().map(|id| (id, Vec::new())).collect()
}
