//! What the shop says of itself when everything is up again and has settled.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use contract::order::{Order, OrderState};
use futures::stream::{self, StreamExt, TryStreamExt};
use rand::Rng;
use rand::rngs::StdRng;
use tokio::time::{Instant, sleep};

use crate::feeds;
use crate::plan;
use crate::record::Account;
use crate::service::{Answer, Ask};
use crate::shop::Shop;
use crate::shopper::log_in;
use crate::staff::Staff;
use crate::stock::{self, Books};
use crate::verdict;

/// How long the shop may take until every order has got its answer and both services agree.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// Accounts that are looked through at once.
const ACCOUNTS_AT_ONCE: usize = 8;

/// The end state.
pub(crate) struct Evidence {
    /// Everybody's orders, as staff see them; baskets are left out.
    pub(crate) orders: Vec<Order>,
    pub(crate) books: Vec<Books>,
    /// What the services have told each other.
    pub(crate) told: feeds::ByOrder,
    /// What each customer sees of orders, baskets left out; or why they could not log in.
    pub(crate) seen_by: BTreeMap<i64, Result<Vec<Order>, String>>,
    /// Customers who could see an order of somebody else.
    pub(crate) peeped: Vec<String>,
}

/// Waits until the shop has settled and reads everything.
pub(crate) async fn gather(shop: &Arc<Shop>) -> anyhow::Result<Evidence> {
    let mut staff = Staff::log_in(Arc::clone(shop), "auditor").await?;
    let (orders, books, told) = settle(shop, &mut staff).await?;
    let accounts = shop.record.facts().accounts.clone();
    let ids: Vec<(i64, i64)> = orders.iter().map(|order| (order.id, order.user_id)).collect();
    let looks: Vec<Look> = stream::iter(accounts)
        .map(|account| look_through(shop, account, &ids))
        .buffer_unordered(ACCOUNTS_AT_ONCE)
        .try_collect()
        .await?;
    let mut evidence = Evidence { orders, books, told, seen_by: BTreeMap::new(), peeped: Vec::new() };
    for look in looks {
        evidence.peeped.extend(look.peeped);
        evidence.seen_by.insert(look.account, look.seen);
    }
    Ok(evidence)
}

/// Waits until no order is without its answer and the stock's books say what the orders say. Should that not
/// come, the verdict tells what is missing.
async fn settle(
    shop: &Arc<Shop>,
    staff: &mut Staff,
) -> anyhow::Result<(Vec<Order>, Vec<Books>, feeds::ByOrder)> {
    let end = Instant::now() + SETTLES_WITHIN;
    loop {
        let orders = all_orders(async |ask| staff.until_answered(&ask, |shop| &shop.order).await).await?;
        let (order, product) = (&shop.order.replicas[0], &shop.product.replicas[0]);
        let books = stock::read(&shop.http, product).await?;
        let told = feeds::read(&shop.http, order, product).await?;
        let unanswered = orders.iter().any(|order| order.state == OrderState::Placed);
        let settled = !unanswered
            && verdict::stock(shop.catalogue(), &orders, &books).is_empty()
            && feeds::wrong(&told).is_empty();
        if settled || Instant::now() > end {
            return Ok((orders, books, told));
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// Follows the pages of the listing; baskets are left out.
async fn all_orders(mut ask: impl AsyncFnMut(Ask) -> anyhow::Result<Answer>) -> anyhow::Result<Vec<Order>> {
    let mut all: Vec<Order> = Vec::new();
    let mut page = Some("/api/orders".to_owned());
    while let Some(path) = page {
        let answer = ask(Ask::get(path)).await?;
        all.extend(answer.json::<Vec<Order>>(200)?);
        page = next_page(&answer)?;
    }
    all.retain(|order| order.state != OrderState::Open);
    Ok(all)
}

/// `Link: </path>; rel="next"`
fn next_page(answer: &Answer) -> anyhow::Result<Option<String>> {
    let Some(link) = answer.headers.get("link") else { return Ok(None) };
    let link = link.to_str()?;
    let path = link.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(path, _)| path.to_owned());
    path.context("a Link header without a path").map(Some)
}

struct Look {
    account: i64,
    seen: Result<Vec<Order>, String>,
    peeped: Option<String>,
}

/// Logs a customer in, lists their orders, and tries to see somebody else's.
async fn look_through(shop: &Shop, account: Account, ids: &[(i64, i64)]) -> anyhow::Result<Look> {
    let Account { id, username } = account;
    let mut chance = plan::chance(shop.seed, &format!("audit of {username}"));
    let key = match log_in(shop, &username, &mut chance).await {
        Ok(key) => key,
        Err(error) => {
            let seen = Err(format!("{username} is registered and cannot log in: {error:#}"));
            return Ok(Look { account: id, seen, peeped: None });
        }
    };
    let others: Vec<i64> = ids.iter().filter(|(_, owner)| *owner != id).map(|(order, _)| *order).collect();
    let peeped = match others.is_empty() {
        true => None,
        false => peep(shop, &key, others[chance.random_range(0..others.len())], &mut chance).await?,
    };
    let seen = all_orders(async |ask| shop.order.until_answered(&ask.key(&key), &mut chance).await).await?;
    Ok(Look { account: id, seen: Ok(seen), peeped: peeped.map(|what| format!("{username} {what}")) })
}

async fn peep(shop: &Shop, key: &str, order: i64, chance: &mut StdRng) -> anyhow::Result<Option<String>> {
    let answer = shop.order.until_answered(&Ask::get(format!("/api/order/{order}")).key(key), chance).await?;
    match answer.status {
        404 => Ok(None),
        200 => Ok(Some(format!("can see order {order} of somebody else"))),
        _ => bail!("GET /api/order/{order} with another customer's key: {answer}"),
    }
}
