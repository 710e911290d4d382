//! The command line.

use std::path::PathBuf;

use chassis::args::ServeArgs;
use clap::{Args, Subcommand};
use contract::Currency;

use crate::catalogue::CatalogueSettings;

/// What the storefront can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages
    Serve(Box<Settings>),
}

/// How to serve the pages.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub serve: ServeArgs,
    #[command(flatten)]
    pub peers: Peers,
    #[command(flatten)]
    pub shop: ShopSettings,
    #[command(flatten)]
    pub catalogue: CatalogueSettings,
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

/// How the shop presents itself.
#[derive(Clone, Debug, Args)]
pub struct ShopSettings {
    /// The address that shoppers see, such as https://tea.example.com; it decides the form of the cookies
    #[arg(long, env = "SHOPKEEPER_PUBLIC_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: String,
    /// The shop's name
    #[arg(long, env = "SHOPKEEPER_TITLE", value_name = "TEXT", default_value = "Shop")]
    pub title: String,
    /// Language and region by which prices and dates are written, such as en-IE
    #[arg(long, env = "SHOPKEEPER_LOCALE", value_name = "LOCALE", default_value = "en")]
    pub locale: String,
    /// Currency of all prices (ISO 4217)
    #[arg(long, env = "SHOPKEEPER_CURRENCY", value_name = "CODE", default_value = "EUR")]
    pub currency: Currency,
    /// The one accent colour of all pages: # and six hexadecimal digits
    #[arg(long, env = "SHOPKEEPER_ACCENT_COLOR", value_name = "COLOR", default_value = "#2f6f4f")]
    pub accent_color: String,
    /// Keys that cookies are sealed with, one a line (base64 of 32 bytes): the first seals, all open; read
    /// again when it changes
    #[arg(long, env = "SHOPKEEPER_COOKIE_KEY_FILE", value_name = "FILE")]
    pub cookie_key_file: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use clap::{Args as _, Command};

    #[test]
    fn every_flag_has_a_twin_in_the_environment() {
        for argument in Settings::augment_args(Command::new("storefront")).get_arguments() {
            let Some(flag) = argument.get_long() else { continue };
            let twin = argument.get_env().expect("a variable").to_str().expect("text");
            assert_eq!(twin, format!("SHOPKEEPER_{}", flag.replace('-', "_").to_uppercase()));
        }
    }
}
