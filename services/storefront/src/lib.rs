//! The storefront: the pages of the shop. It owns no data and calls the three services; for now its one page
//! leads to their documents.

mod args;
mod assets;
#[allow(dead_code, unused_imports, reason = "the pages use it next")]
mod basket;
mod catalogue;
#[allow(dead_code, unused_imports, reason = "the pages use it next")]
mod cookies;
#[allow(dead_code, unused_imports, reason = "the pages use it next")]
mod flash;
mod format;
mod home;
mod pages;
#[allow(dead_code, unused_imports, reason = "the pages use it next")]
mod session;
mod texts;
mod views;

use std::process::ExitCode;

use axum::Router;
use axum::routing::get;
use chassis::readiness::AlwaysReady;
use std::sync::Arc;

pub use args::{Command, Peers, Settings, ShopSettings};
pub use catalogue::CatalogueSettings;

/// Runs a command to its end.
pub fn run(command: Command) -> ExitCode {
    let Command::Serve(settings) = command;
    let Settings { serve, peers, .. } = *settings;
    chassis::process::run(serve, "storefront", env!("CARGO_PKG_VERSION"), |_| async move {
        Ok(chassis::Part {
            public: router(&peers),
            internal: Router::new(),
            readiness: Arc::new(AlwaysReady),
            error_pages: None,
            drained: Box::pin(async {}),
        })
    })
}

/// The public routes.
pub fn router(peers: &Peers) -> Router {
    let page = home::page(peers);
    Router::new().route("/", get(|| async move { home::response(page) }))
}
