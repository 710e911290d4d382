//! What the copy has to be told: where the feeds are, and how much may be kept, and where.

use super::contents::Bounds;
use clap::Args;
use std::path::PathBuf;

/// The copy of the catalogue.
#[derive(Clone, Debug, Args)]
pub struct CatalogueSettings {
    /// Internal address of the user service
    #[arg(long, env = "SHOPKEEPER_USER_INTERNAL_URL", value_name = "URL")]
    pub user_internal_url: String,
    /// Internal address of the product service
    #[arg(long, env = "SHOPKEEPER_PRODUCT_INTERNAL_URL", value_name = "URL")]
    pub product_internal_url: String,
    /// Folder where the copy of the catalogue outlives the process; made if it is missing. Without it the copy
    /// begins empty
    #[arg(long, env = "SHOPKEEPER_CACHE_DIR", value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Most products in the copy of the catalogue; beyond it, pages say that they show a part
    #[arg(long, env = "SHOPKEEPER_COPY_PRODUCTS", value_name = "N", default_value_t = 10_000)]
    pub copy_products: usize,
    /// Most memory of the copy of the catalogue, pictures included, in MiB
    #[arg(long, env = "SHOPKEEPER_COPY_MIB", value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    pub copy_mib: u16,
}

impl CatalogueSettings {
    pub(super) fn bounds(&self) -> Bounds {
        Bounds { products: self.copy_products, bytes: usize::from(self.copy_mib) << 20 }
    }
}
