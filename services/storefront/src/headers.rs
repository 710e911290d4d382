//! The headers that every answer carries: what a page may load, and who may keep it.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// A page loads only files of this shop, and pictures from secure addresses, since a product may name one.
/// Nothing inline runs or styles, and no other site frames it.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https:; connect-src 'self'; \
     manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Every page may tell of its reader, so nobody else keeps it, and no browser shows it after the logout.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("private, no-store");

/// A year, for a shop whose own address is https.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What depends on the shop's own address.
#[derive(Clone, Copy)]
pub(crate) struct Headers {
    pub(crate) is_https: bool,
}

impl Headers {
    /// Adds what is missing.
    pub(crate) fn add(self, headers: &mut HeaderMap) {
        // Room for these and those that the edge and the server add, at once.
        headers.reserve(14);
        let mut add = |name: HeaderName, value: HeaderValue| {
            headers.entry(name).or_insert(value);
        };
        add(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        add(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // "no-referrer" would take the origin out of forms, by which a form of another site is told.
        add(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        add(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        add(
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
        );
        add(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
        if self.is_https {
            add(header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, NOT_KEPT);
            headers.insert(header::VARY, HeaderValue::from_static("cookie"));
        }
    }
}

/// Adds them to whatever the router answers.
pub(crate) async fn added(State(headers): State<Headers>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers.add(response.headers_mut());
    response
}
