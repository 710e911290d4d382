//! A customer checks out, and repeats that as clients do whose answers are lost.

use std::sync::Arc;

use contract::order::{Item, Order, OrderResult};
use rand::Rng;
use uuid::Uuid;

use super::Shopper;
use crate::plan;
use crate::record::lines;
use crate::service::{Answer, Ask};

/// A checkout that was acknowledged, and how to send it again.
pub(crate) struct Placed {
    name: String,
    ask: Ask,
    pub(super) order: Order,
}

impl Shopper {
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
    pub(super) async fn repeat(&mut self, placed: &Placed) -> anyhow::Result<()> {
        let answer = self.until_answered(&placed.ask).await?;
        // A change that landed late may have opened another basket, and the key does not belong to that.
        if answer.status == 422 && self.basket.vague { Ok(()) } else { self.must_be(placed, &answer) }
    }

    /// The customer goes on shopping and presses an old button: that must not order the new basket.
    pub(super) async fn repeat_with_another_basket(&mut self, placed: &Placed) -> anyhow::Result<()> {
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
}
