//! Forms come from this shop's own pages: what another site makes a browser send is refused.

use anyhow::Context as _;
use axum::http::Uri;
use tower_http::csrf::CsrfLayer;

/// Refuses (403) what changes something and comes from elsewhere, by Sec-Fetch-Site, else by Origin, which must
/// be the host that was asked or the shop's own address. A client that sends neither is no browser.
///
/// # Errors
/// The address is none.
pub(crate) fn layer(public_url: &str) -> anyhow::Result<CsrfLayer> {
    let origin = origin(public_url).context("--public-url is no address such as https://tea.example.com")?;
    CsrfLayer::new().add_trusted_origin(origin).context("--public-url")
}

/// An address as browsers write it in `Origin`: in lower case, without the scheme's own port, path or name.
fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.trim().parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, uri.host()?.to_ascii_lowercase());
    let own_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some(match uri.port_u16().filter(|port| *port != own_port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_written_as_browsers_do() {
        for (url, expected) in [
            ("https://Tea.Example.com/", "https://tea.example.com"),
            ("https://tea.example.com:443", "https://tea.example.com"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(url).as_deref(), Some(expected), "{url}");
        }
        for wrong in ["", "tea.example.com", "/shop", "ftp://tea.example.com", "https://"] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }
}
