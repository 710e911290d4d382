//! Sessions: begun with a password, carried on with refresh tokens, ended.

use super::{Shared, message};
use crate::{
    account::{Password, lower},
    error::Error,
    metrics::Outcome,
    passwords::Checked,
    session::{KEY_MARGIN, SESSION_LIFETIME, in_ms},
    store::{NewSession, Refreshed, Successor},
    tokens,
};
use axum::extract::State;
use chassis::{
    address::ClientAddress,
    identity::{MaybeCaller, Principal},
    input::{Body, Json, RawBody, Verbatim},
};
use contract::{
    Problem, Role,
    user::{Keys, Message, User},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// Username and password.
#[derive(ToSchema)]
#[schema(as = Login)]
#[expect(dead_code, reason = "it describes a body, which is read field by field")]
struct LoginBody {
    #[schema(example = "ada")]
    username: String,
    #[schema(format = Password)]
    password: String,
}

/// Log in
///
/// Gives a key (`api_key`) that lives for `expires_in` seconds and a refresh token that renews it. Other
/// sessions of the account go on.
#[utoipa::path(post, path = "/api/user/login", tag = "sessions",
    request_body(content((LoginBody = "application/x-www-form-urlencoded"), (LoginBody = "multipart/form-data"),
        (LoginBody = "application/json"))),
    responses(
        (status = 200, description = "A session has begun", body = Keys),
        (status = 401, description = "Not logged in: no account has this name and password", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong passwords; come back after `Retry-After`", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "Too many passwords wait to be checked; come back after `Retry-After`",
            body = Problem, content_type = "application/problem+json")))]
pub(super) async fn log_in(
    State(shared): State<Shared>,
    client: ClientAddress,
    Body(mut fields): Body,
) -> Result<Json<Keys>, Error> {
    shared.limits.login_or_registration(client)?;
    let username = fields.required::<String>("username");
    let password = fields.required::<Verbatim>("password");
    let (username, password) = fields.finish((username, password))?;

    let account = shared.store.by_username(&lower(&username)).await?;
    let slot = shared.passwords.slot().await?;
    // Counted once it is the request's turn, so that waiting requests of one account don't count together.
    shared.limits.password_shown(&username).inspect_err(|_| shared.metrics.login(Outcome::Limited))?;
    let hash = account.as_ref().map_or_else(|| shared.passwords.of_nobody(), |it| it.password_hash.clone());
    let checked = slot.check(Password::shown(password.0), hash).await?;
    let opened = match (account, checked) {
        (Some(checked), Checked::Right { renewed }) => {
            shared.limits.password_was_right(&username);
            let (refresh_token, token) = successor(&shared);
            let session = NewSession { id: Uuid::new_v4(), checked, renewed_hash: renewed, token };
            let session_id = session.id;
            let user = shared.store.open_session(session).await?;
            user.map(|user| (user, session_id, refresh_token))
        }
        _ => None,
    };
    let Some((user, session_id, refresh_token)) = opened else {
        shared.metrics.login(Outcome::Refused);
        return Err(Error::NotLoggedIn);
    };
    shared.metrics.login(Outcome::Succeeded);
    keys(&shared, "Logged in", &user, session_id, refresh_token)
}

/// Log out
///
/// Ends the session of the key; its key and refresh tokens are refused from now on.
#[utoipa::path(post, path = "/api/user/logout", tag = "sessions", security((), ("key" = [])),
    responses((status = 200, description = "You are logged out, or: You are not logged in", body = Message)))]
pub(super) async fn log_out(
    State(shared): State<Shared>,
    MaybeCaller(caller): MaybeCaller,
    RawBody(_unread): RawBody,
) -> Result<Json<Message>, Error> {
    let ended = match caller {
        Some(Principal { session_id, user_id, .. }) => {
            shared.store.end_session(session_id, user_id, shared.clock.now_unix_ms()).await?
        }
        None => false,
    };
    Ok(Json(message(if ended { "You are logged out" } else { "You are not logged in" })))
}

/// A refresh token.
#[derive(ToSchema)]
#[schema(as = Refresh)]
#[expect(dead_code, reason = "it describes a body, which is read field by field")]
struct RefreshBody {
    refresh_token: String,
}

/// Exchange a refresh token for a new pair
///
/// The former one yields further pairs of the same session until a successor of it has been used and a
/// minute has passed. Shown later than that, it ends the session: somebody else must have it.
#[utoipa::path(post, path = "/api/user/refresh", tag = "sessions",
    request_body(content((RefreshBody = "application/x-www-form-urlencoded"),
        (RefreshBody = "multipart/form-data"), (RefreshBody = "application/json"))),
    responses(
        (status = 200, description = "A further pair of the same session", body = Keys),
        (status = 401, description = "Not logged in: the token is unknown, expired, or of an ended session",
            body = Problem, content_type = "application/problem+json")))]
pub(super) async fn refresh(
    State(shared): State<Shared>,
    Body(mut fields): Body,
) -> Result<Json<Keys>, Error> {
    let shown = fields.required::<Verbatim>("refresh_token");
    let shown = tokens::digest(&fields.finish(shown)?.0);
    let (refresh_token, token) = successor(&shared);
    match shared.store.refresh(shown, token, shared.clock.now_unix_ms()).await? {
        Refreshed::Renewed { user, session_id } => {
            shared.metrics.refresh(Outcome::Succeeded);
            keys(&shared, "Logged in", &user, session_id, refresh_token)
        }
        Refreshed::Refused => {
            shared.metrics.refresh(Outcome::Refused);
            Err(Error::NotLoggedIn)
        }
        Refreshed::Reused => {
            tracing::warn!(
                "a refresh token was used again long after it was exchanged; its session has ended"
            );
            shared.metrics.refresh(Outcome::Reused);
            Err(Error::NotLoggedIn)
        }
    }
}

/// A refresh token to give out, and what is to be stored of it.
fn successor(shared: &Shared) -> (String, Successor) {
    let now = shared.clock.now_unix_ms();
    let refresh_token = tokens::new_refresh_token();
    let stored = Successor {
        digest: tokens::digest(&refresh_token),
        expires_at: now + in_ms(SESSION_LIFETIME),
        key_expires_at: now + in_ms(shared.token_lifetime + KEY_MARGIN),
    };
    (refresh_token, stored)
}

/// The answer that gives out a pair.
fn keys(
    shared: &Shared,
    text: &str,
    user: &User,
    session_id: Uuid,
    refresh_token: String,
) -> Result<Json<Keys>, Error> {
    let now = shared.clock.now_unix_ms();
    let principal = Principal {
        user_id: user.id,
        session_id,
        role: if user.is_admin { Role::Staff } else { Role::Customer },
        expires_at: now + in_ms(shared.token_lifetime),
    };
    Ok(Json(Keys {
        message: text.to_owned(),
        api_key: shared.signer.sign(&shared.shop, &principal, now).map_err(Error::Internal)?,
        token_type: "Bearer".to_owned(),
        expires_in: shared.token_lifetime.as_secs(),
        refresh_token,
    }))
}
