//! What staff do with accounts: list them, let them rest, make others staff.

use super::{Shared, callers::LoggedInStaff, user_result};
use crate::{account::StandingChange, error::Error};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use chassis::input::{Json, PathParam, Query, Within};
use contract::{
    Problem,
    user::{User, UserResult},
};

/// The most accounts on a page, and how many if nothing else is asked for.
const LARGEST_PAGE: i64 = 100;

/// All accounts
///
/// For staff, in the order of ids. A further page is linked in the header `Link` (`rel="next"`).
#[utoipa::path(get, path = "/api/users", tag = "staff", security(("key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Accounts on a page", minimum = 1, maximum = 100),
        ("after" = Option<i64>, Query, description = "The last account of the page before", minimum = 1)),
    responses(
        (status = 200, description = "A page of accounts", body = Vec<User>,
            headers(("Link" = String, description = "The next page, if there is one"))),
        (status = 403, description = "Only staff may do this", body = Problem,
            content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Shared>,
    _: LoggedInStaff,
    Query(mut fields): Query,
) -> Result<Response, Error> {
    let limit = fields.optional::<Within<1, LARGEST_PAGE>>("limit").map_or(LARGEST_PAGE, |limit| limit.0);
    let after = fields.optional::<Within<1, { i64::MAX }>>("after").map_or(0, |after| after.0);
    fields.finish(())?;
    // One more than asked for tells whether there is a next page.
    let mut users = shared.store.users(after, limit + 1).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = users.len() > size;
    users.truncate(size);
    let last = users.last().filter(|_| more).map(|last| last.id);
    let answer = Json(users);
    Ok(match last {
        Some(last) => {
            let link = format!("</api/users?limit={limit}&after={last}>; rel=\"next\"");
            ([(header::LINK, link)], answer).into_response()
        }
        None => answer.into_response(),
    })
}

/// A route that changes an account's standing.
macro_rules! standing_route {
    ($name:ident, $path:literal, $change:ident, $summary:literal, $description:literal) => {
        #[doc = $summary]
        #[doc = ""]
        #[doc = $description]
        #[utoipa::path(post, path = $path, tag = "staff", security(("key" = [])),
                    params(("id" = i64, Path, description = "The account's id")),
                    responses(
                        (status = 200, description = "The account as it is now", body = UserResult),
                        (status = 403, description = "Only staff may do this", body = Problem,
                            content_type = "application/problem+json"),
                        (status = 404, description = "Cannot find user", body = Problem,
                            content_type = "application/problem+json"),
                        (status = 409, description = "It is the last active staff account", body = Problem,
                            content_type = "application/problem+json")))]
        pub(super) async fn $name(
            State(shared): State<Shared>,
            _: LoggedInStaff,
            PathParam(id): PathParam<i64>,
        ) -> Result<Json<UserResult>, Error> {
            change(&shared, id, StandingChange::$change).await
        }
    };
}

standing_route!(
    deactivate,
    "/api/users/{id}/deactivate",
    Deactivate,
    "Let an account rest",
    "For staff. Its sessions end, and nobody can log in to it until it is activated."
);
standing_route!(activate, "/api/users/{id}/activate", Activate, "Wake an account that rests", "For staff.");
standing_route!(
    grant_staff,
    "/api/users/{id}/grant-staff",
    GrantStaff,
    "Make somebody staff",
    "For staff. Other services learn of it with the account's next key."
);
standing_route!(
    revoke_staff,
    "/api/users/{id}/revoke-staff",
    RevokeStaff,
    "Make somebody a customer again",
    "For staff. The sessions of the account end."
);

async fn change(shared: &Shared, id: i64, change: StandingChange) -> Result<Json<UserResult>, Error> {
    let now = shared.clock.now_unix_ms();
    Ok(Json(user_result(shared.store.change_standing(id, change, now).await?)))
}
