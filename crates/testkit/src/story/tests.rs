use super::{DAY_MS, STORY_DAYS, Surveys, generate};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

const END_MS: i64 = 1_795_000_000_000;

fn events() -> Vec<Value> {
    generate(END_MS, 7, Surveys::default()).filter(|line| line.get("event").is_some()).collect()
}

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}

#[test]
fn the_same_arguments_tell_the_same_story() {
    assert!(generate(END_MS, 7, Surveys::default()).eq(generate(END_MS, 7, Surveys::default())));
    assert!(!generate(END_MS, 7, Surveys::default()).eq(generate(END_MS, 8, Surveys::default())));
}

#[test]
fn it_has_a_size_that_a_demonstration_can_load_and_show() {
    let n_events = events().len();
    assert!((100_000..250_000).contains(&n_events), "{n_events} events");
    let people = generate(END_MS, 7, Surveys::default()).filter(|line| line.get("person").is_some()).count();
    assert!((700..1_500).contains(&people), "{people} people");
}

#[test]
fn groups_and_people_come_first_and_events_in_order_of_time() {
    let ranks: Vec<u8> = generate(END_MS, 7, Surveys::default())
        .map(|line| match () {
            () if line.get("group_type").is_some() => 0,
            () if line.get("person").is_some() => 1,
            () => 2,
        })
        .collect();
    assert!(ranks.is_sorted());
    let times: Vec<i64> = events().iter().filter_map(|line| line["time"].as_i64()).collect();
    assert!(times.is_sorted());
    assert!(times.first().is_some_and(|first| *first >= END_MS - (STORY_DAYS + 1) * DAY_MS));
    assert!(times.last().is_some_and(|last| *last < END_MS && *last > END_MS - 2 * DAY_MS));
}

#[test]
fn no_event_is_told_twice() {
    let events = events();
    let ids: HashSet<&str> = events.iter().map(|line| text(line, "insert_id")).collect();
    assert_eq!(ids.len(), events.len());
}

#[test]
fn a_device_becomes_a_user_at_sign_up() {
    let events = events();
    let anonymous: HashSet<&str> = events.iter().filter(|line| line.get("user_id").is_none()).map(|line| text(line, "device_id")).collect();
    let n_linked = events.iter().filter(|line| text(line, "event") == "Signed up" && anonymous.contains(text(line, "device_id"))).count();
    assert!(n_linked > 200, "{n_linked} devices were seen before they signed up");
}

#[test]
fn every_chapter_is_in_it() {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for line in events() {
        *counts.entry(text(&line, "event").to_owned()).or_default() += 1;
    }
    for name in [
        "$pageview",
        "Signed up",
        "Logged in",
        "Contacts imported",
        "Campaign started",
        "Audience chosen",
        "Template chosen",
        "E-mail edited",
        "Campaign scheduled",
        "Campaign sent",
        "$page_summary",
        "$friction",
        "Help opened",
        "$survey_shown",
        "$survey_answered",
        "$survey_completed",
        "$survey_dismissed",
        "Plan upgraded",
        "Plan cancelled",
        "Invoice paid",
    ] {
        assert!(counts.get(name).is_some_and(|n| *n >= 30), "{name}: {:?}", counts.get(name));
    }
}

/// The funnel must show the fault of release 2.15 and its repair.
#[test]
fn the_broken_release_costs_campaigns_on_phones_and_in_safari() {
    let mut by_release: HashMap<String, [f64; 2]> = HashMap::new();
    for line in events() {
        let properties = &line["properties"];
        let touched = text(properties, "$device_type") == "Mobile" || text(properties, "$browser") == "Safari";
        let step = match text(&line, "event") {
            "Campaign started" => 0,
            "Audience chosen" => 1,
            _ => continue,
        };
        if touched {
            by_release.entry(text(properties, "$release").to_owned()).or_default()[step] += 1.0;
        }
    }
    let rate = |release: &str| by_release.get(release).map_or(0.0, |[started, chosen]| chosen / started);
    assert!(rate("2.14.0") > 0.65, "{by_release:?}");
    assert!(rate("2.15.0") < 0.45, "{by_release:?}");
    assert!(rate("2.16.0") > 0.65, "{by_release:?}");
}
