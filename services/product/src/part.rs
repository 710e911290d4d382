//! The service as a part of a shop: its two ports, and what it does in the background.

use crate::{
    Cache, Metrics, SCHEMAS, Store,
    args::ShopSettings,
    catalogue,
    effects::OrderEffects,
    http::{self, Shared},
};
use anyhow::Context as _;
use chassis::{Part, Process, clock::Clock, shutdown::Shutdown, trace};
use contract::event::{Event as _, ProductEvent};
use database::{Database, DatabaseUrl};
use feed::OwnChange;
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// The part's name, in paths, feeds and metrics.
pub(crate) const NAME: &str = "product";

/// How often the products are counted.
const COUNTED_EVERY: Duration = Duration::from_secs(60);

/// How often ended reservations are thrown away, and how old they are then. Their events are kept for a
/// shorter time, so none of them can be met again.
const FORGOTTEN_EVERY: Duration = Duration::from_secs(60 * 60);
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Opens the database and builds the part.
///
/// # Errors
/// The database cannot be opened, or a setting or the first products are wrong.
pub async fn build(process: Process, url: &DatabaseUrl, shop: &ShopSettings) -> anyhow::Result<Part> {
    let database = Database::open(url, SCHEMAS).await?;
    process.metrics.register_all(database.collectors(trace::spent_in_database));
    let feed_metrics = feed::Metrics::new(&process.metrics);
    let metrics = Metrics::new(&process.metrics);
    let store = Store::new(database.clone(), shop.currency, metrics.clone());
    if let Some(file) = &shop.catalogue {
        catalogue::load_once(&store, file, &process.clock).await?;
    }
    let cache = Arc::new(Cache::default());
    let shared = Shared::new(store.clone(), Arc::clone(&cache));
    let own_feed = feed::Feed::new(database.clone(), NAME);

    let upstream = |name, url: &str| feed::Upstream::new(name, url, process.secret.clone());
    let order = upstream("order", &shop.order_internal_url).context("--order-internal-url")?;
    let user = upstream("user", &shop.user_internal_url).context("--user-internal-url")?;
    let shutdown = &process.shutdown;
    let mut background = JoinSet::new();
    let effects = OrderEffects {
        store: store.clone(),
        clock: process.clock.clone(),
        currency: shop.currency,
        metrics: metrics.clone(),
    };
    background.spawn(feed::follow_effects(
        database.clone(),
        order,
        Arc::new(effects),
        shutdown.clone(),
        feed_metrics.clone(),
    ));
    let revocations = process.verifier.revocations().clone();
    background.spawn(feed::follow_revocations(user, revocations, shutdown.clone(), feed_metrics));
    background
        .spawn(own_feed.clone().follow_own(shutdown.clone(), move |change| forget_changed(&cache, change)));
    background.spawn(own_feed.clone().maintain(shutdown.clone()));
    background.spawn(forget_ended(store.clone(), process.clock.clone(), shutdown.clone()));
    background.spawn(count(store, metrics, shutdown.clone()));

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

/// What a replica, perhaps this one, has changed is not answered from memory any more.
fn forget_changed(cache: &Cache, change: OwnChange) {
    match change {
        OwnChange::StartOver => cache.forget_all(),
        OwnChange::Event(event) if event.type_ == ProductEvent::TYPES[0] => match event.data["id"].as_i64() {
            Some(id) => cache.forget(id),
            None => cache.forget_all(),
        },
        OwnChange::Event(_) => {}
    }
}

async fn forget_ended(store: Store, clock: Clock, shutdown: Shutdown) {
    let age_ms = i64::try_from(FORGOTTEN_AFTER.as_millis()).unwrap_or(i64::MAX);
    let mut turns = tokio::time::interval(FORGOTTEN_EVERY);
    while shutdown.unless_draining(turns.tick()).await.is_some() {
        let before = clock.now_unix_ms() - age_ms;
        loop {
            match store.forget_ended(before).await {
                Ok(0) => break,
                Ok(_) if shutdown.is_draining() => break,
                Ok(_) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "ended reservations could not be thrown away");
                    break;
                }
            }
        }
    }
}

/// Off the path of requests: counting takes the longer the more products there are.
async fn count(store: Store, metrics: Metrics, shutdown: Shutdown) {
    let mut turns = tokio::time::interval(COUNTED_EVERY);
    while shutdown.unless_draining(turns.tick()).await.is_some() {
        if let Ok(counts) = store.count().await {
            for available in [true, false] {
                let counted = counts.iter().find(|(counted, _)| *counted == available);
                metrics.counted(available, counted.map_or(0, |(_, products)| *products));
            }
        }
    }
}
