use std::{io, path::PathBuf};

/// What can go wrong with stored data. Each kind is something that a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be opened as a store; nothing was written to it.
    #[error("{0}")]
    Refused(String),
    /// No such project, or it was deleted.
    #[error("project {0} is not in the store")]
    NoProject(sillage_event::ProjectId),
    /// Bytes on disk are not what was written: the part named is set aside, the rest is served.
    #[error("{what} is damaged: {detail}")]
    Damaged { what: String, detail: String },
    /// A caller asked for something that this segment does not have.
    #[error("{0}")]
    Invalid(String),
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot work on columns")]
    Arrow(#[from] arrow_schema::ArrowError),
    #[error("cannot read or write a segment")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A mistake in this program. What was under way was not done.
    #[error("the store panicked; see the log")]
    Panicked,
    /// The store stopped: it is being closed, or its disk failed and only a restart may go on.
    #[error("the store has stopped: {0}")]
    Stopped(String),
}

impl StoreError {
    /// For `map_err`: says what was tried on which path.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn missing_column(name: &str) -> Self {
        Self::Invalid(format!("this segment has no column {name}"))
    }

    pub(crate) fn damaged(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Damaged { what: what.into(), detail: detail.into() }
    }
}
