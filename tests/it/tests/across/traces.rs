//! One trace from the client's checkout through the events to the stock's answer.

use kit::eventually;
use kit::shop::{Part, Shop};

use crate::SOON;
use crate::shopper::{Shopper, stocked};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_a_checkout_goes_with_its_events() {
    let shop = Shop::start().await;
    let product = stocked(&shop, "Traced tea", 5).await;
    let shopper = Shopper::register(&shop, "anna").await;
    shopper.add(product, 1).await;
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let checkout = shopper.order.post("/api/order/checkout").header("traceparent", &traceparent);
    let order = checkout.send().await.expect_json(200)["result"].clone();
    shopper.until(&order, "confirmed").await;
    for (part, type_) in
        [(Part::Order, "dev.shopkeeper.order.placed"), (Part::Product, "dev.shopkeeper.stock.reserved")]
    {
        eventually(SOON, &format!("{type_} carries the trace"), async || {
            let events = shop.internal(part).get("/internal/events?limit=1000").send().await.expect_json(200);
            let found = events.as_array().expect("a batch").iter().any(|event| {
                event["type"] == type_ && event["traceparent"].as_str().is_some_and(|it| it.contains(TRACE))
            });
            if found { Ok(()) } else { Err(events) }
        })
        .await;
    }
}
