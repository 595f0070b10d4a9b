//! Sending the mails that wait in the catalog, over the mail server that the settings name. Without one nothing is sent, and no connection opened.
//!
//! What must stay true: a mail is marked as sent as soon as the mail server has taken it; a stop of the program lets the attempt under way end first. A mail that the server
//! refuses is given up; a server that cannot be reached, or will not let us in, keeps all mails waiting and costs each few attempts.

use anyhow::{Context, Result, anyhow, bail};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use parking_lot::Mutex;
use sillage_catalog::{Catalog, Mail};
use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use tokio::sync::watch;
use url::{Host, Url};

/// How often is looked for mails that are due.
const EVERY: Duration = Duration::from_secs(2);
/// Longest wait for a mail server that cannot be reached.
const LONGEST: Duration = Duration::from_secs(120);
const CONNECTION_TIME: Duration = Duration::from_secs(20);
const AT_ONCE: u32 = 50;
const FORGET_EVERY_ROUNDS: u32 = 1_800;

/// Where mails are handed over, and in whose name.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MailArguments {
    /// Mail server, such as smtp://user:password@mail.example.org:587 or smtps://…:465; without it no mail is sent
    #[arg(long = "smtp", env = "SILLAGE_SMTP", hide_env_values = true, value_name = "URL")]
    smtp: Option<String>,
    /// Sender of mails, such as "Sillage <sillage@example.org>"
    #[arg(long = "mail-from", env = "SILLAGE_MAIL_FROM", value_name = "ADDRESS")]
    from: Option<String>,
}

impl MailArguments {
    /// None when no mail server is named.
    pub(crate) fn sender(&self, public_url: Option<&str>) -> Result<Option<Sender>> {
        let Some(smtp) = self.smtp.as_deref().filter(|url| !url.trim().is_empty()) else { return Ok(None) };
        let Some(from) = &self.from else {
            bail!("mails need a sender: give --mail-from (SILLAGE_MAIL_FROM) beside --smtp, such as \"Sillage <sillage@example.org>\"")
        };
        if public_url.is_none() {
            bail!("mails carry links to this server: give --public-url (SILLAGE_PUBLIC_URL) beside --smtp, such as https://sillage.example.org");
        }
        Ok(Some(Sender::new(smtp, from)?))
    }
}

/// A mail server, and in whose name mails are handed to it.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    pub(crate) from: Mailbox,
    /// Host and port, without what opens it.
    pub(crate) server: String,
}

impl Sender {
    fn new(smtp: &str, from: &str) -> Result<Self> {
        let from: Mailbox = from
            .trim()
            .parse()
            .map_err(|error| anyhow!("--mail-from \"{from}\" is no sender ({error}); write name@example.org, or \"Name <name@example.org>\""))?;
        let (server, transport) = transport_of(smtp)?;
        Ok(Self { transport, from, server })
    }

    /// Sends what is due until it is told to stop; an attempt under way is finished.
    pub(crate) async fn run(self, catalog: Catalog, trouble: Trouble, mut stop: watch::Receiver<bool>) {
        let mut in_vain = 0_u32;
        let mut rounds = 0_u32;
        while !*stop.borrow() {
            let pause = match self.send_due(&catalog, &stop).await {
                Ok(None) => {
                    in_vain = 0;
                    trouble.set(None);
                    EVERY
                }
                Ok(Some(down)) => {
                    in_vain = in_vain.saturating_add(1);
                    tracing::warn!("mails wait, since {} does not take them: {down}", self.server);
                    trouble.set(Some(format!("mails wait, since {} does not take them: {down}", self.server)));
                    (EVERY * 2_u32.saturating_pow(in_vain.min(10))).min(LONGEST)
                }
                Err(error) => {
                    tracing::warn!("mails could not be looked up: {error:#}");
                    LONGEST
                }
            };
            rounds = rounds.wrapping_add(1);
            if rounds % FORGET_EVERY_ROUNDS == 1
                && let Err(error) = catalog.forget_old_mails().await
            {
                tracing::warn!("old mails could not be forgotten: {error}");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// What keeps the server from taking any mail, if something does.
    async fn send_due(&self, catalog: &Catalog, stop: &watch::Receiver<bool>) -> Result<Option<String>> {
        for mail in catalog.due_mails(AT_ONCE).await? {
            if *stop.borrow() {
                break;
            }
            if !catalog.begin_mail(&mail).await? {
                continue;
            }
            let message = match self.message(&mail) {
                Ok(message) => message,
                Err(error) => {
                    catalog.mail_failed(&mail.id, &format!("it cannot be written as a mail: {error:#}"), true).await?;
                    continue;
                }
            };
            let Err(error) = self.transport.send(message).await else {
                catalog.mail_sent(&mail.id).await?;
                tracing::info!(mail = %mail.id, kind = %mail.kind, "mail sent");
                continue;
            };
            let (said, code) = (said(&error), error.status().map(|code| code.to_string()));
            let what = what_a_code_says(code.as_deref());
            catalog.mail_failed(&mail.id, &said, what == Refusal::OfMail).await?;
            tracing::info!(mail = %mail.id, kind = %mail.kind, "mail not sent: {said}");
            if what == Refusal::OfAll {
                return Ok(Some(said));
            }
        }
        Ok(None)
    }

    fn message(&self, mail: &Mail) -> Result<Message> {
        // Written when it was queued: the same mail each time that it is tried.
        let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.created_at).unwrap_or(0));
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .date(date)
            .from(self.from.clone())
            .to(mail.to.parse::<Mailbox>().context("the recipient")?)
            .subject(mail.subject.as_str())
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        if let Some(reply_to) = &mail.reply_to {
            builder = builder.reply_to(reply_to.parse::<Mailbox>().context("reply_to")?);
        }
        let of = |content_type: &str| ContentType::parse(content_type).map_err(|_| anyhow!("\"{content_type}\" is no type of a part"));
        let (others, files): (Vec<_>, Vec<_>) = mail.parts.iter().partition(|part| part.is_alternative);
        let mut body = MultiPart::alternative().singlepart(SinglePart::plain(mail.text.clone()));
        if let Some(html) = &mail.html {
            body = body.singlepart(SinglePart::html(html.clone()));
        }
        for part in others {
            body = body.singlepart(SinglePart::builder().header(of(&part.content_type)?).body(part.text.clone()));
        }
        if files.is_empty() {
            return Ok(builder.multipart(body)?);
        }
        let mut whole = MultiPart::mixed().multipart(body);
        for file in files {
            whole = whole.singlepart(Attachment::new(file.name.clone()).body(file.text.clone(), of(&file.content_type)?));
        }
        Ok(builder.multipart(whole)?)
    }
}

/// What keeps mails from being sent, for those who look after the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub(crate) fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }

    fn set(&self, what: Option<String>) {
        *self.0.lock() = what;
    }
}

/// Whom an error concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// This mail will never be taken.
    OfMail,
    /// This mail may be taken later.
    ForNow,
    /// No mail is taken now: the server is away, or will not let us in.
    OfAll,
}

fn what_a_code_says(code: Option<&str>) -> Refusal {
    match code {
        // RFC 5321: mailbox unavailable, not local, too large, name not allowed, transaction failed, parameters not known.
        Some("501" | "550" | "551" | "552" | "553" | "554" | "555" | "556") => Refusal::OfMail,
        Some("450" | "451" | "452" | "455") => Refusal::ForNow,
        _ => Refusal::OfAll,
    }
}

/// An error of the mail server in a line, with its causes.
fn said(error: &lettre::transport::smtp::Error) -> String {
    let text = format!("{:#}", anyhow!(error.to_string()));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads the address of a mail server. A password travels encrypted only, except to this very machine, or where `?tls=none` says otherwise.
fn transport_of(smtp: &str) -> Result<(String, AsyncSmtpTransport<Tokio1Executor>)> {
    const FORM: &str = "write smtp://user:password@mail.example.org:587, or smtps://… for a server that is encrypted from the first byte; letters such as @ : / in a password as %40 %3A %2F";
    // Not repeated in an error, since it holds a password.
    let url = Url::parse(smtp.trim()).map_err(|error| anyhow!("--smtp is no address of a mail server ({error}); {FORM}"))?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { bail!("--smtp names no mail server; {FORM}") };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        bail!("--smtp ends after the port; {FORM}");
    }
    let is_wrapped = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        other => bail!("--smtp begins with \"{other}://\"; {FORM}"),
    };
    let mut tls = None;
    for (name, value) in url.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("tls", "required" | "none") if !is_wrapped => tls = Some(value.into_owned()),
            _ => bail!("--smtp takes no \"?{name}={value}\"; beside ?tls=required and ?tls=none (with smtp://) there is nothing to set"),
        }
    }
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).context("--smtp: user and password are written in UTF-8")
    };
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, password) => Some(Credentials::new(decoded(user)?, decoded(password.unwrap_or_default())?)),
    };
    let bare = host.trim_matches(['[', ']']);
    let is_here = bare == "localhost"
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || matches!(url.host(), Some(Host::Ipv4(address)) if address.is_loopback());
    let parameters = || TlsParameters::new(bare.to_owned()).context("--smtp: encryption cannot be set up");
    let tls = match tls.as_deref() {
        _ if is_wrapped => Tls::Wrapper(parameters()?),
        Some("none") => Tls::None,
        Some(_) => Tls::Required(parameters()?),
        None if is_here => Tls::None,
        None if credentials.is_some() => Tls::Required(parameters()?),
        None => Tls::Opportunistic(parameters()?),
    };
    let port = url.port().unwrap_or(if is_wrapped { 465 } else { 587 });
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(bare).port(port).tls(tls).timeout(Some(CONNECTION_TIME));
    if let Some(credentials) = credentials {
        builder = builder.credentials(credentials);
    }
    Ok((format!("{host}:{port}"), builder.build()))
}

#[cfg(test)]
mod tests;
