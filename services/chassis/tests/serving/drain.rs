//! Stopping: not ready first, then no new connections, and what was taken on is finished.

use crate::support::{Served, Setup};
use chassis::process::Listeners;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_part_that_leaves_is_not_ready_and_serves_on() {
    let served = Served::start().await;
    served.process.shutdown.leave();
    let ready = served.client.get(served.internal_url("/readyz")).send().await.unwrap();
    assert_eq!(
        (ready.status().as_u16(), ready.text().await.unwrap()),
        (503, r#"{"status":"draining"}"#.into())
    );
    assert_eq!(served.get("/hello").await.status(), 200);
}

#[tokio::test]
async fn draining_ends_long_polls_and_finishes_what_was_taken_on() {
    let served = Served::start().await;
    let ask = |path: &str| tokio::spawn(served.client.get(served.url(path)).send());
    let polled = ask("/poll");
    served.waiting.notified().await;
    let waited = ask("/wait");
    served.waiting.notified().await;

    let address = served.running.public;
    served.process.shutdown.drain();
    assert_eq!(polled.await.unwrap().unwrap().text().await.unwrap(), "told");
    served.release.notify_one();
    assert_eq!(waited.await.unwrap().unwrap().text().await.unwrap(), "done");
    served.running.stop().await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_taken_port_is_named_by_its_flag() {
    let served = Served::start().await;
    let mut setup = Setup::new();
    setup.args.listen = served.running.public;
    let error = Listeners::bind(&setup.args).await.err().unwrap().to_string();
    assert_eq!(error, format!("cannot listen on {} (--listen)", served.running.public));
}
