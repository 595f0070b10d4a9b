use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_DEFINITION_BYTES: usize = 256 * 1024;
const MOST_TASKS: i64 = 50;
/// Of one task; the earliest go when there are more.
const MOST_VERSIONS: i64 = 1000;

#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub id: String,
    pub name: String,
    pub owner: String,
    /// From 1.
    pub version: u32,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewTask {
    pub name: String,
    pub owner: String,
    pub definition: Value,
}

/// A definition that a task had.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskVersion {
    pub version: u32,
    pub definition: Value,
    pub created_by: String,
    pub created_at: i64,
}

impl Catalog {
    /// The project's tasks, the first made first.
    pub async fn tasks(&self, project: ProjectId) -> Result<Vec<Task>, CatalogError> {
        let rows = sqlx::query("select * from tasks where project_id = $1 order by created_at, id").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(read_task).collect()
    }

    pub async fn task(&self, project: ProjectId, id: &str) -> Result<Task, CatalogError> {
        let row = sqlx::query("select * from tasks where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_task(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_task(&self, project: ProjectId, new: &NewTask, by: &str) -> Result<Task, CatalogError> {
        let definition = checked(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from tasks where project_id = $1").bind(i64::from(project.0)).fetch_one(&mut *transaction).await?;
        if count >= MOST_TASKS {
            return Err(CatalogError::invalid("name", format!("a project takes at most {MOST_TASKS} tasks; delete one that is no longer looked at")));
        }
        sqlx::query(
            "insert into tasks (id, project_id, name, owner, version, definition, created_by, created_at, updated_at) values ($1, $2, $3, $4, 1, $5, $6, $7, $7)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(new.owner.trim())
        .bind(&definition)
        .bind(by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        self.add_task_version(&mut transaction, &id, 1, &definition, by).await?;
        transaction.commit().await?;
        self.task(project, &id).await
    }

    /// Changes a task; another definition is a new version.
    pub async fn change_task(&self, project: ProjectId, id: &str, new: &NewTask, by: &str) -> Result<Task, CatalogError> {
        let definition = checked(new)?;
        let mut transaction = self.write().await?;
        let row = sqlx::query("select version, definition from tasks where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(CatalogError::NotFound)?;
        let (version, before): (i64, String) = (row.try_get("version")?, row.try_get("definition")?);
        let version = if before == definition { version } else { version + 1 };
        if before != definition {
            self.add_task_version(&mut transaction, id, version, &definition, by).await?;
        }
        sqlx::query("update tasks set name = $3, owner = $4, version = $5, definition = $6, updated_at = $7 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(new.name.trim())
            .bind(new.owner.trim())
            .bind(version)
            .bind(&definition)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.task(project, id).await
    }

    pub async fn delete_task(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from task_versions where task_id in (select id from tasks where project_id = $1 and id = $2)")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let gone = sqlx::query("delete from tasks where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// The definitions that it had, the latest first.
    pub async fn task_versions(&self, project: ProjectId, id: &str) -> Result<Vec<TaskVersion>, CatalogError> {
        let rows =
            sqlx::query("select v.* from task_versions v join tasks t on t.id = v.task_id where t.project_id = $1 and t.id = $2 order by v.version desc")
                .bind(i64::from(project.0))
                .bind(id)
                .fetch_all(self.read())
                .await?;
        let read = |row: &SqliteRow| {
            let (created_by, created_at) = (row.try_get("created_by")?, row.try_get("created_at")?);
            Ok(TaskVersion { version: read_version(row)?, definition: read_definition(row)?, created_by, created_at })
        };
        rows.iter().map(read).collect()
    }

    async fn add_task_version(
        &self,
        transaction: &mut sqlx::Transaction<'_, sqlx::Sqlite>,
        id: &str,
        version: i64,
        definition: &str,
        by: &str,
    ) -> Result<(), CatalogError> {
        sqlx::query("insert into task_versions (task_id, version, definition, created_by, created_at) values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(version)
            .bind(definition)
            .bind(by)
            .bind(self.now_ms())
            .execute(&mut **transaction)
            .await?;
        sqlx::query("delete from task_versions where task_id = $1 and version <= $2")
            .bind(id)
            .bind(version - MOST_VERSIONS)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

fn checked(new: &NewTask) -> Result<String, CatalogError> {
    let is_bad = |text: &str| text.chars().count() > 200 || text.chars().any(char::is_control);
    let name = new.name.trim();
    if name.is_empty() || is_bad(name) {
        return Err(CatalogError::invalid("name", "give the task a name of 1 to 200 characters"));
    }
    if is_bad(new.owner.trim()) {
        return Err(CatalogError::invalid("owner", "takes at most 200 characters, on one line"));
    }
    let definition = new.definition.to_string();
    if definition.len() > MAX_DEFINITION_BYTES {
        return Err(CatalogError::invalid("definition", format!("takes at most {MAX_DEFINITION_BYTES} bytes")));
    }
    Ok(definition)
}

fn read_task(row: &SqliteRow) -> Result<Task, CatalogError> {
    Ok(Task {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        owner: row.try_get("owner")?,
        version: read_version(row)?,
        definition: read_definition(row)?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn read_version(row: &SqliteRow) -> Result<u32, CatalogError> {
    let version: i64 = row.try_get("version")?;
    Ok(u32::try_from(version).unwrap_or(u32::MAX))
}

fn read_definition(row: &SqliteRow) -> Result<Value, CatalogError> {
    serde_json::from_str(row.try_get("definition")?).map_err(|error| CatalogError::Damaged { what: "task", message: error.to_string() })
}
