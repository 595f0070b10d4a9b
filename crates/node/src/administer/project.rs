use super::{project_named, record, with_catalog};
use crate::{installation::keep_days_setting, say, serve::DataFolder};
use anyhow::{Result, bail};
use serde_json::json;
use sillage_catalog::{Catalog, NewProject, Project, ProjectChange, WeekStart};
use std::process::ExitCode;

/// Lists, makes and changes projects.
///
/// Examples:
///   sillage project list --data /var/lib/sillage
///   sillage project create "My shop" --timezone Europe/Paris --data /var/lib/sillage
///   sillage project change "My shop" --keep-days 730 --data /var/lib/sillage
///
/// The list shows the write keys, which are public: they only let events in.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every project with its write key
    List {
        #[command(flatten)]
        data: DataFolder,
    },
    /// Make a project
    Create {
        name: String,
        /// IANA time zone of its days, weeks and months
        #[arg(long, default_value = "UTC", value_name = "TZ")]
        timezone: String,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Change a project, given by id or name; what is not said stays
    Change {
        project: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long, value_name = "TZ")]
        timezone: Option<String>,
        /// monday or sunday
        #[arg(long, value_name = "DAY")]
        week_start: Option<String>,
        /// Minutes without activity that end a session
        #[arg(long, value_name = "MINUTES")]
        session_timeout: Option<u32>,
        /// Days for which events are kept; 0 is for ever. The server follows within a minute
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Give a project a new write key; the old one works for a week more
    RotateKey {
        project: String,
        #[command(flatten)]
        data: DataFolder,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::List { data } => with_catalog(data, async |catalog| show(catalog, &catalog.projects().await?).await),
        Verb::Create { name, timezone, data } => with_catalog(data, async |catalog| {
            let project = catalog.create_project(&NewProject { name: name.clone(), timezone: timezone.clone() }).await?;
            record(catalog, Some(project.id), "project.create", &project.name, json!(null)).await?;
            show(catalog, &[project]).await
        }),
        Verb::Change { project, name, timezone, week_start, session_timeout, keep_days, data } => with_catalog(data, async |catalog| {
            let id = project_named(catalog, project).await?.id;
            let week_start = match week_start.as_deref().map(WeekStart::parse) {
                Some(None) => bail!("--week-start: give monday or sunday"),
                Some(day) => day,
                None => None,
            };
            let change = ProjectChange { name: name.clone(), timezone: timezone.clone(), week_start, session_timeout_minutes: *session_timeout };
            let project = catalog.update_project(id, &change).await?;
            if let Some(days) = keep_days {
                catalog.set_setting(&keep_days_setting(id), &days.to_string()).await?;
            }
            let details = json!({"name": name, "timezone": timezone, "session_timeout_minutes": session_timeout, "keep_days": keep_days});
            record(catalog, Some(id), "project.change", &project.name, details).await?;
            show(catalog, &[project]).await
        }),
        Verb::RotateKey { project, data } => with_catalog(data, async |catalog| {
            let id = project_named(catalog, project).await?.id;
            let project = catalog.rotate_write_key(id).await?;
            record(catalog, Some(id), "project.rotate_write_key", &project.name, json!(null)).await?;
            show(catalog, &[project]).await
        }),
    }
}

async fn show(catalog: &Catalog, projects: &[Project]) -> Result<()> {
    let mut rows = Vec::with_capacity(projects.len());
    for project in projects {
        let kept = catalog
            .setting(&keep_days_setting(project.id))
            .await?
            .filter(|days| days != "0")
            .map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
        rows.push(vec![project.id.to_string(), project.name.clone(), project.timezone.clone(), kept, project.write_key.clone()]);
    }
    say::table(&["ID", "NAME", "TIME ZONE", "EVENTS KEPT", "WRITE KEY"], &rows);
    Ok(())
}
