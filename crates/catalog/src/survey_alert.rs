//! Who is told when somebody answered a survey: by mail, or by a post to another server. Both wait in the catalog until they are sent.
//!
//! What must stay true: a response is told of once, also when it arrives again; that it was told and what tells of it are written down together.

use crate::{Catalog, CatalogError, NewMail, NewPost, secret};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};
use std::collections::HashSet;

/// How long it is kept that a response was told of.
const TOLD_KEPT_MS: i64 = 90 * 86_400_000;

/// Who is told of a survey's answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyAlerts {
    /// As `api` reads it.
    pub settings: Value,
    /// With which posts are signed.
    pub secret: String,
}

/// A response that was completed and is to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    pub project: ProjectId,
    pub survey: String,
    pub response: String,
}

impl Catalog {
    pub async fn survey_alerts(&self, project: ProjectId, survey: &str) -> Result<Option<SurveyAlerts>, CatalogError> {
        let row = sqlx::query("select settings, secret from survey_alerts where project_id = $1 and survey_id = $2")
            .bind(i64::from(project.0))
            .bind(survey)
            .fetch_optional(self.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let damaged = |error: serde_json::Error| CatalogError::Damaged { what: "alert", message: error.to_string() };
        Ok(Some(SurveyAlerts { settings: serde_json::from_str(row.try_get("settings")?).map_err(damaged)?, secret: row.try_get("secret")? }))
    }

    /// Says who is told; nobody, where there are no settings. The secret stays once it is made.
    pub async fn set_survey_alerts(&self, project: ProjectId, survey: &str, settings: Option<&Value>) -> Result<(), CatalogError> {
        self.survey(project, survey).await?;
        let mut transaction = self.write().await?;
        match settings {
            None => {
                sqlx::query("delete from survey_alerts where project_id = $1 and survey_id = $2")
                    .bind(i64::from(project.0))
                    .bind(survey)
                    .execute(&mut *transaction)
                    .await?;
            }
            Some(settings) => {
                sqlx::query(
                    "insert into survey_alerts (survey_id, project_id, settings, secret, updated_at) values ($1, $2, $3, $4, $5)
                     on conflict (survey_id) do update set settings = excluded.settings, updated_at = excluded.updated_at",
                )
                .bind(survey)
                .bind(i64::from(project.0))
                .bind(settings.to_string())
                .bind(secret::new_secret("whsec_")?)
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// The surveys of a project whose answers somebody is told of.
    pub async fn surveys_with_alerts(&self, project: ProjectId) -> Result<HashSet<String>, CatalogError> {
        let ids: Vec<String> =
            sqlx::query_scalar("select survey_id from survey_alerts where project_id = $1").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        Ok(ids.into_iter().collect())
    }

    /// Writes down that responses are to be told of; those that are written down already stay as they are.
    pub async fn tell_later(&self, tellings: &[Telling], not_before: i64) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        for telling in tellings {
            sqlx::query(
                "insert into survey_told (survey_id, response, project_id, not_before) select id, $2, $3, $4 from surveys where id = $1 and project_id = $3
                 on conflict (survey_id, response) do nothing",
            )
            .bind(&telling.survey)
            .bind(&telling.response)
            .bind(i64::from(telling.project.0))
            .bind(not_before)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    pub async fn due_tellings(&self, most: u32) -> Result<Vec<Telling>, CatalogError> {
        let rows =
            sqlx::query("select survey_id, response, project_id from survey_told where told_at is null and not_before <= $1 order by not_before limit $2")
                .bind(self.now_ms())
                .bind(i64::from(most))
                .fetch_all(self.read())
                .await?;
        let read = |row: &SqliteRow| {
            let project: i64 = row.try_get("project_id")?;
            Ok(Telling {
                project: ProjectId(u32::try_from(project).unwrap_or(u32::MAX)),
                survey: row.try_get("survey_id")?,
                response: row.try_get("response")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A response was told of, by these mails and posts; by none, when nobody wanted to know.
    pub async fn told(&self, telling: &Telling, mails: &[NewMail], posts: &[NewPost]) -> Result<(), CatalogError> {
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        let changed = sqlx::query("update survey_told set told_at = $3 where survey_id = $1 and response = $2 and told_at is null")
            .bind(&telling.survey)
            .bind(&telling.response)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        if changed.rows_affected() == 0 {
            return Ok(());
        }
        for mail in mails {
            self.insert_mail(&mut transaction, mail).await?;
        }
        for post in posts {
            self.insert_post(&mut transaction, telling.project, post).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Forgets that responses were told of long ago.
    pub async fn forget_old_tellings(&self) -> Result<(), CatalogError> {
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        sqlx::query("delete from survey_told where told_at < $1").bind(now - TOLD_KEPT_MS).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}
