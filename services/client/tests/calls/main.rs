//! The client against peers that behave in every way that a peer can, over real sockets.

mod circuits;
mod failures;
mod fake;
mod limits;
mod measures;
mod routes;
