//! Health and metrics of the operator.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kube::runtime::reflector::Store;
use tokio::net::TcpListener;

use crate::controller::Guarded;
use crate::metrics::Metrics;

/// What is asked for by probes and by Prometheus. Clones are one.
#[derive(Clone)]
pub struct Health {
    metrics: Metrics,
    state: Arc<Mutex<Work>>,
}

#[derive(Default)]
struct Work {
    /// Why the process is not ready, if it is not.
    not_ready: Option<&'static str>,
    shops: Vec<Store<Guarded>>,
}

impl Health {
    /// A process that only waits to lead is ready: it does all that it should.
    pub fn new(metrics: Metrics) -> Self {
        Self { metrics, state: Arc::default() }
    }

    /// It leads, but does not know yet what there is.
    pub fn begins(&self) {
        self.state.lock().expect("no panic holds it").not_ready = Some("does not know yet what there is");
    }

    /// It knows what there is, and works on these Shops.
    pub fn works(&self, shops: Vec<Store<Guarded>>) {
        *self.state.lock().expect("no panic holds it") = Work { not_ready: None, shops };
    }

    /// It is about to end.
    pub fn leaves(&self) {
        self.state.lock().expect("no panic holds it").not_ready = Some("told to stop");
    }

    fn metrics_text(&self) -> anyhow::Result<String> {
        let stores = self.state.lock().expect("no panic holds it").shops.clone();
        let shops: Vec<Arc<Guarded>> = stores.iter().flat_map(Store::state).collect();
        self.metrics.text(shops.iter().filter_map(|shop| shop.0.as_ref().ok()))
    }
}

/// Serves `/livez`, `/readyz` and `/metrics`.
///
/// # Errors
/// If the listener breaks.
pub async fn serve(listener: TcpListener, health: Health) -> anyhow::Result<()> {
    let router = Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health);
    Ok(axum::serve(listener, router).await?)
}

async fn ready(State(health): State<Health>) -> Response {
    let not_ready = health.state.lock().expect("no panic holds it").not_ready;
    match not_ready {
        None => "ready\n".into_response(),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

async fn metrics(State(health): State<Health>) -> Response {
    match health.metrics_text() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
