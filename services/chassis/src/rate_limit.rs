//! How often somebody may do something: a bucket per key, in bounded memory.
//!
//! Each process counts by itself.

use crate::{clock::Clock, problem::ApiError};
use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The most keys that are remembered; beyond it, those that wait longest for nothing are forgotten.
const MAX_KEYS: usize = 50_000;

/// One more every `interval_us`, after `burst` at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Microseconds that one request uses up; 0 turns the limit off.
    interval_us: u64,
    burst: u32,
}

impl Rate {
    /// `requests` per `per`, of which `burst` may come at once. No requests means no limit.
    pub fn new(requests: u32, per: Duration, burst: u32) -> Self {
        let per_us = u64::try_from(per.as_micros()).unwrap_or(u64::MAX);
        Self { interval_us: per_us.checked_div(u64::from(requests)).unwrap_or(0), burst: burst.max(1) }
    }

    /// `requests` per second, five times as many at once; 0 turns the limit off.
    pub fn per_second(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(1), requests.saturating_mul(5))
    }
}

/// Counts by key.
pub struct RateLimiter<K> {
    rate: Rate,
    clock: Clock,
    /// By key, the time in unix microseconds at which its bucket is whole again.
    whole_at_us: Mutex<HashMap<K, u64>>,
}

impl<K: Hash + Eq> RateLimiter<K> {
    /// Nobody has done anything yet.
    pub fn new(rate: Rate, clock: Clock) -> Self {
        Self { rate, clock, whole_at_us: Mutex::default() }
    }

    /// Counts one for `key`.
    ///
    /// # Errors
    /// 429 if that is too many, saying when to come back; such a request is not counted.
    pub fn check(&self, key: K) -> Result<(), ApiError> {
        if self.rate.interval_us == 0 {
            return Ok(());
        }
        let now_us = u64::try_from(self.clock.now_unix_ms()).unwrap_or(0).saturating_mul(1_000);
        let mut buckets = self.whole_at_us.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_KEYS && !buckets.contains_key(&key) {
            make_room(&mut buckets, now_us);
        }
        let latest_us = now_us.saturating_add(self.rate.interval_us.saturating_mul(self.rate.burst.into()));
        let whole_at_us = buckets.entry(key).or_insert(now_us);
        // Nothing is emptier than empty, though the clock was set back since.
        *whole_at_us = (*whole_at_us).clamp(now_us, latest_us);
        let after_this_us = whole_at_us.saturating_add(self.rate.interval_us);
        if after_this_us > latest_us {
            return Err(ApiError::too_many_requests(Duration::from_micros(after_this_us - latest_us)));
        }
        *whole_at_us = after_this_us;
        Ok(())
    }

    /// Takes back what was counted for `key`, such as for an attempt that turned out well.
    pub fn give_back<Q: Hash + Eq + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let mut buckets = self.whole_at_us.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(whole_at_us) = buckets.get_mut(key) {
            *whole_at_us = whole_at_us.saturating_sub(self.rate.interval_us);
        }
    }
}

/// Forgets whole buckets; if that is not enough, half of the others.
fn make_room<K: Hash + Eq>(buckets: &mut HashMap<K, u64>, now_us: u64) {
    buckets.retain(|_, whole_at_us| *whole_at_us > now_us);
    if buckets.len() >= MAX_KEYS {
        let mut kept = false;
        buckets.retain(|_, _| {
            kept = !kept;
            kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_KEYS, Rate, RateLimiter};
    use crate::clock::Clock;
    use std::time::Duration;

    #[test]
    fn a_burst_is_let_through_and_then_one_by_one() {
        let clock = Clock::set_at(1_000_000);
        let limiter = RateLimiter::new(Rate::new(2, Duration::from_secs(1), 3), clock.clone());
        let taken = |limiter: &RateLimiter<u8>| (0..10).filter(|_| limiter.check(7).is_ok()).count();
        assert_eq!(taken(&limiter), 3);
        let refusal = limiter.check(7).unwrap_err();
        assert_eq!(refusal.status(), 429);
        assert!(limiter.check(8).is_ok(), "another key has its own bucket");
        clock.advance(Duration::from_millis(500));
        assert_eq!(taken(&limiter), 1);
        clock.advance(Duration::from_secs(60));
        assert_eq!(taken(&limiter), 3);
    }

    #[test]
    fn what_was_given_back_can_be_taken_again() {
        let limiter = RateLimiter::new(Rate::new(1, Duration::from_secs(6), 2), Clock::set_at(1_000_000));
        for _ in 0..10 {
            limiter.check("ada").unwrap();
            limiter.give_back("ada");
        }
        let taken = (0..10).filter(|_| limiter.check("ada").is_ok()).count();
        assert_eq!(taken, 2);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let rate = Rate::new(1, Duration::from_secs(1), 3);
        let ahead = RateLimiter::new(rate, Clock::set_at(3_600_000));
        (0..10).for_each(|_| drop(ahead.check(7)));
        let limiter = RateLimiter { clock: Clock::set_at(0), ..ahead };
        assert!(limiter.check(7).is_err(), "the bucket was empty");
        let limiter = RateLimiter { clock: Clock::set_at(1_000), ..limiter };
        assert!(limiter.check(7).is_ok(), "a second has passed");
    }

    #[test]
    fn a_rate_of_0_is_no_limit() {
        let limiter = RateLimiter::new(Rate::per_second(0), Clock::set_at(0));
        assert!((0..1_000).all(|_| limiter.check("anybody").is_ok()));
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let limiter = RateLimiter::new(Rate::per_second(1), Clock::set_at(1));
        for key in 0..MAX_KEYS * 2 {
            limiter.check(key).unwrap();
        }
        assert!(limiter.whole_at_us.lock().unwrap().len() <= MAX_KEYS);
    }
}
