//! `sillage doctor`: what is wrong with an installation, a sentence each.

use crate::{
    backup::CATALOG,
    control::{self, Check, Reply, Request},
    installation, say,
    serve::DataFolder,
};
use anyhow::Result;
use sillage_catalog::{Catalog, CatalogOptions};
use sillage_store::Depth;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::ExitCode};

/// Looks at an installation and says what is wrong, and what to do, in a sentence each.
///
/// Examples:
///   sillage doctor --data /var/lib/sillage
///   sillage doctor --data /var/lib/sillage --quick
///
/// While the server runs, it is asked; otherwise every stored byte is compared with its checksum. Nothing is written, mended or locked, so a folder on a
/// disk that is read-only, or a copy, can be looked at as well. Ends with code 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataFolder,
    /// Do not read every stored byte
    #[arg(long)]
    quick: bool,
}

/// Connections need handles; a server with fewer runs out of them under load.
const LEAST_OPEN_FILES: u64 = 1_024;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { data: DataFolder { path: data }, quick } = arguments;
    let mut findings = Findings::default();
    if look_at_folder(data, &mut findings) {
        match control::ask(data, &Request::Health) {
            Ok(Some(Reply::Health(checks))) => {
                findings.note("server", None, "it runs and answers");
                findings.take(checks);
            }
            Ok(Some(_)) => findings.note("server", Some("it runs, but is of another version than this program".to_owned()), ""),
            Ok(None) => look_at_rest(data, *quick, &mut findings),
            Err(error) => findings.note("server", Some(format!("it runs, but does not answer: {error:#}")), ""),
        }
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(look_at_catalog(data, &mut findings));
    }
    look_at_machine(&mut findings);
    Ok(findings.tell())
}

#[derive(Default)]
struct Findings {
    checks: Vec<Check>,
}

impl Findings {
    fn note(&mut self, name: &str, problem: Option<String>, fine: &str) {
        self.checks.push(Check { name: name.to_owned(), ok: problem.is_none(), message: problem.unwrap_or_else(|| fine.to_owned()) });
    }

    fn take(&mut self, checks: Vec<Check>) {
        self.checks.extend(checks);
    }

    fn tell(self) -> ExitCode {
        let wrong: Vec<&Check> = self.checks.iter().filter(|check| !check.ok).collect();
        for check in &self.checks {
            let message = if check.message.is_empty() { "fine" } else { &check.message };
            say::line(format!("{} {}: {message}", if check.ok { "ok   " } else { "WRONG" }, check.name));
        }
        say::line(match wrong.len() {
            0 => "nothing is wrong".to_owned(),
            1 => "one thing is wrong".to_owned(),
            n => format!("{n} things are wrong"),
        });
        if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Whether there is something to look at further.
fn look_at_folder(data: &Path, findings: &mut Findings) -> bool {
    let shown = data.display();
    let Ok(metadata) = fs::metadata(data) else {
        findings.note("folder", Some(format!("{shown} does not exist; the first start of `sillage serve --data {shown}` makes it")), "");
        return false;
    };
    if !metadata.is_dir() {
        findings.note("folder", Some(format!("{shown} is no folder")), "");
        return false;
    }
    if !data.join("version").exists() {
        findings.note("folder", Some(format!("{shown} is no data folder of Sillage, or a half-written one: it has no version file")), "");
        return false;
    }
    let mode = metadata.permissions().mode() & 0o777;
    let is_open = (mode & 0o077 != 0).then(|| format!("other users of this machine may look into {shown} (mode {mode:o}); chmod 700 {shown}"));
    findings.note("folder", is_open, &format!("{shown}, private"));
    let unwritable = sillage_store::may_write(data).err();
    findings.note(
        "writing",
        unwritable.map(|error| format!("this user cannot write to {shown} ({error}), so a server of theirs cannot start on it; it is looked at all the same")),
        "the folder can be written to",
    );
    true
}

/// No server answers: what lies on the disk is looked at as it is.
fn look_at_rest(data: &Path, quick: bool, findings: &mut Findings) {
    let is_held = sillage_store::is_in_use(data);
    // Files of a folder at work come and go, and one that is gone would seem damaged.
    let depth = if quick || is_held { Depth::Descriptions } else { Depth::EveryByte };
    findings.note(
        "server",
        None,
        if is_held {
            "another process holds the folder and does not answer (a command at work, or a server that starts or hangs); the folder is looked at as it is, not every byte of it"
        } else {
            "none runs on this folder"
        },
    );
    match sillage_store::inspect(data, depth) {
        Ok((found, health)) => {
            let how = if depth == Depth::EveryByte { "every byte as it was written" } else { "not every byte was read" };
            let is_damaged = !health.damaged.is_empty() || health.recovery.damaged_bytes > 0;
            let damaged = is_damaged.then(|| "some are damaged: see segments and journal; restore a backup".to_owned());
            findings.note("stored events", damaged, &format!("{}, {how}", counted(found.events as usize, "event")));
            let damaged_bytes = health.recovery.damaged_bytes;
            // Told as what the last start did where a server runs; here nothing was done yet.
            let journal = (damaged_bytes > 0)
                .then(|| format!("{damaged_bytes} bytes of it are damaged and may have been acknowledged; the next start goes on without them and keeps a copy in journal/damaged"));
            let checks = installation::checks(&health, None, None).into_iter().filter(|check| !matches!(check.name.as_str(), "journal" | "mail"));
            findings.take(checks.map(|check| Check { name: check.name, ok: check.ok, message: check.message }).collect());
            findings.note("journal", journal, "");
        }
        Err(error) => findings.note("store", Some(error.to_string()), ""),
    }
}

async fn look_at_catalog(data: &Path, findings: &mut Findings) {
    if !data.join(CATALOG).exists() {
        findings.note("catalog", Some(format!("{CATALOG} is missing: accounts, projects and reports are gone; restore a backup")), "");
        return;
    }
    let catalog = match Catalog::open_read_only(data, CatalogOptions::default()).await {
        Ok(catalog) => catalog,
        Err(error) => return findings.note("catalog", Some(error.to_string()), ""),
    };
    match (catalog.projects().await, catalog.users().await) {
        (Ok(projects), Ok(users)) => {
            findings.note("catalog", None, &format!("{}, {}", counted(projects.len(), "project"), counted(users.len(), "account")));
            let none = users.is_empty().then(|| "nobody can sign in yet; the server prints the address with the set-up token when it starts".to_owned());
            findings.note("accounts", none, "set-up is done");
        }
        (Err(error), _) | (_, Err(error)) => findings.note("catalog", Some(error.to_string()), ""),
    }
    match catalog.audit_break().await {
        Ok(broken) => findings.note("audit log", broken.map(|at| format!("entry {at} was changed or removed by hand")), "whole"),
        Err(error) => findings.note("audit log", Some(error.to_string()), ""),
    }
    // A folder that an older version wrote has none.
    if let Ok(mail) = catalog.mail_state().await {
        let why = mail.last_error.unwrap_or_default();
        let tried = (mail.tried > 0)
            .then(|| format!("{} could not be sent yet and will be tried again; the last one because: {why}", counted(mail.tried as usize, "mail")));
        findings.note("mails", tried, &format!("{} to be sent, {} given up in thirty days", mail.waiting, mail.failed));
    }
    let mode = fs::metadata(data.join(CATALOG)).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    findings.note("secrets", (mode & 0o077 != 0).then(|| format!("other users may read {CATALOG} (mode {mode:o}); chmod 600 it")), "private");
    catalog.close().await;
}

#[expect(clippy::disallowed_methods, reason = "the machine's own clock is what is looked at")]
fn look_at_machine(findings: &mut Findings) {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open_files = limits.lines().find(|line| line.starts_with("Max open files")).and_then(|line| line.split_ascii_whitespace().nth(3)?.parse::<u64>().ok());
    if let Some(open_files) = open_files {
        let few = (open_files < LEAST_OPEN_FILES).then(|| format!("a process may open only {open_files} files; raise it (ulimit -n, LimitNOFILE=) to 65536"));
        findings.note("open files", few, &format!("{open_files} at most"));
    }
    let now = jiff::Timestamp::now();
    let is_wrong = now.as_second() < 1_700_000_000;
    findings.note(
        "clock",
        is_wrong.then(|| format!("the machine's clock says {now}; events without a time would lie there")),
        &now.strftime("%F %T UTC").to_string(),
    );
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
