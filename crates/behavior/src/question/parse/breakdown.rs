//! What a question is broken down by.

use super::cohort::read_name;
use super::selector::{property_name, read_of};
use crate::question::{
    Breakdown,
    fields::{Fields, Read, missing, not_allowed, number},
};
use serde_json::Value;

pub(super) fn read_breakdown(value: &Value, path: &str) -> Read<Breakdown> {
    let mut fields = Fields::new(value, path)?;
    let breakdown = if let Some(value) = fields.get("cohort") {
        let at = fields.at("cohort");
        Breakdown::Cohorts(match value {
            Value::Array(list) => list.iter().enumerate().map(|(i, one)| read_name(one, &format!("{at}[{i}]"))).collect::<Read<_>>()?,
            other => vec![read_name(other, &at)?],
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
