//! The visitor's keys: proved, renewed in time, thrown away when they are worth nothing.

use std::net::IpAddr;
use std::time::Duration;

use chassis::{identity::Refused, trace};
use client::{CallError, Caller, Cause, Unavailable};
use contract::Timestamp;
use tokio::time::Instant;

use super::Visit;

/// How long a page waits for the next keys while the present ones still hold. The exchange goes on without it.
const EARLY: Duration = Duration::from_millis(300);

/// How long a page waits for keys without which it cannot ask anybody in the visitor's name. What remains of
/// the page's time is for what anybody may see.
const NEEDED: Duration = Duration::from_millis(1_000);

/// In whose name a service is asked, for questions that are asked again with another key.
pub(crate) struct Asker {
    token: Option<String>,
    client_address: IpAddr,
    deadline: Instant,
}

impl Asker {
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller {
            token: self.token.as_deref(),
            ..Caller::nobody().at(self.client_address).until(self.deadline)
        }
    }
}

impl Visit {
    /// Finds out what the session's keys are worth, and renews them when less than half of their time is left.
    /// Only the user service's no, or its word that the session was ended, ends it here.
    pub(super) async fn prove(&mut self) {
        let Some(session) = &self.kept.session else { return };
        let Some(tokens) = &session.tokens else { return };
        match self.shop.verifier.verify(&tokens.access_token) {
            Err(Refused::Revoked) => {
                self.kept.log_out();
                self.principal = None;
                self.has_ended = true;
            }
            Ok(_) if session.wants_refresh(self.shop.now()) => self.renew(EARLY).await,
            Ok(_) => {}
            Err(_) => self.renew(NEEDED).await,
        }
    }

    /// Asks a service in the visitor's name. Keys that it does not believe any more are renewed, once.
    pub(crate) async fn ask<T, Asking>(&mut self, question: impl Fn(Asker) -> Asking) -> Result<T, CallError>
    where
        Asking: Future<Output = Result<T, CallError>>,
    {
        let answer = question(self.asker()).await;
        if !is_not_logged_in(&answer) || !self.keys_were_refused().await {
            return answer;
        }
        let answer = question(self.asker()).await;
        if is_not_logged_in(&answer) {
            self.end_session();
        }
        answer
    }

    pub(super) fn asker(&self) -> Asker {
        let token = self.caller().token.map(str::to_owned);
        Asker { token, client_address: self.address, deadline: self.time.ends() }
    }

    /// A service did not believe the key. Whether there is another one now.
    pub(super) async fn keys_were_refused(&mut self) -> bool {
        self.principal = None;
        self.renew(NEEDED.min(self.time.left())).await;
        self.principal.is_some()
    }

    async fn renew(&mut self, patience: Duration) {
        let Some(token) = self.kept.session.as_ref().and_then(|session| session.refresh_token()) else {
            return;
        };
        let (user, caller) = (self.shop.peers.user.clone(), Caller::nobody().at(self.address));
        let exchanged = self.shop.refreshes.once(token, || {
            let (token, cause) = (token.to_owned(), trace::traceparent());
            let exchange = async move { user.refresh(caller, &token).await };
            // In a task of its own: it goes on when no page waits for it any more.
            let exchange = tokio::spawn(async move { trace::continued(cause.as_deref(), exchange).await });
            async move { exchange.await.unwrap_or_else(|_panic| Err(broken())) }
        });
        match tokio::time::timeout(patience, exchanged).await {
            Ok(Ok(keys)) => {
                let now: Timestamp = self.shop.now();
                if let Some(session) = &mut self.kept.session {
                    session.renew(&keys, now);
                }
                self.principal = self.shop.verifier.verify(&keys.api_key).ok();
            }
            Ok(Err(error)) if error.refused_with(401).is_some() => self.end_session(),
            Ok(Err(_)) | Err(_) => {}
        }
    }

    /// The session is over. Its name stays only as long as changes of the basket wait that nobody else may have.
    fn end_session(&mut self) {
        self.principal = None;
        self.has_ended = true;
        match &mut self.kept.session {
            Some(session) if self.kept.basket.has_pending() => session.lose_tokens(),
            _ => drop(self.kept.log_out()),
        }
    }
}

fn is_not_logged_in<T>(answer: &Result<T, CallError>) -> bool {
    answer.as_ref().is_err_and(|error| error.refused_with(401).is_some())
}

fn broken() -> CallError {
    CallError::Unavailable(Unavailable { peer: "user", cause: Cause::Broken, may_have_happened: true })
}
