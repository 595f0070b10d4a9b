//! What the surveys of a task heard, and who left.

use super::gather::{OfPeople, Plan};
use crate::{
    memory::held,
    scan::{self, Bucket, Context, Pick, Request, key_of_text},
};
use sillage_behavior::{
    AskError,
    filter::{Filter, Of, Test},
    question::Selector,
    task::{CHURN, CSAT, LINKS, NPS, judge::Attempt},
};
use sillage_event::{DAY_MS, PersonId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Who tried so long before may be asked whether they would recommend it.
const NPS_WITHIN_MS: i64 = 90 * DAY_MS;
/// An answer of satisfaction is about an attempt so long before.
pub(super) const CSAT_WITHIN_MS: i64 = 7 * DAY_MS;
/// The last attempts of who left.
pub(super) const LOST_WITHIN_MS: i64 = 30 * DAY_MS;
/// Of a question of satisfaction where nobody says how many it has.
const CSAT_POINTS: u32 = 5;
/// By link: the kinds of questions whose score it means, the likeliest first. A survey that is linked twice may ask for both.
const KINDS: [&[&str]; LINKS.len()] = [
    &["seq", "ces", "rating", "csat", "thumbs", "umux_lite", "sus"],
    &["ces", "seq", "rating", "csat", "thumbs", "umux_lite", "sus"],
    &["rating", "csat", "ces", "seq", "thumbs", "nps"],
    &["thumbs", "rating", "csat", "ces", "seq", "nps"],
    &["nps"],
    &["csat"],
    &["rating", "csat", "ces", "seq", "thumbs", "nps"],
];
const PROMOTER: f64 = 9.0;
const PASSIVE: f64 = 7.0;

/// Side values of a row.
const TEXTS: [&str; 7] = ["$survey", "$survey_response", "$question_kind", "$choice", "$answer", "$session_id", "$item"];

/// What somebody said in one go.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) person: PersonId,
    /// Of the last answer.
    pub(super) time: i64,
    pub(super) link: usize,
    /// Texts are numbers, 0 where there is none.
    response: u64,
    pub(super) session: u64,
    pub(super) score: Option<f64>,
    /// Of the score among those that the link means.
    rank: usize,
    pub(super) choice: u64,
    pub(super) text: u64,
}

held! {
    Response {}
}

#[derive(Debug, Default)]
pub(super) struct Voices {
    /// In order of person and time.
    pub(super) responses: Vec<Response>,
    /// Answers of recommendation by who tried within ninety days before.
    pub(super) nps: Vec<usize>,
    /// Answers of satisfaction within seven days after an attempt.
    pub(super) csat: Vec<usize>,
    /// When people left, each once, the first time in the range.
    pub(super) lost: BTreeMap<PersonId, i64>,
    pub(super) scale: Scale,
}

/// How a question of satisfaction is read: the two best answers are satisfied, the middle and what is below it are not (px.md 2.5).
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    points: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { points: f64::from(CSAT_POINTS) }
    }
}

impl Scale {
    pub(super) fn is_satisfied(self, response: &Response) -> bool {
        !self.is_dissatisfied(response) && response.score.is_some_and(|score| score >= self.points - 1.0)
    }

    pub(super) fn is_dissatisfied(self, response: &Response) -> bool {
        response.score.is_some_and(|score| score <= 1.0 + ((self.points - 1.0) / 2.0).floor())
    }
}

impl Voices {
    pub(super) fn heard(context: &Context<'_>, plan: &Plan<'_>, range: (i64, i64), attempts: &[Attempt], of_person: &OfPeople) -> Result<Self, AskError> {
        let people = context.people();
        let scale = plan.asked.csat_points.map_or_else(Scale::default, |points| Scale { points: f64::from(points) });
        let mut voices = Self { responses: responses(context, plan, range)?, scale, ..Self::default() };
        voices.lost = left(context, plan, range)?;
        for response in voices.responses.iter().filter(|response| response.link == CHURN) {
            voices.lost.entry(response.person).and_modify(|time| *time = (*time).min(response.time)).or_insert(response.time);
        }
        let scored = |link: usize| move |(_, response): &(usize, &Response)| response.link == link && response.score.is_some();
        let asked: HashSet<PersonId> =
            [NPS, CSAT].into_iter().flat_map(|link| voices.responses.iter().enumerate().filter(scored(link))).map(|(_, one)| one.person).collect();
        if !asked.is_empty() {
            let tries = tries(context, plan, (range.0.saturating_sub(NPS_WITHIN_MS), range.1), &asked)?;
            let has_tried = |response: &Response, within: i64| {
                tries.get(&response.person).is_some_and(|times| times.iter().any(|time| (response.time - within..=response.time).contains(time)))
            };
            let nps = voices.responses.iter().enumerate().filter(scored(NPS)).filter(|(_, one)| has_tried(one, NPS_WITHIN_MS)).map(|(at, _)| at).collect();
            // A long attempt may have begun earlier and ended within.
            let csat = voices
                .responses
                .iter()
                .enumerate()
                .filter(scored(CSAT))
                .filter(|(_, one)| has_tried(one, CSAT_WITHIN_MS) || before(attempts, of_person, one.person, one.time, CSAT_WITHIN_MS).is_some());
            let csat = csat.map(|(at, _)| at).collect();
            (voices.nps, voices.csat) = (nps, csat);
        }
        context.forget_people();
        context.count_people(people.unwrap_or(0) as usize);
        Ok(voices)
    }
}

impl Response {
    pub(super) fn is_promoter(&self) -> bool {
        self.score.is_some_and(|score| score >= PROMOTER)
    }

    pub(super) fn is_passive(&self) -> bool {
        self.score.is_some_and(|score| (PASSIVE..PROMOTER).contains(&score))
    }
}

/// The last attempt of somebody that began before a time and ended no longer than so before it.
pub(super) fn before(attempts: &[Attempt], of_person: &OfPeople, person: PersonId, time: i64, within_ms: i64) -> Option<u32> {
    of_person.get(&person)?.clone().rev().find(|at| {
        let attempt = &attempts[*at as usize];
        attempt.start <= time && attempt.end_ms() >= time - within_ms
    })
}

fn responses(context: &Context<'_>, plan: &Plan<'_>, range: (i64, i64)) -> Result<Vec<Response>, AskError> {
    // One survey may be asked for several reasons: it is heard once for each.
    let mut surveys: HashMap<u64, Vec<usize>> = HashMap::new();
    for (link, id) in plan.asked.task.surveys.iter().enumerate() {
        if let Some(id) = id {
            surveys.entry(key_of_text(id)).or_default().push(link);
        }
    }
    if surveys.is_empty() {
        return Ok(Vec::new());
    }
    let ids = plan.asked.task.surveys.iter().flatten().cloned().collect();
    let answered = Selector {
        events: vec!["$survey_answered".to_owned()],
        filter: Some(Filter::Property { property: TEXTS[0].to_owned(), of: Of::Event, test: Test::Is(ids) }),
        ..Selector::default()
    };
    let request = Request {
        picks: vec![Pick { select: &answered, from: range.0, to: range.1 }],
        filter: plan.filter(),
        texts: TEXTS.to_vec(),
        words: vec!["$choice", "$answer", "$session_id"],
        numbers: vec!["$score"],
        by_person: true,
        in_order: true,
        ties: true,
        ..Request::default()
    };
    // By link: the kinds of questions whose scores are meant, the one that is meant first.
    let kinds: [Vec<u64>; LINKS.len()] = KINDS.map(|kinds| kinds.iter().map(|kind| key_of_text(kind)).collect());
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: Vec<Response> = Vec::new();
        bucket.for_each_person(|rows, person| {
            let first = found.len();
            for hit in person.hits {
                let [survey, response, kind, choice, answer, session, item] = [0, 1, 2, 3, 4, 5, 6].map(|field: usize| rows.texts[field][hit.row as usize]);
                let links = surveys.get(&survey).filter(|_| item == 0).map_or(&[][..], Vec::as_slice);
                for link in links.iter().copied() {
                    let at = match found[first..].iter().position(|one| one.link == link && one.response == response && response != 0) {
                        Some(at) => first + at,
                        None => {
                            let rank = usize::MAX;
                            found.push(Response { person: person.id, time: hit.time, link, response, session, score: None, rank, choice: 0, text: 0 });
                            found.len() - 1
                        }
                    };
                    let one = &mut found[at];
                    one.time = hit.time;
                    let score = rows.numbers[0][hit.row as usize];
                    let rank = kinds[link].iter().position(|wanted| *wanted == kind);
                    if let Some(rank) = rank.filter(|rank| score.is_finite() && *rank < one.rank) {
                        (one.score, one.rank) = (Some(score), rank);
                    }
                    if choice != 0 {
                        one.choice = choice;
                    } else if answer != 0 {
                        one.text = answer;
                    }
                }
            }
        });
        Ok(found)
    };
    let mut found = scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default();
    found.sort_by_key(|one| (one.person, one.time, one.link, one.response));
    Ok(found)
}

/// Who did the event of leaving, and when first.
fn left(context: &Context<'_>, plan: &Plan<'_>, range: (i64, i64)) -> Result<BTreeMap<PersonId, i64>, AskError> {
    let Some(churned) = &plan.asked.task.churned else { return Ok(BTreeMap::new()) };
    let picks = vec![Pick { select: churned, from: range.0, to: range.1 }];
    let request = Request { picks, filter: plan.filter(), by_person: true, in_order: true, ..Request::default() };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        bucket.for_each_person(|_, person| found.push((person.id, person.hits[0].time)));
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default().into_iter().collect())
}

/// When these people started or completed.
fn tries(context: &Context<'_>, plan: &Plan<'_>, range: (i64, i64), people: &HashSet<PersonId>) -> Result<HashMap<PersonId, Vec<i64>>, AskError> {
    let task = &plan.asked.task;
    let request = Request {
        picks: [&task.start, &task.completion].map(|select| Pick { select, from: range.0, to: range.1 }).to_vec(),
        filter: plan.filter(),
        by_person: true,
        in_order: true,
        ..Request::default()
    };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: HashMap<PersonId, Vec<i64>> = HashMap::new();
        bucket.for_each_person(|_, person| {
            if people.contains(&person.id) {
                found.insert(person.id, person.hits.iter().map(|hit| hit.time).collect());
            }
        });
        Ok(found)
    };
    let merge = |mut a: HashMap<PersonId, Vec<i64>>, b: HashMap<PersonId, Vec<i64>>| {
        a.extend(b);
        a
    };
    Ok(scan::run(context, &request, collect, merge)?.unwrap_or_default())
}
