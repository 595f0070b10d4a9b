//! An installation at work: a data folder opened, its parts joined, the doors open, and the way to stop it so that the next start is quick.
//!
//! Order matters. The address is bound before the folder is touched; the store is opened first and holds the lock; the catalog's position in the feed
//! of profiles is told to the store before the first append; at the end nothing is received any more, then what was received is finished and sealed.

use crate::{
    applier::Applier,
    backup::{self, CATALOG},
    browse::Browser,
    control::{self, Check, Reply, Request},
    lookups::LookupColumns,
    mail::{Sender, Trouble},
    post::Poster,
    profiles::Profiles,
    source::Live,
};
use anyhow::{Context, Result, bail};
use sillage_api::{Api, HealthCheck, Options, Parts, ServeOptions};
use sillage_catalog::{Catalog, CatalogOptions};
use sillage_event::ProjectId;
use sillage_query::{Engine, Limits};
use sillage_store::{DiskLevel, Health, RecordingLevel, Recovery, Store, StoreOptions};
use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, runtime::Handle, sync::watch, task::JoinHandle};

/// A data folder that this process holds, with its background work running.
#[derive(Debug)]
pub(crate) struct Installation {
    pub(crate) store: Store,
    pub(crate) catalog: Catalog,
    folder: PathBuf,
    applier: Applier,
    stop_applying: watch::Sender<bool>,
    applying: JoinHandle<()>,
    mail_trouble: Trouble,
}

/// Without its catalog a folder's events belong to no project: the first new one would be given them.
fn refuse_events_of_nobody(data: &Path) -> Result<()> {
    let has_projects = fs::read_dir(data.join("projects")).is_ok_and(|mut projects| projects.next().is_some());
    if has_projects && !data.join(CATALOG).exists() {
        bail!(
            "the data folder is half-written: {} has events and no {CATALOG}, which holds accounts and projects; bring it from where the folder was copied from, or restore a backup",
            data.display()
        );
    }
    Ok(())
}

const RETENTION_EVERY: Duration = Duration::from_secs(60);

/// What sends to other servers, as the settings say.
#[derive(Debug)]
pub(crate) struct Senders {
    pub(crate) mail: Option<Sender>,
    pub(crate) post: Poster,
}

/// How questions are answered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AskingOptions {
    /// 0 is one per processor.
    pub(crate) threads: usize,
    pub(crate) limits: Limits,
}

impl Installation {
    /// Opens the folder, or makes it. Blocks while the journal is read back.
    pub(crate) async fn open(data: &Path) -> Result<Self> {
        make_private_folder(data)?;
        refuse_events_of_nobody(data)?;
        Catalog::refuse_newer(data).await?;
        let folder: PathBuf = data.to_owned();
        let store = tokio::task::spawn_blocking(move || Store::open(&folder, StoreOptions::default())).await??;
        tell_recovery(store.health().recovery);
        let catalog = Catalog::open(data, CatalogOptions::default()).await?;
        store.continue_after(catalog.profiles_applied().await?)?;
        let applier = Applier::new(store.clone(), catalog.clone()).await?;
        let (stop_applying, stop) = watch::channel(false);
        let applying = tokio::spawn(applier.clone().run(stop));
        Ok(Self { store, catalog, folder: data.to_owned(), applier, stop_applying, applying, mail_trouble: Trouble::default() })
    }

    /// The doors on this installation.
    pub(crate) fn api(&self, asking: AskingOptions, options: Options) -> Result<Api> {
        let clock = self.catalog.clock();
        let profiles = Profiles::new(self.catalog.clone(), Handle::current());
        let lookups = LookupColumns::new(self.catalog.clone(), Handle::current());
        let source = Arc::new(Live { store: self.store.clone(), profiles, lookups, clock });
        let engine = Engine::new(Arc::clone(&source), asking.limits, asking.threads)?;
        let browse = Arc::new(Browser { engine: engine.clone(), source, runtime: Handle::current() });
        let (store, applier, mail) = (self.store.clone(), self.applier.clone(), self.mail_trouble.clone());
        let health = Arc::new(move || checks(&store.health(), applier.failure(), mail.get()));
        let parts = Parts {
            catalog: self.catalog.clone(),
            append: Arc::new(self.store.clone()),
            ask: Arc::new(engine),
            browse,
            recordings: Arc::new(self.store.clone()),
            health,
        };
        Ok(Api::new(parts, options))
    }

    /// Serves until `stop` is ready, then finishes and seals what was received.
    pub(crate) async fn serve(self, listener: TcpListener, api: Api, senders: Senders, stop: impl Future<Output = ()>) -> Result<()> {
        let door = control::Door::open(&self.folder)?;
        let (stop_sending, told) = watch::channel(false);
        let mut sending = vec![
            tokio::spawn(senders.post.run(self.catalog.clone(), told.clone())),
            tokio::spawn(sillage_api::tell_of_answers(api.clone(), told.clone())),
            tokio::spawn(sillage_api::count_violations(api.clone(), told.clone())),
            tokio::spawn(sillage_api::watch_alerts(api.clone(), told.clone())),
        ];
        sending.extend(senders.mail.map(|sender| tokio::spawn(sender.run(self.catalog.clone(), self.mail_trouble.clone(), told))));
        {
            let mut serving = std::pin::pin!(sillage_api::serve(listener, sillage_api::router(api), ServeOptions::default(), stop));
            let mut answering = std::pin::pin!(door.answer(async |request| self.handle(request).await));
            let mut keeping = std::pin::pin!(self.follow_retention());
            tokio::select! {
                () = &mut serving => {}
                () = &mut answering => {}
                () = &mut keeping => {}
            }
        }
        drop(door);
        stop_sending.send_replace(true);
        for sending in sending {
            sending.await.context("a job that sends mails or posts ended badly")?;
        }
        self.close().await
    }

    /// What commands on this machine ask for.
    async fn handle(&self, request: Request) -> Reply {
        match request {
            Request::Backup { to } => backup::make(&self.store, &self.catalog, &to).await.unwrap_or_else(|error| Reply::Failed(format!("{error:#}"))),
            Request::Health => {
                let checks = checks(&self.store.health(), self.applier.failure(), self.mail_trouble.get());
                Reply::Health(checks.into_iter().map(|check| Check { name: check.name, ok: check.ok, message: check.message }).collect())
            }
        }
    }

    /// Tells the store how long the events of each project are kept, whenever that was changed.
    async fn follow_retention(&self) {
        loop {
            if let Err(error) = self.set_retention().await {
                tracing::warn!("how long events are kept could not be set: {error:#}");
            }
            tokio::time::sleep(RETENTION_EVERY).await;
        }
    }

    async fn set_retention(&self) -> Result<()> {
        for project in self.catalog.projects().await? {
            let Some(days) = self.catalog.setting(&keep_days_setting(project.id)).await? else { continue };
            let days = Some(days.parse::<u32>().context("a stored number of days cannot be read")?).filter(|days| *days > 0);
            if self.store.retention_days(project.id) != days {
                let store = self.store.clone();
                tokio::task::spawn_blocking(move || store.set_retention_days(project.id, days)).await??;
            }
        }
        Ok(())
    }

    pub(crate) async fn close(self) -> Result<()> {
        self.stop_applying.send_replace(true);
        self.applying.await.context("the job that keeps profiles ended badly")?;
        let store = self.store;
        tokio::task::spawn_blocking(move || store.close()).await?.context("what was received is in the journal, but could not be sealed")?;
        self.catalog.close().await;
        Ok(())
    }
}

/// Under which the catalog keeps for how many days a project's events are kept; 0 is for ever.
pub(crate) fn keep_days_setting(project: ProjectId) -> String {
    format!("keep_days_{project}")
}

/// Listens, or says which address is taken.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Whoever may read the folder may read every event, so a new one is its owner's alone.
pub(crate) fn make_private_folder(data: &Path) -> Result<()> {
    if data.exists() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data).with_context(|| format!("the data folder {} cannot be made", data.display()))
}

fn tell_recovery(recovery: Recovery) {
    let Recovery { records, torn_bytes, damaged_bytes, records_set_aside } = recovery;
    if records > 0 {
        tracing::info!(records, "read back from the journal");
    }
    if torn_bytes > 0 {
        tracing::warn!(torn_bytes, "the journal ended in a write that was interrupted and never acknowledged; it is dropped");
    }
    if damaged_bytes > 0 {
        tracing::error!(damaged_bytes, "a part of the journal is damaged and may have been acknowledged; a copy of it is in journal/damaged");
    }
    if records_set_aside > 0 {
        tracing::error!(records_set_aside, "records of the journal cannot be read by this version and are set aside");
    }
}

/// The state of the store as checks, each with what to do about it.
pub(crate) fn checks(health: &Health, profile_failure: Option<String>, mail_trouble: Option<String>) -> Vec<HealthCheck> {
    let of = |name: &str, vital: bool, problem: Option<String>| HealthCheck {
        name: name.to_owned(),
        ok: problem.is_none(),
        vital,
        message: problem.unwrap_or_default(),
    };
    let check = |name: &str, problem: Option<String>| of(name, false, problem);
    let free_mb = health.free_bytes >> 20;
    let disk = match health.disk {
        DiskLevel::Full => Some(format!("the disk is full ({free_mb} MB free): no event is accepted until there is space")),
        DiskLevel::Low => Some(format!("the disk is nearly full ({free_mb} MB free): make room")),
        DiskLevel::Fine | DiskLevel::Filling => None,
    };
    let recordings = match health.recordings {
        RecordingLevel::Fine => None,
        RecordingLevel::Filling => Some(format!("the disk fills ({free_mb} MB free): make room, or no new recording is begun soon; events go on")),
        RecordingLevel::NoNew => Some(format!("the disk is nearly full ({free_mb} MB free): no new recording is begun; events go on")),
        RecordingLevel::None => Some(format!("the disk is all but full ({free_mb} MB free): no recording is kept; events go on")),
    };
    let damaged = health.damaged.iter().map(|(project, what)| format!("project {project}: {what}")).collect::<Vec<_>>().join("; ");
    let damaged_journal = health.recovery.damaged_bytes;
    vec![
        of("store", true, health.stopped.as_ref().map(|why| format!("no event is accepted until a restart: {why}"))),
        of("disk", health.disk == DiskLevel::Full, disk),
        HealthCheck {
            name: "recordings".to_owned(),
            ok: matches!(health.recordings, RecordingLevel::Fine | RecordingLevel::Filling),
            vital: false,
            message: recordings.unwrap_or_default(),
        },
        check("segments", (!damaged.is_empty()).then(|| format!("set aside because they are damaged, so answers lack them; restore a backup: {damaged}"))),
        check("journal", (damaged_journal > 0).then(|| format!("{damaged_journal} bytes were damaged at the last start; a copy is in journal/damaged"))),
        check("background", health.last_error.as_ref().map(|error| format!("sealing or merging failed and is tried again: {error}"))),
        check("profiles", profile_failure.map(|error| format!("changes of profiles wait: {error}"))),
        check("mail", mail_trouble),
    ]
}
