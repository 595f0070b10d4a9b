//! One person's way through the steps.
//!
//! | rule | here |
//! |---|---|
//! | start | every step-1 event in the start range opens an attempt; the best is the one that got furthest, the earliest such |
//! | next step | the earliest event of that step at or after the step before, another event than those used; `ties: later` wants a later millisecond |
//! | window | counted from the attempt's first event, bound included |
//! | strict | the next step is the very next event; events of one millisecond may stand in either order |
//! | any | all steps within the window of the earliest of them; position k is when k distinct steps were done |
//! | exclusion | strictly between step `after` and step `before` it ends the attempt; what was reached stays |
//! | optional | taken when it happens between the required steps around it |
//! | total | a new attempt starts only when the last one ended by conversion, time-out or exclusion |
//! | session | steps within one session, once a session |

use crate::{
    Hit,
    question::{CountBy, Order, Window},
};

/// A step that was not reached.
pub const NOT_REACHED: u32 = u32::MAX;

/// What decides an attempt. Step `i` is bit `i` of a hit's mask, exclusion `j` is bit `n_steps + j`.
#[derive(Clone, Debug)]
pub struct Rules {
    pub n_steps: usize,
    pub order: Order,
    pub window: Window,
    pub count: CountBy,
    pub first_attempt_only: bool,
    pub ties_later: bool,
    /// (after, before), steps from 0.
    pub exclusions: Vec<(usize, usize)>,
    pub optional: Vec<bool>,
}

/// The steps of one attempt as positions among the person's hits; the first is always reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub steps: Vec<u32>,
}

impl Attempt {
    /// One more than the last step reached.
    #[must_use]
    pub fn level(&self) -> usize {
        self.steps.iter().rposition(|step| *step != NOT_REACHED).map_or(0, |last| last + 1)
    }
}

/// Finds attempts; keeps its scratch space from person to person.
#[derive(Debug)]
pub struct Finder {
    rules: Rules,
    /// Positions of the hits of each step, then of each exclusion.
    lists: Vec<Vec<u32>>,
    pointers: Vec<usize>,
    steps: Vec<u32>,
    best: Vec<u32>,
}

/// Finds the best attempt of a person where steps come in order within a time, and no event serves two of them: what most funnels ask. The same as
/// [`Finder`], from a list of events for each step.
#[derive(Debug)]
pub struct PlainFinder {
    window_ms: i64,
    pointers: Vec<usize>,
    steps: Vec<(i64, u32)>,
    best: Vec<(i64, u32)>,
}

impl PlainFinder {
    /// `None` when the rules ask for more.
    #[must_use]
    pub fn new(rules: &Rules) -> Option<Self> {
        let Window::Milliseconds(window_ms) = rules.window else { return None };
        let is_plain = rules.order == Order::Ordered
            && rules.count == CountBy::Person
            && !rules.first_attempt_only
            && !rules.ties_later
            && rules.exclusions.is_empty()
            && !rules.optional.contains(&true);
        is_plain.then(|| Self { window_ms, pointers: vec![0; rules.n_steps], steps: Vec::new(), best: Vec::new() })
    }

    /// The events of the attempt that got furthest, the earliest such: one for each step reached, none when nobody began within `start_range`.
    /// `lists` holds the events of each step as (time, row), by time.
    pub fn best(&mut self, lists: &[&[(i64, u32)]], start_range: (i64, i64)) -> &[(i64, u32)] {
        self.best.clear();
        self.pointers.fill(0);
        let furthest = lists.iter().position(|list| list.is_empty()).unwrap_or(lists.len());
        let first = lists[0].partition_point(|event| event.0 < start_range.0);
        for start in lists[0][first..].iter().take_while(|event| event.0 < start_range.1) {
            // To get further than the best so far, the step behind it must still come.
            let level = self.best.len();
            if level >= furthest || (level > 0 && lists[level].last().is_none_or(|last| last.0 < start.0)) {
                break;
            }
            self.steps.clear();
            self.steps.push(*start);
            let mut current = start.0;
            for (list, pointer) in lists.iter().zip(&mut self.pointers).skip(1) {
                // Starts come in order, so no pointer moves back.
                while list.get(*pointer).is_some_and(|event| event.0 < current) {
                    *pointer += 1;
                }
                match list.get(*pointer) {
                    Some(event) if event.0 - start.0 <= self.window_ms => {
                        self.steps.push(*event);
                        current = event.0;
                    }
                    _ => break,
                }
            }
            if self.steps.len() > level {
                std::mem::swap(&mut self.best, &mut self.steps);
            }
        }
        &self.best
    }
}

/// One attempt's outcome while it is being followed.
struct Followed {
    level: usize,
    /// Where a next attempt may start: the position behind the event that ended this one, if one did.
    ended_by: Option<u32>,
}

impl Finder {
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let lists = vec![Vec::new(); rules.n_steps + rules.exclusions.len()];
        let n = rules.n_steps;
        Self { rules, lists, pointers: vec![0; n], steps: vec![NOT_REACHED; n], best: vec![NOT_REACHED; n] }
    }

    /// The attempts of one person that start in `start_range` (`from` included, `to` excluded), in order of their start.
    /// `sessions` numbers the session of each hit; it is needed for sessions as count or window.
    pub fn attempts(&mut self, hits: &[Hit], sessions: &[u32], start_range: (i64, i64), emit: &mut dyn FnMut(&[u32])) {
        if self.rules.order == Order::Ordered && !self.index(hits) {
            return;
        }
        match self.rules.count {
            CountBy::Person => self.best_of(hits, sessions, start_range, None, emit),
            CountBy::Total => self.one_after_another(hits, sessions, start_range, emit),
            CountBy::Session => {
                let mut numbers: Vec<u32> = sessions.to_vec();
                numbers.sort_unstable();
                numbers.dedup();
                for number in numbers {
                    self.best_of(hits, sessions, start_range, Some(number), emit);
                }
            }
        }
    }

    /// Fills the lists of positions; false when nobody did step 1.
    fn index(&mut self, hits: &[Hit]) -> bool {
        self.lists.iter_mut().for_each(Vec::clear);
        for (position, hit) in hits.iter().enumerate() {
            let mut mask = hit.mask & ((1u64 << self.lists.len()) - 1);
            while mask != 0 {
                self.lists[mask.trailing_zeros() as usize].push(position as u32);
                mask &= mask - 1;
            }
        }
        !self.lists[0].is_empty()
    }

    fn best_of(&mut self, hits: &[Hit], sessions: &[u32], range: (i64, i64), only: Option<u32>, emit: &mut dyn FnMut(&[u32])) {
        self.pointers.fill(0);
        // Nobody gets past a step that they never did.
        let furthest = if self.rules.order == Order::Ordered {
            (0..self.rules.n_steps).find(|step| self.lists[*step].is_empty() && !self.rules.optional[*step]).unwrap_or(self.rules.n_steps)
        } else {
            self.rules.n_steps
        };
        let plain = self.rules.order == Order::Ordered && !self.rules.optional.contains(&true);
        let mut best_level = 0;
        let mut start_at = 0;
        while let Some(start) = self.next_start(hits, start_at, range) {
            start_at = start + 1;
            if only.is_some_and(|session| sessions[start] != session) {
                continue;
            }
            // To get further than the best so far, the step behind it must still come.
            if best_level > 0 && plain && self.lists[best_level].last().is_none_or(|last| hits[*last as usize].time < hits[start].time) {
                break;
            }
            let followed = self.follow(hits, sessions, start, only);
            if followed.level > best_level {
                best_level = followed.level;
                std::mem::swap(&mut self.best, &mut self.steps);
            }
            if best_level >= furthest || self.rules.first_attempt_only {
                break;
            }
        }
        if best_level > 0 {
            emit(&self.best);
        }
    }

    fn one_after_another(&mut self, hits: &[Hit], sessions: &[u32], range: (i64, i64), emit: &mut dyn FnMut(&[u32])) {
        self.pointers.fill(0);
        let mut start_at = 0;
        while let Some(start) = self.next_start(hits, start_at, range) {
            let followed = self.follow(hits, sessions, start, None);
            emit(&self.steps);
            start_at = match followed.ended_by {
                Some(position) => position as usize + 1,
                None => {
                    let mut next = start + 1;
                    while next < hits.len() && self.in_window(hits, sessions, start, next) {
                        next += 1;
                    }
                    next
                }
            };
            start_at = start_at.max(start + 1);
        }
    }

    /// The next event at or behind `position` that may open an attempt.
    fn next_start(&self, hits: &[Hit], position: usize, range: (i64, i64)) -> Option<usize> {
        let opens = |hit: &Hit| {
            let bits = if self.rules.order == Order::Any { (1u64 << self.rules.n_steps) - 1 } else { 1 };
            hit.mask & bits != 0 && hit.time >= range.0 && hit.time < range.1
        };
        if self.rules.order == Order::Ordered {
            let list = &self.lists[0];
            let from = list.partition_point(|p| (*p as usize) < position);
            return list[from..].iter().map(|p| *p as usize).find(|p| opens(&hits[*p]));
        }
        (position..hits.len()).find(|p| opens(&hits[*p]))
    }

    fn in_window(&self, hits: &[Hit], sessions: &[u32], start: usize, position: usize) -> bool {
        match self.rules.window {
            Window::Milliseconds(window) => hits[position].time - hits[start].time <= window,
            Window::Sessions(n) => sessions[position].checked_sub(sessions[start]).is_some_and(|later| later < n),
        }
    }

    /// Sessions of several devices lie beside each other: behind one that is too late there may be one that is not.
    fn window_is_a_time(&self) -> bool {
        matches!(self.rules.window, Window::Milliseconds(_))
    }

    fn follow(&mut self, hits: &[Hit], sessions: &[u32], start: usize, only: Option<u32>) -> Followed {
        self.steps.fill(NOT_REACHED);
        self.steps[0] = start as u32;
        match self.rules.order {
            Order::Ordered => self.follow_ordered(hits, sessions, start, only),
            Order::Strict => self.follow_strict(hits, sessions, start, only),
            Order::Any => self.follow_any(hits, sessions, start, only),
        }
    }

    fn follow_ordered(&mut self, hits: &[Hit], sessions: &[u32], start: usize, only: Option<u32>) -> Followed {
        if !self.window_is_a_time() {
            // What lies in another session is passed over, so a later start may look further back.
            self.pointers.fill(0);
        }
        let mut current = start;
        let mut level = 1;
        for step in 1..self.rules.n_steps {
            if self.rules.optional[step] {
                continue;
            }
            let Some(position) = self.next_of_step(hits, sessions, step, current, start, only) else { break };
            self.steps[step] = position;
            current = position as usize;
            level = step + 1;
        }
        if self.rules.optional.contains(&true) {
            self.take_optional_steps(hits, sessions, start, only);
            level = self.steps.iter().rposition(|step| *step != NOT_REACHED).map_or(0, |last| last + 1);
        }
        let mut followed = Followed { level, ended_by: None };
        if level == self.rules.n_steps {
            followed.ended_by = Some(self.steps[level - 1]);
        }
        if !self.rules.exclusions.is_empty() {
            self.apply_exclusions(hits, sessions, start, &mut followed);
            followed.level = self.steps.iter().rposition(|step| *step != NOT_REACHED).map_or(0, |last| last + 1);
        }
        followed
    }

    /// The earliest unused event of a step at or after the current one, within the window. Among events of one millisecond it
    /// prefers one that serves no later step.
    fn next_of_step(&mut self, hits: &[Hit], sessions: &[u32], step: usize, current: usize, start: usize, only: Option<u32>) -> Option<u32> {
        let after = if self.rules.ties_later { hits[current].time + 1 } else { hits[current].time };
        let list = &self.lists[step];
        // Starts come in order, so the first candidate of a step never moves back.
        let mut at = self.pointers[step];
        while at < list.len() && hits[list[at] as usize].time < after {
            at += 1;
        }
        self.pointers[step] = at;
        let mut chosen: Option<u32> = None;
        for &position in &list[at..] {
            let hit = &hits[position as usize];
            if chosen.is_some_and(|c| hits[c as usize].time != hit.time) {
                break;
            }
            if self.steps[..step].contains(&position) {
                continue;
            }
            if !self.in_window(hits, sessions, start, position as usize) {
                if self.window_is_a_time() {
                    break;
                }
                continue;
            }
            if only.is_some_and(|session| sessions[position as usize] != session) {
                continue;
            }
            let later_steps = (hit.mask >> (step + 1)) & ((1u64 << (self.rules.n_steps - step - 1)) - 1);
            if later_steps == 0 {
                return Some(position);
            }
            chosen = chosen.or(Some(position));
        }
        chosen
    }

    fn take_optional_steps(&mut self, hits: &[Hit], sessions: &[u32], start: usize, only: Option<u32>) {
        for step in 1..self.rules.n_steps {
            if !self.rules.optional[step] {
                continue;
            }
            let previous = self.steps[..step].iter().rev().copied().find(|p| *p != NOT_REACHED).unwrap_or(start as u32) as usize;
            // Required steps before it must all have been done.
            if (1..step).any(|earlier| !self.rules.optional[earlier] && self.steps[earlier] == NOT_REACHED) {
                break;
            }
            let until = self.steps[step + 1..].iter().copied().find(|p| *p != NOT_REACHED).map(|p| hits[p as usize].time);
            let used = self.steps.clone();
            let found = self.lists[step].iter().copied().find(|position| {
                let hit = &hits[*position as usize];
                let late_enough = if self.rules.ties_later { hit.time > hits[previous].time } else { hit.time >= hits[previous].time };
                late_enough
                    && !used.contains(position)
                    && until.is_none_or(|until| hit.time <= until)
                    && self.in_window(hits, sessions, start, *position as usize)
                    && only.is_none_or(|session| sessions[*position as usize] == session)
            });
            self.steps[step] = found.unwrap_or(NOT_REACHED);
        }
    }

    fn apply_exclusions(&mut self, hits: &[Hit], sessions: &[u32], start: usize, followed: &mut Followed) {
        let mut earliest: Option<u32> = None;
        for (j, &(after, before)) in self.rules.exclusions.iter().enumerate() {
            if self.steps[after] == NOT_REACHED {
                continue;
            }
            let from = hits[self.steps[after] as usize].time;
            let until = match self.steps[before] {
                NOT_REACHED => None,
                position => Some(hits[position as usize].time),
            };
            let bit = 1u64 << (self.rules.n_steps + j);
            let list: &[u32] = if self.rules.order == Order::Ordered { &self.lists[self.rules.n_steps + j] } else { &[] };
            let first = list.partition_point(|position| hits[*position as usize].time <= from);
            let counts = |position: &u32| {
                let hit = &hits[*position as usize];
                until.is_none_or(|until| hit.time < until) && self.in_window(hits, sessions, start, *position as usize)
            };
            let found = if self.rules.order == Order::Ordered {
                let candidates = if self.window_is_a_time() { first..list.len().min(first + 1) } else { first..list.len() };
                list[candidates].iter().copied().find(counts)
            } else {
                (0..hits.len() as u32).filter(|position| hits[*position as usize].mask & bit != 0 && hits[*position as usize].time > from).find(counts)
            };
            let Some(position) = found else { continue };
            let time = hits[position as usize].time;
            if earliest.is_none_or(|one| hits[one as usize].time > time) {
                earliest = Some(position);
            }
        }
        let Some(end) = earliest else { return };
        let end_time = hits[end as usize].time;
        for step in 1..self.rules.n_steps {
            if self.steps[step] != NOT_REACHED && hits[self.steps[step] as usize].time >= end_time {
                self.steps[step] = NOT_REACHED;
            }
        }
        followed.ended_by = Some(end);
    }

    fn follow_strict(&mut self, hits: &[Hit], sessions: &[u32], start: usize, only: Option<u32>) -> Followed {
        let mut current = start;
        let mut level = 1;
        for step in 1..self.rules.n_steps {
            let Some(position) = self.very_next(hits, step, current) else { break };
            if !self.in_window(hits, sessions, start, position) || only.is_some_and(|session| sessions[position] != session) {
                break;
            }
            self.steps[step] = position as u32;
            current = position;
            level = step + 1;
        }
        // It ended at its last step, or because something else came next.
        let mut followed = Followed { level, ended_by: (current + 1 < hits.len() || level == self.rules.n_steps).then_some(current as u32) };
        if !self.rules.exclusions.is_empty() {
            self.apply_exclusions(hits, sessions, start, &mut followed);
            followed.level = self.steps.iter().rposition(|step| *step != NOT_REACHED).map_or(0, |last| last + 1);
        }
        followed
    }

    /// The event right behind `current` that serves `step`: one of the same millisecond, or of the next one at which anything happened.
    fn very_next(&self, hits: &[Hit], step: usize, current: usize) -> Option<usize> {
        let bit = 1u64 << step;
        let same = hits[current].time;
        let first_tie = hits[..current].iter().rposition(|hit| hit.time != same).map_or(0, |p| p + 1);
        let behind = current + hits[current..].iter().take_while(|hit| hit.time == same).count();
        let free = |position: &usize| hits[*position].mask & bit != 0 && !self.steps[..step].contains(&(*position as u32));
        if !self.rules.ties_later
            && let Some(tie) = (first_tie..behind).find(free)
        {
            return Some(tie);
        }
        // What is left of the first step's millisecond can have come before it; of a later one it came in between.
        let unused = |position: usize| !self.steps[..step].contains(&(position as u32));
        if same != hits[self.steps[0] as usize].time && (first_tie..behind).any(unused) {
            return None;
        }
        let next_time = hits.get(behind)?.time;
        (behind..hits.len()).take_while(|position| hits[*position].time == next_time).find(free)
    }

    fn follow_any(&mut self, hits: &[Hit], sessions: &[u32], start: usize, only: Option<u32>) -> Followed {
        let n = self.rules.n_steps;
        let all = (1u64 << n) - 1;
        self.steps.fill(NOT_REACHED);
        // taken[step] is the event that serves it; a new event may push others along (augmenting path).
        let mut taken: Vec<Option<u32>> = vec![None; n];
        let mut level = 0;
        let mut ended_by = None;
        for position in start..hits.len() {
            if !self.in_window(hits, sessions, start, position) {
                if self.window_is_a_time() {
                    break;
                }
                continue;
            }
            let hit = &hits[position];
            if hit.mask & all == 0 || only.is_some_and(|session| sessions[position] != session) {
                continue;
            }
            if self.rules.ties_later && level > 0 && hit.time <= hits[self.steps[level - 1] as usize].time {
                continue;
            }
            if place(position as u32, hits, n, &mut taken, 0).is_some() {
                self.steps[level] = position as u32;
                level += 1;
                if level == n {
                    ended_by = Some(position as u32);
                    break;
                }
            }
        }
        let mut followed = Followed { level, ended_by };
        if !self.rules.exclusions.is_empty() {
            self.apply_exclusions(hits, sessions, start, &mut followed);
            followed.level = self.steps.iter().rposition(|step| *step != NOT_REACHED).map_or(0, |last| last + 1);
        }
        followed
    }
}

/// Finds a step for an event, moving events placed earlier to other steps they serve if that makes room.
fn place(position: u32, hits: &[Hit], n: usize, taken: &mut [Option<u32>], tried: u64) -> Option<u64> {
    let mask = hits[position as usize].mask;
    let mut tried = tried;
    for step in 0..n {
        if mask & (1 << step) == 0 || tried & (1 << step) != 0 {
            continue;
        }
        tried |= 1 << step;
        let free = match taken[step] {
            None => true,
            Some(other) => match place(other, hits, n, taken, tried) {
                Some(after) => {
                    tried |= after;
                    true
                }
                None => false,
            },
        };
        if free {
            taken[step] = Some(position);
            return Some(tried);
        }
    }
    None
}
