//! Whether a question or an answer is what its schema in `contract/` says: a small validator of JSON Schema 2020-12.
//!
//! Not here: keywords that our schemas do not use. A schema with one is refused when it is read, so that nothing in it is passed over.
//! A library would do the same, but would change the features under which Arrow is built, and so build it a second time for tests.

use regex::Regex;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::OnceLock,
};

/// What nests deeper is no question, and no answer.
const MOST_NESTED: usize = 100;

const SAYS_NOTHING: [&str; 8] = ["$schema", "$id", "$defs", "title", "description", "default", "examples", "$comment"];
const SAYS_SOMETHING: [&str; 23] = [
    "$ref",
    "type",
    "const",
    "enum",
    "properties",
    "required",
    "additionalProperties",
    "unevaluatedProperties",
    "dependentRequired",
    "prefixItems",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "anyOf",
    "oneOf",
    "allOf",
    "if",
    "then",
];

/// A schema that was read and whose references lead somewhere.
#[derive(Debug)]
pub struct Schema {
    root: Value,
    patterns: HashMap<String, Regex>,
    /// Properties and words by the addresses of their values, which stay where they are on the heap.
    places: BTreeMap<usize, String>,
}

/// Where an instance differs from a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Dotted, with positions, as errors of questions write it.
    pub field: String,
    pub message: String,
    depth: usize,
}

/// What was used of a schema to accept an instance: places in it, as JSON pointers.
pub type Used = BTreeSet<String>;

/// Of questions.
pub fn questions() -> &'static Schema {
    static READ: OnceLock<Schema> = OnceLock::new();
    READ.get_or_init(|| Schema::read("question.schema.json"))
}

/// Of what is replied to them.
pub fn answers() -> &'static Schema {
    static READ: OnceLock<Schema> = OnceLock::new();
    READ.get_or_init(|| Schema::read("answer.schema.json"))
}

/// A question without the fields that are null, which read as left out; a selector's event is null where it means any.
#[must_use]
pub fn without_nulls(question: &Value) -> Value {
    match question {
        Value::Array(list) => list.iter().map(without_nulls).collect(),
        Value::Object(map) => {
            let is_selector = map.keys().all(|name| ["event", "any_of", "where", "first_time", "label"].contains(&name.as_str()));
            let stays = |name: &str, value: &Value| !value.is_null() || (is_selector && name == "event");
            map.iter().filter(|(name, value)| stays(name, value)).map(|(name, value)| (name.clone(), without_nulls(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

impl Schema {
    /// A file of `contract/`, as it is now: a change of it builds nothing anew.
    fn read(name: &str) -> Self {
        let path = format!("{}/../../contract/{name}", env!("CARGO_MANIFEST_DIR"));
        Self::parse(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    /// Reads a schema.
    ///
    /// # Panics
    /// When it is not JSON, uses a keyword that is not known here, or refers to nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let root: Value = serde_json::from_str(text).expect("a schema is JSON");
        let mut patterns = HashMap::new();
        each_schema(&root, &mut |schema| {
            for (keyword, value) in schema {
                assert!(SAYS_NOTHING.contains(&keyword.as_str()) || SAYS_SOMETHING.contains(&keyword.as_str()), "the keyword {keyword} is not known here");
                match (keyword.as_str(), value) {
                    ("pattern", Value::String(pattern)) => {
                        patterns.insert(pattern.clone(), Regex::new(pattern).expect("a pattern is a regular expression"));
                    }
                    ("$ref", Value::String(reference)) => assert!(lookup(&root, reference).is_some(), "{reference} leads nowhere"),
                    _ => {}
                }
            }
        });
        let mut schema = Self { root, patterns, places: BTreeMap::new() };
        schema.places = schema.find_places();
        schema
    }

    /// The definitions by name.
    #[must_use]
    pub fn definitions(&self) -> &Map<String, Value> {
        self.root["$defs"].as_object().expect("a schema has definitions")
    }

    /// What is wrong with an instance; of several alternatives, in the one that comes closest.
    ///
    /// # Errors
    /// The fault, if there is one.
    pub fn check(&self, instance: &Value) -> Result<(), Fault> {
        self.explained(&self.root, instance)
    }

    /// The same for one definition.
    ///
    /// # Errors
    /// The fault, if there is one.
    pub fn check_as(&self, definition: &str, instance: &Value) -> Result<(), Fault> {
        self.explained(&self.definitions()[definition], instance)
    }

    /// Words are only looked for where there is a fault.
    fn explained(&self, schema: &Value, instance: &Value) -> Result<(), Fault> {
        let result = self.evaluate(schema, instance, &Path::root(false), &mut None);
        if result.is_ok() {
            return Ok(());
        }
        self.evaluate(schema, instance, &Path::root(true), &mut None).map(|_| ())
    }

    /// Adds what an instance uses of the schema: every property and every word of an enumeration, as JSON pointers.
    ///
    /// # Errors
    /// The fault, if there is one; then nothing is added.
    pub fn use_of(&self, instance: &Value, used: &mut Used) -> Result<(), Fault> {
        let mut own = Some(Vec::new());
        self.evaluate(&self.root, instance, &Path::root(false), &mut own)?;
        used.extend(own.unwrap_or_default().into_iter().filter_map(|address| self.places.get(&address).cloned()));
        Ok(())
    }

    /// Every property and every word that the schema names.
    #[must_use]
    pub fn named(&self) -> Used {
        self.places.values().cloned().collect()
    }

    /// What stands at a JSON pointer.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Option<&Value> {
        self.root.pointer(pointer)
    }

    fn find_places(&self) -> BTreeMap<usize, String> {
        let mut places = BTreeMap::new();
        walk(&self.root, String::new(), &mut |schema, path| {
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                places.insert(address(property), format!("{path}/properties/{name}"));
            }
            for word in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
                places.insert(address(word), format!("{path}/enum/{word}"));
            }
        });
        places
    }

    /// The properties of the instance that were looked at, if it passes. `used` keeps what was used of the schema.
    fn evaluate<'i>(&self, schema: &Value, instance: &'i Value, path: &Path<'_>, used: &mut Option<Vec<usize>>) -> Result<Seen<'i>, Fault> {
        if path.depth > MOST_NESTED {
            return Err(path.fault(|| "nests too deep".to_owned()));
        }
        let Some(schema) = schema.as_object() else { return Ok(Seen::new()) };
        let mut seen = Seen::new();
        let mark = used.as_ref().map_or(0, Vec::len);
        match self.evaluate_object(schema, instance, path, used, &mut seen) {
            Ok(()) => Ok(seen),
            Err(fault) => {
                if let Some(used) = used {
                    used.truncate(mark);
                }
                Err(fault)
            }
        }
    }

    fn evaluate_object<'i>(
        &self,
        schema: &Map<String, Value>,
        instance: &'i Value,
        path: &Path<'_>,
        used: &mut Option<Vec<usize>>,
        seen: &mut Seen<'i>,
    ) -> Result<(), Fault> {
        if let Some(expected) = schema.get("type")
            && !has_type(expected, instance)
        {
            return Err(path.fault(|| format!("is not of the type {expected}: {}", short(instance))));
        }
        if let Some(expected) = schema.get("const")
            && !equal(expected, instance)
        {
            return Err(path.fault(|| format!("is not {expected}: {}", short(instance))));
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            match words.iter().find(|word| equal(word, instance)) {
                Some(word) => used.iter_mut().for_each(|used| used.push(address(word))),
                None => return Err(path.fault(|| format!("is none of {}: {}", Value::from(words.clone()), short(instance)))),
            }
        }
        self.bounds(schema, instance, path)?;
        if let Some(map) = instance.as_object() {
            self.object(schema, map, path, used, seen)?;
        }
        if let Some(list) = instance.as_array() {
            let all = schemas(schema, "prefixItems").map(Some).chain(std::iter::repeat(schema.get("items")));
            for (i, (one, items)) in list.iter().zip(all).enumerate() {
                if let Some(items) = items {
                    self.evaluate(items, one, &path.position(i), used)?;
                }
            }
        }
        if let Some(Value::String(reference)) = schema.get("$ref") {
            let target = lookup(&self.root, reference).expect("references were followed when the schema was read");
            seen.extend(self.evaluate(target, instance, path, used)?);
        }
        for one in schemas(schema, "allOf") {
            seen.extend(self.evaluate(one, instance, path, used)?);
        }
        self.alternatives(schema, instance, path, used, seen)?;
        if let (Some(condition), Some(then)) = (schema.get("if"), schema.get("then"))
            && let Ok(more) = self.evaluate(condition, instance, path, &mut None)
        {
            seen.extend(more);
            seen.extend(self.evaluate(then, instance, path, used)?);
        }
        if let (Some(Value::Bool(false)), Some(map)) = (schema.get("unevaluatedProperties"), instance.as_object()) {
            if let Some(name) = map.keys().find(|name| !seen.contains(name.as_str())) {
                return Err(path.name(name).fault(|| "is not a field here".to_owned()));
            }
            seen.extend(map.keys().map(String::as_str));
        }
        Ok(())
    }

    fn object<'i>(
        &self,
        schema: &Map<String, Value>,
        map: &'i Map<String, Value>,
        path: &Path<'_>,
        used: &mut Option<Vec<usize>>,
        seen: &mut Seen<'i>,
    ) -> Result<(), Fault> {
        let names = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        // What tells kinds apart decides first, so that the other kinds are not read through.
        let is_told_apart = |(_, property): &(&String, &Value)| property.get("const").is_some();
        for (name, property) in properties.iter().filter(is_told_apart).chain(properties.iter().filter(|one| !is_told_apart(one))) {
            let Some((name, value)) = map.get_key_value(name) else { continue };
            self.evaluate(property, value, &path.name(name), used)?;
            used.iter_mut().for_each(|used| used.push(address(property)));
            seen.insert(name);
        }
        if let Some(name) = names("required").find(|name| !map.contains_key(*name)) {
            return Err(path.fault(|| format!("{name} is required")));
        }
        for (name, others) in schema.get("dependentRequired").and_then(Value::as_object).into_iter().flatten() {
            let missing = others.as_array().into_iter().flatten().filter_map(Value::as_str).find(|other| !map.contains_key(*other));
            if let (true, Some(missing)) = (map.contains_key(name), missing) {
                return Err(path.fault(|| format!("{missing} is required beside {name}")));
            }
        }
        if let Some(additional) = schema.get("additionalProperties") {
            for (name, value) in map.iter().filter(|(name, _)| !properties.contains_key(*name)) {
                if *additional == false {
                    return Err(path.name(name).fault(|| "is not a field here".to_owned()));
                }
                self.evaluate(additional, value, &path.name(name), used)?;
                seen.insert(name);
            }
        }
        Ok(())
    }

    /// `anyOf` and `oneOf`. Every alternative that holds adds to what was seen.
    fn alternatives<'i>(
        &self,
        schema: &Map<String, Value>,
        instance: &'i Value,
        path: &Path<'_>,
        used: &mut Option<Vec<usize>>,
        seen: &mut Seen<'i>,
    ) -> Result<(), Fault> {
        for keyword in ["anyOf", "oneOf"] {
            let mut closest: Option<Fault> = None;
            let mut n_passed = 0;
            for one in schemas(schema, keyword) {
                match self.evaluate(one, instance, path, used) {
                    Ok(more) => {
                        n_passed += 1;
                        seen.extend(more);
                    }
                    Err(fault) => {
                        if closest.as_ref().is_none_or(|other| fault.depth > other.depth) {
                            closest = Some(fault);
                        }
                    }
                }
            }
            match closest {
                Some(fault) if n_passed == 0 => return Err(fault),
                _ if keyword == "oneOf" && n_passed > 1 => return Err(path.fault(|| format!("is {n_passed} things at once"))),
                _ => {}
            }
        }
        Ok(())
    }

    fn bounds(&self, schema: &Map<String, Value>, instance: &Value, path: &Path<'_>) -> Result<(), Fault> {
        let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let outside = |least: &str, most: &str, n: f64| bound(least).is_some_and(|least| n < least) || bound(most).is_some_and(|most| n > most);
        let wrong = match instance {
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                let is_out = outside("minimum", "maximum", number) || bound("exclusiveMinimum").is_some_and(|least| number <= least);
                is_out.then_some("is out of bounds")
            }
            Value::Array(list) => outside("minItems", "maxItems", list.len() as f64).then_some("has too few or too many items"),
            Value::String(text) => {
                let fits = match schema.get("pattern") {
                    Some(Value::String(pattern)) => self.patterns[pattern].is_match(text),
                    _ => true,
                };
                let is_short = bound("minLength").is_some_and(|least| (text.chars().count() as f64) < least);
                (is_short || !fits).then_some("does not fit")
            }
            _ => None,
        };
        match wrong {
            Some(message) => Err(path.fault(|| format!("{message}: {}", short(instance)))),
            None => Ok(()),
        }
    }
}

/// Where in an instance; written out only for a fault that is told.
#[derive(Clone, Copy)]
struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    part: Part<'p>,
    depth: usize,
    explain: bool,
}

#[derive(Clone, Copy)]
enum Part<'p> {
    Root,
    Name(&'p str),
    Position(usize),
}

impl<'p> Path<'p> {
    fn root(explain: bool) -> Self {
        Self { parent: None, part: Part::Root, depth: 0, explain }
    }

    fn name<'c>(&'c self, name: &'c str) -> Path<'c> {
        Path { parent: Some(self), part: Part::Name(name), depth: self.depth + 1, explain: self.explain }
    }

    fn position(&self, position: usize) -> Path<'_> {
        Path { parent: Some(self), part: Part::Position(position), depth: self.depth + 1, explain: self.explain }
    }

    fn fault(&self, message: impl FnOnce() -> String) -> Fault {
        let (field, message) = if self.explain { (self.text(), message()) } else { Default::default() };
        Fault { field, message, depth: self.depth }
    }

    fn text(&self) -> String {
        let before = self.parent.map_or_else(String::new, Path::text);
        match self.part {
            Part::Root => before,
            Part::Name(name) if before.is_empty() => name.to_owned(),
            Part::Name(name) => format!("{before}.{name}"),
            Part::Position(position) => format!("{before}[{position}]"),
        }
    }
}

type Seen<'i> = BTreeSet<&'i str>;

fn schemas<'s>(schema: &'s Map<String, Value>, keyword: &str) -> impl Iterator<Item = &'s Value> {
    schema.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

fn lookup<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    root.pointer(reference.strip_prefix('#')?)
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value) as usize
}

fn short(instance: &Value) -> String {
    instance.to_string().chars().take(120).collect()
}

/// Whole numbers are integers however they are written, and numbers are equal by what they are.
fn has_type(expected: &Value, instance: &Value) -> bool {
    let is = |name: &str| match instance {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "number" || (name == "integer" && number.as_f64().is_some_and(|number| number.fract() == 0.0)),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    match expected {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    a == b || (a.is_number() && b.is_number() && a.as_f64() == b.as_f64())
}

fn each_schema(root: &Value, each: &mut dyn FnMut(&Map<String, Value>)) {
    walk(root, String::new(), &mut |schema, _| each(schema));
}

/// Every schema within a schema, with its JSON pointer.
fn walk(schema: &Value, path: String, each: &mut dyn FnMut(&Map<String, Value>, &str)) {
    let Some(map) = schema.as_object() else {
        assert!(schema.is_boolean(), "{path} is no schema");
        return;
    };
    each(map, &path);
    for (keyword, value) in map {
        match (keyword.as_str(), value) {
            ("$defs" | "properties", Value::Object(inner)) => inner.iter().for_each(|(name, one)| walk(one, format!("{path}/{keyword}/{name}"), each)),
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(inner)) => {
                inner.iter().enumerate().for_each(|(i, one)| walk(one, format!("{path}/{keyword}/{i}"), each))
            }
            ("items" | "additionalProperties" | "unevaluatedProperties" | "if" | "then", inner) => {
                walk(inner, format!("{path}/{keyword}"), each);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
