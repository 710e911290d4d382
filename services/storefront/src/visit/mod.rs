//! One request as pages see it: who asks, with which basket, and how the answer keeps both.
//!
//! The session is proved before a handler runs: keys that end soon are renewed, those of an ended session are
//! thrown away. Nothing here decides what a page shows.

mod answer;
mod baskets;
mod keys;
mod time;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, Method, Uri, request::Parts};
use chassis::address::ClientAddress;
use chassis::identity::Principal;
use client::{CallError, Caller, Cause, Unavailable};
use contract::Role;
use tokio::time::{Instant, timeout_at};

use self::time::PageTime;

use crate::cookies::Kept;
use crate::flash::{Code, Flash};
use crate::shop::Shop;
use crate::views::{Health, Page, Shopper};

pub(crate) use answer::support_code;
pub(crate) use baskets::Seen;

/// A request's context.
pub(crate) struct Visit {
    pub(crate) shop: Arc<Shop>,
    /// Session, basket and message as the browser keeps them after this request.
    pub(crate) kept: Kept,
    /// The path with its query, where a login leads back to.
    pub(crate) path: String,
    address: IpAddr,
    /// Whom the session's key names, if it is worth something now.
    principal: Option<Principal>,
    /// True if the session was found to be over during this request.
    has_ended: bool,
    /// True if the order service did not take what waits: within one request it is not asked again.
    orders_are_silent: bool,
    time: PageTime,
}

/// What can be done in the visitor's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nobody is logged in.
    Guest,
    /// The keys are dead, and the user service does not give new ones now.
    Resting,
    /// The services can be asked.
    LoggedIn,
}

impl Visit {
    /// What the cookies say, without a question to anybody.
    pub(crate) fn at_a_glance(shop: &Arc<Shop>, uri: &Uri, headers: &HeaderMap, address: IpAddr) -> Self {
        let kept = shop.cookies.read(headers);
        let token = kept.session.as_ref().and_then(|session| session.tokens.as_ref());
        let principal = token.and_then(|tokens| shop.verifier.verify(&tokens.access_token).ok());
        let path = uri.path_and_query().map_or_else(|| uri.path(), |path| path.as_str()).to_owned();
        Self {
            shop: Arc::clone(shop),
            kept,
            path,
            address,
            principal,
            has_ended: false,
            orders_are_silent: false,
            time: PageTime::default(),
        }
    }

    /// What can be done in the visitor's name.
    pub(crate) fn access(&self) -> Access {
        let may_come_back = self.kept.session.as_ref().is_some_and(|session| session.tokens.is_some());
        match (&self.principal, may_come_back) {
            (Some(_), _) => Access::LoggedIn,
            (None, true) => Access::Resting,
            (None, false) => Access::Guest,
        }
    }

    /// Whom the key names, while it is worth something.
    pub(crate) fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// Whether the visitor is staff: as the key says or, once it is dead, as the account was at the login.
    pub(crate) fn is_staff(&self) -> bool {
        match (&self.principal, &self.kept.session) {
            (Some(principal), _) => principal.role == Role::Staff,
            (None, Some(session)) => session.tokens.is_some() && session.is_staff,
            (None, None) => false,
        }
    }

    /// In whose name the services are asked.
    pub(crate) fn caller(&self) -> Caller<'_> {
        let tokens = self.kept.session.as_ref().and_then(|session| session.tokens.as_ref());
        let token = tokens.filter(|_| self.principal.is_some()).map(|tokens| tokens.access_token.as_str());
        Caller { token, ..self.anonymous() }
    }

    /// For questions whose answer is the same for everybody.
    pub(crate) fn anonymous(&self) -> Caller<'static> {
        Caller::nobody().at(self.address).until(self.time.ends())
    }

    /// For questions that visitors share: nobody's time is the others'. To be awaited [`Self::in_time`].
    pub(crate) fn anybody(&self) -> Caller<'static> {
        Caller::nobody().at(self.address)
    }

    /// What is read at a peer, if it comes before the page's time is over.
    pub(crate) async fn in_time<T>(
        &self,
        peer: &'static str,
        asking: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let late = Unavailable { peer, cause: Cause::TimedOut, may_have_happened: false };
        let answer = timeout_at(self.time.ends(), asking).await;
        answer.unwrap_or(Err(CallError::Unavailable(late)))
    }

    /// Gives the page all of its time once more: for a question whose lost answer would be worse than waiting.
    pub(crate) fn take_more_time(&mut self) {
        self.time.start_over();
    }

    /// The page's frame. A message that was left for the next page is taken, so one page has one frame. A
    /// session that was found to be over is told of: a basket that went with it has not just vanished.
    pub(crate) fn page(&mut self, title: &str) -> Page {
        let ended = self.has_ended.then_some(Flash::from(Code::SessionEnded));
        let said = self.kept.take_flash().or(ended);
        let mut page = self.frame(title);
        page.flash = said.map(|said| answer::sentence(said, self.kept.session.as_ref()));
        page
    }

    /// The page's frame without a message.
    pub(crate) fn frame(&self, title: &str) -> Page {
        let mut page = self.shop.frame(title, &self.path);
        page.shopper = self.shopper();
        page.basket_count = self.kept.basket.pieces();
        page
    }

    /// Whose name stands at the top. Of a session that is over, none.
    fn shopper(&self) -> Option<Shopper> {
        let session = self.kept.session.as_ref().filter(|session| session.tokens.is_some())?;
        Some(Shopper {
            username: session.username.clone(),
            first_name: session.first_name.clone(),
            is_staff: self.is_staff(),
            is_alive: self.principal.is_some(),
        })
    }
}

impl FromRequestParts<Arc<Shop>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Infallible> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, shop).await;
        let mut visit = Self::at_a_glance(shop, &parts.uri, &parts.headers, address);
        let began = Instant::now();
        visit.prove().await;
        visit.time.was_spent(began.elapsed());
        let is_look = parts.method == Method::GET;
        if is_look && visit.access() == Access::LoggedIn && shop.parts().order == Health::Up {
            // What waits goes out with the first page after the order service is back.
            visit.time.begin_hand_over();
            visit.hand_over().await;
            visit.time.end_hand_over();
        }
        Ok(visit)
    }
}
