//! One service as it is called: through its circuit and its bulkhead, within a time limit, perhaps twice.

use crate::{
    answer::{Answer, Bad, Unreadable},
    breaker::State,
    budget::Budget,
    bulkhead::Bulkhead,
    call::{Call, Kind, Terms},
    caller::Caller,
    circuit::{Circuit, Passage},
    error::{CallError, Cause, Refused, Unavailable},
    exchange::{Lost, Wire},
    metrics::{Outcome, PeerMetrics},
    probe::Question,
    settings::{Limits, Settings},
    unaskable::unaskable,
};
use anyhow::Context;
use chassis::trace::{self, TraceContext};
use reqwest::Request;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

/// The delay before a retry, in milliseconds, drawn between the two: calls that failed together do not come
/// back together.
const RETRY_DELAY_MS: std::ops::RangeInclusive<u64> = 10..=60;

/// An attempt that would have less time than this is not made.
const ATTEMPT_NEEDS: Duration = Duration::from_millis(100);

/// One service.
pub(crate) struct Peer {
    name: &'static str,
    wire: Wire,
    limits: Limits,
    pub(crate) circuit: Circuit,
    budget: Budget,
    bulkhead: Bulkhead,
    metrics: PeerMetrics,
}

/// How long an attempt may take.
#[derive(Clone, Copy)]
struct Until {
    /// By the terms of the call.
    terms: Instant,
    /// By the patience of the caller.
    caller: Option<Instant>,
}

impl Until {
    fn earlier(self) -> Instant {
        self.caller.map_or(self.terms, |caller| caller.min(self.terms))
    }
}

/// Why an attempt did not bring what was asked for.
struct Failure {
    error: CallError,
    /// Set if the same could go well at once, as far as the attempt itself says.
    is_worth_repeating: bool,
}

impl Peer {
    pub(crate) fn new(
        name: &'static str,
        url: &str,
        settings: &Settings,
        metrics: PeerMetrics,
    ) -> anyhow::Result<Self> {
        let wire = Wire::new(name, url, &settings.secret, &settings.limits)
            .with_context(|| format!("cannot call the {name} service"))?;
        Ok(Self {
            name,
            wire,
            limits: settings.limits,
            circuit: Circuit::new(name, metrics.circuit.clone()),
            budget: Budget::new(),
            bulkhead: Bulkhead::new(&settings.limits),
            metrics,
        })
    }

    /// Makes the call; `read` makes something of an answer of 200 to 299.
    pub(crate) async fn call<T>(
        &self,
        caller: Caller<'_>,
        call: Call<'_>,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, CallError> {
        let terms = call.kind.terms(&self.limits);
        let began = Instant::now();
        // What is slow by nature takes its time.
        let until = |terms_end: Instant| Until {
            terms: terms_end,
            caller: caller.deadline.filter(|_| terms.patience.is_none()),
        };
        let (first_until, until) = (until(began + terms.attempt), until(began + terms.total));
        let request = self.wire.request(caller, &call);
        if let Some(refused) = unaskable(&call, &request) {
            return Err(CallError::Refused(refused));
        }
        if self.circuit.would_pass() {
            self.budget.call();
        }
        if until.caller.is_some_and(|end| end < began + ATTEMPT_NEEDS) {
            let cause = if self.circuit.would_pass() { Cause::TimedOut } else { Cause::CircuitOpen };
            return Err(self.not_sent(cause).error);
        }
        // On the heap: whoever may call is moved about with all that a call needs.
        let first = Box::pin(self.attempt(request, &call, &terms, first_until, &read)).await;
        let failure = match first {
            Ok(result) => return Ok(result),
            Err(failure) => failure,
        };
        let delay = Duration::from_millis(rand::random_range(RETRY_DELAY_MS));
        let is_time = Instant::now() + delay + ATTEMPT_NEEDS <= until.earlier();
        let is_sensible = terms.is_repeatable && failure.is_worth_repeating && is_time;
        if !(is_sensible && self.circuit.state() == State::Closed && self.budget.retry()) {
            return Err(failure.error);
        }
        self.metrics.retries.inc();
        sleep(delay).await;
        let again = self.wire.request(caller, &call);
        let second = Box::pin(self.attempt(again, &call, &terms, until, &read)).await;
        second.map_err(|second| after(&failure.error, second.error))
    }

    /// Does something to the one with this id, `POST /api/<those>/<id>/<act>`, and reads how it is now.
    pub(crate) async fn act<T>(
        &self,
        caller: Caller<'_>,
        those: &str,
        id: i64,
        act: &str,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, CallError> {
        let id = id.to_string();
        self.call(caller, Call::post(Kind::Write, &["api", those, &id, act]), read).await
    }

    /// Sends the request once.
    async fn attempt<T>(
        &self,
        request: Request,
        call: &Call<'_>,
        terms: &Terms,
        until: Until,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, Failure> {
        if !self.circuit.would_pass() {
            return Err(self.not_sent(Cause::CircuitOpen));
        }
        let place = self.bulkhead.enter(terms.patience.is_some()).await;
        let _place = place.ok_or_else(|| self.not_sent(Cause::Full))?;
        let passage = self.circuit.pass().ok_or_else(|| self.not_sent(Cause::CircuitOpen))?;
        let began = Instant::now();
        // One call on trial keeps all others waiting: it gets no more time than an ordinary one.
        let deadline = until.earlier();
        let deadline = if passage.is_trial { deadline.min(began + self.limits.write) } else { deadline };
        // A peer is not to blame that somebody had next to no time left.
        let is_hurried = deadline < until.terms.min(began + self.limits.read_attempt);
        let exchange = self.wire.send(request, call.max_bytes);
        let exchanged = tokio::select! {
            exchanged = timeout_at(deadline, exchange) => exchanged.ok(),
            () = self.given_up(began, terms.patience) => None,
        };
        let result = match exchanged {
            Some(Ok(answer)) => answer.judge(read).map_err(Ended::from),
            Some(Err(lost)) => Err(Ended::Lost(lost, None)),
            None => Err(Ended::Lost(Lost { cause: Cause::TimedOut, may_have_happened: true }, None)),
        };
        let is_fair = !(is_hurried && is_timed_out(&result));
        self.observed(&result, call, is_fair.then_some(passage), began);
        result.map_err(|ended| self.failure(ended))
    }

    /// Resolves when a slow call is to be given up because the circuit opened in the meantime.
    async fn given_up(&self, began: Instant, patience: Option<Duration>) {
        let Some(patience) = patience else { return std::future::pending().await };
        sleep_until(began + self.limits.write).await;
        self.circuit.broken_for(patience).await;
    }

    fn observed<T>(
        &self,
        result: &Result<T, Ended>,
        call: &Call<'_>,
        passage: Option<Passage>,
        began: Instant,
    ) {
        let outcome = match result {
            Ok(_) => Outcome::Answered,
            Err(Ended::Refused(_)) => Outcome::Refused,
            Err(Ended::Lost(lost, _)) => Outcome::Failed(lost.cause),
        };
        if let Some(passage) = passage {
            passage.ended(!matches!(outcome, Outcome::Failed(_)));
        }
        self.metrics.sent(call.method.as_str(), outcome, began.elapsed());
    }

    fn not_sent(&self, cause: Cause) -> Failure {
        self.metrics.not_sent(cause);
        let error = self.unavailable(Lost { cause, may_have_happened: false });
        Failure { error, is_worth_repeating: false }
    }

    fn failure(&self, ended: Ended) -> Failure {
        match ended {
            Ended::Refused(refused) => {
                Failure { error: CallError::Refused(refused), is_worth_repeating: false }
            }
            Ended::Lost(lost, come_back) => {
                // Garbage comes again, and who says when to come back is not asked before.
                let is_worth_repeating = lost.cause != Cause::Garbage && come_back.is_none();
                Failure { error: self.unavailable(lost), is_worth_repeating }
            }
        }
    }

    fn unavailable(&self, lost: Lost) -> CallError {
        let Lost { cause, may_have_happened } = lost;
        CallError::Unavailable(Unavailable { peer: self.name, cause, may_have_happened })
    }

    /// Asks for something small, without circuit, bulkhead or retry, and says whether the answer was good.
    pub(crate) async fn probe(&self, question: &Question) -> bool {
        let call = (question.call)();
        let request = self.wire.request(Caller::nobody(), &call);
        // Nobody wants to see the trace of each probe.
        let context = TraceContext { sampled: false, ..TraceContext::begin() };
        let exchange = trace::scope(context, self.wire.send(request, call.max_bytes));
        match timeout(self.limits.probe, exchange).await {
            Ok(Ok(answer)) => (question.is_good)(&answer),
            Ok(Err(_)) | Err(_) => false,
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// How an attempt that was let through ended, if not well.
enum Ended {
    Refused(Refused),
    /// With when the peer wishes to be asked again, if it said so.
    Lost(Lost, Option<Duration>),
}

fn is_timed_out<T>(result: &Result<T, Ended>) -> bool {
    matches!(result, Err(Ended::Lost(lost, _)) if lost.cause == Cause::TimedOut)
}

impl From<Bad> for Ended {
    fn from(bad: Bad) -> Self {
        match bad {
            Bad::Refused(refused) => Self::Refused(refused),
            Bad::Unavailable(cause, come_back) => {
                Self::Lost(Lost { cause, may_have_happened: true }, come_back)
            }
        }
    }
}

/// The error of a retry; what the first attempt may have done, the call may have done.
fn after(first: &CallError, second: CallError) -> CallError {
    match (first, second) {
        (CallError::Unavailable(first), CallError::Unavailable(second)) => {
            let may_have_happened = first.may_have_happened || second.may_have_happened;
            // What kept the retry from being sent says less than what happened before.
            let was_sent = !matches!(second.cause, Cause::CircuitOpen | Cause::Full);
            let cause = if was_sent { second.cause } else { first.cause };
            CallError::Unavailable(Unavailable { cause, may_have_happened, ..second })
        }
        (_, second) => second,
    }
}
