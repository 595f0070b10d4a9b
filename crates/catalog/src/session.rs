//! Being signed in: sessions by cookie, and links that sign in once.

use crate::{Catalog, CatalogError, INVITATION_LIFETIME_MS, User, secret, user};

/// A session ends so long after it began.
pub const SESSION_LIFETIME_MS: i64 = 30 * 86_400_000;
/// A sign-in link works once, for so long.
pub const LINK_LIFETIME_MS: i64 = 24 * 3_600_000;
/// A session that nobody used for so long is over.
const IDLE_MS: i64 = 14 * 86_400_000;
/// When a session was last seen is written at most this often.
const SEEN_EVERY_MS: i64 = 3_600_000;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub user: User,
    /// When they signed in, milliseconds UTC.
    pub began_at: i64,
}

impl Catalog {
    /// Begins a session and gives its token, which is stored nowhere.
    pub async fn begin_session(&self, user: &User) -> Result<String, CatalogError> {
        let token = secret::new_secret("")?;
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        sqlx::query("delete from sessions where expires_at <= $1 or seen_at <= $2").bind(now).bind(now - IDLE_MS).execute(&mut *transaction).await?;
        sqlx::query("insert into sessions (token_hash, user_id, created_at, seen_at, expires_at) values ($1, $2, $3, $3, $4)")
            .bind(secret::hash_of(&token))
            .bind(&user.id)
            .bind(now)
            .bind(now + SESSION_LIFETIME_MS)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("update users set signed_in_at = $2 where id = $1").bind(&user.id).bind(now).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(token)
    }

    /// The session with this token, if it is still good.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, CatalogError> {
        use sqlx::Row;
        let hash = secret::hash_of(token);
        let now = self.now_ms();
        let row = sqlx::query(
            "select users.*, sessions.seen_at as session_seen_at, sessions.created_at as session_began_at from sessions join users on users.id = sessions.user_id \
             where sessions.token_hash = $1 and sessions.expires_at > $2 and sessions.seen_at > $3",
        )
        .bind(&hash)
        .bind(now)
        .bind(now - IDLE_MS)
        .fetch_optional(self.read())
        .await?;
        let Some(row) = row else { return Ok(None) };
        if now - row.try_get::<i64, _>("session_seen_at")? >= SEEN_EVERY_MS {
            // Who is signed in can read also when nothing can be written.
            let _ = self.touch("update sessions set seen_at = $2 where token_hash = $1", &hash, now).await;
        }
        Ok(Some(Session { user: user::read_user(&row)?, began_at: row.try_get("session_began_at")? }))
    }

    pub async fn end_session(&self, token: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("delete from sessions where token_hash = $1").bind(secret::hash_of(token)).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// A token that signs this user in once, for whoever holds it.
    pub async fn create_sign_in_link(&self, user: &User) -> Result<String, CatalogError> {
        Ok(self.create_link(user, LINK_LIFETIME_MS).await?.0)
    }

    /// A token that lets somebody who was invited come in once, and until when.
    pub async fn create_invitation(&self, user: &User) -> Result<(String, i64), CatalogError> {
        self.create_link(user, INVITATION_LIFETIME_MS).await
    }

    async fn create_link(&self, user: &User, lifetime_ms: i64) -> Result<(String, i64), CatalogError> {
        let token = secret::new_secret("link_")?;
        let now = self.now_ms();
        let mut transaction = self.write().await?;
        sqlx::query("delete from sign_in_links where expires_at <= $1").bind(now).execute(&mut *transaction).await?;
        sqlx::query("insert into sign_in_links (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)")
            .bind(secret::hash_of(&token))
            .bind(&user.id)
            .bind(now)
            .bind(now + lifetime_ms)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((token, now + lifetime_ms))
    }

    /// Uses a link up and tells whose it was.
    pub async fn use_sign_in_link(&self, token: &str) -> Result<User, CatalogError> {
        let mut transaction = self.write().await?;
        let user: Option<String> = sqlx::query_scalar("delete from sign_in_links where token_hash = $1 and expires_at > $2 returning user_id")
            .bind(secret::hash_of(token))
            .bind(self.now_ms())
            .fetch_optional(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.user(&user.ok_or(CatalogError::WrongToken)?).await
    }
}
