//! `sillage plan`: the tracking plan as a file.

use crate::contract::Server;
use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_plan::{
    Origin, Plan, Problem, Severity, bring,
    types::{Language, generate},
};
use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Checks a tracking plan that lives in a file, makes code of it, or makes one of another product's.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(CheckArguments),
    Types(TypesArguments),
    Import(ImportArguments),
}

/// Says what is wrong with a plan, and what it would change on a server; made for CI.
///
/// Examples:
///   sillage plan check plan.yaml
///   sillage plan check plan.yaml --strict --format json
///   sillage plan check plan.yaml --url https://sillage.example.org --key sk_…
///
/// Ends with 0 where nothing is wrong, 2 where the plan has errors (with --strict: or warnings), 1 where it could not be checked.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct CheckArguments {
    /// The plan, YAML or JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Warnings count as errors
    #[arg(long)]
    strict: bool,
    /// How the report is written
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,
    /// A server whose plan in force it is compared with
    #[arg(long, env = "SILLAGE_URL", value_name = "URL", requires = "key")]
    url: Option<String>,
    /// An API key of that server that may read
    #[arg(long, env = "SILLAGE_KEY", value_name = "KEY", requires = "url", hide_env_values = true)]
    key: Option<String>,
    /// The project, by id or name; where the key opens one only, it is that one
    #[arg(long, value_name = "PROJECT", requires = "url")]
    project: Option<String>,
}

/// Prints code that sends the events of a plan, with their properties as types.
///
/// Examples:
///   sillage plan types plan.yaml --language typescript > src/events.ts
///   sillage plan types plan.yaml --language swift > Sources/Events.swift
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct TypesArguments {
    /// The plan, YAML or JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long, value_name = "LANGUAGE")]
    language: LanguageName,
}

/// Makes a plan of what another product keeps, and prints it as YAML.
///
/// Examples:
///   sillage plan import lexicon.csv > plan.yaml
///   sillage plan import protocols.json --from segment > plan.yaml
///
/// What has no place in a plan is named on standard error.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct ImportArguments {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A CSV of Mixpanel's Lexicon, or a tracking plan of Segment's Protocols as JSON; left out, the file tells
    #[arg(long, value_name = "PRODUCT")]
    from: Option<OriginName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageName {
    Typescript,
    Python,
    Kotlin,
    Swift,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OriginName {
    Lexicon,
    Segment,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What a server says of the plan.
#[derive(Debug, Default, Deserialize)]
struct Compared {
    version: u32,
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Change {
    kind: String,
    field: String,
    before: Value,
    after: Value,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::Check(arguments) => check(arguments),
        Verb::Types(arguments) => types(arguments),
        Verb::Import(arguments) => import(arguments),
    }
}

fn types(arguments: &TypesArguments) -> Result<ExitCode> {
    let plan = sillage_plan::read(&read(&arguments.file)?).with_context(|| format!("{} is no plan", arguments.file.display()))?;
    if let Some(problem) = sillage_plan::problems(&plan).into_iter().find(|problem| problem.severity == Severity::Error) {
        bail!("{}: {}: {}", arguments.file.display(), problem.field, problem.message);
    }
    let language = match arguments.language {
        LanguageName::Typescript => Language::Typescript,
        LanguageName::Python => Language::Python,
        LanguageName::Kotlin => Language::Kotlin,
        LanguageName::Swift => Language::Swift,
    };
    std::io::stdout().lock().write_all(generate(&plan, language).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn import(arguments: &ImportArguments) -> Result<ExitCode> {
    let text = read(&arguments.file)?;
    let origin = match arguments.from {
        Some(OriginName::Lexicon) => Origin::Lexicon,
        Some(OriginName::Segment) => Origin::Segment,
        None => Origin::of(&text),
    };
    let (plan, left_out) = bring(&text, origin).with_context(|| format!("{} cannot be read", arguments.file.display()))?;
    for one in left_out {
        eprintln!("{one}");
    }
    std::io::stdout().lock().write_all(sillage_plan::to_yaml(&plan).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let text = read(&arguments.file)?;
    let (plan, problems) = match sillage_plan::read(&text) {
        Ok(plan) => {
            let problems = sillage_plan::problems(&plan);
            (Some(plan), problems)
        }
        Err(error) => (None, vec![Problem { severity: Severity::Error, field: error.field, message: error.message }]),
    };
    let compared = match (&plan, &arguments.url, &arguments.key) {
        (Some(plan), Some(url), Some(key)) => Some(compare(plan, &Server::new(url, key), arguments.project.as_deref())?),
        _ => None,
    };
    let is_bad = problems.iter().any(|problem| arguments.strict || problem.severity == Severity::Error);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => write_text(&mut out, &arguments.file, plan.as_ref(), &problems, compared.as_ref())?,
        Format::Json => {
            let one = |problem: &Problem| json!({"severity": severity(problem), "field": problem.field, "message": problem.message});
            let compared = compared.as_ref().map(|compared| json!({"version": compared.version, "changes": compared.changes}));
            let report = json!({"ok": !is_bad, "problems": problems.iter().map(one).collect::<Vec<_>>(), "compared": compared});
            writeln!(out, "{report}")?;
        }
    }
    Ok(if is_bad { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn write_text(out: &mut impl Write, file: &Path, plan: Option<&Plan>, problems: &[Problem], compared: Option<&Compared>) -> Result<()> {
    for problem in problems {
        let field = if problem.field.is_empty() { String::new() } else { format!("{}: ", problem.field) };
        writeln!(out, "{:<8} {field}{}", severity(problem), problem.message)?;
    }
    let n_errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let sizes = plan.map(|plan| {
        let n_properties: usize = plan.events.values().map(|event| event.properties.len()).sum::<usize>() + plan.properties.len();
        format!("{} and {}", counted(plan.events.len(), "event"), counted_as(n_properties, "property", "properties"))
    });
    let sizes = sizes.unwrap_or_else(|| "no plan".to_owned());
    writeln!(out, "{}: {sizes}, {}, {}", file.display(), counted(n_errors, "error"), counted(problems.len() - n_errors, "warning"))?;
    let Some(compared) = compared else { return Ok(()) };
    match (compared.version, compared.changes.len()) {
        (0, _) => writeln!(out, "no plan is in force there yet")?,
        (version, 0) => writeln!(out, "the same as version {version}, which is in force")?,
        (version, n) => writeln!(out, "{} to version {version}, which is in force:", counted(n, "change"))?,
    }
    for change in compared.changes.iter().filter(|_| compared.version > 0) {
        match change.kind.as_str() {
            "added" => writeln!(out, "  + {} {}", change.field, short(&change.after))?,
            "removed" => writeln!(out, "  - {}", change.field)?,
            _ => writeln!(out, "  ~ {} {} -> {}", change.field, short(&change.before), short(&change.after))?,
        }
    }
    Ok(())
}

fn compare(plan: &Plan, server: &Server, project: Option<&str>) -> Result<Compared> {
    let project = server.project(project)?;
    server.answer(&format!("/api/projects/{}/plan/check", project.id), &json!({"document": Value::from(plan)}))
}

fn read(file: &Path) -> Result<String> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().lock().take(sillage_plan::MOST_BYTES as u64 + 1).read_to_string(&mut text).context("standard input cannot be read as text")?;
        return Ok(text);
    }
    let size = fs::metadata(file).with_context(|| format!("{} cannot be read", file.display()))?.len();
    if size > sillage_plan::MOST_BYTES as u64 {
        bail!("{} has {size} bytes; a plan takes at most {}", file.display(), sillage_plan::MOST_BYTES);
    }
    fs::read_to_string(file).with_context(|| format!("{} cannot be read as text", file.display()))
}

fn severity(problem: &Problem) -> &'static str {
    if problem.severity == Severity::Error { "error" } else { "warning" }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { text.chars().take(59).chain(['…']).collect() } else { text }
}

fn counted(count: usize, noun: &str) -> String {
    counted_as(count, noun, &format!("{noun}s"))
}

fn counted_as(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
