use crate::{Catalog, CatalogError, secret};
use std::sync::PoisonError;

const VISITOR_SECRET: &str = "visitor_secret";
const DAY_MS: i64 = 86_400_000;

impl Catalog {
    /// A setting of the installation, if somebody has set it.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, CatalogError> {
        Ok(sqlx::query_scalar("select value from settings where name = $1").bind(name).fetch_optional(self.read()).await?)
    }

    pub async fn set_setting(&self, name: &str, value: &str) -> Result<(), CatalogError> {
        let mut transaction = self.write().await?;
        sqlx::query("insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
            .bind(name)
            .bind(value)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// A secret that lives one day (UTC) and is then forgotten: what it hid can be linked to nothing of another day.
    pub async fn visitor_secret(&self) -> Result<[u8; 32], CatalogError> {
        let today = self.now_ms().div_euclid(DAY_MS);
        let remembered = *self.inner.visitor_secret.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((day, secret)) = remembered
            && day == today
        {
            return Ok(secret);
        }
        let mut transaction = self.write().await?;
        let stored: Option<String> =
            sqlx::query_scalar("select value from settings where name = $1").bind(VISITOR_SECRET).fetch_optional(&mut *transaction).await?;
        let secret = match stored.as_deref().and_then(|stored| parse_visitor_secret(stored, today)) {
            Some(secret) => secret,
            None => {
                let made = secret::random_bytes::<32>()?;
                sqlx::query("insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
                    .bind(VISITOR_SECRET)
                    .bind(format!("{today} {}", secret::hex(&made)))
                    .execute(&mut *transaction)
                    .await?;
                made
            }
        };
        transaction.commit().await?;
        *self.inner.visitor_secret.lock().unwrap_or_else(PoisonError::into_inner) = Some((today, secret));
        Ok(secret)
    }
}

fn parse_visitor_secret(stored: &str, today: i64) -> Option<[u8; 32]> {
    let (day, digits) = stored.split_once(' ')?;
    if day.parse() != Ok(today) || digits.len() != 64 {
        return None;
    }
    let mut secret = [0; 32];
    for (byte, pair) in secret.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(secret)
}
