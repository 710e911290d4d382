//! What somebody sees who is on call, on a real Prometheus: every panel of every dashboard answers while all is well, every
//! runbook's commands can be followed, and when a service is gone, conditions, panels and alerts tell it, and tell when it
//! is back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cluster::{Bed, Cluster, Door, Prometheus, Seen, Shop, Traffic, Visitor, report};
use kit::eventually;
use monitoring::dashboards::{Asked, Place, brief, of_chart};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::town::{namespace, together};

/// How long until Prometheus has found a new shop and has two values of everything: it asks every 15 s, and its rules are
/// evaluated every 30 s.
const MEASURED_WITHIN: Duration = Duration::from_secs(300);

/// How long until what holds for minutes is told: an alert of two minutes, and as much for a busy machine.
const TOLD_WITHIN: Duration = Duration::from_secs(420);

/// How often Prometheus is asked by those who wait.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The pace of those who use the pages.
const BETWEEN_VISITORS: Duration = Duration::from_secs(1);

/// Where the operator is installed.
const OPERATOR: &str = "shopkeeper-system";

const RUNBOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../operator/monitoring/runbooks");

#[tokio::test]
async fn who_is_on_call_sees_what_is_gone_since_when_and_why_and_when_it_is_back() {
    let _turn = together().await;
    let cluster = Cluster::connect().await;
    let what = "who_is_on_call_sees_what_is_gone_since_when_and_why_and_when_it_is_back";
    let Some(bed) = cluster.bed_or_skip(what) else { return };
    let Some(prometheus) = Prometheus::of(&cluster).await else {
        return report(&format!("SKIPPED: {what}: the cluster has no Prometheus"));
    };
    let town = namespace(&cluster, "monitoring").await;
    let shop = Shop::open(&town, "tea", json!({"sqlite": {}})).await;
    let door = shop.door().await;
    let stop = CancellationToken::new();
    let visitors = tokio::spawn(visit(door.clone(), stop.clone()));
    let traffic = Traffic::begin(door.http()).await;

    let panels = panels(town.name());
    // Of a month, one value in five minutes is taken, and the first of a new shop has time until the end.
    let (of_a_month, at_once): (Vec<_>, Vec<_>) =
        panels.iter().cloned().partition(|(_, query)| query.contains("slo_budget_left"));
    assert!(!of_a_month.is_empty(), "no panel shows the budget of a month");
    let before = all_show_something(&prometheus, &at_once).await;
    let on_call = OnCall::of(bed, town.name(), &shop.name);
    for runbook in runbooks() {
        on_call.follows(&runbook).await;
    }

    stop_parts(&shop, &["product"]).await;
    let gone = Instant::now();
    let of_shop = format!(r#"namespace="{}",shop="tea""#, town.name());
    let firing = |alert: &str| format!(r#"ALERTS{{alertname="{alert}",alertstate="firing",{of_shop}}}"#);
    let circuit = format!(r#"max(shop_circuit_state{{{of_shop},peer="product"}}) > 0"#);
    let processes = format!(r#"sum(up{{{of_shop},part="product"}}) > 0"#);
    let shows = async |query: &str, is_there: bool| {
        eventually(TOLD_WITHIN, &format!("{query} has an answer: {is_there}"), async || {
            sleep(LOOK_EVERY).await;
            let answer = prometheus.ask(query).await?;
            if answer.is_empty() == is_there { Err(format!("{answer:?}")) } else { Ok(()) }
        })
        .await;
        gone.elapsed().as_secs()
    };
    let condition = async || {
        let is_old = |seen: &Seen| seen.condition("Browse").reason == "LastKnownCatalogue";
        shop.until("its catalogue is the last known one", TOLD_WITHIN, is_old).await;
        gone.elapsed().as_secs()
    };
    let alerts = ["ShopPartDown", "ShopCircuitOpen"].map(firing);
    let (condition, circuit_open, no_process, part_down, circuit_alert, changed) = tokio::join!(
        condition(),
        shows(&circuit, true),
        shows(&processes, false),
        shows(&alerts[0], true),
        shows(&alerts[1], true),
        all_change(&prometheus, &at_once, &before, &["the product service", "a part"]),
    );
    let told = on_call.follows(&Path::new(RUNBOOKS).join("ShopPartDown.md")).await;
    assert!(told.contains("LastKnownCatalogue"), "its runbook does not lead to the cause: {told}");
    report(&format!(
        "NOTE: monitoring: the product service was stopped; condition after {condition} s, panels: circuit after \
         {circuit_open} s, no process after {no_process} s, {changed} changed in all; alerts: ShopCircuitOpen \
         after {circuit_alert} s, ShopPartDown after {part_down} s"
    ));

    shop.patch(json!({"spec": {"paused": false}})).await;
    let back = Instant::now();
    shop.until_ready().await;
    let ready = back.elapsed().as_secs();
    for query in &alerts {
        shows(query, false).await;
    }
    shows(&circuit, false).await;
    shows(&processes, true).await;
    let quiet = back.elapsed().as_secs();

    for (parts, outages) in [
        (&["user", "order"][..], &["the user service", "the order service"][..]),
        (&["storefront"], &["the storefront"]),
    ] {
        let before = all_show_something(&prometheus, &panels).await;
        stop_parts(&shop, parts).await;
        let changed = all_change(&prometheus, &panels, &before, outages).await;
        report(&format!("NOTE: monitoring: without {parts:?} {changed} panels changed"));
        shop.patch(json!({"spec": {"paused": false}})).await;
        shop.until_ready().await;
    }
    stop.cancel();
    visitors.await.expect("those who used the pages came to an end");
    let sold = traffic.end().await;
    report(&format!(
        "NOTE: monitoring: put back, it was ready after {ready} s and no alert fired after {quiet} s; {sold}"
    ));
}

/// Stops parts behind the back of the operator, which would otherwise start them again at once.
async fn stop_parts(shop: &Shop<'_>, parts: &[&str]) {
    shop.patch(json!({"spec": {"paused": true}})).await;
    shop.until("its status speaks of the pause", TOLD_WITHIN, Seen::is_current).await;
    for part in parts {
        let plural = if *part == "storefront" { "deployments" } else { "statefulsets" };
        let path =
            format!("/apis/apps/v1/namespaces/{}/{plural}/{}-{part}", shop.namespace.name(), shop.name);
        let stopped = shop.namespace.cluster().merge(&path, &json!({"spec": {"replicas": 0}})).await;
        stopped.unwrap_or_else(|error| panic!("stop {part}: {error}"));
    }
}

/// What each query gave.
type Answers = BTreeMap<String, BTreeMap<String, f64>>;

/// Waits until every panel shows something; what that is.
async fn all_show_something(prometheus: &Prometheus, panels: &[(Asked, String)]) -> Answers {
    eventually(MEASURED_WITHIN, "every panel shows something while all is well", async || {
        sleep(LOOK_EVERY).await;
        let mut answers = Answers::new();
        for (panel, query) in panels {
            let answer = prometheus.ask(query).await?;
            if answer.is_empty() {
                return Err(format!("{} / {}: {query}", panel.dashboard, panel.panel));
            }
            answers.insert(query.clone(), answer);
        }
        Ok(answers)
    })
    .await
}

/// Waits until every panel that is for one of these outages shows something else than before, by one of its queries; how
/// many panels they are.
async fn all_change(
    prometheus: &Prometheus,
    panels: &[(Asked, String)],
    before: &Answers,
    outages: &[&str],
) -> usize {
    let mut same = BTreeMap::<String, Vec<&String>>::new();
    for (panel, query) in panels {
        if outages.iter().any(|outage| panel.outage.starts_with(outage)) {
            same.entry(format!("{} / {}", panel.dashboard, panel.panel)).or_default().push(query);
        }
    }
    let count = same.len();
    assert!(count > 0, "no panel is for {outages:?}");
    eventually(TOLD_WITHIN, &format!("panels change that are for {outages:?}"), async || {
        sleep(LOOK_EVERY).await;
        for (panel, queries) in same.clone() {
            for query in queries {
                if differs(&before[query], &prometheus.ask(query).await?) {
                    same.remove(&panel);
                    break;
                }
            }
        }
        if same.is_empty() { Ok(()) } else { Err(format!("{same:#?}")) }
    })
    .await;
    count
}

/// Every query of every dashboard, with the variables filled in.
fn panels(namespace: &str) -> Vec<(Asked, String)> {
    let place = Place { namespace, shop: "tea", title: "Tea House", uid: "brief" };
    let of_chart = of_chart().into_iter().flat_map(|dashboard| dashboard.asked());
    let fill_in = |asked: Asked| {
        let namespace = if asked.dashboard == "shopkeeper-operator" { OPERATOR } else { namespace };
        let query = asked.query.replace("$__rate_interval", "2m");
        let query = query.replace("$namespace", namespace).replace("$shop", "tea");
        (asked, query)
    };
    of_chart.chain(brief(&place).asked()).map(fill_in).collect()
}

/// Whether there are other series than before, or one of them is more than a fifth away from what it was.
fn differs(before: &BTreeMap<String, f64>, now: &BTreeMap<String, f64>) -> bool {
    let is_far = |(before, now): (&f64, &f64)| (before - now).abs() > 0.2 * before.abs().max(now.abs());
    before.keys().ne(now.keys()) || before.values().zip(now.values()).any(is_far)
}

/// People who come to the pages, register, log in and buy, one after the other, whatever becomes of it.
async fn visit(door: Door, stop: CancellationToken) {
    let products = door.http().get("/api/products?limit=1").send().await.expect_json(200);
    let product = products["results"][0]["id"].to_string();
    for number in 0.. {
        if stop.run_until_cancelled(sleep(BETWEEN_VISITORS)).await.is_none() {
            return;
        }
        let name = format!("visitor-{number}");
        let mut visitor = Visitor::new(door.http());
        // What fails is what is to be measured.
        let _ = visitor.look("/").await;
        let _ = visitor.register(&name).await;
        let _ = visitor.log_in(&name).await;
        let _ = visitor.order(&product).await;
    }
}

/// The runbooks of all alerts.
fn runbooks() -> Vec<PathBuf> {
    let files = fs::read_dir(RUNBOOKS).expect("read the runbooks");
    let paths = files.map(|file| file.expect("a file").path());
    let mut paths = paths.filter(|path| !path.ends_with("README.md")).collect::<Vec<_>>();
    paths.sort();
    assert!(!paths.is_empty(), "there are no runbooks");
    paths
}

/// Somebody with a shell and kubectl.
struct OnCall<'a> {
    namespace: &'a str,
    shop: &'a str,
    programs: TempDir,
}

impl<'a> OnCall<'a> {
    fn of(bed: &Bed, namespace: &'a str, shop: &'a str) -> Self {
        let programs = tempfile::tempdir().expect("make a folder");
        let kubectl = programs.path().join("kubectl");
        fs::write(&kubectl, format!("#!/bin/sh\nexec {} kubectl \"$@\"\n", bed.command()))
            .expect("write kubectl");
        fs::set_permissions(&kubectl, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("allow to run it");
        Self { namespace, shop, programs }
    }

    /// Does what a runbook says first; what that shows.
    ///
    /// # Panics
    /// If a command fails.
    async fn follows(&self, runbook: &Path) -> String {
        let text =
            fs::read_to_string(runbook).unwrap_or_else(|error| panic!("{}: {error}", runbook.display()));
        let commands = text.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
        let script = commands.map(|(commands, _)| commands).collect::<String>();
        assert!(!script.is_empty(), "{} has no commands", runbook.display());
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", &script]).stdin(Stdio::null()).kill_on_drop(true);
        shell.env("NAMESPACE", self.namespace).env("SHOP", self.shop);
        shell.env("PATH", format!("{}:{path}", self.programs.path().display()));
        let output = shell.output().await.expect("run a shell");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (told, errors) = (said(&output.stdout), said(&output.stderr));
        assert!(output.status.success(), "{}: {}: {told}{errors}", runbook.display(), output.status);
        told
    }
}
