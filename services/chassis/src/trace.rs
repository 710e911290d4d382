//! The trace that the present work belongs to (W3C Trace Context), through requests and events, and what the work
//! has spent on others so far.

use std::{
    cell::Cell,
    fmt,
    future::Future,
    pin::{Pin, pin},
    str::FromStr,
    task::{Context, Poll},
    time::Duration,
};
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: Work;
}

/// The present work: its place in the trace, and what it has spent.
struct Work {
    context: TraceContext,
    spent: Cell<Spent>,
}

/// The time that a piece of work has given to others. What ran at the same time is added up, so it may be more than
/// the work took; what goes on in tasks of their own is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) in_database: Duration,
    pub(crate) peer_calls: u32,
    pub(crate) on_peers: Duration,
}

/// A piece of work within a trace; written and read as a `traceparent` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// Never 0.
    pub trace_id: u128,
    /// The piece of work; never 0.
    pub span_id: u64,
    /// Whether whoever began the trace wants it recorded.
    pub sampled: bool,
}

impl TraceContext {
    /// The first piece of work of a new trace.
    pub fn begin() -> Self {
        Self { trace_id: rand::random::<u128>().max(1), span_id: new_span_id(), sampled: true }
    }

    /// A piece of work caused by this one.
    pub fn child(self) -> Self {
        Self { span_id: new_span_id(), ..self }
    }

    /// The id by which a person finds the trace: 32 hexadecimal digits.
    pub fn trace_id_text(&self) -> String {
        text(&self.trace_id_digits()).to_owned()
    }

    /// The same digits, without asking for memory.
    pub(crate) fn trace_id_digits(&self) -> [u8; 32] {
        hex(&self.trace_id.to_be_bytes())
    }

    /// What `Display` writes, without asking for memory.
    pub(crate) fn traceparent(&self) -> [u8; 55] {
        let mut written = *b"00-................................-................-0.";
        written[3..35].copy_from_slice(&self.trace_id_digits());
        written[36..52].copy_from_slice(&hex::<16>(&self.span_id.to_be_bytes()));
        written[54] = b'0' + u8::from(self.sampled);
        written
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(text(&self.traceparent()))
    }
}

/// Bytes as hexadecimal digits, two for each.
fn hex<const DIGITS: usize>(bytes: &[u8]) -> [u8; DIGITS] {
    let half = |index: usize| bytes[index / 2] >> (4 * (1 - index % 2)) & 0xf;
    std::array::from_fn(|index| b"0123456789abcdef"[usize::from(half(index))])
}

fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).unwrap_or_default()
}

/// The text is not a `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a W3C traceparent")]
pub struct InvalidTraceparent;

impl FromStr for TraceContext {
    type Err = InvalidTraceparent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceparent> {
        let mut parts = text.split('-');
        let mut next = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits).ok_or(InvalidTraceparent)?;
            let lower = part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
            if !lower {
                return Err(InvalidTraceparent);
            }
            u128::from_str_radix(part, 16).map_err(|_| InvalidTraceparent)
        };
        let (version, trace_id, span_id, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
        // Version 00 ends here; a later version may say more; ff is forbidden.
        let whole = if version == 0 { parts.next().is_none() } else { version != 0xff };
        let span_id = u64::try_from(span_id).map_err(|_| InvalidTraceparent)?;
        if !whole || trace_id == 0 || span_id == 0 {
            return Err(InvalidTraceparent);
        }
        Ok(Self { trace_id, span_id, sampled: flags & 1 == 1 })
    }
}

/// The present piece of work, if it belongs to a trace.
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|work| work.context).ok()
}

/// The present work has waited so long for its database.
pub fn spent_in_database(took: Duration) {
    spend(|spent| spent.in_database += took);
}

/// The present work has called another part, and waited so long for the answer.
pub fn spent_on_peer(took: Duration) {
    spend(|spent| {
        spent.peer_calls += 1;
        spent.on_peers += took;
    });
}

fn spend(add: impl FnOnce(&mut Spent)) {
    // Work that belongs to no trace is not asked what it spends.
    let _ = CURRENT.try_with(|work| {
        let mut spent = work.spent.get();
        add(&mut spent);
        work.spent.set(spent);
    });
}

/// The present piece of work as a `traceparent`, for a header or an event.
pub fn traceparent() -> Option<String> {
    current().map(|context| context.to_string())
}

/// Does the work within the trace.
pub async fn scope<F: Future>(context: TraceContext, work: F) -> F::Output {
    CURRENT.scope(Work { context, spent: Cell::default() }, work).await
}

/// Does the work within the trace. What it spent is written down, also if it is given up.
pub(crate) async fn measured<F: Future>(context: TraceContext, spent: &mut Spent, work: F) -> F::Output {
    let work = pin!(CURRENT.scope(Work { context, spent: Cell::default() }, work));
    Measured { work, spent }.await
}

/// Writes down what was spent when it is dropped.
struct Measured<'s, F: Future> {
    work: Pin<&'s mut TaskLocalFuture<Work, F>>,
    spent: &'s mut Spent,
}

impl<F: Future> Future for Measured<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.work.as_mut().poll(context)
    }
}

impl<F: Future> Drop for Measured<'_, F> {
    fn drop(&mut self) {
        if let Some(work) = self.work.as_mut().take_value() {
            *self.spent = work.spent.get();
        }
    }
}

/// Does the work as a child of what `traceparent` names (the request that caused an event), else as the
/// beginning of a new trace.
pub async fn continued<F: Future>(traceparent: Option<&str>, work: F) -> F::Output {
    let cause = traceparent.and_then(|text| text.parse::<TraceContext>().ok());
    scope(cause.map_or_else(TraceContext::begin, TraceContext::child), work).await
}

fn new_span_id() -> u64 {
    rand::random::<u64>().max(1)
}

#[cfg(test)]
mod tests {
    use super::{
        Spent, TraceContext, continued, current, measured, spent_in_database, spent_on_peer, traceparent,
    };
    use std::time::Duration;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written() {
        let context: TraceContext = GIVEN.parse().unwrap();
        assert_eq!(context.to_string(), GIVEN);
        assert_eq!(context.trace_id_text(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let small = TraceContext { trace_id: 1, span_id: 0xa, sampled: false };
        assert_eq!(small.to_string(), "00-00000000000000000000000000000001-000000000000000a-00");
    }

    #[test]
    fn what_is_not_a_traceparent_is_refused() {
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert!(wrong.parse::<TraceContext>().is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn work_caused_by_an_event_stays_in_the_trace_of_the_request() {
        assert_eq!(traceparent(), None);
        let inside = continued(Some(GIVEN), async { current().unwrap() }).await;
        let given: TraceContext = GIVEN.parse().unwrap();
        assert_eq!(inside.trace_id, given.trace_id);
        assert_ne!(inside.span_id, given.span_id);
    }

    #[tokio::test]
    async fn what_work_spends_on_others_is_known_though_it_is_given_up() {
        const MS: Duration = Duration::from_millis(1);
        let (mut whole, mut given_up) = (Spent::default(), Spent::default());
        let work = async {
            let calls = async || {
                tokio::task::yield_now().await;
                spent_on_peer(2 * MS);
            };
            tokio::join!(calls(), calls());
            spent_in_database(MS);
        };
        measured(TraceContext::begin(), &mut whole, work).await;
        assert_eq!(whole, Spent { in_database: MS, peer_calls: 2, on_peers: 4 * MS });
        let endless = async {
            spent_in_database(3 * MS);
            std::future::pending::<()>().await;
        };
        let limit = tokio::time::timeout(MS, measured(TraceContext::begin(), &mut given_up, endless));
        assert!(limit.await.is_err());
        assert_eq!(given_up.in_database, 3 * MS);
        // Outside of any request nobody asks.
        spent_in_database(MS);
    }
}
