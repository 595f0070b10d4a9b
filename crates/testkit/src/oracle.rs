//! Naive answers, written straight from the page that defines the questions: quadratic, obvious, and sharing no code with the engine.
//!
//! [`answer`] takes a world and a question as JSON and gives the part of the answer that the page defines, in the page's shape. It reads only well-formed
//! questions. People are written by name, intervals are found by local dates, funnels by trying every assignment of events to steps.

mod attribution;
pub mod calendar;
mod cohort;
mod driver;
mod engagement;
mod error;
mod feature;
mod filter;
mod friction;
pub mod funnel;
mod heatmap;
mod impact;
mod journey;
mod retention;
mod sessions;
mod trend;
mod vital;

use crate::world::World;
use calendar::Calendar;
use serde_json::{Value, json};
use sillage_event::Event;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

/// One event as a question sees it.
#[derive(Clone, Debug)]
pub(crate) struct Row<'w> {
    pub(crate) event: &'w Event,
    /// Who it counts for: the person, after links.
    pub(crate) person: Option<String>,
}

/// A world and a question, ready.
pub(crate) struct Scene<'w> {
    pub(crate) world: &'w World,
    pub(crate) question: &'w Value,
    pub(crate) calendar: Calendar,
    pub(crate) range: (i64, i64),
    /// Every event once, in order of time, then arrival.
    pub(crate) rows: Vec<Row<'w>>,
    links: HashMap<String, String>,
    /// Those that were asked for already.
    cohorts: RefCell<HashMap<String, BTreeSet<String>>>,
}

/// The answer that the page defines; fields that it leaves open are absent.
#[must_use]
pub fn answer(world: &World, question: &Value) -> Value {
    let scene = Scene::new(world, question);
    match question["kind"].as_str().unwrap_or_default() {
        "trend" if question.get("attribution").is_some() => attribution::answer(&scene),
        "trend" => trend::answer(&scene),
        "funnel" => funnel::answer(&scene),
        "retention" => retention::answer(&scene),
        "frequency" => engagement::frequency(&scene),
        "lifecycle" => engagement::lifecycle(&scene),
        "sessions" => sessions::answer(&scene),
        "impact" => impact::answer(&scene),
        "driver" => driver::answer(&scene),
        "feature" => feature::answer(&scene),
        "friction" => friction::answer(&scene),
        "heatmap" => heatmap::answer(&scene),
        "vital" => vital::answer(&scene),
        "error" => error::answer(&scene),
        "cohort" => cohort::answer(&scene),
        "journey" => journey::answer(&scene),
        other => panic!("no oracle for {other}"),
    }
}

/// The device that an event names, in either way of writing it.
fn device_of(event: &Event) -> Option<String> {
    event.device_id.clone().or_else(|| event.distinct_id.strip_prefix("$device:").map(str::to_owned))
}

/// Devices to the user they were first seen with, in order of arrival.
fn links_of(events: &[Event]) -> HashMap<String, String> {
    let mut links = HashMap::new();
    for event in events {
        if let (Some(device), Some(user)) = (device_of(event), &event.user_id) {
            links.entry(device).or_insert_with(|| user.clone());
        }
    }
    links
}

fn person_of(event: &Event, links: &HashMap<String, String>) -> Option<String> {
    if let Some(user) = &event.user_id {
        return Some(user.clone());
    }
    if !event.distinct_id.is_empty() && !event.distinct_id.starts_with("$device:") {
        return Some(event.distinct_id.clone());
    }
    let device = device_of(event)?;
    Some(links.get(&device).cloned().unwrap_or_else(|| format!("$device:{device}")))
}

impl<'w> Scene<'w> {
    fn new(world: &'w World, question: &'w Value) -> Self {
        let links = links_of(&world.events);
        let mut seen = BTreeSet::new();
        let mut rows: Vec<Row<'w>> = Vec::new();
        for event in &world.events {
            let who =
                if event.distinct_id.is_empty() { event.user_id.clone().or(event.device_id.clone()).unwrap_or_default() } else { event.distinct_id.clone() };
            if seen.insert((&event.name, who, event.time, &event.insert_id)) {
                rows.push(Row { event, person: person_of(event, &links) });
            }
        }
        rows.sort_by_key(|row| row.event.time);
        let zone = question["timezone"].as_str().unwrap_or("UTC");
        let calendar = Calendar::new(zone, question["week_start"] == "sunday");
        let range = if question["range"].is_null() { (i64::MIN, i64::MAX) } else { calendar.range(&question["range"], world.now_ms) };
        Self { world, question, calendar, range, rows, links, cohorts: RefCell::default() }
    }

    pub(crate) fn in_range(&self, time: i64) -> bool {
        self.range.0 <= time && time < self.range.1
    }

    /// The rows that exist for the question: those that its filter lets through.
    pub(crate) fn existing(&self) -> Vec<&Row<'w>> {
        self.rows.iter().filter(|row| self.question["filter"].is_null() || self.passes(row, &self.question["filter"])).collect()
    }

    /// Everybody that a row counts for.
    pub(crate) fn actors(&self, row: &Row<'_>) -> Vec<String> {
        self.actors_as(row, self.question["actor"].as_str().unwrap_or("person"))
    }

    pub(crate) fn actors_as(&self, row: &Row<'_>, actor: &str) -> Vec<String> {
        match actor {
            "person" => row.person.iter().cloned().collect(),
            "device" => row.event.device_id.clone().or(row.person.clone()).into_iter().collect(),
            other => {
                let kind = other.strip_prefix("group:").expect("an actor");
                row.event.groups.iter().filter(|(of, _)| of == kind).flat_map(|(_, keys)| keys.clone()).collect()
            }
        }
    }

    /// Each actor's rows, in order.
    pub(crate) fn by_actor<'s>(&self, rows: &[&'s Row<'w>]) -> BTreeMap<String, Vec<&'s Row<'w>>> {
        self.by_actor_as(rows, self.question["actor"].as_str().unwrap_or("person"))
    }

    pub(crate) fn by_actor_as<'s>(&self, rows: &[&'s Row<'w>], actor: &str) -> BTreeMap<String, Vec<&'s Row<'w>>> {
        let mut people: BTreeMap<String, Vec<&Row<'w>>> = BTreeMap::new();
        for row in rows {
            for actor in self.actors_as(row, actor) {
                people.entry(actor).or_default().push(row);
            }
        }
        people
    }

    /// Whether a row is an event of a selector. Without `first_time` the row alone decides.
    pub(crate) fn matches(&self, row: &Row<'_>, selector: &Value) -> bool {
        let named = match (selector.get("any_of"), selector.get("event")) {
            (Some(Value::Array(any)), _) => any.iter().any(|one| if one.is_string() { *one == *row.event.name } else { self.matches(row, one) }),
            (_, Some(Value::String(name))) => *name == row.event.name,
            _ => true,
        };
        named && (selector.get("where").is_none_or(|condition| self.passes(row, condition)))
    }

    /// The rows of a selector among an actor's rows; `whole` is the actor's whole history, filtered or not, where a first time is looked for.
    pub(crate) fn picked<'s>(&self, own: &[&'s Row<'w>], whole: &[&'s Row<'w>], selector: &Value) -> Vec<&'s Row<'w>> {
        let mut found: Vec<&Row<'w>> = own.iter().copied().filter(|row| self.matches(row, selector)).collect();
        if selector["first_time"] == true {
            let first = whole.iter().find(|row| self.matches(row, selector)).map(|row| std::ptr::from_ref(*row));
            found.retain(|row| Some(std::ptr::from_ref(*row)) == first);
        }
        found
    }

    pub(crate) fn cohort(&self, name: &str) -> BTreeSet<String> {
        if let Some(found) = self.cohorts.borrow().get(name) {
            return found.clone();
        }
        let found = self.members(&self.question["cohorts"][name]);
        self.cohorts.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    /// The person that an id counts for.
    pub(crate) fn resolve(&self, id: &str) -> String {
        id.strip_prefix("$device:").and_then(|device| self.links.get(device).cloned()).unwrap_or_else(|| id.to_owned())
    }

    /// The latest value of a person's property; the user's own wins over a linked device's.
    pub(crate) fn person_property(&self, person: &str, name: &str) -> Value {
        let mut value = Value::Null;
        // Of several devices the one with the least id speaks.
        let mut persons: Vec<_> = self.world.persons.iter().collect();
        persons.sort_by_key(|(identity, _)| identity.hash());
        for (identity, properties) in persons {
            let (id, own) = match identity {
                sillage_event::Identity::User(user) => (user.clone(), true),
                sillage_event::Identity::Device(device) => match self.links.get(device) {
                    Some(user) => (user.clone(), false),
                    None => (format!("$device:{device}"), true),
                },
            };
            if id == person && properties.contains_key(name) && (own || value.is_null()) {
                value = properties[name].clone();
            }
        }
        value
    }

    /// What a person's property was at a time; who speaks for a person is the same as for the latest value.
    pub(crate) fn person_property_at(&self, person: &str, name: &str, time: i64) -> Value {
        let mut speaker: Option<(bool, &Vec<(i64, Value)>)> = None;
        let mut histories: Vec<_> = self.world.history.iter().filter(|((_, of), _)| of == name).collect();
        histories.sort_by_key(|((identity, _), _)| identity.hash());
        for ((identity, _), values) in histories {
            let (id, own) = match identity {
                sillage_event::Identity::User(user) => (user.clone(), true),
                sillage_event::Identity::Device(device) => match self.links.get(device) {
                    Some(user) => (user.clone(), false),
                    None => (format!("$device:{device}"), true),
                },
            };
            if id == person && (own || speaker.is_none()) {
                speaker = Some((own, values));
            }
        }
        let values = speaker.map_or(&[][..], |(_, values)| values.as_slice());
        values.iter().rev().find(|(from, _)| *from <= time).map_or(Value::Null, |(_, value)| value.clone())
    }

    /// A property of the session that a row belongs to, among everything that its person did.
    pub(crate) fn session_property(&self, row: &Row<'_>, name: &str) -> Value {
        let Some(person) = &row.person else { return Value::Null };
        let own: Vec<&Row<'_>> = self.rows.iter().filter(|one| one.person.as_ref() == Some(person)).collect();
        let numbered = sessions::number(self, &own);
        let Some((_, n)) = numbered.iter().find(|(one, _)| std::ptr::eq(one.event, row.event)) else { return Value::Null };
        let session: Vec<&Row<'_>> = numbered.iter().filter(|(_, one)| one == n).map(|(row, _)| *row).collect();
        let (first, last) = (session[0], session[session.len() - 1]);
        match name {
            "$duration_s" => json!((last.event.time - first.event.time) as f64 / 1000.0),
            "$event_count" => json!(session.len()),
            "$first_event" => json!(first.event.name),
            "$last_event" => json!(last.event.name),
            name => {
                let values = session.iter().map(|row| filter::at_path(row.event, name));
                values.into_iter().find(|value| !value.is_null() && *value != json!([])).map_or(Value::Null, |value| match value {
                    Value::Array(elements) => elements[0].clone(),
                    one => one,
                })
            }
        }
    }

    /// The segments that a row belongs to: one for each combination of the values of the breakdown's parts.
    pub(crate) fn segments(&self, row: &Row<'_>) -> Vec<Vec<Value>> {
        let mut keys: Vec<Vec<Value>> = vec![Vec::new()];
        for part in self.question["breakdown"].as_array().into_iter().flatten() {
            let values = self.part(row, part);
            keys = keys.iter().flat_map(|key| values.iter().map(move |value| [key.clone(), vec![value.clone()]].concat())).collect();
        }
        keys.retain(|key| !key.is_empty());
        keys
    }

    pub(crate) fn part(&self, row: &Row<'_>, part: &Value) -> Vec<Value> {
        if let Some(cohorts) = part.get("cohort") {
            let names: Vec<&str> =
                cohorts.as_array().map_or_else(|| vec![cohorts.as_str().unwrap()], |list| list.iter().map(|one| one.as_str().unwrap()).collect());
            let within: Vec<Value> =
                names.iter().filter(|name| row.person.as_ref().is_some_and(|person| self.cohort(name).contains(person))).map(|name| json!(name)).collect();
            return if within.is_empty() { vec![Value::Null] } else { within };
        }
        if let Some(part) = part["time"].as_str() {
            return vec![self.calendar.part(row.event.time, part)];
        }
        let bucket = part.get("bucket");
        let property = bucket.unwrap_or(part);
        let mut shown: Vec<Value> = Vec::new();
        for value in self.values_of(row, property) {
            let elements = match value {
                Value::Array(elements) if elements.is_empty() => vec![Value::Null],
                Value::Array(elements) => elements,
                other => vec![other],
            };
            let passing: Vec<Value> = elements.into_iter().filter(|element| part.get("matching").is_none_or(|with| filter::test(element, with))).collect();
            let elements = if passing.is_empty() { vec![Value::Null] } else { passing };
            for element in elements {
                let one = match bucket {
                    Some(bucket) => filter::bucket(&element, &bucket["edges"]),
                    None if part.get("groups").is_some() => {
                        let found = part["groups"].as_array().unwrap().iter().find(|group| !element.is_null() && filter::test(&element, group));
                        found.map_or(Value::Null, |group| group["label"].clone())
                    }
                    None if part["trim"] == "url" => filter::trimmed(&element),
                    None => element,
                };
                if !shown.iter().any(|other| filter::same(other, &one)) {
                    shown.push(one);
                }
            }
        }
        shown
    }
}

/// Shows a number as answers do: whole numbers without a point.
pub(crate) fn shown(number: Option<f64>) -> Value {
    match number {
        None => Value::Null,
        Some(number) if number.fract() == 0.0 => json!(number as i64),
        Some(number) => json!(number),
    }
}

pub(crate) fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// Linear between the two nearest.
pub(crate) fn percentile(numbers: &[f64], p: f64) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = p / 100.0 * (sorted.len().checked_sub(1)?) as f64;
    let below = sorted[place as usize];
    let above = sorted[(place.ceil()) as usize];
    Some(below * (1.0 - place.fract()) + above * place.fract())
}

/// All keys that rows fall into, each once.
pub(crate) fn distinct_keys(keys: impl Iterator<Item = Vec<Value>>) -> Vec<Vec<Value>> {
    let mut found: Vec<Vec<Value>> = Vec::new();
    for key in keys {
        if !found.iter().any(|other| same_key(other, &key)) {
            found.push(key);
        }
    }
    found
}

pub(crate) fn same_key(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| filter::same(a, b))
}
