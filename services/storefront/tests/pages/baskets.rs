//! The basket: a guest's, a shopper's, while orders are up and down.

use crate::shopfront::Shopfront;
use crate::world::Mode;
use contract::order::{Item, Order, OrderState};

#[tokio::test]
async fn difference_a_guest_fills_a_basket_which_becomes_the_shoppers_once() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    browser.add("1", "2").await;
    browser.add("1", "1").await.says(&["data-line=\"1\"", "Sencha <Uji>", "€43.50"]);
    browser.register("ada").await;
    browser.log_in("ada").await;
    for _ in 0..3 {
        browser.get("/basket").await.says(&["data-line=\"1\"", "€43.50"]);
    }
    let known = shop.services.world.known();
    assert_eq!((known.orders.len(), known.orders[0].items[0].quantity), (1, 3));
}

#[tokio::test]
async fn quantities_are_set_and_lines_removed() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    browser.add("2", "1").await;
    let set = browser.post_and_follow("/basket/item", &[("product_id", "1"), ("quantity", "5")]).await;
    set.says(&["Order has been updated", "€101.50"]);
    let removed = browser.post_and_follow("/basket/item", &[("product_id", "2"), ("quantity", "0")]).await;
    removed.says_nothing_of(&["data-line=\"2\""]);
    for (quantity, status) in [("-1", 400), ("1000", 400), ("many", 400), ("", 400)] {
        let answer = browser.post("/basket/item", &[("product_id", "1"), ("quantity", quantity)]).await;
        assert_eq!(answer.status, status, "{quantity}");
        answer.says(&["id=\"errors\"", "whole number from 0 to 999", "€72.50"]);
        answer.says(&["href=\"#quantity-1\"", "id=\"quantity-1-error\""]);
        answer.says(&[&format!("id=\"quantity-1\" value=\"{quantity}\" aria-invalid=\"true\"")]);
    }
    let wrong = browser.post("/basket/add", &[("product_id", "1"), ("quantity", "1e3")]).await;
    assert_eq!(wrong.status, 400);
    wrong.says(&["id=\"quantity-error\"", "Sencha <Uji>"]);
    assert_eq!(browser.post("/basket/add", &[("product_id", "99")]).await.status, 404);
    assert_eq!(browser.post("/basket/add", &[("product_id", "x")]).await.status, 400);
}

#[tokio::test]
async fn a_logout_hands_over_what_waits_or_says_that_it_will_be_gone() {
    let mut shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    shop.services.order.stop().await;
    shop.until_health("order", "down").await;
    browser.add("2", "3").await;
    browser.get("/logout").await.says(&["is gone if you log out now"]);
    shop.services.order.restart().await;
    shop.until_health("order", "up").await;
    // The page that asked was shown before the order service came back.
    assert_eq!(browser.post("/logout", &[]).await.status, 303);
    let items = shop.services.world.known().orders[0].items.clone();
    assert_eq!(items.iter().map(|item| item.quantity).collect::<Vec<_>>(), [1, 3]);
    browser.log_in("ada").await;
    browser.get("/logout").await.says_nothing_of(&["is gone if you log out now"]);
}

#[tokio::test]
async fn changes_made_while_orders_are_frozen_are_handed_over_once() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    shop.services.order.behave(Mode::Mute);
    // Taken by the order service, which never says so.
    browser.add("1", "2").await.says(&["Orders are paused", "Your basket is kept", "€43.50"]);
    shop.services.order.behave(Mode::Frozen);
    shop.until_health("order", "down").await;
    browser.add("2", "1").await.says(&["data-line=\"2\"", "€72.50", "<span id=\"basket-count\">4</span>"]);
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    // Any page hands over what waits.
    browser.get("/").await;
    {
        let known = shop.services.world.known();
        let quantities: Vec<i64> = known.orders[0].items.iter().map(|item| item.quantity).collect();
        assert_eq!(quantities, [3, 1]);
    }
    let basket = browser.get("/basket").await;
    basket.says(&["€72.50", "href=\"/checkout\""]);
    basket.says_nothing_of(&["Orders are paused"]);
}

#[tokio::test]
async fn with_the_catalogue_down_known_products_go_into_the_basket() {
    let mut shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    shop.services.product.stop().await;
    shop.until_health("product", "down").await;
    browser.add("2", "3").await.says(&["Matcha", "€87.00"]);
    let unknown = browser.post("/basket/add", &[("product_id", "99")]).await;
    assert!([404, 503].contains(&unknown.status), "{unknown:?}");
}

#[tokio::test]
async fn what_the_order_service_cannot_take_is_named() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await;
    shop.services.order.behave(Mode::Frozen);
    browser.add("3", "1").await;
    shop.services.world.known().products.retain(|product| product.id != 3);
    shop.services.order.behave(Mode::Up);
    shop.until_health("order", "up").await;
    let basket = browser.get("/basket").await;
    basket.says(&["Gyokuro is no longer in our catalogue"]);
    basket.says_nothing_of(&["data-line=\"3\""]);
    browser.get("/basket").await.says_nothing_of(&["no longer in our catalogue"]);
}

#[tokio::test]
async fn a_guests_line_is_cut_at_999_and_says_so() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    browser.add("1", "999").await;
    let cut = browser.post("/basket/add", &[("product_id", "1"), ("quantity", "2")]).await;
    assert_eq!(cut.status, 409);
    cut.says(&["at most 999 pieces"]);
    browser.get("/basket").await.says(&["<span id=\"basket-count\">999</span>"]);
}

#[tokio::test]
async fn the_cookies_of_a_full_basket_fit_into_3_kb() {
    let shop = Shopfront::open().await;
    {
        let mut known = shop.services.world.known();
        let pattern = known.products[0].clone();
        for id in 100_001..=100_100 {
            known.products.push(contract::product::Product {
                id,
                slug: format!("tea-{id}"),
                ..pattern.clone()
            });
        }
    }
    let browser = shop.logged_in("ada").await;
    let mut widest = 0;
    for id in 100_001..=100_100_i64 {
        let answer =
            browser.post("/basket/add", &[("product_id", &id.to_string()), ("quantity", "999")]).await;
        assert_eq!(answer.status, 303);
        let lines = answer.headers.get_all("set-cookie").iter();
        widest = widest.max(lines.map(|line| line.len() + "set-cookie: \r\n".len()).sum());
    }
    assert!(widest <= 3 * 1024, "{widest} bytes");
    let basket = browser.get("/basket").await;
    basket.says(&["data-line=\"100001\"", "data-line=\"100100\""]);
    // The session's cookie is set anew with the full basket at a login.
    let again = browser.log_in("ada").await;
    let lines = again.headers.get_all("set-cookie").iter();
    let bytes: usize = lines.map(|line| line.len() + "set-cookie: \r\n".len()).sum();
    assert!(bytes <= 3 * 1024, "{bytes} bytes");
}

#[tokio::test]
async fn a_page_with_a_mistake_is_not_asked_for_again_by_itself_and_says_where_it_is_at_home() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "1").await.says(&["data-path=\"/basket\" data-live"]);
    let wrong = browser.post("/basket/item", &[("product_id", "1"), ("quantity", "1000")]).await;
    wrong.says(&["data-path=\"/basket\">"]);
    wrong.says_nothing_of(&["data-live"]);
    let wrong = browser.post("/basket/add", &[("product_id", "1"), ("quantity", "0")]).await;
    wrong.says(&["data-path=\"/product/sencha\">"]);
    wrong.says_nothing_of(&["data-live"]);
}

/// A past order of the first account's: a piece of each of these products.
fn past_order(id: i64, products: impl Iterator<Item = i64>) -> Order {
    let item = |product| Item {
        product,
        quantity: 1,
        name: format!("Product {product}"),
        unit_price: 1,
        line_total: 1,
        refusal: None,
    };
    Order {
        id,
        is_open: false,
        state: OrderState::Fulfilled,
        items: products.map(item).collect(),
        user_id: 1,
        total: 100,
        currency: "EUR".parse().expect("a currency"),
        placed_at: None,
        delivery_name: None,
        delivery_address: None,
    }
}

#[tokio::test]
async fn lines_of_an_old_order_that_cannot_be_kept_are_told_of() {
    const MERGE: &str = "POST /api/order/merge";
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    // Such ids take the most room in the cookie.
    let far = i64::MAX - 200;
    {
        let mut known = shop.services.world.known();
        known.orders = vec![past_order(1, far..far + 100), past_order(2, far + 100..far + 200)];
        let sample = known.products[0].clone();
        let products = (far..far + 200).map(|id| contract::product::Product { id, ..sample.clone() });
        known.products.extend(products);
        known.refused.insert(MERGE.to_owned(), 429);
    }
    assert_eq!(browser.post("/orders/1/reorder", &[]).await.status, 303, "all of it waits");
    let told = "no further change fits into the basket";
    let full = browser.post("/orders/2/reorder", &[]).await;
    assert_eq!(full.status, 503);
    full.says(&[told]);
    // What waited is handed over now; of the lines that had no room that is no word.
    shop.services.world.known().refused.clear();
    let some = browser.post("/orders/2/reorder", &[]).await;
    assert_eq!(some.status, 503);
    some.says(&[told]);
    let basket = |known: &crate::world::Known| known.orders.iter().find(|order| order.is_open).cloned();
    let kept = basket(&shop.services.world.known()).expect("a basket").items.len();
    assert!((100..200).contains(&kept), "{kept} lines");
    assert_eq!(browser.post("/orders/2/reorder", &[]).await.status, 303);
    assert_eq!(basket(&shop.services.world.known()).expect("a basket").items.len(), 200);
}
