//! Which form cookies have, from the address at which browsers see the shop.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use anyhow::{Context, bail, ensure};
use axum::http::Uri;

/// How a shop's cookies are named and marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookieForm {
    /// `__Host-…; Secure`: a browser takes and shows such a cookie only where nobody can listen, and no other
    /// host can set it.
    HostBound,
    /// Neither prefix nor `Secure`: over plain http, browsers take nothing else.
    Plain,
}

impl CookieForm {
    /// The whole name of the shop's cookie `kind`.
    pub(crate) fn name(self, kind: &str) -> String {
        match self {
            Self::HostBound => format!("__Host-shop_{kind}"),
            Self::Plain => format!("shop_{kind}"),
        }
    }

    pub(crate) fn is_secure(self) -> bool {
        self == Self::HostBound
    }
}

/// The address at which browsers see the shop (`--public-url`): a scheme, a host and perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    origin: String,
    form: CookieForm,
}

impl PublicUrl {
    /// As a browser writes it into `Origin`: lower case, without the port that the scheme implies.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Https and loopback addresses are what browsers call trustworthy: there they take `Secure` cookies.
    pub(crate) fn cookie_form(&self) -> CookieForm {
        self.form
    }

    /// Says once, at the start, what plain http means.
    pub(crate) fn warn_if_insecure(&self) {
        if !self.form.is_secure() {
            tracing::warn!(
                public_url = self.origin,
                "the shop is reached over plain http: whoever is on the way can read and take over sessions"
            );
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

impl FromStr for PublicUrl {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let uri: Uri = text.trim().parse().context("it is not a URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            bail!("it has no scheme or no host; an example is https://shop.example");
        };
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => bail!("its scheme is neither https nor http"),
        };
        ensure!(!authority.as_str().contains('@'), "it must not hold a username or a password");
        ensure!(matches!(uri.path(), "" | "/") && uri.query().is_none(), "it must end after host and port");
        let host = authority.host().to_ascii_lowercase();
        ensure!(!host.is_empty(), "it has no host");
        let after_host = &authority.as_str()[authority.host().len()..];
        let port = match after_host.strip_prefix(':') {
            Some(port) => Some(port.parse::<u16>().context("its port is not a number up to 65535")?),
            None => None,
        };
        let port = port.filter(|port| *port != default_port).map(|port| format!(":{port}"));
        let is_trustworthy = scheme == "https" || is_loopback(&host);
        Ok(Self {
            origin: format!("{scheme}://{host}{}", port.unwrap_or_default()),
            form: if is_trustworthy { CookieForm::HostBound } else { CookieForm::Plain },
        })
    }
}

/// The hosts that browsers trust over plain http (Secure Contexts, section 3.1).
fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    name == "localhost"
        || name.ends_with(".localhost")
        || host == "[::1]"
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{CookieForm, PublicUrl};

    #[test]
    fn https_and_loopback_bind_cookies_to_the_host_and_plain_http_cannot() {
        for (url, origin, form) in [
            ("https://shop.example", "https://shop.example", CookieForm::HostBound),
            ("https://Shop.Example:443/", "https://shop.example", CookieForm::HostBound),
            ("HTTPS://shop.example:8443", "https://shop.example:8443", CookieForm::HostBound),
            ("http://localhost:8080", "http://localhost:8080", CookieForm::HostBound),
            ("http://tea.localhost", "http://tea.localhost", CookieForm::HostBound),
            ("http://localhost.", "http://localhost.", CookieForm::HostBound),
            ("http://127.0.0.1:80/", "http://127.0.0.1", CookieForm::HostBound),
            ("http://127.3.2.1:9", "http://127.3.2.1:9", CookieForm::HostBound),
            ("http://[::1]:8080", "http://[::1]:8080", CookieForm::HostBound),
            ("http://shop.example", "http://shop.example", CookieForm::Plain),
            ("http://192.168.0.7:8080", "http://192.168.0.7:8080", CookieForm::Plain),
            ("http://127.example", "http://127.example", CookieForm::Plain),
            ("http://notlocalhost", "http://notlocalhost", CookieForm::Plain),
            ("http://localhost.example", "http://localhost.example", CookieForm::Plain),
            ("http://[::2]", "http://[::2]", CookieForm::Plain),
        ] {
            let read: PublicUrl = url.parse().unwrap_or_else(|error| panic!("{url}: {error:#}"));
            assert_eq!((read.origin(), read.cookie_form()), (origin, form), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_shop_is_refused() {
        for wrong in [
            "",
            "shop.example",
            "/shop",
            "//shop.example",
            "ftp://shop.example",
            "https://",
            "https://:80",
            "https://me@shop.example",
            "https://shop.example/tea",
            "https://shop.example?x=1",
            "https://a b",
            "https://shop.example:99999",
            "https://shop.example:",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn names_say_their_form() {
        assert_eq!(CookieForm::HostBound.name("session"), "__Host-shop_session");
        assert_eq!(CookieForm::Plain.name("session"), "shop_session");
    }
}
