//! What a journey asks.

use super::{Selector, Window};
use crate::filter::Filter;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub enum NodeName {
    Event,
    /// The page of a view: `$current_url` without query.
    Page,
    /// The value of a property; events without it are no nodes.
    Property(String),
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
    /// What counts as success: a session converted if it happened in it.
    pub goal: Option<Selector>,
    /// Tells how many met friction.
    pub friction: bool,
    /// Tells of each node how it was seen, and how many began and ended there.
    pub nodes: bool,
    /// Tells how often people went from a node to another and back.
    pub loops: bool,
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
            goal: None,
            friction: false,
            nodes: false,
            loops: false,
        }
    }
}
