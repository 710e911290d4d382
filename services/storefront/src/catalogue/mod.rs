//! The storefront's own copy of the catalogue, for when the product service is down, and for what that service
//! does not tell by itself: which categories there are.
//!
//! It follows the product service's feed into a bounded memory ([`Catalogue`]), lies on disk so that it
//! survives a restart, and keeps the pictures that it shows ([`Media`]). It knows nothing of pages.

mod contents;
mod copy;
mod cursor;
mod kept;
mod low_stock;
mod media;
mod metrics;
mod query;
mod settings;
mod shelves;
mod words;

pub(crate) use contents::{Category, Edition};
pub(crate) use copy::Catalogue;
pub(crate) use cursor::is_of_copy;
pub(crate) use media::{Media, NoPicture, PictureSource, routes};
pub(crate) use query::{Listed, Query};
pub use settings::CatalogueSettings;

use anyhow::Context as _;
use chassis::Process;
use kept::Keeper;
use std::{path::Path, sync::Arc};
use tokio::task::JoinSet;

/// The copy, its pictures, and what keeps them true in the background until the process drains.
pub(crate) struct Opened {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) media: Media,
    /// To be awaited when the process has drained: the copy is written down a last time.
    pub(crate) background: JoinSet<()>,
}

/// Reads what an earlier process has written down, and follows the feeds: the product service's into the copy,
/// the user service's so that the keys of ended sessions are refused by the process's verifier.
///
/// # Errors
/// An address of a feed cannot be used.
pub(crate) async fn open(
    process: &Process,
    settings: &CatalogueSettings,
    source: Box<dyn PictureSource>,
) -> anyhow::Result<Opened> {
    let upstream = |name, url: &str| feed::Upstream::new(name, url, process.secret.clone());
    let product = upstream("product", &settings.product_internal_url).context("--product-internal-url")?;
    let user = upstream("user", &settings.user_internal_url).context("--user-internal-url")?;
    let feed_metrics = feed::Metrics::new(&process.metrics);

    let catalogue = Arc::new(Catalogue::new(settings.bounds(), process.clock.clone()));
    metrics::register(&process.metrics, Arc::clone(&catalogue));
    let folder = settings.cache_dir.clone().filter(|folder| is_usable(folder));
    let keeper = folder.as_deref().map(|folder| Keeper::new(folder, &process.shop));
    let media = {
        let (catalogue, keeper) = (Arc::clone(&catalogue), keeper.clone());
        tokio::task::spawn_blocking(move || {
            keeper.iter().for_each(|keeper| remember(&catalogue, keeper));
            let pictures = folder.map(|folder| folder.join("media"));
            Media::open(source, pictures.as_deref(), catalogue.room_for_pictures())
        })
        .await?
    };

    let mut background = JoinSet::new();
    let shutdown = &process.shutdown;
    background.spawn(feed::follow_copy(
        product,
        Arc::clone(&catalogue),
        shutdown.clone(),
        feed_metrics.clone(),
    ));
    let revocations = process.verifier.revocations().clone();
    background.spawn(feed::follow_revocations(user, revocations, shutdown.clone(), feed_metrics));
    background.spawn(media::fetch_ahead(Arc::clone(&catalogue), media.clone(), shutdown.clone()));
    if let Some(keeper) = keeper {
        background.spawn(kept::keep(Arc::clone(&catalogue), keeper, shutdown.clone()));
    }
    Ok(Opened { catalogue, media, background })
}

/// A shop whose disk is full or read-only opens all the same; its copy lives in memory.
fn is_usable(folder: &Path) -> bool {
    let made = std::fs::create_dir_all(folder);
    if let Err(error) = &made {
        let (error, folder) = (error as &dyn std::error::Error, folder.display());
        tracing::warn!(error, %folder, "--cache-dir cannot be used; the copy of the catalogue begins empty");
    }
    made.is_ok()
}

fn remember(catalogue: &Catalogue, keeper: &Keeper) {
    match keeper.read() {
        Ok(Some(kept)) => catalogue.remember(kept.products, kept.is_partial, kept.caught_up_at),
        Ok(None) => {}
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(error, "the copy of the catalogue on disk is not used; the feed tells it anew");
        }
    }
}

#[cfg(test)]
mod tests;
