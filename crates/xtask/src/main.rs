//! The logic behind `make` that wants Rust: one file per verb.
#![allow(clippy::disallowed_methods, reason = "chores may look at the clock")]

mod browse;
mod docs_check;
mod kernel;
mod load;
mod openapi;
mod story;
mod weigh;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Chores of the repository. Run through `make`, or `cargo run --release -p sillage-xtask -- VERB`.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write page views of a site with everything that the tag tells of them, as NDJSON in the import form.
    Browse(browse::Browse),
    /// Check that every path and link that the documentation names exists, and that each guide is there in both languages.
    DocsCheck,
    /// Run one hot path alone, for an instruction counter.
    Kernel(kernel::Kernel),
    /// Send events to a running server as fast as it takes them, or one at a time at a steady rate, and print what it took.
    Load(load::Load),
    /// Write contract/openapi.json from the handlers.
    Openapi,
    /// Write the story of Courriel, three months that end now, as NDJSON in the import form.
    Story(story::Story),
    /// Store recorded visits in a folder that is thrown away, and print what each takes on the disk.
    Weigh(weigh::Weigh),
}

fn main() -> ExitCode {
    let result = match Cli::parse().verb {
        Verb::Browse(browse) => browse::run(&browse),
        Verb::DocsCheck => docs_check::run(),
        Verb::Kernel(kernel) => kernel::run(&kernel),
        Verb::Load(load) => load::run(&load),
        Verb::Story(story) => story::run(&story),
        Verb::Openapi => openapi::run(),
        Verb::Weigh(weigh) => weigh::run(&weigh),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
