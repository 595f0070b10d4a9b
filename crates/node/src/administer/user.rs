use super::{project_named, record, with_catalog};
use crate::{say, secret::new_password, serve::DataFolder};
use anyhow::{Result, bail};
use serde_json::json;
use sillage_catalog::{Catalog, Language, NewUser, Role, User, UserChange};
use std::process::ExitCode;

/// Lists and makes accounts, and helps people who cannot get in.
///
/// Examples:
///   sillage user list --data /var/lib/sillage
///   sillage user create ada@example.org --name Ada --role admin --data /var/lib/sillage
///   sillage user link ada@example.org --url https://sillage.example.org --data /var/lib/sillage
///
/// `create` and `link` print an address that signs in once, within a day.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every account
    List {
        #[command(flatten)]
        data: DataFolder,
    },
    /// Make an account
    Create {
        email: String,
        #[arg(long)]
        name: Option<String>,
        /// viewer, editor or admin: of everything, or with --project of one project
        #[arg(long, default_value = "viewer", value_name = "ROLE")]
        role: String,
        /// Id or name of the only project that it sees
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// en or fr
        #[arg(long, default_value = "en")]
        language: String,
        #[command(flatten)]
        entry: Entry,
        #[command(flatten)]
        data: DataFolder,
    },
    /// A link that signs in once, for somebody who cannot get in
    Link {
        email: String,
        #[command(flatten)]
        entry: Entry,
        #[command(flatten)]
        data: DataFolder,
    },
    /// A new password, made and printed here; it ends every session
    Password {
        email: String,
        #[command(flatten)]
        data: DataFolder,
    },
    /// What an account may do: viewer, editor, admin or none; in one project, or without --project in all of them
    Role {
        email: String,
        role: String,
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        #[command(flatten)]
        data: DataFolder,
    },
    /// Remove an account and every way in that it had; what it made stays
    Remove {
        email: String,
        #[command(flatten)]
        data: DataFolder,
    },
}

#[derive(Debug, clap::Args)]
struct Entry {
    /// How people reach the server, for the link
    #[arg(long, env = "SILLAGE_PUBLIC_URL", default_value = "http://127.0.0.1:7070", value_name = "URL")]
    url: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.verb {
        Verb::List { data } => with_catalog(data, async |catalog| list(catalog).await),
        Verb::Create { email, name, role, project, language, entry, data } => with_catalog(data, async |catalog| {
            let Some(language) = Language::parse(language) else { bail!("--language: give en or fr") };
            let role = parse_role(role)?;
            let project = match project {
                Some(project) => Some(project_named(catalog, project).await?),
                None => None,
            };
            let name = name.clone().unwrap_or_else(|| email.split('@').next().unwrap_or(email).to_owned());
            let everywhere = project.is_none().then_some(role);
            let user = catalog.create_user(&NewUser { email: email.clone(), name, language, password: None, everywhere }).await?;
            if let Some(project) = &project {
                catalog.set_role(&user.id, project.id, Some(role)).await?;
            }
            record(catalog, project.map(|project| project.id), "user.create", &user.email, json!({"role": role.as_str()})).await?;
            print_link(catalog, &user, entry).await
        }),
        Verb::Link { email, entry, data } => with_catalog(data, async |catalog| {
            let user = user_named(catalog, email).await?;
            record(catalog, None, "user.link", &user.email, json!(null)).await?;
            print_link(catalog, &user, entry).await
        }),
        Verb::Password { email, data } => with_catalog(data, async |catalog| {
            let user = user_named(catalog, email).await?;
            let password = new_password()?;
            catalog.update_user(&user.id, &UserChange { password: Some(password.clone()), ..UserChange::default() }, None).await?;
            record(catalog, None, "user.password", &user.email, json!(null)).await?;
            say::line(format!("{}  {password}", user.email));
            Ok(())
        }),
        Verb::Role { email, role, project, data } => with_catalog(data, async |catalog| {
            let user = user_named(catalog, email).await?;
            let given = if role == "none" { None } else { Some(parse_role(role)?) };
            match project {
                Some(project) => {
                    let project = project_named(catalog, project).await?;
                    catalog.set_role(&user.id, project.id, given).await?;
                    record(catalog, Some(project.id), "member.role", &user.email, json!({"role": role})).await?;
                }
                None => {
                    catalog.set_everywhere(&user.id, given).await?;
                    record(catalog, None, "user.everywhere", &user.email, json!({"role": role})).await?;
                }
            }
            list(catalog).await
        }),
        Verb::Remove { email, data } => with_catalog(data, async |catalog| {
            let user = user_named(catalog, email).await?;
            catalog.remove_user(&user.id).await?;
            record(catalog, None, "user.remove", &user.email, json!(null)).await?;
            list(catalog).await
        }),
    }
}

fn parse_role(role: &str) -> Result<Role> {
    match Role::parse(role) {
        Some(role) => Ok(role),
        None => bail!("{role:?} is no role; give viewer, editor or admin"),
    }
}

async fn user_named(catalog: &Catalog, email: &str) -> Result<User> {
    match catalog.user_by_email(email).await? {
        Some(user) => Ok(user),
        None => bail!("nobody has the address {email}"),
    }
}

async fn print_link(catalog: &Catalog, user: &User, entry: &Entry) -> Result<()> {
    let token = catalog.create_sign_in_link(user).await?;
    say::line(format!("{}/signin?token={token}", entry.url.trim_end_matches('/')));
    Ok(())
}

async fn list(catalog: &Catalog) -> Result<()> {
    let mut rows = Vec::new();
    for user in catalog.users().await? {
        let roles = match user.everywhere {
            Some(role) => format!("{} of everything", role.as_str()),
            None => {
                catalog.projects_of(&user).await?.iter().map(|(project, role)| format!("{} of {}", role.as_str(), project.name)).collect::<Vec<_>>().join(", ")
            }
        };
        rows.push(vec![user.email, user.name, user.language.as_str().to_owned(), roles]);
    }
    say::table(&["E-MAIL", "NAME", "LANGUAGE", "ROLE"], &rows);
    Ok(())
}
