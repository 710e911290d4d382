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
        !self.has_failures() && Action::ALL.iter().all(asked)
    }

    pub fn has_failures(&self) -> bool {
        self.failed().next().is_some()
    }

    fn failed(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|request| request.failure.is_some())
    }

    /// While a service was away, nothing failed but what needs it; and pages never.
    ///
    /// # Panics
    /// If anything else failed, with what.
    #[track_caller]
    pub fn expect_one_gap_at_a_time(&self) {
        self.expect_failures_within(|action| action.needs().is_some());
        let mut gaps = self.gaps();
        gaps.sort_by_key(|gap| gap.began);
        for pair in gaps.windows(2) {
            assert!(pair[0].ended <= pair[1].began, "{} and {} overlap", pair[0], pair[1]);
        }
    }

    /// The gaps of all parts that had one.
    pub fn gaps(&self) -> Vec<Gap> {
        Part::ALL.into_iter().filter_map(|part| self.gap(part)).collect()
    }

    /// The gap of a part, in words.
    pub fn gap_of(&self, part: Part) -> String {
        match self.gap(part) {
            Some(gap) => format!("a gap of {}; {self}", gap.took()),
            None => format!("no gap; {self}"),
        }
    }

    fn gap(&self, part: Part) -> Option<Gap> {
        let failed = || self.failed().filter(|request| request.action.needs() == Some(part));
        let began = failed().map(|request| request.began).min()?;
        let ended = failed().map(|request| request.ended).max()?;
        Some(Gap { part, began, ended })
    }
}

/// The time in which no request that needs a part was answered as it should be: from the beginning of the first that
/// failed to the end of the last.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    pub part: Part,
    began: Instant,
    ended: Instant,
}

impl Gap {
    fn took(&self) -> String {
        format!("{:.1} s", (self.ended - self.began).as_secs_f64())
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} without {}", self.took(), self.part)
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
