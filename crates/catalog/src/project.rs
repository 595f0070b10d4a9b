use crate::{Catalog, CatalogError, database::next_number, secret};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const DEFAULT_SESSION_TIMEOUT_MINUTES: u32 = 30;
const MAX_SESSION_TIMEOUT_MINUTES: u32 = 24 * 60;
/// A replaced write key goes on working for so long, so that pages in browsers' caches lose nothing.
const ROTATION_OVERLAP_MS: i64 = 7 * 86_400_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    /// An IANA name.
    pub timezone: String,
    pub week_start: WeekStart,
    pub session_timeout_minutes: u32,
    /// The public key that lets events in. The newest one; those it replaced work for a week more.
    pub write_key: String,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WeekStart {
    #[default]
    Monday,
    Sunday,
}

impl WeekStart {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Sunday => "sunday",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "monday" => Some(Self::Monday),
            "sunday" => Some(Self::Sunday),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct NewProject {
    pub name: String,
    pub timezone: String,
}

/// What changes; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProjectChange {
    pub name: Option<String>,
    pub timezone: Option<String>,
    pub week_start: Option<WeekStart>,
    pub session_timeout_minutes: Option<u32>,
}

impl Catalog {
    pub async fn create_project(&self, new: &NewProject) -> Result<Project, CatalogError> {
        let project = Project {
            id: ProjectId(0),
            name: checked_name(&new.name)?.to_owned(),
            timezone: checked_timezone(&new.timezone)?.to_owned(),
            week_start: WeekStart::default(),
            session_timeout_minutes: DEFAULT_SESSION_TIMEOUT_MINUTES,
            write_key: secret::new_write_key()?,
            created_at: self.now_ms(),
        };
        let mut transaction = self.write().await?;
        let number = next_number(&mut transaction, "project").await?;
        let id = u32::try_from(number).map_err(|_| CatalogError::Damaged { what: "project counter", message: format!("{number} is no project id") })?;
        sqlx::query("insert into projects (id, name, timezone, week_start, session_timeout_minutes, created_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(number)
            .bind(&project.name)
            .bind(&project.timezone)
            .bind(project.week_start.as_str())
            .bind(i64::from(project.session_timeout_minutes))
            .bind(project.created_at)
            .execute(&mut *transaction)
            .await?;
        insert_write_key(&mut transaction, number, &project.write_key, project.created_at).await?;
        transaction.commit().await?;
        Ok(Project { id: ProjectId(id), ..project })
    }

    pub async fn projects(&self) -> Result<Vec<Project>, CatalogError> {
        sqlx::query(SELECT_PROJECTS).bind(Option::<i64>::None).fetch_all(self.read()).await?.iter().map(read_project).collect()
    }

    pub async fn project(&self, id: ProjectId) -> Result<Project, CatalogError> {
        let row = sqlx::query(SELECT_PROJECTS).bind(Some(i64::from(id.0))).fetch_optional(self.read()).await?;
        read_project(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn update_project(&self, id: ProjectId, change: &ProjectChange) -> Result<Project, CatalogError> {
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let timezone = change.timezone.as_deref().map(checked_timezone).transpose()?;
        if change.session_timeout_minutes.is_some_and(|minutes| !(1..=MAX_SESSION_TIMEOUT_MINUTES).contains(&minutes)) {
            return Err(CatalogError::invalid("session_timeout_minutes", format!("give 1 to {MAX_SESSION_TIMEOUT_MINUTES} minutes")));
        }
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update projects set name = coalesce($2, name), timezone = coalesce($3, timezone), week_start = coalesce($4, week_start), \
             session_timeout_minutes = coalesce($5, session_timeout_minutes) where id = $1",
        )
        .bind(i64::from(id.0))
        .bind(name)
        .bind(timezone)
        .bind(change.week_start.map(WeekStart::as_str))
        .bind(change.session_timeout_minutes.map(i64::from))
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        transaction.commit().await?;
        self.project(id).await
    }

    /// Gives the project a new write key; those before it work for a week more.
    pub async fn rotate_write_key(&self, id: ProjectId) -> Result<Project, CatalogError> {
        self.project(id).await?;
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        sqlx::query("update write_keys set ends_at = $2 where project_id = $1 and ends_at is null")
            .bind(i64::from(id.0))
            .bind(now + ROTATION_OVERLAP_MS)
            .execute(&mut *transaction)
            .await?;
        insert_write_key(&mut transaction, i64::from(id.0), &secret::new_write_key()?, now).await?;
        transaction.commit().await?;
        self.project(id).await
    }

    /// The types of groups that the project has seen.
    pub async fn group_types(&self, project: ProjectId) -> Result<Vec<String>, CatalogError> {
        Ok(sqlx::query_scalar("select name from group_types where project_id = $1 order by name").bind(i64::from(project.0)).fetch_all(self.read()).await?)
    }

    pub async fn add_group_types(&self, project: ProjectId, names: &[String]) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        for name in names {
            insert_group_type(&mut transaction, project, name).await?;
        }
        Ok(transaction.commit().await?)
    }
}

pub(crate) async fn insert_group_type(transaction: &mut sqlx::Transaction<'static, sqlx::Sqlite>, project: ProjectId, name: &str) -> Result<(), CatalogError> {
    sqlx::query("insert into group_types (project_id, name) values ($1, $2) on conflict (project_id, name) do nothing")
        .bind(i64::from(project.0))
        .bind(name)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

const SELECT_PROJECTS: &str = "select projects.*, \
     (select key from write_keys where write_keys.project_id = projects.id and ends_at is null) as write_key \
     from projects where $1 is null or id = $1 order by id";

fn read_project(row: &SqliteRow) -> Result<Project, CatalogError> {
    let damaged = |message: String| CatalogError::Damaged { what: "project", message };
    let id: i64 = row.try_get("id")?;
    let week_start: String = row.try_get("week_start")?;
    let minutes: i64 = row.try_get("session_timeout_minutes")?;
    Ok(Project {
        id: ProjectId(u32::try_from(id).map_err(|_| damaged(format!("{id} is no project id")))?),
        name: row.try_get("name")?,
        timezone: row.try_get("timezone")?,
        week_start: WeekStart::parse(&week_start).ok_or_else(|| damaged(format!("{week_start} is no week start")))?,
        session_timeout_minutes: u32::try_from(minutes).map_err(|_| damaged(format!("{minutes} is no number of minutes")))?,
        write_key: row.try_get("write_key")?,
        created_at: row.try_get("created_at")?,
    })
}

async fn insert_write_key(transaction: &mut sqlx::Transaction<'static, sqlx::Sqlite>, project: i64, key: &str, now: i64) -> Result<(), CatalogError> {
    sqlx::query("insert into write_keys (key, project_id, created_at) values ($1, $2, $3)")
        .bind(key)
        .bind(project)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn checked_name(name: &str) -> Result<&str, CatalogError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the project a name of 1 to 100 characters"));
    }
    Ok(name)
}

fn checked_timezone(timezone: &str) -> Result<&str, CatalogError> {
    match jiff::tz::TimeZone::get(timezone) {
        Ok(_) => Ok(timezone),
        Err(_) => Err(CatalogError::invalid("timezone", format!("`{timezone}` is no time zone; give an IANA name such as Europe/Paris"))),
    }
}
