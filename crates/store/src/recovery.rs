//! From a folder to a store in memory: projects as their manifests say, then the journal on top, record by record.
//!
//! A record that cannot be read, or that makes this program panic, is kept aside and told, rather than keeping the store from ever opening again.

use crate::{
    StoreError, StoreOptions,
    disk::Caches,
    feed::ProfileFeed,
    folder::Folder,
    journal::{Kind, Record, ScanReport, scan},
    project::Project,
};
use sillage_event::{Batch, ProjectId};
use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// What opening found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Journal records read back.
    pub records: u64,
    /// Bytes of a last write that was interrupted. Nobody was told that they were stored.
    pub torn_bytes: u64,
    /// Bytes of the journal that are damaged and may have been acknowledged; a copy of the file is kept in `journal/damaged`.
    pub damaged_bytes: u64,
    /// Whole records that could not be made visible; they are kept in `journal/damaged`.
    pub records_set_aside: u64,
}

#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) projects: HashMap<ProjectId, Arc<Project>>,
    pub(crate) feed: ProfileFeed,
    pub(crate) report: ScanReport,
    pub(crate) recovery: Recovery,
}

pub(crate) fn recover(folder: &Arc<Folder>, options: &Arc<StoreOptions>, caches: &Arc<Caches>) -> Result<Recovered, StoreError> {
    let mut poisonous = BTreeSet::new();
    loop {
        let at_record = AtomicU64::new(0);
        let attempt = catch_unwind(AssertUnwindSafe(|| read_all(folder, options, caches, &poisonous, &at_record)));
        let sequence = at_record.load(Ordering::Relaxed);
        match attempt {
            Ok(outcome) => return outcome,
            Err(_) if sequence > 0 && poisonous.insert(sequence) => {
                // What the panic left in memory is thrown away; the next attempt reads everything again, without this record.
                tracing::error!(sequence, "a journal record makes this program panic; it is kept aside");
            }
            Err(_) => return Err(StoreError::Stopped("reading the data folder back panicked".to_owned())),
        }
    }
}

fn read_all(
    folder: &Arc<Folder>,
    options: &Arc<StoreOptions>,
    caches: &Arc<Caches>,
    poisonous: &BTreeSet<u64>,
    at_record: &AtomicU64,
) -> Result<Recovered, StoreError> {
    let mut projects = open_projects(folder, options, caches)?;
    let feed = ProfileFeed::default();
    let mut records_set_aside = 0;
    let report = scan(folder, &mut |record| {
        at_record.store(record.sequence, Ordering::Relaxed);
        let project = match projects.entry(record.project) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Arc::new(Project::open(folder, record.project, options, caches)?)),
        };
        if record.sequence <= project.sealed_sequence() && !record.has_profiles {
            return Ok(());
        }
        let is_poisonous = poisonous.contains(&record.sequence);
        match Request::read(&record).filter(|_| !is_poisonous) {
            Some(request) => replay(project, &record, request, &feed),
            None => {
                records_set_aside += 1;
                set_aside(folder, &record)
            }
        }
    })?;
    at_record.store(0, Ordering::Relaxed);
    let recovery = Recovery { records: report.records, torn_bytes: report.torn_bytes, damaged_bytes: report.damaged_bytes, records_set_aside };
    Ok(Recovered { projects, feed, report, recovery })
}

fn set_aside(folder: &Folder, record: &Record) -> Result<(), StoreError> {
    let aside = folder.journal().join("damaged");
    let path = aside.join(format!("record-{}-project-{}.json", record.sequence, record.project));
    tracing::error!(path = %path.display(), "a journal record cannot be made visible and is kept aside");
    fs::create_dir_all(&aside).and_then(|()| fs::write(&path, &record.payload)).map_err(StoreError::io("keep aside", path))
}

fn open_projects(folder: &Arc<Folder>, options: &Arc<StoreOptions>, caches: &Arc<Caches>) -> Result<HashMap<ProjectId, Arc<Project>>, StoreError> {
    let mut projects = HashMap::new();
    let path = folder.projects();
    for entry in fs::read_dir(&path).map_err(StoreError::io("list", &path))? {
        let entry = entry.map_err(StoreError::io("list", &path))?;
        if let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()).map(ProjectId) {
            projects.insert(id, Arc::new(Project::open(folder, id, options, caches)?));
        }
    }
    Ok(projects)
}

/// What a record asks for.
enum Request {
    Batch(Box<Batch>),
    RefusedTaken(Vec<u64>),
}

impl Request {
    fn read(record: &Record) -> Option<Self> {
        match record.kind {
            Kind::Batch => serde_json::from_slice(&record.payload).ok().map(|batch| Self::Batch(Box::new(batch))),
            Kind::RefusedTaken => serde_json::from_slice(&record.payload).ok().map(Self::RefusedTaken),
        }
    }
}

/// Applies a record read back from the journal, unless it is sealed.
fn replay(project: &Project, record: &Record, request: Request, feed: &ProfileFeed) -> Result<(), StoreError> {
    let sequence = record.sequence;
    let is_sealed = sequence <= project.sealed_sequence();
    let mut batch = match request {
        Request::RefusedTaken(ids) if !is_sealed => {
            project.apply_taken(sequence, &ids);
            return Ok(());
        }
        Request::RefusedTaken(_) => return Ok(()),
        Request::Batch(batch) => *batch,
    };
    let profiles = std::mem::take(&mut batch.profiles);
    if !profiles.is_empty() {
        feed.push(sequence, project.id, profiles, record.payload.len());
    }
    if is_sealed {
        return Ok(());
    }
    let applied = project.apply(sequence, &mut batch)?;
    for (at, change) in &applied.waiting {
        project.operate(*at, change)?;
    }
    if applied.seal_is_due {
        project.seal()?;
    }
    Ok(())
}
