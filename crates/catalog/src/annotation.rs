//! What happened at a moment, to be seen beside the figures: a release, a campaign, a holiday.

use crate::{Catalog, CatalogError};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MOST: i64 = 5_000;
const MAX_CHARS: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationKind {
    Note,
    /// Its text is the release; a project has each once.
    Release,
}

impl AnnotationKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Release => "release",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    pub id: String,
    pub at: i64,
    pub kind: AnnotationKind,
    pub text: String,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnnotation {
    pub at: i64,
    pub kind: AnnotationKind,
    pub text: String,
}

impl Catalog {
    /// Those of a time, in order; `to` is excluded.
    pub async fn annotations(&self, project: ProjectId, from: i64, to: i64) -> Result<Vec<Annotation>, CatalogError> {
        let rows = sqlx::query("select * from annotations where project_id = $1 and at >= $2 and at < $3 order by at, id")
            .bind(i64::from(project.0))
            .bind(from)
            .bind(to)
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read).collect()
    }

    pub async fn annotation(&self, project: ProjectId, id: &str) -> Result<Annotation, CatalogError> {
        let row =
            sqlx::query("select * from annotations where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read(&row.ok_or(CatalogError::NotFound)?)
    }

    /// Writes one down. A release that is known already stays as it is, and is answered.
    pub async fn create_annotation(&self, project: ProjectId, new: &NewAnnotation, by: &str) -> Result<Annotation, CatalogError> {
        let text = checked(&new.text)?;
        let mut transaction = self.write().await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from annotations where project_id = $1").bind(i64::from(project.0)).fetch_one(&mut *transaction).await?;
        if count >= MOST {
            return Err(CatalogError::invalid("text", format!("a project takes at most {MOST} annotations; delete old ones")));
        }
        let id = uuid::Uuid::now_v7().to_string();
        sqlx::query(
            "insert into annotations (id, project_id, at, kind, text, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
             on conflict do nothing",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.at)
        .bind(new.kind.as_str())
        .bind(text)
        .bind(by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        let row = sqlx::query("select * from annotations where project_id = $1 and (id = $2 or (kind = 'release' and $3 = 'release' and text = $4))")
            .bind(i64::from(project.0))
            .bind(&id)
            .bind(new.kind.as_str())
            .bind(text)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        read(&row)
    }

    pub async fn change_annotation(&self, project: ProjectId, id: &str, at: i64, text: &str) -> Result<Annotation, CatalogError> {
        let text = checked(text)?;
        let mut transaction = self.write().await?;
        let taken: i64 = sqlx::query_scalar(
            "select count(*) from annotations a join annotations b on b.project_id = a.project_id and b.kind = a.kind and b.text = $3 and b.id <> a.id
             where a.project_id = $1 and a.id = $2 and a.kind = 'release'",
        )
        .bind(i64::from(project.0))
        .bind(id)
        .bind(text)
        .fetch_one(&mut *transaction)
        .await?;
        if taken > 0 {
            return Err(CatalogError::invalid("text", "another annotation tells of this release already"));
        }
        let changed = sqlx::query("update annotations set at = $3, text = $4, updated_at = $5 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(at)
            .bind(text)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 { Err(CatalogError::NotFound) } else { self.annotation(project, id).await }
    }

    pub async fn delete_annotation(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone =
            sqlx::query("delete from annotations where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn checked(text: &str) -> Result<&str, CatalogError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_CHARS || text.chars().any(char::is_control) {
        return Err(CatalogError::invalid("text", format!("give a text of 1 to {MAX_CHARS} characters, on one line")));
    }
    Ok(text)
}

fn read(row: &SqliteRow) -> Result<Annotation, CatalogError> {
    let kind: &str = row.try_get("kind")?;
    let kind = [AnnotationKind::Note, AnnotationKind::Release].into_iter().find(|one| one.as_str() == kind);
    Ok(Annotation {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        kind: kind.ok_or_else(|| CatalogError::Damaged { what: "annotation", message: "of an unknown kind".to_owned() })?,
        text: row.try_get("text")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
