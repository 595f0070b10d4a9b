//! The first start: nobody can log in, and whoever reads the server's own output may make the first account, once.

use crate::{Catalog, CatalogError, NewUser, Role, User, database::write_private, secret};
use sqlx::{Sqlite, Transaction};
use std::{fs, path::PathBuf};

const TOKEN_FILE: &str = "setup-token";
const DONE: &str = "setup_done";
const TOKEN_HASH: &str = "setup_token_hash";

impl Catalog {
    /// Whether the first account is still to be made.
    pub async fn setup_required(&self) -> Result<bool, CatalogError> {
        Ok(self.setting(DONE).await?.is_none())
    }

    /// The token to print while set-up is open. It lies in the data folder, readable by its owner only, until it is used.
    pub async fn setup_token(&self) -> Result<Option<String>, CatalogError> {
        if !self.setup_required().await? {
            return Ok(None);
        }
        let path = self.setup_token_path();
        match fs::read_to_string(&path) {
            Ok(token) => Ok(Some(token)),
            Err(source) => Err(CatalogError::Open { path, source }),
        }
    }

    /// Makes the first account, an administrator of everything, and closes set-up for ever.
    pub async fn complete_setup(&self, token: &str, new: &NewUser) -> Result<User, CatalogError> {
        if !self.setup_required().await? {
            return Err(CatalogError::SetupDone);
        }
        let stored = self.setting(TOKEN_HASH).await?;
        if stored.as_deref() != Some(secret::hash_of(token.trim()).as_str()) {
            return Err(CatalogError::WrongToken);
        }
        let new = NewUser { everywhere: Some(Role::Admin), ..new.clone() };
        let prepared = self.prepare_user(&new).await?;
        let mut transaction = self.write().await?;
        let done: Option<String> = sqlx::query_scalar("select value from settings where name = $1").bind(DONE).fetch_optional(&mut *transaction).await?;
        if done.is_some() {
            return Err(CatalogError::SetupDone);
        }
        self.insert_user(&mut transaction, &prepared).await?;
        transaction.commit().await?;
        self.forget_setup_token();
        Ok(prepared.user)
    }

    /// Makes the token at the first start, and again when its file was lost before set-up was done.
    pub(crate) async fn prepare_setup_token(&self) -> Result<(), CatalogError> {
        if !self.setup_required().await? {
            self.forget_setup_token();
            return Ok(());
        }
        let path = self.setup_token_path();
        let stored = self.setting(TOKEN_HASH).await?;
        let current = fs::read_to_string(&path).ok().filter(|token| stored.as_deref() == Some(secret::hash_of(token).as_str()));
        if current.is_some() {
            return Ok(());
        }
        let token = secret::new_secret("setup_")?;
        write_private(&path, token.as_bytes()).map_err(|source| CatalogError::Open { path, source })?;
        self.set_setting(TOKEN_HASH, &secret::hash_of(&token)).await
    }

    /// The file is of no use once set-up is closed; that it may stay behind harms nobody.
    pub(crate) fn forget_setup_token(&self) {
        let _ = fs::remove_file(self.setup_token_path());
    }

    fn setup_token_path(&self) -> PathBuf {
        self.inner.folder.join(TOKEN_FILE)
    }
}

/// Any account, also one made on the command line, closes set-up.
pub(crate) async fn close_setup(transaction: &mut Transaction<'static, Sqlite>) -> Result<(), CatalogError> {
    sqlx::query("insert into settings (name, value) values ($1, 'true') on conflict (name) do nothing").bind(DONE).execute(&mut **transaction).await?;
    sqlx::query("delete from settings where name = $1").bind(TOKEN_HASH).execute(&mut **transaction).await?;
    Ok(())
}
