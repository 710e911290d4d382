//! Whether what the shop says in the end is what it acknowledged: pure, so that it is tested with made-up
//! shops that cheat.

use std::collections::{BTreeMap, BTreeSet};

use contract::order::{Order, OrderState};

use crate::catalogue::{Catalogue, Supply};
use crate::evidence::Evidence;
use crate::feeds;
use crate::record::{Acknowledged, Facts};
use crate::stock::Books;

/// Every broken rule, in a sentence.
pub(crate) fn violations(catalogue: &Catalogue, facts: &Facts, evidence: &Evidence) -> Vec<String> {
    let mut found = facts.violations.clone();
    found.extend(checkouts(facts, &evidence.orders));
    found.extend(states(catalogue, facts, &evidence.orders));
    found.extend(stock(catalogue, &evidence.orders, &evidence.books));
    found.extend(feeds::wrong(&evidence.told));
    found.extend(accounts(facts, evidence));
    found
}

/// Every acknowledged order exists once, as it was acknowledged; every key made at most one order; nobody has
/// an order that nobody asked for. The key of a checkout is its order's delivery name.
fn checkouts(facts: &Facts, orders: &[Order]) -> Vec<String> {
    let mut found = Vec::new();
    let by_id: BTreeMap<i64, &Order> = orders.iter().map(|order| (order.id, order)).collect();
    if by_id.len() < orders.len() {
        found.push("an order is listed twice".into());
    }
    for (key, checkout) in &facts.checkouts {
        let made: Vec<&Order> =
            orders.iter().filter(|order| order.delivery_name.as_ref() == Some(key)).collect();
        if made.len() > 1 {
            let ids: Vec<i64> = made.iter().map(|order| order.id).collect();
            found.push(format!("key {key} made the orders {ids:?}"));
        }
        let Some(acknowledged) = &checkout.order else { continue };
        match by_id.get(&acknowledged.id) {
            None => found.push(format!("order {} was acknowledged and is lost", acknowledged.id)),
            Some(order)
                if Acknowledged::from(*order) != *acknowledged || order.user_id != checkout.user_id =>
            {
                found.push(format!("{acknowledged:?} of user {} became {order:?}", checkout.user_id));
            }
            Some(order) if order.delivery_name.as_ref() != Some(key) => {
                found.push(format!("order {} was acknowledged for key {key} and has another", order.id));
            }
            Some(_) => {}
        }
    }
    for order in orders {
        let asked_for = order.delivery_name.as_ref().and_then(|key| facts.checkouts.get(key));
        if asked_for.is_none_or(|checkout| checkout.user_id != order.user_id) {
            found.push(format!("nobody asked for {order:?}, or it was refused"));
        }
    }
    found
}

/// Every order has got its answer; acknowledged cancellations and hand-overs stand; what nobody asked for did
/// not happen; nothing was refused of which there is plenty.
fn states(catalogue: &Catalogue, facts: &Facts, orders: &[Order]) -> Vec<String> {
    let plenty = |product: i64| matches!(catalogue.supply(product), Some(Supply::Plenty | Supply::Untracked));
    let mut found = Vec::new();
    for order in orders {
        let Order { id, state, .. } = order;
        let allowed = match state {
            OrderState::Open => continue,
            OrderState::Placed => false,
            OrderState::Cancelled => facts.cancel_asked.contains(id),
            OrderState::Fulfilled => facts.fulfil_asked.contains(id) && !facts.cancelled.contains(id),
            OrderState::Refused => !order.items.iter().all(|item| plenty(item.product)),
            OrderState::Confirmed => true,
        };
        let kept = (!facts.cancelled.contains(id) || *state == OrderState::Cancelled)
            && (!facts.fulfilled.contains(id) || *state == OrderState::Fulfilled);
        if !allowed || !kept {
            found.push(format!("order {id} must not be {state:?} in the end: {order:?}"));
        }
    }
    found
}

/// The books say what the orders say, and pieces came only from where staff put them.
pub(crate) fn stock(catalogue: &Catalogue, orders: &[Order], books: &[Books]) -> Vec<String> {
    let pieces_in = |wanted: OrderState, product: i64| -> i64 {
        let of_state = orders.iter().filter(|order| order.state == wanted);
        let lines = of_state.flat_map(|order| &order.items).filter(|item| item.product == product);
        lines.map(|item| item.quantity).sum()
    };
    let mut found = Vec::new();
    for of_product in books {
        let id = of_product.id;
        let supply = catalogue.supply(id);
        if supply == Some(Supply::Untracked) {
            continue;
        }
        found.extend(of_product.wrong(None).map(|wrong| format!("{wrong}: {of_product:?}")));
        let (sold, reserved) = (pieces_in(OrderState::Fulfilled, id), pieces_in(OrderState::Confirmed, id));
        if (of_product.sold_total, of_product.reserved_total) != (sold, reserved) {
            found.push(format!("orders say that {sold} are sold and {reserved} reserved: {of_product:?}"));
        }
        let initial = supply.and_then(Supply::initial);
        if supply != Some(Supply::Restocked)
            && initial.is_some_and(|initial| initial != of_product.restocked_total)
        {
            found.push(format!("nobody put pieces there: {of_product:?}"));
        }
    }
    let tracked = catalogue.offers().iter().filter(|offer| offer.supply != Supply::Untracked);
    let missing = tracked.filter(|offer| books.iter().all(|books| books.id != offer.id));
    found.extend(missing.map(|offer| format!("product {} is not in the books", offer.id)));
    found
}

/// Everybody who was registered can log in and sees their own orders, all of them, and no others.
fn accounts(facts: &Facts, evidence: &Evidence) -> Vec<String> {
    let mut found = evidence.peeped.clone();
    for account in &facts.accounts {
        let seen = match evidence.seen_by.get(&account.id) {
            Some(Ok(seen)) => seen,
            Some(Err(why)) => {
                found.push(why.clone());
                continue;
            }
            None => {
                found.push(format!("nobody looked through {}", account.username));
                continue;
            }
        };
        let seen: BTreeSet<i64> = seen.iter().map(|order| order.id).collect();
        let theirs = evidence.orders.iter().filter(|order| order.user_id == account.id);
        let theirs: BTreeSet<i64> = theirs.map(|order| order.id).collect();
        if seen != theirs {
            found.push(format!("{} sees the orders {seen:?}, not {theirs:?}", account.username));
        }
    }
    let distinct: BTreeSet<i64> = facts.accounts.iter().map(|account| account.id).collect();
    if distinct.len() < facts.accounts.len() {
        found.push("two accounts were given the same id".into());
    }
    found
}

#[cfg(test)]
mod tests;
