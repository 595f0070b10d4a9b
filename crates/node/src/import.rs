//! `sillage import`: files of events go to a server over HTTP, as any client's do.
//!
//! One thread reads, several put records into requests and send them. What is acknowledged is written down, so that an import that was interrupted goes
//! on where it stopped; records that went twice all the same count once, since the same file always gives the same ids.

mod sending;
mod state;
mod summary;

use crate::{
    say,
    table::{Portion, Shape, Table},
};
use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sending::{Door, Sent};
use state::State;
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};
use summary::Summary;

/// Imports files of events into a project of a running server.
///
/// Examples:
///   sillage import events.csv.gz --url http://127.0.0.1:7070 --key wk_…
///   sillage import orders.txt --delimiter ' ' --no-header --columns customer,day,items,amount --name Order --person customer --time day --key wk_…
///   zcat old.ndjson.gz | sillage import - --key wk_…
///
/// Reads CSV, NDJSON and Parquet, plain or compressed, and shows what it takes each column for. Run again, it goes on where it stopped, and nothing
/// counts twice. Ends with code 2 when some records were refused.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    shape: Shape,
    /// Only show what the columns are taken for and the first records
    #[arg(long)]
    dry_run: bool,
    /// Begin at the first record, also when an earlier import stopped in the middle
    #[arg(long)]
    from_start: bool,
}

/// Where events go.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// The server
    #[arg(long, env = "SILLAGE_URL", default_value = "http://127.0.0.1:7070", value_name = "URL")]
    pub(crate) url: String,
    /// The write key of the project
    #[arg(long, env = "SILLAGE_KEY", default_value = "", hide_env_values = true, hide_default_value = true, value_name = "KEY")]
    pub(crate) key: String,
    /// An API key with the scope write, for the lines of an export that say who is who; without it merges and splits are refused, links left to the events
    #[arg(long, env = "SILLAGE_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    /// Requests under way at the same time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64), value_name = "N")]
    pub(crate) connections: u32,
}

/// The bar moves this often.
const TICK: Duration = Duration::from_millis(200);
/// Records shown by `--dry-run`.
const SHOWN_RECORDS: usize = 3;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { files, target, shape, dry_run, from_start } = arguments;
    if *dry_run {
        files.iter().try_for_each(|file| show(file, shape))?;
        return Ok(ExitCode::SUCCESS);
    }
    if target.key.is_empty() {
        bail!("say where the events go: --key with the project's write key (Settings, or `sillage project list`)");
    }
    let mut is_whole = true;
    for file in files {
        let summary = import(file, target, shape, *from_start)?;
        is_whole &= summary.n_refused() == 0;
        summary.tell(file);
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn show(file: &Path, shape: &Shape) -> Result<()> {
    let mut table = Table::open(file, shape, 0)?;
    say::line(format!("{}:", file.display()));
    table.describe().iter().for_each(|line| say::line(format!("  {line}")));
    if let Some(portion) = table.next()? {
        let encoded = table.encoder().encode(&portion)?;
        let lines = encoded.json.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.take(SHOWN_RECORDS).for_each(|line| say::line(format!("  {}", String::from_utf8_lossy(line))));
        encoded.refused.iter().take(SHOWN_RECORDS).for_each(|one| say::line(format!("  record {}: {}", one.number + 1, one.message)));
    }
    Ok(())
}

/// Imports one file. Also for `sillage demo`, which imports as a user does.
pub(crate) fn import(file: &Path, target: &Target, shape: &Shape, from_start: bool) -> Result<Summary> {
    let began = Instant::now();
    let door = Door::new(target)?;
    let mut state = State::load(file, target, shape, from_start);
    let mut table = Table::open(file, shape, state.done())?;
    say::line(format!("{}:", file.display()));
    table.describe().iter().for_each(|line| say::line(format!("  {line}")));
    if state.done() > 0 {
        say::line(format!("  {} records went in an earlier run; it goes on behind them (--from-start begins anew)", summary::counted(state.done())));
    }
    let bar = bar_for(&table);
    let mut summary = Summary::default();
    let encoder = table.encoder();
    let progress = table.progress.clone();

    let first_in_any_order = match send_in_order(&mut table, &door, &mut state, &mut summary) {
        Ok(first) => first,
        Err(error) => {
            state.save();
            return Err(stopped(error, file, &state, &summary));
        }
    };
    let (portions, waiting) = mpsc::sync_channel::<Portion>(2 * target.connections as usize);
    let waiting = Mutex::new(waiting);
    let (results, arrived) = mpsc::channel::<Result<Sent>>();
    let outcome = thread::scope(|scope| {
        let reading = scope.spawn(move || -> Result<()> {
            let mut next = first_in_any_order;
            while let Some(portion) = next {
                if portions.send(portion).is_err() {
                    break;
                }
                next = table.next()?;
            }
            Ok(())
        });
        for _ in 0..target.connections {
            let (results, encoder, door, waiting) = (results.clone(), encoder.clone(), &door, &waiting);
            scope.spawn(move || {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(portion) = next else { return };
                    let sent = encoder.encode(&portion).and_then(|encoded| door.send(&portion, encoded));
                    let failed = sent.is_err();
                    if results.send(sent).is_err() || failed {
                        return;
                    }
                }
            });
        }
        drop(results);
        let failure = collect(&arrived, &mut state, &mut summary, &bar, || progress.done());
        // Whoever still reads or sends sees that nobody waits for it.
        drop(arrived);
        drain(&waiting);
        let read = reading.join().unwrap_or_else(|_| bail!("reading the file met an error of ours"));
        failure.map_or(read, Err)
    });
    bar.finish_and_clear();
    state.save();
    if let Err(error) = outcome {
        return Err(stopped(error, file, &state, &summary));
    }
    state.forget();
    summary.took = began.elapsed();
    Ok(summary)
}

/// Who is who and what people are stand before all events, and count in their order: they go one request after the other. Gives the first portion that
/// begins with an event.
fn send_in_order(table: &mut Table, door: &Door, state: &mut State, summary: &mut Summary) -> Result<Option<Portion>> {
    let encoder = table.encoder();
    while let Some(portion) = table.next()? {
        if !encoder.is_ordered(&portion) {
            return Ok(Some(portion));
        }
        let sent = door.send(&portion, encoder.encode(&portion)?)?;
        state.acknowledged(sent.first, sent.records);
        state.save_now_and_then();
        summary.add(sent);
    }
    Ok(None)
}

fn stopped(error: anyhow::Error, file: &Path, state: &State, summary: &Summary) -> anyhow::Error {
    if summary.n_records() > 0 {
        summary.tell(file);
    }
    error.context(format!("the import of {} stopped after {} records; run again, it goes on there", file.display(), summary::counted(state.done())))
}

/// Takes results until there are none any more; the first failure ends it.
fn collect(
    arrived: &mpsc::Receiver<Result<Sent>>,
    state: &mut State,
    summary: &mut Summary,
    bar: &ProgressBar,
    done: impl Fn() -> u64,
) -> Option<anyhow::Error> {
    let mut moved = Instant::now();
    loop {
        match arrived.recv_timeout(TICK) {
            Ok(Ok(sent)) => {
                state.acknowledged(sent.first, sent.records);
                state.save_now_and_then();
                summary.add(sent);
            }
            Ok(Err(error)) => return Some(error),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return None,
        }
        if moved.elapsed() >= TICK {
            moved = Instant::now();
            bar.set_position(done());
            bar.set_message(format!("{} records", summary::counted(summary.n_records())));
        }
    }
}

/// Frees the reader, should it wait for room.
fn drain(waiting: &Mutex<mpsc::Receiver<Portion>>) {
    let receiver = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    while receiver.recv().is_ok() {}
}

fn bar_for(table: &Table) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let progress = &table.progress;
    let Some(total) = progress.total else { return ProgressBar::new_spinner() };
    let template =
        if progress.counts_records { "{bar:40} {percent}% {msg}, {eta} left" } else { "{bar:40} {percent}% {bytes} of {total_bytes}, {msg}, {eta} left" };
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
