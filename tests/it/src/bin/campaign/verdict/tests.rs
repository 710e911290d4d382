//! Made-up shops: one that is right, and many that cheat in one way each.

use std::collections::BTreeMap;

use contract::Timestamp;
use contract::order::{Item, Order, OrderState};

use super::violations;
use crate::catalogue::{Catalogue, Offer, Supply};
use crate::evidence::Evidence;
use crate::record::{Account, Acknowledged, Checkout, Facts};
use crate::stock::Books;

const ANNA: i64 = 1;

/// A shop as it should be, and the record of what it acknowledged: three orders of two pieces of a scarce
/// product, of which the first is confirmed, the second fulfilled and the third cancelled.
fn right() -> (Catalogue, Facts, Evidence) {
    let catalogue = Catalogue::of(vec![Offer { id: 7, price: 50, supply: Supply::Scarce }]);
    let states = [OrderState::Confirmed, OrderState::Fulfilled, OrderState::Cancelled];
    let orders: Vec<Order> = (1..).zip(states).map(|(id, state)| order(id, state)).collect();
    let mut facts = Facts::default();
    facts.accounts.push(Account { id: ANNA, username: "anna".into() });
    for order in &orders {
        let checkout = Checkout { user_id: ANNA, order: Some(Acknowledged::from(order)) };
        facts.checkouts.insert(format!("key {}", order.id), checkout);
    }
    facts.fulfil_asked.insert(2);
    facts.fulfilled.insert(2);
    facts.cancel_asked.insert(3);
    facts.cancelled.insert(3);
    let books =
        Books { id: 7, stock_quantity: Some(36), restocked_total: 40, sold_total: 2, reserved_total: 2 };
    let seen_by = BTreeMap::from([(ANNA, Ok(orders.clone()))]);
    (
        catalogue,
        facts,
        Evidence { orders, books: vec![books], told: BTreeMap::new(), seen_by, peeped: Vec::new() },
    )
}

fn order(id: i64, state: OrderState) -> Order {
    let item =
        Item { product: 7, quantity: 2, name: "Tea".into(), unit_price: 50, line_total: 100, refusal: None };
    Order {
        id,
        is_open: false,
        state,
        items: vec![item],
        user_id: ANNA,
        total: 100,
        currency: "EUR".parse().expect("a currency"),
        placed_at: Some(Timestamp::from_unix_ms(0)),
        delivery_name: Some(format!("key {id}")),
        delivery_address: None,
    }
}

/// What is said of a shop that is right but for one thing.
fn said_of(cheat: impl FnOnce(&mut Facts, &mut Evidence)) -> String {
    let (catalogue, mut facts, mut evidence) = right();
    cheat(&mut facts, &mut evidence);
    violations(&catalogue, &facts, &evidence).join("\n")
}

#[test]
fn a_shop_that_keeps_its_word_is_blamed_for_nothing() {
    assert_eq!(said_of(|_, _| {}), "");
}

#[test]
fn a_checkout_in_doubt_may_have_made_an_order_or_not() {
    let doubt = |facts: &mut Facts| {
        facts.checkouts.get_mut("key 1").expect("it is there").order = None;
    };
    assert_eq!(said_of(|facts, _| doubt(facts)), "");
    let never_made = said_of(|facts, evidence| {
        doubt(facts);
        evidence.orders.remove(0);
        evidence.seen_by.insert(ANNA, Ok(evidence.orders.clone()));
        evidence.books[0] = Books { stock_quantity: Some(38), reserved_total: 0, ..evidence.books[0] };
    });
    assert_eq!(never_made, "");
}

#[test]
fn a_lost_order_is_found() {
    let said = said_of(|_, evidence| drop(evidence.orders.remove(0)));
    assert!(said.contains("order 1 was acknowledged and is lost"), "{said}");
}

#[test]
fn an_order_that_became_another_is_found() {
    let said = said_of(|_, evidence| evidence.orders[0].items[0].quantity = 3);
    assert!(said.contains("became"), "{said}");
}

#[test]
fn a_key_that_made_two_orders_is_found() {
    let said = said_of(|_, evidence| {
        let second = Order { id: 9, ..evidence.orders[0].clone() };
        evidence.orders.push(second);
    });
    assert!(said.contains("key key 1 made the orders [1, 9]"), "{said}");
}

#[test]
fn an_order_that_nobody_asked_for_is_found() {
    let said = said_of(|facts, _| drop(facts.checkouts.remove("key 1")));
    assert!(said.contains("nobody asked for"), "{said}");
}

#[test]
fn states_that_break_a_promise_are_found() {
    for (place, state) in [
        (0, OrderState::Placed),
        (0, OrderState::Cancelled),
        (0, OrderState::Fulfilled),
        (1, OrderState::Confirmed),
        (2, OrderState::Confirmed),
    ] {
        let said = said_of(|_, evidence| evidence.orders[place].state = state);
        assert!(said.contains(&format!("must not be {state:?}")), "{said}");
    }
}

#[test]
fn books_that_differ_from_the_orders_are_found() {
    let said = said_of(|_, evidence| {
        evidence.books[0] = Books { stock_quantity: Some(34), reserved_total: 4, ..evidence.books[0] };
    });
    assert!(said.contains("orders say that 2 are sold and 2 reserved"), "{said}");
    let said = said_of(|_, evidence| {
        evidence.books[0] = Books { stock_quantity: Some(37), restocked_total: 41, ..evidence.books[0] };
    });
    assert!(said.contains("nobody put pieces there"), "{said}");
}

#[test]
fn a_customer_who_sees_too_little_or_too_much_is_found() {
    let said = said_of(|_, evidence| drop(evidence.seen_by.insert(ANNA, Ok(Vec::new()))));
    assert!(said.contains("anna sees the orders {}, not {1, 2, 3}"), "{said}");
    let said = said_of(|_, evidence| drop(evidence.seen_by.insert(ANNA, Err("anna is locked out".into()))));
    assert_eq!(said, "anna is locked out");
}
