use crate::{Catalog, CatalogError};
use sqlx::{Row, sqlite::SqliteRow};

const MAX_NOTE_CHARS: usize = 10_000;
const MAX_TAGS: usize = 20;
const MAX_TAG_CHARS: usize = 50;
const MOST_NOTES: i64 = 2_000;

/// Something that somebody of the team wrote during or after a talk.
#[derive(Clone, Debug, PartialEq)]
pub struct InterviewNote {
    pub id: String,
    pub note: NewInterviewNote,
    pub author: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewInterviewNote {
    pub text: String,
    pub tags: Vec<String>,
    /// From the beginning of the talk.
    pub at_ms: i64,
    /// Where a stretch of the talk ends.
    pub to_ms: Option<i64>,
    pub is_highlight: bool,
}

impl Catalog {
    /// The notes of a talk, by their place in it.
    pub async fn interview_notes(&self, interview: &str) -> Result<Vec<InterviewNote>, CatalogError> {
        let rows = sqlx::query("select * from interview_notes where participant_id = $1 order by at_ms, created_at, id")
            .bind(interview)
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_note).collect()
    }

    pub async fn add_interview_note(&self, interview: &str, new: &NewInterviewNote, author: &str) -> Result<InterviewNote, CatalogError> {
        check(new)?;
        let id = uuid::Uuid::now_v7().to_string();
        let mut transaction = self.write().await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from interview_notes where participant_id = $1").bind(interview).fetch_one(&mut *transaction).await?;
        if count >= MOST_NOTES {
            return Err(CatalogError::invalid("text", format!("a talk takes at most {MOST_NOTES} notes")));
        }
        sqlx::query(
            "insert into interview_notes (id, participant_id, note, tags, at_ms, to_ms, is_highlight, author, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        )
        .bind(&id)
        .bind(interview)
        .bind(new.text.trim())
        .bind(serde_json::json!(new.tags).to_string())
        .bind(new.at_ms)
        .bind(new.to_ms)
        .bind(new.is_highlight)
        .bind(author)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.interview_note(interview, &id).await
    }

    pub async fn change_interview_note(&self, interview: &str, id: &str, new: &NewInterviewNote) -> Result<InterviewNote, CatalogError> {
        check(new)?;
        let mut transaction = self.write().await?;
        sqlx::query(
            "update interview_notes set note = $3, tags = $4, at_ms = $5, to_ms = $6, is_highlight = $7, updated_at = $8 where participant_id = $1 and id = $2",
        )
        .bind(interview)
        .bind(id)
        .bind(new.text.trim())
        .bind(serde_json::json!(new.tags).to_string())
        .bind(new.at_ms)
        .bind(new.to_ms)
        .bind(new.is_highlight)
        .bind(self.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.interview_note(interview, id).await
    }

    pub async fn delete_interview_note(&self, interview: &str, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from interview_notes where participant_id = $1 and id = $2").bind(interview).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    async fn interview_note(&self, interview: &str, id: &str) -> Result<InterviewNote, CatalogError> {
        let row =
            sqlx::query("select * from interview_notes where participant_id = $1 and id = $2").bind(interview).bind(id).fetch_optional(self.read()).await?;
        read_note(&row.ok_or(CatalogError::NotFound)?)
    }
}

fn check(new: &NewInterviewNote) -> Result<(), CatalogError> {
    let text = new.text.trim();
    if text.is_empty() || text.chars().count() > MAX_NOTE_CHARS {
        return Err(CatalogError::invalid("text", format!("write 1 to {MAX_NOTE_CHARS} characters")));
    }
    let is_bad = |tag: &String| tag.trim().is_empty() || tag.chars().count() > MAX_TAG_CHARS || tag.chars().any(char::is_control);
    if new.tags.len() > MAX_TAGS || new.tags.iter().any(is_bad) {
        return Err(CatalogError::invalid("tags", format!("give at most {MAX_TAGS} tags of 1 to {MAX_TAG_CHARS} characters")));
    }
    if !(0..=86_400_000).contains(&new.at_ms) {
        return Err(CatalogError::invalid("at_ms", "is a time from the beginning of the talk, within a day"));
    }
    if new.to_ms.is_some_and(|to| to < new.at_ms || to > 86_400_000) {
        return Err(CatalogError::invalid("to_ms", "is not before at_ms, within a day"));
    }
    Ok(())
}

fn read_note(row: &SqliteRow) -> Result<InterviewNote, CatalogError> {
    let tags = serde_json::from_str(row.try_get("tags")?).map_err(|error| CatalogError::Damaged { what: "note", message: error.to_string() })?;
    Ok(InterviewNote {
        id: row.try_get("id")?,
        note: NewInterviewNote {
            text: row.try_get("note")?,
            tags,
            at_ms: row.try_get("at_ms")?,
            to_ms: row.try_get("to_ms")?,
            is_highlight: row.try_get("is_highlight")?,
        },
        author: row.try_get("author")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
