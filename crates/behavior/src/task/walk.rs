//! From a person's events to the stretches that are attempts: an automaton over what starts, completes and abandons.
//!
//! | situation | what happens |
//! |---|---|
//! | a start, nothing open | an attempt opens; events before it belong to none |
//! | a start, one open | nothing, unless nothing happened for as long as `idle_ms`: then the open one ran out and a new one opens |
//! | a completion, one open | it is completed by its first completion |
//! | a completion, nothing open | an attempt with an unexpected start: from the first event of the session behind the attempt before; nothing where the session was completed already |
//! | an abandonment, one open | it is abandoned |
//! | an event later than the window | the open one ran out before it |
//!
//! With the session as window each session is walked through alone, so that two devices used side by side are told apart. One event does one thing: where it
//! starts and completes, it completes what is open, and else starts.

use std::ops::Range;

pub const START: u8 = 1;
pub const COMPLETION: u8 = 2;
pub const ABANDON: u8 = 4;

/// One event as the automaton sees it. They come in order of time.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// Milliseconds UTC.
    pub time: i64,
    pub what: u8,
    pub session: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The bound included; `None` is the session.
    pub window_ms: Option<i64>,
    /// A start after so long in which nothing happened begins anew.
    pub idle_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Completed,
    Abandoned,
    RanOut,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// In [`Walk::order`].
    pub members: Range<usize>,
    pub end: End,
    pub is_unexpected: bool,
    /// It ran out because nothing more is known: while its window lasts it may still be completed.
    pub is_last: bool,
}

/// Kept from person to person.
#[derive(Debug, Default)]
pub struct Walk {
    /// Positions of events; session by session where that is the window.
    pub order: Vec<u32>,
    pub spans: Vec<Span>,
}

impl Walk {
    pub fn through(&mut self, events: &[Event], rules: Rules) {
        self.order.clear();
        self.spans.clear();
        self.order.extend(0..events.len() as u32);
        if rules.window_ms.is_some() {
            self.stretch(events, 0..events.len(), rules);
            return;
        }
        if !events.is_sorted_by_key(|event| event.session) {
            self.order.sort_by_key(|position| events[*position as usize].session);
        }
        let mut from = 0;
        while from < events.len() {
            let session = events[self.order[from] as usize].session;
            let length = self.order[from..].iter().take_while(|position| events[**position as usize].session == session).count();
            self.stretch(events, from..from + length, rules);
            from += length;
        }
    }

    fn stretch(&mut self, events: &[Event], stretch: Range<usize>, rules: Rules) {
        // Most people never start and never complete.
        if stretch.clone().all(|at| events[self.order[at] as usize].what & (START | COMPLETION) == 0) {
            return;
        }
        let mut open: Option<usize> = None;
        let mut free_from = stretch.start;
        let mut completed_in: Option<u32> = None;
        for at in stretch.clone() {
            let event = events[self.order[at] as usize];
            let is = |what: u8| event.what & what != 0;
            if let Some(first) = open {
                let began = events[self.order[first] as usize].time;
                let is_over = rules.window_ms.is_some_and(|ms| event.time - began > ms);
                let since = event.time - events[self.order[at - 1] as usize].time;
                let is_anew = is(START) && !is(COMPLETION | ABANDON) && since >= rules.idle_ms;
                if is_over || is_anew {
                    self.spans.push(Span { members: first..at, end: End::RanOut, is_unexpected: false, is_last: false });
                    (open, free_from) = (None, at);
                }
            }
            match open {
                Some(first) if is(COMPLETION | ABANDON) => {
                    let end = if is(COMPLETION) { End::Completed } else { End::Abandoned };
                    self.spans.push(Span { members: first..at + 1, end, is_unexpected: false, is_last: false });
                    (open, free_from) = (None, at + 1);
                    completed_in = is(COMPLETION).then_some(event.session);
                }
                None if is(START) => (open, completed_in) = (Some(at), None),
                None if is(COMPLETION) && completed_in != Some(event.session) => {
                    let in_session = |at: &usize| events[self.order[*at] as usize].session == event.session;
                    let first = (free_from..at).find(in_session).unwrap_or(at);
                    self.spans.push(Span { members: first..at + 1, end: End::Completed, is_unexpected: true, is_last: false });
                    free_from = at + 1;
                    completed_in = Some(event.session);
                }
                _ => {}
            }
        }
        if let Some(first) = open {
            self.spans.push(Span { members: first..stretch.end, end: End::RanOut, is_unexpected: false, is_last: true });
        }
    }
}

#[cfg(test)]
mod tests;
