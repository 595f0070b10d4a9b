//! A small random world: few people, few events, so that everything that can collide does.
//!
//! Arrival is not in order of time, some events arrive twice, devices become users before and after they act, properties hold numbers, texts, lists,
//! nothing and the wrong type. The same seed and shape give the same world.

mod visit;

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sillage_event::{Event, Identity, Properties};
use std::collections::BTreeMap;

/// What a world may contain.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub n_events: usize,
    pub n_users: usize,
    pub n_devices: usize,
    /// Milliseconds UTC.
    pub start_ms: i64,
    pub length_ms: i64,
    /// Whether two events may have the same millisecond.
    pub ties: bool,
    /// Whether some people's clients send session ids.
    pub session_ids: bool,
}

/// Events in order of arrival, and profiles as they are now.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub events: Vec<Event>,
    pub persons: BTreeMap<Identity, Properties>,
    pub groups: BTreeMap<(String, String), Properties>,
    /// The values that properties of persons had, each from when on.
    pub history: BTreeMap<(Identity, String), Vec<(i64, Value)>>,
    pub now_ms: i64,
}

pub const EVENT_NAMES: [&str; 4] = ["A", "B", "C", "D"];
const MINUTE_MS: i64 = 60_000;

impl World {
    #[must_use]
    pub fn generate(seed: u64, shape: Shape) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut world = Self { now_ms: shape.start_ms + rng.random_range(shape.length_ms / 2..shape.length_ms * 2), ..Self::default() };
        world.profiles(&mut rng, shape);
        let mut times: Vec<i64> = (0..shape.n_events).map(|_| moment(&mut rng, shape)).collect();
        if !shape.ties {
            times.sort_unstable();
            for i in 1..times.len() {
                times[i] = times[i].max(times[i - 1] + 1);
            }
        }
        for (rank, time) in times.into_iter().enumerate() {
            let event = event(&mut rng, shape, rank, time);
            world.events.push(event);
        }
        arrive(&mut rng, &mut world.events);
        world.changes(&mut rng, shape);
        world
    }

    /// Makes most events those of a browser's tag: page summaries, signals of friction, vitals, errors. The same event comes out the same, however often it came.
    pub fn browse_pages(&mut self, seed: u64) {
        for event in &mut self.events {
            let rank: u64 = event.insert_id[1..].parse().unwrap_or_default();
            visit::browse(&mut ChaCha8Rng::seed_from_u64(seed ^ rank.wrapping_mul(0x9E37_79B9_7F4A_7C15)), event);
        }
    }

    fn profiles(&mut self, rng: &mut ChaCha8Rng, shape: Shape) {
        for user in 0..shape.n_users {
            if rng.random_bool(0.7) {
                let mut set = Properties::new();
                set.insert("role".into(), one_of(rng, &[json!("dev"), json!("ops"), json!(""), json!(3)]));
                if rng.random_bool(0.5) {
                    set.insert("teams".into(), one_of(rng, &[json!(["x", "y"]), json!(["y"]), json!([]), json!("x")]));
                }
                self.persons.insert(Identity::User(user_id(user)), set);
            }
        }
        for device in 0..shape.n_devices {
            if rng.random_bool(0.2) {
                let role = one_of(rng, &[json!("dev"), json!("guest")]);
                self.persons.insert(Identity::Device(device_id(device)), Properties::from_iter([("role".to_owned(), role)]));
            }
        }
        for key in ["c1", "c2"] {
            if rng.random_bool(0.7) {
                let tier = one_of(rng, &[json!("gold"), json!("tin"), json!(7)]);
                self.groups.insert(("company".into(), key.into()), Properties::from_iter([("tier".to_owned(), tier)]));
            }
        }
    }
}

impl World {
    /// What people were before they became what their profiles say.
    fn changes(&mut self, rng: &mut ChaCha8Rng, shape: Shape) {
        for (identity, properties) in &self.persons {
            for (name, latest) in properties {
                let mut values: Vec<(i64, Value)> = Vec::new();
                let mut at = shape.start_ms - shape.length_ms / 4;
                for _ in 0..rng.random_range(0..3) {
                    at += rng.random_range(0..shape.length_ms);
                    values.push((at, one_of(rng, &[json!("dev"), json!("ops"), Value::Null, json!(["x"])])));
                }
                values.push((at + rng.random_range(0..shape.length_ms), latest.clone()));
                self.history.insert((identity.clone(), name.clone()), values);
            }
        }
    }
}

/// Removes events as long as `fails` still does: what is left shows the fault.
pub fn minimize(world: &World, fails: impl Fn(&World) -> bool) -> World {
    let mut least = world.clone();
    let mut chunk = least.events.len().max(1);
    while chunk > 0 {
        let mut at = 0;
        while at < least.events.len() {
            let mut tried = least.clone();
            tried.events.drain(at..(at + chunk).min(tried.events.len()));
            if fails(&tried) {
                least = tried;
            } else {
                at += chunk;
            }
        }
        chunk /= 2;
    }
    least
}

fn user_id(user: usize) -> String {
    format!("u{user}")
}

fn device_id(device: usize) -> String {
    format!("d{device}")
}

fn one_of(rng: &mut ChaCha8Rng, values: &[Value]) -> Value {
    values[rng.random_range(0..values.len())].clone()
}

/// Times crowd: often on a whole ten minutes, else anywhere.
fn moment(rng: &mut ChaCha8Rng, shape: Shape) -> i64 {
    let at = shape.start_ms + rng.random_range(0..shape.length_ms);
    if rng.random_bool(if shape.ties { 0.8 } else { 0.3 }) { at.div_euclid(10 * MINUTE_MS) * 10 * MINUTE_MS } else { at }
}

fn event(rng: &mut ChaCha8Rng, shape: Shape, rank: usize, time: i64) -> Event {
    let user = rng.random_range(0..shape.n_users);
    // A device has an owner, mostly; now and then somebody else signs in on it.
    let device = if rng.random_bool(0.8) { user % shape.n_devices } else { rng.random_range(0..shape.n_devices) };
    let (distinct_id, device_id, user_id) = match rng.random_range(0..100) {
        0..30 => (format!("$device:{}", device_id(device)), Some(device_id(device)), None),
        30..60 => (user_id(user), Some(device_id(device)), Some(user_id(user))),
        60..80 => (user_id(user), None, Some(user_id(user))),
        80..95 => (user_id(user), None, None),
        95..98 => (String::new(), Some(device_id(device)), None),
        _ => (String::new(), None, None),
    };
    let mut properties = Properties::new();
    let mut maybe = |name: &str, chance: f64, values: &[Value]| {
        if rng.random_bool(chance) {
            properties.insert(name.to_owned(), one_of(rng, values));
        }
    };
    maybe("plan", 0.7, &[json!("free"), json!("pro"), json!("Pro"), json!(""), json!(null), json!(1), json!(true)]);
    maybe("amount", 0.8, &[json!(1), json!(2.5), json!(10), json!(0), json!(-3), json!("12"), json!(true)]);
    maybe("tags", 0.5, &[json!(["a", "b"]), json!(["b"]), json!(["b", "b", "c"]), json!([]), json!("a"), json!([1, "1"])]);
    maybe("deep", 0.3, &[json!({"er": "x"}), json!({"er": 4}), json!({"other": 1}), json!("flat")]);
    maybe("$current_url", 0.6, &[json!("https://x.example/a/"), json!("https://x.example/a"), json!("https://x.example/b?q=1#z"), json!("/")]);
    maybe("item", 0.6, &[json!("i1"), json!("i2")]);
    let groups = match rng.random_range(0..10) {
        0..4 => vec![("company".to_owned(), vec!["c1".to_owned()])],
        4..6 => vec![("company".to_owned(), vec!["c2".to_owned()])],
        6 => vec![("company".to_owned(), vec!["c1".to_owned(), "c2".to_owned()])],
        _ => Vec::new(),
    };
    let session_id = (shape.session_ids && user % 2 == 0 && user_id.is_some()).then(|| format!("s{user}-{}", time / (3 * 60 * MINUTE_MS)));
    Event {
        name: EVENT_NAMES[rng.random_range(0..EVENT_NAMES.len())].to_owned(),
        time,
        distinct_id,
        device_id,
        user_id,
        insert_id: format!("e{rank}"),
        session_id,
        seq: None,
        groups,
        properties,
        received_at: time,
    }
}

/// Late arrivals, and some that come twice.
fn arrive(rng: &mut ChaCha8Rng, events: &mut Vec<Event>) {
    for _ in 0..events.len() / 3 {
        let (a, b) = (rng.random_range(0..events.len()), rng.random_range(0..events.len()));
        events.swap(a, b);
    }
    for _ in 0..events.len() / 10 {
        let again = events[rng.random_range(0..events.len())].clone();
        events.insert(rng.random_range(0..=events.len()), again);
    }
}
