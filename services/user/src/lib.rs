//! The user service: accounts, sessions, and the keys that every part believes.
//!
//! It owns who may log in and who is staff, and it alone makes keys (access tokens). The other services
//! verify keys by themselves and learn of revoked sessions from this service's feed; this service asks its
//! own database about every key, so it refuses a revoked session at once. It calls no other service.

pub mod account;
mod args;
mod error;
mod http;
mod limits;
mod memory;
mod metrics;
mod part;
pub mod passwords;
mod schema;
pub mod session;
pub mod staff;
pub mod store;
pub mod tokens;

pub use args::{Command, Settings, ShopSettings};
pub use error::Error;
pub use limits::{Limit, LimitArgs};
pub use metrics::Metrics;
pub use part::build;
pub use schema::SCHEMA;
pub use store::Store;

use chassis::process::run_to_end;
use database::Schema;
use std::process::ExitCode;

/// Everything that is kept in the database.
pub const SCHEMAS: &[Schema] = &[feed::SCHEMA, SCHEMA];

/// Runs a command to its end.
pub fn run(command: Command) -> ExitCode {
    match command {
        Command::Serve(settings) => {
            memory::give_back_large_blocks();
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
