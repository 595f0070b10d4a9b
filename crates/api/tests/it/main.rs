//! The doors, from outside: a real catalog and real `wire`, behind them a store that keeps events in memory.
#![allow(clippy::unwrap_used, reason = "tests")]

mod board;
mod cohort;
mod contract;
mod custom_event;
mod fake;
mod friction_weights;
mod guard;
mod ingest;
mod interview;
mod lookup;
mod mail;
mod member;
mod metric;
mod mixpanel;
mod page_mapping;
mod person;
mod plan;
mod query;
mod recording;
mod refused;
mod report;
mod roles;
mod screens;
mod serve;
mod session;
mod share;
mod survey;
mod task;
mod user_test;
mod world;
