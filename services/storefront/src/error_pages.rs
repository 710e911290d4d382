//! Errors in the shop's design, whatever made them, with the trace id as support code.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use askama::Template as _;
use axum::response::{Html, IntoResponse as _, Response};
use chassis::error_pages::{ErrorPages, FailedRequest};
use contract::Problem;

use crate::shop::Shop;
use crate::views::ProblemPage;
use crate::visit::Visit;

/// Where programs ask: they are told in JSON.
const FOR_PROGRAMS: [&str; 2] = ["/api/", "/status.json"];

/// The shop, for the edge.
pub(crate) struct Pages(pub(crate) Arc<Shop>);

impl ErrorPages for Pages {
    fn page(&self, problem: &Problem, request: &FailedRequest) -> Option<Response> {
        if FOR_PROGRAMS.iter().any(|path| request.uri.path().starts_with(path)) {
            return None;
        }
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let visit = Visit::at_a_glance(&self.0, &request.uri, &request.headers, nowhere);
        let support_code = problem.trace_id.clone().unwrap_or_default();
        let view = ProblemPage::new(visit.frame(""), problem.status, support_code);
        let mut response = Html(view.render().ok()?).into_response();
        self.0.headers.add(response.headers_mut());
        Some(response)
    }
}
