//! The pages, as the navigation names them.

pub(crate) const LABEL: &str = "Staff pages";
pub(crate) const OVERVIEW: &str = "Overview";
pub(crate) const PRODUCTS: &str = "Products";
pub(crate) const IMPORT: &str = "Import";
pub(crate) const ORDERS: &str = "Orders";
pub(crate) const CUSTOMERS: &str = "Customers";
pub(crate) const LOW_STOCK: &str = "Low stock";
pub(crate) const RULES: &str = "Rules";
