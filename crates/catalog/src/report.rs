use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_REPORT_BYTES: usize = 256 * 1024;

/// A saved question, and how its answer is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub question: Value,
    pub view: Value,
    pub created_by: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct NewReport {
    pub name: String,
    pub kind: String,
    pub question: Value,
    pub view: Value,
}

impl Catalog {
    /// The project's reports, the latest changed first.
    pub async fn reports(&self, project: ProjectId) -> Result<Vec<Report>, CatalogError> {
        let rows = sqlx::query("select * from reports where project_id = $1 order by updated_at desc, id desc")
            .bind(i64::from(project.0))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_report).collect()
    }

    pub async fn report(&self, project: ProjectId, id: &str) -> Result<Report, CatalogError> {
        let row =
            sqlx::query("select * from reports where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).fetch_optional(self.read()).await?;
        read_report(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_report(&self, project: ProjectId, new: &NewReport, created_by: &str) -> Result<Report, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into reports (id, project_id, name, kind, question, view, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(new.name.trim())
        .bind(&new.kind)
        .bind(new.question.to_string())
        .bind(new.view.to_string())
        .bind(created_by)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.report(project, &id).await
    }

    pub async fn update_report(&self, project: ProjectId, id: &str, new: &NewReport) -> Result<Report, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query("update reports set name = $3, kind = $4, question = $5, view = $6, updated_at = $7 where project_id = $1 and id = $2")
            .bind(i64::from(project.0))
            .bind(id)
            .bind(new.name.trim())
            .bind(&new.kind)
            .bind(new.question.to_string())
            .bind(new.view.to_string())
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.report(project, id).await
    }

    pub async fn delete_report(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from reports where project_id = $1 and id = $2").bind(i64::from(project.0)).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }
}

fn check(new: &NewReport) -> Result<(), CatalogError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give the report a name of 1 to 200 characters"));
    }
    if new.question.to_string().len() + new.view.to_string().len() > MAX_REPORT_BYTES {
        return Err(CatalogError::invalid("question", format!("a report holds at most {MAX_REPORT_BYTES} bytes")));
    }
    Ok(())
}

fn read_report(row: &SqliteRow) -> Result<Report, CatalogError> {
    let json = |column: &str| -> Result<Value, CatalogError> {
        serde_json::from_str(row.try_get(column)?).map_err(|error| CatalogError::Damaged { what: "report", message: error.to_string() })
    };
    Ok(Report {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        kind: row.try_get("kind")?,
        question: json("question")?,
        view: json("view")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
