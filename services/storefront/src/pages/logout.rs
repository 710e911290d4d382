//! `/logout`: asked on GET, done on POST.

use axum::http::StatusCode;
use axum::response::Response;
use client::Caller;

use crate::flash::{Code, Flash};
use crate::session::Tokens;
use crate::texts;
use crate::typed::Typed;
use crate::views::{Health, LogoutPage};
use crate::visit::Visit;

pub(super) async fn show(mut visit: Visit) -> Response {
    let page = visit.page(texts::accounts::LOGOUT_TITLE);
    let is_guest = visit.kept.session.is_none();
    let is_waiting = visit.kept.basket.has_pending();
    visit.show(StatusCode::OK, &LogoutPage { page, is_guest, is_waiting })
}

/// Everything is gone from the browser at once. The session is ended at the user service, now or when that is
/// back.
pub(super) async fn send(mut visit: Visit, _nothing: Typed) -> Response {
    // What waits goes to the account first, if the order service takes it: the browser forgets it.
    if visit.kept.basket.has_pending() && visit.shop.parts().order == Health::Up {
        visit.hand_over().await;
    }
    // A guest has nothing to leave, and keeps the basket.
    let session = match visit.kept.session {
        Some(_) => visit.kept.log_out(),
        None => None,
    };
    let Some(session) = session else { return visit.go("/") };
    let is_ended = match session.tokens {
        Some(tokens) => end(&visit, tokens).await,
        None => true,
    };
    let message =
        if is_ended { Code::LoggedOut.into() } else { Flash { code: Code::LoggedOut, about: Some(0) } };
    visit.go_saying("/", message)
}

/// Ends the session; tells whether that is done.
async fn end(visit: &Visit, tokens: Tokens) -> bool {
    let shop = &visit.shop;
    // The keys are refused here from now on, whenever the feed tells of it.
    if let Ok(principal) = shop.verifier.verify(&tokens.access_token) {
        shop.verifier.revocations().revoke(principal.session_id, principal.expires_at);
        if shop.parts().user != Health::Down {
            let caller = Caller { token: Some(&tokens.access_token), ..visit.anonymous() };
            if shop.peers.user.log_out(caller).await.is_ok() {
                return true;
            }
        }
    }
    shop.farewells.add(tokens).await;
    false
}
