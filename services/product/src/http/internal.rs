//! What other parts of the shop ask, on the internal port.

use super::{Shared, fields::Within};
use crate::store::{Shelf, SnapshotPlace};
use axum::{Router, extract::State, routing::get};
use chassis::{
    input::{Json, Query},
    problem::ApiResult,
};
use contract::event::{ProductEvent, Snapshot};
use serde::Serialize;

/// Entries on a page, unless the asker says otherwise, and the most.
const PAGE: i64 = 500;
const LARGEST_PAGE: i64 = 1_000;

pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/internal/snapshot", get(snapshot))
        .route("/internal/stock", get(stock))
        .with_state(shared)
}

/// Every product, then what is held for orders or was refused, a page at a time.
async fn snapshot(
    State(shared): State<Shared>,
    Query(mut fields): Query,
) -> ApiResult<Json<Snapshot<ProductEvent>>> {
    let after = fields.optional::<SnapshotPlace>("after").unwrap_or(SnapshotPlace::Product(0));
    let limit = fields.optional::<Within<1, LARGEST_PAGE>>("limit").map_or(PAGE, |limit| limit.0);
    fields.finish(())?;
    Ok(Json(shared.store.state(after, limit).await?))
}

/// The pieces of every product, by which anybody can check that none is lost or made up.
#[derive(Serialize)]
struct Shelves {
    results: Vec<Shelf>,
}

async fn stock(State(shared): State<Shared>, Query(mut fields): Query) -> ApiResult<Json<Shelves>> {
    let after = fields.optional::<Within<0, { i64::MAX }>>("after").map_or(0, |after| after.0);
    let limit = fields.optional::<Within<1, LARGEST_PAGE>>("limit").map_or(PAGE, |limit| limit.0);
    fields.finish(())?;
    Ok(Json(Shelves { results: shared.store.shelves(after, limit).await? }))
}
