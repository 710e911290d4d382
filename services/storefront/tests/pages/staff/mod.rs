//! The pages of staff.

mod customers;
mod door;
mod imports;
mod lists;
mod orders;
mod outages;
mod products;

use contract::order::{Item, Order, OrderState};

use crate::shopfront::{Browser, Shopfront};

/// A shop, and a browser in which staff are logged in.
async fn shop() -> (Shopfront, Browser) {
    let shop = Shopfront::open().await;
    let browser = shop.logged_in("staff").await;
    (shop, browser)
}

/// An order of a customer's, in that state.
fn order(id: i64, state: OrderState) -> Order {
    let item = Item {
        product: 1,
        quantity: 2,
        name: "Sencha <Uji>".to_owned(),
        unit_price: 1450,
        line_total: 2900,
        refusal: None,
    };
    Order {
        id,
        is_open: false,
        state,
        items: vec![item],
        user_id: 77,
        total: 2900,
        currency: "EUR".parse().expect("a currency"),
        placed_at: Some(contract::Timestamp::from_unix_ms(1_795_253_400_000)),
        delivery_name: Some("Grace <Hopper>".to_owned()),
        delivery_address: Some("1 Harbour Way\nArlington".to_owned()),
    }
}
