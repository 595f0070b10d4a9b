use super::{Network, client_address};
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};
use std::net::SocketAddr;

#[test]
fn a_network_holds_its_addresses() {
    for (network, address, inside) in [
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.2", false),
        ("0.0.0.0/0", "8.8.8.8", true),
        ("fd00::/8", "fd12::1", true),
        ("fd00::/8", "fe80::1", false),
        ("fd00::/8", "10.0.0.1", false),
    ] {
        let parsed: Network = network.parse().unwrap();
        assert_eq!(parsed.contains(address.parse().unwrap()), inside, "{address} in {network}");
    }
    for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::1/129", "localhost"] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong}");
    }
}

#[test]
fn a_forwarded_address_counts_only_from_a_trusted_peer() {
    let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
    for (peer, forwarded, client) in [
        ("1.2.3.4:5", "9.9.9.9", "1.2.3.4"),
        ("10.0.0.1:5", "9.9.9.9", "9.9.9.9"),
        ("10.0.0.1:5", "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
        ("10.0.0.1:5", "9.9.9.9:443", "9.9.9.9"),
        ("10.0.0.1:5", "<script>", "10.0.0.1"),
        ("10.0.0.1:5", "", "10.0.0.1"),
        ("[::ffff:10.0.0.1]:5", "2001:db8::1", "2001:db8::1"),
    ] {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        assert_eq!(client_address(&headers, &extensions, &trusted), Some(client.parse().unwrap()), "{peer} {forwarded}");
    }
}
