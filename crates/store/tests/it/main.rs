//! The store from outside: what it promises, under stops, damage, full disks and changes of mind.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod crash;
mod damage;
mod duplicates;
mod formats;
mod full_disk;
mod identity;
mod keeping;
mod model;
mod recording;
mod refused;
mod summaries;
mod world;
