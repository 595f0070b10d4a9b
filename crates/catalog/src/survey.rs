use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_DEFINITION_BYTES: usize = 512 * 1024;
const MOST_SURVEYS: i64 = 1000;

/// A survey as it is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    pub id: String,
    pub name: String,
    pub status: SurveyStatus,
    /// The latest version that was published; 0 before the first.
    pub version: u32,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub published_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurveyStatus {
    /// Never published.
    Draft,
    Running,
    Paused,
    Closed,
}

const STATUSES: [(&str, SurveyStatus); 4] =
    [("draft", SurveyStatus::Draft), ("running", SurveyStatus::Running), ("paused", SurveyStatus::Paused), ("closed", SurveyStatus::Closed)];

impl SurveyStatus {
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
pub struct NewSurvey {
    pub name: String,
    pub definition: Value,
}

/// A survey as it was published.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyVersion {
    pub version: u32,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
}

/// A survey that people may be shown: its latest version.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningSurvey {
    pub id: String,
    pub name: String,
    pub version: u32,
    pub definition: Value,
}

impl Catalog {
    /// The project's surveys, the latest changed first.
    pub async fn surveys(&self, project: ProjectId) -> Result<Vec<Survey>, CatalogError> {
        let rows = sqlx::query("select * from surveys where project_id = $1 order by updated_at desc, id desc")
            .bind(i64::from(project.0))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_survey).collect()
    }

    pub async fn survey(&self, project: ProjectId, id: &str) -> Result<Survey, CatalogError> {
        let row =
            sqlx::query("select * from surveys where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_survey(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_survey(&self, project: ProjectId, new: &NewSurvey, created_by: &str) -> Result<Survey, CatalogError> {
        let definition = checked(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from surveys where project_id = $1").bind(i64::from(project.0)).fetch_one(&mut *transaction).await?;
        if count >= MOST_SURVEYS {
            return Err(CatalogError::invalid("name", format!("a project takes at most {MOST_SURVEYS} surveys; delete some that are over")));
        }
        sqlx::query(
            "insert into surveys (id, project_id, name, status, version, definition, created_by, created_at, updated_at)
             values ($1, $2, $3, 'draft', 0, $4, $5, $6, $6)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(definition)
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.survey(project, &id).await
    }

    /// Changes what is being edited. What people are shown stays until it is published.
    pub async fn change_survey(&self, project: ProjectId, id: &str, new: &NewSurvey) -> Result<Survey, CatalogError> {
        let definition = checked(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query("update surveys set name = $3, definition = $4, updated_at = $5 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(new.name.trim())
            .bind(definition)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.survey(project, id).await
    }

    /// Shows people what was edited: a new version, unless it is the latest one already.
    pub async fn publish_survey(&self, project: ProjectId, id: &str, by: &str) -> Result<Survey, CatalogError> {
        let mut transaction = self.write().await?;
        let row = sqlx::query("select version, definition from surveys where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(CatalogError::NotFound)?;
        let (version, definition): (i64, String) = (row.try_get("version")?, row.try_get("definition")?);
        let latest: Option<String> = sqlx::query_scalar("select definition from survey_versions where survey_id = $1 and version = $2")
            .bind(id)
            .bind(version)
            .fetch_optional(&mut *transaction)
            .await?;
        let is_same = latest.as_deref() == Some(definition.as_str());
        let next = if is_same { version } else { version + 1 };
        if !is_same {
            sqlx::query("insert into survey_versions (survey_id, version, definition, created_by, created_at) values ($1, $2, $3, $4, $5)")
                .bind(id)
                .bind(next)
                .bind(&definition)
                .bind(by)
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("update surveys set status = 'running', version = $3, published_at = $4, updated_at = $4 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(next)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.survey(project, id).await
    }

    /// Pauses or closes a survey that was published.
    pub async fn stop_survey(&self, project: ProjectId, id: &str, status: SurveyStatus) -> Result<Survey, CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update surveys set status = $3, updated_at = $4 where project_id = $1 and id = $2 and version > 0")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(status.as_str())
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.survey(project, id).await
    }

    /// Its answers are events, and stay.
    pub async fn delete_survey(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from survey_versions where survey_id in (select id from surveys where project_id = $1 and id = $2)")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        self.forget_posts(&mut transaction, project, id).await?;
        let gone = sqlx::query("delete from surveys where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// The versions that were published, the latest first.
    pub async fn survey_versions(&self, project: ProjectId, id: &str) -> Result<Vec<SurveyVersion>, CatalogError> {
        let rows =
            sqlx::query("select v.* from survey_versions v join surveys s on s.id = v.survey_id where s.project_id = $1 and s.id = $2 order by v.version desc")
                .bind(i64::from(project.0))
                .bind(id)
                .fetch_all(self.read())
                .await?;
        rows.iter()
            .map(|row| {
                Ok(SurveyVersion {
                    version: read_version(row)?,
                    definition: read_definition(row)?,
                    created_by: row.try_get("created_by")?,
                    created_at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// What people of the project may be shown, the first published first.
    pub async fn running_surveys(&self, project: ProjectId) -> Result<Vec<RunningSurvey>, CatalogError> {
        let rows = sqlx::query(
            "select s.id, s.name, v.version, v.definition from surveys s join survey_versions v on v.survey_id = s.id and v.version = s.version
             where s.project_id = $1 and s.status = 'running' order by s.created_at, s.id",
        )
        .bind(i64::from(project.0))
        .fetch_all(self.read())
        .await?;
        rows.iter()
            .map(|row| Ok(RunningSurvey { id: row.try_get("id")?, name: row.try_get("name")?, version: read_version(row)?, definition: read_definition(row)? }))
            .collect()
    }
}

fn checked(new: &NewSurvey) -> Result<String, CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the survey a name of 1 to 200 characters"));
    }
    let definition = new.definition.to_string();
    if definition.len() > MAX_DEFINITION_BYTES {
        return Err(CatalogError::invalid("definition", format!("takes at most {MAX_DEFINITION_BYTES} bytes")));
    }
    Ok(definition)
}

fn read_survey(row: &SqliteRow) -> Result<Survey, CatalogError> {
    let status: String = row.try_get("status")?;
    let damaged = || CatalogError::Damaged { what: "survey", message: format!("{status} is no status") };
    Ok(Survey {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        status: SurveyStatus::parse(&status).ok_or_else(damaged)?,
        version: read_version(row)?,
        definition: read_definition(row)?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        published_at: row.try_get("published_at")?,
    })
}

fn read_version(row: &SqliteRow) -> Result<u32, CatalogError> {
    let version: i64 = row.try_get("version")?;
    Ok(u32::try_from(version).unwrap_or(u32::MAX))
}

fn read_definition(row: &SqliteRow) -> Result<Value, CatalogError> {
    serde_json::from_str(row.try_get("definition")?).map_err(|error| CatalogError::Damaged { what: "survey", message: error.to_string() })
}
