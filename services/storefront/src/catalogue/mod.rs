//! The storefront's own copy of the catalogue, for when the product service is down.
