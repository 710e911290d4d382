//! Accounts: registered, asked about, shown to their owners.

use super::{Shared, callers::LoggedIn, user_result};
use crate::{
    account::{Email, Password, PersonName, Registration, Username},
    error::Error,
    store::NewAccount,
};
use axum::extract::State;
use chassis::{
    address::ClientAddress,
    input::{Body, FieldValue as _, Json, PathParam},
};
use contract::{
    Problem,
    user::{UserAdded, UserResult, UsernameExists},
};
use utoipa::ToSchema;

/// Somebody who wants an account.
#[derive(ToSchema)]
#[schema(as = Registration)]
#[expect(dead_code, reason = "it describes a body, which is read field by field")]
struct RegistrationBody {
    #[schema(min_length = 1, max_length = 100, example = "Ada")]
    first_name: String,
    #[schema(min_length = 1, max_length = 100, example = "Lovelace")]
    last_name: String,
    #[schema(max_length = 254, format = Email, example = "ada@example.com")]
    email: String,
    /// Letters, digits and . _ - + @; unique whatever its case.
    #[schema(min_length = 1, max_length = 64, example = "ada")]
    username: String,
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: String,
}

/// Register
#[utoipa::path(post, path = "/api/user/create", tag = "accounts",
    request_body(content(
        (RegistrationBody = "application/x-www-form-urlencoded"), (RegistrationBody = "multipart/form-data"),
        (RegistrationBody = "application/json"))),
    responses(
        (status = 200, description = "The account was made", body = UserAdded),
        (status = 409, description = "The username, the address or both are taken; `errors` names them",
            body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many passwords wait to be hashed; come back after `Retry-After`",
            body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    State(shared): State<Shared>,
    client: ClientAddress,
    Body(mut fields): Body,
) -> Result<Json<UserAdded>, Error> {
    shared.limits.login_or_registration(client)?;
    let first_name = fields.required::<PersonName>("first_name");
    let last_name = fields.required::<PersonName>("last_name");
    let email = fields.required::<Email>("email");
    let username = fields.required::<Username>("username");
    let password = fields.required::<Password>("password");
    let (first_name, last_name, email, username, password) =
        fields.finish((first_name, last_name, email, username, password))?;

    // Asked before the password is hashed, which is dear, and once more after if somebody was quicker.
    let (username_lower, email_lower) = (username.lower(), email.lower());
    let refused = async || match shared.store.taken(&username_lower, &email_lower).await? {
        (false, false) => Ok(()),
        (username, email) => Err(Error::Taken { username, email }),
    };
    refused().await?;
    let password_hash = shared.passwords.slot().await?.hash(password).await?;
    let registration = Registration { username, email, first_name, last_name };
    let account = NewAccount { registration, password_hash, now: shared.clock.now_unix_ms() };
    let Some(result) = shared.store.create(account).await? else {
        refused().await?;
        return Err(Error::Busy);
    };
    shared.metrics.registrations.inc();
    Ok(Json(UserAdded { message: "User added".to_owned(), result }))
}

/// Ask whether a username is taken
///
/// Whatever its case. A shop may switch this off; the answer is then 404, too, and says so.
#[utoipa::path(get, path = "/api/user/{username}/exists", tag = "accounts",
    params(("username" = String, Path, description = "The username")),
    responses(
        (status = 200, description = "It is taken", body = UsernameExists),
        (status = 404, description = "Cannot find username", body = Problem,
            content_type = "application/problem+json")))]
pub(super) async fn exists(
    State(shared): State<Shared>,
    client: ClientAddress,
    PathParam(username): PathParam<String>,
) -> Result<Json<UsernameExists>, Error> {
    if !shared.username_check {
        return Err(Error::UsernameCheckOff);
    }
    shared.limits.username_checked(client)?;
    // What cannot be a username is not taken, whatever the database would make of it.
    let username = Username::from_text(&username).map_err(|_| Error::UnknownUsername)?;
    match shared.store.by_username(&username.lower()).await? {
        Some(_) => Ok(Json(UsernameExists { result: true })),
        None => Err(Error::UnknownUsername),
    }
}

/// The own account
#[utoipa::path(get, path = "/api/user", tag = "accounts", security(("key" = [])),
    responses((status = 200, description = "The account of whoever the key was given to", body = UserResult)))]
pub(super) async fn show(caller: LoggedIn) -> Json<UserResult> {
    Json(user_result(caller.account.user))
}
