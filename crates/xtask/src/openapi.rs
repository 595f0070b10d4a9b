//! Writes `contract/openapi.json` from the handlers. A test of `api` fails when the two differ.

use anyhow::Context;
use std::{fs, path::Path};

pub(crate) fn run() -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/openapi.json");
    let text = serde_json::to_string_pretty(&sillage_api::openapi())? + "\n";
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}
