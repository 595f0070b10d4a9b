//! What recorded visits take on the disk: a file that `demo/drive.mjs --keep` wrote, read, scrubbed and packed by the code that the server does it with.
//!
//! Each visit is packed before the next one comes, so that what the store's folder grew by is what the visit takes; stylesheets are kept once for all, and the visit that
//! brought them pays.

use crate::docs_check::println_plain;
use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use sillage_event::{
    ProjectId,
    recording::{PieceName, Recordings},
};
use sillage_store::{Store, StoreOptions};
use sillage_wire::{Known, Level, RecordingLimits, RecordingRequest, read_piece};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::File,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
};

const PROJECT: ProjectId = ProjectId(1);
const WINDOW_LOG: u32 = 27;

#[derive(Debug, Args)]
pub(crate) struct Weigh {
    /// Visits as `demo/drive.mjs --keep` writes them: lines of JSON, plain or compressed by zstd.
    file: PathBuf,
    /// How the site masks.
    #[arg(long, default_value = "balanced")]
    masking: String,
}

#[derive(Deserialize)]
struct Visit {
    visit: String,
    pieces: Vec<Value>,
}

struct Weight {
    visit: String,
    page_loads: usize,
    plain_bytes: u64,
    stored_bytes: u64,
}

pub(crate) fn run(weigh: &Weigh) -> anyhow::Result<()> {
    let level = Level::parse(&weigh.masking).with_context(|| format!("masking: there is no level {}", weigh.masking))?;
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), StoreOptions { background: false, reserve_bytes: 0, ..StoreOptions::default() })?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut weights = Vec::new();
    for line in lines(weigh)? {
        let mut visit: Visit = serde_json::from_str(&line?).context("a visit cannot be read")?;
        if visit.pieces.is_empty() {
            continue;
        }
        visit.pieces.sort_by_key(|piece| (piece["t0"].as_i64(), piece["seq"].as_i64()));
        let before = store.recording_bytes(PROJECT);
        let mut known: HashMap<String, Known> = HashMap::new();
        let mut plain_bytes = 0;
        for piece in &visit.pieces {
            let body = serde_json::to_vec(piece)?;
            plain_bytes += body.len() as u64;
            let name = name_of(piece)?;
            let received_at = piece["sent_at"].as_i64().or_else(|| piece["t1"].as_i64()).context("a piece does not say when it was sent")?;
            let request = RecordingRequest {
                query: "format=json",
                body: &body,
                content_encoding: None,
                user_agent: None,
                client_ip: None,
                geo: None,
                received_at,
                limits: RecordingLimits::default(),
            };
            let read = read_piece(&request, &name, level, known.entry(name.document.clone()).or_default());
            let read = match read {
                Ok(read) => read,
                Err(error) => bail!("a piece of {} is refused: {:?}", visit.visit, error.body()),
            };
            runtime.block_on(store.keep(PROJECT, read)).with_context(|| format!("a piece of {} is not kept", visit.visit))?;
        }
        store.compact_recordings(PROJECT)?;
        let page_loads = visit.pieces.iter().filter_map(|piece| piece["document"].as_str()).collect::<HashSet<_>>().len();
        weights.push(Weight { visit: visit.visit, page_loads, plain_bytes, stored_bytes: store.recording_bytes(PROJECT).saturating_sub(before) });
    }
    tell(&weights);
    Ok(())
}

fn lines(weigh: &Weigh) -> anyhow::Result<impl Iterator<Item = std::io::Result<String>>> {
    let file = File::open(&weigh.file).with_context(|| format!("cannot open {}", weigh.file.display()))?;
    let reader: Box<dyn Read> = if weigh.file.extension().is_some_and(|extension| extension == "zst") {
        let mut decoder = zstd::Decoder::new(file)?;
        decoder.window_log_max(WINDOW_LOG)?;
        Box::new(decoder)
    } else {
        Box::new(file)
    };
    Ok(BufReader::new(reader).lines())
}

fn name_of(piece: &Value) -> anyhow::Result<PieceName> {
    let text = |name: &str| piece[name].as_str().map(str::to_owned).with_context(|| format!("a piece has no {name}"));
    let seq = piece["seq"].as_u64().and_then(|seq| u32::try_from(seq).ok()).context("a piece has no seq")?;
    Ok(PieceName { session: text("session")?, document: text("document")?, seq })
}

fn tell(weights: &[Weight]) {
    let mut of_loads: BTreeMap<usize, Vec<&Weight>> = BTreeMap::new();
    for weight in weights {
        of_loads.entry(weight.page_loads).or_default().push(weight);
    }
    println_plain(&format!("{:>10} {:>7} {:>10} {:>12} {:>11}   largest", "page loads", "visits", "plain KB", "stored KB", "largest KB"));
    for (page_loads, visits) in &of_loads {
        let (plain, _) = middle_and_last(visits.iter().map(|weight| weight.plain_bytes));
        let (stored, largest) = middle_and_last(visits.iter().map(|weight| weight.stored_bytes));
        let name = visits.iter().max_by_key(|weight| weight.stored_bytes).map_or("", |weight| &weight.visit);
        println_plain(&format!("{page_loads:>10} {:>7} {plain:>10.1} {stored:>12.1} {largest:>11.1}   {name}", visits.len()));
    }
    let all: u64 = weights.iter().map(|weight| weight.stored_bytes).sum();
    println_plain(&format!("{} recorded visits take {:.1} KB; medians above; KB of 1,000 bytes", weights.len(), all as f64 / 1000.0));
}

/// The median and the largest, in KB.
fn middle_and_last(bytes: impl Iterator<Item = u64>) -> (f64, f64) {
    let mut sorted: Vec<u64> = bytes.collect();
    sorted.sort_unstable();
    let kilobytes = |at: Option<&u64>| at.map_or(0.0, |bytes| *bytes as f64 / 1000.0);
    (kilobytes(sorted.get(sorted.len() / 2)), kilobytes(sorted.last()))
}
