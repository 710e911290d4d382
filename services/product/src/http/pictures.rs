//! Pictures: sent by staff, shown to everybody, by the hash of their bytes.

use super::{
    Shared,
    fields::IfNoneMatch,
    ready::{Named, version_tag},
};
use crate::{
    Error,
    domain::{picture, values::is_hash},
    store::Picture,
};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chassis::{
    identity::Staff,
    input::{Json, PathParam, RawBody, TimeLimit},
    problem::{ApiError, ApiResult},
    trace,
};
use contract::{Problem, product::ProductResult};
use sha2::{Digest as _, Sha256};
use std::{fmt::Write as _, time::Duration};

/// How long a picture may take to come: the largest one at 70 kbit/s.
pub(super) const TIME: TimeLimit = TimeLimit(Duration::from_secs(60));

/// The bytes behind a hash never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Give a product a picture
///
/// The picture is the body as it is. Its kind is told by its bytes, whatever `Content-Type` says.
#[utoipa::path(put, path = "/api/product/{product}/image", operation_id = "set_picture", tag = "products",
    security(("key" = [])),
    params(("product" = String, Path, description = "Id or slug")),
    request_body(description = "PNG, JPEG, WebP or AVIF, at most 512 KiB",
        content(("image/png"), ("image/jpeg"), ("image/webp"), ("image/avif"))),
    responses(
        (status = 200, description = "The product, with its new picture", body = ProductResult),
        (status = 403, description = "Only staff may do this", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Cannot find product", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set(
    State(shared): State<Shared>,
    Staff(_staff): Staff,
    PathParam(product): PathParam<String>,
    RawBody(bytes): RawBody,
) -> ApiResult<Response> {
    let id = match Named::of(&product) {
        Named::Id(id) => id,
        named @ Named::Slug(_) => shared.find(&named).await?.facts.id,
    };
    let media_type = picture::media_type(&bytes).ok_or(Error::NotAPicture)?.to_owned();
    let hash = Sha256::digest(&bytes).iter().fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    });
    let picture = Picture { media_type, bytes: bytes.into() };
    let record = shared.store.set_picture(id, hash, picture, trace::traceparent()).await?;
    shared.cache.forget(id);
    let etag = [(header::ETAG, version_tag(record.facts.version))];
    Ok((etag, Json(ProductResult { result: record.shown(true) })).into_response())
}

/// A picture
#[utoipa::path(get, path = "/media/{hash}", operation_id = "show_picture", tag = "products",
    params(("hash" = String, Path, description = "SHA-256 of the picture, in hexadecimal digits")),
    responses(
        (status = 200, description = "The picture",
            content(("image/png"), ("image/jpeg"), ("image/webp"), ("image/avif"))),
        (status = 304, description = "The answer that If-None-Match names still holds"),
        (status = 404, description = "Cannot find picture", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    PathParam(hash): PathParam<String>,
    known: IfNoneMatch,
) -> ApiResult<Response> {
    if !is_hash(&hash) {
        return Err(Error::PictureNotFound.into());
    }
    let picture = shared.store.picture(&hash).await?;
    let tag = format!("\"{hash}\"");
    let mut response = if known.has(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let media_type = HeaderValue::try_from(picture.media_type).map_err(ApiError::internal)?;
        ([(header::CONTENT_TYPE, media_type)], picture.bytes).into_response()
    };
    let fixed: [(HeaderName, &'static str); 3] = [
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(header::ETAG, HeaderValue::try_from(tag).map_err(ApiError::internal)?);
    Ok(response)
}
