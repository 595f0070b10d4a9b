//! Conversion through steps: counts, times between steps, evolution, segments compared.
//!
//! `dropped` of a step is who reached the required step before it and not this one.

use crate::{
    group::{GroupKey, GroupValue, check_count},
    memory::held,
    scan::{self, Bucket, Context, Person, Pick, Request, Rows, sessions_of},
    trend::{intervals, number},
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::Intervals,
    funnel::{Finder, NOT_REACHED, PlainFinder, Rules},
    question::{Aggregate, Attribute, CountBy, Funnel, FunnelCell, Order, Scope, Window},
    session::NO_SESSION,
    statistics,
};
use sillage_event::{DAY_MS, PersonId};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A person reached a step of a cell: who, and when each step reached was done.
pub(crate) type Reached = (PersonId, Vec<i64>);

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, funnel: &Funnel) -> Result<Value, AskError> {
    let plan = Plan::new(context, funnel)?;
    let keep = match scope.top.filter(|_| !scope.breakdown.is_empty()) {
        Some(top) => Some(scan::top_groups(context, plan.request(scope, None), top)?),
        None => None,
    };
    let request = plan.request(scope, keep.as_ref().map(|kept| Arc::clone(&kept.0)));
    let tallies = scan::run(context, &request, |bucket| plan.partial(bucket), merge)?.unwrap_or_default();
    check_count(tallies.len())?;
    plan.check_cells(context, tallies.len())?;
    Ok(plan.write(context, scope, tallies, keep.map(|kept| kept.1)))
}

/// Who reached a step (or was lost before it), in an interval, in a segment; or whose time or figure lies where the cell says.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, funnel: &Funnel, cell: FunnelCell, segment: Option<&GroupKey>) -> Result<Vec<Reached>, AskError> {
    let FunnelCell { step, interval, dropped, seconds, between } = cell;
    let plan = Plan::new(context, funnel)?;
    let wanted = match (interval, &plan.intervals) {
        (None, _) => None,
        (Some(start), Some(intervals)) => match intervals.index(start) {
            Some(slot) => Some(slot),
            None => return Ok(Vec::new()),
        },
        (Some(_), None) => return Err(AskError::invalid("at.interval", "the funnel was not asked by interval")),
    };
    let keep = match scope.top.filter(|_| segment == Some(&GroupKey::Other)) {
        Some(top) => Some(scan::top_groups(context, plan.request(scope, None), top)?.0),
        None => None,
    };
    let request = plan.request(scope, keep);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found: Vec<Reached> = Vec::new();
        plan.each_attempt(bucket, |rows, id, attempt| {
            let there = attempt.steps[step] != NOT_REACHED;
            let reached = if dropped { !there && plan.previous_required(step).is_some_and(|previous| attempt.steps[previous] != NOT_REACHED) } else { there };
            let lies_in =
                |figure: Option<f64>, stretch: Option<(f64, f64)>| stretch.is_none_or(|(low, high)| figure.is_some_and(|one| low <= one && one < high));
            if attempt.interval != wanted || !reached || found.last().is_some_and(|(last, _)| *last == id) {
                return;
            }
            if !lies_in(seconds.and_then(|_| plan.seconds_to_convert(&attempt)), seconds)
                || !lies_in(between.and_then(|_| plan.between(rows, &attempt)), between)
            {
                return;
            }
            let in_segment = match segment {
                None => attempt.overall,
                Some(segment) => attempt.groups.iter().any(|group| rows.groups.keys[*group as usize] == *segment),
            };
            if in_segment {
                let times = attempt.steps.iter().filter(|position| **position != NOT_REACHED).map(|position| attempt.hits[*position as usize].time).collect();
                found.push((id, times));
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

struct Plan<'a> {
    funnel: &'a Funnel,
    range: (i64, i64),
    /// Steps may fall until here.
    until: i64,
    needs_sessions: bool,
    intervals: Option<Intervals>,
}

/// An attempt as a tally sees it.
#[derive(Clone, Copy)]
struct Counted<'a> {
    hits: &'a [Hit],
    steps: &'a [u32],
    /// Whether it is the person's attempt for the overall line.
    overall: bool,
    groups: &'a [u32],
    interval: Option<usize>,
}

impl Counted<'_> {
    fn time_of(&self, step: usize) -> Option<i64> {
        let position = self.steps[step];
        (position != NOT_REACHED).then(|| self.hits[position as usize].time)
    }
}

/// Hits in order with the session of each, if sessions matter.
type Stream<'h> = (Cow<'h, [Hit]>, Cow<'h, [u32]>);

/// What is added up for one segment.
#[derive(Clone, Debug, Default)]
struct Tally {
    steps: Vec<u64>,
    /// Seconds since the step before.
    seconds: Vec<Vec<f64>>,
    intervals: Vec<Vec<u64>>,
    converting: Vec<f64>,
    /// Of the events that served each step.
    sums: Vec<f64>,
    /// A figure of what came between two steps, for every attempt that did both and has one.
    between: Vec<f64>,
}

held! {
    Tally { steps, seconds, intervals, converting, sums, between }
}

type Tallies = HashMap<GroupKey, Tally>;

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, funnel: &'a Funnel) -> Result<Self, AskError> {
        let needs_sessions = funnel.count == CountBy::Session || matches!(funnel.window, Window::Sessions(_));
        let longest = match funnel.window {
            Window::Milliseconds(ms) => ms,
            Window::Sessions(n) => i64::from(n).saturating_mul(DAY_MS).max(366 * DAY_MS),
        };
        let intervals = funnel.interval.map(|unit| intervals(context, "interval", unit, context.range)).transpose()?;
        let range = context.range;
        Ok(Self { funnel, range, until: range.1.saturating_add(longest), needs_sessions, intervals })
    }

    fn request(&self, scope: &'a Scope, keep: Option<Arc<HashSet<GroupKey>>>) -> Request<'a> {
        let excluded = self.funnel.exclude.iter().map(|exclusion| &exclusion.select);
        let selects = self.funnel.steps.iter().chain(excluded).chain(self.funnel.between.iter().map(|between| &between.select));
        let between = self.funnel.between.as_ref().and_then(|between| between.measure.as_ref());
        let numbers = between.iter().filter(|(aggregate, _)| *aggregate != Aggregate::Distinct).map(|(_, property)| property.as_str());
        let strict = self.funnel.order == Order::Strict;
        Request {
            picks: selects.map(|select| Pick { select, from: self.range.0, to: self.until }).collect(),
            filter: scope.filter.as_ref(),
            stream: (strict || self.needs_sessions).then(|| (if self.needs_sessions { self.range.0.saturating_sub(DAY_MS) } else { self.range.0 }, self.until)),
            breakdown: &scope.breakdown,
            keep,
            hold: &self.funnel.hold,
            numbers: self.funnel.sum.iter().map(String::as_str).chain(numbers).collect(),
            texts: between.iter().filter(|(aggregate, _)| *aggregate == Aggregate::Distinct).map(|(_, property)| property.as_str()).collect(),
            sessions: self.needs_sessions,
            by_person: true,
            in_order: true,
            ..Request::default()
        }
    }

    fn rules(&self) -> Rules {
        let n = self.funnel.steps.len();
        Rules {
            n_steps: n,
            order: self.funnel.order,
            window: self.funnel.window,
            count: self.funnel.count,
            first_attempt_only: self.funnel.first_attempt_only,
            ties_later: self.funnel.ties_later,
            exclusions: self.funnel.exclude.iter().map(|exclusion| (exclusion.after, exclusion.before)).collect(),
            optional: (0..n).map(|step| self.funnel.optional.contains(&step)).collect(),
        }
    }

    fn previous_required(&self, step: usize) -> Option<usize> {
        (0..step).rev().find(|previous| !self.funnel.optional.contains(previous))
    }

    fn each_attempt(&self, bucket: &mut Bucket<'_>, mut each: impl FnMut(&Rows<'_>, PersonId, Counted<'_>)) {
        if let Some(mut finder) =
            PlainFinder::new(&self.rules()).filter(|_| self.funnel.between.is_none() && self.is_simple(&bucket.rows) && bucket.is_one_pick_a_row())
        {
            let (mut hits, mut steps, mut reached) = (Vec::new(), Vec::new(), Vec::new());
            bucket.for_each_starter_by_pick(|rows, id, lists| {
                let best = finder.best(lists, self.range);
                if best.is_empty() {
                    return;
                }
                hits.clear();
                hits.extend(best.iter().enumerate().map(|(step, (time, row))| Hit { time: *time, mask: 1 << step, row: *row }));
                steps.clear();
                steps.extend((0..lists.len()).map(|step| if step < best.len() { step as u32 } else { NOT_REACHED }));
                let group = self.attributed(rows, &hits, &steps, &mut reached);
                let groups = group.as_ref().map_or(&[][..], |group| rows.groups.members(group));
                each(rows, id, Counted { hits: &hits, steps: &steps, overall: true, groups, interval: None });
            });
            return;
        }
        let mut finder = Finder::new(self.rules());
        let mut sessions: Vec<u32> = Vec::new();
        let mut reached: Vec<u32> = Vec::new();
        let context = bucket.context;
        let mut in_sessions: Vec<Hit> = Vec::new();
        bucket.for_each_person(|rows, person| {
            let mut hits = person.hits;
            if self.needs_sessions {
                sessions_of(context, rows, hits, &mut sessions);
                if sessions.contains(&NO_SESSION) {
                    // What lies in no session serves no step of an attempt in sessions.
                    in_sessions.clear();
                    in_sessions.extend(hits.iter().zip(&sessions).filter(|(_, session)| **session != NO_SESSION).map(|(hit, _)| *hit));
                    sessions.retain(|session| *session != NO_SESSION);
                    hits = &in_sessions;
                }
            }
            let person = Person { hits, ..person };
            if self.is_simple(rows) {
                finder.attempts(person.hits, &sessions, self.range, &mut |steps| {
                    let group = self.attributed(rows, person.hits, steps, &mut reached);
                    let groups = group.as_ref().map_or(&[][..], |group| rows.groups.members(group));
                    each(rows, person.id, Counted { hits: person.hits, steps, overall: true, groups, interval: None });
                });
                return;
            }
            let streams = self.streams(rows, person.hits, &sessions);
            let Some(intervals) = &self.intervals else {
                self.person(rows, &mut finder, &streams, None, self.range, &mut |counted| each(rows, person.id, counted));
                return;
            };
            if self.funnel.count != CountBy::Person {
                // Attempts are what they are; each also counts in the interval in which it began.
                self.person(rows, &mut finder, &streams, None, self.range, &mut |counted| {
                    let began = counted.steps.iter().filter(|step| **step != NOT_REACHED).map(|step| counted.hits[*step as usize].time).min();
                    let interval = began.and_then(|began| intervals.index(began));
                    each(rows, person.id, Counted { interval, ..counted });
                    each(rows, person.id, counted);
                });
                return;
            }
            self.person(rows, &mut finder, &streams, None, self.range, &mut |counted| each(rows, person.id, counted));
            let starts = if self.funnel.order == Order::Any { (1u64 << self.funnel.steps.len()) - 1 } else { 1 };
            let mut last = None;
            for hit in person.hits.iter().filter(|hit| hit.mask & starts != 0 && hit.time >= self.range.0 && hit.time < self.range.1) {
                let slot = intervals.index(hit.time);
                if slot != last {
                    last = slot;
                    let Some(i) = slot else { continue };
                    let range = (intervals.starts[i].max(self.range.0), intervals.end_of(i).min(self.range.1));
                    self.person(rows, &mut finder, &streams, slot, range, &mut |counted| each(rows, person.id, counted));
                }
            }
        });
    }

    /// Each person or attempt counts as it is found: nothing to hold, to repeat by interval, or to look for once a value.
    fn is_simple(&self, rows: &Rows<'_>) -> bool {
        let once_a_value = !rows.group.is_empty() && self.funnel.count == CountBy::Person && matches!(self.funnel.attribute, Attribute::Step(_));
        self.funnel.hold.is_empty() && self.intervals.is_none() && !once_a_value
    }

    /// A person's hits, or one part for each value that is held.
    fn streams<'h>(&self, rows: &Rows<'_>, hits: &'h [Hit], sessions: &'h [u32]) -> Vec<Stream<'h>> {
        if self.funnel.hold.is_empty() {
            return vec![(Cow::Borrowed(hits), Cow::Borrowed(sessions))];
        }
        let mut values: Vec<u64> = Vec::new();
        for hit in hits {
            let held = rows.hold[hit.row as usize];
            if held != 0 && !values.contains(&held) {
                values.push(held);
            }
        }
        values
            .into_iter()
            .map(|value| {
                let kept = |position: &usize| rows.hold[hits[*position].row as usize] == value;
                let positions: Vec<usize> = (0..hits.len()).filter(kept).collect();
                let own_sessions = if sessions.is_empty() { Vec::new() } else { positions.iter().map(|position| sessions[*position]).collect() };
                (positions.iter().map(|position| hits[*position]).collect(), Cow::Owned(own_sessions))
            })
            .collect()
    }

    /// The attempts of one person that start in `range`: those for the overall line, and those for segments.
    fn person(
        &self,
        rows: &Rows<'_>,
        finder: &mut Finder,
        streams: &[Stream<'_>],
        interval: Option<usize>,
        range: (i64, i64),
        each: &mut dyn FnMut(Counted<'_>),
    ) {
        let broken_down = !rows.group.is_empty();
        // One person counts once, with the attempt that got furthest, whatever value is held; segments are told apart below.
        let mut best: Option<(usize, Vec<u32>)> = None;
        let mut segments: Vec<(u32, usize, Vec<u32>)> = Vec::new();
        let by_person = self.funnel.count == CountBy::Person;
        let mut reached = Vec::new();
        for (s, (hits, sessions)) in streams.iter().enumerate() {
            finder.attempts(hits, sessions, range, &mut |steps| {
                let group = self.attributed(rows, hits, steps, &mut reached);
                let groups = group.as_ref().map_or(&[][..], |group| rows.groups.members(group));
                if !by_person {
                    each(Counted { hits, steps, overall: true, groups, interval });
                    return;
                }
                let level = |steps: &[u32]| steps.iter().rposition(|step| *step != NOT_REACHED);
                let start = |hits: &[Hit], steps: &[u32]| steps.iter().find(|step| **step != NOT_REACHED).map(|step| hits[*step as usize].time);
                let better = |other: &(usize, Vec<u32>)| {
                    let theirs = (level(&other.1), std::cmp::Reverse(start(&streams[other.0].0, &other.1)));
                    (level(steps), std::cmp::Reverse(start(hits, steps))) > theirs
                };
                if broken_down && !self.funnel.hold.is_empty() {
                    for group in groups.iter().copied() {
                        match segments.iter_mut().find(|one| one.0 == group) {
                            Some(one) if better(&(one.1, one.2.clone())) => *one = (group, s, steps.to_vec()),
                            Some(_) => {}
                            None => segments.push((group, s, steps.to_vec())),
                        }
                    }
                }
                if best.as_ref().is_none_or(better) {
                    best = Some((s, steps.to_vec()));
                }
            });
        }
        let Some((s, steps)) = best else { return };
        let hits = &streams[s].0;
        if !broken_down {
            each(Counted { hits, steps: &steps, overall: true, groups: &[], interval });
            return;
        }
        each(Counted { hits, steps: &steps, overall: true, groups: &[], interval });
        if !self.funnel.hold.is_empty() {
            for (group, s, steps) in segments {
                each(Counted { hits: &streams[s].0, steps: &steps, overall: false, groups: &[group], interval });
            }
            return;
        }
        if let Attribute::Step(step) = self.funnel.attribute {
            self.by_value_of_step(rows, finder, &streams[s], step, interval, range, each);
            return;
        }
        let group = self.attributed(rows, hits, &steps, &mut reached);
        let groups = group.as_ref().map_or(&[][..], |group| rows.groups.members(group));
        each(Counted { hits, steps: &steps, overall: false, groups, interval });
    }

    /// One attempt for each value that a person's events of one step have: only those events serve the step.
    #[expect(clippy::too_many_arguments, reason = "a branch of `person`, named for reading")]
    fn by_value_of_step(
        &self,
        rows: &Rows<'_>,
        finder: &mut Finder,
        (hits, sessions): &Stream<'_>,
        step: usize,
        interval: Option<usize>,
        range: (i64, i64),
        each: &mut dyn FnMut(Counted<'_>),
    ) {
        let bit = 1u64 << step;
        let mut values: Vec<u32> = Vec::new();
        for hit in hits.iter().filter(|hit| hit.mask & bit != 0) {
            for group in rows.groups.members(&rows.group[hit.row as usize]) {
                if !values.contains(group) {
                    values.push(*group);
                }
            }
        }
        for value in values {
            let only: Vec<Hit> = hits
                .iter()
                .map(|hit| {
                    let has = rows.groups.members(&rows.group[hit.row as usize]).contains(&value);
                    Hit { mask: if has { hit.mask } else { hit.mask & !bit }, ..*hit }
                })
                .collect();
            finder.attempts(&only, sessions, range, &mut |steps| {
                each(Counted { hits: &only, steps, overall: false, groups: &[value], interval });
            });
        }
    }

    /// The segment, or several at once, that an attempt belongs to.
    fn attributed(&self, rows: &Rows<'_>, hits: &[Hit], steps: &[u32], reached: &mut Vec<u32>) -> Option<u32> {
        if rows.group.is_empty() {
            return None;
        }
        reached.clear();
        reached.extend(steps.iter().filter(|position| **position != NOT_REACHED));
        reached.sort_unstable();
        let group_at = |position: &u32| rows.group[hits[*position as usize].row as usize];
        let is_set = |group: &u32| rows.groups.members(group).iter().any(|member| rows.groups.keys[*member as usize].is_set());
        match self.funnel.attribute {
            Attribute::First => reached.iter().map(group_at).find(is_set).or_else(|| reached.first().map(group_at)),
            Attribute::Last => reached.iter().rev().map(group_at).find(is_set).or_else(|| reached.last().map(group_at)),
            Attribute::Step(step) => (steps[step] != NOT_REACHED).then(|| group_at(&steps[step])),
        }
    }

    /// Whether so many segments are not too many numbers.
    fn check_cells(&self, context: &Context<'_>, n_segments: usize) -> Result<(), AskError> {
        let n_intervals = self.intervals.as_ref().map_or(0, Intervals::len);
        context.check_cells(n_segments, self.funnel.steps.len() * (n_intervals + 1))
    }

    fn partial(&self, bucket: &mut Bucket<'_>) -> Result<Tallies, AskError> {
        self.check_cells(bucket.context, bucket.rows.groups.keys.len() + 1)?;
        let mut overall = self.empty();
        let mut by_group: Vec<Option<Tally>> = Vec::new();
        self.each_attempt(bucket, |rows, _, counted| {
            if counted.overall {
                self.add(&mut overall, rows, &counted);
            }
            for group in counted.groups {
                let at = *group as usize;
                if by_group.len() <= at {
                    by_group.resize_with(at + 1, || None);
                }
                self.add(by_group[at].get_or_insert_with(|| self.empty()), rows, &counted);
            }
        });
        let mut tallies = Tallies::new();
        tallies.insert(GroupKey::overall(), overall);
        for (group, tally) in by_group.into_iter().enumerate() {
            if let Some(tally) = tally {
                tallies.insert(bucket.rows.groups.keys[group].clone(), tally);
            }
        }
        Ok(tallies)
    }

    fn empty(&self) -> Tally {
        let n = self.funnel.steps.len();
        let n_intervals = self.intervals.as_ref().map_or(0, Intervals::len);
        Tally { steps: vec![0; n], seconds: vec![Vec::new(); n], intervals: vec![vec![0; n]; n_intervals], sums: vec![0.0; n], ..Tally::default() }
    }

    fn add(&self, tally: &mut Tally, rows: &Rows<'_>, counted: &Counted<'_>) {
        let counts = match counted.interval {
            Some(interval) => &mut tally.intervals[interval],
            None => &mut tally.steps,
        };
        for (step, position) in counted.steps.iter().enumerate() {
            if *position != NOT_REACHED {
                counts[step] += 1;
            }
        }
        if counted.interval.is_some() {
            return;
        }
        for step in 1..counted.steps.len() {
            let before = (0..step).rev().find_map(|earlier| counted.time_of(earlier));
            if let (Some(at), Some(before)) = (counted.time_of(step), before) {
                tally.seconds[step].push((at - before) as f64 / 1000.0);
            }
        }
        if self.funnel.sum.is_some() {
            for (step, position) in counted.steps.iter().enumerate().filter(|(_, position)| **position != NOT_REACHED) {
                let number = rows.numbers[0][counted.hits[*position as usize].row as usize];
                tally.sums[step] += if number.is_nan() { 0.0 } else { number };
            }
        }
        tally.between.extend(self.between(rows, counted));
        tally.converting.extend(self.seconds_to_convert(counted));
    }

    /// From one step to another, if an attempt did both and the question asks for it.
    fn seconds_to_convert(&self, counted: &Counted<'_>) -> Option<f64> {
        let convert = self.funnel.time_to_convert.as_ref()?;
        Some((counted.time_of(convert.to)? - counted.time_of(convert.from)?) as f64 / 1000.0)
    }

    /// The figure of what an attempt did strictly between two steps, other than its steps.
    fn between(&self, rows: &Rows<'_>, counted: &Counted<'_>) -> Option<f64> {
        let between = self.funnel.between.as_ref()?;
        let (from, to) = (counted.time_of(between.from)?, counted.time_of(between.to)?);
        let bit = 1u64 << (self.funnel.steps.len() + self.funnel.exclude.len());
        let is_between =
            |(position, hit): &(usize, &Hit)| hit.mask & bit != 0 && from < hit.time && hit.time < to && !counted.steps.contains(&(*position as u32));
        let own = counted.hits.iter().enumerate().filter(is_between).map(|(_, hit)| hit.row as usize);
        match &between.measure {
            None => Some(own.count() as f64),
            Some((Aggregate::Distinct, _)) => Some(own.map(|row| rows.texts[0][row]).filter(|key| *key != 0).collect::<HashSet<_>>().len() as f64),
            Some((aggregate, _)) => {
                let at = usize::from(self.funnel.sum.is_some());
                let mut numbers: Vec<f64> = own.map(|row| rows.numbers[at][row]).filter(|number| !number.is_nan()).collect();
                statistics::aggregate(*aggregate, &mut numbers)
            }
        }
    }

    fn write(&self, context: &Context<'_>, scope: &Scope, mut tallies: Tallies, others: Option<usize>) -> Value {
        let overall_key = GroupKey::overall();
        let overall = tallies.remove(&overall_key).unwrap_or_else(|| self.empty());
        let edges = self.edges(&overall);
        let control = self.control(scope, &tallies);
        let mut keys: Vec<(GroupKey, Tally)> =
            tallies.into_iter().filter(|(_, tally)| tally.steps[0] > 0 || tally.intervals.iter().any(|counts| counts[0] > 0)).collect();
        keys.sort_by(|a, b| {
            let rank = |one: &(GroupKey, Tally)| (matches!(one.0, GroupKey::Other), std::cmp::Reverse(one.1.steps[0]));
            rank(a).cmp(&rank(b)).then_with(|| a.0.order(&b.0))
        });
        let shared = Shared { overall: &overall, control: control.as_ref(), edges: edges.as_deref(), between: self.between_edges(&overall), others };
        let mut groups = vec![self.group_json(context, scope, &overall_key, &overall, &shared)];
        for (key, tally) in &keys {
            groups.push(self.group_json(context, scope, key, tally, &shared));
        }
        let mut answer = json!({"groups": groups});
        if self.intervals.is_some() {
            answer["intervals"] = self.intervals_json(context, &overall);
        }
        answer
    }

    fn group_json(&self, context: &Context<'_>, scope: &Scope, key: &GroupKey, tally: &Tally, shared: &Shared<'_>) -> Value {
        let Shared { overall, edges, others, .. } = *shared;
        let rate = |n: u64, of: u64| if of == 0 { Value::Null } else { Value::from(n as f64 / of as f64) };
        let bounds = |n: u64, of: u64| {
            statistics::wilson_interval(n.min(of), of).map_or((Value::Null, Value::Null), |(low, high)| (Value::from(low), Value::from(high)))
        };
        let entered = tally.steps[0];
        let steps: Vec<Value> = (0..tally.steps.len())
            .map(|step| {
                let count = tally.steps[step];
                let before = self.previous_required(step).map_or(entered, |previous| tally.steps[previous]);
                let dropped = if step == 0 { 0 } else { before.saturating_sub(count) };
                let mut seconds = tally.seconds[step].clone();
                let mean = statistics::mean(&seconds);
                let (conversion_low, conversion_high) = bounds(count, entered);
                let (previous_low, previous_high) = bounds(count, before);
                let mut row = json!({
                    "label": self.funnel.steps[step].label(),
                    "count": count,
                    "conversion": rate(count, entered),
                    "conversion_low": conversion_low,
                    "conversion_high": conversion_high,
                    "from_previous": rate(count, before),
                    "from_previous_low": previous_low,
                    "from_previous_high": previous_high,
                    "dropped": dropped,
                    "median_seconds": number(statistics::percentile(&mut seconds, 50.0)),
                    "mean_seconds": number(mean),
                    "optional": self.funnel.optional.contains(&step),
                });
                if self.funnel.sum.is_some() {
                    row["sum"] = number(Some(tally.sums[step]));
                }
                row
            })
            .collect();
        let is_overall = *key == GroupKey::overall();
        let mut group = json!({
            "breakdown": if is_overall { Value::Array(Vec::new()) } else { key.to_json(scope.breakdown.len()) },
            "steps": steps,
        });
        if !is_overall {
            group["significance"] = match shared.control {
                Some((control, _)) if control == key => Value::Null,
                Some((_, control)) => significance(tally, (control.steps[0], control.steps[control.steps.len() - 1])),
                None => significance(tally, rest(tally, overall)),
            };
        }
        if let (GroupKey::Other, Some(others)) = (key, others) {
            group["other"] = Value::from(others);
        }
        if let (Some(edges), true) = (edges, self.funnel.time_to_convert.is_some()) {
            let mut seconds = tally.converting.clone();
            let mean = statistics::mean(&seconds);
            let mut percentile = |p: f64| number(statistics::percentile(&mut seconds, p));
            group["time_to_convert"] = json!({
                "mean_seconds": number(mean),
                "median_seconds": percentile(50.0),
                "min_seconds": percentile(0.0),
                "p25_seconds": percentile(25.0),
                "p75_seconds": percentile(75.0),
                "p90_seconds": percentile(90.0),
                "max_seconds": percentile(100.0),
                "edges": edges.iter().map(|edge| number(Some(*edge))).collect::<Vec<_>>(),
                "bins": bins(edges, &tally.converting),
            });
        }
        if let Some(edges) = &shared.between {
            let mut values = tally.between.clone();
            group["between"] = json!({
                "attempts": values.len(),
                "mean": number(statistics::mean(&values)),
                "median": number(statistics::percentile(&mut values, 50.0)),
                "edges": edges.iter().map(|edge| number(Some(*edge))).collect::<Vec<_>>(),
                "bins": bins(edges, &values),
            });
        }
        if self.intervals.is_some() && !is_overall {
            group["intervals"] = self.intervals_json(context, tally);
        }
        group
    }

    fn intervals_json(&self, context: &Context<'_>, tally: &Tally) -> Value {
        let Some(intervals) = &self.intervals else { return Value::Null };
        intervals.starts.iter().zip(&tally.intervals).map(|(start, counts)| json!({"start": context.zone.format(*start), "steps": counts})).collect()
    }

    /// The segment that the others are compared with, if there is one.
    fn control(&self, scope: &Scope, tallies: &Tallies) -> Option<(GroupKey, Tally)> {
        let values = self.funnel.control.as_ref().filter(|values| values.len() == scope.breakdown.len())?;
        let key = GroupKey::Values(values.iter().map(GroupValue::from_json).collect());
        tallies.get_key_value(&key).map(|(key, tally)| (key.clone(), tally.clone()))
    }

    /// The edges asked for, or one for each number of times up to twenty, or twenty of equal width.
    fn between_edges(&self, overall: &Tally) -> Option<Vec<f64>> {
        let between = self.funnel.between.as_ref()?;
        if let Some(edges) = &between.edges {
            return Some(edges.clone());
        }
        let (low, high) = overall.between.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| (low.min(*one), high.max(*one)));
        if !low.is_finite() {
            return Some(vec![0.0, 1.0]);
        }
        let width = if high - low < 20.0 && overall.between.iter().all(|one| one.fract() == 0.0) { 1.0 } else { ((high - low) / 20.0).max(f64::MIN_POSITIVE) };
        let n = ((high - low) / width).floor() as usize + 1;
        Some((0..=n).map(|i| low + i as f64 * width).collect())
    }

    /// The edges asked for, or some twenty of equal width that hold everybody.
    fn edges(&self, overall: &Tally) -> Option<Vec<f64>> {
        let convert = self.funnel.time_to_convert.as_ref()?;
        if let Some(edges) = &convert.edges {
            return Some(edges.clone());
        }
        let longest = overall.converting.iter().copied().fold(0.0, f64::max);
        let width = [1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21_600.0, 43_200.0, 86_400.0, 604_800.0, 2_592_000.0]
            .into_iter()
            .find(|width| longest / width < 20.0)
            .unwrap_or(longest / 20.0);
        let n = (longest / width).floor() as usize + 1;
        Some((0..=n).map(|i| i as f64 * width).collect())
    }
}

/// What all segments of an answer share.
struct Shared<'t> {
    overall: &'t Tally,
    control: Option<&'t (GroupKey, Tally)>,
    edges: Option<&'t [f64]>,
    between: Option<Vec<f64>>,
    others: Option<usize>,
}

/// How many lie from each edge (included) to the next.
fn bins(edges: &[f64], values: &[f64]) -> Vec<u64> {
    let mut bins = vec![0u64; edges.len() - 1];
    for one in values {
        let bin = edges.partition_point(|edge| edge <= one);
        if bin > 0 && bin < edges.len() {
            bins[bin - 1] += 1;
        }
    }
    bins
}

/// Everybody outside of a segment: how many entered, and how many of them converted.
fn rest(tally: &Tally, overall: &Tally) -> (u64, u64) {
    let last = tally.steps.len() - 1;
    let entered = overall.steps[0].saturating_sub(tally.steps[0]);
    (entered, overall.steps[last].saturating_sub(tally.steps[last].min(tally.steps[0])).min(entered))
}

/// A segment's conversion against others': two-proportion z-test.
fn significance(tally: &Tally, (rest_entered, rest_converted): (u64, u64)) -> Value {
    let last = tally.steps.len() - 1;
    let (entered, converted) = (tally.steps[0], tally.steps[last].min(tally.steps[0]));
    match statistics::two_proportion_p_value(converted, entered, rest_converted, rest_entered) {
        Some(p_value) => json!({
            "p_value": p_value,
            "better": converted as f64 / entered as f64 > rest_converted as f64 / rest_entered as f64,
            "enough": entered >= 30 && rest_entered >= 30,
        }),
        None => Value::Null,
    }
}

fn merge(mut a: Tallies, b: Tallies) -> Tallies {
    for (key, tally) in b {
        match a.get_mut(&key) {
            None => {
                a.insert(key, tally);
            }
            Some(into) => {
                into.steps.iter_mut().zip(tally.steps).for_each(|(a, b)| *a += b);
                into.seconds.iter_mut().zip(tally.seconds).for_each(|(a, b)| a.extend(b));
                into.intervals.iter_mut().zip(tally.intervals).for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
                into.converting.extend(tally.converting);
                into.sums.iter_mut().zip(tally.sums).for_each(|(a, b)| *a += b);
                into.between.extend(tally.between);
            }
        }
    }
    a
}
