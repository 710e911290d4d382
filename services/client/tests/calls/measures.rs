//! What is counted.

use crate::fake::{Behaviour, Fake, peers_within};
use client::{Caller, Limits};

#[tokio::test]
async fn requests_retries_timeouts_and_circuits_are_counted_by_peer() {
    let fake = Fake::start().await;
    let (peers, metrics) = peers_within(&fake, Limits::default());
    let caller = Caller::with_token("key");
    peers.user.current(caller).await.unwrap();
    peers.user.current(Caller::nobody()).await.unwrap_err();
    fake.behave(Behaviour::Once(Box::new(Behaviour::Problem(502)), Box::new(Behaviour::Good)));
    peers.product.product(caller, "pot").await.unwrap();
    fake.behave(Behaviour::Frozen);
    peers.order.cancel(caller, 9).await.unwrap_err();
    fake.behave(Behaviour::Busy(503));
    for _ in 0..5 {
        peers.order.basket(caller).await.unwrap_err();
    }
    peers.order.basket(caller).await.unwrap_err();

    let text = metrics.text().unwrap();
    for line in [
        r#"http_client_request_duration_seconds_count{http_request_method="GET",outcome="answered",peer="user"} 1"#,
        r#"http_client_request_duration_seconds_count{http_request_method="GET",outcome="refused",peer="user"} 1"#,
        r#"http_client_request_duration_seconds_count{http_request_method="GET",outcome="server_error",peer="product"} 1"#,
        r#"http_client_request_duration_seconds_count{http_request_method="GET",outcome="answered",peer="product"} 1"#,
        r#"http_client_request_duration_seconds_count{http_request_method="POST",outcome="timed_out",peer="order"} 1"#,
        r#"shop_peer_retries_total{peer="product"} 1"#,
        r#"shop_peer_retries_total{peer="user"} 0"#,
        r#"shop_peer_timeouts_total{peer="order"} 1"#,
        r#"shop_peer_timeouts_total{peer="user"} 0"#,
        r#"shop_circuit_state{peer="user"} 0"#,
        r#"shop_circuit_state{peer="order"} 2"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
    assert!(text.contains(r#"shop_peer_not_sent_total{peer="order",reason="circuit_open"}"#), "{text}");
}
