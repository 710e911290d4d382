//! What a shop's rules say of baskets and orders. Pure: no database, no clock, no network.

pub mod basket;
pub mod lifecycle;
