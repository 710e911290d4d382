//! Checking out: once, for the total that was shown, whatever gets lost.

use crate::shopfront::{Answer, Browser, Shopfront};
use crate::world::Mode;
use chassis::clock::Clock;
use contract::order::{Order, OrderState};
use std::time::Duration;

/// The hidden fields of a checkout page, and an address.
async fn press(browser: &Browser, page: &Answer) -> Answer {
    let (key, total) = (page.field("idempotency_key"), page.field("expected_total"));
    let form = [
        ("idempotency_key", key.as_deref().expect("a key")),
        ("expected_total", total.as_deref().expect("a total")),
        ("delivery_name", "Ada <L>"),
        ("delivery_address", "1 Tea Lane\nLondon"),
    ];
    browser.post("/checkout", &form).await
}

fn placed(shop: &Shopfront) -> usize {
    shop.services.world.known().orders.iter().filter(|order| !order.is_open).count()
}

#[tokio::test]
async fn difference_a_get_places_no_order() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    for _ in 0..2 {
        assert_eq!(browser.get("/checkout").await.status, 200);
    }
    assert_eq!(placed(&shop), 0);
}

#[tokio::test]
async fn an_order_is_placed_seen_given_up_and_put_back() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    page.says(&["€29.00", "Sencha <Uji>"]);
    let pressed = press(&browser, &page).await;
    assert_eq!((pressed.status, pressed.location()), (303, "/order/thank-you?order=1"));
    let thanks = browser.get(pressed.location()).await;
    thanks.says(&["Thank you for your order", "data-order=\"1\"", "data-state=\"placed\"", "Ada <L>"]);
    thanks.says(&["<span id=\"basket-count\" data-empty>0</span>"]);
    shop.services.world.known().orders[0].state = OrderState::Confirmed;
    browser.get("/orders/1").await.says(&["data-state=\"confirmed\""]);
    browser.get("/orders").await.says(&["data-order=\"1\"", "€29.00"]);
    let cancelled = browser.post_and_follow("/orders/1/cancel", &[]).await;
    cancelled.says(&["The order is cancelled", "data-state=\"cancelled\""]);
    shop.services.world.known().orders[0].state = OrderState::Fulfilled;
    let late = browser.post("/orders/1/cancel", &[]).await;
    assert_eq!(late.status, 409);
    late.says(&["cannot be cancelled any more", "data-state=\"fulfilled\""]);
    browser.post_and_follow("/orders/1/reorder", &[]).await.says(&["data-line=\"1\"", "€29.00"]);
}

#[tokio::test]
async fn the_answer_is_lost_and_pressing_again_places_nothing_twice() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    shop.services.order.behave(Mode::Mute);
    let lost = press(&browser, &page).await;
    assert_eq!((lost.status, lost.header("retry-after")), (503, "2"));
    lost.says(&["We do not know yet whether your order went through", "Pressing the button again is safe"]);
    lost.says(&["1 Tea Lane", "Ada <L>"]);
    assert_eq!(lost.field("idempotency_key"), page.field("idempotency_key"));
    assert_eq!(lost.field("expected_total").as_deref(), Some("2900"));
    // Down for good: still not known, and the same key.
    shop.services.order.behave(Mode::Frozen);
    shop.until_health("order", "down").await;
    let still = press(&browser, &lost).await;
    assert_eq!(still.status, 503);
    still.says(&["We do not know yet"]);
    assert_eq!(still.field("idempotency_key"), page.field("idempotency_key"));
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    let pressed = press(&browser, &still).await;
    assert_eq!((pressed.status, pressed.location()), (303, "/order/thank-you?order=1"));
    assert_eq!(placed(&shop), 1);
}

#[tokio::test]
async fn whoever_comes_back_after_a_lost_answer_finds_the_order() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    shop.services.order.behave(Mode::Mute);
    press(&browser, &page).await;
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    for path in ["/basket", "/checkout"] {
        let browser = &browser;
        let answer = browser.get(path).await;
        if path == "/basket" {
            assert_eq!((answer.status, answer.location()), (303, "/order/thank-you?order=1"));
        }
    }
    assert_eq!(placed(&shop), 1);
}

#[tokio::test]
async fn an_older_order_is_not_taken_for_one_whose_checkout_was_lost() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    assert_eq!(press(&browser, &page).await.location(), "/order/thank-you?order=1");
    browser.add("2", "1").await;
    let page = browser.get("/checkout").await;
    shop.services.order.behave(Mode::Failing);
    press(&browser, &page).await.says(&["We do not know yet"]);
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    // Nothing was placed, and the shopper thinks better of it.
    browser.post("/basket/item", &[("product_id", "2"), ("quantity", "0")]).await;
    let basket = browser.get("/basket").await;
    assert_eq!(basket.status, 200, "to {:?}", basket.header("location"));
    basket.says(&["Your basket is empty"]);
    assert_eq!(placed(&shop), 1);
}

#[tokio::test]
async fn staff_who_come_back_after_a_lost_answer_find_their_own_order() {
    let shop = Shopfront::open().await;
    let (staff, ada) = (shop.logged_in("staff").await, shop.logged_in("ada").await);
    staff.add("1", "2").await;
    ada.add("2", "1").await;
    let (staffs_page, adas_page) = (staff.get("/checkout").await, ada.get("/checkout").await);
    shop.services.order.behave(Mode::Mute);
    press(&staff, &staffs_page).await.says(&["We do not know yet"]);
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    assert_eq!(press(&ada, &adas_page).await.location(), "/order/thank-you?order=2");
    {
        let mut known = shop.services.world.known();
        let adas = known.orders[1].clone();
        known.orders.extend((3..60).map(|id| Order { id, ..adas.clone() }));
    }
    let basket = staff.get("/basket").await;
    assert_eq!((basket.status, basket.location()), (303, "/order/thank-you?order=1"));
    staff.get("/order/thank-you?order=1").await.says(&["Thank you for your order", "data-order=\"1\""]);
}

#[tokio::test]
async fn thanks_are_for_an_order_that_there_is() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    for path in ["/order/thank-you?order=abc", "/order/thank-you?order=1e3", "/order/thank-you?order=7"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    browser.get("/order/thank-you").await.says(&["Thank you for your order"]);
}

#[tokio::test]
async fn a_changed_price_is_shown_and_the_basket_kept() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    shop.services.world.known().products[0].price = 1600;
    let changed = press(&browser, &page).await;
    assert_eq!(changed.status, 409);
    changed.says(&["€29.00", "€32.00", "Nothing was ordered yet", "1 Tea Lane"]);
    assert_eq!(changed.field("expected_total").as_deref(), Some("3200"));
    assert_eq!(placed(&shop), 0);
    assert_eq!(press(&browser, &changed).await.location(), "/order/thank-you?order=1");
    assert_eq!(shop.services.world.known().orders[0].total, 3200);
}

#[tokio::test]
async fn a_total_that_cannot_be_read_places_nothing() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    let key = page.field("idempotency_key").expect("a key");
    for total in ["", "29.00", "€29", "99999999999999999999"] {
        let form = [("idempotency_key", &*key), ("expected_total", total), ("delivery_name", "Ada <L>")];
        let answer = browser.post("/checkout", &form).await;
        assert_eq!(answer.status, 400, "{total:?}");
        answer.says(&["Nothing was ordered", "look at your basket", "Ada <L>", "data-line=\"1\""]);
        assert_eq!(answer.field("idempotency_key").as_deref(), Some(&*key));
        assert_eq!(placed(&shop), 0, "{total:?}");
        // What is shown now is what the button says.
        assert_eq!(answer.field("expected_total").as_deref(), Some("2900"), "{total:?}");
    }
    assert_eq!(press(&browser, &page).await.location(), "/order/thank-you?order=1");
}

#[tokio::test]
async fn what_was_typed_is_spoken_of_only_if_something_was() {
    let clock = Clock::set_at(1_795_253_400_000);
    let shop = Shopfront::open_by(&clock).await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    shop.services.order.behave(Mode::Failing);
    shop.until_health("order", "down").await;
    let shown = browser.get("/checkout").await;
    shown.says(&["Orders are paused for a moment. Your basket is kept."]);
    shown.says_nothing_of(&["you typed"]);
    press(&browser, &page).await.says(&["What you typed is still here", "1 Tea Lane"]);

    shop.services.user.behave(Mode::Failing);
    shop.until_health("user", "down").await;
    clock.advance(Duration::from_secs(16 * 60));
    let shown = browser.get("/checkout").await;
    shown.says(&["Accounts are resting."]);
    shown.says_nothing_of(&["you typed"]);
    press(&browser, &page).await.says(&["what you typed is still here", "1 Tea Lane"]);
}

#[tokio::test]
async fn with_orders_down_the_checkout_is_paused_and_everything_kept() {
    let mut shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    let page = browser.get("/checkout").await;
    shop.services.order.stop().await;
    shop.until_health("order", "down").await;
    let paused = press(&browser, &page).await;
    assert_eq!(paused.status, 503);
    paused.says(&["Orders are paused", "Your basket is kept", "1 Tea Lane", "€29.00", "data-line=\"1\""]);
    let shown = browser.get("/checkout").await;
    assert_eq!(shown.status, 200);
    shown.says(&["Orders are paused", "data-line=\"1\""]);
    shop.services.order.restart().await;
    shop.until_health("order", "up").await;
    assert_eq!(press(&browser, &paused).await.location(), "/order/thank-you?order=1");
}

#[tokio::test]
async fn the_checkout_hands_over_what_waits_first() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    shop.services.order.behave(Mode::Frozen);
    browser.add("1", "1").await;
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    let form = [("idempotency_key", "8d3f7a52-6c1b-4f0e-9a64-0c6d2b5e7f11"), ("expected_total", "2900")];
    assert_eq!(browser.post("/checkout", &form).await.location(), "/order/thank-you?order=1");
    assert_eq!(shop.services.world.known().orders[0].items[0].quantity, 2);
}

#[tokio::test]
async fn an_empty_basket_and_wrong_fields_are_told() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    let empty = browser.get("/checkout").await;
    assert_eq!((empty.status, empty.location()), (303, "/basket"));
    browser.get("/basket").await.says(&["No order found"]);
    let form = [("idempotency_key", "8d3f7a52-6c1b-4f0e-9a64-0c6d2b5e7f11"), ("expected_total", "0")];
    assert_eq!(browser.post("/checkout", &form).await.location(), "/basket");
    browser.add("1", "1").await;
    let long = "x".repeat(201);
    let wrong = browser.post("/checkout", &[("expected_total", "1450"), ("delivery_name", &long)]).await;
    assert_eq!(wrong.status, 400);
    wrong.says(&["id=\"delivery_name-error\"", &long]);
}

#[tokio::test]
async fn nobody_sees_the_order_of_another() {
    let shop = Shopfront::open().await;
    let ada = shop.logged_in("ada").await;
    ada.add("1", "1").await;
    let page = ada.get("/checkout").await;
    press(&ada, &page).await;
    let grace = shop.logged_in("grace").await;
    for path in ["/orders/1", "/order/thank-you?order=1", "/orders/99"] {
        let answer = grace.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.says(&["There is nothing here", "id=\"support-code\""]);
    }
    assert_eq!(grace.post("/orders/1/cancel", &[]).await.status, 404);
    assert_eq!(grace.post("/orders/1/reorder", &[]).await.status, 404);
    grace.get("/orders").await.says(&["No order found"]);
}
