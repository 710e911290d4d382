//! How long to wait before a Shop is tried again: longer each time, and not all Shops at once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use kube::runtime::reflector::ObjectRef;

use super::Guarded;

/// The pause after the first failure.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60);

/// The failures in a row of each Shop.
#[derive(Default)]
pub struct Backoff {
    failures: Mutex<HashMap<ObjectRef<Guarded>, u32>>,
}

impl Backoff {
    /// One more failure; returns the pause.
    pub(super) fn next(&self, shop: &ObjectRef<Guarded>) -> Duration {
        let mut failures = self.failures.lock().expect("no panic holds it");
        let count = failures.entry(shop.clone()).or_insert(0);
        *count += 1;
        pause(*count, rand::random_range(0.5..1.0))
    }

    /// All is well again.
    pub(super) fn forget(&self, shop: &ObjectRef<Guarded>) {
        self.failures.lock().expect("no panic holds it").remove(shop);
    }
}

/// Twice as long each time, and of that a share between a half and all.
fn pause(failures: u32, share: f64) -> Duration {
    let whole = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST);
    whole.mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::{FIRST, LONGEST, pause};

    #[test]
    fn pauses_grow_to_a_minute_and_are_never_all_the_same() {
        assert_eq!(pause(1, 1.0), FIRST);
        assert_eq!(pause(3, 1.0), FIRST * 4);
        assert_eq!(pause(3, 0.5), FIRST * 2);
        assert_eq!(pause(200, 1.0), LONGEST);
    }
}
