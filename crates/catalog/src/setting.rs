use crate::{Catalog, CatalogError};

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
}
