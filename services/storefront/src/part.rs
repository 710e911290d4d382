//! The storefront as a part of a shop: its two ports, and what it does in the background.

use std::sync::Arc;

use anyhow::Context as _;
use axum::{Router, middleware};
use bytes::Bytes;
use chassis::{Part, Process, readiness::AlwaysReady};
use client::{Caller, Peers, ProductService, UserService};
use contract::Timestamp;
use futures::future::BoxFuture;

use crate::args::Settings;
use crate::catalogue::{self, NoPicture, PictureSource};
use crate::cookies::{CookieKeys, Cookies, PublicUrl};
use crate::error_pages::Pages;
use crate::headers::{self, Headers};
use crate::lately::Lately;
use crate::session::{Farewell, Farewells, Refreshes, Said, Way};
use crate::shop::Shop;
use crate::staff::history::History;
use crate::together::Together;
use crate::views::Look;
use crate::{capabilities, csrf, pages};

/// The part's name.
pub(crate) const NAME: &str = "storefront";

/// Builds the part.
///
/// # Errors
/// A setting is wrong, or a file that it names cannot be used; the error names the flag.
pub async fn build(process: Process, settings: &Settings) -> anyhow::Result<Part> {
    let public_url: PublicUrl = settings.shop.public_url.parse().context("--public-url")?;
    public_url.warn_if_insecure();
    let shutdown = process.shutdown.clone();
    let peers = peers(&process, settings)?;
    let keys = CookieKeys::open(&settings.shop.cookie_key_file, process.clock.clone())?;
    let pictures = Box::new(Pictures(peers.product.clone()));
    let opened = catalogue::open(&process, &settings.catalogue, pictures).await?;
    let farewells = Farewells::open(&keys, settings.catalogue.cache_dir.as_deref());

    let look = &settings.shop;
    let headers = Headers { is_https: public_url.origin().starts_with("https:") };
    let shop = Arc::new(Shop {
        look: Arc::new(Look::new(&look.title, &look.locale, look.currency, &look.accent_color)),
        peers: peers.clone(),
        catalogue: opened.catalogue,
        media: opened.media,
        shelves: Together::default(),
        lately: Lately::default(),
        copied_shelves: Together::default(),
        products: Together::default(),
        others: Lately::default(),
        verifier: Arc::clone(&process.verifier),
        clock: process.clock.clone(),
        cookies: Cookies::new(keys, public_url.cookie_form()),
        refreshes: Refreshes::default(),
        farewells: farewells.clone(),
        headers,
        history: History::default(),
    });

    let mut background = opened.background;
    let user = peers.user.clone();
    background.spawn(peers.watch(shutdown.clone()));
    let gauge = capabilities::gauge(&process.metrics);
    background.spawn(capabilities::measure(Arc::clone(&shop), gauge, shutdown.clone()));
    background.spawn(pages::staff::watch(Arc::clone(&shop), shutdown.clone()));
    let clock = process.clock.clone();
    background.spawn(farewells.say_all(shutdown, move |farewell| {
        let (user, now) = (user.clone(), Timestamp::from_unix_ms(clock.now_unix_ms()));
        async move { say(&user, &farewell, now).await }
    }));

    Ok(Part {
        public: pages::routes(Arc::clone(&shop))
            .layer(csrf::layer(&public_url)?)
            .layer(middleware::from_fn_with_state(headers, headers::added)),
        internal: Router::new(),
        readiness: Arc::new(AlwaysReady),
        error_pages: Some(Arc::new(Pages(shop))),
        drained: Box::pin(async move { while background.join_next().await.is_some() {} }),
    })
}

fn peers(process: &Process, settings: &Settings) -> anyhow::Result<Peers> {
    let urls = &settings.peers;
    let secret = process.secret.clone();
    let settings = client::Settings::new(&urls.user_url, &urls.product_url, &urls.order_url, secret);
    Peers::new(settings, &process.metrics)
}

/// Ends a session whose shopper has logged out while the user service was away.
async fn say(user: &UserService, farewell: &Farewell, now: Timestamp) -> Said {
    let ended = match farewell.way(now) {
        Way::LogOut(token) => user.log_out(Caller::with_token(token)).await,
        Way::RefreshFirst(refresh_token) => match user.refresh(Caller::nobody(), refresh_token).await {
            Ok(keys) => user.log_out(Caller::with_token(&keys.api_key)).await,
            Err(error) => Err(error),
        },
    };
    match ended {
        Err(error) if error.is_unavailable() => Said::NotNow,
        // Too slow or too often: the session goes on until it is said again.
        Err(error) if error.refused_with(408).or(error.refused_with(429)).is_some() => Said::NotNow,
        // A refused key belongs to a session that is over.
        Ok(()) | Err(_) => Said::Done,
    }
}

/// Pictures, from the product service.
struct Pictures(ProductService);

impl PictureSource for Pictures {
    fn fetch<'a>(&'a self, hash: &'a str) -> BoxFuture<'a, Result<(String, Bytes), NoPicture>> {
        Box::pin(async move {
            match self.0.media(Caller::nobody(), hash).await {
                Ok(media) => Ok((media.content_type.to_owned(), media.bytes)),
                Err(error) if error.is_unavailable() => Err(NoPicture::Unavailable),
                Err(_) => Err(NoPicture::NotFound),
            }
        })
    }
}
