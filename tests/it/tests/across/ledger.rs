//! Whether the product service's books say what the order service's orders say.

use std::collections::BTreeMap;

use kit::eventually;
use kit::shop::{Part, Shop};
use serde_json::Value;

use crate::SOON;

/// Pieces sold and reserved, by product.
type Pieces = BTreeMap<i64, (i64, i64)>;

/// Waits until no order is without its answer and both services agree; everybody's orders.
pub(crate) async fn settled(shop: &Shop) -> Vec<Value> {
    let staff = shop.client(Part::Order).with_key(shop.staff_key().await);
    eventually(SOON, "the shop agrees with itself", async || {
        let mut orders = all_orders(&staff).await;
        orders.retain(|order| order["state"] != "open");
        let placed = orders.iter().filter(|order| order["state"] == "placed").count();
        let (ordered, booked) = (ordered(&orders), booked(shop).await);
        if placed == 0 && ordered == booked { Ok(orders) } else { Err((placed, ordered, booked)) }
    })
    .await
}

async fn all_orders(staff: &kit::http::Client) -> Vec<Value> {
    let (mut all, mut page) = (Vec::new(), "/api/orders".to_owned());
    loop {
        let answer = staff.get(&page).send().await.expect(200);
        all.extend(answer.json().as_array().expect("a list").clone());
        match answer.header("link").split_once('>') {
            Some((path, _)) => page = path.trim_start_matches('<').to_owned(),
            None => return all,
        }
    }
}

fn ordered(orders: &[Value]) -> Pieces {
    let mut pieces = Pieces::new();
    for order in orders.iter().filter(|order| order["state"] == "confirmed" || order["state"] == "fulfilled")
    {
        for item in order["items"].as_array().expect("lines") {
            let of_product = pieces.entry(item["product"].as_i64().expect("an id")).or_default();
            let quantity = item["quantity"].as_i64().expect("a quantity");
            if order["state"] == "fulfilled" { of_product.0 += quantity } else { of_product.1 += quantity }
        }
    }
    pieces
}

/// What the books say of products that are sold or reserved. They must add up at every look.
async fn booked(shop: &Shop) -> Pieces {
    let client = shop.internal(Part::Product);
    let page = client.get("/internal/stock?limit=500").send().await.expect_json(200);
    let mut pieces = Pieces::new();
    for books in page["results"].as_array().expect("a list") {
        let count = |name: &str| books[name].as_i64().unwrap_or_else(|| panic!("no {name}: {books}"));
        let (sold, reserved) = (count("sold_total"), count("reserved_total"));
        let left = books["stock_quantity"].as_i64();
        // What nobody counts need not add up.
        assert!(left.is_none_or(|left| count("restocked_total") - sold - reserved == left), "{books}");
        if (sold, reserved) != (0, 0) {
            pieces.insert(count("product_id"), (sold, reserved));
        }
    }
    pieces
}
