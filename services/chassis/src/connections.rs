//! Accepting connections, bounding their age, and letting them finish.

use crate::{
    edge::{Arrival, with_options_allowed},
    head_timer::HeadTimer,
    shutdown::Shutdown,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Version, header::CONNECTION},
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;
use tower::Service;

/// The longest time that a request's headers may take, counted from the answer before: the longest that
/// a connection may be idle, too.
const HEADER_TIMEOUT: Duration = Duration::from_secs(20);

/// Beyond this, headers are refused before they are all read; below, the edge refuses them with a problem. What is
/// refused here, 101 headers too, is no request yet: hyper answers by itself, 431 without a body, and offers no way
/// to say more.
const HEADER_BUFFER_BYTES: usize = 64 * 1024;

/// The longest time that requests in flight get once their connection or the process ends.
pub(crate) const FINISH_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest time that requests in flight get once their connection is too old: a little more than the longest
/// that any route may take (an import).
const LAST_REQUEST: Duration = Duration::from_secs(130);

/// Serves the router until draining has begun and every connection is done, or its time is over.
///
/// `max_age` bounds how long a connection is kept for further requests, so that new replicas get load. A connection
/// that is too old, or whose process is leaving, is not closed without a word, which would take along a request that
/// is just being sent: its next answer is its last and says so. If none is asked for, it ends as any idle one, or
/// when draining begins.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    max_age: Option<Duration>,
    shutdown: Shutdown,
) {
    let connections = TaskTracker::new();
    let mut draining = pin!(shutdown.draining());
    loop {
        tokio::select! {
            () = &mut draining => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(serve_one(stream, peer, router.clone(), max_age, shutdown.clone()));
                }
                // Too many open files, mostly: give the others time to close.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    connections.close();
    if timeout(FINISH_TIMEOUT, connections.wait()).await.is_err() {
        tracing::warn!(left = connections.len(), "some connections did not finish in time");
    }
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    max_age: Option<Duration>,
    shutdown: Shutdown,
) {
    // Small answers must not wait for more; failing to say so costs time only.
    let _ = stream.set_nodelay(true);
    let (age, process) = (Arc::new(Age::default()), shutdown.clone());
    let seen = Arc::clone(&age);
    let service = service_fn(move |request: Request<Incoming>| {
        let (age, process) = (Arc::clone(&seen), process.clone());
        // HTTP/2 has a frame for saying that an answer is the last.
        let is_http2 = request.version() == Version::HTTP_2;
        age.is_http2.store(is_http2, Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Arrival { peer: peer.ip(), admitted: None });
        let answered = router.clone().call(request);
        async move {
            let mut answer = answered.await.map(with_options_allowed)?;
            if !is_http2 && (age.is_old.load(Relaxed) || process.is_leaving()) {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let head_timer = HeadTimer::default();
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(head_timer.clone())
        .header_read_timeout(HEADER_TIMEOUT)
        // How many headers there may be is left at 100: with any other number they are not read on the stack.
        .max_buf_size(HEADER_BUFFER_BYTES);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(64 * 1024).max_concurrent_streams(256);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let aged = async {
        match max_age {
            Some(age) => sleep(age.mul_f64(rand::random_range(0.8..1.0))).await,
            None => std::future::pending().await,
        }
        age.is_old.store(true, Relaxed);
        // HTTP/2 has a frame for it, which is sent below.
        if !age.is_http2.load(Relaxed) {
            sleep(LAST_REQUEST).await;
        }
    };
    tokio::select! {
        result = drive(connection.as_mut(), &head_timer, HEADER_TIMEOUT) => return note(result),
        () = aged => {}
        () = shutdown.draining() => {}
    }
    connection.as_mut().graceful_shutdown();
    let over = async {
        tokio::select! { () = sleep(LAST_REQUEST) => return, () = shutdown.draining() => {} }
        sleep(FINISH_TIMEOUT).await;
    };
    tokio::select! {
        result = drive(connection, &head_timer, HEADER_TIMEOUT) => note(result),
        // A client that does not read its answer is left.
        () = over => {}
    }
}

/// How old a connection is, as its requests see it.
#[derive(Default)]
struct Age {
    /// True once its next answer is its last.
    is_old: AtomicBool,
    /// Whether its last request came by HTTP/2.
    is_http2: AtomicBool,
}

/// The connection to its end, which it finds by itself when it is polled after a head was late.
async fn drive<C: Future>(
    mut connection: Pin<&mut C>,
    head_timer: &HeadTimer,
    head_timeout: Duration,
) -> C::Output {
    loop {
        tokio::select! {
            output = connection.as_mut() => return output,
            () = head_timer.is_late(head_timeout) => {}
        }
    }
}

/// A broken connection is the client's affair; it is told at the lowest level.
fn note(result: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = result {
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use super::{drive, serve};
    use crate::{head_timer::HeadTimer, shutdown::Shutdown};
    use axum::{Router, body::Body, response::Response, routing::get};
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use std::{convert::Infallible, pin::pin, time::Duration};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    #[tokio::test]
    async fn a_connection_that_is_old_ends_with_an_answer_that_says_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, router) = (Shutdown::new(), Router::new().route("/", get(|| async { "hello" })));
        let served =
            tokio::spawn(serve(listener, router, Some(Duration::from_millis(100)), shutdown.clone()));
        // Many, since one could be busy by chance when its time is over.
        let lives = (0..20).map(|_| async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let (mut answer, mut bytes) = (String::new(), [0; 1024]);
            while !answer.contains("connection: close") {
                stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
                let length = stream.read(&mut bytes).await.unwrap();
                answer = String::from_utf8_lossy(&bytes[..length]).to_lowercase();
                assert!(answer.starts_with("http/1.1 200") && answer.ends_with("hello"), "{answer}");
            }
            assert_eq!(stream.read(&mut bytes).await.unwrap(), 0, "and then it is closed");
        });
        futures::future::join_all(lives).await;
        shutdown.drain();
        served.await.unwrap();
    }

    #[tokio::test]
    async fn while_the_process_is_leaving_an_answer_is_the_last_of_its_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, router) = (Shutdown::new(), Router::new().route("/", get(|| async { "hello" })));
        let served = tokio::spawn(serve(listener, router, None, shutdown.clone()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut before = vec![0; 1024];
        let length = stream.read(&mut before).await.unwrap();
        let before = String::from_utf8_lossy(&before[..length]).to_lowercase();
        assert!(before.ends_with("hello") && !before.contains("connection: close"), "{before}");

        shutdown.leave();
        stream.write_all(request).await.unwrap();
        let mut last = String::new();
        stream.read_to_string(&mut last).await.unwrap();
        assert!(last.to_lowercase().contains("connection: close") && last.ends_with("hello"), "{last}");
        shutdown.drain();
        served.await.unwrap();
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_whole_ends_the_connection() {
        let head_timeout = Duration::from_millis(50);
        let (mut client, server) = tokio::io::duplex(1024);
        let served = tokio::spawn(async move {
            let head_timer = HeadTimer::default();
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(head_timer.clone()).header_read_timeout(head_timeout);
            let service = service_fn(|_| async { Ok::<_, Infallible>(Response::new(Body::from("hello"))) });
            let mut connection = pin!(builder.serve_connection(TokioIo::new(server), service));
            drive(connection.as_mut(), &head_timer, head_timeout).await
        });
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HT").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
        assert!(served.await.unwrap().unwrap_err().is_timeout());
    }
}
