//! `sillage serve`: the server.

use crate::{
    installation::{AskingOptions, Installation, Senders, listen},
    log,
    machine::memory_of_a_question,
    mail::{MailArguments, Sender},
    post::Poster,
    say,
};
use anyhow::{Context, Result};
use sillage_api::{MailBy, Network, Options, TagPath};
use sillage_query::Limits;
use sillage_wire::{Geo, MaxMind};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tokio::signal::unix::{SignalKind, signal};

/// Runs the server: receives events, answers questions, shows the screens.
///
/// Examples:
///   sillage serve --data /var/lib/sillage --listen 127.0.0.1:7070
///   sillage serve --data /var/lib/sillage --public-url https://sillage.example.org --trusted-proxy 127.0.0.1
///
/// The first start prints a one-time token with which the first account is made. SIGTERM ends it: requests under way are finished first.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) data: DataFolder,
    /// Address and port; to be reachable from elsewhere put a proxy with TLS in front, or use 0.0.0.0
    #[arg(long, env = "SILLAGE_LISTEN", default_value = "127.0.0.1:7070", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    #[command(flatten)]
    settings: Settings,
}

/// Where everything is kept.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DataFolder {
    /// The folder with everything in it; made when it is missing
    #[arg(long = "data", env = "SILLAGE_DATA", value_name = "DIR")]
    pub(crate) path: PathBuf,
}

/// Settings that `serve` and `demo` share.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Settings {
    /// How people reach the server; with https, cookies travel encrypted only
    #[arg(long, env = "SILLAGE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// A proxy (address or network) whose X-Forwarded-For is believed; may be given several times
    #[arg(long = "trusted-proxy", env = "SILLAGE_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    trusted_proxies: Vec<Network>,
    /// City or country database in MaxMind's format, for the places of events; it is held in memory
    #[arg(long, env = "SILLAGE_GEO", value_name = "FILE")]
    geo: Option<PathBuf>,
    /// Where the browser tag is served: /s makes /s/sillage.js
    #[arg(long, env = "SILLAGE_TAG_PATH", default_value_t = TagPath::default(), value_name = "PATH")]
    tag_path: TagPath,
    /// Threads that answer questions; 0 is one per processor
    #[arg(long, env = "SILLAGE_QUERY_THREADS", default_value_t = 0, value_name = "N")]
    query_threads: usize,
    /// A question that takes longer is stopped and answered with an error
    #[arg(long, env = "SILLAGE_QUESTION_SECONDS", default_value_t = 60, value_name = "SECONDS")]
    question_seconds: u64,
    #[command(flatten)]
    mail: MailArguments,
    /// Let surveys and alerts post to addresses inside this machine's own network
    #[arg(long, env = "SILLAGE_PRIVATE_WEBHOOKS")]
    private_webhooks: bool,
}

impl Settings {
    /// Who sends mails, when a mail server is named.
    fn sender(&self) -> Result<Option<Sender>> {
        self.mail.sender(self.public_url.as_deref())
    }

    /// What sends, to whom the settings and people say.
    pub(crate) fn senders(&self) -> Result<Senders> {
        Ok(Senders { mail: self.sender()?, post: Poster::new(self.private_webhooks) })
    }

    pub(crate) fn options(&self, demo: bool) -> Result<Options> {
        let mail = self.sender()?.map(|sender| MailBy { server: sender.server, from: sender.from.to_string() });
        Ok(Options {
            mail,
            version: env!("CARGO_PKG_VERSION"),
            demo,
            public_url: self.public_url.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            geo: self.geo.as_deref().map(open_geo).transpose()?,
            question_time: Duration::from_secs(self.question_seconds),
            tag_path: self.tag_path.clone(),
            ..Options::default()
        })
    }

    pub(crate) fn asking(&self) -> AskingOptions {
        AskingOptions {
            threads: self.query_threads,
            limits: Limits { time: Duration::from_secs(self.question_seconds), memory: memory_of_a_question(), ..Limits::default() },
        }
    }

    /// The address to print: what people type.
    pub(crate) fn shown_url(&self, listening: SocketAddr) -> String {
        self.public_url.as_ref().map_or_else(|| format!("http://{listening}"), |url| url.trim_end_matches('/').to_owned())
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    log::start();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(arguments))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(arguments: &Arguments) -> Result<()> {
    let Arguments { data, listen: address, settings } = arguments;
    let options = settings.options(false)?;
    let listener = listen(*address).await?;
    let url = settings.shown_url(listener.local_addr()?);
    let installation = Installation::open(&data.path).await?;
    let api = installation.api(settings.asking(), options)?;
    say::line(format!("Sillage {} serves {url}, data in {}", env!("CARGO_PKG_VERSION"), data.path.display()));
    if let Some(token) = installation.catalog.setup_token().await? {
        say::line(format!("There is no account yet. Make the first one at {url}/setup?token={token}"));
    }
    let stop = stop_signal()?;
    installation.serve(listener, api, settings.senders()?, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Ready at the first SIGTERM or SIGINT; a second one ends the process at once, which loses nothing that was acknowledged.
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping");
        tokio::spawn(async move {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            std::process::exit(130);
        });
    })
}

fn open_geo(path: &Path) -> Result<Arc<dyn Geo>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read the places database {}", path.display()))?;
    let database = MaxMind::new(bytes).with_context(|| format!("{} is no database in MaxMind's format", path.display()))?;
    Ok(Arc::new(database))
}
