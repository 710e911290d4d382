//! A customer: registers, logs in, looks around, fills a basket, checks out, sometimes changes their mind.

mod basket;
mod checkout;

use std::sync::Arc;

use anyhow::bail;
use contract::user::{Keys, UserAdded, UserResult};
use rand::Rng;
use rand::rngs::StdRng;
use tokio_util::sync::CancellationToken;

use crate::plan;
use crate::record::Account;
use crate::service::{Answer, Ask};
use crate::shop::Shop;
use basket::Basket;

/// The password of every customer.
const PASSWORD: &str = "a customer of the campaign";

/// Somebody who is logged in.
pub(crate) struct Shopper {
    shop: Arc<Shop>,
    chance: StdRng,
    pub(crate) account: Account,
    key: String,
    basket: Basket,
}

/// Lives one customer's life after the other until told to stop.
pub(crate) async fn shop_until(shop: Arc<Shop>, name: String, stop: CancellationToken) -> anyhow::Result<()> {
    for life in 0.. {
        if stop.is_cancelled() {
            break;
        }
        let mut shopper = Shopper::register(Arc::clone(&shop), &format!("{name}.{life}")).await?;
        for _ in 0..shopper.chance.random_range(3..12) {
            if stop.is_cancelled() {
                break;
            }
            shopper.visit().await?;
        }
        if shopper.chance.random_bool(0.3) {
            shopper.log_out().await?;
        }
    }
    Ok(())
}

impl Shopper {
    /// Registers a customer, whose choices come from the seed and the name, and logs in.
    pub(crate) async fn register(shop: Arc<Shop>, username: &str) -> anyhow::Result<Self> {
        let mut chance = plan::chance(shop.seed, username);
        let form = [
            ("first_name", "Test"),
            ("last_name", "Customer"),
            ("email", &format!("{username}@example.com")),
            ("username", username),
            ("password", PASSWORD),
        ];
        let form = form.map(|(name, value)| (name, value.to_owned())).to_vec();
        let ask = Ask::post("/api/user/create").form(form);
        let answer = shop.user.until_answered(&ask, &mut chance).await?;
        let told_id = match answer.status {
            200 => Some(answer.json::<UserAdded>(200)?.result.id),
            // The name is ours alone: an earlier attempt made the account, and its answer was lost.
            409 if answer.doubtful => None,
            _ => bail!("{username} could not register: {answer}"),
        };
        let key = log_in(&shop, username, &mut chance).await?;
        let id = match told_id {
            Some(id) => id,
            None => who_am_i(&shop, &key, &mut chance).await?,
        };
        let account = Account { id, username: username.to_owned() };
        shop.record.facts().accounts.push(account.clone());
        Ok(Self { shop, chance, account, key, basket: Basket::default() })
    }

    /// Looks around, fills the basket and checks out.
    async fn visit(&mut self) -> anyhow::Result<()> {
        self.browse().await?;
        for _ in 0..self.chance.random_range(1..5) {
            self.change_basket().await?;
        }
        let Some(placed) = self.check_out().await? else { return Ok(()) };
        match self.chance.random_range(0..10) {
            0..3 => self.repeat(&placed).await?,
            3 => self.repeat_with_another_basket(&placed).await?,
            4 => self.cancel(placed.order.id).await?,
            _ => {}
        }
        Ok(())
    }

    async fn browse(&mut self) -> anyhow::Result<()> {
        let product = self.choose();
        for path in ["/api/products?limit=20", &format!("/api/product/{product}"), "/api/products?q=tea"] {
            let answer = self.shop.product.until_answered(&Ask::get(path), &mut self.chance).await?;
            if answer.status != 200 {
                self.shop.record.violation(format!("GET {path} was refused: {answer}"));
            }
        }
        Ok(())
    }

    /// Any product of the catalogue.
    fn choose(&mut self) -> i64 {
        self.shop.catalogue().any(&mut self.chance)
    }

    async fn cancel(&mut self, order: i64) -> anyhow::Result<()> {
        self.shop.record.facts().cancel_asked.insert(order);
        let answer = self.until_answered(&Ask::post(format!("/api/order/{order}/cancel"))).await?;
        match answer.status {
            200 => drop(self.shop.record.facts().cancelled.insert(order)),
            // Refused or fulfilled by now.
            409 => {}
            _ => self.shop.record.violation(format!("order {order} could not be cancelled: {answer}")),
        }
        Ok(())
    }

    async fn log_out(&mut self) -> anyhow::Result<()> {
        let ask = Ask::post("/api/user/logout").key(&self.key);
        self.shop.user.until_answered(&ask, &mut self.chance).await?;
        let ask = Ask::get("/api/user").key(&self.key);
        let answer = self.shop.user.until_answered(&ask, &mut self.chance).await?;
        if answer.status != 401 {
            let name = &self.account.username;
            self.shop.record.violation(format!("{name} logged out and is still known: {answer}"));
        }
        Ok(())
    }

    /// Sends a request to the order service until it is answered, with a new key when the old one expired.
    async fn until_answered(&mut self, ask: &Ask) -> anyhow::Result<Answer> {
        loop {
            let answer =
                self.shop.order.until_answered(&ask.clone().key(&self.key), &mut self.chance).await?;
            if !self.was_locked_out(&answer).await? {
                return Ok(answer);
            }
        }
    }

    /// Gets a new key if the old one was not taken.
    async fn was_locked_out(&mut self, answer: &Answer) -> anyhow::Result<bool> {
        let locked_out = answer.status == 401;
        if locked_out {
            self.key = log_in(&self.shop, &self.account.username, &mut self.chance).await?;
        }
        Ok(locked_out)
    }
}

/// Logs a customer in.
pub(crate) async fn log_in(shop: &Shop, username: &str, chance: &mut StdRng) -> anyhow::Result<String> {
    log_in_with(shop, username, PASSWORD, chance).await
}

pub(crate) async fn log_in_with(
    shop: &Shop,
    username: &str,
    password: &str,
    chance: &mut StdRng,
) -> anyhow::Result<String> {
    let form = vec![("username", username.to_owned()), ("password", password.to_owned())];
    let answer = shop.user.until_answered(&Ask::post("/api/user/login").form(form), chance).await?;
    Ok(answer.json::<Keys>(200)?.api_key)
}

async fn who_am_i(shop: &Shop, key: &str, chance: &mut StdRng) -> anyhow::Result<i64> {
    let answer = shop.user.until_answered(&Ask::get("/api/user").key(key), chance).await?;
    Ok(answer.json::<UserResult>(200)?.result.id)
}
