//! The program `sillage`: a verb a file.

mod administer;
mod applier;
mod ask;
mod backup;
mod browse;
mod contract;
mod control;
mod demo;
mod doctor;
mod export;
mod http;
mod import;
mod installation;
mod log;
mod lookups;
mod machine;
mod mail;
mod plan;
mod post;
mod profiles;
mod restore;
mod say;
mod secret;
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
    // What the help says of each stands at its arguments.
    Serve(serve::Arguments),
    Demo(demo::Arguments),
    Ask(Box<ask::Arguments>),
    Import(Box<import::Arguments>),
    Export(export::Arguments),
    Plan(plan::Arguments),
    Project(administer::ProjectArguments),
    User(administer::UserArguments),
    Key(administer::KeyArguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Doctor(doctor::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Serve(arguments) => serve::run(&arguments),
        Verb::Demo(arguments) => demo::run(&arguments),
        Verb::Ask(arguments) => ask::run(&arguments),
        Verb::Import(arguments) => import::run(&arguments),
        Verb::Export(arguments) => export::run(&arguments),
        Verb::Plan(arguments) => plan::run(&arguments),
        Verb::Project(arguments) => administer::run_project(&arguments),
        Verb::User(arguments) => administer::run_user(&arguments),
        Verb::Key(arguments) => administer::run_key(&arguments),
        Verb::Backup(arguments) => backup::run(&arguments),
        Verb::Restore(arguments) => restore::run(&arguments),
        Verb::Doctor(arguments) => doctor::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sillage: {error:#}");
            ExitCode::FAILURE
        }
    }
}
