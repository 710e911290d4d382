//! Passwords: changed by their owners, reset by staff.

use super::{
    Shared,
    callers::{LoggedIn, LoggedInStaff},
    message,
};
use crate::{account::Password, error::Error, passwords::Checked};
use axum::extract::State;
use chassis::input::{Body, Json, PathParam, Verbatim};
use contract::{Problem, user::Message};
use utoipa::ToSchema;

/// The present password and the one that takes its place.
#[derive(ToSchema)]
#[schema(as = PasswordChange)]
#[expect(dead_code, reason = "it describes a body, which is read field by field")]
struct ChangeBody {
    #[schema(format = Password)]
    current_password: String,
    #[schema(min_length = 8, max_length = 128, format = Password)]
    new_password: String,
}

/// Change the own password
///
/// Ends all other sessions of the account.
#[utoipa::path(put, path = "/api/user/password", tag = "passwords", security(("key" = [])),
    request_body(content((ChangeBody = "application/x-www-form-urlencoded"), (ChangeBody = "multipart/form-data"),
        (ChangeBody = "application/json"))),
    responses((status = 200, description = "The password was changed", body = Message)))]
pub(super) async fn change(
    State(shared): State<Shared>,
    caller: LoggedIn,
    Body(mut fields): Body,
) -> Result<Json<Message>, Error> {
    let current = fields.required::<Verbatim>("current_password");
    let new = fields.required::<Password>("new_password");
    let (current, new) = fields.finish((current, new))?;
    let account = caller.account;
    let slot = shared.passwords.slot().await?;
    shared.limits.password_shown(&account.user.username)?;
    if slot.check(Password::shown(current.0), account.password_hash).await? == Checked::Wrong {
        return Err(Error::WrongCurrentPassword);
    }
    shared.limits.password_was_right(&account.user.username);
    let hash = shared.passwords.slot().await?.hash(new).await?;
    let (checked, kept) = (Some(account.password_changes), Some(caller.session_id));
    let now = shared.clock.now_unix_ms();
    if shared.store.set_password(account.user.id, checked, hash, kept, now).await? {
        Ok(Json(message("Password changed")))
    } else {
        Err(Error::WrongCurrentPassword)
    }
}

/// A new password.
#[derive(ToSchema)]
#[schema(as = PasswordReset)]
#[expect(dead_code, reason = "it describes a body, which is read field by field")]
struct ResetBody {
    #[schema(min_length = 8, max_length = 128, format = Password)]
    new_password: String,
}

/// Give somebody a new password
///
/// For staff. Ends all sessions of the account.
#[utoipa::path(post, path = "/api/users/{id}/reset-password", tag = "passwords", security(("key" = [])),
    params(("id" = i64, Path, description = "The account's id")),
    request_body(content((ResetBody = "application/x-www-form-urlencoded"), (ResetBody = "multipart/form-data"),
        (ResetBody = "application/json"))),
    responses(
        (status = 200, description = "The password was reset", body = Message),
        (status = 403, description = "Only staff may do this", body = Problem,
            content_type = "application/problem+json"),
        (status = 404, description = "Cannot find user", body = Problem,
            content_type = "application/problem+json")))]
pub(super) async fn reset(
    State(shared): State<Shared>,
    _: LoggedInStaff,
    PathParam(id): PathParam<i64>,
    Body(mut fields): Body,
) -> Result<Json<Message>, Error> {
    let new = fields.required::<Password>("new_password");
    let new = fields.finish(new)?;
    let hash = shared.passwords.slot().await?.hash(new).await?;
    if shared.store.set_password(id, None, hash, None, shared.clock.now_unix_ms()).await? {
        Ok(Json(message("Password reset")))
    } else {
        Err(Error::UnknownUser)
    }
}
