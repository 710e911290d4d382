//! The list of past orders.

use askama::Template;
use contract::order::{Order, OrderState};

use super::Page;
use crate::format::Format;
use crate::texts;

/// `/orders`
#[derive(Clone, Debug, Template)]
#[template(path = "orders.html")]
pub(crate) struct OrdersPage {
    pub(crate) page: Page,
    pub(crate) orders: Vec<OrderRow>,
    /// Link to the older ones.
    pub(crate) next: Option<String>,
    /// True behind the first page.
    pub(crate) is_continued: bool,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderRow {
    pub(crate) id: i64,
    pub(crate) state: OrderState,
    pub(crate) placed_at: String,
    pub(crate) placed_at_iso: String,
    /// The first names of its lines.
    pub(crate) summary: String,
    pub(crate) pieces: String,
    pub(crate) total: String,
}

impl OrdersPage {
    fn first(&self) -> Option<&'static str> {
        self.is_continued.then_some("/orders")
    }
}

impl OrderRow {
    pub(crate) fn new(order: &Order, format: &Format) -> Self {
        let names = order.items.iter().take(3).map(|item| item.name.as_str());
        let mut summary = names.collect::<Vec<_>>().join(", ");
        if order.items.len() > 3 {
            summary.push_str(", …");
        }
        Self {
            id: order.id,
            state: order.state,
            placed_at: order.placed_at.map(|at| format.date(at)).unwrap_or_default(),
            placed_at_iso: order.placed_at.map(|at| at.to_string()).unwrap_or_default(),
            summary,
            pieces: texts::basket::items(order.items.iter().map(|item| item.quantity).sum()),
            total: format.money_in(order.total, order.currency),
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

    pub(crate) fn heading(&self) -> String {
        texts::orders::numbered(self.id)
    }
}
