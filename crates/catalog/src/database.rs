use crate::{CatalogError, Clock, password::Passwords};
use sqlx::{
    SqlSafeStr, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

const DATABASE_FILE: &str = "catalog.sqlite";
const LOG_FILE: &str = "catalog.sqlite-wal";
/// Questions wait in a queue rather than open more threads; a read takes well under a millisecond.
const READ_CONNECTIONS: u32 = 3;
/// Another process (the command line beside the server) may hold the write lock for a moment.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// Every version of the tables, in order. A released entry is never edited.
const MIGRATIONS: [(i64, &str, &str); 18] = [
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (2, "cohorts", include_str!("../migrations/0002_cohorts.sql")),
    (3, "custom_events", include_str!("../migrations/0003_custom_events.sql")),
    (4, "recordings", include_str!("../migrations/0004_recordings.sql")),
    (5, "members", include_str!("../migrations/0005_members.sql")),
    (6, "properties", include_str!("../migrations/0006_properties.sql")),
    (7, "friction_weights", include_str!("../migrations/0007_friction_weights.sql")),
    (8, "surveys", include_str!("../migrations/0008_surveys.sql")),
    (9, "mail_and_pages", include_str!("../migrations/0009_mail_and_pages.sql")),
    (10, "user_tests", include_str!("../migrations/0010_user_tests.sql")),
    (11, "interviews", include_str!("../migrations/0011_interviews.sql")),
    (12, "theme_corrections", include_str!("../migrations/0012_theme_corrections.sql")),
    (13, "tasks", include_str!("../migrations/0013_tasks.sql")),
    (14, "page_mappings", include_str!("../migrations/0014_page_mappings.sql")),
    (15, "plans", include_str!("../migrations/0015_plans.sql")),
    (16, "definitions", include_str!("../migrations/0016_definitions.sql")),
    (17, "share_links", include_str!("../migrations/0017_share_links.sql")),
    (18, "alerts", include_str!("../migrations/0018_alerts.sql")),
];

#[derive(Clone, Debug)]
pub struct CatalogOptions {
    pub clock: Clock,
    /// How many passwords may be checked at the same time; each takes 19 MiB.
    pub password_checks: usize,
}

impl Default for CatalogOptions {
    fn default() -> Self {
        Self { clock: Clock::system(), password_checks: 2 }
    }
}

/// The open catalog. Cheap to clone; all clones share the same connections.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) folder: PathBuf,
    pub(crate) read: SqlitePool,
    write: SqlitePool,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) write_keys: crate::key::WriteKeyCache,
    pub(crate) visitor_secret: Mutex<Option<(i64, [u8; 32])>>,
    pub(crate) signing_key: tokio::sync::OnceCell<[u8; 32]>,
    /// Grows whenever a lookup table changes.
    pub(crate) lookup_version: AtomicU64,
}

impl Catalog {
    /// Opens the catalog of a data folder, which must exist; on the first start makes it, with its own secrets.
    pub async fn open(folder: &Path, options: CatalogOptions) -> Result<Self, CatalogError> {
        Self::refuse_newer(folder).await?;
        let path = folder.join(DATABASE_FILE);
        create_private(&path)?;
        let connect = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            // A promise kept here survives a power cut, as one of the journal of events does.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted, such as the visitor secret of yesterday, is overwritten.
            .pragma("secure_delete", "on")
            .busy_timeout(LOCK_WAIT);
        let failed = |source| open_error(&path, source);
        let write = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).connect_with(connect.clone()).await.map_err(failed)?;
        migrate(&write, &path).await?;
        let read = SqlitePoolOptions::new().max_connections(READ_CONNECTIONS).connect_with(connect.pragma("query_only", "on")).await.map_err(failed)?;
        let catalog = Self::of_pools(folder, read, write, options);
        catalog.prepare_setup_token().await?;
        Ok(catalog)
    }

    /// Opens a catalog to look at it, beside a process that works on it or on a disk that is read-only. Nothing is made, migrated or written; what would
    /// change something fails.
    pub async fn open_read_only(folder: &Path, options: CatalogOptions) -> Result<Self, CatalogError> {
        let pool = read_only_pool(folder).await?;
        refuse_newer_tables(&pool, folder).await?;
        Ok(Self::of_pools(folder, pool.clone(), pool, options))
    }

    /// Refuses a catalog that a newer version wrote, before anything in the folder is touched. A folder without one is fine.
    pub async fn refuse_newer(folder: &Path) -> Result<(), CatalogError> {
        if !folder.join(DATABASE_FILE).exists() {
            return Ok(());
        }
        let pool = read_only_pool(folder).await?;
        let outcome = refuse_newer_tables(&pool, folder).await;
        pool.close().await;
        outcome
    }

    fn of_pools(folder: &Path, read: SqlitePool, write: SqlitePool, options: CatalogOptions) -> Self {
        let inner = Inner {
            folder: folder.to_owned(),
            read,
            write,
            clock: options.clock,
            passwords: Passwords::new(options.password_checks),
            write_keys: crate::key::WriteKeyCache::default(),
            visitor_secret: Mutex::default(),
            signing_key: tokio::sync::OnceCell::new(),
            lookup_version: AtomicU64::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Finishes what is under way and closes the files.
    pub async fn close(&self) {
        self.inner.read.close().await;
        self.inner.write.close().await;
    }

    /// Writes a consistent copy of the database to `path`, which must not exist, while the catalog goes on working.
    pub async fn backup_to(&self, path: &Path) -> Result<(), CatalogError> {
        let target = path.to_string_lossy().into_owned();
        sqlx::query("vacuum into $1").bind(target).execute(&self.inner.write).await?;
        Ok(())
    }

    /// What is damaged in the file, in the database's own words, or in the chain of the audit log; `None` when all is well. Reads everything.
    pub async fn damage(&self) -> Result<Option<String>, CatalogError> {
        let found: Vec<String> = sqlx::query_scalar("pragma integrity_check(10)").fetch_all(self.read()).await?;
        if found != ["ok"] {
            return Ok(Some(found.join("; ")));
        }
        let broken = self.audit_break().await?;
        Ok(broken.map(|position| format!("the audit log was changed at entry {position}")))
    }

    #[must_use]
    pub fn clock(&self) -> Clock {
        self.inner.clock.clone()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.inner.clock.now_ms()
    }

    pub(crate) fn read(&self) -> &SqlitePool {
        &self.inner.read
    }

    /// A transaction that holds the write lock from its start, so that what it reads cannot change before it writes.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, CatalogError> {
        Ok(self.inner.write.begin_with("begin immediate").await?)
    }

    /// Writes down when something was last used.
    pub(crate) async fn touch(&self, update: &'static str, id: &str, now_ms: i64) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query(update).bind(id).bind(now_ms).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// The next number of a counter; numbers are never given twice.
pub(crate) async fn next_number(transaction: &mut Transaction<'static, Sqlite>, counter: &str) -> Result<i64, CatalogError> {
    let number =
        sqlx::query_scalar("insert into counters (name, value) values ($1, 1) on conflict (name) do update set value = counters.value + 1 returning value")
            .bind(counter)
            .fetch_one(&mut **transaction)
            .await?;
    Ok(number)
}

async fn read_only_pool(folder: &Path) -> Result<SqlitePool, CatalogError> {
    let path = folder.join(DATABASE_FILE);
    // Without a log of changes the file is all there is, and SQLite need not make its side files to read it; with one they are there.
    let has_log = folder.join(LOG_FILE).exists();
    let connect = SqliteConnectOptions::new().filename(&path).create_if_missing(false).read_only(true).immutable(!has_log).busy_timeout(LOCK_WAIT);
    SqlitePoolOptions::new().max_connections(1).connect_with(connect).await.map_err(|source| open_error(&path, source))
}

async fn refuse_newer_tables(pool: &SqlitePool, folder: &Path) -> Result<(), CatalogError> {
    let newest_known = MIGRATIONS.iter().map(|(version, ..)| *version).max();
    let path = folder.join(DATABASE_FILE);
    // The first start may have been stopped before it made any table.
    let has_versions: Option<i64> = sqlx::query_scalar("select 1 from sqlite_master where name = '_sqlx_migrations'")
        .fetch_optional(pool)
        .await
        .map_err(|source| open_error(&path, source))?;
    if has_versions.is_none() {
        return Ok(());
    }
    let newest: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(pool).await.map_err(|source| open_error(&path, source))?;
    if newest > newest_known { Err(CatalogError::NewerVersion { path }) } else { Ok(()) }
}

fn open_error(path: &Path, source: sqlx::Error) -> CatalogError {
    CatalogError::OpenDatabase { path: path.to_owned(), source }
}

async fn migrate(pool: &SqlitePool, path: &Path) -> Result<(), CatalogError> {
    let migrations = MIGRATIONS.map(|(version, name, sql)| Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false));
    Migrator::with_migrations(migrations.into()).run(pool).await.map_err(|source| match source {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => CatalogError::NewerVersion { path: path.to_owned() },
        source => CatalogError::Migrate { path: path.to_owned(), source },
    })
}

/// Writes a file that only its owner may read; it is whole or absent, also after a power cut.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// SQLite gives its side files the rights of the database, so the database is made with the right ones.
fn create_private(path: &Path) -> Result<(), CatalogError> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(CatalogError::Open { path: path.to_owned(), source }),
    }
}
