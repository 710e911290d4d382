//! Ids in paths. What is no id is the id of nothing, and is answered as one that is not given out.

use crate::Error;
use axum::{extract::FromRequestParts, http::request::Parts};
use chassis::{input::PathParam, problem::ApiError};

/// The order that a path names.
pub(super) struct OrderId(pub(super) i64);

/// The product that a path names.
pub(super) struct ProductId(pub(super) i64);

impl<S: Send + Sync> FromRequestParts<S> for OrderId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        id(parts, state, Error::OrderNotFound).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ProductId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        id(parts, state, Error::UnknownProduct).await.map(Self)
    }
}

async fn id<S: Send + Sync>(parts: &mut Parts, state: &S, otherwise: Error) -> Result<i64, ApiError> {
    let read = PathParam::from_request_parts(parts, state).await;
    read.map(|PathParam(id)| id).map_err(|_| otherwise.into())
}
