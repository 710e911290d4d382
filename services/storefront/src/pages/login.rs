//! `/login`

use axum::http::{StatusCode, Uri, header};
use axum::response::Response;
use client::{CallError, LoggedIn};

use crate::flash::Code;
use crate::next;
use crate::session::Session;
use crate::texts;
use crate::typed::Typed;
use crate::views::{FormErrors, LoginPage, Part};
use crate::visit::{Access, Visit};

pub(super) async fn show(mut visit: Visit, uri: Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let next = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    let next = next::or_home(next.as_ref().map(|(_, value)| &**value)).to_owned();
    if visit.access() == Access::LoggedIn {
        return visit.go(&next);
    }
    page(&mut visit, StatusCode::OK, String::new(), &next, FormErrors::none())
}

pub(super) async fn send(mut visit: Visit, mut typed: Typed) -> Response {
    let (username, password) = (typed.text("username"), typed.verbatim("password"));
    let next = typed.text("next");
    let next = next::or_home(Some(&next));
    match visit.shop.peers.user.log_in(visit.anonymous(), &username, &password).await {
        Ok(logged_in) => begin(visit, logged_in, next).await,
        Err(CallError::Refused(refused)) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            let errors = match refused.status {
                401 => FormErrors::general(texts::accounts::CANNOT_LOGIN_REMEDY),
                _ => FormErrors::from_problem(&refused.problem, &["username", "password"]),
            };
            let mut response = page(&mut visit, status, username, next, errors);
            if let Some(after) = refused.retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, after.as_secs().max(1).into());
            }
            response
        }
        Err(CallError::Unavailable(_)) => {
            let errors = FormErrors::general(texts::degraded::ACCOUNTS_FORM);
            page(&mut visit, StatusCode::SERVICE_UNAVAILABLE, username, next, errors)
        }
    }
}

/// A new session, whatever was before; one that was is ended. The basket comes along, and is handed over with
/// the next page.
async fn begin(mut visit: Visit, LoggedIn { keys, user }: LoggedIn, next: &str) -> Response {
    let session = Session::begin(&user, &keys, visit.shop.now());
    let former = visit.kept.session.replace(session.clone()).and_then(|former| former.tokens);
    if let Some(tokens) = former {
        visit.shop.farewells.add(tokens).await;
    }
    visit.kept.log_in(session);
    visit.go_saying(next, Code::LoggedIn)
}

/// The form as it was typed, without the password.
fn page(visit: &mut Visit, status: StatusCode, username: String, next: &str, errors: FormErrors) -> Response {
    let mut page = visit.page(texts::accounts::LOGIN_TITLE);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        page.notice(Part::User, texts::degraded::ACCOUNTS);
    }
    let next = if next == "/" { String::new() } else { next.to_owned() };
    visit.show(status, &LoginPage { page, username, next, errors })
}
