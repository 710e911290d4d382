//! A customer fills a basket, and compares it with what was acknowledged.

use std::time::Duration;

use anyhow::ensure;
use contract::order::{Merged, Order, OrderResult};
use rand::Rng;
use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::Shopper;
use crate::record::{Lines, lines};
use crate::service::Ask;

/// How long the catalogue's facts may take to the order service while nothing is wrong.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);

/// What the shopper knows of the basket.
#[derive(Default)]
pub(super) struct Basket {
    pub(super) lines: Lines,
    /// A change got no answer: it may have taken effect, or may still do so, even in a later basket.
    pub(super) vague: bool,
}

impl Shopper {
    /// Waits until the order service has heard of all these products.
    pub(crate) async fn until_known(&mut self, products: &[i64]) -> anyhow::Result<()> {
        let end = Instant::now() + KNOWN_WITHIN;
        loop {
            let changes: Vec<_> = products.iter().map(|id| json!({"product_id": id, "set": 1})).collect();
            let body = json!({"merge_id": Uuid::from_u128(self.chance.random()), "changes": changes});
            let answer = self.until_answered(&Ask::post("/api/order/merge").json(body)).await?;
            let unknown = answer.json::<Merged>(200)?.not_applied;
            if unknown.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < end, "the order service still does not know {unknown:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(super) async fn change_basket(&mut self) -> anyhow::Result<()> {
        let product = self.choose();
        let quantity = self.chance.random_range(1..4);
        match self.chance.random_range(0..10) {
            0..4 => self.add(product, quantity).await,
            4..8 => self.merge(product, quantity).await,
            _ => self.set(product, quantity - 1).await,
        }
    }

    /// Adds pieces the way older clients do: sent once, since a repetition would add them again.
    async fn add(&mut self, product: i64, quantity: i64) -> anyhow::Result<()> {
        let form = vec![("product_id", product.to_string()), ("qty", quantity.to_string())];
        let ask = Ask::post("/api/order/add-item").key(&self.key).form(form);
        match self.shop.order.once(&ask, &mut self.chance).await {
            Ok(answer) if self.was_locked_out(&answer).await? => {}
            Ok(answer) => {
                *self.basket.lines.entry(product).or_default() += quantity;
                let order = answer.json::<OrderResult>(200)?.result;
                self.compare("add-item", Some(&order));
            }
            Err(unanswered) => self.basket.vague |= unanswered.doubtful,
        }
        Ok(())
    }

    /// Adds pieces under a name, so that it can be repeated until it is answered.
    pub(crate) async fn merge(&mut self, product: i64, quantity: i64) -> anyhow::Result<()> {
        let merge_id = Uuid::from_u128(self.chance.random());
        let body = json!({"merge_id": merge_id, "changes": [{"product_id": product, "add": quantity}]});
        let answer = self.until_answered(&Ask::post("/api/order/merge").json(body)).await?;
        let merged: Merged = answer.json(200)?;
        if !merged.not_applied.is_empty() {
            self.shop.record.violation(format!("a merge was not applied: {:?}", merged.not_applied));
        }
        *self.basket.lines.entry(product).or_default() += quantity;
        self.compare("merge", merged.result.as_ref());
        Ok(())
    }

    async fn set(&mut self, product: i64, quantity: i64) -> anyhow::Result<()> {
        let ask = Ask::new(Method::PUT, format!("/api/order/item/{product}"));
        let answer = self.until_answered(&ask.json(json!({"quantity": quantity}))).await?;
        // An attempt that is still on its way may set the line once more, after the next checkout.
        self.basket.vague |= answer.doubtful;
        if quantity == 0 {
            self.basket.lines.remove(&product);
        } else {
            self.basket.lines.insert(product, quantity);
        }
        let order = answer.json::<serde_json::Value>(200)?.get("result").cloned();
        let order: Option<Order> = order.map(serde_json::from_value).transpose()?;
        self.compare("set", order.as_ref());
        Ok(())
    }

    /// The basket that the shop shows must be the one that its acknowledgements add up to.
    fn compare(&mut self, after: &str, shown: Option<&Order>) {
        let shown = shown.map(lines).unwrap_or_default();
        if self.basket.vague {
            self.basket.lines = shown;
        } else if self.basket.lines != shown {
            let (name, expected) = (&self.account.username, &self.basket.lines);
            self.shop
                .record
                .violation(format!("{name}'s basket after {after} is {shown:?}, not {expected:?}"));
        }
    }
}
