//! What the product service's events do here: the catalogue learns, and placed orders get their answer.

use crate::{domain::lifecycle::Event, metrics::Metrics, store};
use contract::event::ProductEvent;
use database::Transaction;
use futures::future::BoxFuture;

/// Applies the product feed. Every event may be met again: facts go by their revision, answers of the stock
/// by the order's state.
pub(crate) struct ProductEffects {
    pub(crate) metrics: Metrics,
}

impl feed::Effects for ProductEffects {
    type Event = ProductEvent;

    fn apply<'t>(
        &'t self,
        transaction: &'t mut Transaction,
        event: ProductEvent,
        _traceparent: Option<String>,
    ) -> BoxFuture<'t, Result<(), database::Error>> {
        Box::pin(async move {
            let settled = match event {
                ProductEvent::Changed(facts) => {
                    store::learn(transaction, facts).await?;
                    None
                }
                ProductEvent::Reserved(order) => {
                    store::settle(transaction, order.order_uid, Event::StockReserved, &[]).await?
                }
                ProductEvent::Refused(order) => {
                    store::settle(transaction, order.order_uid, Event::StockRefused, &order.lines).await?
                }
            };
            // Counted before the commit; should that fail, the order is counted again when it is retried.
            if let Some(settled) = settled {
                self.metrics.moved(settled.state, settled.total);
            }
            Ok(())
        })
    }
}
