//! The secret that the parts of one Shop share: it opens the internal port, and lets the storefront speak
//! for a shopper's address.

use crate::problem::ApiError;
use anyhow::{Context, ensure};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{fmt, path::Path, sync::Arc};

/// The header in which the storefront shows the secret on public ports.
pub const SECRET_HEADER: HeaderName = HeaderName::from_static("shopkeeper-secret");

/// Marks a probe of another part, which is counted, but not told among the requests of shoppers; believed only
/// with the secret.
pub const PROBE_HEADER: HeaderName = HeaderName::from_static("shopkeeper-probe");

/// The fewest characters that are taken for a secret.
const MIN_CHARS: usize = 16;

/// The Shop's secret. Never printed.
#[derive(Clone)]
pub struct ShopSecret(Arc<str>);

impl ShopSecret {
    /// Takes the secret from a text.
    ///
    /// # Errors
    /// If it is too short to be one.
    pub fn new(text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        ensure!(text.len() >= MIN_CHARS, "the shop's secret has fewer than {MIN_CHARS} characters");
        Ok(Self(text.into()))
    }

    /// Reads the secret from a file.
    ///
    /// # Errors
    /// If the file cannot be read or holds no secret.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read --shop-secret-file {}", file.display()))?;
        Self::new(&text).with_context(|| format!("in --shop-secret-file {}", file.display()))
    }

    /// The secret itself, to be shown to another part.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `shown` is the secret; takes the same time for all of one length.
    pub fn matches(&self, shown: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), shown).is_ok()
    }

    /// Whether a request on a public port comes from another part of this Shop.
    pub fn is_shown_by(&self, headers: &HeaderMap) -> bool {
        headers.get(SECRET_HEADER).is_some_and(|shown| self.matches(shown.as_bytes()))
    }
}

impl fmt::Debug for ShopSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ShopSecret(…)")
    }
}

/// Lets in requests with `Authorization: Bearer <secret>` only.
pub(crate) async fn guard(State(secret): State<ShopSecret>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    match shown.and_then(|value| value.strip_prefix(b"Bearer ")) {
        Some(shown) if secret.matches(shown) => next.run(request).await,
        _ => ApiError::unauthorized("The shop's secret is missing or wrong").into_response(),
    }
}
