//! How a call can end without what it asked for.

use contract::{Problem, product::CsvError};
use std::{fmt, time::Duration};

/// Why a call did not bring what it asked for.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// There is no answer that can be used.
    #[error(transparent)]
    Unavailable(Unavailable),
    /// The service said no.
    #[error(transparent)]
    Refused(Refused),
}

impl CallError {
    /// The refusal, if it is one with that status.
    pub fn refused_with(&self, status: u16) -> Option<&Refused> {
        match self {
            Self::Refused(refused) if refused.status == status => Some(refused),
            _ => None,
        }
    }

    /// Whether the service has not said what became of the call.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// A peer that gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {peer} service is not available: {cause}")]
pub struct Unavailable {
    /// `user`, `product` or `order`.
    pub peer: &'static str,
    pub cause: Cause,
    /// True if the request may have been sent whole, so that it may have taken, or may yet take, effect.
    pub may_have_happened: bool,
}

/// What was wrong with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection came about.
    Unreachable,
    /// The circuit is open, or half-open and on trial: nothing was sent.
    CircuitOpen,
    /// Too many calls are under way: nothing was sent.
    Full,
    /// No whole answer came in time.
    TimedOut,
    /// The connection ended before the answer did.
    Broken,
    /// It answered with this status, 500 or above.
    ServerError(u16),
    /// Its answer is not what the contract says.
    Garbage,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => formatter.write_str("no connection"),
            Self::CircuitOpen => formatter.write_str("its circuit is open"),
            Self::Full => formatter.write_str("too many calls are under way"),
            Self::TimedOut => formatter.write_str("no answer in time"),
            Self::Broken => formatter.write_str("the connection broke"),
            Self::ServerError(status) => write!(formatter, "it answered {status}"),
            Self::Garbage => formatter.write_str("its answer cannot be understood"),
        }
    }
}

/// A service's no, in its own words.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("refused with {status}: {}", .problem.message)]
pub struct Refused {
    /// 400 to 499.
    pub status: u16,
    /// Boxed, since errors are moved about and problems are large.
    pub problem: Box<Problem>,
    /// When the service wishes to be asked again, mostly with 429.
    pub retry_after: Option<Duration>,
}

impl Refused {
    /// What the service said of this field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut errors = self.problem.errors.iter();
        errors.find(|error| error.field == name).map(|error| error.message.as_str())
    }

    /// The mistakes of an import, by line and column; the service tells at most 100.
    pub fn csv_errors(&self) -> Vec<CsvError> {
        self.problem.errors.iter().filter_map(|error| CsvError::try_from(error).ok()).collect()
    }
}
