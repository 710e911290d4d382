//! The order service.

use crate::{
    answer::{Answer, Unreadable},
    call::{Call, Kind},
    caller::Caller,
    error::CallError,
    page::{self, Page},
    peer::Peer,
    probe::Question,
};
use contract::order::{Merge, Merged, Order, OrderResult, OrderState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Baskets and orders. Clones are one.
#[derive(Clone)]
pub struct OrderService(pub(crate) Arc<Peer>);

/// What a checkout says.
#[derive(Clone, Debug, Serialize)]
pub struct Checkout {
    /// Names this checkout: however often it is sent, it places one order.
    pub idempotency_key: Uuid,
    /// What the shopper was shown, in minor units; the service refuses with 409 if the basket costs something
    /// else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_total: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<String>,
}

/// Which orders are wanted, newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderQuery<'q> {
    /// Only orders in this state.
    pub state: Option<OrderState>,
    /// Only the caller's own. Customers see no others anyway; staff see everybody's without it.
    pub is_mine: bool,
    /// Orders on the page, 1 to 100; 100 by default.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<&'q str>,
}

/// Asked without a key: a service that reads keys and answers as one.
pub(crate) const PROBE: Question =
    Question { call: || Call::probe(&["api", "order"]), is_good: Answer::is_unauthorized };

/// Every call ends with [`CallError`] if the service refuses or does not answer as it should.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl OrderService {
    /// The caller's basket; none if it is empty.
    pub async fn basket(&self, caller: Caller<'_>) -> Result<Option<Order>, CallError> {
        self.0.call(caller, Call::get(&["api", "order"]), basket).await
    }

    /// Changes the caller's basket; takes effect once per `merge_id`.
    pub async fn merge(&self, caller: Caller<'_>, merge: &Merge) -> Result<Merged, CallError> {
        let call = Call::post(Kind::RepeatableWrite, &["api", "order", "merge"]).json(merge);
        self.0.call(caller, call, Answer::json).await
    }

    /// Places the caller's basket as an order; takes effect once per idempotency key. 409 if there is nothing
    /// to place or its total has changed (`expected_total`, `total`), 422 if the key was used for another
    /// checkout.
    pub async fn checkout(&self, caller: Caller<'_>, checkout: &Checkout) -> Result<Order, CallError> {
        let call = Call::post(Kind::RepeatableWrite, &["api", "order", "checkout"]).json(checkout);
        self.0.call(caller, call, order).await
    }

    /// A page of orders: the caller's own, or everybody's for staff.
    pub async fn orders(&self, caller: Caller<'_>, query: OrderQuery<'_>) -> Result<Page<Order>, CallError> {
        let limit = query.limit.map(|limit| limit.to_string());
        let call = Call::get(&["api", "orders"])
            .query("state", query.state.map(OrderState::name))
            .query("mine", query.is_mine.then_some("true"))
            .query("limit", limit.as_deref())
            .query("after", query.after)
            .listing();
        self.0
            .call(caller, call, |answer| Ok(Page { items: answer.json()?, next: page::next(answer)? }))
            .await
    }

    /// One order of the caller's, or anybody's for staff; else 404.
    pub async fn order(&self, caller: Caller<'_>, id: i64) -> Result<Order, CallError> {
        self.0.call(caller, Call::get(&["api", "order", &id.to_string()]), order).await
    }

    /// Gives an order up; 409 if it is past that.
    pub async fn cancel(&self, caller: Caller<'_>, id: i64) -> Result<Order, CallError> {
        self.0.act(caller, "order", id, "cancel", order).await
    }

    /// Hands an order over; staff only.
    pub async fn fulfil(&self, caller: Caller<'_>, id: i64) -> Result<Order, CallError> {
        self.0.act(caller, "order", id, "fulfil", order).await
    }
}

fn order(answer: &Answer) -> Result<Order, Unreadable> {
    Ok(answer.json::<OrderResult>()?.result)
}

/// The basket, or a sentence that there is none.
#[derive(Deserialize)]
struct BasketAnswer {
    result: Option<Order>,
    message: Option<String>,
}

fn basket(answer: &Answer) -> Result<Option<Order>, Unreadable> {
    match answer.json()? {
        BasketAnswer { result: Some(order), .. } => Ok(Some(order)),
        BasketAnswer { message: Some(_), .. } => Ok(None),
        BasketAnswer { .. } => Err(Unreadable),
    }
}
