//! The life of one part's process, decided without touching it: what happened and the time go in, what to do
//! comes out.

use std::time::{Duration, Instant};

use crate::kernel::Signal;
use crate::status::State;

/// How long a part may take to finish what it took before it is killed.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(10);
/// A part that crashes is started again after this; each further crash doubles it.
const FIRST_RESTART_AFTER: Duration = Duration::from_millis(200);
const LAST_RESTART_AFTER: Duration = Duration::from_secs(10);
/// A part that ran this long before it crashed counts as healthy: the doubling begins anew.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);

/// What happened to a part, or what somebody wants of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    /// Its process is gone.
    Exited,
    /// The deadline has passed.
    DeadlinePassed,
    Stop,
    Freeze,
    Start,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Spawn,
    Send(Signal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    Frozen,
    Stopping { kill_at: Instant },
    Stopped,
    Restarting { at: Instant },
}

/// One part under supervision.
#[derive(Debug)]
pub(crate) struct Supervised {
    phase: Phase,
    started_at: Instant,
    crashes_in_a_row: u32,
    /// How often a crash was answered with a new process.
    pub(crate) restarts: u32,
}

impl Supervised {
    /// A part whose process was started at `now`.
    pub(crate) fn started(now: Instant) -> Self {
        Self { phase: Phase::Running, started_at: now, crashes_in_a_row: 0, restarts: 0 }
    }

    /// What the part looks like from outside. One that is being stopped runs until its process is gone.
    pub(crate) fn state(&self) -> State {
        match self.phase {
            Phase::Running | Phase::Stopping { .. } => State::Running,
            Phase::Frozen => State::Frozen,
            Phase::Stopped => State::Stopped,
            Phase::Restarting { .. } => State::Restarting,
        }
    }

    /// When [`Happening::DeadlinePassed`] is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Stopping { kill_at: at } | Phase::Restarting { at } => Some(at),
            _ => None,
        }
    }

    /// Moves on and says what to do.
    ///
    /// # Errors
    /// Why that can't be done now, to be read after "the product service".
    pub(crate) fn on(&mut self, happening: Happening, now: Instant) -> Result<Vec<Action>, &'static str> {
        use Action::{Send, Spawn};
        use Happening::{DeadlinePassed, Exited, Freeze, Start, Stop};

        let (phase, actions) = match (self.phase, happening) {
            (Phase::Running, Stop) => (stopping(now), vec![Send(Signal::Terminate)]),
            // A frozen process takes no notice of SIGTERM until it is thawed.
            (Phase::Frozen, Stop) => (stopping(now), vec![Send(Signal::Terminate), Send(Signal::Thaw)]),
            (Phase::Restarting { .. }, Stop) => (Phase::Stopped, vec![]),
            (Phase::Stopping { .. } | Phase::Stopped, Stop) => (self.phase, vec![]),

            (Phase::Running, Freeze) => (Phase::Frozen, vec![Send(Signal::Freeze)]),
            (Phase::Frozen, Freeze) => (self.phase, vec![]),
            (Phase::Stopping { .. }, Freeze | Start) => {
                return Err("is being stopped: wait until it is gone");
            }
            (Phase::Stopped, Freeze) => return Err("is stopped: start it first"),
            (Phase::Restarting { .. }, Freeze) => return Err("has crashed and is not back yet"),

            (Phase::Running, Start) => (self.phase, vec![]),
            (Phase::Frozen, Start) => (Phase::Running, vec![Send(Signal::Thaw)]),
            (Phase::Stopped | Phase::Restarting { .. }, Start) => (Phase::Running, vec![Spawn]),

            (Phase::Stopping { .. }, Exited) => (Phase::Stopped, vec![]),
            (Phase::Running | Phase::Frozen, Exited) => (self.crashed(now), vec![]),
            (Phase::Stopped | Phase::Restarting { .. }, Exited) => (self.phase, vec![]),

            (Phase::Stopping { .. }, DeadlinePassed) => (stopping(now), vec![Send(Signal::Kill)]),
            (Phase::Restarting { .. }, DeadlinePassed) => {
                self.restarts += 1;
                (Phase::Running, vec![Spawn])
            }
            (_, DeadlinePassed) => (self.phase, vec![]),
        };
        self.phase = phase;
        if actions.contains(&Spawn) {
            self.started_at = now;
        }
        Ok(actions)
    }

    fn crashed(&mut self, now: Instant) -> Phase {
        if now.duration_since(self.started_at) >= HEALTHY_AFTER {
            self.crashes_in_a_row = 0;
        }
        let wait =
            FIRST_RESTART_AFTER.saturating_mul(1 << self.crashes_in_a_row.min(16)).min(LAST_RESTART_AFTER);
        self.crashes_in_a_row += 1;
        Phase::Restarting { at: now + wait }
    }
}

fn stopping(now: Instant) -> Phase {
    Phase::Stopping { kill_at: now + STOP_WITHIN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action::{Send, Spawn};
    use Happening::{DeadlinePassed, Exited, Freeze, Start, Stop};

    /// A part to which all of this has happened, and what the last of it led to.
    fn after(happenings: &[Happening]) -> (Supervised, Result<Vec<Action>, &'static str>) {
        let now = Instant::now();
        let mut part = Supervised::started(now);
        let mut last = Ok(vec![]);
        for happening in happenings {
            last = part.on(*happening, now);
        }
        (part, last)
    }

    #[test]
    fn a_crashed_part_comes_back() {
        let (part, actions) = after(&[Exited]);
        assert_eq!((part.state(), actions), (State::Restarting, Ok(vec![])));
        let (part, actions) = after(&[Exited, DeadlinePassed]);
        assert_eq!((part.state(), part.restarts, actions), (State::Running, 1, Ok(vec![Spawn])));
    }

    #[test]
    fn a_stopped_part_does_not_come_back_until_it_is_started() {
        let (part, actions) = after(&[Stop]);
        assert_eq!((part.state(), actions), (State::Running, Ok(vec![Send(Signal::Terminate)])));
        let (part, actions) = after(&[Stop, Exited]);
        assert_eq!((part.state(), part.deadline(), actions), (State::Stopped, None, Ok(vec![])));
        let (part, actions) = after(&[Stop, Exited, Start]);
        assert_eq!((part.state(), part.restarts, actions), (State::Running, 0, Ok(vec![Spawn])));
    }

    #[test]
    fn a_part_that_does_not_end_in_time_is_killed() {
        let (part, actions) = after(&[Stop, DeadlinePassed]);
        assert_eq!(actions, Ok(vec![Send(Signal::Kill)]));
        assert!(part.deadline().is_some());
    }

    #[test]
    fn a_frozen_part_is_thawed_or_stopped() {
        assert_eq!(after(&[Freeze]).1, Ok(vec![Send(Signal::Freeze)]));
        let (part, actions) = after(&[Freeze, Start]);
        assert_eq!((part.state(), actions), (State::Running, Ok(vec![Send(Signal::Thaw)])));
        assert_eq!(after(&[Freeze, Stop]).1, Ok(vec![Send(Signal::Terminate), Send(Signal::Thaw)]));
        assert_eq!(after(&[Freeze, Exited]).0.state(), State::Restarting);
    }

    #[test]
    fn a_crashed_part_can_be_stopped_and_started_at_once() {
        assert_eq!(after(&[Exited, Stop]).0.state(), State::Stopped);
        assert_eq!(after(&[Exited, Start]).1, Ok(vec![Spawn]));
    }

    #[test]
    fn asking_twice_changes_nothing() {
        for happenings in [&[Start][..], &[Freeze, Freeze], &[Stop, Stop], &[Stop, Exited, Stop]] {
            assert_eq!(after(happenings).1, Ok(vec![]), "{happenings:?}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_changes_nothing() {
        for happenings in [&[Stop, Exited, Freeze][..], &[Stop, Start], &[Stop, Freeze], &[Exited, Freeze]] {
            assert!(after(happenings).1.is_err(), "{happenings:?}");
            let (before, _) = after(&happenings[..happenings.len() - 1]);
            assert_eq!(after(happenings).0.state(), before.state());
        }
    }

    #[test]
    fn waiting_doubles_with_each_crash_up_to_a_bound_and_begins_anew_after_a_healthy_run() {
        let mut now = Instant::now();
        let mut part = Supervised::started(now);
        let mut waits = Vec::new();
        for _ in 0..40 {
            part.on(Exited, now).expect("a crash is never refused");
            let deadline = part.deadline().expect("it is to come back");
            waits.push((deadline - now).as_millis());
            now = deadline;
            part.on(DeadlinePassed, now).expect("a deadline is never refused");
        }
        assert_eq!(waits[..7], [200, 400, 800, 1600, 3200, 6400, 10_000]);
        assert_eq!(waits.last(), Some(&10_000));

        part.on(Exited, now + HEALTHY_AFTER).expect("a crash is never refused");
        assert_eq!(part.deadline(), Some(now + HEALTHY_AFTER + FIRST_RESTART_AFTER));
    }
}
