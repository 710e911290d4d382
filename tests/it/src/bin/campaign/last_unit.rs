//! One unit is left and everybody wants it.

use std::sync::Arc;

use anyhow::ensure;
use contract::order::{Order, OrderState};
use futures::future::try_join_all;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::shop::Shop;
use crate::shopper::Shopper;

/// Registrations at once: each costs the user service much memory and time.
const REGISTER_AT_ONCE: usize = 8;

/// Registers the customers who will want the last unit.
pub(crate) async fn gather(shop: &Arc<Shop>, buyers: usize) -> anyhow::Result<Vec<Shopper>> {
    stream::iter(0..buyers)
        .map(|number| async move {
            let name = format!("b{:x}.{number}", shop.seed);
            Shopper::register(Arc::clone(shop), &name).await
        })
        .buffer_unordered(REGISTER_AT_ONCE)
        .try_collect()
        .await
}

/// Lets all buyers check out the one unit of a product at the same time. Whatever happens to the processes
/// meanwhile, one of them gets it.
pub(crate) async fn rush(buyers: &mut [Shopper], product: i64) -> anyhow::Result<()> {
    try_join_all(buyers.iter_mut().map(|buyer| buyer.merge(product, 1))).await?;
    let orders = try_join_all(buyers.iter_mut().map(Shopper::check_out)).await?;
    let placed = orders.iter().flatten().count();
    ensure!(placed == buyers.len(), "only {placed} of {} buyers could check out", buyers.len());
    Ok(())
}

/// Checks, once all orders are settled, that exactly one got the unit.
pub(crate) fn judge(orders: &[Order], product: i64, buyers: usize) -> Result<(), String> {
    let wanted: Vec<_> = orders
        .iter()
        .filter(|order| order.state != OrderState::Open)
        .filter(|order| order.items.iter().any(|item| item.product == product))
        .collect();
    let count = |state: OrderState| wanted.iter().filter(|order| order.state == state).count();
    // Staff may have handed it over by now.
    let confirmed = count(OrderState::Confirmed) + count(OrderState::Fulfilled);
    let refused = count(OrderState::Refused);
    if confirmed == 1 && refused == buyers - 1 {
        Ok(())
    } else {
        Err(format!(
            "of {buyers} buyers of the last unit of product {product}, {confirmed} got it, {refused} were refused"
        ))
    }
}
