//! Forms come from this shop's own pages: what another site makes a browser send is refused.

use anyhow::Context as _;
use tower_http::csrf::CsrfLayer;

use crate::cookies::PublicUrl;

/// Refuses (403) what changes something and comes from elsewhere, by Sec-Fetch-Site, else by Origin, which must
/// be the host that was asked or the shop's own address. A client that sends neither is no browser.
///
/// # Errors
/// The address is none that a browser would name.
pub(crate) fn layer(public_url: &PublicUrl) -> anyhow::Result<CsrfLayer> {
    CsrfLayer::new().add_trusted_origin(public_url.origin()).context("--public-url")
}
