//! The load: connections that are kept busy with requests written beforehand.
//!
//! It speaks just enough HTTP/1.1 to know where an answer ends, so that it costs less than any server.

use anyhow::{Context, bail, ensure};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::{JoinHandle, JoinSet},
};

/// No answer takes longer, unless something is wrong.
const LONGEST: Duration = Duration::from_secs(30);

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// Every request was sent once.
    Sent,
    /// The time is over; the requests are sent again and again.
    Elapsed(Duration),
}

/// What the load saw.
pub(crate) struct Seen {
    pub(crate) latencies_us: Vec<u32>,
    pub(crate) seconds: f64,
}

/// A GET request as it is sent.
pub(crate) fn get(path: &str, key: &str) -> Vec<u8> {
    let key = if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") };
    format!("GET {path} HTTP/1.1\r\nhost: shop\r\n{key}\r\n").into_bytes()
}

/// A GET request of a browser as it is sent; no cookies if there are none.
pub(crate) fn look(path: &str, cookies: &str) -> Vec<u8> {
    let cookies = cookie_line(cookies);
    format!("GET {path} HTTP/1.1\r\nhost: shop\r\n{cookies}\r\n").into_bytes()
}

/// The line that sends a browser's cookies.
pub(crate) fn cookie_line(cookies: &str) -> String {
    if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\n") }
}

/// A POST of a form as it is sent; `headers` are whole lines.
pub(crate) fn post(path: &str, key: &str, headers: &str, form: &str) -> Vec<u8> {
    let key = if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") };
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: shop\r\n{key}{headers}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

/// Sends the requests over so many connections.
///
/// # Errors
/// An answer was neither 200 nor 303, or a connection broke.
pub(crate) async fn run(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    connections: usize,
    until: Until,
) -> anyhow::Result<Seen> {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let mut opened = Vec::new();
    for _ in 0..connections {
        opened.push(Connection::open(address).await?);
    }
    // Waking a core that has gone to sleep is dear, above all in a virtual machine, and the server would pay for
    // it: the load looks for answers all the time.
    let awake = AbortOnDrop(tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    }));
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for mut connection in opened {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(async move {
            let mut latencies_us = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let is_over = match until {
                    Until::Sent => index >= requests.len(),
                    Until::Elapsed(time) => began.elapsed() >= time,
                };
                if is_over {
                    return anyhow::Ok(latencies_us);
                }
                let sent = Instant::now();
                connection.exchange(&requests[index % requests.len()]).await?;
                latencies_us.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
        });
    }
    let mut latencies_us = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        latencies_us.extend(ended??);
    }
    let seconds = began.elapsed().as_secs_f64();
    drop(awake);
    Ok(Seen { latencies_us, seconds })
}

/// A task that ends with this value.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection, for one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// # Errors
    /// Nobody listens there.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends a request and returns the body of its answer.
    ///
    /// # Errors
    /// The answer is neither 200 nor 303, or the connection broke.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        Ok(self.exchange_whole(request).await?.body)
    }

    /// Sends a request and returns its whole answer.
    ///
    /// # Errors
    /// As [`Connection::exchange`].
    pub(crate) async fn exchange_whole(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let (mut filled, mut answer) = (0, None);
        loop {
            let read = tokio::time::timeout(LONGEST, self.stream.read(&mut self.buffer[filled..]));
            let read = read.await.context("no answer in time")??;
            ensure!(read > 0, "the connection was closed");
            filled += read;
            answer = answer.or_else(|| body_of(&self.buffer[..filled]));
            let Some((begin, end)) = answer else { continue };
            ensure!(end <= self.buffer.len(), "an answer of {end} bytes is too large for the benchmark");
            if filled < end {
                continue;
            }
            let body = &self.buffer[begin..end];
            // A form that was taken leads on to another page.
            if !self.buffer.starts_with(b"HTTP/1.1 200") && !self.buffer.starts_with(b"HTTP/1.1 303") {
                let (asked, answer) =
                    (String::from_utf8_lossy(request), String::from_utf8_lossy(&self.buffer[..end]));
                bail!("{}: {answer}", asked.lines().next().unwrap_or_default());
            }
            return Ok(Answer { head: &self.buffer[..begin], body });
        }
    }
}

/// An answer as it came.
pub(crate) struct Answer<'a> {
    head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The status, as it stands in the first line.
    pub(crate) fn status(&self) -> &str {
        std::str::from_utf8(self.head).ok().and_then(|head| head.split(' ').nth(1)).unwrap_or_default()
    }

    /// Names in lower case and values of the head.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, &str)> {
        let lines = std::str::from_utf8(self.head).unwrap_or_default().lines().skip(1);
        let parts = lines.filter_map(|line| line.split_once(':'));
        parts.map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
    }
}

/// Where the body begins and ends, once the head is whole.
fn body_of(answer: &[u8]) -> Option<(usize, usize)> {
    let begin = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..begin]).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse::<usize>().ok() } else { None }
    });
    Some((begin, begin + length.unwrap_or(0)))
}
