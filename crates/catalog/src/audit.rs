//! Who did what: entries are added and read, never changed. Each carries a hash over itself and the one before it.

use crate::{Catalog, CatalogError, database::next_number, secret};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    pub position: i64,
    pub at: i64,
    /// `user:<id>`, `key:<id>` or `console`
    pub actor: String,
    pub project: Option<ProjectId>,
    /// A noun and a verb: `report.delete`.
    pub action: String,
    pub object: String,
    pub details: Value,
    hash: String,
}

#[derive(Clone, Debug)]
pub struct NewAuditEntry<'a> {
    pub actor: &'a str,
    pub project: Option<ProjectId>,
    pub action: &'a str,
    pub object: &'a str,
    pub details: Value,
}

impl Catalog {
    pub async fn record(&self, new: NewAuditEntry<'_>) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let position = next_number(&mut transaction, "audit").await?;
        let before: Option<String> =
            sqlx::query_scalar("select hash from audit where position = $1").bind(position - 1).fetch_optional(&mut *transaction).await?;
        let mut entry = AuditEntry {
            position,
            at: self.now_ms(),
            actor: new.actor.to_owned(),
            project: new.project,
            action: new.action.to_owned(),
            object: new.object.to_owned(),
            details: new.details,
            hash: String::new(),
        };
        entry.hash = chained_hash(&entry, before.as_deref().unwrap_or_default());
        sqlx::query("insert into audit (position, at, actor, project_id, action, object, details, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(entry.position)
            .bind(entry.at)
            .bind(&entry.actor)
            .bind(entry.project.map(|project| i64::from(project.0)))
            .bind(&entry.action)
            .bind(&entry.object)
            .bind(entry.details.to_string())
            .bind(&entry.hash)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The latest entries of a project (or of the installation), newest first, before a position.
    pub async fn audit(&self, project: Option<ProjectId>, before: Option<i64>, limit: u32) -> Result<Vec<AuditEntry>, CatalogError> {
        let rows = sqlx::query("select * from audit where ($1 is null or project_id = $1) and position < $2 order by position desc limit $3")
            .bind(project.map(|project| i64::from(project.0)))
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_entry).collect()
    }

    /// The position of the first entry that does not follow from the one before it; `None` when the log is whole.
    pub async fn audit_break(&self) -> Result<Option<i64>, CatalogError> {
        let mut before = String::new();
        let mut expected = 1;
        loop {
            let rows = sqlx::query("select * from audit where position >= $1 order by position limit 1000").bind(expected).fetch_all(self.read()).await?;
            if rows.is_empty() {
                return Ok(None);
            }
            for row in &rows {
                let entry = read_entry(row)?;
                if entry.position != expected || entry.hash != chained_hash(&entry, &before) {
                    return Ok(Some(expected));
                }
                before.clone_from(&entry.hash);
                expected += 1;
            }
        }
    }
}

fn chained_hash(entry: &AuditEntry, before: &str) -> String {
    let project = entry.project.map(|project| project.0);
    let signed = serde_json::json!([before, entry.position, entry.at, entry.actor, project, entry.action, entry.object, entry.details]);
    secret::hex(&Sha256::digest(signed.to_string().as_bytes()))
}

fn read_entry(row: &SqliteRow) -> Result<AuditEntry, CatalogError> {
    let damaged = |message: String| CatalogError::Damaged { what: "audit entry", message };
    let project: Option<i64> = row.try_get("project_id")?;
    Ok(AuditEntry {
        position: row.try_get("position")?,
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        project: project.map(u32::try_from).transpose().map_err(|error| damaged(error.to_string()))?.map(ProjectId),
        action: row.try_get("action")?,
        object: row.try_get("object")?,
        details: serde_json::from_str(row.try_get("details")?).map_err(|error| damaged(error.to_string()))?,
        hash: row.try_get("hash")?,
    })
}
