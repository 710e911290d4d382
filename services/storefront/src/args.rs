//! The command line.

use chassis::args::ServeArgs;
use clap::{Args, Subcommand};

/// What the storefront can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages
    Serve(Box<Settings>),
}

/// How to serve the pages.
#[derive(Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub serve: ServeArgs,
    #[command(flatten)]
    pub peers: Peers,
}

/// Where the three services are.
#[derive(Clone, Debug, Args)]
pub struct Peers {
    /// Public address of the user service
    #[arg(long, env = "SHOPKEEPER_USER_URL", value_name = "URL")]
    pub user_url: String,
    /// Public address of the product service
    #[arg(long, env = "SHOPKEEPER_PRODUCT_URL", value_name = "URL")]
    pub product_url: String,
    /// Public address of the order service
    #[arg(long, env = "SHOPKEEPER_ORDER_URL", value_name = "URL")]
    pub order_url: String,
}
