//! The command line.

use chassis::args::ServeArgs;
use clap::{Args, Subcommand};
use contract::Currency;
use database::{BackupArgs, DatabaseArgs, RestoreArgs};
use std::path::PathBuf;

/// What the product service can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the catalogue and keep its stock
    Serve(Box<Settings>),
    /// Copy the database into a file, while the service goes on
    Backup(BackupArgs),
    /// Replace the database by a copy; the service must be stopped
    Restore(RestoreArgs),
    /// Write the OpenAPI document
    Openapi,
}

/// How to serve the catalogue.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub serve: ServeArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    #[command(flatten)]
    pub shop: ShopSettings,
}

/// What this service has to know of its shop.
#[derive(Clone, Debug, Args)]
pub struct ShopSettings {
    /// Currency of all prices (ISO 4217); never changes
    #[arg(long, env = "SHOPKEEPER_CURRENCY", value_name = "CODE", default_value = "EUR")]
    pub currency: Currency,
    /// First products, as CSV; loaded once, into an empty catalogue
    #[arg(long, env = "SHOPKEEPER_CATALOGUE", value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
    /// Internal address of the order service
    #[arg(long, env = "SHOPKEEPER_ORDER_INTERNAL_URL", value_name = "URL")]
    pub order_internal_url: String,
    /// Internal address of the user service
    #[arg(long, env = "SHOPKEEPER_USER_INTERNAL_URL", value_name = "URL")]
    pub user_internal_url: String,
}
