//! The door to the pages of staff.
//!
//! It is a courtesy: what staff may do is decided by the services, which are asked with the visitor's own key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{Method, StatusCode, request::Parts};
use axum::response::Response;

use crate::shop::Shop;
use crate::views::ProblemPage;
use crate::visit::{Access, Visit, support_code};

/// A visit by staff.
pub(super) struct Inside(pub(super) Visit);

impl FromRequestParts<Arc<Shop>> for Inside {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Response> {
        let Ok(mut visit) = Visit::from_request_parts(parts, shop).await;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            page_of(parts.uri.path()).clone_into(&mut visit.path);
        }
        match visit.access() {
            Access::LoggedIn if visit.is_staff() => Ok(Self(visit)),
            Access::LoggedIn => Err(locked(&mut visit)),
            Access::Resting if visit.is_staff() => Err(visit.not_logged_in()),
            Access::Resting => Err(locked(&mut visit)),
            Access::Guest => Err(visit.log_in_first()),
        }
    }
}

/// 403 for those who are logged in and no staff.
fn locked(visit: &mut Visit) -> Response {
    let page = visit.page("");
    visit.show(StatusCode::FORBIDDEN, &ProblemPage::new(page, 403, support_code()))
}

/// The page that has the button behind a path: what only takes POST is no place to go to after a login, or to
/// look at again.
fn page_of(path: &str) -> &str {
    const PAGES: [&str; 4] = ["products", "orders", "customers", "import"];
    match path.rsplit_once('/') {
        Some((page, act)) if !PAGES.contains(&act) && act != "new" && !is_number(act) => page,
        _ => path,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::page_of;

    #[test]
    fn after_a_login_the_page_with_the_button_is_shown() {
        for (path, page) in [
            ("/staff/orders/7/fulfil", "/staff/orders/7"),
            ("/staff/customers/3/reset-password", "/staff/customers/3"),
            ("/staff/products/5/picture", "/staff/products/5"),
            ("/staff/products/5", "/staff/products/5"),
            ("/staff/products/new", "/staff/products/new"),
            ("/staff/import", "/staff/import"),
        ] {
            assert_eq!(page_of(path), page);
        }
    }
}
