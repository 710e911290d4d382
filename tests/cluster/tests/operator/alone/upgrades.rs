//! The version after this one comes, while shoppers buy: with a database on a server nobody notices, with an embedded
//! one there is a short gap for each part in which the rules hold. The next version (`tests/images --next`) adds a
//! column to the orders that only its own code writes, and marks its pages.

use std::process::Stdio;
use std::time::Duration;

use cluster::{Bed, Cluster, Operator, Seen, Shop, Traffic, report};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kit::shop::Part;
use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::town::{alone, namespace, restarted_nothing, restarted_nothing_since, restarts};

/// How long a change of all parts may take: one after the other, each after its drain delay.
const ROLLED_WITHIN: Duration = Duration::from_secs(300);

/// How long until a page is the new version's, once all parts are: proxies have their own time.
const SHOWN_WITHIN: Duration = Duration::from_secs(60);

/// How long until all goes well for those who shop.
const WELL_WITHIN: Duration = Duration::from_secs(180);

/// This version and the one that `tests/images --next` makes of it.
fn versions() -> [String; 2] {
    let this = env!("CARGO_PKG_VERSION");
    let numbers = this.split('.').map(|number| number.parse::<u32>().expect("a number")).collect::<Vec<_>>();
    [this.to_owned(), format!("{}.{}.0", numbers[0], numbers[1] + 1)]
}

#[tokio::test]
async fn on_postgres_the_next_version_comes_without_a_failed_request_and_parts_follow_each_other() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let what = "on_postgres_the_next_version_comes_without_a_failed_request_and_parts_follow_each_other";
    let Some(bed) = cluster.bed_or_skip(what) else { return };
    let [_, next] = versions();
    let town = namespace(&cluster, "upgrade-postgres").await;
    let shop = Shop::named(&town, "tea");
    shop.furnish().await;
    let mut spec = shop.furnished(json!({"postgres": {}}));
    for part in Part::ALL {
        spec["parts"][part.name()]["replicas"] = json!(2);
    }
    shop.apply(spec).await;
    shop.until_ready().await;
    shop.until_let_in().await;

    let before = restarts(&town).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;
    traffic.until_all_well(WELL_WITHIN).await.expect_no_failure();
    let stop = CancellationToken::new();
    let upgrading = async {
        shop.patch(json!({"spec": {"version": next}})).await;
        until_all_are_of(&shop, &next).await;
        stop.cancel();
    };
    let (most, ()) = tokio::join!(most_at_once(&shop, &stop), upgrading);
    let record = traffic.until_all_well(WELL_WITHIN).await;
    let sold = traffic.end().await;
    report(&format!("NOTE: upgrades: on PostgreSQL, to {next}: {record}; {sold}"));
    record.expect_no_failure();
    assert!(most.len() == 1, "parts must follow each other: {most:?} were changed at the same time");
    restarted_nothing_since(&town, &before).await;
    until_page_is_marked(&shop, true).await;
    both_versions_wrote(bed, &shop).await;
}

#[tokio::test]
async fn on_sqlite_a_new_operator_brings_the_next_version_in_a_gap_for_each_part_and_the_old_one_comes_back()
{
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let what = "on_sqlite_a_new_operator_brings_the_next_version";
    let Some(bed) = cluster.bed_or_skip(what) else { return };
    let operator = Operator::of(&cluster);
    if operator.pods().await.is_empty() {
        return report(&format!("SKIPPED: {what}: the operator has no Pods"));
    }
    let [this, next] = versions();
    let town = namespace(&cluster, "upgrade-sqlite").await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let traffic = Traffic::begin(shop.door().await.http()).await;
    for (version, is_next) in [(&next, true), (&this, false)] {
        traffic.until_all_well(WELL_WITHIN).await.expect_no_failure();
        install_operator(version).await;
        until_all_are_of(&shop, version).await;
        operator.until_one_leads().await;
        until_page_is_marked(&shop, is_next).await;
        let record = traffic.until_all_well(WELL_WITHIN).await;
        let gaps = record.gaps().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        report(&format!("NOTE: upgrades: on SQLite, to {version} by a new operator: {gaps}; {record}"));
        record.expect_one_gap_at_a_time();
        if is_next {
            both_versions_wrote(bed, &shop).await;
        }
    }
    let sold = traffic.end().await;
    report(&format!("NOTE: upgrades: on SQLite: {sold}"));
    restarted_nothing(&town).await;
}

/// Installs the operator of a version, with everything else as it is installed.
async fn install_operator(version: &str) {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/install-operator");
    let mut command = Command::new(program);
    command.args(["--set", &format!("image.tag={version}")]).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.expect("run install-operator");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "install-operator {version}: {}{}",
        said(&output.stdout),
        said(&output.stderr)
    );
}

/// Waits until the Shop is ready, all its parts are of that version, and no Pod is about to go.
async fn until_all_are_of(shop: &Shop<'_>, version: &str) {
    let is_of = |seen: &Seen| seen.is_ready() && seen.0["status"]["version"] == version;
    shop.until(&format!("all parts are of {version}"), ROLLED_WITHIN, is_of).await;
    let pods = shop.namespace.api::<Pod>();
    eventually(ROLLED_WITHIN, &format!("every Pod is of {version} and stays"), async || {
        sleep(Duration::from_millis(200)).await;
        let pods = pods.list(&ListParams::default()).await.map_err(|error| vec![error.to_string()])?;
        let is_other = |pod: &&Pod| {
            let of = pod.labels().get("app.kubernetes.io/version");
            pod.metadata.deletion_timestamp.is_some() || of.is_some_and(|of| of != version)
        };
        let others = pods.iter().filter(is_other).map(ResourceExt::name_any).collect::<Vec<_>>();
        if others.is_empty() { Ok(()) } else { Err(others) }
    })
    .await;
}

/// Waits until the home page is, or is no more, one of the next version.
async fn until_page_is_marked(shop: &Shop<'_>, is_marked: bool) {
    let http = shop.door().await.http();
    eventually(SHOWN_WITHIN, &format!("a mark on the page: {is_marked}"), async || {
        sleep(Duration::from_millis(200)).await;
        let page = http.get("/").try_send().await.map_err(|error| format!("{error:?}"))?;
        let has_mark = page.text().contains("data-build=\"next\"");
        if page.status == 200 && has_mark == is_marked { Ok(()) } else { Err(page.to_string()) }
    })
    .await;
}

/// Waits until what the order service has stored tells that the step was taken, and orders of both versions stand side
/// by side.
async fn both_versions_wrote(bed: &Bed, shop: &Shop<'_>) {
    let service = format!("service/{}-order", shop.name);
    let command = ["kubectl", "exec", "-n", shop.namespace.name(), &service, "--", "/order", "backup", "-"];
    eventually(WELL_WITHIN, "both versions wrote orders", async || {
        let writers = writers(&bed.run(&command).await);
        if [Value::Null, json!("next")].iter().all(|one| writers.contains(one)) {
            Ok(())
        } else {
            Err(writers)
        }
    })
    .await;
}

/// What the orders of a backup have in the new column, each value once. Each table's columns are a line, then its rows.
fn writers(backup: &str) -> Vec<Value> {
    let lines = backup.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of a backup"));
    let mut rows = lines.skip_while(|line| line["table"] != "orders");
    let head = rows.next().unwrap_or_else(|| panic!("the backup has no orders"));
    let columns = head["columns"].as_array().expect("columns");
    let column = columns.iter().position(|column| column["name"] == "made_by");
    let column = column.unwrap_or_else(|| panic!("orders have no new column: {head}"));
    let mut writers = Vec::new();
    for row in rows.map_while(|line| line.as_array().cloned()) {
        if !writers.contains(&row[column]) {
            writers.push(row[column].clone());
        }
    }
    writers
}

/// The most parts that were seen rolling at a time, until it is stopped.
async fn most_at_once(shop: &Shop<'_>, stop: &CancellationToken) -> Vec<String> {
    let mut most = Vec::new();
    while !stop.is_cancelled() {
        let deployments = shop.namespace.api::<Deployment>().list(&ListParams::default()).await;
        let rolling = deployments.expect("list Deployments").into_iter().filter(is_rolling);
        let rolling = rolling.map(|deployment| deployment.name_any()).collect::<Vec<_>>();
        if rolling.len() > most.len() {
            most = rolling;
        }
        sleep(Duration::from_millis(100)).await;
    }
    most
}

fn is_rolling(deployment: &Deployment) -> bool {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let status = deployment.status.clone().unwrap_or_default();
    status.observed_generation < deployment.metadata.generation
        || status.updated_replicas.unwrap_or(0) < wanted
        || status.replicas.unwrap_or(0) > wanted
}
