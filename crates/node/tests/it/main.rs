//! The program as people run it: a process of its own, a folder of its own, a free port. Nothing is replaced.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod files;
mod keeping;
mod round_trip;
mod serving;
mod world;
