//! The Shops in `manifests/`, as they are: they come up, `kubectl get shops` tells the truth of them, and when they are
//! deleted their data stays or goes, as they say.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use cluster::{
    Child, Cluster, Door, Monitor, Namespace, READY_WITHIN, Shop, Visitor, catalogue, report, until_let_in,
};
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kube::api::PostParams;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::town::{namespace, restarted_nothing, together};

/// How long until all of a deleted Shop is gone: its Pods stop in their own time.
const GONE_WITHIN: Duration = Duration::from_secs(120);

/// The name of every sample.
const NAME: &str = "tea-house";

/// The objects in a file of `manifests/`, the Shop last.
fn sample(file: &str) -> (Vec<Value>, Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let objects: Vec<Value> =
        serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{file} is no YAML: {error}"));
    let (mut shops, others): (Vec<_>, Vec<_>) =
        objects.into_iter().partition(|object| object["kind"] == "Shop");
    assert_eq!(shops.len(), 1, "{file} has one Shop");
    (others, shops.remove(0))
}

/// Applies a sample with all that it names, and waits until it is ready.
async fn open<'a>(town: &'a Namespace, file: &str) -> Shop<'a> {
    let (others, object) = sample(file);
    let name = object["metadata"]["name"].as_str().expect("a name").to_owned();
    let shop = Shop::named(town, &name);
    if let Some(given) = object["spec"]["catalogue"]["configMapRef"]["name"].as_str() {
        town.apply(catalogue(given)).await;
    }
    for other in others.into_iter().chain([object]) {
        town.apply(other).await;
    }
    let took = shop.until_ready().await;
    report(&format!("NOTE: manifests/{file} is ready {:.0} s after it was applied", took.as_secs_f64()));
    shop
}

/// Waits until the columns are so.
async fn tells(shop: &Shop<'_>, expected: &[(&str, &str)]) {
    eventually(READY_WITHIN, &format!("kubectl get shops tells {expected:?}"), async || {
        let row = shop.columns().await;
        sleep(Duration::from_millis(200)).await;
        if expected.iter().all(|(head, cell)| row[*head] == json!(cell)) { Ok(()) } else { Err(row) }
    })
    .await;
}

const ALL_WELL: [(&str, &str); 5] =
    [("Ready", "True"), ("Browse", "True"), ("Register", "True"), ("Login", "True"), ("Order", "True")];

#[tokio::test]
async fn the_smallest_sample_is_a_shop_that_may_do_nothing_else_and_its_columns_tell_the_truth() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "sample").await;
    refuses_a_privileged_pod(&town).await;
    let shop = open(&town, "shop.yaml").await;
    tells(&shop, &ALL_WELL).await;
    let told = shop.columns().await;
    let url = format!("http://{NAME}-storefront.{}.svc", town.name());
    assert_eq!(told["URL"], json!(url), "{told:?}");
    assert_eq!(told["Version"], env!("CARGO_PKG_VERSION"), "{told:?}");
    let seen = shop.seen().await.expect("read the Shop");
    assert_eq!(seen.0["status"]["parts"].as_array().expect("parts").len(), 4, "{seen}");
    let exposed = seen.condition("Exposed");
    assert_eq!((exposed.status.as_str(), exposed.reason.as_str()), ("True", "InsideOnly"));

    // Who may reach a storefront finds the shop under the URL that it tells.
    let edge = Monitor::start_in(&cluster, "traefik").await;
    let page = eventually(GONE_WITHIN, "the URL of the status leads to the shop", async || {
        let said = edge.probe.ask(&["get", &url]).await.map_err(|error| error.to_string())?;
        if said.succeeded { Ok(said.output) } else { Err(said.errors) }
    })
    .await;
    assert!(page.contains("Tea House") && page.contains("data-product"), "{page}");

    shop.patch(json!({"spec": {"parts": {"user": {"replicas": 0}}}})).await;
    let nobody = [
        ("Ready", "False"),
        ("Browse", "True"),
        ("Register", "False"),
        ("Login", "False"),
        ("Order", "True"),
    ];
    tells(&shop, &nobody).await;
    shop.patch(json!({"spec": {"parts": {"user": null}}})).await;
    tells(&shop, &ALL_WELL).await;
    restarted_nothing(&town).await;
}

#[tokio::test]
async fn the_sample_on_postgres_comes_up_and_leaves_nothing_where_it_shall_not() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "sample-postgres").await;
    let shop = open(&town, "postgres.yaml").await;
    tells(&shop, &ALL_WELL).await;
    restarted_nothing(&town).await;
    shop.patch(json!({"spec": {"deletionPolicy": "Delete"}})).await;
    shop.until_ready().await;
    shop.delete().await;
    shop.until_gone_but(GONE_WITHIN, |_| false).await;
}

#[tokio::test]
async fn the_autoscaled_sample_comes_up() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "sample-autoscaled").await;
    let shop = open(&town, "autoscaled.yaml").await;
    tells(&shop, &ALL_WELL).await;
    let scaler = shop.children().await.into_iter().find(|child| child.kind == "HorizontalPodAutoscaler");
    assert!(scaler.is_some(), "nothing scales");
    restarted_nothing(&town).await;
}

#[tokio::test]
async fn the_sample_behind_a_gateway_comes_up_and_is_found_there() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let gateways = cluster.get("/apis/gateway.networking.k8s.io/v1/gateways").await.unwrap_or_default();
    let gateways = gateways["items"].as_array().cloned().unwrap_or_default();
    let (_, object) = sample("gateway.yaml");
    let parent = object["spec"]["exposure"]["gateway"]["parentRefs"][0].clone();
    let Some(gateway) = gateways.iter().find(|gateway| gateway["metadata"]["name"] == parent["name"]) else {
        return report("SKIPPED: the_sample_behind_a_gateway_comes_up_and_is_found_there: no such Gateway");
    };
    let town = namespace(&cluster, "sample-gateway").await;
    let (others, mut object) = sample("gateway.yaml");
    // The Gateway of this cluster may be in another namespace than the sample's.
    object["spec"]["exposure"]["gateway"]["parentRefs"][0]["namespace"] =
        gateway["metadata"]["namespace"].clone();
    town.apply(catalogue("tea-house-catalogue")).await;
    for other in others.into_iter().chain([object.clone()]) {
        town.apply(other).await;
    }
    let shop = Shop::named(&town, object["metadata"]["name"].as_str().expect("a name"));
    shop.until_ready().await;
    let exposed = shop.seen().await.expect("read the Shop").condition("Exposed");
    assert_eq!((exposed.status.as_str(), exposed.reason.as_str()), ("True", "RouteAccepted"));
    let address = gateway["status"]["addresses"][0]["value"].as_str().expect("the Gateway has an address");
    let host = object["spec"]["host"].as_str().expect("a host").to_owned();
    let address = std::net::SocketAddr::new(address.parse().expect("an IP address"), 80);
    until_let_in(&Door { host, address, authority: None }).await;
}

/// How long a customer may wait for the answer to what was pressed, of a shop that has just come up.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test]
async fn with_retain_the_data_stays_and_comes_back_with_a_shop_of_that_name() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "retain").await;
    for database in ["sqlite", "postgres"] {
        let shop = Shop::named(&town, &format!("tea-{database}"));
        shop.furnish().await;
        let mut spec = shop.furnished(json!({database: {}}));
        spec["deletionPolicy"] = json!("Retain");
        shop.apply(spec.clone()).await;
        shop.until_ready().await;
        shop.until_let_in().await;
        let http = shop.door().await.http();
        Visitor::new(http.clone()).join("ada").await;
        let orders = orders_of(&http, "ada", Some(2)).await;
        let secrets = secrets_of(&shop).await;

        shop.delete().await;
        let stays = |child: &Child| {
            ["PersistentVolumeClaim", "Secret"].contains(&child.kind)
                && child.object["metadata"]["ownerReferences"].is_null()
        };
        shop.until_gone_but(GONE_WITHIN, stays).await;
        let left = shop.children().await;
        assert!(left.iter().any(|child| child.kind == "PersistentVolumeClaim"), "{left:?}");
        assert_eq!(secrets_of(&shop).await, secrets, "the Secrets are as they were");

        shop.apply(spec).await;
        shop.until_ready().await;
        shop.until_let_in().await;
        assert_eq!(secrets_of(&shop).await, secrets, "the Secrets are as they were");
        assert_eq!(orders_of(&http, "ada", None).await, orders);

        shop.patch(json!({"spec": {"deletionPolicy": "Delete"}})).await;
        shop.until_ready().await;
        shop.delete().await;
        shop.until_gone_but(GONE_WITHIN, |_| false).await;
    }
}

/// The numbers of a customer's orders, after ordering so many pieces.
async fn orders_of(http: &kit::http::Client, name: &str, buy: Option<i64>) -> Vec<i64> {
    let login = [("username", name), ("password", cluster::PASSWORD)];
    let key = eventually(ANSWERED_WITHIN, "the customer can log in", async || {
        let answer = http
            .post("/api/user/login")
            .form(login)
            .try_send()
            .await
            .map_err(|error| format!("{error:?}"))?;
        let key =
            if answer.status == 200 { answer.json()["api_key"].as_str().map(str::to_owned) } else { None };
        key.ok_or_else(|| answer.to_string())
    })
    .await;
    let customer = http.with_key(key);
    if let Some(quantity) = buy {
        let product = eventually(ANSWERED_WITHIN, "a product can be put into the basket", async || {
            let products = http.get("/api/products?limit=1").send().await.expect_json(200);
            let product = products["results"][0]["id"].as_i64().ok_or("no product yet")?;
            let form = [("product_id", product), ("qty", quantity)];
            let answer = customer.post("/api/order/add-item").form(form).send().await;
            if answer.status == 200 { Ok(product) } else { Err("the order service does not know it yet") }
        });
        product.await;
        customer.post("/api/order/checkout").send().await.expect(200);
    }
    let orders = customer.get("/api/orders?limit=10").send().await.expect_json(200);
    let orders = orders.as_array().expect("a list of orders").iter();
    orders.filter(|order| order["is_open"] == false).filter_map(|order| order["id"].as_i64()).collect()
}

/// All generated Secrets, by name.
async fn secrets_of(shop: &Shop<'_>) -> BTreeMap<String, Value> {
    let children = shop.children().await.into_iter();
    let secrets = children
        .filter(|child| child.kind == "Secret")
        .map(|child| (child.name, child.object["data"].clone()));
    let secrets = secrets.collect::<BTreeMap<_, _>>();
    assert!(secrets.len() >= 3, "a shop has keys and secrets: {:?}", secrets.keys());
    secrets
}

/// Makes sure that the namespace is what it says.
async fn refuses_a_privileged_pod(town: &Namespace) {
    let container = json!({"name": "a", "image": "a", "securityContext": {"privileged": true}});
    let pod = json!({"metadata": {"name": "privileged"}, "spec": {"containers": [container]}});
    let pod = serde_json::from_value::<Pod>(pod).expect("this is a Pod");
    let error = town.api::<Pod>().create(&PostParams { dry_run: true, ..PostParams::default() }, &pod).await;
    let error = error.expect_err("a privileged Pod got in").to_string();
    assert!(error.contains("violates PodSecurity"), "{error}");
}
