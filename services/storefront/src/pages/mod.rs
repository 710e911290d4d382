//! The pages of the shop: each file asks, decides, and shows.

mod account;
mod basket;
mod checkout;
mod home;
mod lines;
mod login;
mod logout;
mod order;
mod orders;
mod product;
mod register;
mod small;
pub(crate) mod staff;
mod thank_you;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::shop::Shop;

/// All routes.
pub(crate) fn routes(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/product/{name}", get(product::show))
        .route("/register", get(register::show).post(register::send))
        .route("/login", get(login::show).post(login::send))
        .route("/logout", get(logout::show).post(logout::send))
        .route("/basket", get(basket::show))
        .route("/basket/add", post(basket::add))
        .route("/basket/item", post(basket::set))
        .route("/checkout", get(checkout::show).post(checkout::send))
        .route("/order/thank-you", get(thank_you::show))
        .route("/orders", get(orders::show))
        .route("/orders/{id}", get(order::show))
        .route("/orders/{id}/cancel", post(order::cancel))
        .route("/orders/{id}/reorder", post(order::reorder))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/status.json", get(small::status))
        .route("/assets/{*path}", get(small::asset))
        .route("/favicon.ico", get(small::icon))
        .route("/robots.txt", get(small::robots))
        .merge(staff::routes())
        .with_state(Arc::clone(&shop))
        .merge(crate::catalogue::routes(shop.media.clone()))
}
