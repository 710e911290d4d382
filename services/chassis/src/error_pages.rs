//! Errors as people see them: a part that serves pages answers every error as a page of its own, those that
//! the edge makes (a panic, a time-out, too many requests, an unknown path) among them.

use axum::{
    http::{HeaderMap, Uri},
    response::Response,
};
use contract::Problem;

/// Turns problems into pages.
pub trait ErrorPages: Send + Sync + 'static {
    /// The page for a problem, or `None` where a program asked and gets the problem itself. The edge sets the
    /// status, and the headers that the problem came with (`Retry-After`, `Allow`) stay.
    fn page(&self, problem: &Problem, request: &FailedRequest) -> Option<Response>;
}

/// The request that an error answers.
#[derive(Clone, Debug)]
pub struct FailedRequest {
    pub uri: Uri,
    pub headers: HeaderMap,
}
