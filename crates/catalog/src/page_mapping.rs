//! How pages are grouped. The rules are JSON that others read; a change of them is a new version.
//!
//! What must stay true: the first mapping of a project is its own until another is made so, so that there is one as long as there are any.

use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

const MAX_RULES_BYTES: usize = 1 << 20;

/// A way of grouping pages, as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct PageMapping {
    pub id: String,
    /// No two of a project have the same.
    pub name: String,
    pub description: String,
    /// Whether it is the project's own.
    pub is_default: bool,
    pub rules: Value,
    /// Counts changes of the rules from 1.
    pub version: u32,
    pub created_by: String,
    pub created_at: i64,
    pub updated_by: String,
    pub updated_at: i64,
}

/// Rules as of one change.
#[derive(Clone, Debug, PartialEq)]
pub struct PageMappingVersion {
    pub version: u32,
    pub rules: Value,
    pub created_by: String,
    pub created_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewPageMapping {
    pub name: String,
    pub description: String,
    /// Makes it the project's own; another is so no more.
    pub is_default: bool,
    pub rules: Value,
}

const WITH_RULES: &str = "select m.*, v.version, v.rules, v.created_by as updated_by, v.created_at as updated_at from page_mappings m \
     join page_mapping_versions v on v.mapping_id = m.id and v.version = (select max(version) from page_mapping_versions where mapping_id = m.id)";

impl Catalog {
    /// The project's own first, then by name.
    pub async fn page_mappings(&self, project: ProjectId) -> Result<Vec<PageMapping>, CatalogError> {
        let sql = format!("{WITH_RULES} where m.project_id = $1 order by m.is_default desc, m.name, m.id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(read_page_mapping).collect()
    }

    pub async fn page_mapping(&self, project: ProjectId, id: &str) -> Result<PageMapping, CatalogError> {
        let sql = format!("{WITH_RULES} where m.project_id = $1 and m.id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_page_mapping(&row.ok_or(CatalogError::NotFound)?)
    }

    /// Newest first.
    pub async fn page_mapping_versions(&self, project: ProjectId, id: &str, limit: u32) -> Result<Vec<PageMappingVersion>, CatalogError> {
        let rows = sqlx::query(
            "select v.* from page_mapping_versions v join page_mappings m on m.id = v.mapping_id where m.project_id = $1 and m.id = $2 order by v.version desc limit $3",
        )
        .bind(i64::from(project.0))
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await?;
        rows.iter().map(read_version).collect()
    }

    pub async fn create_page_mapping(&self, project: ProjectId, new: &NewPageMapping, created_by: &str) -> Result<PageMapping, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let has_own: i64 = sqlx::query_scalar("select count(*) from page_mappings where project_id = $1 and is_default")
            .bind(i64::from(project.0))
            .fetch_one(&mut *transaction)
            .await?;
        if new.is_default {
            give_up_default(&mut transaction, project).await?;
        }
        sqlx::query("insert into page_mappings (id, project_id, name, description, is_default, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(&id)
            .bind(i64::from(project.0))
            .bind(new.name.trim())
            .bind(&new.description)
            .bind(new.is_default || has_own == 0)
            .bind(created_by)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await
            .map_err(CatalogError::taken("name"))?;
        self.add_version(&mut transaction, &id, &new.rules, created_by).await?;
        transaction.commit().await?;
        self.page_mapping(project, &id).await
    }

    /// Rules that say the same as before make no new version.
    pub async fn update_page_mapping(&self, project: ProjectId, id: &str, new: &NewPageMapping, changed_by: &str) -> Result<PageMapping, CatalogError> {
        check(new)?;
        let before = self.page_mapping(project, id).await?;
        let mut transaction = self.write().await?;
        if new.is_default {
            give_up_default(&mut transaction, project).await?;
        }
        sqlx::query("update page_mappings set name = $3, description = $4, is_default = $5 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(new.name.trim())
            .bind(&new.description)
            .bind(new.is_default || before.is_default)
            .execute(&mut *transaction)
            .await
            .map_err(CatalogError::taken("name"))?;
        if before.rules != new.rules {
            self.add_version(&mut transaction, id, &new.rules, changed_by).await?;
        }
        transaction.commit().await?;
        self.page_mapping(project, id).await
    }

    pub async fn delete_page_mapping(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from page_mapping_versions where mapping_id = (select id from page_mappings where project_id = $1 and id = $2)")
            .bind(i64::from(project.0))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let gone =
            sqlx::query("delete from page_mappings where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    async fn add_version(&self, transaction: &mut Transaction<'_, Sqlite>, id: &str, rules: &Value, by: &str) -> Result<(), CatalogError> {
        sqlx::query(
            "insert into page_mapping_versions (mapping_id, version, rules, created_by, created_at)
             select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from page_mapping_versions where mapping_id = $1",
        )
        .bind(id)
        .bind(rules.to_string())
        .bind(by)
        .bind(self.now_ms())
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

async fn give_up_default(transaction: &mut Transaction<'_, Sqlite>, project: ProjectId) -> Result<(), CatalogError> {
    sqlx::query("update page_mappings set is_default = false where project_id = $1 and is_default")
        .bind(i64::from(project.0))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn check(new: &NewPageMapping) -> Result<(), CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the mapping a name of 1 to 200 characters"));
    }
    if new.description.chars().count() > 2000 {
        return Err(CatalogError::invalid("description", "takes at most 2000 characters"));
    }
    if new.rules.to_string().len() > MAX_RULES_BYTES {
        return Err(CatalogError::invalid("rules", format!("take at most {MAX_RULES_BYTES} bytes")));
    }
    Ok(())
}

fn read_page_mapping(row: &SqliteRow) -> Result<PageMapping, CatalogError> {
    Ok(PageMapping {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        is_default: row.try_get("is_default")?,
        rules: read_rules(row)?,
        version: read_number(row)?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_by: row.try_get("updated_by")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn read_version(row: &SqliteRow) -> Result<PageMappingVersion, CatalogError> {
    Ok(PageMappingVersion {
        version: read_number(row)?,
        rules: read_rules(row)?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}

fn read_number(row: &SqliteRow) -> Result<u32, CatalogError> {
    Ok(u32::try_from(row.try_get::<i64, _>("version")?).unwrap_or(u32::MAX))
}

fn read_rules(row: &SqliteRow) -> Result<Value, CatalogError> {
    serde_json::from_str(row.try_get("rules")?).map_err(|error| CatalogError::Damaged { what: "page mapping", message: error.to_string() })
}
