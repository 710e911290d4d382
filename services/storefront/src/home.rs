//! The page at `/`: a door to the documents of the three services.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use crate::args::Peers;

/// Nothing but the page itself may load or run.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, which is the same for everybody and for as long as the process lives.
pub(crate) fn page(peers: &Peers) -> String {
    let services = [
        ("user", &peers.user_url, "Accounts, sessions and keys"),
        ("product", &peers.product_url, "The catalogue, stock and pictures"),
        ("order", &peers.order_url, "Baskets and orders"),
    ];
    let entries: String = services
        .iter()
        .map(|(name, url, what)| {
            let docs = escape(&format!("{}/api/{name}/docs", url.trim_end_matches('/')));
            format!("      <li><a href=\"{docs}\">The {name} service</a>: {what}.</li>\n")
        })
        .collect();
    format!(
        r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Shopkeeper</title>
  </head>
  <body>
    <main>
    <h1>Shopkeeper</h1>
    <p>The shop is open for programs. These pages describe what each service takes and answers:</p>
    <ul>
{entries}    </ul>
    </main>
  </body>
</html>
"#
    )
}

/// The page with the headers of a page.
pub(crate) fn response(page: String) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, Html(page)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
