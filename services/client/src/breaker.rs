//! When a peer is left alone, decided purely: from what calls and probes said, and the time.
//!
//! Closed → open after [`IN_A_ROW`] failures in a row, when half of at least [`ENOUGH`] calls of the last
//! 5 s failed, or after two failed probes. Open → half-open by a good probe. Half-open → closed by one
//! good call or a second good probe, → open by a bad one.

use crate::health::PeerHealth;
use std::time::Duration;
use tokio::time::Instant;

/// Failures in a row that open the circuit.
pub(crate) const IN_A_ROW: u32 = 5;

/// Failed probes in a row that open the circuit.
const PROBES_IN_A_ROW: u32 = 2;

/// The fewest calls of which a share says something.
const ENOUGH: u32 = 10;

/// How long a good answer says that a peer is up.
const FRESH: Duration = Duration::from_secs(5);

/// After so long without a probe's result, a call may try a circuit that is open: nobody else will.
const SILENCE: Duration = Duration::from_secs(5);

/// The pieces of the window over which the share of failures is taken: 5 s together.
const PIECES: usize = 10;

/// The length of one piece of the window.
const PIECE: Duration = Duration::from_millis(500);

/// Whether calls go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Closed,
    HalfOpen,
    Open,
}

/// Leave to make one call; its outcome is to be told, or the leave given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leave {
    era: u64,
    /// It is the one call that a half-open circuit lets through.
    pub(crate) is_trial: bool,
}

/// The circuit to one peer.
pub(crate) struct Breaker {
    state: State,
    /// Counts the transitions: what was let through before one says nothing after it.
    era: u64,
    /// In the half-open state: its one call is under way.
    on_trial: bool,
    /// Closed by probes alone, after calls had failed: the first call that fails opens it again.
    on_probation: bool,
    failures_in_a_row: u32,
    failed_probes: u32,
    window: Window,
    last_good: Option<Instant>,
    /// When it opened, or was last probed since.
    last_news: Instant,
}

impl Breaker {
    /// A circuit that is closed; nothing is known.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            state: State::Closed,
            era: 0,
            on_trial: false,
            on_probation: false,
            failures_in_a_row: 0,
            failed_probes: 0,
            window: Window::new(now),
            last_good: None,
            last_news: now,
        }
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// Whether a call would be let through.
    pub(crate) fn would_pass(&self, now: Instant) -> bool {
        match self.state {
            State::Closed => true,
            State::HalfOpen => !self.on_trial,
            State::Open => self.is_forgotten(now),
        }
    }

    /// Leave for a call; none if the peer is to be left alone.
    pub(crate) fn pass(&mut self, now: Instant) -> Option<Leave> {
        if !self.would_pass(now) {
            return None;
        }
        if self.state == State::Open {
            self.turn(State::HalfOpen, now);
        }
        let is_trial = self.state == State::HalfOpen;
        self.on_trial = is_trial;
        Some(Leave { era: self.era, is_trial })
    }

    /// The call came to an end, and the peer was good for something or not.
    pub(crate) fn ended(&mut self, leave: Leave, is_good: bool, now: Instant) {
        if leave.era != self.era {
            return;
        }
        match (self.state, is_good) {
            (State::Closed, true) => {
                self.window.add(true, now);
                self.heard(now);
                self.on_probation = false;
            }
            (State::Closed, false) => {
                self.window.add(false, now);
                self.failures_in_a_row += 1;
                if self.on_probation || self.failures_in_a_row >= IN_A_ROW || self.window.is_bad(now) {
                    self.open(true, now);
                }
            }
            (State::HalfOpen, true) => {
                self.turn(State::Closed, now);
                self.heard(now);
                self.on_probation = false;
            }
            (State::HalfOpen, false) => self.open(true, now),
            // Nothing is let through in this state.
            (State::Open, _) => {}
        }
    }

    /// The call ended without saying anything of the peer: whoever made it went away.
    pub(crate) fn given_back(&mut self, leave: Leave) {
        if leave.era == self.era && leave.is_trial {
            self.on_trial = false;
        }
    }

    /// A probe came to its end.
    pub(crate) fn probed(&mut self, is_good: bool, now: Instant) {
        self.last_news = now;
        if !is_good {
            self.failed_probes += 1;
            let is_enough = self.failed_probes >= PROBES_IN_A_ROW;
            if self.state == State::HalfOpen || (self.state == State::Closed && is_enough) {
                self.open(false, now);
            }
            return;
        }
        match self.state {
            State::Open => self.turn(State::HalfOpen, now),
            State::HalfOpen => self.turn(State::Closed, now),
            State::Closed => {}
        }
        self.failed_probes = 0;
        if self.state == State::Closed {
            self.last_good = Some(now);
        }
    }

    /// Whether the peer answers, as far as is known.
    pub(crate) fn health(&self, now: Instant) -> PeerHealth {
        match (self.state, self.last_good) {
            (State::Open | State::HalfOpen, _) => PeerHealth::Down,
            (State::Closed, Some(good)) if now.duration_since(good) <= FRESH => PeerHealth::Up,
            (State::Closed, _) => PeerHealth::Unknown,
        }
    }

    fn is_forgotten(&self, now: Instant) -> bool {
        now.duration_since(self.last_news) >= SILENCE
    }

    fn heard(&mut self, now: Instant) {
        self.failures_in_a_row = 0;
        self.failed_probes = 0;
        self.last_good = Some(now);
    }

    fn open(&mut self, by_calls: bool, now: Instant) {
        self.on_probation |= by_calls;
        self.turn(State::Open, now);
    }

    fn turn(&mut self, state: State, now: Instant) {
        self.state = state;
        self.era += 1;
        self.on_trial = false;
        self.failures_in_a_row = 0;
        self.window = Window::new(now);
        self.last_news = now;
    }
}

/// How the calls of the last while ended.
struct Window {
    began: Instant,
    pieces: [Piece; PIECES],
}

/// A short stretch of time.
#[derive(Clone, Copy, Default)]
struct Piece {
    /// How many stretches after the window's beginning.
    number: u128,
    good: u32,
    bad: u32,
}

impl Window {
    fn new(began: Instant) -> Self {
        Self { began, pieces: [Piece::default(); PIECES] }
    }

    fn number(&self, now: Instant) -> u128 {
        now.duration_since(self.began).as_millis() / PIECE.as_millis()
    }

    fn add(&mut self, is_good: bool, now: Instant) {
        let number = self.number(now);
        let place = usize::try_from(number % PIECES as u128).unwrap_or_default();
        let piece = &mut self.pieces[place];
        if piece.number != number {
            *piece = Piece { number, ..Piece::default() };
        }
        if is_good { piece.good += 1 } else { piece.bad += 1 }
    }

    /// Whether at least half of enough calls failed.
    fn is_bad(&self, now: Instant) -> bool {
        let number = self.number(now);
        let recent = self.pieces.iter().filter(|piece| piece.number + PIECES as u128 > number);
        let (good, bad) = recent.fold((0, 0), |(good, bad), piece| (good + piece.good, bad + piece.bad));
        good + bad >= ENOUGH && bad >= good
    }
}

#[cfg(test)]
mod tests;
