//! What the product service asks, on the internal port.

use super::Shared;
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use chassis::{
    input::{Json, Query, Within},
    problem::{ApiError, ApiResult},
};
use contract::event::{OrderEvent, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Orders on a page of the snapshot, and the most that are asked about at once.
const LARGEST_PAGE: i64 = 500;

pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/internal/snapshot", get(snapshot))
        .route("/internal/orders/states", post(states))
        .with_state(shared)
}

/// Every order that is not final, a page at a time.
async fn snapshot(
    State(shared): State<Shared>,
    Query(mut fields): Query,
) -> ApiResult<Json<Snapshot<OrderEvent>>> {
    let after = fields.optional::<i64>("after").unwrap_or(0);
    let limit = fields.optional::<Within<1, LARGEST_PAGE>>("limit").map_or(LARGEST_PAGE, |limit| limit.0);
    fields.finish(())?;
    Ok(Json(shared.store.unfinished(after, limit).await?))
}

/// Orders to ask about.
#[derive(Deserialize)]
struct Question {
    order_uids: Vec<Uuid>,
}

/// Where they stand; `unknown` if there is no such order.
#[derive(Serialize)]
struct Answer {
    states: BTreeMap<Uuid, &'static str>,
}

async fn states(State(shared): State<Shared>, Json(question): Json<Question>) -> ApiResult<Json<Answer>> {
    if i64::try_from(question.order_uids.len()).unwrap_or(i64::MAX) > LARGEST_PAGE {
        return Err(ApiError::wrong_field("order_uids", format!("must be at most {LARGEST_PAGE}")));
    }
    let known = shared.store.states(&question.order_uids).await?;
    let state_of = |uid: &Uuid| known.get(uid).map_or("unknown", |state| state.name());
    let states = question.order_uids.iter().map(|uid| (*uid, state_of(uid))).collect();
    Ok(Json(Answer { states }))
}
