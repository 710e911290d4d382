//! Asks a peer something small in the background, so that its end and its return are known before a shopper
//! has to find out.

use crate::{
    answer::{Answer, Unreadable},
    breaker::State,
    call::Call,
    peer::Peer,
};
use chassis::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How soon a probe is followed by another that is to confirm it: a first failure, a first success.
const CONFIRM_AFTER_MS: std::ops::RangeInclusive<u64> = 50..=150;

/// A small question, and how its answer is read.
pub(crate) struct Question {
    pub(crate) call: fn() -> Call<'static>,
    pub(crate) read: fn(&Answer) -> Result<(), Unreadable>,
}

/// Probes the peer until the process drains. One probe at a time.
pub(crate) async fn watch(peer: &Peer, question: &Question, shutdown: &Shutdown) {
    let every = peer.limits().probe_every;
    // Processes that started together do not ask together.
    let mut wait = every.mul_f64(rand::random_range(0.0..0.1));
    loop {
        if shutdown.unless_draining(sleep(wait)).await.is_none() {
            return;
        }
        let began = Instant::now();
        let call = (question.call)();
        let probe = peer.probe(&call, question.read);
        let Some(is_good) = shutdown.unless_draining(probe).await else { return };
        peer.circuit.probed(is_good);
        let is_settled = match peer.circuit.state() {
            State::Closed => is_good,
            State::HalfOpen => false,
            State::Open => true,
        };
        wait = if is_settled {
            every.mul_f64(rand::random_range(0.9..1.1)).saturating_sub(began.elapsed())
        } else {
            Duration::from_millis(rand::random_range(CONFIRM_AFTER_MS))
        };
    }
}
