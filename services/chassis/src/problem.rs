//! How an error is answered: `application/problem+json` with the `message` that older clients read.
//!
//! The path of the request and its trace id are filled in at the edge, which knows them.

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{FieldError, Problem};
use serde::Serialize;
use std::time::Duration;

/// The kinds of problems: name, status, the end of the stable `type` URI, title.
macro_rules! kinds {
    ($($kind:ident $status:ident $slug:literal $title:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $title] $kind,)* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            fn row(self) -> (StatusCode, &'static str, &'static str) {
                match self { $(Kind::$kind => (StatusCode::$status, $slug, $title),)* }
            }
        }
    };
}

kinds! {
    BadRequest           BAD_REQUEST                     "bad-request"            "The request cannot be read";
    Validation           BAD_REQUEST                     "validation"             "Some fields are wrong";
    Unauthorized         UNAUTHORIZED                    "unauthorized"           "A valid key is needed";
    Forbidden            FORBIDDEN                       "forbidden"              "This is not allowed with this key";
    NotFound             NOT_FOUND                       "not-found"              "There is no such thing";
    MethodNotAllowed     METHOD_NOT_ALLOWED              "method-not-allowed"     "The method does not fit the path";
    RequestTimeout       REQUEST_TIMEOUT                 "request-timeout"        "The request came too slowly";
    Conflict             CONFLICT                        "conflict"               "The present state does not allow this";
    PreconditionFailed   PRECONDITION_FAILED             "precondition-failed"    "It has changed in the meantime";
    PayloadTooLarge      PAYLOAD_TOO_LARGE               "payload-too-large"      "The body is too large";
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE          "unsupported-media-type" "The body has a type that is not taken";
    Unprocessable        UNPROCESSABLE_ENTITY            "unprocessable"          "The request contradicts an earlier one";
    PreconditionRequired PRECONDITION_REQUIRED           "precondition-required"  "The change must name a version";
    TooManyRequests      TOO_MANY_REQUESTS               "too-many-requests"      "Too many requests";
    HeadersTooLarge      REQUEST_HEADER_FIELDS_TOO_LARGE "headers-too-large"      "The headers are too large";
    Internal             INTERNAL_SERVER_ERROR           "internal"               "Something went wrong here";
    Unavailable          SERVICE_UNAVAILABLE             "unavailable"            "Not available for now";
    Gone                 GONE                            "gone"                   "It is no longer kept";
}

impl Kind {
    /// The status it is answered with.
    pub fn status(self) -> StatusCode {
        self.row().0
    }

    /// The stable URI that names it.
    pub fn type_uri(self) -> String {
        format!("urn:shopkeeper:problem:{}", self.row().1)
    }

    /// The kind that a bare status means.
    fn of_status(status: StatusCode) -> Self {
        let otherwise = if status.is_server_error() { Kind::Internal } else { Kind::BadRequest };
        Self::ALL.iter().copied().find(|kind| kind.status() == status).unwrap_or(otherwise)
    }
}

/// An error on its way to the client.
#[derive(Debug)]
pub struct ApiError(Box<Answer>);

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    problem: Problem,
    headers: HeaderMap,
}

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A problem of that kind. The message is a sentence for people.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let (status, _, title) = kind.row();
        let problem = Problem {
            type_: kind.type_uri(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
            instance: None,
            message: message.into(),
            errors: Vec::new(),
            trace_id: None,
            extensions: serde_json::Map::new(),
        };
        Self(Box::new(Answer { status, problem, headers: HeaderMap::new() }))
    }

    /// 400: the request as such cannot be read.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, message)
    }

    /// 400: every wrong field at once; the message names the first.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let message = errors.first().map_or_else(
            || Kind::Validation.row().2.to_owned(),
            |first| format!("{} {}", first.field, first.message),
        );
        Self::new(Kind::Validation, message).with_errors(errors)
    }

    /// 400: one wrong field; the message continues the field's name ("must be …").
    pub fn wrong_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::validation(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// 401, saying that a bearer key is wanted.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(Kind::Unauthorized, message)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: the key is valid but not enough.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, message)
    }

    /// 404
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// 409
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// 409 that names every field whose value somebody else has.
    pub fn taken(fields: &[&str]) -> Self {
        let error = |field: &&str| FieldError { field: (*field).to_owned(), message: "is taken".to_owned() };
        let message: Vec<_> = fields.iter().map(|field| format!("{field} is taken")).collect();
        Self::conflict(message.join(", ")).with_errors(fields.iter().map(error).collect())
    }

    /// 410
    pub fn gone(message: impl Into<String>) -> Self {
        Self::new(Kind::Gone, message)
    }

    /// 412: `If-Match` names another version.
    pub fn precondition_failed(message: impl Into<String>) -> Self {
        Self::new(Kind::PreconditionFailed, message)
    }

    /// 428: `If-Match` is missing.
    pub fn precondition_required(message: impl Into<String>) -> Self {
        Self::new(Kind::PreconditionRequired, message)
    }

    /// 415
    pub fn unsupported_media_type(message: impl Into<String>) -> Self {
        Self::new(Kind::UnsupportedMediaType, message)
    }

    /// 413
    pub fn payload_too_large(limit_bytes: usize) -> Self {
        Self::new(Kind::PayloadTooLarge, format!("The body may have at most {limit_bytes} bytes"))
    }

    /// 422: it contradicts what was said before, such as another basket under the same key.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unprocessable, message)
    }

    /// 429
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self::new(Kind::TooManyRequests, "Too many requests, please wait a moment")
            .with_retry_after(retry_after)
    }

    /// 503: worth trying again after that time.
    pub fn unavailable(retry_after: Duration) -> Self {
        Self::new(Kind::Unavailable, "Not available for now, please try again").with_retry_after(retry_after)
    }

    /// 500: logs the cause with all that led to it, and tells the client nothing of it.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        let error: anyhow::Error = error.into();
        tracing::error!(error = format!("{error:#}"), "a request failed");
        Self::new(Kind::Internal, "Something went wrong here; the trace id helps to find out")
    }

    /// Explains this occurrence.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.problem.detail = Some(detail.into());
        self
    }

    /// Names the fields to blame.
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.problem.errors = errors;
        self
    }

    /// Adds a member of its own, such as `current_total`. A value that JSON cannot hold becomes null.
    pub fn with(mut self, member: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.0.problem.extensions.insert(member.to_owned(), value);
        self
    }

    /// Adds a header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// Says when to try again, in whole seconds, at least one.
    pub fn with_retry_after(self, after: Duration) -> Self {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        self.with_header(header::RETRY_AFTER, seconds.max(1).into())
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What it says.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Answer { status, problem, headers } = *self.0;
        let mut response = (status, headers, Json(&problem)).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response.extensions_mut().insert(problem);
        response
    }
}

/// The error answer as the client gets it: with the path and the trace id; as a problem if what made it
/// (a rejection of the framework, an unknown path) said only a status. `page` may put a page in its place.
pub(crate) fn complete(
    mut response: Response,
    path: &str,
    trace_id: String,
    page: impl FnOnce(&Problem) -> Option<Response>,
) -> Response {
    let status = response.status();
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare(&response) => {
            let kind = Kind::of_status(status);
            ApiError::new(kind, if kind == Kind::NotFound { "Unknown path" } else { kind.row().2 }).0.problem
        }
        None => return response,
    };
    let problem = Problem {
        status: status.as_u16(),
        instance: Some(path.to_owned()),
        trace_id: Some(trace_id),
        ..problem
    };
    let mut headers = std::mem::take(response.headers_mut());
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_TYPE);
    let mut completed = page(&problem).unwrap_or_else(|| {
        let json = [(header::CONTENT_TYPE, "application/problem+json")];
        (json, axum::Json(&problem)).into_response()
    });
    *completed.status_mut() = status;
    completed.headers_mut().extend(headers);
    completed
}

/// Whether nothing was said but the status, perhaps with a line of plain text.
fn is_bare(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_none_or(|value| value.as_bytes().starts_with(b"text/plain"))
}
