//! What a service's no means for a page of staff.

use axum::http::StatusCode;
use axum::response::Response;
use client::{CallError, Refused};

use crate::views::ProblemPage;
use crate::visit::{Visit, support_code};

/// How a call ended that did not do what it should.
pub(super) enum Ended {
    /// The page can say why, and go on.
    No(Refused),
    /// No answer; true if it may have been done all the same.
    Silence { may_have_happened: bool },
    /// This is all there is to show: the key is worth nothing, or is no staff's any more.
    Out(Response),
}

/// Sorts the ways to fail.
pub(super) fn ended(visit: &mut Visit, error: CallError) -> Ended {
    match error {
        CallError::Unavailable(unavailable) => {
            Ended::Silence { may_have_happened: unavailable.may_have_happened }
        }
        CallError::Refused(refused) if refused.status == 401 => Ended::Out(visit.not_logged_in()),
        CallError::Refused(refused) if matches!(refused.status, 403 | 429) => {
            Ended::Out(visit.refused(&refused))
        }
        CallError::Refused(refused) => Ended::No(refused),
    }
}

/// 404: there is no such thing.
pub(super) fn nothing_here(visit: &mut Visit) -> Response {
    let page = visit.page("");
    visit.show(StatusCode::NOT_FOUND, &ProblemPage::new(page, 404, support_code()))
}

/// The id that stands in a path; none for anything else, which is the id of nothing.
pub(super) fn id(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten().filter(|id| *id > 0)
}

/// The status of a refusal, for the page that repeats it.
pub(super) fn status(refused: &Refused) -> StatusCode {
    StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn an_id_is_a_number_from_one() {
        assert_eq!(id("7"), Some(7));
        for nothing in ["", "0", "-1", "+7", "7a", " 7", "99999999999999999999"] {
            assert_eq!(id(nothing), None, "{nothing:?}");
        }
    }
}
