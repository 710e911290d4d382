//! Answers: pages, redirects, and what stands on the next page.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chassis::{problem::ApiError, trace};
use client::{CallError, Refused};

use super::{Access, Visit};
use crate::flash::{Code, Flash};
use crate::next;
use crate::session::Session;
use crate::texts;
use crate::views::{self, Part, ProblemPage};

/// When a page that is not available may be asked for again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

impl Visit {
    /// The page, with the cookies that have changed.
    pub(crate) fn show(&self, status: StatusCode, view: &impl Template) -> Response {
        let html = match view.render() {
            Ok(html) => html,
            Err(error) => return ApiError::internal(error).into_response(),
        };
        let mut response = (status, Html(html)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        self.with_cookies(response)
    }

    /// On to another page of this shop, by GET.
    pub(crate) fn go(&self, path: &str) -> Response {
        self.with_cookies(Redirect::to(path).into_response())
    }

    /// On to another page, which says this.
    pub(crate) fn go_saying(&mut self, path: &str, message: impl Into<Flash>) -> Response {
        self.kept.flash = Some(message.into());
        self.go(path)
    }

    /// To the login, and from there back to this page.
    pub(crate) fn log_in_first(&mut self) -> Response {
        let path = self.path.clone();
        self.log_in_and_then(&path)
    }

    /// To the login, and from there to another page.
    pub(crate) fn log_in_and_then(&mut self, path: &str) -> Response {
        let message = if self.has_ended { Code::SessionEnded } else { Code::LogInFirst };
        self.go_saying(&next::login_then(path), message)
    }

    /// Nothing of this page can be shown now.
    pub(crate) fn unavailable(&mut self, about: Part, sentence: &str) -> Response {
        let mut page = self.page("");
        page.notice(about, sentence);
        let view = ProblemPage::new(page, 503, support_code()).saying(sentence);
        self.show(StatusCode::SERVICE_UNAVAILABLE, &view)
    }

    /// What becomes of a page whose whole content was asked for in the visitor's name and not given.
    /// `sentence` says that `about` is down.
    pub(crate) fn not_given(&mut self, error: CallError, about: Part, sentence: &str) -> Response {
        match error {
            CallError::Refused(refused) if refused.status == 401 => self.not_logged_in(),
            CallError::Refused(refused) => self.refused(&refused),
            CallError::Unavailable(_) => self.unavailable(about, sentence),
        }
    }

    /// Somebody who is not logged in asks for what is only for those who are: to the login or, if accounts are
    /// down, a page that says so.
    pub(crate) fn not_logged_in(&mut self) -> Response {
        match self.access() {
            Access::Resting => self.unavailable(Part::User, texts::degraded::ACCOUNTS),
            Access::Guest | Access::LoggedIn => self.log_in_first(),
        }
    }

    /// A service's no, as a page.
    pub(crate) fn refused(&mut self, refused: &Refused) -> Response {
        let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
        let view = ProblemPage::new(self.page(""), refused.status, support_code());
        self.show(status, &view)
    }

    /// Any other answer, with the cookies that have changed.
    pub(crate) fn answer(&self, response: impl IntoResponse) -> Response {
        self.with_cookies(response.into_response())
    }

    fn with_cookies(&self, mut response: Response) -> Response {
        self.shop.cookies.write(&self.kept, response.headers_mut());
        response
    }
}

/// The trace id, by which support finds what happened.
pub(crate) fn support_code() -> String {
    trace::current().map(|context| context.trace_id_text()).unwrap_or_default()
}

/// The sentence that a message stands for.
pub(super) fn sentence(flash: Flash, session: Option<&Session>) -> views::Flash {
    use texts::flash as say;
    let good = |text: &str| views::Flash { text: text.to_owned(), is_problem: false };
    let bad = |text: &str| views::Flash { text: text.to_owned(), is_problem: true };
    match flash.code {
        Code::Registered => good(say::REGISTERED),
        Code::LoggedIn => good(&say::welcome_back(session.map_or("", |session| &session.username))),
        Code::LoggedOut if flash.about.is_some() => good(say::LOGGED_OUT_LATER),
        Code::LoggedOut => good(say::LOGGED_OUT),
        Code::LogInFirst => bad(say::PLEASE_LOG_IN),
        Code::SessionEnded => bad(say::SESSION_ENDED),
        Code::PasswordChanged => good(say::PASSWORD_CHANGED),
        Code::Added => good(say::ADDED),
        Code::BasketUpdated => good(say::ORDER_UPDATED),
        Code::Removed => good(say::REMOVED),
        Code::NothingToOrder => bad(say::NO_ORDER),
        Code::OrderCancelled => good(say::ORDER_CANCELLED),
        Code::Reordered => good(say::PUT_BACK),
        Code::ProductCreated => good(texts::staff::product::CREATED),
        Code::ProductSaved => good(texts::staff::product::SAVED),
        Code::PictureSaved => good(texts::staff::product::PICTURE_SAVED),
        Code::OrderFulfilled => good(texts::staff::orders::FULFILLED),
        Code::PasswordReset => good(texts::staff::customers::DONE_RESET),
        Code::UserDeactivated => good(texts::staff::customers::DONE_DEACTIVATE),
        Code::UserActivated => good(texts::staff::customers::DONE_ACTIVATE),
        Code::StaffGranted => good(texts::staff::customers::DONE_GRANT),
        Code::StaffRevoked => good(texts::staff::customers::DONE_REVOKE),
        _ => good(say::ORDER_UPDATED),
    }
}
