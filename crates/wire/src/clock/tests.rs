use super::*;

const NOW: i64 = 1_700_000_000_000;

#[test]
fn small_differences_are_the_network_and_large_ones_the_clock() {
    for (sent_at, shift) in
        [(NOW, 0), (NOW - 299_999, 0), (NOW + 299_999, 0), (NOW - 300_000, 300_000), (NOW - 3_600_400, 3_600_000), (NOW + 86_399_700, -86_400_000)]
    {
        assert_eq!(skew_ms(NOW, sent_at), shift, "{}", NOW - sent_at);
    }
    assert_eq!(skew_ms(i64::MAX, i64::MIN).signum(), 1);
}

#[test]
fn the_same_request_later_gets_the_same_shift() {
    let shift = |delay: i64| skew_ms(NOW + delay, NOW - 7_200_000 + delay - 250);
    assert_eq!(shift(0), shift(90_000));
}

#[test]
fn extreme_times_do_not_overflow() {
    let sent = ["1e19", "-1e19", "\"-009999-01-02\"", "\"9999-12-30\"", "9999999999999", "-9999999999999"];
    for (rule, text) in [Rule::Live, Rule::Track, Rule::Import, Rule::Anything].into_iter().flat_map(|rule| sent.map(|text| (rule, text))) {
        let moment = Clock::new(rule, NOW, Some(i64::MIN)).moment(serde_json::from_str(text).ok().as_ref(), "time");
        assert!(rule == Rule::Anything || moment.is_err() || moment.is_ok_and(|moment| moment.time <= NOW + DAY_MS), "{rule:?} {text}");
    }
}
