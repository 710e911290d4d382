//! What came back, and what is made of it.

use crate::error::{Cause, Refused};
use contract::Problem;
use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap},
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// An answer that came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// The answer is not what the contract says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// An answer that is not the one that was hoped for.
#[derive(Debug)]
pub(crate) enum Bad {
    Refused(Refused),
    /// With when the peer wishes to be asked again, if it said so.
    Unavailable(Cause, Option<Duration>),
}

impl Answer {
    /// Takes the answer in, up to that many bytes.
    pub(crate) async fn take(mut response: Response, max_bytes: usize) -> Result<Self, Cause> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Cause::Broken)? {
            if body.len() + chunk.len() > max_bytes {
                return Err(Cause::Garbage);
            }
            body.extend_from_slice(&chunk);
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(Self { status, headers, body })
    }

    /// The body as the contract has it.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        serde_json::from_slice(&self.body).map_err(|_| Unreadable)
    }

    /// What the answer is good for; `read` is shown those of 200 to 299 only, and 304, which tells something to
    /// who has asked for it.
    pub(crate) fn judge<T>(&self, read: impl FnOnce(&Self) -> Result<T, Unreadable>) -> Result<T, Bad> {
        let garbage = |Unreadable| Bad::Unavailable(Cause::Garbage, None);
        if self.status.is_success() || self.status == StatusCode::NOT_MODIFIED {
            return read(self).map_err(garbage);
        }
        if self.status.is_client_error() {
            let problem = self.json::<Box<Problem>>().map_err(garbage)?;
            let status = self.status.as_u16();
            return Err(Bad::Refused(Refused { status, problem, retry_after: self.retry_after() }));
        }
        if self.status.is_server_error() {
            let cause = Cause::ServerError(self.status.as_u16());
            return Err(Bad::Unavailable(cause, self.retry_after()));
        }
        // Nobody redirects here.
        Err(garbage(Unreadable))
    }

    /// Whether the service asks for a key, as it should of somebody who has shown none.
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && self.json::<Problem>().is_ok()
    }

    fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Bad};
    use crate::error::Cause;
    use contract::user::Message;
    use reqwest::{StatusCode, header::HeaderMap};

    const PROBLEM: &str = r#"{"type":"urn:shopkeeper:problem:conflict","title":"Conflict","status":409,"message":"username is taken","errors":[{"field":"username","message":"is taken"}]}"#;

    fn judged(status: u16, body: &str) -> Result<Message, Bad> {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers: HeaderMap::new(), body: body.into() }.judge(Answer::json)
    }

    #[test]
    fn an_answer_is_taken_only_if_it_is_what_the_contract_says() {
        assert_eq!(judged(200, r#"{"message":"hello","more":1}"#).unwrap().message, "hello");
        for (status, body) in [
            (200, "{}"),
            (200, ""),
            (200, "<html>"),
            (200, r#"{"message":"half"#),
            (204, ""),
            (302, r#"{"message":"hello"}"#),
            (304, ""),
            (404, "not found"),
            (404, "{}"),
            (401, r#"{"message":"no more than that"}"#),
        ] {
            let bad = judged(status, body);
            assert!(matches!(bad, Err(Bad::Unavailable(Cause::Garbage, None))), "{status} {body}: {bad:?}");
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_service_and_a_failure_by_its_status() {
        for status in [400, 401, 408, 409, 422, 429] {
            let Err(Bad::Refused(refused)) = judged(status, PROBLEM) else { panic!("{status}") };
            assert_eq!((refused.status, refused.field("username")), (status, Some("is taken")));
        }
        for status in [500, 502, 503, 504, 599] {
            let Err(Bad::Unavailable(cause, _)) = judged(status, PROBLEM) else { panic!("{status}") };
            assert_eq!(cause, Cause::ServerError(status));
        }
    }
}
