//! Many products at once, from a CSV file.

use super::Shared;
use crate::{Error, domain::csv};
use axum::{
    extract::State,
    http::{HeaderMap, header},
};
use chassis::{
    identity::Staff,
    input::{Json, Query, RawBody, TimeLimit},
    problem::{ApiError, ApiResult},
    trace,
};
use contract::{Problem, product::Imported};
use std::time::Duration;

/// The most bytes of a file.
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How long an import may take: the largest file needs half of it just to come at 2 Mbit/s.
pub(super) const TIME: TimeLimit = TimeLimit(Duration::from_secs(120));

/// Import products
///
/// A CSV file in UTF-8 with a header: `slug,name,price,category,description,image,stock_quantity`, the first
/// three needed. Known slugs are updated; an empty `image` or `stock_quantity` leaves what is there. All of it
/// is imported, or, if there is a mistake, nothing.
#[utoipa::path(post, path = "/api/products/import", operation_id = "import_products", tag = "products",
    security(("key" = [])),
    params(("dry_run" = Option<bool>, Query, description = "Only say what would be done")),
    request_body(content = String, content_type = "text/csv", description = "At most 16 MiB"),
    responses(
        (status = 200, description = "What was done, or would be", body = Imported),
        (status = 400, description = "Mistakes, by `line` and `column`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Only staff may do this", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn import(
    State(shared): State<Shared>,
    Staff(_staff): Staff,
    Query(mut fields): Query,
    headers: HeaderMap,
    RawBody(file): RawBody,
) -> ApiResult<Json<Imported>> {
    let dry_run = fields.optional::<bool>("dry_run").unwrap_or(false);
    fields.finish(())?;
    if !is_csv(&headers) {
        return Err(Error::NotCsv.into());
    }
    let lines = tokio::task::spawn_blocking(move || csv::read(&file)).await.map_err(ApiError::internal)?;
    let lines = lines.map_err(Error::BadCsv)?;
    let counts = if dry_run {
        shared.store.rehearse(lines).await?
    } else {
        let counts = shared.store.import(lines, trace::traceparent()).await?;
        shared.cache.forget_all();
        counts
    };
    let message = if dry_run { "Nothing was written" } else { "Products imported" };
    let (created, updated, unchanged) = (counts.created, counts.updated, counts.unchanged);
    Ok(Json(Imported { message: message.to_owned(), dry_run, created, updated, unchanged }))
}

fn is_csv(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/csv")
}
