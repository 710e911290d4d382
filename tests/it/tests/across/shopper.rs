//! A customer of a test: every step is expected to be granted.

use std::time::Duration;

use kit::eventually;
use kit::http::{Answer, Client, Request};
use kit::shop::{Part, Shop};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::SOON;

/// How long a service that was stopped, restored or restarted may take until it answers again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// Somebody who is logged in.
#[derive(Clone)]
pub(crate) struct Shopper {
    pub(crate) order: Client,
    pub(crate) key: String,
}

impl Shopper {
    /// Registers and logs in.
    pub(crate) async fn register(shop: &Shop, username: &str) -> Self {
        Self::with_key(shop, shop.customer_key(username).await)
    }

    pub(crate) fn with_key(shop: &Shop, key: String) -> Self {
        Self { order: shop.client(Part::Order).with_key(&key), key }
    }

    pub(crate) async fn add(&self, product: i64, quantity: i64) -> Value {
        let form = [("product_id", product), ("qty", quantity)];
        self.order.post("/api/order/add-item").form(form).send().await.expect_json(200)["result"].clone()
    }

    /// Checks out; the order.
    pub(crate) async fn check_out(&self) -> Value {
        let answer = self.order.post("/api/order/checkout").send().await.expect_json(200);
        assert_eq!(answer["result"]["state"], "placed", "{answer}");
        answer["result"].clone()
    }

    /// Buys whatever goes on meanwhile. The checkout is repeated under its name until it is granted, and the
    /// basket is filled again should an older state have come back without it.
    pub(crate) async fn buy_whatever_happens(&self, product: i64, quantity: i64) -> Value {
        let changes = json!([{"product_id": product, "set": quantity}]);
        let key = Uuid::new_v4().to_string();
        eventually(ANSWERED_WITHIN, "the checkout is accepted", async || {
            let merge = json!({"merge_id": Uuid::new_v4(), "changes": changes});
            granted(self.order.post("/api/order/merge").json(merge)).await?;
            let checkout = self.order.post("/api/order/checkout").header("idempotency-key", &key);
            Ok::<_, String>(granted(checkout).await?.json()["result"].clone())
        })
        .await
    }

    /// Waits until the order is in this state.
    pub(crate) async fn until(&self, order: &Value, state: &str) -> Value {
        let path = format!("/api/order/{}", order["id"]);
        eventually(SOON, &format!("{path} is {state}"), async || {
            let now = self.order.get(&path).send().await.expect_json(200)["result"].clone();
            if now["state"] == state { Ok(now) } else { Err(now) }
        })
        .await
    }
}

async fn granted(request: Request) -> Result<Answer, String> {
    match request.try_send().await {
        Ok(answer) if answer.status == 200 => Ok(answer),
        Ok(answer) => Err(answer.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Has staff put a product on the shelves, and waits until it can be ordered. Its id.
pub(crate) async fn stocked(shop: &Shop, name: &str, pieces: i64) -> i64 {
    let staff = shop.client(Part::Product).with_key(shop.staff_key().await);
    let product = json!({"name": name, "slug": name.to_lowercase().replace(' ', "-"), "image": "",
        "price": 250, "stock_quantity": pieces});
    let added = staff.post("/api/product/create").json(product).send().await.expect_json(200);
    let id = added["product"]["id"].as_i64().expect("a product has an id");
    let basket = shop.client(Part::Order).with_key(shop.staff_key().await);
    eventually(SOON, &format!("the order service knows {name}"), async || {
        let path = format!("/api/order/item/{id}");
        let answer = basket.put(&path).json(json!({"quantity": 1})).send().await;
        if answer.status == 200 { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
    basket.delete(&format!("/api/order/item/{id}")).send().await.expect(200);
    id
}

/// What is left of a product, as staff see it.
pub(crate) async fn left(shop: &Shop, staff_key: &str, product: i64) -> i64 {
    let client = shop.client(Part::Product).with_key(staff_key);
    let shown = client.get(&format!("/api/product/{product}")).send().await.expect_json(200);
    shown["result"]["stock_quantity"].as_i64().expect("staff see the quantity of what is tracked")
}
