//! `/account`: who one is, a new password.

use axum::http::{StatusCode, header};
use axum::response::Response;
use client::CallError;
use contract::user::User;

use crate::flash::Code;
use crate::texts;
use crate::typed::Typed;
use crate::views::{AccountPage, FormErrors, Part};
use crate::visit::{Access, Visit};

pub(super) async fn show(mut visit: Visit) -> Response {
    account(&mut visit, StatusCode::OK, FormErrors::none()).await
}

pub(super) async fn change_password(mut visit: Visit, mut typed: Typed) -> Response {
    visit.path = "/account".to_owned();
    let (current, new) = &(typed.verbatim("current_password"), typed.verbatim("new_password"));
    if visit.access() == Access::Guest {
        return visit.log_in_first();
    }
    let user = &visit.shop.peers.user.clone();
    match visit.ask(|me| async move { user.change_password(me.caller(), current, new).await }).await {
        Ok(()) => visit.go_saying("/account", Code::PasswordChanged),
        Err(CallError::Refused(refused)) if refused.status == 401 => visit.not_logged_in(),
        Err(CallError::Refused(refused)) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            let errors = FormErrors::from_problem(&refused.problem, &AccountPage::FIELDS);
            let mut response = account(&mut visit, status, errors).await;
            if let Some(after) = refused.retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, after.as_secs().max(1).into());
            }
            response
        }
        Err(CallError::Unavailable(_)) => visit.unavailable(Part::User, texts::degraded::ACCOUNT_UNAVAILABLE),
    }
}

/// The page of whoever is logged in.
async fn account(visit: &mut Visit, status: StatusCode, errors: FormErrors) -> Response {
    match visit.access() {
        Access::Guest => return visit.log_in_first(),
        Access::Resting => return visit.unavailable(Part::User, texts::degraded::ACCOUNT_UNAVAILABLE),
        Access::LoggedIn => {}
    }
    let service = &visit.shop.peers.user.clone();
    match visit.ask(|me| async move { service.current(me.caller()).await }).await {
        Ok(user) => page(visit, status, user, errors),
        Err(error) => visit.not_given(error, Part::User, texts::degraded::ACCOUNT_UNAVAILABLE),
    }
}

fn page(visit: &mut Visit, status: StatusCode, user: User, errors: FormErrors) -> Response {
    let page = visit.page(texts::accounts::ACCOUNT_TITLE);
    visit.show(status, &AccountPage { page, user, errors })
}
