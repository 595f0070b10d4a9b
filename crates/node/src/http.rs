//! The client's end of HTTP. Certificates are checked against those that the system trusts, so that an authority of one's own works; without such a
//! list, against the public ones.

use std::{env, fs, path::PathBuf, sync::Arc};
use ureq::{
    Agent,
    config::ConfigBuilder,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
    typestate::AgentScope,
};

/// Where systems keep the authorities that they trust.
const BUNDLES: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Settings that every client of ours shares: a status is an answer, not an error.
pub(crate) fn settings(url: &str) -> ConfigBuilder<AgentScope> {
    let settings = Agent::config_builder().http_status_as_error(false);
    match url.starts_with("https://").then(system_authorities).flatten() {
        Some(authorities) => settings.tls_config(TlsConfig::builder().root_certs(RootCerts::Specific(authorities)).build()),
        None => settings,
    }
}

fn system_authorities() -> Option<Arc<Vec<Certificate<'static>>>> {
    let named = env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let text = named.into_iter().chain(BUNDLES.map(PathBuf::from)).find_map(|path| fs::read(path).ok())?;
    let certificates = parse_pem(&text).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let certificates: Vec<Certificate<'static>> = certificates.collect();
    (!certificates.is_empty()).then(|| Arc::new(certificates))
}
