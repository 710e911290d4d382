//! The operator: makes a shop out of every Shop resource, and keeps it true to what the resource says.
//!
//! A reconcile is five stages, `observe → plan → build → apply → status`. What a Shop becomes is decided in pure
//! functions ([`plan`], [`build`], [`changes`], [`status`]); the Kubernetes API is touched in [`observe`],
//! [`apply`], [`controller`] and [`lease`] only.

pub mod api_server;
pub mod apply;
pub mod args;
pub mod build;
pub mod changes;
pub mod component;
pub mod controller;
pub mod differs;
pub mod digest;
pub mod kind;
pub mod labels;
pub mod lease;
pub mod metrics;
pub mod names;
pub mod observe;
pub mod plan;
pub mod render;
pub mod run;
pub mod serve;
pub mod settings;
pub mod status;
#[cfg(test)]
mod testing;
pub mod try_shop;
