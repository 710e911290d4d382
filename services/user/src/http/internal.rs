//! What other services ask, on the internal port.

use super::Shared;
use crate::error::Error;
use axum::{Router, extract::State, routing::get};
use chassis::input::{Json, Query, Within};
use contract::event::{Snapshot, UserEvent};

/// The most events on a page of the snapshot.
const LARGEST_PAGE: i64 = 1000;

pub(super) fn routes(shared: Shared) -> Router {
    Router::new().route("/internal/snapshot", get(snapshot)).with_state(shared)
}

/// Every revoked session whose keys have not expired, a page at a time.
async fn snapshot(
    State(shared): State<Shared>,
    Query(mut fields): Query,
) -> Result<Json<Snapshot<UserEvent>>, Error> {
    let after = fields.optional::<String>("after").unwrap_or_default();
    let limit = fields.optional::<Within<1, LARGEST_PAGE>>("limit").map_or(LARGEST_PAGE, |limit| limit.0);
    fields.finish(())?;
    Ok(Json(shared.store.revocations(&after, limit, shared.clock.now_unix_ms()).await?))
}
