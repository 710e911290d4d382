//! Asks a peer something small in the background, so that its end and its return are known before a shopper
//! has to find out.

use crate::{answer::Answer, breaker::State, call::Call, circuit::Circuit};
use chassis::shutdown::Shutdown;
use std::{ops::RangeInclusive, time::Duration};
use tokio::time::{Instant, sleep};

/// How many milliseconds after a probe another one follows that is to confirm it: a first failure, a first
/// success.
const CONFIRM_AFTER_MS: RangeInclusive<u64> = 50..=150;

/// A small question, and which answers to it are good.
pub(crate) struct Question {
    pub(crate) call: fn() -> Call<'static>,
    pub(crate) is_good: fn(&Answer) -> bool,
}

/// Asks, once in every `every` give or take a tenth, until the process drains. One probe at a time.
pub(crate) async fn watch<F: Future<Output = bool>>(
    circuit: &Circuit,
    every: Duration,
    shutdown: &Shutdown,
    ask: impl Fn() -> F,
) {
    // Processes that started together do not ask together.
    let mut wait = every.mul_f64(rand::random_range(0.0..0.1));
    let mut was_good = true;
    while shutdown.unless_draining(sleep(wait)).await.is_some() {
        let began = Instant::now();
        let Some(is_good) = shutdown.unless_draining(ask()).await else { return };
        circuit.probed(is_good);
        let is_to_be_confirmed = match circuit.state() {
            State::Closed => !is_good && was_good,
            State::HalfOpen => true,
            State::Open => false,
        };
        was_good = is_good;
        wait = if is_to_be_confirmed {
            Duration::from_millis(rand::random_range(CONFIRM_AFTER_MS))
        } else {
            every.mul_f64(rand::random_range(0.9..1.1)).saturating_sub(began.elapsed())
        };
    }
}

#[cfg(test)]
mod tests {
    use super::watch;
    use crate::{
        circuit::Circuit,
        health::PeerHealth::{self, Down, Up},
    };
    use chassis::shutdown::Shutdown;
    use prometheus::IntGauge;
    use std::{
        sync::atomic::{AtomicBool, AtomicU32, Ordering},
        time::Duration,
    };
    use tokio::time::{Instant, sleep};

    const EVERY: Duration = Duration::from_secs(1);

    /// How long the circuit takes to say so.
    async fn until(circuit: &Circuit, health: PeerHealth) -> Duration {
        let began = Instant::now();
        while circuit.health() != health {
            sleep(Duration::from_millis(1)).await;
        }
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_freezes_is_down_within_2_5_s_and_up_within_2_s_whatever_the_moment() {
        let circuit = Circuit::new("order", IntGauge::new("state", "state").unwrap());
        let (is_frozen, shutdown) = (AtomicBool::new(false), Shutdown::new());
        let ask = || async {
            // A probe that is given up after half a second; a frozen peer answers it once it goes on.
            for _ in 0..500 {
                if !is_frozen.load(Ordering::Relaxed) {
                    return true;
                }
                sleep(Duration::from_millis(1)).await;
            }
            false
        };
        let rounds = async {
            for round in 0..200 {
                until(&circuit, Up).await;
                sleep(Duration::from_millis(13 * round)).await;
                is_frozen.store(true, Ordering::Relaxed);
                let down = until(&circuit, Down).await;
                assert!(down <= Duration::from_millis(2_500), "{down:?}");
                sleep(Duration::from_millis(17 * round)).await;
                is_frozen.store(false, Ordering::Relaxed);
                let up = until(&circuit, Up).await;
                assert!(up <= Duration::from_secs(2), "{up:?}");
            }
            shutdown.drain();
        };
        tokio::join!(watch(&circuit, EVERY, &shutdown, ask), rounds);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_is_asked_about_once_a_second_be_it_up_or_down() {
        for is_good in [true, false] {
            let circuit = Circuit::new("order", IntGauge::new("state", "state").unwrap());
            let (asked, shutdown) = (AtomicU32::new(0), Shutdown::new());
            let ask = || async {
                asked.fetch_add(1, Ordering::Relaxed);
                is_good
            };
            let end = async {
                sleep(Duration::from_secs(100)).await;
                shutdown.drain();
            };
            tokio::join!(watch(&circuit, EVERY, &shutdown, ask), end);
            let asked = asked.load(Ordering::Relaxed);
            assert!((90..=113).contains(&asked), "{is_good}: {asked}");
        }
    }
}
