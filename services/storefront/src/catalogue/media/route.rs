//! `GET /media/{hash}`: a picture, for ever the same.

use super::{Media, NoPicture, is_hash};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chassis::problem::ApiError;
use std::time::Duration;

/// The bytes behind a hash never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// That a picture is missing may be over in a moment.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// When a picture may be asked for again while the product service is down.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The route of the pictures.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(media: Media) -> Router<S> {
    Router::new().route("/media/{hash}", get(show)).with_state(media)
}

async fn show(State(media): State<Media>, Path(hash): Path<String>, headers: HeaderMap) -> Response {
    let tag = format!("\"{hash}\"");
    // Whoever has seen the bytes of this hash has them right.
    let mut response = if is_hash(&hash) && has(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match media.get(&hash).await {
            Ok(picture) => ([(header::CONTENT_TYPE, picture.media_type)], picture.bytes).into_response(),
            Err(missing) => return refusal(missing),
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::ETAG, HeaderValue::try_from(tag).expect("digits and quotes"));
    response
}

fn refusal(missing: NoPicture) -> Response {
    let refusal = match missing {
        NoPicture::NotFound => ApiError::not_found("Cannot find picture"),
        NoPicture::Unavailable => ApiError::unavailable(RETRY_AFTER),
    };
    refusal.with_header(header::CACHE_CONTROL, NOT_KEPT).into_response()
}

fn has(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|listed| listed.trim().trim_start_matches("W/") == tag)
}
