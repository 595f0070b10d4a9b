//! Taking what arrives unplanned into a plan.

use crate::{Plan, Property, Type};

/// Something that arrived and is in no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub event: String,
    /// None: the event itself.
    pub property: Option<String>,
    /// The type of its values.
    pub kind: Option<Type>,
}

/// Adds what was seen, as it was seen. What the plan has already stays as it is; gives how much is new.
pub fn adopt(plan: &mut Plan, seen: &[Seen]) -> usize {
    let mut n_new = 0;
    for one in seen {
        let name = plan.events.iter().find(|(_, event)| event.replaces.contains(&one.event)).map_or_else(|| one.event.clone(), |(name, _)| name.clone());
        n_new += usize::from(!plan.events.contains_key(&name));
        let event = plan.events.entry(name).or_default();
        let Some(property) = &one.property else { continue };
        if !event.properties.contains_key(property) {
            event.properties.insert(property.clone(), Property { kind: one.kind.filter(|kind| *kind != Type::Any), ..Property::default() });
            n_new += 1;
        }
    }
    n_new
}
