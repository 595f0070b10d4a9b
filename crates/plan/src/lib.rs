//! The tracking plan: what events and properties a product sends, and what becomes of those that are otherwise.
//!
//! It knows the format of a plan ([`Plan`], read by [`read`]), what is wrong with one ([`Problem`]), what two plans differ in ([`diff`]), what one
//! event does against a plan ([`Compiled::check`]), what all events of a request did ([`Tally`]), how well a plan is kept ([`health`]), and the code of clients that follows from a plan
//! ([`types`]). It knows no file, store or protocol, and no analysis: `wire` checks events with it, `node` checks files with it.
//!
//! What must stay true: a plan that was read without an error can be compiled; an event is never changed by a check, only judged; the time that a check takes
//! grows with the size of the event and never with that of a pattern's repetitions; what is kept of an event as a sample is short and masked.
//!
//! | rule | is broken by | what becomes of the event |
//! |---|---|---|
//! | `unplanned_event` | an event that the plan does not name | `on_unplanned_event` |
//! | `event_name` | the same, with a name that goes against `naming.events` | `naming.level` |
//! | `unplanned_property` | a property that neither the event nor the shared properties name | `on_unplanned_property` |
//! | `property_name` | the same, with a name that goes against `naming.properties` | `naming.level` |
//! | `required` | a required property that is absent or null | `on_violation` |
//! | `type`, `values`, `range`, `pattern` | a value | `on_violation` |
//! | `deprecated` | an event or a property that should no longer be sent | accepted, counted |
//! | `old_name` | an event under a name that it had | accepted, counted |
//! | `blocked` | a blocked event or property | the event is not kept; the property is taken off |
//!
//! The nearest `on_violation` holds: that of the property, of the event, of the plan. The strictest of all that an event breaks decides. Names that begin with
//! `$` or `mp_` are the clients' own: a plan may name them, and they are unplanned to nobody.

mod adopt;
mod bring;
mod check;
mod diff;
mod health;
mod lexicon;
mod naming;
mod plan;
mod read;
mod segment;
mod tally;
pub mod types;
mod written;

pub use adopt::{Seen, adopt};
pub use bring::{Origin, bring};
pub use check::{Compiled, Fate, Rule, Verdict, Violation};
pub use diff::{Change, ChangeKind, diff};
pub use health::{Against, EventHealth, Found, FoundProperty, PlanHealth, Reason, health};
pub use lexicon::from_lexicon;
pub use naming::Convention;
pub use plan::{FORMAT, Items, Level, Naming, Objective, Plan, PlannedEvent, Property, Status, Type};
pub use read::{MOST_BYTES, Problem, ReadError, Severity, from_json, problems, read};
pub use segment::from_segment;
pub use tally::{Counted, Tally, TallyKey, masked};
pub use written::{to_json, to_yaml};

/// Whether a name is a client's own, which no plan has to name.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    name.starts_with('$') || name.starts_with("mp_")
}
