//! Who belongs to a cohort, asked of everybody who is known, one after the other.

use super::{Row, Scene, filter::compare, mean, percentile};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let definition = match scene.question.get("definition") {
        Some(definition) => definition.clone(),
        None => json!({"cohort": scene.question["cohort"]}),
    };
    let known = scene.known_people();
    let members: BTreeSet<String> = scene.members(&definition).into_iter().filter(|person| known.contains(person)).collect();
    json!({"count": members.len(), "ids": members})
}

impl Scene<'_> {
    /// Everybody with an event or a profile.
    pub(crate) fn known_people(&self) -> BTreeSet<String> {
        let of_events = self.rows.iter().filter_map(|row| row.person.clone());
        of_events.chain(self.world.persons.keys().map(|identity| self.resolve(&identity.to_string()))).collect()
    }

    pub(crate) fn members(&self, definition: &Value) -> BTreeSet<String> {
        let listed: Option<&Vec<Value>> = definition.as_array().or_else(|| definition["people"].as_array());
        if let Some(listed) = listed {
            return listed.iter().map(|id| self.resolve(id.as_str().unwrap())).collect();
        }
        let mut asked = self.known_people();
        // Lists may name people of whom nothing else is known.
        let all_listed = self.question["cohorts"].as_object().into_iter().flatten().filter_map(|(_, cohort)| cohort.as_array());
        asked.extend(all_listed.flatten().map(|id| self.resolve(id.as_str().unwrap())));
        asked.into_iter().filter(|person| self.belongs(person, definition)).collect()
    }

    fn belongs(&self, person: &str, definition: &Value) -> bool {
        let parts = |name: &str| definition.get(name).and_then(Value::as_array);
        if let Some(parts) = parts("all") {
            return parts.iter().all(|part| self.belongs(person, part));
        }
        if let Some(parts) = parts("any") {
            return parts.iter().any(|part| self.belongs(person, part));
        }
        if let Some(part) = definition.get("not") {
            return !self.belongs(person, part);
        }
        if let Some(name) = definition.get("cohort") {
            return self.cohort(name.as_str().unwrap()).contains(person) == (definition["in"] != false);
        }
        if let Some(property) = definition.get("property") {
            let value = self.person_property(person, property.as_str().unwrap());
            return super::filter::test(&value, definition);
        }
        if let Some(of) = definition.get("of") {
            // Only the whole of a trend's series is put here.
            let range = self.calendar.range(&of["range"], self.world.now_ms);
            let select = &of["series"][0]["select"];
            return self.rows_of(person).iter().any(|row| (range.0..range.1).contains(&row.event.time) && self.matches(row, select));
        }
        if definition.is_array() || definition.get("people").is_some() {
            return self.members(definition).contains(person);
        }
        let within = definition.get("within").map_or((i64::MIN, i64::MAX), |range| self.calendar.range(range, self.world.now_ms));
        let done = |selector: &Value| -> Vec<&Row<'_>> {
            let own = self.rows_of(person);
            self.picked(&own, &own, selector).into_iter().filter(|row| (within.0..within.1).contains(&row.event.time)).collect()
        };
        if let Some(steps) = parts("sequence") {
            let steps: Vec<Vec<&Row<'_>>> = steps.iter().map(done).collect();
            let window = definition.get("window").map_or(i64::MAX, |window| window["n"].as_i64().unwrap() * 3_600_000);
            return follows(&steps, &mut Vec::new(), window);
        }
        if let Some(selector) = definition.get("did_not") {
            return done(selector).is_empty();
        }
        self.compares(&done(&definition["did"]), definition)
    }

    fn compares(&self, done: &[&Row<'_>], definition: &Value) -> bool {
        let count = definition.get("count").cloned().unwrap_or(json!({"op": "gte", "value": 1}));
        let amount = match &definition["measure"] {
            Value::Null => Some(done.len() as f64),
            Value::String(word) if word == "days" => {
                let days: BTreeSet<i64> = done.iter().map(|row| self.calendar.start(row.event.time, "day")).collect();
                Some(days.len() as f64)
            }
            Value::Object(measure) => {
                let (word, property) = measure.iter().next().unwrap();
                let values: Vec<Value> = done.iter().filter_map(|row| row.event.properties.get(property.as_str().unwrap()).cloned()).collect();
                let numbers: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
                match word.as_str() {
                    "sum" => Some(numbers.iter().sum()),
                    "average" => mean(&numbers),
                    "median" => percentile(&numbers, 50.0),
                    "min" => numbers.iter().copied().reduce(f64::min),
                    "max" => numbers.iter().copied().reduce(f64::max),
                    _ => {
                        let texts: BTreeSet<String> = values.iter().filter(|value| !value.is_null()).map(super::filter::text).collect();
                        Some(texts.len() as f64)
                    }
                }
            }
            other => panic!("no oracle for the measure {other}"),
        };
        amount.is_some_and(|amount| compare(amount, &count))
    }

    fn rows_of(&self, person: &str) -> Vec<&Row<'_>> {
        self.rows.iter().filter(|row| row.person.as_deref() == Some(person)).collect()
    }
}

/// Tries every way to give each step an event of its own, none before the one of the step before.
fn follows(steps: &[Vec<&Row<'_>>], chosen: &mut Vec<(*const sillage_event::Event, i64)>, window_ms: i64) -> bool {
    let Some(step) = steps.get(chosen.len()) else { return true };
    for row in step {
        let (event, time) = (std::ptr::from_ref(row.event), row.event.time);
        let fits = chosen.last().is_none_or(|last| time >= last.1) && chosen.first().is_none_or(|first| time - first.1 <= window_ms);
        if fits && chosen.iter().all(|(other, _)| *other != event) {
            chosen.push((event, time));
            if follows(steps, chosen, window_ms) {
                return true;
            }
            chosen.pop();
        }
    }
    false
}
