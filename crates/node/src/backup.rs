//! `sillage backup`: a consistent copy of everything, while the server runs.
//!
//! First the events as of one moment (files that never change are linked, where the disk allows it), then the catalog, once it has every profile change
//! up to that moment, and last a list of all files with their sums. Without the list, or with a file that differs from it, the copy is no backup.

use crate::{
    control::{self, Reply, Request},
    installation::{Installation, make_private_folder},
    log, say,
    serve::DataFolder,
};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sillage_catalog::Catalog;
use sillage_event::time::to_rfc3339;
use sillage_store::{CheckpointMark, Store};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};
use xxhash_rust::xxh3::Xxh3;

/// Copies a data folder, events and accounts as of one moment, while the server runs (or not).
///
/// Examples:
///   sillage backup --data /var/lib/sillage --to /backup/2026-11-22
///   sillage restore --from /backup/2026-11-22 --verify
///
/// What was acknowledged before it began is in it. Files are linked where both folders are on one disk, which takes no time and no space; copy the
/// result elsewhere with any tool.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    /// The folder to write; it must not exist, or be empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

pub(crate) const LIST: &str = "backup.json";
pub(crate) const CATALOG: &str = "catalog.sqlite";
const FORMAT: u32 = 1;
/// The catalog takes profile changes within moments; when it does not, something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct List {
    pub(crate) format: u32,
    pub(crate) made_at: String,
    pub(crate) version: String,
    pub(crate) events: u64,
    pub(crate) files: Vec<ListedFile>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListedFile {
    /// Within the folder.
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    pub(crate) xxh3: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { data: DataFolder { path: data }, to } = arguments;
    if !data.join("version").exists() {
        bail!("{} is no data folder of Sillage", data.display());
    }
    let to = std::path::absolute(to)?;
    let reply = match control::ask(data, &Request::Backup { to: to.clone() })? {
        Some(reply) => reply,
        None => {
            log::start_with("warn");
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(async {
                let installation = Installation::open(data).await?;
                let reply = make(&installation.store, &installation.catalog, &to).await?;
                installation.close().await?;
                anyhow::Ok(reply)
            })?
        }
    };
    match reply {
        Reply::Backup { events, bytes } => {
            say::line(format!("{}: {events} events, {} MB", to.display(), bytes >> 20));
            Ok(ExitCode::SUCCESS)
        }
        Reply::Failed(why) => bail!("{why}"),
        Reply::Health(_) => bail!("the server that holds the folder is of another version"),
    }
}

/// Makes the copy; the server does it on request, this program when there is none.
pub(crate) async fn make(store: &Store, catalog: &Catalog, to: &Path) -> Result<Reply> {
    make_private_folder(to)?;
    let (source, target) = (store.clone(), to.to_owned());
    let mark: CheckpointMark = tokio::task::spawn_blocking(move || source.checkpoint(&target)).await??;
    wait_for_profiles(store, catalog, mark.sequence).await?;
    catalog.backup_to(&to.join(CATALOG)).await?;
    catalog.copy_interview_files(to).await?;
    let (target, made_at) = (to.to_owned(), to_rfc3339(catalog.clock().now_ms()));
    let list = tokio::task::spawn_blocking(move || -> Result<List> {
        let list = List { format: FORMAT, made_at, version: env!("CARGO_PKG_VERSION").to_owned(), events: mark.events, files: files_in(&target)? };
        write_durably(&target.join(LIST), &serde_json::to_vec_pretty(&list)?)?;
        Ok(list)
    });
    let list = list.await??;
    Ok(Reply::Backup { events: mark.events, bytes: list.files.iter().map(|file| file.bytes).sum() })
}

/// Until the catalog has every profile change up to the moment of the copy of the events.
async fn wait_for_profiles(store: &Store, catalog: &Catalog, sequence: u64) -> Result<()> {
    let began = Instant::now();
    loop {
        let waiting = store.profile_feed(catalog.profiles_applied().await?, 1);
        if waiting.first().is_none_or(|entry| entry.sequence > sequence) {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            bail!("the catalog does not take the profile changes that wait; see the server's log");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every file below the folder with its sum, in order of its path.
fn files_in(folder: &Path) -> Result<Vec<ListedFile>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(within) = folders.pop() {
        for entry in fs::read_dir(folder.join(&within))? {
            let entry = entry?;
            let path = within.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let (bytes, xxh3) = sum_of(&folder.join(&path))?;
                files.push(ListedFile { path, bytes, xxh3 });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

pub(crate) fn sum_of(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut hash = Xxh3::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if n == 0 {
            return Ok((bytes, format!("{:032x}", hash.digest128())));
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
}

pub(crate) fn write_durably(path: &Path, content: &[u8]) -> Result<()> {
    let write = || {
        fs::write(path, content)?;
        File::open(path)?.sync_all()?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
