//! Arithmetic over series: `A / B * 100`. Series are letters by position; `+ - * / ( )` and numbers.

#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    Number(f64),
    Series(usize),
    Negative(Box<Formula>),
    Binary(char, Box<Formula>, Box<Formula>),
}

impl Formula {
    /// Reads a formula over so many series; the error says what is wrong.
    pub fn parse(text: &str, n_series: usize) -> Result<Self, String> {
        let mut reader = Reader { rest: text, n_series, depth: 0 };
        let formula = reader.sum()?;
        reader.skip_spaces();
        if reader.rest.is_empty() { Ok(formula) } else { Err(format!("cannot read \"{}\" in the formula", reader.rest)) }
    }

    /// `A / B`
    #[must_use]
    pub fn is_first_over_second(&self) -> bool {
        matches!(self, Self::Binary('/', left, right) if **left == Self::Series(0) && **right == Self::Series(1))
    }

    /// The value where each series has one; `None` where something is divided by zero.
    #[must_use]
    pub fn evaluate(&self, series: &dyn Fn(usize) -> f64) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Series(i) => Some(series(*i)),
            Self::Negative(inner) => inner.evaluate(series).map(|value| -value),
            Self::Binary(op, left, right) => {
                let (left, right) = (left.evaluate(series)?, right.evaluate(series)?);
                match op {
                    '+' => Some(left + right),
                    '-' => Some(left - right),
                    '*' => Some(left * right),
                    _ if right == 0.0 => None,
                    _ => Some(left / right),
                }
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    n_series: usize,
    depth: usize,
}

impl Reader<'_> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, any: &[char]) -> Option<char> {
        self.skip_spaces();
        let first = self.rest.chars().next().filter(|c| any.contains(c))?;
        self.rest = &self.rest[first.len_utf8()..];
        Some(first)
    }

    fn sum(&mut self) -> Result<Formula, String> {
        let mut left = self.product()?;
        while let Some(op) = self.take(&['+', '-']) {
            left = Formula::Binary(op, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Formula, String> {
        let mut left = self.factor()?;
        while let Some(op) = self.take(&['*', '/']) {
            left = Formula::Binary(op, Box::new(left), Box::new(self.factor()?));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Formula, String> {
        self.depth += 1;
        if self.depth > 200 {
            return Err("the formula is nested too deep".into());
        }
        if self.take(&['-']).is_some() {
            return Ok(Formula::Negative(Box::new(self.factor()?)));
        }
        if self.take(&['(']).is_some() {
            let inner = self.sum()?;
            return self.take(&[')']).map(|_| inner).ok_or_else(|| "a closing parenthesis is missing".into());
        }
        self.skip_spaces();
        let letter = self.rest.chars().next().ok_or("the formula ends too early")?;
        if letter.is_ascii_alphabetic() {
            let after = self.rest[1..].chars().next();
            if after.is_some_and(|c| c.is_ascii_alphanumeric()) {
                return Err(format!("series are single letters; cannot read \"{}\"", self.rest));
            }
            let i = (letter.to_ascii_uppercase() as u8 - b'A') as usize;
            if i >= self.n_series {
                return Err(format!("there is no series {letter}: this question has {}", self.n_series));
            }
            self.rest = &self.rest[1..];
            return Ok(Formula::Series(i));
        }
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().map_err(|_| format!("cannot read \"{}\" in the formula", self.rest))?;
        self.rest = &self.rest[end..];
        Ok(Formula::Number(number))
    }
}
