use super::{DAY_MS, REST_MS, SPREAD_DAYS, Visit, moment, read};
use serde_json::Value;
use std::collections::HashSet;

const END_MS: i64 = 1_795_917_600_000;

#[test]
fn the_recorded_visits_come_with_their_events_and_recordings_of_the_same_sessions() {
    let visits = read().unwrap();
    assert!(visits.len() >= 60, "{} visits", visits.len());
    let recorded = visits.iter().filter(|visit| !visit.pieces.is_empty()).count();
    assert!(recorded >= 60, "{recorded} recordings");
    for visit in &visits {
        assert!(!visit.events.is_empty());
        let sessions = |of: &[Value], name: &str| of.iter().filter_map(|one| one[name].as_str().map(str::to_owned)).collect::<HashSet<String>>();
        let of_events = sessions(&visit.events, "session_id");
        assert!(sessions(&visit.pieces, "session").is_subset(&of_events));
    }
    let names: HashSet<&str> = visits.iter().flat_map(|visit| &visit.events).filter_map(|event| event["event"].as_str()).collect();
    for name in ["$pageview", "$page_summary", "$friction", "Campaign started", "Audience chosen", "Campaign sent", "Plan cancelled"] {
        assert!(names.contains(name), "no {name}");
    }
}

#[test]
fn a_visit_is_moved_as_a_whole() {
    let mut visit = read().unwrap().into_iter().find(|visit| visit.pieces.len() > 1).unwrap();
    let times = |visit: &Visit| -> Vec<i64> {
        let events = visit.events.iter().map(|event| event["time"].as_i64().unwrap());
        let pieces = visit.pieces.iter().flat_map(|piece| piece["events"].as_array().unwrap()).map(|event| event["timestamp"].as_i64().unwrap());
        let mut all: Vec<i64> = events.chain(pieces).collect();
        all.sort_unstable();
        all
    };
    let before = times(&visit);
    let by = END_MS - visit.began;
    visit.move_to(END_MS);
    assert_eq!(times(&visit), before.iter().map(|t| t + by).collect::<Vec<i64>>());
}

#[test]
fn moments_lie_in_the_days_before_the_end_and_no_visit_in_the_future() {
    for end_ms in [END_MS, END_MS + 3_600_000 * 7, END_MS - 3_600_000 * 11] {
        for index in 0..63 {
            let at = moment(index, 63, end_ms, 90_000);
            assert!(at + 90_000 + REST_MS <= end_ms, "{index} lies in the future");
            assert!(at > end_ms - (SPREAD_DAYS + 1) * DAY_MS, "{index} is too old");
            assert_eq!(at, moment(index, 63, end_ms, 90_000));
        }
    }
}
