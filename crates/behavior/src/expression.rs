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
//! Nothing here reads a clock, so there is no `today()`: compare with `in_last`, `before` and `after` instead.

mod function;
mod parse;

pub use function::Function;

use serde_json::Value;
use sillage_event::{as_text, number_text};

/// The first character of a name that is a formula.
pub const MARK: char = '=';

/// Characters of one formula.
pub const MOST_CHARS: usize = 5000;

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
}

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
    /// Reads a property's name that is a formula. `None` for any other name; the error says what cannot be read.
    pub fn of_name(name: &str) -> Option<Result<Self, String>> {
        name.strip_prefix(MARK).map(Self::parse)
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        parse::expression(text)
    }

    /// The properties that it is made of, each once.
    #[must_use]
    pub fn inputs(&self) -> &[String] {
        &self.inputs
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
        }
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
