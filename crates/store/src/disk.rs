//! A segment on disk: `<id>.parquet` with the rows, `<id>.people.parquet` with who they are, `<id>.keys` to tell duplicates.
//!
//! One row group per bucket that has rows. Files are written once and never changed; they vanish when the manifest no longer names them and
//! nobody reads them any more.

mod activity;
mod sheet;
mod summary;
mod write;

pub(crate) use activity::EventHours;
pub use activity::LastOfHours;
pub(crate) use sheet::Seal;
pub(crate) use write::{Bucket, SegmentWriter, Text};

use crate::{People, PropertyColumn, Segment, StoreError, cache::Cache, column, keys::DuplicateKey, keys::Keys, keys::KeysWriter};
use arrow_array::{Array, RecordBatch, cast::AsArray, types::UInt64Type};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use parking_lot::Mutex;
use sheet::Sheet;
use sillage_event::{PersonId, ProjectId};
use std::{
    fs, io,
    ops::{Range, RangeInclusive},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const SEGMENT_KEY: &str = "sillage.segment";
const PEOPLE_KEY: &str = "sillage.people";
/// How many events each hour has, by event: base64, a space between. Left out when it would be long.
const HOURS_KEY: &str = "sillage.hours";
const SEGMENT_FORMAT: u32 = 1;

/// What the manifest says about a segment.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SegmentEntry {
    pub(crate) id: u64,
    pub(crate) rows: u64,
    pub(crate) first_time: i64,
    pub(crate) last_time: i64,
    pub(crate) links_applied: u64,
    pub(crate) rows_seal: Seal,
    pub(crate) people_seal: Seal,
    /// Why it was set aside, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) damaged: Option<String>,
}

impl SegmentEntry {
    pub(crate) fn bytes(&self) -> u64 {
        self.rows_seal.bytes + self.people_seal.bytes
    }
}

/// What a segment says about itself, in its own metadata.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Description {
    format: u32,
    project: u32,
    id: u64,
    rows: u64,
    bucket_bits: u32,
    links_applied: u64,
    time_range: Option<(i64, i64)>,
    has_overflow: bool,
    events: Vec<EventFigures>,
    buckets: Vec<BucketDescription>,
}

/// How often one event is in a segment, and when.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct EventFigures {
    #[serde(with = "shared_text")]
    pub(crate) name: Arc<str>,
    pub(crate) count: u64,
    pub(crate) first_time: i64,
    pub(crate) last_time: i64,
}

mod shared_text {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::sync::Arc;

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(Arc::from)
    }
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct BucketDescription {
    rows: u32,
    people: u32,
    /// Row groups of the two files.
    group: Option<u32>,
    people_group: Option<u32>,
    /// (event code, first row, one past the last row), by code.
    events: Vec<(u32, u32, u32)>,
}

/// Memory shared by all segments of a store.
#[derive(Debug)]
pub(crate) struct Caches {
    people: Cache<(ProjectId, u64, usize), People>,
    activity: Cache<(ProjectId, u64, usize), LastOfHours>,
    keys: Cache<(ProjectId, u64), Keys>,
}

impl Caches {
    pub(crate) fn new(people_bytes: usize, activity_bytes: usize, keys_bytes: usize) -> Self {
        Self { people: Cache::new(people_bytes), activity: Cache::new(activity_bytes), keys: Cache::new(keys_bytes) }
    }

    pub(crate) fn forget_unused_for(&self, idle: std::time::Duration) {
        self.people.forget_unused_for(idle);
        self.activity.forget_unused_for(idle);
        self.keys.forget_unused_for(idle);
    }
}

/// The names of a segment's files.
#[derive(Clone, Debug)]
pub(crate) struct SegmentPaths {
    pub(crate) rows: PathBuf,
    pub(crate) people: PathBuf,
    pub(crate) keys: PathBuf,
}

impl SegmentPaths {
    pub(crate) fn new(folder: &Path, id: u64) -> Self {
        Self {
            rows: folder.join(format!("{id:010}.parquet")),
            people: folder.join(format!("{id:010}.people.parquet")),
            keys: folder.join(format!("{id:010}.keys")),
        }
    }

    pub(crate) fn all(&self) -> [&Path; 3] {
        [&self.rows, &self.people, &self.keys]
    }
}

/// An opened segment. Cheap while nobody asks: its metadata only.
#[derive(Debug)]
pub(crate) struct DiskSegment {
    project: ProjectId,
    paths: SegmentPaths,
    pub(crate) entry: SegmentEntry,
    description: Description,
    event_names: Vec<Arc<str>>,
    properties: Vec<PropertyColumn>,
    rows: Sheet,
    people: Sheet,
    caches: Arc<Caches>,
    damage: Mutex<Option<String>>,
    /// No manifest names it any more: the files go when the last reader does.
    is_doomed: AtomicBool,
}

impl DiskSegment {
    pub(crate) fn open(folder: &Path, project: ProjectId, entry: SegmentEntry, caches: &Arc<Caches>) -> Result<Self, StoreError> {
        let paths = SegmentPaths::new(folder, entry.id);
        let damaged = |detail: &str| StoreError::damaged(paths.rows.display().to_string(), detail);
        let rows = Sheet::open(&paths.rows, entry.rows_seal)?;
        let people = Sheet::open(&paths.people, entry.people_seal)?;
        let description: Description =
            rows.value(SEGMENT_KEY).and_then(|text| serde_json::from_str(text).ok()).ok_or_else(|| damaged("its description is missing or not readable"))?;
        if description.format > SEGMENT_FORMAT {
            return Err(StoreError::Refused(format!("the segment {} has format {}, written by a newer version", paths.rows.display(), description.format)));
        }
        if description.project != project.0 || description.id != entry.id {
            return Err(damaged("it belongs to another project or place"));
        }
        let event_names = description.events.iter().map(|event| Arc::clone(&event.name)).collect();
        let properties = rows.schema().fields().iter().filter_map(|field| PropertyColumn::parse(field.name())).collect();
        Ok(Self {
            project,
            paths,
            entry,
            description,
            event_names,
            properties,
            rows,
            people,
            caches: Arc::clone(caches),
            damage: Mutex::new(None),
            is_doomed: AtomicBool::new(false),
        })
    }

    /// Count, first and last time of each event, by code.
    pub(crate) fn figures(&self) -> &[EventFigures] {
        &self.description.events
    }

    /// Why it must not be read any more, if so.
    pub(crate) fn damage(&self) -> Option<String> {
        self.damage.lock().clone()
    }

    pub(crate) fn doom(&self) {
        self.is_doomed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn may_hold(&self, times: RangeInclusive<i64>) -> bool {
        self.description.time_range.is_some_and(|(first, last)| first <= *times.end() && *times.start() <= last)
    }

    /// Which of these very events are in the segment.
    pub(crate) fn have_keys(&self, wanted: &[DuplicateKey]) -> Result<Vec<bool>, StoreError> {
        let keys = self.keys()?;
        let answer = wanted.iter().map(|key| keys.contains(*key)).collect();
        if !matches!(answer, Err(StoreError::Damaged { .. })) {
            return answer;
        }
        self.caches.keys.forget(|one| *one == (self.project, self.entry.id));
        self.make_keys()?;
        let keys = self.keys()?;
        wanted.iter().map(|key| keys.contains(*key)).collect()
    }

    fn keys(&self) -> Result<Arc<Keys>, StoreError> {
        let cache_key = (self.project, self.entry.id);
        if let Some(keys) = self.caches.keys.get(&cache_key) {
            return Ok(keys);
        }
        let keys = match Keys::open(&self.paths.keys) {
            Ok(keys) => keys,
            Err(error @ (StoreError::Damaged { .. } | StoreError::Io { .. })) => {
                tracing::warn!(path = %self.paths.keys.display(), %error, "the keys of a segment are made again from its rows");
                self.make_keys()?;
                Keys::open(&self.paths.keys)?
            }
            Err(error) => return Err(error),
        };
        let keys = Arc::new(keys);
        self.caches.keys.insert(cache_key, Arc::clone(&keys), keys.memory_bytes());
        Ok(keys)
    }

    /// Writes the file of keys from the rows.
    pub(crate) fn make_keys(&self) -> Result<(), StoreError> {
        let beside = self.paths.keys.with_extension("keys-new");
        let mut writer = KeysWriter::new(&beside);
        for bucket in 0..self.description.buckets.len() {
            let columns = [column::EVENT, column::TIME, column::DISTINCT_ID, column::DEVICE_ID, column::USER_ID, column::INSERT_ID];
            let rows = self.bucket_rows(bucket);
            if rows > 0 {
                write::push_keys(&self.read(bucket, std::slice::from_ref(&(0..rows)), &columns)?, &mut writer)?;
            }
        }
        writer.finish()?;
        fs::rename(&beside, &self.paths.keys).map_err(StoreError::io("replace", &self.paths.keys))
    }

    /// Reads every byte and compares it with its checksum.
    pub(crate) fn verify(&self) -> Result<(), StoreError> {
        self.rows.verify_all().and_then(|()| self.people.verify_all())
    }

    /// Remembers that bytes are not what was written, so that the segment is set aside.
    fn noted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let detail = match &result {
            Err(error @ (StoreError::Damaged { .. } | StoreError::Parquet(_) | StoreError::Arrow(_))) => error.to_string(),
            Err(error @ StoreError::Io { source, .. }) if matches!(source.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::Other) => error.to_string(),
            _ => return result,
        };
        let mut damage = self.damage.lock();
        if damage.is_none() {
            tracing::error!(project = %self.project, segment = self.entry.id, %detail, "a segment is damaged and set aside; answers without it are marked incomplete");
            *damage = Some(detail);
        }
        result
    }

    fn people_column(&self, bucket: usize, column: usize) -> Result<Option<RecordBatch>, StoreError> {
        let Some(group) = self.description.buckets[bucket].people_group else { return Ok(None) };
        self.noted(self.people.read(group as usize, &[column], None)).map(Some)
    }
}

impl Drop for DiskSegment {
    fn drop(&mut self) {
        let (project, id) = (self.project, self.entry.id);
        self.caches.people.forget(|key| (key.0, key.1) == (project, id));
        self.caches.activity.forget(|key| (key.0, key.1) == (project, id));
        self.caches.keys.forget(|key| *key == (project, id));
        if self.is_doomed.load(Ordering::Relaxed) {
            for path in self.paths.all() {
                if let Err(error) = fs::remove_file(path)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    tracing::warn!(path = %path.display(), %error, "a file that is no longer needed could not be deleted");
                }
            }
        }
    }
}

impl Segment for DiskSegment {
    fn id(&self) -> u64 {
        self.entry.id
    }

    fn rows(&self) -> u64 {
        self.description.rows
    }

    fn time_range(&self) -> Option<(i64, i64)> {
        self.description.time_range
    }

    fn bucket_bits(&self) -> u32 {
        self.description.bucket_bits
    }

    fn links_applied(&self) -> u64 {
        self.description.links_applied
    }

    fn event_names(&self) -> &[Arc<str>] {
        &self.event_names
    }

    fn event_count(&self, event: usize) -> u64 {
        self.description.events[event].count
    }

    fn properties(&self) -> &[PropertyColumn] {
        &self.properties
    }

    fn has_overflow(&self) -> bool {
        self.description.has_overflow
    }

    fn has_summaries(&self) -> bool {
        self.rows.schema().index_of(column::SUMMARY).is_ok()
    }

    fn event_hours(&self, event: usize) -> Result<Option<Vec<(i64, u64)>>, StoreError> {
        let Some(text) = self.rows.value(HOURS_KEY).and_then(|all| all.split(' ').nth(event)) else { return Ok(None) };
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|error| StoreError::damaged(self.paths.rows.display().to_string(), error.to_string()));
        self.noted(bytes.and_then(|bytes| activity::decode_hours(&bytes))).map(Some)
    }

    fn last_of_hours(&self, bucket: usize) -> Result<Option<Arc<LastOfHours>>, StoreError> {
        let key = (self.project, self.entry.id, bucket);
        if let Some(hours) = self.caches.activity.get(&key) {
            return Ok(Some(hours));
        }
        let Ok(column) = self.people.schema().index_of(write::ACTIVE) else { return Ok(None) };
        let Some(batch) = self.people_column(bucket, column)? else { return Ok(Some(Arc::default())) };
        let encoded = batch.column(0).as_binary::<i32>();
        let hours = Arc::new(self.noted(LastOfHours::decode((0..encoded.len()).map(|person| encoded.value(person))))?);
        self.caches.activity.insert(key, Arc::clone(&hours), hours.memory_bytes());
        Ok(Some(hours))
    }

    fn people(&self, bucket: usize) -> Result<Arc<People>, StoreError> {
        let key = (self.project, self.entry.id, bucket);
        if let Some(people) = self.caches.people.get(&key) {
            return Ok(people);
        }
        let Some(batch) = self.people_column(bucket, 0)? else { return Ok(Arc::default()) };
        let hashes = batch.column(0).as_primitive::<UInt64Type>().values().iter().map(|hash| PersonId(*hash)).collect();
        let people = Arc::new(People { hashes });
        self.caches.people.insert(key, Arc::clone(&people), people.hashes.len() * 8 + 64);
        Ok(people)
    }

    fn person_names(&self, bucket: usize) -> Result<Arc<Vec<Arc<str>>>, StoreError> {
        let Some(batch) = self.people_column(bucket, 1)? else { return Ok(Arc::default()) };
        Ok(Arc::new(batch.column(0).as_string::<i32>().iter().map(|name| Arc::from(name.unwrap_or_default())).collect()))
    }

    fn event_rows(&self, bucket: usize, event: usize) -> Range<usize> {
        let events = &self.description.buckets[bucket].events;
        match events.binary_search_by_key(&(event as u32), |range| range.0) {
            Ok(at) => events[at].1 as usize..events[at].2 as usize,
            Err(_) => 0..0,
        }
    }

    fn bucket_rows(&self, bucket: usize) -> usize {
        self.description.buckets[bucket].rows as usize
    }

    fn read(&self, bucket: usize, rows: &[Range<usize>], columns: &[&str]) -> Result<RecordBatch, StoreError> {
        let schema = self.rows.schema();
        let wanted = columns.iter().map(|name| schema.index_of(name).map_err(|_| StoreError::missing_column(name))).collect::<Result<Vec<usize>, _>>()?;
        let has_rows = rows.iter().any(|range| !range.is_empty());
        let Some(group) = self.description.buckets[bucket].group.filter(|_| has_rows) else {
            return Ok(RecordBatch::new_empty(Arc::new(schema.project(&wanted)?)));
        };
        let mut in_file_order = wanted.clone();
        in_file_order.sort_unstable();
        in_file_order.dedup();
        let batch = self.noted(self.rows.read(group as usize, &in_file_order, Some(rows)))?;
        let positions: Vec<usize> = wanted.iter().filter_map(|column| in_file_order.binary_search(column).ok()).collect();
        Ok(batch.project(&positions)?)
    }
}
