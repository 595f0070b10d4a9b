use crate::{Catalog, CatalogError};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

const MAX_CORRECTION_BYTES: usize = 16 * 1024;
const MOST_CORRECTIONS: i64 = 500;

/// What somebody changed about the themes of an open question.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemeCorrection {
    pub id: i64,
    pub correction: Value,
    pub created_by: String,
    pub created_at: i64,
}

impl Catalog {
    /// In the order in which they were made.
    pub async fn theme_corrections(&self, project: ProjectId, survey: &str, question: &str) -> Result<Vec<ThemeCorrection>, CatalogError> {
        let rows = sqlx::query(
            "select theme_corrections.* from theme_corrections join surveys on surveys.id = survey_id
             where project_id = $1 and survey_id = $2 and question = $3 order by theme_corrections.id",
        )
        .bind(i64::from(project.0))
        .bind(survey)
        .bind(question)
        .fetch_all(self.read())
        .await?;
        rows.iter().map(read_correction).collect()
    }

    pub async fn add_theme_correction(&self, project: ProjectId, survey: &str, question: &str, correction: &Value, by: &str) -> Result<(), CatalogError> {
        let text = correction.to_string();
        if text.len() > MAX_CORRECTION_BYTES {
            return Err(CatalogError::invalid("correction", format!("takes at most {MAX_CORRECTION_BYTES} bytes; name fewer terms")));
        }
        self.survey(project, survey).await?;
        let mut transaction = self.write().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from theme_corrections where survey_id = $1 and question = $2")
            .bind(survey)
            .bind(question)
            .fetch_one(&mut *transaction)
            .await?;
        if count >= MOST_CORRECTIONS {
            return Err(CatalogError::invalid("correction", format!("a question takes at most {MOST_CORRECTIONS} corrections; take back some that are over")));
        }
        sqlx::query("insert into theme_corrections (survey_id, question, correction, created_by, created_at) values ($1, $2, $3, $4, $5)")
            .bind(survey)
            .bind(question)
            .bind(text)
            .bind(by)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a correction back, and gives the question that it was about.
    pub async fn remove_theme_correction(&self, project: ProjectId, survey: &str, id: i64) -> Result<String, CatalogError> {
        let mut transaction = self.write().await?;
        let question: Option<String> = sqlx::query_scalar(
            "delete from theme_corrections where id = $3 and survey_id = $2
             and survey_id in (select id from surveys where project_id = $1) returning question",
        )
        .bind(i64::from(project.0))
        .bind(survey)
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        question.ok_or(CatalogError::NotFound)
    }
}

fn read_correction(row: &SqliteRow) -> Result<ThemeCorrection, CatalogError> {
    let correction = serde_json::from_str(row.try_get("correction")?);
    Ok(ThemeCorrection {
        id: row.try_get("id")?,
        correction: correction.map_err(|error| CatalogError::Damaged { what: "theme correction", message: error.to_string() })?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}
