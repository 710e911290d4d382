//! After a restore: of the order service, or of this one.

use crate::{
    harness::{SOON, Service, answers},
    order_service::{fulfilled, placed},
};
use contract::event::{ProductEvent, Snapshot};
use kit::{TestDatabase, eventually};
use std::collections::HashMap;
use uuid::Uuid;

kit::on_both_engines!(
    pieces_held_for_orders_that_ended_unheard_are_settled_when_the_order_service_was_restored
);
async fn pieces_held_for_orders_that_ended_unheard_are_settled_when_the_order_service_was_restored(
    database: TestDatabase,
) {
    let service = Service::start(database).await;
    let id = service.add_tea("Assam", Some(20)).await;
    let [lives, gone, given_up, handed_over, new] = [(); 5].map(|()| Uuid::new_v4());
    for (order, pieces) in [(lives, 1), (gone, 2), (given_up, 3), (handed_over, 4)] {
        service.orders.say(placed(order, &[(id, pieces)]));
    }
    service.until_heard().await;
    assert_eq!(service.quantity(id).await, Some(10));
    service.orders.is_restored(
        vec![placed(lives, &[(id, 1)]), placed(new, &[(id, 5)])],
        &[(lives, "confirmed"), (given_up, "cancelled"), (handed_over, "fulfilled"), (new, "placed")],
    );
    eventually(SOON, "the reservations are settled", async || {
        let books = service.books().await.remove(0);
        let now = ["reserved_total", "sold_total", "stock_quantity"].map(|name| books[name].as_i64());
        if now == [Some(6), Some(4), Some(10)] { Ok(()) } else { Err(now) }
    })
    .await;
    // The feed is followed on from there.
    service.orders.say(fulfilled(lives));
    service.until_heard().await;
    assert_eq!(service.books().await[0]["sold_total"], 5);
    assert_eq!(
        answers(&service.told().await, lives).len(),
        2,
        "an order that is told again is answered again"
    );
}

kit::on_both_engines!(the_snapshot_leads_to_the_present_state_page_by_page);
async fn the_snapshot_leads_to_the_present_state_page_by_page(database: TestDatabase) {
    let service = Service::start(database).await;
    for number in 0..7 {
        service.add_tea(&format!("Tea {number}"), Some(3)).await;
    }
    let orders: Vec<_> = (0..9).map(|_| Uuid::new_v4()).collect();
    for (number, order) in orders.iter().enumerate() {
        service.orders.say(placed(*order, &[(i64::try_from(number % 3).unwrap() + 1, 2)]));
    }
    service.until_heard().await;
    let (mut events, mut after) = (Vec::new(), String::new());
    let position = service.told().await.last().unwrap().position;
    loop {
        let page = service.replica.inside.get(&format!("/internal/snapshot?limit=2{after}")).send().await;
        let page: Snapshot<ProductEvent> = serde_json::from_value(page.expect_json(200)).unwrap();
        assert_eq!(page.position, position);
        assert!(page.events.len() <= 2);
        events.extend(page.events);
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    let mut stock = HashMap::new();
    let (mut reserved, mut refused) = (0, 0);
    for event in events {
        match event {
            ProductEvent::Changed(facts) => drop(stock.insert(facts.id, facts.stock)),
            ProductEvent::Reserved(order) => reserved += usize::from(orders.contains(&order.order_uid)),
            ProductEvent::Refused(order) => {
                refused += usize::from(orders.contains(&order.order_uid) && order.lines.len() == 1)
            }
        }
    }
    assert_eq!((stock.len(), reserved, refused), (7, 3, 6));
    service.replica.inside.get("/internal/snapshot?after=x").send().await.expect_problem(400);
}
