//! The Shop as a Kubernetes resource: what a shop is, which values it takes, and why one is refused.
//!
//! The same type describes a shop on one machine and in a cluster, so whatever reads a Shop depends on
//! this crate. It holds no Kubernetes client: reading and judging a Shop needs no cluster.

pub mod crd;
mod load;
mod shop;
mod structure;

pub use load::{Problem, Problems, check, check_update, from_yaml};
pub use shop::*;
pub use structure::remove_nulls;
