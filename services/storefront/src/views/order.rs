//! One order, and its page.

use askama::Template;
use contract::order::{Item, Order, OrderState};

use super::Page;
use crate::format::Format;
use crate::texts;

/// `/orders/<id>`
#[derive(Clone, Debug, Template)]
#[template(path = "order.html")]
pub(crate) struct OrderPage {
    pub(crate) page: Page,
    pub(crate) order: OrderView,
}

/// An order as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderView {
    pub(crate) id: i64,
    pub(crate) state: OrderState,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) total: String,
    /// As shown; empty while it is open.
    pub(crate) placed_at: String,
    /// RFC 3339, for machines.
    pub(crate) placed_at_iso: String,
    pub(crate) delivery_name: Option<String>,
    pub(crate) delivery_address: Option<String>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) product_id: i64,
    pub(crate) name: String,
    pub(crate) quantity: i64,
    pub(crate) unit_price: String,
    pub(crate) line_total: String,
    /// Why it was refused, as a sentence.
    pub(crate) refusal: Option<&'static str>,
}

impl OrderView {
    pub(crate) fn new(order: &Order, format: &Format) -> Self {
        let line = |item: &Item| OrderLine {
            product_id: item.product,
            name: item.name.clone(),
            quantity: item.quantity,
            unit_price: format.money_in(item.unit_price, order.currency),
            line_total: format.money_in(item.line_total, order.currency),
            refusal: item.refusal.map(texts::orders::refusal),
        };
        Self {
            id: order.id,
            state: order.state,
            lines: order.items.iter().map(line).collect(),
            total: format.money_in(order.total, order.currency),
            placed_at: order.placed_at.map(|at| format.date_time(at)).unwrap_or_default(),
            placed_at_iso: order.placed_at.map(|at| at.to_string()).unwrap_or_default(),
            delivery_name: order.delivery_name.clone().filter(|text| !text.is_empty()),
            delivery_address: order.delivery_address.clone().filter(|text| !text.is_empty()),
        }
    }

    /// The state as a mark, such as `confirmed`.
    pub(crate) fn state_name(&self) -> &'static str {
        self.state.name()
    }

    /// The state in a word.
    pub(crate) fn state_text(&self) -> &'static str {
        texts::orders::state(self.state)
    }

    pub(crate) fn lead(&self) -> &'static str {
        texts::orders::lead(self.state)
    }

    /// Whether its owner may give it up.
    pub(crate) fn can_cancel(&self) -> bool {
        matches!(self.state, OrderState::Placed | OrderState::Confirmed)
    }

    /// Whether its lines may be put back into the basket.
    pub(crate) fn can_reorder(&self) -> bool {
        self.state != OrderState::Open && !self.lines.is_empty()
    }

    /// How many of its steps it has taken; none if it left the way.
    pub(crate) fn steps_done(&self) -> usize {
        match self.state {
            OrderState::Placed => 1,
            OrderState::Confirmed => 2,
            OrderState::Fulfilled => 3,
            OrderState::Open | OrderState::Refused | OrderState::Cancelled => 0,
        }
    }

    /// The steps of every order: name, whether it is taken, whether it is the last one taken.
    pub(crate) fn steps(&self) -> [(&'static str, bool, bool); 3] {
        let done = self.steps_done();
        let names =
            [OrderState::Placed, OrderState::Confirmed, OrderState::Fulfilled].map(texts::orders::state);
        std::array::from_fn(|step| (names[step], step < done, step + 1 == done))
    }

    /// Whether the stock has yet to answer: the page then looks again by itself.
    pub(crate) fn is_moving(&self) -> bool {
        self.state == OrderState::Placed
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.state == OrderState::Refused
    }

    pub(crate) fn heading(&self) -> String {
        texts::orders::numbered(self.id)
    }
}
