//! Whose request it is: the key is verified, then the own database is asked whether it still counts. So a
//! session that ended, an account that rests and a standing that was taken away matter at once.

use super::Shared;
use crate::{error::Error, store::Credentials};
use axum::{extract::FromRequestParts, http::request::Parts};
use chassis::identity::Caller;
use uuid::Uuid;

/// Somebody who is logged in; others are answered 401.
pub(super) struct LoggedIn {
    pub(super) account: Credentials,
    pub(super) session_id: Uuid,
}

/// Staff who are logged in; others are answered 401 or 403.
pub(super) struct LoggedInStaff;

impl FromRequestParts<Shared> for LoggedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Error> {
        let Caller(principal) = Caller::from_request_parts(parts, shared).await?;
        let account = shared.store.by_session(principal.session_id, principal.user_id).await?;
        let account = account.ok_or(Error::NotLoggedIn)?;
        Ok(Self { account, session_id: principal.session_id })
    }
}

impl FromRequestParts<Shared> for LoggedInStaff {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Error> {
        let caller = LoggedIn::from_request_parts(parts, shared).await?;
        if caller.account.user.is_admin { Ok(Self) } else { Err(Error::NotStaff) }
    }
}
