//! A customer: registers, logs in, looks around, fills a basket, checks out, sometimes changes their mind.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{bail, ensure};
use contract::order::{Item, Merged, Order, OrderResult};
use contract::user::{Keys, UserAdded, UserResult};
use rand::Rng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::plan;
use crate::record::{Account, Lines, lines};
use crate::service::{Answer, Ask};
use crate::shop::Shop;

/// The password of every customer.
const PASSWORD: &str = "a customer of the campaign";

/// How long the catalogue's facts may take to the order service while nothing is wrong.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);

/// Somebody who is logged in.
pub(crate) struct Shopper {
    shop: Arc<Shop>,
    chance: StdRng,
    pub(crate) account: Account,
    key: String,
    basket: Basket,
}

/// What the shopper knows of the basket.
#[derive(Default)]
struct Basket {
    lines: Lines,
    /// A change got no answer: it may have taken effect, or may still do so, even in a later basket.
    vague: bool,
}

/// A checkout that was acknowledged, and how to send it again.
pub(crate) struct Placed {
    name: String,
    ask: Ask,
    order: Order,
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

    async fn change_basket(&mut self) -> anyhow::Result<()> {
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

    /// Orders what is in the basket, if there is anything.
    pub(crate) async fn check_out(&mut self) -> anyhow::Result<Option<Placed>> {
        if self.basket.lines.is_empty() {
            return Ok(None);
        }
        let name = Uuid::from_u128(self.chance.random()).to_string();
        self.shop.record.checkout_begins(&name, self.account.id);
        let mut form = vec![("delivery_name", name.clone())];
        if !self.basket.vague && self.chance.random_bool(0.5) {
            form.push(("expected_total", self.shop.catalogue().total(&self.basket.lines).to_string()));
        }
        let ask = Ask::post("/api/order/checkout").header("idempotency-key", &name).form(form);
        let answer = match self.chance.random_bool(0.1) {
            true => self.send_twice_at_once(&name, &ask).await?,
            false => self.until_answered(&ask).await?,
        };
        if answer.status != 200 {
            self.refused(&name, &answer);
            return Ok(None);
        }
        let order = answer.json::<OrderResult>(200)?.result;
        self.acknowledged(&name, &order);
        self.basket.lines.clear();
        Ok(Some(Placed { name, ask, order }))
    }

    /// Two tabs, one key.
    async fn send_twice_at_once(&mut self, name: &str, ask: &Ask) -> anyhow::Result<Answer> {
        let ask_with_key = ask.clone().key(&self.key);
        let shop = Arc::clone(&self.shop);
        let mut other_chance = plan::chance(self.chance.random(), name);
        let other = shop.order.until_answered(&ask_with_key, &mut other_chance);
        let (one, other) = tokio::join!(self.until_answered(ask), other);
        let (mut one, mut other) = (one?, other?);
        if one.status != 200 {
            std::mem::swap(&mut one, &mut other);
        }
        match (one.status, other.status) {
            (200, 200) => {
                self.shop.record.checkout_acknowledged(name, &other.json::<OrderResult>(200)?.result);
            }
            // The key expired, or a change that landed late opened another basket.
            (_, 401) => {}
            _ if self.basket.vague => {}
            _ => self.shop.record.violation(format!("key {name}, sent twice at once, got {one} and {other}")),
        }
        one.doubtful |= other.doubtful;
        Ok(one)
    }

    fn refused(&mut self, name: &str, answer: &Answer) {
        if !self.basket.vague {
            self.shop.record.violation(format!(
                "{}'s checkout {name} of {:?} was refused: {answer}",
                self.account.username, self.basket.lines
            ));
        } else if !answer.doubtful {
            self.shop.record.checkout_refused(name);
        }
        // The attempt that got no answer may still find the next basket.
        self.basket.vague |= answer.doubtful;
        self.basket.lines.clear();
    }

    fn acknowledged(&mut self, name: &str, order: &Order) {
        let (record, catalogue) = (&self.shop.record, self.shop.catalogue());
        record.checkout_acknowledged(name, order);
        if !self.basket.vague && lines(order) != self.basket.lines {
            record.violation(format!(
                "checkout {name} of {:?} ordered {:?}",
                self.basket.lines,
                lines(order)
            ));
        }
        let priced = |item: &Item| item.line_total == item.quantity * catalogue.price(item.product);
        if order.user_id != self.account.id
            || order.total != catalogue.total(&lines(order))
            || !order.items.iter().all(priced)
        {
            record.violation(format!("checkout {name} of user {} made {order:?}", self.account.id));
        }
    }

    /// The first answer was lost, or so the client thinks.
    async fn repeat(&mut self, placed: &Placed) -> anyhow::Result<()> {
        let answer = self.until_answered(&placed.ask).await?;
        // A change that landed late may have opened another basket, and the key does not belong to that.
        if answer.status == 422 && self.basket.vague { Ok(()) } else { self.must_be(placed, &answer) }
    }

    /// The customer goes on shopping and presses an old button: that must not order the new basket.
    async fn repeat_with_another_basket(&mut self, placed: &Placed) -> anyhow::Result<()> {
        let line = &placed.order.items[0];
        self.merge(line.product, line.quantity + 1).await?;
        let answer = self.until_answered(&placed.ask).await?;
        if answer.status == 422 { Ok(()) } else { self.must_be(placed, &answer) }
    }

    fn must_be(&self, placed: &Placed, answer: &Answer) -> anyhow::Result<()> {
        let Placed { name, order, .. } = placed;
        if answer.status == 200 {
            self.shop.record.checkout_acknowledged(name, &answer.json::<OrderResult>(200)?.result);
        } else {
            let id = order.id;
            self.shop.record.violation(format!("key {name} made order {id}; repeated, it got {answer}"));
        }
        Ok(())
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
