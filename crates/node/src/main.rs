//! The program `sillage`: a verb a file.

mod applier;
mod ask;
mod browse;
mod demo;
mod import;
mod installation;
mod log;
mod profiles;
mod say;
mod serve;
mod source;
mod table;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Product analytics and product experience in one binary.
#[derive(Debug, Parser)]
#[command(name = "sillage", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Runs the server
    Serve(serve::Arguments),
    /// Runs the server with demonstration data
    Demo(demo::Arguments),
    /// Answers a question on files, without a server
    Ask(ask::Arguments),
    /// Sends files of events to a server
    Import(import::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Serve(arguments) => serve::run(&arguments),
        Verb::Demo(arguments) => demo::run(&arguments),
        Verb::Ask(arguments) => ask::run(&arguments),
        Verb::Import(arguments) => import::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sillage: {error:#}");
            ExitCode::FAILURE
        }
    }
}
