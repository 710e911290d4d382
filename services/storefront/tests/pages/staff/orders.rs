//! Orders are fulfilled and cancelled.

use contract::order::{Order, OrderState};

use super::{order, shop};
use crate::world::Mode;

#[tokio::test]
async fn orders_are_everybodys_and_sifted_by_state() {
    let (shop, browser) = shop().await;
    shop.services.world.known().orders =
        vec![order(1, OrderState::Confirmed), order(2, OrderState::Placed), order(3, OrderState::Fulfilled)];
    browser.get("/staff/orders").await.says(&["data-order=\"1\"", "data-order=\"2\"", "data-order=\"3\""]);
    let confirmed = browser.get("/staff/orders?state=confirmed").await;
    confirmed.says(&["data-order=\"1\"", "aria-current=\"true\">Confirmed", "€29.00"]);
    confirmed.says_nothing_of(&["data-order=\"2\""]);
    browser.get("/staff/orders?state=refused").await.says(&["No orders in this state"]);
    assert_eq!(browser.get("/staff/orders?state=lost").await.status, 200);
    browser.get("/staff").await.says(&["Order 1", "€29.00", "All confirmed orders"]);
}

#[tokio::test]
async fn staff_find_their_own_orders_though_others_ordered_since() {
    let (shop, browser) = shop().await;
    let own = |id| Order { user_id: 1, ..order(id, OrderState::Fulfilled) };
    let others = (23..=70).map(|id| order(id, OrderState::Placed));
    shop.services.world.known().orders = (1..=22).map(own).chain(others).collect();
    let first = browser.get("/orders").await;
    first.says(&["data-order=\"22\"", "data-order=\"3\"", "/orders?after=3"]);
    first.says_nothing_of(&["data-order=\"2\"", "data-order=\"23\""]);
    let second = browser.get("/orders?after=3").await;
    second.says(&["data-order=\"2\"", "data-order=\"1\""]);
    second.says_nothing_of(&["/orders?after=1"]);
    // Everybody's stay where everybody's are.
    browser.get("/staff/orders").await.says(&["data-order=\"70\""]);
}

#[tokio::test]
async fn an_order_is_fulfilled_once_and_says_so() {
    let (shop, browser) = shop().await;
    shop.services.world.known().orders = vec![order(1, OrderState::Confirmed)];
    let page = browser.get("/staff/orders/1").await;
    page.says(&["Grace <Hopper>", "1 Harbour Way", "data-state=\"confirmed\"", "/staff/orders/1/fulfil"]);
    let done = browser.post_and_follow("/staff/orders/1/fulfil", &[]).await;
    done.says(&["The order was fulfilled.", "data-state=\"fulfilled\""]);
    done.says_nothing_of(&["/staff/orders/1/fulfil", "/staff/orders/1/cancel"]);
}

#[tokio::test]
async fn an_order_that_has_moved_on_is_shown_as_it_is() {
    let (shop, browser) = shop().await;
    shop.services.world.known().orders =
        vec![order(1, OrderState::Fulfilled), order(2, OrderState::Cancelled)];
    let answer = browser.post("/staff/orders/1/cancel", &[]).await;
    assert_eq!(answer.status, 409);
    answer.says(&["Not done: the order is fulfilled by now.", "data-state=\"fulfilled\"", "role=\"alert\""]);
    assert_eq!(browser.post("/staff/orders/2/fulfil", &[]).await.status, 409);
    assert_eq!(browser.post("/staff/orders/9/fulfil", &[]).await.status, 404);
}

#[tokio::test]
async fn a_lost_answer_is_not_taken_for_a_yes() {
    let (shop, browser) = shop().await;
    shop.services.world.known().orders = vec![order(1, OrderState::Confirmed)];
    shop.services.order.behave(Mode::Mute);
    let answer = browser.post("/staff/orders/1/fulfil", &[]).await;
    assert_eq!(answer.status, 503);
    answer.says(&["Orders are paused"]);
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    browser.post_and_follow("/staff/orders/1/fulfil", &[]).await.says(&["data-state=\"fulfilled\""]);
}
