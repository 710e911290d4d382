//! Whether a part can do its work, by its own means alone: never because of a peer.

use futures::future::BoxFuture;

/// What a part's readiness depends on, which is its own database.
pub trait Readiness: Send + Sync + 'static {
    /// Why the part is not ready, in sentences; empty if it is.
    fn reasons(&self) -> BoxFuture<'_, Vec<String>>;
}

/// Of a part that depends on nothing.
pub struct AlwaysReady;

impl Readiness for AlwaysReady {
    fn reasons(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { Vec::new() })
    }
}
