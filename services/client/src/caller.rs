//! On whose behalf a call is made.

use std::net::IpAddr;
use tokio::time::Instant;

/// Who the call is made for.
#[derive(Clone, Copy, Default)]
pub struct Caller<'a> {
    /// The access token; without it, the call is a guest's.
    pub token: Option<&'a str>,
    /// The shopper's address, by which the services limit; they believe it because the Shop's secret comes
    /// with it.
    pub client_address: Option<IpAddr>,
    /// When an answer is of no use any more: what is left of the time of a page. What is slow by nature
    /// (passwords, imports) is waited for longer.
    pub deadline: Option<Instant>,
}

impl<'a> Caller<'a> {
    /// Somebody who is not logged in, at an address that is not known.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Somebody who is logged in, at an address that is not known.
    pub fn with_token(token: &'a str) -> Self {
        Self { token: Some(token), ..Self::default() }
    }

    /// The same one, at this address.
    pub fn at(self, client_address: IpAddr) -> Self {
        Self { client_address: Some(client_address), ..self }
    }

    /// The same one, who waits until then at most.
    pub fn until(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }
}
