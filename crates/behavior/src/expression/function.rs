//! The functions of formulas.

use super::{Node, is_true, number, position, text};
use jiff::{Timestamp, Unit, civil::DateTime, tz::TimeZone};
use regex::Regex;
use serde_json::Value;
use sillage_event::time;

/// A function, with the regular expression that it was given if it takes one.
#[derive(Clone, Debug)]
pub struct Function {
    name: Name,
    pattern: Option<Regex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    If,
    Ifs,
    Defined,
    Boolean,
    Number,
    String,
    Upper,
    Lower,
    Len,
    Left,
    Right,
    Mid,
    Split,
    HasPrefix,
    HasSuffix,
    Min,
    Max,
    Sum,
    Floor,
    Ceil,
    Round,
    ParseUrl,
    RegexMatch,
    RegexExtract,
    RegexReplace,
    DateDif,
}

/// Name, fewest and most arguments.
const FUNCTIONS: [(&str, Name, usize, usize); 26] = [
    ("if", Name::If, 2, 3),
    ("ifs", Name::Ifs, 2, 100),
    ("defined", Name::Defined, 1, 1),
    ("boolean", Name::Boolean, 1, 1),
    ("number", Name::Number, 1, 1),
    ("string", Name::String, 1, 1),
    ("upper", Name::Upper, 1, 1),
    ("lower", Name::Lower, 1, 1),
    ("len", Name::Len, 1, 1),
    ("left", Name::Left, 2, 2),
    ("right", Name::Right, 2, 2),
    ("mid", Name::Mid, 3, 3),
    ("split", Name::Split, 3, 3),
    ("has_prefix", Name::HasPrefix, 2, 2),
    ("has_suffix", Name::HasSuffix, 2, 2),
    ("min", Name::Min, 1, 100),
    ("max", Name::Max, 1, 100),
    ("sum", Name::Sum, 1, 1),
    ("floor", Name::Floor, 1, 1),
    ("ceil", Name::Ceil, 1, 1),
    ("round", Name::Round, 1, 2),
    ("parse_url", Name::ParseUrl, 2, 2),
    ("regex_match", Name::RegexMatch, 2, 2),
    ("regex_extract", Name::RegexExtract, 2, 3),
    ("regex_replace", Name::RegexReplace, 3, 3),
    ("datedif", Name::DateDif, 3, 3),
];

const URL_PARTS: [&str; 5] = ["protocol", "full_domain", "domain", "path", "query"];

impl Function {
    /// By its name; `pattern` is the second argument if it is written out.
    pub(super) fn new(name: &str, n_arguments: usize, pattern: Option<&str>) -> Result<Self, String> {
        let Some((_, found, fewest, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let known = FUNCTIONS.iter().map(|(known, ..)| *known).collect::<Vec<_>>().join(", ");
            return Err(format!("there is no function {name}; there are {known}"));
        };
        if n_arguments < *fewest || n_arguments > *most {
            let takes = if fewest == most { format!("{fewest}") } else { format!("{fewest} to {most}") };
            return Err(format!("{name} takes {takes} values, here are {n_arguments}"));
        }
        if let (Name::ParseUrl, Some(part)) = (found, pattern)
            && !URL_PARTS.contains(&part)
        {
            return Err(format!("parse_url knows {}, not \"{part}\"", URL_PARTS.join(", ")));
        }
        let pattern = match found {
            Name::RegexMatch | Name::RegexExtract | Name::RegexReplace => {
                let pattern = pattern.ok_or_else(|| format!("the second value of {name} is a regular expression in quotation marks"))?;
                let regex = regex::RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build();
                Some(regex.map_err(|_| format!("\"{pattern}\" is not a regular expression"))?)
            }
            _ => None,
        };
        Ok(Self { name: *found, pattern })
    }

    pub(super) fn call(&self, arguments: &[Node], input: &dyn Fn(usize) -> Value) -> Value {
        let value = |i: usize| arguments.get(i).map_or(Value::Null, |node| node.evaluate(input));
        let of_text = |i: usize| text(&value(i));
        let of_number = |i: usize| value(i).as_f64();
        let all = || -> Vec<Value> {
            // One list counts as its elements.
            match (arguments.len(), value(0)) {
                (1, Value::Array(list)) => list,
                _ => (0..arguments.len()).map(value).collect(),
            }
        };
        match self.name {
            Name::If => value(if is_true(&value(0)) { 1 } else { 2 }),
            Name::Ifs => {
                let found = (0..arguments.len() / 2).find(|pair| is_true(&value(2 * pair)));
                found.map_or(Value::Null, |pair| value(2 * pair + 1))
            }
            Name::Defined => Value::Bool(!value(0).is_null()),
            Name::Boolean => Value::Bool(is_true(&value(0))),
            Name::Number => match value(0) {
                Value::String(text) => number(text.trim().parse().ok()),
                Value::Bool(flag) => Value::from(i64::from(flag)),
                other => number(other.as_f64()),
            },
            Name::String => of_text(0).map_or(Value::Null, Value::from),
            Name::Upper => of_text(0).map_or(Value::Null, |text| Value::from(text.to_uppercase())),
            Name::Lower => of_text(0).map_or(Value::Null, |text| Value::from(text.to_lowercase())),
            Name::Len => match value(0) {
                Value::Array(list) => Value::from(list.len()),
                other => text(&other).map_or(Value::Null, |text| Value::from(text.chars().count())),
            },
            Name::Left => part(of_text(0), Some(0), position(&value(1))),
            Name::Right => {
                let skipped = of_text(0).zip(position(&value(1))).map(|(text, n)| text.chars().count().saturating_sub(n));
                part(of_text(0), skipped, Some(usize::MAX))
            }
            Name::Mid => part(of_text(0), position(&value(1)).and_then(|start| start.checked_sub(1)), position(&value(2))),
            Name::Split => {
                let (Some(whole), Some(delimiter), Some(n)) = (of_text(0), of_text(1), position(&value(2))) else { return Value::Null };
                let piece = n.checked_sub(1).filter(|_| !delimiter.is_empty()).and_then(|n| whole.split(delimiter.as_str()).nth(n).map(str::to_owned));
                piece.map_or(Value::Null, Value::from)
            }
            Name::HasPrefix => Value::Bool(of_text(0).zip(of_text(1)).is_some_and(|(text, prefix)| text.starts_with(&prefix))),
            Name::HasSuffix => Value::Bool(of_text(0).zip(of_text(1)).is_some_and(|(text, suffix)| text.ends_with(&suffix))),
            Name::Min => number(all().iter().filter_map(Value::as_f64).reduce(f64::min)),
            Name::Max => number(all().iter().filter_map(Value::as_f64).reduce(f64::max)),
            Name::Sum => match value(0) {
                Value::Array(list) => number(Some(list.iter().filter_map(Value::as_f64).sum())),
                other => number(other.as_f64()),
            },
            Name::Floor => number(of_number(0).map(f64::floor)),
            Name::Ceil => number(of_number(0).map(f64::ceil)),
            Name::Round => {
                let digits = if arguments.len() > 1 { of_number(1) } else { Some(0.0) };
                number(of_number(0).zip(digits).map(|(value, digits)| {
                    let scale = 10f64.powi(digits.clamp(-15.0, 15.0) as i32);
                    (value * scale).round() / scale
                }))
            }
            Name::ParseUrl => of_text(0).zip(of_text(1)).and_then(|(url, part)| part_of_url(&url, &part)).map_or(Value::Null, Value::from),
            Name::RegexMatch => Value::Bool(self.pattern.as_ref().zip(of_text(0)).is_some_and(|(pattern, text)| pattern.is_match(&text))),
            Name::RegexExtract => {
                let group = if arguments.len() > 2 { position(&value(2)) } else { Some(0) };
                let (Some(pattern), Some(text), Some(group)) = (&self.pattern, of_text(0), group) else { return Value::Null };
                pattern.captures(&text).and_then(|found| Some(Value::from(found.get(group)?.as_str()))).unwrap_or_default()
            }
            Name::RegexReplace => match (&self.pattern, of_text(0), of_text(2)) {
                (Some(pattern), Some(text), Some(to)) => Value::from(pattern.replace_all(&text, to.as_str()).into_owned()),
                _ => Value::Null,
            },
            Name::DateDif => {
                let (Some(from), Some(to), Some(unit)) = (time::from_json(&value(0)), time::from_json(&value(1)), of_text(2)) else { return Value::Null };
                between(from, to, &unit).map_or(Value::Null, Value::from)
            }
        }
    }
}

fn part(of: Option<String>, from: Option<usize>, n: Option<usize>) -> Value {
    match (of, from, n) {
        (Some(text), Some(from), Some(n)) => Value::from(text.chars().skip(from).take(n).collect::<String>()),
        _ => Value::Null,
    }
}

/// `full_domain` is the host, `domain` its last two labels.
fn part_of_url(url: &str, part: &str) -> Option<String> {
    let (protocol, rest) = url.split_once("://").map_or((None, url), |(protocol, rest)| (Some(protocol), rest));
    let end_of_host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end_of_host);
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?.to_lowercase();
    let before_fragment = tail.split('#').next()?;
    let (path, query) = before_fragment.split_once('?').map_or((before_fragment, None), |(path, query)| (path, Some(query)));
    let found = match part {
        "protocol" => protocol?.to_lowercase(),
        "full_domain" => host,
        "domain" => {
            let labels: Vec<&str> = host.split('.').collect();
            labels[labels.len().saturating_sub(2)..].join(".")
        }
        "path" => path.to_owned(),
        "query" => query?.to_owned(),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// Whole days, months or years from one UTC date to another; none when the first is the later. `MD`, `YM` and `YD` leave out the whole months or years.
fn between(from_ms: i64, to_ms: i64, unit: &str) -> Option<i64> {
    let date = |ms: i64| -> Option<DateTime> {
        Some(Timestamp::from_millisecond(ms).ok()?.to_zoned(TimeZone::UTC).datetime().date().to_datetime(jiff::civil::Time::midnight()))
    };
    let (mut from, to) = (date(from_ms)?, date(to_ms)?);
    if from > to {
        return None;
    }
    let unit = unit.to_uppercase();
    let (left_out, unit) = match unit.as_str() {
        "MD" => (Some(Unit::Month), "D"),
        "YM" => (Some(Unit::Year), "M"),
        "YD" => (Some(Unit::Year), "D"),
        other => (None, other),
    };
    if let Some(left_out) = left_out {
        let whole = from.until((left_out, to)).ok()?;
        let span = jiff::Span::new();
        from = from.checked_add(if left_out == Unit::Month { span.months(whole.get_months()) } else { span.years(whole.get_years()) }).ok()?;
    }
    let largest = match unit {
        "D" => Unit::Day,
        "M" => Unit::Month,
        "Y" => Unit::Year,
        _ => return None,
    };
    let span = from.until((largest, to)).ok()?;
    let whole = match largest {
        Unit::Day => i64::from(span.get_days()),
        Unit::Month => i64::from(span.get_months()),
        _ => i64::from(span.get_years()),
    };
    (from <= to).then_some(whole)
}
