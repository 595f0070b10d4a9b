//! The history of identities on disk: a file that is only added to. The manifest says how much of it counts.
//!
//! An entry is `length u32 · crc32c u32 · body`. The body of an automatic link, of which there may be millions, is
//! `0 · number u64 · at i64 · device length u32 · device · user`; any other entry is `1` and JSON.

use crate::{LedgerChange, LedgerEntry, StoreError, folder::Folder};
use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
};

const FILE: &str = "ledger.log";
const LINK: u8 = 0;
const JSON: u8 = 1;
const LINK_FIXED_BYTES: usize = 21;

/// Writes entries behind the first `end` bytes, cutting off what an interrupted write left there, and returns the new end.
pub(crate) fn append(folder: &Folder, project: &Path, end: u64, entries: &[LedgerEntry]) -> Result<u64, StoreError> {
    if entries.is_empty() {
        return Ok(end);
    }
    let path = project.join(FILE);
    let mut bytes = Vec::new();
    for entry in entries {
        let body = encode(entry);
        bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
    }
    let write = || {
        folder.faults.point("ledger.write")?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        file.set_len(end)?;
        file.write_all_at(&bytes, end)?;
        folder.faults.point("ledger.sync")?;
        file.sync_all()
    };
    write().map_err(StoreError::io("write", &path))?;
    Ok(end + bytes.len() as u64)
}

/// Calls `each` with the entries of the first `end` bytes. Returns how many could not be read; what follows them is still delivered.
pub(crate) fn read(project: &Path, end: u64, each: &mut dyn FnMut(LedgerEntry)) -> Result<usize, StoreError> {
    if end == 0 {
        return Ok(0);
    }
    let path = project.join(FILE);
    let mut bytes = Vec::new();
    let opened = File::open(&path).and_then(|file| file.take(end).read_to_end(&mut bytes));
    match opened {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(1),
        Err(source) => return Err(StoreError::Io { action: "read", path, source }),
    }
    let mut n_damaged = usize::from((bytes.len() as u64) < end);
    let mut rest = bytes.as_slice();
    while let Some((header, after)) = rest.split_first_chunk::<8>() {
        let (length, sum) = (u32_at(header, 0) as usize, u32_at(header, 4));
        if length > after.len() {
            return Ok(n_damaged + 1);
        }
        let (body, next) = after.split_at(length);
        rest = next;
        match Some(body).filter(|body| crc32c::crc32c(body) == sum).and_then(decode) {
            Some(entry) => each(entry),
            None => n_damaged += 1,
        }
    }
    Ok(n_damaged)
}

fn encode(entry: &LedgerEntry) -> Vec<u8> {
    if let LedgerChange::Link { device, user } = &entry.change {
        let mut body = vec![LINK];
        body.extend_from_slice(&entry.number.to_le_bytes());
        body.extend_from_slice(&entry.at.to_le_bytes());
        body.extend_from_slice(&(device.len() as u32).to_le_bytes());
        body.extend_from_slice(device.as_bytes());
        body.extend_from_slice(user.as_bytes());
        return body;
    }
    let mut body = vec![JSON];
    body.extend(serde_json::to_vec(entry).unwrap_or_default());
    body
}

fn decode(body: &[u8]) -> Option<LedgerEntry> {
    match body.split_first()? {
        (&JSON, json) => serde_json::from_slice(json).ok(),
        (&LINK, _) if body.len() >= LINK_FIXED_BYTES => {
            let number = u64::from_le_bytes(body[1..9].try_into().ok()?);
            let at = i64::from_le_bytes(body[9..17].try_into().ok()?);
            let device_length = u32_at(body, 17) as usize;
            let ids = std::str::from_utf8(&body[LINK_FIXED_BYTES..]).ok()?;
            let (device, user) = ids.split_at_checked(device_length)?;
            Some(LedgerEntry { number, at, change: LedgerChange::Link { device: device.to_owned(), user: user.to_owned() } })
        }
        _ => None,
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}
