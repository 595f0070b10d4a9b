//! Posting what surveys and alerts tell of to the addresses that somebody gave them.
//!
//! What must stay true: an address inside this machine or its network is not reached unless the settings allow it, whatever name leads there; a redirect is not followed; each post is
//! signed and has an id that stays the same when it is sent again; it has an end.

use anyhow::{Result, anyhow};
use sillage_catalog::{Catalog, Post, post_signature};
use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};
use tokio::sync::watch;
use ureq::{
    Agent,
    config::{AutoHeaderValue, Config},
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

const EVERY: Duration = Duration::from_secs(2);
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);
const TIME: Duration = Duration::from_secs(10);
const AT_ONCE: u32 = 50;
const FORGET_EVERY_ROUNDS: u32 = 1_800;

#[derive(Clone, Debug)]
pub(crate) struct Poster {
    agent: Agent,
}

impl Poster {
    pub(crate) fn new(may_reach_private: bool) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIME))
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent(AutoHeaderValue::from(concat!("sillage/", env!("CARGO_PKG_VERSION"))))
            .build();
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), Public { may_reach_private, inner: DefaultResolver::default() }) }
    }

    /// Posts what is due until it is told to stop; an attempt under way is finished.
    pub(crate) async fn run(self, catalog: Catalog, mut stop: watch::Receiver<bool>) {
        let mut rounds = 0_u32;
        while !*stop.borrow() {
            let pause = match self.post_due(&catalog, &stop).await {
                Ok(()) => EVERY,
                Err(error) => {
                    tracing::warn!("what is to be posted could not be looked up: {error:#}");
                    AFTER_A_FAILURE
                }
            };
            rounds = rounds.wrapping_add(1);
            if rounds % FORGET_EVERY_ROUNDS == 1
                && let Err(error) = forget_old(&catalog).await
            {
                tracing::warn!("old posts could not be forgotten: {error}");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn post_due(&self, catalog: &Catalog, stop: &watch::Receiver<bool>) -> Result<()> {
        // A server that is away costs one attempt a round, and does not keep the others waiting.
        let mut away: HashSet<String> = HashSet::new();
        for post in catalog.due_posts(AT_ONCE).await? {
            if *stop.borrow() {
                break;
            }
            if away.contains(&post.url) || !catalog.begin_post(&post).await? {
                continue;
            }
            let (agent, sent, now_ms) = (self.agent.clone(), post.clone(), catalog.clock().now_ms());
            let outcome = tokio::task::spawn_blocking(move || send(&agent, &sent, now_ms)).await?;
            match outcome {
                Ok(()) => catalog.post_ended(&post.id, None, false).await?,
                Err(Failed { said, is_final }) => {
                    tracing::info!(post = %post.id, kind = %post.kind, about = %post.about, "post not taken: {said}");
                    catalog.post_ended(&post.id, Some(&said), is_final).await?;
                    away.insert(post.url);
                }
            }
        }
        Ok(())
    }
}

async fn forget_old(catalog: &Catalog) -> Result<()> {
    catalog.forget_old_posts().await?;
    catalog.forget_old_tellings().await?;
    Ok(catalog.forget_old_alert_events().await?)
}

#[derive(Debug)]
struct Failed {
    said: String,
    is_final: bool,
}

fn send(agent: &Agent, post: &Post, now_ms: i64) -> Result<(), Failed> {
    let at_s = now_ms.div_euclid(1_000);
    let signature = format!("t={at_s},v1={}", post_signature(&post.secret, at_s, &post.body));
    let sent = agent
        .post(&post.url)
        .header("content-type", "application/json")
        .header("x-sillage-delivery", &post.id)
        .header("x-sillage-signature", signature)
        .send(post.body.as_bytes());
    match sent {
        Ok(reply) if reply.status().is_success() => Ok(()),
        // RFC 9110: gone for good.
        Ok(reply) if reply.status().as_u16() == 410 => Err(Failed { said: "it answers 410: nobody takes this any more".to_owned(), is_final: true }),
        Ok(reply) if reply.status().is_redirection() => Err(Failed {
            said: format!("it answers {}: redirects are not followed, give the address that they lead to", reply.status().as_u16()),
            is_final: false,
        }),
        Ok(reply) => Err(Failed { said: format!("it answers {}", reply.status().as_u16()), is_final: false }),
        Err(error) => Err(Failed { said: anyhow!(error).to_string(), is_final: false }),
    }
}

/// Looks names up, and lets through only the addresses that everybody can reach.
#[derive(Debug)]
struct Public {
    may_reach_private: bool,
    inner: DefaultResolver,
}

impl Resolver for Public {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if self.may_reach_private {
            return Ok(found);
        }
        let mut public = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            public.push(*address);
        }
        if public.is_empty() {
            let said = "this name leads into a private network, where nothing is posted to unless the server is started with --private-webhooks";
            return Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, said)));
        }
        Ok(public)
    }
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// RFC 6890.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_special = a == 0 || a >= 240 || (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19));
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || is_shared
        || is_special)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let is_own = segments[0] & 0xfe00 == 0xfc00 || segments[0] & 0xffc0 == 0xfe80;
    // What leads to an address of the old kind is judged as that one.
    let inner = match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        _ => None,
    };
    let is_documentation = segments[0] == 0x2001 && segments[1] == 0xdb8;
    !(address.is_loopback() || address.is_unspecified() || address.is_multicast() || is_own || is_documentation) && inner.is_none_or(is_public_v4)
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn what_lies_inside_a_network_is_not_reached() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "::127.0.0.1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["93.184.216.34", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
