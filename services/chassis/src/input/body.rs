//! Bodies and query strings, bounded and read.

use super::fields::Fields;
use crate::{
    edge::Admitted,
    problem::{ApiError, Kind},
};
use axum::{
    extract::{FromRequest, FromRequestParts, Multipart, Request},
    http::{HeaderMap, header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;

/// The most bytes of a body where a route does not say otherwise.
const DEFAULT_BODY_BYTES: usize = 64 * 1024;

/// Raises (or lowers) the limit of a route: `.layer(Extension(BodyLimit(512 * 1024)))`.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// Raises the time that a request of a route may take, from its arrival on, for bodies that take long to come
/// or long to be worked on: `.layer(Extension(TimeLimit(Duration::from_secs(120))))`. It counts from when the
/// handler asks for the body; what is below `--request-timeout` changes nothing.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit(pub Duration);

/// The fields of a body: a form (either kind) or a JSON object. No body, no fields.
#[derive(Debug)]
pub struct Body(pub Fields);

/// The fields of the query string.
#[derive(Debug)]
pub struct Query(pub Fields);

/// A body as it is, within the route's limit.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read(request).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        let bytes = read(request).await?;
        if bytes.is_empty() {
            return Ok(Self(Fields::default()));
        }
        let fields = match media_type(&headers).as_str() {
            "application/x-www-form-urlencoded" => Fields::from_pairs(pairs(&bytes)?),
            "multipart/form-data" => multipart(headers, bytes).await?,
            "application/json" => match serde_json::from_slice(&bytes) {
                Ok(serde_json::Value::Object(values)) => Fields::new(values),
                Ok(_) => return Err(ApiError::bad_request("The body must be a JSON object")),
                Err(error) => {
                    return Err(ApiError::bad_request(format!("The body is not valid JSON: {error}")));
                }
            },
            _ => {
                return Err(ApiError::unsupported_media_type(
                    "The body must be a form (urlencoded or multipart) or application/json",
                ));
            }
        };
        Ok(Self(fields))
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(Fields::from_pairs(pairs(query.as_bytes())?)))
    }
}

/// The whole body, within the route's limit. The edge bounds the time.
pub(super) async fn read(request: Request) -> Result<Bytes, ApiError> {
    let limit = request.extensions().get::<BodyLimit>().map_or(DEFAULT_BODY_BYTES, |limit| limit.0);
    let admitted = Admitted::of(request.extensions());
    let progress = admitted.and_then(|admitted| admitted.body.clone()).unwrap_or_default();
    if let Some(TimeLimit(limit)) = request.extensions().get() {
        progress.allow(*limit);
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|text| text.parse().ok()).is_some_and(|length: usize| length > limit) {
        return Err(ApiError::payload_too_large(limit));
    }
    progress.set_waiting(true);
    let collected = Limited::new(request.into_body(), limit).collect().await;
    progress.set_waiting(false);
    match collected {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::payload_too_large(limit)),
        Err(_) => Err(ApiError::new(Kind::BadRequest, "The body ended too early")),
    }
}

/// The media type in lower case, without parameters.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Names and values of a form or query string, which must be UTF-8 once decoded.
fn pairs(encoded: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(encoded).into_owned().collect();
    // What is not UTF-8 has become U+FFFD, which nobody sends on purpose.
    if pairs.iter().any(|(name, value)| name.contains('\u{fffd}') || value.contains('\u{fffd}')) {
        return Err(ApiError::bad_request("A field is not valid UTF-8"));
    }
    Ok(pairs)
}

async fn multipart(headers: HeaderMap, bytes: Bytes) -> Result<Fields, ApiError> {
    let malformed = |_| ApiError::bad_request("The multipart form cannot be read");
    let mut request = Request::new(axum::body::Body::from(bytes));
    *request.headers_mut() = headers;
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| ApiError::bad_request("The multipart form has no boundary"))?;
    let mut pairs = Vec::new();
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.bytes().await.map_err(malformed)?;
        let value = String::from_utf8(value.into())
            .map_err(|_| ApiError::bad_request("A field is not valid UTF-8"))?;
        pairs.push((name, value));
    }
    Ok(Fields::from_pairs(pairs))
}
