//! One trace from the client's checkout through the events to the stock's answer.

use kit::eventually;
use kit::shop::{Part, Shop};
use serde_json::{Value, json};

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

/// The first log line that has all of these members.
fn logged(shop: &Shop, members: &Value) -> Option<Value> {
    let log = shop.log();
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let members = members.as_object().expect("members");
    lines.find(|line| members.iter().all(|(name, value)| line.get(name) == Some(value)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_a_checkout_is_found_in_the_logs_of_both_services() {
    let shop = Shop::start_with(&["--log-format", "json"]).await;
    let product = stocked(&shop, "Logged tea", 5).await;
    let shopper = Shopper::register(&shop, "anna").await;
    shopper.add(product, 1).await;
    let checkout = shopper.order.post("/api/order/checkout").send().await;
    let trace_id = checkout.header("traceresponse")[3..35].to_owned();
    let order = checkout.expect_json(200)["result"].clone();
    shopper.until(&order, "confirmed").await;
    for members in [
        json!({"part": "order", "target": "request", "method": "POST", "route": "/api/order/checkout", "status": 200}),
        json!({"part": "product", "target": "event", "feed": "order", "type": "dev.shopkeeper.order.placed"}),
        json!({"part": "order", "target": "event", "feed": "product", "type": "dev.shopkeeper.stock.reserved"}),
    ] {
        let mut wanted = members.clone();
        wanted["trace_id"] = json!(trace_id);
        let line = eventually(SOON, &format!("a line has {wanted}"), async || {
            // All lines of that kind, if none is of this trace, tell most.
            logged(&shop, &wanted).ok_or_else(|| logged(&shop, &members))
        })
        .await;
        assert_eq!(line["level"], "INFO", "{line}");
        assert!(!line.to_string().contains("anna"), "{line}");
        if line["target"] == "event" {
            assert!(line["position"].as_i64().is_some_and(|position| position > 0), "{line}");
        }
    }
}
