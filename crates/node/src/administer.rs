//! `sillage project`, `user` and `key`: the small things, changed on the machine itself, also while the server runs.
//!
//! Whoever may write to the data folder may do everything; what they did is in the audit log as `console`.

mod key;
mod project;
mod user;

pub(crate) use key::{Arguments as KeyArguments, run as run_key};
pub(crate) use project::{Arguments as ProjectArguments, run as run_project};
pub(crate) use user::{Arguments as UserArguments, run as run_user};

use crate::serve::DataFolder;
use anyhow::{Result, bail};
use serde_json::Value;
use sillage_catalog::{Catalog, CatalogOptions, NewAuditEntry, Project};
use sillage_event::ProjectId;
use std::process::ExitCode;

/// Opens the catalog of a folder, does something with it, and closes it.
fn with_catalog(data: &DataFolder, work: impl AsyncFnOnce(&Catalog) -> Result<()>) -> Result<ExitCode> {
    let path = &data.path;
    if !path.join(crate::backup::CATALOG).exists() {
        bail!("{} is no data folder of Sillage; the first start of `sillage serve --data {}` makes it", path.display(), path.display());
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(async {
        let catalog = Catalog::open(path, CatalogOptions::default()).await?;
        let outcome = work(&catalog).await;
        catalog.close().await;
        outcome.map(|()| ExitCode::SUCCESS)
    })
}

/// A project by its id or its name.
async fn project_named(catalog: &Catalog, wanted: &str) -> Result<Project> {
    let projects = catalog.projects().await?;
    let mut found = projects.iter().filter(|project| project.id.to_string() == wanted || project.name == wanted);
    match (found.next(), found.next()) {
        (Some(project), None) => Ok(project.clone()),
        (Some(_), Some(_)) => bail!("several projects are called {wanted}; give the id"),
        (None, _) => {
            bail!("there is no project {wanted}; there are: {}", projects.iter().map(|one| format!("{} ({})", one.id, one.name)).collect::<Vec<_>>().join(", "))
        }
    }
}

async fn record(catalog: &Catalog, project: Option<ProjectId>, action: &str, object: &str, details: Value) -> Result<()> {
    Ok(catalog.record(NewAuditEntry { actor: "console", project, action, object, details }).await?)
}
