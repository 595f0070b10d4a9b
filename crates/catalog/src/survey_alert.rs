//! Who is told when somebody answered a survey: by mail, or by a post to another server. What is to be posted waits here as mails do.
//!
//! What must stay true: a response is told of once, also when it arrives again; that it was told and what tells of it are written down together.

use crate::{
    Catalog, CatalogError, Delivery, NewMail,
    mail::{MAIL_LIFETIME_MS, wait_after},
    secret,
};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};
use std::collections::HashSet;

/// How long what was posted is kept, and that a response was told of.
const KEPT_MS: i64 = 30 * 86_400_000;
const TOLD_KEPT_MS: i64 = 90 * 86_400_000;
/// Of answers that are told of; a response has at most so many bytes as an event has.
const MAX_BODY_BYTES: usize = 1 << 20;

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

/// What is posted to another server.
#[derive(Clone, Debug)]
pub struct NewPost {
    pub url: String,
    pub secret: String,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub id: String,
    pub survey: String,
    pub url: String,
    pub secret: String,
    pub body: String,
    pub status: Delivery,
    pub not_before: i64,
    pub not_after: i64,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub created_at: i64,
    pub ended_at: Option<i64>,
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
            if post.body.len() > MAX_BODY_BYTES {
                return Err(CatalogError::invalid("body", format!("takes at most {MAX_BODY_BYTES} bytes")));
            }
            sqlx::query(
                "insert into posts (id, project_id, survey_id, url, secret, body, status, not_before, not_after, attempts, created_at)
                 values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, 0, $7)",
            )
            .bind(uuid::Uuid::now_v7().to_string())
            .bind(i64::from(telling.project.0))
            .bind(&telling.survey)
            .bind(&post.url)
            .bind(&post.secret)
            .bind(&post.body)
            .bind(now)
            .bind(now + MAIL_LIFETIME_MS)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    pub async fn due_posts(&self, most: u32) -> Result<Vec<Post>, CatalogError> {
        let rows = sqlx::query("select * from posts where status = 'waiting' and not_before <= $1 order by not_before, id limit $2")
            .bind(self.now_ms())
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_post).collect()
    }

    /// As [`Catalog::begin_mail`].
    pub async fn begin_post(&self, post: &Post) -> Result<bool, CatalogError> {
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        let begun = if post.not_after < now {
            sqlx::query("update posts set status = 'failed', ended_at = $2 where id = $1 and status = 'waiting'")
                .bind(&post.id)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            false
        } else {
            let changed = sqlx::query("update posts set attempts = attempts + 1, not_before = $2 where id = $1 and status = 'waiting'")
                .bind(&post.id)
                .bind(now + wait_after(post.attempts))
                .execute(&mut *transaction)
                .await?;
            changed.rows_affected() > 0
        };
        transaction.commit().await?;
        Ok(begun)
    }

    /// What became of an attempt: it was taken, or why not, and whether that is for good.
    pub async fn post_ended(&self, id: &str, error: Option<&str>, give_up: bool) -> Result<(), CatalogError> {
        let status = match (error, give_up) {
            (None, _) => Delivery::Sent,
            (Some(_), true) => Delivery::Failed,
            (Some(_), false) => Delivery::Waiting,
        };
        let mut transaction = self.write().await?;
        sqlx::query("update posts set status = $2, last_error = $3, ended_at = case when $2 = 'waiting' then null else $4 end where id = $1")
            .bind(id)
            .bind(status.as_str())
            .bind(error.map(|error| error.chars().take(500).collect::<String>()))
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// The latest posts of a survey, the newest first.
    pub async fn latest_posts(&self, project: ProjectId, survey: &str, most: u32) -> Result<Vec<Post>, CatalogError> {
        let rows = sqlx::query("select * from posts where project_id = $1 and survey_id = $2 order by created_at desc, id desc limit $3")
            .bind(i64::from(project.0))
            .bind(survey)
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_post).collect()
    }

    /// Forgets what was posted or given up long ago.
    pub async fn forget_old_posts(&self) -> Result<(), CatalogError> {
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        sqlx::query("delete from posts where status <> 'waiting' and ended_at < $1").bind(now - KEPT_MS).execute(&mut *transaction).await?;
        sqlx::query("delete from survey_told where told_at < $1").bind(now - TOLD_KEPT_MS).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}

fn read_post(row: &SqliteRow) -> Result<Post, CatalogError> {
    let status: String = row.try_get("status")?;
    let damaged = || CatalogError::Damaged { what: "post", message: format!("{status} is no status") };
    Ok(Post {
        id: row.try_get("id")?,
        survey: row.try_get("survey_id")?,
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        body: row.try_get("body")?,
        status: Delivery::parse(&status).ok_or_else(damaged)?,
        not_before: row.try_get("not_before")?,
        not_after: row.try_get("not_after")?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
        last_error: row.try_get("last_error")?,
        created_at: row.try_get("created_at")?,
        ended_at: row.try_get("ended_at")?,
    })
}
