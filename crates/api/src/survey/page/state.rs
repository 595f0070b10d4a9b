//! Where somebody stands in a survey, and a link for one person: both as signed texts that go into an address.

use crate::{Api, error::ApiError};
use serde::{Deserialize, Serialize};

const STATE: &str = "survey-state";
const LINK: &str = "survey-link";

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    #[serde(rename = "s")]
    pub(super) survey: String,
    #[serde(rename = "v")]
    pub(super) version: u32,
    #[serde(rename = "r")]
    pub(super) response: String,
    /// The id of the question that is asked now, or of the end.
    #[serde(rename = "a")]
    pub(super) at: String,
    #[serde(rename = "l")]
    pub(super) language: String,
    #[serde(rename = "b")]
    pub(super) began: i64,
    /// When this question was put.
    #[serde(rename = "p")]
    pub(super) put: i64,
    #[serde(rename = "e", default, skip_serializing_if = "is_false")]
    pub(super) is_embedded: bool,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(super) who: Option<Who>,
    #[serde(rename = "n", default, skip_serializing_if = "is_false")]
    pub(super) is_named: bool,
    #[serde(rename = "t", default, skip_serializing_if = "is_false")]
    pub(super) asks_to_link: bool,
    /// Answers that the address brought along.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) given: Vec<(String, String)>,
    /// The first answer is sent without another click.
    #[serde(rename = "o", default, skip_serializing_if = "is_false")]
    pub(super) goes_on: bool,
}

/// Whose answer it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::survey) enum Who {
    #[serde(rename = "u")]
    User(String),
    #[serde(rename = "d")]
    Device(String),
}

/// A link for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::survey) struct Link {
    #[serde(rename = "s")]
    pub(in crate::survey) survey: String,
    /// Of the response, where there is one only.
    #[serde(rename = "i")]
    pub(in crate::survey) id: String,
    #[serde(rename = "w")]
    pub(in crate::survey) who: Who,
    #[serde(rename = "u")]
    pub(in crate::survey) until: i64,
    /// One answer and no more.
    #[serde(rename = "o")]
    pub(in crate::survey) is_once: bool,
}

impl State {
    pub(super) async fn read(api: &Api, token: &str) -> Result<Option<Self>, ApiError> {
        let text = api.catalog.signed(STATE, token).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub(super) async fn write(&self, api: &Api) -> Result<String, ApiError> {
        let text = serde_json::to_string(self).map_err(|error| ApiError::internal(&error))?;
        Ok(api.catalog.sign(STATE, &text).await?)
    }
}

impl Link {
    pub(super) async fn read(api: &Api, token: &str) -> Result<Option<Self>, ApiError> {
        let text = api.catalog.signed(LINK, token).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub(in crate::survey) async fn write(&self, api: &Api) -> Result<String, ApiError> {
        let text = serde_json::to_string(self).map_err(|error| ApiError::internal(&error))?;
        Ok(api.catalog.sign(LINK, &text).await?)
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
