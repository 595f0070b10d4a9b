//! A line of an export that says how ids came together or apart: `{"identity": "link|merge|split", "from", "into", "time", "by"}`.
//!
//! Not read at the doors for events: whoever holds the public write key could make one person of two.

use serde::Deserialize;
use serde_json::Value;
use sillage_event::{Identity, LinkChange, placeholder, time};

const MAX_ID_BYTES: usize = 255;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityLine {
    /// `link` (an event named a device and a user), `merge` or `split`.
    pub identity: String,
    /// A device is `$device:<id>`.
    pub from: String,
    /// Not of a split.
    pub into: Option<String>,
    /// ISO 8601, or a number since 1970.
    pub time: Value,
    /// Who did it.
    pub by: Option<String>,
}

/// A field, and what is wrong with it.
pub type WrongField = (&'static str, &'static str);

impl IdentityLine {
    /// What it asks for; `caller` did it where the line names nobody.
    ///
    /// # Errors
    /// The field that cannot be read, and what is allowed there.
    pub fn change(self, caller: &str) -> Result<LinkChange, WrongField> {
        let at = time::from_json(&self.time).ok_or(("time", "give a time, as ISO 8601 or a number since 1970"))?;
        let from = identity("from", &self.from)?;
        let into = || identity("into", self.into.as_deref().unwrap_or_default());
        // What a client asked for is weaker than what an operator did, and stays so.
        let by = self.by.clone().unwrap_or_else(|| caller.to_owned());
        if by.len() > MAX_ID_BYTES {
            return Err(("by", "say in at most 255 bytes who did it"));
        }
        match (self.identity.as_str(), from) {
            ("link", Identity::Device(device)) => match into()? {
                Identity::User(user) => Ok(LinkChange::Link { device, user, at }),
                Identity::Device(_) => Err(("into", "a link goes from a device to a user")),
            },
            ("link", Identity::User(_)) => Err(("from", "a link goes from a device, $device:<id>, to a user")),
            ("merge", from) => match into()? {
                into if into == from => Err(("into", "a person cannot be merged into themselves")),
                into => Ok(LinkChange::Merge { from, into, at, by }),
            },
            ("split", id) => Ok(LinkChange::Split { id, at, by }),
            _ => Err(("identity", "give `link`, `merge` or `split`")),
        }
    }
}

fn identity(field: &'static str, id: &str) -> Result<Identity, WrongField> {
    let is_fit = !id.is_empty() && id.len() <= MAX_ID_BYTES + "$device:".len() && !placeholder(id);
    if is_fit { Ok(Identity::parse(id)) } else { Err((field, "give the id of a person")) }
}
