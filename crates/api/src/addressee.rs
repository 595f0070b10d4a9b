//! Who is told of something: addresses of mails, and where something is posted to.

use crate::error::ApiError;
use sillage_catalog::mail_address;

const MOST_ADDRESSES: usize = 20;

/// Addresses as they are kept, or which one is wrong.
pub(crate) fn check_mails(field: &str, addresses: &mut [String]) -> Result<(), ApiError> {
    if addresses.len() > MOST_ADDRESSES {
        return Err(ApiError::invalid(field, format!("takes at most {MOST_ADDRESSES} addresses; make a list on your mail server for more")));
    }
    for (i, address) in addresses.iter_mut().enumerate() {
        let read = mail_address(address).map(str::to_owned);
        *address = read.ok_or_else(|| ApiError::invalid(&format!("{field}[{i}]"), "is no e-mail address; write one such as name@example.com"))?;
    }
    Ok(())
}

/// Whether it leads into a private network is seen when it is posted to: a name may lead elsewhere by then.
pub(crate) fn check_webhook(field: &str, url: &str) -> Result<(), ApiError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_fine = !host.is_empty() && !host.contains('@') && url.len() <= 2_000 && url.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fine {
        return Ok(());
    }
    Err(ApiError::invalid(field, "is no address to post to; write one such as https://hooks.example.com/answers, without a user and a password in it"))
}

pub(crate) fn check_language(field: &str, language: Option<&str>) -> Result<(), ApiError> {
    if language.is_some_and(|language| !matches!(language, "en" | "fr")) {
        return Err(ApiError::invalid(field, "give `en` or `fr`"));
    }
    Ok(())
}
