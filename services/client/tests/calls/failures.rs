//! How calls end when a peer fails, and how often they are sent.

use crate::fake::{Behaviour, Fake, peers};
use chassis::secret::ShopSecret;
use client::{
    CallError, Caller, Cause, Checkout, NewProduct, OrderQuery, Peers, ProductChanges, ProductQuery,
    Registration, Settings, Unavailable,
};
use contract::order::Merge;
use std::time::Duration;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout},
};
use uuid::Uuid;

fn caller() -> Caller<'static> {
    Caller::with_token("the-key")
}

fn unavailable(error: &CallError) -> &Unavailable {
    match error {
        CallError::Unavailable(unavailable) => unavailable,
        CallError::Refused(refused) => panic!("refused: {refused}"),
    }
}

/// Causes and numbers of requests of a read and of a write at a peer that behaves so.
async fn read_and_write(behaviour: Behaviour) -> [(Cause, bool, usize); 2] {
    let fake = Fake::start().await;
    fake.behave(behaviour.clone());
    let peers = peers(&fake);
    let error = peers.user.current(caller()).await.unwrap_err();
    let read = (unavailable(&error).cause, unavailable(&error).may_have_happened, fake.seen().len());
    fake.forget();
    let error = peers.user.deactivate(caller(), 7).await.unwrap_err();
    let write = (unavailable(&error).cause, unavailable(&error).may_have_happened, fake.seen().len());
    [read, write]
}

#[tokio::test]
async fn a_peer_that_is_stopped_is_unreachable_and_nothing_has_happened() {
    let mut fake = Fake::start().await;
    fake.stop().await;
    let peers = peers(&fake);
    for error in
        [peers.order.basket(caller()).await.unwrap_err(), peers.order.cancel(caller(), 9).await.unwrap_err()]
    {
        let nothing = Unavailable { peer: "order", cause: Cause::Unreachable, may_have_happened: false };
        assert_eq!(unavailable(&error), &nothing);
    }
}

#[tokio::test]
async fn a_peer_that_takes_no_connection_is_unreachable_and_nothing_has_happened() {
    // A queue for two connections, which are never taken out.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        queued.push(stream.unwrap());
    }
    let url = format!("http://{address}");
    let settings = Settings::new(&url, &url, &url, ShopSecret::new(crate::fake::SECRET).unwrap());
    let peers = Peers::new(settings, &chassis::metrics::Metrics::new("storefront", "0")).unwrap();
    let began = Instant::now();
    let error = peers.order.cancel(caller(), 9).await.unwrap_err();
    let nothing = Unavailable { peer: "order", cause: Cause::Unreachable, may_have_happened: false };
    assert_eq!(unavailable(&error), &nothing);
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_peer_that_is_frozen_or_slow_is_timed_out_and_it_may_have_happened() {
    for behaviour in [Behaviour::Frozen, Behaviour::SlowBody] {
        let ended = read_and_write(behaviour.clone()).await;
        assert_eq!(ended, [(Cause::TimedOut, true, 2), (Cause::TimedOut, true, 1)], "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_peer_that_fails_is_asked_again_only_if_nothing_can_come_of_it() {
    for status in [500, 502, 503, 599] {
        let ended = read_and_write(Behaviour::Problem(status)).await;
        let cause = Cause::ServerError(status);
        assert_eq!(ended, [(cause, true, 2), (cause, true, 1)]);
    }
}

#[tokio::test]
async fn a_peer_that_says_when_to_come_back_is_not_asked_before() {
    let ended = read_and_write(Behaviour::Busy(503)).await;
    assert_eq!(ended, [(Cause::ServerError(503), true, 1); 2]);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_whole_may_have_changed_something() {
    for behaviour in [Behaviour::Close, Behaviour::Half] {
        let ended = read_and_write(behaviour.clone()).await;
        assert_eq!(ended, [(Cause::Broken, true, 2), (Cause::Broken, true, 1)], "{behaviour:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_garbage_and_not_asked_for_again() {
    for behaviour in [
        Behaviour::Raw("what is this?\r\n\r\n"),
        Behaviour::Raw("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"),
        Behaviour::Raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"),
        Behaviour::Raw("HTTP/1.1 204 No Content\r\n\r\n"),
        Behaviour::Page(200),
        Behaviour::Page(404),
        Behaviour::Endless,
    ] {
        let ended = read_and_write(behaviour.clone()).await;
        assert_eq!(ended, [(Cause::Garbage, true, 1); 2], "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_neither_a_failure_nor_asked_for_again() {
    let fake = Fake::start().await;
    let peers = peers(&fake);
    for status in [400, 401, 403, 404, 408, 409, 412, 413, 422, 429] {
        fake.behave(Behaviour::Busy(status));
        for _ in 0..20 {
            fake.forget();
            let error = peers.user.current(caller()).await.unwrap_err();
            let refused = error.refused_with(status).unwrap_or_else(|| panic!("{status}: {error}"));
            assert_eq!(refused.problem.message, "It is not to be");
            assert_eq!(refused.retry_after, Some(Duration::from_secs(1)));
            assert_eq!(fake.seen().len(), 1);
        }
    }
}

/// A peer that fails once: whether the call goes well in the end, and what was sent.
async fn failing_once<T>(
    call: impl AsyncFn(&Peers) -> Result<T, CallError>,
    behaviour: Behaviour,
) -> (bool, Fake) {
    let fake = Fake::start().await;
    fake.behave(Behaviour::Once(Box::new(behaviour), Box::new(Behaviour::Good)));
    let is_good = call(&peers(&fake)).await.is_ok();
    (is_good, fake)
}

#[tokio::test]
async fn what_takes_effect_once_is_sent_a_second_time() {
    let merge = Merge { merge_id: Uuid::from_u128(1), changes: Vec::new() };
    let checkout = Checkout {
        idempotency_key: Uuid::from_u128(2),
        expected_total: Some(3),
        delivery_name: None,
        delivery_address: None,
    };
    for behaviour in [Behaviour::Problem(500), Behaviour::Close] {
        macro_rules! sent_twice {
            ($($call:expr),* $(,)?) => {$(
                let (is_good, fake) = failing_once($call, behaviour.clone()).await;
                let seen = fake.seen();
                assert!(is_good && seen.len() == 2, "{} was sent {} times", stringify!($call), seen.len());
                assert_eq!((&seen[0].target, &seen[0].body), (&seen[1].target, &seen[1].body));
            )*};
        }
        sent_twice!(
            async |peers: &Peers| peers.user.current(caller()).await,
            async |peers: &Peers| peers.user.users(caller(), 1, None).await,
            async |peers: &Peers| peers.user.refresh(caller(), "token").await,
            async |peers: &Peers| peers.user.log_out(caller()).await,
            async |peers: &Peers| peers.product.list(caller(), &ProductQuery::default()).await,
            async |peers: &Peers| peers.product.product(caller(), "pot").await,
            async |peers: &Peers| peers.order.basket(caller()).await,
            async |peers: &Peers| peers.order.merge(caller(), &merge).await,
            async |peers: &Peers| peers.order.checkout(caller(), &checkout).await,
            async |peers: &Peers| peers.order.orders(caller(), OrderQuery::default()).await,
            async |peers: &Peers| peers.order.order(caller(), 9).await,
        );
    }
}

#[tokio::test]
async fn what_takes_effect_each_time_is_sent_once() {
    let registration = Registration {
        username: String::new(),
        password: String::new(),
        email: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    };
    macro_rules! sent_once {
        ($($call:expr),* $(,)?) => {$(
            let (is_good, fake) = failing_once($call, Behaviour::Problem(500)).await;
            assert!(!is_good && fake.seen().len() == 1, "{} was repeated", stringify!($call));
        )*};
    }
    sent_once!(
        async |peers: &Peers| peers.user.register(caller(), &registration).await,
        async |peers: &Peers| peers.user.log_in(caller(), "ada", "password").await,
        async |peers: &Peers| peers.user.change_password(caller(), "old", "new").await,
        async |peers: &Peers| peers.user.reset_password(caller(), 7, "new").await,
        async |peers: &Peers| peers.user.deactivate(caller(), 7).await,
        async |peers: &Peers| peers.user.activate(caller(), 7).await,
        async |peers: &Peers| peers.user.grant_staff(caller(), 7).await,
        async |peers: &Peers| peers.user.revoke_staff(caller(), 7).await,
        async |peers: &Peers| peers.product.create(caller(), &NewProduct::default()).await,
        async |peers: &Peers| peers.product.edit(caller(), 3, 2, &ProductChanges::default()).await,
        async |peers: &Peers| peers.product.set_image(caller(), 3, "", "image/png").await,
        async |peers: &Peers| peers.product.import(caller(), "", false).await,
        async |peers: &Peers| peers.order.cancel(caller(), 9).await,
        async |peers: &Peers| peers.order.fulfil(caller(), 9).await,
    );
}

#[tokio::test]
async fn when_the_budget_is_spent_nothing_is_sent_a_second_time() {
    let fake = Fake::start().await;
    let peers = peers(&fake);
    let mut repeated = 0;
    for _ in 0..40 {
        // Good calls in between keep the circuit closed; together they bring in less than a retry costs.
        for _ in 0..3 {
            peers.user.current(caller()).await.unwrap();
        }
        fake.behave(Behaviour::Once(Box::new(Behaviour::Problem(500)), Box::new(Behaviour::Good)));
        if peers.user.current(caller()).await.is_err() {
            break;
        }
        repeated += 1;
    }
    assert!((15..=17).contains(&repeated), "ten are saved, four calls bring in 0.4 each round: {repeated}");
    fake.forget();
    fake.behave(Behaviour::Once(Box::new(Behaviour::Problem(500)), Box::new(Behaviour::Good)));
    assert!(peers.user.current(caller()).await.is_err());
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn a_retry_that_is_not_reached_does_not_hide_what_the_first_attempt_may_have_done() {
    let mut fake = Fake::start().await;
    fake.behave(Behaviour::Frozen);
    let peers = peers(&fake);
    let merge = Merge { merge_id: Uuid::from_u128(1), changes: Vec::new() };
    let merged = async { peers.order.merge(caller(), &merge).await.unwrap_err() };
    let stopped = async {
        while fake.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        fake.stop().await;
    };
    let (error, ()) = tokio::join!(merged, stopped);
    assert_eq!(
        unavailable(&error),
        &Unavailable { peer: "order", cause: Cause::Unreachable, may_have_happened: true }
    );
}
