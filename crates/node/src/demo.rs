//! `sillage demo`: the server with something to look at. It makes an account with a password of its own, imports the story of Courriel and real event
//! sets through the public door, as a user would, saves some reports, and goes on with all that when it is started again.

mod boards;
mod plan;
mod reports;
mod surveys;
mod tasks;
mod visits;

use crate::{
    import::{self, Target},
    installation::{Installation, listen},
    log, say,
    secret::new_password,
    serve::{Settings, stop_signal},
    table::Shape,
};
use anyhow::{Context, Result, bail};
use reports::Saved;
use serde_json::Value;
use sillage_catalog::{Catalog, Language, NewProject, NewReport, NewUser, Project, RecordingSettings, Role, User};
use sillage_testkit::story::{Surveys, generate};
use std::{
    env, fs,
    io::{self, BufWriter, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Runs the server with demonstration data, and prints where it is and how to sign in.
///
/// Examples:
///   sillage demo
///   sillage demo --data ./demo --with orders.csv --listen 127.0.0.1:8080
///
/// The data is the story of Courriel, a company that makes e-mail software, ending now, and the real event sets of ../shared/data where they are there.
/// Started again on the same folder, it goes on with what it has.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The folder with everything in it
    #[arg(long, env = "SILLAGE_DEMO_DATA", default_value = ".sillage/demo", value_name = "DIR")]
    data: PathBuf,
    /// Address and port
    #[arg(long, env = "SILLAGE_LISTEN", default_value = "127.0.0.1:7070", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// A file of events, which gets a project of its own; may be given several times
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// Folder with the real event sets
    #[arg(long, default_value = "../shared/data", value_name = "DIR")]
    real: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

const EMAIL: &str = "demo@courriel.example";
const SIGN_IN_FILE: &str = "demo-sign-in.txt";
const STORY_FILE: &str = "demo-story.ndjson";
const STORY_SEED: u64 = 7;
/// Settings of the installation under which the demo remembers what it has done.
const STORY_END: &str = "demo_story_end";
const STORY_DONE: &str = "demo_done_courriel";
const VISITS_END: &str = "demo_visits_end";
const VISITS_DONE: &str = "demo_done_visits";

/// A project that the demo makes.
struct Chapter {
    /// Under which the installation remembers that it is done.
    key: String,
    name: String,
    timezone: &'static str,
    file: PathBuf,
    shape: Shape,
    reports: Vec<Saved>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    log::start_with("warn");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(demo(arguments));
    // An import that is under way when the demo is stopped goes on the next time.
    runtime.shutdown_background();
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn demo(arguments: &Arguments) -> Result<()> {
    let Arguments { data, listen: address, settings, .. } = arguments;
    let options = settings.options(true)?;
    let listener = listen(*address).await?;
    let listening = listener.local_addr()?;
    let url = settings.shown_url(listening);
    let installation = Installation::open(data).await?;
    let api = installation.api(settings.asking(), options)?;
    let catalog = installation.catalog.clone();
    let stop = stop_signal()?;
    let mut serving = std::pin::pin!(installation.serve(listener, api, settings.senders()?, stop));
    let prepared = tokio::select! {
        served = &mut serving => return served,
        prepared = prepare(arguments, &catalog, reachable(listening)) => prepared,
    };
    let user = match prepared {
        Ok(user) => user,
        Err(error) => {
            tracing::error!("{error:#}");
            bail!("the demonstration data could not be loaded; what came in is kept, and a next start goes on");
        }
    };
    let link = catalog.create_sign_in_link(&user).await?;
    let sign_in = data.join(SIGN_IN_FILE);
    let password = fs::read_to_string(&sign_in).ok().and_then(|text| text.lines().nth(1).map(str::to_owned));
    say::line(String::new());
    say::line(format!("Sillage runs at {url}"));
    say::line(format!("  sign in at once:  {url}/signin?token={link}   (works once, for a day)"));
    match password {
        Some(password) => say::line(format!("  or sign in with:  {EMAIL}  {password}   (kept in {})", sign_in.display())),
        None => say::line(format!("  or as {EMAIL}, with the password that you gave it")),
    }
    serving.await
}

/// Makes what is not there yet: the account, the projects with their events, the reports.
async fn prepare(arguments: &Arguments, catalog: &Catalog, url: String) -> Result<User> {
    let french = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
        .is_some_and(|value| value.starts_with("fr"));
    let user = account(&arguments.data, catalog, french).await?;
    let french = user.language == Language::French;
    for chapter in chapters(arguments, french)? {
        let setting = format!("demo_done_{}", chapter.key);
        if catalog.setting(&setting).await?.is_some() {
            continue;
        }
        let project = project_for(catalog, &chapter).await?;
        if setting == STORY_DONE {
            let surveys = surveys::of_courriel(catalog, project.id, &user.name, french).await?;
            plan::of_courriel(catalog, project.id, &user.name, french).await?;
            let end_ms = end_of(catalog, STORY_END).await?;
            tasks::of_courriel(catalog, project.id, &user.name, french, &surveys, end_ms).await?;
            write_story(&chapter.file, end_ms, surveys)?;
        }
        let target = Target { url: url.clone(), key: project.write_key.clone(), api_key: None, connections: 2 };
        let (file, shape) = (chapter.file.clone(), chapter.shape.clone());
        let summary = tokio::task::spawn_blocking(move || import::import(&file, &target, &shape, true)).await??;
        summary.tell(&chapter.file);
        let mut reports = Vec::new();
        for Saved { name, kind, question } in chapter.reports {
            let report = NewReport { name: name.to_owned(), kind: kind.to_owned(), question, view: serde_json::json!({}) };
            reports.push(catalog.create_report(project.id, &report, &user.name).await?.id);
        }
        if setting == STORY_DONE {
            let end_ms = end_of(catalog, STORY_END).await?;
            boards::of_courriel(catalog, project.id, &user.name, french, &reports, end_ms).await?;
        }
        catalog.set_setting(&setting, &project.id.to_string()).await?;
    }
    drop(fs::remove_file(arguments.data.join(STORY_FILE)));
    tell_visits(catalog, url).await?;
    Ok(user)
}

/// The account of whoever looks at the demo, made at the first start with a password from the system's randomness.
async fn account(data: &Path, catalog: &Catalog, french: bool) -> Result<User> {
    if let Some(user) = catalog.user_by_email(EMAIL).await? {
        return Ok(user);
    }
    let password = new_password()?;
    let path = data.join(SIGN_IN_FILE);
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(file, "{EMAIL}\n{password}")?;
    file.sync_all()?;
    let language = if french { Language::French } else { Language::English };
    let user = NewUser { email: EMAIL.to_owned(), name: "Camille".to_owned(), language, password: Some(password), everywhere: Some(Role::Admin) };
    Ok(catalog.create_user(&user).await?)
}

fn chapters(arguments: &Arguments, french: bool) -> Result<Vec<Chapter>> {
    let story = arguments.data.join(STORY_FILE);
    let mut chapters = vec![Chapter {
        key: "courriel".to_owned(),
        name: "Courriel".to_owned(),
        timezone: "Europe/Paris",
        file: story,
        shape: Shape::default(),
        reports: reports::of_courriel(french),
    }];
    let (shop, music) = (arguments.real.join("ecom.csv.gz"), arguments.real.join("cdnow.txt.gz"));
    if shop.exists() {
        let name = if french { "Boutique (données réelles, 2024)" } else { "Shop (real data, 2024)" }.to_owned();
        chapters.push(Chapter { key: "ecom".to_owned(), name, timezone: "UTC", file: shop, shape: Shape::default(), reports: reports::of_shop(french) });
    }
    if music.exists() {
        let name = if french { "CDNOW (données réelles, 1997)" } else { "CDNOW (real data, 1997)" }.to_owned();
        let shape = Shape { name: Some("Purchase".to_owned()), person: Some("customer_id".to_owned()), time: Some("date".to_owned()), ..Shape::default() };
        chapters.push(Chapter { key: "cdnow".to_owned(), name, timezone: "UTC", file: music, shape, reports: reports::of_music(french) });
    }
    for file in &arguments.with {
        let file = fs::canonicalize(file).with_context(|| format!("cannot open {}", file.display()))?;
        let name = file.file_name().map_or_else(|| "events".to_owned(), |name| name.to_string_lossy().chars().take(80).collect());
        chapters.push(Chapter { key: format!("file_{}", file.display()), name, timezone: "UTC", file, shape: Shape::default(), reports: Vec::new() });
    }
    Ok(chapters)
}

/// When what is told ends. Told again after an interruption, it has to be the same, so that nothing in it counts twice.
async fn end_of(catalog: &Catalog, setting: &str) -> Result<i64> {
    if let Some(end_ms) = catalog.setting(setting).await?.and_then(|end| end.parse().ok()) {
        return Ok(end_ms);
    }
    let end_ms = catalog.clock().now_ms();
    catalog.set_setting(setting, &end_ms.to_string()).await?;
    Ok(end_ms)
}

/// The recorded visits, in the project of the story.
async fn tell_visits(catalog: &Catalog, url: String) -> Result<()> {
    // A binary that was built before the visits were recorded tells none; one that was built later tells them to the same folder.
    if !visits::is_kept() || catalog.setting(VISITS_DONE).await?.is_some() {
        return Ok(());
    }
    let id = catalog.setting(STORY_DONE).await?;
    let Some(project) = catalog.projects().await?.into_iter().find(|project| Some(project.id.to_string()) == id) else {
        return Ok(());
    };
    // The people are invented, and so is what they saw: the pages may be read, as a site that chose so would have it.
    let settings = RecordingSettings { masking: "balanced".to_owned(), ..RecordingSettings::default() };
    catalog.set_recording_settings(project.id, &settings).await?;
    let end_ms = end_of(catalog, VISITS_END).await?;
    if catalog.clock().now_ms() - end_ms > visits::RESUMABLE_MS {
        // Interrupted days ago: the door takes no recordings that are so old, and what was told stays.
        return Ok(catalog.set_setting(VISITS_DONE, "1").await?);
    }
    let told = tokio::task::spawn_blocking(move || visits::tell(&url, &project.write_key, end_ms)).await??;
    say::line(format!("Courriel: {} recorded visits, {} of them with a recording, {} events", told.visits, told.recordings, told.events));
    Ok(catalog.set_setting(VISITS_DONE, "1").await?)
}

fn write_story(path: &Path, end_ms: i64, surveys: Surveys) -> Result<()> {
    let file = fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = BufWriter::new(file);
    let mut tell = |line: &Value| serde_json::to_writer(&mut out, line).map_err(io::Error::from).and_then(|()| out.write_all(b"\n"));
    let mut invoices = Vec::new();
    for line in generate(end_ms, STORY_SEED, surveys) {
        tell(&line)?;
        if line["event"] == plan::INVOICE {
            invoices.push(line);
        }
    }
    plan::late_invoices(&invoices, end_ms).iter().try_for_each(tell)?;
    Ok(out.flush()?)
}

/// The chapter's project; an import that was interrupted goes on in the one that it began in.
async fn project_for(catalog: &Catalog, chapter: &Chapter) -> Result<Project> {
    let begun = format!("demo_begun_{}", chapter.key);
    let known = catalog.setting(&begun).await?;
    let found = catalog.projects().await?.into_iter().find(|project| Some(project.id.to_string()) == known);
    if let Some(project) = found {
        return Ok(project);
    }
    let new = NewProject { name: chapter.name.clone(), timezone: chapter.timezone.to_owned() };
    let project = catalog.create_project(&new).await?;
    catalog.set_setting(&begun, &project.id.to_string()).await?;
    Ok(project)
}

/// How this machine reaches its own server.
fn reachable(listening: SocketAddr) -> String {
    let ip = if listening.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listening.ip() };
    format!("http://{}", SocketAddr::new(ip, listening.port()))
}
