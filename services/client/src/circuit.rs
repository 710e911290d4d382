//! The circuit to one peer as calls and probes share it: the breaker behind a lock, and who is told.

use crate::{
    breaker::{Breaker, Leave, State},
    health::PeerHealth,
};
use prometheus::IntGauge;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// The circuit to one peer. Clones are one.
#[derive(Clone)]
pub(crate) struct Circuit(Arc<Shared>);

struct Shared {
    peer: &'static str,
    breaker: Mutex<Breaker>,
    state: watch::Sender<State>,
    gauge: IntGauge,
}

/// A call that was let through. Dropped without a word, it gives its leave back.
pub(crate) struct Passage {
    circuit: Circuit,
    leave: Option<Leave>,
    /// It is the one call that a half-open circuit lets through.
    pub(crate) is_trial: bool,
}

impl Circuit {
    pub(crate) fn new(peer: &'static str, gauge: IntGauge) -> Self {
        let breaker = Mutex::new(Breaker::new(Instant::now()));
        let (state, _) = watch::channel(State::Closed);
        gauge.set(gauge_value(State::Closed));
        Self(Arc::new(Shared { peer, breaker, state, gauge }))
    }

    /// Whether a call would be let through.
    pub(crate) fn would_pass(&self) -> bool {
        self.with(|breaker, now| breaker.would_pass(now))
    }

    /// Lets a call through, unless the peer is to be left alone.
    pub(crate) fn pass(&self) -> Option<Passage> {
        let leave = self.with(Breaker::pass)?;
        Some(Passage { circuit: self.clone(), leave: Some(leave), is_trial: leave.is_trial })
    }

    pub(crate) fn probed(&self, is_good: bool) {
        self.with(|breaker, now| breaker.probed(is_good, now));
    }

    pub(crate) fn state(&self) -> State {
        *self.0.state.borrow()
    }

    pub(crate) fn health(&self) -> PeerHealth {
        self.with(|breaker, now| breaker.health(now))
    }

    /// Resolves once the circuit has not been closed for that long.
    pub(crate) async fn broken_for(&self, patience: Duration) {
        let mut states = self.0.state.subscribe();
        loop {
            // The sender lives as long as `self`, so that neither wait can fail.
            let _ = states.wait_for(|state| *state != State::Closed).await;
            if timeout(patience, states.wait_for(|state| *state == State::Closed)).await.is_err() {
                return;
            }
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Breaker, Instant) -> T) -> T {
        let mut breaker = self.0.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut breaker, Instant::now());
        // Told within the lock, so that the last one told is the last one that was.
        self.tell(breaker.state());
        result
    }

    fn tell(&self, state: State) {
        let peer = self.0.peer;
        let is_new = self.0.state.send_if_modified(|known| std::mem::replace(known, state) != state);
        if !is_new {
            return;
        }
        self.0.gauge.set(gauge_value(state));
        match state {
            State::Open => tracing::warn!(peer, "a service does not answer as it should: its circuit opens"),
            State::HalfOpen => tracing::info!(peer, "a service answers a probe: its circuit is tried"),
            State::Closed => tracing::info!(peer, "a service answers again: its circuit closes"),
        }
    }
}

impl Passage {
    /// The call came to its end; the peer was good for something or not.
    pub(crate) fn ended(mut self, is_good: bool) {
        if let Some(leave) = self.leave.take() {
            self.circuit.with(|breaker, now| breaker.ended(leave, is_good, now));
        }
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        if let Some(leave) = self.leave.take() {
            self.circuit.with(|breaker, _| breaker.given_back(leave));
        }
    }
}

fn gauge_value(state: State) -> i64 {
    match state {
        State::Closed => 0,
        State::HalfOpen => 1,
        State::Open => 2,
    }
}
