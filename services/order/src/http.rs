//! The routes: requests are read into the domain's terms, answers are written in the contract's.

mod baskets;
mod checkout;
mod fields;
mod internal;
mod orders;
mod path;

use crate::{Metrics, Store};
use axum::Router;
use chassis::{clock::Clock, identity::Principal};
use contract::{
    Role,
    order::{Order, OrderResult},
    user::Message,
};
use serde::Serialize;
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

const DESCRIPTION: &str = "Baskets and orders. The open order is the basket; checking out places it. \
                           Amounts are integers of minor units.";

/// What handlers work with.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
}

/// The routes of the public port and their description.
pub(crate) fn public(shared: Shared) -> (Router, OpenApi) {
    let (router, openapi) = described();
    (router.with_state(shared), openapi)
}

/// The description of the public port.
pub(crate) fn openapi() -> OpenApi {
    described().1
}

fn described() -> (Router<Shared>, OpenApi) {
    let (router, openapi) = OpenApiRouter::new()
        .routes(routes!(baskets::show))
        .routes(routes!(baskets::add_item))
        .routes(routes!(baskets::set_item, baskets::remove_item))
        .routes(routes!(baskets::merge))
        .routes(routes!(checkout::check_out))
        .routes(routes!(orders::list))
        .routes(routes!(orders::show))
        .routes(routes!(orders::cancel))
        .routes(routes!(orders::fulfil))
        .split_for_parts();
    let mut openapi = chassis::openapi::describe(openapi, "order", DESCRIPTION, env!("CARGO_PKG_VERSION"));
    checkout::allow_no_body(&mut openapi);
    (router, openapi)
}

/// The routes of the internal port, beside the feed.
pub(crate) fn internal(shared: Shared) -> Router {
    internal::routes(shared)
}

/// The basket, or the sentence that there is none.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum BasketAnswer {
    Order(OrderResult),
    None(Message),
}

impl From<Option<Order>> for BasketAnswer {
    fn from(basket: Option<Order>) -> Self {
        match basket {
            Some(result) => Self::Order(OrderResult { result }),
            None => Self::None(Message { message: "No order found".to_owned() }),
        }
    }
}

/// Whose orders somebody may see and change: their own, or everybody's (absent).
fn owner(caller: &Principal) -> Option<i64> {
    (caller.role != Role::Staff).then_some(caller.user_id)
}
