//! What a condition says of one event.

use super::{Row, Scene};
use serde_json::{Value, json};
use sillage_event::Event;

impl Scene<'_> {
    pub(crate) fn passes(&self, row: &Row<'_>, filter: &Value) -> bool {
        let list = |name: &str| filter.get(name).and_then(Value::as_array);
        if let Some(parts) = list("all") {
            return parts.iter().all(|part| self.passes(row, part));
        }
        if let Some(parts) = list("any") {
            return parts.iter().any(|part| self.passes(row, part));
        }
        if let Some(part) = filter.get("not") {
            return !self.passes(row, part);
        }
        if let Some(name) = filter.get("cohort") {
            let inside = row.person.as_ref().is_some_and(|person| self.cohort(name.as_str().unwrap()).contains(person));
            return inside == (filter["in"] != false);
        }
        if let Some(selector) = filter.get("did") {
            return self.did(row, selector, filter);
        }
        if let Some(event) = filter.get("event") {
            return *event == *row.event.name || event.as_array().is_some_and(|names| names.iter().any(|name| *name == *row.event.name));
        }
        if let Some(part) = filter["time"].as_str() {
            return test(&self.calendar.part(row.event.time, part), filter);
        }
        // An event of several groups passes when one of them does.
        let values = self.values_of(row, filter);
        values.iter().any(|value| test(value, filter))
    }

    fn did(&self, row: &Row<'_>, selector: &Value, filter: &Value) -> bool {
        let actors = self.actors(row);
        let (from, to) = filter.get("within").map_or((i64::MIN, i64::MAX), |range| self.calendar.range(range, self.world.now_ms));
        let n_of = |actor: &String| {
            self.rows.iter().filter(|one| (from..to).contains(&one.event.time) && self.actors(one).contains(actor) && self.matches(one, selector)).count()
        };
        let n = actors.first().map_or(0, n_of) as f64;
        compare(n, filter.get("count").unwrap_or(&json!({"op": "gte", "value": 1})))
    }

    /// The property of a row that a filter or a breakdown names: one value, or one for each group. Null is not set.
    pub(crate) fn values_of(&self, row: &Row<'_>, named: &Value) -> Vec<Value> {
        let name = named["property"].as_str().unwrap();
        match named["of"].as_str().unwrap_or("event") {
            "event" => vec![at_path(row.event, name)],
            "person" if named["at"] == "event" => {
                vec![row.person.as_ref().map_or(Value::Null, |person| self.person_property_at(person, name, row.event.time))]
            }
            "session" => vec![self.session_property(row, name)],
            "person" => vec![row.person.as_ref().map_or(Value::Null, |person| self.person_property(person, name))],
            other => {
                let kind = other.strip_prefix("group:").unwrap();
                let keys = row.event.groups.iter().filter(|(of, _)| of == kind).flat_map(|(_, keys)| keys);
                let values: Vec<Value> = keys
                    .map(|key| self.world.groups.get(&(kind.to_owned(), key.clone())).and_then(|props| props.get(name)).cloned().unwrap_or(Value::Null))
                    .collect();
                if values.is_empty() { vec![Value::Null] } else { values }
            }
        }
    }
}

pub(crate) fn at_path(event: &Event, name: &str) -> Value {
    if name.starts_with('=') {
        return computed(event, name);
    }
    if let Some(value) = event.properties.get(name) {
        return value.clone();
    }
    match name.split_once('.') {
        Some((head, rest)) => event.properties.get(head).and_then(|inner| inner.get(rest)).cloned().unwrap_or(Value::Null),
        None => Value::Null,
    }
}

/// The formulas that questions of the tests may hold, each written out.
fn computed(event: &Event, name: &str) -> Value {
    let amount = event.properties.get("amount").and_then(Value::as_f64);
    let plan = event.properties.get("plan").filter(|value| !value.is_null());
    match name {
        "= amount * 2 + 1" => amount.map_or(Value::Null, |amount| json!(amount * 2.0 + 1.0)),
        "=if(amount > 2, \"big\", if(defined(amount), \"small\", undefined))" => match (amount, event.properties.get("amount")) {
            (Some(amount), _) if amount > 2.0 => json!("big"),
            (_, Some(_)) => json!("small"),
            _ => Value::Null,
        },
        "=upper(string(plan)) + \"!\"" => plan.map_or(Value::Null, |plan| json!(text(plan).to_uppercase() + "!")),
        "=parse_url(`$current_url`, 'path')" => match event.properties.get("$current_url").and_then(Value::as_str) {
            Some("https://x.example/a/") => json!("/a/"),
            Some("https://x.example/a") => json!("/a"),
            Some("/") => json!("/"),
            Some(_) => json!("/b"),
            None => Value::Null,
        },
        other => panic!("no oracle for the formula {other}"),
    }
}

pub(crate) fn compare(n: f64, with: &Value) -> bool {
    let value = with["value"].as_f64().unwrap();
    match with["op"].as_str().unwrap() {
        "eq" => n == value,
        "ne" => n != value,
        "gt" => n > value,
        "gte" => n >= value,
        "lt" => n < value,
        _ => n <= value,
    }
}

/// A value as text: `1` reads "1".
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            if number.fract() == 0.0 { (number as i64).to_string() } else { number.to_string() }
        }
        other => other.to_string(),
    }
}

/// Segments are told apart by what their values read as.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    a.is_null() == b.is_null() && text(a) == text(b)
}

pub(crate) fn test(value: &Value, filter: &Value) -> bool {
    if let (Value::Array(elements), true) = (value, filter["items"] == "all") {
        let mut one = filter.clone();
        one["items"] = json!("any");
        return !elements.is_empty() && elements.iter().all(|element| test(element, &one));
    }
    let op = filter["op"].as_str().unwrap_or("is");
    match op {
        "is_not" => return !test_op(value, "is", &filter["value"]),
        "not_contains" => return !test_op(value, "contains", &filter["value"]),
        "not_set" => return value.is_null(),
        "set" => return !value.is_null(),
        _ => {}
    }
    test_op(value, op, &filter["value"])
}

fn test_op(value: &Value, op: &str, with: &Value) -> bool {
    if value.is_null() {
        return false;
    }
    let any: Vec<String> = with.as_array().map_or_else(|| vec![text(with)], |list| list.iter().map(text).collect());
    if let Value::Array(elements) = value {
        return match op {
            "all_of_list" => !elements.is_empty() && elements.iter().all(|one| any.contains(&text(one))),
            _ => elements.iter().any(|one| test_op(one, op, with)),
        };
    }
    let own = text(value);
    let number = value.as_f64();
    let than = || with.as_f64().unwrap();
    match op {
        "is" | "any_of_list" | "all_of_list" => any.contains(&own),
        "contains" => any.iter().any(|one| own.to_lowercase().contains(&one.to_lowercase())),
        "starts_with" => own.starts_with(&any[0]),
        "ends_with" => own.ends_with(&any[0]),
        "gt" => number.is_some_and(|number| number > than()),
        "gte" => number.is_some_and(|number| number >= than()),
        "lt" => number.is_some_and(|number| number < than()),
        "lte" => number.is_some_and(|number| number <= than()),
        "between" => number.is_some_and(|number| with[0].as_f64().unwrap() <= number && number <= with[1].as_f64().unwrap()),
        other => panic!("no oracle for the operator {other}"),
    }
}

pub(crate) fn trimmed(value: &Value) -> Value {
    match value {
        Value::String(url) => {
            let mut rest = url.as_str();
            while rest.ends_with('/') || rest.ends_with('?') || rest.ends_with('#') {
                rest = &rest[..rest.len() - 1];
            }
            json!(if rest.is_empty() { "/" } else { rest })
        }
        other => other.clone(),
    }
}

pub(crate) fn bucket(value: &Value, edges: &Value) -> Value {
    let Some(number) = value.as_f64() else { return Value::Null };
    let edges: Vec<f64> = edges.as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
    let name = |edge: f64| text(&json!(edge));
    if number < edges[0] {
        return json!(format!("< {}", name(edges[0])));
    }
    for pair in edges.windows(2) {
        if pair[0] <= number && number < pair[1] {
            return json!(format!("[{}, {})", name(pair[0]), name(pair[1])));
        }
    }
    json!(format!(">= {}", name(edges[edges.len() - 1])))
}
