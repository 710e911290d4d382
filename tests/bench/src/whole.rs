//! A whole shop, as a shopper's browser sees it: four parts, a catalogue, and shoppers who are logged in.

use crate::{
    data, load,
    load::Connection,
    part::{Bench, Part},
    server::Server,
};
use anyhow::{bail, ensure};
use contract::Role;
use std::time::{Duration, Instant};

/// How long the parts may take to learn of each other.
const LONGEST: Duration = Duration::from_secs(60);
const ASKED_EVERY: Duration = Duration::from_millis(50);

const PASSWORD: &str = "correct-horse-battery";

/// The four parts of a shop of [`data::PRODUCTS`] products, and the cookies of shoppers who have logged in.
pub(crate) struct WholeShop {
    pub(crate) user: Server,
    pub(crate) product: Server,
    pub(crate) order: Server,
    pub(crate) storefront: Server,
    pub(crate) cookies: Vec<String>,
}

impl WholeShop {
    /// Opens it and waits until all parts know each other. `name` tells its files from those of other cases.
    ///
    /// # Errors
    /// A part failed, or never learned of the others.
    pub(crate) async fn open(bench: &Bench, name: &str, shoppers: usize) -> anyhow::Result<Self> {
        let url = |part: Part| bench.sqlite(&format!("{name}-{}.db", part.name()));
        let products = url(Part::Product);
        bench.start(Part::Product, &products).await?.stop()?;
        data::execute(&products, &data::products(1, data::PRODUCTS)).await?;
        data::execute(&products, &data::pictures()).await?;
        let copy = bench.file(&format!("{name}-copy")).display().to_string();
        let mut shop = Self {
            user: bench.start(Part::User, &url(Part::User)).await?,
            product: bench.start(Part::Product, &products).await?,
            order: bench.start(Part::Order, &url(Part::Order)).await?,
            storefront: bench.start(Part::Storefront, &copy).await?,
            cookies: Vec::new(),
        };
        shop.meet(bench).await?;
        for shopper in 0..shoppers {
            let cookies = shop.log_in(shopper).await?;
            shop.cookies.push(cookies);
        }
        Ok(shop)
    }

    /// Waits until the order service and the storefront have their copies of the catalogue, and the storefront
    /// knows that all are up.
    async fn meet(&self, bench: &Bench) -> anyhow::Result<()> {
        let key = bench.keys.token(i64::from(u32::MAX), Role::Customer)?;
        let add = load::post("/api/order/add-item", &key, "", "product_id=500&qty=1");
        let mut order = Connection::open(self.order.address).await?;
        until("the order service has the catalogue", async || Ok(order.exchange(&add).await.is_ok())).await?;
        let mut storefront = Connection::open(self.storefront.address).await?;
        // The others of the category come from the copy.
        let page = load::look("/product/500", "");
        until("the storefront has the catalogue", async || {
            Ok(contains(storefront.exchange(&page).await?, "id=\"related\""))
        })
        .await?;
        let status = load::look("/status.json", "");
        until("the storefront knows that all are up", async || {
            let status = storefront.exchange(&status).await?;
            Ok(!contains(status, "\"unknown\"") && !contains(status, "\"down\""))
        })
        .await
    }

    /// Registers a shopper, logs in through the storefront, and returns what the browser would keep of it.
    async fn log_in(&self, shopper: usize) -> anyhow::Result<String> {
        let form = format!(
            "username=shopper{shopper}&email=shopper{shopper}@example.com&first_name=A&last_name=B\
             &password={PASSWORD}"
        );
        let mut user = Connection::open(self.user.address).await?;
        user.exchange(&load::post("/api/user/create", "", "", &form)).await?;
        let mut storefront = Connection::open(self.storefront.address).await?;
        let form = format!("username=shopper{shopper}&password={PASSWORD}");
        let answer = storefront.exchange_whole(&load::post("/login", "", "", &form)).await?;
        ensure!(answer.status() == "303", "the login was answered with {}", answer.status());
        let cookies: Vec<_> = answer
            .headers()
            .filter(|(name, value)| name == "set-cookie" && !value.contains("flash="))
            .filter_map(|(_, value)| Some(value.split_once(';')?.0.to_owned()))
            .collect();
        Ok(cookies.join("; "))
    }
}

/// Waits until it is so.
///
/// # Errors
/// It never is.
pub(crate) async fn until(
    what: &str,
    mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_so().await? {
        if began.elapsed() > LONGEST {
            bail!("it was waited in vain until {what}");
        }
        tokio::time::sleep(ASKED_EVERY).await;
    }
    Ok(())
}

/// Whether the text is somewhere in the bytes.
pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}
