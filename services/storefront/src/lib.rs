//! The storefront: the pages of the shop, in front of the three services.
//!
//! It owns no data. What it remembers (a copy of the catalogue, pictures) it can lose; what a shopper has (a
//! session, a basket in the making) lies sealed in the shopper's browser. Whatever is down, its pages are shown.

mod args;
mod assets;
mod basket;
mod capabilities;
mod catalogue;
mod cookies;
mod csrf;
mod error_pages;
mod flash;
mod format;
mod headers;
mod lately;
mod next;
mod pages;
mod part;
mod session;
mod shop;
mod staff;
mod texts;
mod together;
mod typed;
mod views;
mod visit;

use std::process::ExitCode;

pub use args::{Command, Peers, Settings, ShopSettings};
pub use catalogue::CatalogueSettings;
pub use part::build;

/// Runs a command to its end.
pub fn run(command: Command) -> ExitCode {
    let Command::Serve(settings) = command;
    let serve = settings.serve.clone();
    chassis::process::run(serve, part::NAME, env!("CARGO_PKG_VERSION"), async move |process| {
        build(process, &settings).await
    })
}
