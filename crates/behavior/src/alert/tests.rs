use super::*;
use crate::metric::Metric;
use proptest::prelude::*;
use serde_json::json;

fn metric(unit: &str, measure: &str) -> Metric {
    let series = json!([{"select": {"event": "Order"}, "measure": measure}]);
    Metric::from_json(&json!({"kind": "trend", "series": series, "interval": unit, "range": {"last": 30, "unit": "day"}}), None).unwrap()
}

fn zone() -> Zone {
    Zone::new("Europe/Paris", false).unwrap()
}

/// Values from Monday 5 January 2026 on.
fn points(unit: Unit, values: &[f64]) -> Vec<Point> {
    let zone = zone();
    let mut start = zone.start_of_written("2026-01-05").unwrap();
    let mut points = Vec::new();
    for value in values {
        points.push(Point { start: zone.format(start), value: Some(*value), n: None, is_over: true });
        start = zone.step(start, unit, 1);
    }
    points
}

fn last(watch: Watch, metric: &Metric, points: &[Point]) -> Verdict {
    watch.judge(metric, &zone(), points, points.len() - 1)[0]
}

fn watch(condition: Condition) -> Watch {
    Watch { condition, least: 0 }
}

const UNUSUAL: Condition = Condition::Unusual { sensitivity: Sensitivity::Medium, way: None };

/// Weeks of days: working days of about 100 that grow, weekends of a third; with a stray that is always the same.
fn weeks(n: usize) -> Vec<f64> {
    let stray = [3.0, -4.0, 0.0, 5.0, -2.0, 1.0, -3.0, 4.0, -1.0, 2.0, -5.0];
    (0..n * 7).map(|day| (if day % 7 < 5 { 100.0 } else { 33.0 } * (1.0 + day as f64 / 400.0) + stray[day % 11]).round()).collect()
}

#[test]
fn bounds_are_beyond_and_not_at() {
    let metric = metric("day", "total");
    let fires = |condition, value| last(watch(condition), &metric, &points(Unit::Day, &[value])).fires;
    assert!(fires(Condition::Above(10.0), 11.0) && !fires(Condition::Above(10.0), 10.0));
    assert!(fires(Condition::Below(10.0), 9.0) && !fires(Condition::Below(10.0), 10.0));
}

#[test]
fn a_move_is_against_the_interval_before_or_the_week_before() {
    let metric = metric("day", "total");
    let days = points(Unit::Day, &[80.0, 100.0, 100.0, 100.0, 100.0, 30.0, 30.0, 60.0]);
    let moves = |way, by, is_share, against| last(watch(Condition::Moves { way, by, is_share, against }), &metric, &days);
    assert!(moves(Way::Up, 1.0, true, Against::Before).fires);
    assert!(!moves(Way::Up, 1.01, true, Against::Before).fires);
    assert!(moves(Way::Down, 0.25, true, Against::LastWeek).fires);
    assert_eq!(moves(Way::Down, 20.0, false, Against::LastWeek).reference, Some(80.0));
    assert!(!moves(Way::Down, 21.0, false, Against::LastWeek).fires);
    // Up from nothing is any share.
    let up = Condition::Moves { way: Way::Up, by: 5.0, is_share: true, against: Against::Before };
    assert!(last(watch(up), &metric, &points(Unit::Day, &[0.0, 3.0])).fires);
    assert_eq!(last(watch(up), &metric, &points(Unit::Day, &[3.0])).unjudged, Some(Unjudged::NoPast));
}

#[test]
fn a_week_before_is_seven_days_before_where_clocks_are_changed() {
    let (metric, zone) = (metric("hour", "total"), zone());
    // The clocks of Paris go on an hour on 29 March 2026: that Sunday has 23 hours.
    let mut start = zone.start_of_written("2026-03-23").unwrap();
    let mut hours = Vec::new();
    for _ in 0..(8 * 24 - 1) {
        hours.push(Point { start: zone.format(start), value: Some(f64::from(zone.civil(start).hour())), n: None, is_over: true });
        start = zone.step(start, Unit::Hour, 1);
    }
    let same = watch(Condition::Moves { way: Way::Up, by: 1.0, is_share: false, against: Against::LastWeek });
    let verdict = last(same, &metric, &hours);
    assert_eq!((verdict.fires, verdict.reference), (false, Some(23.0)));
}

#[test]
fn what_is_too_few_not_over_or_unknown_is_not_judged() {
    let mut one = points(Unit::Day, &[5.0]);
    let few = Watch { condition: Condition::Below(10.0), least: 6 };
    assert_eq!(last(few, &metric("day", "total"), &one).unjudged, Some(Unjudged::TooFew));
    assert!(last(Watch { least: 5, ..few }, &metric("day", "total"), &one).fires);
    one[0].is_over = false;
    assert_eq!(last(few, &metric("day", "total"), &one).unjudged, Some(Unjudged::NotOver));
    one[0] = Point { value: None, is_over: true, ..one[0].clone() };
    assert_eq!(last(few, &metric("day", "total"), &one).unjudged, Some(Unjudged::NoValue));
    // Of a share it is what it is taken of that counts.
    let funnel = json!({"kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}], "window": {"n": 1, "unit": "day"}, "interval": "day"});
    let funnel = Metric::from_json(&funnel, None).unwrap();
    one[0] = Point { value: Some(0.02), n: Some(19), ..one[0].clone() };
    assert_eq!(last(Watch { condition: Condition::Below(0.1), least: 20 }, &funnel, &one).unjudged, Some(Unjudged::TooFew));
}

#[test]
fn a_weekend_is_not_unusual_and_a_working_day_like_a_weekend_is() {
    let metric = metric("day", "total");
    let mut days = weeks(14);
    let verdicts = watch(UNUSUAL).judge(&metric, &zone(), &points(Unit::Day, &days), 0);
    assert!(verdicts.iter().all(|one| !one.fires), "a steady past is not told of");
    // Eight of a weekday are there after a season for the level and eight more; with working days as one, after a season and eight days.
    assert_eq!(verdicts.iter().position(|one| one.unjudged.is_none()), Some(7 + 10));
    let at = days.len() - 5;
    days.truncate(at + 1);
    assert_eq!(at % 7, 2);
    days[at] = 40.0;
    let verdict = last(watch(UNUSUAL), &metric, &points(Unit::Day, &days));
    assert!(verdict.fires && verdict.reference.unwrap() > 100.0, "{verdict:?}");
    assert!(!last(watch(Condition::Unusual { sensitivity: Sensitivity::Medium, way: Some(Way::Up) }), &metric, &points(Unit::Day, &days)).fires);
}

#[test]
fn what_has_just_begun_has_no_past() {
    let metric = metric("day", "total");
    let mut days = vec![0.0; 42];
    days.extend(weeks(3));
    let verdicts = watch(UNUSUAL).judge(&metric, &zone(), &points(Unit::Day, &days), 0);
    assert!(verdicts.iter().all(|one| !one.fires));
    assert_eq!(verdicts.iter().position(|one| one.unjudged.is_none()).map(|at| at > 42 + 14), Some(true));
}

#[test]
fn growth_is_expected_and_one_odd_week_does_not_move_what_is_expected() {
    let metric = metric("day", "total");
    let mut days = weeks(16);
    let before = last(watch(UNUSUAL), &metric, &points(Unit::Day, &days)).reference.unwrap();
    let n = days.len();
    for value in &mut days[n - 8..n - 1] {
        *value *= 3.0;
    }
    let after = last(watch(UNUSUAL), &metric, &points(Unit::Day, &days)).reference.unwrap();
    assert!((before - after).abs() / before < 0.1, "{before} {after}");
}

#[test]
fn hours_are_known_by_their_weekday() {
    let metric = metric("hour", "total");
    // Busy at nine on working days, quiet at night.
    let hours: Vec<f64> =
        (0..11 * 168).map(|hour| if hour / 24 % 7 < 5 && (9..18).contains(&(hour % 24)) { 400.0 } else { 20.0 } + (hour % 13) as f64).collect();
    let verdicts = watch(UNUSUAL).judge(&metric, &zone(), &points(Unit::Hour, &hours), 0);
    // The last Sunday of March is not among them.
    assert!(verdicts.iter().filter(|one| one.fires).count() == 0);
    let mut odd = hours.clone();
    let at = 10 * 168 + 24 + 3;
    odd[at] = 400.0;
    assert!(watch(UNUSUAL).judge(&metric, &zone(), &points(Unit::Hour, &odd[..=at]), at)[0].fires, "noon at three in the night");
}

#[test]
fn parts_add_up_and_the_one_that_moved_is_named() {
    let part = |name: &str, before: (f64, f64), now: (f64, f64)| Part {
        segment: json!(name),
        before: Measured { amount: before.0, of: before.1 },
        now: Measured { amount: now.0, of: now.1 },
    };
    let whole = |parts: &[Part]| {
        let sum = |of: &dyn Fn(&Part) -> Measured| {
            parts.iter().map(of).fold(Measured::default(), |sum, one| Measured { amount: sum.amount + one.amount, of: sum.of + one.of })
        };
        (sum(&|one| one.before), sum(&|one| one.now))
    };
    let amounts = [part("Safari", (300.0, 0.0), (60.0, 0.0)), part("Chrome", (600.0, 0.0), (610.0, 0.0)), part("Firefox", (100.0, 0.0), (98.0, 0.0))];
    let (before, now) = whole(&amounts);
    let reasons = explain(Whole::Amount, &amounts, before, now);
    assert_eq!((reasons.len(), &reasons[0].segment), (1, &json!("Safari")));
    assert!((reasons[0].contribution - 240.0 / 232.0).abs() < 1e-9);
    // Where all moved alike none explains it, however large.
    let alike = [part("Safari", (300.0, 0.0), (150.0, 0.0)), part("Chrome", (600.0, 0.0), (300.0, 0.0))];
    let (before, now) = whole(&alike);
    assert!(explain(Whole::Amount, &alike, before, now).is_empty());
    // Each rate is as it was; the mix is not.
    let mix = [part("ads", (10.0, 500.0), (40.0, 2000.0)), part("search", (200.0, 1000.0), (200.0, 1000.0))];
    let (before, now) = whole(&mix);
    let reasons = explain(Whole::Share, &mix, before, now);
    assert_eq!(reasons[0].segment, json!("ads"));
    let (r, w) = (|one: &Part| (one.before.amount / one.before.of, one.now.amount / one.now.of), |of: f64, all: f64| of / all);
    let sum: f64 = mix
        .iter()
        .map(|one| {
            w(one.now.of, now.of) * (r(one).1 - r(one).0) + (w(one.now.of, now.of) - w(one.before.of, before.of)) * (r(one).0 - before.amount / before.of)
        })
        .sum();
    assert!((sum - (now.amount / now.of - before.amount / before.of)).abs() < 1e-12);
}

proptest! {
    /// Contributions of all parts of a share add up to the move; nothing is infinite.
    #[test]
    fn contributions_add_up(parts in prop::collection::vec((0u32..500, 1u32..500, 0u32..500, 1u32..500), 1..8)) {
        let parts: Vec<Part> = parts.iter().enumerate().map(|(i, (a, n, b, m))| Part {
            segment: json!(i),
            before: Measured { amount: f64::from(*a.min(n)), of: f64::from(*n) },
            now: Measured { amount: f64::from(*b.min(m)), of: f64::from(*m) },
        }).collect();
        let sum = |of: fn(&Part) -> Measured| parts.iter().map(of).fold(Measured::default(), |s, one| Measured { amount: s.amount + one.amount, of: s.of + one.of });
        let (before, now) = (sum(|one| one.before), sum(|one| one.now));
        let all: f64 = parts.iter().map(|one| super::explain::of_share(one, before, now, now.amount / now.of - before.amount / before.of).0).sum();
        prop_assert!((all - (now.amount / now.of - before.amount / before.of)).abs() < 1e-9);
        for reason in explain(Whole::Share, &parts, before, now) {
            prop_assert!(reason.contribution.is_finite() && reason.excess.is_finite() && reason.z.is_finite());
        }
    }

    /// A band holds what is expected, and a wider one holds a narrower one.
    #[test]
    fn bands_nest(values in prop::collection::vec(0u32..1000, 30..120)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let (metric, points) = (metric("day", "total"), points(Unit::Day, &values));
        let bands = |sensitivity| watch(Condition::Unusual { sensitivity, way: None }).judge(&metric, &zone(), &points, 0);
        for (low, high) in bands(Sensitivity::Low).iter().zip(bands(Sensitivity::High)) {
            let (Some(wide), Some(narrow)) = (low.band, high.band) else { continue };
            prop_assert!(wide.low <= narrow.low && narrow.low <= narrow.expected && narrow.expected <= narrow.high && narrow.high <= wide.high);
            prop_assert!(!low.fires || high.fires);
        }
    }
}

/// How often counts that only chance moves are told of: Poisson, with a weekly season, over a year of days.
#[test]
fn chance_alone_is_seldom_told_of() {
    let metric = metric("day", "total");
    let mut random = 88_172_645_463_325_252_u64;
    let mut uniform = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut told = [0; 3];
    let mut judged = 0;
    for _ in 0..20 {
        let days: Vec<f64> = (0..364)
            .map(|day| {
                let mean: f64 = if day % 7 < 5 { 90.0 } else { 30.0 };
                // Knuth's way, by the product of uniform numbers.
                let (mut k, mut product, floor) = (0.0, uniform(), (-mean).exp());
                while product > floor {
                    k += 1.0;
                    product *= uniform();
                }
                k
            })
            .collect();
        let points = points(Unit::Day, &days);
        for (at, sensitivity) in [Sensitivity::Low, Sensitivity::Medium, Sensitivity::High].into_iter().enumerate() {
            let verdicts = watch(Condition::Unusual { sensitivity, way: None }).judge(&metric, &zone(), &points, 0);
            told[at] += verdicts.iter().filter(|one| one.fires).count();
            judged += usize::from(at == 0) * verdicts.iter().filter(|one| one.unjudged.is_none()).count();
        }
    }
    let share = told.map(|n| n as f64 / judged as f64);
    assert!(share[0] < 0.000_5 && share[1] < 0.001 && share[2] < 0.015, "{share:?}");
}
