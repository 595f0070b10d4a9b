//! A seeded world for tests and for the demonstration: the same arguments give the same events, on every machine.
//!
//! Nothing here reads a clock or the system's randomness; time and seed are arguments.

pub mod browse;
#[expect(clippy::unwrap_used, reason = "an oracle reads well-formed questions of tests and stops at others")]
pub mod oracle;
pub mod schema;
pub mod story;
pub mod world;
