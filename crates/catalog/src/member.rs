//! Who belongs to a project, and how they come in: invited by a link that works once, with a role that can change.
//!
//! What must stay true: somebody who can come in is always an administrator of everything; who is taken out is out at once, since roles are
//! looked up with each request; an account that is removed leaves no session and no link.

use crate::{
    Catalog, CatalogError, Language, NewUser, Role, User,
    user::{checked_name, checked_password, read_user},
};
use sillage_event::ProjectId;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};
use std::collections::HashMap;

/// An invitation works once, for so long.
pub const INVITATION_LIFETIME_MS: i64 = 7 * 86_400_000;

/// Somebody with an account, and what is known of how they come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub user: User,
    /// The roles they have in single projects.
    pub roles: Vec<(ProjectId, Role)>,
    pub has_password: bool,
    pub signed_in_at: Option<i64>,
    /// Until when a link that was made for them still works.
    pub link_until: Option<i64>,
}

impl Account {
    /// Whether they never came: nobody but who invited them knows that the account is there.
    #[must_use]
    pub fn is_invited(&self) -> bool {
        !self.has_password && self.signed_in_at.is_none()
    }

    /// The role that was given to them in this project itself.
    #[must_use]
    pub fn role_in(&self, project: ProjectId) -> Option<Role> {
        self.roles.iter().find(|(id, _)| *id == project).map(|(_, role)| *role)
    }
}

/// What an invitation says before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub user: User,
    /// Names of projects with the role there.
    pub projects: Vec<(String, Role)>,
    pub expires_at: i64,
}

impl Catalog {
    /// Everybody with an account, the oldest first.
    pub async fn accounts(&self) -> Result<Vec<Account>, CatalogError> {
        let mut roles: HashMap<String, Vec<(ProjectId, Role)>> = HashMap::new();
        for row in sqlx::query("select user_id, project_id, role from members order by project_id").fetch_all(self.read()).await? {
            let project = ProjectId(u32::try_from(row.try_get::<i64, _>("project_id")?).unwrap_or_default());
            if let Some(role) = Role::parse(row.try_get("role")?) {
                roles.entry(row.try_get("user_id")?).or_default().push((project, role));
            }
        }
        let rows = sqlx::query(
            "select users.*, (select max(expires_at) from sign_in_links where user_id = users.id and expires_at > $1) as link_until \
             from users order by created_at, id",
        )
        .bind(self.now_ms())
        .fetch_all(self.read())
        .await?;
        rows.iter().map(|row| read_account(row, &mut roles)).collect()
    }

    /// Somebody with an account, by id.
    pub async fn account(&self, id: &str) -> Result<Account, CatalogError> {
        self.accounts().await?.into_iter().find(|account| account.user.id == id).ok_or(CatalogError::NotFound)
    }

    /// Those who may see a project: by a role in it, or by one in every project.
    pub async fn members(&self, project: ProjectId) -> Result<Vec<Account>, CatalogError> {
        let mut accounts = self.accounts().await?;
        accounts.retain(|account| account.user.everywhere.is_some() || account.role_in(project).is_some());
        Ok(accounts)
    }

    /// Gives somebody a role in a project, with a new account if the address has none. Says whether it is new.
    pub async fn invite(&self, project: ProjectId, email: &str, role: Role, language: Language) -> Result<(User, bool), CatalogError> {
        let known = self.user_by_email(email).await?;
        let is_new = known.is_none();
        let user = match known {
            Some(user) => user,
            None => {
                let name = email.trim().split('@').next().unwrap_or_default().chars().take(100).collect();
                self.create_user(&NewUser { email: email.to_owned(), name, language, password: None, everywhere: None }).await?
            }
        };
        let mut transaction = self.write().await?;
        sqlx::query("insert into members (user_id, project_id, role) values ($1, $2, $3)")
            .bind(&user.id)
            .bind(i64::from(project.0))
            .bind(role.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(CatalogError::taken("person’s place in the project"))?;
        transaction.commit().await?;
        Ok((user, is_new))
    }

    /// What an invitation is for, without using it up.
    pub async fn invitation(&self, token: &str) -> Result<Invitation, CatalogError> {
        let row = sqlx::query("select user_id, expires_at from sign_in_links where token_hash = $1 and expires_at > $2")
            .bind(crate::secret::hash_of(token))
            .bind(self.now_ms())
            .fetch_optional(self.read())
            .await?;
        let row = row.ok_or(CatalogError::WrongToken)?;
        let user = self.user(row.try_get("user_id")?).await?;
        let projects = self.projects_of(&user).await?.into_iter().map(|(project, role)| (project.name, role)).collect();
        Ok(Invitation { user, projects, expires_at: row.try_get("expires_at")? })
    }

    /// Uses an invitation up: the account gets its name and password. Nothing is used up when one of them cannot be.
    pub async fn accept_invitation(&self, token: &str, name: &str, password: &str, language: Option<Language>) -> Result<User, CatalogError> {
        let name = checked_name(name)?.to_owned();
        self.invitation(token).await?;
        let password_hash = self.inner.passwords.hash(checked_password(password)?).await?;
        let mut transaction = self.write().await?;
        let user: Option<String> = sqlx::query_scalar("delete from sign_in_links where token_hash = $1 and expires_at > $2 returning user_id")
            .bind(crate::secret::hash_of(token))
            .bind(self.now_ms())
            .fetch_optional(&mut *transaction)
            .await?;
        let user = user.ok_or(CatalogError::WrongToken)?;
        sqlx::query("update users set name = $2, password_hash = $3, language = coalesce($4, language) where id = $1")
            .bind(&user)
            .bind(&name)
            .bind(&password_hash)
            .bind(language.map(Language::as_str))
            .execute(&mut *transaction)
            .await?;
        forget_ways_in(&mut transaction, &user).await?;
        transaction.commit().await?;
        self.user(&user).await
    }

    /// Gives somebody a role in every project, or takes it away; the last administrator keeps theirs.
    pub async fn set_everywhere(&self, id: &str, role: Option<Role>) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        if role != Some(Role::Admin) {
            refuse_last_admin(&mut transaction, id).await?;
        }
        let changed = sqlx::query("update users set everywhere = $2 where id = $1").bind(id).bind(role.map(Role::as_str)).execute(&mut *transaction).await?;
        if changed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        Ok(transaction.commit().await?)
    }

    /// Removes an account with its roles, sessions and links. What it made stays. The last administrator cannot be removed.
    pub async fn remove_user(&self, id: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        refuse_last_admin(&mut transaction, id).await?;
        forget_ways_in(&mut transaction, id).await?;
        sqlx::query("delete from members where user_id = $1").bind(id).execute(&mut *transaction).await?;
        let removed = sqlx::query("delete from users where id = $1").bind(id).execute(&mut *transaction).await?;
        if removed.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        Ok(transaction.commit().await?)
    }
}

/// Somebody else must be an administrator of everything, and able to come in.
async fn refuse_last_admin(transaction: &mut Transaction<'static, Sqlite>, id: &str) -> Result<(), CatalogError> {
    let everywhere: Option<Option<String>> =
        sqlx::query_scalar("select everywhere from users where id = $1").bind(id).fetch_optional(&mut **transaction).await?;
    if everywhere.flatten().as_deref() != Some(Role::Admin.as_str()) {
        return Ok(());
    }
    let others: i64 =
        sqlx::query_scalar("select count(*) from users where everywhere = 'admin' and id <> $1 and (password_hash is not null or signed_in_at is not null)")
            .bind(id)
            .fetch_one(&mut **transaction)
            .await?;
    if others == 0 { Err(CatalogError::LastAdmin) } else { Ok(()) }
}

async fn forget_ways_in(transaction: &mut Transaction<'static, Sqlite>, user: &str) -> Result<(), CatalogError> {
    sqlx::query("delete from sessions where user_id = $1").bind(user).execute(&mut **transaction).await?;
    sqlx::query("delete from sign_in_links where user_id = $1").bind(user).execute(&mut **transaction).await?;
    Ok(())
}

fn read_account(row: &SqliteRow, roles: &mut HashMap<String, Vec<(ProjectId, Role)>>) -> Result<Account, CatalogError> {
    let user = read_user(row)?;
    Ok(Account {
        roles: roles.remove(&user.id).unwrap_or_default(),
        has_password: row.try_get::<Option<String>, _>("password_hash")?.is_some(),
        signed_in_at: row.try_get("signed_in_at")?,
        link_until: row.try_get("link_until")?,
        user,
    })
}
