//! Whether a part can do its work, by its own means alone: never because of a peer.

use futures::future::BoxFuture;

/// What a part's readiness depends on, which is its own database.
pub trait Readiness: Send + Sync + 'static {
    /// Why the part is not ready, in sentences; empty if it is.
    fn reasons(&self) -> BoxFuture<'_, Vec<String>>;
}

/// A part that is ready as long as a check, such as that of its database, succeeds.
impl<Check, Checked, Error> Readiness for Check
where
    Check: Fn() -> Checked + Send + Sync + 'static,
    Checked: Future<Output = Result<(), Error>> + Send + 'static,
    Error: std::fmt::Display,
{
    fn reasons(&self) -> BoxFuture<'_, Vec<String>> {
        let checked = self();
        Box::pin(async { checked.await.err().map(|error| error.to_string()).into_iter().collect() })
    }
}

/// Of a part that depends on nothing.
pub struct AlwaysReady;

impl Readiness for AlwaysReady {
    fn reasons(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { Vec::new() })
    }
}
