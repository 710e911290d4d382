//! What the operator's unit tests share: Shops without a cluster, and keys that are the same each time.

use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use kube::core::DynamicObject;
use serde_json::{Value, json};
use shop::{Shop, ShopStatus};

use crate::apply::Outcome;
use crate::build::{self, Child, Keys, Secrets};
use crate::changes::{self, Changes};
use crate::component::connections;
use crate::kind::Kind;
use crate::observe::{External, Observed, Reference};
use crate::plan::Plan;
use crate::settings::tests::defaults;
use crate::status;

/// A Shop named tea with more fields below `spec`, of which nothing is there.
pub(crate) fn tea(fields: &str) -> Observed {
    let text = format!(
        "apiVersion: shopkeeper.dev/v1alpha1\nkind: Shop\nmetadata: {{name: tea, namespace: shops, uid: uid-1, generation: 1}}\n\
         spec: {{title: Tea House, currency: EUR, {fields}}}"
    );
    observed(&shop::from_yaml(&text).unwrap_or_else(|problems| panic!("{problems}")))
}

/// A Shop of which nothing is there, but all that it refers to is.
pub(crate) fn observed(shop: &Shop) -> Observed {
    let mut observed = Observed::nothing_of(shop, "2026-11-01T12:00:00Z".parse().expect("a time"));
    if let Some(external) = &shop.spec.database.external {
        for (part, secret) in connections(external) {
            let secret = secret.to_owned();
            observed.references.external.insert(part, External { secret, digest: "d".into(), port: 6432 });
        }
    }
    observed
}

/// Keys that everybody may guess.
pub(crate) struct SameKeys;

impl Keys for SameKeys {
    fn signing_pair(&mut self) -> anyhow::Result<(String, String)> {
        Ok(("private".into(), "public".into()))
    }

    fn cookie_key(&mut self) -> String {
        "cookies".into()
    }

    fn text(&mut self, length: usize) -> String {
        "x".repeat(length)
    }
}

/// What the Shop ought to consist of.
pub(crate) fn children(observed: &Observed) -> Vec<Child> {
    let settings = defaults();
    let plan = Plan::of(observed, &settings);
    let secrets = Secrets::of(observed, &plan, &mut SameKeys).expect("there are keys");
    build::children(observed, &plan, &settings, &secrets)
}

/// What is to be done.
pub(crate) fn decide(observed: &Observed) -> Changes {
    changes::decide(observed, &Plan::of(observed, &defaults()), &children(observed))
}

/// What is said of the Shop when nothing is refused.
pub(crate) fn told(observed: &Observed) -> ShopStatus {
    let plan = Plan::of(observed, &defaults());
    status::of(observed, &plan, &decide(observed), &Outcome::default())
}

impl Observed {
    /// Everything is there as it ought to be, with one ready Pod for each that is wanted.
    pub(crate) fn all_well(mut self) -> Self {
        for child in children(&self) {
            self.put(live(&child));
            if let Some(pods) = &child.pods {
                for number in 0..pods.replicas.unwrap_or(1) {
                    let version = child.manifest["spec"]["template"]["metadata"]["labels"].clone();
                    self.put(pod(&format!("{}-{number}", child.name), version, true));
                }
            }
        }
        self
    }

    pub(crate) fn put(&mut self, object: DynamicObject) {
        let kind = object.types.as_ref().expect("a kind").kind.clone();
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).expect("a known kind");
        let name = object.metadata.name.clone().expect("a name");
        self.objects.insert((kind, name), Arc::new(object));
    }

    /// Changes an object that is there.
    pub(crate) fn edit(&mut self, kind: Kind, name: &str, edit: impl FnOnce(&mut Value)) {
        let object = self.object(kind, name).unwrap_or_else(|| panic!("no {kind:?} {name}"));
        let mut value = serde_json::to_value(object).expect("JSON");
        edit(&mut value);
        self.put(serde_json::from_value(value).expect("an object"));
    }

    pub(crate) fn remove(&mut self, kind: Kind, name: &str) {
        let gone = self.objects.remove(&(kind, name.to_owned()));
        assert!(gone.is_some(), "no {kind:?} {name}");
    }

    /// The Pods of a component are not ready.
    pub(crate) fn down(&mut self, component: &str) {
        let pods: Vec<String> = self
            .all(Kind::Pod)
            .filter(|pod| {
                pod.metadata
                    .labels
                    .as_ref()
                    .is_some_and(|labels| labels["app.kubernetes.io/component"] == component)
            })
            .filter_map(|pod| pod.metadata.name.clone())
            .collect();
        assert!(!pods.is_empty(), "no Pods of {component}");
        for pod in pods {
            self.edit(Kind::Pod, &pod, |pod| pod["status"]["conditions"][0]["status"] = json!("False"));
        }
    }

    pub(crate) fn misses(&mut self, field: &str, object: &str, problem: &str) {
        let reference = Reference {
            field: field.to_owned(),
            object: object.to_owned(),
            problem: Some(problem.to_owned()),
        };
        self.references.found.push(reference);
    }
}

/// A child as the API server would show it once all is well.
pub(crate) fn live(child: &Child) -> DynamicObject {
    let mut value = child.manifest.clone();
    value["metadata"]["uid"] = json!(format!("uid-of-{}", child.name));
    value["metadata"]["resourceVersion"] = json!("1");
    value["metadata"]["generation"] = json!(1);
    if let Some(pods) = &child.pods {
        let count = pods.replicas.unwrap_or(1);
        value["spec"]["replicas"] = json!(count);
        value["status"] = json!({
            "observedGeneration": 1, "replicas": count, "updatedReplicas": count, "readyReplicas": count,
            "availableReplicas": count,
        });
    }
    if child.kind == Kind::PersistentVolumeClaim {
        value["status"] = json!({"phase": "Bound"});
    }
    serde_json::from_value(value).expect("an object")
}

fn pod(name: &str, labels: Value, is_ready: bool) -> DynamicObject {
    let ready = if is_ready { "True" } else { "False" };
    let condition = json!({"type": "Ready", "status": ready, "lastTransitionTime": "2026-11-01T11:59:50Z"});
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shops", "labels": labels},
        "status": {"conditions": [condition]},
    }))
    .expect("an object")
}

/// A time, as in `2026-11-01T12:00:00Z`.
pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}
