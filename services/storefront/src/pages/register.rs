//! `/register`

use axum::http::StatusCode;
use axum::response::Response;
use client::{CallError, Registration};

use crate::flash::Code;
use crate::texts;
use crate::typed::Typed;
use crate::views::{FormErrors, Part, RegisterPage};
use crate::visit::Visit;

pub(super) async fn show(mut visit: Visit) -> Response {
    page(&mut visit, StatusCode::OK, nothing(), FormErrors::none())
}

pub(super) async fn send(mut visit: Visit, mut typed: Typed) -> Response {
    let registration = Registration {
        username: typed.text("username"),
        password: typed.verbatim("password"),
        email: typed.text("email"),
        first_name: typed.text("first_name"),
        last_name: typed.text("last_name"),
    };
    match visit.shop.peers.user.register(visit.anonymous(), &registration).await {
        Ok(_) => visit.go_saying("/login", Code::Registered),
        Err(CallError::Refused(refused)) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            let errors = FormErrors::from_problem(&refused.problem, &RegisterPage::FIELDS);
            page(&mut visit, status, registration, errors)
        }
        Err(CallError::Unavailable(_)) => {
            let errors = FormErrors::general(texts::degraded::ACCOUNTS_FORM);
            page(&mut visit, StatusCode::SERVICE_UNAVAILABLE, registration, errors)
        }
    }
}

/// The form as it was typed, without the password.
fn page(visit: &mut Visit, status: StatusCode, typed: Registration, errors: FormErrors) -> Response {
    let mut page = visit.page(texts::accounts::REGISTER_TITLE);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        page.notice(Part::User, texts::degraded::ACCOUNTS);
    }
    let Registration { username, email, first_name, last_name, .. } = typed;
    visit.show(status, &RegisterPage { page, username, email, first_name, last_name, errors })
}

fn nothing() -> Registration {
    Registration {
        username: String::new(),
        password: String::new(),
        email: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    }
}
