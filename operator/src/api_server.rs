//! Calls of the Kubernetes API: none waits for ever, and errors are told apart by what to do about them.

use std::future::Future;
use std::time::Duration;

use thiserror::Error;

/// The longest time that one call may take. The API server itself gives up after a minute; a controller that is
/// told nothing for so long has better things to do.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a call failed.
#[derive(Debug, Error)]
pub enum CallError {
    /// The API server, or something on the way to it, said no.
    #[error("{what}: {source}")]
    Failed { what: &'static str, source: Box<kube::Error> },
    /// Nothing was answered in time.
    #[error("{what}: no answer within {} s", CALL_TIMEOUT.as_secs())]
    TimedOut { what: &'static str },
}

impl CallError {
    /// What the API server answered, if it did.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Failed { source, .. } => match source.as_ref() {
                kube::Error::Api(status) => Some(status.code),
                _ => None,
            },
            Self::TimedOut { .. } => None,
        }
    }

    /// There is no such object, or no such kind.
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(404)
    }

    /// Somebody else was quicker.
    pub fn is_conflict(&self) -> bool {
        self.code() == Some(409)
    }

    /// The object itself is refused: asking again changes nothing.
    pub fn is_refusal(&self) -> bool {
        matches!(self.code(), Some(400 | 403 | 422))
    }

    /// A word for a metric's label.
    pub fn reason(&self) -> &'static str {
        match (self, self.code()) {
            (Self::TimedOut { .. }, _) => "timeout",
            (_, Some(403)) => "forbidden",
            (_, Some(404)) => "not_found",
            (_, Some(409)) => "conflict",
            (_, Some(400 | 422)) => "invalid",
            (_, Some(_)) => "api_server",
            (_, None) => "connection",
        }
    }
}

/// Makes a call within its time.
///
/// # Errors
/// If the API server refuses, can't be reached, or does not answer in time. `what` begins the error's text.
pub async fn call<T>(
    what: &'static str,
    request: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(CALL_TIMEOUT, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) => Err(CallError::Failed { what, source: Box::new(source) }),
        Err(_) => Err(CallError::TimedOut { what }),
    }
}
