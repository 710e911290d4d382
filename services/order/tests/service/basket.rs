//! The basket: adding, setting, removing, and what it refuses.

use crate::harness::{SOON, Service, add, pieces, product};
use contract::{event::ProductEvent, product::Stock};
use kit::{TestDatabase, eventually, http::wrong_fields};
use serde_json::json;

kit::on_both_engines!(an_order_has_the_shape_that_old_clients_read);
async fn an_order_has_the_shape_that_old_clients_read(database: TestDatabase) {
    let service = Service::start(database).await;
    let order = add(&service.customer(7), 2, 3).await;
    let id = order["id"].as_i64().unwrap();
    assert_eq!(
        order,
        json!({
            "id": id, "is_open": true, "state": "open", "user_id": 7, "total": 600, "currency": "EUR", "placed_at": null,
            "items": [{"product": 2, "quantity": 3, "name": "Tea 2", "unit_price": 200, "line_total": 600}],
        })
    );
}

kit::on_both_engines!(without_a_basket_there_is_a_sentence);
async fn without_a_basket_there_is_a_sentence(database: TestDatabase) {
    let service = Service::start(database).await;
    let answer = service.customer(7).get("/api/order").send().await.expect_json(200);
    assert_eq!(answer, json!({"message": "No order found"}));
}

kit::on_both_engines!(an_item_comes_as_a_form_or_as_json_with_qty_or_quantity);
async fn an_item_comes_as_a_form_or_as_json_with_qty_or_quantity(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let add = || customer.post("/api/order/add-item");
    add().form([("product_id", "1"), ("qty", "1")]).send().await.expect(200);
    add().form([("product_id", "1"), ("quantity", "1")]).send().await.expect(200);
    add().json(json!({"product_id": 1, "qty": 1})).send().await.expect(200);
    add().json(json!({"product_id": 1, "quantity": 1})).send().await.expect(200);
    let form = "--x\r\nContent-Disposition: form-data; name=\"product_id\"\r\n\r\n1\r\n\
                --x\r\nContent-Disposition: form-data; name=\"qty\"\r\n\r\n1\r\n--x--\r\n";
    add().body("multipart/form-data; boundary=x", form).send().await.expect(200);
    assert_eq!(pieces(&customer).await, [(1, 5)]);
}

kit::on_both_engines!(difference_an_unknown_product_is_404_and_leaves_no_basket);
async fn difference_an_unknown_product_is_404_and_leaves_no_basket(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    for request in [
        customer.post("/api/order/add-item").form([("product_id", 77), ("qty", 1)]),
        customer.put("/api/order/item/77").form([("quantity", 1)]),
    ] {
        assert_eq!(request.send().await.expect_problem(404)["message"], "Cannot find product");
    }
    assert_eq!(pieces(&customer).await, []);
}

kit::on_both_engines!(difference_a_bad_quantity_is_400_and_every_wrong_field_is_named);
async fn difference_a_bad_quantity_is_400_and_every_wrong_field_is_named(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    for qty in ["0", "-1", "1000", "1.5", "many", "", "9223372036854775808"] {
        let form = [("product_id", "1"), ("qty", qty)];
        let problem = customer.post("/api/order/add-item").form(form).send().await.expect_problem(400);
        assert_eq!(wrong_fields(&problem), ["qty"], "{qty:?}");
    }
    let problem =
        customer.post("/api/order/add-item").form([("product_id", "zero")]).send().await.expect_problem(400);
    assert_eq!(wrong_fields(&problem), ["product_id", "qty"]);
    let problem =
        customer.put("/api/order/item/1").json(json!({"quantity": -1})).send().await.expect_problem(400);
    assert_eq!(wrong_fields(&problem), ["quantity"]);
}

kit::on_both_engines!(difference_parallel_additions_give_one_open_order_with_their_sum);
async fn difference_parallel_additions_give_one_open_order_with_their_sum(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let additions: Vec<_> = (0..32)
        .map(|_| {
            let customer = customer.clone();
            tokio::spawn(async move { add(&customer, 1, 1).await })
        })
        .collect();
    for addition in additions {
        addition.await.unwrap();
    }
    assert_eq!(pieces(&customer).await, [(1, 32)]);
    let open = service.staff().get("/api/orders?state=open").send().await.expect_json(200);
    assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
}

kit::on_both_engines!(a_quantity_is_set_and_zero_takes_the_line_out);
async fn a_quantity_is_set_and_zero_takes_the_line_out(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    let set = |product: i64, quantity: i64| {
        customer.put(&format!("/api/order/item/{product}")).form([("quantity", quantity)])
    };
    set(1, 4).send().await.expect(200);
    set(2, 999).send().await.expect(200);
    set(1, 2).send().await.expect(200);
    assert_eq!(pieces(&customer).await, [(1, 2), (2, 999)]);
    set(1, 0).send().await.expect(200);
    assert_eq!(pieces(&customer).await, [(2, 999)]);
    let answer = set(2, 0).send().await.expect_json(200);
    assert_eq!(answer, json!({"message": "No order found"}));
}

kit::on_both_engines!(removing_is_harmless_when_repeated);
async fn removing_is_harmless_when_repeated(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 1).await;
    add(&customer, 2, 1).await;
    for _ in 0..2 {
        let answer = customer.delete("/api/order/item/1").send().await.expect_json(200);
        assert_eq!(answer["result"]["items"].as_array().unwrap().len(), 1);
    }
    for _ in 0..2 {
        let answer = customer.delete("/api/order/item/2").send().await.expect_json(200);
        assert_eq!(answer, json!({"message": "No order found"}));
    }
}

kit::on_both_engines!(a_basket_holds_999_pieces_of_a_product_and_says_so);
async fn a_basket_holds_999_pieces_of_a_product_and_says_so(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    add(&customer, 1, 998).await;
    let form = [("product_id", 1), ("qty", 2)];
    let problem = customer.post("/api/order/add-item").form(form).send().await.expect_problem(409);
    assert_eq!(problem["message"], "A basket holds at most 999 pieces of one product");
    assert_eq!(pieces(&customer).await, [(1, 998)]);
}

kit::on_both_engines!(a_basket_holds_100_products_and_says_so);
async fn a_basket_holds_100_products_and_says_so(database: TestDatabase) {
    let service = Service::start(database).await;
    (6..=101).for_each(|id| service.products.say(product(id, id, 1)));
    service.until_known(101).await;
    let customer = service.customer(7);
    for id in 1..=100 {
        add(&customer, id, 1).await;
    }
    let form = [("product_id", 101), ("qty", 1)];
    let problem = customer.post("/api/order/add-item").form(form).send().await.expect_problem(409);
    assert_eq!(problem["message"], "A basket holds at most 100 different products");
    assert_eq!(add(&customer, 100, 1).await["items"].as_array().unwrap().len(), 100);
}

kit::on_both_engines!(an_open_basket_shows_the_prices_of_today);
async fn an_open_basket_shows_the_prices_of_today(database: TestDatabase) {
    let service = Service::start(database).await;
    let customer = service.customer(7);
    assert_eq!(add(&customer, 1, 2).await["total"], 200);
    service.products.say(product(1, 150, 2));
    let basket = eventually(SOON, "the new price", async || {
        let basket = customer.get("/api/order").send().await.expect_json(200)["result"].clone();
        if basket["total"] == 300 { Ok(basket) } else { Err(basket) }
    })
    .await;
    assert_eq!(basket["items"][0]["unit_price"], 150);
}

kit::on_both_engines!(a_product_that_is_out_stays_in_the_basket_and_can_be_ordered);
async fn a_product_that_is_out_stays_in_the_basket_and_can_be_ordered(database: TestDatabase) {
    let service = Service::start(database).await;
    let ProductEvent::Changed(mut facts) = product(6, 600, 1) else { unreachable!() };
    facts.stock = Stock::Out;
    service.products.say(ProductEvent::Changed(facts));
    service.until_known(6).await;
    let customer = service.customer(7);
    add(&customer, 6, 1).await;
    let order = customer.post("/api/order/checkout").send().await.expect_json(200);
    assert_eq!(order["result"]["state"], "placed");
}

kit::on_both_engines!(before_the_catalogue_is_known_adding_is_503_and_not_404);
async fn before_the_catalogue_is_known_adding_is_503_and_not_404(database: TestDatabase) {
    let service = Service::before_the_catalogue(database).await;
    let customer = service.customer(7);
    let merge =
        json!({"merge_id": "5e0a1f6e-7a62-4c1c-9d53-3b5b7a4f1a11", "changes": [{"product_id": 1, "add": 2}]});
    for request in [
        customer.post("/api/order/add-item").form([("product_id", 1), ("qty", 1)]),
        customer.put("/api/order/item/1").form([("quantity", 1)]),
        customer.post("/api/order/merge").json(&merge),
    ] {
        let answer = request.send().await;
        assert_eq!(answer.header("retry-after"), "2");
        let problem = answer.expect_problem(503);
        assert_eq!(problem["message"], "The catalogue is not known here yet, please try again");
    }
    service.products.say(product(1, 100, 1));
    service.products.open();
    service.until_known(1).await;
    customer.post("/api/order/merge").json(&merge).send().await.expect(200);
    assert_eq!(pieces(&customer).await, [(1, 2)], "a merge that was answered 503 is not used up");
}
