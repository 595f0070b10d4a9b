//! The data folder: who holds it, which format it has, and how a file in it is replaced so that a kill leaves the old or the new.
//!
//! `version`, `lock`, `journal/`, `projects/<id>/`. Nothing is written before the folder is known to be ours.

use crate::{Faults, StoreError};
use fs4::fs_std::FileExt;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The format that this program writes. A folder with a larger number was written by a newer program.
const FORMAT: u32 = 1;
const VERSION_FILE: &str = "version";

/// An opened data folder; the lock is held as long as it lives.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) faults: Faults,
    _lock: File,
}

impl Folder {
    pub(crate) fn open(path: &Path, faults: Faults) -> Result<Self, StoreError> {
        let shown = path.display();
        let version = read_version(path)?;
        let is_new = version.is_none();
        if is_new {
            refuse_foreign(path)?;
            fs::create_dir_all(path).map_err(|error| refused(path, &error))?;
        }
        let lock = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path.join("lock")).map_err(|error| refused(path, &error))?;
        match FileExt::try_lock_exclusive(&lock) {
            Ok(true) => {}
            Ok(false) => return Err(StoreError::Refused(format!("the data folder {shown} is already in use by another process"))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(StoreError::Refused(format!("the data folder {shown} is already in use by another process")));
            }
            Err(error) => return Err(refused(path, &error)),
        }
        let folder = Self { path: path.to_owned(), faults, _lock: lock };
        for part in ["journal", "projects"] {
            fs::create_dir_all(path.join(part)).map_err(|error| refused(path, &error))?;
        }
        if is_new {
            folder.replace(&path.join(VERSION_FILE), format!("sillage-store {FORMAT}\n").as_bytes())?;
        } else {
            let probe = path.join("lock.probe");
            File::create(&probe).and_then(|_| fs::remove_file(&probe)).map_err(|error| refused(path, &error))?;
        }
        Ok(folder)
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    pub(crate) fn projects(&self) -> PathBuf {
        self.path.join("projects")
    }

    /// Bytes that may still be written to this disk.
    pub(crate) fn free_bytes(&self) -> u64 {
        self.faults.free_bytes().unwrap_or_else(|| fs4::available_space(&self.path).unwrap_or(u64::MAX))
    }

    /// Replaces a file whole: whoever opens it afterwards, also after a power cut, reads the old or the new content.
    pub(crate) fn replace(&self, path: &Path, content: &[u8]) -> Result<(), StoreError> {
        let beside = path.with_extension("new");
        let write = || {
            self.faults.point("replace.write")?;
            let mut file = File::create(&beside)?;
            file.write_all(content)?;
            self.faults.point("replace.sync")?;
            file.sync_all()?;
            self.faults.point("replace.rename")?;
            fs::rename(&beside, path)?;
            self.faults.point("replace.sync-folder")?;
            sync_parent(path)
        };
        write().map_err(StoreError::io("replace", path))
    }
}

/// Makes the names in the folder of `path` survive a power cut.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// The format of the folder, or nothing when there is none yet. Reads only.
pub(crate) fn read_version(path: &Path) -> Result<Option<u32>, StoreError> {
    let shown = path.display();
    let text = match fs::read_to_string(path.join(VERSION_FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => return Err(refused(path, &error)),
    };
    let number = text.trim().strip_prefix("sillage-store ").and_then(|number| number.parse::<u32>().ok());
    match number {
        Some(number) if number > FORMAT => Err(StoreError::Refused(format!(
            "the data folder {shown} has format {number}, written by a newer version; this version reads up to {FORMAT}, so upgrade it or restore a backup"
        ))),
        Some(number) => Ok(Some(number)),
        None => Err(StoreError::Refused(format!("the data folder {shown} is half-written: its version file is not readable; restore a backup"))),
    }
}

/// A folder without a version is ours to fill only when nothing of a store is in it.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    for part in ["journal", "projects"] {
        let has_content = fs::read_dir(path.join(part)).is_ok_and(|mut entries| entries.next().is_some());
        if has_content {
            let shown = path.display();
            return Err(StoreError::Refused(format!("the data folder {shown} is half-written: it holds {part} but no version file; restore a backup")));
        }
    }
    Ok(())
}

fn refused(path: &Path, error: &io::Error) -> StoreError {
    let shown = path.display();
    StoreError::Refused(match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!("the data folder {shown} is read-only for this user"),
        io::ErrorKind::NotFound => format!("the data folder {shown} cannot be made: its parent is missing"),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => format!("the data folder {shown} is not a folder"),
        _ => format!("the data folder {shown} cannot be opened: {error}"),
    })
}
