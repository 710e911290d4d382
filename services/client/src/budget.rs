//! How many retries may be made, as a share of the calls: a peer in trouble is not given twice the work.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one retry costs, in the parts that a call brings in.
const RETRY: u32 = 10;

/// What can be saved up: a short failure of a quiet peer is bridged with ten retries, no more.
const FULL: u32 = 10 * RETRY;

/// The retries that may be made: one for every ten calls, and ten at the beginning.
pub(crate) struct Budget(AtomicU32);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(FULL))
    }

    /// A call is made.
    pub(crate) fn call(&self) {
        self.change(|saved| (saved < FULL).then_some(saved + 1));
    }

    /// Takes what a retry costs; false if there is not enough.
    pub(crate) fn retry(&self) -> bool {
        self.change(|saved| saved.checked_sub(RETRY))
    }

    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn when_all_calls_fail_a_tenth_of_them_is_repeated() {
        let budget = Budget::new();
        let repeated = (0..1_000)
            .filter(|_| {
                budget.call();
                budget.retry()
            })
            .count();
        assert_eq!(repeated, 10 + 99, "ten that were saved, and one for ten calls");
    }

    #[test]
    fn no_more_than_ten_retries_are_saved_up() {
        let budget = Budget::new();
        (0..10_000).for_each(|_| budget.call());
        assert_eq!((0..100).filter(|_| budget.retry()).count(), 10);
    }
}
