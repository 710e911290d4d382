//! Asks a part whether it is ready.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a part may take to become ready, at its start or when it is thawed.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(30);
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
const ASK_EVERY: Duration = Duration::from_millis(20);
/// An answer is cut off here: it is shown to a person.
const LONGEST_ANSWER: u64 = 4096;

/// Asks `/readyz` once.
///
/// # Errors
/// Why the part is not ready, as it says itself where it answers.
pub(crate) async fn ready(internal_port: u16) -> Result<(), String> {
    match tokio::time::timeout(ANSWER_WITHIN, ask(internal_port)).await {
        Err(_) => Err(format!("no answer within {} ms", ANSWER_WITHIN.as_millis())),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(answer)) => judge(&answer),
    }
}

/// Asks until the part is ready; says after how long it was.
///
/// # Errors
/// It was not ready in time: what it said last.
pub(crate) async fn until_ready(internal_port: u16) -> Result<Duration, String> {
    let began = Instant::now();
    loop {
        match ready(internal_port).await {
            Ok(()) => return Ok(began.elapsed()),
            Err(_) if began.elapsed() < READY_WITHIN => tokio::time::sleep(ASK_EVERY).await,
            Err(reason) => return Err(reason),
        }
    }
}

async fn ask(internal_port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", internal_port)).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn judge(answer: &str) -> Result<(), String> {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or("no status");
    if status == "200" { Ok(()) } else { Err(format!("/readyz says {status} {}", body.trim())) }
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn only_200_means_ready_and_reasons_are_passed_on() {
        assert_eq!(judge("HTTP/1.1 200 OK\r\n\r\n{}"), Ok(()));
        let unready = judge("HTTP/1.1 503 Service Unavailable\r\na: b\r\n\r\n{\"reason\":\"migrating\"}");
        assert_eq!(unready, Err("/readyz says 503 {\"reason\":\"migrating\"}".to_owned()));
        assert!(judge("garbage").is_err() && judge("").is_err());
    }
}
