//! How long calls take at most, and how many are under way.

use crate::fake::{Behaviour, Fake, peers, peers_within};
use chassis::{metrics::Metrics, secret::ShopSecret, shutdown::Shutdown};
use client::{CallError, Caller, Cause, Limits, PeerHealth, Peers, ProductQuery, Settings};
use std::time::Duration;
use tokio::time::{Instant, sleep};

fn cause(error: &CallError) -> Cause {
    match error {
        CallError::Unavailable(unavailable) => unavailable.cause,
        CallError::Refused(refused) => panic!("refused: {refused}"),
    }
}

/// A peer that is watched, and has been found up.
async fn watched(fake: &Fake, limits: Limits) -> (Peers, Shutdown) {
    let (peers, shutdown) = (peers_within(fake, limits).0, Shutdown::new());
    tokio::spawn(peers.clone().watch(shutdown.clone()));
    let deadline = Instant::now() + Duration::from_secs(30);
    while peers.health().user != PeerHealth::Up || peers.health().product != PeerHealth::Up {
        assert!(Instant::now() < deadline, "it was never found up");
        sleep(Duration::from_millis(5)).await;
    }
    (peers, shutdown)
}

/// The shortest of a few calls: a machine that is busy makes some of them longer, a limit that is wrong all.
async fn shortest_ms(call: impl AsyncFn(&Peers) -> CallError) -> u128 {
    let fake = Fake::start().await;
    fake.behave(Behaviour::Frozen);
    let mut shortest = u128::MAX;
    for _ in 0..3 {
        let peers = peers(&fake);
        let began = Instant::now();
        assert_eq!(cause(&call(&peers).await), Cause::TimedOut);
        shortest = shortest.min(began.elapsed().as_millis());
    }
    shortest
}

#[tokio::test]
async fn a_read_takes_one_second_at_most_and_a_write_1_4_with_their_retries() {
    let read = async |peers: &Peers| peers.product.product(Caller::nobody(), "pot").await.unwrap_err();
    let write = async |peers: &Peers| peers.user.log_out(Caller::nobody()).await.unwrap_err();
    let (read, write) = tokio::join!(shortest_ms(read), shortest_ms(write));
    assert!((1_000..1_300).contains(&read), "{read} ms");
    assert!((1_400..1_700).contains(&write), "{write} ms");
}

#[tokio::test]
async fn nobody_waits_longer_than_the_caller_who_has_little_time() {
    let until = |time_ms| Caller::nobody().until(Instant::now() + Duration::from_millis(time_ms));
    let read = async |peers: &Peers| peers.product.product(until(300), "pot").await.unwrap_err();
    let write = async |peers: &Peers| peers.user.log_out(until(1_200)).await.unwrap_err();
    let (read, write) = tokio::join!(shortest_ms(read), shortest_ms(write));
    assert!((300..600).contains(&read), "{read} ms");
    assert!((1_200..1_400).contains(&write), "{write} ms");
}

#[tokio::test]
async fn what_is_asked_too_late_is_not_sent_and_hurry_opens_no_circuit() {
    let fake = Fake::start().await;
    let peers = peers(&fake);
    let ask = async |time_ms| {
        let caller = Caller::nobody().until(Instant::now() + Duration::from_millis(time_ms));
        let CallError::Unavailable(error) = peers.order.basket(caller).await.unwrap_err() else {
            panic!("refused")
        };
        (error.cause, error.may_have_happened)
    };
    for time_ms in [0, 50] {
        assert_eq!(ask(time_ms).await, (Cause::TimedOut, false));
    }
    assert!(fake.seen().is_empty());
    fake.behave(Behaviour::Frozen);
    for _ in 0..6 {
        assert_eq!(ask(150).await, (Cause::TimedOut, true));
    }
    fake.behave(Behaviour::Good);
    peers.order.basket(Caller::with_token("key")).await.unwrap();
}

#[tokio::test]
async fn passwords_and_imports_take_the_time_that_they_take() {
    let fake = Fake::start().await;
    let peers = peers(&fake);
    let past = Caller::nobody().until(Instant::now());
    peers.user.log_in(past, "ada", "difference engine").await.unwrap();
    peers.product.import(past, "", true).await.unwrap();
}

#[tokio::test]
async fn a_login_waits_for_its_turn_while_the_service_is_well() {
    let fake = Fake::start().await;
    // Probes that a busy machine holds up are not what this is about.
    let limits = Limits { probe: Duration::from_secs(5), ..Limits::default() };
    let (peers, shutdown) = watched(&fake, limits).await;
    fake.behave(Behaviour::Late("/api/user/login", Duration::from_secs(3)));
    peers.user.log_in(Caller::nobody(), "ada", "difference engine").await.unwrap();
    shutdown.drain();
}

#[tokio::test]
async fn a_login_is_given_up_once_the_circuit_opens() {
    let fake = Fake::start().await;
    let (peers, shutdown) = watched(&fake, Limits::default()).await;
    fake.behave(Behaviour::Frozen);
    let began = Instant::now();
    let error = peers.user.log_in(Caller::nobody(), "ada", "difference engine").await.unwrap_err();
    let took = began.elapsed();
    assert_eq!(cause(&error), Cause::TimedOut);
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(peers.health().user, PeerHealth::Down);
    shutdown.drain();
}

#[tokio::test]
async fn an_import_goes_on_for_long_but_not_at_a_service_that_is_gone() {
    let limits = Limits {
        write: Duration::from_millis(100),
        import_patience: Duration::from_millis(500),
        probe: Duration::from_secs(2),
        ..Limits::default()
    };
    let fake = Fake::start().await;
    let (peers, shutdown) = watched(&fake, limits).await;
    fake.behave(Behaviour::Late("/api/products/import", Duration::from_secs(3)));
    peers.product.import(Caller::nobody(), "", true).await.unwrap();
    fake.behave(Behaviour::Frozen);
    let began = Instant::now();
    let error = peers.product.import(Caller::nobody(), "", true).await.unwrap_err();
    assert_eq!(cause(&error), Cause::TimedOut);
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    shutdown.drain();
}

#[tokio::test]
async fn the_65th_call_is_not_sent_and_a_place_is_free_again_when_a_caller_goes_away() {
    let fake = Fake::start().await;
    fake.behave(Behaviour::Frozen);
    let limits =
        Limits { read_attempt: Duration::from_secs(60), read: Duration::from_secs(60), ..Limits::default() };
    let (peers, _) = peers_within(&fake, limits);
    let mut calls = Vec::new();
    for _ in 0..64 {
        let product = peers.product.clone();
        calls.push(tokio::spawn(async move { product.product(Caller::nobody(), "pot").await }));
    }
    while fake.seen().len() < 64 {
        sleep(Duration::from_millis(5)).await;
    }
    let error = peers.product.product(Caller::nobody(), "pot").await.unwrap_err();
    let CallError::Unavailable(unavailable) = error else { panic!("{error}") };
    assert_eq!((unavailable.cause, unavailable.may_have_happened), (Cause::Full, false));
    assert_eq!(fake.seen().len(), 64);
    // Other peers have their own places.
    fake.behave(Behaviour::Good);
    peers.user.current(Caller::with_token("key")).await.unwrap();

    fake.behave(Behaviour::Frozen);
    for call in calls {
        call.abort();
        let _ = call.await;
    }
    fake.behave(Behaviour::Good);
    peers.product.product(Caller::nobody(), "pot").await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused_without_asking() {
    let fake = Fake::start().await;
    let peers = peers(&fake);
    let long = "ü".repeat(30_000);
    for _ in 0..10 {
        let error = peers.product.product(Caller::nobody(), &long).await.unwrap_err();
        assert!(error.refused_with(404).is_some(), "{error}");
        let query = ProductQuery { q: Some(long.clone()), ..ProductQuery::default() };
        let error = peers.product.list(Caller::nobody(), &query).await.unwrap_err();
        assert!(error.refused_with(400).is_some(), "{error}");
    }
    assert!(fake.seen().is_empty());
    peers.product.product(Caller::nobody(), "pot").await.unwrap();
}

#[test]
fn an_address_of_a_service_is_checked_before_anything_is_sent() {
    let secret = ShopSecret::new(crate::fake::SECRET).unwrap();
    let built = |url: &str| {
        let good = "http://127.0.0.1:1";
        Peers::new(Settings::new(good, url, good, secret.clone()), &Metrics::new("storefront", "0")).err()
    };
    for url in ["", "product", "127.0.0.1:8082", "ftp://product", "http://product/?a=1", "unix:/run/product"]
    {
        let error = built(url).unwrap_or_else(|| panic!("{url:?} was taken"));
        assert!(format!("{error:#}").starts_with("cannot call the product service: "), "{error:#}");
    }
    for url in ["http://product", "http://product:8080/", "http://[::1]:8082", "http://proxy/product/"] {
        assert!(built(url).is_none(), "{url:?} was not taken");
    }
}
