//! What a search shows first.

use crate::shopfront::{Answer, Shopfront};
use crate::world::Services;

/// Where the products' cards stand on the page.
fn order_of(answer: &Answer) -> Vec<&str> {
    let cards = answer.text.split("<article").skip(1);
    cards.filter_map(|card| card.split("data-product=\"").nth(1)?.split('"').next()).collect()
}

fn is_chosen(answer: &Answer, option: &str) -> bool {
    answer.text.contains(&format!("selected>{option}<"))
}

#[tokio::test]
async fn a_search_shows_the_best_match_first_live_and_from_the_copy() {
    let services = Services::start().await;
    {
        let mut known = services.world.known();
        known.products[0].name = "Bamboo whisk".to_owned();
        known.products[0].description = "It whisks matcha.".to_owned();
    }
    let mut shop = Shopfront::open_whole(services, "http://127.0.0.1:8080").await;
    let browser = shop.browser();
    for is_live in [true, false] {
        if !is_live {
            shop.services.product.stop().await;
            shop.until_health("product", "down").await;
        }
        let best = browser.get("/?q=matcha").await;
        assert_eq!(order_of(&best), ["2", "1"], "live: {is_live}");
        assert!(is_chosen(&best, "Best match"), "{}", best.text);
        let by_name = browser.get("/?q=matcha&sort=name").await;
        assert_eq!(order_of(&by_name), ["1", "2"], "live: {is_live}");
        assert!(is_chosen(&by_name, "Name"), "{}", by_name.text);
        by_name.says(&[">Best match<"]);
        let all = browser.get("/").await;
        assert_eq!(order_of(&all), ["1", "3", "2"], "live: {is_live}");
        assert!(is_chosen(&all, "Name"), "{}", all.text);
        all.says_nothing_of(&["Best match"]);
    }
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again_and_one_that_has_is_shown_at_once() {
    let shop = Shopfront::open().await;
    let held_lists = || shop.services.world.known().held_lists;
    let (browser, other) = (shop.browser(), shop.browser());
    let first = browser.get("/").await;
    assert_eq!((order_of(&first), held_lists()), (vec!["3", "2", "1"], 0));
    assert_eq!((other.get("/").await.text, held_lists()), (first.text, 1));
    shop.services.world.known().products[1].price = 3150;
    for browser in [&browser, &other] {
        let changed = browser.get("/").await;
        changed.says(&["€31.50"]);
        changed.says_nothing_of(&["€29.00"]);
    }
    assert_eq!(held_lists(), 2);
}

#[tokio::test]
async fn what_was_written_for_one_list_is_not_shown_for_another() {
    let shop = Shopfront::open().await;
    let browser = shop.browser();
    for _ in 0..2 {
        assert_eq!(order_of(&browser.get("/").await), ["3", "2", "1"]);
        assert_eq!(order_of(&browser.get("/?q=matcha").await), ["2"]);
    }
    assert_eq!(shop.services.world.known().held_lists, 2);
}
