//! `sillage export`: what a project holds, each event once, as a file that `sillage import` reads.

mod columns;

use crate::{http, say};
use anyhow::{Context, Result, bail};
use columns::ColumnWriter;
use indicatif::ProgressBar;
use serde::Deserialize;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use ureq::Agent;

/// Exports the events of a project, each once: NDJSON (with people and groups), or Parquet.
///
/// Examples:
///   sillage export --url http://127.0.0.1:7070 --key sk_… --out events.ndjson.zst
///   sillage export --key sk_… --out events.parquet
///   sillage export --key sk_… --events-only | jq .event
///
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
    /// Leave people and groups out (Parquet never has them)
    #[arg(long)]
    events_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One JSON object a line, in the import form
    Ndjson,
    Parquet,
}

#[derive(Deserialize)]
struct Projects {
    projects: Vec<Project>,
}

#[derive(Deserialize)]
struct Project {
    id: u32,
    name: String,
    events: Option<u64>,
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

#[derive(Deserialize)]
struct Problem {
    error: ProblemText,
}

#[derive(Deserialize)]
struct ProblemText {
    message: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let server = Server::new(arguments);
    let project = server.project(arguments.project.as_deref())?;
    let path = &arguments.out;
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_parquet = arguments.format.map_or_else(|| name.ends_with(".parquet") || name.ends_with(".pq"), |format| format == Format::Parquet);
    let is_pipe = path.as_os_str() == "-";
    if is_parquet && is_pipe {
        bail!("Parquet is written from its end, so it needs a file: --out events.parquet");
    }
    let bar = if io::stderr().is_terminal() && !is_pipe { ProgressBar::new(project.events.unwrap_or(0)) } else { ProgressBar::hidden() };
    let lines = server.lines(&format!("/api/projects/{}/export?profiles={}", project.id, !(arguments.events_only || is_parquet)))?;
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

/// The server that is asked.
struct Server<'a> {
    agent: Agent,
    url: &'a str,
    authorization: String,
}

impl<'a> Server<'a> {
    fn new(arguments: &'a Arguments) -> Self {
        let config = http::settings(&arguments.url).timeout_connect(Some(Duration::from_secs(10))).build();
        Self { agent: Agent::new_with_config(config), url: arguments.url.trim_end_matches('/'), authorization: format!("Bearer {}", arguments.key) }
    }

    /// The lines of a reply, as they come.
    fn lines(&self, path: &str) -> Result<BufReader<impl io::Read + 'static>> {
        let address = format!("{}{path}", self.url);
        let reply = self.agent.get(&address).header("authorization", &self.authorization).call();
        let mut reply = reply.with_context(|| format!("{} does not answer", self.url))?;
        let status = reply.status().as_u16();
        if status != 200 {
            let text = reply.body_mut().read_to_string().unwrap_or_default();
            let message = serde_json::from_str::<Problem>(&text).map_or(text, |problem| problem.error.message);
            bail!("the server answered {status}: {message}");
        }
        Ok(BufReader::with_capacity(1 << 18, reply.into_body().into_reader()))
    }

    fn json<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T> {
        serde_json::from_reader(self.lines(path)?).with_context(|| format!("{} is no server of Sillage: its reply cannot be read", self.url))
    }

    fn project(&self, wanted: Option<&str>) -> Result<Project> {
        let found = self.json::<Projects>("/api/projects")?.projects;
        let list = |found: &[Project]| found.iter().map(|project| format!("{} ({})", project.id, project.name)).collect::<Vec<_>>().join(", ");
        let Some(wanted) = wanted else {
            return match <[Project; 1]>::try_from(found) {
                Ok([project]) => Ok(project),
                Err(found) => bail!("say which project with --project: {}", list(&found)),
            };
        };
        let names = list(&found);
        match found.into_iter().find(|project| project.id.to_string() == wanted || project.name == wanted) {
            Some(project) => Ok(project),
            None => bail!("there is no project {wanted}; this key opens: {names}"),
        }
    }
}
