//! Which events, and how many of them.

use crate::filter::Filter;

#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Empty means any event.
    pub events: Vec<String>,
    /// Alternatives, each with its own condition; empty when `events` and `filter` say it all.
    pub alternatives: Vec<Selector>,
    pub filter: Option<Filter>,
    pub first_time: bool,
    pub label: Option<String>,
}

impl Selector {
    /// The events that it names, those of its alternatives too.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let own = self.events.iter().map(String::as_str);
        own.chain(self.alternatives.iter().flat_map(Self::names)).collect()
    }

    /// Whether its conditions look at properties of sessions.
    #[must_use]
    pub fn reads_sessions(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::reads_sessions) || self.alternatives.iter().any(Self::reads_sessions)
    }

    #[must_use]
    pub fn label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        if !self.alternatives.is_empty() {
            return self.alternatives.iter().map(Selector::label).collect::<Vec<_>>().join(" / ");
        }
        if self.events.is_empty() { "*".to_owned() } else { self.events.join(" / ") }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CompareOp {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compare {
    pub op: CompareOp,
    pub value: f64,
}

impl Compare {
    #[must_use]
    pub fn holds(&self, count: f64) -> bool {
        match self.op {
            CompareOp::Eq => count == self.value,
            CompareOp::Ne => count != self.value,
            CompareOp::Gt => count > self.value,
            CompareOp::Gte => count >= self.value,
            CompareOp::Lt => count < self.value,
            CompareOp::Lte => count <= self.value,
        }
    }
}
