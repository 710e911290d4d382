//! What the pages of staff show.

mod customers;
mod import;
mod low_stock;
mod orders;
mod overview;
mod product;
mod products;
mod rules;
#[cfg(test)]
pub(crate) mod samples;

pub(crate) use customers::{CustomerPage, CustomerRow, CustomersPage};
pub(crate) use import::{ImportForm, ImportPage, ImportRunningPage, Outcome, Step};
pub(crate) use low_stock::{LowStockPage, LowStockRow};
pub(crate) use orders::{OrderRow, OrdersPage, StaffOrderPage, StateFilter};
pub(crate) use overview::OverviewPage;
pub(crate) use product::{Compared, ProductFormPage, Subject};
pub(crate) use products::{ProductFilter, ProductRow, ProductsPage};
pub(crate) use rules::{RulesPage, Survey};

use contract::product::Stock;

use crate::texts::staff::nav;

/// A page of the staff's navigation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    pub(crate) path: &'static str,
    pub(crate) label: &'static str,
}

impl Section {
    /// In the order of the navigation.
    pub(crate) const ALL: [Self; 7] = [
        Self { path: "/staff", label: nav::OVERVIEW },
        Self { path: "/staff/orders", label: nav::ORDERS },
        Self { path: "/staff/products", label: nav::PRODUCTS },
        Self { path: "/staff/low-stock", label: nav::LOW_STOCK },
        Self { path: "/staff/import", label: nav::IMPORT },
        Self { path: "/staff/customers", label: nav::CUSTOMERS },
        Self { path: "/staff/rules", label: nav::RULES },
    ];

    /// What `aria-current` says on a page of this section: whether it is the section's own page.
    pub(crate) fn mark(&self, address: &str) -> &'static str {
        if address.split('?').next() == Some(self.path) { "page" } else { "true" }
    }

    /// Whether a page at this address belongs to the section.
    pub(crate) fn holds(&self, address: &str) -> bool {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let below = path.strip_prefix(self.path);
        below.is_some_and(|below| below.is_empty() || (self.path != "/staff" && below.starts_with('/')))
    }
}

/// The class of the badge that tells of a stock.
fn stock_mark(stock: Stock) -> &'static str {
    match stock {
        Stock::InStock => "plain",
        Stock::Low => "warn",
        Stock::Out => "bad",
    }
}

/// The class of the badge with this mark.
fn badge(mark: &str) -> &'static str {
    match mark {
        "up" | "holds" | "proven" => "good",
        "down" => "bad",
        "resting" => "warn",
        _ => "plain",
    }
}

#[cfg(test)]
mod tests {
    use super::Section;

    #[test]
    fn every_page_belongs_to_one_section() {
        for (address, path) in [
            ("/staff", "/staff"),
            ("/staff?x=/staff/orders", "/staff"),
            ("/staff/orders", "/staff/orders"),
            ("/staff/orders/7", "/staff/orders"),
            ("/staff/products/new?x=1", "/staff/products"),
        ] {
            let holding: Vec<_> = Section::ALL.iter().filter(|section| section.holds(address)).collect();
            assert_eq!(holding.len(), 1, "{address}");
            assert_eq!(holding[0].path, path, "{address}");
        }
    }
}
