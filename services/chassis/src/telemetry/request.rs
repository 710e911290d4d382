//! The line of a request, which is by far the most frequent one: it looks like any other, and is written
//! without detours.

use super::{
    format::{Style, shop_member},
    output::Output,
};
use crate::trace::{Spent, TraceContext};
use contract::Timestamp;
use std::{
    cell::RefCell,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// By this name `--log-level` switches the lines off.
pub(super) const TARGET: &str = "request";

static LOG: OnceLock<Log> = OnceLock::new();

/// How the lines are written, and where to.
struct Log {
    part: &'static str,
    /// The Shop's name, the last member of a JSON line.
    shop: String,
    style: Style,
    output: &'static Output,
}

/// A request that was answered. Nothing in it needs to be escaped.
pub(crate) struct Request<'a> {
    /// One of the methods that are known by name.
    pub(crate) method: &'a str,
    /// The route as it stands in the program, not the path.
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) took: Duration,
    /// On the database and on other parts, within that time.
    pub(crate) spent: Spent,
    pub(crate) context: TraceContext,
}

pub(super) fn start(part: &'static str, shop: Option<&str>, style: Style, output: &'static Output) {
    // Whoever starts logging twice is told so elsewhere.
    let _ = LOG.set(Log { part, shop: shop_member(shop), style, output });
}

/// Logs a request that ends now.
pub(crate) fn log(request: &Request<'_>) {
    if let Some(log) = LOG.get() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        log.output.line(|line| write(line, log, now, request));
    }
}

/// Appends the line. `now` counts from 1970.
fn write(line: &mut Vec<u8>, log: &Log, now: Duration, request: &Request<'_>) {
    let mut put = |texts: &[&[u8]]| texts.iter().for_each(|text| line.extend_from_slice(text));
    let (time, mut status) = (time_text(now), itoa::Buffer::new());
    let time = time.as_slice();
    let status = status.format(request.status).as_bytes();
    let (method, route) = (request.method.as_bytes(), request.route.as_bytes());
    let (took, length) = milliseconds(request.took);
    let took = &took[..length];
    match log.style {
        Style::Json => {
            let (database, database_length) = milliseconds(request.spent.in_database);
            let (peers, peers_length) = milliseconds(request.spent.on_peers);
            let mut calls = itoa::Buffer::new();
            put(&[b"{\"time\":\"", time, b"\",\"level\":\"INFO\",\"part\":\"", log.part.as_bytes()]);
            put(&[b"\",\"target\":\"request\",\"method\":\"", method, b"\",\"route\":\"", route]);
            put(&[b"\",\"status\":", status, b",\"duration_ms\":", took]);
            put(&[b",\"database_ms\":", &database[..database_length], b",\"peer_calls\":"]);
            put(&[
                calls.format(request.spent.peer_calls).as_bytes(),
                b",\"peer_ms\":",
                &peers[..peers_length],
            ]);
            put(&[
                b",\"trace_id\":\"",
                &request.context.trace_id_digits(),
                b"\"",
                log.shop.as_bytes(),
                b"}\n",
            ]);
        }
        // A person reads the trace id on the error page, not on every line of a terminal.
        Style::Plain => {
            put(&[time, b" INFO  ", method, b" ", route, b" ", status, b" ", took, b" ms\n"]);
        }
        Style::Coloured => {
            put(&[b"\x1b[2m", time, b"\x1b[0m \x1b[32mINFO \x1b[0m \x1b[2m"]);
            put(&[method, b" ", route, b" ", status, b" ", took, b" ms\x1b[0m\n"]);
        }
    }
}

/// Whole microseconds as milliseconds, `0.25` or `3.0`: the digits and their number.
fn milliseconds(took: Duration) -> ([u8; 24], usize) {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let (mut digits, mut text) = (itoa::Buffer::new(), [b'0'; 24]);
    let whole = digits.format(us / 1_000).as_bytes();
    let point = whole.len();
    text[..point].copy_from_slice(whole);
    text[point] = b'.';
    let [_, hundreds, tens, ones] = four_digits(us % 1_000);
    text[point + 1..point + 4].copy_from_slice(&[hundreds, tens, ones]);
    let zeros = [ones, tens].iter().take_while(|digit| **digit == b'0').count();
    (text, point + 4 - zeros)
}

/// A number below 10 000 with leading zeros.
fn four_digits(number: u64) -> [u8; 4] {
    [1_000, 100, 10, 1].map(|place| b'0' + u8::try_from(number / place % 10).unwrap_or(0))
}

/// The length of a time such as `2026-11-21T09:30:00.000Z`.
const TIME_LENGTH: usize = 24;

thread_local! {
    /// The second that was last written on this thread, and how.
    static SECOND: RefCell<(u64, [u8; TIME_LENGTH])> = const { RefCell::new((u64::MAX, [b' '; TIME_LENGTH])) };
}

/// The time as other lines write it; most of it is that of the line before.
fn time_text(now: Duration) -> [u8; TIME_LENGTH] {
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != now.as_secs() {
            let unix_ms = i64::try_from(now.as_secs().saturating_mul(1_000)).unwrap_or(i64::MAX);
            let written = Timestamp::from_unix_ms(unix_ms).to_string();
            // Only years beyond 9999 have other lengths.
            if written.len() == TIME_LENGTH {
                text.copy_from_slice(written.as_bytes());
            }
            *second = now.as_secs();
        }
        let [_, hundreds, tens, ones] = four_digits(now.subsec_millis().into());
        text[TIME_LENGTH - 4..TIME_LENGTH - 1].copy_from_slice(&[hundreds, tens, ones]);
        *text
    })
}

#[cfg(test)]
mod tests {
    use super::{Log, Output, Request, Style, milliseconds, shop_member, write};
    use crate::trace::{Spent, TraceContext};
    use contract::Timestamp;
    use std::{sync::OnceLock, time::Duration};

    static OUTPUT: OnceLock<&'static Output> = OnceLock::new();

    fn written(style: Style, now_ms: u64, took_us: u64) -> String {
        let request = Request {
            method: "GET",
            route: "/a/{id}",
            status: 200,
            took: Duration::from_micros(took_us),
            spent: Spent {
                in_database: Duration::from_micros(400),
                peer_calls: 2,
                on_peers: Duration::from_micros(1_050),
            },
            context: TraceContext { trace_id: 0xab, span_id: 1, sampled: true },
        };
        let output = OUTPUT.get_or_init(|| Output::start().unwrap());
        let log = Log { part: "user", shop: shop_member(Some("tea \"house\"")), style, output };
        let mut line = Vec::new();
        write(&mut line, &log, Duration::from_millis(now_ms), &request);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_request_is_one_json_object() {
        let line = written(Style::Json, 1_795_253_400_042, 1_250);
        assert_eq!(line.lines().count(), 1);
        let expected = serde_json::json!({
            "time": "2026-11-21T09:30:00.042Z", "level": "INFO", "part": "user", "target": "request",
            "method": "GET", "route": "/a/{id}", "status": 200, "duration_ms": 1.25,
            "database_ms": 0.4, "peer_calls": 2, "peer_ms": 1.05,
            "trace_id": "000000000000000000000000000000ab", "shop": "tea \"house\"",
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), expected);
    }

    #[test]
    fn a_request_reads_well_on_a_terminal() {
        assert_eq!(
            written(Style::Plain, 1_795_253_400_042, 250),
            "2026-11-21T09:30:00.042Z INFO  GET /a/{id} 200 0.25 ms\n"
        );
        let coloured = written(Style::Coloured, 0, 250);
        assert!(coloured.starts_with("\x1b[2m1970-01-01T00:00:00.000Z\x1b[0m \x1b[32mINFO"), "{coloured:?}");
    }

    #[test]
    fn times_are_those_of_other_lines_second_after_second() {
        for now_ms in [0, 999, 1_000, 999, 1_795_253_400_000, 1_795_253_459_999, 4_102_444_800_000] {
            let time = Timestamp::from_unix_ms(i64::try_from(now_ms).unwrap()).to_string();
            assert!(written(Style::Plain, now_ms, 0).starts_with(&time), "{time}");
        }
    }

    #[test]
    fn durations_are_milliseconds_with_as_many_digits_as_they_need() {
        for (took_us, expected) in [
            (0, "0.0"),
            (7, "0.007"),
            (250, "0.25"),
            (3_000, "3.0"),
            (30_100_000, "30100.0"),
            (u64::MAX, "18446744073709551.615"),
        ] {
            let (text, length) = milliseconds(Duration::from_micros(took_us));
            assert_eq!(std::str::from_utf8(&text[..length]), Ok(expected));
        }
    }
}
