//! The merchant: puts more on the shelf, hands orders over, imports descriptions.

use std::sync::Arc;

use contract::product::{Product, ProductResult};
use rand::Rng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::json;
use tokio::time::{Duration, sleep};
use tokio_util::sync::CancellationToken;

use crate::catalogue::Supply;
use crate::keys::STAFF;
use crate::plan;
use crate::service::{Answer, Ask, Service};
use crate::shop::Shop;
use crate::shopper::log_in_with;

/// How long the merchant rests between two tasks.
const REST: Duration = Duration::from_millis(60);

pub(crate) struct Staff {
    shop: Arc<Shop>,
    chance: StdRng,
    key: String,
}

/// Works until told to stop.
pub(crate) async fn work_until(shop: Arc<Shop>, stop: CancellationToken) -> anyhow::Result<()> {
    let mut staff = Staff::log_in(shop, "staff").await?;
    while stop.run_until_cancelled(sleep(REST)).await.is_some() {
        match staff.chance.random_range(0..10) {
            0..3 => staff.restock().await?,
            3 => staff.import().await?,
            _ => staff.fulfil().await?,
        }
    }
    Ok(())
}

impl Staff {
    /// `actor` names whose choices these are.
    pub(crate) async fn log_in(shop: Arc<Shop>, actor: &str) -> anyhow::Result<Self> {
        let mut chance = plan::chance(shop.seed, actor);
        let key = log_in(&shop, &mut chance).await?;
        Ok(Self { shop, chance, key })
    }

    /// Puts pieces on a shelf. Another edit may come first; then nothing is done.
    async fn restock(&mut self) -> anyhow::Result<()> {
        let product = self.choose(Supply::Restocked);
        let Some(now) = self.look_at(product).await? else { return Ok(()) };
        let pieces = now.stock_quantity.unwrap_or_default() + self.chance.random_range(1..60);
        let ask = Ask::new(Method::PATCH, format!("/api/product/{product}"))
            .header("if-match", format!("\"{}\"", now.version))
            .json(json!({"stock_quantity": pieces}));
        let answer = self.until_answered(&ask, |shop| &shop.product).await?;
        if !matches!(answer.status, 200 | 412) {
            self.shop.record.violation(format!("product {product} could not be restocked: {answer}"));
        }
        Ok(())
    }

    async fn look_at(&mut self, product: i64) -> anyhow::Result<Option<Product>> {
        let ask = Ask::get(format!("/api/product/{product}"));
        let answer = self.until_answered(&ask, |shop| &shop.product).await?;
        Ok(answer.json::<ProductResult>(200).ok().map(|found| found.result))
    }

    /// Gives two products other descriptions.
    async fn import(&mut self) -> anyhow::Result<()> {
        let mut csv = "slug,name,price,category,description,image,stock_quantity\n".to_owned();
        for supply in [Supply::Plenty, Supply::Scarce] {
            let product = self.choose(supply);
            if let Some(Product { slug, name, price, .. }) = self.look_at(product).await? {
                let edition = self.chance.random_range(0..1000);
                csv += &format!("{slug},{name},{price},tea,edition {edition},,\n");
            }
        }
        let answer =
            self.until_answered(&Ask::post("/api/products/import").csv(csv), |shop| &shop.product).await?;
        if answer.status != 200 {
            self.shop.record.violation(format!("an import was refused: {answer}"));
        }
        Ok(())
    }

    /// Hands over an order, if it is confirmed by now.
    async fn fulfil(&mut self) -> anyhow::Result<()> {
        let waiting: Vec<i64> = {
            let facts = self.shop.record.facts();
            let ids = facts.acknowledged().map(|(_, order)| order.id);
            ids.filter(|id| !facts.fulfilled.contains(id)).collect()
        };
        if waiting.is_empty() {
            return Ok(());
        }
        let order = waiting[self.chance.random_range(0..waiting.len())];
        self.shop.record.facts().fulfil_asked.insert(order);
        let ask = Ask::post(format!("/api/order/{order}/fulfil"));
        let answer = self.until_answered(&ask, |shop| &shop.order).await?;
        match answer.status {
            200 => drop(self.shop.record.facts().fulfilled.insert(order)),
            // Not confirmed yet, refused, or cancelled.
            409 => {}
            _ => self.shop.record.violation(format!("order {order} could not be fulfilled: {answer}")),
        }
        Ok(())
    }

    fn choose(&mut self, supply: Supply) -> i64 {
        let ids = self.shop.catalogue().of_supply(supply);
        ids[self.chance.random_range(0..ids.len())]
    }

    /// Sends a request until it is answered, with a new key when the old one expired.
    pub(crate) async fn until_answered(
        &mut self,
        ask: &Ask,
        service: fn(&Shop) -> &Service,
    ) -> anyhow::Result<Answer> {
        let shop = Arc::clone(&self.shop);
        loop {
            let asked = ask.clone().key(&self.key);
            let answer = service(&shop).until_answered(&asked, &mut self.chance).await?;
            if answer.status != 401 {
                return Ok(answer);
            }
            self.key = log_in(&shop, &mut self.chance).await?;
        }
    }
}

async fn log_in(shop: &Shop, chance: &mut StdRng) -> anyhow::Result<String> {
    let [username, password] = STAFF;
    log_in_with(shop, username, password, chance).await
}
