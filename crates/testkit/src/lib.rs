//! A seeded world for tests and for the demonstration: the same arguments give the same events, on every machine.
//!
//! Nothing here reads a clock or the system's randomness; time and seed are arguments.

pub mod story;
