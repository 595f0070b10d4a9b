use crate::{WireError, request::Parameters};
use base64::{Engine, engine::general_purpose::STANDARD};

/// What a request says about who sends it. Whether it is true is for the catalog to say.
#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    /// A write key or project token: `Authorization: Bearer`, `X-Sillage-Key`, `?key=`, `"key"` of the envelope, or the Basic user name with an empty
    /// password.
    Write(String),
    /// A service account of the Mixpanel import: Basic user and secret, and the parameter `project_id`.
    Account { user: String, secret: String, project: Option<String> },
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Write(_) => f.write_str("Write(…)"),
            Self::Account { user, project, .. } => write!(f, "Account {{ user: {user:?}, project: {project:?} }}"),
        }
    }
}

/// Whose project a batch belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Token {
    /// That of [`crate::Decoded::key`]: native events, imports, and records that carry no token of their own.
    OfKey,
    /// The token that the records carry.
    Sent(String),
}

/// Reads the key of a request: the headers first, then its parameters.
pub(crate) fn of_request(authorization: Option<&str>, key_header: Option<&str>, parameters: &Parameters) -> Result<Option<Key>, WireError> {
    if let Some(key) = filled(key_header) {
        return Ok(Some(Key::Write(key)));
    }
    if let Some(header) = authorization.map(str::trim).filter(|header| !header.is_empty()) {
        return of_authorization(header, parameters).map(Some);
    }
    Ok(filled(parameters.get("key")).or_else(|| filled(parameters.get("api_key"))).or_else(|| filled(parameters.get("token"))).map(Key::Write))
}

fn of_authorization(header: &str, parameters: &Parameters) -> Result<Key, WireError> {
    let (scheme, credentials) = header.split_once(' ').ok_or(WireError::BadAuthorization("a scheme and a value are expected"))?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return filled(Some(credentials)).map(Key::Write).ok_or(WireError::MissingKey);
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(WireError::BadAuthorization("the scheme is neither Bearer nor Basic"));
    }
    let decoded = STANDARD.decode(credentials).map_err(|_| WireError::BadAuthorization("the Basic credentials are not base64"))?;
    let decoded = String::from_utf8(decoded).map_err(|_| WireError::BadAuthorization("the Basic credentials are not UTF-8"))?;
    let (user, secret) = decoded.split_once(':').unwrap_or((&decoded, ""));
    match (user, secret) {
        ("", _) => Err(WireError::MissingKey),
        (token, "") => Ok(Key::Write(token.to_owned())),
        (user, secret) => {
            let project = filled(parameters.get("project_id"));
            Ok(Key::Account { user: user.to_owned(), secret: secret.to_owned(), project })
        }
    }
}

fn filled(value: Option<&str>) -> Option<String> {
    value.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
}
