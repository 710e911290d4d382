//! The lists of staff go on page by page.

use contract::{order::OrderState, product::Stock};

use super::{order, shop};

#[tokio::test]
async fn a_place_in_a_list_of_staff_that_nobody_knows_is_its_beginning() {
    let (shop, browser) = shop().await;
    shop.services.world.known().orders = vec![order(1, OrderState::Confirmed)];
    for (path, first_page, said) in [
        ("/staff/orders?after=nonsense", "/staff/orders", "data-order=\"1\""),
        ("/staff/orders?state=confirmed&after=x", "/staff/orders?state=confirmed", "data-order=\"1\""),
        ("/staff/customers?after=nonsense", "/staff/customers", "staff@example.com"),
        ("/staff/products?after=nonsense", "/staff/products", "Gyokuro"),
        ("/staff/products?q=matcha&sort=price&after=x", "/staff/products?q=matcha&sort=price", "Matcha"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.location()), (303, first_page), "{path}");
        let answer = browser.get(first_page).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.says(&[said]);
    }
}

#[tokio::test]
async fn a_place_among_what_is_low_that_nobody_knows_is_its_beginning() {
    let (shop, browser) = shop().await;
    let low = shop.services.world.known().products.iter().filter(|it| it.stock != Stock::InStock).count();
    assert_eq!(low, 2);
    for after in ["nonsense", "7.1", "-1.1", "1"] {
        let answer = browser.get(&format!("/staff/low-stock?after={after}")).await;
        assert_eq!(answer.status, 200, "{after}");
        answer.says(&["Gyokuro", "Matcha"]);
    }
}
