//! `sillage export`: what a project holds, each event once, as a file that `sillage import` reads.

mod columns;

use crate::{contract::Server, say};
use anyhow::{Context, Result, bail};
use columns::ColumnWriter;
use indicatif::ProgressBar;
use serde::Deserialize;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Exports the events of a project, each once: NDJSON (with people, groups and who is who), or Parquet.
///
/// Examples:
///   sillage export --url http://127.0.0.1:7070 --key sk_… --out all.ndjson.zst
///   sillage export --key sk_… --out events.parquet
///   sillage export --key sk_… --people-only --out people.ndjson
///   sillage export --key sk_… --events-only | jq .event
///
/// `sillage import` reads the files back. Parquet holds events alone: import the file of the people first, then the events.
/// The key is an API key with the scope `read` (Settings, or `sillage key create`). The file appears under its name when it is whole.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The server
    #[arg(long, env = "SILLAGE_URL", default_value = "http://127.0.0.1:7070", value_name = "URL")]
    url: String,
    /// An API key with the scope read
    #[arg(long, env = "SILLAGE_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: String,
    /// Id or name of the project, for a key that opens several
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// The file; its name says the form (.ndjson, .parquet; .gz and .zst compress); `-` is standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    out: PathBuf,
    /// The form, where the name of the file does not say it
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
    /// Leave people, groups and who is who out (Parquet never has them)
    #[arg(long)]
    events_only: bool,
    /// Leave events out
    #[arg(long, conflicts_with = "events_only")]
    people_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One JSON object a line, in the import form
    Ndjson,
    Parquet,
}

#[derive(Deserialize)]
struct Properties {
    properties: Vec<Property>,
}

/// A property of events, as the server lists it.
#[derive(Debug, Deserialize)]
struct Property {
    name: String,
    types: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let server = Server::new(&arguments.url, &arguments.key);
    let project = server.project(arguments.project.as_deref())?;
    let path = &arguments.out;
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_parquet = arguments.format.map_or_else(|| name.ends_with(".parquet") || name.ends_with(".pq"), |format| format == Format::Parquet);
    let is_pipe = path.as_os_str() == "-";
    if is_parquet && is_pipe {
        bail!("Parquet is written from its end, so it needs a file: --out events.parquet");
    }
    if is_parquet && arguments.people_only {
        bail!("people differ too much to be columns; write them as lines: --people-only --out people.ndjson");
    }
    let bar = if io::stderr().is_terminal() && !is_pipe { ProgressBar::new(project.events.unwrap_or(0)) } else { ProgressBar::hidden() };
    let (with_profiles, with_events) = (!(arguments.events_only || is_parquet), !arguments.people_only);
    let lines = server.lines(&format!("/api/projects/{}/export?profiles={with_profiles}&events={with_events}", project.id))?;
    let n_lines = if is_pipe {
        copy_lines(lines, &mut io::stdout().lock(), &bar)?
    } else {
        let beside = partial(path);
        let written = if is_parquet {
            let properties: Properties = server.json(&format!("/api/projects/{}/properties?of=event", project.id))?;
            write_columns(lines, &beside, &properties.properties, &bar)
        } else {
            write_lines(lines, &beside, &name, &bar)
        };
        let n_lines = written.inspect_err(|_| drop(fs::remove_file(&beside)))?;
        fs::rename(&beside, path).with_context(|| format!("cannot write {}", path.display()))?;
        n_lines
    };
    bar.finish_and_clear();
    if !is_pipe {
        say::line(format!("{}: {n_lines} records of {}", path.display(), project.name));
        if is_parquet && !arguments.events_only {
            say::line("people, groups and who is who are not among its columns: --people-only --out people.ndjson writes them");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

fn write_lines(lines: impl BufRead, path: &Path, name: &str, bar: &ProgressBar) -> Result<u64> {
    let file = BufWriter::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?);
    let (n_lines, file) = if name.ends_with(".gz") {
        let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::default());
        (copy_lines(lines, &mut out, bar)?, out.finish()?)
    } else if name.ends_with(".zst") {
        let mut out = zstd::Encoder::new(file, 3)?;
        (copy_lines(lines, &mut out, bar)?, out.finish()?)
    } else {
        let mut out = file;
        (copy_lines(lines, &mut out, bar)?, out)
    };
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(n_lines)
}

fn write_columns(lines: impl BufRead, path: &Path, properties: &[Property], bar: &ProgressBar) -> Result<u64> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut writer = ColumnWriter::new(file, properties)?;
    let n_lines = each_line(lines, bar, |line| writer.add(line))?;
    writer.finish()?.sync_all()?;
    Ok(n_lines)
}

fn copy_lines(lines: impl BufRead, out: &mut impl Write, bar: &ProgressBar) -> Result<u64> {
    let written = each_line(lines, bar, |line| Ok(out.write_all(line)?)).and_then(|n_lines| Ok(out.flush().map(|()| n_lines)?));
    match written {
        // Whoever reads has seen enough, as `head` has.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) => Ok(0),
        written => written,
    }
}

fn each_line(mut lines: impl BufRead, bar: &ProgressBar, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<u64> {
    let mut line = Vec::new();
    let mut n_lines = 0;
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).context("the server cut the export off; its log says why")? == 0 {
            return Ok(n_lines);
        }
        each(&line)?;
        n_lines += 1;
        if n_lines % 10_000 == 0 {
            bar.set_position(n_lines);
        }
    }
}
