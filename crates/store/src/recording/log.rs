//! The log of open pieces of one project: files of frames, only ever appended to.
//!
//! A file is a header (magic, format, checksum) and frames: `length u32 · crc32c u32 · body`, where the body is `head length u32 · head JSON · zstd of the rest`, all
//! little-endian. The rest is markers, events and stylesheets, one after the other, as long as the head says.
//!
//! A frame counts when its checksum holds. What follows the last whole frame was never acknowledged and is cut off at the next start; damage in front of whole frames
//! loses that frame and no other.

use crate::{
    StoreError,
    folder::{Folder, sync_parent},
};
use serde::{Deserialize, Serialize};
use sillage_event::recording::{Agent, Facts, Marker, Piece, PieceName, Profile, Sender, Style};
use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

const MAGIC: &[u8; 8] = b"SILLRECL";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 16;
const FRAME_BYTES: usize = 8;
const MOST_FRAME_BYTES: usize = 64 << 20;
/// A file is closed at this size.
const FILE_BYTES: u64 = 16 << 20;
/// What a frame unpacks to at most.
const MOST_UNPACKED: usize = 64 << 20;

/// What a frame says in front: all that is needed to find a piece again and to know what it says of its session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Head {
    #[serde(flatten)]
    pub(super) name: PieceName,
    tab: String,
    device: Option<String>,
    user: Option<String>,
    sender: Sender,
    profile: Profile,
    agent: Agent,
    pub(super) received_at: i64,
    sent_at: Option<i64>,
    pub(super) facts: Facts,
    expanded_bytes: u64,
    marker_bytes: u32,
    event_bytes: u32,
    /// Hash and length.
    styles: Vec<(String, u32)>,
}

impl Head {
    /// The piece without what is packed.
    pub(super) fn piece(self) -> Piece {
        Piece {
            name: self.name,
            tab: self.tab,
            device: self.device,
            user: self.user,
            sender: self.sender,
            profile: self.profile,
            agent: self.agent,
            received_at: self.received_at,
            sent_at: self.sent_at,
            facts: self.facts,
            markers: Vec::new(),
            body: Vec::new(),
            styles: Vec::new(),
            expanded_bytes: self.expanded_bytes,
        }
    }
}

/// A piece as it is written.
pub(super) fn frame(piece: &Piece) -> io::Result<Vec<u8>> {
    let markers = serde_json::to_vec(&piece.markers)?;
    let head = Head {
        name: piece.name.clone(),
        tab: piece.tab.clone(),
        device: piece.device.clone(),
        user: piece.user.clone(),
        sender: piece.sender,
        profile: piece.profile.clone(),
        agent: piece.agent.clone(),
        received_at: piece.received_at,
        sent_at: piece.sent_at,
        facts: piece.facts.clone(),
        expanded_bytes: piece.expanded_bytes,
        marker_bytes: markers.len() as u32,
        event_bytes: piece.body.len() as u32,
        styles: piece.styles.iter().map(|style| (format!("{:032x}", style.hash), style.json.len() as u32)).collect(),
    };
    let head = serde_json::to_vec(&head)?;
    let mut rest = markers;
    rest.extend_from_slice(&piece.body);
    piece.styles.iter().for_each(|style| rest.extend_from_slice(&style.json));
    let mut frame = vec![0; FRAME_BYTES];
    frame.extend_from_slice(&(head.len() as u32).to_le_bytes());
    frame.extend_from_slice(&head);
    frame.extend_from_slice(&zstd::bulk::compress(&rest, 1)?);
    let body = frame.len() - FRAME_BYTES;
    if body > MOST_FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "one piece is too large for the log"));
    }
    let crc = crc32c::crc32c(&frame[FRAME_BYTES..]);
    frame[..4].copy_from_slice(&(body as u32).to_le_bytes());
    frame[4..8].copy_from_slice(&crc.to_le_bytes());
    Ok(frame)
}

/// Where a frame lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: u64,
    offset: u64,
    /// Of the frame, its length and checksum included.
    pub(super) bytes: u32,
}

/// The write end.
#[derive(Debug)]
pub(super) struct Log {
    folder: Arc<Folder>,
    path: PathBuf,
    file: Option<File>,
    pub(super) number: u64,
    bytes: u64,
}

/// Why pieces were not written.
#[derive(Debug)]
pub(super) enum Failure {
    /// No space, and nothing of them is in the file.
    Full,
    Broken(io::Error),
}

impl Log {
    /// Reads all files and starts behind them; the next piece makes a new file.
    pub(super) fn open(folder: &Arc<Folder>, path: PathBuf, deliver: &mut dyn FnMut(Head, Place)) -> Result<Self, StoreError> {
        fs::create_dir_all(&path).map_err(StoreError::io("make", &path))?;
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&path).map_err(StoreError::io("list", &path))? {
            let name = entry.map_err(StoreError::io("list", &path))?.file_name();
            numbers.extend(name.to_str().and_then(|name| name.strip_suffix(".log")).and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        for number in &numbers {
            read_file(&file_path(&path, *number), *number, number == numbers.last().unwrap_or(&0), deliver)?;
        }
        Ok(Self { folder: Arc::clone(folder), path, file: None, number: numbers.last().copied().unwrap_or(0), bytes: 0 })
    }

    /// Writes frames and syncs them once; says where they are.
    pub(super) fn append(&mut self, frames: &[&[u8]]) -> Result<Vec<Place>, Failure> {
        if self.file.is_none() || self.bytes >= FILE_BYTES {
            self.begin_file().map_err(|error| if crate::journal::is_full(&error) { Failure::Full } else { Failure::Broken(error) })?;
        }
        let Some(file) = &self.file else { return Err(Failure::Broken(io::Error::other("the log has no file"))) };
        let whole: Vec<u8> = frames.concat();
        let written = self.folder.faults.point("recording.write").and_then(|()| file.write_all_at(&whole, self.bytes));
        if let Err(error) = written {
            let undone = crate::journal::is_full(&error) && file.set_len(self.bytes).is_ok();
            return Err(if undone { Failure::Full } else { Failure::Broken(error) });
        }
        self.folder.faults.point("recording.sync").and_then(|()| file.sync_data()).map_err(Failure::Broken)?;
        let mut places = Vec::with_capacity(frames.len());
        for frame in frames {
            places.push(Place { file: self.number, offset: self.bytes, bytes: frame.len() as u32 });
            self.bytes += frame.len() as u64;
        }
        Ok(places)
    }

    /// Later pieces go to another file.
    pub(super) fn end_file(&mut self) {
        self.file = None;
    }

    fn begin_file(&mut self) -> io::Result<()> {
        let number = self.number + 1;
        let path = file_path(&self.path, number);
        self.folder.faults.point("recording.create")?;
        let mut header = [MAGIC.as_slice(), &FORMAT.to_le_bytes()].concat();
        header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
        let mut file = File::create(&path)?;
        file.write_all(&header)?;
        file.sync_all()?;
        sync_parent(&path)?;
        self.file = Some(file);
        self.number = number;
        self.bytes = HEADER_BYTES as u64;
        Ok(())
    }

    /// Deletes files that hold nothing any more but what is in packs or was deleted.
    pub(super) fn keep_only(&mut self, needed: &dyn Fn(u64) -> bool) -> Result<(), StoreError> {
        for entry in fs::read_dir(&self.path).map_err(StoreError::io("list", &self.path))? {
            let path = entry.map_err(StoreError::io("list", &self.path))?.path();
            let number = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".log")?.parse::<u64>().ok());
            let is_current = |number: u64| self.file.is_some() && number == self.number;
            if let Some(number) = number.filter(|number| !is_current(*number) && !needed(*number)) {
                self.folder.faults.point("recording.trim").and_then(|()| fs::remove_file(&path)).map_err(StoreError::io("delete", &path))?;
                tracing::debug!(number, "a log of recordings is empty and goes");
            }
        }
        Ok(())
    }

    /// The files with how much of each counts.
    pub(super) fn files(&self) -> Result<Vec<(PathBuf, u64)>, StoreError> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(StoreError::io("list", &self.path))? {
            let entry = entry.map_err(StoreError::io("list", &self.path))?;
            let is_current = self.file.is_some() && entry.path() == file_path(&self.path, self.number);
            let bytes = if is_current { self.bytes } else { entry.metadata().map_err(StoreError::io("look at", entry.path()))?.len() };
            files.push((entry.path(), bytes));
        }
        Ok(files)
    }
}

pub(super) fn file_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.log"))
}

/// A piece read back: markers, events, stylesheets.
pub(super) struct Unpacked {
    pub(super) head: Head,
    pub(super) markers: Vec<Marker>,
    pub(super) body: Vec<u8>,
    pub(super) styles: Vec<Style>,
}

/// Reads one frame whole.
pub(super) fn read(folder: &Path, place: Place) -> Result<Unpacked, StoreError> {
    let path = file_path(folder, place.file);
    let mut bytes = vec![0; place.bytes as usize];
    let file = File::open(&path).map_err(StoreError::io("open", &path))?;
    file.read_exact_at(&mut bytes, place.offset).map_err(StoreError::io("read", &path))?;
    let damaged = || StoreError::damaged(path.display().to_string(), "a piece of a recording cannot be read");
    let (head, packed) = split(&bytes).ok_or_else(damaged)?;
    let rest = zstd::bulk::decompress(packed, MOST_UNPACKED).map_err(|_| damaged())?;
    let (marker_end, event_end) = (head.marker_bytes as usize, head.marker_bytes as usize + head.event_bytes as usize);
    let markers = rest.get(..marker_end).and_then(|json| serde_json::from_slice(json).ok()).ok_or_else(damaged)?;
    let body = rest.get(marker_end..event_end).ok_or_else(damaged)?.to_vec();
    let mut styles = Vec::with_capacity(head.styles.len());
    let mut at = event_end;
    for (hash, length) in &head.styles {
        let json = rest.get(at..at + *length as usize).ok_or_else(damaged)?.to_vec();
        styles.push(Style { hash: u128::from_str_radix(hash, 16).map_err(|_| damaged())?, json });
        at += *length as usize;
    }
    Ok(Unpacked { head, markers, body, styles })
}

/// The head and the packed rest of a whole frame.
fn split(frame: &[u8]) -> Option<(Head, &[u8])> {
    let length = u32_at(frame, 0)? as usize;
    let body = frame.get(FRAME_BYTES..FRAME_BYTES.checked_add(length)?)?;
    if length > MOST_FRAME_BYTES || crc32c::crc32c(body) != u32_at(frame, 4)? {
        return None;
    }
    let head_length = u32_at(body, 0)? as usize;
    let head = serde_json::from_slice(body.get(4..4 + head_length)?).ok()?;
    Some((head, &body[4 + head_length..]))
}

fn read_file(path: &Path, number: u64, is_last: bool, deliver: &mut dyn FnMut(Head, Place)) -> Result<(), StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let header_ok = bytes.len() >= HEADER_BYTES && &bytes[..8] == MAGIC && u32_at(&bytes, 12) == Some(crc32c::crc32c(&bytes[..12]));
    if header_ok && u32_at(&bytes, 8).is_some_and(|format| format > FORMAT) {
        return Err(StoreError::Refused(format!("the log of recordings {} was written by a newer version", path.display())));
    }
    let mut at = if header_ok { HEADER_BYTES } else { 0 };
    let mut whole = at;
    let mut damaged = 0;
    while at < bytes.len() {
        match split(&bytes[at..]) {
            Some((head, _)) => {
                let length = FRAME_BYTES + u32_at(&bytes, at).unwrap_or(0) as usize;
                damaged += at - whole;
                deliver(head, Place { file: number, offset: at as u64, bytes: length as u32 });
                at += length;
                whole = at;
            }
            None => at += 1,
        }
    }
    let rest = bytes.len() - whole;
    if is_last && rest > 0 {
        tracing::warn!(path = %path.display(), bytes = rest, "the log of recordings ended in an unfinished write, which was dropped; nobody was told that it was kept");
        let cut = fs::OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(whole as u64).and_then(|()| file.sync_all()));
        cut.map_err(StoreError::io("truncate", path))?;
    } else {
        damaged += rest;
    }
    if damaged > 0 {
        tracing::error!(path = %path.display(), bytes = damaged, "a log of recordings is damaged: these bytes may have been pieces that were kept");
    }
    Ok(())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
