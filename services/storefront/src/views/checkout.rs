//! The last look before ordering.

use askama::Template;

use super::{BasketLine, FormErrors, Page};
use crate::texts;

/// `/checkout`
#[derive(Clone, Debug, Template)]
#[template(path = "checkout.html")]
pub(crate) struct CheckoutPage {
    pub(crate) page: Page,
    pub(crate) lines: Vec<BasketLine>,
    /// As shown.
    pub(crate) total: String,
    /// Minor units, as the form sends it.
    pub(crate) expected_total: i64,
    pub(crate) idempotency_key: String,
    pub(crate) delivery_name: String,
    pub(crate) delivery_address: String,
    pub(crate) state: CheckoutState,
    /// True if this answers the form, so that something may have been typed.
    pub(crate) is_answer: bool,
    pub(crate) errors: FormErrors,
}

/// How the checkout stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CheckoutState {
    Ready,
    /// The order service is down: paused, the basket and what was typed are kept.
    OrdersPaused,
    /// The key died while accounts are down.
    AccountsResting,
    /// The answer to the order was lost; its key is kept.
    NotKnown,
    /// The total is another than the one that was shown; both as shown.
    TotalChanged {
        was: String,
        now: String,
    },
}

impl CheckoutPage {
    /// The fields of the form, for `FormErrors::from_problem`.
    pub(crate) const FIELDS: [&'static str; 2] = ["delivery_name", "delivery_address"];

    /// What stands above the form, if anything. Of parts that are down, the page's notices tell already.
    fn message(&self) -> Option<String> {
        match &self.state {
            CheckoutState::Ready => None,
            CheckoutState::OrdersPaused | CheckoutState::AccountsResting if !self.is_answer => None,
            CheckoutState::OrdersPaused => Some(texts::degraded::ORDERS_FORM.to_owned()),
            CheckoutState::AccountsResting => Some(texts::degraded::ACCOUNTS_FORM.to_owned()),
            CheckoutState::NotKnown => Some(texts::degraded::CHECKOUT_NOT_KNOWN.to_owned()),
            CheckoutState::TotalChanged { was, now } => Some(texts::basket::total_changed(was, now)),
        }
    }

    fn button(&self) -> &'static str {
        match self.state {
            CheckoutState::Ready => texts::basket::PLACE,
            CheckoutState::OrdersPaused | CheckoutState::AccountsResting => texts::basket::TRY_AGAIN,
            CheckoutState::NotKnown => texts::basket::PLACE_AGAIN,
            CheckoutState::TotalChanged { .. } => texts::basket::PLACE_AT,
        }
    }
}
