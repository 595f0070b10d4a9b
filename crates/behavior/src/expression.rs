//! Properties that are computed: a formula over the properties of an event, a person or a group, written as `=` and an expression wherever a property's
//! name may stand.
//!
//! | rule | here |
//! |---|---|
//! | names | `amount`, `$current_url`, `address.city`; others in backticks |
//! | nothing | a property that is not set is undefined; so is arithmetic with it, and a division by zero; undefined is not set |
//! | truth | false, 0, "", "false" and undefined are false |
//! | `+` | adds numbers, joins as soon as one side is a text |
//! | `==`, `!=` | texts are equal whatever their case, as in Mixpanel's formulas; a comparison with undefined is false, `!=` true |
//! | `in` | whether a list has the value, or a text has the part |
//! | counting | positions of `mid` and `split` begin at 1 |
//!
//! | lists | `map(one, list, …)`, `filter`, `any` and `all` name each element in turn; `let(name, value, …)` names a value |
//!
//! Nothing here reads a clock or a table: what `today()` is and what `lookup(key, "table", "column")` finds is put in by [`Expression::bind`]. A formula
//! that was not bound finds nothing and knows no day.

mod function;
mod parse;

pub use function::Function;

use crate::page_group::{self, PageMapping};
use serde_json::Value;
use sillage_event::{as_text, number_text};
use std::{collections::HashMap, sync::Arc};

/// One column of a lookup table: key to value.
pub type LookupColumn = Arc<HashMap<String, Value>>;

/// What a formula does not know by itself.
pub trait Surroundings {
    /// What `today()` is: a date such as 2025-10-01.
    fn today(&self) -> Value;
    /// A column of a table. The error says what there is no such thing of.
    fn lookup(&self, table: &str, column: &str) -> Result<LookupColumn, String>;
    /// How pages are grouped; the empty name is the project's own way. The error says what there is no such mapping of.
    fn page_mapping(&self, name: &str) -> Result<Arc<PageMapping>, String>;
}

/// The first character of a name that is a formula.
pub const MARK: char = '=';

/// Characters of one formula.
pub const MOST_CHARS: usize = 20_000;

/// A formula, read.
#[derive(Clone, Debug)]
pub struct Expression {
    root: Node,
    inputs: Vec<String>,
}

#[derive(Clone, Debug)]
enum Node {
    Value(Value),
    /// An input, by position.
    Property(usize),
    Negative(Box<Node>),
    Not(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    /// Element of a list, from 0, or field of an object.
    Element(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Call(Function, Vec<Node>),
    Today,
    Lookup {
        key: Box<Node>,
        table: String,
        column: String,
        found: Option<LookupColumn>,
    },
    /// The group of a page: of the first of all inputs that is an address.
    PageGroup {
        mapping: String,
        found: Option<Arc<PageMapping>>,
    },
    /// A name in a part of the formula, by position; [`LOCALS`] and more.
    Let {
        slot: usize,
        value: Box<Node>,
        inside: Box<Node>,
    },
    Each {
        over: Over,
        slot: usize,
        list: Box<Node>,
        inside: Box<Node>,
    },
}

/// What is done with each element of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Map,
    Filter,
    Any,
    All,
}

/// Inputs from here on are names given inside the formula.
const LOCALS: usize = 1 << 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Expression {
    /// Reads a property's name that is computed from others: a formula, or the group of a page. `None` for any other name; the error says what cannot be read.
    pub fn of_name(name: &str) -> Option<Result<Self, String>> {
        if let Some(mapping) = page_group::mapping_of(name) {
            let root = Node::PageGroup { mapping: mapping.to_owned(), found: None };
            return Some(Ok(Self { root, inputs: page_group::ADDRESSES.map(str::to_owned).to_vec() }));
        }
        name.strip_prefix(MARK).map(Self::parse)
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        parse::expression(text)
    }

    /// The name of what a column of a table has for a property: a formula.
    #[must_use]
    pub fn looking_up(property: &str, table: &str, column: &str) -> String {
        let quoted = |text: &str, mark: char| format!("{mark}{}{mark}", text.replace('\\', "\\\\").replace(mark, &format!("\\{mark}")));
        let key = match property.strip_prefix(MARK) {
            Some(formula) => formula.to_owned(),
            None => quoted(property, '`'),
        };
        format!("{MARK}lookup({key}, {}, {})", quoted(table, '"'), quoted(column, '"'))
    }

    /// The properties that it is made of, each once.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Puts in what `today()` is and the tables that are looked up.
    ///
    /// # Errors
    /// A table or column that there is not.
    pub fn bind(&mut self, surroundings: &dyn Surroundings) -> Result<(), String> {
        self.root.bind(surroundings)
    }

    /// The tables and columns that it looks up.
    #[must_use]
    pub fn lookups(&self) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        self.root.each(&mut |node| {
            if let Node::Lookup { table, column, .. } = node {
                found.push((table.as_str(), column.as_str()));
            }
        });
        found
    }

    /// The mapping by which it groups pages, if that is what it does and it was bound.
    #[must_use]
    pub fn page_mapping(&self) -> Option<&Arc<PageMapping>> {
        if let Node::PageGroup { found, .. } = &self.root { found.as_ref() } else { None }
    }

    /// The name of the mapping by which it groups pages, if that is what it does.
    #[must_use]
    pub fn page_mapping_name(&self) -> Option<&str> {
        if let Node::PageGroup { mapping, .. } = &self.root { Some(mapping) } else { None }
    }

    /// Its value where each input, by position, has one; null is undefined.
    #[must_use]
    pub fn evaluate(&self, input: &dyn Fn(usize) -> Value) -> Value {
        self.root.evaluate(input)
    }
}

impl Node {
    fn evaluate(&self, input: &dyn Fn(usize) -> Value) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Property(i) => input(*i),
            Self::Negative(inner) => number(inner.evaluate(input).as_f64().map(|value| -value)),
            Self::Not(inner) => Value::Bool(!is_true(&inner.evaluate(input))),
            Self::Binary(Operator::Or, left, right) => Value::Bool(is_true(&left.evaluate(input)) || is_true(&right.evaluate(input))),
            Self::Binary(Operator::And, left, right) => Value::Bool(is_true(&left.evaluate(input)) && is_true(&right.evaluate(input))),
            Self::Binary(operator, left, right) => binary(*operator, &left.evaluate(input), &right.evaluate(input)),
            Self::Element(of, at) => match (of.evaluate(input), at.evaluate(input)) {
                (Value::Array(list), at) => position(&at).and_then(|at| list.get(at).cloned()).unwrap_or_default(),
                (Value::Object(map), Value::String(field)) => map.get(&field).cloned().unwrap_or_default(),
                _ => Value::Null,
            },
            Self::List(nodes) => nodes.iter().map(|node| node.evaluate(input)).collect(),
            Self::Call(function, arguments) => function.call(arguments, input),
            Self::Today => Value::Null,
            Self::Lookup { key, found, .. } => found.as_ref().map_or(Value::Null, |column| looked_up(column, &key.evaluate(input))),
            Self::PageGroup { found, .. } => {
                let address = (0..page_group::ADDRESSES.len()).find_map(|at| text(&input(at)).filter(|address| !address.is_empty()));
                address.zip(found.as_ref()).map_or(Value::Null, |(address, mapping)| Value::from(mapping.group_of(&address)))
            }
            Self::Let { slot, value, inside } => {
                let value = value.evaluate(input);
                inside.evaluate(&|i| if i == *slot { value.clone() } else { input(i) })
            }
            Self::Each { over, slot, list, inside } => {
                let Value::Array(list) = list.evaluate(input) else { return Value::Null };
                let of = |element: &Value| inside.evaluate(&|i| if i == *slot { element.clone() } else { input(i) });
                match over {
                    Over::Map => list.iter().map(of).collect(),
                    Over::Filter => Value::Array(list.iter().filter(|element| is_true(&of(element))).cloned().collect()),
                    Over::Any => Value::Bool(list.iter().any(|element| is_true(&of(element)))),
                    Over::All => Value::Bool(!list.is_empty() && list.iter().all(|element| is_true(&of(element)))),
                }
            }
        }
    }

    fn children(&self) -> Vec<&Self> {
        match self {
            Self::Value(_) | Self::Property(_) | Self::PageGroup { .. } | Self::Today => Vec::new(),
            Self::Negative(inner) | Self::Not(inner) => vec![inner],
            Self::Binary(_, left, right) | Self::Element(left, right) => vec![left, right],
            Self::List(nodes) | Self::Call(_, nodes) => nodes.iter().collect(),
            Self::Lookup { key, .. } => vec![key],
            Self::Let { value, inside, .. } => vec![value, inside],
            Self::Each { list, inside, .. } => vec![list, inside],
        }
    }

    fn children_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Value(_) | Self::Property(_) | Self::PageGroup { .. } | Self::Today => Vec::new(),
            Self::Negative(inner) | Self::Not(inner) => vec![inner],
            Self::Binary(_, left, right) | Self::Element(left, right) => vec![left, right],
            Self::List(nodes) | Self::Call(_, nodes) => nodes.iter_mut().collect(),
            Self::Lookup { key, .. } => vec![key],
            Self::Let { value, inside, .. } => vec![value, inside],
            Self::Each { list, inside, .. } => vec![list, inside],
        }
    }

    fn each<'a>(&'a self, f: &mut dyn FnMut(&'a Self)) {
        f(self);
        self.children().into_iter().for_each(|child| child.each(f));
    }

    fn bind(&mut self, surroundings: &dyn Surroundings) -> Result<(), String> {
        match self {
            Self::Today => *self = Self::Value(surroundings.today()),
            Self::Lookup { table, column, found, .. } => *found = Some(surroundings.lookup(table, column)?),
            Self::PageGroup { mapping, found } => *found = Some(surroundings.page_mapping(mapping)?),
            _ => {}
        }
        self.children_mut().into_iter().try_for_each(|child| child.bind(surroundings))
    }
}

/// The value of a key; of a list, what each element has, so that a test of all elements sees those that have nothing.
fn looked_up(column: &HashMap<String, Value>, key: &Value) -> Value {
    let of = |key: &Value| text(key).and_then(|key| column.get(&key)).cloned().unwrap_or_default();
    match key {
        Value::Array(keys) => {
            let mut found: Vec<Value> = Vec::new();
            for value in keys.iter().map(of) {
                if !found.contains(&value) {
                    found.push(value);
                }
            }
            if found.iter().all(Value::is_null) { Value::Null } else { Value::Array(found) }
        }
        one => of(one),
    }
}

fn position(value: &Value) -> Option<usize> {
    value.as_f64().filter(|at| *at >= 0.0).map(|at| at as usize)
}

/// A number as a value; one that is none (a division by zero) is undefined.
fn number(value: Option<f64>) -> Value {
    match value.filter(|value| value.is_finite()) {
        Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => Value::from(value as i64),
        Some(value) => Value::from(value),
        None => Value::Null,
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(_) => value.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "false",
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Number(_) => value.as_f64().map(number_text),
        other => as_text(other).or_else(|| Some(other.to_string())),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Number(_), Value::Number(_)) => left.as_f64() == right.as_f64(),
        (Value::String(left), Value::String(right)) => left.to_lowercase() == right.to_lowercase(),
        _ => left == right,
    }
}

fn binary(operator: Operator, left: &Value, right: &Value) -> Value {
    let arithmetic = |compute: fn(f64, f64) -> f64| number(left.as_f64().zip(right.as_f64()).map(|(left, right)| compute(left, right)));
    let compare = |holds: fn(std::cmp::Ordering) -> bool| {
        let order = match (left, right) {
            (Value::Number(_), Value::Number(_)) => left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right)),
            (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
            _ => None,
        };
        Value::Bool(order.is_some_and(holds))
    };
    match operator {
        Operator::Add if left.is_string() || right.is_string() => match (text(left), text(right)) {
            (Some(left), Some(right)) => Value::from(left + &right),
            _ => Value::Null,
        },
        Operator::Add => arithmetic(|left, right| left + right),
        Operator::Subtract => arithmetic(|left, right| left - right),
        Operator::Multiply => arithmetic(|left, right| left * right),
        Operator::Divide => arithmetic(|left, right| left / right),
        Operator::Remainder => arithmetic(|left, right| left % right),
        Operator::Equal => Value::Bool(equal(left, right)),
        Operator::NotEqual => Value::Bool(!equal(left, right)),
        Operator::Less => compare(std::cmp::Ordering::is_lt),
        Operator::LessOrEqual => compare(std::cmp::Ordering::is_le),
        Operator::Greater => compare(std::cmp::Ordering::is_gt),
        Operator::GreaterOrEqual => compare(std::cmp::Ordering::is_ge),
        Operator::In => Value::Bool(match (left, right) {
            (value, Value::Array(list)) => list.iter().any(|one| equal(value, one)),
            (Value::String(part), Value::String(whole)) => whole.to_lowercase().contains(&part.to_lowercase()),
            _ => false,
        }),
        Operator::And | Operator::Or => Value::Null,
    }
}
