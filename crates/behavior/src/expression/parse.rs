//! From text to an expression, by precedence: or, and, not, comparisons, sums, products, signs, elements.

use super::{Expression, Function, LOCALS, MOST_CHARS, Node, Operator, Over};
use serde_json::Value;

const MOST_NESTED: usize = 60;

pub(super) fn expression(text: &str) -> Result<Expression, String> {
    if text.chars().count() > MOST_CHARS {
        return Err(format!("a formula has at most {MOST_CHARS} characters"));
    }
    let mut reader = Reader { rest: text, inputs: Vec::new(), locals: Vec::new(), n_locals: 0, depth: 0 };
    let root = reader.any_of_or()?;
    reader.skip_spaces();
    if !reader.rest.is_empty() {
        return Err(format!("cannot read \"{}\" in the formula", reader.rest));
    }
    Ok(Expression { root, inputs: reader.inputs })
}

struct Reader<'a> {
    rest: &'a str,
    inputs: Vec<String>,
    /// Names that hold here, the innermost last.
    locals: Vec<(String, usize)>,
    n_locals: usize,
    depth: usize,
}

const COMPARISONS: [(&str, Operator); 6] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl<'a> Reader<'a> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, sign: &str) -> bool {
        self.skip_spaces();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A word of its own, whatever its case.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let Some(head) = self.rest.get(..word.len()) else { return false };
        let ends = self.rest[word.len()..].chars().next().is_none_or(|next| !is_name(next));
        if head.eq_ignore_ascii_case(word) && ends {
            self.rest = &self.rest[word.len()..];
            return true;
        }
        false
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("\"{sign}\" is missing before \"{}\"", self.rest)) }
    }

    fn any_of_or(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > MOST_NESTED {
            return Err("the formula is nested too deep".into());
        }
        let mut left = self.all_of_and()?;
        while self.take_word("or") {
            left = Node::Binary(Operator::Or, Box::new(left), Box::new(self.all_of_and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn all_of_and(&mut self) -> Result<Node, String> {
        let mut left = self.not()?;
        while self.take_word("and") {
            left = Node::Binary(Operator::And, Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Node, String> {
        let mut negations = 0;
        while self.take_word("not") {
            negations += 1;
            if negations > MOST_NESTED {
                return Err("the formula is nested too deep".into());
            }
        }
        let inner = self.comparison()?;
        Ok((0..negations).fold(inner, |inner, _| Node::Not(Box::new(inner))))
    }

    fn comparison(&mut self) -> Result<Node, String> {
        let left = self.sum()?;
        let operator =
            if self.take_word("in") { Some(Operator::In) } else { COMPARISONS.iter().find(|(sign, _)| self.take(sign)).map(|(_, operator)| *operator) };
        match operator {
            Some(operator) => Ok(Node::Binary(operator, Box::new(left), Box::new(self.sum()?))),
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Result<Node, String> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take("+") {
                Operator::Add
            } else if self.take("-") {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Node::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Node, String> {
        let mut left = self.signed()?;
        loop {
            let operator = if self.take("*") {
                Operator::Multiply
            } else if self.take("/") {
                Operator::Divide
            } else if self.take("%") {
                Operator::Remainder
            } else {
                return Ok(left);
            };
            left = Node::Binary(operator, Box::new(left), Box::new(self.signed()?));
        }
    }

    fn signed(&mut self) -> Result<Node, String> {
        let mut is_negative = false;
        while self.take("-") {
            is_negative = !is_negative;
        }
        let inner = self.element()?;
        Ok(if is_negative { Node::Negative(Box::new(inner)) } else { inner })
    }

    fn element(&mut self) -> Result<Node, String> {
        let mut of = self.primary()?;
        while self.take("[") {
            let at = self.any_of_or()?;
            self.expect("]")?;
            of = Node::Element(Box::new(of), Box::new(at));
        }
        Ok(of)
    }

    fn primary(&mut self) -> Result<Node, String> {
        self.skip_spaces();
        let first = self.rest.chars().next().ok_or("the formula ends too early")?;
        match first {
            '(' => {
                self.expect("(")?;
                let inner = self.any_of_or()?;
                self.expect(")")?;
                Ok(inner)
            }
            '[' => {
                self.expect("[")?;
                Ok(Node::List(self.list("]")?))
            }
            '"' | '\'' => self.quoted(first).map(|text| Node::Value(Value::from(text))),
            '`' => {
                let name = self.quoted('`')?;
                Ok(self.property(name))
            }
            digit if digit.is_ascii_digit() || digit == '.' => {
                let end = self.rest.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(self.rest.len());
                let (digits, rest) = self.rest.split_at(end);
                self.rest = rest;
                digits.parse::<f64>().map(|value| Node::Value(super::number(Some(value)))).map_err(|_| format!("\"{digits}\" is not a number"))
            }
            letter if is_name(letter) => self.named(),
            _ => Err(format!("cannot read \"{}\" in the formula", self.rest)),
        }
    }

    fn named(&mut self) -> Result<Node, String> {
        let end = self.rest.find(|one| !is_name(one)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        if self.take("(") {
            if let Some(node) = self.special(&name.to_lowercase())? {
                return Ok(node);
            }
            let arguments = self.list(")")?;
            let function = Function::new(&name.to_lowercase(), arguments.len(), literal(arguments.get(1)))?;
            return Ok(Node::Call(function, arguments));
        }
        Ok(match name {
            "true" => Node::Value(Value::Bool(true)),
            "false" => Node::Value(Value::Bool(false)),
            "undefined" | "null" => Node::Value(Value::Null),
            _ => self.property(name.to_owned()),
        })
    }

    /// What looks like a function and is none: it gives names, or reads what is not a property.
    fn special(&mut self, function: &str) -> Result<Option<Node>, String> {
        let over = match function {
            "map" => Some(Over::Map),
            "filter" => Some(Over::Filter),
            "any" => Some(Over::Any),
            "all" => Some(Over::All),
            "let" => None,
            "today" => {
                self.expect(")")?;
                return Ok(Some(Node::Today));
            }
            "lookup" => {
                let arguments = self.list(")")?;
                return match (<[Node; 3]>::try_from(arguments), "lookup takes a key, and a table and a column in quotation marks") {
                    (Ok([key, Node::Value(Value::String(table)), Node::Value(Value::String(column))]), _) => {
                        Ok(Some(Node::Lookup { key: Box::new(key), table, column, found: None }))
                    }
                    (_, problem) => Err(problem.to_owned()),
                };
            }
            "and" | "or" => {
                let operator = if function == "and" { Operator::And } else { Operator::Or };
                let parts = self.list(")")?.into_iter();
                let all = parts.reduce(|left, right| Node::Binary(operator, Box::new(left), Box::new(right)));
                return all.map(Some).ok_or_else(|| format!("{function} takes at least one value"));
            }
            _ => return Ok(None),
        };
        let name = self.name_given(function)?;
        self.expect(",")?;
        let value = self.any_of_or()?;
        self.expect(",")?;
        let slot = LOCALS + self.n_locals;
        self.n_locals += 1;
        self.locals.push((name, slot));
        let inside = self.any_of_or();
        self.locals.pop();
        let (value, inside) = (Box::new(value), Box::new(inside?));
        self.expect(")")?;
        Ok(Some(match over {
            Some(over) => Node::Each { over, slot, list: value, inside },
            None => Node::Let { slot, value, inside },
        }))
    }

    fn name_given(&mut self, function: &str) -> Result<String, String> {
        self.skip_spaces();
        let end = self.rest.find(|one| !is_name(one)).unwrap_or(self.rest.len());
        if end == 0 || self.rest.starts_with(|one: char| one.is_ascii_digit()) {
            return Err(format!("{function} begins with a name of your own, as in {function}(one, …)"));
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(name.to_owned())
    }

    fn property(&mut self, name: String) -> Node {
        if let Some((_, slot)) = self.locals.iter().rev().find(|(local, _)| *local == name) {
            return Node::Property(*slot);
        }
        let at = self.inputs.iter().position(|one| *one == name).unwrap_or_else(|| {
            self.inputs.push(name);
            self.inputs.len() - 1
        });
        Node::Property(at)
    }

    fn list(&mut self, end: &str) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        if self.take(end) {
            return Ok(nodes);
        }
        loop {
            nodes.push(self.any_of_or()?);
            if self.take(end) {
                return Ok(nodes);
            }
            self.expect(",")?;
        }
    }

    /// What stands between two quotation marks; a backslash takes the next character as it is.
    fn quoted(&mut self, mark: char) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, one)) = characters.next() {
            match one {
                // Only before a mark or another backslash, so that regular expressions are written as they are.
                '\\' if self.rest[at + 1..].starts_with([mark, '\\']) => text.extend(characters.next().map(|(_, next)| next)),
                one if one == mark => {
                    self.rest = &self.rest[at + mark.len_utf8()..];
                    return Ok(text);
                }
                one => text.push(one),
            }
        }
        Err(format!("a closing {mark} is missing"))
    }
}

fn is_name(one: char) -> bool {
    one.is_alphanumeric() || matches!(one, '_' | '$' | '.')
}

fn literal(node: Option<&Node>) -> Option<&str> {
    match node {
        Some(Node::Value(Value::String(text))) => Some(text),
        _ => None,
    }
}
