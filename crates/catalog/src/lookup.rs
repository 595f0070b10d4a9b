//! Lookup tables: the text of a file with a key in its first column, kept whole, so that what was given can be given back.

use crate::{Catalog, CatalogError};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};
use std::sync::atomic::Ordering;

/// A table without its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct LookupTable {
    pub id: String,
    /// No two of a project have the same.
    pub name: String,
    pub description: String,
    /// The key first.
    pub columns: Vec<String>,
    pub n_rows: i64,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewLookupTable {
    pub name: String,
    pub description: String,
    pub columns: Vec<String>,
    pub n_rows: i64,
    /// The file.
    pub content: String,
}

const WITHOUT_CONTENT: &str = "id, name, description, columns, n_rows, created_by, created_at, updated_at";

impl Catalog {
    /// Grows whenever a lookup table of any project changes.
    #[must_use]
    pub fn lookup_version(&self) -> u64 {
        self.inner.lookup_version.load(Ordering::Acquire)
    }

    /// The project's tables by name.
    pub async fn lookup_tables(&self, project: ProjectId) -> Result<Vec<LookupTable>, CatalogError> {
        let sql = format!("select {WITHOUT_CONTENT} from lookup_tables where project_id = $1 order by name, id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(read_table).collect()
    }

    pub async fn lookup_table(&self, project: ProjectId, id: &str) -> Result<LookupTable, CatalogError> {
        let sql = format!("select {WITHOUT_CONTENT} from lookup_tables where project_id = $1 and id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_table(&row.ok_or(CatalogError::NotFound)?)
    }

    /// The file of a table, by its name; `None` when there is no such table.
    pub async fn lookup_content(&self, project: ProjectId, name: &str) -> Result<Option<String>, CatalogError> {
        let sql = "select content from lookup_tables where project_id = $1 and name = $2";
        Ok(sqlx::query_scalar(sql).bind(i64::from(project.0)).bind(name).fetch_optional(self.read()).await?)
    }

    pub async fn create_lookup_table(&self, project: ProjectId, new: &NewLookupTable, created_by: &str) -> Result<LookupTable, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into lookup_tables (id, project_id, name, description, columns, n_rows, content, created_by, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(&new.description)
        .bind(columns_json(new)?)
        .bind(new.n_rows)
        .bind(&new.content)
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        self.inner.lookup_version.fetch_add(1, Ordering::AcqRel);
        self.lookup_table(project, &id).await
    }

    /// Puts another file in a table's place.
    pub async fn update_lookup_table(&self, project: ProjectId, id: &str, new: &NewLookupTable) -> Result<LookupTable, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update lookup_tables set name = $3, description = $4, columns = $5, n_rows = $6, content = $7, updated_at = $8 where project_id = $1 and id = $2",
        )
        .bind(i64::from(project.0))
        .bind(id)
        .bind(new.name.trim())
        .bind(&new.description)
        .bind(columns_json(new)?)
        .bind(new.n_rows)
        .bind(&new.content)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(CatalogError::taken("name"))?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.inner.lookup_version.fetch_add(1, Ordering::AcqRel);
        self.lookup_table(project, id).await
    }

    pub async fn delete_lookup_table(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone =
            sqlx::query("delete from lookup_tables where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.inner.lookup_version.fetch_add(1, Ordering::AcqRel);
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn columns_json(new: &NewLookupTable) -> Result<String, CatalogError> {
    serde_json::to_string(&new.columns).map_err(damaged)
}

fn damaged(error: serde_json::Error) -> CatalogError {
    CatalogError::Damaged { what: "lookup table", message: error.to_string() }
}

fn check(new: &NewLookupTable) -> Result<(), CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the table a name of 1 to 200 characters"));
    }
    if new.description.chars().count() > 2000 {
        return Err(CatalogError::invalid("description", "takes at most 2000 characters"));
    }
    Ok(())
}

fn read_table(row: &SqliteRow) -> Result<LookupTable, CatalogError> {
    Ok(LookupTable {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        columns: serde_json::from_str(row.try_get("columns")?).map_err(damaged)?,
        n_rows: row.try_get("n_rows")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
