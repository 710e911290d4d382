//! The basket.

use askama::Template;

use super::{FormErrors, Page};
use crate::texts;

/// `/basket`
#[derive(Clone, Debug, Template)]
#[template(path = "basket.html")]
pub(crate) struct BasketPage {
    pub(crate) page: Page,
    pub(crate) lines: Vec<BasketLine>,
    /// The sum of the lines as it is shown; absent while a price is not known.
    pub(crate) total: Option<String>,
    pub(crate) gate: CheckoutGate,
    /// Sentences about what did not fit, from `texts::basket`.
    pub(crate) notes: Vec<String>,
    /// True while changes wait for the order service.
    pub(crate) is_waiting: bool,
    pub(crate) errors: FormErrors,
}

/// One line of the basket or of the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BasketLine {
    pub(crate) product_id: i64,
    pub(crate) name: String,
    /// Empty if the product's page is not known.
    pub(crate) href: String,
    pub(crate) image: String,
    pub(crate) quantity: i64,
    /// What was typed instead of a quantity and is none.
    pub(crate) typed: Option<String>,
    /// As shown; absent while the price is not known.
    pub(crate) unit_price: Option<String>,
    pub(crate) line_total: Option<String>,
    /// A sentence about this line, such as that it is sold out.
    pub(crate) note: Option<String>,
}

impl BasketLine {
    /// The name of its field for quantities among the mistakes.
    pub(crate) fn field(&self) -> String {
        format!("quantity-{}", self.product_id)
    }

    pub(crate) fn shown_image(&self) -> &str {
        super::card::loadable(&self.image)
    }

    pub(crate) fn initial(&self) -> String {
        super::card::initial(&self.name)
    }
}

/// What stands between the basket and the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckoutGate {
    /// Nothing.
    Open,
    /// A guest: "Please login".
    LogIn,
    /// The order service is down.
    OrdersPaused,
    /// The key died while accounts are down.
    AccountsResting,
}

impl BasketPage {
    /// Whether there is room for pictures and single prices: a page of 100 lines stays below 50 KB.
    fn is_roomy(&self) -> bool {
        self.lines.len() <= 40
    }

    fn pieces(&self) -> String {
        texts::basket::items(self.lines.iter().map(|line| line.quantity).sum())
    }
}
