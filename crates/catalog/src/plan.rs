use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_DOCUMENT_BYTES: usize = 1 << 20;
const MAX_NOTE_CHARS: usize = 2_000;
/// Of one project; the earliest go when there are more.
const MOST_VERSIONS: i64 = 500;

/// A tracking plan that is being written.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanDraft {
    pub document: Value,
    /// The published version that it began from; 0 is none.
    pub base_version: u32,
    /// Grows with each change.
    pub revision: u32,
    pub changed_by: String,
    pub changed_at: i64,
}

/// A tracking plan as it was published.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanVersion {
    /// From 1.
    pub version: u32,
    pub document: Value,
    /// What its reviewer wrote.
    pub note: String,
    pub published_by: String,
    pub published_at: i64,
}

impl Catalog {
    pub async fn plan_draft(&self, project: ProjectId) -> Result<Option<PlanDraft>, CatalogError> {
        let row = sqlx::query("select * from plan_drafts where project_id = $1").bind(i64::from(project.0)).fetch_optional(self.read()).await?;
        row.as_ref().map(read_draft).transpose()
    }

    /// The plan that is in force.
    pub async fn published_plan(&self, project: ProjectId) -> Result<Option<PlanVersion>, CatalogError> {
        let row = sqlx::query("select * from plan_versions where project_id = $1 order by version desc limit 1")
            .bind(i64::from(project.0))
            .fetch_optional(self.read())
            .await?;
        row.as_ref().map(read_version).transpose()
    }

    /// The version of the plan in force; 0 is none.
    pub async fn published_plan_version(&self, project: ProjectId) -> Result<u32, CatalogError> {
        let version: Option<i64> =
            sqlx::query_scalar("select max(version) from plan_versions where project_id = $1").bind(i64::from(project.0)).fetch_one(self.read()).await?;
        Ok(version.and_then(|version| u32::try_from(version).ok()).unwrap_or_default())
    }

    pub async fn plan_version(&self, project: ProjectId, version: u32) -> Result<PlanVersion, CatalogError> {
        let row = sqlx::query("select * from plan_versions where project_id = $1 and version = $2")
            .bind(i64::from(project.0))
            .bind(i64::from(version))
            .fetch_optional(self.read())
            .await?;
        read_version(&row.ok_or(CatalogError::NotFound)?)
    }

    /// Newest first.
    pub async fn plan_versions(&self, project: ProjectId, limit: u32) -> Result<Vec<PlanVersion>, CatalogError> {
        let rows = sqlx::query("select * from plan_versions where project_id = $1 order by version desc limit $2")
            .bind(i64::from(project.0))
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_version).collect()
    }

    /// Keeps a draft over the one that is there. With `revision`, only over that one: 0 where there was none.
    pub async fn keep_plan_draft(&self, project: ProjectId, document: &Value, revision: Option<u32>, by: &str) -> Result<PlanDraft, CatalogError> {
        let document = document.to_string();
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(CatalogError::invalid("document", format!("takes at most {MAX_DOCUMENT_BYTES} bytes")));
        }
        let mut transaction = self.write().await?;
        let before: Option<i64> =
            sqlx::query_scalar("select revision from plan_drafts where project_id = $1").bind(i64::from(project.0)).fetch_optional(&mut *transaction).await?;
        let before = before.unwrap_or_default();
        if revision.is_some_and(|revision| i64::from(revision) != before) {
            return Err(CatalogError::Changed { what: "draft of the plan" });
        }
        sqlx::query(
            "insert into plan_drafts (project_id, document, base_version, revision, changed_by, changed_at)
             values ($1, $2, (select coalesce(max(version), 0) from plan_versions where project_id = $1), $3, $4, $5)
             on conflict (project_id) do update set document = excluded.document, revision = excluded.revision, changed_by = excluded.changed_by,
             changed_at = excluded.changed_at",
        )
        .bind(i64::from(project.0))
        .bind(&document)
        .bind(before + 1)
        .bind(by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.plan_draft(project).await?.ok_or(CatalogError::NotFound)
    }

    pub async fn drop_plan_draft(&self, project: ProjectId) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from plan_drafts where project_id = $1").bind(i64::from(project.0)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// Makes the draft the plan in force, if it is still the one with this revision; the draft is gone then.
    pub async fn publish_plan(&self, project: ProjectId, revision: u32, note: &str, by: &str) -> Result<PlanVersion, CatalogError> {
        if note.chars().count() > MAX_NOTE_CHARS {
            return Err(CatalogError::invalid("note", format!("takes at most {MAX_NOTE_CHARS} characters")));
        }
        let mut transaction = self.write().await?;
        let row = sqlx::query("select * from plan_drafts where project_id = $1").bind(i64::from(project.0)).fetch_optional(&mut *transaction).await?;
        let draft = read_draft(&row.ok_or(CatalogError::NotFound)?)?;
        if draft.revision != revision {
            return Err(CatalogError::Changed { what: "draft of the plan" });
        }
        let version: i64 = sqlx::query_scalar("select coalesce(max(version), 0) + 1 from plan_versions where project_id = $1")
            .bind(i64::from(project.0))
            .fetch_one(&mut *transaction)
            .await?;
        sqlx::query("insert into plan_versions (project_id, version, document, note, published_by, published_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(i64::from(project.0))
            .bind(version)
            .bind(draft.document.to_string())
            .bind(note.trim())
            .bind(by)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from plan_versions where project_id = $1 and version <= $2")
            .bind(i64::from(project.0))
            .bind(version - MOST_VERSIONS)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from plan_drafts where project_id = $1").bind(i64::from(project.0)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.published_plan(project).await?.ok_or(CatalogError::NotFound)
    }
}

fn read_draft(row: &SqliteRow) -> Result<PlanDraft, CatalogError> {
    Ok(PlanDraft {
        document: read_document(row)?,
        base_version: read_number(row, "base_version")?,
        revision: read_number(row, "revision")?,
        changed_by: row.try_get("changed_by")?,
        changed_at: row.try_get("changed_at")?,
    })
}

fn read_version(row: &SqliteRow) -> Result<PlanVersion, CatalogError> {
    Ok(PlanVersion {
        version: read_number(row, "version")?,
        document: read_document(row)?,
        note: row.try_get("note")?,
        published_by: row.try_get("published_by")?,
        published_at: row.try_get("published_at")?,
    })
}

fn read_number(row: &SqliteRow, column: &str) -> Result<u32, CatalogError> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
}

fn read_document(row: &SqliteRow) -> Result<Value, CatalogError> {
    serde_json::from_str(row.try_get("document")?).map_err(|error| CatalogError::Damaged { what: "tracking plan", message: error.to_string() })
}
