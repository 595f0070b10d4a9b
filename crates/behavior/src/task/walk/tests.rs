use super::*;
use proptest::prelude::*;

fn event(time: i64, what: u8, session: u32) -> Event {
    Event { time, what, session }
}

fn walked(events: &[Event], rules: Rules) -> Vec<(Vec<u32>, End, bool, bool)> {
    let mut walk = Walk::default();
    walk.through(events, rules);
    let members = |span: &Span| walk.order[span.members.clone()].to_vec();
    walk.spans.iter().map(|span| (members(span), span.end, span.is_unexpected, span.is_last)).collect()
}

/// Attempt after attempt, each looked for anew from where the last one ended.
fn naive(events: &[Event], rules: Rules) -> Vec<(Vec<u32>, End, bool, bool)> {
    let mut sessions: Vec<u32> = events.iter().map(|event| event.session).collect();
    sessions.sort_unstable();
    sessions.dedup();
    let mut found = Vec::new();
    let all: Vec<u32> = (0..events.len() as u32).collect();
    let stretches: Vec<Vec<u32>> = match rules.window_ms {
        Some(_) => vec![all],
        None => sessions.iter().map(|session| all.iter().copied().filter(|at| events[*at as usize].session == *session).collect()).collect(),
    };
    for stretch in stretches {
        let what = |at: usize| events[stretch[at] as usize].what;
        let time = |at: usize| events[stretch[at] as usize].time;
        let session = |at: usize| events[stretch[at] as usize].session;
        let mut free = 0;
        let mut completed_in = None;
        loop {
            let next = (free..stretch.len()).find(|at| what(*at) & START != 0 || (what(*at) & COMPLETION != 0 && Some(session(*at)) != completed_in));
            let Some(begin) = next else { break };
            if what(begin) & START == 0 {
                let first = (free..begin).find(|at| session(*at) == session(begin)).unwrap_or(begin);
                found.push((stretch[first..=begin].to_vec(), End::Completed, true, false));
                completed_in = Some(session(begin));
                free = begin + 1;
                continue;
            }
            completed_in = None;
            let mut end = (stretch.len(), End::RanOut, true);
            for at in begin + 1..stretch.len() {
                let late = rules.window_ms.is_some_and(|ms| time(at) > time(begin) + ms);
                let anew = what(at) == START && time(at) - time(at - 1) >= rules.idle_ms;
                if late || anew {
                    end = (at, End::RanOut, false);
                    break;
                }
                if what(at) & COMPLETION != 0 {
                    completed_in = Some(session(at));
                    end = (at + 1, End::Completed, false);
                    break;
                }
                if what(at) & ABANDON != 0 {
                    end = (at + 1, End::Abandoned, false);
                    break;
                }
            }
            found.push((stretch[begin..end.0].to_vec(), end.1, false, end.2));
            free = end.0;
        }
    }
    found
}

const SESSION: Rules = Rules { window_ms: None, idle_ms: 30 };

#[test]
fn a_start_within_an_attempt_begins_anew_only_after_a_pause() {
    let events = [event(0, START, 1), event(10, START, 1), event(41, START, 1), event(50, COMPLETION, 1), event(60, COMPLETION, 1)];
    assert_eq!(walked(&events, SESSION), [(vec![0, 1], End::RanOut, false, false), (vec![2, 3], End::Completed, false, false)]);
}

#[test]
fn a_completion_without_a_start_reaches_back_to_the_beginning_of_its_session() {
    let events = [event(0, 0, 1), event(10, 0, 2), event(20, COMPLETION, 2), event(25, COMPLETION, 2), event(30, START, 2)];
    let expected = [(vec![1, 2], End::Completed, true, false), (vec![4], End::RanOut, false, true)];
    assert_eq!(walked(&events, SESSION), expected);
    assert_eq!(walked(&events, Rules { window_ms: Some(100), ..SESSION }), expected);
}

#[test]
fn the_bound_of_the_window_is_inside() {
    let events = [event(0, START, 1), event(100, COMPLETION, 2), event(200, START, 2), event(301, COMPLETION, 3)];
    let rules = Rules { window_ms: Some(100), idle_ms: 1000 };
    assert_eq!(
        walked(&events, rules),
        [(vec![0, 1], End::Completed, false, false), (vec![2], End::RanOut, false, false), (vec![3], End::Completed, true, false)]
    );
}

#[test]
fn two_devices_side_by_side_are_two_sessions() {
    let events = [event(0, START, 1), event(1, START, 2), event(2, COMPLETION, 2), event(3, ABANDON, 1)];
    assert_eq!(walked(&events, SESSION), [(vec![0, 3], End::Abandoned, false, false), (vec![1, 2], End::Completed, false, false)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn as_one_would_look_for_them(
        steps in prop::collection::vec((0i64..40, 0u8..8, 0u32..3), 0..14),
        window in prop::option::of(0i64..120),
        idle_ms in 1i64..60,
    ) {
        let mut time = 0;
        let events: Vec<Event> = steps.into_iter().map(|(pause, what, session)| {
            time += pause;
            event(time, what, session)
        }).collect();
        let rules = Rules { window_ms: window, idle_ms };
        prop_assert_eq!(walked(&events, rules), naive(&events, rules));
    }
}
