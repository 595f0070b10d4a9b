//! Saved formulas: properties of events, people and groups under names of the project's own.

use crate::{Catalog, CatalogError};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

/// A property under a name of the project's own.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomProperty {
    pub id: String,
    /// No two of the same kind in a project have the same.
    pub name: String,
    pub description: String,
    /// `event`, `person` or `group:<type>`
    pub of: String,
    /// With its `=` in front.
    pub formula: String,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewCustomProperty {
    pub name: String,
    pub description: String,
    pub of: String,
    pub formula: String,
}

impl Catalog {
    /// The project's custom properties by name.
    pub async fn custom_properties(&self, project: ProjectId) -> Result<Vec<CustomProperty>, CatalogError> {
        let rows =
            sqlx::query("select * from custom_properties where project_id = $1 order by name, id").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(read_custom_property).collect()
    }

    pub async fn custom_property(&self, project: ProjectId, id: &str) -> Result<CustomProperty, CatalogError> {
        let row = sqlx::query("select * from custom_properties where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        read_custom_property(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_custom_property(&self, project: ProjectId, new: &NewCustomProperty, created_by: &str) -> Result<CustomProperty, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into custom_properties (id, project_id, name, description, of_kind, formula, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(&new.description)
        .bind(&new.of)
        .bind(&new.formula)
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        self.custom_property(project, &id).await
    }

    pub async fn update_custom_property(&self, project: ProjectId, id: &str, new: &NewCustomProperty) -> Result<CustomProperty, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update custom_properties set name = $3, description = $4, of_kind = $5, formula = $6, updated_at = $7 where project_id = $1 and id = $2",
        )
        .bind(i64::from(project.0))
        .bind(id)
        .bind(new.name.trim())
        .bind(&new.description)
        .bind(&new.of)
        .bind(&new.formula)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.custom_property(project, id).await
    }

    pub async fn delete_custom_property(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from custom_properties where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn check(new: &NewCustomProperty) -> Result<(), CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the property a name of 1 to 200 characters"));
    }
    if new.description.chars().count() > 2000 {
        return Err(CatalogError::invalid("description", "takes at most 2000 characters"));
    }
    Ok(())
}

fn read_custom_property(row: &SqliteRow) -> Result<CustomProperty, CatalogError> {
    Ok(CustomProperty {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        of: row.try_get("of_kind")?,
        formula: row.try_get("formula")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
