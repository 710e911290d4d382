//! What the order service's events do here: pieces are held, given back, sold.

use crate::{
    Metrics, Store,
    domain::reservation::Event,
    store::{Told, apply_order_event},
};
use chassis::clock::Clock;
use contract::{Currency, event::OrderEvent};
use database::Transaction;
use feed::Upstream;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Applies the order feed. Every event may be met again: reservations go by their state.
pub(crate) struct OrderEffects {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) currency: Currency,
    pub(crate) metrics: Metrics,
}

/// Orders to ask the order service about.
#[derive(Serialize)]
struct Question<'q> {
    order_uids: &'q [Uuid],
}

/// Where they stand.
#[derive(Deserialize)]
struct Answer {
    states: HashMap<Uuid, String>,
}

impl feed::Effects for OrderEffects {
    type Event = OrderEvent;

    fn apply<'t>(
        &'t self,
        transaction: &'t mut Transaction,
        event: OrderEvent,
        traceparent: Option<String>,
    ) -> BoxFuture<'t, Result<(), database::Error>> {
        Box::pin(async move {
            let (order_uid, lines, event) = match event {
                OrderEvent::Placed(order) => (order.order_uid, order.lines, Event::Placed),
                OrderEvent::Cancelled(order) => (order.order_uid, Vec::new(), Event::Cancelled),
                OrderEvent::Fulfilled(order) => (order.order_uid, Vec::new(), Event::Fulfilled),
            };
            let told =
                Told { order_uid, event, lines: &lines, now_unix_ms: self.clock.now_unix_ms(), traceparent };
            apply_order_event(transaction, told, self.currency, &self.metrics).await
        })
    }

    /// A snapshot speaks of unfinished orders only. So the order service is asked about all the others for
    /// which pieces are held: they may have ended without our hearing of it.
    fn resynchronised<'t>(&'t self, upstream: &'t Upstream) -> BoxFuture<'t, anyhow::Result<()>> {
        Box::pin(async move {
            let mut after = None;
            loop {
                let holding = self.store.holding(after).await?;
                let Some(last) = holding.last() else { return Ok(()) };
                after = Some(*last);
                let question = Question { order_uids: &holding };
                let Answer { states } = upstream.ask("/internal/orders/states", &question).await?;
                let ended: Vec<_> = holding
                    .iter()
                    .filter_map(|uid| Some((*uid, Event::of_order_state(states.get(uid)?)?)))
                    .collect();
                if !ended.is_empty() {
                    tracing::info!(
                        reservations = ended.len(),
                        "settling reservations of orders that have ended"
                    );
                    self.store.settle(ended, self.clock.now_unix_ms()).await?;
                }
            }
        })
    }
}
