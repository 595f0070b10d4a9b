//! What the request adds to a record: place, browser, language. Only what the record does not say itself is filled in.
//!
//! The address of the client is used here and goes no further: no event, profile or refused record holds it.

mod agent;
mod geo;

pub use geo::{Geo, MaxMind, Place};

use agent::Agent;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sillage_event::{DAY_MS, DEVICE_OF_A_DAY, Properties};
use std::{net::IpAddr, sync::Arc};

/// Whoever sent the request, as its connection and headers tell.
#[derive(Debug)]
pub(crate) struct Visitor<'a> {
    client_ip: Option<IpAddr>,
    /// Whether the client's address may stand for the person's: not when a server sends for its users.
    may_use_client_ip: bool,
    user_agent: &'a str,
    agent: Arc<Agent>,
    language: Option<&'a str>,
    day: i64,
    secret: &'a [u8],
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(client_ip: Option<IpAddr>, may_use_client_ip: bool, received_at: i64, secret: &'a [u8]) -> Self {
        let day = received_at.div_euclid(DAY_MS);
        Self { client_ip, may_use_client_ip, user_agent: "", agent: Arc::default(), language: None, day, secret }
    }

    /// A browser or an app sends for its own user: its headers describe the user's device.
    #[must_use]
    pub(crate) fn with_headers(mut self, user_agent: Option<&'a str>, accept_language: Option<&'a str>) -> Self {
        self.user_agent = user_agent.unwrap_or_default();
        self.agent = agent::describe(self.user_agent);
        self.language = accept_language.and_then(first_language);
        self
    }

    /// A device id for somebody who sent none: it says the same for a day, and cannot be turned back into an address.
    pub(crate) fn device_id(&self, token: &str) -> Option<String> {
        let ip = self.client_ip?;
        let mut hash = Sha256::new();
        for part in [self.secret, self.day.to_string().as_bytes(), token.as_bytes(), ip.to_string().as_bytes(), self.user_agent.as_bytes()] {
            hash.update(u64::try_from(part.len()).unwrap_or_default().to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        Some(digest.iter().take(16).fold(DEVICE_OF_A_DAY.to_owned(), |id, byte| format!("{id}{byte:02x}")))
    }

    /// Fills browser, system, device, language and the mark of a bot into an event.
    pub(crate) fn describe(&self, properties: &mut Properties) {
        let own_agent = match properties.get("$user_agent") {
            Some(Value::String(text)) => Some(agent::describe(text)),
            _ => None,
        };
        own_agent.as_ref().unwrap_or(&self.agent).fill(properties);
        if let Some(language) = self.language
            && !properties.contains_key("$language")
        {
            properties.insert("$language".to_owned(), Value::from(language));
        }
    }

    /// The address to look up for a record whose own field `ip` says `sent`: an address, 0 for none, or nothing.
    pub(crate) fn address(&self, sent: Option<&Value>) -> Option<IpAddr> {
        match sent {
            None => self.client_ip.filter(|_| self.may_use_client_ip),
            Some(Value::String(text)) if text == "1" => self.client_ip,
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(Value::Number(number)) if number.as_u64() == Some(1) => self.client_ip,
            Some(Value::Bool(true)) => self.client_ip,
            Some(_) => None,
        }
    }
}

/// What a user agent says, for a recording.
pub(crate) fn describe_agent(user_agent: &str) -> sillage_event::recording::Agent {
    let mut properties = Properties::new();
    agent::describe(user_agent).fill(&mut properties);
    let text = |name: &str| properties.get(name).and_then(Value::as_str).map(str::to_owned);
    sillage_event::recording::Agent {
        device: text("$device_type"),
        browser: text("$browser"),
        os: text("$os"),
        country: None,
        is_bot: properties.get("$bot").is_some_and(|flag| *flag == Value::Bool(true)),
    }
}

/// The names under which a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceNames {
    Event,
    Profile,
}

/// Whether a record already says where it is, so that no guess is needed.
pub(crate) fn says_where(properties: &Properties) -> bool {
    let mut coordinates = 0;
    for (name, value) in properties {
        match name.as_str() {
            "$city" | "$region" | "mp_country_code" | "$country_code" | "$country" if !value.is_null() => return true,
            "$latitude" | "$longitude" if !value.is_null() => coordinates += 1,
            _ => {}
        }
    }
    coordinates == 2
}

pub(crate) fn place_properties(place: Place, names: PlaceNames) -> impl Iterator<Item = (String, Value)> {
    // Of an event only the place is written; what time it was there follows from it.
    let (country_code, timezone) = match names {
        PlaceNames::Event => ("mp_country_code", None),
        PlaceNames::Profile => ("$country_code", place.timezone),
    };
    [("$city", place.city), ("$region", place.region), (country_code, place.country_code), ("$country", place.country), ("$timezone", timezone)]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.to_owned(), Value::String(value))))
}

/// `fr-FR` of `fr-FR,fr;q=0.9,en;q=0.8`: browsers put what the person prefers first.
fn first_language(header: &str) -> Option<&str> {
    let first = header.split([',', ';']).next()?.trim();
    let is_tag = (2..=35).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_tag.then_some(first)
}

#[cfg(test)]
mod tests;
