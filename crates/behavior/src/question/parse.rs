//! From JSON to [`Question`]. The order of functions follows the sections of the query contract.

use super::fields::{Fields, QuestionError, Read, choose, missing, not_allowed, number, texts, whole, wrong_type};
use super::*;
use crate::{
    calendar::Unit,
    filter::{Filter, Of, Test},
    formula::Formula,
};
use regex::Regex;
use serde_json::Value;
use sillage_event::{Actor, as_text, time};

const ANY_UNIT: &[(&str, Unit)] = &[
    ("minute", Unit::Minute),
    ("hour", Unit::Hour),
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
];
const INTERVALS: &[(&str, Unit)] =
    &[("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month), ("quarter", Unit::Quarter), ("year", Unit::Year)];
const FREQUENCY_PERIODS: &[(&str, Option<Unit>)] =
    &[("day", Some(Unit::Day)), ("week", Some(Unit::Week)), ("month", Some(Unit::Month)), ("quarter", Some(Unit::Quarter)), ("range", None)];

impl Question {
    /// Reads and checks a question.
    pub fn from_json(value: &Value) -> Read<Self> {
        read_question(value, "", 0)
    }
}

fn read_question(value: &Value, path: &str, nested: usize) -> Read<Question> {
    let mut fields = Fields::new(value, path)?;
    let kind_path = fields.at("kind");
    let Some(word) = fields.text("kind")? else {
        return Err(missing(&kind_path, "trend, funnel, retention, frequency, lifecycle, journey, sessions, timeline or people"));
    };
    let scope = read_scope(&mut fields, word)?;
    let kind = match word {
        "trend" => Kind::Trend(read_trend(&mut fields)?),
        "funnel" => Kind::Funnel(read_funnel(&mut fields)?),
        "retention" => Kind::Retention(read_retention(&mut fields)?),
        "frequency" => Kind::Frequency(read_frequency(&mut fields)?),
        "lifecycle" => Kind::Lifecycle(read_lifecycle(&mut fields)?),
        "journey" => Kind::Journey(read_journey(&mut fields)?),
        "sessions" => Kind::Sessions(Sessions { limit: limit(&mut fields, 100, 100_000)? }),
        "timeline" => Kind::Timeline(read_timeline(&mut fields)?),
        "people" if nested == 0 => Kind::People(Box::new(read_people(&mut fields)?)),
        _ => {
            return Err(not_allowed(
                &kind_path,
                format!("\"{word}\" is not a kind of question here; use trend, funnel, retention, frequency, lifecycle, journey, sessions, timeline or people"),
            ));
        }
    };
    fields.done()?;
    let needs_range = !matches!(kind, Kind::People(_) | Kind::Timeline(_));
    if needs_range && scope.range.is_none() {
        let field = if path.is_empty() { "range".to_owned() } else { format!("{path}.range") };
        return Err(missing(&field, "{\"from\", \"to\"} or {\"last\": 30, \"unit\": \"day\"}"));
    }
    Ok(Question { kind, scope })
}

fn limit(fields: &mut Fields<'_>, default: i64, most: i64) -> Read<usize> {
    Ok(fields.whole("limit", 0, most)?.unwrap_or(default) as usize)
}

fn read_scope(fields: &mut Fields<'_>, kind: &str) -> Read<Scope> {
    let mut scope = Scope::default();
    if let Some(value) = fields.get("range") {
        scope.range = Some(read_range(value, &fields.at("range"))?);
    }
    if let Some(name) = fields.text("timezone")? {
        if jiff::tz::TimeZone::get(name).is_err() {
            return Err(not_allowed(&fields.at("timezone"), format!("\"{name}\" is not an IANA time zone; write one such as Europe/Paris or UTC")));
        }
        scope.timezone = Some(name.to_owned());
    }
    scope.week_start_sunday = fields.choice("week_start", &[("monday", false), ("sunday", true)])?;
    if let Some(value) = fields.get("session_timeout") {
        let path = fields.at("session_timeout");
        match read_window(value, &path)? {
            Window::Milliseconds(0) => return Err(not_allowed(&path, "must be longer than nothing")),
            Window::Milliseconds(ms) => scope.session_timeout_ms = Some(ms),
            Window::Sessions(_) => return Err(not_allowed(&path, "takes seconds, minutes, hours or days")),
        }
    }
    if let Some(word) = fields.text("actor")? {
        scope.actor = match word {
            "person" => Actor::Person,
            "device" => Actor::Device,
            _ => match word.strip_prefix("group:").filter(|kind| !kind.is_empty()) {
                Some(kind) => Actor::Group(kind.to_owned()),
                None => return Err(not_allowed(&fields.at("actor"), format!("\"{word}\" is not allowed; use person, device or group:<type>"))),
            },
        };
    }
    if let Some(value) = fields.get("cohorts") {
        let path = fields.at("cohorts");
        let map = value.as_object().ok_or_else(|| wrong_type(&path, "an object of lists of people", value))?;
        for (name, people) in map {
            scope.cohorts.insert(name.clone(), texts(people, &format!("{path}.{name}"))?);
        }
    }
    if let Some(value) = fields.get("filter") {
        scope.filter = Some(read_filter(value, &fields.at("filter"), 0)?);
    }
    // A lifecycle has no segments; the people behind a cell have those of their question.
    let has_segments = !matches!(kind, "lifecycle" | "timeline" | "people");
    if let Some(list) = if has_segments { fields.list("breakdown")? } else { None } {
        let path = fields.at("breakdown");
        if list.len() > 5 {
            return Err(not_allowed(&path, "takes at most 5 parts"));
        }
        for (i, value) in list.iter().enumerate() {
            scope.breakdown.push(read_breakdown(value, &format!("{path}[{i}]"))?);
        }
    }
    // A journey has a `top` of its own: how many nodes are shown.
    if has_segments && kind != "journey" {
        scope.top = fields.whole("top", 1, 10_000)?.map(|n| n as usize);
    }
    scope.french = fields.choice("language", &[("en", false), ("fr", true)])?.unwrap_or(false);
    Ok(scope)
}

fn read_range(value: &Value, path: &str) -> Read<RangeSpec> {
    let mut fields = Fields::new(value, path)?;
    let range = if fields.has("last") {
        let n = fields.whole("last", 1, 100_000)?.ok_or_else(|| missing(&format!("{path}.last"), "a number of units"))?;
        let unit = fields.choice("unit", ANY_UNIT)?.ok_or_else(|| missing(&format!("{path}.unit"), "hour, day, week, month, quarter or year"))?;
        RangeSpec::Last { n, unit }
    } else {
        let from = fields.text("from")?.ok_or_else(|| missing(&format!("{path}.from"), "a day such as 2025-10-01 or an RFC 3339 instant"))?;
        let to = fields.text("to")?.ok_or_else(|| missing(&format!("{path}.to"), "a day such as 2025-10-31 or an RFC 3339 instant"))?;
        match (from.parse::<jiff::civil::Date>().ok().filter(|_| from.len() == 10), to.parse::<jiff::civil::Date>().ok().filter(|_| to.len() == 10)) {
            (Some(from), Some(to)) if from <= to => RangeSpec::Days { from, to },
            (Some(_), Some(_)) => return Err(not_allowed(&format!("{path}.to"), "lies before `from`")),
            (None, None) => {
                let from = instant(from, &format!("{path}.from"))?;
                let to = instant(to, &format!("{path}.to"))?;
                if to < from {
                    return Err(not_allowed(&format!("{path}.to"), "lies before `from`"));
                }
                RangeSpec::Instants { from, to }
            }
            _ => return Err(not_allowed(path, "`from` and `to` must both be days or both be instants")),
        }
    };
    fields.done()?;
    Ok(range)
}

fn instant(text: &str, path: &str) -> Read<i64> {
    time::from_text(text).ok_or_else(|| not_allowed(path, format!("\"{text}\" is neither a day such as 2025-10-01 nor an RFC 3339 instant")))
}

fn read_instant(fields: &mut Fields<'_>, name: &'static str) -> Read<Option<i64>> {
    let path = fields.at(name);
    fields.text(name)?.map(|text| instant(text, &path)).transpose()
}

fn read_window(value: &Value, path: &str) -> Read<Window> {
    let mut fields = Fields::new(value, path)?;
    let n = fields.whole("n", 0, 10_000_000_000)?.ok_or_else(|| missing(&format!("{path}.n"), "a whole number of units"))?;
    let unit = fields.text("unit")?.ok_or_else(|| missing(&format!("{path}.unit"), "second, minute, hour, day, week, month or session"))?;
    let unit_ms: i64 = match unit {
        "second" => 1000,
        "minute" => 60_000,
        "hour" => 3_600_000,
        "day" => 86_400_000,
        "week" => 7 * 86_400_000,
        "month" => 30 * 86_400_000,
        "session" => {
            if n == 0 {
                return Err(not_allowed(&format!("{path}.n"), "must be at least 1 session"));
            }
            fields.done()?;
            return Ok(Window::Sessions(u32::try_from(n).unwrap_or(u32::MAX)));
        }
        _ => return Err(not_allowed(&format!("{path}.unit"), format!("\"{unit}\" is not allowed; use second, minute, hour, day, week, month or session"))),
    };
    fields.done()?;
    n.checked_mul(unit_ms).map(Window::Milliseconds).ok_or_else(|| not_allowed(&format!("{path}.n"), "is too long a time"))
}

/// Filters and selectors in each other nest at most so deep.
const MOST_NESTED: usize = 20;

fn read_selector(value: &Value, path: &str, depth: usize) -> Read<Selector> {
    if depth > MOST_NESTED {
        return Err(not_allowed(path, format!("selectors nest at most {MOST_NESTED} deep")));
    }
    if let Some(name) = value.as_str() {
        return Ok(Selector { events: vec![name.to_owned()], ..Selector::default() });
    }
    let mut fields = Fields::new(value, path)?;
    let mut selector = Selector::default();
    if !fields.has("event") && !fields.has("any_of") {
        return Err(missing(&fields.at("event"), "an event's name, null for any event, or any_of: [names]"));
    }
    if let Some(name) = fields.text("event")? {
        selector.events.push(name.to_owned());
    }
    if let Some(list) = fields.list("any_of")? {
        let at = fields.at("any_of");
        if list.is_empty() {
            return Err(not_allowed(&at, "needs at least one event"));
        }
        if list.iter().all(Value::is_string) {
            selector.events.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
        } else {
            for (i, one) in list.iter().enumerate() {
                selector.alternatives.push(read_selector(one, &format!("{at}[{i}]"), depth + 1)?);
            }
        }
    }
    if let Some(value) = fields.get("where") {
        selector.filter = Some(read_filter(value, &fields.at("where"), depth)?);
    }
    selector.first_time = fields.flag("first_time")?.unwrap_or(false);
    selector.label = fields.text("label")?.map(str::to_owned);
    fields.done()?;
    Ok(selector)
}

fn required_selector(fields: &mut Fields<'_>, name: &'static str) -> Read<Selector> {
    let path = fields.at(name);
    let value = fields.get(name).ok_or_else(|| missing(&path, "{\"event\": name}, {\"event\": null} or {\"any_of\": [names]}"))?;
    read_selector(value, &path, 0)
}

fn read_filter(value: &Value, path: &str, depth: usize) -> Read<Filter> {
    if depth > MOST_NESTED {
        return Err(not_allowed(path, format!("filters nest at most {MOST_NESTED} deep")));
    }
    let mut fields = Fields::new(value, path)?;
    let parts = |list: &Vec<Value>, at: String| -> Read<Vec<Filter>> {
        if list.len() > 500 {
            return Err(not_allowed(&at, "takes at most 500 conditions"));
        }
        list.iter().enumerate().map(|(i, one)| read_filter(one, &format!("{at}[{i}]"), depth + 1)).collect()
    };
    let filter = if let Some(list) = fields.list("all")? {
        Filter::All(parts(list, fields.at("all"))?)
    } else if let Some(list) = fields.list("any")? {
        Filter::Any(parts(list, fields.at("any"))?)
    } else if let Some(inner) = fields.get("not") {
        Filter::Not(Box::new(read_filter(inner, &fields.at("not"), depth + 1)?))
    } else if fields.has("property") {
        read_property_filter(&mut fields)?
    } else if let Some(value) = fields.get("event") {
        let at = fields.at("event");
        Filter::Event(match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(_) => texts(value, &at)?,
            _ => return Err(wrong_type(&at, "an event's name or a list of names", value)),
        })
    } else if let Some(value) = fields.get("cohort") {
        let at = fields.at("cohort");
        let name = as_text(value).ok_or_else(|| wrong_type(&at, "a cohort's id", value))?;
        Filter::Cohort { name, inside: fields.flag("in")?.unwrap_or(true) }
    } else if let Some(value) = fields.get("did") {
        let select = Box::new(read_selector(value, &fields.at("did"), depth + 1)?);
        let count = match fields.get("count") {
            Some(value) => read_compare(value, &fields.at("count"))?,
            None => Compare { op: CompareOp::Gte, value: 1.0 },
        };
        let within = match fields.get("within") {
            Some(value) => Some(read_range(value, &fields.at("within"))?),
            None => None,
        };
        Filter::Did { select, count, within }
    } else {
        return Err(missing(path, "one of all, any, not, property, event, cohort, did"));
    };
    fields.done()?;
    Ok(filter)
}

fn read_of(fields: &mut Fields<'_>) -> Read<Of> {
    let path = fields.at("of");
    match fields.text("of")? {
        None | Some("event") => Ok(Of::Event),
        Some("person" | "user") => Ok(Of::Person),
        Some("session") => Err(not_allowed(&path, "session properties are not available yet; use event, person or group:<type>")),
        Some(word) => match word.strip_prefix("group:").filter(|kind| !kind.is_empty()) {
            Some(kind) => Ok(Of::Group(kind.to_owned())),
            None => Err(not_allowed(&path, format!("\"{word}\" is not allowed; use event, person or group:<type>"))),
        },
    }
}

fn property_name(fields: &mut Fields<'_>) -> Read<String> {
    let path = fields.at("property");
    let name = fields.text("property")?.ok_or_else(|| missing(&path, "a property's name"))?;
    Ok(name.to_owned())
}

fn read_property_filter(fields: &mut Fields<'_>) -> Read<Filter> {
    let property = property_name(fields)?;
    let of = read_of(fields)?;
    if let Some(at) = fields.text("at")?
        && at != "now"
    {
        return Err(not_allowed(&fields.at("at"), "person properties are the latest values; values at the time of the event are not available yet"));
    }
    let op_path = fields.at("op");
    let value_path = fields.at("value");
    let op = fields.text("op")?.unwrap_or("is");
    let value = fields.get("value");
    let need = |what: &str| value.ok_or_else(|| missing(&value_path, what));
    let words = |value: &Value| -> Read<Vec<String>> {
        match value {
            Value::Array(list) => {
                list.iter().enumerate().map(|(i, one)| as_text(one).ok_or_else(|| wrong_type(&format!("{value_path}[{i}]"), "a value", one))).collect()
            }
            other => as_text(other).map(|one| vec![one]).ok_or_else(|| wrong_type(&value_path, "a value", other)),
        }
    };
    let lower = |list: Vec<String>| list.into_iter().map(|one| one.to_lowercase()).collect();
    let one_text = |value: &Value| value.as_str().map(str::to_owned).or_else(|| as_text(value)).ok_or_else(|| wrong_type(&value_path, "a text", value));
    let at = |value: &Value| time::from_json(value).ok_or_else(|| not_allowed(&value_path, "is not a time; write RFC 3339 or epoch seconds"));
    let test = match op {
        "is" => Test::Is(words(need("the value to compare with")?)?),
        "is_not" => Test::IsNot(words(need("the value to compare with")?)?),
        "contains" => Test::Contains(lower(words(need("the text to look for")?)?)),
        "not_contains" => Test::NotContains(lower(words(need("the text to look for")?)?)),
        "starts_with" => Test::StartsWith(one_text(need("a text")?)?),
        "ends_with" => Test::EndsWith(one_text(need("a text")?)?),
        "matches" => {
            let pattern = one_text(need("a regular expression")?)?;
            let regex = regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build();
            Test::Matches(regex.map_err(|error| not_allowed(&value_path, format!("is not a regular expression: {}", error.to_string().replace('\n', " "))))?)
        }
        "gt" => Test::Gt(number(need("a number")?, &value_path)?),
        "gte" => Test::Gte(number(need("a number")?, &value_path)?),
        "lt" => Test::Lt(number(need("a number")?, &value_path)?),
        "lte" => Test::Lte(number(need("a number")?, &value_path)?),
        "between" => match need("a list of two numbers")?.as_array().map(Vec::as_slice) {
            Some([low, high]) => Test::Between(number(low, &value_path)?, number(high, &value_path)?),
            _ => return Err(not_allowed(&value_path, "takes a list of two numbers, both included")),
        },
        "set" => Test::Set,
        "not_set" => Test::NotSet,
        "before" => Test::Before(at(need("a time")?)?),
        "after" => Test::After(at(need("a time")?)?),
        "in_last" => match read_window(need("{\"n\": 7, \"unit\": \"day\"}")?, &value_path)? {
            Window::Milliseconds(ms) => Test::After(jiff::Timestamp::now().as_millisecond() - ms),
            Window::Sessions(_) => return Err(not_allowed(&value_path, "takes a time, not sessions")),
        },
        "any_of_list" => Test::AnyOfList(words(need("a list of values")?)?),
        "all_of_list" => Test::AllOfList(words(need("a list of values")?)?),
        _ => {
            return Err(not_allowed(
                &op_path,
                format!(
                    "\"{op}\" is not an operator; use is, is_not, contains, not_contains, starts_with, ends_with, matches, gt, gte, lt, lte, between, set, not_set, before, after, in_last, any_of_list or all_of_list"
                ),
            ));
        }
    };
    Ok(Filter::Property { property, of, test })
}

fn read_compare(value: &Value, path: &str) -> Read<Compare> {
    let mut fields = Fields::new(value, path)?;
    let op = fields
        .choice(
            "op",
            &[
                ("eq", CompareOp::Eq),
                ("is", CompareOp::Eq),
                ("ne", CompareOp::Ne),
                ("gt", CompareOp::Gt),
                ("gte", CompareOp::Gte),
                ("lt", CompareOp::Lt),
                ("lte", CompareOp::Lte),
            ],
        )?
        .ok_or_else(|| missing(&format!("{path}.op"), "eq, ne, gt, gte, lt or lte"))?;
    let at = fields.at("value");
    let value = number(fields.get("value").ok_or_else(|| missing(&at, "a number"))?, &at)?;
    fields.done()?;
    Ok(Compare { op, value })
}

fn read_breakdown(value: &Value, path: &str) -> Read<Breakdown> {
    let mut fields = Fields::new(value, path)?;
    let breakdown = if let Some(value) = fields.get("cohort") {
        let at = fields.at("cohort");
        Breakdown::Cohorts(match value {
            Value::Array(_) => texts(value, &at)?,
            other => vec![as_text(other).ok_or_else(|| wrong_type(&at, "a cohort's id or a list of ids", other))?],
        })
    } else if let Some(value) = fields.get("bucket") {
        let at = fields.at("bucket");
        let mut inner = Fields::new(value, &at)?;
        let property = property_name(&mut inner)?;
        let of = read_of(&mut inner)?;
        let list = inner.list("edges")?.ok_or_else(|| missing(&format!("{at}.edges"), "a list of rising numbers"))?;
        let edges = list.iter().map(|one| number(one, &format!("{at}.edges"))).collect::<Read<Vec<f64>>>()?;
        if edges.len() < 2 || !edges.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(not_allowed(&format!("{at}.edges"), "needs at least two numbers, each larger than the one before"));
        }
        inner.done()?;
        Breakdown::Bucket { property, of, edges }
    } else {
        let property = property_name(&mut fields)?;
        let of = read_of(&mut fields)?;
        let trim_url = fields.choice("trim", &[("url", true)])?.unwrap_or(false);
        Breakdown::Property { property, of, trim_url }
    };
    fields.done()?;
    Ok(breakdown)
}

fn aggregate(word: &str) -> Option<Aggregate> {
    Some(match word {
        "sum" => Aggregate::Sum,
        "average" => Aggregate::Average,
        "median" => Aggregate::Median,
        "min" => Aggregate::Min,
        "max" => Aggregate::Max,
        "distinct" => Aggregate::Distinct,
        _ => return None,
    })
}

fn read_percentile(fields: &mut Fields<'_>) -> Read<Aggregate> {
    let at = fields.at("percentile");
    let p = number(fields.get("percentile").ok_or_else(|| missing(&at, "a number from 0 to 100"))?, &at)?;
    if (0.0..=100.0).contains(&p) { Ok(Aggregate::Percentile(p)) } else { Err(not_allowed(&at, "must lie between 0 and 100")) }
}

/// `{"sum": "amount"}` or `{"percentile": 90, "property": "amount"}`.
fn read_property_measure(value: &Value, path: &str) -> Read<(Aggregate, String)> {
    let map = value.as_object().ok_or_else(|| wrong_type(path, "a measure such as {\"sum\": \"amount\"}", value))?;
    if map.contains_key("percentile") {
        let mut fields = Fields::new(value, path)?;
        let percentile = read_percentile(&mut fields)?;
        let property = property_name(&mut fields)?;
        fields.done()?;
        return Ok((percentile, property));
    }
    let mut entries = map.iter();
    if let (Some((word, property)), None) = (entries.next(), entries.next()) {
        let found = aggregate(word).ok_or_else(|| QuestionError {
            code: "unknown_field",
            field: format!("{path}.{word}"),
            message: "is not a measure; use sum, average, median, min, max, distinct or percentile".into(),
        })?;
        let property = property.as_str().ok_or_else(|| wrong_type(&format!("{path}.{word}"), "a property's name", property))?;
        return Ok((found, property.to_owned()));
    }
    Err(not_allowed(path, "takes one measure such as {\"sum\": \"amount\"}"))
}

fn read_measure(value: &Value, path: &str) -> Read<Measure> {
    if let Some(word) = value.as_str() {
        return choose(word, path, &[("total", 0), ("unique", 1), ("sessions", 2)]).map(|which| match which {
            0 => Measure::Total,
            1 => Measure::Unique,
            _ => Measure::Sessions,
        });
    }
    let map = value.as_object().ok_or_else(|| wrong_type(path, "total, unique, sessions or a measure such as {\"sum\": \"amount\"}", value))?;
    if let Some(days) = map.get("active") {
        let mut fields = Fields::new(value, path)?;
        fields.get("active");
        fields.done()?;
        return Ok(Measure::Active(whole(days, &format!("{path}.active"), 1, 366)? as u32));
    }
    if map.contains_key("per_person") {
        let mut fields = Fields::new(value, path)?;
        let at = fields.at("per_person");
        let inner = match fields.get("per_person") {
            Some(Value::String(word)) if word == "total" => None,
            Some(value) => Some(read_property_measure(value, &at)?),
            None => return Err(missing(&at, "total or a measure such as {\"sum\": \"amount\"}")),
        };
        let then = fields.at("then");
        let outer = match fields.get("then") {
            Some(Value::Object(map)) if map.contains_key("percentile") => {
                let mut one = Fields::new(&value["then"], &then)?;
                let percentile = read_percentile(&mut one)?;
                one.done()?;
                percentile
            }
            Some(Value::String(word)) => aggregate(word)
                .filter(|one| *one != Aggregate::Distinct)
                .ok_or_else(|| not_allowed(&then, "use sum, average, median, min, max or {\"percentile\": 90}"))?,
            Some(other) => return Err(wrong_type(&then, "sum, average, median, min, max or {\"percentile\": 90}", other)),
            None => Aggregate::Average,
        };
        fields.done()?;
        return Ok(Measure::PerPerson { inner, outer });
    }
    let (aggregate, property) = read_property_measure(value, path)?;
    Ok(Measure::Property { aggregate, property })
}

fn read_trend(fields: &mut Fields<'_>) -> Read<Trend> {
    let path = fields.at("series");
    let list = fields.list("series")?.ok_or_else(|| missing(&path, "a list of {\"select\", \"measure\"}"))?;
    if list.is_empty() || list.len() > 26 {
        return Err(not_allowed(&path, "takes 1 to 26 series"));
    }
    let mut series = Vec::new();
    for (i, value) in list.iter().enumerate() {
        let mut one = Fields::new(value, &format!("{path}[{i}]"))?;
        let select = required_selector(&mut one, "select")?;
        let at = one.at("measure");
        let measure = match one.get("measure") {
            Some(value) => read_measure(value, &at)?,
            None => Measure::Total,
        };
        let label = one.text("label")?.map(str::to_owned);
        one.done()?;
        series.push(Series { select, measure, label });
    }
    let formulas_path = fields.at("formulas");
    let mut formulas = Vec::new();
    for (i, text) in fields.texts("formulas")?.unwrap_or_default().into_iter().enumerate() {
        let at = format!("{formulas_path}[{i}]");
        let formula = Formula::parse(&text, series.len()).map_err(|message| not_allowed(&at, message))?;
        formulas.push((text, formula));
    }
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    let rolling = fields.whole("rolling", 1, 366)?.map(|n| n as usize);
    let cumulative = fields.flag("cumulative")?.unwrap_or(false);
    fields.flag("approximate")?;
    let mut compare_previous = None;
    if let Some(value) = fields.get("compare") {
        let mut one = Fields::new(value, &fields.at("compare"))?;
        compare_previous = Some(one.whole("previous", 1, 100)?.ok_or_else(|| missing(&format!("{}.previous", one.path()), "how many periods back"))? as u32);
        one.done()?;
    }
    Ok(Trend { series, formulas, interval, rolling, cumulative, compare_previous })
}

fn read_funnel(fields: &mut Fields<'_>) -> Read<Funnel> {
    let path = fields.at("steps");
    let list = fields.list("steps")?.ok_or_else(|| missing(&path, "a list of steps such as {\"event\": \"Sign up\"}"))?;
    if list.is_empty() || list.len() > 40 {
        return Err(not_allowed(&path, "takes 1 to 40 steps"));
    }
    let steps = list.iter().enumerate().map(|(i, value)| read_selector(value, &format!("{path}[{i}]"), 0)).collect::<Read<Vec<_>>>()?;
    let n = steps.len() as i64;
    let order = fields.choice("order", &[("ordered", Order::Ordered), ("any", Order::Any), ("strict", Order::Strict)])?.unwrap_or(Order::Ordered);
    let window = match fields.get("window") {
        Some(value) => read_window(value, &fields.at("window"))?,
        None => Window::Milliseconds(7 * 86_400_000),
    };
    let count = fields.choice("count", &[("person", CountBy::Person), ("total", CountBy::Total), ("session", CountBy::Session)])?.unwrap_or(CountBy::Person);
    let first_attempt_only = fields.choice("reentry", &[("best", false), ("first", true)])?.unwrap_or(false);
    let hold = fields.texts("hold")?.unwrap_or_default();
    let mut exclude = Vec::new();
    if let Some(list) = fields.list("exclude")? {
        let at = fields.at("exclude");
        if list.len() > 9 {
            return Err(not_allowed(&at, "takes at most 9 exclusions"));
        }
        for (i, value) in list.iter().enumerate() {
            let mut one = Fields::new(value, &format!("{at}[{i}]"))?;
            let select = required_selector(&mut one, "select")?;
            let after = one.whole("after", 1, n)?.unwrap_or(1);
            let before_path = one.at("before");
            let before = one.whole("before", 1, n)?.unwrap_or(n);
            if before <= after {
                return Err(not_allowed(&before_path, "must be a later step than `after`"));
            }
            one.done()?;
            exclude.push(Exclusion { select, after: after as usize - 1, before: before as usize - 1 });
        }
    }
    let mut optional = Vec::new();
    if let Some(list) = fields.list("optional")? {
        let at = fields.at("optional");
        for value in list {
            let step = whole(value, &at, 1, n)?;
            if step == 1 || step == n {
                return Err(not_allowed(&at, "the first and the last step cannot be optional"));
            }
            if order != Order::Ordered {
                return Err(not_allowed(&at, "optional steps need order: ordered"));
            }
            optional.push(step as usize - 1);
        }
    }
    let attribute_path = fields.at("attribute");
    let attribute = match fields.text("attribute")? {
        None | Some("first") => Attribute::First,
        Some("last") => Attribute::Last,
        Some(word) => match word.strip_prefix("step:").and_then(|digits| digits.parse::<i64>().ok()) {
            Some(step) if (1..=n).contains(&step) => Attribute::Step(step as usize - 1),
            _ => return Err(not_allowed(&attribute_path, format!("\"{word}\" is not allowed; use first, last or step:1 to step:{n}"))),
        },
    };
    let ties_later = fields.choice("ties", &[("any", false), ("later", true)])?.unwrap_or(false);
    let interval = fields.choice("interval", INTERVALS)?;
    let mut time_to_convert = None;
    if let Some(value) = fields.get("time_to_convert") {
        let mut one = Fields::new(value, &fields.at("time_to_convert"))?;
        let from = one.whole("from", 1, n)?.unwrap_or(1);
        let to_path = one.at("to");
        let to = one.whole("to", 1, n)?.unwrap_or(n);
        if to <= from {
            return Err(not_allowed(&to_path, "must be a later step than `from`"));
        }
        let at = one.at("edges");
        let edges = match one.list("edges")? {
            Some(list) => Some(list.iter().map(|value| number(value, &at)).collect::<Read<Vec<f64>>>()?),
            None => None,
        };
        if edges.as_ref().is_some_and(|edges| edges.len() < 2 || !edges.windows(2).all(|pair| pair[0] < pair[1])) {
            return Err(not_allowed(&at, "needs at least two numbers of seconds, each larger than the one before"));
        }
        one.done()?;
        time_to_convert = Some(TimeToConvert { from: from as usize - 1, to: to as usize - 1, edges });
    }
    Ok(Funnel { steps, order, window, count, first_attempt_only, hold, exclude, optional, attribute, ties_later, interval, time_to_convert })
}

fn read_retention(fields: &mut Fields<'_>) -> Read<Retention> {
    let birth = required_selector(fields, "birth")?;
    let comeback = required_selector(fields, "return")?;
    let first_path = fields.at("first_time");
    let first_time = match fields.get("first_time") {
        None | Some(Value::Bool(false)) => FirstTime::No,
        Some(Value::Bool(true)) => FirstTime::Ever,
        Some(Value::String(word)) if word == "in_range" => FirstTime::InRange,
        Some(_) => return Err(not_allowed(&first_path, "use true, false or \"in_range\"")),
    };
    let unit = fields.choice("unit", &[("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)])?.unwrap_or(Unit::Day);
    let periods = fields.whole("periods", 0, 1000)?.unwrap_or(12) as usize;
    let rolling = fields.choice("alignment", &[("calendar", false), ("rolling", true)])?.unwrap_or(false);
    let criterion =
        fields.choice("criterion", &[("on", Criterion::On), ("on_or_after", Criterion::OnOrAfter), ("streak", Criterion::Streak)])?.unwrap_or(Criterion::On);
    let brackets_path = fields.at("brackets");
    let brackets = match fields.list("brackets")? {
        Some(list) if list.is_empty() || list.len() > 730 => return Err(not_allowed(&brackets_path, "takes 1 to 730 sizes")),
        Some(list) => Some(list.iter().map(|value| whole(value, &brackets_path, 1, 10_000).map(|n| n as usize)).collect::<Read<Vec<_>>>()?),
        None => None,
    };
    let measure_path = fields.at("measure");
    let amount = match fields.get("measure") {
        None => None,
        Some(Value::String(word)) if word == "people" => None,
        Some(value) => {
            let (aggregate, property) = read_property_measure(value, &measure_path)?;
            if !matches!(aggregate, Aggregate::Sum | Aggregate::Average) {
                return Err(not_allowed(&measure_path, "use people, {\"sum\": property} or {\"average\": property}"));
            }
            Some((aggregate, property))
        }
    };
    let return_count = match fields.get("return_count") {
        Some(value) => Some(read_compare(value, &fields.at("return_count"))?),
        None => None,
    };
    let weighted_average = fields.choice("average", &[("pooled", false), ("weighted", true)])?.unwrap_or(false);
    Ok(Retention { birth, comeback, first_time, unit, periods, rolling, criterion, brackets, amount, return_count, weighted_average })
}

fn read_frequency(fields: &mut Fields<'_>) -> Read<Frequency> {
    let select = required_selector(fields, "select")?;
    let period = fields.choice("period", FREQUENCY_PERIODS)?.unwrap_or(Some(Unit::Month));
    let unit = fields.choice("unit", &[("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)])?.unwrap_or(Unit::Day);
    let at_least = fields.choice("mode", &[("exactly", false), ("at_least", true)])?.unwrap_or(false);
    let count = match fields.get("count") {
        Some(value) => Some(read_compare(value, &fields.at("count"))?),
        None => None,
    };
    Ok(Frequency { select, period, unit, at_least, count })
}

fn read_lifecycle(fields: &mut Fields<'_>) -> Read<Lifecycle> {
    let select = required_selector(fields, "select")?;
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Week);
    Ok(Lifecycle { select, interval })
}

fn read_journey(fields: &mut Fields<'_>) -> Read<Journey> {
    let over_person = fields.choice("over", &[("session", false), ("person", true)])?.unwrap_or(false);
    let node_path = fields.at("node");
    let node = match fields.get("node") {
        None => NodeName::Event,
        Some(Value::String(word)) => match word.as_str() {
            "event" => NodeName::Event,
            "page" => NodeName::Page,
            _ => return Err(not_allowed(&node_path, format!("\"{word}\" is not allowed; use event, page or a map of event to property"))),
        },
        Some(Value::Object(map)) => {
            let mut rules = BTreeMap::new();
            for (event, value) in map {
                let at = format!("{node_path}.{event}");
                let rule = match value {
                    Value::String(property) => (property.clone(), false),
                    other => {
                        let mut one = Fields::new(other, &at)?;
                        let property = property_name(&mut one)?;
                        let trim = one.choice("trim", &[("url", true)])?.unwrap_or(false);
                        one.done()?;
                        (property, trim)
                    }
                };
                rules.insert(event.clone(), rule);
            }
            NodeName::Properties(rules)
        }
        Some(other) => return Err(wrong_type(&node_path, "event, page or a map of event to property", other)),
    };
    let select = match fields.get("select") {
        Some(value) => Some(read_filter(value, &fields.at("select"), 0)?),
        None => None,
    };
    let reverse = fields.choice("direction", &[("forward", false), ("reverse", true)])?.unwrap_or(false);
    let mut anchor = None;
    if let Some(value) = fields.get("anchor") {
        let mut one = Fields::new(value, &fields.at("anchor"))?;
        let occurrence = one
            .choice(
                "occurrence",
                &[
                    ("first", Occurrence::First),
                    ("last", Occurrence::Last),
                    ("each", Occurrence::Each),
                    ("entry", Occurrence::Entry),
                    ("exit", Occurrence::Exit),
                ],
            )?
            .unwrap_or(Occurrence::First);
        let at = match one.text("node")? {
            Some(name) => AnchorAt::Node(name.to_owned()),
            None => AnchorAt::Select(required_selector(&mut one, "select")?),
        };
        one.done()?;
        anchor = Some((at, occurrence));
    }
    let mut until = None;
    if let Some(value) = fields.get("until") {
        let mut one = Fields::new(value, &fields.at("until"))?;
        let at = one.at("node");
        until = Some(one.text("node")?.ok_or_else(|| missing(&at, "a node's name"))?.to_owned());
        one.done()?;
    }
    let depth = fields.whole("depth", 1, 1_000_000)?.unwrap_or(5) as usize;
    let top = fields.whole("top", 1, 10_000)?.unwrap_or(10) as usize;
    let collapse_repeats = fields.flag("collapse_repeats")?.unwrap_or(true);
    let hide = fields.texts("hide")?.unwrap_or_default();
    let mut rename = Vec::new();
    if let Some(list) = fields.list("rename")? {
        let path = fields.at("rename");
        for (i, value) in list.iter().enumerate() {
            let mut one = Fields::new(value, &format!("{path}[{i}]"))?;
            let to_path = one.at("to");
            let to = one.text("to")?.ok_or_else(|| missing(&to_path, "the new name"))?.to_owned();
            let build = |pattern: &str, at: &str| {
                regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|_| not_allowed(at, "is not a regular expression"))
            };
            if let Some(glob) = one.text("glob")? {
                let pattern = format!("(?s)^{}$", regex::escape(glob).replace("\\*", ".*"));
                rename.push(Rename::Glob { pattern: build(&pattern, &one.at("glob"))?, to });
            } else {
                let at = one.at("regex");
                let pattern: Regex = build(one.text("regex")?.ok_or_else(|| missing(&at, "glob or regex"))?, &at)?;
                rename.push(Rename::Regex { pattern, to });
            }
            one.done()?;
        }
    }
    let window = match fields.get("window") {
        Some(value) => Some(read_window(value, &fields.at("window"))?),
        None => None,
    };
    Ok(Journey { over_person, node, select, anchor, until, reverse, depth, top, collapse_repeats, hide, rename, window })
}

fn read_timeline(fields: &mut Fields<'_>) -> Read<Timeline> {
    let path = fields.at("person");
    let person = fields.text("person")?.ok_or_else(|| missing(&path, "a person's id"))?.to_owned();
    let limit = limit(fields, 100, 10_000)?;
    let before_path = fields.at("before");
    let before = match fields.text("before")? {
        Some(cursor) => {
            let parsed = cursor.split_once('-').and_then(|(time, rank)| Some((time.parse().ok()?, rank.parse().ok()?)));
            Some(parsed.ok_or_else(|| not_allowed(&before_path, "is not a cursor that an answer gave"))?)
        }
        None => None,
    };
    Ok(Timeline { person, limit, before })
}

fn read_people(fields: &mut Fields<'_>) -> Read<People> {
    let of_path = fields.at("of");
    let of = read_question(fields.get("of").ok_or_else(|| missing(&of_path, "a question"))?, &of_path, 1)?;
    let at_path = fields.at("at");
    let value = fields.get("at").ok_or_else(|| missing(&at_path, "a cell of the answer"))?;
    let at = read_cell(value, &at_path, &of.kind)?;
    let limit = limit(fields, 100, 100_000)?;
    Ok(People { of, at, limit })
}

fn read_cell(value: &Value, path: &str, kind: &Kind) -> Read<Cell> {
    let mut fields = Fields::new(value, path)?;
    let breakdown = fields.list("breakdown")?.cloned().unwrap_or_default();
    let need = |name: &str, what: &str| missing(&format!("{path}.{name}"), what);
    let place = match kind {
        Kind::Trend(trend) => {
            Place::Trend { series: fields.whole("series", 0, trend.series.len() as i64 - 1)?.unwrap_or(0) as usize, time: read_instant(&mut fields, "time")? }
        }
        Kind::Funnel(funnel) => {
            let step = fields.whole("step", 1, funnel.steps.len() as i64)?.ok_or_else(|| need("step", "a step's number, from 1"))? as usize - 1;
            Place::Funnel { step, interval: read_instant(&mut fields, "interval")?, dropped: fields.flag("dropped")?.unwrap_or(false) }
        }
        Kind::Retention(_) => Place::Retention {
            cohort: read_instant(&mut fields, "cohort")?.ok_or_else(|| need("cohort", "a row's start"))?,
            period: fields.whole("period", 0, 100_000)?.map(|n| n as usize),
        },
        Kind::Frequency(_) => Place::Frequency {
            n: fields.whole("n", 1, 100_000)?.ok_or_else(|| need("n", "a number of units"))? as usize,
            period: read_instant(&mut fields, "period")?,
        },
        Kind::Lifecycle(_) => Place::Lifecycle {
            interval: read_instant(&mut fields, "interval")?.ok_or_else(|| need("interval", "an interval's start"))?,
            status: fields.choice("status", &crate::lifecycle::STATUSES)?.ok_or_else(|| need("status", "new, returning, resurrected or dormant"))?,
        },
        Kind::Journey(_) => Place::Journey {
            path: fields.texts("path")?.ok_or_else(|| need("path", "the nodes from the beginning"))?,
            exit: fields.flag("exit")?.unwrap_or(false),
        },
        Kind::Sessions(_) => Place::Sessions,
        Kind::Timeline(_) | Kind::People(_) => return Err(not_allowed(path, "there are no cells in this kind of answer")),
    };
    fields.done()?;
    Ok(Cell { breakdown, place })
}
