//! How the end of the process is made known, in two steps.
//!
//! *Leaving*: the process was told to stop; it is not ready any more but serves on, so that the network
//! learns of it first. *Draining*: no new connections, long polls and background loops end.

use std::future::Future;
use tokio_util::sync::CancellationToken;

/// Whether the process is about to stop. Clones are one.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    leaving: CancellationToken,
    draining: CancellationToken,
}

impl Shutdown {
    /// A process that means to go on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Resolves when the process was told to stop; it serves on for the drain delay.
    pub fn leaving(&self) -> impl Future<Output = ()> + Send + 'static {
        self.leaving.clone().cancelled_owned()
    }

    /// Resolves when long polls and background loops are to end.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + 'static {
        self.draining.clone().cancelled_owned()
    }

    /// Whether the process was told to stop.
    pub fn is_leaving(&self) -> bool {
        self.leaving.is_cancelled()
    }

    /// Whether long polls and background loops are to end.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Does the work, or drops it when long polls and background loops are to end.
    pub async fn unless_draining<F: Future>(&self, work: F) -> Option<F::Output> {
        self.draining.run_until_cancelled(work).await
    }

    /// Not ready from now on.
    pub fn leave(&self) {
        self.leaving.cancel();
    }

    /// Ends what would go on for ever.
    pub fn drain(&self) {
        self.leaving.cancel();
        self.draining.cancel();
    }
}
