use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MOST_STUDIES: i64 = 500;
const MAX_DEFINITION_BYTES: usize = 256 * 1024;
const MAX_BUSY_BYTES: usize = 1 << 20;

/// A study of interviews.
#[derive(Clone, Debug, PartialEq)]
pub struct InterviewStudy {
    pub id: String,
    pub project: ProjectId,
    pub title: String,
    pub status: StudyStatus,
    pub definition: Value,
    /// The latest consent that guests were shown; 0 before the first.
    pub consent_version: u32,
    /// The host's calendar: its file name and when it was given.
    pub busy: Option<(String, i64)>,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
    /// How many people have which status.
    pub counts: Vec<(String, u64)>,
    pub next_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyStatus {
    Draft,
    Open,
    /// Talks that are booked stay; nobody else can book.
    Paused,
    Closed,
}

const STATUSES: [(&str, StudyStatus); 4] =
    [("draft", StudyStatus::Draft), ("open", StudyStatus::Open), ("paused", StudyStatus::Paused), ("closed", StudyStatus::Closed)];

impl StudyStatus {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        STATUSES.iter().find(|(_, status)| *status == self).map_or("draft", |(name, _)| name)
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        STATUSES.iter().find(|(one, _)| *one == name).map(|(_, status)| *status)
    }
}

#[derive(Clone, Debug)]
pub struct NewInterviewStudy {
    pub title: String,
    pub definition: Value,
    pub host_email: String,
}

/// A consent as guests were shown it.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    pub version: u32,
    pub content: Value,
    pub created_by: String,
    pub created_at: i64,
}

impl Catalog {
    /// The project's studies, the latest changed first.
    pub async fn interview_studies(&self, project: ProjectId) -> Result<Vec<InterviewStudy>, CatalogError> {
        let rows = sqlx::query("select * from interview_studies where project_id = $1 order by updated_at desc, id desc")
            .bind(i64::from(project.0))
            .fetch_all(self.read())
            .await?;
        let counts = sqlx::query(
            "select study_id, status, count(*) as n, min(case when status = 'booked' and starts_at > $2 then starts_at end) as next_at
             from interview_participants where project_id = $1 group by study_id, status",
        )
        .bind(i64::from(project.0))
        .bind(self.now_ms())
        .fetch_all(self.read())
        .await?;
        let mut studies = rows.iter().map(read_study).collect::<Result<Vec<_>, _>>()?;
        for row in &counts {
            let id: String = row.try_get("study_id")?;
            if let Some(study) = studies.iter_mut().find(|study| study.id == id) {
                study.counts.push((row.try_get("status")?, u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or(0)));
                study.next_at = study.next_at.or(row.try_get("next_at")?);
            }
        }
        Ok(studies)
    }

    pub async fn interview_study(&self, project: ProjectId, id: &str) -> Result<InterviewStudy, CatalogError> {
        let studies = self.interview_studies(project).await?;
        studies.into_iter().find(|study| study.id == id).ok_or(CatalogError::NotFound)
    }

    /// The study that a link names, whatever its project: the link is signed.
    pub async fn interview_study_of_link(&self, id: &str) -> Result<Option<InterviewStudy>, CatalogError> {
        let row = sqlx::query("select * from interview_studies where id = $1").bind(id).fetch_optional(self.read()).await?;
        row.as_ref().map(read_study).transpose()
    }

    pub async fn create_interview_study(&self, project: ProjectId, new: &NewInterviewStudy, created_by: &str) -> Result<InterviewStudy, CatalogError> {
        let definition = checked(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from interview_studies where project_id = $1").bind(i64::from(project.0)).fetch_one(&mut *transaction).await?;
        if count >= MOST_STUDIES {
            return Err(CatalogError::invalid("title", format!("a project takes at most {MOST_STUDIES} studies; delete some that are over")));
        }
        sqlx::query(
            "insert into interview_studies (id, project_id, title, status, definition, host_email, consent_version, created_by, created_at, updated_at)
             values ($1, $2, $3, 'draft', $4, $5, 0, $6, $7, $7)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.title.trim())
        .bind(definition)
        .bind(host(&new.host_email))
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.interview_study(project, &id).await
    }

    /// Changes a study. Guests who come later see it so; those who agreed to a consent agreed to that version.
    pub async fn change_interview_study(
        &self,
        project: ProjectId,
        id: &str,
        new: &NewInterviewStudy,
        consent: Option<&Value>,
        by: &str,
    ) -> Result<InterviewStudy, CatalogError> {
        let definition = checked(new)?;
        let mut transaction = self.write().await?;
        let version: i64 = sqlx::query_scalar("select consent_version from interview_studies where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(CatalogError::NotFound)?;
        let version = self.next_consent(&mut transaction, id, version, consent, by).await?;
        sqlx::query("update interview_studies set title = $2, definition = $3, host_email = $4, consent_version = $5, updated_at = $6 where id = $1")
            .bind(id)
            .bind(new.title.trim())
            .bind(definition)
            .bind(host(&new.host_email))
            .bind(version)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.interview_study(project, id).await
    }

    /// Opens, pauses or closes a study. `consent` is what guests are shown from now on.
    pub async fn set_interview_study_status(
        &self,
        project: ProjectId,
        id: &str,
        status: StudyStatus,
        consent: Option<&Value>,
        by: &str,
    ) -> Result<InterviewStudy, CatalogError> {
        let mut transaction = self.write().await?;
        let version: i64 = sqlx::query_scalar("select consent_version from interview_studies where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(CatalogError::NotFound)?;
        let version = self.next_consent(&mut transaction, id, version, consent, by).await?;
        sqlx::query("update interview_studies set status = $2, consent_version = $3, updated_at = $4 where id = $1")
            .bind(id)
            .bind(status.as_str())
            .bind(version)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.interview_study(project, id).await
    }

    /// A version more, unless the latest says the same.
    async fn next_consent(
        &self,
        transaction: &mut sqlx::Transaction<'static, sqlx::Sqlite>,
        study: &str,
        version: i64,
        consent: Option<&Value>,
        by: &str,
    ) -> Result<i64, CatalogError> {
        let Some(content) = consent.map(Value::to_string) else { return Ok(version) };
        let latest: Option<String> = sqlx::query_scalar("select content from interview_consents where study_id = $1 and version = $2")
            .bind(study)
            .bind(version)
            .fetch_optional(&mut **transaction)
            .await?;
        if latest.as_deref() == Some(content.as_str()) {
            return Ok(version);
        }
        sqlx::query("insert into interview_consents (study_id, version, content, created_by, created_at) values ($1, $2, $3, $4, $5)")
            .bind(study)
            .bind(version + 1)
            .bind(content)
            .bind(by)
            .bind(self.now_ms())
            .execute(&mut **transaction)
            .await?;
        Ok(version + 1)
    }

    /// The consents that guests were shown, the latest first.
    pub async fn interview_consents(&self, project: ProjectId, study: &str) -> Result<Vec<Consent>, CatalogError> {
        let rows = sqlx::query(
            "select c.* from interview_consents c join interview_studies s on s.id = c.study_id where s.project_id = $1 and s.id = $2 order by c.version desc",
        )
        .bind(i64::from(project.0))
        .bind(study)
        .fetch_all(self.read())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Consent {
                    version: u32::try_from(row.try_get::<i64, _>("version")?).unwrap_or(u32::MAX),
                    content: read_json(row.try_get("content")?)?,
                    created_by: row.try_get("created_by")?,
                    created_at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// Keeps the host's calendar, or forgets it.
    pub async fn set_interview_busy(&self, project: ProjectId, id: &str, file: Option<(&str, &str)>) -> Result<InterviewStudy, CatalogError> {
        if file.is_some_and(|(_, content)| content.len() > MAX_BUSY_BYTES) {
            return Err(CatalogError::invalid("ics", "a calendar file takes at most 1 MB; export a shorter time of it"));
        }
        let mut transaction = self.write().await?;
        let changed =
            sqlx::query("update interview_studies set busy_file = $3, busy_name = $4, busy_at = $5, updated_at = $6 where project_id = $1 and id = $2")
                .bind(i64::from(project.0))
                .bind(id)
                .bind(file.map(|(_, content)| content))
                .bind(file.map(|(name, _)| name))
                .bind(file.map(|_| self.now_ms()))
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.interview_study(project, id).await
    }

    /// The host's calendar as it was given.
    pub async fn interview_busy(&self, study: &str) -> Result<Option<String>, CatalogError> {
        let file: Option<Option<String>> =
            sqlx::query_scalar("select busy_file from interview_studies where id = $1").bind(study).fetch_optional(self.read()).await?;
        Ok(file.flatten())
    }

    /// Deletes a study with everybody in it.
    pub async fn delete_interview_study(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        self.interview_study(project, id).await?;
        for participant in self.interviews(project, id).await? {
            self.delete_interview(project, id, &participant.id).await?;
        }
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from interview_studies where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn host(email: &str) -> String {
    email.trim().to_lowercase()
}

fn checked(new: &NewInterviewStudy) -> Result<String, CatalogError> {
    let title = new.title.trim();
    if title.is_empty() || title.chars().count() > 200 || title.chars().any(char::is_control) {
        return Err(CatalogError::invalid("title", "give the study a title of 1 to 200 characters"));
    }
    let definition = new.definition.to_string();
    if definition.len() > MAX_DEFINITION_BYTES {
        return Err(CatalogError::invalid("definition", format!("takes at most {MAX_DEFINITION_BYTES} bytes")));
    }
    Ok(definition)
}

pub(super) fn read_json(text: &str) -> Result<Value, CatalogError> {
    serde_json::from_str(text).map_err(|error| CatalogError::Damaged { what: "interview", message: error.to_string() })
}

fn read_study(row: &SqliteRow) -> Result<InterviewStudy, CatalogError> {
    let status: String = row.try_get("status")?;
    let damaged = |message: String| CatalogError::Damaged { what: "study", message };
    let (name, at): (Option<String>, Option<i64>) = (row.try_get("busy_name")?, row.try_get("busy_at")?);
    Ok(InterviewStudy {
        id: row.try_get("id")?,
        project: ProjectId(u32::try_from(row.try_get::<i64, _>("project_id")?).map_err(|error| damaged(error.to_string()))?),
        title: row.try_get("title")?,
        status: StudyStatus::parse(&status).ok_or_else(|| damaged(format!("{status} is no status")))?,
        definition: read_json(row.try_get("definition")?)?,
        consent_version: u32::try_from(row.try_get::<i64, _>("consent_version")?).unwrap_or(u32::MAX),
        busy: name.zip(at),
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        counts: Vec::new(),
        next_at: None,
    })
}
