//! The engine as a whole: random worlds and questions against naive oracles, in every layout of the same events.
#![allow(clippy::unwrap_used, reason = "a test may stop where what it expects is not there")]

mod against_oracle;
mod agreement;
mod analyses;
mod asking;
mod bad_questions;
mod cohorts;
mod limits;
mod moments;
mod notes;
mod outcomes;
mod questions;
mod recordings;
mod remembering;
mod schemas;
mod task;
mod ties;
mod timeline;
