//! Attempts, from events, bucket by bucket: who tried, by each person's starts, ends, steps and pages; then how long those were active and what stood in their way,
//! each by a request that reads nothing else.

use super::attempts::{Attempts, own_of};
use crate::{
    friction::{self, Signals},
    group::GroupKey,
    hashed::ByHash,
    memory::{Held, held},
    scan::{self, Bucket, Context, InBucket, Pick, Request, Rows, key_of_text, sessions_of},
};
use sillage_behavior::{
    AskError, Hit,
    filter::{Filter, Of, Test},
    friction::{Sign, Weights},
    question::{Scope, Selector, TaskQuestion},
    task::{
        PAGE_EVENTS,
        align::{Item, NO_STEP, Path, Way, align},
        judge::{Attempt, NEVER, Visited},
        walk::{ABANDON, COMPLETION, End, Event, Rules, START, Walk},
    },
};
use sillage_event::{DAY_MS, PersonId};
use std::{collections::HashMap, ops::Range};

/// Pages that are kept of one attempt.
const MOST_PAGES: usize = 1000;
/// The last part of a page's summary comes when the page goes.
const SUMMARY_LATER_MS: i64 = 3_600_000;

/// What an event is to the task, as bits.
mod is {
    pub(super) const START: u64 = 1;
    pub(super) const COMPLETION: u64 = 2;
    pub(super) const ABANDON: u64 = 4;
    pub(super) const PAGE: u64 = 8;
    /// The first step's.
    pub(super) const STEPS: usize = 4;
}

/// Side values of a row.
mod text {
    pub(super) const PAGE: usize = 0;
    pub(super) const RELEASE: usize = 1;
    /// From there on what else is asked of an attempt's first event.
    pub(super) const SHOWN: usize = 2;
}

/// Everything that was tried in a range.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) attempts: Attempts,
    /// Under way still.
    pub(super) open: Vec<Open>,
    /// The segments that `group` of an attempt numbers.
    pub(super) groups: Vec<Vec<GroupKey>>,
}

/// What was tried by the people of one bucket.
#[derive(Debug, Default)]
struct Part {
    attempts: Vec<Attempt>,
    open: Vec<Open>,
    groups: Vec<Vec<GroupKey>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) group: Option<u32>,
}

held! {
    Open {}
    Part { attempts, open, groups }
}

impl Held for Attempt {
    fn held(&self) -> usize {
        self.steps.len() * size_of::<u32>() + self.pages.len() * size_of::<Visited>() + self.shown.len() * size_of::<u64>()
    }
}

impl Tried {
    /// Of the parts of buckets, in order of these, which is the order of people too.
    fn of_parts(parts: Vec<Part>) -> Self {
        let mut all = Self::default();
        for mut part in parts {
            let before = all.groups.len() as u32;
            if before > 0 {
                let groups = part.attempts.iter_mut().map(|attempt| &mut attempt.group).chain(part.open.iter_mut().map(|open| &mut open.group));
                groups.flatten().for_each(|group| *group += before);
            }
            all.groups.extend(part.groups);
            all.open.extend(part.open);
            all.attempts.push(part.attempts);
        }
        all
    }

    /// The segments of an attempt.
    pub(super) fn segments(&self, group: Option<u32>) -> &[GroupKey] {
        group.and_then(|group| self.groups.get(group as usize)).map_or(&[], Vec::as_slice)
    }
}

/// A question about a task, made ready.
pub(super) struct Plan<'a> {
    pub(super) asked: &'a TaskQuestion,
    scope: &'a Scope,
    filter: Option<Filter>,
    pages: Selector,
    /// Views of a page, by its number, and what else the task asks for: each with what an event that fits is to it. Pages are read in any case, so that a rule
    /// that names one costs nothing.
    by_page: ByHash<u64, u64>,
    others: Vec<(&'a Selector, u64)>,
    path: Path,
    weights: Weights,
    rules: Rules,
    /// What else is asked of the first event of each attempt.
    shown: Vec<&'a str>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(context: &Context<'_>, scope: &'a Scope, asked: &'a TaskQuestion) -> Self {
        let filter = match (&scope.filter, &asked.task.filter) {
            (Some(one), Some(other)) => Some(Filter::All(vec![one.clone(), other.clone()])),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        let task = &asked.task;
        let rules = [(&task.start, is::START), (&task.completion, is::COMPLETION)].into_iter().chain(task.abandon.as_ref().map(|rule| (rule, is::ABANDON)));
        let steps = task.steps.iter().enumerate().map(|(at, step)| (&step.select, 1 << (is::STEPS + at)));
        let (mut by_page, mut others) = (ByHash::<u64, u64>::default(), Vec::new());
        for (select, bit) in rules.chain(steps) {
            match pages_of(select, &task.page) {
                Some(pages) => pages.into_iter().for_each(|page| *by_page.entry(key_of_text(page)).or_default() |= bit),
                None => others.push((select, bit)),
            }
        }
        Self {
            asked,
            scope,
            filter,
            by_page,
            others,
            pages: Selector { events: PAGE_EVENTS.map(str::to_owned).to_vec(), ..Selector::default() },
            path: asked.task.path(),
            weights: asked.weights.as_ref().map(|own| own.weights.clone()).unwrap_or_default(),
            rules: Rules { window_ms: asked.task.window_ms(), idle_ms: context.session_timeout_ms },
            shown: Vec::new(),
        }
    }

    pub(super) fn showing(self, shown: Vec<&'a str>) -> Self {
        Self { shown, ..self }
    }

    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// The attempts that begin in a range, scored.
    pub(super) fn tried(&self, context: &Context<'_>, range: (i64, i64)) -> Result<Tried, AskError> {
        let task = &self.asked.task;
        let range = (range.0.max(task.active_from.unwrap_or(i64::MIN)), range.1);
        // Who began before the range is on the way already; who begins in it may take as long as the window.
        let around = self.rules.window_ms.unwrap_or(DAY_MS);
        let (from, to) = (range.0.saturating_sub(around), range.1.saturating_add(around));
        let selects = [&self.pages].into_iter().chain(self.others.iter().map(|(select, _)| *select));
        let mut texts = vec![task.page.as_str(), self.asked.release.as_str()];
        texts.extend(&self.shown);
        let walked = Request {
            picks: selects.map(|select| Pick { select, from, to }).collect(),
            filter: self.filter(),
            breakdown: &self.scope.breakdown,
            words: texts.clone(),
            texts,
            sessions: true,
            by_person: true,
            in_order: true,
            ties: true,
            ..Request::default()
        };
        // No attempt goes on for longer after the last that was walked through.
        let span = (range.0, to.saturating_add(context.session_timeout_ms));
        let named = |names: &[&str]| Selector { events: names.iter().map(|name| (*name).to_owned()).collect(), ..Selector::default() };
        let (summary, signs, errors) = (named(&["$page_summary"]), named(&["$friction"]), named(&["$error", "$failed_request"]));
        let active = Request {
            picks: vec![Pick { select: &summary, from: span.0, to: span.1.saturating_add(SUMMARY_LATER_MS) }],
            numbers: vec!["$active_ms", "$elapsed_ms"],
            ..self.of_attempts()
        };
        let met = Request {
            picks: [&signs, &errors].map(|select| Pick { select, from: span.0, to: span.1 }).to_vec(),
            numbers: friction::NUMBERS.to_vec(),
            texts: friction::TEXTS.into_iter().chain([task.page.as_str()]).collect(),
            words: vec![friction::TEXTS[friction::text::SELECTOR], &task.page],
            ..self.of_attempts()
        };
        let signals = Signals::known();
        let collect = |people: &mut InBucket<'_, '_>| {
            let mut part = people.read(0, |bucket| Ok(self.walked(context, range, bucket)))?;
            if !part.attempts.is_empty() {
                people.read(1, |bucket| {
                    active_in(bucket, &mut part.attempts);
                    Ok(())
                })?;
                people.read(2, |bucket| {
                    self.met_in(bucket, &signals, &mut part.attempts);
                    Ok(())
                })?;
            }
            Ok(vec![part])
        };
        let append = |mut a: Vec<Part>, b: Vec<Part>| {
            a.extend(b);
            a
        };
        Ok(Tried::of_parts(scan::run_together(context, &[&walked, &active, &met], collect, append)?.unwrap_or_default()))
    }

    /// What else is read of people whose attempts are known.
    fn of_attempts(&self) -> Request<'_> {
        Request { filter: self.filter(), by_person: true, in_order: true, counts_nobody: true, ..Request::default() }
    }

    fn walked(&self, context: &Context<'_>, range: (i64, i64), bucket: &mut Bucket<'_>) -> Part {
        let mut part = Part::default();
        let mut groups: HashMap<u32, u32> = HashMap::new();
        let mut own = OfPerson::default();
        bucket.for_each_person(|rows, person| {
            own.what.clear();
            own.what.extend(person.hits.iter().map(|hit| self.what(rows, hit)));
            if own.what.iter().all(|what| what & (is::START | is::COMPLETION) == 0) {
                return;
            }
            sessions_of(context, rows, person.hits, &mut own.sessions);
            own.events.clear();
            let events = person.hits.iter().zip(&own.sessions).zip(&own.what);
            own.events.extend(events.map(|((hit, session), what)| Event { time: hit.time, what: event_bits(*what), session: *session }));
            own.walk.through(&own.events, self.rules);
            let before = part.attempts.len();
            for at in 0..own.walk.spans.len() {
                let span = own.walk.spans[at].clone();
                let member = |at: usize| person.hits[own.walk.order[at] as usize];
                let (first, last) = (member(span.members.start), member(span.members.end - 1));
                if !(range.0..range.1).contains(&first.time) {
                    continue;
                }
                let group = rows.group.get(first.row as usize).map(|group| {
                    *groups.entry(*group).or_insert_with(|| {
                        let members = rows.groups.members(group).iter();
                        part.groups.push(members.map(|member| rows.groups.keys[*member as usize].clone()).collect());
                        part.groups.len() as u32 - 1
                    })
                });
                let goes_on_until = self.rules.window_ms.map_or(last.time + context.session_timeout_ms, |ms| first.time + ms);
                let until = if span.end == End::RanOut { goes_on_until.min(last.time + context.session_timeout_ms) } else { last.time };
                if span.is_last && !context.is_over(goes_on_until) {
                    part.open.push(Open { group });
                    continue;
                }
                own.items(rows, person.hits, span.members.clone(), self.path);
                let attempt = own.attempt(rows, person.hits, span.members.clone(), self.path, context.session_timeout_ms);
                part.attempts.push(Attempt { person: person.id, end: span.end, is_unexpected: span.is_unexpected, until, group, ..attempt });
            }
            settle(&mut part.attempts[before..]);
        });
        part
    }

    /// Gives attempts the signs of friction in them, and errors.
    fn met_in(&self, bucket: &mut Bucket<'_>, signals: &Signals, attempts: &mut [Attempt]) {
        // Each with its page, and the view of it.
        let mut signs: Vec<(Sign, u64, u64)> = Vec::new();
        bucket.for_each_person(|rows, person| {
            let own = own_of(attempts, person.id);
            for attempt in &mut attempts[own] {
                signs.clear();
                let mut last = attempt.start;
                for hit in person.hits.iter().filter(|hit| (attempt.start..=attempt.until).contains(&hit.time)) {
                    let value = |field: usize| rows.texts[field][hit.row as usize];
                    last = hit.time;
                    attempt.errors += u32::from(hit.mask & 2 != 0);
                    if hit.mask & 1 != 0
                        && let Some(sign) = signals.sign(rows, hit.time, hit.row)
                    {
                        signs.push((sign, value(friction::TEXTS.len()), value(friction::text::PAGE_VIEW)));
                    }
                }
                if attempt.errors > 0 || !signs.is_empty() {
                    attempt.elapsed_ms = attempt.elapsed_ms.max(last - attempt.start);
                    attempt.score_signs(&signs, &self.weights);
                }
            }
        });
    }

    fn what(&self, rows: &Rows<'_>, hit: &Hit) -> u64 {
        let mut what = 0;
        if hit.mask & 1 != 0 {
            what = is::PAGE | self.by_page.get(&rows.texts[text::PAGE][hit.row as usize]).copied().unwrap_or(0);
        }
        let mut others = hit.mask >> 1;
        while others != 0 {
            what |= self.others[others.trailing_zeros() as usize].1;
            others &= others - 1;
        }
        what
    }
}

/// Gives attempts the time that people were active in them by page summaries, where there are some.
fn active_in(bucket: &mut Bucket<'_>, attempts: &mut [Attempt]) {
    // Of each attempt of one person: milliseconds, and when something was last told.
    let mut told: Vec<Option<(i64, i64)>> = Vec::new();
    bucket.for_each_person(|rows, person| {
        let own = own_of(attempts, person.id);
        let own = &mut attempts[own];
        if own.is_empty() {
            return;
        }
        told.clear();
        told.resize(own.len(), None);
        let mut before = i64::MIN;
        for hit in person.hits {
            let [active, elapsed] = [0, 1].map(|field| rows.numbers[field][hit.row as usize]);
            if !active.is_finite() {
                continue;
            }
            // From when on this part tells, and no earlier than the one before.
            let length = if elapsed.is_finite() { elapsed.clamp(0.0, 1e9) as i64 } else { i64::MAX };
            let began = hit.time.saturating_sub(length).max(before);
            before = hit.time;
            let length = (hit.time - began).max(1);
            let active = active.clamp(0.0, length as f64);
            for (attempt, told) in own.iter().zip(&mut told) {
                let overlap = hit.time.min(attempt.until) - began.max(attempt.start);
                if overlap > 0 {
                    let milliseconds = (active * overlap as f64 / length as f64).round() as i64;
                    *told = Some((told.map_or(0, |(sum, _)| sum) + milliseconds, hit.time.min(attempt.until)));
                }
            }
        }
        for (attempt, (milliseconds, last)) in own.iter_mut().zip(&told).filter_map(|(attempt, told)| Some((attempt, (*told)?))) {
            attempt.active_ms = milliseconds;
            attempt.elapsed_ms = attempt.elapsed_ms.max(last - attempt.start);
        }
    });
}

/// The pages whose views a rule means, if that is all that it means.
fn pages_of<'s>(select: &'s Selector, page: &str) -> Option<Vec<&'s str>> {
    if !select.alternatives.is_empty() {
        let all: Option<Vec<_>> = select.alternatives.iter().map(|one| pages_of(one, page)).collect();
        return all.map(|pages| pages.concat());
    }
    let Some(Filter::Property { property, of: Of::Event, test: Test::Is(pages) }) = &select.filter else { return None };
    let is_it = property == page && !select.first_time && select.events == PAGE_EVENTS;
    is_it.then(|| pages.iter().map(String::as_str).collect())
}

fn event_bits(what: u64) -> u8 {
    let bit = |is: u64, bit: u8| if what & is != 0 { bit } else { 0 };
    bit(is::START, START) | bit(is::COMPLETION, COMPLETION) | bit(is::ABANDON, ABANDON)
}

/// Puts one person's attempts in order. What happens after the next one began belongs to that.
fn settle(attempts: &mut [Attempt]) {
    attempts.sort_by_key(|attempt| (attempt.start, attempt.session));
    for at in 1..attempts.len() {
        let next = attempts[at].start;
        let attempt = &mut attempts[at - 1];
        if attempt.end == End::RanOut {
            attempt.until = attempt.until.min(next - 1).max(attempt.end_ms());
        }
    }
}

/// What is kept from person to person.
#[derive(Debug, Default)]
struct OfPerson {
    /// Of each hit.
    what: Vec<u64>,
    sessions: Vec<u32>,
    events: Vec<Event>,
    walk: Walk,
    items: Vec<Item>,
    /// The hit of each item.
    hit_of: Vec<u32>,
    table: Vec<u32>,
    of_item: Vec<u8>,
}

impl OfPerson {
    /// What a stretch consists of: pages, those seen twice in a row once, and events that are steps.
    fn items(&mut self, rows: &Rows<'_>, hits: &[Hit], members: Range<usize>, path: Path) {
        self.items.clear();
        self.hit_of.clear();
        let mut last_page = 0;
        let step_bits = (1u32 << path.n_steps) - 1;
        for at in members {
            let position = self.walk.order[at];
            let hit = hits[position as usize];
            let what = self.what[position as usize];
            let steps = (what >> is::STEPS) as u32 & step_bits;
            let page = if what & is::PAGE != 0 { rows.texts[text::PAGE][hit.row as usize] } else { 0 };
            let is_item = if page != 0 { page != last_page } else { steps != 0 };
            if !is_item {
                continue;
            }
            if page != 0 {
                last_page = page;
            }
            self.items.push(Item { page, steps });
            self.hit_of.push(position);
        }
    }

    fn attempt(&mut self, rows: &Rows<'_>, hits: &[Hit], members: Range<usize>, path: Path, timeout_ms: i64) -> Attempt {
        let hit_at = |at: usize| hits[self.walk.order[at] as usize];
        let (first, last) = (hit_at(members.start), hit_at(members.end - 1));
        let pauses = members.clone().skip(1).map(|at| hit_at(at).time - hit_at(at - 1).time).filter(|pause| *pause >= timeout_ms);
        let elapsed_ms = last.time - first.time;
        let active_ms = elapsed_ms - pauses.sum::<i64>();
        let way = if path.n_steps == 0 {
            self.of_item.clear();
            self.of_item.resize(self.items.len(), 0);
            Way { order_ok: true, ..Way::default() }
        } else {
            align(&self.items, path, &mut self.table, &mut self.of_item)
        };
        let at_ms = |position: u32| (hits[position as usize].time - first.time).min(i64::from(NEVER) - 1) as u32;
        let mut steps = vec![NEVER; path.n_steps].into_boxed_slice();
        for (step, position) in self.of_item.iter().zip(&self.hit_of) {
            if let Some(done) = steps.get_mut(usize::from(*step)) {
                *done = (*done).min(at_ms(*position));
            }
        }
        let pages = self.items.iter().zip(&self.of_item).zip(&self.hit_of).filter(|((item, _), _)| item.page != 0);
        let visited = pages.map(|((item, step), position)| Visited { page: item.page, at_ms: at_ms(*position), is_detour: *step == NO_STEP });
        let value = |field: usize| rows.texts[field][first.row as usize];
        Attempt {
            person: PersonId(0),
            start: first.time,
            elapsed_ms,
            until: last.time,
            active_ms,
            end: End::RanOut,
            is_unexpected: false,
            way,
            steps,
            pages: visited.take(MOST_PAGES).collect(),
            signs: Vec::new(),
            micro: 0,
            score: 0,
            counts: Default::default(),
            errors: 0,
            session: rows.session_key[first.row as usize],
            release: value(text::RELEASE),
            shown: rows.texts.get(text::SHOWN..).unwrap_or_default().iter().map(|texts| texts[first.row as usize]).collect(),
            group: None,
        }
    }
}
