//! The routes: requests are read into the domain's terms, answers are written in the contract's.

mod accounts;
mod callers;
mod internal;
mod passwords;
mod sessions;
mod staff;

use crate::{Metrics, Store, limits::Limits, passwords::Passwords};
use axum::Router;
use chassis::{clock::Clock, identity::Signer};
use contract::user::{Message, User, UserResult};
use std::{sync::Arc, time::Duration};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What handlers work with.
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) passwords: Passwords,
    pub(crate) signer: Signer,
    /// The Shop's name.
    pub(crate) shop: String,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) token_lifetime: Duration,
    /// Whether anybody may ask whether a username is taken.
    pub(crate) username_check: bool,
}

pub(crate) type Shared = Arc<Service>;

/// The routes of the public port and their description.
pub(crate) fn public(shared: Shared) -> (Router, OpenApi) {
    let (router, openapi) = described();
    (router.with_state(shared), openapi)
}

/// The description of the public port.
pub(crate) fn openapi() -> OpenApi {
    described().1
}

fn described() -> (Router<Shared>, OpenApi) {
    let (router, openapi) = OpenApiRouter::new()
        .routes(routes!(accounts::create))
        .routes(routes!(sessions::log_in))
        .routes(routes!(sessions::log_out))
        .routes(routes!(sessions::refresh))
        .routes(routes!(accounts::exists))
        .routes(routes!(accounts::show))
        .routes(routes!(passwords::change))
        .routes(routes!(staff::list))
        .routes(routes!(passwords::reset))
        .routes(routes!(staff::deactivate))
        .routes(routes!(staff::activate))
        .routes(routes!(staff::grant_staff))
        .routes(routes!(staff::revoke_staff))
        .split_for_parts();
    let description = "Accounts and sessions. A login gives a key, which every service of the shop takes.";
    (router, chassis::openapi::describe(openapi, "user", description, env!("CARGO_PKG_VERSION")))
}

/// The routes of the internal port, beside the feed.
pub(crate) fn internal(shared: Shared) -> Router {
    internal::routes(shared)
}

fn message(text: &str) -> Message {
    Message { message: text.to_owned() }
}

fn user_result(result: User) -> UserResult {
    UserResult { result }
}
