use super::{Breaker, State};
use crate::health::PeerHealth::{Down, Unknown, Up};
use std::time::Duration;
use tokio::time::Instant;

/// A breaker and a clock that goes on as told.
struct Bench {
    breaker: Breaker,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        let now = Instant::now();
        Self { breaker: Breaker::new(now), now }
    }

    fn opened() -> Self {
        let mut bench = Self::new();
        (0..5).for_each(|_| bench.call(false));
        assert_eq!(bench.breaker.state(), State::Open);
        bench
    }

    fn call(&mut self, is_good: bool) {
        let leave = self.breaker.pass(self.now).expect("the call is let through");
        self.breaker.ended(leave, is_good, self.now);
    }

    fn probe(&mut self, is_good: bool) -> State {
        self.breaker.probed(is_good, self.now);
        self.breaker.state()
    }

    fn wait_ms(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }

    fn is_refused(&mut self) -> bool {
        self.breaker.pass(self.now).is_none()
    }
}

#[test]
fn five_failures_in_a_row_open_it_and_a_good_call_begins_the_count_anew() {
    let mut bench = Bench::new();
    // So many good calls that the share of failures says nothing here.
    (0..100).for_each(|_| bench.call(true));
    (0..4).for_each(|_| bench.call(false));
    bench.call(true);
    (0..4).for_each(|_| bench.call(false));
    assert_eq!(bench.breaker.state(), State::Closed);
    bench.call(false);
    assert_eq!(bench.breaker.state(), State::Open);
    assert!(bench.is_refused());
}

#[test]
fn half_of_ten_calls_within_five_seconds_open_it() {
    let mut bench = Bench::new();
    for number in 0..9 {
        bench.call(number % 2 == 0);
        bench.wait_ms(400);
    }
    assert_eq!(bench.breaker.state(), State::Closed, "nine calls say nothing");
    bench.call(false);
    assert_eq!(bench.breaker.state(), State::Open);
}

#[test]
fn less_than_half_does_not_open_it_however_many() {
    let mut bench = Bench::new();
    for number in 0..3_000 {
        bench.call(number % 5 < 3);
        bench.wait_ms(7);
    }
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn what_is_older_than_five_seconds_is_forgotten() {
    let mut bench = Bench::new();
    for _ in 0..4 {
        bench.call(false);
    }
    bench.call(true);
    for _ in 0..4 {
        bench.call(false);
    }
    bench.wait_ms(5_500);
    bench.call(true);
    // Eight failures and one good call are past; these are one good call and three failures.
    (0..3).for_each(|_| bench.call(false));
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn two_failed_probes_open_it_unless_a_call_was_good_in_between() {
    let mut bench = Bench::new();
    assert_eq!(bench.probe(false), State::Closed);
    bench.call(true);
    assert_eq!(bench.probe(false), State::Closed);
    assert_eq!(bench.probe(true), State::Closed);
    assert_eq!(bench.probe(false), State::Closed);
    assert_eq!(bench.probe(false), State::Open);
}

#[test]
fn after_a_good_probe_one_call_is_let_through_and_closes_it() {
    let mut bench = Bench::opened();
    assert_eq!(bench.probe(true), State::HalfOpen);
    let trial = bench.breaker.pass(bench.now).unwrap();
    assert!(trial.is_trial);
    assert!(bench.is_refused());
    assert!(bench.is_refused());
    bench.breaker.ended(trial, true, bench.now);
    assert_eq!(bench.breaker.state(), State::Closed);
    (0..100).for_each(|_| assert!(bench.breaker.pass(bench.now).is_some()));
}

#[test]
fn a_trial_that_fails_opens_it_again_and_one_that_is_given_up_makes_room_for_another() {
    let mut bench = Bench::opened();
    bench.probe(true);
    let trial = bench.breaker.pass(bench.now).unwrap();
    bench.breaker.given_back(trial);
    let trial = bench.breaker.pass(bench.now).expect("the first one was given back");
    bench.breaker.ended(trial, false, bench.now);
    assert_eq!(bench.breaker.state(), State::Open);
    assert!(bench.is_refused());
}

#[test]
fn a_second_good_probe_closes_it_and_a_bad_one_opens_it() {
    let mut bench = Bench::opened();
    assert_eq!(bench.probe(true), State::HalfOpen);
    assert_eq!(bench.probe(true), State::Closed);

    let mut bench = Bench::opened();
    assert_eq!(bench.probe(true), State::HalfOpen);
    assert_eq!(bench.probe(false), State::Open);
}

#[test]
fn what_was_let_through_before_it_opened_says_nothing_afterwards() {
    let mut bench = Bench::new();
    let (early, late) = (bench.breaker.pass(bench.now).unwrap(), bench.breaker.pass(bench.now).unwrap());
    (0..5).for_each(|_| bench.call(false));
    bench.breaker.ended(early, true, bench.now);
    assert_eq!(bench.breaker.state(), State::Open);
    bench.probe(true);
    let trial = bench.breaker.pass(bench.now).unwrap();
    bench.breaker.ended(late, false, bench.now);
    assert_eq!(bench.breaker.state(), State::HalfOpen);
    bench.breaker.given_back(early);
    assert!(bench.is_refused(), "the trial is still under way");
    bench.breaker.ended(trial, true, bench.now);
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn closed_by_probes_alone_it_opens_at_the_first_call_that_fails() {
    let mut bench = Bench::opened();
    bench.probe(true);
    bench.probe(true);
    bench.call(false);
    assert_eq!(bench.breaker.state(), State::Open, "probes and calls disagree, and calls count");
    bench.probe(true);
    bench.probe(true);
    bench.call(true);
    (0..4).for_each(|_| bench.call(false));
    assert_eq!(bench.breaker.state(), State::Closed, "a good call ends the probation");
}

#[test]
fn opened_by_probes_alone_it_takes_five_failures_after_it_has_closed() {
    let mut bench = Bench::new();
    for is_good in [false, false, true, true] {
        bench.probe(is_good);
    }
    (0..4).for_each(|_| bench.call(false));
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[test]
fn without_probes_a_call_tries_it_after_five_seconds() {
    let mut bench = Bench::opened();
    bench.wait_ms(4_999);
    assert!(bench.is_refused());
    bench.wait_ms(1);
    let trial = bench.breaker.pass(bench.now).unwrap();
    assert!(trial.is_trial && bench.is_refused());
    bench.breaker.ended(trial, true, bench.now);
    assert_eq!(bench.breaker.state(), State::Closed);

    let mut probed = Bench::opened();
    for _ in 0..9 {
        probed.wait_ms(1_000);
        probed.probe(false);
        assert!(probed.is_refused(), "somebody looks after it");
    }
}

#[test]
fn a_peer_is_up_while_good_answers_are_fresh_and_down_while_it_is_left_alone() {
    let mut bench = Bench::new();
    assert_eq!(bench.breaker.health(bench.now), Unknown);
    bench.call(false);
    assert_eq!(bench.breaker.health(bench.now), Unknown, "one failure proves nothing");
    bench.probe(true);
    assert_eq!(bench.breaker.health(bench.now), Up);
    bench.wait_ms(5_000);
    assert_eq!(bench.breaker.health(bench.now), Up);
    bench.wait_ms(1);
    assert_eq!(bench.breaker.health(bench.now), Unknown, "nothing was heard for long");
    bench.call(true);
    assert_eq!(bench.breaker.health(bench.now), Up);
    (0..5).for_each(|_| bench.call(false));
    assert_eq!(bench.breaker.health(bench.now), Down);
    bench.probe(true);
    assert_eq!(bench.breaker.health(bench.now), Down, "on trial");
    bench.probe(true);
    assert_eq!(bench.breaker.health(bench.now), Up);
}
