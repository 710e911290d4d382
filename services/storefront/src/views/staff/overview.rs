//! `/staff`: what waits, and how the shop fares.

use askama::Template;

use super::{LowStockRow, OrderRow, Section, Survey};
use crate::texts::staff as text;
use crate::views::Page;

/// `/staff`
#[derive(Clone, Debug, Template)]
#[template(path = "staff/overview.html")]
pub(crate) struct OverviewPage {
    pub(crate) page: Page,
    /// Confirmed orders, newest first; none if the order service does not answer.
    pub(crate) orders: Option<Vec<OrderRow>>,
    /// Whether there are more of them than are shown.
    pub(crate) has_more_orders: bool,
    /// The first products that are out or low.
    pub(crate) low: Vec<LowStockRow>,
    /// How many are low and how many out.
    pub(crate) low_counts: (usize, usize),
    pub(crate) survey: Survey,
}
