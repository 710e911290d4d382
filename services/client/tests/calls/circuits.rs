//! Peers that go away and come back.

use crate::fake::{Behaviour, Fake, peers};
use chassis::shutdown::Shutdown;
use client::{CallError, Caller, Cause, PeerHealth, Peers};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long it takes until the order service is found so. The bounds are those of the probe's own test, with
/// slack for a machine that is busy.
async fn until(peers: &Peers, health: PeerHealth, within: Duration) {
    let began = Instant::now();
    while peers.health().order != health {
        let within = within + Duration::from_secs(3);
        assert!(began.elapsed() < within, "not {health:?} after {:?}", began.elapsed());
        sleep(Duration::from_millis(5)).await;
    }
}

async fn until_down(peers: &Peers) {
    until(peers, PeerHealth::Down, Duration::from_millis(2_500)).await;
}

async fn until_up(peers: &Peers) {
    until(peers, PeerHealth::Up, Duration::from_secs(2)).await;
}

fn is_shut_off(error: &CallError) -> bool {
    let CallError::Unavailable(unavailable) = error else { return false };
    (unavailable.cause, unavailable.may_have_happened) == (Cause::CircuitOpen, false)
}

fn watched(fake: &Fake) -> (Peers, Shutdown) {
    let (peers, shutdown) = (peers(fake), Shutdown::new());
    tokio::spawn(peers.clone().watch(shutdown.clone()));
    (peers, shutdown)
}

/// While a peer is down, calls end at once; nothing but probes is sent.
async fn nobody_gets_through(peers: &Peers, fake: &Fake) {
    for _ in 0..500 {
        let error = peers.order.basket(Caller::with_token("key")).await.unwrap_err();
        assert!(is_shut_off(&error), "{error}");
    }
    let shoppers = fake.seen().iter().filter(|seen| seen.headers.contains_key("authorization")).count();
    assert_eq!(shoppers, 0);
}

#[tokio::test]
async fn nothing_is_known_of_a_peer_before_it_was_asked() {
    let fake = Fake::start().await;
    let health = peers(&fake).health();
    assert_eq!([health.user, health.product, health.order], [PeerHealth::Unknown; 3]);
}

#[tokio::test]
async fn probes_are_for_nobody_and_marked_as_such() {
    let fake = Fake::start().await;
    let (peers, shutdown) = watched(&fake);
    until_up(&peers).await;
    while fake.seen().len() < 6 {
        sleep(Duration::from_millis(5)).await;
    }
    shutdown.drain();
    for seen in fake.seen() {
        assert_eq!((seen.header("shopkeeper-probe"), seen.header("authorization")), (Some("1"), None));
        assert_eq!(seen.header("shopkeeper-secret"), Some(crate::fake::SECRET));
        assert!(seen.header("traceparent").unwrap().ends_with("-00"), "nobody wants its trace");
    }
}

#[tokio::test]
async fn a_peer_that_is_stopped_is_down_until_it_is_started_again() {
    let mut fake = Fake::start().await;
    let (peers, shutdown) = watched(&fake);
    until_up(&peers).await;
    for _ in 0..2 {
        fake.stop().await;
        until_down(&peers).await;
        fake.forget();
        nobody_gets_through(&peers, &fake).await;
        fake.start_again();
        until_up(&peers).await;
        peers.order.basket(Caller::with_token("key")).await.unwrap();
    }
    shutdown.drain();
}

#[tokio::test]
async fn a_peer_that_freezes_fails_or_talks_nonsense_is_down_until_it_behaves() {
    for behaviour in [
        Behaviour::Frozen,
        Behaviour::Problem(500),
        Behaviour::Busy(503),
        Behaviour::Page(200),
        Behaviour::Half,
        Behaviour::SlowBody,
    ] {
        let fake = Fake::start().await;
        let (peers, shutdown) = watched(&fake);
        until_up(&peers).await;
        fake.behave(behaviour);
        until_down(&peers).await;
        fake.forget();
        nobody_gets_through(&peers, &fake).await;
        fake.behave(Behaviour::Good);
        until_up(&peers).await;
        peers.order.basket(Caller::with_token("key")).await.unwrap();
        shutdown.drain();
    }
}

#[tokio::test]
async fn a_peer_at_the_wrong_address_is_not_up() {
    let fake = Fake::answering(|_| crate::fake::problem(404)).await;
    let (peers, shutdown) = watched(&fake);
    until_down(&peers).await;
    assert_ne!(peers.health().user, PeerHealth::Up);
    assert_ne!(peers.health().product, PeerHealth::Up);
    shutdown.drain();
}

#[tokio::test]
async fn one_peer_that_is_down_does_not_touch_the_others() {
    let fake = Fake::answering(|seen| match seen.target.as_str() {
        "/api/order" => crate::fake::problem(500),
        _ => crate::fake::usual(seen),
    })
    .await;
    let (peers, shutdown) = watched(&fake);
    until_down(&peers).await;
    assert_eq!([peers.health().user, peers.health().product], [PeerHealth::Up; 2]);
    peers.product.product(Caller::nobody(), "pot").await.unwrap();
    shutdown.drain();
}

#[tokio::test]
async fn a_half_open_circuit_lets_one_call_through_even_after_one_was_given_up() {
    let fake = Fake::start().await;
    // Nobody probes: a call tries the circuit after a while.
    let peers = peers(&fake);
    fake.behave(Behaviour::Busy(503));
    for _ in 0..5 {
        peers.order.basket(Caller::with_token("key")).await.unwrap_err();
    }
    assert_eq!(peers.health().order, PeerHealth::Down);
    fake.behave(Behaviour::Frozen);
    sleep(Duration::from_millis(5_050)).await;
    fake.forget();

    let basket = || {
        let order = peers.order.clone();
        tokio::spawn(async move { order.basket(Caller::with_token("key")).await })
    };
    let given_up = basket();
    while fake.seen().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    assert!(is_shut_off(&basket().await.unwrap().unwrap_err()));
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());

    fake.forget();
    let trial = basket();
    while fake.seen().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    for _ in 0..20 {
        assert!(is_shut_off(&basket().await.unwrap().unwrap_err()));
    }
    assert_eq!(fake.seen().len(), 1);
    fake.behave(Behaviour::Good);
    trial.await.unwrap().unwrap();
    assert_eq!(peers.health().order, PeerHealth::Up);
    for call in (0..20).map(|_| basket()).collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
}
