//! A PostgreSQL server that goes away and comes back.

use crate::harness::{SOON, Service, add, pieces, reserved, until_state};
use kit::{
    eventually,
    postgres::{Server, Settings},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_costs_503_while_it_is_away_and_nothing_that_was_acknowledged() {
    let mut server = Server::start(Settings { durable: true, tls: false }).await;
    let service = Service::start(server.database().await).await;
    let customer = service.customer(7);
    let (id, uid) = service.placed_order(&customer).await;
    add(&customer, 2, 3).await;
    let merge = json!({"merge_id": uuid::Uuid::new_v4(), "changes": [{"product_id": 2, "add": 1}]});
    customer.post("/api/order/merge").json(&merge).send().await.expect(200);

    server.kill();
    service.products.say(reserved(uid));
    for request in [
        customer.get("/api/order"),
        customer.post("/api/order/checkout"),
        customer.post("/api/order/merge").json(&merge),
    ] {
        let answer = request.send().await;
        assert_ne!(answer.header("retry-after"), "");
        answer.expect_problem(503);
    }
    eventually(SOON, "the part is not ready", async || {
        let answer = service.replica.inside.get("/readyz").send().await;
        if answer.status == 503 { Ok(()) } else { Err(answer.status) }
    })
    .await;
    service.replica.inside.get("/livez").send().await.expect(200);

    server.start_again().await;
    eventually(SOON, "the part is ready", async || {
        let answer = service.replica.inside.get("/readyz").send().await;
        if answer.status == 200 { Ok(()) } else { Err(answer.text()) }
    })
    .await;
    customer.post("/api/order/merge").json(&merge).send().await.expect(200);
    assert_eq!(pieces(&customer).await, [(2, 4)]);
    until_state(&customer, id, "confirmed").await;
}
