//! A `Shop` that the operator runs: applied, awaited, changed, and what it is made of.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use kit::eventually;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::{Child, Door, Namespace, PASSWORD, address_at_ingress, children};

/// How long a shop may take to be ready: its volumes, images and databases, on two cores that have much else to do.
pub const READY_WITHIN: Duration = Duration::from_secs(300);

/// How long until the ingress controller leads to a shop that is ready.
const ROUTED_WITHIN: Duration = Duration::from_secs(120);

/// How often to look at a Shop: often enough for a test, seldom enough not to be a load.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The label that all that belongs to a Shop has: the Shop's name.
pub const SHOP_LABEL: &str = "shopkeeper.dev/shop";

/// A Shop by its name. It goes with its namespace.
pub struct Shop<'a> {
    pub namespace: &'a Namespace,
    pub name: String,
    folder: TempDir,
}

impl<'a> Shop<'a> {
    /// A Shop that may not be there yet.
    pub fn named(namespace: &'a Namespace, name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("shopkeeper-shop-").tempdir().expect("make a folder");
        Self { namespace, name: name.into(), folder }
    }

    /// Opens a shop behind the ingress with TLS, with the sample catalogue and a staff account, on this engine (as in
    /// `{"sqlite": {}}`), and waits until shoppers come in.
    pub async fn open(namespace: &'a Namespace, name: &str, database: Value) -> Self {
        let shop = Self::named(namespace, name);
        shop.furnish().await;
        shop.apply(shop.furnished(database)).await;
        shop.until_ready().await;
        shop.until_let_in().await;
        shop
    }

    /// Makes what the spec of a [furnished](Self::furnished) Shop names.
    pub async fn furnish(&self) {
        let made = kit::certificates(self.folder.path(), &[&self.host()]);
        let read = |path| std::fs::read_to_string(path).expect("read what was made");
        self.namespace
            .apply(json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": {"name": self.furniture("tls")},
                "type": "kubernetes.io/tls",
                "stringData": {"tls.crt": read(&made.server), "tls.key": read(&made.key)},
            }))
            .await;
        let staff = json!({"username": "staff", "password": PASSWORD});
        std::fs::write(self.staff_file(), staff.to_string()).expect("write the staff login");
        self.namespace
            .apply(json!({
                "apiVersion": "v1", "kind": "Secret", "metadata": {"name": self.furniture("staff-login")},
                "stringData": staff,
            }))
            .await;
        self.namespace.apply(catalogue(&self.furniture("catalogue"))).await;
    }

    /// The spec of a Shop with all that [`furnish`](Self::furnish) makes. It asks for little, so that many fit.
    pub fn furnished(&self, database: Value) -> Value {
        json!({
            "title": "Tea House",
            "currency": "EUR",
            "locale": "en-IE",
            "host": self.host(),
            "exposure": {"ingress": {"className": ingress_class(), "tlsSecretName": self.furniture("tls")}},
            "catalogue": {"configMapRef": {"name": self.furniture("catalogue")}},
            "staff": {"secretRef": {"name": self.furniture("staff-login")}},
            "database": database,
            "parts": modest_parts(),
            "deletionPolicy": "Delete",
        })
    }

    fn furniture(&self, what: &str) -> String {
        format!("given-{}-{what}", self.name)
    }

    /// The name under which shoppers find it: no other shop has it.
    pub fn host(&self) -> String {
        format!("{}.{}.test", self.name, self.namespace.name())
    }

    /// A file with username and password of the first staff account.
    pub fn staff_file(&self) -> PathBuf {
        self.folder.path().join("staff-login.json")
    }

    /// The way into a [furnished](Self::furnished) shop.
    pub async fn door(&self) -> Door {
        let address = address_at_ingress(self.namespace, &self.name, 443, ROUTED_WITHIN).await;
        Door { host: self.host(), address, authority: Some(self.folder.path().join("authority.pem")) }
    }

    /// Waits until the ingress controller leads to every part.
    pub async fn until_let_in(&self) {
        until_let_in(&self.door().await).await;
    }

    /// Where the API server has it.
    pub fn path(&self) -> String {
        format!("/apis/shopkeeper.dev/v1alpha1/namespaces/{}/shops/{}", self.namespace.name(), self.name)
    }

    /// Applies a spec.
    ///
    /// # Panics
    /// If the API server refuses it.
    pub async fn apply(&self, spec: Value) {
        self.namespace
            .apply(json!({
                "apiVersion": "shopkeeper.dev/v1alpha1", "kind": "Shop",
                "metadata": {"name": self.name}, "spec": spec,
            }))
            .await;
    }

    /// Changes the Shop by a merge patch, as in `{"spec": {"paused": true}}`.
    ///
    /// # Panics
    /// If the API server refuses it.
    pub async fn patch(&self, patch: Value) {
        let patched = self.namespace.cluster().merge(&self.path(), &patch).await;
        patched.unwrap_or_else(|error| panic!("patch Shop {} by {patch}: {error}", self.name));
    }

    /// Deletes the Shop; what belongs to it goes later.
    pub async fn delete(&self) {
        let deleted = self.namespace.cluster().delete(&self.path(), json!({})).await;
        deleted.unwrap_or_else(|error| panic!("delete Shop {}: {error}", self.name));
    }

    /// The Shop as it is now.
    ///
    /// # Errors
    /// If it is not there, or the control plane is not.
    pub async fn seen(&self) -> Result<Seen, String> {
        let shop = self.namespace.cluster().get(&self.path()).await;
        shop.map(Seen).map_err(|error| error.to_string())
    }

    /// Its row in `kubectl get shops`, by the heads of the columns.
    ///
    /// # Panics
    /// If it is not there, or the control plane is not.
    pub async fn columns(&self) -> BTreeMap<String, Value> {
        let folder = format!("/apis/shopkeeper.dev/v1alpha1/namespaces/{}/shops", self.namespace.name());
        let request =
            http::Request::get(folder).header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        let client = self.namespace.cluster().client();
        let table = client.request::<Value>(request.body(Vec::new()).expect("a request"));
        let table = table.await.expect("list Shops as a table");
        let heads = table["columnDefinitions"].as_array().expect("columns").iter();
        let heads = heads.map(|column| column["name"].as_str().expect("a head").to_owned());
        let rows = table["rows"].as_array().expect("rows");
        let mut rows = rows.iter().map(|row| row["cells"].as_array().expect("cells"));
        let cells = rows.find(|cells| cells[0] == json!(self.name)).expect("the row of the Shop");
        heads.zip(cells.iter().cloned()).collect()
    }

    /// Waits until the Shop is as `look` wants it, and returns it.
    ///
    /// # Panics
    /// After `deadline`, with the status seen last.
    pub async fn until(&self, what: &str, deadline: Duration, look: impl Fn(&Seen) -> bool) -> Seen {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        eventually(deadline, &format!("Shop {}: {what}", self.name), async || {
            looks.tick().await;
            let seen = self.seen().await?;
            if look(&seen) { Ok(seen) } else { Err(seen.to_string()) }
        })
        .await
    }

    /// Waits until the Shop is ready as its spec is now; how long that took.
    ///
    /// # Panics
    /// After [`READY_WITHIN`].
    pub async fn until_ready(&self) -> Duration {
        let began = Instant::now();
        self.until("it is ready", READY_WITHIN, Seen::is_ready).await;
        began.elapsed()
    }

    /// Waits until a condition says this of the present spec.
    ///
    /// # Panics
    /// After `deadline`.
    pub async fn until_condition(
        &self,
        condition: &str,
        status: &str,
        reason: &str,
        deadline: Duration,
    ) -> Condition {
        let is = |seen: &Seen| {
            let condition = seen.condition(condition);
            seen.is_current() && condition.status == status && condition.reason == reason
        };
        let seen = self.until(&format!("{condition} is {status}, {reason}"), deadline, is).await;
        seen.condition(condition)
    }

    /// All that belongs to it, by its label.
    pub async fn children(&self) -> Vec<Child> {
        children(self.namespace, &format!("{SHOP_LABEL}={}", self.name)).await
    }

    /// Waits until nothing is left of it but what `stays` says.
    ///
    /// # Panics
    /// After `deadline`, with what is there.
    pub async fn until_gone_but(&self, deadline: Duration, stays: impl Fn(&Child) -> bool) {
        let mut looks = interval(LOOK_EVERY);
        eventually(deadline, &format!("only what may stay is left of Shop {}", self.name), async || {
            looks.tick().await;
            let left = self.children().await;
            let left = left.iter().filter(|child| !stays(child)).map(Child::to_string).collect::<Vec<_>>();
            if left.is_empty() && self.seen().await.is_err() { Ok(()) } else { Err(left) }
        })
        .await;
    }
}

/// Waits until the ingress controller leads to every part of a shop.
pub async fn until_let_in(door: &Door) {
    let http = door.http();
    for path in ["/", "/api/products?limit=1", "/api/user", "/api/order"] {
        eventually(ROUTED_WITHIN, &format!("{}{path} is answered", door.url()), async || {
            sleep(LOOK_EVERY).await;
            match http.get(path).try_send().await {
                // The user and the order service want a key.
                Ok(answer) if [200, 401].contains(&answer.status) => Ok(()),
                Ok(answer) => Err(answer.to_string()),
                Err(error) => Err(format!("{error:?}")),
            }
        })
        .await;
    }
}

/// The ingress class that the cluster has.
pub fn ingress_class() -> String {
    std::env::var("SHOPKEEPER_INGRESS_CLASS").unwrap_or_else(|_| "traefik".into())
}

/// A ConfigMap with the sample catalogue.
pub fn catalogue(name: &str) -> Value {
    let csv = include_str!("../../../manifests/catalogue/tea-house.csv");
    let data = json!({"catalogue.csv": csv});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

/// `spec.parts` of which many fit onto a small machine.
pub fn modest_parts() -> Value {
    let modest =
        json!({"resources": {"requests": {"cpu": "10m", "memory": "24Mi"}, "limits": {"memory": "192Mi"}}});
    json!({"storefront": modest, "user": modest, "product": modest, "order": modest})
}

/// A Shop as it was seen.
#[derive(Clone, Debug)]
pub struct Seen(pub Value);

impl Seen {
    /// A condition of its status; all is empty while there is none of this type.
    pub fn condition(&self, name: &str) -> Condition {
        let conditions = self.0["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = conditions.iter().find(|condition| condition["type"] == name);
        let text =
            |member: &str| found.and_then(|found| found[member].as_str()).unwrap_or_default().to_owned();
        Condition {
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
            observed_generation: found.and_then(|found| found["observedGeneration"].as_i64()),
        }
    }

    /// Whether its status speaks of the present spec.
    pub fn is_current(&self) -> bool {
        self.0["status"]["observedGeneration"] == self.0["metadata"]["generation"]
    }

    /// Whether it is ready as its spec is now.
    pub fn is_ready(&self) -> bool {
        let ready = self.condition("Ready");
        self.is_current()
            && ready.status == "True"
            && ready.observed_generation == self.0["metadata"]["generation"].as_i64()
    }

    pub fn uid(&self) -> String {
        self.0["metadata"]["uid"].as_str().unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = self.0["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let generation = &self.0["metadata"]["generation"];
        write!(formatter, "generation {generation}, observed {}", self.0["status"]["observedGeneration"])?;
        for condition in conditions {
            let text = |member: &str| condition[member].as_str().unwrap_or_default();
            let [name, status, reason, message] = ["type", "status", "reason", "message"].map(text);
            write!(formatter, "; {name} {status} {reason}: {message}")?;
        }
        Ok(())
    }
}

/// What a Shop says of itself.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    pub status: String,
    pub reason: String,
    pub message: String,
    pub observed_generation: Option<i64>,
}
