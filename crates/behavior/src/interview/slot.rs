//! When a talk can begin: the host's hours, less what is taken.
//!
//! | Term | Meaning |
//! |---|---|
//! | open | a minute whose time on the host's clock, with its day of the week, lies in one of the hours; a time that the clock shows twice is open twice, one that it skips never is |
//! | start | an open minute whose time on the clock is a whole number of steps after the beginning of the hours it lies in |
//! | slot | a start after which every minute of the talk is open |
//! | free | a slot that begins between now plus notice and now plus horizon; that keeps its buffers clear of what the host is busy with, and the larger buffer clear of every booked talk; on a day of the host with fewer talks than the most a day |

use super::{Span, Study, merged, study::Hours};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// What is taken already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken<'a> {
    /// Talks that are booked with the same host.
    pub booked: &'a [Span],
    /// What else the host's calendar says.
    pub busy: &'a [Span],
}

/// When a talk can begin, in order, milliseconds UTC.
#[must_use]
pub fn free_starts(study: &Study, now_ms: i64, taken: Taken<'_>) -> Vec<i64> {
    let zone = study.zone();
    let first = now_ms + i64::from(study.notice_hours) * 3_600_000;
    let last = now_ms + i64::from(study.horizon_days) * DAY_MS;
    let length = i64::from(study.minutes) * MINUTE_MS;
    let (open, starts) = open_and_starts(study, &zone, first, last + length);
    let pad_before = i64::from(study.buffer_before_minutes) * MINUTE_MS;
    let pad_after = i64::from(study.buffer_after_minutes) * MINUTE_MS;
    // A talk keeps `before` clear in front of it and `after` behind: seen from what is taken it is the other way round.
    let widened = |spans: &[Span], front: i64, behind: i64| {
        merged(spans.iter().map(|span| Span { start_ms: span.start_ms.saturating_sub(front), end_ms: span.end_ms.saturating_add(behind) }).collect())
    };
    let pad = pad_before.max(pad_after);
    let busy = merged([widened(taken.busy, pad_after, pad_before), widened(taken.booked, pad, pad)].concat());
    let mut talks: BTreeMap<i64, u32> = BTreeMap::new();
    for booked in taken.booked {
        *talks.entry(day_of(&zone, booked.start_ms)).or_default() += 1;
    }
    starts
        .into_iter()
        .filter(|start| {
            let slot = Span { start_ms: *start, end_ms: start + length };
            let is_full = || study.max_a_day > 0 && talks.get(&day_of(&zone, *start)).is_some_and(|n| *n >= study.max_a_day);
            (first..=last).contains(start) && holds(&open, slot) && !meets(&busy, slot) && !is_full()
        })
        .collect()
}

/// Whether a talk can begin then.
#[must_use]
pub fn is_free(study: &Study, now_ms: i64, taken: Taken<'_>, start_ms: i64) -> bool {
    free_starts(study, now_ms, taken).binary_search(&start_ms).is_ok()
}

/// The open stretches that touch a time, and every start in them.
fn open_and_starts(study: &Study, zone: &TimeZone, from_ms: i64, to_ms: i64) -> (Vec<Span>, BTreeSet<i64>) {
    let hours: Vec<(i64, i64, i64)> = study
        .availability
        .iter()
        .filter_map(|hours| Hours::minutes(hours).map(|(from, to)| (i64::from(hours.weekday) - 1, i64::from(from), i64::from(to))))
        .collect();
    let step = i64::from(study.every_minutes.max(1)) * MINUTE_MS;
    let (mut open, mut starts) = (Vec::new(), BTreeSet::new());
    for (part, offset_ms) in parts_of_one_offset(zone, from_ms - DAY_MS, to_ms + DAY_MS) {
        let (local_start, local_end) = (part.start_ms + offset_ms, part.end_ms + offset_ms);
        for day in local_start.div_euclid(DAY_MS)..=(local_end - 1).div_euclid(DAY_MS) {
            // 1 January 1970 was a Thursday.
            let weekday = (day + 3).rem_euclid(7);
            for (_, from, to) in hours.iter().filter(|(on, ..)| *on == weekday) {
                let begin = day * DAY_MS + from * MINUTE_MS - offset_ms;
                let span = Span { start_ms: begin.max(part.start_ms), end_ms: (day * DAY_MS + to * MINUTE_MS - offset_ms).min(part.end_ms) };
                if span.start_ms >= span.end_ms {
                    continue;
                }
                let skipped = (span.start_ms - begin + step - 1).div_euclid(step);
                let mut start = begin + skipped * step;
                while start < span.end_ms {
                    starts.insert(start);
                    start += step;
                }
                open.push(span);
            }
        }
    }
    (merged(open), starts)
}

/// A time cut where the clock of a zone is turned, each part with how far the clock is ahead of UTC.
fn parts_of_one_offset(zone: &TimeZone, from_ms: i64, to_ms: i64) -> Vec<(Span, i64)> {
    let mut parts = Vec::new();
    let mut start = from_ms;
    while start < to_ms {
        let at = timestamp(start);
        let turned = zone.following(at).next().map_or(i64::MAX, |transition| transition.timestamp().as_millisecond());
        let end = turned.min(to_ms);
        if end <= start {
            break;
        }
        parts.push((Span { start_ms: start, end_ms: end }, i64::from(zone.to_offset(at).seconds()) * 1000));
        start = end;
    }
    parts
}

/// The day on the host's clock.
fn day_of(zone: &TimeZone, ms: i64) -> i64 {
    (ms + i64::from(zone.to_offset(timestamp(ms)).seconds()) * 1000).div_euclid(DAY_MS)
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

fn holds(open: &[Span], slot: Span) -> bool {
    let after = open.partition_point(|span| span.start_ms <= slot.start_ms);
    after > 0 && open[after - 1].end_ms >= slot.end_ms
}

fn meets(busy: &[Span], slot: Span) -> bool {
    let after = busy.partition_point(|span| span.start_ms < slot.end_ms);
    after > 0 && busy[after - 1].end_ms > slot.start_ms
}

#[cfg(test)]
mod tests;
