//! What is no page: the state of the parts, embedded files, the icon, a word to robots.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::shop::Shop;
use crate::views::Status;

/// Pages that are about one person, or change something, are not worth a robot's time.
const ROBOTS: &str = "User-agent: *\nDisallow: /account\nDisallow: /basket\nDisallow: /checkout\n\
                      Disallow: /login\nDisallow: /logout\nDisallow: /order\nDisallow: /register\nDisallow: /staff\n";

/// `GET /status.json`: which parts are up and what that means; open pages ask for it.
pub(super) async fn status(State(shop): State<Arc<Shop>>) -> Response {
    let status = Status::new(&shop.frame("", "/"));
    ([(header::CACHE_CONTROL, "no-store")], Json(status)).into_response()
}

/// `GET /assets/…`
pub(super) async fn asset(
    State(shop): State<Arc<Shop>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = shop.look.assets.response(&path, &headers);
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// `GET /favicon.ico`: browsers ask for it where no page names an icon.
pub(super) async fn icon(State(shop): State<Arc<Shop>>) -> Response {
    let found = Redirect::to(shop.look.assets.url("favicon.svg"));
    ([(header::CACHE_CONTROL, "public, max-age=86400")], found).into_response()
}

/// `GET /robots.txt`
pub(super) async fn robots() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, ROBOTS).into_response()
}
