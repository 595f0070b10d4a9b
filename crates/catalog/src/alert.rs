//! How alerts stand, and what became of them. What an alert watches and whom it tells is its definition ([`crate::definition`]).
//!
//! What must stay true: that an alert was judged, what came of it, and the mails and posts that tell of it are written down together; so each is told once.

use crate::{Catalog, CatalogError, Delivery, Mail, NewMail, NewPost, mail::read_mail, secret};
use serde_json::Value;
use sillage_event::ProjectId;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

/// How long it is kept what became of an alert.
const KEPT_MS: i64 = 400 * 86_400_000;

/// How an alert stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertState {
    /// With which its posts are signed.
    pub secret: String,
    /// When it is looked at next; none while it is off.
    pub next_at: Option<i64>,
    pub looked_at: Option<i64>,
    /// The start of the interval that was judged last.
    pub judged: Option<i64>,
    pub is_firing: bool,
    /// Why it could not be judged.
    pub trouble: Option<String>,
}

/// An alert that is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueAlert {
    pub project: ProjectId,
    pub id: String,
    pub state: AlertState,
}

/// What came of looking at an alert.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    pub next_at: i64,
    /// `None` leaves them as they are.
    pub judged: Option<i64>,
    pub is_firing: Option<bool>,
    pub trouble: Option<String>,
    pub event: Option<NewAlertEvent>,
    pub mails: Vec<NewMail>,
    pub posts: Vec<NewPost>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewAlertEvent {
    /// `fired`, `over` or `test`.
    pub kind: &'static str,
    pub details: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AlertEvent {
    pub id: String,
    pub alert: String,
    pub kind: String,
    pub at: i64,
    pub details: Value,
}

impl Catalog {
    /// Begins to watch an alert that was made or changed: it is looked at at once and as if for the first time, or not at all.
    pub async fn watch_alert(&self, project: ProjectId, alert: &str, is_on: bool) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into alert_states (alert_id, project_id, secret, next_at, is_firing) values ($1, $2, $3, $4, 0)
             on conflict (alert_id) do update set next_at = excluded.next_at, judged = null, is_firing = 0, trouble = null",
        )
        .bind(alert)
        .bind(i64::from(project.0))
        .bind(secret::new_secret("whsec_")?)
        .bind(is_on.then(|| self.now_ms()))
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    pub async fn alert_state(&self, project: ProjectId, alert: &str) -> Result<AlertState, CatalogError> {
        let row = sqlx::query("select * from alert_states where project_id = $1 and alert_id = $2")
            .bind(i64::from(project.0))
            .bind(alert)
            .fetch_optional(self.read())
            .await?;
        read_state(&row.ok_or(CatalogError::NotFound)?)
    }

    /// How the alerts of a project stand, by their ids.
    pub async fn alert_states(&self, project: ProjectId) -> Result<Vec<(String, AlertState)>, CatalogError> {
        let rows = sqlx::query("select * from alert_states where project_id = $1").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(|row| Ok((row.try_get("alert_id")?, read_state(row)?))).collect()
    }

    /// The alerts that are to be looked at now, the longest due first.
    pub async fn due_alerts(&self, most: u32) -> Result<Vec<DueAlert>, CatalogError> {
        let rows = sqlx::query("select * from alert_states where next_at <= $1 order by next_at, alert_id limit $2")
            .bind(self.now_ms())
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        let read = |row: &SqliteRow| {
            let project: i64 = row.try_get("project_id")?;
            Ok(DueAlert { project: ProjectId(u32::try_from(project).unwrap_or(u32::MAX)), id: row.try_get("alert_id")?, state: read_state(row)? })
        };
        rows.iter().map(read).collect()
    }

    /// Writes down what came of looking at an alert. An alert that was changed meanwhile is looked at again instead.
    pub async fn judge_alert(&self, alert: &DueAlert, judgement: &Judgement) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update alert_states set next_at = $3, looked_at = $4, judged = coalesce($5, judged), is_firing = coalesce($6, is_firing), trouble = $7
             where alert_id = $1 and next_at = $2",
        )
        .bind(&alert.id)
        .bind(alert.state.next_at)
        .bind(judgement.next_at)
        .bind(self.now_ms())
        .bind(judgement.judged)
        .bind(judgement.is_firing.map(i64::from))
        .bind(&judgement.trouble)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(());
        }
        self.insert_alert_event(&mut transaction, alert.project, &alert.id, judgement.event.as_ref(), &judgement.mails, &judgement.posts).await?;
        Ok(transaction.commit().await?)
    }

    /// Tells of an alert without judging it: a try.
    pub async fn tell_of_alert(
        &self,
        project: ProjectId,
        alert: &str,
        event: &NewAlertEvent,
        mails: &[NewMail],
        posts: &[NewPost],
    ) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        self.insert_alert_event(&mut transaction, project, alert, Some(event), mails, posts).await?;
        Ok(transaction.commit().await?)
    }

    async fn insert_alert_event(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        project: ProjectId,
        alert: &str,
        event: Option<&NewAlertEvent>,
        mails: &[NewMail],
        posts: &[NewPost],
    ) -> Result<(), CatalogError> {
        if let Some(event) = event {
            sqlx::query("insert into alert_events (id, alert_id, project_id, kind, at, details) values ($1, $2, $3, $4, $5, $6)")
                .bind(uuid::Uuid::now_v7().to_string())
                .bind(alert)
                .bind(i64::from(project.0))
                .bind(event.kind)
                .bind(self.now_ms())
                .bind(event.details.to_string())
                .execute(&mut **transaction)
                .await?;
        }
        for mail in mails {
            self.insert_mail(transaction, mail).await?;
        }
        for post in posts {
            self.insert_post(transaction, project, post).await?;
        }
        Ok(())
    }

    /// What became of an alert, the latest first; of all of the project's without one.
    pub async fn alert_events(&self, project: ProjectId, alert: Option<&str>, most: u32) -> Result<Vec<AlertEvent>, CatalogError> {
        let rows = sqlx::query("select * from alert_events where project_id = $1 and ($2 is null or alert_id = $2) order by at desc, id desc limit $3")
            .bind(i64::from(project.0))
            .bind(alert)
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        let read = |row: &SqliteRow| {
            let damaged = |error: serde_json::Error| CatalogError::Damaged { what: "alert event", message: error.to_string() };
            Ok(AlertEvent {
                id: row.try_get("id")?,
                alert: row.try_get("alert_id")?,
                kind: row.try_get("kind")?,
                at: row.try_get("at")?,
                details: serde_json::from_str(row.try_get("details")?).map_err(damaged)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The latest mails about something, the newest first.
    pub async fn latest_mails_about(&self, project: ProjectId, about: &str, most: u32) -> Result<Vec<Mail>, CatalogError> {
        let rows = sqlx::query("select * from mails where project_id = $1 and about = $2 order by created_at desc, id desc limit $3")
            .bind(i64::from(project.0))
            .bind(about)
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_mail).collect()
    }

    /// Forgets what waits to be told of an alert, and what was: it is gone.
    pub async fn forget_alert_deliveries(&self, project: ProjectId, alert: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        self.forget_posts(&mut transaction, project, alert).await?;
        sqlx::query("delete from mails where project_id = $1 and about = $2").bind(i64::from(project.0)).bind(alert).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets what became of alerts long ago.
    pub async fn forget_old_alert_events(&self) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from alert_events where at < $1").bind(self.now_ms() - KEPT_MS).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Whether anything that tells of an alert was given up.
    pub async fn alerts_not_delivered(&self, project: ProjectId) -> Result<Vec<String>, CatalogError> {
        let failed = Delivery::Failed.as_str();
        Ok(sqlx::query_scalar(
            "select about from posts where project_id = $1 and kind = 'alert' and status = $2
             union select about from mails where project_id = $1 and kind = 'alert' and status = $2",
        )
        .bind(i64::from(project.0))
        .bind(failed)
        .fetch_all(self.read())
        .await?)
    }
}

fn read_state(row: &SqliteRow) -> Result<AlertState, CatalogError> {
    Ok(AlertState {
        secret: row.try_get("secret")?,
        next_at: row.try_get("next_at")?,
        looked_at: row.try_get("looked_at")?,
        judged: row.try_get("judged")?,
        is_firing: row.try_get::<i64, _>("is_firing")? != 0,
        trouble: row.try_get("trouble")?,
    })
}
