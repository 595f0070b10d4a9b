//! What the recordings of a project consist of beside its log. Replaced whole, by a rename.

use crate::{StoreError, folder::Folder};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, io, path::Path};

const FORMAT: u32 = 1;
const FILE: &str = "manifest.json";

/// What a pack holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Class {
    Recordings,
    Styles,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PackEntry {
    pub(super) id: u64,
    pub(super) class: Class,
    /// Days since 1970 of the recordings in it; 0 for stylesheets.
    pub(super) day: i64,
    pub(super) bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    generation: u64,
    pub(super) next_pack: u64,
    pub(super) keep_days: Option<u32>,
    pub(super) packs: Vec<PackEntry>,
    /// Sessions that were deleted, and when. They are in no answer, and their pieces are refused.
    pub(super) deleted: BTreeMap<String, i64>,
}

impl Manifest {
    pub(super) fn load(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        let damaged = |detail: &str| StoreError::damaged(path.display().to_string(), detail);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { format: FORMAT, next_pack: 1, ..Self::default() }),
            Err(source) => return Err(StoreError::Io { action: "read", path, source }),
        };
        let (sum, json) = text.split_once('\n').ok_or_else(|| damaged("it is cut off"))?;
        if u32::from_str_radix(sum, 16) != Ok(crc32c::crc32c(json.as_bytes())) {
            return Err(damaged("its checksum is wrong"));
        }
        #[derive(Deserialize)]
        struct FormatOnly {
            format: u32,
        }
        let format = serde_json::from_str::<FormatOnly>(json).map_err(|error| damaged(&error.to_string()))?.format;
        if format > FORMAT {
            return Err(StoreError::Refused(format!("the recordings in {} were written by a newer version", folder.display())));
        }
        serde_json::from_str(json).map_err(|error| damaged(&error.to_string()))
    }

    pub(super) fn publish(&mut self, folder: &Folder, path: &Path) -> Result<(), StoreError> {
        self.generation += 1;
        folder.replace(&path.join(FILE), self.text()?.as_bytes())
    }

    fn text(&self) -> Result<String, StoreError> {
        let json = serde_json::to_string(self).map_err(|error| StoreError::Invalid(error.to_string()))?;
        Ok(format!("{:08x}\n{json}", crc32c::crc32c(json.as_bytes())))
    }

    pub(super) fn write_into(&self, folder: &Path) -> Result<u64, StoreError> {
        let path = folder.join(FILE);
        let text = self.text()?;
        fs::write(&path, &text).and_then(|()| fs::File::open(&path)?.sync_all()).map_err(StoreError::io("write", &path))?;
        Ok(text.len() as u64)
    }
}
