//! What somebody typed into a form, as it was typed: a page that refuses it shows it again.

use axum::extract::{FromRequest, Request};
use chassis::{
    input::{Body, FieldValue, Fields, Verbatim},
    problem::ApiError,
};

/// A field holds something else than it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The fields of a form.
pub(crate) struct Typed(Fields);

impl Typed {
    /// The field's text, blanks around it taken off; empty if it was not sent.
    pub(crate) fn text(&mut self, name: &str) -> String {
        self.verbatim(name).trim().to_owned()
    }

    /// The field exactly as it was sent, as passwords are; empty if it was not.
    pub(crate) fn verbatim(&mut self, name: &str) -> String {
        self.0.optional::<Verbatim>(name).map(|text| text.0).unwrap_or_default()
    }

    /// The field as a value; `None` if it was not sent or is no such value.
    pub(crate) fn value<T: FieldValue>(&mut self, name: &str) -> Option<T> {
        self.0.optional(name)
    }

    /// The field as a value, if it was sent.
    ///
    /// # Errors
    /// It was sent and is no such value.
    pub(crate) fn sent<T: FieldValue>(&mut self, name: &str) -> Result<Option<T>, Unreadable> {
        let is_sent = self.0.has(name);
        let value = self.0.optional(name);
        if is_sent && value.is_none() { Err(Unreadable) } else { Ok(value) }
    }
}

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Body::from_request(request, state).await.map(|Body(fields)| Self(fields))
    }
}
