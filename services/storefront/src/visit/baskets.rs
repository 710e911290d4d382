//! The visitor's basket and the order service: what waits is handed over, what is there is looked at.

use std::sync::{Mutex, PoisonError};

use client::{CallError, Caller};
use contract::order::{Merge, Merged, Order};

use super::{Access, Visit};
use crate::basket::{Unsent, hand_over};

/// How the basket stands with the order service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    /// This is it; `None` is an empty one.
    Live(Option<Box<Order>>),
    /// The order service gave no answer: what is shown is what is remembered.
    Paused,
    /// The keys are dead, and accounts are down.
    Resting,
    /// A guest's, or somebody's whose session is over.
    Guest,
}

/// What handing over came to.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    /// True if something still waits.
    pub(crate) is_stopped: bool,
    /// The basket as the last answer showed it, if there was one.
    latest: Option<Merged>,
}

impl Visit {
    /// Looks at the basket, after handing over what waits.
    pub(crate) async fn look_at_basket(&mut self) -> Seen {
        match self.access() {
            Access::Guest => return Seen::Guest,
            Access::Resting => return Seen::Resting,
            Access::LoggedIn => {}
        }
        let handed = self.hand_over().await;
        if handed.is_stopped || self.orders_are_silent {
            return self.not_live();
        }
        if let Some(merged) = handed.latest {
            return Seen::Live(merged.result.map(Box::new));
        }
        let order = &self.shop.peers.order.clone();
        match self.ask(|me| async move { order.basket(me.caller()).await }).await {
            Ok(open) => {
                let now = self.shop.now();
                self.kept.basket.adopt(open.as_ref(), now);
                Seen::Live(open.map(Box::new))
            }
            Err(_) => self.not_live(),
        }
    }

    /// Why the basket is not live, after a question was not answered.
    fn not_live(&self) -> Seen {
        match self.access() {
            Access::Guest => Seen::Guest,
            Access::Resting => Seen::Resting,
            Access::LoggedIn => Seen::Paused,
        }
    }

    /// Sends what waits, if the order service can be asked in the visitor's name.
    pub(crate) async fn hand_over(&mut self) -> Handed {
        let mut handed = Handed::default();
        for _attempt in 0..2 {
            if self.orders_are_silent
                || self.access() != Access::LoggedIn
                || self.kept.basket.next_to_send().is_none()
            {
                break;
            }
            let (result, is_unauthorized) = self.send_what_waits().await;
            handed = Handed { latest: result.latest.or(handed.latest), is_stopped: result.is_stopped };
            if !is_unauthorized || !self.keys_were_refused().await {
                break;
            }
        }
        handed.is_stopped = self.kept.basket.next_to_send().is_some();
        self.orders_are_silent |= handed.is_stopped;
        handed
    }

    async fn send_what_waits(&mut self) -> (Handed, bool) {
        let (order, now) = (self.shop.peers.order.clone(), self.shop.now());
        let token = self.caller().token.unwrap_or_default().to_owned();
        let caller = self.anonymous();
        // The last answer, and whether the key was refused.
        let noted = Mutex::new((None, false));
        let send = |merge: Merge| {
            let caller = Caller { token: Some(&token), ..caller };
            let (order, noted) = (&order, &noted);
            async move {
                let answer = order.merge(caller, &merge).await;
                let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                match &answer {
                    Ok(merged) => noted.0 = Some(merged.clone()),
                    Err(error) => noted.1 = error.refused_with(401).is_some(),
                }
                answer.map_err(|error| unsent(&error))
            }
        };
        let handed_over = hand_over(&mut self.kept.basket, now, send).await;
        if !handed_over.given_up.is_empty() {
            let changes = handed_over.given_up.len();
            tracing::error!(changes, "the order service refused changes of a basket, which are given up");
        }
        let (latest, is_unauthorized) = noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        (Handed { is_stopped: handed_over.stopped_by.is_some(), latest }, is_unauthorized)
    }
}

/// What a failed merge means for the batch.
fn unsent(error: &CallError) -> Unsent {
    match error {
        CallError::Unavailable(unavailable) if unavailable.may_have_happened => Unsent::Unknown,
        CallError::Unavailable(_) => Unsent::NothingHappened,
        // Not believed, too slow, too often: another time it may be taken.
        CallError::Refused(refused) if matches!(refused.status, 401 | 403 | 408 | 429) => {
            Unsent::NothingHappened
        }
        CallError::Refused(_) => Unsent::Refused,
    }
}
