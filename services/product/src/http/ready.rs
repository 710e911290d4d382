//! Answers about products as bytes: made once, sent often.

use super::{Shared, fields::IfNoneMatch};
use crate::{Error, cache::Ready, domain::values::Slug, store::Record};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chassis::{input::FieldValue, problem::ApiResult};
use contract::product::ProductResult;
use std::sync::Arc;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Whoever keeps an answer asks whether it still holds; staff are answered otherwise than others.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("no-cache");
const VARY: HeaderValue = HeaderValue::from_static("authorization");

/// A product by what stands in the path: digits are an id, anything else a slug.
pub(super) enum Named<'p> {
    Id(i64),
    Slug(&'p str),
}

impl<'p> Named<'p> {
    pub(super) fn of(path: &'p str) -> Self {
        let is_id = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than an id can have are the id of nothing.
        if is_id { Self::Id(path.parse().unwrap_or(0)) } else { Self::Slug(path) }
    }
}

impl Shared {
    /// The product as it is stored.
    pub(super) async fn find(&self, named: &Named<'_>) -> Result<Record, Error> {
        match named {
            Named::Id(id) => self.store.by_id(*id).await,
            Named::Slug(slug) if is_slug(slug) => self.store.by_slug(slug).await,
            Named::Slug(_) => Err(Error::ProductNotFound),
        }
    }

    /// The answer about a product to anybody, from memory if it is there.
    pub(super) async fn ready(&self, named: &Named<'_>) -> ApiResult<Arc<Ready>> {
        let kept = match named {
            Named::Id(id) => self.cache.by_id(*id),
            Named::Slug(slug) => self.cache.by_slug(slug),
        };
        if let Some(ready) = kept {
            return Ok(ready);
        }
        let ticket = self.cache.begin();
        let record = self.find(named).await?;
        let id = record.facts.id;
        let ready = Arc::new(product(record, false)?);
        self.cache.keep_product(ticket, id, Arc::clone(&ready));
        Ok(ready)
    }
}

/// The ETag of a product: its version, in quotes.
pub(super) fn version_tag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).expect("digits and quotes")
}

/// Whether a product can have this slug.
fn is_slug(text: &str) -> bool {
    Slug::from_text(text).is_ok_and(|slug| slug.as_str() == text)
}

/// The answer about a product.
///
/// Its ETag is its version, which a change names; the word for the stock, and to staff the quantity, change
/// without it. So only as long as the last change was an edit does the version stand for the whole answer.
pub(super) fn product(record: Record, to_staff: bool) -> ApiResult<Ready> {
    let etag = version_tag(record.facts.version);
    let is_revalidated = !to_staff && record.edited_revision == record.facts.revision;
    let slug = record.facts.slug.clone();
    let result = ProductResult { result: record.shown(to_staff) };
    let body = serde_json::to_vec(&result).map_err(anyhow::Error::from)?.into();
    Ok(Ready { body, etag, is_revalidated, slug, next: None })
}

/// Sends a ready answer, or says that the client has it.
pub(super) fn send(ready: &Ready, known: &IfNoneMatch) -> Response {
    let is_known = ready.is_revalidated && ready.etag.to_str().is_ok_and(|tag| known.has(tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(ready.body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, ready.etag.clone());
    headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
    headers.insert(header::VARY, VARY);
    if let Some(next) = &ready.next {
        headers.insert(header::LINK, next.clone());
    }
    response
}
