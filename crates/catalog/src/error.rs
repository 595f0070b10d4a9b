use std::path::PathBuf;

/// What a caller of the catalog can act on.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// It does not exist, or not in this project: the two are told apart nowhere.
    #[error("not found")]
    NotFound,
    #[error("{field}: {message}")]
    Invalid { field: &'static str, message: String },
    #[error("this {what} is already taken")]
    Taken { what: &'static str },
    /// Somebody else was faster.
    #[error("the {what} was changed by somebody else in the meantime; load it again")]
    Changed { what: &'static str },
    /// Set-up has been done; it never opens again.
    #[error("set-up is already done")]
    SetupDone,
    #[error("this token is wrong, used or too old")]
    WrongToken,
    /// Without them nobody could let others in.
    #[error("this is the last administrator of the installation who can sign in; make another one first")]
    LastAdmin,
    /// Too many passwords are being checked at once.
    #[error("too many sign-ins at once, try again in a moment")]
    Busy,
    #[error("{path} was written by a newer version of sillage; start that version, or restore a backup")]
    NewerVersion { path: PathBuf },
    #[error("{path} cannot be opened: {source}")]
    Open { path: PathBuf, source: std::io::Error },
    #[error("{path} cannot be opened: {source}")]
    OpenDatabase { path: PathBuf, source: sqlx::Error },
    #[error("{path} cannot be brought to this version: {source}")]
    Migrate { path: PathBuf, source: sqlx::migrate::MigrateError },
    #[error("the catalog cannot be read or written: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the operating system gives no randomness: {0}")]
    Randomness(String),
    #[error("a stored {what} cannot be read: {message}")]
    Damaged { what: &'static str, message: String },
}

impl CatalogError {
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// A broken unique key means that somebody has it already.
    pub(crate) fn taken(what: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |error| match error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => Self::Taken { what },
            other => Self::Database(other),
        }
    }
}
