//! Mails that wait to be sent. A mail is written down together with what it tells of, and sent later by the program; so none is lost when the mail server is down, or this one stops.
//!
//! What must stay true: an attempt is written down before it is made, so a mail that ends the program has an end itself; a mail that was sent is not sent again.
//! Between the moment when the mail server took it and the moment when that is written down lies the one gap in which a power cut sends it twice, under the same message id.

use crate::{Catalog, CatalogError};
use serde::{Deserialize, Serialize};
use sillage_event::ProjectId;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

const MAX_SUBJECT_CHARS: usize = 300;
const MAX_MAIL_BYTES: usize = 2 << 20;
const SECOND_MS: i64 = 1_000;
const HOUR_MS: i64 = 3_600 * SECOND_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A mail that cannot be delivered is given up after so long, unless it says otherwise.
pub const MAIL_LIFETIME_MS: i64 = 2 * DAY_MS;
/// How long mails are kept after they were sent or given up: they hold what people wrote.
pub const MAIL_KEPT_MS: i64 = 30 * DAY_MS;
/// Waits after an attempt that failed; the last one goes on.
const WAITS_MS: [i64; 8] = [30 * SECOND_MS, 60 * SECOND_MS, 120 * SECOND_MS, 300 * SECOND_MS, 900 * SECOND_MS, 1_800 * SECOND_MS, HOUR_MS, 4 * HOUR_MS];
/// Mails that wait, over all projects.
const MOST_WAITING: i64 = 100_000;

/// A mail to one address.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewMail {
    /// None for mails of the installation.
    pub project: Option<ProjectId>,
    /// What it is for, in a word.
    pub kind: &'static str,
    /// What it is about, so that it can be taken back.
    pub about: Option<String>,
    pub to: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub parts: Vec<MailPart>,
    /// Not sent earlier; `None` is at once.
    pub not_before: Option<i64>,
    /// Not sent later, such as a reminder of what is over.
    pub not_after: Option<i64>,
}

/// What goes with a mail: a file, or a form of it that programs read, such as `text/calendar; method=REQUEST`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPart {
    pub name: String,
    /// With its parameters.
    pub content_type: String,
    pub text: String,
    /// Stands beside the text as another form of it, as calendars want it; otherwise it is a file.
    pub is_alternative: bool,
}

/// A mail as it waits, or was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    pub id: String,
    pub project: Option<ProjectId>,
    pub kind: String,
    pub about: Option<String>,
    pub to: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub parts: Vec<MailPart>,
    pub status: Delivery,
    pub not_before: i64,
    pub not_after: i64,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

/// How far something that is sent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Waiting,
    Sent,
    /// Given up.
    Failed,
}

impl Delivery {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|one| one.as_str() == name)
    }
}

/// What waits and what was given up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailState {
    pub waiting: u64,
    /// Of those that wait, the ones that were tried in vain.
    pub tried: u64,
    /// Given up within the time for which mails are kept.
    pub failed: u64,
    pub last_error: Option<String>,
}

impl Catalog {
    /// Writes a mail down, to be sent soon, or when it says.
    pub async fn queue_mail(&self, mail: &NewMail) -> Result<String, CatalogError> {
        let mut transaction = self.write().await?;
        let id = self.insert_mail(&mut transaction, mail).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// As [`Catalog::queue_mail`], with a change that it tells of: both happen, or neither.
    pub(crate) async fn insert_mail(&self, transaction: &mut Transaction<'static, Sqlite>, mail: &NewMail) -> Result<String, CatalogError> {
        let to = mail_address(&mail.to).ok_or_else(|| wrong_address("to", &mail.to))?;
        let reply_to = match &mail.reply_to {
            Some(address) => Some(mail_address(address).ok_or_else(|| wrong_address("reply_to", address))?),
            None => None,
        };
        let subject = checked_subject(&mail.subject)?;
        for part in &mail.parts {
            if [&part.name, &part.content_type].iter().any(|text| text.is_empty() || text.chars().any(char::is_control)) {
                return Err(CatalogError::invalid("parts", "a part has a name and a type, each on one line"));
            }
        }
        let parts = serde_json::to_string(&mail.parts).map_err(|error| CatalogError::Damaged { what: "mail", message: error.to_string() })?;
        if mail.text.len() + mail.html.as_ref().map_or(0, String::len) + parts.len() > MAX_MAIL_BYTES {
            return Err(CatalogError::invalid("text", format!("a mail takes at most {MAX_MAIL_BYTES} bytes with all its parts")));
        }
        let waiting: i64 = sqlx::query_scalar("select count(*) from mails where status = 'waiting'").fetch_one(&mut **transaction).await?;
        if waiting >= MOST_WAITING {
            return Err(CatalogError::invalid("to", format!("{MOST_WAITING} mails wait already; see what keeps the mail server from taking them")));
        }
        let now = self.now_ms();
        let not_before = mail.not_before.unwrap_or(now).max(now);
        let id = uuid::Uuid::now_v7().to_string();
        sqlx::query(
            "insert into mails (id, project_id, kind, about, recipient, reply_to, subject, body_text, body_html, parts, status, not_before, not_after, attempts, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, 0, $13)",
        )
        .bind(&id)
        .bind(mail.project.map(|project| i64::from(project.0)))
        .bind(mail.kind)
        .bind(&mail.about)
        .bind(to)
        .bind(reply_to)
        .bind(subject)
        .bind(&mail.text)
        .bind(&mail.html)
        .bind(parts)
        .bind(not_before)
        .bind(mail.not_after.unwrap_or(not_before + MAIL_LIFETIME_MS))
        .bind(now)
        .execute(&mut **transaction)
        .await?;
        Ok(id)
    }

    /// Takes back the mails about something that were not sent yet; how many.
    pub async fn take_back_mails(&self, project: ProjectId, about: &str) -> Result<u64, CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from mails where project_id = $1 and about = $2 and status = 'waiting'")
            .bind(i64::from(project.0))
            .bind(about)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }

    /// Forgets every mail about something, those that were sent among them.
    pub async fn forget_mails(&self, project: ProjectId, about: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from mails where project_id = $1 and about = $2").bind(i64::from(project.0)).bind(about).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The mails that may be sent now, the longest due first.
    pub async fn due_mails(&self, most: u32) -> Result<Vec<Mail>, CatalogError> {
        let rows = sqlx::query("select * from mails where status = 'waiting' and not_before <= $1 order by not_before, id limit $2")
            .bind(self.now_ms())
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_mail).collect()
    }

    /// Writes down that a mail is about to be tried. False when it is not to be tried any more: it was taken back, or it is too late, and then it is given up.
    pub async fn begin_mail(&self, mail: &Mail) -> Result<bool, CatalogError> {
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        let begun = if mail.not_after < now {
            let why = mail.last_error.clone().unwrap_or_else(|| "its time was over before it could be sent".to_owned());
            sqlx::query("update mails set status = 'failed', ended_at = $2, last_error = $3 where id = $1 and status = 'waiting'")
                .bind(&mail.id)
                .bind(now)
                .bind(why)
                .execute(&mut *transaction)
                .await?;
            false
        } else {
            let next = now + wait_after(mail.attempts);
            let changed = sqlx::query("update mails set attempts = attempts + 1, not_before = $2 where id = $1 and status = 'waiting'")
                .bind(&mail.id)
                .bind(next)
                .execute(&mut *transaction)
                .await?;
            changed.rows_affected() > 0
        };
        transaction.commit().await?;
        Ok(begun)
    }

    /// The mail server took it.
    pub async fn mail_sent(&self, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update mails set status = 'sent', ended_at = $2, last_error = null where id = $1")
            .bind(id)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// An attempt failed: it waits for the next one, or is given up.
    pub async fn mail_failed(&self, id: &str, error: &str, give_up: bool) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update mails set last_error = $2, status = case when $3 then 'failed' else status end, ended_at = case when $3 then $4 end where id = $1")
            .bind(id)
            .bind(error.chars().take(1_000).collect::<String>())
            .bind(give_up)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Tries a mail again that was given up, for as long as a new one.
    pub async fn retry_mail(&self, id: &str) -> Result<(), CatalogError> {
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update mails set status = 'waiting', attempts = 0, not_before = $2, not_after = $3, ended_at = null where id = $1 and status = 'failed'",
        )
        .bind(id)
        .bind(now)
        .bind(now + MAIL_LIFETIME_MS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// Forgets mails that were sent or given up long ago, since they hold what people wrote.
    pub async fn forget_old_mails(&self) -> Result<u64, CatalogError> {
        let mut transaction = self.write().await?;
        let gone =
            sqlx::query("delete from mails where status <> 'waiting' and ended_at < $1").bind(self.now_ms() - MAIL_KEPT_MS).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }

    /// What waits, and what was given up.
    pub async fn mail_state(&self) -> Result<MailState, CatalogError> {
        let row = sqlx::query(
            "select count(*) filter (where status = 'waiting') as waiting, count(*) filter (where status = 'waiting' and last_error is not null) as tried,
                    count(*) filter (where status = 'failed') as failed from mails",
        )
        .fetch_one(self.read())
        .await?;
        let last_error = sqlx::query_scalar("select last_error from mails where status <> 'sent' and last_error is not null order by id desc limit 1")
            .fetch_optional(self.read())
            .await?;
        let count = |name: &str| row.try_get::<i64, _>(name).map(|count| u64::try_from(count).unwrap_or(0));
        Ok(MailState { waiting: count("waiting")?, tried: count("tried")?, failed: count("failed")?, last_error })
    }

    /// The latest mails, the newest first.
    pub async fn latest_mails(&self, most: u32) -> Result<Vec<Mail>, CatalogError> {
        let rows = sqlx::query("select * from mails order by id desc limit $1").bind(i64::from(most)).fetch_all(self.read()).await?;
        rows.iter().map(read_mail).collect()
    }
}

/// How long to wait after an attempt, when so many were made before it.
pub(crate) fn wait_after(attempts: u32) -> i64 {
    WAITS_MS.get(attempts as usize).copied().unwrap_or(WAITS_MS[WAITS_MS.len() - 1])
}

/// An address as mail servers take it, without what surrounds it; `None` for anything else. Nothing in it ends a line, opens a header or names a second recipient.
#[must_use]
pub fn mail_address(text: &str) -> Option<&str> {
    let address = text.trim();
    let (name, host) = address.rsplit_once('@')?;
    let is_atom = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(letter);
    let name_is_fine = (1..=64).contains(&name.len()) && name.split('.').all(|part| !part.is_empty() && part.chars().all(is_atom));
    let is_label = |label: &str| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        (1..=63).contains(&label.len()) && label.chars().all(is_letter) && !label.starts_with('-') && !label.ends_with('-')
    };
    let host_is_fine = host.len() <= 253 && host.split('.').all(is_label);
    (name_is_fine && host_is_fine && address.len() <= 254).then_some(address)
}

fn wrong_address(field: &'static str, given: &str) -> CatalogError {
    let given: String = given.chars().filter(|letter| !letter.is_control()).take(80).collect();
    CatalogError::invalid(
        field,
        format!("\"{given}\" is no e-mail address that mail servers take; write one such as name@example.com, in letters without accents"),
    )
}

fn checked_subject(subject: &str) -> Result<&str, CatalogError> {
    let subject = subject.trim();
    if subject.is_empty() || subject.chars().count() > MAX_SUBJECT_CHARS || subject.chars().any(char::is_control) {
        return Err(CatalogError::invalid("subject", format!("write a subject of 1 to {MAX_SUBJECT_CHARS} characters on one line")));
    }
    Ok(subject)
}

pub(crate) fn read_mail(row: &SqliteRow) -> Result<Mail, CatalogError> {
    let damaged = |message: String| CatalogError::Damaged { what: "mail", message };
    let status: String = row.try_get("status")?;
    let project: Option<i64> = row.try_get("project_id")?;
    Ok(Mail {
        id: row.try_get("id")?,
        project: project.map(|id| ProjectId(u32::try_from(id).unwrap_or(u32::MAX))),
        kind: row.try_get("kind")?,
        about: row.try_get("about")?,
        to: row.try_get("recipient")?,
        reply_to: row.try_get("reply_to")?,
        subject: row.try_get("subject")?,
        text: row.try_get("body_text")?,
        html: row.try_get("body_html")?,
        parts: serde_json::from_str(row.try_get("parts")?).map_err(|error| damaged(error.to_string()))?,
        status: Delivery::parse(&status).ok_or_else(|| damaged(format!("{status} is no status")))?,
        not_before: row.try_get("not_before")?,
        not_after: row.try_get("not_after")?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
        last_error: row.try_get("last_error")?,
        created_at: row.try_get("created_at")?,
        ended_at: row.try_get("ended_at")?,
    })
}
