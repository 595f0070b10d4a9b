//! Links that open one thing to people without an account. Links to recordings are kept with recordings.
//!
//! What must stay true: a link names one thing of one project; what is in its address is kept nowhere, and told again only by the signature
//! over its id; a link goes with what it opens.

use crate::{Catalog, CatalogError, random_id, user::checked_password};
use sillage_event::ProjectId;
use sqlx::{Row, sqlite::SqliteRow};

/// Whoever gave the password of a link is not asked again for so long.
pub const SHARE_PASS_LIFETIME_MS: i64 = 12 * 3_600_000;
const MOST_LINKS: i64 = 50;
const MOST_ORIGINS: usize = 20;
/// Links that were over for so long are forgotten when another one is made.
const OVER_KEPT_MS: i64 = 90 * 86_400_000;
/// What is signed: a link, and that somebody gave its password.
const LINK: &str = "share_link";
const PASS: &str = "share_pass";
const COUNT_OPEN: &str = "select count(*) from share_links where project_id = $1 and kind = $2 and object_id = $3 and revoked_at is null
     and (expires_at is null or expires_at > $4)";

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareKind {
    Board,
}

impl ShareKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Board => "board",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Board].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One thing of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    pub project: ProjectId,
    pub kind: ShareKind,
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareLink {
    pub id: String,
    pub opens: Shared,
    pub terms: ShareTerms,
    pub has_password: bool,
    pub password_set_at: i64,
    pub revoked_at: Option<i64>,
    pub created_by: String,
    pub created_at: i64,
    /// How often it was opened, and when last.
    pub opened: i64,
    pub opened_at: Option<i64>,
}

/// What its maker says of a link, and may change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareTerms {
    /// For whom it is.
    pub name: String,
    pub expires_at: Option<i64>,
    /// Other pages may show it in a frame.
    pub is_embeddable: bool,
    /// Which pages may; none: all.
    pub embed_origins: Vec<String>,
    /// Whoever looks may choose another range.
    pub is_range_open: bool,
}

impl ShareLink {
    #[must_use]
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.terms.expires_at.is_some_and(|at| at <= now_ms)
    }
}

impl Catalog {
    /// The links of one thing, the latest first.
    pub async fn share_links(&self, of: &Shared) -> Result<Vec<ShareLink>, CatalogError> {
        let rows = sqlx::query("select * from share_links where project_id = $1 and kind = $2 and object_id = $3 order by created_at desc, id")
            .bind(i64::from(of.project.0))
            .bind(of.kind.as_str())
            .bind(&of.id)
            .fetch_all(self.read())
            .await?;
        rows.iter().map(read_link).collect()
    }

    /// How many links open one thing now.
    pub async fn open_share_links(&self, of: &Shared) -> Result<u32, CatalogError> {
        let open: i64 =
            sqlx::query_scalar(COUNT_OPEN).bind(i64::from(of.project.0)).bind(of.kind.as_str()).bind(&of.id).bind(self.now_ms()).fetch_one(self.read()).await?;
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }

    pub async fn share_link(&self, of: &Shared, id: &str) -> Result<ShareLink, CatalogError> {
        let row = sqlx::query("select * from share_links where project_id = $1 and kind = $2 and object_id = $3 and id = $4")
            .bind(i64::from(of.project.0))
            .bind(of.kind.as_str())
            .bind(&of.id)
            .bind(id)
            .fetch_optional(self.read())
            .await?;
        read_link(&row.ok_or(CatalogError::NotFound)?)
    }

    pub async fn create_share_link(&self, of: &Shared, terms: &ShareTerms, password: Option<&str>, by: &str) -> Result<ShareLink, CatalogError> {
        let terms = self.checked_terms(terms)?;
        let password_hash = self.password_of_link(password).await?;
        let (id, now) = (random_id()?, self.now_ms());
        let mut transaction = self.write().await?;
        sqlx::query("delete from share_links where project_id = $1 and kind = $2 and object_id = $3 and (revoked_at < $4 or expires_at < $4)")
            .bind(i64::from(of.project.0))
            .bind(of.kind.as_str())
            .bind(&of.id)
            .bind(now - OVER_KEPT_MS)
            .execute(&mut *transaction)
            .await?;
        let open: i64 =
            sqlx::query_scalar(COUNT_OPEN).bind(i64::from(of.project.0)).bind(of.kind.as_str()).bind(&of.id).bind(now).fetch_one(&mut *transaction).await?;
        if open >= MOST_LINKS {
            return Err(CatalogError::invalid("name", format!("at most {MOST_LINKS} links are open at once; revoke one that nobody needs")));
        }
        sqlx::query(
            "insert into share_links (id, project_id, kind, object_id, name, password_hash, password_set_at, is_embeddable, embed_origins, is_range_open,
             expires_at, created_by, created_at, opened) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $7, 0)",
        )
        .bind(&id)
        .bind(i64::from(of.project.0))
        .bind(of.kind.as_str())
        .bind(&of.id)
        .bind(&terms.name)
        .bind(password_hash)
        .bind(now)
        .bind(terms.is_embeddable)
        .bind(serde_json::json!(terms.embed_origins).to_string())
        .bind(terms.is_range_open)
        .bind(terms.expires_at)
        .bind(by)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.share_link(of, &id).await
    }

    /// Changes a link that was not revoked. Of the password: `None` leaves it, an empty one takes it off.
    pub async fn change_share_link(&self, of: &Shared, id: &str, terms: &ShareTerms, password: Option<&str>) -> Result<ShareLink, CatalogError> {
        let before = self.share_link(of, id).await?;
        if before.revoked_at.is_some() {
            return Err(CatalogError::invalid("link", "was revoked, which is for good; make another one"));
        }
        // A date that has passed may stay as it was, and no other may have passed.
        let terms = if terms.expires_at == before.terms.expires_at {
            let kept = self.checked_terms(&ShareTerms { expires_at: None, ..terms.clone() })?;
            ShareTerms { expires_at: terms.expires_at, ..kept }
        } else {
            self.checked_terms(terms)?
        };
        let password_hash = self.password_of_link(password.filter(|password| !password.is_empty())).await?;
        let mut transaction = self.write().await?;
        sqlx::query("update share_links set name = $2, is_embeddable = $3, embed_origins = $4, is_range_open = $5, expires_at = $6 where id = $1")
            .bind(id)
            .bind(&terms.name)
            .bind(terms.is_embeddable)
            .bind(serde_json::json!(terms.embed_origins).to_string())
            .bind(terms.is_range_open)
            .bind(terms.expires_at)
            .execute(&mut *transaction)
            .await?;
        if password.is_some() {
            sqlx::query("update share_links set password_hash = $2, password_set_at = $3 where id = $1")
                .bind(id)
                .bind(password_hash)
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.share_link(of, id).await
    }

    /// Closes a link for good.
    pub async fn revoke_share_link(&self, of: &Shared, id: &str) -> Result<ShareLink, CatalogError> {
        let mut transaction = self.write().await?;
        let revoked =
            sqlx::query("update share_links set revoked_at = coalesce(revoked_at, $5) where project_id = $1 and kind = $2 and object_id = $3 and id = $4")
                .bind(i64::from(of.project.0))
                .bind(of.kind.as_str())
                .bind(&of.id)
                .bind(id)
                .bind(self.now_ms())
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        if revoked.rows_affected() == 0 {
            return Err(CatalogError::NotFound);
        }
        self.share_link(of, id).await
    }

    /// What stands in the address of a link.
    pub async fn share_token(&self, id: &str) -> Result<String, CatalogError> {
        self.sign(LINK, id).await
    }

    /// The link that an address names, be it over or not: only who was given it knows the address. A revoked one is none.
    pub async fn share_link_of_token(&self, kind: ShareKind, token: &str) -> Result<Option<ShareLink>, CatalogError> {
        let Some(id) = self.signed(LINK, token).await? else { return Ok(None) };
        let row = sqlx::query("select * from share_links where id = $1 and kind = $2 and revoked_at is null")
            .bind(id)
            .bind(kind.as_str())
            .fetch_optional(self.read())
            .await?;
        row.as_ref().map(read_link).transpose()
    }

    /// What whoever gives the right password is let in by from then on; `None` when it is wrong.
    pub async fn unlock_share_link(&self, link: &ShareLink, password: &str) -> Result<Option<(String, i64)>, CatalogError> {
        let hash: Option<String> = sqlx::query_scalar("select password_hash from share_links where id = $1").bind(&link.id).fetch_one(self.read()).await?;
        if !self.inner.passwords.verify(password, hash).await? {
            return Ok(None);
        }
        let until = self.now_ms() + SHARE_PASS_LIFETIME_MS;
        let text = format!("{} {} {until}", link.id, link.password_set_at);
        Ok(Some((self.sign(PASS, &text).await?, until)))
    }

    /// Whether somebody gave the password that this link has now.
    pub async fn is_share_pass(&self, link: &ShareLink, pass: &str) -> Result<bool, CatalogError> {
        let Some(text) = self.signed(PASS, pass).await? else { return Ok(false) };
        let expected = format!("{} {} ", link.id, link.password_set_at);
        let until = text.strip_prefix(&expected).and_then(|until| until.parse::<i64>().ok());
        Ok(until.is_some_and(|until| until > self.now_ms()))
    }

    pub async fn count_share_opening(&self, link: &ShareLink) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("update share_links set opened = opened + 1, opened_at = $2 where id = $1")
            .bind(&link.id)
            .bind(self.now_ms())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn password_of_link(&self, password: Option<&str>) -> Result<Option<String>, CatalogError> {
        match password {
            None => Ok(None),
            Some(password) => Ok(Some(self.inner.passwords.hash(checked_password(password)?).await?)),
        }
    }

    fn checked_terms(&self, terms: &ShareTerms) -> Result<ShareTerms, CatalogError> {
        let name = terms.name.trim();
        if name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(CatalogError::invalid("name", "takes at most 100 characters, on one line"));
        }
        if terms.expires_at.is_some_and(|at| at <= self.now_ms()) {
            return Err(CatalogError::invalid("expires_at", "has passed; give a time that is still to come"));
        }
        if terms.embed_origins.len() > MOST_ORIGINS {
            return Err(CatalogError::invalid("embed_from", format!("takes at most {MOST_ORIGINS} addresses")));
        }
        let embed_origins = terms.embed_origins.iter().map(|one| checked_origin(one)).collect::<Result<_, _>>()?;
        Ok(ShareTerms { name: name.to_owned(), embed_origins, ..terms.clone() })
    }
}

/// It goes into a header that browsers obey, so nothing else may stand in it.
fn checked_origin(text: &str) -> Result<String, CatalogError> {
    let wrong = || CatalogError::invalid("embed_from", format!("\"{text}\" is no address of a site; give one such as https://wiki.example.com"));
    let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).ok_or_else(wrong)?;
    let (host, port) = host.split_once(':').unwrap_or((host, "443"));
    let host = host.strip_prefix("*.").unwrap_or(host);
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    if origin.len() > 200 || !is_host || port.parse::<u16>().is_err() {
        return Err(wrong());
    }
    Ok(origin)
}

fn read_link(row: &SqliteRow) -> Result<ShareLink, CatalogError> {
    let damaged = |message: String| CatalogError::Damaged { what: "share link", message };
    let (project, kind): (i64, &str) = (row.try_get("project_id")?, row.try_get("kind")?);
    let password_hash: Option<&str> = row.try_get("password_hash")?;
    Ok(ShareLink {
        id: row.try_get("id")?,
        opens: Shared {
            project: ProjectId(u32::try_from(project).map_err(|error| damaged(error.to_string()))?),
            kind: ShareKind::of(kind).ok_or_else(|| damaged(format!("of kind {kind}")))?,
            id: row.try_get("object_id")?,
        },
        terms: ShareTerms {
            name: row.try_get("name")?,
            expires_at: row.try_get("expires_at")?,
            is_embeddable: row.try_get("is_embeddable")?,
            embed_origins: serde_json::from_str(row.try_get("embed_origins")?).map_err(|error| damaged(error.to_string()))?,
            is_range_open: row.try_get("is_range_open")?,
        },
        has_password: password_hash.is_some(),
        password_set_at: row.try_get("password_set_at")?,
        revoked_at: row.try_get("revoked_at")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        opened: row.try_get("opened")?,
        opened_at: row.try_get("opened_at")?,
    })
}
