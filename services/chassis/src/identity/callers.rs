//! What handlers ask for: the caller, a member of staff, or whoever it is.

use super::claims::Principal;
use crate::{edge::Admitted, problem::ApiError};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use contract::Role;
use std::convert::Infallible;

/// Somebody with a valid key; others are answered 401.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Principal);

/// Somebody with a valid key, or anybody.
#[derive(Clone, Copy, Debug)]
pub struct MaybeCaller(pub Option<Principal>);

/// Staff; others are answered 401 or 403.
#[derive(Clone, Copy, Debug)]
pub struct Staff(pub Principal);

impl<S: Sync> FromRequestParts<S> for MaybeCaller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let admitted = Admitted::of(&parts.extensions);
        let principal = authorization
            .zip(admitted)
            .and_then(|(authorization, admitted)| admitted.verifier.verify(key_of(authorization)).ok());
        Ok(Self(principal))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Ok(MaybeCaller(principal)) = MaybeCaller::from_request_parts(parts, state).await;
        principal.map(Self).ok_or_else(|| ApiError::unauthorized("Not logged in"))
    }
}

impl<S: Sync> FromRequestParts<S> for Staff {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Caller::from_request_parts(parts, state).await?.0 {
            principal if principal.role == Role::Staff => Ok(Self(principal)),
            _ => Err(ApiError::forbidden("Only staff may do this")),
        }
    }
}

/// The key in `Authorization: <key>`, `Basic <key>` or `Bearer <key>`; the key is the same in all three.
fn key_of(authorization: &str) -> &str {
    match authorization.trim().split_once(' ') {
        Some((scheme, key)) if ["basic", "bearer"].contains(&scheme.to_ascii_lowercase().as_str()) => {
            key.trim()
        }
        _ => authorization.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn the_key_comes_in_three_forms() {
        for authorization in ["a.b.c", "Basic a.b.c", "Bearer a.b.c", "bearer  a.b.c ", "BASIC a.b.c"] {
            assert_eq!(key_of(authorization), "a.b.c");
        }
    }
}
