//! The story of Courriel as a file, to import it as a user would.

use crate::docs_check::println_plain;
use anyhow::Context;
use clap::Args;
use sillage_testkit::story::{Surveys, generate};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug, Args)]
pub(crate) struct Story {
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    /// When the story ends, milliseconds since 1970; now if left out.
    #[arg(long)]
    end_ms: Option<i64>,
    /// Another seed tells another story.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(crate) fn run(story: &Story) -> anyhow::Result<()> {
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let file = File::create(&story.out).with_context(|| format!("cannot write {}", story.out.display()))?;
    let mut out = BufWriter::new(file);
    let mut n_lines = 0_u32;
    for line in generate(story.end_ms.unwrap_or(now_ms), story.seed, Surveys::default()) {
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
        n_lines += 1;
    }
    out.flush()?;
    println_plain(&format!("{n_lines} lines"));
    Ok(())
}
