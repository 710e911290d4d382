//! The service as a part of a shop: its two ports, and what it does in the background.

use crate::{
    Metrics, SCHEMAS, Store,
    args::ShopSettings,
    effects::ProductEffects,
    http::{self, Shared},
};
use anyhow::Context as _;
use chassis::{Part, Process, clock::Clock, shutdown::Shutdown, trace};
use database::{Database, DatabaseUrl};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// The part's name, in paths, feeds and metrics.
pub(crate) const NAME: &str = "order";

/// How often old keys and merges are thrown away.
const FORGOTTEN_EVERY: Duration = Duration::from_secs(60 * 60);

/// How often the oldest order without an answer is looked for.
const LOOKED_EVERY: Duration = Duration::from_secs(5);

/// Opens the database and builds the part.
///
/// # Errors
/// The database cannot be opened, or a setting is wrong.
pub async fn build(process: Process, url: &DatabaseUrl, shop: &ShopSettings) -> anyhow::Result<Part> {
    let database = Database::open(url, SCHEMAS).await?;
    process.metrics.register_all(database.collectors(trace::spent_in_database));
    let feed_metrics = feed::Metrics::new(&process.metrics);
    let metrics = Metrics::new(&process.metrics, shop.currency, process.clock.clone());
    let store = Store::new(database.clone(), shop.currency);
    let shared = Shared { store: store.clone(), clock: process.clock.clone(), metrics: metrics.clone() };
    let own_feed = feed::Feed::new(database.clone(), NAME);

    let upstream = |name, url: &str| feed::Upstream::new(name, url, process.secret.clone());
    let product = upstream("product", &shop.product_internal_url).context("--product-internal-url")?;
    let user = upstream("user", &shop.user_internal_url).context("--user-internal-url")?;
    let shutdown = &process.shutdown;
    let mut background = JoinSet::new();
    background.spawn(feed::follow_effects(
        database.clone(),
        product,
        Arc::new(ProductEffects { metrics: metrics.clone() }),
        shutdown.clone(),
        feed_metrics.clone(),
    ));
    let revocations = process.verifier.revocations().clone();
    background.spawn(feed::follow_revocations(user, revocations, shutdown.clone(), feed_metrics));
    background.spawn(own_feed.clone().maintain(shutdown.clone()));
    background.spawn(look_for_unanswered(store.clone(), metrics, shutdown.clone()));
    background.spawn(forget(store, process.clock.clone(), shutdown.clone()));

    let (public, openapi) = http::public(shared.clone());
    Ok(Part {
        public: public.merge(chassis::openapi::routes(NAME, &openapi)),
        internal: feed::routes(own_feed, shutdown.clone()).merge(http::internal(shared)),
        readiness: Arc::new(database.checker()),
        error_pages: None,
        drained: Box::pin(async move {
            while background.join_next().await.is_some() {}
            database.close().await;
        }),
    })
}

/// Off the path of requests. While the database cannot be read, what was known goes on getting older.
async fn look_for_unanswered(store: Store, metrics: Metrics, shutdown: Shutdown) {
    let mut turns = tokio::time::interval(LOOKED_EVERY);
    while shutdown.unless_draining(turns.tick()).await.is_some() {
        if let Ok(placed_at_ms) = store.oldest_unanswered().await {
            metrics.oldest_unanswered(placed_at_ms);
        }
    }
}

async fn forget(store: Store, clock: Clock, shutdown: Shutdown) {
    let mut turns = tokio::time::interval(FORGOTTEN_EVERY);
    while shutdown.unless_draining(turns.tick()).await.is_some() {
        if let Err(error) = store.forget_old(clock.now_unix_ms()).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "old keys could not be thrown away");
        }
    }
}
