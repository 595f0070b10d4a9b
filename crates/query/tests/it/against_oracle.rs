//! Random questions about random worlds: every layout must give the oracle's answer.
//!
//! A failure prints the seed, the question and a world made as small as it can be; `SEED=<n>` runs one seed, `CASES=<n>` so many.

use crate::{
    asking::{self, LAYOUTS, Layout, ONE_SEGMENT},
    questions::{Asked, shape},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::Value;
use sillage_testkit::{
    oracle,
    world::{World, minimize},
};

fn faults(world: &World, question: &Value, layout: Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let got = asking::ask(&asking::engine(world, layout), question);
    if got.get("error").is_some() {
        return vec![got.to_string()];
    }
    asking::differences(&oracle::answer(world, question), &got, "", &mut faults);
    faults
}

fn check(kind: &str, ties: bool, default_cases: u64, layouts: &[Layout]) {
    check_where(kind, ties, default_cases, layouts, |_| true);
}

fn check_where(kind: &str, ties: bool, default_cases: u64, layouts: &[Layout], exists: impl Fn(&sillage_event::Event) -> bool) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CASES").unwrap_or(default_cases),
    };
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9) ^ kind.len() as u64);
        let (shape, zone) = shape(&mut rng, ties);
        let mut world = World::generate(seed, shape);
        world.events.retain(&exists);
        if ["friction", "heatmap", "vital", "error"].contains(&kind) {
            world.browse_pages(seed);
        }
        let mut question = Asked { rng: &mut rng, shape, zone, breakdowns: !ties, no_past: ties }.question(kind);
        if question["friction"] == true {
            world.browse_pages(seed);
        }
        if layouts.len() == 1 {
            question.as_object_mut().unwrap().remove("actor");
        }
        for layout in layouts {
            if faults(&world, &question, *layout).is_empty() {
                continue;
            }
            let least = minimize(&world, |world| !faults(world, &question, *layout).is_empty());
            let events: String = least.events.iter().map(|event| format!("  {}\n", serde_json::to_string(event).unwrap())).collect();
            panic!(
                "seed {seed}, {layout:?}\nnow {}\n{question}\n{events}{:?}\n{:?}\n{}",
                least.now_ms,
                least.persons,
                least.groups,
                faults(&least, &question, *layout).join("\n")
            );
        }
    }
}

#[test]
fn trends() {
    check("trend", false, 300, &LAYOUTS);
}

#[test]
fn trends_of_events_at_the_same_time() {
    check("trend", true, 80, &LAYOUTS);
}

#[test]
fn funnels() {
    check("funnel", false, 400, &LAYOUTS);
}

#[test]
fn funnels_of_events_at_the_same_time() {
    check("funnel", true, 250, &LAYOUTS);
}

#[test]
fn retention() {
    check("retention", false, 250, &LAYOUTS);
}

#[test]
fn retention_of_events_at_the_same_time() {
    check("retention", true, 100, &LAYOUTS);
}

#[test]
fn frequency() {
    check("frequency", false, 150, &LAYOUTS);
}

#[test]
fn lifecycle() {
    check("lifecycle", false, 150, &LAYOUTS);
}

#[test]
fn sessions() {
    check("sessions", false, 150, &LAYOUTS);
}

#[test]
fn attribution() {
    check("attribution", false, 300, &LAYOUTS);
}

#[test]
fn impact() {
    check("impact", false, 250, &LAYOUTS);
}

#[test]
fn drivers() {
    check("driver", false, 250, &LAYOUTS);
}

#[test]
fn features() {
    check("feature", false, 250, &LAYOUTS);
}

#[test]
fn friction() {
    check("friction", false, 400, &LAYOUTS);
}

#[test]
fn heatmaps() {
    check("heatmap", false, 300, &LAYOUTS);
}

#[test]
fn vitals() {
    check("vital", false, 200, &LAYOUTS);
}

#[test]
fn errors() {
    check("error", false, 200, &LAYOUTS);
}

#[test]
fn cohorts() {
    check("cohort", false, 400, &LAYOUTS);
}

#[test]
fn cohorts_of_events_at_the_same_time() {
    check("cohort", true, 100, &LAYOUTS);
}

#[test]
fn journeys() {
    check("journey", false, 200, &LAYOUTS);
}

#[test]
fn journeys_of_events_at_the_same_time() {
    // The order of arrival counts: it is one segment's to tell, among events that came under one id.
    check_where("journey", true, 60, &[ONE_SEGMENT], |event| event.user_id.is_some());
}
