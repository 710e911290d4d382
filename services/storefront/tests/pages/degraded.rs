//! Every page while parts are down, in each way of being down.

use std::time::{Duration, Instant};

use contract::product::Product;

use crate::shopfront::Shopfront;
use crate::world::{Mode, Services};

/// What a shopper may be told at most: nothing slower than this, with slack for a busy machine.
const CALM: Duration = Duration::from_secs(4);

#[tokio::test]
async fn with_everything_down_every_page_is_a_calm_one() {
    for mode in [Mode::Frozen, Mode::Failing, Mode::Garbage] {
        let shop = Shopfront::open().await;
        let browser = shop.logged_in("ada").await;
        browser.add("1", "2").await;
        for service in [&shop.services.user, &shop.services.product, &shop.services.order] {
            service.behave(mode);
        }
        // From the first request on, long before anybody has noticed.
        for (path, status, said) in [
            ("/", 200, "This is our catalogue as of"),
            ("/?q=matcha&sort=price", 200, "Matcha"),
            ("/product/sencha", 200, "This is our catalogue as of"),
            ("/basket", 200, "Your basket is kept"),
            ("/checkout", 200, "Orders are paused"),
            ("/orders", 503, "Orders are paused"),
            ("/orders/1", 503, "Orders are paused"),
            ("/account", 503, "Accounts are resting"),
            ("/login", 303, ""),
            ("/register", 200, "Register"),
            ("/logout", 200, "Log out"),
            ("/order/thank-you", 200, "Thank you for your order"),
        ] {
            let began = Instant::now();
            let answer = browser.get(path).await;
            assert_eq!(answer.status, status, "{mode:?} {path} {}", answer.text);
            assert!(began.elapsed() < CALM, "{mode:?} {path} took {:?}", began.elapsed());
            if !said.is_empty() {
                answer.says(&[said]);
            }
            if status == 503 {
                assert_eq!(answer.header("retry-after"), "2", "{path}");
                answer.says(&["id=\"support-code\""]);
            }
        }
    }
}

#[tokio::test]
async fn a_page_that_asks_several_frozen_services_keeps_within_its_time() {
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        let shop = Shopfront::open().await;
        let browser = shop.browser();
        browser.register("ada").await;
        // The copy does not have it, so that its name is asked for.
        let new =
            Product { id: 4, slug: "kukicha".to_owned(), ..shop.services.world.known().products[0].clone() };
        shop.services.world.known().products.push(new);
        browser.add("1", "2").await;
        browser.add("4", "1").await;
        // The basket of a guest goes to the order service with the first page after the login.
        assert_eq!(browser.log_in("ada").await.status, 303);
        shop.services.order.behave(Mode::Frozen);
        shop.services.product.behave(Mode::Frozen);
        let began = Instant::now();
        let basket = browser.get("/basket").await;
        shortest = shortest.min(began.elapsed());
        assert_eq!(basket.status, 200);
        basket.says(&["Your basket is kept", "data-line=\"1\"", "data-line=\"4\""]);
        assert!(shop.services.world.asked("POST /api/order/merge") > 0);
        assert!(shop.services.world.asked("GET /api/product/4") > 1, "its name was asked for");
        shop.services.order.behave(Mode::Up);
        shop.services.product.behave(Mode::Up);
        shop.until_health("order", "up").await;
        let basket = browser.get("/basket").await;
        basket.says(&["data-line=\"1\"", "data-line=\"4\""]);
        basket.says_nothing_of(&["Your basket is kept"]);
    }
    // A busy machine makes some of them longer, a limit that is wrong all.
    assert!(shortest < Duration::from_millis(1_900), "{shortest:?}");
}

#[tokio::test]
async fn degraded_pages_are_quick_once_the_circuits_are_open() {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("ada").await;
    browser.add("1", "2").await;
    for (service, part) in
        [(&shop.services.user, "user"), (&shop.services.product, "product"), (&shop.services.order, "order")]
    {
        service.behave(Mode::Frozen);
        shop.until_health(part, "down").await;
    }
    for path in ["/", "/product/sencha", "/basket", "/checkout", "/orders", "/account"] {
        let began = Instant::now();
        browser.get(path).await;
        assert!(began.elapsed() < Duration::from_millis(300) * 3, "{path} took {:?}", began.elapsed());
    }
    let metrics = shop.metrics().await;
    for (capability, holds) in [("browse", 1), ("register", 0), ("log_in", 0), ("order", 0)] {
        let line = format!("shop_capability{{capability=\"{capability}\"}} {holds}");
        kit::eventually(Duration::from_secs(5), &line, async || {
            let metrics = shop.metrics().await;
            metrics.contains(&line).then_some(()).ok_or(())
        })
        .await;
    }
    assert!(metrics.contains("shop_catalogue_age_seconds"), "{metrics}");
}

#[tokio::test]
async fn a_catalogue_that_was_never_seen_is_a_calm_page() {
    let mut services = Services::start().await;
    services.product.stop().await;
    let shop = Shopfront::open_as(services, "http://127.0.0.1:8080").await;
    let browser = shop.browser();
    let home = browser.get("/").await;
    assert_eq!(home.status, 200);
    home.says(&["The catalogue is resting"]);
    let product = browser.get("/product/sencha").await;
    assert_eq!((product.status, product.header("retry-after")), (503, "2"));
    product.says(&["The catalogue is resting"]);
}

#[tokio::test]
async fn a_product_that_does_not_exist_is_404_live_and_from_a_current_copy() {
    let mut shop = Shopfront::open().await;
    let browser = shop.browser();
    assert_eq!(browser.get("/product/nothing").await.status, 404);
    shop.services.product.stop().await;
    shop.until_health("product", "down").await;
    assert_eq!(browser.get("/product/nothing").await.status, 404, "the copy is seconds old and whole");
    browser.get("/product/matcha").await.says(&["Matcha", "id=\"catalogue-age\""]);
}

#[tokio::test]
async fn when_the_catalogue_is_back_pages_are_live_within_five_seconds() {
    let mut shop = Shopfront::open().await;
    let browser = shop.browser();
    shop.services.product.stop().await;
    shop.until_health("product", "down").await;
    shop.services.world.known().products[0].name = "Kukicha".to_owned();
    browser.get("/").await.says(&["Sencha <Uji>"]);
    shop.services.product.restart().await;
    kit::eventually(Duration::from_secs(5), "the page is live", async || {
        let home = browser.get("/").await.text;
        (home.contains("Kukicha") && !home.contains("as of")).then_some(()).ok_or(())
    })
    .await;
}

#[tokio::test]
async fn a_place_in_a_list_that_nobody_knows_is_its_beginning() {
    let shop = Shopfront::open().await;
    for path in ["/?after=nonsense", "/?after=copy.nonsense", "/?sort=dearest&in_stock=perhaps"] {
        let answer = shop.browser().get(path).await;
        assert_eq!(answer.status, 200);
        answer.says(&["Sencha <Uji>", "Gyokuro"]);
    }
}
