//! The product service: the catalogue, its pictures, and its stock.
//!
//! It owns what is sold and how much of it is left, and holds pieces for orders so that nothing is sold
//! twice. It never calls another service to serve a request: it learns of orders from the order service's
//! feed, and tells of its products and of what it holds by its own.

mod args;
mod cache;
mod catalogue;
pub mod domain;
mod effects;
mod error;
mod http;
mod metrics;
mod part;
mod schema;
pub mod store;

pub use args::{Command, Settings, ShopSettings};
pub use cache::Cache;
pub use error::Error;
pub use metrics::Metrics;
pub use part::build;
pub use schema::SCHEMA;
pub use store::Store;

use chassis::process::run_to_end;
use database::Schema;
use std::process::ExitCode;

/// Everything that is kept in the database.
const SCHEMAS: &[Schema] = &[feed::SCHEMA, SCHEMA];

/// Runs a command to its end.
pub fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(settings) => {
            let Settings { serve, database, shop } = *settings;
            chassis::process::run(serve, part::NAME, env!("CARGO_PKG_VERSION"), async move |process| {
                build(process, &database.url()?, &shop).await
            })
        }
        Command::Backup(args) => run_to_end(part::NAME, async move { args.run(part::NAME, SCHEMAS).await }),
        Command::Restore(args) => run_to_end(part::NAME, async move { args.run(part::NAME, SCHEMAS).await }),
        Command::Openapi => {
            print!("{}", openapi_text());
            ExitCode::SUCCESS
        }
    }
}

/// The OpenAPI document as it is committed.
pub fn openapi_text() -> String {
    chassis::openapi::text(&http::openapi()).expect("the document is JSON")
}
