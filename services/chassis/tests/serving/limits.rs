//! Sizes, times and rates: what is beyond a bound is a problem with the right status.

use crate::support::{SECRET, Served, Setup, problem_of};
use chassis::clock::Clock;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn answer_to(served: &Served, sent: &str) -> String {
    let mut stream = TcpStream::connect(served.running.public).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_body_beyond_the_routes_limit_is_413() {
    let served = Served::start().await;
    let form = |bytes: usize| format!("name={}", "a".repeat(bytes - 5));
    let kind = "application/x-www-form-urlencoded";
    let too_long = served.post_fields(kind, form(64 * 1024 + 1)).await;
    assert_eq!(too_long.status(), 413);
    problem_of(too_long).await;
    let read = served.post_fields(kind, form(64 * 1024)).await;
    assert_eq!(read.status(), 400, "read, and the name is too long");

    for (bytes, status) in [(512 * 1024, 200), (512 * 1024 + 1, 413)] {
        let response = served.client.post(served.url("/raw")).body(vec![0; bytes]).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_counted_as_it_comes() {
    let served = Served::start().await;
    let chunk = "a".repeat(65_000);
    let head = "POST /fields HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    let sent = format!("{head}{:x}\r\n{chunk}\r\n{:x}\r\n{chunk}\r\n0\r\n\r\n", chunk.len(), chunk.len());
    let answer = answer_to(&served, &sent).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_client_that_sends_all_of_a_large_body_first_still_sees_the_answer() {
    let served = Served::start().await;
    for (path, status) in [("/fields", "413"), ("/unknown", "404")] {
        let body = "a".repeat(16 * 1024 * 1024);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let answer = answer_to(&served, &format!("{head}{body}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test]
async fn headers_beyond_16_kib_are_431() {
    let served = Served::start().await;
    let response =
        served.client.get(served.url("/hello")).header("x-long", "a".repeat(17 * 1024)).send().await;
    let response = response.unwrap();
    assert_eq!(response.status(), 431);
    problem_of(response).await;
    let answer = answer_to(&served, &format!("GET / HTTP/1.1\r\nx: {}", "a".repeat(80 * 1024))).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_slow_body_is_408_and_a_slow_handler_503() {
    let mut setup = Setup::new();
    setup.args.request_timeout = Duration::from_millis(100);
    let served = setup.start().await;
    let slow = "POST /fields HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nname=";
    let answer = answer_to(&served, slow).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("urn:shopkeeper:problem:request-timeout"), "{answer}");

    let waiting = served.get("/wait").await;
    assert_eq!((waiting.status().as_u16(), &waiting.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    problem_of(waiting).await;
}

#[tokio::test]
async fn a_route_may_give_its_bodies_more_time() {
    let mut setup = Setup::new();
    setup.args.request_timeout = Duration::from_millis(100);
    let served = setup.start().await;
    let head = |path: &str| format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf.");
    let mut slowly = TcpStream::connect(served.running.public).await.unwrap();
    slowly.write_all(head("/slowly").as_bytes()).await.unwrap();
    // The usual time and the raised one are over, for those who have no more.
    for path in ["/fields", "/a-little"] {
        let answer = answer_to(&served, &head(path)).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{path} {answer}");
    }
    slowly.write_all(b"other").await.unwrap();
    let mut answer = vec![0; 1024];
    let length = slowly.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("10"), "{answer}");
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_429_and_others_are_not() {
    let mut setup = Setup::new();
    setup.args.requests_per_second = 2;
    setup.args.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    setup.clock = Clock::set_at(1_000_000_000);
    let served = setup.start().await;
    let asked_by = async |address: &str| {
        let request = served.client.get(served.url("/hello")).header("x-forwarded-for", address);
        request.send().await.unwrap()
    };
    for _ in 0..10 {
        assert_eq!(asked_by("198.51.100.1").await.status(), 200);
    }
    let refused = asked_by("198.51.100.1").await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    problem_of(refused).await;
    assert_eq!(asked_by("198.51.100.2").await.status(), 200);
    served.process.clock.advance(Duration::from_millis(500));
    assert_eq!(asked_by("198.51.100.1").await.status(), 200);
}

#[tokio::test]
async fn the_storefront_names_the_shoppers_address_and_is_not_limited() {
    let mut setup = Setup::new();
    setup.args.requests_per_second = 1;
    setup.clock = Clock::set_at(1_000_000_000);
    let served = setup.start().await;
    for _ in 0..20 {
        let request = served.client.get(served.url("/address")).header("x-forwarded-for", "198.51.100.1");
        let response = request.header("shopkeeper-secret", SECRET).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "198.51.100.1");
    }
    let request = served.client.get(served.url("/address")).header("x-forwarded-for", "198.51.100.1");
    let stranger = request.header("shopkeeper-secret", "a guess at the secret").send().await.unwrap();
    assert_eq!(stranger.text().await.unwrap(), "127.0.0.1");
}

#[tokio::test]
async fn http_2_is_spoken_without_tls() {
    let served = Served::start().await;
    let mut stream = TcpStream::connect(served.running.public).await.unwrap();
    let settings_frame = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    stream.write_all(&settings_frame).await.unwrap();
    let mut frame_head = [0; 9];
    stream.read_exact(&mut frame_head).await.unwrap();
    assert_eq!(frame_head[3], 4, "the answer begins with SETTINGS");
}
