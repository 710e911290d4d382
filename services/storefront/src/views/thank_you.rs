//! What a shopper sees after ordering: placed, then confirmed or refused.

use askama::Template;
use contract::order::OrderState;

use super::{OrderView, Page};
use crate::texts;

/// `/order/thank-you`. Without an order it only says thanks, for a link that has lost its number.
#[derive(Clone, Debug, Template)]
#[template(path = "thank_you.html")]
pub(crate) struct ThankYouPage {
    pub(crate) page: Page,
    pub(crate) order: Option<OrderView>,
    /// A sentence if the order is known to be placed but cannot be shown now.
    pub(crate) note: Option<String>,
}

impl ThankYouPage {
    fn heading(&self) -> &'static str {
        match self.order.as_ref().map(|order| order.state) {
            Some(OrderState::Refused) => texts::orders::REFUSED_TITLE,
            _ => texts::orders::THANKS_TITLE,
        }
    }
}
