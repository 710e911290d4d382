//! The storefront as browsers meet it, in front of services that fall silent, break and vanish: the production
//! router behind its edge, over real sockets.

mod accounts;
mod baskets;
mod checkouts;
mod degraded;
mod guards;
mod searches;
mod sessions;
mod shopfront;
mod small;
mod staff;
mod world;
