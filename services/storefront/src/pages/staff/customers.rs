//! `/staff/customers`: everybody's accounts; one of them, to be helped, let rest or made staff.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chassis::input::{Query, Verbatim};
use client::CallError;
use contract::user::User;

use super::door::Inside;
use super::refusals::{Ended, ended, id, nothing_here, status};
use crate::flash::Code;
use crate::texts::staff as text;
use crate::typed::Typed;
use crate::views::staff::{CustomerPage, CustomerRow, CustomersPage};
use crate::views::{FormErrors, Part};
use crate::visit::Visit;

/// Accounts on a page.
const SHOWN: u32 = 50;

pub(super) async fn list(Inside(mut visit): Inside, Query(mut fields): Query) -> Response {
    let mut field = |name| fields.optional::<Verbatim>(name).map(|text| text.0).unwrap_or_default();
    let number = field("number").trim().to_owned();
    if let Some(number) = id(&number) {
        return visit.go(&address(number));
    }
    let after = Some(field("after")).filter(|after| !after.is_empty());
    let (service, from) = (&visit.shop.peers.user.clone(), after.as_deref());
    let asked = visit.ask(|me| async move { service.users(me.caller(), SHOWN, from).await }).await;
    let found = match asked {
        Ok(page) => Some(page),
        Err(error) => match ended(&mut visit, error) {
            Ended::Out(response) => return response,
            // A place in the list that the user service does not know: from the start.
            Ended::No(refused) if refused.status == 400 && after.is_some() => {
                return visit.go("/staff/customers");
            }
            Ended::No(refused) => return visit.refused(&refused),
            Ended::Silence { .. } => None,
        },
    };
    let errors = match number.is_empty() {
        true => FormErrors::none(),
        false => FormErrors::at("number", text::customers::NOT_A_NUMBER),
    };
    let status = match (&found, number.is_empty()) {
        (None, _) => StatusCode::SERVICE_UNAVAILABLE,
        (Some(_), false) => StatusCode::BAD_REQUEST,
        (Some(_), true) => StatusCode::OK,
    };
    let own_id = own_id(&visit);
    let mut page = visit.page(text::customers::TITLE);
    if found.is_none() {
        page.notice(Part::User, text::customers::UNAVAILABLE);
    }
    let next = found.as_ref().and_then(|page| page.next.as_deref());
    let next = next.map(|after| format!("/staff/customers?{}", after_query(after)));
    let rows = found.map(|page| page.items.into_iter().map(|user| CustomerRow::new(user, own_id)).collect());
    let view = CustomersPage { page, rows, next, is_continued: after.is_some(), number, errors };
    visit.show(status, &view)
}

pub(super) async fn show(Inside(mut visit): Inside, Path(named): Path<String>) -> Response {
    match look_up(&mut visit, &named).await {
        Ok(user) => one(&mut visit, StatusCode::OK, user, FormErrors::none(), None),
        Err(response) => response,
    }
}

pub(super) async fn reset_password(
    Inside(mut visit): Inside,
    Path(named): Path<String>,
    mut typed: Typed,
) -> Response {
    let Some(number) = id(&named) else { return nothing_here(&mut visit) };
    if number == own_id(&visit) {
        return own_account(&mut visit, &named).await;
    }
    let password = &typed.verbatim("new_password");
    if password.is_empty() {
        let errors = FormErrors::at("new_password", text::customers::NO_PASSWORD);
        return again(&mut visit, &named, StatusCode::BAD_REQUEST, errors, None).await;
    }
    let service = &visit.shop.peers.user.clone();
    let done =
        visit.ask(|me| async move { service.reset_password(me.caller(), number, password).await }).await;
    let error = match done {
        Ok(()) => return visit.go_saying(&address(number), Code::PasswordReset.about(number)),
        Err(error) => error,
    };
    match ended(&mut visit, error) {
        Ended::Out(response) => response,
        Ended::No(refused) if refused.status == 404 => nothing_here(&mut visit),
        Ended::No(refused) => {
            let errors = FormErrors::from_problem(&refused.problem, &["new_password"]);
            again(&mut visit, &named, status(&refused), errors, None).await
        }
        Ended::Silence { .. } => {
            let errors = FormErrors::at("new_password", text::customers::PASSWORD_NOT_DONE);
            again(&mut visit, &named, StatusCode::SERVICE_UNAVAILABLE, errors, None).await
        }
    }
}

/// A handler that changes an account's standing by a call of the same name.
macro_rules! standing {
    ($($name:ident $code:ident)*) => {$(
        pub(super) async fn $name(Inside(mut visit): Inside, Path(named): Path<String>) -> Response {
            let Some(number) = id(&named) else { return nothing_here(&mut visit) };
            if number == own_id(&visit) {
                return own_account(&mut visit, &named).await;
            }
            let service = &visit.shop.peers.user.clone();
            let done = visit.ask(|me| async move { service.$name(me.caller(), number).await }).await;
            changed(&mut visit, &named, done, Code::$code).await
        }
    )*};
}

standing! {
    deactivate UserDeactivated
    activate UserActivated
    grant_staff StaffGranted
    revoke_staff StaffRevoked
}

async fn changed(visit: &mut Visit, named: &str, done: Result<User, CallError>, code: Code) -> Response {
    let error = match done {
        Ok(user) => return visit.go_saying(&address(user.id), code.about(user.id)),
        Err(error) => error,
    };
    let (status, problem) = match ended(visit, error) {
        Ended::Out(response) => return response,
        Ended::No(refused) if refused.status == 404 => return nothing_here(visit),
        Ended::No(refused) if refused.status == 409 => (StatusCode::CONFLICT, text::customers::LAST_STAFF),
        Ended::No(refused) => return visit.refused(&refused),
        Ended::Silence { .. } => (StatusCode::SERVICE_UNAVAILABLE, text::customers::NOT_DONE),
    };
    again(visit, named, status, FormErrors::none(), Some(problem)).await
}

/// Nobody changes their own standing here: one wrong button would lock them out.
async fn own_account(visit: &mut Visit, named: &str) -> Response {
    again(visit, named, StatusCode::CONFLICT, FormErrors::none(), Some(text::customers::SELF)).await
}

/// The account as it is now, and what went wrong.
async fn again(
    visit: &mut Visit,
    named: &str,
    status: StatusCode,
    errors: FormErrors,
    problem: Option<&str>,
) -> Response {
    match look_up(visit, named).await {
        Ok(user) => one(visit, status, user, errors, problem),
        Err(response) => response,
    }
}

fn one(
    visit: &mut Visit,
    status: StatusCode,
    user: User,
    errors: FormErrors,
    problem: Option<&str>,
) -> Response {
    let own_id = own_id(visit);
    let page = visit.page(&text::customers::account(&user.username));
    let row = CustomerRow::new(user, own_id);
    let view = CustomerPage { page, row, errors, problem: problem.map(str::to_owned) };
    visit.show(status, &view)
}

/// The account with this id: the first one after the id before.
async fn look_up(visit: &mut Visit, named: &str) -> Result<User, Response> {
    let Some(number) = id(named) else { return Err(nothing_here(visit)) };
    let before = Some(number - 1).filter(|before| *before > 0).map(|before| before.to_string());
    let before = before.as_deref();
    let service = &visit.shop.peers.user.clone();
    let asked = visit.ask(|me| async move { service.users(me.caller(), 1, before).await }).await;
    let found = match asked {
        Ok(page) => page.items.into_iter().find(|user| user.id == number),
        Err(error) => return Err(visit.not_given(error, Part::User, text::customers::UNAVAILABLE)),
    };
    found.ok_or_else(|| nothing_here(visit))
}

fn own_id(visit: &Visit) -> i64 {
    visit.principal().map_or(0, |principal| principal.user_id)
}

fn address(id: i64) -> String {
    format!("/staff/customers/{id}")
}

fn after_query(after: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("after", after).finish()
}
