//! What is uploaded of a talk. The bytes lie in a folder beside the database, each file under its id, whatever name it came with.

use crate::{Catalog, CatalogError};
use futures::{Stream, StreamExt};
use sqlx::{Row, sqlite::SqliteRow};
use std::{
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use tokio::io::AsyncWriteExt;

/// Of one file: an hour of video.
pub const MAX_INTERVIEW_FILE_BYTES: u64 = 2 << 30;
const FOLDER: &str = "interviews";
const KINDS: [&str; 3] = ["recording", "transcript", "other"];
const MOST_FILES: i64 = 100;

#[derive(Clone, Debug, PartialEq)]
pub struct InterviewFile {
    pub id: String,
    /// `recording`, `transcript` or `other`.
    pub kind: String,
    /// As it was called where it came from.
    pub name: String,
    pub n_bytes: u64,
    pub created_by: String,
    pub created_at: i64,
}

impl Catalog {
    /// The files of a talk, in the order in which they came.
    pub async fn interview_files(&self, interview: &str) -> Result<Vec<InterviewFile>, CatalogError> {
        let rows =
            sqlx::query("select * from interview_files where participant_id = $1 order by created_at, id").bind(interview).fetch_all(self.read()).await?;
        rows.iter().map(read_file).collect()
    }

    pub async fn interview_file(&self, interview: &str, id: &str) -> Result<(InterviewFile, PathBuf), CatalogError> {
        let row =
            sqlx::query("select * from interview_files where participant_id = $1 and id = $2").bind(interview).bind(id).fetch_optional(self.read()).await?;
        let file = read_file(&row.ok_or(CatalogError::NotFound)?)?;
        let path = self.interview_path(&file.id);
        Ok((file, path))
    }

    /// Writes a file as it arrives. It is there whole, or not at all.
    pub async fn keep_interview_file<B, E>(
        &self,
        interview: &str,
        kind: &str,
        name: &str,
        created_by: &str,
        mut bytes: impl Stream<Item = Result<B, E>> + Unpin + Send,
    ) -> Result<InterviewFile, CatalogError>
    where
        B: AsRef<[u8]> + Send,
        E: std::fmt::Display + Send,
    {
        if !KINDS.contains(&kind) {
            return Err(CatalogError::invalid("kind", "is recording, transcript or other"));
        }
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(|letter| letter.is_control() || "/\\\"".contains(letter)) {
            return Err(CatalogError::invalid("name", "give the file a name of 1 to 200 characters without slashes and quotes"));
        }
        let count: i64 = sqlx::query_scalar("select count(*) from interview_files where participant_id = $1").bind(interview).fetch_one(self.read()).await?;
        if count >= MOST_FILES {
            return Err(CatalogError::invalid("name", format!("a talk takes at most {MOST_FILES} files; delete some")));
        }
        let id = uuid::Uuid::now_v7().to_string();
        let path = self.interview_path(&id);
        let partial = path.with_extension("partial");
        let failed = |source| CatalogError::Open { path: partial.clone(), source };
        self.make_interview_folder().map_err(failed)?;
        let written = write(&partial, &mut bytes).await;
        let n_bytes = match written {
            Ok(n_bytes) => n_bytes,
            Err(error) => {
                let _ = tokio::fs::remove_file(&partial).await;
                return Err(error);
            }
        };
        tokio::fs::rename(&partial, &path).await.map_err(failed)?;
        let mut transaction = self.write().await?;
        sqlx::query("insert into interview_files (id, participant_id, kind, name, n_bytes, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(&id)
            .bind(interview)
            .bind(kind)
            .bind(name)
            .bind(i64::try_from(n_bytes).unwrap_or(i64::MAX))
            .bind(created_by)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(self.interview_file(interview, &id).await?.0)
    }

    pub async fn delete_interview_file(&self, interview: &str, id: &str) -> Result<InterviewFile, CatalogError> {
        let (file, _) = self.interview_file(interview, id).await?;
        self.remove_interview_bytes(&file.id).await?;
        let mut transaction = self.write().await?;
        sqlx::query("delete from interview_files where participant_id = $1 and id = $2").bind(interview).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(file)
    }

    /// Copies the files of all talks to another folder, linked where the disk allows it: a file never changes.
    pub async fn copy_interview_files(&self, to: &Path) -> Result<(), CatalogError> {
        let (from, to) = (self.inner.folder.join(FOLDER), to.join(FOLDER));
        let (shown, copied) = (from.clone(), tokio::task::spawn_blocking(move || copy_all(&from, &to)));
        let failed = |source| CatalogError::Open { path: shown.clone(), source };
        copied.await.map_err(|error| failed(std::io::Error::other(error)))?.map_err(failed)
    }

    pub(super) async fn remove_interview_bytes(&self, id: &str) -> Result<(), CatalogError> {
        let path = self.interview_path(id);
        match tokio::fs::remove_file(&path).await {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(CatalogError::Open { path, source }),
            _ => Ok(()),
        }
    }

    fn interview_path(&self, id: &str) -> PathBuf {
        self.inner.folder.join(FOLDER).join(id)
    }

    fn make_interview_folder(&self) -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(self.inner.folder.join(FOLDER))
    }
}

async fn write<B: AsRef<[u8]>, E: std::fmt::Display>(path: &Path, bytes: &mut (impl Stream<Item = Result<B, E>> + Unpin)) -> Result<u64, CatalogError> {
    let failed = |source| CatalogError::Open { path: path.to_owned(), source };
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let mut file = tokio::fs::File::from_std(file);
    let mut n_bytes: u64 = 0;
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|error| CatalogError::invalid("file", format!("the upload broke off ({error}); send it again")))?;
        n_bytes += piece.as_ref().len() as u64;
        if n_bytes > MAX_INTERVIEW_FILE_BYTES {
            return Err(CatalogError::invalid("file", "takes at most 2 GB; send a shorter or smaller one"));
        }
        file.write_all(piece.as_ref()).await.map_err(failed)?;
    }
    if n_bytes == 0 {
        return Err(CatalogError::invalid("file", "is empty; choose another one"));
    }
    file.sync_all().await.map_err(failed)?;
    Ok(n_bytes)
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in entries {
        let entry = entry?;
        // What is still arriving is no file yet.
        if entry.path().extension().is_some() {
            continue;
        }
        let target = to.join(entry.file_name());
        if std::fs::hard_link(entry.path(), &target).is_err() {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn read_file(row: &SqliteRow) -> Result<InterviewFile, CatalogError> {
    Ok(InterviewFile {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        name: row.try_get("name")?,
        n_bytes: u64::try_from(row.try_get::<i64, _>("n_bytes")?).unwrap_or(0),
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}
