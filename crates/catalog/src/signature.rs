//! What this installation gave out, and can tell again: a text with a signature by a key that never leaves the catalog (HMAC-SHA256).
//!
//! What must stay true: what is signed for one purpose is nothing for another; a signature that is wrong in any bit is none, and comparing takes the same time wherever it is wrong.

use crate::{Catalog, CatalogError, secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

const SIGNING_KEY: &str = "signing_key";
/// A hundred and twenty-eight bits: nobody guesses them, and an address stays short.
const SIGNATURE_BYTES: usize = 16;

impl Catalog {
    /// The text in a form that goes into an address, with its signature.
    pub async fn sign(&self, purpose: &str, text: &str) -> Result<String, CatalogError> {
        let signature = self.signature(purpose, text.as_bytes()).await?;
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(&signature[..SIGNATURE_BYTES])))
    }

    /// The text that [`Catalog::sign`] made this of for the same purpose; `None` for anything else.
    pub async fn signed(&self, purpose: &str, token: &str) -> Result<Option<String>, CatalogError> {
        let Some((text, signature)) = token.split_once('.') else { return Ok(None) };
        let (Ok(text), Ok(signature)) = (URL_SAFE_NO_PAD.decode(text), URL_SAFE_NO_PAD.decode(signature)) else { return Ok(None) };
        if signature.len() != SIGNATURE_BYTES {
            return Ok(None);
        }
        let is_ours = mac(&self.signing_key().await?, purpose, &text).verify_truncated_left(&signature).is_ok();
        Ok(if is_ours { String::from_utf8(text).ok() } else { None })
    }

    async fn signature(&self, purpose: &str, text: &[u8]) -> Result<[u8; 32], CatalogError> {
        Ok(mac(&self.signing_key().await?, purpose, text).finalize().into_bytes().into())
    }

    /// Made when it is first needed. A backup carries it, so that links which are out work after a restore.
    async fn signing_key(&self) -> Result<[u8; 32], CatalogError> {
        let key = self.inner.signing_key.get_or_try_init(|| async {
            let mut transaction = self.write().await?;
            let stored: Option<String> =
                sqlx::query_scalar("select value from settings where name = $1").bind(SIGNING_KEY).fetch_optional(&mut *transaction).await?;
            let key = match stored {
                Some(stored) => {
                    let damaged = || CatalogError::Damaged { what: "signing key", message: "it is not 32 bytes".to_owned() };
                    URL_SAFE_NO_PAD.decode(stored).ok().and_then(|key| key.try_into().ok()).ok_or_else(damaged)?
                }
                None => {
                    let made = secret::random_bytes::<32>()?;
                    sqlx::query("insert into settings (name, value) values ($1, $2)")
                        .bind(SIGNING_KEY)
                        .bind(URL_SAFE_NO_PAD.encode(made))
                        .execute(&mut *transaction)
                        .await?;
                    made
                }
            };
            transaction.commit().await?;
            Ok::<_, CatalogError>(key)
        });
        key.await.copied()
    }
}

/// With which who gets a post tells that it is ours: over the second in which it was sent, a full stop, and its body, in hexadecimal digits.
#[must_use]
pub fn post_signature(secret: &str, at_s: i64, body: &str) -> String {
    let mut mac = mac_of(secret.as_bytes());
    mac.update(format!("{at_s}.").as_bytes());
    mac.update(body.as_bytes());
    secret::hex(&mac.finalize().into_bytes())
}

/// An id that nobody guesses, of 128 bits.
pub fn random_id() -> Result<String, CatalogError> {
    Ok(URL_SAFE_NO_PAD.encode(secret::random_bytes::<16>()?))
}

fn mac(key: &[u8], purpose: &str, text: &[u8]) -> Hmac<Sha256> {
    let mut mac = mac_of(key);
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(text);
    mac
}

/// HMAC takes keys of any length.
fn mac_of(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("a key of any length is one")
}
