//! The catalog through its public door, on real files.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod alert;
mod audit;
mod definition;
mod interview;
mod mail;
mod member;
mod opening;
mod profile;
mod project;
mod survey;
mod survey_page;
mod task;
mod user_test;

use sillage_catalog::{Catalog, CatalogOptions, Clock, NewProject, NewUser, Project, User};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tempfile::TempDir;

/// A catalog in a folder of its own, with a clock that is turned by hand.
struct World {
    catalog: Catalog,
    folder: TempDir,
    now_ms: Arc<AtomicI64>,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now_ms = Arc::new(AtomicI64::new(1_760_000_000_000));
        let catalog = Catalog::open(folder.path(), options(&now_ms)).await.unwrap();
        Self { catalog, folder, now_ms }
    }

    /// Closes the catalog and opens it again, as a restart does.
    async fn reopened(self) -> Self {
        self.catalog.close().await;
        let catalog = Catalog::open(self.folder.path(), options(&self.now_ms)).await.unwrap();
        Self { catalog, ..self }
    }

    fn wait_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    async fn project(&self, name: &str) -> Project {
        self.catalog.create_project(&NewProject { name: name.into(), timezone: "Europe/Paris".into() }).await.unwrap()
    }

    async fn user(&self, email: &str) -> User {
        let new = NewUser { email: email.into(), name: "Ada".into(), password: Some("correct horse".into()), ..NewUser::default() };
        self.catalog.create_user(&new).await.unwrap()
    }
}

fn options(now_ms: &Arc<AtomicI64>) -> CatalogOptions {
    let now_ms = Arc::clone(now_ms);
    CatalogOptions { clock: Clock::from_fn(move || now_ms.load(Ordering::Relaxed)), ..CatalogOptions::default() }
}
