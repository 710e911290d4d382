//! What can go wrong for a client, and what each is answered: one table.

use chassis::problem::ApiError;
use std::time::Duration;

/// When to come back if the database or the queue for hashing has no room.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Why a request is not answered as it wished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the key is missing, wrong, expired or revoked, or the password is wrong")]
    NotLoggedIn,
    #[error("the caller is not staff")]
    NotStaff,
    #[error("the username is taken: {username}, the e-mail address is taken: {email}")]
    Taken { username: bool, email: bool },
    #[error("there is no such username")]
    UnknownUsername,
    #[error("there is no such account")]
    UnknownUser,
    #[error("asking for usernames is switched off")]
    UsernameCheckOff,
    #[error("the present password is wrong")]
    WrongCurrentPassword,
    #[error("the account is the last active staff")]
    LastStaff,
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error("the database failed")]
    Database(#[from] database::Error),
    #[error("something unexpected failed")]
    Internal(anyhow::Error),
    /// An answer that was found elsewhere: a rate limit, a field that cannot be read.
    #[error("the request was refused")]
    Refused(ApiError),
}

impl From<ApiError> for Error {
    fn from(refusal: ApiError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotLoggedIn => ApiError::unauthorized("Not logged in"),
            Error::NotStaff => ApiError::forbidden("Only staff may do this"),
            Error::Taken { username, email } => taken(username, email),
            Error::UnknownUsername => ApiError::not_found("Cannot find username"),
            Error::UnknownUser => ApiError::not_found("Cannot find user"),
            Error::UsernameCheckOff => {
                ApiError::not_found("Asking for usernames is switched off in this shop")
            }
            Error::WrongCurrentPassword => ApiError::wrong_field("current_password", "is wrong"),
            Error::LastStaff => ApiError::conflict(
                "This is the last active staff account; grant staff to another active account first",
            ),
            Error::Busy => ApiError::unavailable(RETRY_AFTER),
            Error::Database(error) if error.is_unavailable() => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database is not available");
                ApiError::unavailable(RETRY_AFTER)
            }
            Error::Database(error) => ApiError::internal(error),
            Error::Internal(error) => ApiError::internal(error),
            Error::Refused(refusal) => refusal,
        }
    }
}

impl axum::response::IntoResponse for Error {
    fn into_response(self) -> axum::response::Response {
        ApiError::from(self).into_response()
    }
}

/// 409 that names every field to blame.
fn taken(username: bool, email: bool) -> ApiError {
    let fields = [(username, "username"), (email, "email")];
    let taken: Vec<_> =
        fields.into_iter().filter_map(|(is_taken, field)| is_taken.then_some(field)).collect();
    ApiError::taken(&taken)
}
