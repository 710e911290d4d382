//! What the operator may do is what it needs: each of its rights is taken away once, it says which one it misses, and
//! does what was left undone when it has it again.

use std::fmt;
use std::time::Duration;

use cluster::{Child, Cluster, Namespace, Operator, Shop, catalogue, ingress_class, report};
use k8s_openapi::api::core::v1::Pod;
use kit::eventually;
use kube::api::{DynamicObject, LogParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::town::{alone, namespace};

/// Where the operator is installed, and the name of its roles.
const OPERATOR: &str = "shopkeeper-system";
const ROLES: [&str; 2] = [
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/shopkeeper",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/shopkeeper-system/roles/shopkeeper-leader",
];

/// How long until somebody says that a right is missing.
const MISSED_WITHIN: Duration = Duration::from_secs(90);

/// How long until what was left undone is done: the operator tries again later and later, a minute at most.
const DONE_WITHIN: Duration = Duration::from_secs(240);

/// A pace that leaves the machine to the cluster.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A verb on a kind of object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Right {
    verb: String,
    /// As a rule has it: `secrets`, `shops/status`.
    resource: String,
    group: String,
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.verb, self.resource)
    }
}

#[tokio::test]
#[ignore = "takes a quarter of an hour: tests/run deep"]
async fn each_right_of_the_operator_is_needed_and_missed() {
    let _turn = alone().await;
    let cluster = Cluster::connect().await;
    let operator = Operator::of(&cluster);
    if operator.pods().await.is_empty() {
        return report("SKIPPED: each_right_of_the_operator_is_needed: the operator has no Pods");
    }
    operator.until_one_leads().await;
    let town = namespace(&cluster, "rights").await;
    town.apply(catalogue("given")).await;
    let trial = Trial { cluster: cluster.clone(), operator, town: &town };
    for name in ["tea", "gate"] {
        trial.open(name).await;
    }
    let mut unneeded = Vec::new();
    let mut missed = 0;
    for role in ROLES {
        let object = cluster.get(role).await.expect("read a role");
        for right in rights_of(&object["rules"]) {
            if trial.is_missed(role, &object, &right).await {
                missed += 1;
            } else {
                unneeded.push(right.to_string());
            }
        }
    }
    report(&format!("NOTE: rights: {missed} were taken away one at a time, and each was missed"));
    assert!(unneeded.is_empty(), "nobody misses these rights: {unneeded:?}");
}

/// Every single one that the rules give.
fn rights_of(rules: &Value) -> Vec<Right> {
    let mut rights = Vec::new();
    let words = |list: &Value| -> Vec<String> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    for rule in rules.as_array().expect("rules") {
        for group in words(&rule["apiGroups"]) {
            for resource in words(&rule["resources"]) {
                for verb in words(&rule["verbs"]) {
                    rights.push(Right { verb, resource: resource.clone(), group: group.clone() });
                }
            }
        }
    }
    rights
}

/// The rules without a right, and with all others.
fn without(rules: &Value, right: &Right) -> Value {
    let others = |list: &Value, one: &str| -> Vec<Value> {
        list.as_array().into_iter().flatten().filter(|word| *word != one).cloned().collect()
    };
    let has = |list: &Value, one: &str| list.as_array().into_iter().flatten().any(|word| word == one);
    let mut left = Vec::new();
    for rule in rules.as_array().expect("rules") {
        let gives = has(&rule["apiGroups"], &right.group)
            && has(&rule["resources"], &right.resource)
            && has(&rule["verbs"], &right.verb);
        if !gives {
            left.push(rule.clone());
            continue;
        }
        let mut of_others = rule.clone();
        of_others["resources"] = json!(others(&rule["resources"], &right.resource));
        let mut of_this = rule.clone();
        of_this["resources"] = json!([right.resource]);
        of_this["verbs"] = json!(others(&rule["verbs"], &right.verb));
        let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        left.extend(
            [of_others, of_this]
                .into_iter()
                .filter(|rule| !is_empty(&rule["resources"]) && !is_empty(&rule["verbs"])),
        );
    }
    json!(left)
}

/// A role that lacks something. It is as before once the value is gone, even if the test panics.
struct Lacking {
    role: &'static str,
    /// As it was.
    object: Value,
}

impl Drop for Lacking {
    fn drop(&mut self) {
        let role = self.role;
        let rules = json!({"rules": self.object["rules"]});
        // Whose the rules are, too, or else helm could not change them any more.
        let owners = json!({"metadata": {"managedFields": self.object["metadata"]["managedFields"]}});
        let mending = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let cluster = Cluster::connect().await;
                for patch in [rules, owners] {
                    let mended = cluster.merge(role, &patch).await;
                    mended.map(drop).unwrap_or_else(|error| println!("{role} stays as it is: {error}"));
                }
            });
        });
        // What it could not say is on standard error already.
        let _ = mending.join();
    }
}

/// What has to come about once a right is there again.
enum Undone {
    /// A Shop was made: it gets its objects of this kind.
    Made(String),
    /// An object was changed by somebody: it is put right.
    Changed(Child),
    /// An object is too many: it goes.
    TooMany(String),
    /// A Shop names a catalogue that is not there, and has to tell of that.
    Untold,
    /// Somebody has to lead, and to know what there is.
    Unled,
}

struct Trial<'a> {
    cluster: Cluster,
    operator: Operator,
    town: &'a Namespace,
}

impl Trial<'_> {
    fn shop(&self, name: &str) -> Shop<'_> {
        Shop::named(self.town, name)
    }

    /// A Shop with something of every kind, though with hardly a Pod: behind an ingress, or the gateway if it is named so.
    async fn make(&self, name: &str) {
        let shop = self.shop(name);
        let exposure = if name.starts_with("gate") {
            json!({"gateway": {"parentRefs": [{"name": "public", "namespace": "traefik"}]}})
        } else {
            json!({"ingress": {"className": ingress_class()}})
        };
        let mut parts = cluster::modest_parts();
        for service in ["user", "product", "order"] {
            parts[service]["replicas"] = json!(0);
        }
        parts["storefront"]["autoscaling"] = json!({"minReplicas": 1, "maxReplicas": 2});
        shop.apply(json!({
            "title": "Tea House", "currency": "EUR", "host": shop.host(), "exposure": exposure,
            "catalogue": {"configMapRef": {"name": "given"}},
            "database": {"sqlite": {}}, "parts": parts, "deletionPolicy": "Delete",
        }))
        .await;
    }

    /// Makes one, and waits until nothing is missing.
    async fn open(&self, name: &str) {
        self.make(name).await;
        let all_well = |seen: &cluster::Seen| {
            seen.is_current()
                && seen.condition("Stalled").status == "False"
                && seen.condition("Reconciling").status == "False"
        };
        self.shop(name).until("it has all that it needs", DONE_WITHIN, all_well).await;
    }

    /// Takes a right away, does what needs it, and sees whether it is missed; gives it back, and sees that what was left
    /// undone is done.
    async fn is_missed(&self, role: &'static str, object: &Value, right: &Right) -> bool {
        let lacking = Lacking { role, object: object.clone() };
        let patched = self.cluster.merge(role, &json!({"rules": without(&object["rules"], right)})).await;
        patched.expect("change a role");
        self.until_allowed(right, false).await;
        let began = Instant::now();
        let undone = self.need(right).await;
        let is_missed = self.is_said(right, began).await;
        let took = began.elapsed();
        drop(lacking);
        self.until_allowed(right, true).await;
        if is_missed {
            self.until_done(right, undone).await;
        }
        let verdict = if is_missed { "missed" } else { "NOT missed" };
        report(&format!(
            "{right}: {verdict} after {:.1} s, {:.1} s in all",
            took.as_secs_f32(),
            began.elapsed().as_secs_f32()
        ));
        is_missed
    }

    /// Waits until the API server has heard of a change of the role.
    async fn until_allowed(&self, right: &Right, is_allowed: bool) {
        let pods = self.operator.pods().await;
        let account = pods.first().and_then(|pod| pod.spec.as_ref()?.service_account_name.clone());
        let user =
            format!("system:serviceaccount:{OPERATOR}:{}", account.expect("the operator has an account"));
        let (resource, subresource) = right.resource.split_once('/').unwrap_or((&right.resource, ""));
        let is_lease = resource == "leases";
        let asked = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": {"user": user, "resourceAttributes": {
                "namespace": if is_lease { OPERATOR } else { self.town.name() },
                "verb": right.verb, "group": right.group, "resource": resource, "subresource": subresource,
                "name": if is_lease && right.verb != "create" { "shopkeeper-operator" } else { "" },
            }},
        });
        let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        eventually(DONE_WITHIN, &format!("{right} is allowed: {is_allowed}"), async || {
            let told = self.cluster.send("POST", path, "application/json", &asked).await;
            let told = told.map_err(|error| error.to_string())?;
            if told["status"]["allowed"] == json!(is_allowed) {
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
            Err(told.to_string())
        })
        .await;
    }

    /// Does what the operator needs the right for.
    async fn need(&self, right: &Right) -> Undone {
        let standing = if right.resource == "httproutes" { "gate" } else { "tea" };
        match (right.verb.as_str(), right.resource.as_str()) {
            ("create", "leases") => {
                let path =
                    format!("/apis/coordination.k8s.io/v1/namespaces/{OPERATOR}/leases/shopkeeper-operator");
                self.cluster.delete(&path, json!({})).await.expect("delete the Lease");
                Undone::Unled
            }
            (_, "leases") => Undone::Unled,
            ("list" | "watch", _) => {
                self.next_leader().await;
                Undone::Unled
            }
            (_, "shops" | "shops/status") => {
                self.name_catalogue("not-there").await;
                Undone::Untold
            }
            ("create", "events") => {
                // What was written by one process is only counted up by it.
                self.next_leader().await;
                self.operator.until_one_leads().await;
                self.name_catalogue("not-there").await;
                Undone::Untold
            }
            (_, "events") => {
                for name in ["not-there", "given"] {
                    self.name_catalogue(name).await;
                    self.tells_of(name).await;
                }
                self.name_catalogue("not-there").await;
                Undone::Untold
            }
            ("patch", _) => {
                let child = self.child(standing, &right.resource).await;
                child.patch(&self.cluster, &json!({"metadata": {"labels": {PART_OF: "nobody"}}})).await;
                Undone::Changed(child)
            }
            ("delete", _) => Undone::TooMany(self.one_too_many(standing, &right.resource).await),
            _ => {
                let name = format!("{standing}-{}", rand::random_range(0..0x100_0000));
                self.make(&name).await;
                Undone::Made(name)
            }
        }
    }

    async fn next_leader(&self) {
        let leader = self.operator.until_one_leads().await;
        for pod in self.operator.pods().await.iter().filter(|pod| pod.name_any() == leader) {
            self.operator.kill(pod, false).await;
        }
    }

    async fn name_catalogue(&self, name: &str) {
        let patch = json!({"spec": {"catalogue": {"configMapRef": {"name": name}}}});
        self.shop("tea").patch(patch).await;
    }

    /// Waits until the Shop says whether its catalogue is there.
    async fn tells_of(&self, catalogue: &str) {
        let stalled = if catalogue == "given" { "False" } else { "True" };
        let tells = |seen: &cluster::Seen| seen.is_current() && seen.condition("Stalled").status == stalled;
        self.shop("tea").until(&format!("Stalled is {stalled}"), DONE_WITHIN, tells).await;
    }

    /// An object of a Shop.
    async fn child(&self, shop: &str, plural: &str) -> Child {
        let folder = format!("/{plural}/");
        let child = self.shop(shop).children().await.into_iter().find(|child| child.path.contains(&folder));
        child.unwrap_or_else(|| panic!("Shop {shop} has no {plural}"))
    }

    /// Makes an object that says it is the Shop's, which the Shop does not need; where it is.
    async fn one_too_many(&self, shop: &str, plural: &str) -> String {
        let child = self.child(shop, plural).await;
        let mut extra = child.now(&self.cluster).await.expect("read an object");
        let labels = extra["metadata"]["labels"].clone();
        extra["metadata"] = json!({"name": "too-many", "labels": labels});
        let members = extra.as_object_mut().expect("an object");
        members.remove("status");
        if let Some(spec) = members.get_mut("spec").and_then(Value::as_object_mut) {
            if spec.get("clusterIP").is_some_and(|address| address != "None") {
                spec.remove("clusterIP");
                spec.remove("clusterIPs");
            }
            if child.is_workload() {
                spec.insert("replicas".into(), json!(0));
            }
        }
        let _: DynamicObject = self.town.apply(extra).await;
        child.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/too-many")).expect("a path")
    }

    /// Whether somebody says that this right is missing: a condition of a Shop, or the operator in its log.
    async fn is_said(&self, right: &Right, since: Instant) -> bool {
        let words = format!("cannot {} resource \"{}\"", right.verb, right.resource);
        while since.elapsed() < MISSED_WITHIN {
            let path = format!("/apis/shopkeeper.dev/v1alpha1/namespaces/{}/shops", self.town.name());
            let mut said = self.cluster.get(&path).await.map(|list| list.to_string()).unwrap_or_default();
            let pods: Api<Pod> = Api::namespaced(self.cluster.client(), OPERATOR);
            for pod in self.operator.pods().await {
                let lately = i64::try_from(since.elapsed().as_secs()).unwrap_or(0).saturating_add(1);
                let lately = LogParams { since_seconds: Some(lately), ..LogParams::default() };
                said += &pods.logs(&pod.name_any(), &lately).await.unwrap_or_default();
            }
            if said.replace('\\', "").contains(&words) {
                return true;
            }
            sleep(LOOK_EVERY).await;
        }
        false
    }

    /// Waits until what was left undone is done.
    async fn until_done(&self, right: &Right, undone: Undone) {
        match undone {
            Undone::Made(name) => {
                let folder = format!("/{}/", right.resource);
                let shop = self.shop(&name);
                eventually(DONE_WITHIN, &format!("Shop {name} has its {}", right.resource), async || {
                    sleep(LOOK_EVERY).await;
                    let children = shop.children().await;
                    let seen = shop.seen().await?;
                    let is_there = children.iter().any(|child| child.path.contains(&folder));
                    let is_stalled = seen.condition("Stalled").status != "False";
                    if is_there && !is_stalled { Ok(()) } else { Err(seen.to_string()) }
                })
                .await;
                shop.delete().await;
            }
            Undone::Changed(child) => self.until_put_right(&child).await,
            Undone::TooMany(path) => {
                eventually(DONE_WITHIN, &format!("{path} is gone"), async || {
                    sleep(LOOK_EVERY).await;
                    match self.cluster.get(&path).await {
                        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                        other => Err(format!("{other:?}")),
                    }
                })
                .await;
            }
            Undone::Untold => {
                for name in ["not-there", "given"] {
                    self.name_catalogue(name).await;
                    self.tells_of(name).await;
                }
            }
            Undone::Unled => {
                self.operator.until_one_leads().await;
                for shop in ["tea", "gate"] {
                    let child = self.child(shop, "serviceaccounts").await;
                    child.patch(&self.cluster, &json!({"metadata": {"labels": {PART_OF: "nobody"}}})).await;
                    self.until_put_right(&child).await;
                }
            }
        }
    }

    async fn until_put_right(&self, child: &Child) {
        eventually(DONE_WITHIN, &format!("{child} is put right"), async || {
            sleep(LOOK_EVERY).await;
            let now = child.now(&self.cluster).await.map_err(|error| error.to_string())?;
            let label = &now["metadata"]["labels"][PART_OF];
            if label == "shopkeeper" { Ok(()) } else { Err(label.to_string()) }
        })
        .await;
    }
}

/// A label of everything that the operator makes.
const PART_OF: &str = "app.kubernetes.io/part-of";
