//! What people add to recordings: notes, who watched what, links for others, and how a project records.

use crate::{Catalog, CatalogError, secret};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};
use std::collections::{HashMap, HashSet};

/// Of links and of recordings, at most.
pub const MAX_SHARE_MS: i64 = 30 * 86_400_000;
pub const MAX_KEEP_DAYS: u32 = 180;
const MAX_NOTE_CHARS: usize = 4_000;
const MAX_TAGS: usize = 20;
const MAX_TAG_CHARS: usize = 50;

/// Something that somebody wrote on a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingNote {
    pub id: String,
    pub session: String,
    pub note: NewRecordingNote,
    pub author: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewRecordingNote {
    pub text: String,
    pub tags: Vec<String>,
    /// From the beginning of the recording.
    pub from_ms: i64,
    pub to_ms: Option<i64>,
}

/// A link that opens one recording to whoever has it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingShare {
    pub id: String,
    pub project: ProjectId,
    pub session: String,
    /// Where playing begins.
    pub at_ms: i64,
    pub created_by: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
    pub views: i64,
}

/// How a project records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingSettings {
    pub is_on: bool,
    /// What the server masks at least: `strict`, `balanced`, `open`.
    pub masking: String,
    pub keep_days: u32,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self { is_on: true, masking: "strict".to_owned(), keep_days: 30 }
    }
}

impl Catalog {
    /// The notes of a recording, by their place in it.
    pub async fn recording_notes(&self, project: ProjectId, session: &str) -> Result<Vec<RecordingNote>, CatalogError> {
        let rows = sqlx::query("select * from recording_notes where project_id = $1 and session = $2 order by from_ms, created_at, id")
            .bind(i64::from(project.0))
            .bind(session)
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_note).collect()
    }

    /// The texts of all notes of a project, by session.
    pub async fn recording_note_texts(&self, project: ProjectId) -> Result<HashMap<String, Vec<String>>, CatalogError> {
        let rows =
            sqlx::query("select session, note, tags from recording_notes where project_id = $1").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        let mut texts: HashMap<String, Vec<String>> = HashMap::new();
        for row in &rows {
            let tags = read_tags(row)?;
            let text: String = row.try_get("note")?;
            texts.entry(row.try_get("session")?).or_default().push(if tags.is_empty() { text } else { format!("{text} {}", tags.join(" ")) });
        }
        Ok(texts)
    }

    pub async fn add_recording_note(&self, project: ProjectId, session: &str, new: &NewRecordingNote, author: &str) -> Result<RecordingNote, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into recording_notes (id, project_id, session, note, tags, from_ms, to_ms, author, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(session)
        .bind(&new.text)
        .bind(serde_json::json!(new.tags).to_string())
        .bind(new.from_ms)
        .bind(new.to_ms)
        .bind(author)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.recording_note(project, session, &id).await
    }

    pub async fn recording_note(&self, project: ProjectId, session: &str, id: &str) -> Result<RecordingNote, CatalogError> {
        let row = sqlx::query("select * from recording_notes where project_id = $1 and session = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(session)
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        read_note(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn change_recording_note(&self, project: ProjectId, session: &str, id: &str, new: &NewRecordingNote) -> Result<RecordingNote, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update recording_notes set note = $4, tags = $5, from_ms = $6, to_ms = $7, updated_at = $8 where project_id = $1 and session = $2 and id = $3",
        )
        .bind(i64::from(project.0))
        .bind(session)
        .bind(id)
        .bind(&new.text)
        .bind(serde_json::json!(new.tags).to_string())
        .bind(new.from_ms)
        .bind(new.to_ms)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.recording_note(project, session, id).await
    }

    pub async fn delete_recording_note(&self, project: ProjectId, session: &str, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from recording_notes where project_id = $1 and session = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(session)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// The sessions that an account has watched.
    pub async fn watched_recordings(&self, project: ProjectId, account: &str) -> Result<HashSet<String>, CatalogError> {
        let rows = sqlx::query_scalar("select session from recording_watched where project_id = $1 and account = $2")
            .bind(i64::from(project.0))
            .bind(account)
            .fetch_all(self.read())
            .await?;
        Ok(rows.into_iter().collect())
    }

    pub async fn set_recording_watched(&self, project: ProjectId, account: &str, session: &str, is_watched: bool) -> Result<(), CatalogError> {
        let statement = if is_watched {
            "insert into recording_watched (project_id, account, session, at) values ($1, $2, $3, $4) on conflict (project_id, account, session) do nothing"
        } else {
            "delete from recording_watched where project_id = $1 and account = $2 and session = $3 and at <= $4"
        };
        let mut transaction = self.write().await?;
        sqlx::query(statement).bind(i64::from(project.0)).bind(account).bind(session).bind(self.now_ms()).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes a link; its token is told here and never again.
    pub async fn share_recording(
        &self,
        project: ProjectId,
        session: &str,
        at_ms: i64,
        lifetime_ms: i64,
        created_by: &str,
    ) -> Result<(RecordingShare, String), CatalogError> {
        if !(60_000..=MAX_SHARE_MS).contains(&lifetime_ms) {
            return Err(CatalogError::invalid("expires_at", "a link lasts from a minute to 30 days"));
        }
        let id = uuid::Uuid::now_v7().to_string();
        let token = secret::new_secret("sr_")?;
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into recording_shares (id, project_id, session, at_ms, token_hash, created_by, created_at, expires_at, views)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
        )
        .bind(&id)
        .bind(i64::from(project.0))
        .bind(session)
        .bind(at_ms.max(0))
        .bind(secret::hash_of(&token))
        .bind(created_by)
        .bind(now)
        .bind(now + lifetime_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let row = sqlx::query("select * from recording_shares where id = $1").bind(&id).fetch_one(self.read()).await?;
        Ok((read_share(&row)?, token))
    }

    /// The links of a recording, the latest first.
    pub async fn recording_shares(&self, project: ProjectId, session: &str) -> Result<Vec<RecordingShare>, CatalogError> {
        let rows = sqlx::query("select * from recording_shares where project_id = $1 and session = $2 order by created_at desc, id desc")
            .bind(i64::from(project.0))
            .bind(session)
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_share).collect()
    }

    pub async fn revoke_recording_share(&self, project: ProjectId, session: &str, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let revoked = sqlx::query("update recording_shares set revoked_at = coalesce(revoked_at, $4) where project_id = $1 and session = $2 and id = $3")
            .bind(i64::from(project.0))
            .bind(session)
            .bind(id)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if revoked.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// The link that a token opens, unless it expired or was revoked.
    pub async fn recording_share_of(&self, token: &str) -> Result<Option<RecordingShare>, CatalogError> {
        let row = sqlx::query("select * from recording_shares where token_hash = $1 and revoked_at is null and expires_at > $2")
            .bind(secret::hash_of(token))
            .bind(self.now_ms())
            .fetch_optional(self.read())
            .await?;
        row.as_ref().map(read_share).transpose()
    }

    pub async fn count_shared_view(&self, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update recording_shares set views = views + 1 where id = $1").bind(id).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets notes, marks and links of recordings that were deleted.
    pub async fn forget_recordings(&self, project: ProjectId, sessions: &[String]) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        for session in sessions {
            for statement in [
                "delete from recording_notes where project_id = $1 and session = $2",
                "delete from recording_watched where project_id = $1 and session = $2",
                "delete from recording_shares where project_id = $1 and session = $2",
            ] {
                sqlx::query(statement).bind(i64::from(project.0)).bind(session).execute(&mut *transaction).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    pub async fn recording_settings(&self, project: ProjectId) -> Result<RecordingSettings, CatalogError> {
        let row = sqlx::query("select * from recording_settings where project_id = $1").bind(i64::from(project.0)).fetch_optional(self.read()).await?;
        let Some(row) = row else { return Ok(RecordingSettings::default()) };
        let keep_days: i64 = row.try_get("keep_days")?;
        Ok(RecordingSettings { is_on: row.try_get("is_on")?, masking: row.try_get("masking")?, keep_days: u32::try_from(keep_days).unwrap_or(MAX_KEEP_DAYS) })
    }

    pub async fn set_recording_settings(&self, project: ProjectId, settings: &RecordingSettings) -> Result<(), CatalogError> {
        if !(1..=MAX_KEEP_DAYS).contains(&settings.keep_days) {
            return Err(CatalogError::invalid("keep_days", format!("recordings are kept for 1 to {MAX_KEEP_DAYS} days")));
        }
        if !["strict", "balanced", "open"].contains(&settings.masking.as_str()) {
            return Err(CatalogError::invalid("masking", "give strict, balanced or open"));
        }
        let mut transaction = self.write().await?;
        sqlx::query(
            "insert into recording_settings (project_id, is_on, masking, keep_days) values ($1, $2, $3, $4)
             on conflict (project_id) do update set is_on = excluded.is_on, masking = excluded.masking, keep_days = excluded.keep_days",
        )
        .bind(i64::from(project.0))
        .bind(settings.is_on)
        .bind(&settings.masking)
        .bind(i64::from(settings.keep_days))
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}

fn check(new: &NewRecordingNote) -> Result<(), CatalogError> {
    check_words(&new.text, &new.tags)?;
    if new.from_ms < 0 {
        return Err(CatalogError::invalid("from_ms", "counts from the beginning of the recording"));
    }
    if new.to_ms.is_some_and(|to_ms| to_ms < new.from_ms) {
        return Err(CatalogError::invalid("to_ms", "lies before from_ms"));
    }
    Ok(())
}

/// What any note says.
pub(crate) fn check_words(text: &str, tags: &[String]) -> Result<(), CatalogError> {
    if text.trim().is_empty() || text.chars().count() > MAX_NOTE_CHARS {
        return Err(CatalogError::invalid("text", format!("write 1 to {MAX_NOTE_CHARS} characters")));
    }
    let is_tag = |tag: &String| !tag.trim().is_empty() && tag.chars().count() <= MAX_TAG_CHARS && !tag.chars().any(char::is_control);
    if tags.len() > MAX_TAGS || !tags.iter().all(is_tag) {
        return Err(CatalogError::invalid("tags", format!("give at most {MAX_TAGS} tags of 1 to {MAX_TAG_CHARS} characters")));
    }
    Ok(())
}

pub(crate) fn read_tags(row: &SqliteRow) -> Result<Vec<String>, CatalogError> {
    serde_json::from_str(row.try_get("tags")?).map_err(|error| CatalogError::Damaged { what: "note", message: error.to_string() })
}

fn read_note(row: &SqliteRow) -> Result<RecordingNote, CatalogError> {
    Ok(RecordingNote {
        id: row.try_get("id")?,
        session: row.try_get("session")?,
        note: NewRecordingNote { text: row.try_get("note")?, tags: read_tags(row)?, from_ms: row.try_get("from_ms")?, to_ms: row.try_get("to_ms")? },
        author: row.try_get("author")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn read_share(row: &SqliteRow) -> Result<RecordingShare, CatalogError> {
    let project: i64 = row.try_get("project_id")?;
    Ok(RecordingShare {
        id: row.try_get("id")?,
        project: ProjectId(u32::try_from(project).map_err(|error| CatalogError::Damaged { what: "share", message: error.to_string() })?),
        session: row.try_get("session")?,
        at_ms: row.try_get("at_ms")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
        views: row.try_get("views")?,
    })
}
