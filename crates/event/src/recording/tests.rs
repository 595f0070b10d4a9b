use super::*;
use std::sync::Arc;

fn signal(name: &str, t: i64, severity: f64, selector: &str) -> SignalSeen {
    SignalSeen { t, name: name.to_owned(), severity, selector: selector.to_owned() }
}

fn with(signals: &[SignalSeen]) -> Facts {
    Facts { start: 1, end: 100_000, signals: signals.to_vec(), ..Facts::default() }
}

/// The checks that px.md 2.4 prints.
#[test]
fn scores_are_those_of_the_published_examples() {
    // The published examples are of page views, whose divisor is 10; a session's is 15.
    let of_page = |signals: &[SignalSeen]| (100.0 * (1.0 - (-page_points(signals.iter()) / 10.0_f64).exp())).round();
    assert_eq!(of_page(&[signal("rage_click", 1, 1.0, "a")]), 33.0);
    assert_eq!(of_page(&[signal("rage_click", 1, 1.0, "a"), signal("error_click", 2, 1.0, "b")]), 55.0);
    let two = [signal("rage_click", 1, 1.0, "a"), signal("rage_click", 9, 1.0, "a"), signal("dead_click", 20, 1.0, "b"), signal("dead_click", 30, 1.0, "c")];
    assert_eq!(of_page(&two), 70.0);
    assert_eq!(of_page(&[signal("slow_page", 1, 1.0, "")]), 14.0);
    assert_eq!(score_of(&with(&two)), 55);
    assert_eq!(score_of(&with(&[])), 0);
}

#[test]
fn a_cap_holds_within_a_page_view_and_begins_anew_with_the_next() {
    let many: Vec<SignalSeen> = (0..9).map(|i| signal("u_turn", 10 + i, 1.0, "")).collect();
    let mut facts = with(&many);
    assert_eq!(score_of(&facts), (100.0 * (1.0 - (-4.5_f64 / 15.0).exp())).round() as u32);
    facts.pages = [(0, "/a"), (14, "/b")].map(|(t, page)| PageSeen { t, page: page.to_owned(), document: "d".to_owned() }).to_vec();
    assert_eq!(score_of(&facts), (100.0 * (1.0 - (-9.0_f64 / 15.0).exp())).round() as u32);
}

#[test]
fn what_one_signal_explains_is_not_counted_twice() {
    let rage_and_dead = [signal("rage_click", 1_000, 1.0, "a"), signal("dead_click", 1_400, 1.0, "a")];
    assert_eq!(score_of(&with(&rage_and_dead)), score_of(&with(&rage_and_dead[..1])));
    let click_and_error = [signal("error_click", 1_000, 1.0, "a"), signal("js_error", 1_100, 1.0, ""), signal("failed_request", 4_000, 1.0, "")];
    assert_eq!(score_of(&with(&click_and_error)), score_of(&with(&click_and_error[..1])));
    let later = [signal("error_click", 1_000, 1.0, "a"), signal("js_error", 5_000, 1.0, "")];
    assert!(score_of(&with(&later)) > score_of(&with(&later[..1])));
}

#[test]
fn active_time_is_the_sum_of_gaps_of_at_most_ten_seconds_in_any_order() {
    let times: Vec<i64> = vec![0, 4_000, 9_000, 30_000, 31_000, 45_500, 55_400, 200_000];
    let expected: i64 = times.windows(2).map(|pair| (pair[1] - pair[0]).min(10_000)).sum();
    for rotation in 0..times.len() {
        let mut spans = Spans::default();
        times.iter().cycle().skip(rotation).take(times.len()).for_each(|t| spans.add(*t, *t));
        assert_eq!(spans.active_ms(), expected, "beginning with number {rotation}");
    }
}

fn piece(document: &str, seq: u32, start: i64) -> Piece {
    Piece {
        name: PieceName { session: "s".to_owned(), document: document.to_owned(), seq },
        tab: "t".to_owned(),
        device: Some("d".to_owned()),
        user: None,
        sender: Sender::Tag,
        profile: Profile::default(),
        agent: Agent::default(),
        received_at: start + 2_000,
        sent_at: Some(start + 1_500),
        facts: Facts {
            start,
            end: start + 1_000,
            clicks: 2,
            snapshots: u32::from(seq == 0),
            signals: vec![signal("rage_click", start, 1.0, "a")],
            pages: vec![PageSeen { t: start, page: format!("/{document}"), document: document.to_owned() }],
            ..Facts::default()
        },
        markers: Vec::new(),
        body: Vec::new(),
        styles: Vec::new(),
        expanded_bytes: 10,
    }
}

#[test]
fn a_recording_is_the_same_whatever_the_order_of_its_pieces() {
    let pieces = [piece("a", 0, 1_000), piece("a", 1, 2_000), piece("b", 0, 5_000), piece("a", 2, 3_000)];
    let of = |order: &[usize]| {
        let mut recorded = Recorded::default();
        order.iter().for_each(|i| recorded.add(&pieces[*i]));
        recorded
    };
    let expected = of(&[0, 1, 2, 3]);
    for order in [[3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        assert_eq!(of(&order), expected);
    }
    let row = Row::of(&expected, 7, &mut |text| Arc::from(text));
    assert_eq!((row.clicks, row.signal("rage_click"), row.pages.len(), row.problems.len()), (8, 4, 2, 0));
    let with_a_hole = of(&[0, 3]);
    let problems = problems_of(&with_a_hole);
    assert_eq!(problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["missing_pieces"]);
    assert_eq!(problems_of(&of(&[1]))[0].code, "no_snapshot");
}

#[test]
fn a_client_whose_clock_is_off_is_moved_by_whole_minutes() {
    let mut recorded = Recorded::default();
    let mut late = piece("a", 0, 1_000);
    late.received_at = 1_500 + 3_600_000;
    late.sent_at = Some(1_500);
    recorded.add(&late);
    assert_eq!(recorded.clock_shift_ms(), 3_600_000);
    // A piece that came at once shows that the first only waited.
    let mut prompt = piece("a", 1, 2_000);
    (prompt.sent_at, prompt.received_at) = (Some(3_000), 3_100);
    recorded.add(&prompt);
    assert_eq!(recorded.clock_shift_ms(), 0);
}
