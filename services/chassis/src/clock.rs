//! The time, passed in: from the system, or set by a test.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Tells the time. Clones of a clock that was set by hand move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    set_unix_ms: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `unix_ms` until it is moved.
    pub fn set_at(unix_ms: i64) -> Self {
        Self { set_unix_ms: Some(Arc::new(AtomicI64::new(unix_ms))) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn now_unix_ms(&self) -> i64 {
        match &self.set_unix_ms {
            Some(unix_ms) => unix_ms.load(Ordering::SeqCst),
            None => {
                let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
            }
        }
    }

    /// Moves a clock that was set by hand; the system's clock moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Some(unix_ms) = &self.set_unix_ms {
            unix_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}
