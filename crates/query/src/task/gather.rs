//! Attempts, from events: who tried, by one pass over each person's starts, ends, steps and pages; then, for those only, how long they were active and what stood in
//! their way, each by a pass that reads nothing else.

use crate::{
    friction::{self, Signals},
    group::GroupKey,
    hashed::ByHash,
    memory::{Held, held},
    scan::{self, Bucket, Context, Pick, Request, Rows, key_of_text, sessions_of},
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
const DEVICE: &str = "$device_type";

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
    pub(super) const DEVICE: usize = 2;
}

/// Everything that was tried in a range.
#[derive(Debug, Default)]
pub(super) struct Tried {
    /// In order of person and start.
    pub(super) attempts: Vec<Attempt>,
    /// Under way still.
    pub(super) open: Vec<Open>,
    /// The segments that `group` of an attempt numbers.
    pub(super) groups: Vec<Vec<GroupKey>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) group: Option<u32>,
}

held! {
    Open {}
    Tried { attempts, open, groups }
}

impl Held for Attempt {
    fn held(&self) -> usize {
        self.steps.len() * size_of::<u32>() + self.pages.len() * size_of::<Visited>()
    }
}

impl Tried {
    /// Of the parts of buckets, in order of these, which is the order of people too.
    fn joined(parts: Vec<Self>) -> Self {
        let n = parts.iter().map(|part| part.attempts.len()).sum();
        let mut all = Self { attempts: Vec::with_capacity(n), ..Self::default() };
        for part in parts {
            let before = all.groups.len() as u32;
            let moved = |group: Option<u32>| group.map(|group| group + before);
            all.groups.extend(part.groups);
            all.attempts.extend(part.attempts.into_iter().map(|attempt| Attempt { group: moved(attempt.group), ..attempt }));
            all.open.extend(part.open.into_iter().map(|open| Open { group: moved(open.group) }));
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
    /// Whether the answer names the device of each attempt.
    shows_devices: bool,
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
            shows_devices: false,
        }
    }

    pub(super) fn with_devices(self) -> Self {
        Self { shows_devices: true, ..self }
    }

    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// The attempts that begin in a range, scored, in order of person and start.
    pub(super) fn tried(&self, context: &Context<'_>, range: (i64, i64)) -> Result<(Tried, OfPeople), AskError> {
        let range = (range.0.max(self.asked.task.active_from.unwrap_or(i64::MIN)), range.1);
        let mut tried = self.walked(context, range)?;
        let of_person = by_person(&tried.attempts);
        if tried.attempts.is_empty() {
            return Ok((tried, of_person));
        }
        let span = (range.0, tried.attempts.iter().map(|attempt| attempt.until).max().unwrap_or(range.1) + 1);
        let people = context.people();
        let active = self.active(context, span, &tried.attempts, &of_person)?;
        let met = self.met(context, span, &tried.attempts, &of_person)?;
        context.forget_people();
        context.count_people(people.unwrap_or(0) as usize);
        for one in active {
            let attempt = &mut tried.attempts[one.attempt as usize];
            attempt.active_ms = one.milliseconds;
            attempt.elapsed_ms = attempt.elapsed_ms.max(one.last - attempt.start);
        }
        for one in met {
            let attempt = &mut tried.attempts[one.attempt as usize];
            attempt.errors = one.errors;
            attempt.elapsed_ms = attempt.elapsed_ms.max(one.last - attempt.start);
            attempt.score_signs(&one.signs, &self.weights);
        }
        Ok((tried, of_person))
    }

    fn walked(&self, context: &Context<'_>, range: (i64, i64)) -> Result<Tried, AskError> {
        let task = &self.asked.task;
        // Who began before the range is on the way already; who begins in it may take as long as the window.
        let around = self.rules.window_ms.unwrap_or(DAY_MS);
        let (from, to) = (range.0.saturating_sub(around), range.1.saturating_add(around));
        let selects = [&self.pages].into_iter().chain(self.others.iter().map(|(select, _)| *select));
        let mut texts = vec![task.page.as_str(), self.asked.release.as_str()];
        texts.extend(self.shows_devices.then_some(DEVICE));
        let request = Request {
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
        let collect = |bucket: &mut Bucket<'_>| {
            let mut tried = Tried::default();
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
                let before = tried.attempts.len();
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
                            tried.groups.push(members.map(|member| rows.groups.keys[*member as usize].clone()).collect());
                            tried.groups.len() as u32 - 1
                        })
                    });
                    let goes_on_until = self.rules.window_ms.map_or(last.time + context.session_timeout_ms, |ms| first.time + ms);
                    let until = if span.end == End::RanOut { goes_on_until.min(last.time + context.session_timeout_ms) } else { last.time };
                    if span.is_last && !context.is_over(goes_on_until) {
                        tried.open.push(Open { group });
                        continue;
                    }
                    own.items(rows, person.hits, span.members.clone(), self.path);
                    let attempt = own.attempt(rows, person.hits, span.members.clone(), self.path, context.session_timeout_ms);
                    tried.attempts.push(Attempt { person: person.id, end: span.end, is_unexpected: span.is_unexpected, until, group, ..attempt });
                }
                settle(&mut tried.attempts[before..]);
            });
            Ok(vec![tried])
        };
        Ok(Tried::joined(scan::run(context, &request, collect, append)?.unwrap_or_default()))
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

    /// How long somebody was active in each attempt, by page summaries; only of attempts that have some.
    fn active(&self, context: &Context<'_>, span: (i64, i64), attempts: &[Attempt], of_person: &OfPeople) -> Result<Vec<Active>, AskError> {
        let summary = Selector { events: vec!["$page_summary".to_owned()], ..Selector::default() };
        let request = Request {
            picks: vec![Pick { select: &summary, from: span.0, to: span.1.saturating_add(SUMMARY_LATER_MS) }],
            filter: self.filter(),
            numbers: vec!["$active_ms", "$elapsed_ms"],
            by_person: true,
            in_order: true,
            ..Request::default()
        };
        let collect = |bucket: &mut Bucket<'_>| {
            let mut found: Vec<Active> = Vec::new();
            bucket.for_each_person(|rows, person| {
                let Some(own) = of_person.get(&person.id) else { return };
                let first = found.len();
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
                    for at in own.clone() {
                        let attempt = &attempts[at as usize];
                        let overlap = hit.time.min(attempt.until) - began.max(attempt.start);
                        if overlap > 0 {
                            let milliseconds = (active * overlap as f64 / length as f64).round() as i64;
                            match found[first..].iter_mut().find(|one| one.attempt == at) {
                                Some(one) => (one.milliseconds, one.last) = (one.milliseconds + milliseconds, hit.time.min(attempt.until)),
                                None => found.push(Active { attempt: at, milliseconds, last: hit.time.min(attempt.until) }),
                            }
                        }
                    }
                }
            });
            Ok(found)
        };
        Ok(scan::run(context, &request, collect, append)?.unwrap_or_default())
    }

    /// The signs of friction in each attempt, and errors; only of attempts that have some.
    fn met(&self, context: &Context<'_>, span: (i64, i64), attempts: &[Attempt], of_person: &OfPeople) -> Result<Vec<Happened>, AskError> {
        let named = |names: &[&str]| Selector { events: names.iter().map(|name| (*name).to_owned()).collect(), ..Selector::default() };
        let (signs, errors) = (named(&["$friction"]), named(&["$error", "$failed_request"]));
        let page = self.asked.task.page.as_str();
        let request = Request {
            picks: [&signs, &errors].map(|select| Pick { select, from: span.0, to: span.1 }).to_vec(),
            filter: self.filter(),
            numbers: friction::NUMBERS.to_vec(),
            texts: friction::TEXTS.into_iter().chain([page]).collect(),
            words: vec![friction::TEXTS[friction::text::SELECTOR], page],
            by_person: true,
            in_order: true,
            ..Request::default()
        };
        let signals = Signals::known();
        let collect = |bucket: &mut Bucket<'_>| {
            let mut found: Vec<Happened> = Vec::new();
            bucket.for_each_person(|rows, person| {
                let Some(own) = of_person.get(&person.id) else { return };
                for at in own.clone() {
                    let attempt = &attempts[at as usize];
                    let within = |hit: &&Hit| (attempt.start..=attempt.until).contains(&hit.time);
                    let mut happened = Happened { attempt: at, signs: Vec::new(), errors: 0, last: attempt.start };
                    for hit in person.hits.iter().filter(within) {
                        let value = |field: usize| rows.texts[field][hit.row as usize];
                        happened.last = hit.time;
                        happened.errors += u32::from(hit.mask & 2 != 0);
                        if hit.mask & 1 != 0
                            && let Some(sign) = signals.sign(rows, hit.time, hit.row)
                        {
                            happened.signs.push((sign, value(friction::TEXTS.len()), value(friction::text::PAGE_VIEW)));
                        }
                    }
                    if happened.errors > 0 || !happened.signs.is_empty() {
                        found.push(happened);
                    }
                }
            });
            Ok(found)
        };
        Ok(scan::run(context, &request, collect, append)?.unwrap_or_default())
    }
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

fn append<T>(mut a: Vec<T>, b: Vec<T>) -> Vec<T> {
    a.extend(b);
    a
}

/// Where somebody's attempts lie among all of them.
pub(super) type OfPeople = ByHash<PersonId, Range<u32>>;

/// Of attempts in order of person.
pub(super) fn by_person(attempts: &[Attempt]) -> OfPeople {
    let mut of_person = OfPeople::default();
    let mut from = 0;
    for own in attempts.chunk_by(|a, b| a.person == b.person) {
        of_person.insert(own[0].person, from..from + own.len() as u32);
        from += own.len() as u32;
    }
    of_person
}

#[derive(Clone, Copy, Debug)]
struct Active {
    attempt: u32,
    milliseconds: i64,
    /// When something was last told.
    last: i64,
}

#[derive(Debug)]
struct Happened {
    attempt: u32,
    /// Each with its page, and the view of it.
    signs: Vec<(Sign, u64, u64)>,
    errors: u32,
    last: i64,
}

held! {
    Active {}
}

impl Held for Happened {
    fn held(&self) -> usize {
        self.signs.capacity() * size_of::<(Sign, u64, u64)>()
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
            device: if rows.texts.len() > text::DEVICE { value(text::DEVICE) } else { 0 },
            group: None,
        }
    }
}
