//! Posts to other servers that wait to be sent, as mails do ([`crate::mail`]), and those that were: what tells of a survey's answers, or of an alert.

use crate::{
    Catalog, CatalogError, Delivery,
    mail::{MAIL_LIFETIME_MS, wait_after},
};
use sillage_event::ProjectId;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

/// How long posts are kept after they were sent or given up.
const KEPT_MS: i64 = 30 * 86_400_000;
/// As an event has at most.
const MAX_BODY_BYTES: usize = 1 << 20;

/// What is posted to another server.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// What it tells of: `survey` or `alert`.
    pub kind: &'static str,
    /// The id of that.
    pub about: String,
    pub url: String,
    pub secret: String,
    pub body: String,
    /// Not posted earlier; `None` is at once.
    pub not_before: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub id: String,
    pub kind: String,
    /// The id of what it tells of.
    pub about: String,
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
    /// Writes a post down with the change that it tells of: both happen, or neither.
    pub(crate) async fn insert_post(&self, transaction: &mut Transaction<'static, Sqlite>, project: ProjectId, post: &NewPost) -> Result<String, CatalogError> {
        if post.body.len() > MAX_BODY_BYTES {
            return Err(CatalogError::invalid("body", format!("takes at most {MAX_BODY_BYTES} bytes")));
        }
        let now = self.now_ms();
        let (id, not_before) = (uuid::Uuid::now_v7().to_string(), post.not_before.unwrap_or(now).max(now));
        sqlx::query(
            "insert into posts (id, project_id, kind, about, url, secret, body, status, not_before, not_after, attempts, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, 0, $10)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(post.kind)
        .bind(&post.about)
        .bind(&post.url)
        .bind(&post.secret)
        .bind(&post.body)
        .bind(not_before)
        .bind(not_before + MAIL_LIFETIME_MS)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
        Ok(id)
    }

    /// Forgets the posts that tell of something.
    pub(crate) async fn forget_posts(&self, transaction: &mut Transaction<'static, Sqlite>, project: ProjectId, about: &str) -> Result<(), CatalogError> {
        sqlx::query("delete from posts where project_id = $1 and about = $2").bind(i64::from(project.0)).bind(about).execute(&mut **transaction).await?;
        Ok(())
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

    /// The latest posts that tell of something, the newest first.
    pub async fn latest_posts(&self, project: ProjectId, about: &str, most: u32) -> Result<Vec<Post>, CatalogError> {
        let rows = sqlx::query("select * from posts where project_id = $1 and about = $2 order by created_at desc, id desc limit $3")
            .bind(i64::from(project.0))
            .bind(about)
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_post).collect()
    }

    /// Forgets what was posted or given up long ago.
    pub async fn forget_old_posts(&self) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from posts where status <> 'waiting' and ended_at < $1").bind(self.now_ms() - KEPT_MS).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}

fn read_post(row: &SqliteRow) -> Result<Post, CatalogError> {
    let status: String = row.try_get("status")?;
    let damaged = || CatalogError::Damaged { what: "post", message: format!("{status} is no status") };
    Ok(Post {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        about: row.try_get("about")?,
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
