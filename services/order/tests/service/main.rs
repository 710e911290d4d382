//! The order service as it is served: its production router on both engines.

mod access;
mod basket;
mod checkout;
mod events;
mod harness;
mod merge;
mod openapi;
mod orders;
mod outage;
mod replicas;
mod upkeep;
