use super::{project_named, record, with_catalog};
use crate::{say, serve::DataFolder};
use anyhow::{Result, bail};
use serde_json::json;
use sillage_catalog::{Scope, Scopes};
use sillage_event::time::to_rfc3339;
use std::process::ExitCode;

/// Lists, makes and deletes the API keys of a project, which programs hold.
///
/// Examples:
///   sillage key create --project 1 --name nightly --scopes read --data /var/lib/sillage
///   sillage key list --project 1 --data /var/lib/sillage
///
/// A key's secret is shown once, when it is made. Scopes: read (ask, export), write (reports, sending to /import), admin (settings, keys).
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// Id or name of the project
    #[arg(long, value_name = "PROJECT")]
    project: String,
    #[command(flatten)]
    data: DataFolder,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// The keys of a project, without their secrets
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Make a key and print its secret
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// Of read, write, admin
        #[arg(long, value_delimiter = ',', default_value = "read", value_name = "SCOPE,…")]
        scopes: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Delete a key, given by its id
    Delete {
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::List { place } => with_catalog(&place.data, async |catalog| {
            let project = project_named(catalog, &place.project).await?;
            let keys = catalog.api_keys(project.id).await?;
            let rows: Vec<Vec<String>> = keys
                .into_iter()
                .map(|key| {
                    vec![key.id, key.name, key.scopes.to_string(), to_rfc3339(key.created_at), key.last_used_at.map_or_else(|| "never".to_owned(), to_rfc3339)]
                })
                .collect();
            say::table(&["ID", "NAME", "SCOPES", "MADE", "LAST USED"], &rows);
            Ok(())
        }),
        Verb::Create { name, scopes, place } => with_catalog(&place.data, async |catalog| {
            let project = project_named(catalog, &place.project).await?;
            let mut parsed = Vec::with_capacity(scopes.len());
            for scope in scopes {
                match Scope::parse(scope) {
                    Some(scope) => parsed.push(scope),
                    None => bail!("{scope:?} is no scope; give read, write or admin"),
                }
            }
            let scopes = Scopes::new(parsed);
            let (key, secret) = catalog.create_api_key(project.id, name, &scopes, "console").await?;
            record(catalog, Some(project.id), "key.create", &key.name, json!({"scopes": scopes.to_string()})).await?;
            say::line(secret);
            Ok(())
        }),
        Verb::Delete { id, place } => with_catalog(&place.data, async |catalog| {
            let project = project_named(catalog, &place.project).await?;
            catalog.delete_api_key(project.id, id).await?;
            record(catalog, Some(project.id), "key.delete", id, json!(null)).await
        }),
    }
}
