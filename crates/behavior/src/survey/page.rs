//! Whether an address is one that a survey is for.

use regex::Regex;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PageRule {
    pub op: PageOp,
    pub value: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOp {
    Is,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
}

pub(super) const OPS: [(&str, PageOp); 5] =
    [("is", PageOp::Is), ("contains", PageOp::Contains), ("starts_with", PageOp::StartsWith), ("ends_with", PageOp::EndsWith), ("matches", PageOp::Matches)];

impl PageRule {
    /// Without regard to `not`. A rule holds if one of the ways to write the address passes: whole, from the path on, the path alone.
    fn holds(&self, ways: &[String]) -> bool {
        let value = self.value.as_str();
        let passes = |way: &String| match self.op {
            PageOp::Is => way == trimmed(value),
            PageOp::Contains => way.contains(value),
            PageOp::StartsWith => way.starts_with(value),
            PageOp::EndsWith => way.ends_with(value),
            PageOp::Matches => Regex::new(value).is_ok_and(|pattern| pattern.is_match(way)),
        };
        ways.iter().any(passes)
    }
}

/// No rule that says `not` holds, and one of the others does, if there are others.
#[must_use]
pub(crate) fn fits(rules: &[PageRule], address: &str) -> bool {
    let ways = ways_to_write(address);
    let (barring, asking): (Vec<&PageRule>, Vec<&PageRule>) = rules.iter().partition(|rule| rule.not);
    !barring.iter().any(|rule| rule.holds(&ways)) && (asking.is_empty() || asking.iter().any(|rule| rule.holds(&ways)))
}

fn ways_to_write(address: &str) -> [String; 3] {
    let whole = address.split('#').next().unwrap_or_default();
    let from_path = match whole.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => whole,
    };
    let path = from_path.split('?').next().unwrap_or_default();
    [whole, from_path, path].map(|way| trimmed(way).to_owned())
}

fn trimmed(way: &str) -> &str {
    match way.trim_end_matches('/') {
        "" => "/",
        rest => rest,
    }
}
