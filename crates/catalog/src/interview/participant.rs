use super::{about, study::read_json};
use crate::{Catalog, CatalogError, NewMail, mail_address};
use serde_json::{Value, json};
use sillage_event::ProjectId;
use sqlx::{Executor, Row, Sqlite, Transaction, sqlite::SqliteRow};

const MOST_PARTICIPANTS: i64 = 5_000;
const MAX_NAME_CHARS: usize = 200;

/// Somebody who is asked to talk, and how far that has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Interview {
    pub id: String,
    pub project: ProjectId,
    pub study: String,
    pub email: String,
    pub name: String,
    pub person: Option<String>,
    /// `link`, `pasted`, `survey`, `person` or `cohort`.
    pub source: String,
    /// `en` or `fr`.
    pub language: String,
    pub timezone: Option<String>,
    pub status: InterviewStatus,
    /// Which choice of each question of the screener.
    pub answers: Option<Vec<usize>>,
    pub consent: Option<ConsentGiven>,
    pub approved_at: Option<i64>,
    pub talk: Option<BookedTalk>,
    /// Grows with every change of the meeting.
    pub sequence: u32,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookedTalk {
    pub starts_at: i64,
    pub ends_at: i64,
}

/// What somebody agreed to, when, and in which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentGiven {
    pub version: u32,
    pub talk: bool,
    pub record: bool,
    pub quote: bool,
    pub at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterviewStatus {
    Invited,
    /// The team looks at the answers.
    Waiting,
    ScreenedOut,
    Booked,
    Done,
    NoShow,
    Cancelled,
}

const STATUSES: [(&str, InterviewStatus); 7] = [
    ("invited", InterviewStatus::Invited),
    ("waiting", InterviewStatus::Waiting),
    ("screened_out", InterviewStatus::ScreenedOut),
    ("booked", InterviewStatus::Booked),
    ("done", InterviewStatus::Done),
    ("no_show", InterviewStatus::NoShow),
    ("cancelled", InterviewStatus::Cancelled),
];

impl InterviewStatus {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        STATUSES.iter().find(|(_, status)| *status == self).map_or("invited", |(name, _)| name)
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        STATUSES.iter().find(|(one, _)| *one == name).map(|(_, status)| *status)
    }
}

#[derive(Clone, Debug, Default)]
pub struct NewInterview {
    pub email: String,
    pub name: String,
    pub person: Option<String>,
    pub source: String,
    pub language: String,
}

/// What was removed of somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterviewDeleted {
    pub mails: u64,
    pub notes: u64,
    pub files: u64,
    pub talks: u64,
}

impl Catalog {
    /// Those of a study: talks to come first by time, then the latest.
    pub async fn interviews(&self, project: ProjectId, study: &str) -> Result<Vec<Interview>, CatalogError> {
        let rows = sqlx::query(
            "select * from interview_participants where project_id = $1 and study_id = $2
             order by case when status = 'booked' then starts_at else 9223372036854775807 end, updated_at desc, id desc",
        )
        .bind(i64::from(project.0))
        .bind(study)
        .fetch_all(self.read())
        .await?;
        rows.iter().map(read_interview).collect()
    }

    pub async fn interview(&self, project: ProjectId, study: &str, id: &str) -> Result<Interview, CatalogError> {
        let row = sqlx::query("select * from interview_participants where project_id = $1 and study_id = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(study)
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        read_interview(&row.ok_or(CatalogError::NotFound)?)
    }

    /// Whom a link names, whatever the project: the link is signed.
    pub async fn interview_of_link(&self, id: &str) -> Result<Option<Interview>, CatalogError> {
        let row = sqlx::query("select * from interview_participants where id = $1").bind(id).fetch_optional(self.read()).await?;
        row.as_ref().map(read_interview).transpose()
    }

    /// The id of somebody who is to be written down: their link, which stands in the first mail, is made of it.
    #[must_use]
    pub fn new_interview_id() -> String {
        uuid::Uuid::now_v7().to_string()
    }

    /// Writes somebody down, with the mails that invite them. An address that is there already is `Taken`.
    pub async fn add_interview(
        &self,
        project: ProjectId,
        study: &str,
        id: &str,
        new: &NewInterview,
        created_by: &str,
        mails: impl FnOnce(&Interview) -> Vec<NewMail> + Send,
    ) -> Result<Interview, CatalogError> {
        let email = mail_address(&new.email).ok_or_else(|| {
            let given: String = new.email.chars().filter(|letter| !letter.is_control()).take(80).collect();
            CatalogError::invalid("email", format!("\"{given}\" is no e-mail address; write one such as name@example.com"))
        })?;
        let name = new.name.trim();
        if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
            return Err(CatalogError::invalid("name", format!("takes one line of at most {MAX_NAME_CHARS} characters")));
        }
        let mut transaction = self.write().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from interview_participants where study_id = $1").bind(study).fetch_one(&mut *transaction).await?;
        if count >= MOST_PARTICIPANTS {
            return Err(CatalogError::invalid("email", format!("a study takes at most {MOST_PARTICIPANTS} people; make another one")));
        }
        sqlx::query(
            "insert into interview_participants (id, project_id, study_id, email, name, person, source, language, status, sequence, created_by, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'invited', 0, $9, $10, $10)",
        )
        .bind(id)
        .bind(i64::from(project.0))
        .bind(study)
        .bind(email.to_lowercase())
        .bind(name)
        .bind(&new.person)
        .bind(&new.source)
        .bind(if new.language == "fr" { "fr" } else { "en" })
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("address"))?;
        let made = find(&mut transaction, id).await?;
        for mail in mails(&made) {
            self.insert_mail(&mut transaction, &NewMail { about: Some(about(id)), project: Some(project), ..mail }).await?;
        }
        transaction.commit().await?;
        Ok(made)
    }

    /// Keeps what somebody answered and agreed to, and what follows from it.
    pub async fn answer_interview(
        &self,
        id: &str,
        name: &str,
        answers: &[usize],
        consent: &ConsentGiven,
        status: InterviewStatus,
    ) -> Result<Interview, CatalogError> {
        let name: String = name.trim().chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect();
        let scopes = json!({"talk": consent.talk, "record": consent.record, "quote": consent.quote});
        let mut transaction = self.write().await?;
        sqlx::query(
            "update interview_participants set name = case when $2 = '' then name else $2 end, answers = $3, consent_version = $4, consent_scopes = $5,
             consent_at = $6, status = $7, updated_at = $8 where id = $1 and status in ('invited', 'cancelled')",
        )
        .bind(id)
        .bind(name)
        .bind(json!(answers).to_string())
        .bind(i64::from(consent.version))
        .bind(scopes.to_string())
        .bind(consent.at)
        .bind(status.as_str())
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        let changed = find(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(changed)
    }

    /// Gives somebody a time, or says that it is `Taken`. `is_free` is asked with the talks that the host has by then, in the same transaction; `mails` tell of it,
    /// and take the place of those that still wait.
    pub async fn book_interview(
        &self,
        id: &str,
        talk: BookedTalk,
        timezone: &str,
        is_free: impl FnOnce(&[BookedTalk]) -> bool + Send,
        mails: impl FnOnce(&Interview) -> Vec<NewMail> + Send,
    ) -> Result<Interview, CatalogError> {
        let mut transaction = self.write().await?;
        let before = find(&mut transaction, id).await?;
        if !matches!(before.status, InterviewStatus::Invited | InterviewStatus::Booked | InterviewStatus::Cancelled) {
            return Err(CatalogError::Taken { what: "invitation" });
        }
        let taken = talks_of_host(&mut *transaction, &before.study, id).await?;
        if !is_free(&taken) {
            return Err(CatalogError::Taken { what: "time" });
        }
        sqlx::query("update interview_participants set status = 'booked', starts_at = $2, ends_at = $3, timezone = $4, sequence = sequence + 1, updated_at = $5 where id = $1")
            .bind(id)
            .bind(talk.starts_at)
            .bind(talk.ends_at)
            .bind(timezone)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await
            .map_err(CatalogError::taken("time"))?;
        self.tell(transaction, id, mails).await
    }

    /// Sets a status, with the mails that tell of it in the place of those that still wait. A talk that is cancelled gives its time back.
    pub async fn set_interview_status(
        &self,
        id: &str,
        status: InterviewStatus,
        is_approved: bool,
        mails: impl FnOnce(&Interview) -> Vec<NewMail> + Send,
    ) -> Result<Interview, CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "update interview_participants set status = $2, approved_at = case when $3 then $4 else approved_at end,
             sequence = sequence + case when $2 = 'cancelled' then 1 else 0 end, updated_at = $4 where id = $1",
        )
        .bind(id)
        .bind(status.as_str())
        .bind(is_approved)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("time"))?;
        self.tell(transaction, id, mails).await
    }

    async fn tell(
        &self,
        mut transaction: Transaction<'static, Sqlite>,
        id: &str,
        mails: impl FnOnce(&Interview) -> Vec<NewMail> + Send,
    ) -> Result<Interview, CatalogError> {
        let changed = find(&mut transaction, id).await?;
        sqlx::query("delete from mails where project_id = $1 and about = $2 and status = 'waiting'")
            .bind(i64::from(changed.project.0))
            .bind(about(id))
            .execute(&mut *transaction)
            .await?;
        for mail in mails(&changed) {
            self.insert_mail(&mut transaction, &NewMail { about: Some(about(id)), project: Some(changed.project), ..mail }).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }

    /// Names who somebody is among the people of the project.
    pub async fn set_interview_person(&self, project: ProjectId, study: &str, id: &str, person: Option<&str>) -> Result<Interview, CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update interview_participants set person = $4, updated_at = $5 where project_id = $1 and study_id = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(study)
            .bind(id)
            .bind(person)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.interview(project, study, id).await
    }

    /// The talks that a study's host has, in all studies of the project.
    pub async fn talks_of_interview_host(&self, study: &str, except: &str) -> Result<Vec<BookedTalk>, CatalogError> {
        talks_of_host(self.read(), study, except).await
    }

    /// Removes everything of somebody: mails, notes, files, talks, and the person's line itself.
    pub async fn delete_interview(&self, project: ProjectId, study: &str, id: &str) -> Result<InterviewDeleted, CatalogError> {
        let interview = self.interview(project, study, id).await?;
        let files = self.interview_files(id).await?;
        // The files first: were the rows gone before, nobody would find what a crash left.
        for file in &files {
            self.remove_interview_bytes(&file.id).await?;
        }
        let mut transaction = self.write().await?;
        let mails = sqlx::query("delete from mails where project_id = $1 and about = $2")
            .bind(i64::from(project.0))
            .bind(about(id))
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        let notes = sqlx::query("delete from interview_notes where participant_id = $1").bind(id).execute(&mut *transaction).await?.rows_affected();
        sqlx::query("delete from interview_files where participant_id = $1").bind(id).execute(&mut *transaction).await?;
        sqlx::query("delete from interview_participants where id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(InterviewDeleted { mails, notes, files: files.len() as u64, talks: u64::from(interview.talk.is_some()) })
    }
}

async fn find(transaction: &mut Transaction<'static, Sqlite>, id: &str) -> Result<Interview, CatalogError> {
    let row = sqlx::query("select * from interview_participants where id = $1").bind(id).fetch_optional(&mut **transaction).await?;
    read_interview(&row.ok_or(CatalogError::NotFound)?)
}

/// Of the study itself, and of those of its project with the same host.
async fn talks_of_host<'e>(by: impl Executor<'e, Database = Sqlite>, study: &str, except: &str) -> Result<Vec<BookedTalk>, CatalogError> {
    let rows = sqlx::query(
        "select p.starts_at, p.ends_at from interview_participants p join interview_studies s on s.id = p.study_id join interview_studies own on own.id = $1
         where p.status in ('booked', 'done', 'no_show') and p.starts_at is not null and p.id <> $2
           and (s.id = own.id or (s.project_id = own.project_id and s.host_email = own.host_email and own.host_email <> ''))",
    )
    .bind(study)
    .bind(except)
    .fetch_all(by)
    .await?;
    rows.iter().map(|row| Ok(BookedTalk { starts_at: row.try_get("starts_at")?, ends_at: row.try_get("ends_at")? })).collect()
}

fn read_interview(row: &SqliteRow) -> Result<Interview, CatalogError> {
    let status: String = row.try_get("status")?;
    let damaged = |message: String| CatalogError::Damaged { what: "interview", message };
    let answers: Option<String> = row.try_get("answers")?;
    let answers = answers.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| damaged(error.to_string()))?;
    let (version, at): (Option<i64>, Option<i64>) = (row.try_get("consent_version")?, row.try_get("consent_at")?);
    let scopes: Option<String> = row.try_get("consent_scopes")?;
    let scopes: Value = scopes.as_deref().map_or(Ok(Value::Null), read_json)?;
    let says = |scope: &str| scopes[scope].as_bool().unwrap_or(false);
    let consent = version.zip(at).map(|(version, at)| ConsentGiven {
        version: u32::try_from(version).unwrap_or(u32::MAX),
        talk: says("talk"),
        record: says("record"),
        quote: says("quote"),
        at,
    });
    let (starts_at, ends_at): (Option<i64>, Option<i64>) = (row.try_get("starts_at")?, row.try_get("ends_at")?);
    Ok(Interview {
        id: row.try_get("id")?,
        project: ProjectId(u32::try_from(row.try_get::<i64, _>("project_id")?).map_err(|error| damaged(error.to_string()))?),
        study: row.try_get("study_id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        person: row.try_get("person")?,
        source: row.try_get("source")?,
        language: row.try_get("language")?,
        timezone: row.try_get("timezone")?,
        status: InterviewStatus::parse(&status).ok_or_else(|| damaged(format!("{status} is no status")))?,
        answers,
        consent,
        approved_at: row.try_get("approved_at")?,
        talk: starts_at.zip(ends_at).map(|(starts_at, ends_at)| BookedTalk { starts_at, ends_at }),
        sequence: u32::try_from(row.try_get::<i64, _>("sequence")?).unwrap_or(u32::MAX),
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
