//! Visits of a site as the tag tells them, as a file: what heatmaps and friction are measured on.

use crate::docs_check::println_plain;
use anyhow::Context;
use clap::Args;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug, Args)]
pub(crate) struct Browse {
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    page_views: u64,
    /// The days before now that they fill.
    #[arg(long, default_value_t = 30)]
    days: i64,
    /// The share of visitors who consented; the others have no id.
    #[arg(long, default_value_t = 0.6)]
    consented: f64,
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

pub(crate) fn run(browse: &Browse) -> anyhow::Result<()> {
    let end_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let file = File::create(&browse.out).with_context(|| format!("cannot write {}", browse.out.display()))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut n_lines = 0_u64;
    let visits = sillage_testkit::browse::Visits { page_views: browse.page_views, end_ms, days: browse.days, consented: browse.consented, seed: browse.seed };
    for line in sillage_testkit::browse::visits(visits) {
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
        n_lines += 1;
    }
    out.flush()?;
    println_plain(&format!("{n_lines} lines"));
    Ok(())
}
