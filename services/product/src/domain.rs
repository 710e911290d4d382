//! What the shop's rules say of products and stock. Pure: no database, no clock, no network.

pub mod csv;
pub mod import;
pub mod picture;
pub mod reservation;
pub mod search;
pub mod stock;
pub mod values;
