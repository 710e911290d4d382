//! `/staff/orders`: everybody's orders, and one of them.

use askama::Template;
use contract::order::{Order, OrderState};

use super::Section;
use crate::format::Format;
use crate::texts;
use crate::texts::staff as text;
use crate::views::{OrderView, Page};

/// `/staff/orders`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/orders.html")]
pub(crate) struct OrdersPage {
    pub(crate) page: Page,
    pub(crate) filter: StateFilter,
    /// None if the order service does not answer.
    pub(crate) rows: Option<Vec<OrderRow>>,
    /// Link to the next page.
    pub(crate) next: Option<String>,
    /// True behind the first page.
    pub(crate) is_continued: bool,
}

/// Which orders are shown; all but baskets have a place of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StateFilter(pub(crate) Option<OrderState>);

impl StateFilter {
    const CHOICES: [Option<OrderState>; 7] = [
        None,
        Some(OrderState::Placed),
        Some(OrderState::Confirmed),
        Some(OrderState::Refused),
        Some(OrderState::Fulfilled),
        Some(OrderState::Cancelled),
        Some(OrderState::Open),
    ];

    /// The filter of that name; none for a name that is no state.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::CHOICES.into_iter().map(Self).find(|filter| filter.name() == name)
    }

    /// As it stands in the address; empty for all.
    pub(crate) fn name(self) -> &'static str {
        self.0.map_or("", OrderState::name)
    }

    pub(crate) fn label(self) -> &'static str {
        match self.0 {
            None => text::word::ALL,
            Some(OrderState::Open) => text::orders::BASKETS,
            Some(state) => texts::orders::state(state),
        }
    }

    /// All filters with whether they are this one.
    pub(crate) fn choices(self) -> [(Self, bool); 7] {
        Self::CHOICES.map(|choice| (Self(choice), choice == self.0))
    }

    /// The address of the list from `after` on.
    pub(crate) fn href(self, after: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.0.is_some() {
            query.append_pair("state", self.name());
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        let query = query.finish();
        if query.is_empty() { "/staff/orders".to_owned() } else { format!("/staff/orders?{query}") }
    }
}

/// An order in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderRow {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) state: OrderState,
    pub(crate) placed_at: String,
    /// RFC 3339, for machines.
    pub(crate) placed_at_iso: String,
    pub(crate) pieces: String,
    pub(crate) total: String,
}

impl OrderRow {
    pub(crate) fn new(order: &Order, format: &Format) -> Self {
        Self {
            id: order.id,
            user_id: order.user_id,
            state: order.state,
            placed_at: order.placed_at.map(|at| format.date_time(at)).unwrap_or_default(),
            placed_at_iso: order.placed_at.map(|at| at.to_string()).unwrap_or_default(),
            pieces: format.number(order.items.iter().map(|item| item.quantity).sum()),
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

    pub(crate) fn can_fulfil(&self) -> bool {
        self.state == OrderState::Confirmed
    }
}

/// `/staff/orders/<id>`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/order.html")]
pub(crate) struct StaffOrderPage {
    pub(crate) page: Page,
    pub(crate) order: OrderView,
    pub(crate) user_id: i64,
    /// Why what was asked for was not done.
    pub(crate) problem: Option<String>,
}

impl StaffOrderPage {
    pub(crate) fn can_fulfil(&self) -> bool {
        self.order.state == OrderState::Confirmed
    }

    pub(crate) fn is_basket(&self) -> bool {
        self.order.state == OrderState::Open
    }
}
