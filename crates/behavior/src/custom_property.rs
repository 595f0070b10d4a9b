//! Properties under a name of the project's own: a formula, asked about as if clients sent them.
//!
//! A question that names one is rewritten before it is answered. A custom property is made of properties that clients send, never of other custom ones;
//! where both have a name the custom one is meant.

use crate::{
    cohort::Definition,
    filter::Of,
    question::{
        Question,
        parts::{Part, in_definition, in_question},
    },
};
use std::collections::BTreeMap;

/// Whose property it is, and its formula with the mark before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomProperty {
    pub of: Of,
    pub formula: String,
}

/// By name.
pub type CustomProperties = BTreeMap<String, CustomProperty>;

impl Question {
    /// Puts formulas in place of the names of custom properties.
    pub fn expand_custom_properties(&mut self, custom: &CustomProperties) {
        if !custom.is_empty() {
            in_question(self, &mut |part| put_formula(part, custom));
        }
    }

    /// Whether it names this custom property anywhere.
    #[must_use]
    pub fn names_property(&self, name: &str) -> bool {
        self.property_names().iter().any(|one| one == name)
    }

    /// Every property that it names.
    #[must_use]
    pub fn property_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        in_question(&mut self.clone(), &mut |part| names.extend(property_name(&part)));
        names
    }
}

impl Definition {
    #[must_use]
    pub fn property_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        in_definition(&mut self.clone(), &mut |part| names.extend(property_name(&part)));
        names
    }

    /// Puts formulas in place of the names of custom properties.
    pub fn expand_custom_properties(&mut self, custom: &CustomProperties) {
        in_definition(self, &mut |part| put_formula(part, custom));
    }
}

fn put_formula(part: Part<'_>, custom: &CustomProperties) {
    if let Part::Property(of, name) = part
        && let Some(found) = custom.get(name.as_str()).filter(|one| one.of == *plain(of))
    {
        name.clone_from(&found.formula);
    }
}

fn property_name(part: &Part<'_>) -> Option<String> {
    if let Part::Property(_, name) = part { Some((*name).clone()) } else { None }
}

/// A person's property is the same one at whatever time.
fn plain(of: &Of) -> &Of {
    if *of == Of::PersonAtEvent { &Of::Person } else { of }
}
