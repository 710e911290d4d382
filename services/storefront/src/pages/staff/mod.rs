//! The pages of staff. Whoever is not staff is sent away at the door.

mod customers;
mod door;
mod import;
mod low_stock;
mod orders;
mod overview;
mod picture;
mod product;
mod products;
mod refusals;
mod rules;
mod upload;

use std::sync::Arc;

use axum::Extension;
use axum::Router;
use axum::routing::{get, post};
use chassis::input::BodyLimit;

use crate::shop::Shop;
pub(crate) use rules::watch;

/// The product form: a description of 10,000 characters, each of four bytes, each written as three characters.
const PRODUCT_FORM: BodyLimit = BodyLimit(192 * 1024);

/// The routes under `/staff`.
pub(crate) fn routes() -> Router<Arc<Shop>> {
    let picture = Router::new()
        .route("/staff/products/{id}/picture", post(picture::set))
        .layer(Extension(picture::FORM))
        .layer(Extension(picture::TIME));
    Router::new()
        .route("/staff", get(overview::show))
        .route("/staff/products", get(products::list))
        .route("/staff/products/new", get(product::new).post(product::create).layer(Extension(PRODUCT_FORM)))
        .route("/staff/products/{id}", get(product::show).post(product::save).layer(Extension(PRODUCT_FORM)))
        .merge(picture)
        .route("/staff/low-stock", get(low_stock::list))
        .route("/staff/orders", get(orders::list))
        .route("/staff/orders/{id}", get(orders::show))
        .route("/staff/orders/{id}/fulfil", post(orders::fulfil))
        .route("/staff/orders/{id}/cancel", post(orders::cancel))
        .route("/staff/customers", get(customers::list))
        .route("/staff/customers/{id}", get(customers::show))
        .route("/staff/customers/{id}/reset-password", post(customers::reset_password))
        .route("/staff/customers/{id}/deactivate", post(customers::deactivate))
        .route("/staff/customers/{id}/activate", post(customers::activate))
        .route("/staff/customers/{id}/grant-staff", post(customers::grant_staff))
        .route("/staff/customers/{id}/revoke-staff", post(customers::revoke_staff))
        .route("/staff/rules", get(rules::show))
        .merge(import::routes())
}
