//! The product service as it is served: its production router on both engines.

mod access;
mod editing;
mod first_products;
mod harness;
mod import;
mod lists;
mod openapi;
mod order_service;
mod pictures;
mod plans;
mod products;
mod replicas;
mod reservations;
mod resynchronisation;
mod search;
mod upkeep;
