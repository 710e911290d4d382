//! Whose request it is, by address: the peer's, or the one that a believed proxy names.

use crate::edge::Admitted;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// The address of the client, as well as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What a rate limit counts by: the address, or the /64 network of an IPv6 client, which owns all of it.
    pub fn limit_key(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = Admitted::of(&parts.extensions).map(|admitted| admitted.client);
        Ok(known.unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

/// Walks `X-Forwarded-For` from the right, past every hop that is believed, to the first that is not.
/// The peer itself is believed if it is in `trusted` or has shown the Shop's secret.
pub(crate) fn resolve(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[IpNet],
    has_secret: bool,
) -> ClientAddress {
    let mut address = peer.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    if !has_secret && !is_trusted(address) {
        return ClientAddress(address);
    }
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let hops = lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
    for hop in hops {
        let Some(hop) = parse_hop(hop.trim()) else { break };
        address = hop;
        if !is_trusted(address) {
            break;
        }
    }
    ClientAddress(address)
}

/// An address, perhaps with a port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let address = text.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::{ClientAddress, resolve};
    use axum::http::HeaderMap;
    use ipnet::IpNet;
    use std::net::IpAddr;

    fn resolved(peer: &str, forwarded: &[&'static str], has_secret: bool) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted: [IpNet; 2] = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        resolve(peer.parse().unwrap(), &headers, &trusted, has_secret).0.to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        assert_eq!(resolved("192.0.2.1", &["198.51.100.7"], false), "192.0.2.1");
    }

    #[test]
    fn the_rightmost_hop_that_is_not_believed_is_the_client() {
        assert_eq!(resolved("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.0.0.2"], false), "198.51.100.7");
        assert_eq!(resolved("10.0.0.1", &["203.0.113.9", "198.51.100.7"], false), "198.51.100.7");
        assert_eq!(resolved("::ffff:10.0.0.1", &["[2001:db8::1]:443"], false), "2001:db8::1");
        assert_eq!(resolved("10.0.0.1", &[], false), "10.0.0.1");
        assert_eq!(resolved("10.0.0.1", &["198.51.100.7, nonsense"], false), "10.0.0.1");
    }

    #[test]
    fn whoever_shows_the_secret_may_name_the_shopper() {
        assert_eq!(resolved("192.0.2.1", &["198.51.100.7"], true), "198.51.100.7");
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network() {
        let address = |text: &str| ClientAddress(text.parse::<IpAddr>().unwrap()).limit_key();
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:2"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
    }
}
