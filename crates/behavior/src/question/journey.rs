//! What a journey asks.

use super::{Selector, Window};
use crate::filter::Filter;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub enum NodeName {
    Event,
    /// The page of a view: `$current_url` without query.
    Page,
    /// Event name to the property that names its node.
    Properties(BTreeMap<String, (String, bool)>),
}

#[derive(Clone, Debug)]
pub enum Rename {
    Glob { pattern: regex::Regex, to: String },
    Regex { pattern: regex::Regex, to: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    First,
    Last,
    Each,
    Entry,
    Exit,
}

#[derive(Clone, Debug)]
pub enum AnchorAt {
    Select(Selector),
    Node(String),
}

#[derive(Clone, Debug)]
pub struct Journey {
    pub over_person: bool,
    pub node: NodeName,
    pub select: Option<Filter>,
    pub anchor: Option<(AnchorAt, Occurrence)>,
    pub until: Option<String>,
    pub reverse: bool,
    pub depth: usize,
    pub top: usize,
    pub collapse_repeats: bool,
    pub hide: Vec<String>,
    pub rename: Vec<Rename>,
    pub window: Option<Window>,
}

impl Journey {
    /// Events by their names, nothing hidden or renamed.
    #[must_use]
    pub fn of_events() -> Self {
        Self {
            over_person: false,
            node: NodeName::Event,
            select: None,
            anchor: None,
            until: None,
            reverse: false,
            depth: 1,
            top: 1,
            collapse_repeats: false,
            hide: Vec::new(),
            rename: Vec::new(),
            window: None,
        }
    }
}
