//! An answer that is given again is the one that would be computed, while events arrive and time passes.

use crate::{
    asking::{self, Layout, PROJECT},
    questions::{Asked, KINDS, shape},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sillage_behavior::{Ask, Cancel, Question, Reply, Settings};
use sillage_event::Event;
use sillage_query::{Engine, Source};
use sillage_testkit::world::World;
use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

const SEVEN: Layout = Layout { n_segments: 7, bits: [1, 0, 2], n_linked: 0, threads: 1 };

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// What a reply says, but for how long it took, and whether anything was read for it.
fn asked<S: Source>(engine: &Engine<S>, question: &Question) -> (Result<Value, String>, bool) {
    let cancel = Cancel::default();
    let reply = wait(engine.ask(PROJECT, &Settings::default(), question.clone(), cancel.clone()));
    (reply.map(said).map_err(|error| error.to_string()), cancel.events_read() > 0)
}

fn said(reply: Reply) -> Value {
    serde_json::to_value(Reply { elapsed_ms: 0.0, ..reply }).unwrap()
}

#[test]
fn an_answer_is_given_again_only_where_it_would_be_the_same() {
    let mut given_again = 0;
    for seed in 0..320 {
        let kind = KINDS[seed as usize % KINDS.len()];
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (shape, zone) = shape(&mut rng, false);
        let mut world = World::generate(seed, shape);
        if ["friction", "heatmap", "vital", "error"].contains(&kind) {
            world.browse_pages(seed);
        }
        if seed / 64 % 4 != 0 {
            world.events.sort_by_key(|event| event.time);
        }
        let question = Asked { rng: &mut rng, shape, zone, breakdowns: true, no_past: false }.question(kind);
        let Ok(read) = Question::from_json(&question) else { continue };
        let (engine, at, last) = asking::growing(&world, SEVEN, [0, 90_000, 5_000_000, 50_000_000][seed as usize / 16 % 4]);
        let mut computed_before = false;
        for stage in 0..=last {
            at.store(stage, Ordering::Relaxed);
            let fresh = engine.answer(PROJECT, &Settings::default(), &read, Cancel::default());
            let (told, has_read) = asked(&engine, &read);
            assert_eq!(told, fresh.map(said).map_err(|error| error.to_string()), "seed {seed}, stage {stage}\n{question}");
            given_again += usize::from(computed_before && !has_read);
            computed_before |= has_read;
        }
    }
    assert!(given_again > 60, "{given_again}");
}

#[test]
fn events_of_today_do_not_make_an_answer_about_last_month_old() {
    const DAY: i64 = 86_400_000;
    let event = |day: i64| Event { name: "A".to_owned(), time: day * DAY, distinct_id: "u1".to_owned(), insert_id: format!("{day}"), ..Event::default() };
    let world = World { events: [1, 40, 41, 2].map(event).to_vec(), now_ms: 60 * DAY, ..World::default() };
    let (engine, at, _) = asking::growing(&world, Layout { n_segments: 4, ..SEVEN }, 1);
    let question = json!({
        "kind": "trend", "series": [{"select": {"event": "A"}, "measure": "unique"}], "interval": "day", "timezone": "UTC",
        "range": {"from": "1970-01-01", "to": "1970-01-31"},
    });
    let question = Question::from_json(&question).unwrap();
    let reads = |stage: usize| {
        at.store(stage, Ordering::Relaxed);
        asked(&engine, &question).1
    };
    assert!(reads(1), "asked for the first time");
    assert!(!reads(2) && !reads(3), "what came later happened later");
    assert!(reads(4), "what came last happened within the range");
    assert!(!reads(4));
}
