//! Facts between services: told in the transaction that makes them true, consumed exactly once.
//!
//! A service writes an event to its outbox in the same write as the change itself ([`publish`]). Others read
//! the outbox as a feed over HTTP, by long poll ([`routes`]). A consumer with effects keeps its position in
//! its own database and moves it in the write that applies the events ([`follow_effects`]), so each takes
//! effect once, whatever is killed when. A consumer that only copies into memory starts from a snapshot
//! ([`follow_copy`]). A feed whose database was restored has another epoch; then, too, consumers start from
//! a snapshot.

mod applied;
mod copy;
mod effects;
mod metrics;
mod outbox;
mod own;
mod retry;
mod revocations;
mod routes;
mod schema;
mod upstream;

pub use copy::{Copy, follow_copy};
pub use effects::{Effects, follow_effects};
pub use metrics::Metrics;
pub use outbox::{Feed, Head, head, publish, publish_all};
pub use own::OwnChange;
pub use revocations::follow_revocations;
pub use routes::{gone, routes};
pub use schema::SCHEMA;
pub use upstream::{Upstream, UpstreamError};
