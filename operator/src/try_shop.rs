//! `operator try-shop`: makes a Shop, buys something in it, and removes it. It is what `helm test` runs.

use std::fmt::Display;
use std::time::Duration;

use anyhow::{Context as _, bail};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{DeleteParams, PostParams};
use kube::{Api, Client, ResourceExt as _};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shop::Shop;
use tokio::time::{Instant, sleep};

use crate::args::TryShopArgs;
use crate::component::Part;
use crate::names;

/// How often it is looked whether something has come about.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the shop may take to answer one request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Tries a Shop from its beginning to its end, and says what it does.
///
/// # Errors
/// What did not work. The Shop is removed all the same.
pub async fn run(args: TryShopArgs) -> anyhow::Result<()> {
    let client = Client::try_default().await.context("no cluster: run it inside of one")?;
    let trial = Trial {
        shops: Api::namespaced(client.clone(), &args.namespace),
        secrets: Api::namespaced(client, &args.namespace),
        http: reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build()?,
        args,
    };
    trial.make().await?;
    let bought = trial.buy().await;
    let removed = trial.remove().await;
    bought.and(removed)?;
    println!("all is well");
    Ok(())
}

struct Trial {
    args: TryShopArgs,
    shops: Api<Shop>,
    secrets: Api<Secret>,
    http: reqwest::Client,
}

impl Trial {
    async fn make(&self) -> anyhow::Result<()> {
        let name = &self.args.name;
        let shop: Shop = serde_json::from_value(json!({
            "apiVersion": "shopkeeper.dev/v1alpha1", "kind": "Shop", "metadata": {"name": name},
            "spec": {
                "title": "Trial", "currency": "EUR", "deletionPolicy": "Delete", "exposure": {"none": {}},
                "monitoring": {"enabled": false},
            },
        }))?;
        self.shops
            .create(&PostParams::default(), &shop)
            .await
            .with_context(|| format!("cannot make the Shop {name}"))?;
        println!("the Shop {name} is made");
        Ok(())
    }

    async fn buy(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        self.until("the Shop is ready", async || {
            let shop = self.shops.get(&self.args.name).await?;
            let conditions = shop.status.map(|status| status.conditions).unwrap_or_default();
            let ready = conditions.iter().find(|condition| condition.type_ == "Ready");
            match ready {
                Some(ready) if ready.status == "True" => Ok(()),
                Some(ready) => bail!("{}", ready.message),
                None => bail!("the operator has not looked at it: does it run?"),
            }
        })
        .await?;
        println!("the Shop is ready after {:.1} s", began.elapsed().as_secs_f64());

        let staff = self
            .secrets
            .get(&names::staff(&self.args.name))
            .await
            .context("cannot read the staff's login")?;
        let value = |key: &str| {
            let value = staff.data.as_ref().and_then(|data| data.get(key));
            value.map(|value| String::from_utf8_lossy(&value.0).into_owned()).unwrap_or_default()
        };
        let staff = self.log_in(&value("username"), &value("password")).await?;
        let product =
            json!({"name": "Trial tea", "slug": "trial-tea", "image": "", "price": 350, "stock_quantity": 5});
        let request =
            self.post(Part::Product, "/api/product/create").header("Authorization", staff).json(&product);
        let product = self.answer("staff add a product", request).await?["product"]["id"].clone();

        let (name, password) = ("trial-shopper", "a password of a trial");
        let account = json!({
            "username": name, "password": password, "email": "trial@example.com", "first_name": "Ada",
            "last_name": "Trial",
        });
        self.answer("somebody registers", self.post(Part::User, "/api/user/create").json(&account)).await?;
        let key = self.log_in(name, password).await?;
        let order = |path: &str| self.post(Part::Order, path).header("Authorization", &key);
        // The order service learns of the product from its feed.
        self.until("a product is put into the basket", async || {
            let item = json!({"product_id": product, "qty": 2});
            self.answer("a product is put into the basket", order("/api/order/add-item").json(&item)).await
        })
        .await?;
        let placed = self.answer("the basket is ordered", order("/api/order/checkout")).await?;
        let path = format!("/api/order/{}", placed["result"]["id"]);
        self.until("the order is confirmed", async || {
            let request = self.http.get(self.url(Part::Order, &path)).header("Authorization", &key);
            let order = self.answer("the order is read", request).await?;
            match order["result"]["state"].as_str() {
                Some("confirmed") => Ok(()),
                state => bail!("the order is {state:?}"),
            }
        })
        .await?;
        println!("an order was placed and is confirmed");
        self.until("the storefront shows the product", async || {
            let page = self.http.get(self.url(Part::Storefront, "/")).send().await?.error_for_status()?;
            if page.text().await?.contains("Trial tea") { Ok(()) } else { bail!("the page lacks it") }
        })
        .await?;
        println!("the storefront shows the product");
        Ok(())
    }

    async fn remove(&self) -> anyhow::Result<()> {
        self.shops
            .delete(&self.args.name, &DeleteParams::default())
            .await
            .context("cannot delete the Shop")?;
        self.until("the Shop is gone", async || match self.shops.get_opt(&self.args.name).await? {
            None => Ok(()),
            Some(shop) => bail!("{} is still there", shop.name_any()),
        })
        .await?;
        println!("the Shop is removed");
        Ok(())
    }

    async fn log_in(&self, username: &str, password: &str) -> anyhow::Result<String> {
        let login = json!({"username": username, "password": password});
        let answer =
            self.answer("somebody logs in", self.post(Part::User, "/api/user/login").json(&login)).await?;
        answer["api_key"].as_str().map(str::to_owned).context("the login gave no key")
    }

    fn post(&self, part: Part, path: &str) -> RequestBuilder {
        self.http.post(self.url(part, path))
    }

    fn url(&self, part: Part, path: &str) -> String {
        format!("http://{}.{}.svc{path}", names::of_part(&self.args.name, part), self.args.namespace)
    }

    async fn answer(&self, what: &str, request: RequestBuilder) -> anyhow::Result<Value> {
        // A Service leads to new Pods a moment after they are ready.
        let deadline = Instant::now() + self.args.timeout;
        let response = loop {
            let attempt = request.try_clone().context("a body of JSON can be sent again")?;
            match attempt.send().await {
                Err(error) if error.is_connect() && Instant::now() < deadline => sleep(LOOK_EVERY).await,
                sent => break sent.with_context(|| format!("{what}: no answer"))?,
            }
        };
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            bail!("{what}: {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("{what}: this is not JSON: {text}"))
    }

    /// Tries until it succeeds; the last failure is told when time is up.
    async fn until<T, E: Display>(
        &self,
        what: &str,
        mut attempt: impl AsyncFnMut() -> Result<T, E>,
    ) -> anyhow::Result<T> {
        let deadline = Instant::now() + self.args.timeout;
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) if Instant::now() >= deadline => {
                    bail!("not within {} s: {what}: {error:#}", self.args.timeout.as_secs())
                }
                Err(_) => sleep(LOOK_EVERY).await,
            }
        }
    }
}
