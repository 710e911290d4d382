//! The internal port: health and metrics, and the part's own routes behind the Shop's secret.

use crate::{
    metrics::Metrics, problem::ApiError, readiness::Readiness, secret, secret::ShopSecret, shutdown::Shutdown,
};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long an answer about readiness holds, so that probes cost the database little.
const CACHED_FOR: Duration = Duration::from_millis(500);

/// The longest time that the database may take to answer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

struct Health {
    metrics: Metrics,
    readiness: Arc<dyn Readiness>,
    shutdown: Shutdown,
    /// When it was last looked, and what spoke against being ready.
    last_look: Mutex<Option<(Instant, Vec<String>)>>,
}

pub(crate) fn router(
    own_routes: Router,
    secret: ShopSecret,
    metrics: Metrics,
    readiness: Arc<dyn Readiness>,
    shutdown: Shutdown,
) -> Router {
    let health = Health { metrics, readiness, shutdown, last_look: Mutex::default() };
    let open = Router::new()
        .route("/livez", get(|| async { Json(json!({"status": "alive"})) }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_text))
        .route("/metrics/definitions", get(metric_definitions))
        .with_state(Arc::new(health));
    own_routes.layer(middleware::from_fn_with_state(secret, secret::guard)).merge(open)
}

async fn readyz(State(health): State<Arc<Health>>) -> Response {
    if health.shutdown.is_leaving() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "draining"}))).into_response();
    }
    match health.reasons().await {
        reasons if reasons.is_empty() => Json(json!({"status": "ready"})).into_response(),
        reasons => {
            let body = json!({"status": "not ready", "reasons": reasons});
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

impl Health {
    async fn reasons(&self) -> Vec<String> {
        let mut last_look = self.last_look.lock().await;
        if let Some((looked, reasons)) = last_look.as_ref()
            && looked.elapsed() < CACHED_FOR
        {
            return reasons.clone();
        }
        let reasons = timeout(CHECK_TIMEOUT, self.readiness.reasons())
            .await
            .unwrap_or_else(|_| vec!["the database did not answer within a second".into()]);
        *last_look = Some((Instant::now(), reasons.clone()));
        reasons
    }
}

/// What is measured, also where there is no number yet: name, type, labels and help.
async fn metric_definitions(State(health): State<Arc<Health>>) -> Response {
    Json(health.metrics.definitions()).into_response()
}

async fn metrics_text(State(health): State<Arc<Health>>) -> Result<Response, ApiError> {
    let text = health.metrics.text()?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
