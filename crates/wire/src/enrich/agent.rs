//! What a user agent says, in the words that the official browser client uses.

use isbot::Bots;
use serde_json::Value;
use sillage_event::Properties;
use std::{
    collections::HashMap,
    panic::catch_unwind,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};
use woothee::parser::{Parser, WootheeResult};

/// The properties that a user agent gives.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Agent {
    browser: Option<String>,
    browser_version: Option<f64>,
    os: Option<String>,
    os_version: Option<String>,
    device_type: Option<&'static str>,
    is_bot: bool,
}

/// What follows is of no use, and a key of the cache should be small.
const READ_BYTES: usize = 512;
/// Distinct user agents remembered; over that the memory starts again.
const REMEMBERED: usize = 1024;
/// Programs that send for somebody else. They are no bots, and say nothing about the person.
const LIBRARIES: [&str; 24] = [
    "apache-httpclient",
    "axios",
    "aiohttp",
    "curl",
    "dart",
    "faraday",
    "go-http-client",
    "got",
    "guzzlehttp",
    "java",
    "jakarta",
    "libwww-perl",
    "node",
    "okhttp",
    "php",
    "postmanruntime",
    "python",
    "reqwest",
    "rest-client",
    "ruby",
    "undici",
    "ureq",
    "wget",
    "mixpanel",
];

static BOTS: LazyLock<Bots> = LazyLock::new(Bots::default);
static SEEN: LazyLock<RwLock<HashMap<Box<str>, Arc<Agent>>>> = LazyLock::new(RwLock::default);

/// Reads a user agent, or remembers how it was read.
pub(crate) fn describe(user_agent: &str) -> Arc<Agent> {
    let user_agent = user_agent.get(..user_agent.floor_char_boundary(READ_BYTES)).unwrap_or_default().trim();
    if user_agent.is_empty() {
        return Arc::default();
    }
    if let Some(known) = SEEN.read().unwrap_or_else(PoisonError::into_inner).get(user_agent) {
        return known.clone();
    }
    let agent = Arc::new(catch_unwind(|| Agent::read(user_agent)).unwrap_or_default());
    let mut seen = SEEN.write().unwrap_or_else(PoisonError::into_inner);
    if seen.len() >= REMEMBERED {
        seen.clear();
    }
    seen.insert(user_agent.into(), agent.clone());
    agent
}

impl Agent {
    fn read(user_agent: &str) -> Self {
        if is_library(user_agent) {
            return Self::default();
        }
        let is_bot = BOTS.is_bot(user_agent);
        let parsed = Parser::new().parse(user_agent);
        let Some(found) = parsed.filter(|found| ["pc", "smartphone", "mobilephone", "appliance"].contains(&found.category)) else {
            return Self { is_bot, ..Self::default() };
        };
        Self {
            browser: known(found.name).map(|name| browser_name(name, user_agent)),
            browser_version: leading_number(found.version),
            os: known(found.os).map(os_name),
            os_version: known(&found.os_version).map(str::to_owned),
            device_type: Some(device_type(&found, user_agent)),
            is_bot,
        }
    }

    /// Fills in what is absent. A record that names its browser or system itself keeps its own description whole.
    pub(crate) fn fill(&self, properties: &mut Properties) {
        fill_in(properties, "$bot", self.is_bot.then_some(Value::Bool(true)));
        fill_in(properties, "$device_type", self.device_type.map(Value::from));
        if !properties.contains_key("$browser") {
            fill_in(properties, "$browser", self.browser.clone().map(Value::from));
            fill_in(properties, "$browser_version", self.browser_version.map(whole_if_it_is));
        }
        if !properties.contains_key("$os") {
            fill_in(properties, "$os", self.os.clone().map(Value::from));
            fill_in(properties, "$os_version", self.os_version.clone().map(Value::from));
        }
    }
}

fn fill_in(properties: &mut Properties, name: &str, value: Option<Value>) {
    if let Some(value) = value
        && !properties.contains_key(name)
    {
        properties.insert(name.to_owned(), value);
    }
}

fn is_library(user_agent: &str) -> bool {
    let name = user_agent.split(['/', ' ', ';', '(']).next().unwrap_or_default().to_ascii_lowercase();
    LIBRARIES.iter().any(|library| name == *library || name.strip_prefix(library).is_some_and(|rest| rest.starts_with(['-', '_', '.'])))
}

fn known(value: &str) -> Option<&str> {
    Some(value).filter(|value| !value.is_empty() && *value != "UNKNOWN")
}

fn browser_name(name: &str, user_agent: &str) -> String {
    let is_ios = ["iPhone", "iPad", "iPod"].iter().any(|device| user_agent.contains(device));
    match name {
        "Edge" => "Microsoft Edge",
        "Samsung Browser" | "SamsungBrowser" => "Samsung Internet",
        "Safari" if user_agent.contains("Mobile/") => "Mobile Safari",
        "Chrome" if is_ios => "Chrome iOS",
        "Firefox" if is_ios => "Firefox iOS",
        other => other,
    }
    .to_owned()
}

fn os_name(os: &str) -> String {
    match os {
        "Mac OSX" => "Mac OS X",
        "iPhone" | "iPad" | "iPod" => "iOS",
        "ChromeOS" => "Chrome OS",
        other if other.starts_with("Windows Phone") => "Windows Phone",
        other if other.starts_with("Windows") => "Windows",
        other => other,
    }
    .to_owned()
}

fn device_type(found: &WootheeResult<'_>, user_agent: &str) -> &'static str {
    let is_tablet = user_agent.contains("iPad") || user_agent.contains("Tablet") || (user_agent.contains("Android") && !user_agent.contains("Mobile"));
    match found.category {
        _ if is_tablet => "Tablet",
        "smartphone" | "mobilephone" => "Mobile",
        "appliance" => "Appliance",
        _ => "Desktop",
    }
}

/// 119.0 of "119.0.6045.105", as the browser client sends it.
fn leading_number(version: &str) -> Option<f64> {
    let mut parts = version.split('.');
    let major = parts.next()?;
    let minor = parts.next().unwrap_or("0");
    format!("{major}.{minor}").parse().ok()
}

fn whole_if_it_is(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e9 { Value::from(number as i64) } else { Value::from(number) }
}
