//! What every part of a shop has in common as a process: how it starts, is observed, learns the time,
//! reads requests, verifies keys, answers errors, and stops.
//!
//! It knows nothing of users, products, orders or databases, and calls no other part.

pub mod address;
pub mod args;
pub mod clock;
mod connections;
mod edge;
pub mod error_pages;
mod head_timer;
pub mod identity;
pub mod input;
mod internal;
mod linger;
pub mod metrics;
pub mod openapi;
pub mod problem;
pub mod process;
pub mod rate_limit;
pub mod readiness;
pub mod secret;
pub mod shutdown;
pub mod telemetry;
pub mod text;
pub mod trace;

pub use process::{Part, Process};
