//! What a question is broken down by.

use super::cohort::read_name;
use super::selector::{property_name, read_of, read_test, read_time_part};
use crate::question::{
    Breakdown,
    fields::{Fields, Read, missing, not_allowed, number},
};
use serde_json::Value;

/// Groups of values that one part may have.
const MOST_GROUPS: usize = 100;

pub(super) fn read_breakdown(value: &Value, path: &str) -> Read<Breakdown> {
    let mut fields = Fields::new(value, path)?;
    let breakdown = if let Some(value) = fields.get("cohort") {
        let at = fields.at("cohort");
        Breakdown::Cohorts(match value {
            Value::Array(list) => list.iter().enumerate().map(|(i, one)| read_name(one, &format!("{at}[{i}]"))).collect::<Read<_>>()?,
            other => vec![read_name(other, &at)?],
        })
    } else if let Some(value) = fields.get("bucket") {
        read_bucket(value, &fields.at("bucket"))?
    } else if fields.has("time") {
        Breakdown::Time(read_time_part(&mut fields)?)
    } else {
        let property = property_name(&mut fields)?;
        let of = read_of(&mut fields)?;
        if let Some(list) = fields.list("groups")? {
            let at = fields.at("groups");
            Breakdown::Groups { property, of, groups: read_groups(list, &at)? }
        } else {
            let trim_url = fields.choice("trim", &[("url", true)])?.unwrap_or(false);
            let only = match fields.get("matching") {
                Some(value) => {
                    let mut inner = Fields::new(value, &fields.at("matching"))?;
                    let test = read_test(&mut inner)?;
                    inner.done()?;
                    Some(test)
                }
                None => None,
            };
            Breakdown::Property { property, of, trim_url, only }
        }
    };
    fields.done()?;
    Ok(breakdown)
}

/// Edges, or how many buckets, or from where to where in steps of what width.
fn read_bucket(value: &Value, at: &str) -> Read<Breakdown> {
    let mut inner = Fields::new(value, at)?;
    let property = property_name(&mut inner)?;
    let of = read_of(&mut inner)?;
    if let Some(n) = inner.whole("quantiles", 2, 50)? {
        inner.done()?;
        return Ok(Breakdown::Quantiles { property, of, n: n as usize });
    }
    let edges_path = inner.at("edges");
    let edges = if inner.has("width") {
        let mut need = |name: &'static str| -> Read<f64> {
            let path = inner.at(name);
            number(inner.get(name).ok_or_else(|| missing(&path, "a number, beside `width`"))?, &path)
        };
        let (from, to, width) = (need("from")?, need("to")?, need("width")?);
        let n = ((to - from) / width).ceil();
        if width <= 0.0 || !(1.0..=500.0).contains(&n) {
            return Err(not_allowed(&inner.at("width"), "must be more than 0 and make 1 to 500 buckets between `from` and `to`"));
        }
        (0..=n as usize).map(|i| if i == n as usize { to } else { from + i as f64 * width }).collect()
    } else {
        let list = inner.list("edges")?.ok_or_else(|| missing(&edges_path, "a list of rising numbers; or quantiles, or from, to and width"))?;
        list.iter().map(|one| number(one, &edges_path)).collect::<Read<Vec<f64>>>()?
    };
    if edges.len() < 2 || !edges.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(not_allowed(&edges_path, "needs at least two numbers, each larger than the one before"));
    }
    inner.done()?;
    Ok(Breakdown::Bucket { property, of, edges })
}

fn read_groups(list: &[Value], at: &str) -> Read<Vec<(String, crate::filter::Test)>> {
    if list.is_empty() || list.len() > MOST_GROUPS {
        return Err(not_allowed(at, format!("takes 1 to {MOST_GROUPS} groups")));
    }
    let mut groups: Vec<(String, crate::filter::Test)> = Vec::new();
    for (i, value) in list.iter().enumerate() {
        let mut one = Fields::new(value, &format!("{at}[{i}]"))?;
        let label_path = one.at("label");
        let label = one.text("label")?.ok_or_else(|| missing(&label_path, "what the group is called"))?.to_owned();
        if groups.iter().any(|(other, _)| *other == label) {
            return Err(not_allowed(&label_path, format!("\"{label}\" is the name of two groups")));
        }
        let test = read_test(&mut one)?;
        one.done()?;
        groups.push((label, test));
    }
    Ok(groups)
}
