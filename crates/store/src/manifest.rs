//! The one file that says what a project consists of. It is replaced whole, by a rename: that rename is the moment at which anything is published.
//!
//! A second copy, written after the first, stands in for it should its bytes rot.

use crate::{
    StoreError,
    disk::SegmentEntry,
    folder::{Folder, sync_parent},
};
use std::{fs, io, path::Path};

const FORMAT: u32 = 1;
const FILE: &str = "manifest.json";
const COPY: &str = "manifest.copy.json";

#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// Counts publications.
    pub(crate) generation: u64,
    pub(crate) next_segment: u64,
    /// Every journal record of this project up to this sequence is in here.
    pub(crate) sealed_sequence: u64,
    pub(crate) duplicates_dropped: u64,
    /// How much of the ledger file counts.
    pub(crate) ledger_bytes: u64,
    pub(crate) refused: RefusedPart,
    pub(crate) retention_days: Option<u32>,
    /// The latest time of receipt that was sealed, milliseconds UTC: a clock that cannot jump.
    pub(crate) latest_received: i64,
    pub(crate) segments: Vec<SegmentEntry>,
}

/// Which file of refused records counts, and how much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct RefusedPart {
    pub(crate) file: u64,
    pub(crate) bytes: u64,
    pub(crate) next_id: u64,
    /// Profile changes of journal records up to this one are among them, if they were refused when they were applied.
    #[serde(default)]
    pub(crate) profiles_sequence: u64,
}

impl Manifest {
    pub(crate) fn new() -> Self {
        Self { format: FORMAT, next_segment: 1, refused: RefusedPart { next_id: 1, ..RefusedPart::default() }, latest_received: i64::MIN, ..Self::default() }
    }

    /// The newest whole copy in a project's folder; `None` when nothing was ever published there.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>, StoreError> {
        let first = read(&folder.join(FILE));
        let second = read(&folder.join(COPY));
        match (first, second) {
            (Ok(Some(first)), Ok(Some(second))) => Ok(Some(if second.generation > first.generation { second } else { first })),
            (Ok(Some(one)), _) => Ok(Some(one)),
            (Ok(None), Ok(None)) => Ok(None),
            (Err(refused @ StoreError::Refused(_)), _) | (_, Err(refused @ StoreError::Refused(_))) => Err(refused),
            (first, Ok(Some(copy))) => {
                let error = first.err().map_or_else(|| "it is missing".to_owned(), |error| error.to_string());
                tracing::error!(folder = %folder.display(), %error, "the manifest is damaged; its copy is used");
                Ok(Some(copy))
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// Publishes: after this returns, also after a power cut, the project is what this manifest says.
    pub(crate) fn publish(&self, folder: &Folder, project: &Path) -> Result<(), StoreError> {
        let text = self.text()?;
        folder.replace(&project.join(FILE), text.as_bytes())?;
        // From here on it is published, so a copy that cannot be written is a warning only.
        let copied = folder.faults.point("manifest.copy").and_then(|()| {
            let beside = project.join("manifest.copy.new");
            fs::write(&beside, text.as_bytes())?;
            fs::rename(&beside, project.join(COPY))
        });
        if let Err(error) = copied {
            tracing::warn!(project = %project.display(), %error, "the copy of the manifest could not be written");
        }
        Ok(())
    }
}

impl Manifest {
    fn text(&self) -> Result<String, StoreError> {
        let json = serde_json::to_string(self).map_err(|error| StoreError::Invalid(error.to_string()))?;
        Ok(format!("{:08x}\n{json}\n", crc32c::crc32c(json.as_bytes())))
    }

    /// Writes it into a copy of the project's folder that nobody reads yet.
    pub(crate) fn write_into(&self, project: &Path) -> Result<(), StoreError> {
        let path = project.join(FILE);
        let text = self.text()?;
        fs::write(&path, text).and_then(|()| fs::File::open(&path)?.sync_all()).map_err(StoreError::io("write", &path))
    }
}

fn read(path: &Path) -> Result<Option<Manifest>, StoreError> {
    let damaged = |detail: &str| StoreError::damaged(path.display().to_string(), detail);
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| damaged("it is not text"))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::Io { action: "read", path: path.to_owned(), source }),
    };
    let (sum, json) = text.split_once('\n').ok_or_else(|| damaged("it is cut off"))?;
    let json = json.strip_suffix('\n').ok_or_else(|| damaged("it is cut off"))?;
    if u32::from_str_radix(sum, 16) != Ok(crc32c::crc32c(json.as_bytes())) {
        return Err(damaged("its checksum is wrong"));
    }
    #[derive(serde::Deserialize)]
    struct FormatOnly {
        format: u32,
    }
    let format = serde_json::from_str::<FormatOnly>(json).map_err(|error| damaged(&error.to_string()))?.format;
    if format > FORMAT {
        let shown = path.display();
        return Err(StoreError::Refused(format!("the manifest {shown} has format {format}, written by a newer version; upgrade or restore a backup")));
    }
    serde_json::from_str(json).map(Some).map_err(|error| damaged(&error.to_string()))
}

/// Makes a project's folders.
pub(crate) fn make_project(project: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(project.join("segments"))
        .and_then(|()| sync_parent(&project.join("segments")))
        .and_then(|()| sync_parent(project))
        .map_err(StoreError::io("make", project))
}
