//! The hot paths alone, for an instruction counter: `make kernels` runs each of them with more and with fewer rounds, and holds the difference against
//! `bench/kernels.json`. Counts hardly depend on what else the machine does, so that a change of a few percent shows on a busy one.

use crate::load::body;
use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use sillage_behavior::{AskError, Cancel, Question, Settings, expression::LookupColumn};
use sillage_event::{Append, Batch, Event, PersonId, ProjectId};
use sillage_plan::Compiled;
use sillage_query::{Engine, History, Limits, Source};
use sillage_store::{Snapshot, Store, StoreOptions, snapshot_of};
use sillage_wire::{PlanInForce, Protocol, Received, Token};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

/// Events carry times around this moment, and the answers are asked at it.
const NOW_MS: i64 = 1_790_000_000_000;
const PROJECT: ProjectId = ProjectId(1);
const BATCH: usize = 500;
const MOST_ROUNDS: usize = 3;

#[derive(Debug, Args)]
pub(crate) struct Kernel {
    kernel: Which,
    /// How many events go through it in a round.
    #[arg(long, default_value_t = 5_000)]
    events: usize,
    /// What is prepared is the same for any number of rounds; at most 3 where events are received.
    #[arg(long, default_value_t = 1)]
    rounds: u8,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// Requests as they arrive, made into checked events.
    Receive,
    /// The same, held against a tracking plan of 60 events with a rule for each property.
    Planned,
    /// The same, then the journal, the duplicates and the columns in memory, up to the reply.
    Keep,
    Trend,
    Funnel,
    Retention,
    Journey,
}

pub(crate) fn run(kernel: &Kernel) -> anyhow::Result<()> {
    let n_batches = kernel.events.div_ceil(BATCH);
    let bodies = body::batches_at(NOW_MS, n_batches * MOST_ROUNDS, BATCH)?;
    let rounds = usize::from(kernel.rounds);
    anyhow::ensure!(
        rounds <= MOST_ROUNDS || !matches!(kernel.kernel, Which::Receive | Which::Planned | Which::Keep),
        "events are prepared for {MOST_ROUNDS} rounds"
    );
    match kernel.kernel {
        Which::Receive => bodies[..n_batches * rounds].iter().try_for_each(|body| receive(body).map(|batch| drop(black_box(batch)))),
        Which::Planned => {
            let plan = plan()?;
            bodies[..n_batches * rounds].iter().try_for_each(|body| receive_under(body, Some(&plan)).map(|batch| drop(black_box(batch))))
        }
        Which::Keep => keep(&bodies[..n_batches * rounds]),
        Which::Trend => ask(
            &bodies[..n_batches],
            rounds,
            json!({"kind": "trend", "interval": "day", "series": [{"select": {"event": "purchase"}, "measure": "unique"}], "breakdown": [{"property": "country"}]}),
        ),
        Which::Funnel => ask(
            &bodies[..n_batches],
            rounds,
            json!({"kind": "funnel", "steps": [{"event": "search"}, {"event": "view_item"}, {"event": "purchase"}], "window": {"n": 7, "unit": "day"}}),
        ),
        Which::Retention => ask(
            &bodies[..n_batches],
            rounds,
            json!({"kind": "retention", "birth": {"event": "search"}, "return": {"event": "purchase"}, "unit": "day", "periods": 7}),
        ),
        Which::Journey => {
            ask(&bodies[..n_batches], rounds, json!({"kind": "journey", "over": "person", "anchor": {"select": {"event": "search"}}, "depth": 4}))
        }
    }
}

/// The events that the load generator makes, among others, with rules that they keep.
fn plan() -> anyhow::Result<PlanInForce> {
    let of_request = json!({
        "country": {"type": "string", "required": true, "values": ["FR", "US", "DE", "GB", "ES", "IT", "BE", "CH"]}, "plan": {"same_as": "plan"},
        "utm_source": {"type": "string"}, "path": {"type": "string", "pattern": "^/p/[0-9]+$"}, "amount": {"type": "number", "min": 0, "max": 1000},
        "signed_in": {"type": "boolean", "required": true}, "release": {"type": "string"},
    });
    let names = ["$pageview", "$click", "search", "view_item", "add_to_cart", "begin_checkout", "purchase", "signup", "login", "share", "upload", "settings"];
    let others = (0..48).map(|i| format!("other_{i}"));
    let events: serde_json::Map<String, Value> =
        names.into_iter().map(str::to_owned).chain(others).map(|name| (name, json!({"on_violation": "reject", "properties": of_request}))).collect();
    let document = json!({"plan": 1, "properties": {"plan": {"type": "string", "values": ["free", "pro", "team"]}}, "events": events});
    let rules = Compiled::new(&sillage_plan::from_json(&document)?).map_err(|problem| anyhow!("{}: {}", problem.field, problem.message))?;
    Ok(PlanInForce { rules: Arc::new(rules), has_room: true })
}

fn receive(body: &[u8]) -> anyhow::Result<Batch> {
    receive_under(body, None)
}

fn receive_under(body: &[u8], plan: Option<&PlanInForce>) -> anyhow::Result<Batch> {
    let received = Received {
        path_kind: Protocol::NativeEvents,
        content_type: Some("application/json"),
        content_encoding: Some("gzip"),
        query: "",
        body,
        host: None,
        user_agent: None,
        accept_language: None,
        client_ip: None,
        received_at: NOW_MS,
        authorization: None,
        key_header: Some("wk_kernel"),
        request_id: "1",
        idempotency_key: None,
    };
    let settings = sillage_wire::Settings {
        limits: sillage_wire::Limits::default(),
        geo: None,
        group_types: &|_, _| Vec::new(),
        plan: &|_, _| plan.cloned(),
        visitor_secret: b"kernel",
    };
    let decoded = sillage_wire::receive(&received, &settings)?;
    let (_, batch) = decoded.batches.into_iter().find(|(token, _)| *token == Token::OfKey).context("nothing was accepted")?;
    anyhow::ensure!(batch.refused.is_empty() && batch.events.len() == BATCH, "the load generator makes events that are refused");
    Ok(batch)
}

fn keep(bodies: &[Vec<u8>]) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("sillage-kernel-{}", std::process::id()));
    let store = Store::open(&folder, StoreOptions::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for body in bodies {
        runtime.block_on(store.append(PROJECT, receive(body)?)).map_err(|error| anyhow!("{error:?}"))?;
    }
    store.close()?;
    std::fs::remove_dir_all(&folder).context("cannot remove the folder of the kernel")
}

fn ask(bodies: &[Vec<u8>], rounds: usize, mut question: Value) -> anyhow::Result<()> {
    let mut events: Vec<Event> = Vec::new();
    for body in bodies {
        events.extend(receive(body)?.events);
    }
    let source = Kept { snapshot: Arc::new(snapshot_of(PROJECT, &events)?) };
    let engine = Engine::new(Arc::new(source), Limits::default(), 1).map_err(|error| anyhow!("{error:?}"))?;
    question["range"] = json!({"from": "2026-09-15", "to": "2026-10-01"});
    question["fresh"] = true.into();
    let question = Question::from_json(&question).map_err(|error| anyhow!("{}: {}", error.field, error.message))?;
    for _ in 0..rounds {
        let answer = engine.answer(PROJECT, &Settings::default(), &question, Cancel::default());
        black_box(answer.map_err(|error| anyhow!("{error:?}"))?);
    }
    Ok(())
}

/// Events and nothing else.
struct Kept {
    snapshot: Arc<Snapshot>,
}

impl Source for Kept {
    fn snapshot(&self, _: ProjectId) -> Result<Arc<Snapshot>, AskError> {
        Ok(Arc::clone(&self.snapshot))
    }

    fn profiles_version(&self) -> u64 {
        0
    }

    fn persons(&self, _: ProjectId) -> Result<Arc<HashMap<PersonId, Arc<str>>>, AskError> {
        Ok(Arc::default())
    }

    fn person_property(&self, _: ProjectId, _: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError> {
        Ok(Arc::default())
    }

    fn group_property(&self, _: ProjectId, _: &str, _: &str) -> Result<Arc<HashMap<String, Value>>, AskError> {
        Ok(Arc::default())
    }

    fn person_history(&self, _: ProjectId, _: &str) -> Result<History, AskError> {
        Ok(Arc::default())
    }

    fn lookup(&self, _: ProjectId, _: &str, _: &str) -> Result<Option<LookupColumn>, AskError> {
        Ok(None)
    }

    fn now(&self) -> i64 {
        NOW_MS
    }
}
