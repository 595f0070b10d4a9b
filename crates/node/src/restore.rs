//! `sillage restore`: back from a copy, after it was checked byte for byte.

use crate::{
    backup::{LIST, List, sum_of},
    installation::make_private_folder,
    say,
};
use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    path::{Component, Path, PathBuf},
    process::ExitCode,
};

/// Puts a backup into an empty data folder, after checking every byte of it.
///
/// Examples:
///   sillage restore --from /backup/2026-11-22 --data /var/lib/sillage
///   sillage restore --from /backup/2026-11-22 --verify
///
/// A backup that is damaged, half there or of a newer version is refused, and nothing is written.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The folder that `sillage backup` wrote
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The data folder to make; it must not exist, or be empty
    #[arg(long, value_name = "DIR", required_unless_present = "verify")]
    data: Option<PathBuf>,
    /// Without --data: only check the backup
    #[arg(long)]
    verify: bool,
}

/// The newest form of a backup that this version reads.
const FORMAT: u32 = 1;
/// Written last, since a data folder without it is refused as half-written.
const VERSION: &str = "version";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { from, data, .. } = arguments;
    let list = check(from)?;
    let megabytes = list.files.iter().map(|file| file.bytes).sum::<u64>() >> 20;
    say::line(format!("{}: whole; {} events, {megabytes} MB, made {} by version {}", from.display(), list.events, list.made_at, list.version));
    let Some(data) = data else { return Ok(ExitCode::SUCCESS) };
    if fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; a backup is only restored into an empty folder", data.display());
    }
    make_private_folder(data)?;
    copy(&list, from, data)?;
    let verified = sillage_store::verify(data).context("the copy is not whole")?;
    say::line(format!(
        "{}: restored; {} events in {} projects. Start it: sillage serve --data {}",
        data.display(),
        verified.events,
        verified.projects,
        data.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Reads the list and every file that it names.
fn check(from: &Path) -> Result<List> {
    let path = from.join(LIST);
    let text = fs::read(&path).with_context(|| format!("{} is no whole backup: {LIST} is missing", from.display()))?;
    let list: List = serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))?;
    if list.format > FORMAT {
        bail!("the backup was made by version {} and cannot be read by this one; upgrade first", list.version);
    }
    for file in &list.files {
        // A list that somebody wrote by hand must not lead out of the folder.
        if !file.path.components().all(|part| matches!(part, Component::Normal(_))) {
            bail!("{} is damaged: it names {}", path.display(), file.path.display());
        }
        let (bytes, xxh3) = sum_of(&from.join(&file.path)).context("the backup is not whole")?;
        if (bytes, &xxh3) != (file.bytes, &file.xxh3) {
            bail!("the backup is damaged: {} is not what was written ({bytes} bytes, {} were written)", file.path.display(), file.bytes);
        }
    }
    if !list.files.iter().any(|file| file.path == Path::new(VERSION)) {
        bail!("the backup is damaged: it names no {VERSION} file");
    }
    Ok(list)
}

fn copy(list: &List, from: &Path, to: &Path) -> Result<()> {
    let (last, files): (Vec<_>, Vec<_>) = list.files.iter().partition(|file| file.path == Path::new(VERSION));
    // A folder without files in it is part of the form, too.
    for folder in ["journal", "projects"] {
        fs::create_dir_all(to.join(folder))?;
    }
    for file in files.into_iter().chain(last) {
        let target = to.join(&file.path);
        let write = || {
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::copy(from.join(&file.path), &target)?;
            File::open(&target)?.sync_all()?;
            target.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        write().with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}
