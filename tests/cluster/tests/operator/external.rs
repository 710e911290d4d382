//! Databases that somebody else runs: a server that speaks TLS only, whose certificate every service checks.

use std::path::Path;
use std::time::Duration;

use cluster::{Cluster, Namespace, Shop, Traffic, postgres_image, report};
use kit::shop::Part;
use kube::ResourceExt;
use kube::runtime::conditions;
use serde_json::{Value, json};

use crate::town::{namespace, restarted_nothing, together};

/// How long the server may take to come up and make its databases.
const SERVED_WITHIN: Duration = Duration::from_secs(180);

const PASSWORD: &str = "of-a-role-of-tests";

const SERVICES: [Part; 3] = [Part::User, Part::Product, Part::Order];

#[tokio::test]
async fn a_shop_on_somebody_elses_databases_checks_their_certificate_and_sells() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let town = namespace(&cluster, "external").await;
    let authority = serve(&town).await;
    for service in SERVICES {
        let uri = format!(
            "postgres://{service}:{PASSWORD}@postgres/{service}?sslmode=verify-full&sslrootcert=/etc/database/ca.crt"
        );
        town.apply(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": format!("database-of-{service}")},
            "stringData": {"uri": uri, "ca.crt": authority},
        }))
        .await;
    }
    let database = |service: Part| json!({"secretRef": {"name": format!("database-of-{service}")}});
    let [user, product, order] = SERVICES.map(database);
    let database = json!({"external": {"user": user, "product": product, "order": order}});
    let shop = Shop::open(&town, "tea", database).await;
    let databases = shop.seen().await.expect("read the Shop").condition("DatabasesReady");
    assert_eq!(databases.status, "True", "{databases:?}");

    let traffic = Traffic::begin(shop.door().await.http()).await;
    // Long enough for everybody to have bought something.
    kit::eventually(SERVED_WITHIN, "shoppers have bought", async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if traffic.has_everybody_bought() { Ok(()) } else { Err("not yet") }
    })
    .await;
    report(&format!("NOTE: external: {}", traffic.end().await));
    restarted_nothing(&town).await;
}

/// Puts a server with three databases into the namespace; the certificate of its authority.
async fn serve(town: &Namespace) -> String {
    let folder = tempfile::tempdir().expect("make a folder");
    let made = kit::certificates(folder.path(), &["postgres"]);
    let read = |path| std::fs::read_to_string(path).expect("read what was made");
    let databases = SERVICES.map(|service| {
        format!(
            "CREATE ROLE \"{service}\" LOGIN PASSWORD '{PASSWORD}';\nCREATE DATABASE \"{service}\" OWNER \"{service}\";\n"
        )
    });
    let authority = read(&made.authority);
    town.apply(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "postgres"},
        "stringData": {
            "password": PASSWORD, "server.pem": read(&made.server), "server.key": read(&made.key),
            "authority.pem": authority, "databases.sql": databases.concat(),
        },
    }))
    .await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("shop/postgres/server.yaml");
    let text = std::fs::read_to_string(file).expect("read the manifest of the server");
    let text = text.replace("${POSTGRES_IMAGE}", &postgres_image());
    for object in serde_saphyr::from_multiple::<Value>(&text).expect("the manifest is YAML") {
        let is_job = object["kind"] == "Job";
        let name = town.apply(object).await.name_any();
        if is_job {
            town.until(&name, "it has succeeded", SERVED_WITHIN, conditions::is_job_completed()).await;
        }
    }
    authority
}
