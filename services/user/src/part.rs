//! The service as a part of a shop: its two ports, and what it does in the background.

use crate::{
    Metrics, SCHEMAS, Store,
    args::ShopSettings,
    http::{self, Service},
    limits::Limits,
    passwords::{OWASP, Passwords},
    staff,
};
use anyhow::Context as _;
use chassis::{Part, Process, clock::Clock, identity::Signer, shutdown::Shutdown, trace};
use database::{Database, DatabaseUrl};
use std::{
    path::Path,
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, SystemTime},
};
use tokio::task::JoinSet;

/// The part's name, in paths, feeds and metrics.
pub(crate) const NAME: &str = "user";

/// How often expired sessions and refresh tokens are thrown away.
const PRUNED_EVERY: Duration = Duration::from_secs(10 * 60);

/// Opens the database, makes sure of the staff account, and builds the part.
///
/// # Errors
/// The database cannot be opened, or a setting is wrong.
pub async fn build(process: Process, url: &DatabaseUrl, shop: &ShopSettings) -> anyhow::Result<Part> {
    let signer = read_signer(shop)?;
    let staff_login = shop.staff_login.as_deref().map(staff::Login::read).transpose()?;
    let database = Database::open(url, SCHEMAS).await?;
    process.metrics.register_all(database.collectors(trace::spent_in_database));
    let metrics = Metrics::new(&process.metrics);
    tell_age_of_signing_key(&process, &shop.signing_key_file);
    let store = Store::new(database.clone());
    let parallelism = shop.hash_parallelism.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let passwords = Passwords::new(parallelism, OWASP, metrics.clone())?;
    let own_feed = feed::Feed::new(database.clone(), NAME);
    let (clock, shutdown) = (&process.clock, &process.shutdown);

    let mut background = JoinSet::new();
    if let (Some(login), Some(path)) = (staff_login, shop.staff_login.clone()) {
        // The first start makes the account before anybody can log in. Later ones serve at once and compare
        // the password, which is slow by design, in the background.
        let known = match store.staff_login().await? {
            Some(_) => None,
            None => staff::enforce(&login, &store, &passwords, clock).await.map(|_| Some(login))?,
        };
        let (store, passwords) = (store.clone(), passwords.clone());
        background.spawn(staff::follow(path, known, store, passwords, clock.clone(), shutdown.clone()));
    }
    background.spawn(own_feed.clone().maintain(shutdown.clone()));
    background.spawn(prune(store.clone(), clock.clone(), shutdown.clone()));

    let shared = Arc::new(Service {
        store,
        passwords,
        signer,
        shop: process.shop.clone(),
        limits: Limits::new(&shop.limits, clock),
        clock: clock.clone(),
        metrics,
        token_lifetime: shop.token_lifetime,
        username_check: shop.username_check,
    });
    let (public, openapi) = http::public(Arc::clone(&shared));
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

fn read_signer(shop: &ShopSettings) -> anyhow::Result<Signer> {
    let file = &shop.signing_key_file;
    let pem = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read --signing-key-file {}", file.display()))?;
    Signer::from_pem(&pem).with_context(|| format!("in --signing-key-file {}", file.display()))
}

/// The key is read once, so it is as old as its file was then. A key of a Secret is as old as the Pod at the most, since
/// the file is written when the Pod starts.
fn tell_age_of_signing_key(process: &Process, file: &Path) {
    let modified = std::fs::metadata(file).and_then(|metadata| metadata.modified());
    let written = modified.unwrap_or(SystemTime::UNIX_EPOCH).duration_since(SystemTime::UNIX_EPOCH);
    let (written, clock) = (written.unwrap_or_default().as_secs_f64(), process.clock.clone());
    process.metrics.gauge_of(
        "shop_signing_key_age_seconds",
        "Seconds since the file of the key that signs access tokens was written; in a Pod that is when the Pod \
         started, so the key may be older.",
        move || (clock.now_unix_ms() as f64 / 1000.0 - written).max(0.0),
    );
}

async fn prune(store: Store, clock: Clock, shutdown: Shutdown) {
    let mut turns = tokio::time::interval(PRUNED_EVERY);
    while shutdown.unless_draining(turns.tick()).await.is_some() {
        loop {
            match store.prune(clock.now_unix_ms()).await {
                Ok(true) if !shutdown.is_draining() => {}
                Ok(_) => break,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "expired sessions could not be thrown away");
                    break;
                }
            }
        }
    }
}
