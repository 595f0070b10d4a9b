//! User tests as they are edited and as they ran, and what people note about participants. A test has the statuses of a survey.

use crate::{Catalog, CatalogError, SurveyStatus, recording, secret};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_DEFINITION_BYTES: usize = 256 * 1024;
const MOST_TESTS: i64 = 1000;
const MOST_NOTES: i64 = 10_000;
const MAX_PARTICIPANT_CHARS: usize = 100;
const CODE_CHARS: usize = 12;

/// A test as it is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct UserTest {
    pub id: String,
    /// In the link that participants follow.
    pub code: String,
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

#[derive(Clone, Debug)]
pub struct NewUserTest {
    pub name: String,
    pub definition: Value,
}

/// A test as it was published.
#[derive(Clone, Debug, PartialEq)]
pub struct UserTestVersion {
    pub version: u32,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
}

/// A test that people may take part in: its latest version.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningUserTest {
    pub id: String,
    pub project: ProjectId,
    pub name: String,
    pub version: u32,
    pub definition: Value,
}

/// What somebody wrote about a participant.
#[derive(Clone, Debug, PartialEq)]
pub struct UserTestNote {
    pub id: String,
    pub note: NewUserTestNote,
    pub author: String,
    pub created_at: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewUserTestNote {
    pub participant: String,
    pub task: Option<String>,
    pub text: String,
    pub tags: Vec<String>,
}

impl Catalog {
    /// The project's tests, the latest changed first.
    pub async fn user_tests(&self, project: ProjectId) -> Result<Vec<UserTest>, CatalogError> {
        let rows = sqlx::query("select * from user_tests where project_id = $1 order by updated_at desc, id desc")
            .bind(i64::from(project.0))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_test).collect()
    }

    pub async fn user_test(&self, project: ProjectId, id: &str) -> Result<UserTest, CatalogError> {
        let row =
            sqlx::query("select * from user_tests where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_test(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_user_test(&self, project: ProjectId, new: &NewUserTest, created_by: &str) -> Result<UserTest, CatalogError> {
        let definition = checked(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from user_tests where project_id = $1").bind(i64::from(project.0)).fetch_one(&mut *transaction).await?;
        if count >= MOST_TESTS {
            return Err(CatalogError::invalid("name", format!("a project takes at most {MOST_TESTS} user tests; delete some that are over")));
        }
        sqlx::query(
            "insert into user_tests (id, project_id, code, name, status, version, definition, created_by, created_at, updated_at)
             values ($1, $2, $3, $4, 'draft', 0, $5, $6, $7, $7)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(secret::new_code(CODE_CHARS)?)
        .bind(new.name.trim())
        .bind(definition)
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.user_test(project, &id).await
    }

    /// Changes what is being edited. What participants do stays until it is published.
    pub async fn change_user_test(&self, project: ProjectId, id: &str, new: &NewUserTest) -> Result<UserTest, CatalogError> {
        let definition = checked(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query("update user_tests set name = $3, definition = $4, updated_at = $5 where project_id = $1 and id = $2")
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
        self.user_test(project, id).await
    }

    /// Opens what was edited to participants: a new version, unless it is the latest one already.
    pub async fn publish_user_test(&self, project: ProjectId, id: &str, by: &str) -> Result<UserTest, CatalogError> {
        let mut transaction = self.write().await?;
        let row = sqlx::query("select version, definition from user_tests where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(CatalogError::NotFound)?;
        let (version, definition): (i64, String) = (row.try_get("version")?, row.try_get("definition")?);
        let latest: Option<String> = sqlx::query_scalar("select definition from user_test_versions where test_id = $1 and version = $2")
            .bind(id)
            .bind(version)
            .fetch_optional(&mut *transaction)
            .await?;
        let is_same = latest.as_deref() == Some(definition.as_str());
        let next = if is_same { version } else { version + 1 };
        if !is_same {
            sqlx::query("insert into user_test_versions (test_id, version, definition, created_by, created_at) values ($1, $2, $3, $4, $5)")
                .bind(id)
                .bind(next)
                .bind(&definition)
                .bind(by)
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query("update user_tests set status = 'running', version = $3, published_at = $4, updated_at = $4 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(next)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.user_test(project, id).await
    }

    /// Pauses, closes or opens again a test that was published.
    pub async fn stop_user_test(&self, project: ProjectId, id: &str, status: SurveyStatus) -> Result<UserTest, CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update user_tests set status = $3, updated_at = $4 where project_id = $1 and id = $2 and version > 0")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(status.as_str())
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.user_test(project, id).await
    }

    /// What participants did are events, and stay; notes about them go.
    pub async fn delete_user_test(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from user_test_versions where test_id in (select id from user_tests where project_id = $1 and id = $2)")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from user_test_notes where test_id in (select id from user_tests where project_id = $1 and id = $2)")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let gone =
            sqlx::query("delete from user_tests where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// The versions that were published, the latest first.
    pub async fn user_test_versions(&self, project: ProjectId, id: &str) -> Result<Vec<UserTestVersion>, CatalogError> {
        let rows = sqlx::query(
            "select v.* from user_test_versions v join user_tests t on t.id = v.test_id where t.project_id = $1 and t.id = $2 order by v.version desc",
        )
        .bind(i64::from(project.0))
        .bind(id)
        .fetch_all(self.read())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(UserTestVersion {
                    version: read_version(row)?,
                    definition: read_definition(row)?,
                    created_by: row.try_get("created_by")?,
                    created_at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// The test that a link names, while it runs.
    pub async fn running_user_test(&self, code: &str) -> Result<Option<RunningUserTest>, CatalogError> {
        let row = sqlx::query(
            "select t.id, t.project_id, t.name, v.version, v.definition from user_tests t join user_test_versions v on v.test_id = t.id and v.version = t.version
             where t.code = $1 and t.status = 'running'",
        )
        .bind(code)
        .fetch_optional(self.read())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let project: i64 = row.try_get("project_id")?;
        Ok(Some(RunningUserTest {
            id: row.try_get("id")?,
            project: ProjectId(u32::try_from(project).map_err(|_| CatalogError::NotFound)?),
            name: row.try_get("name")?,
            version: read_version(&row)?,
            definition: read_definition(&row)?,
        }))
    }

    /// What was written about the participants of a test, in order.
    pub async fn user_test_notes(&self, project: ProjectId, test: &str) -> Result<Vec<UserTestNote>, CatalogError> {
        let rows = sqlx::query(
            "select n.* from user_test_notes n join user_tests t on t.id = n.test_id where t.project_id = $1 and t.id = $2 order by n.created_at, n.id",
        )
        .bind(i64::from(project.0))
        .bind(test)
        .fetch_all(self.read())
        .await?;
        rows.iter().map(read_note).collect()
    }

    pub async fn add_user_test_note(&self, project: ProjectId, test: &str, new: &NewUserTestNote, author: &str) -> Result<UserTestNote, CatalogError> {
        recording::check_words(&new.text, &new.tags)?;
        if new.participant.is_empty() || new.participant.chars().count() > MAX_PARTICIPANT_CHARS {
            return Err(CatalogError::invalid("participant", "give the id of a participant, as the results name it"));
        }
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let known: Option<i64> = sqlx::query_scalar(
            "select count(n.id) from user_tests t left join user_test_notes n on n.test_id = t.id where t.project_id = $1 and t.id = $2 group by t.id",
        )
        .bind(i64::from(project.0))
        .bind(test)
        .fetch_optional(&mut *transaction)
        .await?;
        if known.ok_or(CatalogError::NotFound)? >= MOST_NOTES {
            return Err(CatalogError::invalid("text", format!("a test takes at most {MOST_NOTES} notes; delete some")));
        }
        sqlx::query("insert into user_test_notes (id, test_id, participant, task, note, tags, author, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&id)
            .bind(test)
            .bind(&new.participant)
            .bind(&new.task)
            .bind(&new.text)
            .bind(serde_json::json!(new.tags).to_string())
            .bind(author)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(UserTestNote { id, note: new.clone(), author: author.to_owned(), created_at: self.now_ms() })
    }

    pub async fn delete_user_test_note(&self, project: ProjectId, test: &str, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from user_test_notes where id = $3 and test_id in (select id from user_tests where project_id = $1 and id = $2)")
            .bind(i64::from(project.0))
            .bind(test)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn checked(new: &NewUserTest) -> Result<String, CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the test a name of 1 to 200 characters"));
    }
    let definition = new.definition.to_string();
    if definition.len() > MAX_DEFINITION_BYTES {
        return Err(CatalogError::invalid("definition", format!("takes at most {MAX_DEFINITION_BYTES} bytes")));
    }
    Ok(definition)
}

fn read_test(row: &SqliteRow) -> Result<UserTest, CatalogError> {
    let status: String = row.try_get("status")?;
    let damaged = || CatalogError::Damaged { what: "user test", message: format!("{status} is no status") };
    Ok(UserTest {
        id: row.try_get("id")?,
        code: row.try_get("code")?,
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
    serde_json::from_str(row.try_get("definition")?).map_err(|error| CatalogError::Damaged { what: "user test", message: error.to_string() })
}

fn read_note(row: &SqliteRow) -> Result<UserTestNote, CatalogError> {
    Ok(UserTestNote {
        id: row.try_get("id")?,
        note: NewUserTestNote {
            participant: row.try_get("participant")?,
            task: row.try_get("task")?,
            text: row.try_get("note")?,
            tags: recording::read_tags(row)?,
        },
        author: row.try_get("author")?,
        created_at: row.try_get("created_at")?,
    })
}
