use crate::{Catalog, CatalogError, Project, setup};
use sillage_event::ProjectId;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};

pub const MIN_PASSWORD_CHARS: usize = 8;
/// Longer ones would only make the check slower.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// Somebody who logs in. The people whose events are counted are persons, not users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    pub language: Language,
    /// The role that holds in every project, also in those to come.
    pub everywhere: Option<Role>,
    pub created_at: i64,
}

/// What a user may do. Each one may also do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Looks and asks.
    Viewer,
    /// Saves reports, mends identities, replays what was refused.
    Editor,
    /// Settings and keys.
    Admin,
}

impl Role {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "viewer" => Some(Self::Viewer),
            "editor" => Some(Self::Editor),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// The languages that every screen exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    English,
    French,
}

impl Language {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub language: Language,
    /// Without one they come in by a link only.
    pub password: Option<String>,
    pub everywhere: Option<Role>,
}

/// What changes; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub language: Option<Language>,
    pub password: Option<String>,
}

/// A user ready to be stored: the costly hash is made before the write lock is taken.
pub(crate) struct PreparedUser {
    pub(crate) user: User,
    email_key: String,
    password_hash: Option<String>,
}

impl Catalog {
    pub async fn create_user(&self, new: &NewUser) -> Result<User, CatalogError> {
        let prepared = self.prepare_user(new).await?;
        let mut transaction = self.write().await?;
        self.insert_user(&mut transaction, &prepared).await?;
        transaction.commit().await?;
        self.forget_setup_token();
        Ok(prepared.user)
    }

    pub async fn users(&self) -> Result<Vec<User>, CatalogError> {
        sqlx::query("select * from users order by created_at, id").fetch_all(self.read()).await?.iter().map(read_user).collect()
    }

    pub async fn user(&self, id: &str) -> Result<User, CatalogError> {
        let row = sqlx::query("select * from users where id = $1").bind(id).fetch_optional(self.read()).await?;
        read_user(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, CatalogError> {
        let row = sqlx::query("select * from users where email_key = $1").bind(email_key(email)).fetch_optional(self.read()).await?;
        row.as_ref().map(read_user).transpose()
    }

    /// The user with this address and password. Whether the address, the password or both are wrong is told to nobody, not even by the time it takes.
    pub async fn verify_password(&self, email: &str, password: &str) -> Result<Option<User>, CatalogError> {
        let row = sqlx::query("select * from users where email_key = $1").bind(email_key(email)).fetch_optional(self.read()).await?;
        let hash: Option<String> = match &row {
            Some(row) => row.try_get("password_hash")?,
            None => None,
        };
        // One that could not have been set is not worth the check's time, whoever it is for.
        let possible = password.len() <= MAX_PASSWORD_BYTES;
        let right = self.inner.passwords.verify(if possible { password } else { "" }, hash).await? && possible;
        match row {
            Some(row) if right => read_user(&row).map(Some),
            _ => Ok(None),
        }
    }

    /// A new password ends every session of the user but `keep_session` (a session token).
    pub async fn update_user(&self, id: &str, change: &UserChange, keep_session: Option<&str>) -> Result<User, CatalogError> {
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let password_hash = match &change.password {
            Some(password) => Some(self.inner.passwords.hash(checked_password(password)?).await?),
            None => None,
        };
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "update users set name = coalesce($2, name), language = coalesce($3, language), password_hash = coalesce($4, password_hash) where id = $1",
        )
        .bind(id)
        .bind(name)
        .bind(change.language.map(Language::as_str))
        .bind(&password_hash)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        if password_hash.is_some() {
            let kept = keep_session.map(crate::secret::hash_of).unwrap_or_default();
            sqlx::query("delete from sessions where user_id = $1 and token_hash <> $2").bind(id).bind(kept).execute(&mut *transaction).await?;
            sqlx::query("delete from sign_in_links where user_id = $1").bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.user(id).await
    }

    /// Gives a user a role in one project, or takes it away.
    pub async fn set_role(&self, user: &str, project: ProjectId, role: Option<Role>) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from members where user_id = $1 and project_id = $2").bind(user).bind(i64::from(project.0)).execute(&mut *transaction).await?;
        if let Some(role) = role {
            sqlx::query("insert into members (user_id, project_id, role) values ($1, $2, $3)")
                .bind(user)
                .bind(i64::from(project.0))
                .bind(role.as_str())
                .execute(&mut *transaction)
                .await
                .map_err(|error| match error {
                    sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => CatalogError::NotFound,
                    other => other.into(),
                })?;
        }
        Ok(transaction.commit().await?)
    }

    /// What a user may do in a project; `None` means that for them it does not exist.
    pub async fn role_in(&self, user: &User, project: ProjectId) -> Result<Option<Role>, CatalogError> {
        let member: Option<String> = sqlx::query_scalar("select role from members where user_id = $1 and project_id = $2")
            .bind(&user.id)
            .bind(i64::from(project.0))
            .fetch_optional(self.read())
            .await?;
        Ok(member.as_deref().and_then(Role::parse).max(user.everywhere))
    }

    /// The projects that a user may see, with what they may do there.
    pub async fn projects_of(&self, user: &User) -> Result<Vec<(Project, Role)>, CatalogError> {
        let rows = sqlx::query("select project_id, role from members where user_id = $1").bind(&user.id).fetch_all(self.read()).await?;
        let mut members = std::collections::HashMap::new();
        for row in rows {
            members.insert(row.try_get::<i64, _>("project_id")?, Role::parse(row.try_get("role")?));
        }
        let visible = self.projects().await?.into_iter().filter_map(|project| {
            let role = members.get(&i64::from(project.id.0)).copied().flatten().max(user.everywhere)?;
            Some((project, role))
        });
        Ok(visible.collect())
    }

    pub(crate) async fn prepare_user(&self, new: &NewUser) -> Result<PreparedUser, CatalogError> {
        let email = checked_email(&new.email)?;
        let name = checked_name(&new.name)?;
        let password_hash = match &new.password {
            Some(password) => Some(self.inner.passwords.hash(checked_password(password)?).await?),
            None => None,
        };
        let user = User {
            id: uuid::Uuid::now_v7().to_string(),
            email: email.to_owned(),
            name: name.to_owned(),
            language: new.language,
            everywhere: new.everywhere,
            created_at: self.now_ms(),
        };
        Ok(PreparedUser { email_key: email_key(email), user, password_hash })
    }

    pub(crate) async fn insert_user(&self, transaction: &mut Transaction<'static, Sqlite>, new: &PreparedUser) -> Result<(), CatalogError> {
        let PreparedUser { user, email_key, password_hash } = new;
        sqlx::query("insert into users (id, email, email_key, name, language, password_hash, everywhere, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&user.id)
            .bind(&user.email)
            .bind(email_key)
            .bind(&user.name)
            .bind(user.language.as_str())
            .bind(password_hash)
            .bind(user.everywhere.map(Role::as_str))
            .bind(user.created_at)
            .execute(&mut **transaction)
            .await
            .map_err(CatalogError::taken("e-mail address"))?;
        setup::close_setup(transaction).await
    }
}

pub(crate) fn read_user(row: &SqliteRow) -> Result<User, CatalogError> {
    let everywhere: Option<String> = row.try_get("everywhere")?;
    let language: String = row.try_get("language")?;
    Ok(User {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        language: Language::parse(&language).unwrap_or_default(),
        everywhere: everywhere.as_deref().and_then(Role::parse),
        created_at: row.try_get("created_at")?,
    })
}

/// Under what an address is unique: nobody means two people by two ways to write capitals.
fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

fn checked_email(email: &str) -> Result<&str, CatalogError> {
    let email = email.trim();
    let shaped = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if shaped && email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Ok(email);
    }
    Err(CatalogError::invalid("email", "give an e-mail address such as name@example.com"))
}

pub(crate) fn checked_name(name: &str) -> Result<&str, CatalogError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(CatalogError::invalid("name", "give a name of 1 to 100 characters"));
    }
    Ok(name)
}

pub(crate) fn checked_password(password: &str) -> Result<&str, CatalogError> {
    if password.chars().count() < MIN_PASSWORD_CHARS || password.len() > MAX_PASSWORD_BYTES {
        return Err(CatalogError::invalid("password", format!("give a password of at least {MIN_PASSWORD_CHARS} characters")));
    }
    Ok(password)
}
