//! Keys that programs hold: public write keys, which only let events in, and secret API keys with scopes.

use crate::{Catalog, CatalogError, secret};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

/// One thing that an API key may do in its project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Asks questions and reads lists.
    Read,
    /// Sends events, saves reports.
    Write,
    /// Changes settings and keys.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// A set of scopes, kept sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    #[must_use]
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

/// A secret key of a project, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: String,
    pub project: ProjectId,
    pub name: String,
    pub scopes: Scopes,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

/// When a key was last used is written at most this often.
const USED_EVERY_MS: i64 = 60_000;
/// For so long a write key is believed without looking it up again.
const REMEMBER_MS: i64 = 5_000;
const MAX_REMEMBERED: usize = 10_000;

/// The write keys seen lately, since every request of every client carries one. Keys that open nothing are not remembered.
#[derive(Debug, Default)]
pub(crate) struct WriteKeyCache(Mutex<HashMap<String, (ProjectId, i64)>>);

impl Catalog {
    /// The project that a public write key lets events into.
    pub async fn project_of_write_key(&self, key: &str) -> Result<Option<ProjectId>, CatalogError> {
        let now = self.now_ms();
        let cache = &self.inner.write_keys.0;
        let remembered = cache.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied();
        if let Some((project, until)) = remembered
            && now < until
        {
            return Ok(Some(project));
        }
        let id: Option<i64> = sqlx::query_scalar("select project_id from write_keys where key = $1 and (ends_at is null or ends_at > $2)")
            .bind(key)
            .bind(now)
            .fetch_optional(self.read())
            .await?;
        let Some(project) = id.and_then(|id| u32::try_from(id).ok()).map(ProjectId) else { return Ok(None) };
        let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= MAX_REMEMBERED {
            cache.clear();
        }
        cache.insert(key.to_owned(), (project, now + REMEMBER_MS));
        Ok(Some(project))
    }

    pub async fn api_keys(&self, project: ProjectId) -> Result<Vec<ApiKey>, CatalogError> {
        let rows =
            sqlx::query("select * from api_keys where project_id = $1 order by created_at, id").bind(i64::from(project.0)).fetch_all(self.read()).await?;
        rows.iter().map(read_key).collect()
    }

    /// Makes a key and gives its secret, which is stored nowhere.
    pub async fn create_api_key(&self, project: ProjectId, name: &str, scopes: &Scopes, created_by: &str) -> Result<(ApiKey, String), CatalogError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(CatalogError::invalid("name", "give the key a name of 1 to 100 characters"));
        }
        if scopes.iter().next().is_none() {
            return Err(CatalogError::invalid("scopes", "give at least one of read, write, admin"));
        }
        let secret = secret::new_secret("sk_")?;
        let key = ApiKey {
            id: uuid::Uuid::now_v7().to_string(),
            project,
            name: name.to_owned(),
            scopes: scopes.clone(),
            created_at: self.now_ms(),
            last_used_at: None,
        };
        let mut transaction = self.write().await?;
        sqlx::query("insert into api_keys (id, project_id, name, scopes, secret_hash, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(&key.id)
            .bind(i64::from(project.0))
            .bind(&key.name)
            .bind(key.scopes.to_string())
            .bind(secret::hash_of(&secret))
            .bind(created_by)
            .bind(key.created_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((key, secret))
    }

    pub async fn delete_api_key(&self, project: ProjectId, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        let gone = sqlx::query("delete from api_keys where id = $1 and project_id = $2").bind(id).bind(i64::from(project.0)).execute(&mut *transaction).await?;
        transaction.commit().await?;
        if gone.rows_affected() == 0 { Err(CatalogError::NotFound) } else { Ok(()) }
    }

    /// The key with this secret.
    pub async fn api_key_of_secret(&self, secret: &str) -> Result<Option<ApiKey>, CatalogError> {
        let row = sqlx::query("select * from api_keys where secret_hash = $1").bind(secret::hash_of(secret)).fetch_optional(self.read()).await?;
        let Some(row) = row else { return Ok(None) };
        let key = read_key(&row)?;
        let now = self.now_ms();
        if key.last_used_at.is_none_or(|at| now - at >= USED_EVERY_MS) {
            // A key reads also when nothing can be written.
            let _ = self.touch("update api_keys set last_used_at = $2 where id = $1", &key.id, now).await;
        }
        Ok(Some(key))
    }
}

fn read_key(row: &SqliteRow) -> Result<ApiKey, CatalogError> {
    let scopes: String = row.try_get("scopes")?;
    let project: i64 = row.try_get("project_id")?;
    Ok(ApiKey {
        id: row.try_get("id")?,
        project: ProjectId(u32::try_from(project).map_err(|error| CatalogError::Damaged { what: "API key", message: error.to_string() })?),
        name: row.try_get("name")?,
        scopes: Scopes::new(scopes.split(' ').filter_map(Scope::parse)),
        created_at: row.try_get("created_at")?,
        last_used_at: row.try_get("last_used_at")?,
    })
}
