//! What shoppers asked while something was restarted, and what came of it.

use std::fmt;

use kit::shop::Part;
use tokio::time::Instant;

use crate::Action;

/// How many failures are told.
const TOLD: usize = 20;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    pub action: Action,
    pub began: Instant,
    pub ended: Instant,
    /// What was wrong with the answer, if anything.
    pub failure: Option<String>,
}

/// Requests in the order of their answers.
#[derive(Clone, Debug, Default)]
pub struct Record {
    requests: Vec<Request>,
}

impl Record {
    pub fn add(&mut self, request: Request) {
        self.requests.push(request);
    }

    pub fn extend(&mut self, later: Record) {
        self.requests.extend(later.requests);
    }

    /// What was asked since then, without what was under way.
    pub fn begun_since(mut self, since: Instant) -> Self {
        self.requests.retain(|request| request.began >= since);
        self
    }

    /// # Panics
    /// If anything failed, with what.
    #[track_caller]
    pub fn expect_no_failure(&self) {
        self.expect_failures_within(|_| false);
    }

    /// The rules: what doesn't need this part goes on as if nothing were.
    ///
    /// # Panics
    /// If anything else failed, with what.
    #[track_caller]
    pub fn expect_failures_only_of(&self, part: Part) {
        self.expect_failures_within(|action| action.needs() == Some(part));
    }

    #[track_caller]
    fn expect_failures_within(&self, may_fail: impl Fn(Action) -> bool) {
        let failed = self.failed().filter(|request| !may_fail(request.action)).collect::<Vec<_>>();
        let told = failed.iter().take(TOLD).map(|request| request.to_string()).collect::<Vec<_>>();
        assert!(failed.is_empty(), "of {self}, {} must not have failed:\n{}", failed.len(), told.join("\n"));
    }

    /// Whether shoppers asked everything that they ask, and all of it was answered as it should be.
    pub fn is_all_well(&self) -> bool {
        let asked = |action: &Action| self.requests.iter().any(|request| request.action == *action);
        self.failed().next().is_none() && Action::ALL.iter().all(asked)
    }

    fn failed(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|request| request.failure.is_some())
    }

    /// The time in which no request that needs the part was answered as it should be: from the beginning of the
    /// first that failed to the end of the last.
    pub fn gap_of(&self, part: Part) -> String {
        let failed = || self.failed().filter(|request| request.action.needs() == Some(part));
        let first = failed().map(|request| request.began).min();
        let last = failed().map(|request| request.ended).max();
        match first.zip(last) {
            Some((first, last)) => {
                format!("a gap of {:.1} s; {self}", last.duration_since(first).as_secs_f64())
            }
            None => format!("no gap; {self}"),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut took_ms = self
            .requests
            .iter()
            .map(|request| (request.ended - request.began).as_millis())
            .collect::<Vec<_>>();
        took_ms.sort_unstable();
        let at = |hundredth: usize| took_ms.get(took_ms.len() * hundredth / 100).copied().unwrap_or_default();
        let (asked, failed) = (self.requests.len(), self.failed().count());
        write!(formatter, "{asked} requests, {failed} failed, p50 {} ms, p99 {} ms", at(50), at(99))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took_ms = (self.ended - self.began).as_millis();
        let failure = self.failure.as_deref().unwrap_or("as it should be");
        write!(formatter, "{:?} after {took_ms} ms: {failure}", self.action)
    }
}
