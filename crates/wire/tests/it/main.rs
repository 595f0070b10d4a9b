//! What the crate promises, from the outside: frozen requests of the real clients, bad input of every kind, and properties that hold for any bytes.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read files and look at the clock")]

mod bad_input;
mod clients;
mod files;
mod forms;
mod identity;
mod native;
mod never_panics;
mod profiles;
mod support;
mod times;
mod visitors;
