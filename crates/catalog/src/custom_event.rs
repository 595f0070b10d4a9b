use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_MADE_OF_BYTES: usize = 64 * 1024;

/// An event under a name of the project's own.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomEvent {
    pub id: String,
    /// No two of a project have the same.
    pub name: String,
    pub description: String,
    /// A selector.
    pub made_of: Value,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewCustomEvent {
    pub name: String,
    pub description: String,
    pub made_of: Value,
}

impl Catalog {
    /// The project's custom events by name.
    pub async fn custom_events(&self, project: ProjectId) -> Result<Vec<CustomEvent>, CatalogError> {
        let rows = sqlx::query("select * from custom_events where project_id = $1 order by name, id").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(read_custom_event).collect()
    }

    pub async fn custom_event(&self, project: ProjectId, id: &str) -> Result<CustomEvent, CatalogError> {
        let row = sqlx::query("select * from custom_events where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        read_custom_event(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_custom_event(&self, project: ProjectId, new: &NewCustomEvent, created_by: &str) -> Result<CustomEvent, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into custom_events (id, project_id, name, description, made_of, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(&new.description)
        .bind(new.made_of.to_string())
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        self.custom_event(project, &id).await
    }

    pub async fn update_custom_event(&self, project: ProjectId, id: &str, new: &NewCustomEvent) -> Result<CustomEvent, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query("update custom_events set name = $3, description = $4, made_of = $5, updated_at = $6 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(new.name.trim())
            .bind(&new.description)
            .bind(new.made_of.to_string())
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await
            .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.custom_event(project, id).await
    }

    pub async fn delete_custom_event(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone =
            sqlx::query("delete from custom_events where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn check(new: &NewCustomEvent) -> Result<(), CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the event a name of 1 to 200 characters"));
    }
    if new.description.chars().count() > 2000 {
        return Err(CatalogError::invalid("description", "takes at most 2000 characters"));
    }
    if new.made_of.to_string().len() > MAX_MADE_OF_BYTES {
        return Err(CatalogError::invalid("made_of", format!("takes at most {MAX_MADE_OF_BYTES} bytes")));
    }
    Ok(())
}

fn read_custom_event(row: &SqliteRow) -> Result<CustomEvent, CatalogError> {
    let made_of = serde_json::from_str(row.try_get("made_of")?);
    Ok(CustomEvent {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        made_of: made_of.map_err(|error| CatalogError::Damaged { what: "custom event", message: error.to_string() })?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
