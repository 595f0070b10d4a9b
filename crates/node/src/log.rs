//! The log of a server: standard error, one line an event. `SILLAGE_LOG` chooses what is told (`warn`, `info`, `debug`, `sillage_store=debug`).

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

pub(crate) fn start() {
    start_with("info");
}

pub(crate) fn start_with(level: &str) {
    let filter = EnvFilter::try_from_env("SILLAGE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // Somebody set one up before: that one stays.
    drop(log.try_init());
}
